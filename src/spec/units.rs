//! Quantities in strings, read into exact integers: `150ms`, `2m30s`, `64KiB`, `1Gbit/s`, `500/s`, `0.5%`, `200ppm`.
//!
//! No float is involved: a decimal is kept as digits and a power of ten until its unit makes it whole, and one
//! that stays fractional is refused. A mistake is a [`Problem`] with the bytes at fault and a text to write
//! instead.

use std::ops::Range;

use super::code::Code;
use super::diagnostic::Problem;
use super::quantity::{Bandwidth, Bytes, Ppm, Rate, Ratio, SignedDuration};
use crate::kernel::Duration;

/// The kinds of quantity, each with its units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dimension {
    /// A length of time, in nanoseconds.
    Duration,
    /// An amount of data, in bytes.
    Bytes,
    /// Data in time, in bits a second.
    Bandwidth,
    /// Events in time.
    Rate,
    /// A share, in billionths.
    Ratio,
    /// A relative deviation, in parts per billion.
    Ppm,
}

/// A unit and how many of the smallest step it holds.
type Unit = (&'static str, u64);

const SECOND: u64 = 1_000_000_000;
const DURATIONS: &[Unit] = &[
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];
/// For rates: the nanoseconds in which the count happens.
const RATES: &[Unit] = &[
    ("/d", 86_400 * SECOND),
    ("/h", 3_600 * SECOND),
    ("/m", 60 * SECOND),
    ("/s", SECOND),
    ("/ms", 1_000_000),
    ("/us", 1_000),
    ("/ns", 1),
];
const SIZES: &[Unit] = &[
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];
const BANDWIDTHS: &[Unit] = &[
    ("bit/s", 1),
    ("kbit/s", 1_000),
    ("Mbit/s", 1_000_000),
    ("Gbit/s", 1_000_000_000),
    ("Tbit/s", 1_000_000_000_000),
    ("B/s", 8),
    ("kB/s", 8_000),
    ("MB/s", 8_000_000),
    ("GB/s", 8_000_000_000),
    ("KiB/s", 8 << 10),
    ("MiB/s", 8 << 20),
    ("GiB/s", 8 << 30),
];
const RATIOS: &[Unit] = &[("%", 10_000_000)];
const PPMS: &[Unit] = &[("ppm", 1_000)];

/// What people write for a unit, and the unit.
const ALIASES: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("msec", "ms"),
    ("millis", "ms"),
    ("usec", "us"),
    ("micros", "us"),
    ("µs", "us"),
    ("μs", "us"),
    ("nanos", "ns"),
    ("b", "B"),
    ("k", "KiB"),
    ("M", "MiB"),
    ("G", "GiB"),
    ("bps", "bit/s"),
    ("kbps", "kbit/s"),
    ("Mbps", "Mbit/s"),
    ("Gbps", "Gbit/s"),
    ("Mbit", "Mbit/s"),
    ("Gbit", "Gbit/s"),
    ("Mb/s", "Mbit/s"),
    ("Gb/s", "Gbit/s"),
    ("/sec", "/s"),
    ("/second", "/s"),
    ("/min", "/m"),
    ("/minute", "/m"),
    ("/hour", "/h"),
    ("rps", "/s"),
    ("percent", "%"),
];

impl Dimension {
    /// Every kind.
    pub const ALL: [Dimension; 6] = [
        Dimension::Duration,
        Dimension::Bytes,
        Dimension::Bandwidth,
        Dimension::Rate,
        Dimension::Ratio,
        Dimension::Ppm,
    ];

