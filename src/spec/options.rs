//! Tables of options: one declaration gives the struct, its documented defaults, the decoder with its errors,
//! the rows of `explain` and the JSON Schema.

use std::ops::{Range, RangeFrom, RangeInclusive, RangeToInclusive};

use std::cell::LazyCell;

use super::code::Code;
use super::decode::{Decode, Decoder, NoDataFiles};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::origin::Origin;
use super::quantity::{self, Bandwidth, Bytes, Ppm, Rate, Ratio, SignedDuration};
use super::scalars::Located;
use super::shape::Shape;
use super::suggest;
use super::value::{Entry, Node, Table, Text, Value};
use super::write;
use crate::kernel::Duration;

/// A struct declared with [`options!`](crate::options!).
pub trait Options: Decode {
    /// The declaration, for documentation.
    fn table() -> OptionTable;

    /// The struct with every option at its documented default.
    ///
    /// # Panics
    /// If an option is required, or a documented default is not valid: a test of each table calls this.
    fn defaults() -> Self {
        let node = Node { value: Value::Table(Table::default()), origin: Origin::default_value() };
        let mut diagnostics = Diagnostics::default();
        let decoded = Self::decode(&node, &mut Decoder::new(&mut diagnostics, &NoDataFiles));
        match decoded {
            Some(options) if diagnostics.is_empty() => options,
            Some(_) | None => {
                let messages: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
                panic!("the documented defaults of {} are not valid: {messages:?}", Self::table().name)
            }
        }
    }
}

/// The declaration of a table of options.
#[derive(Clone, Debug)]
pub struct OptionTable {
    /// The Rust name of the struct.
    pub name: &'static str,
    /// What the table is for.
    pub doc: String,
    /// The options in declared order.
    pub rows: Vec<OptionRow>,
}

impl OptionTable {
    /// The keys in declared order.
    pub fn keys(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.key).collect()
    }
}

/// The declaration of one option.
#[derive(Clone, Debug)]
pub struct OptionRow {
    /// The key in a file.
    pub key: &'static str,
    /// What it means.
    pub doc: String,
    /// What its value looks like.
    pub shape: Shape,
    /// Its least and greatest value.
    pub limits: Option<LimitsRow>,
    /// Its value when the key is absent.
    pub default: Option<Node>,
    /// Whether the key must be given.
    pub required: bool,
}

impl OptionRow {
    /// The default as written in a file: `"50ms"`, or nothing.
    pub fn default_text(&self) -> Option<String> {
        self.default.as_ref().map(write::inline)
    }
}

/// The key of an option: the name of its field, without the `r#` that a keyword needs in Rust.
pub fn key(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// What of the table `node` is under one of these keys.
pub fn part(node: &Node, keys: &[&'static str]) -> Node {
    let entries = node.as_table().into_iter().flat_map(Table::iter);
    let table = entries.filter(|entry| keys.contains(&entry.key.as_str())).cloned().collect();
    Node { value: Value::Table(table), origin: node.origin.clone() }
}

/// The row of one option.
pub fn row<T: Decode>(
    key: &'static str,
    doc: &str,
    default: Option<Node>,
    limits: &impl Check<T>,
) -> OptionRow {
    let required = default.is_none() && T::absent().is_none();
    OptionRow { key, doc: tidy(doc), shape: T::shape(), limits: limits.row(), default, required }
}

/// The lines of a doc comment without the space that each begins with.
pub fn tidy(doc: &str) -> String {
    let lines: Vec<&str> =
        doc.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n")
}

/// Where the options of a table were written, for checks across them.
pub struct Places<'a> {
    table: &'a Table,
    whole: &'a Origin,
}

impl<'a> Places<'a> {
    /// The places of the entries of a table that is at `whole`.
    pub fn new(table: &'a Table, whole: &'a Origin) -> Places<'a> {
        Places { table, whole }
    }

    /// The place of an option's key; that of the table if the option is at its default.
    pub fn of_key(&self, key: &str) -> &'a Origin {
        self.table.entry(key).map_or(self.whole, |entry| &entry.key_origin)
    }

    /// The place of an option's value, if it was given.
    pub fn given(&self, key: &str) -> Option<&'a Origin> {
        self.table.get(key).map(|node| &node.origin)
    }

    /// The place of an option's value; that of the table if the option is at its default.
    pub fn of(&self, key: &str) -> &'a Origin {
        self.given(key).unwrap_or(self.whole)
    }
}

