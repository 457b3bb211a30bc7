//! What goes over the network of a simulated world, and what its nodes write, note and are told.
//!
//! Any mix of systems shares one world, so all messages are one small enum. Each process is written against its own
//! message type and knows nothing of this one; [`Member`] says how the two meet. A wire is not one-to-one with a
//! role: stores, services and clients share requests and replies.

use std::rc::Rc;

use crate::consensus::multi_paxos::{self, MultiPaxos};
use crate::consensus::raft::{self, Raft};
use crate::consensus::replica::{self, Replica};
use crate::consensus::synod::{self, Synod};
use crate::kernel::{Message, NodeId, Process};
use crate::model::history::SessionId;
use crate::model::log::LogIndex;
use crate::model::note::{ClientNote, ConsensusNote, OperatorNote, ServiceNote};
use crate::model::operation::{Order, OrderReply};
use crate::model::request::{Reply, Request};
use crate::services::message::{Answered, Call, Control, ServiceMessage};
use crate::services::registry::Registry;
use crate::services::server::Server;
use crate::workloads::client::Clients;
use crate::workloads::operator::{Operator, OperatorMessage};

use super::kinds::Kind;

/// A message of the simulated world; `X` are the messages of a user's own process.
#[derive(Clone, Debug)]
pub enum Wire<X> {
    /// A client's request to a store.
    Request(Request),
    /// A store's reply.
    Reply(Reply),
    /// A call of a service.
    Call(Call),
    /// A service's answer.
    Answered(Answered),
    /// What services say beside calls.
    Control(Control),
    /// An operator's order to a store.
    Order(Rc<Order>),
    /// A store's answer to one.
    OrderReply(OrderReply),
    /// Between Raft replicas.
    Raft(raft::Message),
    /// Between Multi-Paxos replicas.
    MultiPaxos(multi_paxos::Message),
    /// Between nodes of single-decree Paxos.
    Paxos(synod::Message),
    /// Between nodes of a user's own process.
    Custom(X),
}

/// Where the numbers of each protocol's kinds of messages begin.
const RAFT: u16 = 16;
const MULTI_PAXOS: u16 = 48;
const PAXOS: u16 = 80;
const SERVICE: u16 = 112;
const CUSTOM: u16 = 1024;

impl<X: Message> Wire<X> {
    /// The kinds of messages that nodes of a system of this type send and receive: number and name. Names are told apart
    /// within a type, and two types may share one.
    pub fn spoken_by(kind: Kind) -> Vec<(u16, &'static str)> {
        let shared: &[u16] = match kind {
            Kind::Service => &[0, 1, 2, 3, 4, 5],
            Kind::Gateway => &[0, 1, 2, 3],
            Kind::Registry => &[],
            Kind::Raft | Kind::MultiPaxos | Kind::Paxos | Kind::Custom => &[0, 1, 4, 5],
        };
        let mut kinds: Vec<_> =
            shared.iter().map(|&number| (number, Self::NAMES[usize::from(number)])).collect();
        let numbered = |first: u16, names: &[&'static str]| -> Vec<(u16, &'static str)> {
            (first..).zip(names.iter().copied()).collect()
        };
        kinds.extend(match kind {
            Kind::Raft => numbered(RAFT, raft::Message::NAMES),
            Kind::MultiPaxos => numbered(MULTI_PAXOS, multi_paxos::Message::NAMES),
            Kind::Paxos => numbered(PAXOS, synod::Message::NAMES),
            Kind::Custom => numbered(CUSTOM, X::NAMES),
            Kind::Service | Kind::Gateway | Kind::Registry => numbered(SERVICE, Control::NAMES),
        });
        kinds
    }
}

