//! What the planner of a world tells the types of systems: who stands where, and how far apart.

use std::rc::Rc;

use crate::kernel::{Duration, NodeId, SiteId, SystemId};
use crate::net::Sites;
use crate::services::instance::Writer;

/// A system whose nodes have their ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SystemPlan {
    /// Its name in the scenario.
    pub name: String,
    /// Its id; workloads are numbered behind the systems.
    pub id: SystemId,
    /// The nodes that the scenario lists, in order.
    pub nodes: Vec<NodeId>,
    /// The nodes that its type adds.
    pub extra: Vec<NodeId>,
    /// The bugs switched on.
    pub bugs: Vec<String>,
}

impl SystemPlan {
    /// Whether a node is one of its own.
    pub fn has(&self, node: NodeId) -> bool {
        // Ids are given system by system.
        self.nodes.binary_search(&node).is_ok() || self.extra.contains(&node)
    }
}

/// A world whose nodes have their ids.
#[derive(Clone, Copy)]
pub struct Blueprint<'a> {
    /// The seed of the run.
    pub seed: u64,
    /// The systems, by id.
    pub systems: &'a [SystemPlan],
    /// Where each node stands, by node id.
    pub places: &'a [SiteId],
    /// How far apart places are.
    pub sites: &'a Sites,
}

impl Blueprint<'_> {
    /// The system of this name.
    pub fn system(&self, name: &str) -> Option<&SystemPlan> {
        self.systems.iter().find(|system| system.name == name)
    }

    /// Where a node stands.
    pub fn place(&self, node: NodeId) -> SiteId {
        self.places[node.index()]
    }

    /// `nodes` in the order of their delay from `from`, those that it cannot reach last; equal ones in the order of
    /// their ids.
    pub fn nearest_first(&self, from: SiteId, nodes: &[NodeId]) -> Rc<[NodeId]> {
        let mut sorted = nodes.to_vec();
        let delay = |node: &NodeId| self.sites.delay(from, self.place(*node)).unwrap_or(Duration::MAX);
        sorted.sort_by_key(|node| (delay(node), *node));
        sorted.into()
    }

    /// What gives out the values that a node writes: each node's are its own.
    pub fn writer(&self, node: NodeId) -> Writer {
        Writer { index: node.0, writers: self.places.len() as u32 }
    }
}
