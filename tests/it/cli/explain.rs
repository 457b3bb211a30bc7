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
                        [system.kv]\ntype = \"raft\"\nnodes = 3\n\
                        [system.api]\ntype = \"service\"\nwork = \"exp(1ms)\"\n";
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
