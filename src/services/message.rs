//! What callers and services say to each other.

use std::fmt;

use crate::kernel::Message;
use crate::model::op::Key;
use crate::model::request::{HEADER_BYTES, Reply, Request};
use crate::model::status::Status;

/// A call of a service. It names its request for ever, so that what belongs to that (its work, its branches) is drawn the same
/// way whichever server it reaches and however often it is retried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call {
    /// The caller's slot; it comes back in the answer.
    pub slot: u32,
    /// Tells the uses of a slot apart.
    pub sequence: u32,
    /// Counts the operations of the request's workload, from 1.
    pub number: u32,
    /// The key that the request concerns.
    pub key: Key,
    /// Which call of the request it is: a hash of the way to it through the request's tree of calls. Retries keep it.
    pub span: u32,
    /// Size on the wire, in bytes.
    pub bytes: u32,
    /// The kind of request, by its place among those of all workloads ([`super::request::Classes`]).
    pub class: u16,
    /// Calls between the client and this one.
    pub depth: u8,
    /// Whether it is answered as soon as it is taken, and served afterwards.
    pub is_one_way: bool,
}

impl Call {
    /// One number for the request, for keyed draws.
    #[inline]
    pub fn request(&self) -> u64 {
        u64::from(self.class) << 32 | u64::from(self.number)
    }

    /// Usual size on the wire, in bytes: headers and a small request.
    pub const WIRE_SIZE: u32 = HEADER_BYTES + 200;
}

/// The answer to a [`Call`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The slot of the call.
    pub slot: u32,
    /// The sequence number of the call.
    pub sequence: u32,
    /// Size on the wire, in bytes.
    pub bytes: u32,
    /// How it ended.
    pub status: Status,
    /// Whether it had no effect, for sure: never of one that is `ok`.
    pub is_void: bool,
}

impl Answered {
    /// Usual size on the wire, in bytes: headers and a small response.
    pub const WIRE_SIZE: u32 = HEADER_BYTES + 100;
}

/// What is said beside calls: connections, what balancers ask of instances, and what instances tell them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// Opens a connection, for a call in this slot of the caller.
    Connect {
        /// The slot.
        slot: u32,
        /// Tells the uses of a slot apart.
        sequence: u32,
    },
    /// It is open.
    Connected {
        /// The slot of the call.
        slot: u32,
        /// Its sequence number.
        sequence: u32,
    },
}

impl Control {
    /// The names of its kinds.
    pub const NAMES: &'static [&'static str] = &["connect", "connected"];

    /// The kind's place among the names.
    pub fn kind(&self) -> u16 {
        match self {
            Control::Connect { .. } => 0,
            Control::Connected { .. } => 1,
        }
    }

    /// Size on the wire, in bytes.
    pub fn wire_size(&self) -> u32 {
        match self {
            Control::Connect { .. } | Control::Connected { .. } => HEADER_BYTES,
        }
    }
}

impl fmt::Display for Control {
    /// Nothing beyond the kind's name.
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// A service's side of the wire: calls it takes, makes and answers, and what it asks of stores.
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
    /// Whatever is neither.
    Control(Control),
}

impl Message for ServiceMessage {
    const NAMES: &'static [&'static str] = &["call", "answered", "request", "reply", "connect", "connected"];

    fn kind(&self) -> u16 {
        match self {
            ServiceMessage::Call(_) => 0,
            ServiceMessage::Answered(_) => 1,
            ServiceMessage::Request(_) => 2,
            ServiceMessage::Reply(_) => 3,
            ServiceMessage::Control(control) => 4 + control.kind(),
        }
    }

    fn size(&self) -> u32 {
        match self {
            ServiceMessage::Call(call) => call.bytes,
            ServiceMessage::Answered(answered) => answered.bytes,
            ServiceMessage::Request(request) => request.wire_size(),
            ServiceMessage::Reply(reply) => reply.wire_size(),
            ServiceMessage::Control(control) => control.wire_size(),
        }
    }
}

const _: () = assert!(size_of::<Call>() <= 28 && size_of::<Answered>() <= 28, "they must fit a 32-byte wire");
