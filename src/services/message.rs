//! What callers and services say to each other.

use crate::kernel::Message;
use crate::model::op::Key;
use crate::model::request::{HEADER_BYTES, Reply, Request};

/// Names a request for ever, so that what belongs to it (its work, its key) is drawn the same way whichever server
/// it reaches and however often it is retried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RequestId {
    /// The workload, by its position among the systems of the run.
    pub workload: u16,
    /// Counts the workload's operations from 1.
    pub number: u32,
}

impl RequestId {
    /// One number for both, for keyed draws.
    pub fn key(self) -> u64 {
        u64::from(self.workload) << 32 | u64::from(self.number)
    }
}

/// A call of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call {
    /// The caller's slot; it comes back in the answer.
    pub slot: u32,
    /// Tells the uses of a slot apart.
    pub sequence: u32,
    /// Which request it is part of.
    pub request: RequestId,
    /// Which of the workload's paths.
    pub path: u16,
    /// The key that its calls of stores concern.
    pub key: Key,
}

impl Call {
    /// Size on the wire, in bytes: headers and a small request.
    pub const WIRE_SIZE: u32 = HEADER_BYTES + 200;
}

impl Answered {
    /// Size on the wire, in bytes: headers and a small response.
    pub const WIRE_SIZE: u32 = HEADER_BYTES + 100;
}

/// The answer to a [`Call`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The slot of the call.
    pub slot: u32,
    /// The sequence number of the call.
    pub sequence: u32,
    /// How it ended.
    pub status: Status,
}

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    /// It was served.
    Ok,
    /// It was refused before any work: a full queue.
    Refused,
    /// What it needed did not answer: it may have had effects.
    Failed,
}

impl Status {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Refused => "refused",
            Status::Failed => "failed",
        }
    }
}

/// A service's side of the wire: calls it takes and answers, and what it asks of stores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServiceMessage {
    /// A call.
    Call(Call),
    /// Its answer.
    Answered(Answered),
    /// A request to a store that the service calls.
    Request(Request),
    /// The store's reply.
    Reply(Reply),
}

impl Message for ServiceMessage {
    const NAMES: &'static [&'static str] = &["call", "answered", "request", "reply"];

    fn kind(&self) -> u16 {
        match self {
            ServiceMessage::Call(_) => 0,
            ServiceMessage::Answered(_) => 1,
            ServiceMessage::Request(_) => 2,
            ServiceMessage::Reply(_) => 3,
        }
    }

    fn size(&self) -> u32 {
        match self {
            ServiceMessage::Call(_) => Call::WIRE_SIZE,
            ServiceMessage::Answered(_) => Answered::WIRE_SIZE,
            ServiceMessage::Request(request) => request.wire_size(),
            ServiceMessage::Reply(reply) => reply.wire_size(),
        }
    }
}
