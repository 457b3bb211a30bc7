//! Changes to a scenario's document: what a hunt writes and takes away.

use crate::kernel::Duration;
use crate::spec::options::default_node;
use crate::spec::{Entry, Node, Origin, Table, Text, Value};

/// A string.
pub fn text(text: &str) -> Node {
    let origin = Origin::default_value();
    Node { value: Value::String(Text::new(text.to_owned(), origin.clone(), None)), origin }
}

/// A whole number.
pub fn integer(number: i64) -> Node {
    Node { value: Value::Integer(number), origin: Origin::default_value() }
}

/// A list.
pub fn list(items: impl IntoIterator<Item = Node>) -> Node {
    Node { value: Value::Array(items.into_iter().collect()), origin: Origin::default_value() }
}

/// `true`.
pub fn truth() -> Node {
    default_node(true)
}

/// A table.
pub fn table(table: Table) -> Node {
    Node { value: Value::Table(table), origin: Origin::default_value() }
}

/// A length of time, exact, as a person reads it: `3.210400112s`, `250ms`.
pub fn length(length: Duration) -> Node {
    let units = [(1_000_000_000_u64, 9, "s"), (1_000_000, 6, "ms"), (1_000, 3, "us")];
    let unit = units.into_iter().find(|(size, ..)| length.0 >= *size);
    let Some((size, digits, unit)) = unit else { return text(&format!("{}ns", length.0)) };
    let fraction = format!("{:0digits$}", length.0 % size);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    text(&format!("{}{point}{fraction}{unit}", length.0 / size))
}

/// The document with a value under a path of keys, whose tables are made if need be.
pub fn with(document: &Node, path: &[&str], value: Node) -> Node {
    let mut changed = document.clone();
    put(&mut changed, path, value);
    changed
}

/// Puts a value under a path of keys, whose tables are made if need be.
///
/// # Panics
/// If the path leads into something that is no table.
pub fn put(node: &mut Node, path: &[&str], value: Node) {
    let Some((key, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    let Value::Table(entries) = &mut node.value else {
        panic!("`{key}` leads into something that is no table")
    };
    if entries.get(key).is_none() {
        entries.set(entry(key, table(Table::default())));
    }
    let inner = entries.entry_mut(key).expect("it is there now");
    put(&mut inner.node, rest, value);
}

/// The document without what is under a path of keys; `None` if nothing is.
pub fn without(document: &Node, path: &[&str]) -> Option<Node> {
    let mut changed = document.clone();
    take(&mut changed, path)?;
    Some(changed)
}

/// Takes away what is under a path of keys, and tables that this leaves empty.
fn take(node: &mut Node, path: &[&str]) -> Option<()> {
    let (key, rest) = path.split_first()?;
    let Value::Table(entries) = &mut node.value else { return None };
    if rest.is_empty() {
        return entries.remove(key).map(|_| ());
    }
    let inner = &mut entries.entry_mut(key)?.node;
    take(inner, rest)?;
    if inner.as_table().is_some_and(Table::is_empty) {
        entries.remove(key);
    }
    Some(())
}

/// The value under a path of keys.
pub fn at<'a>(document: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(document, |node, key| node.as_table()?.get(key))
}

/// The names under a path of keys, in order.
pub fn names(document: &Node, path: &[&str]) -> Vec<String> {
    let entries = at(document, path).and_then(Node::as_table);
    entries.into_iter().flat_map(Table::iter).map(|entry| entry.key.clone()).collect()
}

/// One `key = value`.
pub fn entry(key: &str, node: Node) -> Entry {
    Entry { key: key.to_owned(), key_origin: Origin::default_value(), node }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::units;
    use crate::spec::write::inline;

    #[test]
    fn lengths_are_written_exactly_and_read_back() {
        let written = |nanos| inline(&length(Duration(nanos)));
        assert_eq!(written(3_210_400_112), "\"3.210400112s\"");
        assert_eq!(written(250_000_000), "\"250ms\"");
        assert_eq!(written(1_500), "\"1.5us\"");
        assert_eq!(written(60_000_000_000), "\"60s\"");
        for nanos in [0, 1, 999, 1_001, 86_399_999_999_999, 3_210_400_112] {
            let text = written(nanos);
            assert_eq!(units::duration(text.trim_matches('"')), Ok(Duration(nanos)), "{text}");
        }
    }

    #[test]
    fn what_is_put_can_be_taken_away_with_the_tables_that_it_needed() {
        let empty = table(Table::default());
        let one = with(&empty, &["fault", "a", "at"], text("1s"));
        assert_eq!(inline(&one), "{ fault = { a = { at = \"1s\" } } }");
        assert_eq!(names(&one, &["fault"]), ["a"]);
        assert_eq!(without(&one, &["fault", "a", "at"]), Some(empty));
        assert_eq!(without(&one, &["fault", "b"]), None);
    }
}
