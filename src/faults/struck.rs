//! What a strike came to, as a scenario could have said it beforehand: so that it can be written down as a fault of its
//! own, and forced.

use crate::kernel::{NodeId, Time};
use crate::net::topology::Duct;

use super::kinds::Settings;
use super::{FaultKind, Heading};

/// Whom or what a strike struck.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Struck {
    /// These nodes.
    Nodes(Vec<NodeId>),
    /// The links of these nodes, to and from whoever it is.
    LinksOf(Vec<NodeId>, Heading),
    /// The links between groups; `None` stands for the rest of all nodes.
    Groups {
        /// The groups, in order.
        groups: Vec<Option<Vec<NodeId>>>,
        /// Whether only those from the first to the second.
        one_way: bool,
    },
    /// The links from one node to another, for each of these pairs.
    Links(Vec<(NodeId, NodeId)>),
    /// All links.
    All,
    /// The fibres of a duct.
    Fibres(Duct),
}

impl Default for Struck {
    fn default() -> Self {
        Struck::Nodes(Vec::new())
    }
}

/// A part of a strike that is a fault by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its kind.
    pub kind: FaultKind,
    /// The node that it strikes.
    pub node: NodeId,
    /// When it begins.
    pub from: Time,
    /// When it ends, unless the strike ends before.
    pub to: Time,
}

/// What it takes to write a strike down.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Told {
    /// Whom or what it struck.
    pub struck: Struck,
    /// The options of its kind, if they were drawn.
    pub settings: Option<Settings>,
    /// What it consists of, if it is nothing else: their order and times were drawn.
    pub parts: Vec<Part>,
    /// Names its own draws.
    pub key: u64,
    /// Whether it struck behind everything else of its moment, because of something that happened in it.
    pub is_behind: bool,
    /// Whether it has steps, whose times are drawn while it lasts.
    pub has_steps: bool,
}
