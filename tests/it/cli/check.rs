//! `seedbed check`.

use super::*;

const KV: &str = "schema = 1\nname = \"kv\"\nduration = \"10s\"\n[system.kv]\ntype = \"raft\"\n";

#[test]
fn a_valid_scenario_is_one_line() {
    let done = run(&["check", "scenarios/consensus/raft-3-regions.toml"]).exits(0);
    assert_eq!(
        done.stdout,
        "scenarios/consensus/raft-3-regions.toml: raft-3-regions, 1 run, 5 nodes: kv (raft)\n"
    );
    assert_eq!(done.stderr, "");
}

#[test]
fn every_shipped_scenario_is_valid_without_a_warning() {
    let files: Vec<String> =
        crate::scenarios::shipped().iter().map(|path| path.display().to_string()).collect();
    let mut arguments = vec!["check"];
    arguments.extend(files.iter().map(String::as_str));
    let done = run(&arguments).exits(0);
    assert_eq!(done.stderr, "");
    assert_eq!(done.stdout.lines().count(), files.len());
}

#[test]
fn all_files_are_checked_and_all_mistakes_shown() {
    let folder = Folder::new(&[
        ("good.toml", KV),
        ("bad.toml", "schema = 1\nduration = \"10\"\n[system.kv]\ntype = \"rafft\"\n"),
        ("empty.toml", ""),
        ("cut.toml", "schema = 1\n[system.kv\n"),
    ]);
    let done =
        folder.run(&["check", "bad.toml", "good.toml", "empty.toml", "cut.toml", "absent.toml"]).exits(2);
    assert_eq!(done.stdout, "good.toml: kv, 1 run, 3 nodes: kv (raft)\n");
    for part in [
        "error[S022]: `duration` needs a unit: 10 could be ms or s\n --> bad.toml:2:13\n",
        "error[S015]: `type` cannot be `rafft`\n --> bad.toml:4:9\n",
        "bad.toml: 2 errors\n",
        "error[S004]: `empty.toml` is empty\n",
        "error[S005]: ",
        " --> cut.toml:2:1",
        "error[S001]: `absent.toml` does not exist\n",
    ] {
        assert!(done.stderr.contains(part), "{part}\nis not in\n{}", done.stderr);
    }
}

#[test]
fn a_warning_is_told_and_the_scenario_valid() {
    let late = "[fault.late]\ndo = \"crash\"\nat = \"20s\"\ntarget = \"kv\"\n";
    let folder = Folder::new(&[("a.toml", &format!("{KV}{late}"))]);
    let done = folder.run(&["check", "a.toml"]).exits(0);
    assert!(done.stderr.starts_with("warning[S056]: `late` never strikes"), "{}", done.stderr);
    assert!(done.stderr.ends_with("a.toml: 1 warning\n"), "{}", done.stderr);
    assert_eq!(done.stdout.lines().count(), 1);
}

#[test]
fn assertions_are_held_against_the_metrics() {
    let check = |lines: &str| {
        let folder = Folder::new(&[("test.toml", &format!("{KV}[check.a]\n{lines}"))]);
        folder.run(&["check", "test.toml"])
    };
    check("metric = \"latency\"\nassert = \"p99 < 600ms\"\n").exits(0);
    let done = check("metric = \"latenci\"\nassert = \"p99 < 600ms\"\n").exits(2);
    assert!(done.stderr.contains("did you mean `latency`?"), "{}", done.stderr);
    let done = check("metric = \"latency\"\nassert = \"p99 600ms\"\n").exits(2);
    let first =
        "error[S055]: `p99 600ms` compares nothing: it has none of < <= > >= ==\n --> test.toml:8:11\n";
    assert!(done.stderr.starts_with(first), "{}", done.stderr);
    // As in an option of the scenario: 1 could be 1 % or all.
    for share in ["5%", "0.05", "1.0", "0"] {
        check(&format!("metric = \"error_rate\"\nassert = \"mean <= {share}\"\n")).exits(0);
    }
    for (share, wrong) in [("1", "needs its unit `%`"), ("1.5", "is more than the whole")] {
        let done = check(&format!("metric = \"error_rate\"\nassert = \"mean < {share}\"\n")).exits(2);
        assert!(done.stderr.contains(&format!("`{share}` {wrong}")), "{}", done.stderr);
    }
}

#[test]
fn a_sweep_is_counted_and_every_combination_checked() {
    let sweep = "nodes = \"${n}\"\n[sweep]\nrepeat = 10\nvars.n = [3, 5, 70]\n";
    let folder = Folder::new(&[
        ("bad.toml", &format!("{KV}{sweep}")),
        ("good.toml", &format!("{KV}{}", sweep.replace("70", "7"))),
    ]);
    let done = folder.run(&["check", "bad.toml"]).exits(2);
    assert!(
        done.stderr.contains(
            "error[S053]: a system of type raft has at most 64 nodes, not 70\n --> bad.toml:9:17\n"
        ),
        "{}",
        done.stderr
    );
    let done = folder.run(&["check", "good.toml"]).exits(0);
    assert_eq!(done.stdout, "good.toml: kv, 30 runs, 3 to 7 nodes: kv (raft)\n");
}

