//! Peak EWMA: of two drawn at random the one with the lower cost, its estimated response time times its open requests.
//!
//! The estimate jumps to each response time that is above it and decays towards those below: `w = exp(-dt / decay)`, then
//! `estimate * w + took * (1 - w)`. Being asked counts as a response time of 0, so that whoever was slow once is tried again.
//! Nobody starts without an estimate: it has the default at first.
//!
//! Source: Finagle, `PeakEwma.scala`, as tower has it (`tower/src/load/peak_ewma.rs`, `balance/p2c`); Linkerd uses tower's.
//! There estimates are born when the endpoint is, here when this policy first hears of it, and a cost is divided by the
//! weight. Every answer counts, good or bad. Ties: the first drawn. Cost: O(1) a pick, with two exponentials.

use super::least::PerWeight;
use super::power_of::two_distinct;
use super::{Ask, Balance, Fleet, Place};
use crate::kernel::math::exp;
use crate::kernel::{Duration, Time};

/// Peak EWMA, by draws 0 and 1.
#[derive(Clone, Debug)]
pub struct PeakEwma {
    decay: f64,
    default: f64,
    /// By place.
    estimates: Vec<Estimate>,
}

/// What an endpoint's next response time may be, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Estimate {
    took: f64,
    updated: Time,
}

impl PeakEwma {
    /// Estimates lose a factor e in `decay`, and begin at `default`.
    ///
    /// # Panics
    /// If either is zero.
    pub fn new(decay: Duration, default: Duration) -> Self {
        assert!(decay > Duration::ZERO && default > Duration::ZERO, "Peak EWMA needs times above zero");
        let (decay, default) = (decay.0 as f64, default.0 as f64);
        PeakEwma { decay, default, estimates: Vec::new() }
    }

    /// The estimate times the open requests, one more included, in nanoseconds; the estimate decays.
    fn cost(&mut self, fleet: &Fleet, place: Place, now: Time) -> f64 {
        let estimate = self.estimates[place.index()].observe(0.0, now, self.decay);
        estimate * (f64::from(fleet.in_flight(place)) + 1.0)
    }

    fn load(&mut self, fleet: &Fleet, place: Place, now: Time) -> PerWeight {
        PerWeight { amount: self.cost(fleet, place, now), weight: fleet.weight(place, now) }
    }
}

impl Default for PeakEwma {
    /// Finagle's decay of 10 s and tower's default of 1 s.
    fn default() -> Self {
        PeakEwma::new(Duration::from_secs(10), Duration::from_secs(1))
    }
}

impl Estimate {
    fn observe(&mut self, took: f64, now: Time, decay: f64) -> f64 {
        self.took = if self.took < took {
            took
        } else {
            let kept = exp(-(now.since(self.updated).0 as f64) / decay);
            self.took * kept + took * (1.0 - kept)
        };
        self.updated = now;
        self.took
    }
}

impl Balance for PeakEwma {
    fn rebuild(&mut self, fleet: &Fleet, _: &[Place], now: Time) {
        let unknown = Estimate { took: self.default, updated: now };
        self.estimates.resize(fleet.endpoints().len(), unknown);
    }

