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
        assert_eq!(done.json()["verdict"], "passed", "of the run itself it is no failure");
        seen[usize::from(is_seen)] += 1;
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    let done = folder.run(&["run", "never.toml"]).exits(1);
    assert!(done.stdout.contains("not-seen"), "{}", done.stdout);
    assert!(done.stdout.contains("crashed(kv)"), "{}", done.stdout);
    assert!(done.stdout.contains("did not come to pass in this run"), "{}", done.stdout);
    assert!(done.stdout.contains("failed: 1 of 2 checks"), "{}", done.stdout);
}

#[test]
fn of_many_runs_one_is_enough() {
    let folder = Folder::new(&[("a.toml", &(SMALL.to_owned() + RARE)), ("never.toml", &never())]);
    let some = folder.run(&["run", "a.toml", "--seeds", "1..8"]).exits(0);
    let line = some.stdout.lines().find(|line| line.contains("seldom")).expect("it is told");
    assert!(line.starts_with("  seen  `seldom`: fault-began(rare) came to pass in "), "{line}");
    assert!(line.ends_with(" of 8 runs"), "{line}");
    let none = folder.run(&["run", "never.toml", "--seeds", "1..3"]).exits(1);
    assert!(none.stdout.contains("3 runs: 3 passed"), "{}", none.stdout);
    let line = "  never  `seldom`: crashed(kv) came to pass in none of 3 runs";
    assert!(none.stdout.lines().any(|one| one == line), "{}", none.stdout);
    let json = folder.run(&["run", "never.toml", "--seeds", "1..3", "--format", "json"]).exits(1).json();
    let sweep = &json["sweeps"][0];
    let told = serde_json::json!([{ "check": "seldom", "happening": "crashed(kv)", "seen": 0, "runs": 3 }]);
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
    }
}

#[test]
fn a_run_that_is_over_early_leaves_it_open() {
    let folder = Folder::new(&[("never.toml", &never())]);
    let done = folder.run(&["run", "never.toml", "--format", "json", "--max-events", "200"]).exits(3);
    assert_eq!(verdict(&done), "inconclusive");
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
