//! Least work left: who is through with its work first, so that a request waits as little as it can.
//!
//! With a report it is the work reported, as old as that is, at the endpoint's capacity. Without one it is this caller's own
//! account: the work of what it sent, worked off at that capacity since, which is exact for one core that serves first come,
//! first served, and one caller; of two callers each takes the other's share for idle time. When the last of a caller's requests has ended nothing of its work is left, whatever the
//! account says. With one core each it makes of n queues one: M/G/n. Source: Harchol-Balter, *Performance Modeling and Design
//! of Computer Systems* (2013), section 24.1. Ties: any of them, by draw 0. Cost: O(n) a pick.

use super::least::least_at_random;
use super::{Ask, Balance, Fleet, Place};
use crate::kernel::{Duration, Time};

/// Least work left.
#[derive(Clone, Debug, Default)]
pub struct LeastWorkLeft {
    /// By place: when it is through with what was sent to it.
    through: Vec<Time>,
}

impl LeastWorkLeft {
    /// How long the work at an endpoint takes it, in nanoseconds.
    #[inline]
    fn left(&self, fleet: &Fleet, place: Place, now: Time) -> f64 {
        let endpoint = fleet.get(place);
        match endpoint.reported {
            Some(report) => f64::from(report.work_us) * 1e3 / endpoint.capacity,
            None => self.through[place.index()].since(now).0 as f64,
        }
    }
}

impl Balance for LeastWorkLeft {
    fn rebuild(&mut self, fleet: &Fleet, _: &[Place], _: Time) {
        self.through.resize(fleet.endpoints().len(), Time::ZERO);
    }

    #[inline]
    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        least_at_random(among, ask, |place| self.left(fleet, place, ask.now))
    }

    fn sent(&mut self, fleet: &Fleet, place: Place, ask: &Ask) {
        // Rounded to the nanosecond; at capacity 1 it is the work itself.
        let takes = Duration((ask.work.0 as f64 / fleet.get(place).capacity + 0.5) as u64);
        let through = &mut self.through[place.index()];
        *through = (*through).max(ask.now) + takes;
    }

    fn answered(&mut self, fleet: &Fleet, place: Place, now: Time, _: Duration, _: bool) {
        if fleet.in_flight(place) == 0 {
            let through = &mut self.through[place.index()];
            *through = (*through).min(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Report;
    use super::super::testing::{all, answer, ask_at, assert_shares, equal, send, shares, without};
    use super::*;

    fn built(fleet: &Fleet) -> (LeastWorkLeft, Vec<Place>) {
        let mut policy = LeastWorkLeft::default();
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        (policy, all(fleet))
    }

    fn work(n: u64, at_millis: u64, work_millis: u64) -> Ask {
        Ask { work: Duration::from_millis(work_millis), ..ask_at(n, at_millis) }
    }

    /// One caller, one core each, first come, first served: each request begins when it would in one common queue.
    #[test]
    fn requests_begin_as_in_one_queue_for_all() {
        let mut fleet = equal(3);
        let (mut policy, among) = built(&fleet);
        let (mut own, mut common) = ([0_u64; 3], [0_u64; 3]);
        for n in 0..2_000 {
            let (now, size) = (n * 7, (n * n * 31 + 5) % 41);
            let place = send(&mut policy, &mut fleet, &among, &work(n, now, size)).index();
            let begins = own[place].max(now);
            own[place] = begins + size;
            common.sort_unstable();
            let begins_in_common = common[0].max(now);
            common[0] = begins_in_common + size;
            assert_eq!(begins, begins_in_common, "request {n}");
        }
    }

    #[test]
    fn work_drains_at_the_capacity_of_the_endpoint() {
        let mut fleet = equal(2);
        fleet.get_mut(Place(0)).capacity = 4.0;
        let (mut policy, among) = built(&fleet);
        policy.sent(&fleet, Place(0), &work(0, 0, 100));
        policy.sent(&fleet, Place(1), &work(1, 0, 30));
        let left = |policy: &LeastWorkLeft, millis: u64| {
            among
                .iter()
                .map(|place| policy.left(&fleet, *place, ask_at(0, millis).now) / 1e6)
                .collect::<Vec<_>>()
        };
        assert_eq!(left(&policy, 0), [25.0, 30.0]);
        assert_eq!(left(&policy, 20), [5.0, 10.0]);
        policy.sent(&fleet, Place(1), &work(2, 29, 8));
        assert_eq!(left(&policy, 30), [0.0, 8.0]);
    }

    #[test]
    fn a_report_counts_in_place_of_the_account() {
        let mut fleet = equal(2);
        let (mut policy, among) = built(&fleet);
        policy.sent(&fleet, Place(0), &work(0, 0, 100));
        assert_eq!(policy.pick(&fleet, &among, &work(1, 1, 1)), Place(1));
        fleet.get_mut(Place(0)).reported = Some(Report::default());
        policy.sent(&fleet, Place(1), &work(2, 1, 1));
        assert_eq!(policy.pick(&fleet, &among, &work(3, 1, 1)), Place(0));
        assert_eq!(policy.pick(&fleet, &without(&among, Place(0)), &work(3, 1, 1)), Place(1));
    }

    #[test]
    fn nothing_is_left_when_the_last_request_has_ended() {
        let mut fleet = equal(1);
        let (mut policy, among) = built(&fleet);
        send(&mut policy, &mut fleet, &among, &work(0, 0, 100));
        send(&mut policy, &mut fleet, &among, &work(1, 0, 100));
        let now = ask_at(0, 5).now;
        answer(&mut policy, &mut fleet, Place(0), now, Duration::ZERO);
        assert_eq!(policy.left(&fleet, Place(0), now), 195e6, "refused, or not: the account cannot know");
        answer(&mut policy, &mut fleet, Place(0), now, Duration::ZERO);
        assert_eq!(policy.left(&fleet, Place(0), now), 0.0);
    }

    #[test]
    fn ties_are_drawn() {
        let fleet = equal(3);
        let (mut policy, among) = built(&fleet);
        assert_shares(&shares(&mut policy, &fleet, &among, 30_000), &[1.0; 3], 18.4);
    }
}
