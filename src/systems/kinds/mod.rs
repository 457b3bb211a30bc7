//! The types of systems: from `type = "..."` to its options and the nodes it stands on. A new type is one file
//! here and one line in each of the two tables below.

mod custom;
mod gateway;
mod multi_paxos;
mod paxos;
pub mod queue;
mod raft;
mod registry;
pub mod service;
mod store;

pub use custom::CustomOptions;
pub use gateway::{GatewayOptions, Otherwise, RouteOptions};
pub use multi_paxos::MultiPaxosOptions;
pub use paxos::{DecreeReadsChoice, LearningChoice, PaxosOptions};
pub use queue::{DisciplineChoice, QueueOptions};
pub use raft::RaftOptions;
pub use registry::RegistryOptions;
pub use service::ServiceOptions;
pub use store::ReadsChoice;

use crate::consensus::bugs::Bug;
use crate::faults::{Matter, Matters};
use crate::model::membership::Configuration;
use crate::model::note::Holding;
use crate::net::Transport;
use crate::processors::Discipline;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::options::{OptionTable, Options};
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::value::Node;

use super::plan::{Blueprint, SystemPlan};
use super::{Custom, RoleConfig};

crate::choices! {
    /// What runs on a system's nodes.
    pub enum Kind {
        /// A key-value store on the Raft consensus algorithm (Ongaro and Ousterhout 2014).
        Raft = "raft",
        /// A key-value store on Multi-Paxos (Lamport 1998, 2001), or on Flexible Paxos by its quorums.
        MultiPaxos = "multi-paxos",
        /// A register that is written once, on single-decree Paxos (Lamport 1998, 2001).
        Paxos = "paxos",
        /// Instances with cores and a queue, and what a request goes through there.
        Service = "service",
        /// Takes requests and hands each to the service that its routes lead to.
        Gateway = "gateway",
        /// Knows which instances of services there are, as far as it has heard.
        Registry = "registry",
        /// A store on a protocol of your own, from a program that uses Seedbed as a library
        /// (docs/your-own-protocol.md).
        Custom = "custom",
    }
}

/// What the nodes of a system decide by consensus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decides {
    /// A log, of which each is a replica.
    Log,
    /// One value.
    Decree,
}

/// The options of a system's type.
#[derive(Clone, Debug)]
pub enum KindOptions {
    /// Of a store on Raft.
    Raft(RaftOptions),
    /// Of a store on Multi-Paxos.
    MultiPaxos(MultiPaxosOptions),
    /// Of a register on single-decree Paxos.
    Paxos(PaxosOptions),
    /// Of a service.
    Service(Box<ServiceOptions>),
    /// Of a gateway.
    Gateway(GatewayOptions),
    /// Of a registry.
    Registry(RegistryOptions),
    /// Of a user's own protocol.
    Custom(CustomOptions),
}

impl Kind {
    /// Decodes the options of this type.
    pub fn decode(self, node: &Node, decoder: &mut Decoder<'_>) -> Option<KindOptions> {
        match self {
            Kind::Raft => RaftOptions::decode(node, decoder).map(KindOptions::Raft),
            Kind::MultiPaxos => MultiPaxosOptions::decode(node, decoder).map(KindOptions::MultiPaxos),
            Kind::Paxos => PaxosOptions::decode(node, decoder).map(KindOptions::Paxos),
            Kind::Service => ServiceOptions::decode(node, decoder).map(Box::new).map(KindOptions::Service),
            Kind::Gateway => GatewayOptions::decode(node, decoder).map(KindOptions::Gateway),
            Kind::Registry => RegistryOptions::decode(node, decoder).map(KindOptions::Registry),
            Kind::Custom => CustomOptions::decode(node, decoder).map(KindOptions::Custom),
        }
    }

    /// The declaration of this type's options.
    pub fn table(self) -> OptionTable {
        match self {
            Kind::Raft => RaftOptions::table(),
            Kind::MultiPaxos => MultiPaxosOptions::table(),
            Kind::Paxos => PaxosOptions::table(),
            Kind::Service => ServiceOptions::table(),
            Kind::Gateway => GatewayOptions::table(),
            Kind::Registry => RegistryOptions::table(),
            Kind::Custom => CustomOptions::table(),
        }
    }

    /// What this type's options look like in a file.
    pub fn shape(self) -> Shape {
        match self {
            Kind::Raft => RaftOptions::shape(),
            Kind::MultiPaxos => MultiPaxosOptions::shape(),
            Kind::Paxos => PaxosOptions::shape(),
            Kind::Service => ServiceOptions::shape(),
            Kind::Gateway => GatewayOptions::shape(),
            Kind::Registry => RegistryOptions::shape(),
            Kind::Custom => CustomOptions::shape(),
        }
    }