    #[inline]
    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        let n = among.len() as u32;
        if n == 1 {
            return among[0];
        }
        let [first, second] = two_distinct(ask, n).map(|index| among[index as usize]);
        let load = self.load(fleet, first, ask.now);
        if self.load(fleet, second, ask.now) < load { second } else { first }
    }

    fn answered(&mut self, _: &Fleet, place: Place, now: Time, took: Duration, _: bool) {
        self.estimates[place.index()].observe(took.0 as f64, now, self.decay);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, answer, ask_at, equal, shares, weighted};
    use super::*;

    const MILLI: f64 = 1e6;

    fn at(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    fn built(fleet: &Fleet, default_millis: u64) -> PeakEwma {
        let mut policy = PeakEwma::new(Duration::from_secs(1), Duration::from_millis(default_millis));
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        policy
    }

    /// The unit test `compound_decay` of tower: decay 1 s, two requests 100 ms apart, each of 200 ms.
    #[test]
    fn the_costs_are_those_of_towers_compound_decay() {
        let mut fleet = equal(1);
        let mut policy = built(&fleet, 20);
        let start = |fleet: &mut Fleet| *fleet.in_flight_mut(Place(0)) += 1;
        assert_eq!(policy.cost(&fleet, Place(0), at(0)), 20.0 * MILLI);
        start(&mut fleet);
        assert!(policy.cost(&fleet, Place(0), at(100)) > 20.0 * MILLI);
        start(&mut fleet);
        assert!(policy.cost(&fleet, Place(0), at(200)) > 40.0 * MILLI);
        answer(&mut policy, &mut fleet, Place(0), at(300), Duration::from_millis(200));
        assert_eq!(policy.cost(&fleet, Place(0), at(300)), 400.0 * MILLI);
        answer(&mut policy, &mut fleet, Place(0), at(400), Duration::from_millis(200));
        assert_eq!(policy.cost(&fleet, Place(0), at(400)), 200.0 * MILLI);
        assert!(policy.cost(&fleet, Place(0), at(1_400)) < 100.0 * MILLI);
        assert!(policy.cost(&fleet, Place(0), at(11_400)) < 0.1 * MILLI);
    }

    /// tower's `default_decay`: 10 ms shrink to between 9 and 10 in 100 ms, to between 8 and 9 in 200.
    #[test]
    fn the_default_decays_too() {
        let fleet = equal(1);
        let mut policy = built(&fleet, 10);
        let costs = [0, 100, 200].map(|millis| policy.cost(&fleet, Place(0), at(millis)) / MILLI);
        assert_eq!(costs[0], 10.0);
        assert!(costs[1] > 9.0 && costs[1] < 10.0 && costs[2] > 8.0 && costs[2] < 9.0, "{costs:?}");
        let exact = 10.0 * exp(-0.2);
        assert!((costs[2] - exact).abs() < 1e-9, "being asked in between changes nothing");
    }

    #[test]
    fn a_peak_counts_at_once_and_what_is_faster_only_in_time() {
        let mut fleet = equal(1);
        let mut policy = built(&fleet, 20);
        let mut answered = |fleet: &mut Fleet, millis: u64, took: u64| {
            policy.answered(fleet, Place(0), at(millis), Duration::from_millis(took), true);
            policy.estimates[0].took / MILLI
        };
        assert_eq!(answered(&mut fleet, 0, 500), 500.0);
        assert_eq!(answered(&mut fleet, 0, 100), 500.0, "no time has passed");
        let half = 500.0 * exp(-0.5) + 100.0 * (1.0 - exp(-0.5));
        assert!((answered(&mut fleet, 500, 100) - half).abs() < 1e-9);
    }

    #[test]
    fn who_was_slow_is_avoided_until_it_has_decayed() {
        let fleet = equal(2);
        let mut policy = built(&fleet, 20);
        policy.answered(&fleet, Place(0), at(0), Duration::from_millis(500), true);
        assert_eq!(shares(&mut policy, &fleet, &all(&fleet), 50), [0, 50]);
        policy.answered(&fleet, Place(1), at(4_000), Duration::from_millis(15), true);
        assert_eq!(policy.pick(&fleet, &all(&fleet), &ask_at(1, 4_000)), Place(0), "500 e^-4 is 9.2");
    }

    #[test]
    fn a_weight_divides_the_cost_and_one_alone_takes_all() {
        let mut fleet = weighted(&[1.0, 3.0]);
        let mut policy = built(&fleet, 20);
        *fleet.in_flight_mut(Place(1)) = 1;
        assert_eq!(shares(&mut policy, &fleet, &all(&fleet), 20), [0, 20], "2 per 3 is less than 1");
        assert_eq!(policy.pick(&fleet, &[Place(0)], &ask_at(0, 0)), Place(0));
    }
}
