//! Who votes, and what a majority of them agrees on. Quorum arithmetic stands here alone, so that a change of
//! membership has one place to come to.

use std::rc::Rc;

use crate::kernel::NodeId;

/// Most voters that a group may have: a [`Votes`] is one word.
pub const VOTERS_MAX: usize = 64;

/// The voters of one group. Each has a slot, its rank by id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Membership {
    voters: Rc<[NodeId]>,
}

/// A set of voters, by slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Votes(u64);

impl Membership {
    /// The group of these voters, in any order.
    ///
    /// # Panics
    /// If there are none, more than [`VOTERS_MAX`], or one twice: whoever loads a scenario refuses that first.
    pub fn new(voters: impl IntoIterator<Item = NodeId>) -> Self {
        let mut voters: Vec<NodeId> = voters.into_iter().collect();
        voters.sort_unstable();
        assert!(!voters.is_empty(), "a group has at least one voter");
        assert!(voters.len() <= VOTERS_MAX, "a group has at most {VOTERS_MAX} voters");
        assert!(voters.windows(2).all(|pair| pair[0] != pair[1]), "a voter is named twice in {voters:?}");
        Membership { voters: voters.into() }
    }

    /// The voters, in order of slot.
    pub fn voters(&self) -> &[NodeId] {
        &self.voters
    }

    /// The slot of a voter; `None` for anybody else.
    #[inline]
    pub fn slot(&self, node: NodeId) -> Option<usize> {
        self.voters.binary_search(&node).ok()
    }

    /// How many voters make a majority.
    #[inline]
    pub fn quorum(&self) -> usize {
        self.voters.len() / 2 + 1
    }

    /// Whether `votes` are a majority.
    #[inline]
    pub fn is_quorum(&self, votes: Votes) -> bool {
        votes.0.count_ones() as usize >= self.quorum()
    }

    /// The highest value that a majority has reached, where `value` gives each slot's.
    #[inline]
    pub fn reached<T: Copy + Ord + Default>(&self, value: impl Fn(usize) -> T) -> T {
        let mut values = [T::default(); VOTERS_MAX];
        let values = &mut values[..self.voters.len()];
        for (slot, place) in values.iter_mut().enumerate() {
            *place = value(slot);
        }
        values.sort_unstable();
        values[values.len() - self.quorum()]
    }
}

impl Votes {
    /// Adds the voter of `slot`; adding it again changes nothing.
    #[inline]
    pub fn add(&mut self, slot: usize) {
        self.0 |= 1 << slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(voters: u32) -> Membership {
        Membership::new((0..voters).rev().map(NodeId))
    }

    #[test]
    fn two_majorities_always_share_a_voter() {
        for voters in 1..=VOTERS_MAX as u32 {
            assert!(2 * group(voters).quorum() > voters as usize, "{voters} voters");
            assert!(2 * (group(voters).quorum() - 1) <= voters as usize, "no more than needed of {voters}");
        }
    }

    #[test]
    fn a_vote_that_comes_twice_counts_once() {
        let mut votes = Votes::default();
        votes.add(2);
        votes.add(2);
        assert!(!group(3).is_quorum(votes));
        votes.add(0);
        assert!(group(3).is_quorum(votes));
    }

    #[test]
    fn what_a_majority_reached_does_not_hang_on_who_reached_it() {
        let four = [9, 2, 7, 5];
        assert_eq!(group(4).reached(|slot| four[slot]), 5, "three of four have 5 or more");
        let five = [1, 9, 3, 8, 2];
        assert_eq!(group(5).reached(|slot| five[slot]), 3);
        assert_eq!(group(1).reached(|_| 4), 4);
    }

    #[test]
    fn slots_follow_the_order_of_ids() {
        let group = Membership::new([NodeId(7), NodeId(3)]);
        assert_eq!(
            (group.slot(NodeId(3)), group.slot(NodeId(7)), group.slot(NodeId(4))),
            (Some(0), Some(1), None)
        );
    }
}
