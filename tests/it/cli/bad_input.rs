//! Input that no scenario can be: a message with its place, exit code 2, and never a panic; and runs that would not end.

use super::*;

const KV: &str = "schema = 1\nduration = \"10s\"\n[system.kv]\ntype = \"raft\"\n[workload.w]\ntarget = \"kv\"\n\
                  arrival = \"poisson(10/s)\"\n";

/// What is set, what it is told, and the part of it that is underlined.
const SET: [(&str, &str, &str); 34] = [
    ("system.kv.nodez=3", "error[S014]: unknown key `nodez`", "nodez"),
    ("workload.w.targe=kv", "error[S014]: unknown key `targe`", "targe"),
    ("workload.w.target=kw", "error[S050]: there is no system `kw`", "kw"),
    ("system.kv.nodes=0", "error[S016]: `nodes` is 0", "0"),
    ("system.kv.nodes=-3", "error[S023]: `nodes` may not be negative", "-3"),
    ("system.kv.nodes=1000000000", "error[S053]: a system of type raft has at most 64 nodes", "1000000000"),
    ("sweep.repeat=1000000000", "error[S016]: `repeat` is 1000000000", "1000000000"),
    (
        "workload.w.keys=uniform(n=1000000000000000000)",
        "error[S016]: `n` must be a whole",
        "1000000000000000000",
    ),
    ("workload.w.keys=zipf(n=10, s=nan)", "error[S016]: `s` must be a number", "nan"),
    ("workload.w.keys=hot(n=1, hot=1, share=90%)", "error[S016]: `hot` must be less than `n`", "1"),
    (
        "workload.w.arrival=poisson(1000000000000000000000000000000/s)",
        "error[S024]: `rate`",
        "1000000000000000000000000000000",
    ),
    ("workload.w.arrival=poisson(1e30/s)", "error[S020]: `rate` has an exponent", "1e30/s"),
    (
        "workload.w.arrival=poisson(240.00000000000003/s)",
        "error[S025]: `rate` has 14 digits",
        "240.00000000000003/s",
    ),
    ("workload.w.arrival=poisson(-1/s)", "error[S023]: `rate` is negative", "-1/s"),
    ("workload.w.arrival=poisson(inf/s)", "error[S020]: `rate` is not finite", "inf/s"),
    ("workload.w.arrival=poisson(500)", "error[S022]: `rate` needs a unit", "500"),
    ("workload.w.arrival=poisson(5s)", "error[S021]: `rate` must be a rate, but `s` is", "s"),
    ("workload.w.arrival=on_off(500/s, on=0s, off=8s)", "error[S016]: `on` must be above 0", "0s"),
    (
        "workload.w.arrival=closed(clients=5, think=exp(nan))",
        "error[S020]: `mean` of `exp` is not finite",
        "nan",
    ),
    (
        "workload.w.arrival=closed(clients=5, think=exp(-1ms))",
        "error[S023]: `mean` of `exp` is negative",
        "-1ms",
    ),
    (
        "workload.w.arrival=closed(clients=5, think=lognormal(median=1ms, p99=inf))",
        "error[S020]: `p99` of",
        "inf",
    ),
    (
        "workload.w.arrival=closed(clients=5, think=pareto(scale=1ms, shape=nan))",
        "error[S020]: `shape` of",
        "nan",
    ),
    (
        "workload.w.arrival=closed(clients=5, think=mixture(-1: exp(1ms), 2: exp(1ms)))",
        "error[S036]: `weight` of `mixture` must be zero or more, not -1",
        "mixture(-1: exp(1ms), 2: exp(1ms))",
    ),
    ("duration=0s", "error[S016]: `duration` is 0s", "0s"),
    ("duration=-5s", "error[S023]: `duration` is negative", "-5s"),
    ("duration=10", "error[S022]: `duration` needs a unit", "10"),
    ("duration=10 parsecs", "error[S020]: `duration` has a space in it", "10 parsecs"),
    ("duration=10parsecs", "error[S021]: `duration` has an unknown unit `parsecs`", "parsecs"),
    ("duration=1000000d", "error[S024]: `duration` is too large", "1000000d"),
    ("network.default.loss=150%", "error[S024]: `loss` is more than the whole", "150%"),
    ("network.default.loss=nan", "error[S010]: this number is not finite", "nan"),
    ("network.default.bandwidth=0bit/s", "error[S016]: `bandwidth` is 0bit/s", "0bit/s"),
    ("network.default.buffer=-1B", "error[S023]: `buffer` is negative", "-1B"),
    ("warmup=10s", "error[S018]: the warm-up of 10s leaves nothing to measure", "10s"),
];

