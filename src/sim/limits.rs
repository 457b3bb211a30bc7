//! Named limits: where a run that would never end stops, and says why.

use std::fmt;

use crate::kernel::queue::PENDING_MAX;
use crate::kernel::{Duration, Time};

/// Time in which a world without a mistake handles few events: a loop whose every round takes a nanosecond is as
/// endless as one that takes no time.
pub const MOMENT: Duration = Duration::from_millis(10);
const _: () = assert!(MOMENT.0 == 10_000_000, "the name of the limit says 10 ms");

/// The most that [`Limits::pending`] can be: it leaves the queue room for what one event more may push.
pub const PENDING_CEILING: usize = PENDING_MAX.div_ceil(2);

/// Most strikes of a run: each is kept, with whom it struck.
pub const STRIKES_MAX: usize = 1_000_000;

/// Where a run stops though it is not over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Most events handled.
    pub events: u64,
    /// Most events pending at once, what waits at paused nodes and for retransmissions included; at most
    /// [`PENDING_CEILING`].
    pub pending: usize,
    /// Most events while less than [`MOMENT`] passes, to the next checkpoint.
    pub within_a_moment: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { events: 2_000_000_000, pending: 8_000_000, within_a_moment: 10_000_000 }
    }
}

/// A limit that was reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Limit {
    /// [`Limits::events`]
    Events,
    /// [`Limits::pending`]
    Pending,
    /// [`Limits::within_a_moment`]
    WithinAMoment,
    /// More partitions and other impairments of links at once than [`crate::net::IMPAIRMENTS_MAX`].
    Impairments,
    /// More strikes of faults than [`STRIKES_MAX`].
    Strikes,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Limit; 5] =
        [Limit::Events, Limit::Pending, Limit::WithinAMoment, Limit::Impairments, Limit::Strikes];

    /// The limit's name: that of a flag of `seedbed run`, where a run can have more or less of it.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Events => "max-events",
            Limit::Pending => "max-pending",
            Limit::WithinAMoment => "max-events-within-10ms",
            Limit::Impairments => "max-link-faults",
            Limit::Strikes => "max-strikes",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Events => {
                "the run handled as many events as `max-events` allows before its duration was over"
            }
            Limit::Pending => {
                "more events wait than `max-pending` allows: something sends faster than it is handled"
            }
            Limit::Impairments => {
                "more partitions and other faults of links were in force at once than the network can tell apart (128 \
                 directions)"
            }
            Limit::Strikes => {
                "faults struck more than 1,000,000 times, each of which is kept: let `every` be longer, or use a fault that lasts"
            }
            Limit::WithinAMoment => {
                "time hardly passes: more events came within 10 ms of simulated time than \
                 `max-events-within-10ms` allows, so something waits for next to no time in a loop"
            }
        })
    }
}

/// Watches the limits of a run. Only what an event can exceed by far is looked at after every event, the rest at
/// every checkpoint.
#[derive(Clone)]
pub(super) struct Watch {
    limits: Limits,
    /// Where the present moment began: at a checkpoint, after so many events.
    moved: (Time, u64),
}

impl Watch {
    pub(super) fn new(limits: Limits) -> Self {
        let pending = limits.pending.min(PENDING_CEILING);
        Watch { limits: Limits { pending, ..limits }, moved: (Time::ZERO, 0) }
    }

    /// Most events to handle.
    pub(super) fn events(&self) -> u64 {
        self.limits.events
    }

    /// Most events to leave pending.
    pub(super) fn pending(&self) -> usize {
        self.limits.pending
    }

    /// Takes note of a checkpoint; returns the limit that was reached.
    pub(super) fn checkpoint(&mut self, now: Time, events: u64, pending: usize) -> Option<Limit> {
        if now.since(self.moved.0) >= MOMENT {
            self.moved = (now, events);
        }
        if events - self.moved.1 >= self.limits.within_a_moment {
            Some(Limit::WithinAMoment)
        } else if pending >= self.limits.pending {
            Some(Limit::Pending)
        } else {
            None
        }
    }
}
