//! Trying again: how often, after how long, and within which budget.

use crate::kernel::random::unit;
use crate::kernel::{Duration, Time};

/// When a call that failed is made again.
#[derive(Clone, PartialEq, Debug)]
pub struct Retry {
    /// How often it is made in all; at least 1.
    pub attempts: u16,
    /// How long is waited before each further attempt.
    pub backoff: Backoff,
    /// What all calls together may spend on trying again; absent: as much as they like.
    pub budget: Option<BudgetRule>,
}

impl Retry {
    /// Never again.
    pub const NONE: Retry = Retry { attempts: 1, backoff: Backoff::None, budget: None };
}

/// How long is waited before trying again: `e = min(cap, base x 2^n)` before the retry `n`, from 0 (Brooker, *Exponential Backoff
/// And Jitter*, AWS 2015).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backoff {
    /// Not at all.
    None,
    /// `e`.
    Exponential {
        /// Before the first retry.
        base: Duration,
        /// At most.
        cap: Duration,
    },
    /// Uniform between 0 and `e`: whoever failed together does not come back together.
    FullJitter {
        /// The most before the first retry.
        base: Duration,
        /// At most, ever.
        cap: Duration,
    },
}

impl Backoff {
    /// The wait before the retry `n`, counted from 0; `bits` are random bits of the attempt.
    pub fn wait(self, n: u16, bits: u64) -> Duration {
        let exponential = |base: Duration, cap: Duration| {
            let factor = 1_u64.checked_shl(n.into()).unwrap_or(u64::MAX);
            Duration(base.0.saturating_mul(factor)).min(cap)
        };
        match self {
            Backoff::None => Duration::ZERO,
            Backoff::Exponential { base, cap } => exponential(base, cap),
            Backoff::FullJitter { base, cap } => {
                Duration((unit(bits) * exponential(base, cap).0 as f64) as u64)
            }
        }
    }
}

/// A retry budget, as Finagle and Linkerd keep it: retries may be a share of the calls of the last while, and a few more.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BudgetRule {
    /// Retries for each call; 0.2 is a fifth.
    pub share: f64,
    /// Retries a second besides, so that few calls can be tried again at all.
    pub reserve: f64,
    /// For how long a call counts.
    pub window: Duration,
}

/// Parts that the window is counted in.
const SLICES: usize = 10;

/// What is left of a budget.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    rule: BudgetRule,
    /// Retries that may still be made for what came in each of the last parts of the window; below 0 where they came from others.
    slices: [f64; SLICES],
    /// The part that is counted now, by its number since the start.
    slice: u64,
}

impl Budget {
    pub(super) fn new(rule: BudgetRule) -> Budget {
        Budget { rule, slices: [0.0; SLICES], slice: 0 }
    }

    /// A call is made for the first time.
    pub(super) fn deposit(&mut self, now: Time) {
        let slice = self.turn(now);
        self.slices[slice] += self.rule.share;
    }

    /// Whether a retry may be made; then it has been spent.
    pub(super) fn withdraw(&mut self, now: Time) -> bool {
        let slice = self.turn(now);
        let reserve = self.rule.reserve * self.rule.window.as_secs_f64();
        let left: f64 = self.slices.iter().sum::<f64>() + reserve;
        // One whole retry, but for what sums of floating-point numbers lose.
        let is_left = left >= 1.0 - 1e-9;
        if is_left {
            self.slices[slice] -= 1.0;
        }
        is_left
    }

    /// Forgets what is older than the window; returns the place of the present part.
    fn turn(&mut self, now: Time) -> usize {
        let length = (self.rule.window.0 / SLICES as u64).max(1);
        let slice = now.0 / length;
        let passed = (slice - self.slice).min(SLICES as u64);
        for past in 1..=passed {
            self.slices[((self.slice + past) % SLICES as u64) as usize] = 0.0;
        }
        self.slice = slice;
        (slice % SLICES as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_millis(25);
    const CAP: Duration = Duration::from_millis(1_000);

    #[test]
    fn backoff_doubles_up_to_its_cap() {
        let waits = |n| Backoff::Exponential { base: BASE, cap: CAP }.wait(n, 0).0 / 1_000_000;
        assert_eq!([0, 1, 2, 5, 6, 63, 64, 200].map(waits), [25, 50, 100, 800, 1_000, 1_000, 1_000, 1_000]);
        assert_eq!(Backoff::None.wait(3, u64::MAX), Duration::ZERO);
    }

    #[test]
    fn full_jitter_is_uniform_between_nothing_and_the_backoff() {
        let jitter = Backoff::FullJitter { base: BASE, cap: CAP };
        assert_eq!(jitter.wait(2, 0), Duration::ZERO);
        assert_eq!(jitter.wait(2, 1 << 63), Duration::from_millis(50));
        assert!(jitter.wait(2, u64::MAX) <= Duration::from_millis(100));
    }

    #[test]
    fn a_budget_lets_a_share_of_the_calls_be_tried_again() {
        let rule = BudgetRule { share: 0.2, reserve: 0.0, window: Duration::from_secs(10) };
        let mut budget = Budget::new(rule);
        (0..10).for_each(|_| budget.deposit(Time::ZERO));
        let granted = (0..10).filter(|_| budget.withdraw(Time::ZERO)).count();
        assert_eq!(granted, 2, "a fifth of ten");
        (0..5).for_each(|_| budget.deposit(Time(9_000_000_000)));
        assert!(budget.withdraw(Time(9_500_000_000)));
        assert!(!budget.withdraw(Time(9_500_000_000)));
    }

    #[test]
    fn a_budget_forgets_after_its_window_and_keeps_a_reserve() {
        let rule = BudgetRule { share: 1.0, reserve: 0.1, window: Duration::from_secs(10) };
        let mut budget = Budget::new(rule);
        (0..10).for_each(|_| budget.deposit(Time::ZERO));
        let late = Time(10_000_000_000);
        assert!(budget.withdraw(late), "one in ten seconds is always left");
        assert!(!budget.withdraw(late), "the ten calls are forgotten");
        assert!(budget.withdraw(Time(20_000_000_000)));
    }
}
