//! Round robin: each in its turn, in the order of places. Weights, loads and keys count for nothing.
//! There are no ties. Cost: O(1) a pick.

use super::{Ask, Balance, Fleet, Place};

/// Round robin. When the list changes, the turn stays at its place in it.
#[derive(Clone, Debug, Default)]
pub struct RoundRobin {
    /// Whose turn is next.
    next: usize,
}

impl Balance for RoundRobin {
    #[inline]
    fn pick(&mut self, _: &Fleet, among: &[Place], _: &Ask) -> Place {
        let turn = if self.next < among.len() { self.next } else { 0 };
        self.next = turn + 1;
        among[turn]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, equal, picks, without};
    use super::*;

    #[test]
    fn each_has_its_turn_and_a_change_keeps_the_place_in_the_list() {
        let fleet = equal(4);
        let mut policy = RoundRobin::default();
        assert_eq!(picks(&mut policy, &fleet, &all(&fleet), 6), [0, 1, 2, 3, 0, 1]);
        let left = without(&all(&fleet), Place(0));
        assert_eq!(picks(&mut policy, &fleet, &left, 3), [3, 1, 2]);
        assert_eq!(picks(&mut policy, &fleet, &[Place(1)], 2), [1, 1]);
    }
}
