//! Ring hash with bounded loads: clockwise from the key to the first endpoint that is not full.
//!
//! Full is who has `ceil(c * (m + 1) / n)` requests of this caller's open, times its weight over the mean, with m open among
//! the n that may be picked: nobody ever has more than c times the mean, rounded up. Source: Mirrokni, Thorup and
//! Zadimoghaddam, *Consistent hashing with bounded loads*, SODA 2018; HAProxy's `hash-balance-factor` is 100 c. (Envoy jumps
//! to a random host in place of the next one.) Ties: as on the ring. Cost: O(1) a pick plus the walk, which is short unless c
//! is close to 1.

use super::ring::Ring;
use super::{Ask, Balance, Fleet, Place};
use crate::kernel::{Duration, Time};

/// Ring hash with bounded loads.
#[derive(Clone, Debug)]
pub struct BoundedRingHash {
    ring: Ring,
    factor: f64,
    /// By place: whether it may be picked.
    usable: Vec<bool>,
    /// How many requests are open at those that may.
    open: u32,
    /// The sum of their weights.
    weight: f64,
}

impl BoundedRingHash {
    /// A ring with `points` points for a weight of 1, where nobody has more than `factor` times its share.
    ///
    /// # Panics
    /// If there are no points, or the factor is below 1.
    pub fn new(points: f64, factor: f64) -> Self {
        assert!(factor >= 1.0, "all requests fit only if each takes its share");
        BoundedRingHash { ring: Ring::new(points), factor, usable: Vec::new(), open: 0, weight: 0.0 }
    }

    /// Whether one more would exceed the cap. A whole number reaches the ceiling of x when it is not below x, which
    /// asks for no division.
    #[inline]
    fn is_full(&self, fleet: &Fleet, place: Place) -> bool {
        let may_have = self.factor * (f64::from(self.open) + 1.0) * fleet.get(place).weight;
        f64::from(fleet.in_flight(place)) * self.weight >= may_have
    }
}

impl Default for BoundedRingHash {
    /// Ketama's 160 points, and the 1.25 of the paper's experiments.
    fn default() -> Self {
        BoundedRingHash::new(160.0, 1.25)
    }
}

impl Balance for BoundedRingHash {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], _: Time) {
        self.ring.rebuild(fleet, among);
        self.usable.clear();
        self.usable.resize(fleet.endpoints().len(), false);
        (self.open, self.weight) = (0, 0.0);
        for place in among {
            self.usable[place.index()] = true;
            self.open += fleet.in_flight(*place);
            self.weight += fleet.get(*place).weight;
        }
    }

    #[inline]
    fn pick(&mut self, fleet: &Fleet, _: &[Place], ask: &Ask) -> Place {
        let start = self.ring.successor(ask.key);
        let mut position = start;
        while self.is_full(fleet, self.ring.at(position)) {
            position = self.ring.next(position);
            if position == start {
                break; // Not all can be full, but for the rounding of odd weights.
            }
        }
        self.ring.at(position)
    }

    fn sent(&mut self, _: &Fleet, place: Place, _: &Ask) {
        self.open += u32::from(self.usable[place.index()]);
    }

    fn answered(&mut self, _: &Fleet, place: Place, _: Time, _: Duration, _: bool) {
        self.open -= u32::from(self.usable[place.index()]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, answer, ask, equal, send, weighted, without};
    use super::*;

    fn built(fleet: &Fleet, factor: f64) -> (BoundedRingHash, Vec<Place>) {
        let mut policy = BoundedRingHash::new(160.0, factor);
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        (policy, all(fleet))
    }

    /// One key for all requests, the hardest case: sends 500 and ends a third of them. Factors are in thousandths, so that
    /// the cap is one of whole numbers.
    fn assert_nobody_exceeds_its_cap(weights: &[u32], factor: u32, key: u64) {
        let mut fleet = weighted(&weights.iter().copied().map(f64::from).collect::<Vec<f64>>());
        let (mut policy, among) = built(&fleet, f64::from(factor) / 1000.0);
        let mut sent = Vec::new();
        for n in 0..500_u32 {
            let place = send(&mut policy, &mut fleet, &among, &ask(key));
            sent.push(place);
            let open = sent.len() as u32;
            assert_eq!(policy.open, open);
            let weight = weights[place.index()];
            let cap = (factor * open * weight).div_ceil(1000 * weights.iter().sum::<u32>());
            let has = fleet.in_flight(place);
            assert!(has <= cap, "{has} of {open} open at {place:?} of {weights:?}, key {key}");
            if n % 3 == 0 {
                let ended = sent.swap_remove(sent.len() / 2);
                answer(&mut policy, &mut fleet, ended, Time::ZERO, Duration::ZERO);
            }
        }
    }

    #[test]
    fn nobody_exceeds_its_cap_even_with_one_hot_key() {
        for key in 0..20 {
            assert_nobody_exceeds_its_cap(&[1; 10], 1_250, key);
            assert_nobody_exceeds_its_cap(&[1; 7], 1_000, key);
            assert_nobody_exceeds_its_cap(&[1, 3, 2], 1_500, key);
        }
    }

    /// Two with a factor of 1.5: caps are ceil(0.75 m), m with the request itself: 1 2 3 3 4 5 6 6.
    #[test]
    fn nobody_is_passed_over_before_its_cap() {
        let mut fleet = equal(2);
        let (mut policy, among) = built(&fleet, 1.5);
        let sent: Vec<Place> = (0..8).map(|_| send(&mut policy, &mut fleet, &among, &ask(3))).collect();
        let is_first: Vec<bool> = sent.iter().map(|place| *place == sent[0]).collect();
        assert_eq!(is_first, [true, true, true, false, true, true, true, false]);
    }

    #[test]
    fn while_nobody_is_full_it_is_the_ring() {
        let fleet = equal(10);
        let (mut policy, among) = built(&fleet, 1.25);
        let mut ring = super::super::RingHash::default();
        ring.rebuild(&fleet, &among, Time::ZERO);
        assert!(
            (0..1_000).all(|n| policy.pick(&fleet, &among, &ask(n)) == ring.pick(&fleet, &among, &ask(n)))
        );
    }

    #[test]
    fn whoever_is_full_is_passed_over_for_the_next_on_the_ring() {
        let mut fleet = equal(3);
        let (mut policy, among) = built(&fleet, 1.25);
        let first = send(&mut policy, &mut fleet, &among, &ask(1));
        let second = send(&mut policy, &mut fleet, &among, &ask(1));
        assert_ne!(first, second, "ceil(1.25 * 2 / 3) is 1");
        let mut without_first = super::super::RingHash::default();
        without_first.rebuild(&fleet, &without(&among, first), Time::ZERO);
        assert_eq!(second, without_first.pick(&fleet, &among, &ask(1)));
    }

    #[test]
    fn requests_at_those_who_are_gone_do_not_count() {
        let mut fleet = equal(3);
        let (mut policy, among) = built(&fleet, 1.25);
        let sent: Vec<Place> = (0..30).map(|n| send(&mut policy, &mut fleet, &among, &ask(n))).collect();
        let gone = sent[0];
        let of_gone = fleet.in_flight(gone);
        policy.rebuild(&fleet, &without(&among, gone), Time::ZERO);
        assert_eq!(policy.open, 30 - of_gone);
        answer(&mut policy, &mut fleet, gone, Time::ZERO, Duration::ZERO);
        assert_eq!(policy.open, 30 - of_gone);
    }
}
