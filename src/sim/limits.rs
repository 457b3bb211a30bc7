//! Named limits: where a run that would never end stops, and says why.

use std::fmt;

use crate::kernel::Time;
use crate::kernel::queue::PENDING_MAX;

/// Where a run stops though it is not over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Most events handled.
    pub events: u64,
    /// Most events pending at once, what waits at paused nodes and for retransmissions included; below the queue's
    /// own bound.
    pub pending: usize,
    /// Most events without time passing, to the next checkpoint.
    pub at_one_instant: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { events: 2_000_000_000, pending: 8_000_000, at_one_instant: 10_000_000 }
    }
}

/// A limit that was reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Limit {
    /// [`Limits::events`]
    Events,
    /// [`Limits::pending`]
    Pending,
    /// [`Limits::at_one_instant`]
    AtOneInstant,
    /// More partitions at once than [`crate::net::CUTS_MAX`].
    Cuts,
}

impl Limit {
    /// The limit's name. `max-events` is also a flag of `seedbed run`; the others are as they are.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Events => "max-events",
            Limit::Pending => "max-pending",
            Limit::AtOneInstant => "max-events-at-one-instant",
            Limit::Cuts => "max-cuts",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Events => "the run handled as many events as `max-events` allows before its duration was over",
            Limit::Pending => {
                "more events wait than `max-pending` allows: something sends faster than it is handled"
            }
            Limit::Cuts => "more partitions were in force at once than the network can tell apart (128 directions)",
            Limit::AtOneInstant => {
                "time stands still: `max-events-at-one-instant` events came at one moment, so something waits \
                 for no time at all in a loop"
            }
        })
    }
}

/// Watches the limits of a run. Only what an event can exceed by far is looked at after every event, the rest at
/// every checkpoint.
#[derive(Clone)]
pub(super) struct Watch {
    limits: Limits,
    /// When time last passed between two checkpoints, and how many events there had been.
    moved: (Time, u64),
}

impl Watch {
    pub(super) fn new(limits: Limits) -> Self {
        // The queue's own bound is far above what one event pushes.
        let pending = limits.pending.min(PENDING_MAX / 2);
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
        if self.moved.0 != now {
            self.moved = (now, events);
        }
        if events - self.moved.1 >= self.limits.at_one_instant {
            Some(Limit::AtOneInstant)
        } else if pending >= self.limits.pending {
            Some(Limit::Pending)
        } else {
            None
        }
    }
}
