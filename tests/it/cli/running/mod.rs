//! `seedbed run`: what it writes, prints and ends with.

mod bytes;
mod limits;
mod resume;
mod selection;
mod sometimes;
mod streams;

use super::*;

/// A store that ends in a blink.
const SMALL: &str = r#"
schema = 1
name = "small"
seed = 3
duration = "2s"
warmup = "0s"

[system.kv]
type = "raft"
nodes = 3

[workload.clients]
target = "kv"
arrival = "poisson(100/s)"
keys = "uniform(n=10)"

[check.linearizable]
model = "linearizable"
"#;

/// The sweep that [`SMALL`] becomes with this: 2 x 2 combinations, 2 seeds each.
const SWEEP: &str = r#"
[sweep]
repeat = 2
vars.nodes = [3, 5]
vars.load = ["50/s", "100/s"]
"#;

/// [`SMALL`] with two swept variables.
fn sweep() -> String {
    let text =
        SMALL.replace("nodes = 3", "nodes = \"${nodes}\"").replace("poisson(100/s)", "poisson(${load})");
    text + SWEEP
}

/// [`SMALL`] as it would run for hours.
fn endless() -> String {
    SMALL.replace("2s", "1000000s")
}

/// The names and contents of all files below a folder, in order.
fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fn collect(top: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                collect(top, &path, found);
            } else {
                let name = path.strip_prefix(top).expect("below").to_string_lossy().into_owned();
                found.push((name, std::fs::read(&path).expect("readable")));
            }
        }
    }
    let mut found = Vec::new();
    collect(folder, folder, &mut found);
    found.sort();
    found
}

/// The folders in a folder, by name.
fn folders_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A JSON file.
fn json_of(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("it is JSON")
}

/// The last line on stderr, without the word before the command, as arguments.
fn last_command<'a>(done: &'a Done, word: &str) -> Vec<&'a str> {
    let line = done.stderr.lines().last().expect("something was said");
    let command = line.strip_prefix(&format!("{word}: seedbed ")).unwrap_or_else(|| panic!("{line}"));
    command.split(' ').collect()
}

/// A check that names no target and applies to no system is not dropped: nobody is told that all is well who asked for
/// something that cannot be said.
#[test]
fn a_check_that_applies_to_no_system_is_shown_and_not_dropped() {
    let service = r#"
schema = 1
name = "front"
duration = "2s"

[system.api]
type = "service"
work = "exp(2ms)"

[workload.clients]
target = "api"
arrival = "poisson(10/s)"

[check.asked]
"#;
    let invariants = format!("{service}invariants = [\"one-leader\", \"durability\"]");
    let model = format!("{service}model = \"linearizable\"");
    let folder = Folder::new(&[("invariants.toml", &invariants), ("model.toml", &model)]);
    let done = folder.run(&["run", "invariants.toml"]).exits(0);
    let shown: Vec<Vec<&str>> = done.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(shown.contains(&vec!["not-applicable", "asked", "one-leader", "api"]), "{}", done.stdout);
    assert!(shown.contains(&vec!["not-applicable", "asked", "durability", "api"]), "{}", done.stdout);
    assert!(done.stdout.contains("passed: 2 checks, 2 of them not applicable"), "{}", done.stdout);
    let refused = folder.run(&["check", "model.toml"]).exits(2);
    assert!(refused.stderr.starts_with(
        "error[S018]: none of the systems is a store: there is no history of values to judge\n  --> model.toml:15:9\n"
    ), "{}", refused.stderr);
}
