//! What the servers of Multi-Paxos say to each other, made for a network that loses, repeats and reorders: a reply names
//! what it answers. The words are those of the papers: prepare and promise are phase 1, accept and accepted phase 2.

use std::rc::Rc;

use crate::consensus::read_index::Ask;
use crate::consensus::replicated_log::Snapshot;
use crate::kernel;
use crate::model::log::{Entry, LogIndex, Term};
use crate::model::request::HEADER_BYTES;

/// A message between two servers.
// The discriminant has the width of what stands beside it: see `raft::message`.
#[derive(Clone, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Message {
    /// Would this ballot be promised? Costs no ballot (as Raft's pre-vote: Ongaro 2014, §9.6).
    PreVote {
        /// The ballot that would be asked for.
        ballot: Term,
    },
    /// The answer to that.
    PreVoteReply {
        /// The ballot asked about; of a refusal the one promised.
        ballot: Term,
        /// Whether it would be promised.
        granted: bool,
    },
    /// Phase 1a for every slot at `from` and behind it.
    Prepare {
        /// The proposer's ballot.
        ballot: Term,
        /// The first slot of which the proposer does not know what is chosen.
        from: LogIndex,
        /// Whether the leader wants this, so that it is no reason against it that a leader is heard.
        transfer: bool,
    },
    /// Phase 1b.
    Promise(Rc<Promise>),
    /// The receiver's ballot is below what the sender has promised.
    Refused {
        /// The highest ballot that the sender promised.
        promised: Term,
        /// The ballot of the message refused.
        refused: Term,
    },
    /// Phase 2a for a run of slots, and the leader's heartbeat.
    Accept(Rc<Accept>),
    /// Phase 2b: these values are accepted, durably.
    Accepted {
        /// The ballot they were proposed in.
        ballot: Term,
        /// The first slot of the message answered.
        first: LogIndex,
        /// How many slots it had.
        count: u32,
        /// Every slot up to so many before the last of those is accepted in this ballot or known to be chosen, durably.
        behind: u32,
    },
    /// The answer to a heartbeat: nobody else was promised anything.
    Heard {
        /// The leader's ballot.
        ballot: Term,
        /// The round of the message answered.
        round: u32,
        /// Every slot up to here is accepted in this ballot or known to be chosen, durably.
        through: LogIndex,
    },
    /// As `accepted`, from a server whose disk is new and that has not been taken in again: its word does not count.
    Learned {
        /// The ballot they were proposed in.
        ballot: Term,
        /// Every slot up to here is held durably.
        through: LogIndex,
        /// The round of the heartbeat that it answers; 0: it answers values.
        round: u32,
    },
    /// Asks for a piece of a snapshot.
    Fetch {
        /// The last index of the snapshot; 0 asks for any.
        last_index: LogIndex,
        /// Where the piece is to begin, in bytes.
        offset: u32,
    },
    /// A piece of a snapshot.
    Piece(Rc<Piece>),
    /// A leader wants the receiver to lead (as Raft's: Ongaro 2014, §3.10).
    TimeoutNow {
        /// The leader's ballot.
        ballot: Term,
    },
    /// A server that does not lead asks for a read index.
    ReadIndex {
        /// The ballot it follows.
        ballot: Term,
        /// The question.
        ask: Ask,
    },
    /// The leader led when it got the question, and the state up to `index` is fresh enough.
    ReadIndexReply {
        /// The leader's ballot.
        ballot: Term,
        /// The question answered.
        ask: Ask,
        /// The read index.
        index: LogIndex,
    },
    /// A server with a new disk in the place of a lost one asks to be taken in again.
    Rejoin {
        /// The ballot it follows.
        ballot: Term,
        /// Which of its boots asks.
        boot: u32,
        /// Where a leader's log ended after the disk was lost; 0 asks for it.
        known: LogIndex,
    },
    /// The leader led when it was asked, and its log ends here.
    RejoinReply {
        /// The leader's ballot.
        ballot: Term,
        /// Of the question answered.
        boot: u32,
        /// The last slot it has given a command to.
        index: LogIndex,
    },
}

/// What an acceptor tells with its promise. The acceptor is the sender.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promise {
    /// The ballot promised.
    pub ballot: Term,
    /// What is chosen up to here is in the acceptor's snapshot, and not among `accepted`.
    pub base: LogIndex,
    /// The acceptor does not remember what it did in slots before this one: for those the promise does not count.
    pub since: LogIndex,
    /// Of each slot asked about in which it accepted anything, what it accepted last; slots rising.
    pub accepted: Vec<Vote>,
}

/// What an acceptor accepted last in a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vote {
    /// The slot.
    pub index: LogIndex,
    /// The ballot in which it was proposed to the acceptor.
    pub ballot: Term,
    /// The value.
    pub entry: Entry,
}

