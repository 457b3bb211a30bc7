//! Between whom a fault of links strikes: groups of nodes, in both directions or one; also one link.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use crate::kernel::NodeId;

use super::cut_off::Way;
use super::target::shuffled;
use super::{Matter, StrikeContext, Struck, Target};

/// One side of a fault of links.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Group {
    /// The nodes that these targets resolve to.
    Of(Vec<Target>),
    /// Every node, clients included, that is in no other group.
    Rest,
}

/// Which of the messages of nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heading {
    /// Those that they send and those that they are sent.
    Both,
    /// Those that they are sent.
    In,
    /// Those that they send.
    Out,
}

/// Whose messages it strikes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Between {
    /// Those of the nodes that the target resolves to, to and from whoever it is, each other too.
    Of(Target, Heading),
    /// Those of every group to every other.
    Groups(Vec<Group>),
    /// Those of the first group to the second, and not back.
    OneWay(Group, Group),
    /// Those from one node to another, for each of these pairs.
    Links(Vec<(NodeId, NodeId)>),
    /// What a layout of the nodes that the target resolves to leaves unconnected. Others reach all.
    Layout(Layout, Target),
    /// All messages between any two nodes.
    All,
}

crate::choices! {
    /// Which of a set of nodes stay connected. Who stands where is drawn at each strike.
    pub enum Layout {
        /// One node is cut off from the others.
        IsolateOne = "isolate-one",
        /// Two halves; of an odd number one is the majority.
        Halves = "halves",
        /// Two halves, and one node that reaches both.
        Bridge = "bridge",
        /// Each node reaches a majority, itself included, and as few more as that leaves: its next on a ring, both ways. Of
        /// fewer than four nodes all are next to each other, and nothing is struck.
        Ring = "ring",
    }
}

impl Layout {
    /// Of fewer nodes nothing is struck.
    pub(super) fn least_nodes(self) -> usize {
        match self {
            Layout::IsolateOne | Layout::Halves => 2,
            Layout::Bridge => 3,
            Layout::Ring => 4,
        }
    }

    /// Whether the nodes at two positions of `n` stay connected.
    fn connects(self, n: usize, a: usize, b: usize) -> bool {
        match self {
            Layout::IsolateOne => (a == 0) == (b == 0),
            Layout::Halves => (a < n / 2) == (b < n / 2),
            // The last is the bridge; the others are halves as above.
            Layout::Bridge => a + 1 == n || b + 1 == n || (a < (n - 1) / 2) == (b < (n - 1) / 2),
            Layout::Ring => {
                let apart = a.abs_diff(b);
                2 * apart.min(n - apart) <= n / 2 + n / 2 % 2
            }
        }
    }
}

/// Links, as sets of senders and receivers.
pub(super) struct Links {
    /// From any of these to any of those. A link lies on one way.
    pub(super) ways: Vec<Way>,
    /// The nodes that the fault names: not those that are only the rest.
    pub(super) named: Vec<NodeId>,
    /// In words.
    pub(super) resolved: String,
    /// As a scenario would say it.
    pub(super) struck: Struck,
}

impl Between {
    /// The links meant at this moment; `None` if a side is empty, or if none of them carries what the fault acts on.
    pub(super) fn resolve(&self, matter: Matter, cx: &mut StrikeContext<'_>) -> Option<Links> {
        let links = self.all(cx)?;
        let roster = cx.roster;
        let carries = |(from, to): &Way| roster.talks.carry(matter, &roster.side(from), &roster.side(to));
        links.ways.iter().any(carries).then_some(links)
    }

    /// The links meant, whatever they carry; `None` if a side is empty.
    fn all(&self, cx: &mut StrikeContext<'_>) -> Option<Links> {
        match self {
            Between::Of(target, heading) => links_of(target, *heading, cx),
            Between::Groups(groups) => links_between(groups, false, cx),
            Between::OneWay(from, to) => links_between(&[from.clone(), to.clone()], true, cx),
            Between::Links(pairs) => ways(pairs, cx),
            Between::Layout(layout, target) => {
                let nodes = shuffled(target.resolve(cx), cx.choice);
                let positions = (0..nodes.len()).flat_map(|a| (0..nodes.len()).map(move |b| (a, b)));
                let apart = positions.filter(|(a, b)| a != b && !layout.connects(nodes.len(), *a, *b));
                let pairs: Vec<_> = apart.map(|(a, b)| (nodes[a], nodes[b])).collect();
                let links = ways(&pairs, cx)?;
                let resolved = format!("{layout} of {}", cx.roster.names(&nodes));
                Some(Links { named: nodes, resolved, ..links })
            }
            Between::All => {
                let all = everybody(cx);
                let ways = vec![(all.clone(), all.clone())];
                Some(Links { ways, named: all, resolved: "all".to_owned(), struck: Struck::All })
            }
        }
    }
}

