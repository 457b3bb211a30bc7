//! What a node computes with, and whom its cores serve next.

use crate::kernel::{Duration, Keyed};

pub(super) const MILLION: u128 = 1_000_000;

/// A speed in parts per million of a core of speed 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Speed(pub u64);

impl Speed {
    /// One unit of work a unit of time.
    pub const ONE: Speed = Speed(MILLION as u64);
}

/// Whom the cores serve next. Of equals the one that came first goes first, unless it says otherwise.
///
/// It ranks what processes ask for. Messages that are work wait in one line with that under [`Discipline::Fifo`], and go
/// before it under every other (docs/models.md).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Discipline {
    /// First in, first out.
    #[default]
    Fifo,
    /// Last in, first out.
    Lifo {
        /// Whether who comes takes a core from whom came first of those on one (LCFS-PR). What was interrupted goes on
        /// where it was.
        preemptive: bool,
    },
    /// Whoever the dice say, of all that wait (service in random order).
    Siro,
    /// The least [`Urgency`](crate::kernel::Urgency): classes of priority, or earliest deadline first.
    Ranked {
        /// Whether who comes takes a core from the least urgent on one, if that is less urgent. What was interrupted goes
        /// on where it was, before what is as urgent and came later.
        preemptive: bool,
    },
    /// All at once: n pieces on c cores go at min(1, c / n) of the speed of a core each (egalitarian processor sharing).
    Sharing,
    /// Each for a while, and then behind all that wait.
    RoundRobin {
        /// Work of a turn: its length on an unloaded core of speed 1, more than zero.
        quantum: Duration,
    },
    /// The least work, and then to its end.
    ShortestJob,
    /// The least work left, at every moment (Schrage and Miller 1966): who comes with less than somebody on a core has left
    /// takes it, of several from whom has most left.
    ShortestRemaining,
    /// The least work done so far, at every moment (foreground-background): those of whom the same was done, and least,
    /// share the cores; what they leave goes to the next.
    LeastAttained,
}

/// What a node computes with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProcessorProfile {
    /// How many pieces of work it serves at once; at least 1. `None`: no limit, every piece at full speed, whatever the
    /// discipline.
    pub cores: Option<u32>,
    /// Speed of each core.
    pub speed: Speed,
    /// Whom they serve next.
    pub discipline: Discipline,
}

impl Default for ProcessorProfile {
    fn default() -> Self {
        ProcessorProfile { cores: None, speed: Speed::ONE, discipline: Discipline::Fifo }
    }
}

/// The random picks of one processor.
#[derive(Clone, Copy, Debug)]
pub struct Picks {
    /// Those of all processors of the run.
    pub keyed: Keyed,
    /// Names this one.
    pub key: u64,
}
