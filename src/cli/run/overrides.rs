//! What `--set` really changes: the same run is to have the same files however it was asked for.

use std::path::Path;

use crate::scenario::{LoadOptions, load, resolved};
use crate::spec::Node;

/// The overrides without those that change nothing, by their paths. `document` is what all of them together make.
pub(super) fn effective(path: &Path, options: &LoadOptions, document: &Node) -> Vec<String> {
    let wanted = resolved(document, None);
    let makes_it = |set: &[String]| {
        let loaded = load(path, &LoadOptions { root: options.root.clone(), set: set.to_vec() });
        loaded.document.is_some_and(|document| resolved(&document, None) == wanted)
    };
    let mut kept = options.set.clone();
    for one in &options.set {
        let without: Vec<String> = kept.iter().filter(|other| *other != one).cloned().collect();
        if makes_it(&without) {
            kept = without;
        }
    }
    let mut sorted = kept.clone();
    sorted.sort_by(|a, b| path_of(a).cmp(path_of(b)));
    if makes_it(&sorted) { sorted } else { kept }
}

fn path_of(set: &str) -> &str {
    set.split('=').next().expect("split gives one").trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_that_change_nothing_are_dropped_and_the_rest_sorted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.toml");
        let text = "schema = 1\nseed = 7\nduration = \"20s\"\n[system.kv]\ntype = \"raft\"\nnodes = 3\n";
        std::fs::write(&path, text).expect("writable");
        let of = |set: &[&str]| {
            let set = set.iter().map(|&one| one.to_owned()).collect();
            let options = LoadOptions { root: None, set };
            let document = load(&path, &options).document.expect("it is valid");
            effective(&path, &options, &document)
        };
        assert_eq!(of(&["system.kv.nodes=3"]), Vec::<String>::new());
        assert_eq!(of(&["system.kv.nodes=5", "duration=10s"]), ["duration=10s", "system.kv.nodes=5"]);
        assert_eq!(of(&["duration=10s", "seed=8", "duration=12s"]), ["duration=12s", "seed=8"]);
        assert_eq!(of(&["seed=8", "seed=7"]), Vec::<String>::new());
    }
}