/// The links from every group to every other, or only from the first to the second; `None` if a group is empty.
fn links_between(groups: &[Group], is_one_way: bool, cx: &mut StrikeContext<'_>) -> Option<Links> {
    let sides = resolve(groups, cx);
    if sides.len() < 2 || sides.iter().any(Vec::is_empty) {
        return None;
    }
    let names: Vec<String> = sides.iter().map(|side| cx.roster.names(side)).collect();
    let said = sides.iter().zip(groups).filter(|(_, group)| **group != Group::Rest);
    let named = said.flat_map(|(side, _)| side.iter().copied()).collect();
    let (ways, resolved) = match is_one_way {
        true => (vec![(sides[0].clone(), sides[1].clone())], names.join(" -> ")),
        false => {
            let ways = (0..sides.len()).map(|i| (sides[i].clone(), others(&sides, i)));
            (ways.collect(), names.join(" | "))
        }
    };
    let side = |(side, group): (&Vec<NodeId>, &Group)| (*group != Group::Rest).then(|| side.clone());
    let groups = sides.iter().zip(groups).map(side).collect();
    Some(Links { ways, named, resolved, struck: Struck::Groups { groups, one_way: is_one_way } })
}

fn everybody(cx: &StrikeContext<'_>) -> Vec<NodeId> {
    (0..cx.roster.nodes.len()).map(|id| NodeId(id as u32)).collect()
}

/// The links of the nodes of a target; `None` if there are none.
fn links_of(target: &Target, heading: Heading, cx: &mut StrikeContext<'_>) -> Option<Links> {
    let mut nodes = target.resolve(cx);
    nodes.sort_unstable();
    nodes.dedup();
    let rest: Vec<NodeId> = everybody(cx).into_iter().filter(|node| !nodes.contains(node)).collect();
    let has_links = nodes.len() > 1 || (nodes.len() == 1 && !rest.is_empty());
    // Of one node all links are to the rest.
    let (us, them) = match nodes.len() {
        1 => (cx.roster.names(&nodes), cx.roster.names(&rest)),
        _ => (cx.roster.names(&nodes), "all".to_owned()),
    };
    let (ways, resolved) = match heading {
        Heading::Both => {
            let back = (!rest.is_empty()).then(|| (rest, nodes.clone()));
            (iter::once((nodes.clone(), everybody(cx))).chain(back).collect(), format!("{us} | {them}"))
        }
        Heading::In => (vec![(everybody(cx), nodes.clone())], format!("{them} -> {us}")),
        Heading::Out => (vec![(nodes.clone(), everybody(cx))], format!("{us} -> {them}")),
    };
    let struck = Struck::LinksOf(nodes.clone(), heading);
    has_links.then_some(Links { ways, named: nodes, resolved, struck })
}

/// Links by their senders; `None` if there are none.
fn ways(pairs: &[(NodeId, NodeId)], cx: &StrikeContext<'_>) -> Option<Links> {
    let mut receivers: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for (from, to) in pairs {
        receivers.entry(*from).or_default().push(*to);
    }
    let written = |(from, to): (&NodeId, &Vec<NodeId>)| {
        format!("{} -> {}", cx.roster.names(&[*from]), cx.roster.names(to))
    };
    let resolved = receivers.iter().map(written).collect::<Vec<_>>().join(", ");
    let ways = receivers.into_iter().map(|(from, to)| (vec![from], to)).collect();
    let ends = pairs.iter().flat_map(|&(from, to)| [from, to]);
    let named = ends.collect::<BTreeSet<NodeId>>().into_iter().collect();
    let struck = Struck::Links(pairs.to_vec());
    (!pairs.is_empty()).then_some(Links { ways, named, resolved, struck })
}

/// The nodes of each group; a node that several groups name belongs to the first of them.
fn resolve(groups: &[Group], cx: &mut StrikeContext<'_>) -> Vec<Vec<NodeId>> {
    let mut taken = vec![false; cx.roster.nodes.len()];
    let mut nodes = vec![Vec::new(); groups.len()];
    for (group, members) in groups.iter().zip(&mut nodes) {
        let Group::Of(targets) = group else { continue };
        for target in targets {
            for node in target.resolve(cx) {
                if !std::mem::replace(&mut taken[node.index()], true) {
                    members.push(node);
                }
            }
        }
        members.sort_unstable();
    }
    let rest = taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(id, _)| NodeId(id as u32));
    if let Some(index) = groups.iter().position(|group| *group == Group::Rest) {
        nodes[index] = rest.collect();
    }
    nodes
}

fn others(groups: &[Vec<NodeId>], index: usize) -> Vec<NodeId> {
    let others = groups.iter().enumerate().filter(|(other, _)| *other != index);
    others.flat_map(|(_, group)| group.iter().copied()).collect()
}
