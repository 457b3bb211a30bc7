//! Numbers on charts: the same digits on every machine, and none that a reader trips over.
//!
//! Everything here is `+ - * /`, exact decimal parsing and exact decimal printing, which IEEE 754 and the standard
//! library fix to the last bit. The one transcendental function a chart needs is [`log10`].

use serde::{Deserialize, Serialize};

/// Largest magnitude a chart shows; beyond it the difference of two values could overflow.
pub(super) const MAGNITUDE_MAX: f64 = 1e300;

/// What the numbers of an axis are; decides how its ticks are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// A plain number, such as a count, a rate or seconds: `2,500`, `40k`.
    Number,
    /// A length of time in milliseconds, written with its own unit: `50 us`, `200 ms`, `1.5 s`.
    Milliseconds,
    /// A share from 0 to 1, written in percent.
    Share,
    /// The share of operations slower than some latency, written in percent with its percentile: `1% (p99)`.
    ShareAbove,
}

impl Quantity {
    /// `value` as a tick or a tooltip shows it, with at most `digits` significant digits.
    pub(super) fn format(self, value: f64, digits: i32) -> String {
        match self {
            Quantity::Number => number(value, digits),
            Quantity::Milliseconds => milliseconds(value, digits),
            Quantity::Share => format!("{}%", number(value * 100.0, digits)),
            Quantity::ShareAbove => {
                let percent = format!("{}%", number(value * 100.0, digits));
                if value >= 1.0 || value <= 0.0 {
                    return percent;
                }
                // One more decimal than the share has zeros: 0.001 is p99.9, never p100.
                let decimals = (-decimal_exponent(value) - 2).clamp(0, 12) as usize;
                format!("{percent} (p{:.decimals$})", 100.0 - value * 100.0)
            }
        }
    }
}

/// A share from 0 to 1 in percent with two decimals: never rounded up to 100 while anything is missing.
pub(super) fn percent(share: f64) -> String {
    let hundredths = if share >= 1.0 { 10_000 } else { (share.max(0.0) * 10_000.0) as u32 };
    format!("{}%", decimal(f64::from(hundredths) / 100.0, 2))
}

/// A length of simulated time, in seconds, with three significant digits: `182 ms`, `2.61 s`.
pub(super) fn length(seconds: f64) -> String {
    if seconds < 1000.0 {
        Quantity::Milliseconds.format(seconds * 1000.0, 3)
    } else {
        format!("{} s", decimal(seconds.round(), 0))
    }
}

/// A moment of simulated time: `0.182 s`, `40 s`, `1,234.5 s`.
pub(super) fn moment(seconds: f64) -> String {
    format!("{} s", to_the_millisecond(seconds))
}

/// From one moment to another: `0.182\u{2013}40 s`.
pub(super) fn span(start_s: f64, end_s: f64) -> String {
    format!("{}\u{2013}{}", to_the_millisecond(start_s), moment(end_s))
}

/// `seconds` without what is left beyond whole milliseconds, which is how `Time` is displayed: in a report a moment is the
/// same on a chart and in a table.
fn to_the_millisecond(seconds: f64) -> String {
    let nanos = (seconds * 1e9).round() as i128;
    decimal(nanos.div_euclid(1_000_000) as f64 / 1000.0, 3)
}

fn milliseconds(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let rounded = |scaled: f64| -> f64 {
        let precision = (digits - 1).max(0) as usize;
        format!("{scaled:.precision$e}").parse().expect("what was printed parses")
    };
    // What is rounded to a thousand of a unit is one of the next.
    let units = [(value * 1e6, "ns"), (value * 1e3, "us"), (value, "ms")];
    let fitting = units.into_iter().find(|(scaled, _)| rounded(*scaled).abs() < 1000.0);
    let (scaled, unit) = fitting.unwrap_or((value / 1000.0, "s"));
    format!("{} {unit}", number(scaled, digits))
}

/// `value` with at most `digits` significant digits, thousands marked, and k, M, G, T from 10,000 up.
fn number(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_string();
    }
    let exponent = decimal_exponent(value);
    if !(-5..15).contains(&exponent) {
        let (mantissa, power) = scientific(value, digits);
        return format!("{mantissa}e{power}");
    }
    let (scaled, suffix) = match exponent {
        12.. => (value / 1e12, "T"),
        9.. => (value / 1e9, "G"),
        6.. => (value / 1e6, "M"),
        4.. => (value / 1e3, "k"),
        i32::MIN..4 => (value, ""),
    };
    let decimals = (digits - 1 - decimal_exponent(scaled)).max(0);
    format!("{}{suffix}", decimal(scaled, decimals as usize))
}

fn scientific(value: f64, digits: i32) -> (String, String) {
    let precision = (digits - 1).max(0) as usize;
    let written = format!("{value:.precision$e}");
    let (mantissa, power) = written.split_once('e').expect("the exponent form has an e");
    (trim_zeros(mantissa).to_string(), power.to_string())
}

/// `value` with at most `decimals` decimals, trailing zeros dropped, thousands marked, and no negative zero.
pub(super) fn decimal(value: f64, decimals: usize) -> String {
    let written = format!("{value:.decimals$}");
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written.as_str()),
    };
    let trimmed = trim_zeros(digits);
    if trimmed == "0" {
        return "0".to_string();
    }
    let (whole, fraction) = trimmed.split_once('.').map_or((trimmed, None), |(w, f)| (w, Some(f)));
    let mut out = sign.to_string();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn trim_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// The exponent of `value` in decimal: 3 for 1000 and 9999. Exact, because it is read off the decimal printing.
