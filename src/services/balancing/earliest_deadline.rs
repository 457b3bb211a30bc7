//! Weighted round robin by earliest deadline, as Envoy does it: each endpoint's next turn is due `1 / weight` after the
//! one before.
//!
//! Source: Envoy, `source/common/upstream/edf_scheduler.h`; the weight of a turn is that of the moment at which the turn
//! before is taken. Differs from it when the list changes: Envoy begins anew, so that the heavy come first again; here
//! whoever stays keeps its deadline. Ties: who was put in first, a pick puts in anew. Cost: O(log n) a pick.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::Time;

/// Weighted round robin by earliest deadline.
#[derive(Clone, Debug, Default)]
pub struct EarliestDeadline {
    turns: BinaryHeap<Reverse<Turn>>,
    /// How many turns have been put in.
    order: u64,
    /// The deadline of the turn taken last, in turns of weight 1.
    passed: f64,
}

/// The order of the fields is that of turns.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Turn {
    /// The bits of a number that is not negative, which are ordered as such numbers are.
    deadline: u64,
    order: u64,
    place: Place,
}

impl EarliestDeadline {
    /// The next turn of a place whose weight is `weight`.
    fn turn(&mut self, place: Place, weight: f64) -> Turn {
        self.order += 1;
        Turn { deadline: (self.passed + 1.0 / weight).to_bits(), order: self.order, place }
    }
}

impl Balance for EarliestDeadline {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], now: Time) {
        self.turns.retain(|Reverse(turn)| among.binary_search(&turn.place).is_ok());
        let mut known = vec![false; fleet.endpoints().len()];
        self.turns.iter().for_each(|Reverse(turn)| known[turn.place.index()] = true);
        for place in among.iter().filter(|place| !known[place.index()]) {
            let turn = self.turn(*place, fleet.weight(*place, now));
            self.turns.push(Reverse(turn));
        }
    }

    fn pick(&mut self, fleet: &Fleet, _: &[Place], ask: &Ask) -> Place {
        let Reverse(first) = *self.turns.peek().expect("each of those that may be picked has a turn");
        self.passed = f64::from_bits(first.deadline);
        let next = self.turn(first.place, fleet.weight(first.place, ask.now));
        *self.turns.peek_mut().expect("the first is there") = Reverse(next);
        first.place
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, ask, equal, picks, shares, weighted, without};
    use super::super::{Endpoint, SlowStart};
    use super::*;
    use crate::kernel::Duration;

    fn built(fleet: &Fleet) -> (EarliestDeadline, Vec<Place>) {
        let mut policy = EarliestDeadline::default();
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        (policy, all(fleet))
    }

    /// Weights of powers of two, whose deadlines are exact: a is due at 1/4, 1/2, 3/4, 1; b at 1/2, 1; c at 1.
    #[test]
    fn turns_come_by_deadline_and_ties_by_who_was_put_in_first() {
        let fleet = weighted(&[4.0, 2.0, 1.0]);
        let (mut policy, among) = built(&fleet);
        // At 1/2 b was put in at the start, a at 1/4. At 1 it is c (start), b (at 1/2), then a (at 3/4).
        assert_eq!(picks(&mut policy, &fleet, &among, 7), [0, 1, 0, 0, 2, 1, 0]);
    }

    #[test]
    fn five_one_one_gives_five_one_and_one_of_seven() {
        let fleet = weighted(&[5.0, 1.0, 1.0]);
        let (mut policy, among) = built(&fleet);
        // In bursts where smooth weighted round robin spreads: at 1 all three are due, and a was put in last.
        assert_eq!(picks(&mut policy, &fleet, &among, 7), [0, 0, 0, 0, 1, 2, 0]);
        assert_eq!(shares(&mut policy, &fleet, &among, 7_000), [5_000, 1_000, 1_000]);
    }

    #[test]
    fn equal_weights_take_turns() {
        let fleet = equal(4);
        let (mut policy, among) = built(&fleet);
        assert_eq!(picks(&mut policy, &fleet, &among, 8), [0, 1, 2, 3, 0, 1, 2, 3]);
    }

    #[test]
    fn whoever_stays_keeps_its_deadline_and_whoever_comes_waits_for_one() {
        let fleet = equal(4);
        let (mut policy, among) = built(&fleet);
        let three = without(&among, Place(3));
        policy.rebuild(&fleet, &three, Time::ZERO);
        assert_eq!(picks(&mut policy, &fleet, &three, 4), [0, 1, 2, 0]);
        let others = without(&among, Place(1));
        policy.rebuild(&fleet, &others, Time::ZERO);
        // 2 is due at 2; 0 and the new one at 3, the one that was put in first.
        assert_eq!(picks(&mut policy, &fleet, &others, 6), [2, 0, 3, 2, 0, 3]);
    }

    #[test]
    fn who_starts_slowly_takes_the_share_of_its_weight_now() {
        let endpoint = |since: u64| Endpoint { usable_since: Time(since), ..equal(1).endpoints()[0].clone() };
        let slow = SlowStart { window: Duration(1 << 30), aggression: 1.0, weight_min: 0.1 };
        let fleet = Fleet::new(vec![endpoint(0), endpoint(1 << 30)], None, Some(slow));
        let now = Time((1 << 30) + (1 << 28)); // A quarter of its time has passed: weights 1 and 1/4.
        let mut policy = EarliestDeadline::default();
        policy.rebuild(&fleet, &all(&fleet), now);
        let picked: Vec<u32> =
            (0..10).map(|n| policy.pick(&fleet, &all(&fleet), &Ask { now, ..ask(n) }).0).collect();
        assert_eq!(picked.iter().filter(|place| **place == 1).count(), 2, "{picked:?}");
    }
}
