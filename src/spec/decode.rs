//! From values to types, with every mistake reported: the [`Decode`] trait and the [`Decoder`] that carries
//! where in the scenario it is and what went wrong so far.
//!
//! A decoder never stops at the first error: it reports, returns `None`, and its caller goes on with the rest.

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
    meant: Vec<(String, String)>,
}

/// One key on the way to the value being decoded.
struct Step {
    key: String,
    /// Which item, when the value of the key is a list.
    item: Option<usize>,
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
        self.meant.push((self.section(), key.to_owned()));
    }

    /// Whether an unknown key of this table was said to stand for `key`.
    pub fn is_meant(&self, key: &str) -> bool {
        !self.meant.is_empty() && {
            let section = self.section();
            self.meant.iter().any(|(table, meant)| *table == section && meant == key)
        }
    }

    /// Decodes the value of `key`, which then is the subject of messages.
    pub fn enter<T>(&mut self, key: &str, decode: impl FnOnce(&mut Decoder<'a>) -> T) -> T {
        self.path.push(Step { key: key.to_string(), item: None });
        let value = decode(self);
        self.path.pop();
        value
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
            Some(Step { key, item: Some(item) }) => format!("`{key}[{item}]`"),
            Some(Step { key, item: None }) => format!("`{key}`"),
            None => "the scenario".to_string(),
        }
    }

    /// The table being decoded, for messages: "in [system.kv.raft]", "at the top level".
    pub fn section(&self) -> String {
        if self.path.is_empty() {
            return "at the top level".to_string();
        }
        let keys: Vec<String> = self.path.iter().map(|step| write::key(&step.key)).collect();
        format!("in [{}]", keys.join("."))
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
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        None
    }

    /// The table in `node`, or a report.
    pub fn table<'n>(&mut self, node: &'n Node) -> Option<&'n Table> {
        match &node.value {
            Value::Table(table) => Some(table),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Array(_) => {
                self.wrong_type(node, "a table", "")
            }
        }
    }

    /// The string in `node`, or a report that shows `example`.
    pub fn text<'n>(&mut self, node: &'n Node, expected: &str, example: &str) -> Option<&'n Text> {
        match &node.value {
            Value::String(text) => Some(text),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => {
                let help =
                    if example.is_empty() { String::new() } else { format!("write for example {example}") };
                self.wrong_type(node, expected, &help)
            }
        }
    }
}
