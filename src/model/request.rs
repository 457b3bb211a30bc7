//! What clients and stores say to each other.

use std::fmt;

use crate::kernel::NodeId;

use super::history::SessionId;
use super::op::{Answer, Op};

/// Bytes of headers that every message carries besides its payload: Ethernet, IP and a small frame of ours.
pub const HEADER_BYTES: u32 = 64;

/// A client's request to a store. Its session is the pair of the sending node and `slot`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// The client's slot on its node.
    pub slot: u32,
    /// Counts the session's operations from 1; a retry keeps the number, so that it is applied once.
    pub sequence: u32,
    /// What is asked.
    pub op: Op,
    /// Size of the value that is written, in bytes; 0 for a read.
    pub size: u32,
}

impl Request {
    /// Size on the wire, in bytes.
    pub fn wire_size(&self) -> u32 {
        HEADER_BYTES + 32 + self.size
    }
}

impl Reply {
    /// Size on the wire, in bytes.
    pub fn wire_size(&self) -> u32 {
        HEADER_BYTES + 32
    }
}

impl fmt::Display for Request {
    /// The operation, and whose it is on its node: `write k1 = 5 of #3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of #{}", self.op, SessionId::client(self.slot) + 1)
    }
}

impl fmt::Display for Reply {
    /// `to #3: 41`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to #{}: ", SessionId::client(self.slot) + 1)?;
        match self.response {
            Response::Ok(answer) => answer.fmt(f),
            Response::Redirect { leader: Some(_) } => f.write_str("another leads"),
            Response::Redirect { leader: None } => f.write_str("no leader is known"),
            Response::Rejected => f.write_str("refused, a limit was reached"),
        }
    }
}

/// A store's reply to a [`Request`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The slot of the request.
    pub slot: u32,
    /// The sequence number of the request.
    pub sequence: u32,
    /// What came of it.
    pub response: Response,
}

/// What came of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Response {
    /// It took effect, once.
    Ok(Answer),
    /// This node cannot serve it and it had no effect here; `leader` may.
    Redirect {
        /// The node believed to lead, if any is known.
        leader: Option<NodeId>,
    },
    /// It was refused and had no effect: a limit was reached.
    Rejected,
}

const _: () = assert!(size_of::<Request>() <= 28 && size_of::<Reply>() <= 28, "they must fit a 32-byte wire");
