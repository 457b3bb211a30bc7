//! What one caller knows of the instances of one service.

use crate::kernel::math::pow;
use crate::kernel::{Duration, NodeId, Time};

/// An endpoint's place in its fleet, for as long as the fleet lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place(pub u32);

impl Place {
    /// As an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an instance reported of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Requests at it.
    pub in_system: u32,
    /// The work that they are at or wait for, at speed 1 and in microseconds; what is being done counts in full.
    pub work_us: u32,
}

/// An instance, as one caller knows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Endpoint {
    /// The instance.
    pub node: NodeId,
    /// A hash of its name: the same for every caller, seed and scenario.
    pub name: u64,
    /// Its share of the requests where policies weigh; above 0.
    pub weight: f64,
    /// How fast it works: cores times their speed.
    pub capacity: f64,
    /// Its zone; equal for those of one zone, `None` for who has none.
    pub zone: Option<u16>,
    /// What it last reported, if it was asked.
    pub reported: Option<Report>,
    /// Since when it may be picked, for slow start.
    pub usable_since: Time,
}

/// Whoever has just come takes less than its share for a while.
///
/// Source: Envoy, `slow_start.rst`. Its text counts the time in seconds, from 1; its code, which is followed here, in
/// milliseconds, from 1 (`load_balancer_impl.cc`, `applySlowStartFactor`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SlowStart {
    /// For how long.
    pub window: Duration,
    /// How the share grows: 1 linearly, more fast at first; above 0.
    pub aggression: f64,
    /// The least share of its weight, 0 to 1; Envoy's is 0.1.
    pub weight_min: f64,
}

impl SlowStart {
    /// What an endpoint's weight is multiplied by `after` it has become usable: from `weight_min` up to 1.
    pub fn factor(&self, after: Duration) -> f64 {
        if after >= self.window {
            return 1.0;
        }
        let past = after.max(Duration::from_millis(1)).as_secs_f64() / self.window.as_secs_f64();
        let grown = if self.aggression == 1.0 { past } else { pow(past, 1.0 / self.aggression) };
        grown.min(1.0).max(self.weight_min)
    }
}

/// What every request asks for of the instance that it goes to.
#[derive(Clone, Copy, Debug)]
struct Instance {
    node: NodeId,
    /// This caller's open requests there.
    in_flight: u32,
}

/// The instances of a service, as one caller knows them.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    endpoints: Vec<Endpoint>,
    /// By place, apart from what few policies look at: of thousands it is near.
    instances: Vec<Instance>,
    slow_start: Option<SlowStart>,
    /// The caller's own zone.
    zone: Option<u16>,
}

impl Fleet {
    /// The fleet of a caller in `zone`.
    pub fn new(endpoints: Vec<Endpoint>, zone: Option<u16>, slow_start: Option<SlowStart>) -> Fleet {
        let instance = |endpoint: &Endpoint| Instance { node: endpoint.node, in_flight: 0 };
        Fleet { instances: endpoints.iter().map(instance).collect(), endpoints, slow_start, zone }
    }

    /// Every endpoint that the caller has ever known, by place.
    #[inline]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The endpoint at a place.
    #[inline]
    pub fn get(&self, place: Place) -> &Endpoint {
        &self.endpoints[place.index()]
    }

    /// The endpoint at a place, to change.
    #[inline]
    pub fn get_mut(&mut self, place: Place) -> &mut Endpoint {
        &mut self.endpoints[place.index()]
    }

    /// The instance at a place.
    #[inline]
    pub fn node(&self, place: Place) -> NodeId {
        self.instances[place.index()].node
    }

    /// This caller's open requests at a place.
    #[inline]
    pub fn in_flight(&self, place: Place) -> u32 {
        self.instances[place.index()].in_flight
    }

    /// The same, to change.
    #[inline]
    pub fn in_flight_mut(&mut self, place: Place) -> &mut u32 {
        &mut self.instances[place.index()].in_flight
    }

    /// This caller's open requests everywhere.
    pub fn in_flight_anywhere(&self) -> u32 {
        self.instances.iter().map(|instance| instance.in_flight).sum()
    }

    /// How many requests are at an instance as far as is known: what it last reported, as old as that is and without what was
    /// sent since; if it never has, what this caller has open there, which is exact for the only caller.
    #[inline]
    pub fn in_system(&self, place: Place) -> u32 {
        self.get(place).reported.map_or(self.in_flight(place), |report| report.in_system)
    }

