//! Who takes part in a group, and what its quorums are. Quorum arithmetic stands here alone.
//!
//! A group's nodes are numbered by rank: a node's *slot*. The [`Roster`] never changes; which of its nodes vote is
//! said by a [`Configuration`], a value that a log can carry.

use std::rc::Rc;

use crate::kernel::{Digest, NodeId};

/// Most nodes that a group may have: a [`Slots`] is one word.
pub const GROUP_MAX: usize = 64;

/// Most nodes of a small group.
const FEW: usize = 9;

/// All nodes of a group, whether they take part now or not. Each has a slot, its rank by id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Roster {
    nodes: Rc<[NodeId]>,
}

impl Roster {
    /// The group of these nodes, in any order.
    ///
    /// # Panics
    /// If there are none, more than [`GROUP_MAX`], or one twice: whoever loads a scenario refuses that first.
    pub fn new(nodes: impl IntoIterator<Item = NodeId>) -> Roster {
        let mut nodes: Vec<NodeId> = nodes.into_iter().collect();
        nodes.sort_unstable();
        assert!(!nodes.is_empty(), "a group has at least one node");
        assert!(nodes.len() <= GROUP_MAX, "a group has at most {GROUP_MAX} nodes");
        assert!(nodes.windows(2).all(|pair| pair[0] != pair[1]), "a node is named twice in {nodes:?}");
        Roster { nodes: nodes.into() }
    }

    /// How many nodes there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none: never.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nodes, in order of slot.
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The node of a slot.
    #[inline]
    pub fn node(&self, slot: usize) -> NodeId {
        self.nodes[slot]
    }

    /// The slot of a node; `None` for anybody who is not of the group.
    #[inline]
    pub fn slot(&self, node: NodeId) -> Option<usize> {
        self.nodes.binary_search(&node).ok()
    }

    /// The slots of all nodes.
    pub fn slots(&self) -> Slots {
        Slots::first(self.nodes.len())
    }
}

/// A set of a group's nodes, by slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Slots(pub u64);

impl Slots {
    /// Nobody.
    pub const NONE: Slots = Slots(0);

    /// The node of one slot.
    #[inline]
    pub fn one(slot: usize) -> Slots {
        Slots(1 << slot)
    }

    /// The first `count` slots, at most [`GROUP_MAX`].
    pub fn first(count: usize) -> Slots {
        Slots(if count >= GROUP_MAX { u64::MAX } else { (1 << count) - 1 })
    }

    /// Adds a slot; adding it again changes nothing.
    #[inline]
    pub fn add(&mut self, slot: usize) {
        self.0 |= 1 << slot;
    }

    /// Whether `slot` is in the set.
    #[inline]
    pub fn has(self, slot: usize) -> bool {
        self.0 >> slot & 1 == 1
    }

    /// How many there are.
    #[inline]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of this set or of `other`.
    #[inline]
    pub fn and(self, other: Slots) -> Slots {
        Slots(self.0 | other.0)
    }

    /// Those that are in both sets.
    #[inline]
    pub fn common(self, other: Slots) -> Slots {
        Slots(self.0 & other.0)
    }

    /// Those that are not in `other`.
    #[inline]
    pub fn without(self, other: Slots) -> Slots {
        Slots(self.0 & !other.0)
    }

    /// Whether all of `other` are in this set.
    pub fn includes(self, other: Slots) -> bool {
        other.without(self).is_empty()
    }

    /// The nodes of these slots, by their numbers in the group, counted from 1: `1 2 3`.
    pub fn numbers(self) -> String {
        let numbers: Vec<String> = self.iter().map(|slot| (slot + 1).to_string()).collect();
        numbers.join(" ")
    }

    /// The slots, rising.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let slot = left.trailing_zeros() as usize;
            (left != 0).then(|| {
                left &= left - 1;
                slot
            })
        })
    }

    /// Those of the set for which `holds`.
    #[inline]
    pub fn filter(self, holds: impl Fn(usize) -> bool) -> Slots {
        self.iter().filter(|slot| holds(*slot)).collect()
    }

    /// The highest value that at least `count` of the set have reached, where `value` gives each slot's; the least value
    /// if there are fewer.
    #[inline]
    pub fn reached<T: Copy + Ord + Default>(self, count: usize, value: impl Fn(usize) -> T) -> T {
        // Asked at each answer: to fill 64 places would cost more than all the rest.
        if self.len() <= FEW {
            self.reached_of::<FEW, T>(count, value)
        } else {
            self.reached_of::<GROUP_MAX, T>(count, value)
        }
    }

    #[inline]
    fn reached_of<const MOST: usize, T: Copy + Ord + Default>(
        self,
        count: usize,
        value: impl Fn(usize) -> T,
    ) -> T {
        // Each is put among those before: for so few, less work than a sort.
        let mut sorted = [T::default(); MOST];
        let mut len = 0;
        for slot in self.iter() {
            let value = value(slot);
            let mut place = len;
            while place > 0 && sorted[place - 1] > value {
                sorted[place] = sorted[place - 1];
                place -= 1;
            }
            sorted[place] = value;
            len += 1;
        }
        len.checked_sub(count).and_then(|place| sorted[..len].get(place)).copied().unwrap_or_default()
    }
}

