//! What holds for every policy, whatever happens to it.

use proptest::prelude::*;

use super::testing::{ask, equal};
use super::*;
use crate::kernel::random::below;

/// Every policy, and those that have variants in each of them.
fn policies() -> Vec<Policy> {
    let zones = |inner: Policy| Policy::ZoneAware(ZoneAware::new(vec![(0, 3.0), (1, 1.0)], 3, inner));
    vec![
        Policy::RoundRobin(RoundRobin::default()),
        Policy::Random(Random),
        Policy::SmoothWeighted(SmoothWeighted::default()),
        Policy::EarliestDeadline(EarliestDeadline::default()),
        Policy::WeightedRandom(WeightedRandom::default()),
        Policy::LeastConnections(LeastConnections::default()),
        Policy::LeastResponseTime(LeastResponseTime::default()),
        Policy::PowerOf(PowerOf::without_replacement(2)),
        Policy::PowerOf(PowerOf::without_replacement(9)),
        Policy::PowerOf(PowerOf::with_replacement(3)),
        Policy::PeakEwma(PeakEwma::default()),
        Policy::JoinShortestQueue(JoinShortestQueue),
        Policy::JoinIdleQueue(JoinIdleQueue::default()),
        Policy::LeastWorkLeft(LeastWorkLeft::default()),
        Policy::SizeInterval(SizeInterval::new(vec![Duration(10), Duration(100)])),
        Policy::RingHash(RingHash::new(3.0)),
        Policy::BoundedRingHash(BoundedRingHash::new(3.0, 1.0)),
        Policy::Maglev(Maglev::new(23)),
        Policy::Rendezvous(Rendezvous::default()),
        Policy::Affinity(Affinity::default()),
        zones(Policy::JoinIdleQueue(JoinIdleQueue::default())),
        zones(Policy::EarliestDeadline(EarliestDeadline::default())),
        zones(Policy::BoundedRingHash(BoundedRingHash::new(3.0, 1.25))),
        zones(Policy::Maglev(Maglev::new(5))),
        zones(Policy::LeastWorkLeft(LeastWorkLeft::default())),
    ]
}

/// What may happen to a policy; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Happening {
    Send {
        key: u64,
        work: u64,
    },
    Answer {
        which: u32,
        took: u64,
        ok: bool,
    },
    Idle {
        place: u32,
    },
    Report {
        place: u32,
        in_system: u32,
    },
    /// The places whose bits are set may be picked; there may be none.
    Rebuild {
        among: u16,
    },
    Join {
        weight: u32,
        zone: u16,
    },
    Wait {
        millis: u64,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        8 => (0_u64..50, 0_u64..1_000).prop_map(|(key, work)| Happening::Send { key, work }),
        5 => (any::<u32>(), 0_u64..2_000_000_000, any::<bool>())
            .prop_map(|(which, took, ok)| Happening::Answer { which, took, ok }),
        2 => any::<u32>().prop_map(|place| Happening::Idle { place }),
        1 => (any::<u32>(), 0_u32..9).prop_map(|(place, in_system)| Happening::Report { place, in_system }),
        1 => any::<u16>().prop_map(|among| Happening::Rebuild { among }),
        1 => (1_u32..9, 0_u16..3).prop_map(|(weight, zone)| Happening::Join { weight, zone }),
        1 => (0_u64..3_000).prop_map(|millis| Happening::Wait { millis }),
    ]
}

/// A caller with everything a policy may ask about.
struct Caller {
    fleet: Fleet,
    among: Vec<Place>,
    now: Time,
    open: Vec<Place>,
    asked: u64,
}

impl Caller {
    fn new() -> Caller {
        let slow = SlowStart { window: Duration::from_secs(2), aggression: 1.5, weight_min: 0.1 };
        let fleet = Fleet::new(equal(2).endpoints().to_vec(), Some(0), Some(slow));
        Caller { fleet, among: vec![Place(0), Place(1)], now: Time::ZERO, open: Vec::new(), asked: 0 }
    }

    /// Any place of the fleet.
    fn place(&self, number: u32) -> Place {
        Place(number % self.fleet.endpoints().len() as u32)
    }

