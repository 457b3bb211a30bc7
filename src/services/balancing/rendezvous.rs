//! Rendezvous hashing (highest random weight): each endpoint scores the key, and the highest score takes it.
//!
//! The score is `-w / ln(u)`, u in (0, 1) from key and name: it is the highest with probability in proportion to w. Who comes
//! or goes, or whose weight changes, moves its own keys only; while somebody starts slowly keys move to it one by one.
//! Source: Thaler and Ravishankar, *Using name-based mappings to increase hit rates*, IEEE/ACM Transactions on Networking 6
//! (1998); weights as in Schindelhauer and Schomaker, *Weighted distributed hash tables*, SPAA 2005. Ties: the first in the
//! list. Cost: O(n) a pick, with as many logarithms unless all weights are equal.

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::math::ln;
use crate::kernel::random::unit;
use crate::kernel::{Keyed, Time};

/// Rendezvous hashing.
#[derive(Clone, Debug)]
pub struct Rendezvous {
    scores: Keyed,
    /// In the order of the list.
    names: Vec<u64>,
    /// From when on weights need not be looked at.
    equal_from: Time,
}

impl Default for Rendezvous {
    fn default() -> Self {
        let scores = Keyed::new(0, "scores of rendezvous");
        Rendezvous { scores, names: Vec::new(), equal_from: Time::ZERO }
    }
}

impl Balance for Rendezvous {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], _: Time) {
        self.names = among.iter().map(|place| fleet.get(*place).name).collect();
        self.equal_from = fleet.equal_from(among);
    }

    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        // A fair number below 1, and its logarithm, grow with each other.
        let drawn = |name: &u64| unit(self.scores.draw(ask.key, *name));
        if ask.now >= self.equal_from {
            among[highest(self.names.iter().map(drawn))]
        } else {
            let score = |(place, name): (&Place, &u64)| -fleet.weight(*place, ask.now) / ln(drawn(name));
            among[highest(among.iter().zip(&self.names).map(score))]
        }
    }
}

/// The position of the highest score, the first of equals.
#[inline]
fn highest(scores: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (index, score) in scores.enumerate() {
        if score > best.1 {
            best = (index, score);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::super::SlowStart;
    use super::super::testing::{all, ask, ask_at, assert_shares, equal, picks, shares, weighted, without};
    use super::*;
    use crate::kernel::Duration;

    fn built(fleet: &Fleet, among: &[Place]) -> Rendezvous {
        let mut policy = Rendezvous::default();
        policy.rebuild(fleet, among, Time::ZERO);
        policy
    }

    #[test]
    fn keys_spread_by_weights() {
        let fleet = equal(5);
        let even = shares(&mut built(&fleet, &all(&fleet)), &fleet, &all(&fleet), 50_000);
        assert_shares(&even, &[1.0; 5], 23.5); // Four degrees of freedom: 99.99 % stay below 23.5.
        let fleet = weighted(&[1.0, 2.0, 0.5, 4.0]);
        let uneven = shares(&mut built(&fleet, &all(&fleet)), &fleet, &all(&fleet), 50_000);
        assert_shares(&uneven, &[1.0, 2.0, 0.5, 4.0], 21.1);
    }

    #[test]
    fn equal_weights_need_no_logarithm() {
        let fleet = equal(7);
        let (mut with, mut without) = (built(&fleet, &all(&fleet)), built(&fleet, &all(&fleet)));
        with.equal_from = Time::MAX;
        let among = all(&fleet);
        assert_eq!(picks(&mut with, &fleet, &among, 5_000), picks(&mut without, &fleet, &among, 5_000));
    }

    #[test]
    fn removing_one_moves_its_keys_only() {
        for fleet in [equal(10), weighted(&[1.0, 2.0, 3.0, 1.0, 2.0])] {
            let left = without(&all(&fleet), Place(2));
            let before = picks(&mut built(&fleet, &all(&fleet)), &fleet, &all(&fleet), 20_000);
            let after = picks(&mut built(&fleet, &left), &fleet, &left, 20_000);
            assert!(before.iter().zip(&after).all(|(before, after)| before == after || *before == 2));
            assert!(after.iter().all(|place| *place != 2) && before.contains(&2));
        }
    }

    #[test]
    fn keys_move_to_who_starts_slowly_and_never_away() {
        let mut endpoints = equal(4).endpoints().to_vec();
        endpoints[3].usable_since = Time(1_000_000_000);
        let slow = SlowStart { window: Duration::from_secs(1), aggression: 1.0, weight_min: 0.1 };
        let fleet = Fleet::new(endpoints, None, Some(slow));
        let mut policy = built(&fleet, &all(&fleet));
        let mut picked_at = |millis: u64| -> Vec<Place> {
            (0..20_000).map(|n| policy.pick(&fleet, &all(&fleet), &ask_at(n, millis))).collect()
        };
        let [first, half, whole] = [1_000, 1_500, 2_000].map(&mut picked_at);
        let count = |picked: &[Place]| picked.iter().filter(|place| **place == Place(3)).count() as u32;
        assert_shares(&[count(&first), 20_000 - count(&first)], &[0.1, 3.0], 15.2);
        assert_shares(&[count(&half), 20_000 - count(&half)], &[0.5, 3.0], 15.2);
        assert_shares(&[count(&whole), 20_000 - count(&whole)], &[1.0, 3.0], 15.2);
        let moves_only_there = |(before, after): (&Place, &Place)| before == after || *after == Place(3);
        assert!(
            first.iter().zip(&half).all(moves_only_there) && half.iter().zip(&whole).all(moves_only_there)
        );
    }

    #[test]
    fn one_alone_takes_all() {
        let fleet = weighted(&[0.1, 7.0]);
        assert_eq!(built(&fleet, &[Place(0)]).pick(&fleet, &[Place(0)], &ask(3)), Place(0));
    }
}