/// A mistake in each part, of every layer that reads it: its top level, the options of one table, names that span tables,
/// and what a check asserts.
const MISTAKES: &str = r#"schema = 1
duration = "10 sec"
warmup = "1"
[system.kv]
type = "raft"
[system.broken]
type = "raft"
nodes = -3
[workload.w]
target = "kw"
arrival = "poisson(10/s)"
[workload.broken]
target = "kv"
arrival = "poisson(10)"
[fault.slow]
do = "slow-disk"
at = "1s"
target = "kv.1"
factor = "2"
[fault.cut]
do = "partition"
when = "fault-began(slw)"
target = "kv"
[check.c]
invariants = ["one-leeder"]
[check.fast]
metric = "latency"
assert = "p99 < 600"
where = { workload = "v" }
[check.names-what-is-broken]
metric = "latency"
assert = "p99 < 600ms"
where = { workload = "broken" }
target = "broken"
[check.late]
sometimes = "leader-lost(kv)"
to = "1"
"#;

#[test]
fn more_seeds_than_a_command_runs_are_refused() {
    let folder = Folder::new(&[("kv.toml", KV)]);
    for partition in [&[][..], &["--partition", "hash:1/1000"]] {
        let seeds = ["run", "kv.toml", "--seeds", "5..100005", "--dry-run"];
        let done = folder.run(&[&seeds, partition].concat()).exits(2);
        assert!(done.stderr.contains("5..100005 are more than 100000 seeds"), "{}", done.stderr);
    }
    folder.run(&["run", "kv.toml", "--seeds", "5..100004", "--dry-run"]).exits(0);
}

#[test]
fn mistakes_of_one_layer_do_not_hide_those_of_another() {
    let of_system = "error[S023]: `nodes` may not be negative";
    // Targets could name nodes of a system that could not be read.
    let of_fault = "error[S050]: there is no fault `slw`";
    let all = [
        "error[S020]: `duration` has a space in it",
        "error[S022]: `warmup` needs a unit: 1 could be ms or s",
        of_system,
        "error[S050]: there is no system `kw`",
        "error[S022]: `rate` needs a unit: 10 could be /s or /m",
        "error[S011]: `factor` must be a whole number, found a string",
        of_fault,
        "error[S050]: there is no invariant `one-leeder`",
        "error[S055]: `600` needs a unit: 600 could be ms or s",
        "error[S050]: there is no workload `v`",
        "error[S022]: `to` needs a unit: 1 could be ms or s",
    ];
    let folder =
        Folder::new(&[("a.toml", MISTAKES), ("b.toml", &MISTAKES.replace("nodes = -3", "nodes = 3"))]);
    for (file, hidden) in [("a.toml", of_fault), ("b.toml", of_system)] {
        for command in ["check", "run"] {
            let done = folder.run(&[command, file]);
            assert_eq!(done.code, 2, "{}", done.stderr);
            let told: Vec<&str> = done.stderr.lines().filter(|line| line.starts_with("error")).collect();
            let expected: Vec<&str> = all.into_iter().filter(|error| *error != hidden).collect();
            assert_eq!(told, expected, "{command} {file}");
        }
    }
}

