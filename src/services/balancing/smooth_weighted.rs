//! Smooth weighted round robin, as NGINX does it: turns in proportion to weights, spread out and not in bursts.
//!
//! Each pick adds to everybody's credit its effective weight; who has the largest credit is picked and pays the sum of
//! all effective weights. A failure takes `weight / max_fails` from the effective weight, and each pick gives 1 back.
//!
//! Source: nginx, `src/http/ngx_http_upstream_round_robin.c`, there in whole numbers. Ties: the first in the list. Cost:
//! O(n) a pick.

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::{Duration, Time};

/// Smooth weighted round robin. Credits outlive a change of the list; whoever is new has none.
#[derive(Clone, Debug)]
pub struct SmoothWeighted {
    max_fails: u32,
    /// By place.
    credits: Vec<Credit>,
}

/// What one endpoint may claim.
#[derive(Clone, Copy, Debug, Default)]
struct Credit {
    current: f64,
    /// What failures took from its weight and picks have not given back.
    lost: f64,
}

impl SmoothWeighted {
    /// After `max_fails` failures in a row nothing is left of a weight; 0 if failures do not count.
    pub fn new(max_fails: u32) -> Self {
        SmoothWeighted { max_fails, credits: Vec::new() }
    }
}

impl Default for SmoothWeighted {
    /// One failure takes it all, as in NGINX.
    fn default() -> Self {
        SmoothWeighted::new(1)
    }
}

impl Balance for SmoothWeighted {
    fn rebuild(&mut self, fleet: &Fleet, _: &[Place], _: Time) {
        self.credits.resize(fleet.endpoints().len(), Credit::default());
    }

    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        let mut total = 0.0;
        let mut best = among[0];
        let mut largest = f64::NEG_INFINITY;
        for place in among {
            let credit = &mut self.credits[place.index()];
            let effective = (fleet.weight(*place, ask.now) - credit.lost).max(0.0);
            credit.current += effective;
            credit.lost = (credit.lost - 1.0).max(0.0);
            total += effective;
            if credit.current > largest {
                (best, largest) = (*place, credit.current);
            }
        }
        self.credits[best.index()].current -= total;
        best
    }

    fn answered(&mut self, fleet: &Fleet, place: Place, _: Time, _: Duration, ok: bool) {
        if !ok && self.max_fails > 0 {
            let weight = fleet.get(place).weight;
            let credit = &mut self.credits[place.index()];
            credit.lost = (credit.lost + weight / f64::from(self.max_fails)).min(weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, ask, equal, picks, shares, weighted, without};
    use super::super::{Endpoint, SlowStart};
    use super::*;

    fn built(fleet: &Fleet, policy: SmoothWeighted) -> (SmoothWeighted, Vec<Place>) {
        let mut policy = policy;
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        (policy, all(fleet))
    }

    #[test]
    fn five_one_one_gives_the_published_order() {
        let fleet = weighted(&[5.0, 1.0, 1.0]);
        let (mut policy, among) = built(&fleet, SmoothWeighted::default());
        let order = [0, 0, 1, 0, 2, 0, 0]; // a a b a c a a
        assert_eq!(picks(&mut policy, &fleet, &among, 14), [order, order].concat());
    }

    #[test]
    fn equal_weights_take_turns() {
        let fleet = equal(3);
        let (mut policy, among) = built(&fleet, SmoothWeighted::default());
        assert_eq!(picks(&mut policy, &fleet, &among, 6), [0, 1, 2, 0, 1, 2]);
    }

    /// A weight of 5 that has lost 2.5 counts 2.5, 3.5, 4.5, 5 and so on, the other 5 each time.
    #[test]
    fn a_failure_costs_turns_until_picks_have_given_them_back() {
        let fleet = weighted(&[5.0, 5.0]);
        let (mut policy, among) = built(&fleet, SmoothWeighted::new(2));
        policy.answered(&fleet, Place(0), Time::ZERO, Duration::ZERO, false);
        // Credits before each is paid: (2.5, 5) (6, 2.5) (2, 7.5) (7, 3) (2, 8).
        assert_eq!(picks(&mut policy, &fleet, &among, 5), [1, 0, 1, 0, 1]);
        policy.answered(&fleet, Place(0), Time::ZERO, Duration::ZERO, false);
        policy.answered(&fleet, Place(0), Time::ZERO, Duration::ZERO, false);
        policy.answered(&fleet, Place(0), Time::ZERO, Duration::ZERO, false);
        assert_eq!(policy.credits[0].lost, 5.0, "no more than there is");
        let (mut unmoved, _) = built(&fleet, SmoothWeighted::new(0));
        unmoved.answered(&fleet, Place(0), Time::ZERO, Duration::ZERO, false);
        assert_eq!(picks(&mut unmoved, &fleet, &among, 4), [0, 1, 0, 1]);
    }

    #[test]
    fn who_starts_slowly_takes_the_share_of_its_weight_now() {
        let endpoint = |since: u64| Endpoint { usable_since: Time(since), ..equal(1).endpoints()[0].clone() };
        let slow = SlowStart { window: Duration(1 << 30), aggression: 1.0, weight_min: 0.1 };
        let fleet = Fleet::new(vec![endpoint(0), endpoint(1 << 30)], None, Some(slow));
        let (mut policy, among) = built(&fleet, SmoothWeighted::default());
        let now = Time((1 << 30) + (1 << 28)); // A quarter of its time has passed: weights 1 and 1/4.
        let picked: Vec<u32> =
            (0..10).map(|n| policy.pick(&fleet, &among, &Ask { now, ..ask(n) }).0).collect();
        assert_eq!(picked.iter().filter(|place| **place == 1).count(), 2, "{picked:?}");
    }

    /// After a and b have had a turn each, credits are 0, -2 and 2: among b and c alone, c comes first.
    #[test]
    fn credits_outlive_a_change_of_the_list() {
        let fleet = weighted(&[3.0, 2.0, 1.0]);
        let (mut policy, among) = built(&fleet, SmoothWeighted::default());
        assert_eq!(picks(&mut policy, &fleet, &among, 2), [0, 1]);
        let left = without(&among, Place(0));
        policy.rebuild(&fleet, &left, Time::ZERO);
        // (0, 3) (2, 1) (1, 2) (3, 0), and then from nothing by twos and ones.
        assert_eq!(picks(&mut policy, &fleet, &left, 7), [2, 1, 2, 1, 1, 2, 1]);
        assert_eq!(shares(&mut policy, &fleet, &left, 300), [0, 200, 100]);
    }
}
