//! Why a replica stops taking part.

use std::fmt;

use crate::kernel::{Damage, Digest, DiskError};

use super::log::{LogIndex, Term};

/// Why a replica says nothing more until it is restarted: it cannot vouch for what it would say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Halt {
    /// A sync failed, and nobody knows what the disk holds.
    SyncFailed(DiskError),
    /// What it promised, term and vote, cannot be read.
    Metadata(Damage),
    /// Its snapshot cannot be read.
    Snapshot(Damage),
    /// An entry of its log cannot be read.
    Entry(LogIndex, Damage),
    /// Its log begins behind a snapshot that is not there.
    NoSnapshot,
    /// It was told to give up the entry at this index, which it knows to be committed.
    Committed(LogIndex),
    /// Another leads this term, which it was elected for.
    SecondLeader(Term),
}

impl Halt {
    pub(super) fn absorb_into(self, digest: &mut Digest) {
        let (kind, detail, index) = match self {
            Halt::SyncFailed(error) => (1, error as u64, 0),
            Halt::Metadata(damage) => (2, damage as u64, 0),
            Halt::Snapshot(damage) => (3, damage as u64, 0),
            Halt::Entry(index, damage) => (4, damage as u64, index.0),
            Halt::NoSnapshot => (5, 0, 0),
            Halt::Committed(index) => (6, 0, index.0),
            Halt::SecondLeader(term) => (7, term.0.into(), 0),
        };
        [kind, detail, index].into_iter().for_each(|word| digest.absorb(word));
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Halt::SyncFailed(error) => write!(f, "a sync failed: {error}"),
            Halt::Metadata(damage) => write!(f, "term and vote {damage}"),
            Halt::Snapshot(damage) => write!(f, "snapshot {damage}"),
            Halt::Entry(index, damage) => write!(f, "log record {} {damage}", index.0),
            Halt::NoSnapshot => f.write_str("the log begins behind a snapshot that is not there"),
            Halt::Committed(index) => write!(f, "told to give up index {}, which is committed", index.0),
            Halt::SecondLeader(term) => write!(f, "another leads term {}, which it leads", term.0),
        }
    }
}