/// Reports the keys that are not in `known`; `rows` are the options that these stand for.
pub fn refuse_unknown(
    table: &Table,
    known: &[&'static str],
    rows: impl FnOnce() -> Vec<OptionRow>,
    decoder: &mut Decoder<'_>,
) {
    let rows = LazyCell::new(rows);
    for entry in table.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        decoder.report_error(|decoder| {
            let message = format!("unknown key `{}` {}", entry.key, decoder.section());
            let diagnostic = Diagnostic::error(Code::UnknownKey, &entry.key_origin, message);
            if let Some(help) = one_table_down(entry, table, &rows) {
                return diagnostic.help(help);
            }
            match suggest::closest(&entry.key, known.iter().copied()) {
                Some(near) => {
                    decoder.was_meant(near);
                    diagnostic.did_you_mean(Some(near))
                }
                None => diagnostic.help(format!("the keys here are {}", known.join(", "))),
            }
        });
    }
}

/// What to write for an option that stands in `table`, one too high: `disk = { fsync = "1ms" }`.
pub fn one_table_down(entry: &Entry, table: &Table, rows: &[OptionRow]) -> Option<String> {
    let holds_key = |table: &OptionTable| table.rows.iter().any(|inner| inner.key == entry.key);
    let has_key = |row: &&OptionRow| matches!(&row.shape, Shape::Table(table) if holds_key(table));
    let row = rows.iter().find(has_key)?;
    let Entry { key, node, .. } = entry;
    Some(match table.get(row.key) {
        Some(_) => format!("`{key}` is an option of `{0}`: move it into `{0}`", row.key),
        None => {
            let value = write::excerpt(&write::inline(node));
            format!("`{key}` is an option of `{0}`: write {0} = {{ {key} = {value} }}", row.key)
        }
    })
}

/// The table in `node`, or a report that shows under which of its keys, `known`, the value could stand alone.
pub fn table_of<'n, T: Decode>(
    node: &'n Node,
    known: &[&'static str],
    decoder: &mut Decoder<'_>,
) -> Option<&'n Table> {
    if matches!(node.value, Value::Table(_) | Value::Array(_)) {
        return decoder.table(node);
    }
    let under = |key: &&'static str| {
        let (key, key_origin) = ((*key).to_owned(), node.origin.clone());
        let table = [Entry { key, key_origin, node: node.clone() }].into_iter().collect();
        let whole = Node { value: Value::Table(table), origin: node.origin.clone() };
        let mut silent = Diagnostics::default();
        let fits = T::decode(&whole, &mut Decoder::new(&mut silent, decoder.files())).is_some();
        (fits && silent.is_empty()).then(|| write::inline(&whole))
    };
    let fitting: Vec<String> = known.iter().filter_map(under).take(FITTING_MAX).collect();
    let help = match fitting.as_slice() {
        [] => String::new(),
        fitting => format!("write {}", decoder.assignment(fitting.join(" or "))),
    };
    decoder.wrong_type(node, "a table", &help)
}

/// Most keys that are shown for a value that needs one.
const FITTING_MAX: usize = 3;

/// Decodes one option of the table `node`: its value, else its default, else a report of its absence.
pub fn option<T: Decode>(
    node: &Node,
    key: &'static str,
    default: Option<Node>,
    limits: &impl Check<T>,
    decoder: &mut Decoder<'_>,
) -> Option<T> {
    let table = node.as_table()?;
    let Some(given) = table.get(key).cloned().or(default) else {
        return T::absent().or_else(|| {
            if decoder.is_meant(key) {
                return None;
            }
            let message = format!("`{key}` is missing {}", decoder.section());
            let help = format!("write {key} = ... ({})", T::shape().words());
            decoder.report_error(|decoder| {
                let error = Diagnostic::error(Code::MissingKey, &node.origin, message);
                let elsewhere = decoder.names_to_change(node.origin.source);
                let near = decoder.key().and_then(|name| suggest::closest(name, elsewhere.iter().copied()));
                let error = error.did_you_mean(near).help(help);
                match elsewhere.is_empty() || near.is_some() {
                    true => error,
                    false => {
                        error.help(format!("or change one that is there: {}", suggest::listed(elsewhere)))
                    }
                }
            });
            None
        });
    };
    decoder.enter_value(key, &given, node, |decoder| {
        let value = T::decode(&given, decoder)?;
        match limits.broken(&value) {
            None => Some(value),
            Some(Broken { found, range, nearest }) => {
                let message = format!("{} is {found}, and must be {range}", decoder.subject());
                let error = Diagnostic::error(Code::OutOfRange, &given.origin, message);
                let fix = nearest.map(|nearest| format!("write {}", decoder.assignment(nearest)));
                decoder.report(fix.into_iter().fold(error, Diagnostic::help));
                None
            }
        }
    })
}

