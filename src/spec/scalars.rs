//! How the plain types are decoded: booleans, numbers, strings, quantities, lists, and values kept as they are.

use std::ops::Range;
use std::rc::Rc;

use super::code::Code;
use super::decode::{Decode, Decoder};
use super::diagnostic::{Diagnostic, Problem};
use super::origin::{Origin, SourceId};
use super::quantity::{Bandwidth, Bytes, Ppm, Rate, Ratio, SignedDuration};
use super::shape::Shape;
use super::suggest;
use super::units::{self, Dimension};
use super::value::{Entry, Node, Table, Text, Value};
use super::write;
use crate::kernel::Duration;

impl Decode for bool {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<bool> {
        let meant = match &node.value {
            Value::Bool(value) => return Some(*value),
            Value::Integer(number) => {
                usize::try_from(*number).ok().and_then(|index| [false, true].get(index).copied())
            }
            Value::String(text) => truth(text.as_str()),
            Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
        };
        let help = match (&node.value, meant) {
            (Value::String(text), Some(_)) if matches!(text.as_str(), "true" | "false") => {
                without_quotes(text, decoder)
            }
            (_, Some(meant)) => format!("write {}", decoder.assignment(meant)),
            (_, None) => format!("write {} or false", decoder.assignment(true)),
        };
        decoder.wrong_type(node, "true or false", &help)
    }

    fn shape() -> Shape {
        Shape::Bool
    }
}

/// What a word for true or false in other formats stands for.
fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// The whole number in `node`, or a report.
fn integer(node: &Node, decoder: &mut Decoder<'_>) -> Option<i64> {
    match &node.value {
        Value::Integer(value) => Some(*value),
        Value::String(text) if text.as_str().parse::<i64>().is_ok() => {
            decoder.wrong_type(node, "a whole number", &without_quotes(text, decoder))
        }
        Value::Float(number) if number.fract() == 0.0 => {
            let help = format!("write {}", decoder.assignment(number));
            decoder.wrong_type(node, "a whole number", &help)
        }
        Value::Bool(_) | Value::Float(_) | Value::String(_) | Value::Array(_) | Value::Table(_) => {
            let help = format!("write for example {}", decoder.assignment(3));
            decoder.wrong_type(node, "a whole number", &help)
        }
    }
}

fn without_quotes(text: &Text, decoder: &Decoder<'_>) -> String {
    format!("write {} without quotes", decoder.assignment(text.as_str()))
}

macro_rules! decode_unsigned {
    ($($type:ty),+) => {$(
        impl Decode for $type {
            fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<$type> {
                let value = integer(node, decoder)?;
                let problem = |_| match value {
                    ..0 => Problem::new(Code::Negative, 0..0, "may not be negative")
                        .help(format!("write {}", decoder.assignment(value.unsigned_abs()))),
                    0.. => Problem::new(Code::OutOfRange, 0..0, format!("is more than {}", <$type>::MAX)),
                };
                let result = <$type>::try_from(value).map_err(problem);
                decoder.take_at(result, &node.origin)
            }

            fn shape() -> Shape {
                Shape::Integer
            }
        }
    )+};
}
decode_unsigned!(u16, u32, u64);

impl Decode for f64 {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<f64> {
        match &node.value {
            Value::Float(value) => Some(*value),
            Value::Integer(value) => Some(*value as f64),
            Value::String(text) => {
                let word = text.as_str();
                let help = match (word.parse::<f64>(), units::ratio(word)) {
                    (Ok(number), _) if number.is_finite() => without_quotes(text, decoder),
                    (_, Ok(share)) => format!("write {}", decoder.assignment(share.as_f64())),
                    (Ok(_) | Err(_), Err(_)) => String::new(),
                };
                decoder.wrong_type(node, "a number", &help)
            }
            Value::Bool(_) | Value::Array(_) | Value::Table(_) => decoder.wrong_type(node, "a number", ""),
        }
    }

    fn shape() -> Shape {
        Shape::Number
    }
}

impl Decode for String {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<String> {
        decoder.text(node, "a string", "").map(|text| text.as_str().to_string())
    }

    fn shape() -> Shape {
        Shape::Text
    }
}

/// A string that keeps its places, for what a later layer reads as an expression.
impl Decode for Text {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Text> {
        decoder.text(node, "a string", "").cloned()
    }

    fn shape() -> Shape {
        Shape::Text
    }
}

/// Any value, for what a later layer decodes.
impl Decode for Node {
    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Node> {
        Some(node.clone())
    }

    fn shape() -> Shape {
        Shape::Any
    }
}

