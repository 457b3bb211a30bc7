//! `${name}` replaced by a value, never by text.
//!
//! A string that is `${name}` and nothing else becomes the value itself, of whatever type. Inside a longer
//! string `${name}` stands for one whole argument: it may not touch other characters of a word, and its value
//! must be one word, one quoted text or one call. So no value can change the structure around it:
//! `"exp(${x})"` with `x = "1ms, 2ms"` is an error, not a call with two arguments.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::{AddAssign, Range};

use super::super::source::bounds::TEXT_BYTES_MAX;
use super::variables::{Variable, is_name};
use super::written;
use crate::spec::value::{Entry, Text};
use crate::spec::{Code, Diagnostic, Diagnostics, Node, Origin, Value, call, suggest};

/// `${name}` in a string.
struct Use<'a> {
    name: &'a str,
    /// Bytes of the string, from `$` to `}`.
    span: Range<usize>,
}

impl Use<'_> {
    fn is_whole(&self, text: &str) -> bool {
        self.span == (0..text.len())
    }
}

/// The uses in a string, up to one that is malformed, whose bytes are then given.
fn uses(text: &str) -> (Vec<Use<'_>>, Option<Range<usize>>) {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("${").map(|at| from + at) {
        let rest = &text[start + 2..];
        match rest.split_once('}').map(|(name, _)| name).filter(|name| is_name(name)) {
            Some(name) => {
                let span = start..start + name.len() + 3;
                from = span.end;
                found.push(Use { name, span });
            }
            None => {
                let end = rest.find('}').map_or(text.len(), |at| start + 2 + at + 1);
                return (found, Some(start..end));
            }
        }
    }
    (found, None)
}

/// Reports every `${}` that cannot be replaced, and every variable that nothing uses.
pub(super) fn check(document: &Node, sweep: &Node, variables: &[Variable], diagnostics: &mut Diagnostics) {
    let longest = variables.iter().map(longest).collect();
    let unfit = variables.iter().map(unfit).collect();
    let mut check = Checker {
        variables,
        longest,
        unfit,
        is_too_long: false,
        used: vec![false; variables.len()],
        diagnostics,
    };
    check.node(document);
    let used = check.used;
    let unused = variables.iter().zip(&used).filter(|(variable, used)| !**used && is_name(&variable.name));
    for (variable, _) in unused {
        let message = format!("the variable `{}` is not used", variable.name);
        let warning = Diagnostic::warning(Code::UnusedVariable, &variable.origin, message);
        diagnostics.push(warning.help(format!("write \"${{{}}}\" where its values belong", variable.name)));
    }
    refuse_inside_sweep(sweep, diagnostics);
}

/// The value that makes a string longest, with its bytes there; lists and tables stand in no string.
fn longest(variable: &Variable) -> Option<(&Node, usize)> {
    let inside = variable.values.iter().filter_map(|value| match &value.value {
        Value::Array(_) | Value::Table(_) => None,
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => Some((value, written(value).len())),
        Value::String(text) => Some((value, text.as_str().len())),
    });
    inside.min_by_key(|(_, bytes)| Reverse(*bytes))
}

