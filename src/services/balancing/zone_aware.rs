//! Zone-aware routing, as Envoy does it: the caller's own zone takes as much as keeps all endpoints equally loaded, and the
//! rest goes where callers are fewer than endpoints.
//!
//! With a share c of all callers and a share e of all endpoints in the caller's zone: if e >= c all its requests stay; else
//! e / c of them do, and the others go to the zones with e > c, in proportion to e - c. Within a zone, or among all where
//! zones do not count, a policy of its own picks. Zones do not count if the caller is in none, or among fewer than
//! `endpoints_min` endpoints, or where all endpoints are of one zone. Endpoints in no zone are a zone of their own, without
//! callers.
//!
//! Source: Envoy, `zone_aware.rst` and `load_balancer_impl.cc`, `regenerateLocalityRoutingStructuresNew`; shares there are
//! whole hundredths of a percent. Ties: those of the policy within. Cost: O(zones) a pick, and what the policy within costs.

use super::{Ask, Balance, Fleet, Place, Policy};
use crate::kernel::random::unit;
use crate::kernel::{Duration, Time};

/// Which of a request's draws say whether it stays and where else it goes: far from those of the policies within.
const DRAW_STAYS: u64 = 1 << 32;
const DRAW_ZONE: u64 = DRAW_STAYS + 1;

/// Zone-aware routing.
#[derive(Clone, Debug)]
pub struct ZoneAware {
    /// Zones with their shares of callers.
    callers: Vec<(u16, f64)>,
    endpoints_min: usize,
    /// What each zone begins with.
    template: Box<Policy>,
    /// Picks among all where zones do not count.
    whole: Box<Policy>,
    /// Every zone of the fleet, ascending.
    zones: Vec<Zone>,
    /// By place: the position of its zone.
    zone_of: Vec<u32>,
    route: Route,
}

#[derive(Clone, Debug)]
struct Zone {
    zone: Option<u16>,
    among: Vec<Place>,
    /// The share of endpoints above that of callers, and 0 for the caller's own zone.
    residual: f64,
    policy: Policy,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Route {
    /// Zones do not count.
    Whole,
    /// This share of requests stays in the zone at this position, the others go by what the zones have left.
    Zones { own: usize, stays: f64 },
    /// The caller's zone has no endpoints.
    Elsewhere,
}

impl ZoneAware {
    /// `callers` are zones with their shares of callers, in any unit; zones only with `endpoints_min` endpoints (Envoy:
    /// 6) or more; `inner` is the policy within each.
    pub fn new(callers: Vec<(u16, f64)>, endpoints_min: usize, inner: Policy) -> Self {
        let template = Box::new(inner);
        let whole = template.clone();
        let (zones, zone_of) = (Vec::new(), Vec::new());
        ZoneAware { callers, endpoints_min, template, whole, zones, zone_of, route: Route::Whole }
    }

    /// The share of all callers that are in a zone.
    fn share_of_callers(&self, zone: Option<u16>) -> f64 {
        let total: f64 = self.callers.iter().map(|(_, share)| share).sum();
        let of_zone = |callers: &&(u16, f64)| Some(callers.0) == zone;
        let share: f64 = self.callers.iter().filter(of_zone).map(|(_, share)| share).sum();
        if share > 0.0 { share / total } else { 0.0 }
    }

    /// Sorts those that may be picked into zones; a zone keeps its policy for as long as the fleet lives.
    fn sort_into_zones(&mut self, fleet: &Fleet, among: &[Place]) {
        for endpoint in fleet.endpoints() {
            if let Err(position) = self.zones.binary_search_by_key(&endpoint.zone, |zone| zone.zone) {
                let policy = (*self.template).clone();
                let zone = Zone { zone: endpoint.zone, among: Vec::new(), residual: 0.0, policy };
                self.zones.insert(position, zone);
            }
        }
        let zones = &self.zones;
        let position = |zone: Option<u16>| {
            zones.binary_search_by_key(&zone, |zone| zone.zone).expect("each endpoint's zone is known") as u32
        };
        self.zone_of = fleet.endpoints().iter().map(|endpoint| position(endpoint.zone)).collect();
        self.zones.iter_mut().for_each(|zone| zone.among.clear());
        among.iter().for_each(|place| self.zones[self.zone_of[place.index()] as usize].among.push(*place));
    }

