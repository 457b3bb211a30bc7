//! Words of replicated logs: terms, indices, entries, commands.

use std::fmt;

use super::history::SessionId;
use super::membership::Configuration;
use super::op::Op;

/// A term (Raft), ballot round or view: counts leaderships. 2^32 elections are beyond any run (a run has at most
/// 2^40 events), and four bytes keep messages small.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Term(pub u32);

impl Term {
    /// The term after this one.
    pub fn next(self) -> Term {
        Term(self.0 + 1)
    }
}

/// A position in a replicated log, counted from 1; 0 stands before the first entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LogIndex(pub u64);

impl LogIndex {
    /// The position after this one.
    pub fn next(self) -> LogIndex {
        LogIndex(self.0 + 1)
    }

    /// The position before this one; that before the first entry has none and stays.
    pub fn previous(self) -> LogIndex {
        LogIndex(self.0.saturating_sub(1))
    }
}

/// What a log entry asks the state machine to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Nothing: a new leader's first entry, or a filled gap.
    Noop,
    /// From here on these take part (Raft: from this entry on; Multi-Paxos: from `alpha` entries behind it on).
    Reconfigure(Configuration),
    /// A client's operation.
    Apply {
        /// Whose it is.
        session: SessionId,
        /// Which of the session's operations it is.
        sequence: u32,
        /// What to do.
        op: Op,
        /// Size of the value, in bytes.
        size: u32,
    },
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Noop => f.write_str("no-op"),
            Command::Reconfigure(configuration) => write!(f, "voters {}", configuration.voters.numbers()),
            Command::Apply { op, .. } => op.fmt(f),
        }
    }
}

impl Command {
    /// Size on the wire and on disk, in bytes, the value included.
    pub fn size(&self) -> u32 {
        match self {
            Command::Noop => 8,
            Command::Reconfigure(_) => 32,
            Command::Apply { size, .. } => 32 + size,
        }
    }

    /// A digest of the command.
    pub fn digest(&self) -> u64 {
        let mut digest = crate::kernel::Digest::new();
        match *self {
            Command::Noop => digest.absorb(1),
            Command::Reconfigure(configuration) => {
                digest.absorb(2);
                configuration.absorb_into(&mut digest);
            }
            Command::Apply { session, sequence, op, .. } => {
                digest.absorb(u64::from(session.node.0) << 32 | u64::from(session.slot));
                digest.absorb(u64::from(sequence));
                op.absorb_into(&mut digest);
            }
        }
        digest.value()
    }
}

/// The prefix digest behind a prefix and one more value of this digest, in a log whose slots are decided each by itself.
#[inline]
pub fn chained(prefix: u64, value: u64) -> u64 {
    let mut digest = crate::kernel::Digest::new();
    digest.absorb(prefix);
    digest.absorb(value);
    digest.value()
}

/// One entry of a replicated log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The term of the leader that created it.
    pub term: Term,
    /// What it asks.
    pub command: Command,
}

/// Most entries of a message that are told one by one.
const TOLD_MAX: usize = 3;

/// Entries that stand in a log from `first` on, in words: `entry 7: write k1 = 5`, `entries 7 to 9: no-op, ...`.
pub fn told(first: LogIndex, entries: &[Entry]) -> String {
    let last = first.0 + (entries.len() as u64).saturating_sub(1);
    let mut commands: Vec<String> =
        entries.iter().take(TOLD_MAX).map(|entry| entry.command.to_string()).collect();
    if entries.len() > TOLD_MAX {
        commands.push(format!("and {} more", entries.len() - TOLD_MAX));
    }
    match entries.len() {
        0 => "no entries".to_owned(),
        1 => format!("entry {}: {}", first.0, commands.join(", ")),
        _ => format!("entries {} to {last}: {}", first.0, commands.join(", ")),
    }
}

impl Entry {
    /// A digest of the entry, its term included.
    #[inline]
    pub fn digest(&self) -> u64 {
        let mut digest = crate::kernel::Digest::new();
        digest.absorb(u64::from(self.term.0));
        digest.absorb(self.command.digest());
        digest.value()
    }
}