struct Checker<'a> {
    variables: &'a [Variable],
    /// For each variable its [`longest`] value.
    longest: Vec<Option<(&'a Node, usize)>>,
    /// For each variable its [`unfit`] values.
    unfit: Vec<Vec<(&'a Node, String)>>,
    /// Whether a text was refused for its length: as in a file, the first one is.
    is_too_long: bool,
    used: Vec<bool>,
    diagnostics: &'a mut Diagnostics,
}

/// How often a string uses a variable, and the bytes of these uses.
#[derive(Default)]
struct Uses {
    count: usize,
    bytes: usize,
}

impl Checker<'_> {
    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.node(item)),
            Value::Table(table) => table.iter().for_each(|entry| self.node(&entry.node)),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {}
        }
    }

    fn text(&mut self, text: &Text) {
        let (uses, malformed) = uses(text.as_str());
        if let Some(span) = malformed {
            let message = format!("`{}` is not a variable", &text.as_str()[span.clone()]);
            let error = Diagnostic::error(Code::BadSubstitution, &text.origin_of(span), message);
            self.diagnostics.push(error.help("write ${name}, with a name from [sweep]"));
        }
        let mut inside = BTreeMap::new();
        for used in uses {
            let at = text.origin_of(used.span.clone());
            let Some(index) = self.variables.iter().position(|variable| variable.name == used.name) else {
                self.unknown(used.name, &at);
                continue;
            };
            self.used[index] = true;
            if !used.is_whole(text.as_str()) {
                self.embedded(text, &used, &at, index);
                let Uses { count, bytes } = inside.entry(index).or_default();
                (*count, *bytes) = (*count + 1, *bytes + used.span.len());
            }
        }
        self.length(text, &inside);
    }

    /// Refuses a text that its values make longer than a text may be.
    fn length(&mut self, text: &Text, inside: &BTreeMap<usize, Uses>) {
        let longest = |(index, uses): (&usize, &Uses)| {
            self.longest[*index].map(|(value, bytes)| (*index, value, uses.count * bytes))
        };
        let replaced: usize = inside.values().map(|uses| uses.bytes).sum();
        let filled: usize = inside.iter().filter_map(longest).map(|(_, _, bytes)| bytes).sum();
        let bytes = text.as_str().len() - replaced + filled;
        let greatest = inside.iter().filter_map(longest).min_by_key(|(_, _, bytes)| Reverse(*bytes));
        let Some((index, value, _)) = greatest.filter(|_| bytes > TEXT_BYTES_MAX && !self.is_too_long) else {
            return;
        };
        self.is_too_long = true;
        let message = format!(
            "with a value in each `${{}}` this text of {bytes} bytes is longer than {TEXT_BYTES_MAX}"
        );
        let error = Diagnostic::error(Code::TooMany, &text.origin(), message)
            .related(&value.origin, format!("`${{{}}}` is this", self.variables[index].name));
        self.diagnostics.push(error.help("put shorter values into it, or fewer of them"));
    }

    fn unknown(&mut self, name: &str, at: &Origin) {
        let known = self.variables.iter().map(|variable| variable.name.as_str());
        let message = format!("`${{{name}}}` names no variable of [sweep]");
        let near = suggest::closest(name, known);
        // Probably it is this one that should be used here: no need to say that nothing uses it.
        if let Some(index) = self.variables.iter().position(|variable| Some(variable.name.as_str()) == near) {
            self.used[index] = true;
        }
        let near = near.map(|near| format!("${{{near}}}"));
        let error = Diagnostic::error(Code::UnknownVariable, at, message).did_you_mean(near.as_deref());
        self.diagnostics.push(error.help(format!("declare it: vars.{name} = [..] in [sweep]")));
    }

    /// Checks a use inside a longer string, and every value there.
    fn embedded(&mut self, text: &Text, used: &Use<'_>, at: &Origin, index: usize) {
        if let Some(touching) = touching(text.as_str(), &used.span) {
            let message =
                format!("`${{{}}}` stands for a whole argument and may not touch `{touching}`", used.name);
            let error = Diagnostic::error(Code::BadSubstitution, at, message);
            self.diagnostics.push(error.help(format!(
                "put the whole argument into the values of `{}`: a unit belongs to its number",
                used.name
            )));
            return;
        }
        for (value, message) in &self.unfit[index] {
            let origin = value.origin.through(used.name, at);
            self.diagnostics.push(Diagnostic::error(Code::BadSubstitution, &origin, message.as_str()));
        }
    }
}

/// The values that cannot stand inside a string, with what is wrong with them: found once, however often they are used.
fn unfit(variable: &Variable) -> Vec<(&Node, String)> {
    let name = &variable.name;
    let problem = |value: &Node| match &value.value {
        Value::Array(_) | Value::Table(_) => {
            let kind = value.value.type_name();
            Some(format!("{kind} cannot stand inside a string: `${{{name}}}` must be all of it"))
        }
        Value::String(inner) if !call::is_one_value(inner.as_str()) => {
            Some(format!("`{}` cannot stand for `${{{name}}}`: it is not one argument", inner.as_str()))
        }
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => None,
    };
    variable.values.iter().filter_map(|value| Some((value, problem(value)?))).collect()
}

/// What a use touches that would become part of the same word.
fn touching<'a>(text: &'a str, span: &Range<usize>) -> Option<&'a str> {
    let separates = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '=' | ':' | '<' | '>' | '!');
    let before = &text[..span.start];
    let start = before.rfind(separates).map_or(0, |at| at + 1);
    let after = &text[span.end..];
    let end = after.find(separates).unwrap_or(after.len());
    let (before, after) = (before.get(start..).unwrap_or(before), &after[..end]);
    [before, after].into_iter().find(|word| !word.is_empty())
}

