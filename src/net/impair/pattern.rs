//! When an impairment that is in force has its effect: all the time, on and off, or between two moments.

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Keyed, Time};

/// When an impairment in force has its effect.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// All the time.
    Steady,
    /// On and off, and first on.
    Flapping(Box<Flapping>),
    /// From the first moment until before the second.
    Within(Time, Time),
}

/// The times for which a flapping impairment is on, and off.
#[derive(Clone, PartialEq, Debug)]
pub struct Flapping {
    /// For how long it is off: the link works.
    pub up: Distribution,
    /// For how long it is on.
    pub down: Distribution,
    /// The least time before it changes again, above zero.
    pub stable: Duration,
}

/// A pattern that has come so far. Its times are draws by number, so that it makes no difference who asks when.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pattern: Pattern,
    /// Of the flap's present phase, from 1: odd ones are on.
    phase: u64,
    /// When that phase ends.
    until: Time,
}

impl Course {
    /// A pattern that begins now.
    pub(super) fn new(pattern: Pattern, now: Time) -> Course {
        Course { pattern, phase: 0, until: now }
    }

    /// Whether the impairment has its effect at `now`, which is never earlier than before. `key` names its draws.
    pub(super) fn is_on(&mut self, now: Time, draws: Keyed, key: u64) -> bool {
        match &self.pattern {
            Pattern::Steady => true,
            Pattern::Within(from, until) => *from <= now && now < *until,
            Pattern::Flapping(law) => {
                while self.until <= now {
                    self.phase += 1;
                    let length = if self.phase % 2 == 1 { &law.down } else { &law.up };
                    self.until += length.duration(draws.draw(key, self.phase)).max(law.stable);
                }
                self.phase % 2 == 1
            }
        }
    }

    /// When it changes next after it was asked at `now`; `None` if it does not by itself.
    pub(super) fn changes(&self, now: Time) -> Option<Time> {
        match self.pattern {
            Pattern::Steady => None,
            Pattern::Within(from, until) => [from, until].into_iter().find(|at| *at > now),
            Pattern::Flapping(_) => Some(self.until).filter(|at| *at < Time::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flapping(up_ns: f64, down_ns: f64, stable: u64) -> Course {
        let law = |mean| Distribution::exponential(mean).expect("a positive mean");
        let (up, down) = (law(up_ns), law(down_ns));
        Course::new(Pattern::Flapping(Box::new(Flapping { up, down, stable: Duration(stable) })), Time(100))
    }

    /// The share of time that it is on is down / (up + down): within 5 % over 10,000 phases (more than 4 deviations).
    #[test]
    fn a_flap_is_on_for_its_share_of_time_and_never_shorter_than_the_least() {
        let (mut course, draws) = (flapping(30_000.0, 10_000.0, 50), Keyed::new(1, "test"));
        assert!(course.is_on(Time(100), draws, 7), "it begins with its effect");
        let (mut on, mut last, mut shortest) = (0, Time(100), u64::MAX);
        for _ in 0..10_000 {
            let next = course.changes(last).expect("it goes on");
            shortest = shortest.min((next - last).0);
            on += if course.is_on(last, draws, 7) { (next - last).0 } else { 0 };
            assert_ne!(course.is_on(Time(next.0 - 1), draws, 7), course.is_on(next, draws, 7));
            last = next;
        }
        assert_eq!(shortest, 50);
        let share = on as f64 / last.0 as f64;
        assert!((share / 0.25 - 1.0).abs() < 0.05, "{share}");
    }

    #[test]
    fn it_makes_no_difference_who_asks_when() {
        let draws = Keyed::new(1, "test");
        let (mut often, mut seldom) = (flapping(30.0, 10.0, 2), flapping(30.0, 10.0, 2));
        for at in (100..100_000).map(Time) {
            let is_on = often.is_on(at, draws, 7);
            assert!(at.0 % 977 != 0 || seldom.is_on(at, draws, 7) == is_on, "at {at:?}");
        }
    }

    #[test]
    fn a_window_is_on_from_its_start_until_before_its_end() {
        let mut window = Course::new(Pattern::Within(Time(10), Time(20)), Time(0));
        let draws = Keyed::new(1, "test");
        assert_eq!([9, 10, 19, 20].map(|at| window.is_on(Time(at), draws, 0)), [false, true, true, false]);
        assert_eq!([0, 10, 20].map(|at| window.changes(Time(at))), [Some(Time(10)), Some(Time(20)), None]);
    }
}
