//! Limits, and the user's interrupt: what was simulated is kept, and said to be partial.

use super::*;

/// The marker of the one partial run.
fn marker(folder: &Folder) -> serde_json::Value {
    let [name] = &folders_in(&folder.path("outputs/small"))[..] else { panic!("one folder") };
    let partial = folder.path("outputs/small").join(name);
    assert!(name.ends_with(".partial") && !partial.join("manifest.json").exists(), "{name}");
    for (name, bytes) in files_below(&partial) {
        assert!(!name.ends_with(".tmp"), "{name} is half written");
        let listed = &json_of(&partial.join("partial.json"))["files"][&name];
        let is_listed = listed["bytes"] == bytes.len();
        assert!(is_listed || name == "partial.json" || name.starts_with("runs/"), "{name}");
    }
    json_of(&partial.join("partial.json"))
}

#[test]
fn the_clock_cuts_a_run_and_leaves_a_partial_one_without_a_digest() {
    let folder = Folder::new(&[("a.toml", &endless())]);
    let done = folder.run(&["run", "a.toml", "--wall-limit", "300ms", "--format", "json"]).exits(3);
    let result = done.json();
    assert_eq!((&result["verdict"], &result["stopped"]), (&"inconclusive".into(), &"wall-limit".into()));
    assert!(result["digest"].is_null() && result["events"].as_u64() > Some(0));
    assert!(done.stderr.contains("--wall-limit"), "{}", done.stderr);
    assert_eq!(last_command(&done, "reproduce"), ["run", "a.toml", "--seed", "3"]);
    let marker = marker(&folder);
    assert_eq!((&marker["stopped"], &marker["digest"]), (&"wall-limit".into(), &serde_json::Value::Null));
    assert!(marker["simulated_s"].as_f64() > Some(0.0) && marker["duration_s"] == 1e6);
}

#[test]
fn memory_cuts_a_run() {
    let folder = Folder::new(&[("a.toml", &endless())]);
    let done = folder.run(&["run", "a.toml", "--max-memory", "3MiB"]).exits(3);
    assert!(done.stdout.contains("inconclusive: stopped early by max-memory"), "{}", done.stdout);
    assert_eq!(marker(&folder)["stopped"], "max-memory");
    let small = Folder::new(&[("a.toml", SMALL)]);
    small.run(&["run", "a.toml", "--max-memory", "1GiB"]).exits(0);
}

#[test]
fn a_number_of_events_cuts_a_run_where_every_machine_does() {
    let folder = Folder::new(&[("a.toml", &endless())]);
    let done = folder.run(&["run", "a.toml", "--max-events", "5000", "--format", "json"]).exits(3);
    let result = done.json();
    assert_eq!((&result["events"], &result["stopped"]), (&5000.into(), &"max-events".into()));
    let command = last_command(&done, "reproduce");
    assert_eq!(command, ["run", "a.toml", "--seed", "3", "--max-events", "5000"]);
    let again = folder.run(&[&command[..], &["--format", "json"]].concat()).exits(3).json();
    assert!(again["digest"].is_string());
    assert_eq!((&again["digest"], &again["run_id"]), (&result["digest"], &result["run_id"]));
    assert_eq!(marker(&folder)["digest"], again["digest"]);
}

#[test]
fn every_limit_of_a_run_has_its_flag_and_the_command_names_it() {
    // 10 ms hold more arrivals than are allowed.
    let dense = endless().replace("poisson(100/s)", "constant(1000000/s)");
    let folder = Folder::new(&[("a.toml", &dense)]);
    for (flag, most) in [("--max-pending", "2"), ("--max-events-within-10ms", "5000")] {
        let done = folder.run(&["run", "a.toml", flag, most, "--format", "json"]).exits(3);
        let result = done.json();
        assert_eq!(result["stopped"], flag.trim_start_matches("--"));
        assert!(result["digest"].is_string(), "every machine stops there");
        assert_eq!(last_command(&done, "reproduce"), ["run", "a.toml", "--seed", "3", flag, most]);
    }
}

