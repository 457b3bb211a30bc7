//! `seedbed explain`.

use super::*;

#[test]
fn everything_that_is_listed_is_explained() {
    let topics = run(&["list", "--format", "json"]).exits(0).json();
    for topic in topics["topics"].as_array().expect("a list") {
        let topic = topic["topic"].as_str().expect("a name");
        run(&["explain", topic]).exits(0);
        if topic == "scenarios" {
            continue;
        }
        let names = run(&["list", topic, "--format", "json"]).exits(0).json();
        for name in names[topic].as_array().expect("a list") {
            let name = name["name"].as_str().expect("a name");
            let done = run(&["explain", name]).exits(0);
            assert!(done.stdout.starts_with(&format!("{name}: ")), "{}", done.stdout);
            let prose = done.stdout.split("\nExample:\n").next().expect("split gives one");
            let wide = prose.lines().find(|line| line.chars().count() > 100);
            assert_eq!(wide, None, "{name}");
        }
    }
}

#[test]
fn a_type_shows_its_options_with_type_default_and_range() {
    let done = run(&["explain", "raft"]).exits(0);
    for part in [
        "raft: type of system\n",
        "Options, in [system.NAME.raft]:\n",
        "\n  batch\n      whole number; from 1 to 100000; default 64\n      Most entries in one AppendEntries.\n",
        "        \"lease\"       By the leader, at once while its lease lasts: trusts the bound on clock drift.\n",
        "Example:\n\n  [system.kv]\n  type = \"raft\"\n",
    ] {
        assert!(done.stdout.contains(part), "{part}\nis not in\n{}", done.stdout);
    }
}

#[test]
fn numbers_of_the_default_network_are_shown_as_written() {
    let done = run(&["explain", "lan"]).exits(0);
    assert!(done.stdout.contains("one-way delay  50us\n"), "{}", done.stdout);
    assert!(done.stdout.contains("lognormal(median=10us, p99=100us)\n"), "{}", done.stdout);
}

#[test]
fn a_name_with_several_meanings_shows_all() {
    let done = run(&["explain", "uniform"]).exits(0);
    assert!(
        done.stdout.contains("uniform: distribution\n") && done.stdout.contains("uniform: law over keys\n")
    );
}

#[test]
fn options_and_codes_are_found_as_well() {
    let done = run(&["explain", "heartbeat"]).exits(0);
    assert!(done.stdout.starts_with("heartbeat: option in [system.NAME.raft]\n"), "{}", done.stdout);
    assert!(run(&["explain", "s022"]).exits(0).stdout.starts_with("S022: error code\n"));
    assert!(run(&["explain", "default.loss"]).exits(0).stdout.contains("option in [network]"));
}

#[test]
fn an_option_is_found_by_its_path_with_names_of_the_users() {
    let of = |name: &str| run(&["explain", name]).exits(0).stdout;
    let pre_vote = of("raft.pre_vote");
    assert!(pre_vote.starts_with("pre_vote: option in [system.NAME.raft]\n"), "{pre_vote}");
    assert!(of("pre_vote").starts_with(&pre_vote) && of("pre_vote").len() > pre_vote.len(), "of each type");
    for name in ["system.kv.raft.pre_vote", "system.kv.raft.pre_vote=true", "kv.raft.pre_vote"] {
        assert_eq!(of(name), pre_vote, "{name}");
    }
    assert!(of("[system.kv.raft]").starts_with("raft: type of system\n"));
    assert!(of("fault.cut.target").starts_with("target: option in [fault.NAME]\n"));
    assert!(of("network.link.0.link.loss").starts_with("link[].link.loss: option in [network]\n"));
    let slip = run(&["explain", "system.kv.raft.pre_vot"]).exits(2).stderr;
    assert!(slip.ends_with("help: did you mean `pre_vote`?\n"), "{slip}");
}

#[test]
fn an_option_that_is_a_table_shows_what_is_in_it() {
    let done = run(&["explain", "flap"]).exits(0);
    for part in [
        "flap: option in [fault.NAME]\n",
        "\n  up\n      distribution of durations; required\n",
        "\n  stable\n",
    ] {
        assert!(done.stdout.contains(part), "{part}\nis not in\n{}", done.stdout);
    }
    let options = &run(&["explain", "flap", "--format", "json"]).exits(0).json()["meanings"][0]["options"];
    assert_eq!(options[2]["key"], "stable");
    assert!(
        run(&["explain", "fault.x.flap.up"]).exits(0).stdout.starts_with("flap.up: option in [fault.NAME]\n")
    );
    // Of one of several kinds, with what it is there.
    let up = run(&["explain", "up"]).exits(0).stdout;
    assert!(up.starts_with("up: option in [fault.NAME] with do = \"crash-loop\"\n"), "{up}");
    assert_eq!(up.matches(": option in ").count(), 2, "{up}");
}

