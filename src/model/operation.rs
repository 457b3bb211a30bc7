//! What an operator asks of a system: to change who takes part in it, or who leads it.
//!
//! A request names the state that is wanted, not a step, so that it can be repeated, to any node, until it holds.

use std::fmt;

use crate::kernel::NodeId;

use super::membership::Slots;
use super::request::HEADER_BYTES;

/// A state that an operator wants. Nodes are named by their slots in the system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// These take part, as voters or as learners; `out` do not.
    Change {
        /// Who is to vote.
        voters: Slots,
        /// Who is to learn without a vote.
        learners: Slots,
        /// Who is to take part no more.
        out: Slots,
        /// How many must be left to vote; at least one must.
        at_least: u8,
    },
    /// The node of this slot leads.
    Transfer {
        /// Who is to lead.
        to: u8,
    },
    /// This instance of a service is registered, or is not: it is asked itself.
    Register {
        /// The instance.
        node: NodeId,
        /// Whether it is to be registered.
        is_registered: bool,
    },
}

impl fmt::Display for Operation {
    /// `voters 1,2,3, learners 4, out 5`, `4 is to lead`: nodes by their place in the system, from 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Operation::Change { voters, learners, out, .. } => {
                let groups = [("voters", voters), ("learners", learners), ("out", out)];
                let named = groups.into_iter().filter(|(_, slots)| *slots != Slots::NONE);
                let named: Vec<String> =
                    named.map(|(what, slots)| format!("{what} {}", slots.numbers())).collect();
                f.write_str(&named.join(", "))
            }
            Operation::Transfer { to } => write!(f, "{} is to lead", u32::from(to) + 1),
            Operation::Register { is_registered: true, .. } => f.write_str("register"),
            Operation::Register { is_registered: false, .. } => f.write_str("deregister"),
        }
    }
}

/// How far an operation has come, as far as the node that is asked knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// What is wanted holds, and will survive this node.
    Done,
    /// It is being worked on; the node says so when it is done.
    Working,
    /// This node does not lead.
    NotLeader {
        /// The node believed to lead, if any is known.
        leader: Option<NodeId>,
    },
    /// It cannot be done.
    Refused(Objection),
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Progress::Done => f.write_str("done"),
            Progress::Working => f.write_str("being worked on"),
            Progress::NotLeader { .. } => f.write_str("another must be asked"),
            Progress::Refused(objection) => objection.fmt(f),
        }
    }
}

/// Why an operation cannot be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Objection {
    /// Too few would be left to vote.
    TooFewVoters,
    /// Who is to lead has no vote.
    NotAVoter,
    /// A node is wanted in and out.
    Contradiction,
    /// Who is to lead did not catch up, or win, within an election timeout: the leader has resumed its work.
    TooSlow,
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Objection::TooFewVoters => "too few would be left to vote",
            Objection::NotAVoter => "who is to lead has no vote",
            Objection::Contradiction => "a node is wanted in and out",
            Objection::TooSlow => "who is to lead did not take over in time",
        })
    }
}

/// An operator's request. The operator is the sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// Which of the operator's operations it is.
    pub number: u32,
    /// What is wanted.
    pub operation: Operation,
}

/// The answer to an [`Order`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderReply {
    /// The number of the order.
    pub number: u32,
    /// How far it has come.
    pub progress: Progress,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order {}: {}", self.number, self.operation)
    }
}

impl fmt::Display for OrderReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order {}: {}", self.number, self.progress)
    }
}

impl Order {
    /// Bytes on the wire.
    pub const WIRE_SIZE: u32 = HEADER_BYTES + 32;
}

impl OrderReply {
    /// Bytes on the wire.
    pub const WIRE_SIZE: u32 = HEADER_BYTES + 16;
}
