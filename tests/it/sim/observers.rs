//! What observers are told of every event, and when.

use std::cell::Cell;

use seedbed::kernel::digest::CHECKPOINT_INTERVAL;
use seedbed::kernel::{Digest, Duration, NodeId, Time};
use seedbed::sim::{Observer, Occurrence, Sim};

use super::world::{A, B, C, Letter, MS, On, Probe, World, sends};

/// Hears of events, and of the notes behind each.
#[derive(Clone, Default)]
struct Ear {
    events: Vec<(u64, Time, String, Digest)>,
    notes: Vec<(u64, NodeId)>,
}

impl Observer<Probe> for Ear {
    fn began(&mut self, at: Time, number: u64, event: &Occurrence<'_, Letter>, before: Digest) {
        self.events.push((number, at, format!("{event:?}"), before));
    }

    fn noted(&mut self, _: Time, node: NodeId, _: &On) {
        self.notes.push((self.events.last().expect("every note has its event").0, node));
    }
}

#[test]
fn every_event_is_told_before_what_it_causes() {
    let world = World::new().node(sends(B, 20, MS, 0)).listener().listener().crash(B, 5 * MS, 3 * MS).pause(
        C,
        2 * MS,
        4 * MS,
    );
    let mut sim = Sim::new(world.0, Ear::default());
    while sim.run(1).is_none() {}
    let (events, digest) = (sim.events(), sim.digest());
    let ear = sim.into_observer();
    let numbers: Vec<u64> = ear.events.iter().map(|event| event.0).collect();
    assert_eq!(numbers, (1..=events).collect::<Vec<u64>>());
    assert!(ear.events.windows(2).all(|pair| pair[0].1 <= pair[1].1), "time does not run backwards");
    let digests: Vec<u64> = ear.events.iter().map(|event| event.3.value()).chain([digest]).collect();
    assert_eq!(digests[0], Digest::new().value());
    assert!(digests.windows(2).all(|pair| pair[0] != pair[1]), "every event leaves its mark");
    for (kind, times) in [("Booted", 4), ("Struck", 2), ("Ended", 2)] {
        assert_eq!(ear.events.iter().filter(|event| event.2.starts_with(kind)).count(), times, "{kind}");
    }
    // Every event of a process is noted by it, and no fault is.
    for (number, _, what, _) in &ear.events {
        let noted = ear.notes.iter().filter(|note| note.0 == *number).count();
        assert_eq!(noted, usize::from(!what.starts_with("Struck") && !what.starts_with("Ended")), "{what}");
    }
    assert!(ear.notes.iter().any(|note| note.1 == A));
}

#[test]
fn a_checkpoint_covers_an_event_and_not_yet_what_it_noted() {
    // Two nodes boot, and then a timer fires again and again: its n-th time is event n + 2.
    let checkpoints = |odd_event: u64| {
        let count = Cell::new(0);
        let world = World::new().listener().node(move |cx, on| {
            if let On::Timer(_) = on {
                count.set(count.get() + 1);
                if count.get() + 2 == odd_event {
                    cx.note(On::Computed(1));
                }
            }
            cx.arm(0, Duration(MS));
        });
        let mut sim = Sim::new(world.0, ());
        sim.run(3 * CHECKPOINT_INTERVAL);
        sim.checkpoints().to_vec()
    };
    let plain = checkpoints(0);
    let first_other = |odd_event: u64| {
        let odd = checkpoints(odd_event);
        plain.iter().zip(&odd).position(|(one, other)| one != other)
    };
    assert_eq!(first_other(CHECKPOINT_INTERVAL - 1), Some(0));
    assert_eq!(first_other(CHECKPOINT_INTERVAL), Some(1), "its note comes after the checkpoint");
    assert_eq!(first_other(CHECKPOINT_INTERVAL + 1), Some(1));
}
