//! What runs on a node of a simulated world: one of the built-in processes, or the user's own.
//!
//! The set is closed, so that a run is one monomorphic loop without virtual calls. Each process runs in a context
//! that lifts its effects into the world's as they are pushed.

use std::fmt;
use std::rc::Rc;

use crate::consensus::multi_paxos::MultiPaxos;
use crate::consensus::raft::Raft;
use crate::consensus::replica::{self, Replica};
use crate::consensus::synod::{self, Synod};
use crate::kernel::{
    Context, Description, DiskError, DiskToken, Durable, Embed, Lift, Name, NodeId, Process, Soon, WorkToken,
};
use crate::services::registry::{Registry, RegistryConfig};
use crate::services::server::{Server, ServerConfig};
use crate::spec::Decode;
use crate::workloads::client::{Clients, WorkloadConfig};
use crate::workloads::operator::{Operator, OperatorConfig};

use super::never::Never;
use super::own::Own;
use super::plan::{Blueprint, SystemPlan};
use super::wire::{Member, Misaddressed, Note, Record, Wire};

/// What runs on a node; `X` is a user's own process.
#[derive(Clone)]
pub enum Role<X: Process = Never> {
    /// A replica of a store on Raft.
    Raft(Box<Replica<Raft>>),
    /// A replica of a store on Multi-Paxos.
    MultiPaxos(Box<Replica<MultiPaxos>>),
    /// A node of single-decree Paxos.
    Paxos(Box<Synod>),
    /// A workload's clients.
    Clients(Box<Clients>),
    /// An operator.
    Operator(Operator),
    /// A server: an instance of a service, or a gateway.
    Server(Box<Server>),
    /// A registry of services.
    Registry(Box<Registry>),
    /// A user's own process.
    Custom(Own<X>),
}

/// What a node is told at every boot; its kind decides what runs there.
#[derive(Clone, Debug)]
pub enum RoleConfig<C> {
    /// For a replica of a store on Raft.
    Raft(Rc<replica::Config<Raft>>),
    /// For a replica of a store on Multi-Paxos.
    MultiPaxos(Rc<replica::Config<MultiPaxos>>),
    /// For a node of single-decree Paxos.
    Paxos(Rc<synod::Config>),
    /// For a workload's clients.
    Clients(Rc<WorkloadConfig>),
    /// For an operator.
    Operator(Rc<OperatorConfig>),
    /// For a server.
    Server(Rc<ServerConfig>),
    /// For a registry.
    Registry(Rc<RegistryConfig>),
    /// For a user's own process.
    Custom(C),
}

/// A process of the user's own that may stand in the simulated world: what runs on the nodes of a system of
/// `type = "custom"`. `docs/your-own-protocol.md` walks through one.
pub trait Custom:
    Process<Config: fmt::Debug, Note: fmt::Debug> + Member<<Self as Process>::Message> + fmt::Debug
{
    /// The options in `[system.NAME.custom]`; [`options!`](crate::options!) declares them.
    type Options: Decode;

    /// What each node of the system is told at every boot, in the order of `system.nodes`.
    fn configure(
        options: &Self::Options,
        system: &SystemPlan,
        blueprint: &Blueprint<'_>,
    ) -> Vec<Self::Config>;
}

impl<X: Custom> Role<X> {
    /// The word for the timer of this index on a node that is told `config`, for traces.
    pub fn timer_word(config: &RoleConfig<X::Config>, index: u32) -> &'static str {
        fn word<P: Process>(index: u32) -> &'static str {
            P::Timer::named(index).word()
        }
        match config {
            RoleConfig::Raft(_) => word::<Replica<Raft>>(index),
            RoleConfig::MultiPaxos(_) => word::<Replica<MultiPaxos>>(index),
            RoleConfig::Paxos(_) => word::<Synod>(index),
            RoleConfig::Clients(_) => word::<Clients>(index),
            RoleConfig::Operator(_) => word::<Operator>(index),
            RoleConfig::Server(_) => word::<Server>(index),
            RoleConfig::Registry(_) => word::<Registry>(index),
            RoleConfig::Custom(_) => word::<X>(index),
        }
    }
}

impl<X: Process> Role<X> {
    /// The votes that a replica which campaigns has and needs.
    pub fn votes(&self) -> Option<(usize, usize)> {
        match self {
            Role::Raft(replica) => replica.core().votes(),
            Role::MultiPaxos(replica) => replica.core().votes(),
            Role::Paxos(node) => node.votes(),
            Role::Clients(_) | Role::Operator(_) | Role::Server(_) | Role::Registry(_) => None,
            Role::Custom(_) => None,
        }
    }
}

