//! Ring hash (consistent hashing): a request goes to the first point clockwise of its key, and each endpoint has as many
//! points as its weight asks for.
//!
//! Who comes or goes moves only the keys of its own points: about a share, none between others. For that the number of an
//! endpoint's points must not depend on the others: it is `points` times its weight (160 for a weight of 1 as in Ketama, so
//! that a ring of seven has more than the 1,024 points which are Envoy's least). Differs from Ketama and Envoy, which divide
//! a total by the mean or sum of weights, so that a change moves points of others too; and by its hash, which is ours. Source:
//! Karger et al., *Consistent hashing and random trees*, STOC 1997; RJ/ketama; Envoy, `load_balancers.rst`. Slow start does
//! not move points, in Envoy neither. Ties: two points at the same hash, the lower hash of the name. Cost: O(1) a pick, O(points) a change.

use super::ring::Ring;
use super::{Ask, Balance, Fleet, Place};
use crate::kernel::Time;

/// Ring hash.
#[derive(Clone, Debug)]
pub struct RingHash {
    ring: Ring,
}

impl RingHash {
    /// A ring with `points` points for a weight of 1.
    ///
    /// # Panics
    /// Unless there are some.
    pub fn new(points: f64) -> Self {
        RingHash { ring: Ring::new(points) }
    }
}

impl Default for RingHash {
    /// Ketama's 160 points.
    fn default() -> Self {
        RingHash::new(160.0)
    }
}

impl Balance for RingHash {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], _: Time) {
        self.ring.rebuild(fleet, among);
    }

    #[inline]
    fn pick(&mut self, _: &Fleet, _: &[Place], ask: &Ask) -> Place {
        self.ring.at(self.ring.successor(ask.key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, ask, equal, weighted, without};
    use super::*;

    fn picked(policy: &mut RingHash, fleet: &Fleet, among: &[Place], keys: u64) -> Vec<Place> {
        policy.rebuild(fleet, among, Time::ZERO);
        (0..keys).map(|key| policy.pick(fleet, among, &ask(key))).collect()
    }

    /// The share of one of 160 points each varies by about 1 / sqrt(160) = 8 % of itself; 4 of those of ten are 32 %.
    #[test]
    fn keys_spread_by_weights() {
        let fleet = weighted(&[1.0, 1.0, 2.0, 4.0, 1.0, 1.0]);
        let mut shares = [0.0_f64; 6];
        let picked = picked(&mut RingHash::default(), &fleet, &all(&fleet), 100_000);
        picked.iter().for_each(|place| shares[place.index()] += 1e-4);
        for (share, weight) in shares.iter().zip([1.0, 1.0, 2.0, 4.0, 1.0, 1.0_f64]) {
            assert!((share - weight).abs() < 0.32 * weight, "{shares:?}");
        }
    }

    #[test]
    fn removing_one_moves_its_keys_and_no_others() {
        let fleet = equal(20);
        let mut policy = RingHash::default();
        let before = picked(&mut policy, &fleet, &all(&fleet), 50_000);
        let after = picked(&mut policy, &fleet, &without(&all(&fleet), Place(7)), 50_000);
        let moved = before.iter().zip(&after).filter(|(before, after)| before != after);
        assert!(moved.clone().all(|(before, _)| *before == Place(7)));
        assert!(after.iter().all(|place| *place != Place(7)));
        let share = moved.count() as f64 / 50_000.0;
        assert!((share - 0.05).abs() < 0.016, "{share} of all keys moved, about 1/20 of them should");
        assert_eq!(picked(&mut policy, &fleet, &all(&fleet), 50_000), before, "they come back");
    }

    /// The order in which a caller has come to know them, and with it their places, does not count: names do.
    #[test]
    fn two_callers_agree_whatever_places_they_know() {
        let fleet = equal(9);
        let mut turned = fleet.endpoints().to_vec();
        turned.reverse();
        let turned = Fleet::new(turned, None, None);
        let one = picked(&mut RingHash::default(), &fleet, &all(&fleet), 5_000);
        let other = picked(&mut RingHash::default(), &turned, &all(&turned), 5_000);
        assert!(one.iter().zip(&other).all(|(one, other)| one.0 == 8 - other.0));
    }
}
