//! The types of systems: from `type = "..."` to its options and the nodes it stands on. A new type is one file
//! here and one line in each of the two tables below.

mod raft;
mod service;

pub use raft::{RaftOptions, ReadsChoice};
pub use service::{ServiceOptions, StepOptions};

use crate::consensus::bugs::Bug;
use crate::net::Transport;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::options::{OptionTable, Options};
use crate::spec::value::Node;

use super::plan::{Blueprint, SystemPlan};

crate::choices! {
    /// What runs on a system's nodes.
    pub enum Kind {
        /// A key-value store on the Raft consensus algorithm (Ongaro and Ousterhout 2014).
        Raft = "raft",
        /// Instances with cores and a FIFO queue behind a round-robin front.
        Service = "service",
    }
}

/// The options of a system's type.
#[derive(Clone, Debug)]
pub enum KindOptions {
    /// Of a store on Raft.
    Raft(RaftOptions),
    /// Of a service.
    Service(ServiceOptions),
}

impl Kind {
    /// Decodes the options of this type.
    pub fn decode(self, node: &Node, decoder: &mut Decoder<'_>) -> Option<KindOptions> {
        match self {
            Kind::Raft => RaftOptions::decode(node, decoder).map(KindOptions::Raft),
            Kind::Service => ServiceOptions::decode(node, decoder).map(KindOptions::Service),
        }
    }

    /// The declaration of this type's options.
    pub fn table(self) -> OptionTable {
        match self {
            Kind::Raft => RaftOptions::table(),
            Kind::Service => ServiceOptions::table(),
        }
    }

    /// Whether this type's options may stand beside those that every system has: a service's are what it is;
    /// a protocol's knobs have their own table, so that `type` can be swapped.
    pub fn is_inline(self) -> bool {
        match self {
            Kind::Raft => false,
            Kind::Service => true,
        }
    }

    /// Keys of this type that may stand beside those that every system has.
    pub fn keys(self) -> Vec<&'static str> {
        match self.is_inline() {
            true => self.table().rows.iter().map(|row| row.key).collect(),
            false => raft::INLINE_KEYS.to_vec(),
        }
    }

    /// How its messages travel unless the scenario says.
    pub fn transport(self) -> Transport {
        match self {
            Kind::Raft => Transport::Datagram,
            Kind::Service => Transport::Stream,
        }
    }

    /// Whether it is a store: takes reads and writes, in place of calls.
    pub fn is_store(self) -> bool {
        match self {
            Kind::Raft => true,
            Kind::Service => false,
        }
    }

    /// Whether its nodes are replicas of one log, which the consensus invariants speak of.
    pub fn is_replicated_log(self) -> bool {
        match self {
            Kind::Raft => true,
            Kind::Service => false,
        }
    }
}

impl KindOptions {
    /// Its type.
    pub fn kind(&self) -> Kind {
        match self {
            KindOptions::Raft(_) => Kind::Raft,
            KindOptions::Service(_) => Kind::Service,
        }
    }

    /// What each node of the system is told, in the order of its nodes.
    pub fn build(
        &self,
        system: &SystemPlan,
        blueprint: &Blueprint<'_>,
    ) -> Vec<super::RoleConfig<super::Never>> {
        match self {
            KindOptions::Raft(options) => options.build(system, blueprint),
            KindOptions::Service(options) => options.build(system, blueprint),
        }
    }

    /// Most nodes that a system of this type may have, if the type sets a limit.
    pub fn most_nodes(&self) -> Option<usize> {
        match self {
            KindOptions::Raft(_) => Some(crate::consensus::membership::VOTERS_MAX),
            KindOptions::Service(_) => None,
        }
    }

    /// Bugs of this type that can be switched on.
    pub fn bugs(kind: Kind) -> impl Iterator<Item = &'static Bug> {
        let tables: [&[Bug]; 2] = match kind {
            Kind::Raft => [&crate::consensus::raft::bugs::TABLE, &crate::consensus::replica::TABLE],
            Kind::Service => [&[], &[]],
        };
        tables.into_iter().flatten()
    }

    /// Nodes that its type needs besides those that the scenario lists, by the last part of their names.
    pub fn extra_nodes(&self) -> &'static [&'static str] {
        match self {
            KindOptions::Raft(_) => &[],
            KindOptions::Service(_) => &["front"],
        }
    }
}