impl<X: Message> Message for Wire<X> {
    /// What systems say to clients, operators and each other; protocols name their own.
    const NAMES: &'static [&'static str] = &["request", "reply", "call", "answered", "order", "order-reply"];

    #[inline]
    fn kind(&self) -> u16 {
        match self {
            Wire::Request(_) => 0,
            Wire::Reply(_) => 1,
            Wire::Call(_) => 2,
            Wire::Answered(_) => 3,
            Wire::Order(_) => 4,
            Wire::OrderReply(_) => 5,
            Wire::Raft(message) => RAFT + message.kind(),
            Wire::MultiPaxos(message) => MULTI_PAXOS + message.kind(),
            Wire::Paxos(message) => PAXOS + message.kind(),
            Wire::Control(control) => SERVICE + control.kind(),
            Wire::Custom(message) => CUSTOM + message.kind(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Wire::Request(_)
            | Wire::Reply(_)
            | Wire::Call(_)
            | Wire::Answered(_)
            | Wire::Order(_)
            | Wire::OrderReply(_) => Self::NAMES[usize::from(self.kind())],
            Wire::Control(control) => Control::NAMES[usize::from(control.kind())],
            Wire::Raft(message) => message.name(),
            Wire::MultiPaxos(message) => message.name(),
            Wire::Paxos(message) => message.name(),
            Wire::Custom(message) => message.name(),
        }
    }

    #[inline]
    fn size(&self) -> u32 {
        match self {
            Wire::Request(request) => request.wire_size(),
            Wire::Reply(reply) => reply.wire_size(),
            Wire::Call(call) => call.bytes,
            Wire::Answered(answered) => answered.bytes,
            Wire::Control(control) => control.wire_size(),
            Wire::Order(_) => Order::WIRE_SIZE,
            Wire::OrderReply(_) => OrderReply::WIRE_SIZE,
            Wire::Raft(message) => message.size(),
            Wire::MultiPaxos(message) => message.size(),
            Wire::Paxos(message) => message.size(),
            Wire::Custom(message) => message.size(),
        }
    }

    fn says(&self) -> String {
        match self {
            Wire::Request(request) => request.to_string(),
            Wire::Reply(reply) => reply.to_string(),
            Wire::Call(call) => format!("request {}", call.number),
            Wire::Answered(answered) => answered.status.name().to_owned(),
            Wire::Control(control) => control.to_string(),
            Wire::Order(order) => order.to_string(),
            Wire::OrderReply(reply) => reply.to_string(),
            Wire::Raft(message) => message.says(),
            Wire::MultiPaxos(message) => message.says(),
            Wire::Paxos(message) => message.says(),
            Wire::Custom(message) => message.says(),
        }
    }
}

impl<X> Wire<X> {
    /// The session that a message from one node to another speaks of: of a request of a store, and of its reply.
    pub fn session(&self, from: NodeId, to: NodeId) -> Option<SessionId> {
        match self {
            Wire::Request(request) => Some(SessionId { node: from, slot: request.slot }),
            Wire::Reply(reply) => Some(SessionId { node: to, slot: reply.slot }),
            Wire::Call(_)
            | Wire::Answered(_)
            | Wire::Control(_)
            | Wire::Order(_)
            | Wire::OrderReply(_)
            | Wire::Raft(_)
            | Wire::MultiPaxos(_)
            | Wire::Paxos(_)
            | Wire::Custom(_) => None,
        }
    }
}

impl<X> Wire<X> {
    /// The first and the last of the entries of a log that a message brings, or tells that they are accepted.
    pub fn entries(&self) -> Option<(LogIndex, LogIndex)> {
        match self {
            Wire::Raft(message) => message.entries(),
            Wire::MultiPaxos(message) => message.entries(),
            Wire::Request(_)
            | Wire::Reply(_)
            | Wire::Call(_)
            | Wire::Answered(_)
            | Wire::Control(_)
            | Wire::Order(_)
            | Wire::OrderReply(_)
            | Wire::Paxos(_)
            | Wire::Custom(_) => None,
        }
    }
}

/// A process that may stand in the simulated world: how its messages become wires and back.
pub trait Member<X>: Process {
    /// Puts a message on the wire.
    fn to_wire(message: Self::Message) -> Wire<X>;

    /// Takes a message off the wire.
    ///
    /// # Errors
    /// If this process has no such message.
    fn from_wire(wire: Wire<X>) -> Result<Self::Message, Misaddressed>;
}

/// A message reached a process that has no such message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Misaddressed {
    /// What the message is called.
    pub message: &'static str,
}

impl Misaddressed {
    /// `wire` is not for the process at hand.
    #[cold]
    pub fn new<X: Message>(wire: &Wire<X>) -> Self {
        Misaddressed { message: wire.name() }
    }
}

/// A store's replicas speak with clients and operators in the same words, and among themselves in their protocol's.
macro_rules! speaks_store {
    ($process:ty, $wire:ident, $others:pat) => {
        impl<X: Message> Member<X> for $process {
            #[inline(always)]
            fn to_wire(message: Self::Message) -> Wire<X> {
                match message {
                    replica::Message::Peer(message) => Wire::$wire(message),
                    replica::Message::Request(request) => Wire::Request(request),
                    replica::Message::Reply(reply) => Wire::Reply(reply),
                    replica::Message::Order(order) => Wire::Order(order),
                    replica::Message::OrderReply(reply) => Wire::OrderReply(reply),
                }
            }

            #[inline(always)]
            fn from_wire(wire: Wire<X>) -> Result<Self::Message, Misaddressed> {
                match wire {
                    Wire::$wire(message) => Ok(replica::Message::Peer(message)),
                    Wire::Request(request) => Ok(replica::Message::Request(request)),
                    Wire::Reply(reply) => Ok(replica::Message::Reply(reply)),
                    Wire::Order(order) => Ok(replica::Message::Order(order)),
                    Wire::OrderReply(reply) => Ok(replica::Message::OrderReply(reply)),
                    $others | Wire::Call(_) | Wire::Answered(_) | Wire::Control(_) | Wire::Custom(_) => {
                        Err(Misaddressed::new(&wire))
                    }
                }
            }
        }
    };
}

