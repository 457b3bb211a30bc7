//! What `--set` comes to: the settings that make one document of another, the same however a person spelled them.

use super::set;
use crate::spec::{Node, Table, Value, write};

/// The settings that make `after` of `before`, in the order of the document: put in one by one they give the same
/// document, down to the order of its keys. What was set to the value that it had is not among them.
pub(super) fn changes(before: &Node, after: &Node) -> Vec<String> {
    let mut found = Vec::new();
    collect(&mut Vec::new(), Some(before), after, &mut found);
    found
}

fn collect(path: &mut Vec<String>, before: Option<&Node>, after: &Node, found: &mut Vec<String>) {
    let mut inside = |key: String, before: Option<&Node>, after: &Node| {
        path.push(key);
        collect(path, before, after, found);
        path.pop();
    };
    match (before.map(|node| &node.value), &after.value) {
        (Some(Value::Table(before)), Value::Table(after)) if keeps_keys(before, after) => {
            after.iter().for_each(|entry| inside(entry.key.clone(), before.get(&entry.key), &entry.node));
        }
        // A setting makes the tables on its way.
        (None, Value::Table(after)) if !after.is_empty() => {
            after.iter().for_each(|entry| inside(entry.key.clone(), None, &entry.node));
        }
        (Some(Value::Array(before)), Value::Array(after)) if are_tables(before, after) => {
            let items = before.iter().zip(after).enumerate();
            items.for_each(|(index, (before, after))| inside(index.to_string(), Some(before), after));
        }
        (_, _) if before.is_some_and(|before| write::inline(before) == write::inline(after)) => {}
        (_, _) => found.push(set::written(path, after)),
    }
}

/// Whether values that are put in one by one make a table of the other: they keep its keys, and new ones come last.
fn keeps_keys(before: &Table, after: &Table) -> bool {
    let kept = after.iter().map(|entry| &entry.key).take(before.len());
    before.iter().map(|entry| &entry.key).eq(kept)
}

/// Whether both are lists of as many tables.
fn are_tables(before: &[Node], after: &[Node]) -> bool {
    let mut items = before.iter().chain(after);
    before.len() == after.len() && items.all(|item| item.as_table().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::resolved;
    use crate::scenario::source::{LoadOptions, load_text};

    const TEXT: &str = r#"
schema = 1
seed = 7
duration = "20s"
[system.kv]
type = "raft"
nodes = 3
disk = { fsync = "1ms", buffer = "1MiB" }
[system.api]
type = "service"
steps = [{ work = "1ms" }, { call = "kv" }]
regions = ["a", "b"]
"#;

    /// What the settings come to; holds that those make the same document.
    fn of(set: &[&str]) -> Vec<String> {
        let with = |set: Vec<String>| load_text("a.toml", TEXT, &LoadOptions { root: None, set });
        let loaded = with(set.iter().map(|&one| one.to_owned()).collect());
        let again = with(loaded.overrides.clone());
        let text = |document: &Option<Node>| resolved(document.as_ref().expect("it is valid"), None);
        assert_eq!(text(&again.document), text(&loaded.document), "{set:?} as {:?}", loaded.overrides);
        assert_eq!(again.overrides, loaded.overrides);
        loaded.overrides
    }

    #[test]
    fn settings_that_change_nothing_are_none() {
        assert!(of(&[]).is_empty() && of(&["seed=8", "seed=7", "system.kv.nodes=3"]).is_empty());
        assert!(of(&["system.api.steps.0.work=1ms", "system.kv.disk.fsync=\"1ms\""]).is_empty());
    }

    #[test]
    fn a_value_has_one_spelling_and_a_document_one_order() {
        assert_eq!(of(&["system.kv.nodes=5", "duration=10s"]), ["duration=10s", "system.kv.nodes=5"]);
        for duration in ["duration=1m", " duration = \"1m\" ", "'duration'='1m'", "duration=\"\"\"1m\"\"\""] {
            assert_eq!(of(&["duration=12s", duration]), ["duration=1m"]);
        }
        assert_eq!(of(&["system.kv.nodes=0x5"]), ["system.kv.nodes=5"]);
        assert_eq!(of(&["system.kv.disk={fsync=\"5ms\",buffer=\"1MiB\"}"]), ["system.kv.disk.fsync=5ms"]);
        assert_eq!(of(&["system.api.steps.1.call=db"]), ["system.api.steps.1.call=db"]);
        assert_eq!(of(&["fault.x={at='1s',do='crash'}"]), ["fault.x.at=1s", "fault.x.do=crash"]);
    }

    #[test]
    fn what_goes_or_changes_its_place_is_replaced_whole() {
        assert_eq!(of(&["system.kv.disk={fsync='5ms'}"]), ["system.kv.disk={ fsync = \"5ms\" }"]);
        let other = "system.kv.disk={ buffer = \"1MiB\", fsync = \"1ms\" }";
        assert_eq!(of(&[other]), [other]);
        assert_eq!(of(&["fault={}"]), ["fault={}"]);
        assert_eq!(of(&["system.api.regions.1=c"]), ["system.api.regions=[\"a\", \"c\"]"]);
        assert_eq!(of(&["system.api.steps=[{work='2ms'}]"]), ["system.api.steps=[{ work = \"2ms\" }]"]);
    }

    #[test]
    fn what_would_be_read_as_something_else_is_quoted() {
        assert_eq!(of(&["name=\"5\""]), ["name=\"5\""]);
        assert_eq!(of(&["name=\"true\""]), ["name=\"true\""]);
        assert_eq!(of(&["name=\" x\""]), ["name=\" x\""]);
        assert_eq!(of(&["name=\"[\""]), ["name=\"[\""]);
        assert_eq!(of(&["name=\"a\\nb\""]), ["name=\"a\\nb\""]);
        assert_eq!(of(&["description=a b, c=d"]), ["description=a b, c=d"]);
        assert_eq!(of(&["\"a.b\".\"c=\\\"=d\"=1"]), ["\"a.b\".\"c=\\\"=d\"=1"]);
    }
}
