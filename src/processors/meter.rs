//! How fast the cores run at present, and what they have done.

use super::fixed::{self, Fine};
use super::profile::{MILLION, Speed};
use crate::kernel::{Duration, Time};

/// Core-time used: what utilisation is computed from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Core-time busy.
    pub busy: Duration,
    /// Pieces of work finished.
    pub finished: u64,
    /// Pieces of work lost by crashes.
    pub lost: u64,
}

/// The utilisation law of one processor: what its cores delivered is what pieces of work received. Both are work, at
/// speed 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Balance {
    /// Time of busy cores by the speed at which they ran: knows nothing of pieces.
    pub delivered: Duration,
    /// The work of finished pieces, and what the others had received: knows nothing of cores.
    pub served: Duration,
    /// Most that the two may differ by: what a core of this speed does in 1 ns, and 1 ns at least, for every time that a
    /// piece began, went on, or went on at another speed.
    pub tolerance: Duration,
}

impl Balance {
    /// Whether the law holds.
    pub fn holds(self) -> bool {
        self.delivered.0.abs_diff(self.served.0) <= self.tolerance.0
    }
}

/// The pace of all cores of a node, and the account of what they did.
#[derive(Clone)]
pub(super) struct Meter {
    speed: Speed,
    /// Product of the slow-node faults in force.
    slowdown: u64,
    pub(super) paused: bool,
    pub(super) usage: Usage,
    /// Cores that are busy, unless paused.
    pub(super) running: u64,
    /// Until when `usage.busy` has been counted.
    until: Time,
    /// Work of all pieces that began, without what those lacked that were lost or interrupted.
    pub(super) begun: Duration,
    /// Times that a piece went on after an interruption or a change of pace.
    pub(super) turns: u64,
    /// What cores did up to the last change of pace, and the core-time that took.
    delivered: (Fine, Duration),
}

impl Meter {
    pub(super) fn new(speed: Speed) -> Self {
        Meter {
            speed,
            slowdown: 1,
            paused: false,
            usage: Usage::default(),
            running: 0,
            until: Time::ZERO,
            begun: Duration::ZERO,
            turns: 0,
            delivered: (0, Duration::ZERO),
        }
    }

    /// Counts core-time up to `now`.
    #[inline]
    pub(super) fn account(&mut self, now: Time) {
        if !self.paused {
            self.usage.busy += now.since(self.until) * self.running;
        }
        self.until = now;
    }

    /// How long `work` takes at the present pace, rounded up.
    #[inline]
    pub(super) fn time_for(&self, work: Duration) -> Duration {
        if self.slowdown == 1 && self.speed == Speed::ONE {
            return work;
        }
        let needed = u128::from(work.0) * u128::from(self.slowdown) * MILLION;
        Duration(u64::try_from(needed.div_ceil(self.speed.0.into())).unwrap_or(u64::MAX))
    }

    /// How much work a core does in `time` at the present pace, rounded down.
    pub(super) fn work_in(&self, time: Duration) -> Duration {
        if self.paused {
            return Duration::ZERO;
        }
        let (work, per) = self.pace();
        Duration(u64::try_from(u128::from(time.0) * work / per).unwrap_or(u64::MAX))
    }

    /// The pace, as a fraction: so much work in so much time.
    pub(super) fn pace(&self) -> (u128, u128) {
        (self.speed.0.into(), u128::from(self.slowdown) * MILLION)
    }

    /// Whether pieces go slower than the speed of the cores.
    pub(super) fn is_slow(&self) -> bool {
        self.slowdown > 1
    }

    /// The pace changes; core-time has been counted up to now.
    pub(super) fn set_slowdown(&mut self, change: impl FnOnce(u64) -> u64) {
        self.delivered = (self.delivered_so_far(), self.usage.busy);
        self.slowdown = change(self.slowdown).max(1);
    }

    fn delivered_so_far(&self) -> Fine {
        let (before, busy) = self.delivered;
        let (work, per) = self.pace();
        before + fixed::mul_div(fixed::fine(self.usage.busy.saturating_sub(busy)), work, per)
    }

    /// The utilisation law up to the last account, where pieces that were begun and not interrupted lack `left`.
    pub(super) fn balance(&self, left: Duration) -> Balance {
        let Usage { finished, lost, .. } = self.usage;
        let roundings = finished + lost + self.turns + self.running + 1;
        let each = u128::from(self.speed.0).div_ceil(MILLION) as u64;
        Balance {
            delivered: fixed::whole(self.delivered_so_far()),
            served: self.begun.saturating_sub(left),
            tolerance: Duration(each.max(1)) * roundings,
        }
    }
}
