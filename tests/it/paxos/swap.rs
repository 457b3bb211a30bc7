//! Multi-Paxos in the place of Raft: every shipped world of a Raft store runs with it, and its checks come out as they do there.

use std::path::Path;

use seedbed::run::execute::Executed;
use seedbed::sim::{Limits, Stop};

use crate::scenarios::{first_run_with, run, shipped};

/// The systems of a scenario that are stores on Raft without a bug of Raft's.
fn raft_stores(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for table in text.split("\n[").skip(1) {
        let Some((name, body)) = table.split_once(']') else { continue };
        let name = name.strip_prefix("system.").filter(|name| !name.contains('.'));
        if let Some(name) = name.filter(|_| body.contains("type = \"raft\"") && !body.contains("bugs = [")) {
            found.push(name.to_owned());
        }
    }
    found
}

fn swapped(path: &Path, stores: &[String]) -> Executed {
    let set: Vec<String> = stores.iter().map(|name| format!("system.{name}.type=multi-paxos")).collect();
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    run(first_run_with(path, Limits::default(), &set))
}

#[test]
fn every_world_of_a_raft_store_runs_with_multi_paxos() {
    let mut ran = 0;
    for path in shipped() {
        let text =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).expect("it is there");
        let stores = raft_stores(&text);
        if stores.is_empty() {
            continue;
        }
        ran += 1;
        let executed = swapped(&path, &stores);
        let unexpected: Vec<_> = executed.verdicts.iter().filter(|verdict| !verdict.as_expected).collect();
        assert!(unexpected.is_empty(), "{}: {unexpected:#?}", path.display());
        assert_eq!(executed.stop, Some(Stop::End), "{}", path.display());
    }
    assert!(ran > 40, "only {ran} worlds");
}
