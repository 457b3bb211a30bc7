//! Clocks: what a node believes the time to be.
//!
//! A node's monotonic clock runs at its own rate (drift) and never steps; its wall clock is the monotonic clock plus
//! an offset. All in integers: a drift is a whole number of parts per billion.

use crate::kernel::{Duration, Time};

const BILLION: i128 = 1_000_000_000;

/// A node's clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Clock {
    /// Added to the monotonic clock to give the wall clock, in nanoseconds. Either sign.
    pub offset_ns: i64,
    /// How much faster than true time it runs, in parts per billion (200 ppm = 200,000). Above -10^9.
    pub drift_ppb: i64,
}

impl Clock {
    /// The monotonic clock at true time `now`.
    #[inline]
    pub fn monotonic(self, now: Time) -> Time {
        if self.drift_ppb == 0 {
            return now;
        }
        Time(scale(now.0, BILLION + i128::from(self.drift_ppb), BILLION))
    }

    /// The wall clock at true time `now`; it does not show times before the start of the run.
    #[inline]
    pub fn wall(self, now: Time) -> Time {
        Time(self.monotonic(now).0.saturating_add_signed(self.offset_ns))
    }

    /// The first true time from `now` on at which the wall clock shows `shown`, or a later time; `None` if it never
    /// does. The clock must not run backwards from `now` on.
    pub fn reaches(self, now: Time, shown: Time) -> Option<Time> {
        let has_passed = |at: u64| self.wall(Time(at)) >= shown;
        let (mut before, mut after) = (now.0, u64::MAX);
        if has_passed(before) || !has_passed(after) {
            return has_passed(before).then_some(now);
        }
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            match has_passed(middle) {
                true => after = middle,
                false => before = middle,
            }
        }
        Some(Time(after))
    }

    /// How much true time passes while the monotonic clock advances by `local`, rounded up: a timer never
    /// fires before its clock shows the deadline.
    #[inline]
    pub fn true_length(self, local: Duration) -> Duration {
        if self.drift_ppb == 0 {
            return local;
        }
        let rate = BILLION + i128::from(self.drift_ppb);
        Duration(saturate((i128::from(local.0) * BILLION + rate - 1) / rate))
    }
}

fn scale(value: u64, numerator: i128, denominator: i128) -> u64 {
    saturate(i128::from(value) * numerator / denominator)
}

fn saturate(value: i128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Time = Time(86_400_000_000_000);

    #[test]
    fn two_hundred_ppm_are_seventeen_seconds_a_day() {
        let fast = Clock { offset_ns: 0, drift_ppb: 200_000 };
        assert_eq!(fast.monotonic(DAY).since(DAY), Duration::from_millis(17_280));
        let slow = Clock { offset_ns: 0, drift_ppb: -200_000 };
        assert_eq!(DAY.since(slow.monotonic(DAY)), Duration::from_millis(17_280));
    }

    #[test]
    fn a_timer_never_fires_before_its_clock_shows_the_deadline() {
        for drift_ppb in [-500_000_000, -200_000, -1, 0, 1, 333_333, 1_000_000_000] {
            let clock = Clock { offset_ns: 0, drift_ppb };
            for local in [1, 7, 999_999_937, 123_456_789_012] {
                let armed = Time(5_000_000_019);
                let fires = armed + clock.true_length(Duration(local));
                let shown = clock.monotonic(fires).since(clock.monotonic(armed));
                assert!(shown.0 >= local, "drift {drift_ppb}: {shown:?} shown, {local} asked");
                assert!(shown.0 <= local + 3, "drift {drift_ppb}: {shown:?} shown, {local} asked");
            }
        }
    }

    #[test]
    fn a_clock_reaches_a_time_at_the_first_instant_that_shows_it() {
        for drift_ppb in [-500_000_000, -200_000, 0, 333_333, 1_000_000_000] {
            for offset_ns in [-3_000_000_000, 0, 7] {
                let clock = Clock { offset_ns, drift_ppb };
                let at = clock.reaches(Time(5), DAY).expect("it runs");
                assert!(clock.wall(at) >= DAY && clock.wall(Time(at.0 - 1)) < DAY, "{clock:?}: {at:?}");
                assert_eq!(clock.reaches(at, DAY), Some(at));
                assert_eq!(clock.reaches(Time(at.0 + 9), DAY), Some(Time(at.0 + 9)), "it is past");
            }
        }
        let stopped_short = Clock { offset_ns: -1, drift_ppb: 0 };
        assert_eq!(stopped_short.reaches(Time(0), Time(u64::MAX)), None);
    }

    #[test]
    fn the_offset_moves_the_wall_clock_alone() {
        let clock = Clock { offset_ns: -2_000_000_000, drift_ppb: 0 };
        assert_eq!(clock.wall(Time(5_000_000_000)), Time(3_000_000_000));
        assert_eq!(clock.wall(Time(1)), Time::ZERO);
        assert_eq!(clock.monotonic(Time(1)), Time(1));
    }
}
