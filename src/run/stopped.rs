//! Why a run is over: it came to its end, met a limit that every run has, or was cut short by whoever started it.

use std::fmt;

use crate::sim::{Limit, Stop};

/// Why a run is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stopped {
    /// Its duration is over.
    End,
    /// A limit that every run has was reached first: it would be reached on every machine.
    Limit(Limit),
    /// It was cut short from outside. What it left is partial, and no run that others can be held to.
    Cut(Cut),
}

/// What cuts a run short from outside the simulated world.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// The user.
    Interrupt,
    /// `--wall-limit`
    WallLimit,
    /// `--max-memory`
    MaxMemory,
    /// A limit that every run has, where the command line had set it.
    Limit(Limit),
}

impl Stopped {
    /// The word used in files.
    pub fn name(self) -> &'static str {
        match self {
            Stopped::End => "end",
            Stopped::Limit(limit) => limit.name(),
            Stopped::Cut(cut) => cut.name(),
        }
    }

    /// Whether the run came to its end.
    pub fn is_end(self) -> bool {
        self == Stopped::End
    }

    /// Why the run did not come to its end, as a clause.
    pub fn reason(self) -> Option<String> {
        match self {
            Stopped::End => None,
            Stopped::Limit(limit) => Some(limit.to_string()),
            Stopped::Cut(cut) => Some(cut.to_string()),
        }
    }

    /// Whether another machine stops at the same event, so that a digest means something.
    pub fn is_deterministic(self) -> bool {
        match self {
            Stopped::End | Stopped::Limit(_) | Stopped::Cut(Cut::Limit(_)) => true,
            Stopped::Cut(Cut::Interrupt | Cut::WallLimit | Cut::MaxMemory) => false,
        }
    }
}

impl From<Stop> for Stopped {
    fn from(stop: Stop) -> Stopped {
        match stop {
            Stop::End => Stopped::End,
            Stop::Limit(limit) => Stopped::Limit(limit),
        }
    }
}

impl Cut {
    /// The word used in files; for a limit, that of its flag.
    pub fn name(self) -> &'static str {
        match self {
            Cut::Interrupt => "interrupt",
            Cut::WallLimit => "wall-limit",
            Cut::MaxMemory => "max-memory",
            Cut::Limit(limit) => limit.name(),
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Cut::Interrupt => "the run was interrupted",
            Cut::WallLimit => "the run took longer than --wall-limit allows",
            Cut::MaxMemory => "the run held more memory than --max-memory allows",
            Cut::Limit(limit) => return limit.fmt(f),
        };
        f.write_str(words)
    }
}
