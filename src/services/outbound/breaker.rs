//! A circuit breaker over the last calls, as resilience4j has it: closed, open, half-open.

use std::collections::VecDeque;

use crate::kernel::{Duration, Time};

/// When a breaker opens and closes.
#[derive(Clone, PartialEq, Debug)]
pub struct BreakerRule {
    /// Share of failures among the last `window` calls from which on it opens; in 0..=1.
    pub failure_rate: f64,
    /// How many of the last calls count.
    pub window: u32,
    /// How many must have ended before it is judged; at most `window`.
    pub minimum: u32,
    /// How long it stays open.
    pub open: Duration,
    /// Calls let through to find out whether things are well again.
    pub probes: u32,
}

/// A breaker.
#[derive(Clone, Debug)]
pub(super) struct Breaker {
    rule: BreakerRule,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// Calls go through; the last ones are remembered, and how many of them failed.
    Closed { last: VecDeque<bool>, failed: u32 },
    /// No call goes through until then.
    Open { until: Time },
    /// A few go through.
    HalfOpen { admitted: u32, ended: u32, failed: u32 },
}

impl Breaker {
    pub(super) fn new(rule: BreakerRule) -> Breaker {
        let last = VecDeque::with_capacity(rule.window as usize);
        Breaker { rule, state: State::Closed { last, failed: 0 } }
    }

    /// Whether a call may go through now; it must be told how that ended.
    pub(super) fn admits(&mut self, now: Time) -> bool {
        match &mut self.state {
            State::Closed { .. } => true,
            State::Open { until } if now < *until => false,
            State::Open { .. } => {
                self.state = State::HalfOpen { admitted: 1, ended: 0, failed: 0 };
                true
            }
            State::HalfOpen { admitted, .. } => {
                let admits = *admitted < self.rule.probes;
                *admitted += u32::from(admits);
                admits
            }
        }
    }

    /// A call that went through has ended.
    pub(super) fn ended(&mut self, now: Time, ok: bool) {
        let rule = &self.rule;
        let is_bad = |failed: u32, of: u32| f64::from(failed) >= rule.failure_rate * f64::from(of);
        match &mut self.state {
            State::Closed { last, failed } => {
                if last.len() == rule.window as usize && last.pop_front() == Some(false) {
                    *failed -= 1;
                }
                last.push_back(ok);
                *failed += u32::from(!ok);
                let count = last.len() as u32;
                if *failed > 0 && count >= rule.minimum && is_bad(*failed, count) {
                    self.state = State::Open { until: now + rule.open };
                }
            }
            // What went through before it opened changes nothing.
            State::Open { .. } => {}
            State::HalfOpen { ended, failed, .. } => {
                *ended += 1;
                *failed += u32::from(!ok);
                if *ended >= rule.probes {
                    self.state = match is_bad(*failed, *ended) && *failed > 0 {
                        true => State::Open { until: now + rule.open },
                        false => {
                            State::Closed { last: VecDeque::with_capacity(rule.window as usize), failed: 0 }
                        }
                    };
                }
            }
        }
    }

    /// Whether it has opened, and not closed again since.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. } | State::HalfOpen { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn breaker(window: u32, minimum: u32, probes: u32) -> Breaker {
        let (failure_rate, open) = (0.5, Duration::from_secs(60));
        Breaker::new(BreakerRule { failure_rate, window, minimum, open, probes })
    }

    /// Lets calls through at `at` and tells how they end.
    fn run(breaker: &mut Breaker, at: u64, ends: &[bool]) {
        for &ok in ends {
            assert!(breaker.admits(Time(at)));
            breaker.ended(Time(at), ok);
        }
    }

    #[test]
    fn it_opens_at_its_failure_rate_and_not_before_enough_calls_have_ended() {
        let mut breaker = breaker(10, 4, 2);
        run(&mut breaker, 0, &[false, false, false]);
        assert!(breaker.admits(Time(0)), "three calls are too few to judge");
        breaker.ended(Time(0), true);
        assert!(breaker.is_open(), "3 of 4 failed");
        assert!(!breaker.admits(Time(60 * SECOND - 1)));
    }

    #[test]
    fn only_the_last_calls_count() {
        let mut breaker = breaker(4, 4, 1);
        run(&mut breaker, 0, &[false, true, true, true, true, false]);
        assert!(!breaker.is_open(), "one of the last four failed");
        run(&mut breaker, 0, &[false]);
        assert!(breaker.is_open(), "two of the last four");
    }

    #[test]
    fn half_open_it_lets_a_few_through_and_decides_by_them() {
        let mut opened = breaker(2, 2, 2);
        run(&mut opened, 0, &[false, false]);
        let after = Time(60 * SECOND);
        let mut closes = opened.clone();
        assert!(closes.admits(after) && closes.admits(after));
        assert!(!closes.admits(after), "two are enough to find out");
        closes.ended(after, true);
        assert!(!closes.admits(after));
        closes.ended(after, true);
        assert!(closes.admits(after) && !closes.is_open());
        let mut opens = opened.clone();
        assert!(opens.admits(after) && opens.admits(after));
        opens.ended(after, true);
        opens.ended(after, false);
        assert!(opens.is_open(), "one of two is half of them");
        assert!(!opens.admits(Time(120 * SECOND - 1)) && opens.admits(Time(120 * SECOND)));
    }

    #[test]
    fn what_ends_late_changes_an_open_breaker_no_more() {
        let mut breaker = breaker(2, 2, 1);
        run(&mut breaker, 0, &[false, false]);
        breaker.ended(Time(SECOND), true);
        breaker.ended(Time(SECOND), true);
        assert!(breaker.is_open());
    }
}
