//! Between whom a fault of links strikes: groups of nodes, in both directions or one; also one link.

use crate::kernel::NodeId;

use super::cut_off::Way;
use super::{StrikeContext, Target};

/// One side of a fault of links.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Group {
    /// The nodes that these targets resolve to.
    Of(Vec<Target>),
    /// Every node, clients included, that is in no other group.
    Rest,
}

/// Whose messages it strikes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Between {
    /// Those of every group to every other.
    Groups(Vec<Group>),
    /// Those of the first group to the second, and not back.
    OneWay(Group, Group),
    /// All messages between any two nodes.
    All,
}

/// Links, as sets of senders and receivers.
pub(super) struct Links {
    /// From any of these to any of those.
    pub(super) ways: Vec<Way>,
    /// In words.
    pub(super) resolved: String,
}

impl Between {
    /// The links meant at this moment; `None` if a side is empty.
    pub(super) fn resolve(&self, cx: &mut StrikeContext<'_>) -> Option<Links> {
        let groups = match self {
            Between::Groups(groups) => resolve(groups, cx),
            Between::OneWay(from, to) => resolve(&[from.clone(), to.clone()], cx),
            Between::All => {
                let all: Vec<NodeId> = (0..cx.roster.nodes.len()).map(|id| NodeId(id as u32)).collect();
                return Some(Links { ways: vec![(all.clone(), all)], resolved: "all".to_owned() });
            }
        };
        if groups.len() < 2 || groups.iter().any(Vec::is_empty) {
            return None;
        }
        let names: Vec<String> = groups.iter().map(|group| cx.roster.names(group)).collect();
        Some(match self {
            Between::OneWay(..) => {
                let ways = vec![(groups[0].clone(), groups[1].clone())];
                Links { ways, resolved: names.join(" -> ") }
            }
            Between::Groups(_) | Between::All => {
                let ways = (0..groups.len()).map(|i| (groups[i].clone(), others(&groups, i))).collect();
                Links { ways, resolved: names.join(" | ") }
            }
        })
    }
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
