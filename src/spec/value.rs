//! The tree of values that a scenario is before it means anything: TOML's and JSON's common types, each with
//! its [`Origin`].
//!
//! Dates, NaN and infinities have no meaning in a scenario; the readers refuse them, so they have no variant.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::origin::Origin;

/// A value and where it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The text of the value; for a table with a header, the last part of its name.
    pub origin: Origin,
}

/// A value without its place.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number with a fraction or an exponent.
    Float(f64),
    /// A string, which remembers where each part of it was written.
    String(Text),
    /// A list.
    Array(Vec<Node>),
    /// Named values, in the order in which they were written.
    Table(Table),
}

/// Named values in written order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
}

/// One `key = value`.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key, unquoted.
    pub key: String,
    /// Where the key was written.
    pub key_origin: Origin,
    /// Its value.
    pub node: Node,
}

impl Table {
    /// The entry of `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of `key`, to change it.
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    /// Puts an entry in: in the place of the one with the same key, else at the end.
    pub fn set(&mut self, entry: Entry) {
        match self.entry_mut(&entry.key) {
            Some(present) => *present = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes the entry of `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }

    /// The entries in written order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl IntoIterator for Table {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> std::vec::IntoIter<Entry> {
        self.entries.into_iter()
    }
}

impl FromIterator<Entry> for Table {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Table {
        Table { entries: entries.into_iter().collect() }
    }
}

impl Node {
    /// The table in this node, or nothing if it is of another type.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Array(_) => None,
        }
    }

    /// The value under a dotted path of plain keys: `node.at("system.kv.type")`.
    pub fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, key| node.as_table()?.get(key))
    }

    /// How many values it holds: itself, and those in its tables and lists.
    pub fn values(&self) -> usize {
        1 + match &self.value {
            Value::Table(table) => table.iter().map(|entry| entry.node.values()).sum(),
            Value::Array(items) => items.iter().map(Node::values).sum(),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => 0,
        }
    }

    /// Whether both hold the same value, wherever it was written.
    pub fn same_value(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Integer(a), Value::Integer(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::String(a), Value::String(b)) => a.as_str() == b.as_str(),
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_value(b))
            }
            (Value::Table(a), Value::Table(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|entry| b.get(&entry.key).is_some_and(|node| node.same_value(&entry.node)))
            }
            (
                Value::Bool(_)
                | Value::Integer(_)
                | Value::Float(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Table(_),
                _,
            ) => false,
        }
    }
}

impl Value {
    /// The type in words, with its article: `a string`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Bool(_) => "true or false",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// A string and where each part of it was written.
///
/// A string of a file is one piece. A string with `${x}` in it becomes several once the variable has a value:
/// an error inside the substituted part then points at the variable's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    text: String,
    pieces: Vec<Piece>,
    whole: Origin,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Piece {
    /// Bytes of `Text::text`.
    span: Range<usize>,
    origin: Origin,
    /// Whether the source holds the same bytes, so that a part of the piece is a part of the origin.
    exact: bool,
}

impl Text {
    /// A string whose quoted form is at `whole` and whose content lies at `inside`, or nowhere byte for byte
    /// (it was written with escapes).
    pub fn new(text: String, whole: Origin, inside: Option<Origin>) -> Text {
        let span = 0..text.len();
        let piece = match inside {
            Some(origin) => Piece { span, origin, exact: true },
            None => Piece { span, origin: whole.clone(), exact: false },
        };
        Text { text, pieces: vec![piece], whole }
    }

    /// An empty string at `whole`, to which parts are then added.
    pub fn empty(whole: Origin) -> Text {
        Text { text: String::new(), pieces: Vec::new(), whole }
    }

    /// Adds `span` of another string, with its places.
    pub fn push_part(&mut self, other: &Text, span: Range<usize>) {
        for piece in &other.pieces {
            let (from, to) = (piece.span.start.max(span.start), piece.span.end.min(span.end));
            if from >= to {
                continue;
            }
            let inside = from - piece.span.start..to - piece.span.start;
            let origin = if piece.exact { piece.origin.part(inside) } else { piece.origin.clone() };
            let start = self.text.len();
            self.text.push_str(&other.text[from..to]);
            self.pieces.push(Piece { span: start..self.text.len(), origin, exact: piece.exact });
        }
    }

    /// Adds a text that stands for what is written at `origin`, such as a number.
    pub fn push_value(&mut self, text: &str, origin: Origin) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Piece { span: start..self.text.len(), origin, exact: false });
    }

    /// The same string, with every place reached through `${name}` at `at`.
    pub fn through(&self, name: &str, at: &Origin) -> Text {
        let mut moved = self.clone();
        moved.whole = moved.whole.through(name, at);
        for piece in &mut moved.pieces {
            piece.origin = piece.origin.through(name, at);
        }
        moved
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where all of it was written; of a string put together also from where its parts came.
    pub fn origin(&self) -> Origin {
        Origin { filled: self.filled(), ..self.whole.clone() }
    }

    /// The string itself, if it was put together.
    fn filled(&self) -> Option<Arc<Text>> {
        self.parts().next().is_some().then(|| Arc::new(self.clone()))
    }

    /// Where the values of the `${name}` in it were written, each place once however often its value is used.
    pub fn parts(&self) -> impl Iterator<Item = &Origin> {
        let mut known = BTreeSet::new();
        let put_in = |origin: &&Origin| origin.through != self.whole.through;
        let is_new = move |origin: &&Origin| known.insert((origin.source, origin.start, origin.end));
        self.pieces.iter().map(|piece| &piece.origin).filter(put_in).filter(is_new)
    }

    /// Where the bytes `span` were written: exactly, or the smallest known place around them.
    pub fn origin_of(&self, span: Range<usize>) -> Origin {
        if self.text.is_empty() {
            return self.origin();
        }
        // An empty span lies in the piece that ends there: "here something is missing".
        let at = |offset: usize| self.pieces.iter().find(|p| p.span.start <= offset && offset <= p.span.end);
        let first = self.pieces.iter().find(|p| p.span.start <= span.start && span.start < p.span.end);
        let (Some(first), Some(last)) = (first.or_else(|| at(span.start)), at(span.end)) else {
            return self.origin();
        };
        let last = if span.is_empty() { first } else { last };
        if first.span == last.span && !first.exact {
            return first.origin.clone();
        }
        let joinable = first.exact && last.exact && first.origin.source == last.origin.source;
        if !joinable || first.origin.through != last.origin.through {
            return self.origin();
        }
        let start = first.origin.start as usize + (span.start - first.span.start);
        let end = last.origin.start as usize + (span.end - last.span.start);
        if start > end {
            return self.origin();
        }
        let filled = if first.span == last.span { None } else { self.filled() };
        let through = first.origin.through.clone();
        Origin { through, filled, ..Origin::new(first.origin.source, start..end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::origin::SourceId;

    fn place(span: Range<usize>) -> Origin {
        Origin::new(SourceId::DEFAULTS, span)
    }

    #[test]
    fn a_part_of_a_plain_string_is_found_exactly() {
        let text = Text::new("uniform(1ms)".to_string(), place(9..23), Some(place(10..22)));
        assert_eq!(text.origin_of(8..11).span(), 18..21);
        assert_eq!(text.origin_of(12..12).span(), 22..22);
    }

    #[test]
    fn an_escaped_string_falls_back_to_the_whole() {
        let text = Text::new("a\"b".to_string(), place(4..10), None);
        assert_eq!(text.origin_of(1..2).span(), 4..10);
    }

    #[test]
    fn a_substituted_part_points_at_the_variables_value() {
        let pattern = Text::new("f(${x}, 2)".to_string(), place(0..12), Some(place(1..11)));
        let value = Text::new("7ms".to_string(), place(50..55), Some(place(51..54)));
        let mut text = Text::empty(place(0..12));
        text.push_part(&pattern, 0..2);
        text.push_part(&value.through("x", &place(3..7)), 0..3);
        text.push_part(&pattern, 6..10);
        assert_eq!(text.as_str(), "f(7ms, 2)");
        assert_eq!(text.origin_of(2..5).span(), 51..54);
        assert!(text.origin_of(2..5).through.is_some());
        assert_eq!(text.origin_of(7..8).span(), 9..10);
        let joined = text.origin_of(0..9);
        assert_eq!(joined.span(), 1..11, "from the pattern's start to its end");
        assert!(joined.filled.is_some(), "and what lies between is known");
        let across = text.origin_of(0..4);
        assert_eq!(across.span(), 0..12, "what lies in two places is all of it");
        let parts: Vec<_> = across.filled.as_ref().expect("it was put together").parts().collect();
        assert_eq!(parts, [&place(51..54).through("x", &place(3..7))]);
    }
}
