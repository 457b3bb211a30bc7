//! What processes tell their observers: replicas in words that every consensus protocol shares, clients, services.
//!
//! A *prefix digest* covers every entry of a log up to an index, terms included. Two logs agree up to an index
//! exactly when their prefix digests there are equal, so that a check compares one word, not a log.

use crate::kernel::{Digest, Duration, Electorate, Leadership, NodeId, Note, Time};

use super::halt::Halt;
use super::history::{Outcome, SessionId};
use super::log::{LogIndex, Term};
use super::membership::Slots;
use super::op::{Answer, Op};
use super::operation::Objection;
use super::status::Status;
use super::synod::SynodNote;

/// How replicas tell what they hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holding {
    /// A log that grows at its end: `Appended`, `Truncated`, `Synced`.
    Log,
    /// Values in slots that are decided each by itself: `Accepted`.
    Slots,
    /// A promise and one value: `Synod`.
    Decree,
}

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
    /// It has promised to take part in no lower term, and in this one with nobody but `to`: a vote, or an acceptor's
    /// promise. Told at the moment from which another, or it itself, goes by that, and at boot of what the disk holds: a
    /// promise that nobody was told of may be lost in a crash.
    Promised {
        /// The term.
        term: Term,
        /// To whom; `None` if to nobody yet, or if the term tells.
        to: Option<NodeId>,
    },
    /// These promised it the term, itself included, and that was enough: it leads from now on.
    ElectedBy {
        /// The term.
        term: Term,
        /// The ranks of those who did.
        by: Slots,
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
    /// It accepted a value in the slot `index`, durably: the acceptor of Paxos. Told at boot of all that the disk holds.
    Accepted {
        /// The slot.
        index: LogIndex,
        /// The ballot in which it was proposed.
        term: Term,
        /// A digest of the value.
        value: u64,
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
    /// These decide what it commits from now on; told at boot and whenever that changes.
    Configured {
        /// Who votes.
        voters: Slots,
        /// The voters whom they replace, of whom a majority must agree too; none outside of joint consensus.
        outgoing: Slots,
        /// How many of the voters must agree; 0 is a majority.
        quorum: u8,
    },
    /// It has accepted a value that, once it is chosen, has these decide after a while.
    Foreseen {
        /// Who votes then.
        voters: Slots,
        /// How many of them must agree; 0 is a majority.
        quorum: u8,
    },
    /// Its disk is a new one in the place of one that was lost, as it knows: it votes and acknowledges nothing until the
    /// others have taken it in again.
    Recovering,
    /// They have.
    Rejoined,
    /// It is a node of single-decree Paxos, and this is what it does.
    Synod(SynodNote),
    /// It takes part no more until it is restarted. At boot it is the only note: nothing is known of its log.
    Halted {
        /// Why.
        why: Halt,
    },
}

/// What a client asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// An operation on a store.
    Store(Op),
    /// A call of a service.
    Call {
        /// Which of the workload's paths, in the order of the scenario.
        path: u16,
    },
}

/// What a workload's clients tell. The client in `slot` has at most one operation open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientNote {
    /// A client sends the first attempt of an operation.
    Invoked {
        /// Its session's slot.
        slot: u32,
        /// Which of the session's operations it is, as in the request.
        sequence: u32,
        /// Counts the workload's operations from 1.
        number: u32,
        /// The node that is asked first.
        server: NodeId,
        /// When the operation was due to arrive, on the node's clock: earlier than now if the node was paused.
        intended: Time,
        /// What it asks.
        asked: Asked,
    },
    /// A client learned, or gave up learning, how its operation ended.
    Returned {
        /// Its session's slot.
        slot: u32,
        /// How it ended; a call that succeeded is `Ok(Answer::Done)`.
        outcome: Outcome,
        /// How many times it was sent, redirects not counted.
        attempts: u16,
    },
}

/// What an operator tells of its orders, which count from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperatorNote {
    /// It gives an order for the first time.
    Ordered {
        /// Which.
        number: u32,
    },
    /// It learned, or gave up learning, what came of it.
    Ended {
        /// Which.
        number: u32,
        /// What came of it.
        ended: Ended,
        /// How many times it was given.
        attempts: u32,
    },
}

/// What came of an operator's order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// What was wanted holds.
    Done,
    /// It cannot be.
    Refused(Objection),
    /// Nobody said in time: it may hold, or come to hold.
    Unknown,
}

