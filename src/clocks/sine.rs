//! The sine of integers: the same on every machine.

use crate::kernel::Duration;

const ONE: i128 = 1 << 62;
/// Pi / 2 in units of 2^-62.
const QUARTER_TURN: i128 = 0x6487_ED51_10B4_611A;

/// `amplitude` * sin(2 pi `passed` / `period`), in nanoseconds, to the nearest.
pub(super) fn sine(amplitude: Duration, passed: Duration, period: Duration) -> i64 {
    let quarters = 4 * u128::from(passed.0 % period.0);
    let (quarter, rest) = (quarters / u128::from(period.0), quarters % u128::from(period.0));
    let fraction = (rest << 62) as i128 / i128::from(period.0);
    let height = match quarter % 2 {
        0 => sine_of_quarter(fraction),
        _ => sine_of_quarter(ONE - fraction),
    };
    let size = (i128::from(amplitude.0) * height + ONE / 2) / ONE;
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    if quarter < 2 { size } else { -size }
}

/// The sine of this fraction of a quarter turn, both in units of 2^-62: its power series, whose first term left out is
/// below 2^-61.
fn sine_of_quarter(fraction: i128) -> i128 {
    let angle = fraction * QUARTER_TURN / ONE;
    let square = angle * angle / ONE;
    let (mut term, mut sum) = (angle, angle);
    for n in 1..=10 {
        term = -term * square / ONE / (2 * n * (2 * n + 1));
        sum += term;
    }
    sum.clamp(0, ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLITUDE: Duration = Duration(1_000_000_000_000);
    const PERIOD: Duration = Duration(360_000);

    fn at(degrees: u64) -> i64 {
        sine(AMPLITUDE, Duration(degrees * 1000), PERIOD)
    }

    #[test]
    fn known_angles_have_their_sines() {
        let known = [
            (0, 0),
            (30, 500_000_000_000),
            (45, 707_106_781_186),
            (60, 866_025_403_784),
            (90, 1_000_000_000_000),
            (135, 707_106_781_186),
            (180, 0),
            (210, -500_000_000_000),
            (270, -1_000_000_000_000),
            (300, -866_025_403_784),
            (360, 0),
            (390, 500_000_000_000),
        ];
        for (degrees, expected) in known {
            assert!(at(degrees).abs_diff(expected) <= 1, "{degrees}: {} and not {expected}", at(degrees));
        }
    }

    #[test]
    fn squares_of_sine_and_cosine_add_up() {
        for degrees in 0..720 {
            let (sine, cosine) = (i128::from(at(degrees)), i128::from(at(degrees + 90)));
            let off = sine * sine + cosine * cosine - i128::from(AMPLITUDE.0).pow(2);
            assert!(off.abs() <= 4 * i128::from(AMPLITUDE.0), "{degrees}: {off}");
        }
    }
}
