//! The kinds of quantity and the tables of their units.

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
    pub(super) fn likely_units(self) -> (&'static str, &'static str) {
        match self {
            Dimension::Duration => ("ms", "s"),
            Dimension::Bytes => ("B", "KiB"),
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

    pub(super) fn units(self) -> &'static [Unit] {
        match self {
            Dimension::Duration => DURATIONS,
            Dimension::Bytes => SIZES,
            Dimension::Bandwidth => BANDWIDTHS,
            Dimension::Rate => RATES,
            Dimension::Ratio => RATIOS,
            Dimension::Ppm => PPMS,
        }
    }

    pub(super) fn smallest(self) -> &'static str {
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

/// A unit and how many of the smallest step it holds.
pub(super) type Unit = (&'static str, u64);

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
pub(super) const RATES: &[Unit] = &[
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
pub(super) const ALIASES: &[(&str, &str)] = &[
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
