//! Quantities in strings, read into exact integers: `150ms`, `2m30s`, `64KiB`, `1Gbit/s`, `500/s`, `0.5%`, `200ppm`.
//!
//! No float is involved: a decimal is kept as digits and a power of ten until its unit makes it whole, and one
//! that stays fractional is refused. A mistake is a [`Problem`] with the bytes at fault and a text to write
//! instead.

mod dimension;
mod rounded;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use dimension::Dimension;
pub use rounded::{four_digits, rounded};

use crate::kernel::Duration;
use crate::spec::code::Code;
use crate::spec::diagnostic::Problem;
use crate::spec::quantity::{Bandwidth, Bytes, Ppm, Rate, Ratio, SignedDuration};
use dimension::ALIASES;

/// A length of time: `150ms`, `1.5ms`, `2m30s`; units d, h, m, s, ms, us, ns.
///
/// # Errors
/// Anything else, negative lengths included.
pub fn duration(text: &str) -> Result<Duration, Problem> {
    let nanos = durations(text, 0)?;
    Ok(Duration(u64::try_from(nanos).map_err(|_| too_large(text, "584 years"))?))
}

/// A length of time with an optional sign: `+800ms`, `-2s`.
///
/// # Errors
/// As [`duration`]; the most is 292 years either way.
pub fn signed_duration(text: &str) -> Result<SignedDuration, Problem> {
    let (sign, rest) = split_sign(text);
    let nanos = durations(rest, text.len() - rest.len())?;
    let nanos = i64::try_from(nanos).map_err(|_| too_large(text, "292 years"))?;
    Ok(SignedDuration(sign * nanos))
}

/// An amount of data: `64KiB`, `1MB`, `100B`.
///
/// # Errors
/// Anything else, and fractions of a byte.
pub fn bytes(text: &str) -> Result<Bytes, Problem> {
    single(text, 0, Dimension::Bytes)?.exact_u64(text, Dimension::Bytes).map(Bytes)
}

/// Data in time: `1Gbit/s`, `10MB/s`.
///
/// # Errors
/// Anything else, and fractions of a bit.
pub fn bandwidth(text: &str) -> Result<Bandwidth, Problem> {
    single(text, 0, Dimension::Bandwidth)?.exact_u64(text, Dimension::Bandwidth).map(Bandwidth)
}

/// Events in time: `500/s`, `10/m`, `0.5/s`.
///
/// # Errors
/// Anything else.
pub fn rate(text: &str) -> Result<Rate, Problem> {
    let part = single(text, 0, Dimension::Rate)?;
    // A fraction lengthens the time instead: 0.5/s is 5 in 10 s.
    let per = 10_u64.checked_pow(part.number.scale).and_then(|power| part.unit.checked_mul(power));
    let per = per.ok_or_else(|| too_many_digits(text, part.number))?;
    let count = u64::try_from(part.number.digits).map_err(|_| too_large(text, "2^64"))?;
    Ok(Rate { count, per: Duration(per) })
}

/// A share from 0 to 1 in percent: `0.5%`.
///
/// # Errors
/// Anything else, and more than 100%.
pub fn ratio(text: &str) -> Result<Ratio, Problem> {
    let billionths = single(text, 0, Dimension::Ratio)?.exact_u64(text, Dimension::Ratio)?;
    ratio_of(billionths, text)
}

/// A share from 0 to 1 as a plain number: `0.8`. The decimal digits count, not the binary fraction.
///
/// # Errors
/// Not from 0 to 1, or more than nine digits after the point.
pub fn ratio_from_number(number: f64) -> Result<Ratio, Problem> {
    let text = format!("{number}");
    if number.is_sign_negative() && number != 0.0 {
        return Err(negative(&text, Dimension::Ratio));
    }
    let (decimal, end) = scan_number(&text, 0)?;
    let part = Part { number: decimal, unit: 1_000_000_000, span: 0..end };
    let billionths = part.exact_u64(&text, Dimension::Ratio)?;
    ratio_of(billionths, &text)
}

