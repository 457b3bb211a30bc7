//! Every option of a protocol stands in some scenario that a person can run to see what it does. The tables of options say which
//! there are, so that a new one cannot be forgotten.

use std::collections::BTreeSet;

use seedbed::scenario::nouns::system::SystemCommon;
use seedbed::scenario::{LoadOptions, load};
use seedbed::spec::options::{OptionRow, Options};
use seedbed::spec::shape::Shape;
use seedbed::spec::value::{Entry, Node, Table, Value};
use seedbed::systems::kinds::Kind;

use super::{root, shipped};

/// Scenarios that set options to find bugs, and show nobody what they do.
const SHOW_NOTHING: [&str; 4] =
    ["hostile.toml", "paxos-hostile.toml", "scenarios/bugs/", "scenarios/regressions/"];

/// Options of every system that no scenario needs, and why.
const SHOWN_ELSEWHERE: [(&str, &str); 2] = [
    ("cpu.kinds", "Figure 16 hangs on it: `validate --show` prints that scenario"),
    ("disk.write", "replicas wait for syncs, whose time `disk.fsync` is"),
];

/// The tables of systems of all scenarios that show something, `extends` included.
fn systems() -> Vec<Table> {
    let paths = shipped().into_iter().map(|path| path.to_string_lossy().replace('\\', "/"));
    let shows = paths.filter(|path| !SHOW_NOTHING.iter().any(|part| path.contains(part)));
    let mut systems = Vec::new();
    for path in shows {
        let document = load(&root().join(&path), &LoadOptions::default()).document.expect("it is shipped");
        let named = document.as_table().and_then(|table| table.get("system")).and_then(Node::as_table);
        systems.extend(
            named.into_iter().flat_map(Table::iter).filter_map(|entry| entry.node.as_table().cloned()),
        );
    }
    systems
}

/// The options of a table by their dotted keys, those of tables within included.
fn keys(rows: &[OptionRow]) -> Vec<String> {
    let of_row = |row: &OptionRow| match &row.shape {
        Shape::Table(table) => {
            keys(&table.rows).into_iter().map(|key| format!("{}.{key}", row.key)).collect()
        }
        Shape::Bool
        | Shape::Integer
        | Shape::Number
        | Shape::Text
        | Shape::Quantity(_)
        | Shape::Distribution(_)
        | Shape::Choice(_)
        | Shape::List(_)
        | Shape::Named(_)
        | Shape::Call(..)
        | Shape::CallOrWord(..)
        | Shape::Either(_)
        | Shape::Told(_)
        | Shape::Any => vec![row.key.to_owned()],
    };
    rows.iter().flat_map(of_row).collect()
}

/// The dotted keys that a table gives.
fn given(table: &Table) -> Vec<String> {
    let of_entry = |entry: &Entry| {
        let within = entry.node.as_table().map(given).unwrap_or_default();
        let within = within.into_iter().map(|key| format!("{}.{key}", entry.key));
        within.chain([entry.key.clone()]).collect::<Vec<String>>()
    };
    table.iter().flat_map(of_entry).collect()
}

/// Whether a system is of this type before anything is swapped.
fn is_of(system: &Table, kind: Kind) -> bool {
    matches!(system.get("type").map(|node| &node.value), Some(Value::String(text)) if text.as_str() == kind.name())
}

#[test]
fn every_option_of_a_protocol_stands_in_a_scenario() {
    let systems = systems();
    let mut missing = Vec::new();
    for kind in [Kind::Raft, Kind::MultiPaxos, Kind::Paxos] {
        // An option may stand beside `type`, for this type and those that it is ready to be swapped for, or in a type's own table.
        let mut shown = BTreeSet::new();
        for system in &systems {
            let own = system.get(kind.name()).and_then(Node::as_table);
            shown.extend(own.map(given).unwrap_or_default());
            if own.is_some() || is_of(system, kind) {
                shown.extend(given(system));
            }
        }
        let unseen = keys(&kind.table().rows).into_iter().filter(|key| !shown.contains(key));
        missing.extend(unseen.map(|key| format!("{key} of {kind}")));
    }
    let shown: BTreeSet<String> = systems.iter().flat_map(given).collect();
    let is_shown =
        |key: &String| shown.contains(key) || SHOWN_ELSEWHERE.iter().any(|(known, _)| known == key);
    missing.extend(keys(&SystemCommon::table().rows).into_iter().filter(|key| !is_shown(key)));
    assert!(missing.is_empty(), "no scenario shows what these do: {missing:?}");
}
