//! What Raft servers say to each other (Figures 2 and 13), made for a network that loses, repeats and reorders:
//! a reply names what it answers.

use std::rc::Rc;

use crate::consensus::read_index::Ask;
use crate::consensus::replicated_log::Snapshot;
use crate::kernel;
use crate::model::log::{Entry, LogIndex, Term};
use crate::model::request::HEADER_BYTES;

/// A message between two servers.
// The discriminant has the width of what stands beside it: with one of a byte, all messages of the world would be copied
// in odd pieces, and loads that span two pieces wait for the stores before them (docs/adr/0006).
#[derive(Clone, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Message {
    /// A candidate's RequestVote (§5.2), or the question whether it would be granted (dissertation §9.6).
    RequestVote(RequestVote),
    /// The answer to a RequestVote.
    VoteReply {
        /// The voter's term; of a granted pre-vote the term asked for.
        term: Term,
        /// Whether the vote is granted.
        granted: bool,
        /// Whether it answers a pre-vote.
        pre_vote: bool,
    },
    /// A leader's AppendEntries (§5.3).
    AppendEntries(Rc<AppendEntries>),
    /// The follower's log holds everything up to `match_index` as the leader's does, durably.
    AppendAccepted {
        /// The follower's term.
        term: Term,
        /// The round of the message answered.
        round: u32,
        /// `prev_log_index` plus the number of entries of the message answered: never more than was sent.
        match_index: LogIndex,
        /// Whether the follower's disk is new and it has not been taken in again: it learns, and its word does not count.
        is_learning: bool,
    },
    /// The follower's log does not hold the previous entry, or the sender is deposed.
    AppendRejected {
        /// The follower's term.
        term: Term,
        /// The round of the message answered; 0 when the sender is deposed.
        round: u32,
        /// The term of the follower's entry at `prev_log_index`; 0 if its log ends before it.
        conflict_term: Term,
        /// `prev_log_index` of the message answered.
        prev_log_index: LogIndex,
        /// The follower's first index of `conflict_term`, or where its log ends.
        conflict_index: LogIndex,
    },
    /// A piece of a leader's snapshot (§7).
    InstallSnapshot(Rc<InstallSnapshot>),
    /// How much of a snapshot the follower holds.
    SnapshotReply {
        /// The follower's term.
        term: Term,
        /// The round of the message answered; 0 when the sender is deposed.
        round: u32,
        /// Bytes received without a gap; the snapshot's size once it is durable and installed.
        received: u32,
        /// The snapshot's last index.
        last_index: LogIndex,
    },
    /// A leader wants the receiver to lead (dissertation §3.10).
    TimeoutNow {
        /// The leader's term.
        term: Term,
    },
    /// A follower asks for a read index (dissertation §6.4).
    ReadIndex {
        /// The follower's term.
        term: Term,
        /// Counts the follower's questions.
        ask: Ask,
    },
    /// The leader led when it got the question, and the state up to `index` is fresh enough.
    ReadIndexReply {
        /// The leader's term.
        term: Term,
        /// The question answered.
        ask: Ask,
        /// The read index.
        index: LogIndex,
    },
    /// A server with a new disk in the place of a lost one asks to be taken in again.
    Rejoin {
        /// The server's term.
        term: Term,
        /// Counts the server's boots.
        boot: u32,
        /// Where a leader's log ended after the disk was lost; 0 asks for it.
        known: LogIndex,
    },
    /// The leader led when it was asked, and its log ends here.
    RejoinReply {
        /// The leader's term.
        term: Term,
        /// The boot in which it was asked.
        boot: u32,
        /// The last index.
        index: LogIndex,
    },
}

/// A candidate's question. The candidate is the sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestVote {
    /// The candidate's term; of a pre-vote the term it would campaign for.
    pub term: Term,
    /// The term of its last entry.
    pub last_log_term: Term,
    /// The index of its last entry.
    pub last_log_index: LogIndex,
    /// Whether only the readiness to vote is asked.
    pub pre_vote: bool,
    /// Whether the leader wants this election, so that it is no reason against it that a leader is heard (dissertation
    /// §4.2.3).
    pub transfer: bool,
}

/// Entries for a follower, or none: a heartbeat. The leader is the sender.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppendEntries {
    /// The leader's term.
    pub term: Term,
    /// The leader's newest round of confirmation (dissertation §6.4).
    pub round: u32,
    /// The entry that stands before `entries`.
    pub prev_log_index: LogIndex,
    /// Its term.
    pub prev_log_term: Term,
    /// What follows it.
    pub entries: Vec<Entry>,
    /// The leader's commit index.
    pub leader_commit: LogIndex,
}