/// Values for a run of slots, or none: a heartbeat. The leader is the sender.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accept {
    /// The leader's ballot.
    pub ballot: Term,
    /// The leader's newest round of confirmation; of use in a heartbeat only.
    pub round: u32,
    /// The slot of the first of `entries`.
    pub first: LogIndex,
    /// The values proposed.
    pub entries: Vec<Entry>,
    /// The leader knows that a value is chosen in every slot up to here. Whoever accepted this ballot's value there has it.
    pub commit: LogIndex,
    /// The leader holds what was chosen up to here in a snapshot only.
    pub base: LogIndex,
}

/// A piece of a snapshot; the bytes are not copied but counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// The snapshot.
    pub snapshot: Rc<Snapshot>,
    /// Where the piece begins, in bytes.
    pub offset: u32,
    /// Its length, in bytes.
    pub length: u32,
}

impl Message {
    /// The ballot it speaks of, for traces; a snapshot has none.
    pub fn ballot(&self) -> Option<Term> {
        match self {
            Message::Promise(promise) => Some(promise.ballot),
            Message::Accept(accept) => Some(accept.ballot),
            Message::PreVote { ballot }
            | Message::PreVoteReply { ballot, .. }
            | Message::Prepare { ballot, .. }
            | Message::Refused { promised: ballot, .. }
            | Message::Accepted { ballot, .. }
            | Message::Heard { ballot, .. }
            | Message::Learned { ballot, .. }
            | Message::TimeoutNow { ballot }
            | Message::ReadIndex { ballot, .. }
            | Message::ReadIndexReply { ballot, .. }
            | Message::Rejoin { ballot, .. }
            | Message::RejoinReply { ballot, .. } => Some(*ballot),
            Message::Fetch { .. } | Message::Piece(_) => None,
        }
    }

    /// The first and the last of the slots that it proposes values for or says are accepted, if it does.
    pub fn entries(&self) -> Option<(LogIndex, LogIndex)> {
        let (first, count) = match self {
            Message::Accept(accept) => (accept.first, accept.entries.len() as u64),
            Message::Accepted { first, count, .. } => (*first, u64::from(*count)),
            Message::PreVote { .. }
            | Message::PreVoteReply { .. }
            | Message::Prepare { .. }
            | Message::Promise(_)
            | Message::Refused { .. }
            | Message::Heard { .. }
            | Message::Learned { .. }
            | Message::Fetch { .. }
            | Message::Piece(_)
            | Message::TimeoutNow { .. }
            | Message::ReadIndex { .. }
            | Message::ReadIndexReply { .. }
            | Message::Rejoin { .. }
            | Message::RejoinReply { .. } => return None,
        };
        (count > 0).then(|| (first, LogIndex(first.0 + count - 1)))
    }
}

/// Bytes of a ballot, a length or another small number on the wire.
const WORD: u32 = 8;

impl kernel::Message for Message {
    const NAMES: &'static [&'static str] = &[
        "pre-vote",
        "pre-vote-reply",
        "prepare",
        "promise",
        "refused",
        "heartbeat",
        "accept",
        "accepted",
        "learned",
        "fetch-snapshot",
        "snapshot-piece",
        "timeout-now",
        "read-index",
        "read-index-reply",
        "rejoin",
        "rejoin-reply",
        "heard",
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::PreVote { .. } => 0,
            Message::PreVoteReply { .. } => 1,
            Message::Prepare { .. } => 2,
            Message::Promise(_) => 3,
            Message::Refused { .. } => 4,
            Message::Accept(accept) if accept.entries.is_empty() => 5,
            Message::Accept(_) => 6,
            Message::Accepted { .. } => 7,
            Message::Learned { .. } => 8,
            Message::Fetch { .. } => 9,
            Message::Piece(_) => 10,
            Message::TimeoutNow { .. } => 11,
            Message::ReadIndex { .. } => 12,
            Message::ReadIndexReply { .. } => 13,
            Message::Rejoin { .. } => 14,
            Message::RejoinReply { .. } => 15,
            Message::Heard { .. } => 16,
        }
    }

    fn size(&self) -> u32 {
        let entry_bytes = |entry: &Entry| WORD + entry.command.size();
        HEADER_BYTES
            + match self {
                Message::PreVote { .. } | Message::TimeoutNow { .. } => WORD,
                Message::PreVoteReply { .. }
                | Message::Refused { .. }
                | Message::Learned { .. }
                | Message::Fetch { .. } => 2 * WORD,
                Message::Prepare { .. }
                | Message::Heard { .. }
                | Message::ReadIndex { .. }
                | Message::Rejoin { .. }
                | Message::RejoinReply { .. } => 3 * WORD,
                Message::Accepted { .. } | Message::ReadIndexReply { .. } => 4 * WORD,
                Message::Promise(promise) => {
                    let vote_bytes = |vote: &Vote| 2 * WORD + entry_bytes(&vote.entry);
                    4 * WORD + promise.accepted.iter().map(vote_bytes).sum::<u32>()
                }
                Message::Accept(accept) => 6 * WORD + accept.entries.iter().map(entry_bytes).sum::<u32>(),
                Message::Piece(piece) => 6 * WORD + piece.length,
            }
    }

    fn says(&self) -> String {
        super::words::says(self)
    }
}

const _: () =
    assert!(size_of::<Message>() <= 24, "a message must fit the wire, beside others' and their tag");