#[test]
fn set_changes_values_and_is_blamed_for_its_own() {
    let folder = Folder::new(&[("a.toml", KV)]);
    let done = folder.run(&["check", "a.toml", "--set", "system.kv.nodes=5"]).exits(0);
    assert!(done.stdout.contains("5 nodes"), "{}", done.stdout);
    let done = folder.run(&["check", "a.toml", "--set", "system.kv.raft.heartbeat=150"]).exits(2);
    assert!(done.stderr.contains("--> --set:1:26"), "{}", done.stderr);
    assert!(done.stderr.contains("help: write \"150ms\""), "{}", done.stderr);
    // A document names the one of several that is wrong; what is wrong in a file has none.
    let flags = ["--set", "seed=2", "--set", "system.kv.raft.heartbeat=150", "--format", "json"];
    let found = folder.run(&[&["check", "a.toml"][..], &flags].concat()).exits(2).json();
    assert_eq!(found["files"][0]["diagnostics"][0]["set"], "system.kv.raft.heartbeat=150");
    let slip = Folder::new(&[("a.toml", &KV.replace("duration", "duratio"))]);
    let found = slip.run(&["check", "a.toml", "--format", "json"]).exits(2).json();
    assert_eq!(found["files"][0]["diagnostics"][0]["set"], serde_json::Value::Null);
}

#[test]
fn paths_may_leave_the_file_only_within_the_root() {
    let folder = Folder::new(&[("x/a.toml", "schema = 1\nextends = \"../b.toml\"\n"), ("b.toml", KV)]);
    let done = folder.run(&["check", "x/a.toml"]).exits(2);
    assert!(
        done.stderr.starts_with("error[S009]: `../b.toml` leads out of the scenario root"),
        "{}",
        done.stderr
    );
    folder.run(&["check", "x/a.toml", "--root", "."]).exits(0);
}

#[test]
fn files_that_extend_each_other_are_refused() {
    let folder = Folder::new(&[
        ("a.toml", "schema = 1\nextends = \"b.toml\"\n"),
        ("b.toml", "schema = 1\nextends = \"a.toml\"\n"),
    ]);
    let done = folder.run(&["check", "a.toml"]).exits(2);
    assert!(
        done.stderr.starts_with("error[S007]: `a.toml` extends itself: a.toml -> b.toml -> a.toml\n"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_resolved_scenario_tells_origins_and_is_itself_valid() {
    let folder =
        Folder::new(&[("a.toml", "schema = 1\nextends = \"b.toml\"\nname = \"a\"\n"), ("b.toml", KV)]);
    let done = folder.run(&["check", "a.toml", "--resolved", "--set", "system.kv.nodes=5"]).exits(0);
    for part in ["# a.toml:3\n", "# b.toml:3\n", "nodes = 5", "# --set system.kv.nodes=5\n"] {
        assert!(done.stdout.contains(part), "{part}\nis not in\n{}", done.stdout);
    }
    std::fs::write(folder.path("resolved.toml"), &done.stdout).expect("writable");
    let again = folder.run(&["check", "resolved.toml"]).exits(0);
    assert_eq!(again.stdout, "resolved.toml: a, 1 run, 5 nodes: kv (raft)\n");
    folder.run(&["check", "a.toml", "--resolved", "--format", "json"]).exits(2);
}

#[test]
fn json_has_the_same_facts_and_the_places_of_mistakes() {
    let folder = Folder::new(&[("good.toml", KV), ("bad.toml", "schema = 1\nduration = 5\n")]);
    let done = folder.run(&["check", "good.toml", "bad.toml", "--format", "json"]).exits(2);
    let document = done.json();
    let (good, bad) = (&document["files"][0], &document["files"][1]);
    assert_eq!((&good["valid"], &good["runs"], &good["scenario"]), (&true.into(), &1.into(), &"kv".into()));
    assert_eq!(good["systems"][0], serde_json::json!({ "name": "kv", "type": "raft", "nodes": 3 }));
    assert_eq!(bad["valid"], false);
    let first = &bad["diagnostics"][0];
    assert_eq!((&first["code"], &first["level"]), (&"S022".into(), &"error".into()));
    assert_eq!(
        (&first["file"], &first["line"], &first["column"]),
        (&"bad.toml".into(), &2.into(), &12.into())
    );
    assert!(done.stderr.contains("bad.toml: 1 error"), "{}", done.stderr);
}

#[test]
fn a_protocol_that_is_another_program_s_is_refused_with_a_way_to_run_it() {
    let done = run(&["check", "examples/my_protocol.toml"]).exits(2);
    let message = "error[S015]: this program has no protocol of its own to run as type `custom`";
    assert!(done.stderr.contains(message), "{}", done.stderr);
    assert!(done.stderr.contains("docs/your-own-protocol.md"), "{}", done.stderr);
}
