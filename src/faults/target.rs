//! Whom a fault strikes: an intent from the scenario, resolved to nodes at the moment it strikes.

use crate::kernel::{NodeId, SiteId, Stream, SystemId};

use super::roster::Roster;

/// An intent that resolves to nodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// This node: `kv.2`.
    Node(NodeId),
    /// Every node of a system: `kv`.
    System(SystemId),
    /// The system's leader at that moment: `leader(kv)`.
    Leader(SystemId),
    /// One running node, drawn: `any(kv)`.
    Any(SystemId),
    /// Nodes drawn, as many as can be lost with a majority left: `minority(kv)`.
    Minority(SystemId),
    /// Nodes drawn, just enough for a majority: `quorum(kv)`.
    Quorum(SystemId),
    /// Every node of a region, clients included: `region:us-east-1`.
    Site(SiteId),
}

impl Target {
    /// The nodes meant at this moment, in order of their ids; empty when there is none (no leader, none running).
    pub fn resolve(&self, roster: &Roster, choice: &mut Stream) -> Vec<NodeId> {
        let members = |system: &SystemId| &roster.systems[system.index()].nodes;
        match self {
            Target::Node(node) => vec![*node],
            Target::System(system) => members(system).clone(),
            Target::Leader(system) => roster.leader(*system).into_iter().collect(),
            Target::Any(system) => {
                let is_up = |id: &NodeId| roster.nodes[id.index()].up;
                draw(members(system).iter().copied().filter(is_up).collect(), 1, choice)
            }
            Target::Minority(system) => {
                let all = members(system).clone();
                let count = all.len().saturating_sub(1) / 2;
                draw(all, count, choice)
            }
            Target::Quorum(system) => {
                let all = members(system).clone();
                let count = all.len() / 2 + 1;
                draw(all, count, choice)
            }
            Target::Site(site) => {
                let here = |(_, node): &(usize, &super::NodeFacts)| node.site == *site;
                let nodes = roster.nodes.iter().enumerate().filter(here);
                nodes.map(|(index, _)| NodeId(index as u32)).collect()
            }
        }
    }
}

impl Target {
    /// The nodes meant at this moment that can fail themselves: clients cannot.
    pub(super) fn resolve_failing(&self, roster: &Roster, choice: &mut Stream) -> Vec<NodeId> {
        let mut nodes = self.resolve(roster, choice);
        nodes.retain(|node| !roster.nodes[node.index()].is_client);
        nodes
    }
}

/// `nodes` in an order drawn.
pub(super) fn shuffled(mut nodes: Vec<NodeId>, choice: &mut Stream) -> Vec<NodeId> {
    for last in (1..nodes.len()).rev() {
        nodes.swap(last, choice.below(last as u32 + 1) as usize);
    }
    nodes
}

/// `count` of `nodes`, drawn without replacement, in order of their ids.
fn draw(mut nodes: Vec<NodeId>, count: usize, choice: &mut Stream) -> Vec<NodeId> {
    let mut drawn = Vec::with_capacity(count);
    while drawn.len() < count && !nodes.is_empty() {
        let index = choice.below(nodes.len() as u32) as usize;
        drawn.push(nodes.remove(index));
    }
    drawn.sort_unstable();
    drawn
}
