//! Checks with `sometimes`: one run is enough, none is a failure, and a part of the runs decides nothing.

use super::*;

/// A fault that may come too late to strike, by the seed.
const RARE: &str = r#"
[fault.rare]
every = "uniform(1s, 3s)"
do = "pause"
target = "kv.1"
for = "10ms"

[check.seldom]
sometimes = "fault-began(rare)"
"#;

/// [`RARE`], but what is waited for never comes.
fn never() -> String {
    SMALL.to_owned() + &RARE.replace("fault-began(rare)", "crashed(kv)")
}

/// A check that fails in every run.
const NO: &str = r#"
[check.no]
metric = "latency"
assert = "p99 < 1ns"
"#;

/// What a batch says of the check, as JSON.
fn told(done: &Done) -> serde_json::Value {
    done.json()["sweeps"][0]["sometimes"][0].clone()
}

fn verdict(done: &Done) -> String {
    let checks = done.json()["checks"].clone();
    let seldom = checks.as_array().expect("a list").iter().find(|check| check["name"] == "seldom").cloned();
    seldom.expect("it is there")["verdict"].as_str().expect("a word").to_owned()
}

#[test]
fn a_single_run_is_all_there_is() {
    let folder = Folder::new(&[("a.toml", &(SMALL.to_owned() + RARE)), ("never.toml", &never())]);
    let mut seen = [0, 0];
    for seed in 1..=8 {
        let done = folder.run(&["run", "a.toml", "--format", "json", "--seed", &seed.to_string()]);
        let is_seen = verdict(&done) == "held";
        assert!(is_seen || verdict(&done) == "not-seen");
        assert_eq!(done.code, i32::from(!is_seen), "{}", done.stderr);
        let (json, reason) =
            (done.json(), "small: `seldom`: fault-began(rare) did not come to pass in the one run");
        let (word, reasons) = if is_seen { ("passed", vec![]) } else { ("failed", vec![reason]) };
        assert_eq!((&json["verdict"], &json["exit"]), (&word.into(), &done.code.into()));
        assert_eq!(json["reasons"], serde_json::json!(reasons));
        // Of the run itself it is no failure: other runs may have it.
        let summary = folder.path(json["output"].as_str().expect("a path")).join("summary.json");
        assert_eq!(json_of(&summary)["verdict"], "passed");
        seen[usize::from(is_seen)] += 1;
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    let done = folder.run(&["run", "never.toml"]).exits(1);
    let row = "  not-seen  seldom        sometimes     crashed(kv)  did not come to pass in this run";
    assert!(done.stdout.lines().any(|line| line == row), "{}", done.stdout);
    let conclusion = "failed: 1 of 2 checks; more seeds may show it: --seeds 1..20   outputs/small/";
    assert!(done.stdout.contains(conclusion), "{}", done.stdout);
    // Where a check of the run itself failed, the run does it again and other seeds are no remedy.
    let both = never() + NO;
    let folder = Folder::new(&[("both.toml", &both)]);
    let done = folder.run(&["run", "both.toml"]).exits(1);
    assert!(done.stdout.contains("failed: 2 of 3 checks   outputs/small/"), "{}", done.stdout);
    assert_eq!(last_command(&done, "reproduce"), ["run", "both.toml", "--seed", "3"]);
}

#[test]
fn of_many_runs_one_is_enough() {
    let folder = Folder::new(&[("a.toml", &(SMALL.to_owned() + RARE)), ("never.toml", &never())]);
    let some = folder.run(&["run", "a.toml", "--seeds", "1..8"]).exits(0);
    let line = some.stdout.lines().find(|line| line.contains("seldom")).expect("it is told");
    assert!(line.starts_with("  seen  `seldom`: fault-began(rare) came to pass in "), "{line}");
    assert!(line.ends_with(" of 8 runs"), "{line}");
    let none = folder.run(&["run", "never.toml", "--seeds", "1..3"]).exits(1);
    let head = "small  3 runs: 3 passed, but 1 check never seen";
    assert_eq!(none.stdout.lines().next(), Some(head));
    assert_eq!(
        last_command(&none, "reproduce"),
        ["run", "never.toml", "--seeds", "1..3"],
        "no run is to blame"
    );
    let line = "  never  `seldom`: crashed(kv) came to pass in none of 3 runs";
    assert!(none.stdout.lines().any(|one| one == line), "{}", none.stdout);
    let json = folder.run(&["run", "never.toml", "--seeds", "1..3", "--format", "json"]).exits(1).json();
    let sweep = &json["sweeps"][0];
    let told = serde_json::json!([{
        "check": "seldom", "happening": "crashed(kv)", "verdict": "never", "seen": 0, "runs": 3, "open": 0,
    }]);
    assert_eq!(sweep["sometimes"], told);
    let output = folder.path(sweep["output"].as_str().expect("a path"));
    let read = |name: &str| std::fs::read_to_string(output.join(name)).expect("it is written");
    let manifest: serde_json::Value = serde_json::from_str(&read("manifest.json")).expect("JSON");
    assert_eq!(manifest["sometimes"], told);
    assert!(read("report.html").contains("`seldom`: crashed(kv) came to pass in none of 3 runs"));
}

#[test]
fn a_part_of_the_runs_decides_nothing() {
    let folder = Folder::new(&[("never.toml", &never())]);
    for part in ["hash:1/2", "hash:2/2"] {
        let done = folder.run(&["run", "never.toml", "--seeds", "1..8", "--partition", part]).exits(0);
        assert!(done.stdout.contains("  not-seen  `seldom`: "), "{}", done.stdout);
        assert!(done.stdout.lines().next().is_some_and(|head| head.ends_with(" passed")), "{}", done.stdout);
    }
    // `--only` leaves runs to others too, unless it names all of them.
    let swept = SMALL.replace("nodes = 3", "nodes = \"${nodes}\"") + "[sweep]\nvars.nodes = [3, 5]\n";
    let folder = Folder::new(&[("never.toml", &(swept + &RARE.replace("fault-began(rare)", "crashed(kv)")))]);
    let run = |flags: &[&str]| folder.run(&[&["run", "never.toml", "--format", "json"], flags].concat());
    let part = run(&["--only", "nodes=3", "--seeds", "1..2"]).exits(0);
    assert_eq!((&told(&part)["verdict"], &told(&part)["runs"]), (&"not-seen".into(), &2.into()));
    let single = run(&["--only", "nodes=3", "--seed", "1"]).exits(0);
    assert_eq!(verdict(&single), "not-seen");
    assert!(!single.stderr.contains("seldom"), "{}", single.stderr);
    let all = run(&["--only", "nodes=3", "--only", "nodes=5"]).exits(1);
    assert_eq!((&told(&all)["verdict"], &told(&all)["runs"]), (&"never".into(), &2.into()));
}

#[test]
fn an_exit_code_has_its_reason_wherever_the_result_goes() {
    let folder = Folder::new(&[("never.toml", &never()), ("both.toml", &(never() + NO))]);
    let seldom = "small: `seldom`: crashed(kv) came to pass in none of 3 runs";
    for flag in [&["--quiet"][..], &["--format", "json"], &["--quiet", "--format", "json"]] {
        let said = |file: &str| -> Vec<String> {
            let done = folder.run(&[&["run", file, "--seeds", "1..3"], flag].concat()).exits(1);
            let said = done.stderr.lines().filter(|line| line.starts_with("small: "));
            said.map(str::to_owned).collect()
        };
        assert_eq!(said("never.toml"), [seldom], "{flag:?}");
        let failed = "small: 3 of 3 runs failed: no";
        // A document says which runs failed, and why.
        let both = if flag.contains(&"--quiet") { vec![failed, seldom] } else { vec![seldom] };
        assert_eq!(said("both.toml"), both, "{flag:?}");
    }
    let json = folder.run(&["run", "both.toml", "--seeds", "1..3", "--format", "json"]).exits(1).json();
    assert_eq!((&json["verdict"], &json["exit"]), (&"failed".into(), &1.into()));
    assert_eq!(json["reasons"], serde_json::json!(["small: 3 of 3 runs failed: no", seldom]));
    let one = folder.run(&["run", "both.toml", "-q"]).exits(1);
    let head: Vec<&str> = one.stderr.lines().take(2).collect();
    let seldom = "small: `seldom`: crashed(kv) did not come to pass in the one run";
    assert_eq!(head, ["small: failed: no", seldom], "{}", one.stderr);
}

#[test]
fn after_what_never_came_to_pass_fail_fast_begins_no_other_file() {
    let other = SMALL.replace("small", "other");
    let folder = Folder::new(&[("never.toml", &never()), ("other.toml", &other)]);
    let run = |flags: &[&str]| {
        let files = ["run", "never.toml", "other.toml", "--seeds", "1..2"];
        let said = folder.run(&[&files, flags].concat()).exits(1).stderr;
        let is_begun = !folders_in(&folder.path("outputs/other")).is_empty();
        let left = "warning: stopped after the first failure: 1 of 2 files are not begun\n";
        assert_eq!(said.contains(left), !is_begun, "{said}");
        is_begun
    };
    assert!(!run(&["--fail-fast"]));
    assert!(run(&[]));
}

#[test]
fn what_a_swept_variable_names_is_one_check() {
    let named = RARE.replace("fault-began(rare)", "crashed(${victim})");
    let text = SMALL.to_owned() + &named + "[sweep]\nvars.victim = [\"kv.1\", \"kv.2\"]\n";
    let crash = "[fault.late]\nat = \"1s\"\ndo = \"crash\"\ntarget = \"kv.2\"\nfor = \"100ms\"\n";
    let folder = Folder::new(&[("never.toml", &text), ("one.toml", &(text.clone() + crash))]);
    let done = folder.run(&["run", "never.toml"]).exits(1);
    let line = "  never  `seldom`: crashed(kv.1) or crashed(kv.2) came to pass in none of 2 runs";
    assert!(done.stdout.lines().any(|one| one == line), "{}", done.stdout);
    let done = folder.run(&["run", "one.toml"]).exits(0);
    let line = "  seen  `seldom`: crashed(kv.1) or crashed(kv.2) came to pass in 1 of 2 runs";
    assert!(done.stdout.lines().any(|one| one == line), "{}", done.stdout);
}

#[test]
fn a_run_that_is_over_early_leaves_it_open() {
    let folder = Folder::new(&[("never.toml", &never())]);
    let done = folder.run(&["run", "never.toml", "--format", "json", "--max-events", "200"]).exits(3);
    assert_eq!(verdict(&done), "inconclusive");
    // An unfinished run is none that files count.
    let flags = ["run", "never.toml", "--format", "json", "--max-events", "200", "--seeds", "1..2"];
    let many = told(&folder.run(&flags).exits(3));
    assert_eq!((&many["verdict"], &many["runs"], &many["open"]), (&"not-seen".into(), &0.into(), &2.into()));
}

#[test]
fn beyond_its_window_nothing_is_open_whatever_ended_the_run() {
    for (to, expected) in [("50ms", "not-seen"), ("1900ms", "inconclusive")] {
        let folder = Folder::new(&[("never.toml", &(never() + &format!("to = \"{to}\"\n")))]);
        let done = folder.run(&["run", "never.toml", "--format", "json", "--max-events", "1000"]).exits(3);
        let simulated = done.json()["simulated_s"].as_f64().expect("a number");
        assert!((0.05..1.9).contains(&simulated), "{simulated}");
        assert_eq!(verdict(&done), expected);
    }
}