#[test]
fn a_sweep_with_cut_runs_stays_partial() {
    let folder = Folder::new(&[("a.toml", &endless())]);
    let done = folder.run(&["run", "a.toml", "--seeds", "1..2", "--max-events", "3000"]).exits(3);
    assert!(done.stderr.contains("2 of 2 runs are not finished"), "{}", done.stderr);
    let marker = marker(&folder);
    assert_eq!((&marker["stopped"], &marker["runs"]), (&"unfinished".into(), &serde_json::json!([])));
    assert_eq!(marker["missing"].as_array().map(Vec::len), Some(2));
}

#[test]
fn wrong_limits_are_refused_with_what_to_write() {
    for (flag, value, said) in [
        ("--max-memory", "2", "unit"),
        ("--wall-limit", "10", "unit"),
        ("--max-events", "0", "0"),
        ("--max-pending", "9000000", "8388608"),
        ("--jobs", "0", "at least 1"),
        ("--seed", "-1", "seed"),
        ("--seeds", "9..1", "before"),
        ("--partition", "1/2", "hash:1/4"),
    ] {
        let done = run(&["run", "scenarios/quickstart.toml", &format!("{flag}={value}")]).exits(2);
        assert!(done.stderr.contains(said), "{flag}: {}", done.stderr);
    }
}

#[cfg(unix)]
mod interrupts {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::Child;
    use std::time::Duration;

    use super::*;

