//! Which nodes a cut puts out of reach of the rest of their system.

use std::collections::BTreeMap;

use super::roster::Roster;
use crate::kernel::NodeId;

/// Senders, and the receivers that hear none of them.
pub(super) type Way = (Vec<NodeId>, Vec<NodeId>);

/// The nodes to leave out, so that in each system those which remain all hear each other though nothing passes the `ways`.
/// Whoever is cut off from a node through which they serve is left out, then, one by one, whoever is cut off from most.
pub(super) fn cut_off(ways: &[Way], roster: &Roster) -> Vec<NodeId> {
    let mut sides: BTreeMap<NodeId, Sides> = BTreeMap::new();
    // More ways than bits stop the run anyway (`max-link-faults`).
    for (bit, (from, to)) in ways.iter().take(128).enumerate() {
        from.iter().for_each(|node| sides.entry(*node).or_default().sends |= 1 << bit);
        to.iter().for_each(|node| sides.entry(*node).or_default().receives |= 1 << bit);
    }
    let in_one = |members: &Vec<NodeId>| {
        let (fronts, members): (Vec<NodeId>, Vec<NodeId>) =
            members.iter().partition(|node| roster.nodes[node.index()].is_front);
        cut_off_in(&sides, &fronts, &members)
    };
    roster.systems.iter().flat_map(|system| in_one(&system.nodes)).collect()
}

/// The ways on which a node sends and receives, a bit each. Whatever cuts one node off cuts off all that are on the same
/// sides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Sides {
    sends: u128,
    receives: u128,
}

impl Sides {
    fn is_cut_from(self, other: Sides) -> bool {
        self.sends & other.receives != 0 || self.receives & other.sends != 0
    }
}

fn cut_off_in(sides: &BTreeMap<NodeId, Sides>, fronts: &[NodeId], members: &[NodeId]) -> Vec<NodeId> {
    let sides_of = |node: &NodeId| sides.get(node).copied().unwrap_or_default();
    let mut groups: BTreeMap<Sides, Vec<NodeId>> = BTreeMap::new();
    let mut left_out = Vec::new();
    for node in members {
        let of_node = sides_of(node);
        match fronts.iter().any(|front| of_node.is_cut_from(sides_of(front))) {
            true => left_out.push(*node),
            false => groups.entry(of_node).or_default().push(*node),
        }
    }
    loop {
        let cut_from = |one: Sides| -> usize {
            let others = groups.iter().filter(|(other, _)| one.is_cut_from(**other));
            // A node is not cut off from itself.
            others.map(|(other, nodes)| nodes.len() - usize::from(*other == one)).sum()
        };
        let worst = groups.iter().map(|(one, nodes)| (cut_from(*one), usize::MAX - nodes.len(), *one)).max();
        match worst {
            Some((1.., _, one)) => left_out.extend(groups.remove(&one).unwrap_or_default()),
            Some((0, ..)) | None => return left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::{Incarnation, Matters, NodeFacts, Talks};
    use crate::kernel::{SiteId, SystemId};

    fn nodes(ids: &[u32]) -> Vec<NodeId> {
        ids.iter().map(|id| NodeId(*id)).collect()
    }

    /// Of nine nodes those of `members` are one system, of which `front` is the front.
    fn left_out_behind(front: Option<u32>, members: &[u32], ways: &[(&[u32], &[u32])]) -> Vec<u32> {
        let facts = |id: u32| NodeFacts {
            name: id.to_string().into(),
            system: SystemId(u16::from(!members.contains(&id))),
            site: SiteId(0),
            is_front: front == Some(id),
            has: Matters::UNKNOWN,
            up: true,
            incarnation: Incarnation(1),
            leads: None,
            elected_by: None,
            may_be_elected_by: Vec::new(),
            outs: 0,
            has_halted: false,
            has_lost_vote: false,
            has_lost_disk: false,
        };
        let systems = ["kv", "others"].map(str::to_owned);
        let roster =
            Roster::new((0..9).map(facts).collect(), &systems, vec!["here".into()], Talks::default());
        let ways: Vec<Way> = ways.iter().map(|(from, to)| (nodes(from), nodes(to))).collect();
        let out = cut_off(&ways, &roster).into_iter().map(|node| node.0);
        let mut out: Vec<u32> = out.filter(|node| members.contains(node)).collect();
        out.sort_unstable();
        out
    }

    fn left_out(members: &[u32], ways: &[(&[u32], &[u32])]) -> Vec<u32> {
        left_out_behind(None, members, ways)
    }

    #[test]
    fn whoever_is_cut_off_from_the_front_is_left_out_however_few_remain() {
        let apart: &[(&[u32], &[u32])] = &[(&[0, 1, 2], &[3, 4]), (&[3, 4], &[0, 1, 2])];
        assert_eq!(left_out_behind(Some(4), &[0, 1, 2, 3, 4], apart), [0, 1, 2]);
        assert_eq!(left_out_behind(Some(4), &[0, 1, 2, 4], &[(&[4], &[0, 1, 2])]), [0, 1, 2], "all of them");
    }

    #[test]
    fn the_smaller_side_of_a_partition_is_cut_off() {
        assert_eq!(left_out(&[0, 1, 2, 3, 4], &[(&[1, 3], &[0, 2, 4]), (&[0, 2, 4], &[1, 3])]), [1, 3]);
    }

    #[test]
    fn one_direction_is_enough() {
        assert_eq!(left_out(&[0, 1, 2], &[(&[0, 1], &[2])]), [2]);
        assert_eq!(left_out(&[0, 1, 2], &[(&[2], &[0, 1])]), [2]);
    }

    #[test]
    fn of_equal_sides_one_remains() {
        assert_eq!(left_out(&[0, 1, 2, 3], &[(&[0, 1], &[2, 3])]).len(), 2);
    }

    #[test]
    fn a_cut_from_clients_or_another_system_leaves_nobody_out() {
        assert_eq!(left_out(&[0, 1, 2], &[(&[0, 1, 2], &[7, 8]), (&[7, 8], &[0, 1, 2])]), [0; 0]);
    }

    #[test]
    fn whoever_hears_most_of_the_others_remains() {
        // A bridge: 2 hears both sides, which do not hear each other.
        let bridge: &[(&[u32], &[u32])] = &[(&[0, 1], &[3, 4]), (&[3, 4], &[0, 1])];
        assert_eq!(left_out(&[0, 1, 2, 3, 4], bridge).len(), 2);
        assert!(!left_out(&[0, 1, 2, 3, 4], bridge).contains(&2));
    }
}