/// A type whose values can be compared with the ends of a range.
pub trait Scalar: PartialOrd + Clone {
    /// The value as written in a file.
    fn written(&self) -> String;

    /// The value as a file has it: a quantity in quotes.
    fn in_file(&self) -> String {
        match self.number() {
            Some(_) => self.written(),
            None => write::quoted(&self.written()),
        }
    }

    /// The value as a JSON number, for types that are one in a file.
    fn number(&self) -> Option<f64> {
        None
    }
}

/// A type that holds at most one scalar.
pub trait Bounded {
    /// The type of the ends of its range.
    type Scalar: Scalar;

    /// The scalar, if there is one.
    fn scalar(&self) -> Option<&Self::Scalar>;
}

impl<T: Bounded> Bounded for Located<T> {
    type Scalar = T::Scalar;

    fn scalar(&self) -> Option<&T::Scalar> {
        self.value.scalar()
    }
}

impl<T: Bounded> Bounded for Option<T> {
    type Scalar = T::Scalar;

    fn scalar(&self) -> Option<&T::Scalar> {
        self.as_ref().and_then(T::scalar)
    }
}

macro_rules! scalars {
    ($($type:ty: $written:expr $(, $number:expr)?;)+) => {$(
        impl Scalar for $type {
            fn written(&self) -> String {
                let written: fn(&$type) -> String = $written;
                written(self)
            }
            $(fn number(&self) -> Option<f64> {
                let number: fn(&$type) -> f64 = $number;
                Some(number(self))
            })?
        }

        impl Bounded for $type {
            type Scalar = $type;

            fn scalar(&self) -> Option<&$type> {
                Some(self)
            }
        }
    )+};
}
scalars! {
    u16: u16::to_string, |value| f64::from(*value);
    u32: u32::to_string, |value| f64::from(*value);
    u64: u64::to_string, |value| *value as f64;
    f64: f64::to_string, |value| *value;
    Duration: |value| quantity::duration_text(*value);
    SignedDuration: SignedDuration::to_string;
    Bytes: Bytes::to_string;
    Bandwidth: Bandwidth::to_string;
    Rate: Rate::to_string;
    Ratio: Ratio::to_string;
    Ppm: Ppm::to_string;
}

/// The values that an option may have.
#[derive(Clone, Debug)]
pub struct Limits<S> {
    low: Option<S>,
    high: Option<S>,
    /// Whether `high` itself is still allowed.
    closed: bool,
}

/// The limits of an option, for documentation.
#[derive(Clone, PartialEq, Debug)]
pub struct LimitsRow {
    /// In words: `from 1 to 10000`.
    pub words: String,
    /// The ends, where they are numbers in a file and belong to the range.
    pub numbers: (Option<f64>, Option<f64>),
}

impl<S> From<RangeInclusive<S>> for Limits<S> {
    fn from(range: RangeInclusive<S>) -> Limits<S> {
        let (low, high) = range.into_inner();
        Limits { low: Some(low), high: Some(high), closed: true }
    }
}

impl<S> From<Range<S>> for Limits<S> {
    fn from(range: Range<S>) -> Limits<S> {
        Limits { low: Some(range.start), high: Some(range.end), closed: false }
    }
}

impl<S> From<RangeFrom<S>> for Limits<S> {
    fn from(range: RangeFrom<S>) -> Limits<S> {
        Limits { low: Some(range.start), high: None, closed: true }
    }
}

