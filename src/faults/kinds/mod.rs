//! The kinds of faults: from `do = "..."` to what happens. A new kind is one file here and one row in the table below.

mod bandwidth;
mod bursty_loss;
mod clog;
mod corrupt;
mod crash;
mod cut_link;
mod delay;
mod duplicate;
mod loss;
mod partition;
mod pause;
mod slow_disk;
mod slow_node;

pub use bandwidth::Bandwidth;
pub use bursty_loss::BurstyLoss;
pub use clog::Clog;
pub use corrupt::Corrupt;
pub use crash::Crash;
pub use cut_link::{CutLink, Fibres, OnFibres};
pub use delay::Delay;
pub use duplicate::Duplicate;
pub use loss::Loss;
pub use partition::Partition;
pub use pause::Pause;
pub use slow_disk::SlowDisk;
pub use slow_node::SlowNode;

use std::fmt::Debug;
use std::rc::Rc;

use super::{Action, Between, Fault, NodeFacts, Strike, StrikeContext, Target};
use crate::kernel::NodeId;
use crate::net::Impairment;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::options::{OptionTable, Options};
use crate::spec::value::Node;

/// What a kind of fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Nodes themselves.
    Nodes,
    /// Links: the messages between nodes.
    Links,
    /// Fibres: what lies between the sites of a topology.
    Fibres,
}

/// Whom a fault strikes.
#[derive(Clone, Debug)]
pub enum Aim {
    /// These nodes.
    Nodes(Target),
    /// These links.
    Links(Between),
    /// These fibres.
    Fibres(Fibres),
}

/// A kind of fault that strikes nodes.
pub trait NodeKind: Debug {
    /// What happens to a node.
    fn begin(&self, node: NodeId) -> Action;
    /// What undoes it; `facts` are those of the moment when it struck.
    fn end(&self, node: NodeId, facts: &NodeFacts) -> Action;
}

/// A kind of fault that strikes links.
pub trait LinkKind: Debug {
    /// What happens to their messages.
    fn impairment(&self) -> Impairment;
}

/// A fault of nodes.
#[derive(Clone, Debug)]
pub struct OnNodes<K> {
    /// Whom it strikes.
    pub target: Target,
    /// What happens to them.
    pub kind: K,
}

impl<K: NodeKind> Fault for OnNodes<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_failing(cx.roster, cx.choice);
        let end = |node: &NodeId| self.kind.end(*node, &cx.roster.nodes[node.index()]);
        (!nodes.is_empty()).then(|| Strike {
            begin: nodes.iter().map(|node| self.kind.begin(*node)).collect(),
            end: nodes.iter().map(end).collect(),
            resolved: cx.roster.names(&nodes),
        })
    }
}

/// A fault of links.
#[derive(Clone, Debug)]
pub struct OnLinks<K> {
    /// Which links it strikes.
    pub between: Between,
    /// What happens to their messages.
    pub kind: K,
}

impl<K: LinkKind> Fault for OnLinks<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let links = self.between.resolve(cx)?;
        let (id, key) = (cx.impairment, cx.key);
        let impair = |(from, to)| Action::Impair { id, key, impairment: self.kind.impairment(), from, to };
        let begin = links.ways.into_iter().map(impair).collect();
        Some(Strike { begin, end: vec![Action::Lift(id)], resolved: links.resolved })
    }
}

/// One row a kind: its options, its word, what it strikes.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $word:literal, $scope:ident;)+) => {
        crate::choices! {
            /// What goes wrong.
            pub enum FaultKind {
                $($(#[doc = $doc])+ $kind = $word,)+
            }
        }

        /// A kind of fault with its options.
        #[derive(Clone, Debug)]
        pub enum KindOptions {
            $($(#[doc = $doc])+ $kind($kind),)+
        }

        impl FaultKind {
            /// Decodes the options of this kind.
            pub fn decode(self, node: &Node, decoder: &mut Decoder<'_>) -> Option<KindOptions> {
                match self {
                    $(FaultKind::$kind => <$kind as Decode>::decode(node, decoder).map(KindOptions::$kind),)+
                }
            }

            /// The declaration of this kind's options.
            pub fn table(self) -> OptionTable {
                match self {
                    $(FaultKind::$kind => <$kind as Options>::table(),)+
                }
            }

            /// What this kind strikes.
            pub fn scope(self) -> Scope {
                match self {
                    $(FaultKind::$kind => kinds!(@scope $scope),)+
                }
            }
        }

        impl KindOptions {
            /// The kind.
            pub fn kind(&self) -> FaultKind {
                match self {
                    $(KindOptions::$kind(_) => FaultKind::$kind,)+
                }
            }

            /// The fault that strikes at `aim`; `None` if a fault of this kind strikes no such thing.
            pub fn at(&self, aim: Aim) -> Option<Rc<dyn Fault>> {
                match self {
                    $(KindOptions::$kind(kind) => kinds!(@at $scope, kind.clone(), aim),)+
                }
            }
        }
    };
    (@scope nodes) => { Scope::Nodes };
    (@scope links) => { Scope::Links };
    (@scope fibres) => { Scope::Fibres };
    (@at nodes, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Nodes(target) => Some(Rc::new(OnNodes { target, kind: $kind })),
            Aim::Links(_) | Aim::Fibres(_) => None,
        }
    };
    (@at links, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Links(between) => Some(Rc::new(OnLinks { between, kind: $kind })),
            Aim::Nodes(_) | Aim::Fibres(_) => None,
        }
    };
    (@at fibres, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Fibres(fibres) => Some(Rc::new(OnFibres { fibres, kind: $kind })),
            Aim::Nodes(_) | Aim::Links(_) => None,
        }
    };
}

kinds! {
    /// The process is gone with its volatile state and un-synced writes; at the end it boots from its disk.
    Crash = "crash", nodes;
    /// The process stops and loses nothing; what waited comes all at once when it goes on.
    Pause = "pause", nodes;
    /// Work on the node takes `factor` times as long.
    SlowNode = "slow-node", nodes;
    /// The node's disk takes `factor` times as long.
    SlowDisk = "slow-disk", nodes;
    /// Messages between groups are dropped: both ways, one way, or on one link; a stream tries again after its timeouts.
    Partition = "partition", links;
    /// A share of the messages is lost; a stream sends them again.
    Loss = "loss", links;
    /// Messages are lost in bursts, by the two-state chain of Gilbert and Elliott; a stream sends them again.
    BurstyLoss = "bursty-loss", links;
    /// A share of the datagrams arrives twice, the copy with a jitter of its own; a stream drops copies.
    Duplicate = "duplicate", links;
    /// A share of the messages arrives damaged: the receiver's checksum finds it and they are dropped; a stream sends them
    /// again.
    Corrupt = "corrupt", links;
    /// A share of the messages takes longer: datagrams overtake each other, a stream keeps its order.
    Delay = "delay", links;
    /// Links have at most this bandwidth; a large `buffer` is bufferbloat.
    Bandwidth = "bandwidth", links;
    /// Messages wait at their sender, in order, and leave when it ends.
    Clog = "clog", links;
    /// The fibres between two sites of a topology carry nothing; routers lead around them if they can.
    CutLink = "cut-link", fibres;
}