/// Runs `$body` with `$process` bound to whatever the role is.
macro_rules! each_role {
    ($role:expr, $process:ident => $body:expr) => {
        match $role {
            Role::Raft($process) => $body,
            Role::MultiPaxos($process) => $body,
            Role::Paxos($process) => $body,
            Role::Clients($process) => $body,
            Role::Operator($process) => $body,
            Role::Server($process) => $body,
            Role::Registry($process) => $body,
            Role::Custom($process) => $body,
        }
    };
}

impl<X: Custom> Process for Role<X> {
    type Config = RoleConfig<X::Config>;
    type Message = Wire<X::Message>;
    type Timer = u32;
    type Record = Record<X::Record>;
    type Note = Note<X::Note>;

    fn boot(cx: &mut impl Context<Self>, config: &Self::Config, disk: &Durable<Self::Record>) -> Self {
        match config {
            RoleConfig::Raft(config) => Role::Raft(Box::new(boot(cx, &**config, disk))),
            RoleConfig::MultiPaxos(config) => Role::MultiPaxos(Box::new(boot(cx, &**config, disk))),
            RoleConfig::Paxos(config) => Role::Paxos(Box::new(boot(cx, &**config, disk))),
            RoleConfig::Clients(config) => Role::Clients(Box::new(boot(cx, config, disk))),
            RoleConfig::Operator(config) => Role::Operator(boot(cx, config, disk)),
            RoleConfig::Server(config) => Role::Server(Box::new(boot(cx, config, disk))),
            RoleConfig::Registry(config) => Role::Registry(Box::new(boot(cx, config, disk))),
            RoleConfig::Custom(config) => Role::Custom(boot(cx, config, disk)),
        }
    }

    #[inline(always)]
    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, wire: Self::Message) {
        match self {
            Role::Raft(process) => receive(&mut **process, cx, from, wire),
            Role::MultiPaxos(process) => receive(&mut **process, cx, from, wire),
            Role::Paxos(process) => receive(&mut **process, cx, from, wire),
            Role::Clients(process) => receive(&mut **process, cx, from, wire),
            Role::Operator(process) => receive(process, cx, from, wire),
            Role::Server(process) => receive(&mut **process, cx, from, wire),
            Role::Registry(process) => receive(&mut **process, cx, from, wire),
            Role::Custom(process) => receive(process, cx, from, wire),
        }
    }

    fn describe(&self, out: &mut Description) {
        each_role!(self, process => process.describe(out));
    }

    fn hears_resets(&self) -> bool {
        each_role!(self, process => process.hears_resets())
    }

    fn on_reset(&mut self, cx: &mut impl Context<Self>, peer: NodeId) {
        each_role!(self, process => process.on_reset(&mut Lift::new(cx), peer));
    }

    fn on_refused(&mut self, cx: &mut impl Context<Self>, peer: NodeId, wire: Self::Message) {
        match self {
            Role::Raft(process) => refused(&mut **process, cx, peer, wire),
            Role::MultiPaxos(process) => refused(&mut **process, cx, peer, wire),
            Role::Paxos(process) => refused(&mut **process, cx, peer, wire),
            Role::Clients(process) => refused(&mut **process, cx, peer, wire),
            Role::Operator(process) => refused(process, cx, peer, wire),
            Role::Server(process) => refused(&mut **process, cx, peer, wire),
            Role::Registry(process) => refused(&mut **process, cx, peer, wire),
            Role::Custom(process) => refused(process, cx, peer, wire),
        }
    }

    /// What services say there is most of, and they have most nodes.
    #[inline]
    fn foresee(&self, round: u32, soon: Soon<'_, Self::Message>) -> Option<u32> {
        match (self, soon) {
            (Role::Server(server), Soon::Message(Wire::Call(_))) => server.foresee_call(round),
            (Role::Server(server), Soon::Work(token)) => server.foresee_work(round, token),
            (Role::Server(server), Soon::Message(Wire::Answered(answered))) => {
                return server.foresee_answer(round, answered).map(Name::index);
            }
            (Role::Clients(clients), Soon::Message(Wire::Answered(answered))) => {
                return clients.foresee_answer(round, answered).map(Name::index);
            }
            _ => {}
        }
        None
    }

    #[inline]
    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: u32) {
        each_role!(self, process => process.on_timer(&mut Lift::new(cx), Name::named(timer)));
    }

    #[inline]
    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        each_role!(self, process => process.on_disk(&mut Lift::new(cx), token, result));
    }

    #[inline]
    fn on_computed(&mut self, cx: &mut impl Context<Self>, token: WorkToken) {
        each_role!(self, process => process.on_computed(&mut Lift::new(cx), token));
    }
}

