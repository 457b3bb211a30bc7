//! What faults do to clocks.

use super::sine::sine;
use crate::kernel::{Duration, Time};

/// Names a disturbance to whoever made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DisturbanceId(pub u64);

/// Which of a node's clocks drift.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drifting {
    /// The wall clock: what disciplines it, disciplines it wrongly.
    Wall,
    /// The monotonic clock: the wall clock is kept right all the same.
    Monotonic,
    /// Both: the oscillator that they share.
    Both,
}

impl Drifting {
    pub(super) fn strikes_wall(self) -> bool {
        self != Drifting::Monotonic
    }

    pub(super) fn strikes_monotonic(self) -> bool {
        self != Drifting::Wall
    }
}

/// What disturbs a node's clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disturbance {
    /// The wall clock is off by this much while it lasts.
    Offset {
        /// In nanoseconds.
        by_ns: i64,
    },
    /// The wall clock moves by this much, for good.
    Shift {
        /// In nanoseconds.
        by_ns: i64,
        /// Spread evenly over this time; at least as long as the way, so that the clock does not go back on it. Zero is a jump.
        over: Duration,
    },
    /// Clocks run at another rate while it lasts.
    Drift {
        /// Which.
        drifting: Drifting,
        /// Added to their rate, in parts per billion.
        ppb: i64,
    },
    /// The wall clock swings around what it would show.
    Sinusoid {
        /// How far; at most a seventh of the period, so that the clock does not go back.
        amplitude: Duration,
        /// How long a swing takes.
        period: Duration,
    },
}

/// How far the wall clock is from its pace, as a function of true time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deviation {
    Offset { by_ns: i64 },
    Shift { by_ns: i64, from: Time, over: Duration },
    Sinusoid { amplitude: Duration, period: Duration, from: Time },
}

impl Deviation {
    /// In nanoseconds.
    pub(super) fn at(self, now: Time) -> i64 {
        match self {
            Deviation::Offset { by_ns } => by_ns,
            Deviation::Shift { by_ns, from, over } => {
                let passed = now.since(from).min(over);
                (i128::from(by_ns) * i128::from(passed.0) / i128::from(over.0)) as i64
            }
            Deviation::Sinusoid { amplitude, period, from } => sine(amplitude, now.since(from), period),
        }
    }

    /// Whether it changes no more.
    pub(super) fn is_still(self, now: Time) -> bool {
        match self {
            Deviation::Offset { .. } => true,
            Deviation::Shift { from, over, .. } => now.since(from) >= over,
            Deviation::Sinusoid { .. } => false,
        }
    }

    /// Whether it outlasts what caused it.
    pub(super) fn stays(self) -> bool {
        matches!(self, Deviation::Shift { .. })
    }
}