    /// Lets it happen; returns where a request went.
    fn meets(&mut self, policy: &mut Policy, happening: &Happening) -> Option<Place> {
        match *happening {
            Happening::Send { .. } if self.among.is_empty() => {}
            Happening::Send { key, work } => {
                self.asked += 1;
                let ask = Ask { now: self.now, key, work: Duration(work), ..ask(self.asked) };
                let place = policy.pick(&self.fleet, &self.among, &ask);
                *self.fleet.in_flight_mut(place) += 1;
                policy.sent(&self.fleet, place, &ask);
                self.open.push(place);
                return Some(place);
            }
            Happening::Answer { which, took, ok } => {
                if !self.open.is_empty() {
                    let place = self.open.swap_remove(which as usize % self.open.len());
                    *self.fleet.in_flight_mut(place) -= 1;
                    policy.answered(&self.fleet, place, self.now, Duration(took), ok);
                }
            }
            Happening::Idle { place } => policy.idle(&self.fleet, self.place(place)),
            Happening::Report { place, in_system } => {
                let place = self.place(place);
                self.fleet.get_mut(place).reported = Some(Report { in_system, work_us: in_system * 100 });
            }
            Happening::Rebuild { among } => {
                let every = 0..self.fleet.endpoints().len() as u32;
                self.among = every.filter(|place| among >> place & 1 == 1).map(Place).collect();
                policy.rebuild(&self.fleet, &self.among, self.now);
            }
            Happening::Join { weight, zone } => self.join(policy, f64::from(weight), zone),
            Happening::Wait { millis } => self.now += Duration::from_millis(millis),
        }
        None
    }

    /// A new endpoint, of which there are 16 at most.
    fn join(&mut self, policy: &mut Policy, weight: f64, zone: u16) {
        let mut endpoints = self.fleet.endpoints().to_vec();
        let place = Place(endpoints.len() as u32);
        if endpoints.len() < 16 {
            let like = equal(endpoints.len() + 1).get(place).clone();
            endpoints.push(Endpoint { weight, zone: Some(zone), usable_since: self.now, ..like });
            self.among.push(place);
            let slow = SlowStart { window: Duration::from_secs(2), aggression: 1.5, weight_min: 0.1 };
            self.fleet = Fleet::new(endpoints, Some(0), Some(slow));
            self.open.iter().for_each(|place| *self.fleet.in_flight_mut(*place) += 1);
        }
        policy.rebuild(&self.fleet, &self.among, self.now);
    }
}

proptest! {
    #[test]
    fn every_pick_may_be_picked_and_equal_inputs_give_equal_picks(
        happenings in prop::collection::vec(happening(), 1..200),
    ) {
        for policy in policies() {
            let (mut first, mut second) = (policy.clone(), policy);
            let (mut caller, mut other) = (Caller::new(), Caller::new());
            first.rebuild(&caller.fleet, &caller.among, Time::ZERO);
            second.rebuild(&other.fleet, &other.among, Time::ZERO);
            for happening in &happenings {
                let picked = caller.meets(&mut first, happening);
                prop_assert!(picked.is_none_or(|place| caller.among.contains(&place)), "{first:?}");
                prop_assert_eq!(other.meets(&mut second, happening), picked, "{:?}", second);
            }
        }
    }
}

/// A list of one is picked from whoever asks, and so is every list after it: nothing is remembered of those that are gone.
#[test]
fn whoever_is_left_alone_takes_all() {
    for mut policy in policies() {
        let mut caller = Caller::new();
        policy.rebuild(&caller.fleet, &caller.among, Time::ZERO);
        for n in 0..40 {
            let alone = below(ask(n).bits, 2);
            caller.meets(&mut policy, &Happening::Rebuild { among: 1 << alone });
            for key in 0..5 {
                let picked = caller.meets(&mut policy, &Happening::Send { key, work: key * 30 });
                assert_eq!(picked, Some(Place(alone)), "{policy:?}");
            }
        }
    }
}

/// What hashes goes by the key and by nothing else of a request.
#[test]
fn requests_of_one_key_meet_one_instance() {
    let fleet = equal(50);
    let among: Vec<Place> = (0..50).map(Place).collect();
    let hashing = [
        Policy::RingHash(RingHash::default()),
        Policy::BoundedRingHash(BoundedRingHash::default()),
        Policy::Maglev(Maglev::default()),
        Policy::Rendezvous(Rendezvous::default()),
        Policy::Affinity(Affinity::default()),
    ];
    for mut policy in hashing {
        policy.rebuild(&fleet, &among, Time::ZERO);
        let mut of_key = |key: u64, n: u64| policy.pick(&fleet, &among, &Ask { key, ..ask(n) });
        assert!((0..100).all(|key| of_key(key, key) == of_key(key, 1_000 - key)));
        assert!((1..100).any(|key| of_key(key, 0) != of_key(0, 0)));
    }
}
