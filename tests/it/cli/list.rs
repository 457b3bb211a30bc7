//! `seedbed list`.

use super::*;

const TOPICS: [&str; 21] = [
    "systems",
    "policies",
    "disciplines",
    "backoffs",
    "faults",
    "targets",
    "metrics",
    "labels",
    "checks",
    "verdicts",
    "bugs",
    "distributions",
    "arrivals",
    "keys",
    "theory",
    "networks",
    "tables",
    "layers",
    "files",
    "errors",
    "exit-codes",
];

#[test]
fn the_overview_has_every_topic_with_its_count() {
    let done = run(&["list"]).exits(0);
    let names: Vec<&str> = done.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(TOPICS.iter().all(|topic| names.contains(topic)), "{names:?}");
    let json = run(&["list", "--format", "json"]).exits(0).json();
    for topic in json["topics"].as_array().expect("a list") {
        assert!(topic["count"].as_u64() > Some(0), "{topic}");
    }
}

#[test]
fn every_topic_is_an_aligned_table_within_the_width() {
    for topic in TOPICS {
        let done = run(&["list", topic]).exits(0);
        assert!(!done.stdout.is_empty() && done.stderr.is_empty(), "{topic}");
        let wide = done.stdout.lines().find(|line| line.chars().count() > 100);
        assert_eq!(wide, None, "{topic}");
        let json = run(&["list", topic, "--format", "json"]).exits(0).json();
        assert!(json[topic].as_array().is_some_and(|names| !names.is_empty()), "{topic}");
    }
}

#[test]
fn scenarios_are_found_sorted_with_what_they_say() {
    let folder = Folder::new(&[
        ("scenarios/b.toml", "schema = 1\ndescription = \"The second.\"\n"),
        ("scenarios/a/x.toml", "schema = 1\nname = \"first\"\n"),
        ("scenarios/broken.toml", "schema = \n"),
        ("scenarios/notes.md", "no scenario"),
        ("other.toml", "schema = 1\n"),
    ]);
    let done = folder.run(&["list", "scenarios"]).exits(0);
    assert_eq!(
        done.stdout,
        "scenarios/a/x.toml     first\n\
         scenarios/b.toml       The second.\n\
         scenarios/broken.toml  not valid: see `seedbed check scenarios/broken.toml`\n"
    );
    let from_inside = run_in(&folder.path("scenarios"), &["list", "scenarios"]).exits(0);
    assert!(from_inside.stdout.starts_with("a/x.toml"), "{}", from_inside.stdout);
    let json =
        run(&["list", "scenarios", "--root", &folder.path("").display().to_string(), "--format", "json"]);
    assert_eq!(json.json()["scenarios"][0]["name"], "first");
}

#[test]
fn what_seedbed_wrote_is_no_scenario_of_a_person() {
    let small = "schema = 1\nduration = \"1s\"\n[system.kv]\ntype = \"raft\"\nnodes = 3\n";
    let folder = Folder::new(&[
        ("scenarios/a.toml", small),
        // The names alone are nothing: people have manifests and outputs too.
        ("scenarios/outputs/mine.toml", small),
        ("scenarios/shop/manifest.json", "{ \"name\": \"shop\" }"),
        ("scenarios/shop/b.toml", small),
        ("scenarios/half.partial/c.toml", small),
        // A run that is being written, or whose program was killed meanwhile, alone and in a sweep.
        ("scenarios/outputs/a/0123abcd.77-0.partial/scenario.resolved.toml", small),
        (
            "scenarios/outputs/a/sweep-0123abcd.partial/runs/0123abcd.77-1.partial/scenario.resolved.toml",
            small,
        ),
        ("scenarios/outputs/a/sweep-0123abcd.partial/runs/0123abcd.77-1.partial/inputs/x.toml", small),
    ]);
    let inside = folder.path("scenarios");
    run_in(&inside, &["run", "a.toml"]).exits(0);
    run_in(&inside, &["run", "a.toml", "--seeds", "1..2", "--out", "elsewhere"]).exits(0);
    run_in(&inside, &["run", "a.toml", "--max-events", "50", "--seed", "9"]).exits(3);
    let done = folder.run(&["list", "scenarios"]).exits(0);
    let files: Vec<&str> = done.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    let of_people = ["a.toml", "half.partial/c.toml", "outputs/mine.toml", "shop/b.toml"];
    assert_eq!(files, of_people.map(|file| format!("scenarios/{file}")));
}

#[test]
fn a_folder_without_scenarios_selects_nothing() {
    let done = Folder::new(&[]).run(&["list", "scenarios"]).exits(4);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", "there are no scenarios in .\n"));
}