/// The values of variables are values, not expressions over other variables.
fn refuse_inside_sweep(node: &Node, diagnostics: &mut Diagnostics) {
    match &node.value {
        Value::String(text) => {
            if let Some(start) = text.as_str().find("${") {
                let origin = text.origin_of(start..text.as_str().len());
                let message = "a variable cannot be used inside [sweep]";
                diagnostics.push(Diagnostic::error(Code::BadSubstitution, &origin, message));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| refuse_inside_sweep(item, diagnostics)),
        Value::Table(table) => table.iter().for_each(|entry| refuse_inside_sweep(&entry.node, diagnostics)),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {}
    }
}

/// How much there is in a value.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    /// Values: itself, and those in its tables and lists.
    pub(super) values: usize,
    /// Bytes of the keys and strings in it.
    pub(super) bytes: usize,
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Size) {
        self.values += other.values;
        self.bytes += other.bytes;
    }
}

impl Size {
    /// The size of a value in which each `${name}` is replaced by a value as large as `largest` says.
    fn of(node: &Node, largest: &BTreeMap<&str, Size>) -> Size {
        let mut size = Size { values: 1, bytes: 0 };
        match &node.value {
            Value::String(text) => {
                let pattern = text.as_str();
                size.bytes = pattern.len();
                for used in uses(pattern).0 {
                    let Some(put_in) = largest.get(used.name) else { continue };
                    size.bytes = size.bytes - used.span.len() + put_in.bytes;
                    if used.is_whole(pattern) {
                        size.values += put_in.values;
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| size += Size::of(item, largest)),
            Value::Table(table) => table.iter().for_each(|entry| {
                size += Size::of(&entry.node, largest);
                size.bytes += entry.key.len();
            }),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {}
        }
        size
    }
}

/// The most that a document holds once every `${name}` is replaced, with the values put there themselves.
pub(super) fn size(document: &Node, variables: &[Variable]) -> Size {
    let most = |variable: &Variable| {
        let sizes = variable.values.iter().map(|value| Size::of(value, &BTreeMap::new()));
        sizes.fold(Size::default(), |most, size| Size {
            values: most.values.max(size.values),
            bytes: most.bytes.max(size.bytes),
        })
    };
    let largest = variables.iter().map(|variable| (variable.name.as_str(), most(variable))).collect();
    let mut size = Size::of(document, &largest);
    largest.values().for_each(|most| size += *most);
    size
}

/// The document with every `${name}` replaced by its chosen value. [`check`] has found nothing wrong.
pub(super) fn document(node: &Node, chosen: &[(&str, &Node)]) -> Node {
    let value = match &node.value {
        Value::String(text) => return string(node, text, chosen),
        Value::Array(items) => Value::Array(items.iter().map(|item| document(item, chosen)).collect()),
        Value::Table(table) => {
            let replaced = |entry: &Entry| Entry { node: document(&entry.node, chosen), ..entry.clone() };
            Value::Table(table.iter().map(replaced).collect())
        }
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => node.value.clone(),
    };
    Node { value, origin: node.origin.clone() }
}

fn string(node: &Node, text: &Text, chosen: &[(&str, &Node)]) -> Node {
    let pattern = text.as_str();
    let (uses, _) = uses(pattern);
    if uses.is_empty() {
        return node.clone();
    }
    let value_of = |name: &str| {
        chosen
            .iter()
            .find(|(known, _)| *known == name)
            .expect("every use was checked against the variables")
            .1
    };
    if let Some(whole) = uses.iter().find(|used| used.is_whole(pattern)) {
        return through(value_of(whole.name), whole.name, &text.origin_of(whole.span.clone()));
    }
    let mut replaced = Text::empty(node.origin.clone());
    let mut done = 0;
    for used in uses {
        replaced.push_part(text, done..used.span.start);
        let at = text.origin_of(used.span.clone());
        let value = value_of(used.name);
        match &value.value {
            Value::String(inner) => {
                replaced.push_part(&inner.through(used.name, &at), 0..inner.as_str().len());
            }
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => {
                replaced.push_value(&written(value), value.origin.through(used.name, &at));
            }
        }
        done = used.span.end;
    }
    replaced.push_part(text, done..pattern.len());
    let origin = replaced.origin();
    Node { value: Value::String(replaced), origin }
}

/// A value that came through `${name}` at `at`, with all that is in it.
fn through(node: &Node, name: &str, at: &Origin) -> Node {
    let value = match &node.value {
        Value::String(text) => Value::String(text.through(name, at)),
        Value::Array(items) => Value::Array(items.iter().map(|item| through(item, name, at)).collect()),
        Value::Table(table) => {
            let moved = |entry: &Entry| Entry {
                key: entry.key.clone(),
                key_origin: entry.key_origin.through(name, at),
                node: through(&entry.node, name, at),
            };
            Value::Table(table.iter().map(moved).collect())
        }
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => node.value.clone(),
    };
    Node { value, origin: node.origin.through(name, at) }
}