/// A quantity in a string; a bare number is asked for its unit.
fn quantity<T>(
    node: &Node,
    decoder: &mut Decoder<'_>,
    dimension: Dimension,
    parse: fn(&str) -> Result<T, Problem>,
) -> Option<T> {
    let without_unit = |number: String| units::missing_unit(&number, 0..0, dimension);
    match &node.value {
        Value::String(text) => decoder.take(parse(text.as_str()), text),
        Value::Integer(number) => decoder.take_at(Err(without_unit(number.to_string())), &node.origin),
        Value::Float(number) => decoder.take_at(Err(without_unit(format!("{number:?}"))), &node.origin),
        Value::Bool(_) | Value::Array(_) | Value::Table(_) => {
            let help = format!("write for example \"{}\"", dimension.example());
            decoder.wrong_type(node, dimension.name(), &help)
        }
    }
}

macro_rules! decode_quantity {
    ($($type:ty: $dimension:ident by $parse:path;)+) => {$(
        impl Decode for $type {
            fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<$type> {
                quantity(node, decoder, Dimension::$dimension, $parse)
            }

            fn shape() -> Shape {
                Shape::Quantity(Dimension::$dimension)
            }
        }
    )+};
}
decode_quantity! {
    Duration: Duration by units::duration;
    SignedDuration: Duration by units::signed_duration;
    Bytes: Bytes by units::bytes;
    Bandwidth: Bandwidth by units::bandwidth;
    Rate: Rate by units::rate;
    Ppm: Ppm by units::ppm;
}

/// A ratio may also be a plain number from 0 to 1, which can mean nothing else; `1` alone could be 1%.
impl Decode for Ratio {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Ratio> {
        match &node.value {
            Value::Float(number) => decoder.take_at(ratio_number(*number), &node.origin),
            Value::Integer(0) => Some(Ratio::ZERO),
            Value::Bool(_) | Value::Integer(_) | Value::String(_) | Value::Array(_) | Value::Table(_) => {
                quantity(node, decoder, Dimension::Ratio, units::ratio)
            }
        }
    }

    fn shape() -> Shape {
        Shape::Quantity(Dimension::Ratio)
    }
}

fn ratio_number(number: f64) -> Result<Ratio, Problem> {
    units::ratio_from_number(number).map_err(|problem| match problem.code {
        Code::Overflow => problem.help(format!("write \"{number}%\" if percent is meant")),
        _ => problem,
    })
}

/// A value that remembers its place, for checks across options.
#[derive(Clone, PartialEq, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub origin: Origin,
}

impl Located<String> {
    /// The place of these bytes: of all of the text, where the two are not written byte for byte.
    pub fn place_of(&self, bytes: Range<usize>) -> Origin {
        if let Some(text) = &self.origin.filled {
            return text.origin_of(bytes);
        }
        // Bare on the command line, or between two quotes; with escapes there are more bytes.
        let quote = match self.origin.span().len().checked_sub(self.value.len()) {
            Some(0) => 0,
            Some(2) => 1,
            Some(_) | None => return self.origin.clone(),
        };
        self.origin.part(quote + bytes.start..quote + bytes.end)
    }
}

impl<T: Decode> Decode for Located<T> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Located<T>> {
        T::decode(node, decoder).map(|value| Located { value, origin: node.origin.clone() })
    }

    fn shape() -> Shape {
        T::shape()
    }

    fn absent() -> Option<Located<T>> {
        T::absent().map(|value| Located { value, origin: Origin::default_value() })
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Option<T>> {
        T::decode(node, decoder).map(Some)
    }

    fn shape() -> Shape {
        T::shape()
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Vec<T>> {
        let Value::Array(items) = &node.value else {
            let help = match node.as_table() {
                Some(_) => String::new(),
                None => format!("write {}", decoder.assignment(format!("[{}]", write::inline(node)))),
            };
            return decoder.wrong_type(node, "a list", &help);
        };
        // Decode all before giving up, so that every bad item is reported.
        let item = |(index, item)| decoder.enter_item(index, |decoder| T::decode(item, decoder));
        let decoded: Vec<Option<T>> = items.iter().enumerate().map(item).collect();
        decoded.into_iter().collect()
    }

    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

/// Values by the names that the user gave them, in written order: `[workload.NAME]`, `mix = { read = 0.8 }`.
#[derive(Clone, PartialEq, Debug)]
pub struct Named<T> {
    /// Name, the place of the name, value.
    pub entries: Vec<(String, Origin, T)>,
}

/// The table that `read=0.7,write=0.3` was to be, as it is written.
fn as_pairs(node: &Node) -> Option<String> {
    let Value::String(text) = &node.value else { return None };
    let entry = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let value = match value.parse::<f64>() {
            Ok(number) => Value::Float(number),
            Err(_) => Value::String(Text::new(value.to_owned(), node.origin.clone(), None)),
        };
        let node = Node { value, origin: node.origin.clone() };
        Some(Entry { key: key.trim().to_owned(), key_origin: node.origin.clone(), node })
    };
    let table = text.as_str().split(',').map(entry).collect::<Option<Table>>()?;
    Some(write::inline(&Node { value: Value::Table(table), origin: node.origin.clone() }))
}

/// Most keys that are compared with the options of a table.
const KEYS_COMPARED_MAX: usize = 8;

/// The name in the header `[name]` that the table `node` has; the whole table if it has none.
fn place_of_name(node: &Node, name: Option<&str>) -> Origin {
    match name {
        Some(name) if node.origin.span().len() == name.len() + 2 => node.origin.part(1..name.len() + 1),
        Some(_) | None => node.origin.clone(),
    }
}

/// Whether a table that was to hold tables by name looks like one of them: its keys are options, not names.
fn is_of_one<T: Decode>(table: &Table) -> bool {
    let Shape::Table(one) = T::shape() else { return false };
    let is_option =
        |entry: &Entry| suggest::closest(&entry.key, one.rows.iter().map(|row| row.key)).is_some();
    table.iter().take(KEYS_COMPARED_MAX).any(is_option)
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named { entries: Vec::new() }
    }
}