    /// The kind in words, with its article: `a duration`.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::Duration => "a duration",
            Dimension::Bytes => "a size",
            Dimension::Bandwidth => "a bandwidth",
            Dimension::Rate => "a rate",
            Dimension::Ratio => "a ratio",
            Dimension::Ppm => "a drift",
        }
    }

    /// A typical value, for documentation.
    pub fn example(self) -> &'static str {
        match self {
            Dimension::Duration => "150ms",
            Dimension::Bytes => "64KiB",
            Dimension::Bandwidth => "1Gbit/s",
            Dimension::Rate => "500/s",
            Dimension::Ratio => "0.5%",
            Dimension::Ppm => "200ppm",
        }
    }

    /// The names of its units.
    pub fn unit_names(self) -> Vec<&'static str> {
        self.units().iter().map(|(unit, _)| *unit).collect()
    }

    /// What a number may have meant, likeliest first.
    fn likely_units(self) -> (&'static str, &'static str) {
        match self {
            Dimension::Duration => ("ms", "s"),
            Dimension::Bytes => ("KiB", "MiB"),
            Dimension::Bandwidth => ("Mbit/s", "MB/s"),
            Dimension::Rate => ("/s", "/m"),
            Dimension::Ratio => ("%", ""),
            Dimension::Ppm => ("ppm", ""),
        }
    }

    /// The unit that a number without one most likely has.
    pub fn likely_unit(self) -> &'static str {
        self.likely_units().0
    }

    fn units(self) -> &'static [Unit] {
        match self {
            Dimension::Duration => DURATIONS,
            Dimension::Bytes => SIZES,
            Dimension::Bandwidth => BANDWIDTHS,
            Dimension::Rate => RATES,
            Dimension::Ratio => RATIOS,
            Dimension::Ppm => PPMS,
        }
    }

    fn smallest(self) -> &'static str {
        match self {
            Dimension::Duration => "1ns",
            Dimension::Bytes => "1B",
            Dimension::Bandwidth => "1bit/s",
            Dimension::Rate => "1 in 584 years",
            Dimension::Ratio => "0.0000001%",
            Dimension::Ppm => "0.001ppm",
        }
    }
}

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
    let per = per.ok_or_else(|| too_fine(text, Dimension::Rate))?;
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
    Dimension::ALL.into_iter().find_map(|dimension| {
        let value = match dimension {
            Dimension::Duration => signed_duration(text).map(|value| value.0 as f64),
            Dimension::Bytes => bytes(text).map(|value| value.0 as f64),
            Dimension::Bandwidth => bandwidth(text).map(|value| value.0 as f64),
            Dimension::Rate => rate(text).map(|value| value.per_second()),
            Dimension::Ratio => ratio(text).map(|value| value.as_f64()),
            Dimension::Ppm => ppm(text).map(|value| value.0 as f64 / 1e3),
        };
        value.ok().map(|value| (dimension, value))
    })
}

/// A bare number as text where a quantity is due: asks for the unit and shows the fix.
pub fn missing_unit(number: &str, span: Range<usize>, dimension: Dimension) -> Problem {
    let (first, second) = dimension.likely_units();
    let message = match second {
        "" => format!("needs a unit: {number} could be {first}"),
        second => format!("needs a unit: {number} could be {first} or {second}"),
    };
    Problem::new(Code::MissingUnit, span, message).help(format!("write \"{number}{first}\""))
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
        .map_err(|p: Problem| p.shifted(offset))
}

