//! Whom a fault strikes: an intent from the scenario, resolved to nodes at the moment it strikes.

use crate::kernel::{NodeId, SiteId, Stream, SystemId};

use super::{Matter, NodeFacts, StrikeContext};

/// An intent that resolves to nodes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Target {
    /// This node: `kv.2`.
    Node(NodeId),
    /// These nodes, known from the start: those of a zone, a rack or a version.
    Nodes(Vec<NodeId>),
    /// The nodes that the fault strikes because of, the new leader for example: `that`.
    That,
    /// Every node of a system: `kv`.
    System(SystemId),
    /// Every node of a region, clients included: `region:us-east-1`.
    Site(SiteId),
    /// The system's leader at that moment: `leader(kv)`.
    Leader(SystemId),
    /// One running node other than the leader, drawn: `follower(kv)`.
    Follower(SystemId),
    /// Every running node other than the leader: `followers(kv)`.
    Followers(SystemId),
    /// One running node, drawn: `any(kv)`.
    Any(SystemId),
    /// Nodes drawn, as many as can be lost with a majority left: `minority(kv)`.
    Minority(SystemId),
    /// Nodes drawn, just enough for a majority: `quorum(kv)`.
    Quorum(SystemId),
    /// A minority or a quorum that the leader is in or not: `minority(kv, with leader)`.
    Around(SystemId, Size, Leader),
}

/// How many nodes of a system.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Size {
    /// As many as can be lost with a majority left.
    Minority,
    /// Just enough for a majority.
    Quorum,
}

/// Whether the leader is among them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Leader {
    /// `with leader`: nobody is struck while there is none.
    In,
    /// `without leader`.
    Out,
}

impl Target {
    /// The nodes meant at this moment, in order of their ids; empty when there is none (no leader, none running, too
    /// few for a quorum).
    pub fn resolve(&self, cx: &mut StrikeContext<'_>) -> Vec<NodeId> {
        let roster = cx.roster;
        let members = |system: &SystemId| roster.systems[system.index()].nodes.clone();
        let running = |system: &SystemId| {
            let mut nodes = members(system);
            nodes.retain(|id| roster.nodes[id.index()].up);
            nodes
        };
        let others = |mut nodes: Vec<NodeId>, leader: Option<NodeId>| {
            nodes.retain(|id| Some(*id) != leader);
            nodes
        };
        match self {
            Target::Node(node) => vec![*node],
            Target::Nodes(nodes) => nodes.clone(),
            Target::That => cx.that.to_vec(),
            Target::System(system) => members(system),
            Target::Site(site) => {
                let here = |(_, node): &(usize, &NodeFacts)| node.site == *site;
                let nodes = roster.nodes.iter().enumerate().filter(here);
                nodes.map(|(index, _)| NodeId(index as u32)).collect()
            }
            Target::Leader(system) => roster.leader(*system).into_iter().collect(),
            Target::Follower(system) => draw(others(running(system), roster.leader(*system)), 1, cx.choice),
            Target::Followers(system) => others(running(system), roster.leader(*system)),
            Target::Any(system) => draw(running(system), 1, cx.choice),
            Target::Minority(system) => {
                let all = members(system);
                let count = Size::Minority.of(all.len());
                draw(all, count, cx.choice)
            }
            Target::Quorum(system) => {
                let all = members(system);
                let count = Size::Quorum.of(all.len());
                draw(all, count, cx.choice)
            }
            Target::Around(system, size, side) => {
                let all = members(system);
                let count = size.of(all.len());
                let leader = roster.leader(*system);
                let others = others(all, leader);
                match (side, leader) {
                    (Leader::In, None) => Vec::new(),
                    (Leader::In, Some(_)) if count == 0 => Vec::new(),
                    (Leader::In, Some(leader)) => {
                        let mut nodes = draw(others, count - 1, cx.choice);
                        nodes.push(leader);
                        nodes.sort_unstable();
                        nodes
                    }
                    (Leader::Out, _) if count > others.len() => Vec::new(),
                    (Leader::Out, _) => draw(others, count, cx.choice),
                }
            }
        }
    }

    /// Whether it comes to other nodes each time that it is asked.
    pub fn is_drawn(&self) -> bool {
        match self {
            Target::Follower(_)
            | Target::Any(_)
            | Target::Minority(_)
            | Target::Quorum(_)
            | Target::Around(..) => true,
            Target::Node(_)
            | Target::Nodes(_)
            | Target::That
            | Target::System(_)
            | Target::Site(_)
            | Target::Leader(_)
            | Target::Followers(_) => false,
        }
    }