fn ratio_of(billionths: u64, text: &str) -> Result<Ratio, Problem> {
    match u32::try_from(billionths) {
        Ok(share) if share <= Ratio::ONE.0 => Ok(Ratio(share)),
        Ok(_) | Err(_) => Err(Problem::new(Code::Overflow, 0..text.len(), "is more than the whole (100%)")),
    }
}

/// A relative deviation with an optional sign: `200ppm`, `-50ppm`.
///
/// # Errors
/// Anything else, and fractions of a part per billion.
pub fn ppm(text: &str) -> Result<Ppm, Problem> {
    let (sign, rest) = split_sign(text);
    let billionths =
        single(rest, text.len() - rest.len(), Dimension::Ppm)?.exact_u64(text, Dimension::Ppm)?;
    let billionths = i64::try_from(billionths).map_err(|_| too_large(text, "2^63 parts per billion"))?;
    Ok(Ppm(sign * billionths))
}

/// The kind of a quantity and its value as a number: nanoseconds, bytes, bits a second, events a second, a share
/// from 0 to 1, parts per million. `None` for a text that is no quantity. Units belong to one kind each, so
/// there is no doubt which it is.
pub fn base_value(text: &str) -> Option<(Dimension, f64)> {
    Dimension::ALL
        .into_iter()
        .find_map(|dimension| value(text, dimension).ok().map(|value| (dimension, value)))
}

/// The value of a quantity of this kind in its base unit.
fn value(text: &str, dimension: Dimension) -> Result<f64, Problem> {
    match dimension {
        Dimension::Duration => signed_duration(text).map(|value| value.0 as f64),
        Dimension::Bytes => bytes(text).map(|value| value.0 as f64),
        Dimension::Bandwidth => bandwidth(text).map(|value| value.0 as f64),
        Dimension::Rate => rate(text).map(|value| value.per_second()),
        Dimension::Ratio => ratio(text).map(|value| value.as_f64()),
        Dimension::Ppm => ppm(text).map(|value| value.0 as f64 / 1e3),
    }
}

/// A bare number as text where a quantity is due: asks for the unit and shows the fix.
pub fn missing_unit(number: &str, span: Range<usize>, dimension: Dimension) -> Problem {
    let (first, second) = dimension.likely_units();
    let message = match (second, whole_share(number, dimension)) {
        ("", None) => match value(&format!("{number}{first}"), dimension) {
            // With its unit it would be wrong as well.
            Err(wrong) => return Problem { span, ..wrong },
            Ok(_) => format!("needs its unit `{first}`"),
        },
        ("", Some(share)) => {
            format!("needs its unit `{first}`: {number} could be {number}{first} or {share}")
        }
        (second, _) => format!("needs a unit: {number} could be {first} or {second}"),
    };
    Problem::new(Code::MissingUnit, span, message).help(format!("write {}", with_unit(number, dimension)))
}

/// A bare number with the units that it probably was to have: `"20ms" or "20s"`.
pub fn with_unit(number: &str, dimension: Dimension) -> String {
    match (dimension.likely_units(), whole_share(number, dimension)) {
        ((only, ""), None) => format!("\"{number}{only}\""),
        ((only, ""), Some(share)) => format!("\"{number}{only}\" or \"{share}\""),
        ((first, second), _) => format!("\"{number}{first}\" or \"{number}{second}\""),
    }
}

/// What a bare number is as a share of the whole, where it can be one: `1` may be 1% or 100%.
fn whole_share(number: &str, dimension: Dimension) -> Option<Ratio> {
    let share = ratio_from_number(number.parse().ok().filter(|_| dimension == Dimension::Ratio)?).ok()?;
    (share != Ratio::ZERO).then_some(share)
}

/// A non-negative decimal: `digits` / 10^`scale`.
#[derive(Clone, Copy, Debug)]
struct Decimal {
    digits: u128,
    scale: u32,
}