#[test]
fn a_value_that_cannot_be_is_underlined_where_it_stands() {
    let folder = Folder::new(&[("kv.toml", KV)]);
    for (set, message, underlined) in SET {
        let done = folder.run(&["run", "kv.toml", "--set", set]).exits(2);
        assert!(done.stderr.starts_with(message), "{set}:\n{}", done.stderr);
        let carets =
            done.stderr.lines().find_map(|line| line.split_once("| ").filter(|(_, rest)| rest.contains('^')));
        let (_, carets) = carets.unwrap_or_else(|| panic!("{set}: nothing is underlined:\n{}", done.stderr));
        let start = carets.find('^').expect("it was just seen");
        let length = carets[start..].bytes().take_while(|byte| *byte == b'^').count();
        assert_eq!(&set[start..start + length], underlined, "{set}:\n{}", done.stderr);
        assert!(done.stderr.contains(&format!(" --> --set:1:{}\n", start + 1)), "{set}:\n{}", done.stderr);
        assert_eq!(done.stdout, "", "{set}");
        assert!(!folder.path("outputs").exists(), "{set}: nothing ran");
    }
}

#[test]
fn files_that_are_no_scenarios_say_so() {
    let escape = |to: &str| format!("schema = 1\nextends = \"{to}\"\n");
    let (up, absolute, own) = (escape("../../kv.toml"), escape("/etc/passwd"), escape("self.toml"));
    let (link, folder_base) = (escape("link.toml"), escape("."));
    let folder = Folder::new(&[
        ("kv.toml", KV),
        ("empty.toml", ""),
        ("blank.toml", "\n  \n"),
        ("scenarios/deep/up.toml", &up),
        ("scenarios/deep/absolute.toml", &absolute),
        ("scenarios/deep/self.toml", &own),
        ("scenarios/deep/link-to.toml", &link),
        ("scenarios/deep/folder.toml", &folder_base),
        ("no-target.toml", &KV.replace("target = \"kv\"\n", "")),
    ]);
    std::fs::write(folder.path("binary.toml"), [0x7f, b'E', b'L', b'F', 0, 0xff]).expect("writable");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path("kv.toml"), folder.path("scenarios/deep/link.toml"))
        .expect("writable");
    let cases = [
        ("absent.toml", "error[S001]: `absent.toml` does not exist\n"),
        ("scenarios", "error[S001]: `scenarios` is a folder, not a file\n"),
        ("binary.toml", "error[S003]: `binary.toml` is not UTF-8 text"),
        ("empty.toml", "error[S004]: `empty.toml` is empty\n"),
        ("blank.toml", "error[S004]: `blank.toml` is empty\n"),
        ("scenarios/deep/up.toml", "error[S009]: `../../kv.toml` leads out of the scenario root"),
        ("scenarios/deep/absolute.toml", "error[S009]: `/etc/passwd` leads out of the scenario root"),
        ("scenarios/deep/self.toml", "error[S007]: `self.toml` extends itself: "),
        #[cfg(unix)]
        ("scenarios/deep/link-to.toml", "error[S009]: `link.toml` leads out of the scenario root"),
        (
            "scenarios/deep/folder.toml",
            "error[S001]: `.` is a folder, not a file\n --> scenarios/deep/folder.toml:2:11\n",
        ),
        ("no-target.toml", "error[S012]: `target` is missing in [workload.w]\n --> no-target.toml:5:1\n"),
    ];
    for (file, message) in cases {
        for command in ["run", "check"] {
            let done = folder.run(&[command, file]).exits(2);
            assert!(done.stderr.starts_with(message), "{command} {file}:\n{}", done.stderr);
        }
    }
}

