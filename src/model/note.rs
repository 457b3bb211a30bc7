//! What consensus protocols tell their observers, in words that every member of the family shares.
//!
//! A *prefix digest* covers every entry of a log up to an index, terms included. Two logs agree up to an index
//! exactly when their prefix digests there are equal, so that a check compares one word, not a log.

use crate::kernel::{Digest, Leadership, Note};

use super::history::SessionId;
use super::log::{LogIndex, Term};

/// What happened inside a replica.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsensusNote {
    /// It began to campaign for `term` (or, with `pre_vote`, asked whether it could).
    Campaigned {
        /// The term campaigned for.
        term: Term,
        /// Whether it was only asked and no term was spent.
        pre_vote: bool,
    },
    /// It was elected.
    BecameLeader {
        /// The term it leads.
        term: Term,
        /// The last index of its log at that moment.
        last_index: LogIndex,
    },
    /// It stopped leading or campaigning, at the latest known `term`.
    SteppedDown {
        /// The term it has seen.
        term: Term,
    },
    /// An entry now stands at `index` of its log, not yet durable.
    Appended {
        /// Where.
        index: LogIndex,
        /// The entry's term.
        term: Term,
        /// The log's prefix digest at `index`.
        prefix: u64,
    },
    /// It removed the entries at `from` and after.
    Truncated {
        /// The first index removed.
        from: LogIndex,
    },
    /// Its log is durable up to and including `through`.
    Synced {
        /// The last durable index.
        through: LogIndex,
    },
    /// It knows that the log is committed up to and including `index`.
    Committed {
        /// The last committed index.
        index: LogIndex,
        /// The term of the entry at `index`.
        term: Term,
        /// Its log's prefix digest at `index`.
        prefix: u64,
    },
    /// It applied a client's operation; told by every replica, once per application.
    Applied {
        /// The entry's index.
        index: LogIndex,
        /// Whose operation.
        session: SessionId,
        /// Which of the session's operations.
        sequence: u32,
    },
    /// It answered a read from the state as of `index`.
    Served {
        /// The state's last applied index.
        index: LogIndex,
        /// Whose operation.
        session: SessionId,
        /// Which of the session's operations.
        sequence: u32,
    },
    /// It replaced its state by a snapshot of the log up to and including `index`.
    Installed {
        /// The snapshot's last index.
        index: LogIndex,
        /// The term of the entry there.
        term: Term,
        /// The prefix digest there.
        prefix: u64,
    },
    /// It dropped the log up to and including `index`, which a durable snapshot covers.
    Compacted {
        /// The last index dropped.
        index: LogIndex,
    },
}

impl Note for ConsensusNote {
    fn digest(&self) -> u64 {
        let (kind, words) = match *self {
            ConsensusNote::Campaigned { term, pre_vote } => (1, [u64::from(term.0), u64::from(pre_vote), 0]),
            ConsensusNote::BecameLeader { term, last_index } => (2, [u64::from(term.0), last_index.0, 0]),
            ConsensusNote::SteppedDown { term } => (3, [u64::from(term.0), 0, 0]),
            ConsensusNote::Appended { index, term, prefix } => (4, [index.0, u64::from(term.0), prefix]),
            ConsensusNote::Truncated { from } => (5, [from.0, 0, 0]),
            ConsensusNote::Synced { through } => (6, [through.0, 0, 0]),
            ConsensusNote::Committed { index, term, prefix } => (7, [index.0, u64::from(term.0), prefix]),
            ConsensusNote::Applied { index, session, sequence } => {
                (8, of_operation(index, session, sequence))
            }
            ConsensusNote::Served { index, session, sequence } => (9, of_operation(index, session, sequence)),
            ConsensusNote::Installed { index, term, prefix } => (10, [index.0, u64::from(term.0), prefix]),
            ConsensusNote::Compacted { index } => (11, [index.0, 0, 0]),
        };
        let mut digest = Digest::new();
        digest.absorb(kind);
        words.into_iter().for_each(|word| digest.absorb(word));
        digest.value()
    }

    fn leadership(&self) -> Option<Leadership> {
        match *self {
            ConsensusNote::BecameLeader { term, .. } => Some(Leadership::Gained { term: term.0.into() }),
            ConsensusNote::SteppedDown { .. } => Some(Leadership::Lost),
            ConsensusNote::Campaigned { .. }
            | ConsensusNote::Appended { .. }
            | ConsensusNote::Truncated { .. }
            | ConsensusNote::Synced { .. }
            | ConsensusNote::Committed { .. }
            | ConsensusNote::Applied { .. }
            | ConsensusNote::Served { .. }
            | ConsensusNote::Installed { .. }
            | ConsensusNote::Compacted { .. } => None,
        }
    }
}

fn of_operation(index: LogIndex, session: SessionId, sequence: u32) -> [u64; 3] {
    [index.0, u64::from(session.node.0) << 32 | u64::from(session.slot), u64::from(sequence)]
}
