//! Distributions in strings: `lognormal(median=200us, p99=2ms)`, read into [`kernel::sample::Distribution`].
//!
//! [`kernel::sample::Distribution`]: crate::kernel::sample::Distribution

mod catalogue;
mod empirical;
mod read;
#[cfg(test)]
mod tests;

pub use catalogue::{FAMILIES, Family};
pub use read::parse;

use super::code::Code;
use super::decode::{Decode, Decoder};
use super::diagnostic::Problem;
use super::shape::Shape;
use super::units::{self, Dimension};
use super::value::{Node, Value};
use super::write;
use crate::kernel::sample::Distribution;

/// What the values of a distribution are, and so which unit its arguments have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Lengths of time; the distribution is in nanoseconds.
    Durations,
    /// Amounts of data; the distribution is in bytes.
    Sizes,
    /// Plain numbers.
    Numbers,
}

impl Measure {
    /// What the values are, in words.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Durations => "durations",
            Measure::Sizes => "sizes",
            Measure::Numbers => "numbers",
        }
    }

    /// A constant, for help texts.
    fn example(self) -> &'static str {
        match self {
            Measure::Durations => "const(5ms)",
            Measure::Sizes => "const(64KiB)",
            Measure::Numbers => "const(5)",
        }
    }

    /// The unit's kind; none for plain numbers.
    pub fn dimension(self) -> Option<Dimension> {
        match self {
            Measure::Durations => Some(Dimension::Duration),
            Measure::Sizes => Some(Dimension::Bytes),
            Measure::Numbers => None,
        }
    }

    /// A value of this measure in base units.
    fn value(self, text: &str) -> Result<f64, Problem> {
        match self {
            Measure::Durations => units::duration(text).map(|duration| duration.0 as f64),
            Measure::Sizes => units::bytes(text).map(|bytes| bytes.0 as f64),
            Measure::Numbers => number(text),
        }
    }
}

/// A finite plain number.
fn number(text: &str) -> Result<f64, Problem> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    match text.parse::<f64>() {
        Ok(number) if plain && number.is_finite() => Ok(number),
        Ok(_) | Err(_) => {
            let message = format!("must be a plain number, not `{text}`");
            Err(Problem::new(Code::BadNumber, 0..text.len(), message))
        }
    }
}

/// A distribution of sizes, in bytes.
#[derive(Clone, PartialEq, Debug)]
pub struct Sizes(pub Distribution);

/// A distribution of plain numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Numbers(pub Distribution);

/// Always `value`.
fn constant(value: f64) -> Distribution {
    Distribution::constant(value).expect("quantities and numbers of a scenario are finite")
}

/// A value as it stands in a call.
fn bare(node: &Node) -> String {
    write::inline(node).trim_matches('"').to_owned()
}

/// The distribution in `node`, or reports of all that is wrong with it.
fn decode(node: &Node, measure: Measure, decoder: &mut Decoder<'_>) -> Option<Distribution> {
    let plain = match &node.value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(format!("{number:?}")),
        Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Table(_) => None,
    };
    if let Some(number) = plain {
        // A plain number is that number, always; of anything else it lacks the unit.
        if let (Measure::Numbers, Ok(value)) = (measure, measure.value(&number)) {
            return Some(constant(value));
        }
        let problem = read::not_a_distribution(&number, 0..0, measure);
        return decoder.take_at(Err(problem), &node.origin);
    }
    let expected = format!("a distribution of {}", measure.name());
    if let Value::Array(items) = &node.value
        && let [low, high] = items.as_slice()
        && let Some(range) = read::range(bare(low).as_str(), bare(high).as_str(), measure)
    {
        return decoder.wrong_type(node, &expected, &format!("write {}", decoder.assignment(range)));
    }
    let text = decoder.text(node, &expected, &format!("\"{}\"", measure.example()))?;
    match parse(text, measure, decoder.files()) {
        Ok(distribution) => Some(distribution),
        Err(problems) => {
            for problem in problems {
                decoder.take::<()>(Err(problem), text);
            }
            None
        }
    }
}

/// A distribution of durations.
impl Decode for Distribution {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Distribution> {
        decode(node, Measure::Durations, decoder)
    }

    fn shape() -> Shape {
        Shape::Distribution(Measure::Durations)
    }
}

impl Decode for Sizes {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Sizes> {
        decode(node, Measure::Sizes, decoder).map(Sizes)
    }

    fn shape() -> Shape {
        Shape::Distribution(Measure::Sizes)
    }
}

impl Decode for Numbers {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Numbers> {
        decode(node, Measure::Numbers, decoder).map(Numbers)
    }

    fn shape() -> Shape {
        Shape::Distribution(Measure::Numbers)
    }
}