    /// The system of which it is all or some nodes, as long as it says so.
    pub fn system(&self) -> Option<SystemId> {
        match self {
            Target::System(system)
            | Target::Leader(system)
            | Target::Follower(system)
            | Target::Followers(system)
            | Target::Any(system)
            | Target::Minority(system)
            | Target::Quorum(system)
            | Target::Around(system, ..) => Some(*system),
            Target::Node(_) | Target::Nodes(_) | Target::That | Target::Site(_) => None,
        }
    }

    /// The nodes meant at this moment that have what the fault acts on.
    pub(super) fn resolve_with(&self, matter: Matter, cx: &mut StrikeContext<'_>) -> Vec<NodeId> {
        let mut nodes = self.resolve(cx);
        nodes.retain(|node| cx.roster.nodes[node.index()].has.have(matter));
        nodes
    }
}

impl Size {
    /// So many of `all` nodes.
    pub(super) fn of(self, all: usize) -> usize {
        match self {
            Size::Minority => all.saturating_sub(1) / 2,
            Size::Quorum => all / 2 + 1,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::{Incarnation, Matters, Roster, Talks};
    use crate::kernel::Time;
    use crate::net::ImpairmentId;

    const KV: SystemId = SystemId(0);

    /// A system of so many nodes, all of them up.
    fn roster(nodes: u32) -> Roster {
        let facts = |id: u32| NodeFacts {
            name: format!("kv.{}", id + 1).into(),
            system: KV,
            site: SiteId(0),
            is_front: false,
            has: Matters::UNKNOWN,
            up: true,
            incarnation: Incarnation(1),
            outs: 0,
            has_halted: false,
            has_lost_vote: false,
            has_lost_disk: false,
            leads: None,
            elected_by: None,
            may_be_elected_by: Vec::new(),
        };
        Roster::new((0..nodes).map(facts).collect(), &["kv".into()], vec!["here".into()], Talks::default())
    }

    /// What a target comes to, by 40 different streams.
    fn draws(roster: &Roster, target: &Target) -> Vec<Vec<u32>> {
        let resolve = |seed: u64| {
            let mut choice = Stream::new(seed, "test", "fault");
            let mut cx = StrikeContext {
                now: Time::ZERO,
                roster,
                choice: &mut choice,
                that: &[],
                impairment: ImpairmentId(0),
                key: 0,
            };
            target.resolve(&mut cx).into_iter().map(|id| id.0).collect()
        };
        let mut found: Vec<Vec<u32>> = (0..40).map(resolve).collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn a_follower_is_up_and_not_the_leader() {
        let mut roster = roster(5);
        (roster.nodes[1].leads, roster.nodes[3].up) = (Some(7), false);
        assert_eq!(draws(&roster, &Target::Leader(KV)), [[1]]);
        assert_eq!(draws(&roster, &Target::Follower(KV)), [[0], [2], [4]]);
        assert_eq!(draws(&roster, &Target::Followers(KV)), [[0, 2, 4]]);
        roster.nodes[2].leads = Some(6);
        assert_eq!(
            draws(&roster, &Target::Followers(KV)),
            [[0, 2, 4]],
            "who believes in an older term follows"
        );
        roster.nodes[1].leads = None;
        roster.nodes[2].leads = None;
        assert_eq!(draws(&roster, &Target::Followers(KV)), [[0, 1, 2, 4]], "without a leader all do");
    }

    #[test]
    fn a_share_of_the_nodes_is_drawn_with_the_leader_or_without() {
        let mut roster = roster(5);
        roster.nodes[4].leads = Some(1);
        let share = |size, side| Target::Around(KV, size, side);
        assert_eq!(draws(&roster, &share(Size::Minority, Leader::In)), [[0, 4], [1, 4], [2, 4], [3, 4]]);
        let without = draws(&roster, &share(Size::Minority, Leader::Out));
        assert!(without.len() == 6 && without.iter().all(|nodes| nodes.len() == 2 && !nodes.contains(&4)));
        let with = draws(&roster, &share(Size::Quorum, Leader::In));
        assert!(with.len() == 6 && with.iter().all(|nodes| nodes.len() == 3 && nodes.contains(&4)));
        assert_eq!(draws(&roster, &share(Size::Quorum, Leader::Out)).len(), 4);
    }

    #[test]
    fn what_there_is_not_is_nobody() {
        let none = [[0; 0]];
        assert_eq!(draws(&roster(3), &Target::Around(KV, Size::Minority, Leader::In)), none, "no leader");
        let mut two = roster(2);
        two.nodes[0].leads = Some(1);
        assert_eq!(draws(&two, &Target::Around(KV, Size::Minority, Leader::In)), none, "no minority of two");
        assert_eq!(
            draws(&two, &Target::Around(KV, Size::Quorum, Leader::Out)),
            none,
            "one is no quorum of two"
        );
        two.nodes[1].up = false;
        assert_eq!(draws(&two, &Target::Follower(KV)), none);
    }
}
