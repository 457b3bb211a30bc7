//! `--resume`: finished runs are kept, and the whole is what it would have been at once.

use super::*;

/// The JSON of a sweep whose last runs are not there yet: those of the greater load fail fast.
fn half(folder: &Folder) -> Done {
    folder.run(&["run", "a.toml", "-j1", "--fail-fast", "--format", "json"]).exits(1)
}

#[test]
fn a_resumed_sweep_is_byte_for_byte_that_which_ran_at_once() {
    let check = "\n[check.small]\nmetric = \"offered\"\nassert = \"mean < 70/s\"\n";
    let folder = Folder::new(&[("a.toml", &(sweep() + check))]);
    let done = half(&folder);
    assert!(done.stderr.contains("stopped after the first failure"), "{}", done.stderr);
    assert_eq!(done.json()["sweeps"][0]["complete"], false);
    let runs = done.json()["runs"].as_array().expect("a list").len();
    assert!((1..8).contains(&runs), "{runs}");
    let home = folder.path("outputs/small");
    let partial = home.join(&folders_in(&home)[0]);
    assert!(partial.join("partial.json").exists() && partial.join("runs.csv").exists());
    // A run is not done again: its manifest, with its wall-clock time, stays.
    let kept = files_below(&partial.join("runs"));
    let resumed = folder.run(&["run", "a.toml", "--resume", "--format", "json"]).exits(1).json();
    let done_before = |run: &&serde_json::Value| run["host"].is_null();
    assert_eq!(resumed["runs"].as_array().expect("a list").iter().filter(done_before).count(), runs);
    let [name] = &folders_in(&home)[..] else { panic!("one folder: {:?}", folders_in(&home)) };
    assert!(!name.contains('.'), "{name}");
    let whole = files_below(&home.join(name));
    for (name, bytes) in &kept {
        let (_, now) = whole.iter().find(|(now, _)| *now == format!("runs/{name}")).expect("it is kept");
        assert!(now == bytes, "{name}");
    }
    folder.run(&["run", "a.toml", "--out", "at-once"]).exits(1);
    let at_once = files_below(&folder.path("at-once/small").join(name));
    assert_eq!(
        at_once.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        whole.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    for ((name, a), (_, b)) in at_once.iter().zip(&whole) {
        assert!(name.ends_with("manifest.json") || a == b, "{name}");
    }
}

#[test]
fn a_finished_run_is_kept_and_a_damaged_one_done_again() {
    let folder = Folder::new(&[("a.toml", SMALL)]);
    let first = folder.run(&["run", "a.toml", "--format", "json"]).exits(0).json();
    let again = folder.run(&["run", "a.toml", "--resume", "--format", "json"]).exits(0).json();
    assert!(first["host"].is_object() && again["host"].is_null());
    assert_eq!(first["metrics"], again["metrics"]);
    let text = folder.run(&["run", "a.toml", "--resume"]).exits(0);
    assert!(text.stdout.contains("simulated by an earlier attempt"), "{}", text.stdout);
    let output = folder.path(first["output"].as_str().expect("a folder"));
    std::fs::write(output.join("roles.csv"), "tampered\n").expect("writable");
    let damaged = folder.run(&["run", "a.toml", "--resume"]).exits(74);
    assert!(damaged.stderr.contains("is damaged (roles.csv)"), "{}", damaged.stderr);
}

#[test]
fn only_one_program_is_at_work_on_a_sweep() {
    let folder = Folder::new(&[("a.toml", &sweep())]);
    folder.run(&["run", "a.toml"]).exits(0);
    let home = folder.path("outputs/small");
    let [name] = &folders_in(&home)[..] else { panic!("the lock is gone: {:?}", folders_in(&home)) };
    let lock = std::fs::File::create(home.join(format!("{name}.lock"))).expect("writable");
    lock.lock().expect("it is free");
    let refused = folder.run(&["run", "a.toml"]).exits(74);
    assert!(refused.stderr.contains("another seedbed is at work on the same runs"), "{}", refused.stderr);
    drop(lock);
    let again = folder.run(&["run", "a.toml"]).exits(0);
    assert!(
        again.stderr.contains("8 runs of small there already, the same byte for byte"),
        "{}",
        again.stderr
    );
}