#[test]
fn words_of_results_and_of_values_are_explained() {
    for (name, parts) in [
        ("phase", &["phase: label of metrics\n", "  recovery  The last active fault ended"][..]),
        ("healthy", &["healthy: word of `phase`, a label of metrics\n      No fault is active"]),
        ("nemesis", &["random: fault\n"]),
        (
            "not-seen",
            &[
                "not-seen: word of verdicts\n  Of a check: what a check with `sometimes`",
                "Of `sometimes`, over",
            ],
        ),
        (
            "never",
            &[
                "never: word of verdicts\n  Of `sometimes`, over all runs: it came to pass in none of all runs",
            ],
        ),
        ("max-events", &["max-events: word of verdicts\n  Of the end of a run: the run handled as many"]),
        (
            "weight",
            &["weight: option in each entry of `kinds`\n      whole number; from 1 to 1000000; default 1\n"],
        ),
        ("fault.chaos.kinds.0.weight", &["weight: option in "]),
        ("diverged", &["diverged: word of verdicts\n", "5: exit code\n"]),
        ("leader-lost", &["leader-lost(kv): happening that a fault may wait for\n", "sometimes = "]),
        ("minority", &["minority(kv): target of faults\n"]),
        ("read-index", &["read-index: word of `reads` in [system.NAME.raft]\n"]),
        ("p99", &["p99: word of `check`, a table of a scenario\n      In `assert`: the 99th percentile"]),
        ("extends", &["extends: part of a scenario\n", "docs/extends.md"]),
    ] {
        let done = run(&["explain", name]).exits(0);
        for part in parts {
            assert!(done.stdout.contains(part), "{part}\nis not in\n{}", done.stdout);
        }
    }
}

#[test]
fn a_fault_shows_what_it_has_because_it_strikes_links() {
    let partition = run(&["explain", "partition"]).exits(0).stdout;
    for part in
        ["\nOptions of faults of links, in [fault.NAME]:\n", "\n  layout\n", "\n  flap.up\n", "\"ring\""]
    {
        assert!(partition.contains(part), "{part}\nis not in\n{partition}");
    }
    let crash = run(&["explain", "crash"]).exits(0).stdout;
    assert!(crash.contains("\nOptions of its own, in [fault.NAME] with do = \"crash\":\n"), "{crash}");
    assert!(!crash.contains("faults of links"), "{crash}");
}

#[test]
fn json_has_the_same_facts() {
    let meaning = &run(&["explain", "raft", "--format", "json"]).exits(0).json()["meanings"][0];
    assert_eq!(
        (&meaning["topic"], &meaning["options_in"]),
        (&"systems".into(), &"[system.NAME.raft]".into())
    );
    let options = meaning["options"].as_array().expect("a list");
    let batch = options.iter().find(|option| option["key"] == "batch").expect("declared");
    assert_eq!((&batch["default"], &batch["range"]), (&64.into(), &"from 1 to 100000".into()));
}

#[test]
fn an_unknown_name_is_met_with_the_nearest() {
    let done = run(&["explain", "one-leeder"]).exits(2);
    assert_eq!(done.stdout, "");
    assert_eq!(
        done.stderr,
        "error: nothing here is called `one-leeder`\n  help: did you mean `one-leader`?\n"
    );
    let done = run(&["explain", "qqqqqqqqqq"]).exits(2);
    assert!(done.stderr.ends_with("help: `seedbed list` shows what there is\n"), "{}", done.stderr);
}

#[test]
fn every_example_is_a_valid_part_of_a_scenario() {
    const BASE: &str = "schema = 1\nduration = \"120s\"\n\
                        [system.kv]\ntype = \"raft\"\nnodes = 5\n\
                        [system.api]\ntype = \"service\"\nwork = \"exp(1ms)\"\n\
                        [check.clocks]\nmetric = \"wall_clock_error\"\nassert = \"max < 2h\"\n";
    let mut examples = 0;
    let topics = ["systems", "faults", "checks", "networks", "tables"];
    for topic in topics {
        let names = run(&["list", topic, "--format", "json"]).exits(0).json();
        for name in names[topic].as_array().expect("a list") {
            let name = name["name"].as_str().expect("a name");
            let meanings = run(&["explain", name, "--format", "json"]).exits(0).json();
            for example in meanings["meanings"].as_array().expect("a list") {
                let Some(example) = example["example"].as_str() else { continue };
                // An example of steps says itself what the service does.
                let base = if example.contains("steps =") {
                    BASE.replace("work = \"exp(1ms)\"\n", "")
                } else {
                    BASE.to_owned()
                };
                let schema = if example.starts_with("schema") { "" } else { "schema = 1\n" };
                let text = format!("extends = \"base.toml\"\n{schema}{example}");
                let fibres = "from,to,delay\nLyon,Turin,2ms\nTurin,Milan,1ms\nLyon,Milan,4ms\n";
                let files = [("base.toml", base.as_str()), ("example.toml", &text), ("fibres.csv", fibres)];
                let folder = Folder::new(&files);
                let done = folder.run(&["check", "example.toml"]).exits(0);
                // Where the nodes of the base stand is not the example's business.
                let is_told = |line: &&str| line.contains("[S") && !line.starts_with("warning[S058]");
                let told: Vec<&str> = done.stderr.lines().filter(is_told).collect();
                assert!(told.is_empty(), "{name}: {}", done.stderr);
                examples += 1;
            }
        }
    }
    assert!(examples > 20, "{examples}");
}

#[test]
fn columns_of_results_are_explained_by_their_names_alone() {
    let done = run(&["explain", "disk_acknowledged_lost"]).exits(0);
    let expected = "disk_acknowledged_lost: word of `nodes.csv`, a file of results\n      \
                    Writes that such a sync covered and that were lost all the same: to a crash, to the loss of\n      \
                    the disk, or because the disk refused them when the cache was flushed.\n";
    assert_eq!(done.stdout, expected);
    let done = run(&["explain", "messages_clogd"]).exits(2);
    assert!(done.stderr.contains("did you mean `messages_clogged`?"), "{}", done.stderr);
    // What an option is called as well is that option.
    assert!(run(&["explain", "target"]).exits(0).stdout.starts_with("target: option in "));
}