#[test]
fn recorded_arrivals_that_are_none_tell_their_line() {
    let arrival = "arrival = \"recorded('times.csv')\"\n";
    let folder = Folder::new(&[("w.toml", &KV.replace("arrival = \"poisson(10/s)\"\n", arrival))]);
    let done = folder.run(&["check", "w.toml"]).exits(2);
    let place =
        " --> w.toml:7:21\n  |\n7 | arrival = \"recorded('times.csv')\"\n  |                     ^^^^^^^^^^^";
    assert!(
        done.stderr.starts_with(&format!("error[S001]: `times.csv` does not exist\n{place}")),
        "{}",
        done.stderr
    );
    let cases = [
        ("", "has no column `arrival_s`"),
        ("arrival_s\n", "has no arrivals"),
        ("time\n1\n", "has no column `arrival_s`"),
        ("arrival_s\n1\nsoon\n", "has in line 3 `soon`, which is no time"),
        ("arrival_s\n-1\n", "has in line 2 `-1`, which is no time"),
        ("arrival_s\nnan\n", "has in line 2 `nan`, which is no time"),
        ("arrival_s\n1e400\n", "has in line 2 `1e400`, which is no time"),
        ("arrival_s\n\n\n2\n1\n", "has in line 5 a time before the one above it"),
        ("user,arrival_s\na,1\nb\n", "has in line 3 ``, which is no time"),
    ];
    for (rows, message) in cases {
        std::fs::write(folder.path("times.csv"), rows).expect("writable");
        let done = folder.run(&["check", "w.toml"]).exits(2);
        let expected = format!("error[S037]: `times.csv` {message}\n{place}");
        assert!(done.stderr.starts_with(&expected), "{rows:?}:\n{}", done.stderr);
        assert!(done.stderr.contains("= help: "), "{rows:?}:\n{}", done.stderr);
    }
    std::fs::write(folder.path("times.csv"), "user,arrival_s\na,0.5\nb, 0.75\n").expect("writable");
    folder.run(&["check", "w.toml"]).exits(0);
}

/// A scenario cut anywhere is one with mistakes, or a shorter one.
#[test]
fn a_scenario_cut_anywhere_is_refused_or_valid() {
    for path in crate::scenarios::shipped() {
        let whole = std::fs::read(project().join(&path)).expect("readable");
        for length in (0..whole.len()).step_by(37) {
            // Bytes, not characters: a cut may go through one.
            let said = crate::scenarios::check_text("cut.toml", &String::from_utf8_lossy(&whole[..length]));
            let place = format!("{} cut at {length}", path.display());
            assert_eq!(said.is_valid, !said.messages.contains("error["), "{place}:\n{}", said.messages);
            assert!(said.is_valid || said.messages.contains("--> cut.toml"), "{place}:\n{}", said.messages);
        }
    }
}

#[test]
fn a_loop_that_takes_no_time_stops_at_a_named_limit() {
    let lines = "schema = 1\nduration = \"10s\"\n[network]\nregions = \"zero.csv\"\n[system.kv]\ntype = \"raft\"\nnodes = 1\n\
                 disk.fsync = \"0ms\"\n[workload.w]\ntarget = \"kv\"\narrival = \"closed(clients=1)\"\n";
    let folder = Folder::new(&[("loop.toml", lines), ("zero.csv", "from,to,one_way\nhere,here,0ms\n")]);
    let done = folder.run(&["run", "loop.toml", "--charts", "none"]).exits(3);
    assert!(done.stderr.contains("`max-events-within-10ms`"), "{}", done.stderr);
    assert!(done.stderr.contains("time hardly passes"), "{}", done.stderr);
}

/// More operations than a workload has clients: the rest ends `fail`, and the run is told.
#[test]
fn a_flood_runs_out_of_clients_and_stops_at_a_named_limit() {
    // Nothing gets through: every operation is one arrival, and waits.
    let full = "[network.default]\nbandwidth = \"1bit/s\"\nbuffer = \"1B\"\n";
    let flood = format!("{}{full}", KV.replace("poisson(10/s)", "constant(1000000000/s)"));
    let folder = Folder::new(&[("flood.toml", &flood)]);
    let arguments = ["run", "flood.toml", "--charts", "none", "--max-events", "1100000"];
    let done = folder.run(&arguments).exits(3);
    assert!(done.stderr.contains("by the limit `max-events`"), "{}", done.stderr);
    assert!(done.stderr.contains("`w` had no client free for "), "{}", done.stderr);
}
