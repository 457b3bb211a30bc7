//! How a clock goes: from a moment on, at a constant rate.

use crate::kernel::{Duration, Time};

pub(super) const BILLION: i128 = 1_000_000_000;
/// No drift makes a clock stand still: this one takes more than 30 years for a second.
pub(super) const SLOWEST_PPB: i64 = 1 - BILLION as i64;

/// A clock that showed `shown` at true time `since`, and advances at a constant rate since then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    since: Time,
    shown: Time,
    /// How much faster than true time, in parts per billion. Above -10^9.
    drift_ppb: i64,
}

impl Pace {
    pub(super) fn new(drift_ppb: i64) -> Pace {
        assert!(drift_ppb >= SLOWEST_PPB, "a clock does not stand still, nor run backwards");
        Pace { since: Time::ZERO, shown: Time::ZERO, drift_ppb }
    }

    pub(super) fn drift_ppb(self) -> i64 {
        self.drift_ppb
    }

    /// What it shows at true time `now`, rounded down.
    #[inline]
    pub fn shows(self, now: Time) -> Time {
        let passed = now.since(self.since);
        if self.drift_ppb == 0 {
            return self.shown + passed;
        }
        let rate = BILLION + i128::from(self.drift_ppb);
        self.shown + Duration(saturate(i128::from(passed.0) * rate / BILLION))
    }

    /// How much true time passes while it advances by `local`, rounded up.
    #[inline]
    pub fn true_length(self, local: Duration) -> Duration {
        if self.drift_ppb == 0 {
            return local;
        }
        let rate = BILLION + i128::from(self.drift_ppb);
        Duration(saturate((i128::from(local.0) * BILLION + rate - 1) / rate))
    }

    /// The first true time at which it shows at least `shown`.
    pub fn when(self, shown: Time) -> Time {
        self.since + self.true_length(shown.since(self.shown))
    }

    /// The same clock, which goes at another rate from `now` on.
    pub(super) fn at_rate(self, now: Time, drift_ppb: i64) -> Pace {
        match drift_ppb == self.drift_ppb {
            true => self,
            false => Pace { since: now, shown: self.shows(now), ..Pace::new(drift_ppb) },
        }
    }
}

fn saturate(value: i128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}
