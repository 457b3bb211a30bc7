//! Both implement a state machine for clients ("Paxos made simple", §3; Raft, §2 and §8), so that Multi-Paxos can stand in the place of
//! Raft and Raft in the place of Multi-Paxos: every shipped world of a store on the one runs with the other, is told the same, and its
//! checks come out as they do there.

use std::path::Path;

use seedbed::sim::{Limits, Stop};

use crate::scenarios::{first_run_with, run, shipped};

/// Worlds whose checks hold what an option does that one type alone has: they run on the other, and come out as they do.
const OF_ONE_TYPE: [&str; 1] = ["scenarios/consensus/alpha.toml"];

/// The systems of a scenario that are stores on this protocol without a bug of its own.
fn stores_on(text: &str, protocol: &str) -> Vec<String> {
    let mut found = Vec::new();
    for table in text.split("\n[").skip(1) {
        let Some((name, body)) = table.split_once(']') else { continue };
        let name = name.strip_prefix("system.").filter(|name| !name.contains('.'));
        if let Some(name) =
            name.filter(|_| body.contains(&format!("type = \"{protocol}\"")) && !body.contains("bugs = ["))
        {
            found.push(name.to_owned());
        }
    }
    found
}

/// Runs every shipped world of a store on `from` with `to` in its place; returns how many.
fn swap(from: &str, to: &str) -> u32 {
    let mut ran = 0;
    for path in shipped() {
        let text =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).expect("it is there");
        let stores = stores_on(&text, from);
        if stores.is_empty() {
            continue;
        }
        ran += 1;
        let set: Vec<String> = stores.iter().map(|name| format!("system.{name}.type={to}")).collect();
        let set: Vec<&str> = set.iter().map(String::as_str).collect();
        // It also asserts that nothing was complained of.
        let executed = run(first_run_with(&path, Limits::default(), &set));
        let unexpected: Vec<_> = executed.verdicts.iter().filter(|verdict| !verdict.as_expected).collect();
        let is_of_one_type = OF_ONE_TYPE.iter().any(|of| path.ends_with(of));
        assert_eq!(unexpected.is_empty(), !is_of_one_type, "{}: {unexpected:#?}", path.display());
        assert_eq!(executed.stop, Some(Stop::End), "{}", path.display());
    }
    ran
}

#[test]
fn every_world_of_a_raft_store_runs_with_multi_paxos() {
    let ran = swap("raft", "multi-paxos");
    assert!(ran > 40, "only {ran} worlds");
}

#[test]
fn every_world_of_a_multi_paxos_store_runs_with_raft() {
    let ran = swap("multi-paxos", "raft");
    assert!(ran >= 2, "only {ran} worlds");
}
