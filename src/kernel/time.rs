//! Simulated time: integer nanoseconds, so that no event order hangs on a rounding.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A moment, in nanoseconds since the start of the run. A `u64` reaches 584 years.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

/// A length of time, in nanoseconds. Never negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(pub u64);

impl Time {
    /// The start of the run.
    pub const ZERO: Time = Time(0);
    /// Later than every event.
    pub const MAX: Time = Time(u64::MAX);

    /// The time in seconds, for display and statistics only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }

    /// The moment to the nanosecond, for where somebody goes back to it: `84.113 s`, `84.113000417 s`.
    pub fn exact(self) -> Exact {
        Exact(self)
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[inline]
    pub fn since(self, earlier: Time) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration(0);
    /// The longest length of time; adding it to a `Time` saturates.
    pub const MAX: Duration = Duration(u64::MAX);

    /// `n` microseconds.
    pub const fn from_micros(n: u64) -> Duration {
        Duration(n * 1_000)
    }

    /// `n` milliseconds.
    pub const fn from_millis(n: u64) -> Duration {
        Duration(n * 1_000_000)
    }

    /// `n` seconds.
    pub const fn from_secs(n: u64) -> Duration {
        Duration(n * NANOS_PER_SECOND)
    }

    /// Nearest whole number of nanoseconds; negative and NaN give zero, too large gives `MAX`.
    pub fn from_secs_f64(seconds: f64) -> Duration {
        // A float-to-integer `as` saturates and maps NaN to 0: exactly the documented behaviour.
        Duration((seconds * NANOS_PER_SECOND as f64 + 0.5) as u64)
    }

    /// The length in seconds, for display and statistics only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }

    /// The length in milliseconds, for display and statistics only.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The difference, or zero when `other` is longer.
    #[inline]
    pub fn saturating_sub(self, other: Duration) -> Duration {
        Duration(self.0.saturating_sub(other.0))
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    /// Saturates: a heavy-tailed delay may lie beyond the end of time, and then simply never comes.
    #[inline]
    fn add(self, after: Duration) -> Time {
        Time(self.0.saturating_add(after.0))
    }
}

impl AddAssign<Duration> for Time {
    #[inline]
    fn add_assign(&mut self, after: Duration) {
        *self = *self + after;
    }
}

impl Sub<Time> for Time {
    type Output = Duration;
    /// # Panics
    /// If `earlier` is later than `self`: time ran backwards.
    #[inline]
    fn sub(self, earlier: Time) -> Duration {
        Duration(self.0 - earlier.0)
    }
}

impl Add for Duration {
    type Output = Duration;
    #[inline]
    fn add(self, other: Duration) -> Duration {
        Duration(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Duration {
    #[inline]
    fn add_assign(&mut self, other: Duration) {
        *self = *self + other;
    }
}

impl Mul<u64> for Duration {
    type Output = Duration;
    #[inline]
    fn mul(self, times: u64) -> Duration {
        Duration(self.0.saturating_mul(times))
    }
}

impl Div<u64> for Duration {
    type Output = Duration;
    #[inline]
    fn div(self, parts: u64) -> Duration {
        Duration(self.0 / parts)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Time {
    /// Seconds with three decimals: `84.113 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 1_000_000;
        write!(f, "{}.{:03} s", millis / 1000, millis % 1000)
    }
}

/// A moment as [`Time::exact`] writes it.
#[derive(Clone, Copy)]
pub struct Exact(Time);

impl fmt::Display for Exact {
    /// Seconds with three decimals, and with as many more as are not zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Time(nanos) = self.0;
        let decimals = format!("{:09}", nanos % NANOS_PER_SECOND);
        let (shown, rest) = decimals.split_at(3);
        write!(f, "{}.{shown}{} s", nanos / NANOS_PER_SECOND, rest.trim_end_matches('0'))
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Duration {
    /// The largest unit that keeps three significant digits: `1.90 s`, `312 ms`, `82.4 us`, `7 ns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = self.0 as f64;
        // What would round to four digits is in the next unit, or has a decimal less.
        let (value, unit) = match self.0 {
            0..1_000 => return write!(f, "{} ns", self.0),
            1_000..999_500 => (ns / 1e3, "us"),
            999_500..999_500_000 => (ns / 1e6, "ms"),
            _ => (ns / 1e9, "s"),
        };
        let decimals = if value < 9.995 {
            2
        } else if value < 99.95 {
            1
        } else {
            0
        };
        write!(f, "{value:.decimals$} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_a_duration_saturates_at_the_end_of_time() {
        assert_eq!(Time(5) + Duration::MAX, Time::MAX);
    }

    #[test]
    fn an_exact_moment_has_all_its_decimals_and_no_zeros_behind_milliseconds() {
        let moments = [0, 84_113_000_000, 84_113_000_417, 1_000_500_000, 2_999_999_999];
        let printed = moments.map(|ns| Time(ns).exact().to_string());
        assert_eq!(printed, ["0.000 s", "84.113 s", "84.113000417 s", "1.0005 s", "2.999999999 s"]);
        assert_eq!(Time(84_113_900_417).to_string(), "84.113 s", "elsewhere it stays short");
    }

    #[test]
    fn durations_print_three_significant_digits() {
        let printed = [7, 82_400, 312_000_000, 1_900_000_000].map(|ns| Duration(ns).to_string());
        assert_eq!(printed, ["7 ns", "82.4 us", "312 ms", "1.90 s"]);
        let rounded = [999_499, 999_500, 9_994_000, 9_996_000, 99_960_000, 999_700_000];
        let rounded = rounded.map(|ns| Duration(ns).to_string());
        assert_eq!(rounded, ["999 us", "1.00 ms", "9.99 ms", "10.0 ms", "100 ms", "1.00 s"]);
    }

    #[test]
    fn seconds_round_to_the_nearest_nanosecond_and_never_wrap() {
        assert_eq!(Duration::from_secs_f64(1.5e-9), Duration(2));
        assert_eq!(Duration::from_secs_f64(-1.0), Duration::ZERO);
        assert_eq!(Duration::from_secs_f64(f64::NAN), Duration::ZERO);
        assert_eq!(Duration::from_secs_f64(f64::INFINITY), Duration::MAX);
    }
}
