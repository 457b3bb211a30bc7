//! From values to types, with every mistake reported: the [`Decode`] trait and the [`Decoder`] that carries
//! where in the scenario it is and what went wrong so far.
//!
//! A decoder never stops at the first error: it reports, returns `None`, and its caller goes on with the rest.

use std::rc::Rc;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, Problem};
use super::origin::{Origin, SourceId};
use super::value::{Node, Table, Text, Value};
use super::write;

/// A type that a value of a scenario can become.
pub trait Decode: Sized {
    /// The typed value, or `None` once every mistake in `node` has been reported.
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self>;

    /// What the value looks like in a file, for `explain` and the schema.
    fn shape() -> super::shape::Shape;

    /// The value of an absent key that has no default; `None` for a type that must be given.
    fn absent() -> Option<Self> {
        None
    }
}

/// Reads the data files that a scenario names, such as the samples of an empirical distribution.
pub trait DataFiles {
    /// The text of the file `path`, which a value of `named_in` names.
    ///
    /// # Errors
    /// A predicate for the message, such as "is not a file", with its code and help; its span is unused.
    fn read(&self, named_in: SourceId, path: &str) -> Result<String, Problem>;

    /// What was read so far, each file once.
    fn taken(&self) -> Vec<DataFile>;
}

/// A data file that a scenario names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataFile {
    /// Its path as the scenario writes it.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// Which readings of this path it was the answer to, counted from 0 over all files of the path: a scenario and those
    /// that it extends may write the same path, and mean files of different folders.
    pub readings: Vec<u32>,
}

/// For scenarios that come from no folder.
pub struct NoDataFiles;

impl DataFiles for NoDataFiles {
    fn read(&self, _: SourceId, path: &str) -> Result<String, Problem> {
        Err(Problem::new(Code::Unreadable, 0..path.len(), "names a file, and there is no folder to look in"))
    }

    fn taken(&self) -> Vec<DataFile> {
        Vec::new()
    }
}

/// Where the decoding is and what it found wrong.
pub struct Decoder<'a> {
    diagnostics: &'a mut Diagnostics,
    files: &'a dyn DataFiles,
    path: Vec<Step>,
    /// Keys that unknown ones probably stand for, each with its table: what a slip left out is not missing besides.
    meant: Vec<(Vec<Step>, String)>,
}

/// One key on the way to the value being decoded.
#[derive(Clone, PartialEq, Eq)]
struct Step {
    key: String,
    /// Which item, when the value of the key is a list.
    item: Option<usize>,
    /// Whether the value was written without its key: a variable of the sweep carried it here.
    is_carried: bool,
    /// The names beside this one and where they were written, when users choose them.
    beside: Rc<[(String, SourceId)]>,
}

