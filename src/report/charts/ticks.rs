//! Where the ticks of an axis stand: multiples of 1, 2 and 5 times a power of ten.
//!
//! Powers of ten come from decimal parsing and exponents from decimal printing, so that a tick is the double nearest
//! to what its label says and no rounding of a logarithm can lose the first or the last one.

use super::number::{decimal_exponent, power_of_ten};

/// Most unlabelled grid lines on one axis.
const MINOR_MAX: usize = 60;

/// One way to place ticks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Density {
    /// Every multiple of `mantissa` x 10^`exponent`.
    Linear { mantissa: u32, exponent: i32 },
    /// 1, 2 and 5 of every decade, the rest of it unlabelled.
    Thirds,
    /// 1 and 5 of every decade, the rest of it unlabelled.
    Halves,
    /// Every `stride`-th decade.
    Decades { stride: i32 },
    /// Whole decades, and the first and the last 1, 2 or 5 that an axis has.
    DecadesAndEnds,
}

/// The ways to place ticks that are worth trying on an axis of `pixels`: densest first, and then what still has two ticks where
/// there is little room.
pub(super) fn densities(log: bool, range: (f64, f64), pixels: f64) -> Vec<Density> {
    // 16 ticks at most, and at least 36 pixels apart: beyond that a grid is noise.
    let most = (pixels / 36.0).clamp(1.0, 16.0);
    if !log {
        return linear(range, most).chain(linear(range, FEW)).collect();
    }
    let (low, high) = range;
    // Doubles span 617 decades, so that the last stride leaves one tick at most.
    let decades = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000].map(|stride| Density::Decades { stride });
    // Over more than four decades their ends are enough to count in.
    let narrow = decimal_exponent(high) - decimal_exponent(low) <= 4;
    let mut all: Vec<Density> = narrow.then_some(Density::Thirds).into_iter().collect();
    if high / low < 10.0 {
        // Of a part of a decade 1, 2 and 5 may be one tick or none; it is so short that even steps are near enough to even ratios.
        all.extend(linear(range, most.min(FEW)));
    }
    if narrow {
        all.extend([Density::Halves, Density::DecadesAndEnds]);
    }
    all.extend(decades);
    if high / low < 10.0 {
        all.extend(linear(range, FEW));
    }
    all
}

/// Among so many steps there are several densities with two ticks at least, wherever the range begins: neighbours among 1, 2 and 5
/// differ by 2.5 at most.
const FEW: f64 = 10.0;

/// Even steps, of which at most so many lie within the range.
fn linear((low, high): (f64, f64), most: f64) -> impl Iterator<Item = Density> {
    let start = decimal_exponent((high - low) / most);
    let steps = (start..start + 5).flat_map(|exponent| [1, 2, 5].map(|mantissa| (mantissa, exponent)));
    steps
        .filter(move |(mantissa, exponent)| (high - low) / step(*mantissa, *exponent) <= most)
        .map(|(mantissa, exponent)| Density::Linear { mantissa, exponent })
}

