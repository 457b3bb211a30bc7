//! Which runs are run: seeds, swept variables, parts; and the commands that select one again.

use super::*;

/// The runs that `--dry-run` lists, as documents.
fn listed(folder: &Folder, flags: &[&str]) -> Vec<serde_json::Value> {
    let done = folder.run(&[&["run", "a.toml", "--dry-run", "--format", "json"], flags].concat()).exits(0);
    done.json()["runs"].as_array().expect("a list").clone()
}

fn ids(runs: &[serde_json::Value]) -> Vec<String> {
    runs.iter().map(|run| run["run_id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn seeds_and_variables_select_runs() {
    let folder = Folder::new(&[("a.toml", &sweep())]);
    let seeds = |flags: &[&str]| -> Vec<u64> {
        listed(&folder, flags).iter().map(|run| run["seed"].as_u64().expect("a seed")).collect()
    };
    assert_eq!(seeds(&[]), [3, 4, 3, 4, 3, 4, 3, 4]);
    assert_eq!(seeds(&["--seed", "9"]), [9, 9, 9, 9], "one seed is one seed, whatever `repeat` says");
    assert_eq!(seeds(&["--seeds", "1..3", "--only", "nodes=5", "--only", "load=50/s"]), [1, 2, 3]);
    assert_eq!(listed(&folder, &["--only", "load=50/s", "--only", "load=100/s"]).len(), 8);
    let text = folder.run(&["run", "a.toml", "--dry-run", "--only", "nodes=5", "--seed", "1"]).exits(0);
    assert_eq!(text.stdout.lines().count(), 2);
    assert!(text.stdout.starts_with("small  seed 1  run "), "{}", text.stdout);
    assert!(!folder.path("outputs").exists(), "nothing was run");
}

#[test]
fn what_selects_nothing_says_what_there_is() {
    let folder = Folder::new(&[("a.toml", &sweep()), ("b.toml", SMALL)]);
    let none = folder.run(&["run", "a.toml", "--only", "nodes=4"]).exits(4);
    assert!(none.stderr.contains("no combination has nodes=4"), "{}", none.stderr);
    assert!(none.stderr.contains("`nodes` is `3` or `5`"), "{}", none.stderr);
    let slip = folder.run(&["run", "a.toml", "--only", "node=3"]).exits(2);
    assert!(slip.stderr.contains("did you mean `nodes`?"), "{}", slip.stderr);
    let plain = folder.run(&["run", "b.toml", "--only", "nodes=3"]).exits(2);
    assert!(plain.stderr.contains("has no [sweep]"), "{}", plain.stderr);
    let parts = (1..=3).map(|part| format!("hash:{part}/3"));
    let codes: Vec<i32> =
        parts.map(|part| folder.run(&["run", "b.toml", "--dry-run", "--partition", &part]).code).collect();
    assert_eq!(
        (codes.iter().filter(|code| **code == 0).count(), codes.iter().filter(|code| **code == 4).count()),
        (1, 2)
    );
}

#[test]
fn parts_are_disjoint_and_together_everything() {
    let folder = Folder::new(&[("a.toml", &sweep())]);
    let mut all: Vec<String> = (1..=3)
        .flat_map(|part| {
            let part = format!("hash:{part}/3");
            let done = folder.run(&["run", "a.toml", "--dry-run", "--format", "json", "--partition", &part]);
            if done.code == 4 {
                Vec::new()
            } else {
                ids(done.exits(0).json()["runs"].as_array().expect("a list"))
            }
        })
        .collect();
    all.sort();
    let mut expected = ids(&listed(&folder, &[]));
    expected.sort();
    assert_eq!(all, expected);
}

#[test]
fn the_command_that_is_printed_does_the_same_run_and_no_other() {
    let failing = sweep() + "\n[check.impossible]\nmetric = \"latency\"\nassert = \"p99 < 1ns\"\n";
    let folder = Folder::new(&[("sub dir/a.toml", &failing)]);
    let flags = [
        "run",
        "sub dir/a.toml",
        "--only",
        "nodes=5",
        "--set",
        "duration=1s",
        "--charts",
        "none",
        "--format",
        "json",
    ];
    let all = folder.run(&flags).exits(1);
    let first = &all.json()["runs"][0];
    let line = all.stderr.lines().last().expect("the command").to_owned();
    assert_eq!(
        line,
        "reproduce: seedbed run 'sub dir/a.toml' --set duration=1s --only nodes=5 --only load=50/s --seed 3"
    );
    let arguments = [
        "run",
        "sub dir/a.toml",
        "--set",
        "duration=1s",
        "--only",
        "nodes=5",
        "--only",
        "load=50/s",
        "--seed",
        "3",
    ];
    let again = folder.run(&[&arguments[..], &["--format", "json"]].concat()).exits(1).json();
    assert_eq!((&again["run_id"], &again["digest"]), (&first["run_id"], &first["digest"]));
    assert!(first["digest"].is_string() && again["reproduce"] == line["reproduce: ".len()..]);
    for run in all.json()["runs"].as_array().expect("a list") {
        let command = run["reproduce"].as_str().expect("a command").replace("'sub dir/a.toml'", "FILE");
        let words: Vec<&str> = command
            .split(' ')
            .skip(1)
            .map(|word| if word == "FILE" { "sub dir/a.toml" } else { word })
            .collect();
        let listed = folder.run(&[&words[..], &["--dry-run", "--format", "json"]].concat()).exits(0).json();
        assert_eq!(ids(listed["runs"].as_array().expect("a list")), [run["run_id"].as_str().expect("an id")]);
    }
}

#[test]
fn variables_that_turn_together_need_one_value_to_be_told_apart() {
    let folder = Folder::new(&[("a.toml", &(sweep() + "zip = [[\"nodes\", \"load\"]]\n"))]);
    let commands: Vec<String> = listed(&folder, &["--seed", "1"])
        .iter()
        .map(|run| run["command"].as_str().expect("a command").to_owned())
        .collect();
    assert_eq!(
        commands,
        ["seedbed run a.toml --only load=50/s --seed 1", "seedbed run a.toml --only load=100/s --seed 1"]
    );
}