    /// Finds how requests are spread, and what each zone has left.
    fn route(&mut self, own: Option<u16>, endpoints: usize) -> Route {
        let occupied = self.zones.iter().filter(|zone| !zone.among.is_empty()).count();
        if own.is_none() || endpoints < self.endpoints_min || occupied < 2 {
            return Route::Whole;
        }
        let mut route = Route::Elsewhere;
        for position in 0..self.zones.len() {
            let zone = &self.zones[position];
            let share = zone.among.len() as f64 / endpoints as f64;
            let callers = self.share_of_callers(zone.zone);
            if zone.zone == own && share > 0.0 {
                let stays = if share >= callers { 1.0 } else { share / callers };
                route = Route::Zones { own: position, stays };
                self.zones[position].residual = 0.0;
            } else {
                self.zones[position].residual = (share - callers).max(0.0);
            }
        }
        route
    }

    /// A zone by what each has left.
    fn elsewhere(&self, ask: &Ask) -> usize {
        let total: f64 = self.zones.iter().map(|zone| zone.residual).sum();
        let mut left = unit(ask.draw(DRAW_ZONE)) * total;
        let with_room = |(_, zone): &(usize, &Zone)| zone.residual > 0.0;
        for (position, zone) in self.zones.iter().enumerate().filter(with_room) {
            left -= zone.residual;
            if left < 0.0 {
                return position;
            }
        }
        // What is over has gone somewhere unless shares are off by a rounding: the largest zone takes that.
        let largest = (0..self.zones.len()).max_by_key(|position| self.zones[*position].among.len());
        largest.expect("there are two zones at least")
    }
}

impl Balance for ZoneAware {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], now: Time) {
        self.sort_into_zones(fleet, among);
        self.route = self.route(fleet.zone(), among.len());
        self.whole.rebuild(fleet, among, now);
        for zone in &mut self.zones {
            zone.policy.rebuild(fleet, &zone.among, now);
        }
    }

    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        let position = match self.route {
            Route::Whole => return self.whole.pick(fleet, among, ask),
            Route::Zones { own, stays } if unit(ask.draw(DRAW_STAYS)) < stays => own,
            Route::Zones { .. } | Route::Elsewhere => self.elsewhere(ask),
        };
        let zone = &mut self.zones[position];
        zone.policy.pick(fleet, &zone.among, ask)
    }

    fn sent(&mut self, fleet: &Fleet, place: Place, ask: &Ask) {
        self.whole.sent(fleet, place, ask);
        self.zones[self.zone_of[place.index()] as usize].policy.sent(fleet, place, ask);
    }

    fn answered(&mut self, fleet: &Fleet, place: Place, now: Time, took: Duration, ok: bool) {
        self.whole.answered(fleet, place, now, took, ok);
        self.zones[self.zone_of[place.index()] as usize].policy.answered(fleet, place, now, took, ok);
    }

    fn idle(&mut self, fleet: &Fleet, place: Place) {
        self.whole.idle(fleet, place);
        self.zones[self.zone_of[place.index()] as usize].policy.idle(fleet, place);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, answer, ask, assert_shares, equal, picks, send, shares};
    use super::super::{JoinIdleQueue, LeastResponseTime, RoundRobin};
    use super::*;

    /// A caller in zone 0 before so many endpoints in zones 0, 1, 2.
    fn fleet(zones: &[u16]) -> Fleet {
        let of_zone = |(zone, count): (u16, &u16)| vec![Some(zone); usize::from(*count)];
        let zones: Vec<Option<u16>> = (0..).zip(zones).flat_map(of_zone).collect();
        let mut endpoints = equal(zones.len()).endpoints().to_vec();
        endpoints.iter_mut().zip(zones).for_each(|(endpoint, zone)| endpoint.zone = zone);
        Fleet::new(endpoints, Some(0), None)
    }

    fn built(callers: &[f64], fleet: &Fleet) -> ZoneAware {
        let callers = (0..).zip(callers.iter().copied()).collect();
        let mut policy = ZoneAware::new(callers, 6, Policy::RoundRobin(RoundRobin::default()));
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        policy
    }

    /// How many of 24,000 requests go to each of three zones.
    fn by_zone(policy: &mut ZoneAware, fleet: &Fleet, among: &[Place]) -> [u32; 3] {
        let mut by_zone = [0; 3];
        for (share, endpoint) in shares(policy, fleet, among, 24_000).iter().zip(fleet.endpoints()) {
            by_zone[usize::from(endpoint.zone.unwrap_or(2))] += share;
        }
        by_zone
    }

    /// The example in Envoy's source: callers 40, 40, 20 %, endpoints 25, 50, 25 %: 62.5 % stay, and of the rest two thirds
    /// go where 10 % are left and a third where 5 % are.
    #[test]
    fn what_its_own_zone_cannot_take_goes_where_room_is_left() {
        let fleet = fleet(&[2, 4, 2]);
        let mut policy = built(&[40.0, 40.0, 20.0], &fleet);
        assert_eq!(policy.route, Route::Zones { own: 0, stays: 0.625 });
        assert_shares(&by_zone(&mut policy, &fleet, &all(&fleet)), &[62.5, 25.0, 12.5], 18.4);
    }

    #[test]
    fn with_as_many_endpoints_as_callers_all_requests_stay() {
        let even = fleet(&[2, 4, 2]);
        let mut policy = built(&[1.0, 1.0, 2.0], &even);
        assert_eq!(by_zone(&mut policy, &even, &all(&even)), [24_000, 0, 0]);
        assert_eq!(picks(&mut policy, &even, &all(&even), 4), [0, 1, 0, 1], "its own round robin");
    }

    /// Summed over the callers of all zones every endpoint has the same load.
    #[test]
    fn all_endpoints_are_equally_loaded_by_callers_of_all_zones() {
        let callers = [0.5, 0.2, 0.3];
        let mut load = [0.0; 3];
        for (zone, share) in (0..).zip(callers) {
            let of_zone = Fleet::new(fleet(&[3, 3, 6]).endpoints().to_vec(), Some(zone), None);
            let policy = built(&callers, &of_zone);
            let Route::Zones { own, stays } = policy.route else {
                panic!("every zone has endpoints");
            };
            load[own] += share * stays;
            let residual: f64 = policy.zones.iter().map(|zone| zone.residual).sum();
            for (load, zone) in load.iter_mut().zip(&policy.zones).filter(|(_, zone)| zone.residual > 0.0) {
                *load += share * (1.0 - stays) * zone.residual / residual;
            }
        }
        assert!(
            load.iter().zip([0.25, 0.25, 0.5]).all(|(load, share)| (load - share).abs() < 1e-12),
            "{load:?}"
        );
    }

    #[test]
    fn a_zone_that_fails_sends_its_requests_elsewhere() {
        let three = fleet(&[2, 4, 2]);
        let mut policy = built(&[40.0, 40.0, 20.0], &three);
        policy.rebuild(&three, &all(&three)[2..], Time::ZERO);
        assert_eq!(policy.route, Route::Elsewhere);
        // Endpoints 0, 2/3, 1/3 against callers 40, 40, 20 %: 26.7 and 13.3 % are left.
        assert_shares(&by_zone(&mut policy, &three, &all(&three)[2..])[1..], &[2.0, 1.0], 15.2);
        policy.rebuild(&three, &all(&three), Time::ZERO);
        assert_eq!(policy.route, Route::Zones { own: 0, stays: 0.625 });
    }

    #[test]
    fn zones_do_not_count_for_few_endpoints_or_one_zone_or_callers_in_none() {
        let few = fleet(&[2, 2, 1]);
        assert_eq!(picks(&mut built(&[1.0], &few), &few, &all(&few), 6), [0, 1, 2, 3, 4, 0]);
        let one = fleet(&[0, 6]);
        assert_eq!(built(&[1.0, 1.0], &one).route, Route::Whole);
        let nowhere = Fleet::new(fleet(&[3, 3]).endpoints().to_vec(), None, None);
        assert_eq!(built(&[1.0, 1.0], &nowhere).route, Route::Whole);
    }

    #[test]
    fn the_policies_within_hear_what_happens() {
        let mut fleet = fleet(&[3, 3]);
        let among = all(&fleet);
        let built = |inner: Policy| {
            let mut policy = ZoneAware::new(vec![(0, 1.0), (1, 1.0)], 6, inner);
            policy.rebuild(&fleet, &among, Time::ZERO);
            policy
        };
        let mut by_time = built(Policy::LeastResponseTime(LeastResponseTime::default()));
        let mut by_idleness = built(Policy::JoinIdleQueue(JoinIdleQueue::default()));
        by_idleness.idle(&fleet, Place(4));
        by_idleness.idle(&fleet, Place(2));
        assert_eq!(by_idleness.pick(&fleet, &among, &ask(0)), Place(2), "4 is in the other zone");
        let sent: Vec<Place> = (0..3).map(|n| send(&mut by_time, &mut fleet, &among, &ask(n))).collect();
        assert_eq!(sent, [0, 1, 2].map(Place));
        for (place, took) in [(0, 30), (1, 20), (2, 10)] {
            answer(&mut by_time, &mut fleet, Place(place), Time::ZERO, Duration::from_millis(took));
        }
        assert_eq!(by_time.pick(&fleet, &among, &ask(4)), Place(2));
    }
}