///
/// # Panics
/// If `value` is zero or not finite.
pub(super) fn decimal_exponent(value: f64) -> i32 {
    assert!(value != 0.0 && value.is_finite(), "only a finite, nonzero value has an exponent");
    let written = format!("{value:e}");
    let (_, power) = written.split_once('e').expect("the exponent form has an e");
    power.parse().expect("the exponent form ends in an integer")
}

/// The double nearest to 10^`exponent`: parsing is correctly rounded, multiplying would drift.
pub(super) fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{}", exponent.clamp(-307, 307)).parse().expect("a power of ten parses")
}

/// The decimal logarithm of a positive, finite `value`, within 1e-14 of the true one (absolute, near 0).
///
/// It places marks on log axes and nothing else; ticks never depend on it (see [`decimal_exponent`]).
/// The series is ln m = 2 atanh((m - 1) / (m + 1)), for m within a factor sqrt 2 of 1.
pub(super) fn log10(value: f64) -> f64 {
    assert!(value > 0.0 && value.is_finite(), "a log axis shows positive values only");
    const TWO_TO_54: f64 = 18_014_398_509_481_984.0;
    // Subnormals are scaled into the normal range, where the exponent field is the exponent.
    let (scaled, shift) = if value < f64::MIN_POSITIVE { (value * TWO_TO_54, -54) } else { (value, 0) };
    let bits = scaled.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i32 - 1023 + shift;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    // |ratio| < 0.172, so that the eleventh term would be below 1e-16 of the sum.
    let mut sum = 0.0;
    for n in (0..11u32).rev() {
        sum = sum * square + 1.0 / f64::from(2 * n + 1);
    }
    f64::from(exponent) * std::f64::consts::LOG10_2 + 2.0 * ratio * sum * std::f64::consts::LOG10_E
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log10_is_exact_enough_over_the_whole_range() {
        for exponent in -307..=307 {
            for mantissa in [1.0, 1.4, 1.4143, 2.0, 5.0, 9.999] {
                let value = mantissa * power_of_ten(exponent);
                let expected = libm::log10(value);
                assert!((log10(value) - expected).abs() < 2e-13, "{value}: {} {expected}", log10(value));
            }
        }
        assert!((log10(5e-324) - libm::log10(5e-324)).abs() < 2e-13);
        assert_eq!(log10(1.0), 0.0);
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        let written = [0.0, -0.0, 7.0, 0.25, 2500.0, 40_000.0, 1_250_000.0, -3.5, 2e-7, 1e18, 0.1 + 0.2]
            .map(|v| number(v, 3));
        assert_eq!(written, ["0", "0", "7", "0.25", "2,500", "40k", "1.25M", "-3.5", "2e-7", "1e18", "0.3"]);
    }

    #[test]
    fn no_number_is_a_negative_zero_or_nan() {
        assert_eq!(decimal(-0.0004, 3), "0");
        assert_eq!(number(f64::NAN, 3), "0");
        assert_eq!(number(f64::INFINITY, 3), "0");
    }

    #[test]
    fn milliseconds_carry_the_unit_that_fits() {
        let written =
            [0.00005, 0.05, 1.0, 200.0, 1500.0, 60_000.0].map(|v| Quantity::Milliseconds.format(v, 3));
        assert_eq!(written, ["50 ns", "50 us", "1 ms", "200 ms", "1.5 s", "60 s"]);
        let written = [999.4, 999.6, -0.99996, 1000.4].map(|v| Quantity::Milliseconds.format(v, 3));
        assert_eq!(written, ["999 ms", "1 s", "-1 ms", "1 s"]);
    }

    #[test]
    fn a_moment_is_what_it_is_where_times_are_displayed() {
        use crate::kernel::Time;
        for ns in [0, 1_968_761_775, 6_999_999_999, 32_742_000_000, 32_741_999_999, 86_400_000_000_001] {
            let (displayed, drawn) = (Time(ns).to_string(), moment(Time(ns).as_secs_f64()));
            let plain = drawn.replace(',', "").replace(" s", "").parse::<f64>();
            assert_eq!(plain, displayed.replace(" s", "").parse::<f64>(), "{displayed} {drawn}");
        }
        assert_eq!((moment(1_234.5), moment(-0.0001)), ("1,234.5 s".into(), "-0.001 s".into()));
        assert_eq!(span(1.968_761_775, 6.97), "1.968\u{2013}6.97 s");
    }

    #[test]
    fn a_share_above_names_its_percentile() {
        let written = [1.0, 0.5, 0.1, 0.01, 0.001, 0.00001].map(|v| Quantity::ShareAbove.format(v, 3));
        assert_eq!(
            written,
            ["100%", "50% (p50)", "10% (p90)", "1% (p99)", "0.1% (p99.9)", "0.001% (p99.999)"]
        );
    }

    #[test]
    fn a_percentage_is_never_rounded_up_to_all() {
        assert_eq!(percent(0.999_99), "99.99%");
        assert_eq!(percent(1.0), "100%");
        assert_eq!(percent(-0.5), "0%");
    }
}