impl<S> From<RangeToInclusive<S>> for Limits<S> {
    fn from(range: RangeToInclusive<S>) -> Limits<S> {
        Limits { low: None, high: Some(range.end), closed: true }
    }
}

/// Limits of an option of type `T`; gives the ends of the range their type.
pub fn limits<T: Bounded, R: Into<Limits<T::Scalar>>>(range: R) -> Limits<T::Scalar> {
    range.into()
}

impl<S: Scalar> Limits<S> {
    fn words(&self) -> String {
        match (&self.low, &self.high, self.closed) {
            (Some(low), Some(high), true) => format!("from {} to {}", low.written(), high.written()),
            (Some(low), Some(high), false) => {
                format!("at least {} and less than {}", low.written(), high.written())
            }
            (Some(low), None, _) => format!("at least {}", low.written()),
            (None, Some(high), _) => format!("at most {}", high.written()),
            (None, None, _) => "anything".to_string(),
        }
    }
}

/// A value that is not allowed, in words.
pub struct Broken {
    /// The value.
    found: String,
    /// The values that are allowed.
    range: String,
    /// The nearest of them as a file has it, where it is one end of the range.
    nearest: Option<String>,
}

/// Whether a decoded value is allowed: [`Limits`], or `()` for no limits.
pub trait Check<T> {
    /// What is wrong with the value, if it is not allowed.
    fn broken(&self, value: &T) -> Option<Broken>;

    /// The limits for documentation.
    fn row(&self) -> Option<LimitsRow>;
}

impl<T> Check<T> for () {
    fn broken(&self, _: &T) -> Option<Broken> {
        None
    }

    fn row(&self) -> Option<LimitsRow> {
        None
    }
}

impl<T: Bounded> Check<T> for Limits<T::Scalar> {
    fn broken(&self, value: &T) -> Option<Broken> {
        let value = value.scalar()?;
        let low_enough = self.high.as_ref().is_none_or(|high| value < high || (self.closed && value == high));
        let high_enough = self.low.as_ref().is_none_or(|low| low <= value);
        let nearest = match (low_enough, high_enough) {
            (true, true) => return None,
            (_, false) => self.low.as_ref(),
            (false, true) => self.high.as_ref().filter(|_| self.closed),
        };
        Some(Broken { found: value.written(), range: self.words(), nearest: nearest.map(Scalar::in_file) })
    }

    fn row(&self) -> Option<LimitsRow> {
        let low = self.low.as_ref().and_then(Scalar::number);
        let high = self.high.as_ref().filter(|_| self.closed).and_then(Scalar::number);
        Some(LimitsRow { words: self.words(), numbers: (low, high) })
    }
}

/// A literal of Rust as the default of an option.
pub trait Literal {
    /// The value in a file.
    fn into_value(self) -> Value;
}

