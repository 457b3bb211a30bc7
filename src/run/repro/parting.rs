//! Where a replay parts from the run: the interval, and the event if a stored trace tells it.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::RangeInclusive;

use crate::kernel::Time;
use crate::run::outputs::TRACE;
use crate::run::prepare::Prepared;
use crate::run::trace::trace;
use crate::systems::Custom;

use super::event::TracedEvent;
use super::recorded::{Recorded, ReproError};

/// Where a replay parts from the run.
#[derive(Clone, Debug)]
pub struct Parting {
    /// The events among which it does.
    pub interval: RangeInclusive<u64>,
    /// What this build does in the interval; at most as many events as lie between two checkpoints, and two.
    pub replayed: Vec<TracedEvent>,
    /// The first event that differs, or why it cannot be told.
    pub first: Result<Difference, Untold>,
}

/// The first event that differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// Counts the run's events from 1.
    pub number: u64,
    /// What it was when the run was made; `None` if the run was over.
    pub stored: Option<TracedEvent>,
    /// What it is now; `None` if the replay is over.
    pub replayed: Option<TracedEvent>,
}

/// Why the first event that differs cannot be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Untold {
    /// The run was not traced.
    NoTrace,
    /// The trace is not what the run wrote.
    Altered,
    /// The trace ends before the interval does, at its cap.
    Capped,
    /// The trace is that of the replay, but the checkpoints are not.
    Contradicted,
}

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Untold::NoTrace => "the run has no trace.jsonl, which `run --trace full` writes",
            Untold::Altered => "its trace.jsonl was changed since the run wrote it",
            Untold::Capped => "its trace.jsonl ends before that, at `max-trace-events`",
            Untold::Contradicted => {
                "its trace.jsonl is the same as the replay's, so the checkpoints in its manifest are not its own"
            }
        })
    }
}

impl Parting {
    /// The simulated time of this build's first and last event in the interval; `None` if its run ends before.
    pub fn times(&self) -> Option<(Time, Time)> {
        Some((self.replayed.first()?.at(), self.replayed.last()?.at()))
    }
}

/// Goes through `prepared` once more and says what differs in the interval.
///
/// # Errors
/// If the stored trace cannot be read.
pub fn locate<X: Custom>(
    recorded: &Recorded,
    prepared: &Prepared<X>,
    interval: RangeInclusive<u64>,
) -> Result<Parting, ReproError> {
    let unreadable = |source| ReproError::Unreadable { path: recorded.folder.join(TRACE), source };
    let mut replayed = Vec::new();
    let keep = |_: u64, line: &[u8]| {
        replayed.push(TracedEvent::read(line).expect("a tracer writes events"));
        Ok(())
    };
    trace(prepared, interval.clone(), keep).map_err(unreadable)?;
    let first = match recorded.intact(TRACE) {
        Ok(path) => {
            let stored = File::open(path).and_then(|file| read(file, &interval)).map_err(unreadable)?;
            difference(recorded, &interval, &stored, &replayed)
        }
        Err(ReproError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Err(Untold::NoTrace)
        }
        Err(ReproError::Altered { .. }) => Err(Untold::Altered),
        Err(error) => return Err(error),
    };
    Ok(Parting { interval, replayed, first })
}

/// The stored events of the interval: the n-th line is the n-th event, and the last line is none.
fn read(file: File, interval: &RangeInclusive<u64>) -> io::Result<Vec<TracedEvent>> {
    let mut lines = BufReader::with_capacity(1 << 16, file).split(b'\n');
    let mut stored = Vec::new();
    for number in 1..=*interval.end() {
        let Some(line) = lines.next().transpose()? else { break };
        if number >= *interval.start() {
            stored.extend(TracedEvent::read(&line));
        }
    }
    Ok(stored)
}

fn difference(
    recorded: &Recorded,
    interval: &RangeInclusive<u64>,
    stored: &[TracedEvent],
    replayed: &[TracedEvent],
) -> Result<Difference, Untold> {
    let pairs = stored.iter().zip(replayed);
    let same = pairs.take_while(|(stored, replayed)| stored.digest() == replayed.digest()).count();
    let number = interval.start() + same as u64;
    if number > *interval.end() {
        return Err(Untold::Contradicted);
    }
    let (stored, replayed) = (stored.get(same).cloned(), replayed.get(same).cloned());
    if stored.is_none() && number <= recorded.events {
        return Err(Untold::Capped);
    }
    Ok(Difference { number, stored, replayed })
}
