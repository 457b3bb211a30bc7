//! Fleets and questions for tests.

use super::{Ask, Balance, Endpoint, Fleet, Place};
use crate::kernel::random::name_key;
use crate::kernel::{Duration, Keyed, NodeId, Time};

/// Endpoints of these weights, with nothing open, in no zone, named by their places.
pub fn weighted(weights: &[f64]) -> Fleet {
    let endpoint = |(place, &weight): (u32, &f64)| Endpoint {
        node: NodeId(place),
        name: name_key(&format!("instance.{place}")),
        weight,
        capacity: 1.0,
        zone: None,
        reported: None,
        usable_since: Time::ZERO,
    };
    Fleet::new((0..).zip(weights).map(endpoint).collect(), None, None)
}

/// `n` endpoints of weight 1.
pub fn equal(n: usize) -> Fleet {
    weighted(&vec![1.0; n])
}

/// Every place.
pub fn all(fleet: &Fleet) -> Vec<Place> {
    (0..fleet.endpoints().len() as u32).map(Place).collect()
}

/// All of `among` but one.
pub fn without(among: &[Place], gone: Place) -> Vec<Place> {
    among.iter().copied().filter(|place| *place != gone).collect()
}

/// The question about request `n`, whose key is `n` too, at time zero.
pub fn ask(n: u64) -> Ask {
    let draws = Keyed::new(1, "tests of balancing");
    Ask { now: Time::ZERO, key: n, bits: draws.draw(n, 0), draws, work: Duration::ZERO }
}

/// The question about request `n` at a time in milliseconds.
pub fn ask_at(n: u64, millis: u64) -> Ask {
    Ask { now: Time::ZERO + Duration::from_millis(millis), ..ask(n) }
}

/// Where the next `count` requests go, if each is answered at once.
pub fn picks(policy: &mut impl Balance, fleet: &Fleet, among: &[Place], count: u64) -> Vec<u32> {
    (0..count).map(|n| policy.pick(fleet, among, &ask(n)).0).collect()
}

/// How many of `count` requests go to each place, if each is answered at once.
pub fn shares(policy: &mut impl Balance, fleet: &Fleet, among: &[Place], count: u64) -> Vec<u32> {
    let mut shares = vec![0; fleet.endpoints().len()];
    picks(policy, fleet, among, count).into_iter().for_each(|place| shares[place as usize] += 1);
    shares
}

/// Sends request `n` to where the policy says, and leaves it open.
pub fn send(policy: &mut impl Balance, fleet: &mut Fleet, among: &[Place], ask: &Ask) -> Place {
    let place = policy.pick(fleet, among, ask);
    *fleet.in_flight_mut(place) += 1;
    policy.sent(fleet, place, ask);
    place
}

/// Ends a request that was sent to `place`, well.
pub fn answer(policy: &mut impl Balance, fleet: &mut Fleet, place: Place, now: Time, took: Duration) {
    *fleet.in_flight_mut(place) -= 1;
    policy.answered(fleet, place, now, took, true);
}

/// Holds shares to those of `weights`: chi-square stays below `bound`.
pub fn assert_shares(shares: &[u32], weights: &[f64], bound: f64) {
    let total = f64::from(shares.iter().sum::<u32>());
    let of_weights: f64 = weights.iter().sum();
    let chi2: f64 = shares
        .iter()
        .zip(weights)
        .map(|(&share, weight)| {
            let expected = total * weight / of_weights;
            (f64::from(share) - expected) * (f64::from(share) - expected) / expected
        })
        .sum();
    assert!(chi2 < bound, "chi-square {chi2}: {shares:?} for {weights:?}");
}