impl Literal for bool {
    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl Literal for i64 {
    fn into_value(self) -> Value {
        Value::Integer(self)
    }
}

impl Literal for f64 {
    fn into_value(self) -> Value {
        Value::Float(self)
    }
}

impl Literal for &str {
    fn into_value(self) -> Value {
        Value::String(Text::new(self.to_string(), Origin::default_value(), None))
    }
}

/// `vec![]`: an empty list.
impl Literal for Vec<Node> {
    fn into_value(self) -> Value {
        Value::Array(self)
    }
}

/// `{}`: a nested table with all its own defaults.
impl Literal for () {
    fn into_value(self) -> Value {
        Value::Table(Table::default())
    }
}

impl<L: Literal, const N: usize> Literal for [L; N] {
    fn into_value(self) -> Value {
        Value::Array(self.into_iter().map(default_node).collect())
    }
}

impl<L: Literal, const N: usize> Literal for [(&str, L); N] {
    fn into_value(self) -> Value {
        let entry = |(key, literal): (&str, L)| Entry {
            key: key.to_string(),
            key_origin: Origin::default_value(),
            node: default_node(literal),
        };
        Value::Table(self.into_iter().map(entry).collect())
    }
}

/// A literal as a value that nobody wrote.
pub fn default_node<L: Literal>(literal: L) -> Node {
    Node { value: literal.into_value(), origin: Origin::default_value() }
}

/// Declares a table of options.
///
/// Each option is `name: Type [range] = default,`. The doc comment is what `explain` shows. The range is
/// optional and has ends of the option's type. Without a default the key is required, unless the type is an
/// `Option`, a `Named` or another type with an own meaning of absence. A default is written as in a scenario:
/// `"50ms"`, `true`, `64`, `[1, 2]`, `{}` for a nested table. After the struct, `check function;` names a
/// `fn(&Self, &Places, &mut Decoder)` that compares options with each other.
///
/// ```
/// use seedbed::kernel::Duration;
/// use seedbed::spec::options::Options;
///
/// seedbed::options! {
///     /// Options of a heartbeat.
///     pub struct HeartbeatOptions {
///         /// Time between two heartbeats.
///         interval: Duration [Duration(1)..] = "50ms",
///         /// Heartbeats missed before a node is suspected.
///         misses: u32 [1..=100] = 3,
///         /// Name in traces.
///         label: Option<String>,
///     }
/// }
/// assert_eq!(HeartbeatOptions::defaults().interval, Duration::from_millis(50));
/// ```
#[macro_export]
macro_rules! options {
    (
        $(#[doc = $doc:literal])+
        $visibility:vis struct $name:ident {
            $(
                $(#[doc = $option_doc:literal])+
                $option:ident: $type:ty $([$range:expr])? $(= $default:expr)?
            ),* $(,)?
        }
        $(with $(#[doc = $part_doc:literal])+ $part:ident: $part_type:ty;)?
        $(check $check:path;)?
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        $visibility struct $name {
            $($(#[doc = $option_doc])+ pub $option: $type,)*
            $($(#[doc = $part_doc])+ pub $part: $part_type,)?
        }

        impl $crate::spec::options::Options for $name {
            fn table() -> $crate::spec::options::OptionTable {
                #[allow(unused_mut)]
                let mut table = $crate::spec::options::OptionTable {
                    name: stringify!($name),
                    doc: $crate::spec::options::tidy(concat!($($doc, "\n",)+)),
                    rows: vec![$(
                        $crate::spec::options::row::<$type>(
                            $crate::spec::options::key(stringify!($option)),
                            concat!($($option_doc, "\n",)+),
                            $crate::options!(@default $($default)?),
                            &$crate::options!(@limits $type $(, $range)?),
                        ),
                    )*],
                };
                $(table.rows.extend(<$part_type as $crate::spec::options::Options>::table().rows);)?
                table
            }
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::spec::Node,
                decoder: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                let known: &[&'static str] = &[$($crate::spec::options::key(stringify!($option)),)*];
                $(
                    // The keys of the part stand beside the others.
                    let part_keys = <$part_type as $crate::spec::options::Options>::table().keys();
                    let known: &[&'static str] = &[known, &part_keys].concat();
                )?
                let table = $crate::spec::options::table_of::<Self>(node, known, decoder)?;
                $crate::spec::options::refuse_unknown(
                    table,
                    known,
                    || <Self as $crate::spec::options::Options>::table().rows,
                    decoder,
                );
                // All options first, then the `?`: every mistake is reported, not only the first.
                $(let $option = $crate::spec::options::option::<$type>(
                    node,
                    $crate::spec::options::key(stringify!($option)),
                    $crate::options!(@default $($default)?),
                    &$crate::options!(@limits $type $(, $range)?),
                    decoder,
                );)*
                $(let $part = <$part_type as $crate::spec::decode::Decode>::decode(
                    &$crate::spec::options::part(node, &part_keys),
                    decoder,
                );)?
                let options = $name { $($option: $option?,)* $($part: $part?,)? };
                $($check(&options, &$crate::spec::options::Places::new(table, &node.origin), decoder);)?
                Some(options)
            }

            fn shape() -> $crate::spec::shape::Shape {
                $crate::spec::shape::Shape::Table(<Self as $crate::spec::options::Options>::table())
            }
        }
    };
    (@default) => { None };
    (@default $default:expr) => { Some($crate::spec::options::default_node($default)) };
    (@limits $type:ty) => { () };
    (@limits $type:ty, $range:expr) => { $crate::spec::options::limits::<$type, _>($range) };
}
