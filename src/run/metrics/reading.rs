//! Reads conditions on figures: `p99 < 600ms`, in the units of the catalogue.

use std::ops::Range;

use super::{Aggregate, Assertion, Comparison, Entry, Unit, UnitKind};
use crate::spec::code::Code;
use crate::spec::diagnostic::Problem;
use crate::spec::{suggest, units};

/// Why a condition cannot be read.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The bytes at fault.
    pub part: Range<usize>,
    /// What is wrong with them.
    pub message: String,
    /// The name that is probably meant.
    pub near: Option<&'static str>,
    /// What to write instead.
    pub help: String,
}

impl Refused {
    fn new(part: Range<usize>, message: String, help: String) -> Refused {
        Refused { part, message, near: None, help }
    }
}

/// The two sides of a condition, without the space around them, and what stands between.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sides {
    /// The bytes of the left side.
    pub left: Range<usize>,
    /// Those of the sign.
    pub sign: Range<usize>,
    /// What the sign says.
    pub comparison: Comparison,
    /// The bytes of the right side.
    pub right: Range<usize>,
}

/// Reads `p99 < 600ms`, of a metric.
///
/// # Errors
/// If it is no comparison, the metric has no such aggregate, or the value is not in its unit.
pub fn read_assertion(text: &str, entry: &Entry) -> Result<Assertion, Refused> {
    let Sides { left: left_part, sign, comparison, right } = sides(text, || example(entry))?;
    let left = &text[left_part.clone()];
    let allowed = || suggest::one_of(entry.aggregates.iter().map(|aggregate| aggregate.name()));
    let aggregate = Aggregate::named(left).filter(|aggregate| entry.aggregates.contains(aggregate));
    let Some(aggregate) = aggregate else {
        let help = format!("`{}` has {}", entry.name, allowed());
        let near = suggest::closest(left, entry.aggregates.iter().map(|aggregate| aggregate.name()));
        let part = if left.is_empty() { sign } else { left_part };
        let message = format!("`{left}` is no aggregate of `{}`", entry.name);
        return Err(Refused { near, ..Refused::new(part, message, help) });
    };
    let value = read_limit(text, right, aggregate, entry)?;
    Ok(Assertion { aggregate, comparison, value })
}

/// The sides of a condition.
///
/// # Errors
/// If it is not one comparison; `example` is what to write then.
pub fn sides(text: &str, example: impl Fn() -> String) -> Result<Sides, Refused> {
    // Two-character signs first: `<=` begins with `<`.
    let mut signs = Comparison::ALL;
    signs.sort_by_key(|comparison| std::cmp::Reverse(comparison.sign().len()));
    let found = signs.into_iter().find_map(|comparison| {
        text.find(comparison.sign()).map(|at| (at..at + comparison.sign().len(), comparison))
    });
    let Some((sign, comparison)) = found else {
        // The word in the middle was to be the sign.
        let part = match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            [first, word, _] => {
                let after = text.find(first).expect("it is a part") + first.len();
                let start = after + text[after..].find(word).expect("it comes later");
                start..start + word.len()
            }
            _ => 0..text.len(),
        };
        let message = format!("`{text}` compares nothing: it has none of < <= > >= ==");
        return Err(Refused::new(part, message, example()));
    };
    let (left, right) = (trimmed(text, 0..sign.start), trimmed(text, sign.end..text.len()));
    let links = [" and ", " or "].into_iter().filter_map(|link| text[right.clone()].find(link));
    if let Some(at) = links.min() {
        let message = "an assertion is one comparison".to_owned();
        let help = "write a check of its own for each comparison".to_owned();
        return Err(Refused::new(trimmed(text, right.start + at..right.end), message, help));
    }
    Ok(Sides { left, sign, comparison, right })
}

/// Reads the right side of a condition on this aggregate of a metric, in its base unit.
///
/// # Errors
/// If it is not in the unit of that.
pub fn read_limit(
    text: &str,
    right: Range<usize>,
    aggregate: Aggregate,
    entry: &Entry,
) -> Result<f64, Refused> {
    value(&text[right.clone()], aggregate, entry.unit).map_err(|problem| {
        let help = problem.help.first().cloned().unwrap_or_else(|| example(entry));
        let message = format!("`{}` {}", &text[right.clone()], problem.message);
        let Range { start, end } = problem.shifted(right.start).span;
        let part = if start < end { start..end } else { right.clone() };
        Refused::new(part, message, help)
    })
}

/// What a condition on a metric may look like.
fn example(entry: &Entry) -> String {
    match entry.unit {
        Unit::Nanoseconds => format!("write for example \"{} < 600ms\"", entry.aggregates[0].name()),
        Unit::Ratio => format!("write for example \"{} < 5%\"", entry.aggregates[0].name()),
        Unit::OperationsPerSecond => format!("write for example \"{} > 100/s\"", entry.aggregates[0].name()),
        _ => format!("write for example \"{} < 10\"", entry.aggregates[0].name()),
    }
}

/// The bytes of a part without the space around it.
fn trimmed(text: &str, part: Range<usize>) -> Range<usize> {
    let start = part.end - text[part.clone()].trim_start().len();
    start..start + text[part].trim().len()
}

/// The value that a figure is compared with, in the base unit of its metric.
fn value(text: &str, aggregate: Aggregate, unit: Unit) -> Result<f64, Problem> {
    let plain = |text: &str| {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| Problem::new(Code::BadAssertion, 0..text.len(), "is no number"))
    };
    // A count, and a coefficient of variation, have no unit whatever the metric's is.
    if matches!(aggregate, Aggregate::Count | Aggregate::Cv) {
        return plain(text);
    }
    match unit.kind() {
        UnitKind::Time => units::duration(text).map(|length| length.0 as f64),
        UnitKind::Rate => units::rate(text).map(|rate| rate.per_second()),
        // As in an option: `0.05` can mean nothing else, and `1` alone could be 1%.
        UnitKind::Share => match text.parse::<f64>() {
            Ok(number) if text.contains(['.', 'e', 'E']) || number == 0.0 => units::ratio_from_number(number),
            Ok(_) | Err(_) => units::ratio(text),
        }
        .map(|ratio| ratio.as_f64()),
        UnitKind::Number => plain(text),
    }
}
