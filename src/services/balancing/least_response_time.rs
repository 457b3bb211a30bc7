//! Least response time: the mean response time times the open requests, this one included, in proportion to weights.
//!
//! The mean is exponential: each answer, good or bad, counts `newest` and all before it the rest; an instance that fails
//! fast therefore draws requests, as it does in products, until somebody ejects it. Who has not answered yet has load 0 and
//! goes first. Source: NGINX Plus, `least_time`, and NetScaler, whose "least response time method" multiplies as this one does;
//! neither says how its mean is made. Ties: the fewest open requests per weight, then round robin, the first from the position
//! after the one picked last. Cost: O(n) a pick.

use std::cmp::Ordering;

use super::least::{PerWeight, least_in_turn};
use super::{Ask, Balance, Fleet, Place};
use crate::kernel::{Duration, Time};

/// Least response time.
#[derive(Clone, Debug)]
pub struct LeastResponseTime {
    newest: f64,
    /// By place: the mean in nanoseconds, 0 before the first answer.
    means: Vec<f64>,
    turn: usize,
}

impl LeastResponseTime {
    /// `newest` is what the newest answer counts in a mean.
    ///
    /// # Panics
    /// Unless it is above 0 and at most 1.
    pub fn new(newest: f64) -> Self {
        assert!(newest > 0.0 && newest <= 1.0, "the newest answer counts for a share of the mean");
        LeastResponseTime { newest, means: Vec::new(), turn: 0 }
    }
}

impl Default for LeastResponseTime {
    /// A tenth: a mean of about the last twenty answers.
    fn default() -> Self {
        LeastResponseTime::new(0.1)
    }
}

/// Compared by cost, and then by what is open.
#[derive(Clone, Copy, PartialEq)]
struct Load {
    cost: PerWeight,
    open: PerWeight,
}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.cost, self.open).partial_cmp(&(other.cost, other.open))
    }

    #[inline]
    fn lt(&self, other: &Self) -> bool {
        self.cost < other.cost || self.cost == other.cost && self.open < other.open
    }
}

impl Balance for LeastResponseTime {
    fn rebuild(&mut self, fleet: &Fleet, _: &[Place], _: Time) {
        self.means.resize(fleet.endpoints().len(), 0.0);
    }

    #[inline]
    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        let means = &self.means;
        least_in_turn(among, &mut self.turn, |place| {
            let weight = fleet.weight(place, ask.now);
            let open = f64::from(fleet.in_flight(place));
            let cost = PerWeight { amount: means[place.index()] * (open + 1.0), weight };
            Load { cost, open: PerWeight { amount: open, weight } }
        })
    }

    fn answered(&mut self, _: &Fleet, place: Place, _: Time, took: Duration, _: bool) {
        // Whoever has answered has a history, even within a nanosecond.
        let took = (took.0 as f64).max(1.0);
        let mean = &mut self.means[place.index()];
        *mean = if *mean == 0.0 { took } else { *mean + self.newest * (took - *mean) };
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, answer, ask, equal, send, weighted, without};
    use super::*;

    fn built(fleet: &Fleet, newest: f64) -> (LeastResponseTime, Vec<Place>) {
        let mut policy = LeastResponseTime::new(newest);
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        (policy, all(fleet))
    }

    fn told(policy: &mut LeastResponseTime, fleet: &Fleet, millis: &[u64]) {
        for (place, took) in (0..).zip(millis) {
            policy.answered(fleet, Place(place), Time::ZERO, Duration::from_millis(*took), true);
        }
    }

    #[test]
    fn who_has_no_history_goes_first_with_the_fewest_open() {
        let mut fleet = equal(3);
        let (mut policy, among) = built(&fleet, 0.5);
        told(&mut policy, &fleet, &[1]);
        *fleet.in_flight_mut(Place(1)) = 1;
        let sent = [0, 1, 2].map(|n| send(&mut policy, &mut fleet, &among, &ask(n)).0);
        assert_eq!(sent, [2, 1, 2]);
        answer(&mut policy, &mut fleet, Place(1), Time::ZERO, Duration::ZERO);
        answer(&mut policy, &mut fleet, Place(2), Time::ZERO, Duration::from_millis(9));
        assert!(policy.means.iter().all(|mean| *mean > 0.0), "an answer in no time is a history too");
    }

    /// 10 ms against 25 ms: 10, 20, then 30 is more than 25.
    #[test]
    fn the_fast_take_more_until_their_open_requests_weigh_as_much() {
        let mut fleet = equal(2);
        let (mut policy, among) = built(&fleet, 0.5);
        told(&mut policy, &fleet, &[10, 25]);
        let sent = [0, 1, 2, 3, 4].map(|n| send(&mut policy, &mut fleet, &among, &ask(n)).0);
        assert_eq!(sent, [0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_weight_divides_the_load() {
        let fleet = weighted(&[1.0, 3.0]);
        let (mut policy, among) = built(&fleet, 0.5);
        told(&mut policy, &fleet, &[10, 29]);
        assert_eq!(policy.pick(&fleet, &among, &ask(0)), Place(1));
        assert_eq!(policy.pick(&fleet, &without(&among, Place(1)), &ask(0)), Place(0));
    }

    #[test]
    fn the_mean_follows_the_answers() {
        let fleet = equal(1);
        let (mut policy, _) = built(&fleet, 0.25);
        [8, 16, 8].iter().for_each(|took| told(&mut policy, &fleet, &[*took]));
        assert_eq!(policy.means, [9.5e6]); // 8, then 8 + 8/4 = 10, then 10 - 2/4.
    }

    #[test]
    fn equal_loads_take_turns() {
        let fleet = equal(3);
        let (mut policy, among) = built(&fleet, 0.5);
        told(&mut policy, &fleet, &[5, 5, 5]);
        assert_eq!([0, 1, 2, 3].map(|n| policy.pick(&fleet, &among, &ask(n)).0), [0, 1, 2, 0]);
    }
}