speaks_store!(Replica<Raft>, Raft, Wire::MultiPaxos(_) | Wire::Paxos(_));
speaks_store!(Replica<MultiPaxos>, MultiPaxos, Wire::Raft(_) | Wire::Paxos(_));
speaks_store!(Synod, Paxos, Wire::Raft(_) | Wire::MultiPaxos(_));

impl<X: Message> Member<X> for Operator {
    fn to_wire(message: OperatorMessage) -> Wire<X> {
        match message {
            OperatorMessage::Order(order) => Wire::Order(order),
            OperatorMessage::Reply(reply) => Wire::OrderReply(reply),
        }
    }

    fn from_wire(wire: Wire<X>) -> Result<OperatorMessage, Misaddressed> {
        match wire {
            Wire::Order(order) => Ok(OperatorMessage::Order(order)),
            Wire::OrderReply(reply) => Ok(OperatorMessage::Reply(reply)),
            Wire::Request(_)
            | Wire::Reply(_)
            | Wire::Call(_)
            | Wire::Answered(_)
            | Wire::Control(_)
            | Wire::Raft(_)
            | Wire::MultiPaxos(_)
            | Wire::Paxos(_)
            | Wire::Custom(_) => Err(Misaddressed::new(&wire)),
        }
    }
}

/// Clients, servers and registries speak the same words.
macro_rules! speaks_service {
    ($($process:ty),*) => { $(
        impl<X: Message> Member<X> for $process {
            #[inline(always)]
            fn to_wire(message: ServiceMessage) -> Wire<X> {
                match message {
                    ServiceMessage::Call(call) => Wire::Call(call),
                    ServiceMessage::Answered(answered) => Wire::Answered(answered),
                    ServiceMessage::Request(request) => Wire::Request(request),
                    ServiceMessage::Reply(reply) => Wire::Reply(reply),
                    ServiceMessage::Order(order) => Wire::Order(order),
                    ServiceMessage::OrderReply(reply) => Wire::OrderReply(reply),
                    ServiceMessage::Control(control) => Wire::Control(control),
                }
            }

            #[inline(always)]
            fn from_wire(wire: Wire<X>) -> Result<ServiceMessage, Misaddressed> {
                match wire {
                    Wire::Call(call) => Ok(ServiceMessage::Call(call)),
                    Wire::Answered(answered) => Ok(ServiceMessage::Answered(answered)),
                    Wire::Request(request) => Ok(ServiceMessage::Request(request)),
                    Wire::Reply(reply) => Ok(ServiceMessage::Reply(reply)),
                    Wire::Control(control) => Ok(ServiceMessage::Control(control)),
                    Wire::Order(order) => Ok(ServiceMessage::Order(order)),
                    Wire::OrderReply(reply) => Ok(ServiceMessage::OrderReply(reply)),
                    Wire::Raft(_)
                    | Wire::MultiPaxos(_)
                    | Wire::Paxos(_)
                    | Wire::Custom(_) => Err(Misaddressed::new(&wire)),
                }
            }
        }
    )* };
}

speaks_service!(Clients, Server, Registry);

/// A note of the simulated world.
#[derive(Clone, Debug)]
pub enum Note<X> {
    /// From a replica.
    Consensus(ConsensusNote),
    /// From a workload's clients.
    Client(ClientNote),
    /// From a service.
    Service(ServiceNote),
    /// From an operator.
    Operator(OperatorNote),
    /// From a user's own process.
    Custom(X),
}

impl<X: crate::kernel::Note> crate::kernel::Note for Note<X> {
    #[inline]
    fn digest(&self) -> u64 {
        match self {
            Note::Consensus(note) => note.digest(),
            Note::Client(note) => note.digest(),
            Note::Service(note) => note.digest(),
            Note::Operator(note) => note.digest(),
            Note::Custom(note) => note.digest(),
        }
    }

    #[inline]
    fn leadership(&self) -> Option<crate::kernel::Leadership> {
        match self {
            Note::Consensus(note) => note.leadership(),
            Note::Custom(note) => note.leadership(),
            Note::Client(_) | Note::Service(_) | Note::Operator(_) => None,
        }
    }
}

/// A disk record of the simulated world.
#[derive(Clone, Debug)]
pub enum Record<X> {
    /// A Raft replica's.
    Raft(raft::Record),
    /// A Multi-Paxos replica's.
    MultiPaxos(multi_paxos::Record),
    /// Of a node of single-decree Paxos.
    Paxos(synod::Memory),
    /// A user's own process's.
    Custom(X),
}