/// Durations of several parts, each of a smaller unit than the one before: `2m30s`.
fn durations(text: &str, offset: usize) -> Result<u128, Problem> {
    refuse_padding(text, Dimension::Duration).map_err(|p| p.shifted(offset))?;
    let scan = || {
        let (mut total, mut at, mut previous) = (0_u128, 0, u64::MAX);
        while at < text.len() || at == 0 {
            let (number, unit_start) = scan_number(text, at)?;
            let unit_end = next_number(text, unit_start);
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
    scan().map_err(|p: Problem| p.shifted(offset))
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
        let message = "has a space in it";
        return Err(
            Problem::new(Code::BadNumber, 0..text.len(), message).help(format!("write \"{compact}\""))
        );
    }
    if text.starts_with('-') {
        return Err(negative(text, dimension));
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
        let message = "has no number before its unit";
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
    let known = || units.iter().map(|(unit, _)| *unit);
    let alias = ALIASES.iter().find(|(alias, unit)| *alias == name && known().any(|known| known == *unit));
    if let Some((_, unit)) = alias {
        return Err(unknown_unit(name, span, dimension).did_you_mean(Some(unit)));
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
    Err(unknown_unit(name, span, dimension).did_you_mean(guess))
}

fn unknown_unit(name: &str, span: Range<usize>, dimension: Dimension) -> Problem {
    let units: Vec<&str> = dimension.units().iter().map(|(unit, _)| *unit).collect();
    Problem::new(Code::WrongUnit, span, format!("has an unknown unit `{name}`")).help(format!(
        "the units of {} are {}",
        dimension.name(),
        units.join(", ")
    ))
}

fn split_sign(text: &str) -> (i64, &str) {
    match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(rest), _) if !rest.starts_with(['-', '+']) => (-1, rest),
        (_, Some(rest)) if !rest.starts_with(['-', '+']) => (1, rest),
        _ => (1, text),
    }
}

fn negative(text: &str, dimension: Dimension) -> Problem {
    Problem::new(Code::Negative, 0..text.len(), format!("is negative, and {} is never", dimension.name()))
}

fn too_large(text: &str, most: &str) -> Problem {
    Problem::new(Code::Overflow, 0..text.len(), format!("is too large: the most is {most}"))
}

fn too_fine(text: &str, dimension: Dimension) -> Problem {
    let message = format!("is too fine: the smallest step is {}", dimension.smallest());
    Problem::new(Code::TooFine, 0..text.len(), message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `code start..end message | label | help` of the error in a duration.
    fn duration_error(text: &str) -> String {
        shown(duration(text).expect_err("should be refused"))
    }

    fn shown(p: Problem) -> String {
        let parts = [p.message, p.label, p.help.join("; ")];
        let text: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{} {:?} {}", p.code, p.span, text.join(" | "))
    }

    #[test]
    fn quantities_are_read_exactly() {
        assert_eq!(duration("1.5ms"), Ok(Duration(1_500_000)));
        assert_eq!(duration("2m30s"), Ok(Duration::from_secs(150)));
        assert_eq!(duration("1h0.5s"), Ok(Duration(3_600_500_000_000)));
        assert_eq!(duration("0ns"), Ok(Duration::ZERO));
        assert_eq!(duration("18446744073709551615ns"), Ok(Duration::MAX));
        assert_eq!(signed_duration("+800ms"), Ok(SignedDuration(800_000_000)));
        assert_eq!(signed_duration("-2s"), Ok(SignedDuration(-2_000_000_000)));
        assert_eq!(bytes("1.5KiB"), Ok(Bytes(1_536)));
        assert_eq!(bandwidth("1Gbit/s"), Ok(Bandwidth(1_000_000_000)));
        assert_eq!(bandwidth("10MB/s"), Ok(Bandwidth(80_000_000)));
        assert_eq!(rate("500/s"), Ok(Rate { count: 500, per: Duration::from_secs(1) }));
        assert_eq!(rate("0.5/s").expect("valid").per_second(), 0.5);
        assert_eq!(ratio("0.01%"), Ok(Ratio(100_000)));
        assert_eq!(ratio_from_number(0.8), Ok(Ratio(800_000_000)));
        assert_eq!(ratio_from_number(1e-9), Ok(Ratio(1)));
        assert_eq!(ppm("-0.5ppm"), Ok(Ppm(-500)));
    }

    #[test]
    fn a_bare_number_is_asked_for_its_unit() {
        assert_eq!(duration_error("150"), "S022 0..3 needs a unit: 150 could be ms or s | write \"150ms\"");
        let percent = shown(ratio("5").expect_err("no unit"));
        assert_eq!(percent, "S022 0..1 needs a unit: 5 could be % | write \"5%\"");
    }

    #[test]
    fn a_wrong_unit_is_underlined_and_the_right_one_suggested() {
        let help = "the units of a duration are d, h, m, s, ms, us, ns";
        assert_eq!(
            duration_error("150sec"),
            format!("S021 3..6 has an unknown unit `sec` | did you mean `s`? | {help}")
        );
        assert_eq!(
            duration_error("10MS"),
            format!("S021 2..4 has an unknown unit `MS` | did you mean `ms`? | {help}")
        );
        assert_eq!(duration_error("5xyz"), format!("S021 1..4 has an unknown unit `xyz` | {help}"));
        let wrong =
            "S021 2..5 must be a duration, but `KiB` is a unit of a size | write for example \"150ms\"";
        assert_eq!(duration_error("64KiB"), wrong);
        assert_eq!(
            duration_error("30s2m"),
            "S021 4..5 has its units out of order: each must be smaller than the one before"
        );
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert_eq!(duration_error(""), "S020 0..0 is empty | write for example \"150ms\"");
        assert_eq!(duration_error("1 ms"), "S020 0..4 has a space in it | write \"1ms\"");
        assert_eq!(duration_error("ms"), "S020 0..2 has no number before its unit");
        assert_eq!(
            duration_error(".5s"),
            "S020 0..2 has a decimal point without a digit on each side | write \"0.5s\""
        );
        assert_eq!(
            duration_error("2m.5s"),
            "S020 2..4 has a decimal point without a digit on each side | write \"2m0.5s\""
        );
        assert_eq!(duration_error("1.2.3s"), "S020 0..5 has more than one decimal point");
        assert_eq!(
            duration_error("infs"),
            "S020 0..4 is not finite: NaN and infinity are no quantities | write for example \"150ms\""
        );
        assert_eq!(
            duration_error("+5s"),
            "S020 0..1 has a sign, and a duration has none here | write \"5s\""
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(duration_error("-5ms"), "S023 0..4 is negative, and a duration is never");
        assert_eq!(duration_error("213504d"), "S024 0..7 is too large: the most is 584 years");
        assert_eq!(duration_error("0.5ns"), "S025 0..5 is too fine: the smallest step is 1ns");
        assert_eq!(duration_error("1s1.5ns"), "S025 2..7 is too fine: the smallest step is 1ns");
        let digits = "999999999999999999999s";
        assert_eq!(duration_error(digits), "S024 0..21 has more digits than any quantity can hold");
        assert_eq!(shown(ratio("100.1%").expect_err("too much")), "S024 0..6 is more than the whole (100%)");
        assert_eq!(
            shown(ratio_from_number(1.0 / 3.0).expect_err("too fine")),
            "S025 0..18 is too fine: the smallest step is 0.0000001%"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,24}|[-+0-9.dhmsunkKMGTiB/%pbt ]{0,16}") {
            let _ = duration(&text);
            let _ = signed_duration(&text);
            let _ = (bytes(&text), bandwidth(&text), rate(&text), ratio(&text), ppm(&text));
        }

        #[test]
        fn spans_lie_inside_the_text(text in "[-+0-9.dhmsu ]{0,12}") {
            for problem in [duration(&text).err(), signed_duration(&text).err()].into_iter().flatten() {
                prop_assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
            }
        }

        #[test]
        fn printed_quantities_read_back(n in any::<u64>(), signed in any::<i64>(), share in 0..=1_000_000_000_u32) {
            use crate::spec::quantity::duration_text;
            prop_assert_eq!(duration(&duration_text(Duration(n))), Ok(Duration(n)));
            prop_assert_eq!(bytes(&Bytes(n).to_string()), Ok(Bytes(n)));
            prop_assert_eq!(bandwidth(&Bandwidth(n).to_string()), Ok(Bandwidth(n)));
            prop_assert_eq!(ratio(&Ratio(share).to_string()), Ok(Ratio(share)));
            prop_assert_eq!(ratio_from_number(Ratio(share).as_f64()), Ok(Ratio(share)));
            prop_assume!(signed != i64::MIN);
            prop_assert_eq!(signed_duration(&SignedDuration(signed).to_string()), Ok(SignedDuration(signed)));
            prop_assert_eq!(ppm(&Ppm(signed).to_string()), Ok(Ppm(signed)));
        }

        #[test]
        fn printed_rates_read_back(count in any::<u64>(), scale in 0..6_u32, unit in 0..RATES.len()) {
            let per = Duration(RATES[unit].1 * 10_u64.pow(scale));
            let written = Rate { count, per };
            prop_assert_eq!(rate(&written.to_string()), Ok(written));
        }
    }
}