/// One number with its unit.
struct Part {
    number: Decimal,
    unit: u64,
    span: Range<usize>,
}

impl Part {
    /// How many of the smallest step this is.
    fn exact(&self, dimension: Dimension, text: &str) -> Result<u128, Problem> {
        let Some(scaled) = self.number.digits.checked_mul(u128::from(self.unit)) else {
            return Err(too_large(text, "2^64"));
        };
        let power = 10_u128.pow(self.number.scale);
        if !scaled.is_multiple_of(power) {
            return Err(Problem { span: self.span.clone(), ..too_fine(text, dimension) });
        }
        Ok(scaled / power)
    }

    fn exact_u64(&self, text: &str, dimension: Dimension) -> Result<u64, Problem> {
        u64::try_from(self.exact(dimension, text)?).map_err(|_| too_large(text, "2^64"))
    }
}

/// The whole text, which starts at `offset` of the text that the user wrote, as one number and one unit.
fn single(text: &str, offset: usize, dimension: Dimension) -> Result<Part, Problem> {
    refuse_padding(text, dimension).map_err(|p| p.shifted(offset))?;
    let scan = || {
        let (number, end) = scan_number(text, 0)?;
        let unit = find_unit(text, end..text.len(), dimension)?;
        Ok(Part { number, unit, span: 0..text.len() })
    };
    scan()
        .map(|part| Part { span: offset..offset + text.len(), ..part })
        .map_err(|p: Problem| with_example(p, dimension).shifted(offset))
}

/// What is no number comes with one, if nothing better is known.
fn with_example(problem: Problem, dimension: Dimension) -> Problem {
    match problem.code == Code::BadNumber && problem.help.is_empty() {
        true => problem.help(format!("write for example \"{}\"", dimension.example())),
        false => problem,
    }
}

/// Durations of several parts, each of a smaller unit than the one before: `2m30s`.
fn durations(text: &str, offset: usize) -> Result<u128, Problem> {
    refuse_padding(text, Dimension::Duration).map_err(|p| p.shifted(offset))?;
    let scan = || {
        let (mut total, mut at, mut previous) = (0_u128, 0, u64::MAX);
        while at < text.len() || at == 0 {
            let (number, unit_start) = scan_number(text, at)?;
            let unit_end = next_number(text, unit_start);
            if unit_start == text.len() && at > 0 {
                let message = "ends in a number without a unit";
                return Err(Problem::new(Code::MissingUnit, at..unit_start, message));
            }
            let unit = find_unit(text, unit_start..unit_end, Dimension::Duration)?;
            if unit >= previous {
                let message = "has its units out of order: each must be smaller than the one before";
                return Err(Problem::new(Code::WrongUnit, unit_start..unit_end, message));
            }
            let part = Part { number, unit, span: at..unit_end };
            total = total.saturating_add(part.exact(Dimension::Duration, text)?);
            (at, previous) = (unit_end, unit);
        }
        Ok(total)
    };
    scan().map_err(|p: Problem| with_example(p, Dimension::Duration).shifted(offset))
}

/// Where the next number starts: the end of the unit at `from`.
fn next_number(text: &str, from: usize) -> usize {
    text[from..].find(|c: char| c.is_ascii_digit() || c == '.').map_or(text.len(), |found| from + found)
}

