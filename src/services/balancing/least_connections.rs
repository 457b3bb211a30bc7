//! Least connections: who has the fewest open requests of this caller's in proportion to its weight.
//!
//! Source: nginx, `src/http/modules/ngx_http_upstream_least_conn_module.c`, and HAProxy, `balance leastconn`. Both count
//! what the balancer itself has open, never what others sent. Ties: round robin, the first from the position after the one
//! picked last (HAProxy; NGINX breaks them by smooth weighted round robin). Cost: O(n) a pick.

use super::least::{PerWeight, least_in_turn};
use super::{Ask, Balance, Fleet, Place};
use crate::kernel::Time;

/// Weighted least connections.
#[derive(Clone, Debug, Default)]
pub struct LeastConnections {
    /// The position in the list from which ties are broken.
    turn: usize,
    /// From when on weights need not be looked at.
    equal_from: Time,
}

impl Balance for LeastConnections {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], _: Time) {
        self.equal_from = fleet.equal_from(among);
    }

    #[inline]
    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        if ask.now >= self.equal_from {
            return least_in_turn(among, &mut self.turn, |place| fleet.in_flight(place));
        }
        least_in_turn(among, &mut self.turn, |place| PerWeight {
            amount: f64::from(fleet.in_flight(place)),
            weight: fleet.weight(place, ask.now),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::SlowStart;
    use super::super::testing::{all, ask, ask_at, equal, picks, send, weighted, without};
    use super::*;
    use crate::kernel::Duration;

    fn built(fleet: &Fleet) -> LeastConnections {
        let mut policy = LeastConnections::default();
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        policy
    }

    #[test]
    fn open_requests_fill_up_evenly_and_ties_go_round() {
        let mut fleet = equal(3);
        let among = all(&fleet);
        let mut policy = built(&fleet);
        let mut sent = |fleet: &mut Fleet, n: u64| send(&mut policy, fleet, &among, &ask(n)).0;
        assert_eq!([0, 1, 2, 3].map(|n| sent(&mut fleet, n)), [0, 1, 2, 0]);
        *fleet.in_flight_mut(Place(2)) = 0;
        assert_eq!(sent(&mut fleet, 4), 2, "the only one with nothing open");
        // Open: 2, 1, 1. The turn is at the start again.
        assert_eq!([5, 6].map(|n| sent(&mut fleet, n)), [1, 2]);
    }

    /// Twelve requests over weights 3, 2, 1: six, four and two.
    #[test]
    fn open_requests_are_in_proportion_to_weights() {
        let mut fleet = weighted(&[3.0, 2.0, 1.0]);
        let among = all(&fleet);
        let mut policy = built(&fleet);
        (0..12).for_each(|n| {
            send(&mut policy, &mut fleet, &among, &ask(n));
        });
        let open: Vec<u32> = among.iter().map(|place| fleet.in_flight(*place)).collect();
        assert_eq!(open, [6, 4, 2]);
    }

    #[test]
    fn who_may_not_be_picked_is_not_even_with_nothing_open() {
        let mut fleet = equal(3);
        *fleet.in_flight_mut(Place(0)) = 4;
        *fleet.in_flight_mut(Place(2)) = 3;
        let among = without(&all(&fleet), Place(1));
        assert_eq!(built(&fleet).pick(&fleet, &among, &ask(0)), Place(2));
    }

    #[test]
    fn with_nothing_open_weights_do_not_count() {
        let fleet = weighted(&[1.0, 3.0, 2.0]);
        assert_eq!(picks(&mut built(&fleet), &fleet, &all(&fleet), 4), [0, 1, 2, 0]);
    }

    #[test]
    fn equal_weights_are_picked_as_without_looking_at_them() {
        let mut fleet = weighted(&[2.0; 5]);
        let among = all(&fleet);
        let (mut plain, mut weighing) = (built(&fleet), built(&fleet));
        weighing.equal_from = Time::MAX;
        for n in 0..200 {
            *fleet.in_flight_mut(Place((n * n % 5) as u32)) = (n * 7 % 3) as u32;
            assert_eq!(plain.pick(&fleet, &among, &ask(n)), weighing.pick(&fleet, &among, &ask(n)));
        }
    }

    /// One full weight with one open against one that weighs a quarter now, and all of it later.
    #[test]
    fn who_starts_slowly_is_full_sooner() {
        let mut endpoints = equal(2).endpoints().to_vec();
        endpoints[1].usable_since = Time(1_000_000_000);
        let slow = SlowStart { window: Duration::from_secs(1), aggression: 1.0, weight_min: 0.1 };
        let mut fleet = Fleet::new(endpoints, None, Some(slow));
        *fleet.in_flight_mut(Place(0)) = 2;
        *fleet.in_flight_mut(Place(1)) = 1;
        let mut policy = built(&fleet);
        let mut picked_at = |millis: u64| policy.pick(&fleet, &all(&fleet), &ask_at(0, millis)).0;
        assert_eq!([1_250, 1_750, 2_000].map(&mut picked_at), [0, 1, 1]);
    }
}