    /// Whether this type's options may stand beside those that every system has: a service's are what it is;
    /// a protocol's knobs have their own table, so that `type` can be swapped.
    pub fn is_inline(self) -> bool {
        match self {
            Kind::Raft | Kind::MultiPaxos | Kind::Paxos | Kind::Custom => false,
            Kind::Service | Kind::Gateway | Kind::Registry => true,
        }
    }

    /// Keys of this type that may stand beside those that every system has.
    pub fn keys(self) -> Vec<&'static str> {
        match self {
            Kind::Raft | Kind::MultiPaxos => store::INLINE_KEYS.to_vec(),
            Kind::Paxos => vec!["reads"],
            Kind::Service | Kind::Gateway | Kind::Registry => {
                self.table().rows.iter().map(|row| row.key).collect()
            }
            Kind::Custom => Vec::new(),
        }
    }

    /// How its messages travel unless the scenario says.
    pub fn transport(self) -> Transport {
        match self {
            Kind::Raft | Kind::MultiPaxos | Kind::Paxos | Kind::Custom => Transport::Datagram,
            Kind::Service | Kind::Gateway | Kind::Registry => Transport::Stream,
        }
    }

    /// Whether it is a store: takes reads and writes, in place of calls.
    pub fn is_store(self) -> bool {
        match self {
            Kind::Raft | Kind::MultiPaxos | Kind::Paxos | Kind::Custom => true,
            Kind::Service | Kind::Gateway | Kind::Registry => false,
        }
    }

    /// Whether it is a store that decides one value, of one key, once: it takes proposals and reads only.
    pub fn is_register(self) -> bool {
        match self {
            Kind::Paxos => true,
            Kind::Raft | Kind::MultiPaxos | Kind::Service | Kind::Gateway | Kind::Registry | Kind::Custom => {
                false
            }
        }
    }

    /// How many of so many nodes a system of this type can do without at once.
    pub fn spare(self, nodes: usize) -> usize {
        match self {
            // A majority must remain.
            Kind::Raft | Kind::MultiPaxos | Kind::Paxos | Kind::Custom => nodes.saturating_sub(1) / 2,
            // One must.
            Kind::Service | Kind::Gateway | Kind::Registry => nodes.saturating_sub(1),
        }
    }

    /// How its nodes tell what they hold, if they decide.
    pub fn holding(self) -> Holding {
        match self {
            Kind::MultiPaxos => Holding::Slots,
            Kind::Paxos => Holding::Decree,
            Kind::Raft | Kind::Service | Kind::Gateway | Kind::Registry | Kind::Custom => Holding::Log,
        }
    }

    /// Whether its nodes are replicas of one log, who elect leaders.
    pub fn is_replicated_log(self) -> bool {
        self.decides() == Some(Decides::Log)
    }

    /// What its nodes decide by consensus, which the invariants speak of; `None` if they do not.
    pub fn decides(self) -> Option<Decides> {
        match self {
            Kind::Raft | Kind::MultiPaxos => Some(Decides::Log),
            Kind::Paxos => Some(Decides::Decree),
            Kind::Service | Kind::Gateway | Kind::Registry | Kind::Custom => None,
        }
    }
}

impl KindOptions {
    /// Its type.
    pub fn kind(&self) -> Kind {
        match self {
            KindOptions::Raft(_) => Kind::Raft,
            KindOptions::MultiPaxos(_) => Kind::MultiPaxos,
            KindOptions::Paxos(_) => Kind::Paxos,
            KindOptions::Service(_) => Kind::Service,
            KindOptions::Gateway(_) => Kind::Gateway,
            KindOptions::Registry(_) => Kind::Registry,
            KindOptions::Custom(_) => Kind::Custom,
        }
    }

    /// What each node of the system is told, in the order of its nodes; `own` are the options of a user's own
    /// protocol, decoded.
    ///
    /// # Panics
    /// If this is such a system and has none.
    pub fn build<X: Custom>(
        &self,
        own: Option<&X::Options>,
        system: &SystemPlan,
        blueprint: &Blueprint<'_>,
    ) -> Vec<RoleConfig<X::Config>> {
        match self {
            KindOptions::Raft(options) => options.build(system, blueprint),
            KindOptions::MultiPaxos(options) => options.build(system, blueprint),
            KindOptions::Paxos(options) => options.build(system, blueprint),
            KindOptions::Service(options) => options.build(system, blueprint),
            KindOptions::Gateway(options) => options.build(system, blueprint),
            KindOptions::Registry(options) => options.build(system, blueprint),
            KindOptions::Custom(_) => {
                let own = own.expect("the planner refuses what it cannot decode");
                custom::build::<X>(own, system, blueprint)
            }
        }
    }

