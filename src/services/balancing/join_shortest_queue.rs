//! Join the shortest queue: the fewest requests in the system, waiting or served.
//!
//! How many there are is what the instance last reported, else what this caller has open there ([`super::Endpoint::in_system`]).
//! Weights count for nothing. Source: Winston, *Optimality of the shortest line discipline*, Journal of Applied Probability 14
//! (1977). Ties: any of the shortest, by draw 0. Cost: O(n) a pick.

use super::least::least_at_random;
use super::{Ask, Balance, Fleet, Place};

/// Join the shortest queue.
#[derive(Clone, Debug, Default)]
pub struct JoinShortestQueue;

impl Balance for JoinShortestQueue {
    #[inline]
    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        least_at_random(among, ask, |place| fleet.in_system(place))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Report;
    use super::super::testing::{all, assert_shares, equal, shares, without};
    use super::*;

    #[test]
    fn the_shortest_is_joined_and_ties_are_drawn() {
        let mut fleet = equal(4);
        [2, 1, 5, 1].iter().zip(0..).for_each(|(open, place)| *fleet.in_flight_mut(Place(place)) = *open);
        let among = all(&fleet);
        let picked = shares(&mut JoinShortestQueue, &fleet, &among, 10_000);
        assert_eq!((picked[0], picked[2]), (0, 0));
        assert_shares(&[picked[1], picked[3]], &[1.0, 1.0], 15.2);
        let left = without(&among, Place(1));
        assert_eq!(shares(&mut JoinShortestQueue, &fleet, &left, 10), [0, 0, 0, 10]);
    }

    #[test]
    fn a_report_counts_more_than_what_the_caller_has_open() {
        let mut fleet = equal(2);
        *fleet.in_flight_mut(Place(0)) = 3;
        fleet.get_mut(Place(0)).reported = Some(Report { in_system: 0, work_us: 0 });
        *fleet.in_flight_mut(Place(1)) = 1;
        assert_eq!(shares(&mut JoinShortestQueue, &fleet, &all(&fleet), 10), [10, 0]);
        fleet.get_mut(Place(0)).reported = Some(Report { in_system: 2, work_us: 0 });
        assert_eq!(shares(&mut JoinShortestQueue, &fleet, &all(&fleet), 10), [0, 10]);
    }
}
