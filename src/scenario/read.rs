//! From a document to a typed scenario, also when its top level has mistakes: they must not hide those further down.

use crate::spec::options::default_node;
use crate::spec::{DataFiles, Decode, Decoder, Diagnostics, Entry, Node, Origin, Table, Value};

use super::Scenario;

/// What stands for a `duration` that cannot be read: the longest, in which every fault and check has its time.
const LONGEST: &str = "31536000s";

/// The options that are no tables.
const PLAIN: [&str; 11] = [
    "schema",
    "name",
    "description",
    "seed",
    "draws",
    "duration",
    "warmup",
    "recovery",
    "interval",
    "ties",
    "extends",
];

/// The options of `[network]` that say where nodes can stand.
const PLACES: [&str; 2] = ["regions", "fill"];

/// The scenario in a document; every mistake in it is reported. With mistakes it is not what was meant, and only good for
/// finding more: [`super::plan()`] makes no world of it. `None` if too little can be read even for that.
pub fn read(document: &Node, diagnostics: &mut Diagnostics, files: &dyn DataFiles) -> Option<Scenario> {
    let scenario = Scenario::decode(document, &mut Decoder::new(diagnostics, files));
    scenario.or_else(|| without_broken(document, files))
}

/// The scenario without those of its plain options that cannot be read, and with nothing but the places of a network that
/// cannot; `None` if something else is wrong, too.
fn without_broken(document: &Node, files: &dyn DataFiles) -> Option<Scenario> {
    let duration = Entry {
        key: "duration".to_owned(),
        key_origin: Origin::default_value(),
        node: default_node(LONGEST),
    };
    let decoded = |table: Table| {
        let node = Node { value: Value::Table(table), origin: document.origin.clone() };
        Scenario::decode(&node, &mut Decoder::new(&mut Diagnostics::default(), files))
    };
    let is_broken = |entry: &Entry| {
        let mut alone: Table = [duration.clone()].into_iter().collect();
        alone.set(entry.clone());
        decoded(alone).is_none()
    };
    let readable = |entry: &Entry| match entry.key.as_str() {
        "network" if is_broken(entry) => Some(places(entry)),
        key if PLAIN.contains(&key) && is_broken(entry) => None,
        _ => Some(entry.clone()),
    };
    let mut table: Table = document.as_table()?.iter().filter_map(readable).collect();
    if table.get("duration").is_none() {
        table.set(duration);
    }
    decoded(table)
}

/// `[network]` with nothing but where nodes can stand; what is no table stays as it is.
fn places(network: &Entry) -> Entry {
    let Some(table) = network.node.as_table() else { return network.clone() };
    let kept = table.iter().filter(|entry| PLACES.contains(&entry.key.as_str())).cloned().collect();
    Entry { node: Node { value: Value::Table(kept), origin: network.node.origin.clone() }, ..network.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::options::Options;
    use crate::spec::shape::Shape;

    #[test]
    fn every_option_that_is_no_table_is_known_to_be_none() {
        let is_plain = |shape: &Shape| !matches!(shape, Shape::Table(_) | Shape::Named(_) | Shape::Any);
        let rows = Scenario::table().rows;
        let plain: Vec<&str> = rows.iter().filter(|row| is_plain(&row.shape)).map(|row| row.key).collect();
        assert_eq!(plain, PLAIN);
    }
}