/// The ticks and the unlabelled grid lines of `density` from `low` to `high`.
pub(super) fn at(density: Density, (low, high): (f64, f64)) -> (Vec<f64>, Vec<f64>) {
    // These multiples of every power of ten.
    let ones = |mantissas: &[i32]| -> Vec<f64> {
        decades(low, high)
            .flat_map(|e| mantissas.iter().map(move |m| multiple(f64::from(*m), e)))
            .filter(|v| (low..=high).contains(v))
            .collect()
    };
    match density {
        Density::Linear { mantissa, exponent } => {
            let step = step(mantissa, exponent);
            // A hair of slack keeps the tick at an end that rounding moved by one unit in the last place.
            let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
            let value = |i: i64| multiple(i as f64 * f64::from(mantissa), exponent).clamp(low, high);
            ((first..=last).map(value).collect(), Vec::new())
        }
        Density::Thirds => (ones(&[1, 2, 5]), at_most(ones(&[3, 4, 6, 7, 8, 9]))),
        Density::Halves => (ones(&[1, 5]), at_most(ones(&[2, 3, 4, 6, 7, 8, 9]))),
        Density::DecadesAndEnds => {
            let thirds = ones(&[1, 2, 5]);
            let last = thirds.len().saturating_sub(1);
            let is_tick = |(i, v): &(usize, f64)| {
                let is_end = *i == 0 || *i == last;
                is_end || *v == power_of_ten(decimal_exponent(*v))
            };
            let (ticks, others): (Vec<_>, Vec<_>) = thirds.into_iter().enumerate().partition(is_tick);
            let values = |of: Vec<(usize, f64)>| of.into_iter().map(|(_, v)| v).collect();
            (values(ticks), at_most(values(others)))
        }
        Density::Decades { stride } => {
            // Counted from the low end, so that however long the stride, one tick stands near it.
            let first = decimal_exponent(low) + i32::from(power_of_ten(decimal_exponent(low)) < low);
            let major = |e: &i32| (e - first) % stride == 0;
            let lines = |exponents: &mut dyn Iterator<Item = i32>,
                         mantissas: std::ops::RangeInclusive<i32>| {
                let values = exponents
                    .flat_map(|e| mantissas.clone().map(move |m| multiple(f64::from(m), e)))
                    .filter(|v| (low..=high).contains(v));
                values.collect::<Vec<f64>>()
            };
            let minor = if stride == 1 {
                lines(&mut decades(low, high), 2..=9)
            } else {
                lines(&mut decades(low, high).filter(|e| !major(e)), 1..=1)
            };
            (lines(&mut decades(low, high).filter(major), 1..=1), at_most(minor))
        }
    }
}

/// How many significant digits the labels at `values` need.
pub(super) fn digits(density: Density, values: &[f64]) -> i32 {
    match density {
        Density::Linear { exponent, .. } => {
            let largest = values.iter().fold(0.0, |a: f64, v| a.max(v.abs()));
            if largest > 0.0 { (decimal_exponent(largest) - exponent + 1).clamp(1, 9) } else { 1 }
        }
        Density::Thirds | Density::Halves | Density::Decades { .. } | Density::DecadesAndEnds => 3,
    }
}

/// `low` rounded down and `high` rounded up to 1, 2 or 5 times a power of ten, and never equal.
pub(super) fn log_range(low: f64, high: f64) -> (f64, f64) {
    let down = |low: f64| round_mantissa(low, |steps| steps.rev().find(|step| *step <= low));
    let up = |high: f64| round_mantissa(high, |mut steps| steps.find(|step| *step >= high));
    let (a, b) = (down(low), up(high));
    if a < b { (a, b) } else { (down(low / 1.5), up(high * 1.5)) }
}

fn round_mantissa(value: f64, pick: impl Fn(std::vec::IntoIter<f64>) -> Option<f64>) -> f64 {
    let exponent = decimal_exponent(value);
    let around = [1.0, 2.0, 5.0, 10.0].map(|mantissa| multiple(mantissa, exponent)).to_vec();
    pick(around.into_iter()).unwrap_or(value)
}

fn step(mantissa: u32, exponent: i32) -> f64 {
    multiple(f64::from(mantissa), exponent)
}

/// `count` x 10^`exponent`, correctly rounded for moderate exponents: 5 / 1e6 is the double nearest to 5e-6, which
/// 5 * 1e-6 is not.
fn multiple(count: f64, exponent: i32) -> f64 {
    if exponent < 0 { count / power_of_ten(-exponent) } else { count * power_of_ten(exponent) }
}

fn decades(low: f64, high: f64) -> std::ops::RangeInclusive<i32> {
    decimal_exponent(low)..=decimal_exponent(high)
}

fn at_most(lines: Vec<f64>) -> Vec<f64> {
    if lines.len() <= MINOR_MAX { lines } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_ticks_are_the_doubles_their_labels_say() {
        let (ticks, _) = at(Density::Linear { mantissa: 1, exponent: -1 }, (0.0, 0.7));
        assert_eq!(ticks, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    }

    #[test]
    fn log_ranges_end_on_one_two_or_five() {
        assert_eq!(log_range(83.0, 1900.0), (50.0, 2000.0));
        assert_eq!(log_range(100.0, 100.0), (50.0, 200.0));
        assert_eq!(log_range(0.0012, 0.9), (0.001, 1.0));
    }
}