/// What no quantity may be: empty, padded, negative, or a float's special value.
fn refuse_padding(text: &str, dimension: Dimension) -> Result<(), Problem> {
    let example = format!("write for example \"{}\"", dimension.example());
    let lower = text.trim().to_ascii_lowercase();
    if lower.is_empty() {
        return Err(Problem::new(Code::BadNumber, 0..text.len(), "is empty").help(example));
    }
    if text.contains(char::is_whitespace) {
        let compact: String = text.split_whitespace().collect();
        let problem = Problem::new(Code::BadNumber, 0..text.len(), "has a space in it");
        let fix = match value(&compact, dimension) {
            Ok(_) => format!("write \"{compact}\""),
            // `40 sec`: also the unit is one of other tools.
            Err(Problem { code: Code::WrongUnit, label, help, .. }) if !label.is_empty() => help.concat(),
            Err(_) => example,
        };
        return Err(problem.help(fix));
    }
    if text.starts_with('-') {
        return Err(negative(text, dimension));
    }
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.ends_with(')') {
        let message = "is one value, and nothing that is drawn";
        return Err(Problem::new(Code::BadNumber, 0..text.len(), message).help(example));
    }
    if let Some(unsigned) = text.strip_prefix('+') {
        let message = format!("has a sign, and {} has none here", dimension.name());
        return Err(Problem::new(Code::BadNumber, 0..1, message).help(format!("write \"{unsigned}\"")));
    }
    if lower.starts_with("nan") || lower.starts_with("inf") {
        let message = "is not finite: NaN and infinity are no quantities";
        return Err(Problem::new(Code::BadNumber, 0..text.len(), message).help(example));
    }
    Ok(())
}

/// Digits with at most one point between them, from `at`; and where they end.
fn scan_number(text: &str, at: usize) -> Result<(Decimal, usize), Problem> {
    let end = text[at..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |n| at + n);
    let written = &text[at..end];
    let malformed =
        |message: &str| Problem::new(Code::BadNumber, at..end.max(at + 1).min(text.len()), message);
    if written.is_empty() {
        let message = "does not begin with a number";
        return Err(Problem::new(Code::BadNumber, at..text.len(), message));
    }
    let (before, after) = written.split_once('.').unwrap_or((written, ""));
    if after.contains('.') {
        return Err(malformed("has more than one decimal point"));
    }
    if written.starts_with('.') || written.ends_with('.') {
        let fixed = format!("{}.{}", zero_if_empty(before), zero_if_empty(after));
        let rest = &text[end..];
        let help = format!("write \"{}{fixed}{rest}\"", &text[..at]);
        return Err(malformed("has a decimal point without a digit on each side").help(help));
    }
    let after = after.trim_end_matches('0');
    let digits = format!("{before}{after}");
    let significant = digits.trim_start_matches('0');
    if significant.len() > 20 || after.len() > 18 {
        // Longer than any quantity: 20 digits reach 2^64.
        let code = if after.len() > 18 { Code::TooFine } else { Code::Overflow };
        return Err(Problem::new(code, at..end, "has more digits than any quantity can hold"));
    }
    let digits = if significant.is_empty() { 0 } else { significant.parse().expect("at most 20 digits") };
    let scale = u32::try_from(after.len()).expect("at most 18");
    Ok((Decimal { digits, scale }, end))
}

fn zero_if_empty(digits: &str) -> &str {
    if digits.is_empty() { "0" } else { digits }
}

/// The size of the unit that `span` of `text` names.
fn find_unit(text: &str, span: Range<usize>, dimension: Dimension) -> Result<u64, Problem> {
    let name = &text[span.clone()];
    let units = dimension.units();
    if let Some((_, size)) = units.iter().find(|(unit, _)| *unit == name) {
        return Ok(*size);
    }
    if name.is_empty() {
        return Err(missing_unit(text, 0..text.len(), dimension));
    }
    if has_exponent(&text[span.start..]) {
        let help = format!("write its digits out, such as \"{}\"", dimension.example());
        let message = "has an exponent, and quantities are written without";
        return Err(Problem::new(Code::BadNumber, 0..text.len(), message).help(help));
    }
    let known = || units.iter().map(|(unit, _)| *unit);
    let alias = ALIASES.iter().find(|(alias, unit)| *alias == name && known().any(|known| known == *unit));
    if let Some((_, unit)) = alias {
        return Err(other_unit(text, span, unit));
    }
    let elsewhere =
        Dimension::ALL.into_iter().find(|other| other.units().iter().any(|(unit, _)| *unit == name));
    if let Some(other) = elsewhere {
        let message = format!("must be {}, but `{name}` is a unit of {}", dimension.name(), other.name());
        let help = format!("write for example \"{}\"", dimension.example());
        return Err(Problem::new(Code::WrongUnit, span, message).help(help));
    }
    // Units are too short for edit distance: only another case is a safe guess.
    let guess = known().find(|unit| unit.eq_ignore_ascii_case(name));
    Err(match guess {
        Some(unit) => other_unit(text, span, unit),
        None => unknown_unit(name, span, dimension),
    })
}

