//! What callers and services say to each other.

use std::fmt;
use std::rc::Rc;

use crate::kernel::Message;
use crate::model::op::Key;
use crate::model::operation::{Order, OrderReply};
use crate::model::request::{HEADER_BYTES, Reply, Request};
use crate::model::status::Status;

use super::balancing::Report;

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

/// What is said beside calls: connections, what balancers and instances tell each other, and what both say to registries.
#[derive(Clone, PartialEq, Eq, Debug)]
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
    /// Asks an instance whether it is there and how much it has to do.
    Probe(Probe),
    /// It is, and so much.
    Report {
        /// What was asked.
        probe: Probe,
        /// What there is to tell.
        report: Report,
    },
    /// An instance has run out of work.
    Idle,
    /// An instance is there: to a registry, once and again.
    Register,
    /// An instance leaves: to a registry.
    Deregister,
    /// A registry has taken note of either.
    Noted {
        /// Of which.
        is_registered: bool,
    },
    /// Asks a registry who is there.
    Lookup {
        /// The asker's channel.
        channel: u16,
        /// What for, by the registry's number.
        query: u16,
        /// Which round of the channel's questions it is of.
        round: u32,
    },
    /// These are.
    Listing {
        /// The asker's channel.
        channel: u16,
        /// The round that was asked in.
        round: u32,
        /// Who is there.
        listing: Rc<Listing>,
    },
}

/// What a registry knows of a service, or of those of its instances that were asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Those whose registration counts, by their place among those asked for, ascending.
    pub live: Vec<u32>,
    /// Whether any is registered, even if all have lapsed.
    pub is_known: bool,
}

/// Bytes of an instance in a [`Listing`]: an address, a port, a version and a few labels.
const ENTRY_BYTES: u32 = 64;

/// A question to an instance, as its asker knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Probe {
    /// The asker's channel.
    pub channel: u16,
    /// What it is asked for.
    pub purpose: Purpose,
    /// The instance's place in the channel.
    pub place: u32,
    /// Which round of such questions it is of.
    pub round: u32,
}

/// What an instance is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To know how much it has to do.
    View,
    /// To know whether it is there.
    Health,
}

impl Control {
    /// The names of its kinds.
    pub const NAMES: &'static [&'static str] = &[
        "connect",
        "connected",
        "probe",
        "report",
        "idle",
        "register",
        "deregister",
        "noted",
        "lookup",
        "listing",
    ];

    /// The kind's place among the names.
    pub fn kind(&self) -> u16 {
        match self {
            Control::Connect { .. } => 0,
            Control::Connected { .. } => 1,
            Control::Probe(_) => 2,
            Control::Report { .. } => 3,
            Control::Idle => 4,
            Control::Register => 5,
            Control::Deregister => 6,
            Control::Noted { .. } => 7,
            Control::Lookup { .. } => 8,
            Control::Listing { .. } => 9,
        }
    }

    /// Size on the wire, in bytes.
    pub fn wire_size(&self) -> u32 {
        match self {
            Control::Connect { .. } | Control::Connected { .. } | Control::Idle => HEADER_BYTES,
            Control::Probe(_) | Control::Report { .. } | Control::Lookup { .. } => HEADER_BYTES + 16,
            Control::Register | Control::Deregister => HEADER_BYTES + ENTRY_BYTES,
            Control::Noted { .. } => HEADER_BYTES,
            Control::Listing { listing, .. } => HEADER_BYTES + 8 + ENTRY_BYTES * listing.live.len() as u32,
        }
    }
}

impl fmt::Display for Control {
    /// Of a report and a listing what it tells; of the others nothing beyond the kind's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Control::Report { report, .. } => write!(f, "{} in the system", report.in_system),
            Control::Listing { listing, .. } => write!(f, "{} instances", listing.live.len()),
            Control::Connect { .. } | Control::Connected { .. } | Control::Probe(_) | Control::Idle => Ok(()),
            Control::Register | Control::Deregister | Control::Noted { .. } | Control::Lookup { .. } => {
                Ok(())
            }
        }
    }
}

/// A service's side of the wire: calls it takes, makes and answers, and what it asks of stores.
#[derive(Clone, Debug)]
pub enum ServiceMessage {
    /// A call.
    Call(Call),
    /// Its answer.
    Answered(Answered),
    /// A request to a store that the service calls.
    Request(Request),
    /// The store's reply.
    Reply(Reply),
    /// What an operator asks.
    Order(Rc<Order>),
    /// The answer to that.
    OrderReply(OrderReply),
    /// Whatever is none of these.
    Control(Control),
}

impl Message for ServiceMessage {
    const NAMES: &'static [&'static str] = &["call", "answered", "request", "reply", "order", "order-reply"];

    fn kind(&self) -> u16 {
        match self {
            ServiceMessage::Call(_) => 0,
            ServiceMessage::Answered(_) => 1,
            ServiceMessage::Request(_) => 2,
            ServiceMessage::Reply(_) => 3,
            ServiceMessage::Order(_) => 4,
            ServiceMessage::OrderReply(_) => 5,
            ServiceMessage::Control(control) => 6 + control.kind(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            ServiceMessage::Control(control) => Control::NAMES[usize::from(control.kind())],
            ServiceMessage::Call(_)
            | ServiceMessage::Answered(_)
            | ServiceMessage::Request(_)
            | ServiceMessage::Reply(_)
            | ServiceMessage::Order(_)
            | ServiceMessage::OrderReply(_) => Self::NAMES[usize::from(self.kind())],
        }
    }

    fn size(&self) -> u32 {
        match self {
            ServiceMessage::Call(call) => call.bytes,
            ServiceMessage::Answered(answered) => answered.bytes,
            ServiceMessage::Request(request) => request.wire_size(),
            ServiceMessage::Reply(reply) => reply.wire_size(),
            ServiceMessage::Order(_) => Order::WIRE_SIZE,
            ServiceMessage::OrderReply(_) => OrderReply::WIRE_SIZE,
            ServiceMessage::Control(control) => control.wire_size(),
        }
    }
}

const _: () = assert!(size_of::<Call>() <= 28 && size_of::<Answered>() <= 28, "they must fit a 32-byte wire");
