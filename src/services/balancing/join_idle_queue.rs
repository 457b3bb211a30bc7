//! Join the idle queue: instances that have run out of work stand in a queue, and requests go to its head.
//!
//! An instance that becomes idle says so to one of the callers and stands in the queue of that one until a request takes
//! it out, even if another caller has sent it work meanwhile. Idle instances that may no longer be picked are forgotten: one
//! that comes back says it anew. So does, at the start, everybody: a queue is empty at first. Source: Lu, Xie, Kliot, Geller,
//! Larus and Greenberg, *Join-Idle-Queue*, Performance Evaluation 68 (2011). Ties: first come, first served; with no idle
//! instance any one, by draw 0. Cost: O(1) a pick.

use std::collections::VecDeque;

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::Time;
use crate::kernel::random::below;

/// Join the idle queue.
#[derive(Clone, Debug, Default)]
pub struct JoinIdleQueue {
    idle: VecDeque<Place>,
    /// By place.
    standings: Vec<Standing>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// It may not be picked.
    Unusable,
    /// It may be picked, and as far as is known it has work.
    Busy,
    /// It is in the queue.
    Idle,
}

impl Balance for JoinIdleQueue {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], _: Time) {
        self.idle.retain(|place| among.binary_search(place).is_ok());
        self.standings.clear();
        self.standings.resize(fleet.endpoints().len(), Standing::Unusable);
        among.iter().for_each(|place| self.standings[place.index()] = Standing::Busy);
        self.idle.iter().for_each(|place| self.standings[place.index()] = Standing::Idle);
    }

    #[inline]
    fn pick(&mut self, _: &Fleet, among: &[Place], ask: &Ask) -> Place {
        let Some(place) = self.idle.pop_front() else {
            return among[below(ask.draw(0), among.len() as u32) as usize];
        };
        self.standings[place.index()] = Standing::Busy;
        place
    }

    fn idle(&mut self, _: &Fleet, place: Place) {
        match self.standings[place.index()] {
            Standing::Busy => {
                self.standings[place.index()] = Standing::Idle;
                self.idle.push_back(place);
            }
            Standing::Unusable | Standing::Idle => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, ask, assert_shares, equal, picks, shares, without};
    use super::*;

    fn built(fleet: &Fleet, idle: &[u32]) -> (JoinIdleQueue, Vec<Place>) {
        let mut policy = JoinIdleQueue::default();
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        idle.iter().for_each(|place| policy.idle(fleet, Place(*place)));
        (policy, all(fleet))
    }

    #[test]
    fn who_became_idle_first_is_picked_first_and_once() {
        let fleet = equal(4);
        let (mut policy, among) = built(&fleet, &[2, 0, 2, 3]);
        assert_eq!(picks(&mut policy, &fleet, &among, 3), [2, 0, 3]);
        let random: Vec<u32> = (10..40).map(|n| below(ask(n).draw(0), 4)).collect();
        let picked: Vec<u32> = (10..40).map(|n| policy.pick(&fleet, &among, &ask(n)).0).collect();
        assert_eq!(picked, random, "nobody is idle");
        policy.idle(&fleet, Place(2));
        assert_eq!(policy.pick(&fleet, &among, &ask(0)), Place(2), "idle again");
    }

    #[test]
    fn without_an_idle_one_all_are_picked_alike() {
        let fleet = equal(3);
        let (mut policy, among) = built(&fleet, &[]);
        assert_shares(&shares(&mut policy, &fleet, &among, 30_000), &[1.0; 3], 18.4);
    }

    #[test]
    fn who_may_no_longer_be_picked_is_forgotten() {
        let fleet = equal(4);
        let (mut policy, among) = built(&fleet, &[1, 2, 3]);
        let left = without(&without(&among, Place(1)), Place(0));
        policy.rebuild(&fleet, &left, Time::ZERO);
        policy.idle(&fleet, Place(0));
        assert_eq!(policy.idle, [2, 3].map(Place), "neither who stood there nor who says so now");
        policy.rebuild(&fleet, &among, Time::ZERO);
        assert_eq!(policy.idle, [2, 3].map(Place), "one that is back says it anew");
        policy.idle(&fleet, Place(1));
        assert_eq!(picks(&mut policy, &fleet, &among, 3), [2, 3, 1]);
    }
}
