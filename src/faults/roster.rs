//! What faults know of the world when they choose their targets: who there is, where, and in what state.

use crate::kernel::{Leadership, NodeId, SiteId, SystemId};

use super::action::Incarnation;
use super::{HappeningKind, News};

/// Every node and system of a run.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// By node id.
    pub nodes: Vec<NodeFacts>,
    /// By system id: systems and workloads.
    pub systems: Vec<SystemFacts>,
    /// By site id.
    pub sites: Vec<String>,
}

/// One node.
#[derive(Clone, Debug)]
pub struct NodeFacts {
    /// Its name, such as `kv.2`.
    pub name: String,
    /// What it belongs to.
    pub system: SystemId,
    /// Where it stands.
    pub site: SiteId,
    /// Whether it holds a workload's clients: they are cut off like others, but do not crash, pause or slow down.
    pub is_client: bool,
    /// Whether it has a running process.
    pub up: bool,
    /// Counts its boots.
    pub incarnation: Incarnation,
    /// The term it leads, by its own belief.
    pub leads: Option<u64>,
    /// Strikes in force that put it out of service, or out of reach.
    pub outs: u32,
}

impl NodeFacts {
    /// Whether it is out of service or out of reach.
    pub fn is_out(&self) -> bool {
        !self.up || self.outs > 0
    }
}

/// One system or workload.
#[derive(Clone, Debug)]
pub struct SystemFacts {
    /// Its name in the scenario.
    pub name: String,
    /// Its nodes, in order.
    pub nodes: Vec<NodeId>,
}

impl Roster {
    /// The running node that leads `system` in the highest term, by its own belief.
    pub fn leader(&self, system: SystemId) -> Option<NodeId> {
        let leads = |id: &NodeId| {
            let node = &self.nodes[id.index()];
            node.leads.filter(|_| node.up).map(|term| (term, *id))
        };
        self.systems[system.index()].nodes.iter().filter_map(leads).max().map(|(_, id)| id)
    }

    /// Takes note of a change of leadership; returns what it comes to. Who gives up a campaign has lost nothing.
    #[inline]
    pub fn lead(&mut self, node: NodeId, change: Leadership) -> Option<News> {
        let leads = &mut self.nodes[node.index()].leads;
        match change {
            Leadership::Gained { term } => {
                *leads = Some(term);
                Some(News::of_node(HappeningKind::LeaderElected, node))
            }
            Leadership::Lost => leads.take().map(|_| News::of_node(HappeningKind::LeaderLost, node)),
        }
    }

    /// Takes note of a crash; returns the news of a leader lost, if it led.
    pub fn fell(&mut self, node: NodeId) -> Option<News> {
        self.nodes[node.index()].up = false;
        self.lead(node, Leadership::Lost)
    }

    /// Whether all of them have a running process.
    pub fn are_up(&self, nodes: &[NodeId]) -> bool {
        nodes.iter().all(|node| self.nodes[node.index()].up)
    }

    /// The names of `nodes`, separated by spaces.
    pub fn names(&self, nodes: &[NodeId]) -> String {
        let names: Vec<&str> = nodes.iter().map(|id| self.nodes[id.index()].name.as_str()).collect();
        names.join(" ")
    }
}
