use std::collections::BTreeSet;

use super::*;

/// A small generator for these tests: the kernel's own streams are tested elsewhere.
fn xorshift(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// A queue beside a sorted set that must agree with it.
struct Rig {
    queue: Queue<u64>,
    model: BTreeSet<(Time, Sequence, u64)>,
    now: Time,
    pushed: u64,
}

impl Rig {
    fn new() -> Rig {
        Rig { queue: Queue::new(), model: BTreeSet::new(), now: Time::ZERO, pushed: 0 }
    }

    fn push(&mut self, at: Time) {
        self.pushed += 1;
        let sequence = self.queue.push(at, self.pushed);
        self.pushed_at(at, sequence);
    }

    fn push_steady(&mut self, at: Time) {
        self.pushed += 1;
        let sequence = self.queue.push_steady(at, self.pushed);
        self.pushed_at(at, sequence);
    }

    fn pushed_at(&mut self, at: Time, sequence: Sequence) {
        self.model.insert((at, sequence, self.pushed));
        assert_eq!(self.queue.len(), self.model.len());
    }

    fn pop(&mut self) -> bool {
        let popped = self.queue.pop().map(|(at, sequence, event, _)| (at, sequence, event));
        assert_eq!(popped, self.model.pop_first());
        assert_eq!(self.queue.len(), self.model.len());
        self.now = popped.map_or(self.now, |(at, ..)| at);
        popped.is_some()
    }

    fn drain(mut self) {
        while self.pop() {}
        assert!(self.model.is_empty());
    }
}

#[test]
fn pops_in_order_of_time_then_sequence_as_a_sorted_set_does() {
    let mut rig = Rig::new();
    let mut rng = 7;
    for step in 0..200_000 {
        // Grow, hover, drain: pops follow pushes, pops and an empty queue.
        let push_bias = if step < 80_000 { 6 } else { 4 };
        match xorshift(&mut rng) % 10 < push_bias {
            true => rig.push(Time(xorshift(&mut rng) % 1_000)),
            false => {
                rig.pop();
            }
        }
    }
    rig.drain();
}

#[test]
fn delays_of_every_scale_come_in_order_however_many_are_pending() {
    for pending in [1, 20, SMALL - 1, SMALL + 1, 3 * SMALL, 20_000] {
        let mut rig = Rig::new();
        let mut rng = pending as u64;
        // From the same instant to 2^40 ns later; now and then many at one instant, and an event at the end of time.
        let delay = |rng: &mut u64| match xorshift(rng) % 64 {
            0 => 1 << 20,
            1 => 0,
            _ => xorshift(rng) >> (24 + xorshift(rng) % 40),
        };
        rig.push(Time::MAX);
        for _ in 0..pending {
            rig.push(Time(delay(&mut rng)));
        }
        for _ in 0..40_000 {
            rig.pop();
            rig.push(Time(rig.now.0.saturating_add(delay(&mut rng))));
        }
        // The number of events crosses the marks at which the wheel starts and stops, both ways.
        for _ in 0..2 {
            while rig.model.len() > SMALL / 8 {
                rig.pop();
            }
            while rig.model.len() < 2 * SMALL {
                rig.push(Time(rig.now.0.saturating_add(delay(&mut rng))));
            }
        }
        rig.drain();
    }
}

#[test]
fn what_comes_after_steady_delays_comes_in_order_among_what_does_not() {
    // Pending at most: few, and so many that the wheel starts, with what stands in lanes.
    for most in [1, 7, 100, 3 * SMALL] {
        let mut rig = Rig::new();
        let mut rng = most as u64;
        for step in 0..60_000 {
            let is_growing = step % 20_000 < 10_000;
            if rig.model.len() < most && (is_growing || xorshift(&mut rng).is_multiple_of(3)) {
                let delay = [50, 50, 50, 200, 200, 0, 1_000_000, xorshift(&mut rng) % 400];
                let kind = (xorshift(&mut rng) % 64).min(delay.len() as u64 * 8 - 1) as usize / 8;
                let at = Time(rig.now.0 + delay[kind]);
                match kind == 6 && xorshift(&mut rng).is_multiple_of(2) {
                    true => rig.push(at),
                    false => rig.push_steady(at),
                }
            } else {
                rig.pop();
            }
        }
        rig.drain();
    }
}

#[test]
fn events_of_one_instant_that_make_more_of_them_come_in_order_while_the_wheel_turns() {
    let mut rig = Rig::new();
    for n in 0..3 * SMALL as u64 {
        rig.push(Time(1_000_000 + n % 3));
    }
    for _ in 0..2 * SMALL {
        rig.pop();
        rig.push(rig.now);
    }
    rig.drain();
}

#[test]
fn ties_come_first_in_first_out() {
    let mut queue: Queue<i32> = Queue::new();
    for n in 0..10_000 {
        queue.push(Time(5), n);
    }
    let popped: Vec<i32> = std::iter::from_fn(|| queue.pop()).map(|(_, _, n, _)| n).collect();
    assert_eq!(popped, (0..10_000).collect::<Vec<_>>());
}

#[test]
fn shuffled_ties_keep_the_order_of_time_and_depend_on_the_key_alone() {
    let order = |key| {
        let mut queue: Queue<u64> = Queue::with_shuffled_ties(key);
        for n in 0..1000 {
            queue.push(Time(n % 2), n);
        }
        std::iter::from_fn(move || queue.pop()).map(|(_, _, n, _)| n).collect::<Vec<u64>>()
    };
    assert_eq!(order(1), order(1));
    assert_ne!(order(1), order(2));
    let first_half: Vec<u64> = order(1)[..500].to_vec();
    assert!(first_half.iter().all(|n| n % 2 == 0), "time still comes first");
    assert_ne!(first_half, (0..1000).step_by(2).collect::<Vec<u64>>());
}

#[test]
fn the_tie_permutation_never_gives_one_number_twice() {
    for key in [0, 1, 0xDEAD_BEEF_DEAD_BEEF] {
        let images: BTreeSet<u64> = (0..100_000).map(|n| permute(n, key)).collect();
        assert_eq!(images.len(), 100_000);
        assert!(images.iter().all(|&image| image < SEQUENCE_MAX));
    }
}

#[test]
fn a_rank_taken_early_wins_the_tie_over_one_taken_later() {
    let mut queue: Queue<&str> = Queue::new();
    let early = queue.allot();
    queue.push(Time(9), "pushed first");
    queue.push_ranked(Time(9), early, "ranked first");
    assert_eq!(queue.pop().expect("two are pending").2, "ranked first");
}

#[test]
fn what_is_pushed_last_comes_last_of_its_instant_and_moves_no_rank() {
    let mut queue: Queue<&str> = Queue::new();
    queue.push_last(Time(9), "mark");
    let first = queue.push(Time(9), "event");
    assert_eq!(first.number(), 0);
    assert_eq!(queue.pop().expect("two are pending").2, "event");
    assert_eq!(queue.pop().expect("one is pending").2, "mark");
}

#[test]
fn a_body_waits_until_it_is_taken() {
    let mut queue: Queue<u8, String> = Queue::new();
    queue.push_with(Time(2), 2, "two".to_owned());
    queue.push(Time(1), 1);
    queue.push_with(Time(3), 3, "three".to_owned());
    assert_eq!(queue.bodies(), 2);
    let (.., event, _) = queue.pop().expect("three are pending");
    assert_eq!(event, 1);
    let (.., event, body) = queue.pop().expect("two are pending");
    assert_eq!((event, queue.body(body).as_str()), (2, "two"));
    assert_eq!(queue.take_body(body), "two");
    assert_eq!((queue.len(), queue.bodies()), (1, 1));
    // A body that was popped elsewhere comes in without an event.
    let slot = queue.lend(0, "lent".to_owned());
    assert_eq!(queue.take_body(slot), "lent");
    assert_eq!(queue.len(), 1);
}

#[test]
fn a_body_that_is_kept_waits_while_others_come_and_go() {
    let mut queue: Queue<u8, String> = Queue::new();
    queue.push_with(Time(1), 1, "one".to_owned());
    let (.., kept) = queue.pop().expect("one is pending");
    queue.keep(kept);
    queue.push_with(Time(2), 2, "two".to_owned());
    assert_eq!((queue.len(), queue.bodies()), (2, 2));
    let (.., other) = queue.pop().expect("another is pending");
    assert_eq!(queue.take_body(other), "two");
    queue.release(kept);
    assert_eq!((queue.take_body(kept).as_str(), queue.len()), ("one", 0));
}

#[test]
#[should_panic(expected = "left its body")]
fn a_body_left_behind_is_noticed() {
    let mut queue: Queue<u8, String> = Queue::new();
    queue.push_with(Time(1), 1, "left".to_owned());
    queue.pop();
    queue.push_with(Time(2), 2, "next".to_owned());
}

#[test]
fn slots_are_reused() {
    let mut queue: Queue<u64> = Queue::new();
    for round in 0..100 {
        for n in 0..10 {
            queue.push(Time(round), n);
        }
        while queue.pop().is_some() {}
    }
    assert_eq!(queue.slab.slots(), 10);
}

#[test]
fn in_a_large_world_nearly_every_event_is_foreseen_once_in_each_round_before_it_is_popped() {
    let mut state = 7;
    let mut queue: Queue<u32, u32> = Queue::new();
    queue.begin_to_foresee();
    for number in 0..20_000 {
        queue.push_with(Time(xorshift(&mut state) % 1_000_000), number, number ^ 1);
    }
    let mut rounds = vec![Vec::new(); 20_000];
    let mut unforeseen = 0;
    let mut last = Time::ZERO;
    while queue.len() > SMALL / 4 {
        let popped = queue.pop_foreseeing(|round, event, body| {
            assert_eq!(body, Some(&(event ^ 1)));
            rounds[*event as usize].push(round);
        });
        let (at, _, event, slot) = popped.expect("there are more");
        assert!(last <= at);
        last = at;
        match rounds[event as usize].as_slice() {
            [] => unforeseen += 1,
            told => assert_eq!(told, [0, 1, 2, 3]),
        }
        assert_eq!(queue.take_body(slot), event ^ 1);
    }
    // The first: what comes before the wheel begins to turn.
    assert!(unforeseen < 100, "{unforeseen} were not foreseen");
}