fn boot<P: Process, X: Custom>(
    cx: &mut impl Context<Role<X>>,
    config: &P::Config,
    disk: &Durable<Record<X::Record>>,
) -> P
where
    Role<X>: Embed<P, Record = Record<X::Record>>,
{
    P::boot(&mut Lift::new(cx), config, &disk.map(|record| <Role<X> as Embed<P>>::lower(record)))
}

#[inline(always)]
fn receive<P: Member<X::Message>, X: Custom>(
    process: &mut P,
    cx: &mut impl Context<Role<X>>,
    from: NodeId,
    wire: Wire<X::Message>,
) where
    Role<X>: Embed<P>,
{
    match P::from_wire(wire) {
        Ok(message) => process.on_message(&mut Lift::new(cx), from, message),
        // Scenarios that could do this are refused at load; a user's own process can still get an address wrong.
        Err(Misaddressed { message }) => {
            panic!("node {:?} was sent a `{message}`, which it cannot take", cx.me())
        }
    }
}

/// What a process sent comes back to it: it is of its own.
fn refused<P: Member<X::Message>, X: Custom>(
    process: &mut P,
    cx: &mut impl Context<Role<X>>,
    peer: NodeId,
    wire: Wire<X::Message>,
) where
    Role<X>: Embed<P>,
{
    if let Ok(message) = P::from_wire(wire) {
        process.on_refused(&mut Lift::new(cx), peer, message);
    }
}

/// The process writes records of its own kind.
macro_rules! embed {
    ($process:ty, $note:ident, $record:ident) => {
        impl<X: Custom> Embed<$process> for Role<X> {
            embed!(@common $process);

            #[inline(always)]
            fn note(note: <$process as Process>::Note) -> Note<X::Note> {
                Note::$note(note)
            }

            #[inline(always)]
            fn record(record: <$process as Process>::Record) -> Record<X::Record> {
                Record::$record(record)
            }

            fn lower(record: &Record<X::Record>) -> <$process as Process>::Record {
                let Record::$record(record) = record else {
                    unreachable!("a node's disk holds what its own process wrote")
                };
                record.clone()
            }
        }
    };
    ($process:ty, $note:ident) => {
        impl<X: Custom> Embed<$process> for Role<X> {
            embed!(@common $process);

            #[inline(always)]
            fn note(note: <$process as Process>::Note) -> Note<X::Note> {
                Note::$note(note)
            }

            fn record(record: std::convert::Infallible) -> Record<X::Record> {
                match record {}
            }

            fn lower(_: &Record<X::Record>) -> std::convert::Infallible {
                unreachable!("this process never writes")
            }
        }
    };
    (@common $process:ty) => {
        #[inline(always)]
        fn message(message: <$process as Process>::Message) -> Wire<X::Message> {
            <$process as Member<X::Message>>::to_wire(message)
        }

        #[inline(always)]
        fn timer(timer: <$process as Process>::Timer) -> u32 {
            timer.index()
        }
    };
}

embed!(Replica<Raft>, Consensus, Raft);
embed!(Replica<MultiPaxos>, Consensus, MultiPaxos);
embed!(Synod, Consensus, Paxos);
embed!(Clients, Client);
embed!(Operator, Operator);
embed!(Server, Service);
embed!(Registry, Service);
embed!(Own<X>, Custom, Custom);

impl<X: Process> fmt::Debug for Role<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Raft(_) => "raft",
            Role::MultiPaxos(_) => "multi-paxos",
            Role::Paxos(_) => "paxos",
            Role::Clients(_) => "clients",
            Role::Operator(_) => "operator",
            Role::Server(_) => "server",
            Role::Registry(_) => "registry",
            Role::Custom(_) => "custom",
        })
    }
}

const _: () = {
    use crate::sim::bytes_per_pending;
    assert!(size_of::<Wire<Never>>() <= 32, "a message of the built-in world is at most 32 bytes");
    assert!(bytes_per_pending::<Wire<Never>>() <= 16 + 48, "a pending event is at most a key and 48 bytes");
};