    /// Waits until it is so, for a minute at most.
    fn wait_until(mut is_so: impl FnMut() -> bool) {
        let mut looks = 0;
        while !is_so() {
            looks += 1;
            assert!(looks < 6_000, "it never came so far");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn send_interrupt(child: &Child) {
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("there is kill").success());
    }

    /// Starts the command, waits until `is_ready`, interrupts it, and gives what it did.
    fn interrupt(folder: &Folder, arguments: &[&str], is_ready: impl Fn() -> bool) -> Done {
        let mut command = seedbed(folder.0.path(), arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        wait_until(is_ready);
        // What is waited for comes just before the run.
        std::thread::sleep(Duration::from_millis(500));
        send_interrupt(&child);
        child.wait_with_output().expect("it ends").into()
    }

    /// A stream that takes no byte more, so that who writes to it waits; and the end that would have to read.
    fn full_stream() -> (UnixStream, Stdio) {
        let (reader, mut writer) = UnixStream::pair().expect("there are sockets");
        writer.set_nonblocking(true).expect("it can be set");
        for length in [4096, 1] {
            while writer.write(&[0; 4096][..length]).is_ok() {}
        }
        writer.set_nonblocking(false).expect("it can be set");
        (reader, OwnedFd::from(writer).into())
    }

    /// Starts two endless runs, and comes back when interrupts are listened for: before that no folder is made.
    fn start_endless(folder: &Folder, stdout: Stdio, stderr: Stdio) -> Child {
        let mut command = seedbed(folder.0.path(), &["run", "a.toml", "--seeds", "1..2"]);
        let child = command.stdout(stdout).stderr(stderr).spawn().expect("it starts");
        let home = folder.path("outputs/small");
        wait_until(|| home.exists() && folders_in(&home).iter().any(|name| name.starts_with("sweep-")));
        child
    }

    /// Interrupts the command, which waits for a full stream, once more, and gives its exit code.
    fn interrupt_again(child: &mut Child) -> Option<i32> {
        send_interrupt(child);
        let mut looks = 0;
        loop {
            if let Some(status) = child.try_wait().expect("it is our child") {
                return status.code();
            }
            looks += 1;
            if looks == 3_000 {
                child.kill().expect("it runs");
                panic!("the second interrupt did not end it");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn a_second_interrupt_ends_the_program_at_once() {
        let folder = Folder::new(&[("a.toml", &endless())]);
        // After the first it can come as far as its result, and no further.
        let (_reader, stdout) = full_stream();
        let mut child = start_endless(&folder, stdout, Stdio::piped());
        send_interrupt(&child);
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut told = String::new();
        stderr.read_line(&mut told).expect("it is text");
        assert_eq!(told, "interrupted: keeping what was simulated; interrupt again to stop at once\n");
        assert_eq!(interrupt_again(&mut child), Some(130));
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).expect("it is text");
        assert_eq!(rest, "", "it ended without another word");
    }

    #[test]
    fn a_second_interrupt_does_not_wait_for_who_reads_the_first_ones_message() {
        let folder = Folder::new(&[("a.toml", &endless())]);
        let (_reader, stderr) = full_stream();
        let mut child = start_endless(&folder, Stdio::null(), stderr);
        send_interrupt(&child);
        // The first one is heeded although its message cannot be written.
        let home = folder.path("outputs/small");
        wait_until(|| folders_in(&home).iter().any(|name| home.join(name).join("partial.json").exists()));
        assert_eq!(interrupt_again(&mut child), Some(130));
        assert_eq!(marker_below(&home)["stopped"], "interrupt");
    }

    /// The marker of the partial sweep, beside its lock: a program that ends at once leaves that behind.
    fn marker_below(home: &Path) -> serde_json::Value {
        let names = folders_in(home);
        let partial = names.iter().find(|name| name.ends_with(".partial")).expect("it is kept");
        json_of(&home.join(partial).join("partial.json"))
    }

    #[test]
    fn an_interrupted_run_keeps_what_was_simulated() {
        let folder = Folder::new(&[("a.toml", &endless())]);
        let is_ready = || folder.path("outputs/small").exists();
        let done = interrupt(&folder, &["run", "a.toml"], is_ready).exits(130);
        assert!(done.stdout.contains("inconclusive: stopped early by interrupt"), "{}", done.stdout);
        assert_eq!(last_command(&done, "reproduce"), ["run", "a.toml", "--seed", "3"]);
        let marker = marker(&folder);
        assert_eq!((&marker["stopped"], &marker["digest"]), (&"interrupt".into(), &serde_json::Value::Null));
        assert!(marker["simulated_s"].as_f64() > Some(0.0));
        assert_eq!(marker["reason"], "the run was interrupted");
        let [name] = &folders_in(&folder.path("outputs/small"))[..] else { panic!("one folder") };
        let again = folder.run(&["repro", &format!("outputs/small/{name}")]).exits(0);
        assert!(again.stdout.contains("same up to where it was cut (interrupt): "), "{}", again.stdout);
    }

    #[test]
    fn an_interrupt_between_two_files_is_a_reason() {
        let other = endless().replace("small", "other");
        let folder = Folder::new(&[("a.toml", SMALL), ("b.toml", &other)]);
        folder.run(&["run", "a.toml"]).exits(0);
        let latest = folder.path("outputs/latest");
        std::fs::remove_file(&latest).expect("it is there");
        // That the run was there already it cannot say, and so does not come as far as the other file.
        let (mut reader, stderr) = full_stream();
        let mut command = seedbed(folder.0.path(), &["run", "a.toml", "b.toml", "--format", "json"]);
        let child = command.stdout(Stdio::piped()).stderr(stderr).spawn().expect("it starts");
        drop(command);
        wait_until(|| latest.is_symlink());
        send_interrupt(&child);
        std::thread::sleep(Duration::from_millis(500));
        let reading = std::thread::spawn(move || {
            let mut said = Vec::new();
            reader.read_to_end(&mut said).map(|_| said)
        });
        let done: Done = child.wait_with_output().expect("it ends").into();
        let json = done.exits(130).json();
        assert_eq!((&json["verdict"], &json["exit"]), (&"inconclusive".into(), &130.into()));
        assert_eq!(json["reasons"], serde_json::json!(["interrupted: 1 of 2 files are not begun"]));
        let said = reading.join().expect("it reads").expect("it can be read");
        let said = String::from_utf8_lossy(&said).trim_start_matches('\0').to_owned();
        assert!(said.ends_with("warning: interrupted: 1 of 2 files are not begun\n"), "{said}");
    }

    #[test]
    fn a_document_says_that_runs_were_interrupted() {
        let folder = Folder::new(&[("a.toml", &endless())]);
        let is_ready = || folder.path("outputs/small").exists();
        let reasons = |flags: &[&str]| {
            let arguments = [&["run", "a.toml", "-j1", "--format", "json"], flags].concat();
            let json = interrupt(&folder, &arguments, is_ready).exits(130).json();
            assert_eq!((&json["verdict"], &json["exit"]), (&"inconclusive".into(), &130.into()));
            json["reasons"].clone()
        };
        let cut = "small: inconclusive: stopped early by interrupt";
        assert_eq!(reasons(&[]), serde_json::json!([cut]));
        std::fs::remove_dir_all(folder.path("outputs")).expect("it is there");
        let cut = "small: 1 of 3 runs inconclusive: stopped early by interrupt";
        let left = "small: interrupted: 3 of 3 runs are not finished";
        assert_eq!(reasons(&["--seeds", "1..3"]), serde_json::json!([cut, left]));
    }

    #[test]
    fn an_interrupted_sweep_keeps_the_finished_runs_and_resume_goes_on() {
        let text = sweep().replace("2s", "${length}") + "vars.length = [\"2s\", \"40s\"]\n";
        let folder = Folder::new(&[("a.toml", &text)]);
        let home = folder.path("outputs/small");
        let finished = || -> usize {
            let names = if home.exists() { folders_in(&home) } else { Vec::new() };
            let runs = names.iter().map(|name| home.join(name).join("runs")).filter(|runs| runs.exists());
            runs.flat_map(|runs| folders_in(&runs)).filter(|name| !name.contains('.')).count()
        };
        let flags = ["run", "a.toml", "-j1", "--seeds", "1..20"];
        let done = interrupt(&folder, &flags, || finished() > 0).exits(130);
        assert!(done.stderr.contains("of 160 runs are not finished"), "{}", done.stderr);
        let [name] = &folders_in(&home)[..] else { panic!("one folder: {:?}", folders_in(&home)) };
        assert!(name.starts_with("sweep-") && name.ends_with(".partial"), "{name}");
        let marker = json_of(&home.join(name).join("partial.json"));
        let (kept, missing) = (marker["runs"].as_array().expect("a list"), &marker["missing"]);
        assert_eq!(marker["stopped"], "interrupt");
        assert_eq!(kept.len() + missing.as_array().expect("a list").len(), 160);
        assert!(!kept.is_empty() && kept.len() == finished());
        for run in kept {
            let id = run["run_id"].as_str().expect("an id");
            let manifest = json_of(&home.join(name).join("runs").join(id).join("manifest.json"));
            assert_eq!((&manifest["digest"], &manifest["run_id"]), (&run["digest"], &run["run_id"]));
        }
        let resume =
            done.stderr.lines().find_map(|line| line.strip_prefix("resume: seedbed ")).expect("it says how");
        assert_eq!(resume, "run a.toml --seeds 1..20 --resume");
    }
}

/// Nobody can carry the orders out until 6.5 s, and each is given up after 2 s: those that are overdue by then are many.
const ORDERS: &str = r#"
schema = 1
name = "small"
duration = "9s"
[system.kv]
type = "raft"
nodes = 3
[fault.down]
at = "500ms"
do = "crash"
target = "nodes(kv.2, kv.3)"
for = "6s"
[operation.hand-over]
every = "const(300ms)"
until = "3s"
do = "transfer-leader"
target = "kv.1"
timeout = "2s"
"#;

#[test]
fn an_operator_gives_no_orders_after_until_overdue_ones_neither() {
    let folder = Folder::new(&[("a.toml", ORDERS)]);
    folder.run(&["run", "a.toml", "--charts", "none"]).exits(0);
    let [run] = &folders_in(&folder.path("outputs/small"))[..] else { panic!("one folder") };
    let orders = folder.path("outputs/small").join(run).join("operations.csv");
    let orders = std::fs::read_to_string(orders).expect("it is written");
    let began: Vec<u64> =
        orders.lines().skip(1).filter_map(|line| line.split(',').nth(6)?.parse().ok()).collect();
    assert_eq!(orders.lines().count(), 1 + 9, "{orders}");
    assert!(began.len() < 9 && began.iter().all(|&began| began < 3_000_000_000), "{orders}");
}