impl AppendEntries {
    /// The index of its last entry, or of the one before it if it has none.
    #[inline]
    pub fn last_index(&self) -> LogIndex {
        LogIndex(self.prev_log_index.0 + self.entries.len() as u64)
    }
}

/// A piece of a snapshot. The leader is the sender; the bytes are not copied but counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InstallSnapshot {
    /// The leader's term.
    pub term: Term,
    /// The leader's newest round of confirmation.
    pub round: u32,
    /// The snapshot.
    pub snapshot: Rc<Snapshot>,
    /// Where the piece begins, in bytes.
    pub offset: u32,
    /// Its length, in bytes.
    pub length: u32,
}

impl InstallSnapshot {
    /// Whether the piece is the snapshot's last.
    pub fn done(&self) -> bool {
        self.offset + self.length >= self.snapshot.size
    }
}

impl Message {
    /// The sender's term; of a pre-vote and its grant the term asked for.
    #[inline]
    pub fn term(&self) -> Term {
        match self {
            Message::RequestVote(request) => request.term,
            Message::AppendEntries(append) => append.term,
            Message::InstallSnapshot(install) => install.term,
            Message::VoteReply { term, .. }
            | Message::AppendAccepted { term, .. }
            | Message::AppendRejected { term, .. }
            | Message::SnapshotReply { term, .. }
            | Message::TimeoutNow { term }
            | Message::ReadIndex { term, .. }
            | Message::ReadIndexReply { term, .. }
            | Message::Rejoin { term, .. }
            | Message::RejoinReply { term, .. } => *term,
        }
    }

    /// The first and the last of the entries that it brings, if it does.
    pub fn entries(&self) -> Option<(LogIndex, LogIndex)> {
        let Message::AppendEntries(append) = self else { return None };
        (!append.entries.is_empty()).then(|| (append.prev_log_index.next(), append.last_index()))
    }
}

/// Bytes of a term, a length or another small number on the wire.
const WORD: u32 = 8;

impl kernel::Message for Message {
    const NAMES: &'static [&'static str] = &[
        "pre-vote",
        "request-vote",
        "pre-vote-reply",
        "vote-reply",
        "heartbeat",
        "append-entries",
        "append-accepted",
        "append-rejected",
        "install-snapshot",
        "snapshot-reply",
        "timeout-now",
        "read-index",
        "read-index-reply",
        "rejoin",
        "rejoin-reply",
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::RequestVote(RequestVote { pre_vote: true, .. }) => 0,
            Message::RequestVote(_) => 1,
            Message::VoteReply { pre_vote: true, .. } => 2,
            Message::VoteReply { .. } => 3,
            Message::AppendEntries(append) if append.entries.is_empty() => 4,
            Message::AppendEntries(_) => 5,
            Message::AppendAccepted { .. } => 6,
            Message::AppendRejected { .. } => 7,
            Message::InstallSnapshot(_) => 8,
            Message::SnapshotReply { .. } => 9,
            Message::TimeoutNow { .. } => 10,
            Message::ReadIndex { .. } => 11,
            Message::ReadIndexReply { .. } => 12,
            Message::Rejoin { .. } => 13,
            Message::RejoinReply { .. } => 14,
        }
    }

    fn size(&self) -> u32 {
        HEADER_BYTES
            + match self {
                Message::RequestVote(_) | Message::SnapshotReply { .. } => 4 * WORD,
                Message::TimeoutNow { .. } => WORD,
                Message::VoteReply { .. } | Message::ReadIndex { .. } => 2 * WORD,
                Message::AppendEntries(append) => {
                    let entry_bytes = |entry: &Entry| WORD + entry.command.size();
                    6 * WORD + append.entries.iter().map(entry_bytes).sum::<u32>()
                }
                Message::AppendAccepted { .. }
                | Message::ReadIndexReply { .. }
                | Message::Rejoin { .. }
                | Message::RejoinReply { .. } => 3 * WORD,
                Message::AppendRejected { .. } => 5 * WORD,
                Message::InstallSnapshot(install) => 7 * WORD + install.length,
            }
    }

    fn says(&self) -> String {
        super::words::says(self)
    }
}

const _: () = assert!(size_of::<Message>() <= 32, "a message must fit the wire");
