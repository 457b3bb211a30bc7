//! What faults know of the world when they choose their targets: who there is, where, and in what state.

use std::rc::Rc;

use crate::kernel::{Electorate, Leadership, NodeId, SiteId, SystemId};

use super::action::Incarnation;
use super::{HappeningKind, Matters, News, Side, Talks};

/// Every node and system of a run.
#[derive(Clone, Debug)]
pub struct Roster {
    /// By node id.
    pub nodes: Vec<NodeFacts>,
    /// By system id: systems and workloads.
    pub systems: Vec<SystemFacts>,
    /// By site id.
    pub sites: Vec<String>,
    /// What the nodes have that stand there, by site id.
    pub(super) sites_have: Vec<Side>,
    /// What all nodes have.
    pub(super) has: Side,
    /// Who speaks with whom.
    pub(super) talks: Talks,
}

/// One node.
#[derive(Clone, Debug)]
pub struct NodeFacts {
    /// Its name, such as `kv.2`.
    pub name: Rc<str>,
    /// What it belongs to.
    pub system: SystemId,
    /// Where it stands.
    pub site: SiteId,
    /// Whether the other nodes of its system serve through it.
    pub is_front: bool,
    /// What it has that faults act on; what holds a workload's clients has only what it says and is told.
    pub has: Matters,
    /// Whether it has a running process.
    pub up: bool,
    /// Counts its boots.
    pub incarnation: Incarnation,
    /// The term it leads, by its own belief.
    pub leads: Option<u64>,
    /// Who elects leaders, as far as it has told.
    pub elected_by: Option<Electorate>,
    /// Who may come to, by what it holds.
    pub may_be_elected_by: Vec<Electorate>,
    /// Strikes in force that put it out of service, or out of reach.
    pub outs: u32,
    /// Whether its process takes part no more until it is restarted.
    pub has_halted: bool,
    /// Whether its vote does not count, as its disk was lost and it has not been taken in again since.
    pub has_lost_vote: bool,
    /// Whether its disk was lost, or a boot could not read all of it. Known to faults that ask
    /// ([`Fault::asks_for_disks`](super::Fault::asks_for_disks)).
    pub has_lost_disk: bool,
}

impl NodeFacts {
    /// Whether it takes part, or would once it is restarted.
    pub fn can_take_part(&self) -> bool {
        (self.up && !self.has_halted) || !self.has_lost_disk
    }

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
    /// What any of them has.
    pub(super) has: Matters,
}

impl Roster {
    /// Of these `nodes`, in the order of their ids; systems and sites are in the order of theirs.
    pub fn new(nodes: Vec<NodeFacts>, systems: &[String], sites: Vec<String>, talks: Talks) -> Roster {
        let system =
            |name: &String| SystemFacts { name: name.clone(), nodes: Vec::new(), has: Matters::NONE };
        let mut roster = Roster {
            systems: systems.iter().map(system).collect(),
            sites_have: vec![Side::default(); sites.len()],
            sites,
            has: Side::default(),
            talks,
            nodes: Vec::new(),
        };
        for (id, node) in nodes.iter().enumerate() {
            let system = &mut roster.systems[node.system.index()];
            system.nodes.push(NodeId(id as u32));
            system.has = system.has.or(node.has);
            roster.has.add(node.system, node.has);
            roster.sites_have[node.site.index()].add(node.system, node.has);
        }
        Roster { nodes, ..roster }
    }

    /// The running node that leads `system` in the highest term, by its own belief.
    pub fn leader(&self, system: SystemId) -> Option<NodeId> {
        let leads = |id: &NodeId| {
            let node = &self.nodes[id.index()];
            node.leads.filter(|_| node.up).map(|term| (term, *id))
        };
        self.systems[system.index()].nodes.iter().filter_map(leads).max().map(|(_, id)| id)
    }

    /// Whether a node was said to have something to say to another.
    pub fn talk(&self, one: NodeId, other: NodeId) -> bool {
        let [one, other] = [one, other].map(|node| self.nodes[node.index()].system);
        self.talks.have(one, other)
    }

    /// What these nodes have.
    pub(super) fn side(&self, nodes: &[NodeId]) -> Side {
        let mut side = Side::default();
        for node in nodes.iter().map(|node| &self.nodes[node.index()]) {
            side.add(node.system, node.has);
        }
        side
    }

    /// Takes note of a change of leadership; returns what it comes to. Who gives up a campaign has lost nothing.
    #[inline]
    pub fn lead(&mut self, node: NodeId, change: Leadership) -> Option<News> {
        let NodeFacts { leads, elected_by, may_be_elected_by, has_halted, has_lost_vote, .. } =
            &mut self.nodes[node.index()];
        *has_halted |= change == Leadership::Halted;
        match change {
            Leadership::Gained { term } => {
                *leads = Some(term);
                Some(News::of_node(HappeningKind::LeaderElected, node))
            }
            Leadership::ElectedBy(electorate) => {
                *elected_by = Some(electorate);
                may_be_elected_by.clear();
                None
            }
            Leadership::MayBeElectedBy(electorate) => {
                may_be_elected_by.push(electorate);
                None
            }
            Leadership::VoteLost | Leadership::VoteRegained => {
                *has_lost_vote = change == Leadership::VoteLost;
                None
            }
            Leadership::Lost | Leadership::Halted => {
                leads.take().map(|_| News::of_node(HappeningKind::LeaderLost, node))
            }
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
        let names: Vec<&str> = nodes.iter().map(|id| &*self.nodes[id.index()].name).collect();
        names.join(" ")
    }
}