impl Ended {
    /// The word for it: `ok`, `fail` or `unknown`, as for an operation of a client.
    pub fn outcome(self) -> &'static str {
        match self {
            Ended::Done => "ok",
            Ended::Refused(_) => "fail",
            Ended::Unknown => "unknown",
        }
    }

    /// Why it ended so, in words; empty if it is done.
    pub fn reason(self) -> String {
        match self {
            Ended::Done => String::new(),
            Ended::Refused(objection) => objection.to_string(),
            Ended::Unknown => "timeout".to_owned(),
        }
    }
}

/// What a server tells of the requests at it. A request is in a *frame*, and so is each of its parallel branches; its calls of others
/// are by their slots. Times are those of the notes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServiceNote {
    /// A request has come and was taken.
    Taken {
        /// Its frame.
        frame: u32,
        /// Who called.
        caller: NodeId,
        /// The caller's slot.
        call: u32,
        /// Which use of that slot.
        sequence: u32,
        /// Requests at the server now, this one included.
        in_system: u32,
    },
    /// A request has come and was not taken.
    Refused {
        /// Why.
        status: Status,
    },
    /// An attempt of a call begins.
    Called {
        /// The call.
        call: u32,
        /// Which use of its slot.
        sequence: u32,
        /// The frame that makes it.
        frame: u32,
        /// Which attempt, counted from 1.
        attempt: u16,
        /// Where it goes.
        to: NodeId,
    },
    /// A call has ended, and its frame goes on.
    Heard {
        /// The call.
        call: u32,
        /// The frame that made it.
        frame: u32,
        /// How it ended.
        status: Status,
    },
    /// A branch of a frame begins.
    Forked {
        /// The branch.
        frame: u32,
        /// Whose.
        parent: u32,
    },
    /// A branch has ended.
    Joined {
        /// The branch.
        frame: u32,
        /// Whose.
        parent: u32,
        /// Whether the frame whose branch it is has waited for it, and for no other any more.
        decides: bool,
        /// Time that its work needed on an unloaded core of the server.
        service: Duration,
    },
    /// Nothing of a request is left to be done.
    Finished {
        /// Its frame.
        frame: u32,
        /// Whether that answers its caller, who was not told before.
        is_answer: bool,
        /// How it ended.
        status: Status,
        /// Time that its work needed on an unloaded core of the server.
        service: Duration,
    },
    /// It asks a store, or learned what came of that: a session's operation like any client's.
    Store(ClientNote),
}

impl Note for ClientNote {
    /// In line: which note it is, is known where it is told.
    #[inline(always)]
    fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        match *self {
            ClientNote::Invoked { slot, sequence, number, server, intended, asked } => {
                digest.absorb(1 << 32 | u64::from(slot));
                digest.absorb(u64::from(sequence) << 32 | u64::from(number));
                digest.absorb(u64::from(server.0));
                digest.absorb(intended.0);
                match asked {
                    Asked::Store(op) => op.absorb_into(&mut digest),
                    Asked::Call { path } => digest.absorb(u64::from(path)),
                }
            }
            ClientNote::Returned { slot, outcome, attempts } => {
                digest.absorb(2 << 32 | u64::from(slot));
                let (kind, detail) = match outcome {
                    Outcome::Ok(Answer::Done) => (0, 0),
                    Outcome::Ok(Answer::Read(reading)) => (1, reading.digest()),
                    Outcome::Ok(Answer::Mismatch(reading)) => (2, reading.digest()),
                    Outcome::Fail(reason) => (3, reason as u64),
                    Outcome::Unknown(reason) => (4, reason as u64),
                };
                digest.absorb(u64::from(attempts) << 8 | kind);
                digest.absorb(detail);
            }
        }
        digest.value()
    }
}

impl Note for OperatorNote {
    fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        match *self {
            OperatorNote::Ordered { number } => digest.absorb(u64::from(number)),
            OperatorNote::Ended { number, ended, attempts } => {
                let ended = match ended {
                    Ended::Done => 1,
                    Ended::Unknown => 2,
                    Ended::Refused(objection) => 3 + objection as u64,
                };
                digest.absorb(ended << 32 | u64::from(number));
                digest.absorb(u64::from(attempts));
            }
        }
        digest.value()
    }
}