/// The values of a table that could be read, and the names of the others; `None` if it is no table. Every mistake has been
/// reported.
fn decode_named<T: Decode>(node: &Node, decoder: &mut Decoder<'_>) -> Option<(Named<T>, Vec<String>)> {
    if let Some(help) = as_pairs(node).map(|pairs| format!("write {}", decoder.assignment(pairs))) {
        return decoder.wrong_type(node, "a table", &help);
    }
    let table = decoder.table(node)?;
    if let Some(entry) = table.iter().next()
        && table.iter().all(|entry| !matches!(entry.node.value, Value::Table(_) | Value::Array(_)))
        && is_of_one::<T>(table)
    {
        let header = decoder.header();
        let message = format!("{header} holds tables that have a name each, and `{}` is none", entry.key);
        let help = format!("give it a name: write [{}.NAME]", header.trim_matches(['[', ']']));
        let origin = place_of_name(node, decoder.key());
        decoder.report(Diagnostic::error(Code::WrongType, &origin, message).help(help));
        return None;
    }
    let beside: Rc<[(String, SourceId)]> =
        table.iter().map(|entry| (entry.key.clone(), entry.key_origin.source)).collect();
    let (mut named, mut broken) = (Named::default(), Vec::new());
    for entry in table.iter() {
        if entry.key.is_empty() {
            let message = format!("a name {} is empty", decoder.section());
            decoder.report(Diagnostic::error(Code::WrongType, &entry.key_origin, message));
        }
        let value = decoder.enter_named(&entry.key, &beside, |decoder| T::decode(&entry.node, decoder));
        match value.filter(|_| !entry.key.is_empty()) {
            Some(value) => named.entries.push((entry.key.clone(), entry.key_origin.clone(), value)),
            None => broken.push(entry.key.clone()),
        }
    }
    Some((named, broken))
}

impl<T: Decode> Decode for Named<T> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Named<T>> {
        let (named, broken) = decode_named(node, decoder)?;
        broken.is_empty().then_some(named)
    }

    fn shape() -> Shape {
        Shape::Named(Box::new(T::shape()))
    }

    fn absent() -> Option<Named<T>> {
        Some(Named::default())
    }
}

/// The tables of one noun, `[fault.NAME]`, by name: those that could be read, so that a mistake in one does not hide what
/// is wrong with another. A scenario with a mistake never runs: it has been reported.
#[derive(Clone, PartialEq, Debug)]
pub struct Sections<T> {
    /// Name, the place of the name, value.
    pub entries: Vec<(String, Origin, T)>,
    /// The names of those that could not be read.
    pub broken: Vec<String>,
}

impl<T> Sections<T> {
    /// Whether there is none, not even one that could not be read.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.broken.is_empty()
    }

    /// All names, also those of what could not be read.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.entries.iter().map(|(name, ..)| name.as_str()).chain(self.broken.iter().map(String::as_str))
    }
}

impl<T: Decode> Decode for Sections<T> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Sections<T>> {
        let (Named { entries }, broken) = decode_named(node, decoder)?;
        Some(Sections { entries, broken })
    }

    fn shape() -> Shape {
        Named::<T>::shape()
    }

    fn absent() -> Option<Sections<T>> {
        Some(Sections { entries: Vec::new(), broken: Vec::new() })
    }
}
