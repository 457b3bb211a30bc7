//! From a document to a typed scenario, also when its top level has mistakes: they must not hide those further down.

use crate::spec::options::{Options, default_node};
use crate::spec::shape::Shape;
use crate::spec::{DataFiles, Decode, Decoder, Diagnostics, Entry, Node, Origin, Table, Value};

use super::Scenario;

/// What stands for a `duration` that cannot be read: the longest, in which every fault and check has its time.
const LONGEST: &str = "31536000s";

/// The scenario in a document; every mistake in it is reported. With mistakes it is not what was meant, and only good for
/// finding more: [`super::plan()`] makes no world of it. `None` if too little can be read even for that.
pub fn read(document: &Node, diagnostics: &mut Diagnostics, files: &dyn DataFiles) -> Option<Scenario> {
    let scenario = Scenario::decode(document, &mut Decoder::new(diagnostics, files));
    scenario.or_else(|| without_broken(document, files))
}

/// The scenario without those of its plain options that cannot be read; `None` if something else is wrong, too.
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
    let is_plain = |entry: &Entry| {
        let row = Scenario::table().rows.into_iter().find(|row| row.key == entry.key);
        row.is_some_and(|row| !matches!(row.shape, Shape::Table(_) | Shape::Named(_)))
    };
    let is_broken = |entry: &Entry| {
        let mut alone: Table = [duration.clone()].into_iter().collect();
        alone.set(entry.clone());
        is_plain(entry) && decoded(alone).is_none()
    };
    let mut table: Table = document.as_table()?.iter().filter(|entry| !is_broken(entry)).cloned().collect();
    if table.get("duration").is_none() {
        table.set(duration);
    }
    decoded(table)
}
