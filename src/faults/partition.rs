//! `do = "partition"`: messages between groups are dropped, in both directions or one; also one link.

use crate::kernel::NodeId;

use super::{Action, Fault, Strike, StrikeContext, Target};

/// One side of a partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Group {
    /// The nodes that these targets resolve to.
    Of(Vec<Target>),
    /// Every node, clients included, that is in no other group.
    Rest,
}

/// Who cannot reach whom.
#[derive(Clone, Debug)]
pub enum Partition {
    /// Nobody reaches another group.
    Groups(Vec<Group>),
    /// The first group does not reach the second; the second reaches the first.
    OneWay(Group, Group),
}

impl Fault for Partition {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let groups = match self {
            Partition::Groups(groups) => resolve(groups, cx),
            Partition::OneWay(from, to) => resolve(&[from.clone(), to.clone()], cx),
        };
        if groups.len() < 2 || groups.iter().any(Vec::is_empty) {
            return None;
        }
        let cut = |from: &[NodeId], to: Vec<NodeId>| Action::Cut { id: cx.cut, from: from.to_vec(), to };
        let names: Vec<String> = groups.iter().map(|group| cx.roster.names(group)).collect();
        let (begin, resolved) = match self {
            Partition::Groups(_) => {
                let begin = (0..groups.len()).map(|i| cut(&groups[i], others(&groups, i))).collect();
                (begin, names.join(" | "))
            }
            Partition::OneWay(..) => (vec![cut(&groups[0], groups[1].clone())], names.join(" -> ")),
        };
        Some(Strike { begin, end: vec![Action::Heal(cx.cut)], resolved })
    }
}

/// The nodes of each group; a node that several groups name belongs to the first of them.
fn resolve(groups: &[Group], cx: &mut StrikeContext<'_>) -> Vec<Vec<NodeId>> {
    let mut taken = vec![false; cx.roster.nodes.len()];
    let mut nodes = vec![Vec::new(); groups.len()];
    for (group, members) in groups.iter().zip(&mut nodes) {
        let Group::Of(targets) = group else { continue };
        for target in targets {
            for node in target.resolve(cx.roster, cx.choice) {
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