impl FromIterator<usize> for Slots {
    #[inline]
    fn from_iter<I: IntoIterator<Item = usize>>(slots: I) -> Slots {
        slots.into_iter().fold(Slots::NONE, |all, slot| all.and(Slots::one(slot)))
    }
}

/// More than half of so many.
#[inline]
pub fn majority(of: usize) -> usize {
    of / 2 + 1
}

/// Who votes and who only learns. While `outgoing` are not empty, two groups of voters must agree (joint consensus:
/// Raft, §6).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Configuration {
    /// Who votes.
    pub voters: Slots,
    /// The voters whom they replace, while both must agree.
    pub outgoing: Slots,
    /// Who gets the log and does not vote.
    pub learners: Slots,
}

impl Configuration {
    /// These voters, and nobody else.
    pub fn of_voters(voters: Slots) -> Configuration {
        Configuration { voters, ..Configuration::default() }
    }

    /// Whether two groups of voters must agree.
    #[inline]
    pub fn is_joint(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Everybody who gets the log.
    #[inline]
    pub fn members(&self) -> Slots {
        self.voting().and(self.learners)
    }

    /// Everybody whose vote counts, in one group or the other.
    #[inline]
    pub fn voting(&self) -> Slots {
        self.voters.and(self.outgoing)
    }

    /// Whether the vote of `slot` counts.
    #[inline]
    pub fn is_voter(&self, slot: usize) -> bool {
        self.voting().has(slot)
    }

    /// Whether `votes` are a majority, of both groups where there are two.
    #[inline]
    pub fn is_quorum(&self, votes: Slots) -> bool {
        let has = |group: Slots| votes.common(group).len() >= majority(group.len());
        has(self.voters) && (self.outgoing.is_empty() || has(self.outgoing))
    }

    /// The highest value that a majority has reached, of both groups where there are two; `value` gives each slot's.
    #[inline]
    pub fn reached<T: Copy + Ord + Default>(&self, value: impl Fn(usize) -> T + Copy) -> T {
        let of = |group: Slots| group.reached(majority(group.len()), value);
        if self.outgoing.is_empty() { of(self.voters) } else { of(self.voters).min(of(self.outgoing)) }
    }

    /// Adds it to a digest.
    pub fn absorb_into(&self, digest: &mut Digest) {
        [self.voters, self.outgoing, self.learners].into_iter().for_each(|slots| digest.absorb(slots.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(voters: usize) -> Configuration {
        Configuration::of_voters(Slots::first(voters))
    }

    fn slots(of: &[usize]) -> Slots {
        of.iter().copied().collect()
    }

    #[test]
    fn two_majorities_always_share_a_voter() {
        for voters in 1..=GROUP_MAX {
            assert!(2 * majority(voters) > voters, "{voters} voters");
            assert!(2 * (majority(voters) - 1) <= voters, "no more than needed of {voters}");
        }
    }

    #[test]
    fn a_vote_that_comes_twice_counts_once() {
        let mut votes = Slots::NONE;
        votes.add(2);
        votes.add(2);
        assert!(!group(3).is_quorum(votes));
        votes.add(0);
        assert!(group(3).is_quorum(votes));
    }

    #[test]
    fn who_does_not_vote_makes_no_quorum() {
        let configuration = Configuration { learners: slots(&[3, 4]), ..group(3) };
        assert!(!configuration.is_quorum(slots(&[0, 3, 4, 9])));
        assert!(configuration.is_quorum(slots(&[0, 1])));
    }

    #[test]
    fn two_groups_must_both_agree() {
        let joint =
            Configuration { voters: slots(&[2, 3, 4]), outgoing: slots(&[0, 1, 2]), learners: Slots::NONE };
        assert!(!joint.is_quorum(slots(&[2, 3, 4])), "the old group has one of three");
        assert!(!joint.is_quorum(slots(&[0, 1, 2])), "the new group has one of three");
        assert!(joint.is_quorum(slots(&[1, 2, 3])));
        let values = [9, 8, 1, 7, 6];
        assert_eq!(joint.reached(|slot| values[slot]), 6, "the new group has 6, the old 8");
    }

    #[test]
    fn what_a_majority_reached_does_not_hang_on_who_reached_it() {
        let four = [9, 2, 7, 5];
        assert_eq!(group(4).reached(|slot| four[slot]), 5, "three of four have 5 or more");
        let five = [1, 9, 3, 8, 2];
        assert_eq!(group(5).reached(|slot| five[slot]), 3);
        assert_eq!(group(1).reached(|_| 4), 4);
        assert_eq!(Slots::first(2).reached(3, |_| 4), 0, "there are no three");
    }

    #[test]
    fn slots_follow_the_order_of_ids() {
        let roster = Roster::new([NodeId(7), NodeId(3)]);
        let found = [3, 7, 4].map(|node| roster.slot(NodeId(node)));
        assert_eq!(found, [Some(0), Some(1), None]);
        assert_eq!(roster.slots().iter().map(|slot| roster.node(slot)).collect::<Vec<_>>(), roster.nodes());
    }

    #[test]
    fn a_set_of_slots_is_walked_in_order() {
        assert_eq!(slots(&[63, 0, 7]).iter().collect::<Vec<_>>(), [0, 7, 63]);
        assert_eq!(Slots::first(64).len(), 64);
        assert!(slots(&[1, 2]).includes(slots(&[2])) && !slots(&[1, 2]).includes(slots(&[3])));
    }
}