impl<'a> Decoder<'a> {
    /// Starts at the top level of a scenario.
    pub fn new(diagnostics: &'a mut Diagnostics, files: &'a dyn DataFiles) -> Decoder<'a> {
        Decoder { diagnostics, files, path: Vec::new(), meant: Vec::new() }
    }

    /// Reports a mistake or a warning.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports the error that `make` describes; when it would only be counted, it is not made. For what a hostile text
    /// can have very many of.
    pub fn report_error(&mut self, make: impl FnOnce(&mut Decoder<'a>) -> Diagnostic) {
        if self.diagnostics.is_full() {
            return self.diagnostics.count_error();
        }
        let diagnostic = make(self);
        self.report(diagnostic);
    }

    /// Remembers that an unknown key of this table was said to stand for `key`.
    pub fn was_meant(&mut self, key: &str) {
        self.meant.push((self.path.clone(), key.to_owned()));
    }

    /// Whether an unknown key of this table was said to stand for `key`.
    pub fn is_meant(&self, key: &str) -> bool {
        self.meant.iter().any(|(table, meant)| *table == self.path && meant == key)
    }

    /// Whether an unknown key of this table was said to stand for one of `keys`.
    pub fn is_any_meant(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.is_meant(key))
    }

    /// Decodes the value of `key`, which then is the subject of messages.
    pub fn enter<T>(&mut self, key: &str, decode: impl FnOnce(&mut Decoder<'a>) -> T) -> T {
        self.enter_named(key, &Rc::default(), decode)
    }

    /// Decodes `value`, which is that of `key` in `table`.
    pub fn enter_value<T>(
        &mut self,
        key: &str,
        value: &Node,
        table: &Node,
        decode: impl FnOnce(&mut Decoder<'a>) -> T,
    ) -> T {
        self.enter(key, |decoder| {
            if let Some(step) = decoder.path.last_mut() {
                step.is_carried = value.origin.through.is_some() && table.origin.through.is_none();
            }
            decode(decoder)
        })
    }

    /// Decodes the value of a name that the user chose; `beside` are all names of its table, with where each was written.
    pub fn enter_named<T>(
        &mut self,
        name: &str,
        beside: &Rc<[(String, SourceId)]>,
        decode: impl FnOnce(&mut Decoder<'a>) -> T,
    ) -> T {
        let beside = Rc::clone(beside);
        self.path.push(Step { key: name.to_string(), item: None, is_carried: false, beside });
        let value = decode(self);
        self.path.pop();
        value
    }

    /// The names beside that of the table being decoded, written in `source`, which are of other files: to change what an
    /// extended file has, one repeats its name.
    pub fn names_to_change(&self, source: SourceId) -> Vec<&str> {
        let Some(Step { key, beside, .. }) = self.path.last() else { return Vec::new() };
        let elsewhere = beside.iter().filter(|(name, other)| name != key && *other != source);
        elsewhere.map(|(name, _)| name.as_str()).collect()
    }

    /// Decodes an item of the list being decoded.
    pub fn enter_item<T>(&mut self, index: usize, decode: impl FnOnce(&mut Decoder<'a>) -> T) -> T {
        let outer = self.path.last_mut().and_then(|step| step.item.replace(index));
        let value = decode(self);
        if let Some(step) = self.path.last_mut() {
            step.item = outer;
        }
        value
    }

    /// The key being decoded, for messages: "`heartbeat`", "`labels[0]`".
    pub fn subject(&self) -> String {
        match self.path.last() {
            Some(Step { key, item: Some(item), .. }) => format!("`{key}[{item}]`"),
            Some(Step { key, item: None, .. }) => format!("`{key}`"),
            None => "the scenario".to_string(),
        }
    }

    /// How the key being decoded is given this value: `seed = 7`. An item of a list, and a value of a variable, is
    /// written alone.
    pub fn assignment(&self, value: impl std::fmt::Display) -> String {
        match self.path.last() {
            Some(Step { key, item: None, is_carried: false, .. }) => format!("{} = {value}", write::key(key)),
            Some(Step { .. }) | None => value.to_string(),
        }
    }

    /// The table being decoded, for messages: "in [system.kv.raft]", "at the top level".
    pub fn section(&self) -> String {
        if self.path.is_empty() {
            return "at the top level".to_string();
        }
        format!("in {}", self.header())
    }

    /// The header of the table being decoded: `[system.kv.raft]`.
    pub fn header(&self) -> String {
        let keys: Vec<String> = self.path.iter().map(|step| write::key(&step.key)).collect();
        format!("[{}]", keys.join("."))
    }

    /// The key being decoded, alone.
    pub fn key(&self) -> Option<&str> {
        self.path.last().map(|step| step.key.as_str())
    }

    /// The data files of the scenario.
    pub fn files(&self) -> &'a dyn DataFiles {
        self.files
    }

    /// Keeps the value, or reports the problem in the string that was to be the value.
    pub fn take<T>(&mut self, result: Result<T, Problem>, text: &Text) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                let diagnostic = problem.within(&self.subject(), text);
                self.report(diagnostic);
                None
            }
        }
    }

    /// Keeps the value, or reports the problem with the whole node.
    pub fn take_at<T>(&mut self, result: Result<T, Problem>, origin: &Origin) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                let diagnostic = problem.at(&self.subject(), origin);
                self.report(diagnostic);
                None
            }
        }
    }

    /// Reports that `node` should have been `expected`, such as "a whole number"; gives `None`.
    pub fn wrong_type<T>(&mut self, node: &Node, expected: &str, help: &str) -> Option<T> {
        let message = format!("{} must be {expected}, found {}", self.subject(), node.value.type_name());
        let mut diagnostic = Diagnostic::error(Code::WrongType, &node.origin, message);
        if let Some(variable) = meant_variable(node) {
            let fix = self.assignment(format!("\"${{{variable}}}\""));
            diagnostic = diagnostic.help(format!("for a variable of [sweep] write {fix}"));
        } else if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        None
    }

    /// The table in `node`, or a report.
    pub fn table<'n>(&mut self, node: &'n Node) -> Option<&'n Table> {
        match &node.value {
            Value::Table(table) => Some(table),
            Value::Array(items) if items.iter().any(|item| item.as_table().is_some()) => {
                let help = format!("write {} with single brackets, and each once", self.header());
                self.wrong_type(node, "a table", &help)
            }
            Value::Array(_) => self.wrong_type(node, "a table", ""),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => {
                let help = match self.path.as_slice() {
                    [_, .., Step { item: None, .. }] => {
                        let keys = self.header();
                        let keys = keys.trim_matches(['[', ']']);
                        format!("say what of it: {keys}.NAME = {}", write::excerpt(&write::inline(node)))
                    }
                    _ => String::new(),
                };
                self.wrong_type(node, "a table", &help)
            }
        }
    }

    /// The string in `node`, or a report that shows `example`.
    pub fn text<'n>(&mut self, node: &'n Node, expected: &str, example: &str) -> Option<&'n Text> {
        match &node.value {
            Value::String(text) => Some(text),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => {
                let help = match strings(node).as_slice() {
                    [only] => format!("write {}", self.assignment(write::inline(only))),
                    [first, ..] => format!("it is one: write {}", self.assignment(write::inline(first))),
                    [] if example.is_empty() => String::new(),
                    [] => format!("write for example {example}"),
                };
                self.wrong_type(node, expected, &help)
            }
        }
    }
}

/// The items of a list that are strings.
fn strings(node: &Node) -> Vec<&Node> {
    let Value::Array(items) = &node.value else { return Vec::new() };
    items.iter().filter(|item| matches!(item.value, Value::String(_))).collect()
}

/// The variable that `$name` or `{name}` was probably to stand for.
fn meant_variable(node: &Node) -> Option<&str> {
    let Value::String(text) = &node.value else { return None };
    let text = text.as_str();
    let braced = || text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let name = text.strip_prefix('$').or_else(braced)?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!name.is_empty() && name.chars().all(is_word)).then_some(name)
}