    /// What a node that the scenario lists gives faults to act on.
    pub fn matters(&self) -> Matters {
        match self {
            // It measures time by the monotonic clock, and what it does costs none.
            KindOptions::Raft(_) | KindOptions::MultiPaxos(_) | KindOptions::Paxos(_) => {
                Matters::PROCESS.and(Matter::Disk)
            }
            KindOptions::Service(service) => Matters::PROCESS.and_if(service.works(), Matter::Work),
            KindOptions::Gateway(gateway) => Matters::PROCESS.and_if(gateway.works(), Matter::Work),
            KindOptions::Registry(_) => Matters::PROCESS,
            KindOptions::Custom(_) => Matters::UNKNOWN,
        }
    }

    /// Whom the cores of a node that the scenario lists serve next.
    pub fn discipline(&self) -> Discipline {
        match self {
            KindOptions::Service(service) => service.queue.discipline(),
            KindOptions::Raft(_)
            | KindOptions::MultiPaxos(_)
            | KindOptions::Paxos(_)
            | KindOptions::Gateway(_)
            | KindOptions::Registry(_)
            | KindOptions::Custom(_) => Discipline::Fifo,
        }
    }

    /// Who votes and who learns from the start in a system of so many nodes, if its type has voters.
    pub fn initial(&self, nodes: usize) -> Option<Configuration> {
        let (voters, learners) = self.members()?;
        Some(store::initial_configuration(nodes, voters, learners.value))
    }

    /// What its options say of who votes and who learns from the start, if its type has voters.
    pub fn members(&self) -> Option<(Option<&Located<u32>>, &Located<u32>)> {
        match self {
            KindOptions::Raft(raft) => Some((raft.voters.as_ref(), &raft.learners)),
            KindOptions::MultiPaxos(paxos) => Some((paxos.voters.as_ref(), &paxos.learners)),
            KindOptions::Paxos(_)
            | KindOptions::Service(_)
            | KindOptions::Gateway(_)
            | KindOptions::Registry(_)
            | KindOptions::Custom(_) => None,
        }
    }

    /// The sizes of quorums that its options give, by their names.
    pub fn quorum_sizes(&self) -> impl Iterator<Item = (&'static str, &Located<u32>)> {
        let sizes = match self {
            KindOptions::MultiPaxos(paxos) => [("q1", paxos.q1.as_ref()), ("q2", paxos.q2.as_ref())],
            KindOptions::Paxos(paxos) => [("q1", paxos.q1.as_ref()), ("q2", paxos.q2.as_ref())],
            KindOptions::Raft(_)
            | KindOptions::Service(_)
            | KindOptions::Gateway(_)
            | KindOptions::Registry(_)
            | KindOptions::Custom(_) => [("q1", None), ("q2", None)],
        };
        sizes.into_iter().filter_map(|(name, size)| Some((name, size?)))
    }

    /// Most nodes that a system of this type may have, if the type sets a limit.
    pub fn most_nodes(&self) -> Option<usize> {
        match self {
            KindOptions::Raft(_) | KindOptions::MultiPaxos(_) | KindOptions::Paxos(_) => {
                Some(crate::model::membership::GROUP_MAX)
            }
            KindOptions::Service(_)
            | KindOptions::Gateway(_)
            | KindOptions::Registry(_)
            | KindOptions::Custom(_) => None,
        }
    }

    /// Bugs of this type that can be switched on.
    pub fn bugs(kind: Kind) -> impl Iterator<Item = &'static Bug> {
        let tables: [&[Bug]; 2] = match kind {
            Kind::Raft => [&crate::consensus::raft::bugs::TABLE, &crate::consensus::replica::TABLE],
            Kind::MultiPaxos => {
                [&crate::consensus::multi_paxos::bugs::TABLE, &crate::consensus::replica::TABLE]
            }
            Kind::Paxos => [&crate::consensus::synod::bugs::TABLE, &[]],
            Kind::Service | Kind::Gateway | Kind::Registry | Kind::Custom => [&[], &[]],
        };
        tables.into_iter().flatten()
    }

    /// Nodes that its type needs besides those that the scenario lists if workloads call it directly, by the last part of their
    /// names.
    pub fn extra_nodes(&self) -> &'static [&'static str] {
        match self {
            KindOptions::Raft(_)
            | KindOptions::MultiPaxos(_)
            | KindOptions::Paxos(_)
            | KindOptions::Gateway(_)
            | KindOptions::Registry(_)
            | KindOptions::Custom(_) => &[],
            KindOptions::Service(_) => &["front"],
        }
    }
}