/// Whether what follows a number is `e6` or `e-6`.
fn has_exponent(rest: &str) -> bool {
    let exponent = rest.strip_prefix(['e', 'E']).map(|rest| rest.trim_start_matches(['+', '-']));
    exponent.is_some_and(|exponent| exponent.starts_with(|c: char| c.is_ascii_digit()))
}

fn unknown_unit(name: &str, span: Range<usize>, dimension: Dimension) -> Problem {
    let units: Vec<&str> = dimension.units().iter().map(|(unit, _)| *unit).collect();
    Problem::new(Code::WrongUnit, span, no_such_unit(name)).help(format!(
        "the units of {} are {}",
        dimension.name(),
        units.join(", ")
    ))
}

/// That `span` of `text` is no unit, though `unit` is one that was probably meant.
fn other_unit(text: &str, span: Range<usize>, unit: &str) -> Problem {
    let name = &text[span.clone()];
    let help = format!("write \"{}{unit}{}\"", &text[..span.start], &text[span.end..]);
    // What follows a `/` that begins both is wrong.
    let same = usize::from(name.starts_with('/') && unit.starts_with('/'));
    Problem::new(Code::WrongUnit, span.start + same..span.end, no_such_unit(name))
        .did_you_mean(Some(&unit[same..]))
        .help(help)
}

fn no_such_unit(name: &str) -> String {
    format!("has an unknown unit `{name}`")
}

fn split_sign(text: &str) -> (i64, &str) {
    match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(rest), _) if !rest.starts_with(['-', '+']) => (-1, rest),
        (_, Some(rest)) if !rest.starts_with(['-', '+']) => (1, rest),
        _ => (1, text),
    }
}

fn negative(text: &str, dimension: Dimension) -> Problem {
    let help = format!("take its sign away: {}", text.trim_start_matches('-'));
    Problem::new(Code::Negative, 0..text.len(), format!("is negative, and {} is never", dimension.name()))
        .help(help)
}

fn too_large(text: &str, most: &str) -> Problem {
    Problem::new(Code::Overflow, 0..text.len(), format!("is too large: the most is {most}"))
}

/// A rate with more digits after the point than its unit leaves room for, as a computed one has; shows it rounded.
fn too_many_digits(text: &str, number: Decimal) -> Problem {
    // What every unit leaves room for.
    const KEPT: u32 = 5;
    let message = format!("has {} digits after the point, more than a rate can keep", number.scale);
    let problem = Problem::new(Code::TooFine, 0..text.len(), message);
    let step = 10_u128.pow(number.scale.saturating_sub(KEPT));
    let rounded = (number.digits + step / 2) / step;
    if rounded == 0 {
        return problem.help("take a longer unit: 1/d is once a day");
    }
    let (whole, fraction) = (rounded / 10_u128.pow(KEPT), rounded % 10_u128.pow(KEPT));
    let digits = format!("{whole}.{fraction:05}");
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let rounded = digits.trim_end_matches('0').trim_end_matches('.');
    problem.help(format!("write it rounded: \"{rounded}{unit}\""))
}

fn too_fine(text: &str, dimension: Dimension) -> Problem {
    let message = format!("is too fine: the smallest step is {}", dimension.smallest());
    Problem::new(Code::TooFine, 0..text.len(), message)
}