impl Note for ServiceNote {
    /// In line, as of [`ClientNote`].
    #[inline(always)]
    fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        let pair = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        let words = match *self {
            ServiceNote::Taken { frame, caller, call, sequence, in_system } => {
                [1 | u64::from(sequence) << 32, pair(frame, caller.0), pair(call, in_system)]
            }
            ServiceNote::Refused { status } => [2, status as u64, 0],
            ServiceNote::Called { call, sequence, frame, attempt, to } => {
                [3 | u64::from(attempt) << 8, pair(call, frame), pair(sequence, to.0)]
            }
            ServiceNote::Heard { call, frame, status } => [4, pair(call, frame), status as u64],
            ServiceNote::Forked { frame, parent } => [5, pair(frame, parent), 0],
            ServiceNote::Joined { frame, parent, decides, service } => {
                [6 | u64::from(decides) << 8, pair(frame, parent), service.0]
            }
            ServiceNote::Finished { frame, is_answer, status, service } => {
                [7 | u64::from(is_answer) << 8, pair(frame, status as u32), service.0]
            }
            ServiceNote::Store(note) => return note.digest(),
        };
        words.into_iter().for_each(|word| digest.absorb(word));
        digest.value()
    }
}

impl Note for ConsensusNote {
    fn digest(&self) -> u64 {
        let mut digest = Digest::new();
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
            ConsensusNote::Configured { voters, outgoing, quorum } => {
                (13, [voters.0, outgoing.0, u64::from(quorum)])
            }
            ConsensusNote::Foreseen { voters, quorum } => (18, [voters.0, u64::from(quorum), 0]),
            ConsensusNote::Recovering => (14, [0; 3]),
            ConsensusNote::Rejoined => (15, [0; 3]),
            ConsensusNote::Accepted { index, term, value } => (16, [index.0, u64::from(term.0), value]),
            ConsensusNote::Promised { term, to } => {
                (19, [u64::from(term.0), to.map_or(0, |node| 1 + u64::from(node.0)), 0])
            }
            ConsensusNote::ElectedBy { term, by } => (20, [u64::from(term.0), by.0, 0]),
            ConsensusNote::Synod(note) => {
                note.absorb_into(&mut digest);
                (17, [0; 3])
            }
            ConsensusNote::Halted { why } => {
                why.absorb_into(&mut digest);
                (12, [0; 3])
            }
        };
        digest.absorb(kind);
        words.into_iter().for_each(|word| digest.absorb(word));
        digest.value()
    }

    fn leadership(&self) -> Option<Leadership> {
        match *self {
            ConsensusNote::BecameLeader { term, .. } => Some(Leadership::Gained { term: term.0.into() }),
            ConsensusNote::SteppedDown { .. } => Some(Leadership::Lost),
            ConsensusNote::Halted { .. } => Some(Leadership::Halted),
            ConsensusNote::Configured { voters, outgoing, quorum } => {
                Some(Leadership::ElectedBy(electorate(voters, outgoing, quorum)))
            }
            ConsensusNote::Foreseen { voters, quorum } => {
                Some(Leadership::MayBeElectedBy(electorate(voters, Slots::NONE, quorum)))
            }
            ConsensusNote::Recovering => Some(Leadership::VoteLost),
            ConsensusNote::Rejoined => Some(Leadership::VoteRegained),
            ConsensusNote::Campaigned { .. }
            | ConsensusNote::Promised { .. }
            | ConsensusNote::ElectedBy { .. }
            | ConsensusNote::Appended { .. }
            | ConsensusNote::Truncated { .. }
            | ConsensusNote::Synced { .. }
            | ConsensusNote::Committed { .. }
            | ConsensusNote::Applied { .. }
            | ConsensusNote::Served { .. }
            | ConsensusNote::Installed { .. }
            | ConsensusNote::Compacted { .. }
            | ConsensusNote::Synod(_)
            | ConsensusNote::Accepted { .. } => None,
        }
    }
}

/// Who can elect and decide, where so many of the voters decide (0: a majority), and enough elect to meet each of those.
fn electorate(voters: Slots, outgoing: Slots, quorum: u8) -> Electorate {
    let least = u32::from(quorum);
    let meeting = if least == 0 { 0 } else { (voters.len() as u32 + 1).saturating_sub(least) };
    Electorate { voters: voters.0, outgoing: outgoing.0, quorum: least.max(meeting) }
}

fn of_operation(index: LogIndex, session: SessionId, sequence: u32) -> [u64; 3] {
    [index.0, u64::from(session.node.0) << 32 | u64::from(session.slot), u64::from(sequence)]
}