    /// The caller's own zone.
    pub fn zone(&self) -> Option<u16> {
        self.zone
    }

    /// The weight of an endpoint now: less than its own while it starts slowly.
    #[inline]
    pub fn weight(&self, place: Place, now: Time) -> f64 {
        let endpoint = self.get(place);
        match &self.slow_start {
            None => endpoint.weight,
            Some(slow) => endpoint.weight * slow.factor(now.since(endpoint.usable_since)),
        }
    }

    /// Until when one of `among` starts slowly, so that weights change by themselves: at that moment and later
    /// each has its own. It holds until somebody becomes usable.
    pub fn starting_until(&self, among: &[Place]) -> Time {
        let Some(slow) = &self.slow_start else {
            return Time::ZERO;
        };
        among.iter().map(|place| self.get(*place).usable_since + slow.window).max().unwrap_or(Time::ZERO)
    }

    /// From when on all of `among` weigh the same; [`Time::MAX`] if they never will. It holds as long as
    /// [`starting_until`](Fleet::starting_until).
    pub fn equal_from(&self, among: &[Place]) -> Time {
        let weight = |place: &Place| self.get(*place).weight;
        let are_equal = among.iter().all(|place| weight(place) == weight(&among[0]));
        if are_equal { self.starting_until(among) } else { Time::MAX }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, weighted};
    use super::*;

    fn slow(window: u64, aggression: f64) -> SlowStart {
        SlowStart { window: Duration::from_secs(window), aggression, weight_min: 0.1 }
    }

    /// By hand: (t / window)^(1 / aggression), at least 0.1, and t at least one millisecond.
    #[test]
    fn a_slow_start_grows_as_envoys() {
        let linear = [0, 3, 6, 15, 30, 59, 60, 90].map(|t| slow(60, 1.0).factor(Duration::from_secs(t)));
        assert_eq!(linear, [0.1, 0.1, 0.1, 0.25, 0.5, 59.0 / 60.0, 1.0, 1.0]);
        // Roots of 4/64, 16/64 and 36/64; of 0.36/64, which is less than a tenth; and of 0.64/64, which is one.
        let fast_at_first =
            [4_000, 16_000, 36_000, 360, 640].map(|t| slow(64, 2.0).factor(Duration::from_millis(t)));
        assert_eq!(fast_at_first, [0.25, 0.5, 0.75, 0.1, 0.1]);
        // Squares: 1/4, 1/16, and 1/100, which is too little.
        let slow_at_first = [500, 250, 100].map(|t| slow(1, 0.5).factor(Duration::from_millis(t)));
        assert_eq!(slow_at_first, [0.25, 0.1, 0.1]);
        let from_nothing = SlowStart { weight_min: 0.0, ..slow(1, 1.0) };
        assert_eq!(from_nothing.factor(Duration::ZERO), 0.001, "one millisecond of a second");
        let shorter_than_its_least_step = SlowStart { window: Duration::from_micros(10), ..slow(1, 1.0) };
        assert_eq!(shorter_than_its_least_step.factor(Duration::ZERO), 1.0);
    }

    #[test]
    fn weights_grow_until_the_last_has_started() {
        let endpoints = weighted(&[2.0, 4.0]).endpoints().to_vec();
        let mut fleet = Fleet::new(endpoints, None, Some(slow(10, 1.0)));
        fleet.get_mut(Place(1)).usable_since = Time(5_000_000_000);
        let weights = |now: u64| [0, 1].map(|place| fleet.weight(Place(place), Time(now * 1_000_000_000)));
        assert_eq!(weights(5), [1.0, 0.4]);
        assert_eq!(weights(10), [2.0, 2.0]);
        assert_eq!(weights(15), [2.0, 4.0]);
        assert_eq!(fleet.starting_until(&all(&fleet)), Time(15_000_000_000));
        assert_eq!(fleet.starting_until(&[Place(0)]), Time(10_000_000_000));
        assert_eq!(fleet.equal_from(&[Place(0)]), Time(10_000_000_000));
        assert_eq!(fleet.equal_from(&all(&fleet)), Time::MAX);
        assert_eq!(weighted(&[1.0]).starting_until(&[Place(0)]), Time::ZERO, "nobody starts slowly");
    }
}
