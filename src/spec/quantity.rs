//! Quantities as exact integers, and the text that [`units`](super::units) reads back to the same value.

use std::cmp::Ordering;
use std::fmt;

use crate::kernel::Duration;

/// A signed length of time in nanoseconds, such as a clock's offset.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct SignedDuration(pub i64);

/// An amount of data in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Bytes(pub u64);

/// How much data a link carries, in bits a second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Bandwidth(pub u64);

/// How often something happens: `count` times in `per`. Compared by value: 1/s equals 60/m.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Events.
    pub count: u64,
    /// The time in which they happen; never zero.
    pub per: Duration,
}

/// A share or probability from 0 to 1, in billionths.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Ratio(pub u32);

/// A relative deviation such as a clock's drift, in parts per billion: `200ppm` is 200,000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Ppm(pub i64);

impl Ratio {
    /// Never.
    pub const ZERO: Ratio = Ratio(0);
    /// Always.
    pub const ONE: Ratio = Ratio(1_000_000_000);

    /// The share as a number from 0 to 1.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1e9
    }
}

impl Rate {
    /// Events a second.
    pub fn per_second(self) -> f64 {
        self.count as f64 / self.per.as_secs_f64()
    }

    /// Mean time between events, in nanoseconds; infinite when nothing ever happens.
    pub fn mean_interval_ns(self) -> f64 {
        self.per.0 as f64 / self.count as f64
    }

    /// Both counts in a common time, which fits because each factor is below 2^64.
    fn cross(self, other: Rate) -> (u128, u128) {
        let product = |count: u64, per: Duration| u128::from(count) * u128::from(per.0);
        (product(self.count, other.per), product(other.count, self.per))
    }
}

impl PartialEq for Rate {
    fn eq(&self, other: &Rate) -> bool {
        let (mine, theirs) = self.cross(*other);
        mine == theirs
    }
}

impl Eq for Rate {}

impl Ord for Rate {
    fn cmp(&self, other: &Rate) -> Ordering {
        let (mine, theirs) = self.cross(*other);
        mine.cmp(&theirs)
    }
}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Rate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The shortest exact text of a duration: `150ms`, `1500us`, `2m`.
pub fn duration_text(duration: Duration) -> String {
    let units = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
    ];
    if duration == Duration::ZERO {
        return "0s".to_owned();
    }
    whole(duration.0, &units, "ns")
}

/// `amount` in the largest unit that divides it; zero in the smallest.
fn whole(amount: u64, units: &[(u64, &str)], smallest: &str) -> String {
    match units.iter().find(|(size, _)| amount >= *size && amount.is_multiple_of(*size)) {
        Some((size, unit)) => format!("{}{unit}", amount / size),
        None => format!("{amount}{smallest}"),
    }
}

/// `digits` / 10^`scale` without needless zeros.
fn decimal(digits: u128, scale: usize) -> String {
    let text = format!("{digits:0>width$}", width = scale + 1);
    let (before, after) = text.split_at(text.len() - scale);
    let after = after.trim_end_matches('0');
    if after.is_empty() { before.to_string() } else { format!("{before}.{after}") }
}

impl fmt::Display for SignedDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}", duration_text(Duration(self.0.unsigned_abs())))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [
            (1 << 40, "TiB"),
            (1_000_000_000_000, "TB"),
            (1 << 30, "GiB"),
            (1_000_000_000, "GB"),
            (1 << 20, "MiB"),
            (1_000_000, "MB"),
            (1 << 10, "KiB"),
            (1_000, "kB"),
        ];
        f.write_str(&whole(self.0, &units, "B"))
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1_000_000_000, "Gbit/s"), (1_000_000, "Mbit/s"), (1_000, "kbit/s")];
        f.write_str(&whole(self.0, &units, "bit/s"))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The parser made `per` a unit times a power of ten: undo that. What was made otherwise is shown in
        // the form that no scenario can hold.
        let units = [
            (86_400_000_000_000, "/d"),
            (3_600_000_000_000, "/h"),
            (60_000_000_000, "/m"),
            (1_000_000_000, "/s"),
            (1_000_000, "/ms"),
            (1_000, "/us"),
            (1, "/ns"),
        ];
        for (size, unit) in units {
            if self.per.0.is_multiple_of(size)
                && let Some(scale) = power_of_ten(self.per.0 / size)
            {
                return write!(f, "{}{unit}", decimal(u128::from(self.count), scale));
            }
        }
        write!(f, "{} per {}", self.count, duration_text(self.per))
    }
}

fn power_of_ten(number: u64) -> Option<usize> {
    (0..20).find(|&scale| 10_u64.checked_pow(scale) == Some(number)).map(|scale| scale as usize)
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", decimal(u128::from(self.0), 7))
    }
}

impl fmt::Display for Ppm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}ppm", decimal(u128::from(self.0.unsigned_abs()), 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_print_in_the_largest_exact_unit() {
        assert_eq!(duration_text(Duration::from_millis(150)), "150ms");
        assert_eq!(duration_text(Duration::from_secs(90)), "90s");
        assert_eq!(duration_text(Duration(1_500)), "1500ns");
        assert_eq!(duration_text(Duration::ZERO), "0s");
        assert_eq!(Bytes(65_536).to_string(), "64KiB");
        assert_eq!(Bandwidth(80_000_000).to_string(), "80Mbit/s");
        assert_eq!(Ratio(100_000).to_string(), "0.01%");
        assert_eq!(Ppm(-200_500).to_string(), "-200.5ppm");
        assert_eq!(SignedDuration(-800_000_000).to_string(), "-800ms");
        assert_eq!(Rate { count: 15, per: Duration::from_secs(10) }.to_string(), "1.5/s");
    }

    #[test]
    fn rates_compare_by_value() {
        let per_second = Rate { count: 1, per: Duration::from_secs(1) };
        let per_minute = Rate { count: 60, per: Duration::from_secs(60) };
        assert_eq!(per_second, per_minute);
        assert!(Rate { count: 61, per: Duration::from_secs(60) } > per_second);
    }
}
