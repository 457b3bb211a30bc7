//! Effects are carried out in the order asked; timers have one deadline; work and syncs take their time.

use seedbed::faults::kinds::SlowNode;
use seedbed::faults::{Matter, Matters, OnNodes, Target};
use seedbed::kernel::{Areas, DiskToken, Duration, Effect, Time, WorkToken};

use super::world::{A, B, LOG, Letter, MS, On, World, sends};

#[test]
fn a_sync_covers_what_was_written_before_it_in_the_same_handler_and_nothing_after() {
    let run = World::new()
        .node(|cx, on| {
            if on == On::Boot(1, 0) {
                cx.append(LOG, 1);
                cx.sync(Areas::ALL, DiskToken(1));
                cx.append(LOG, 2);
            }
        })
        .crash(A, 11 * MS, MS)
        .run(20 * MS);
    assert_eq!(run.at(A), [(10 * MS, On::Synced(1))]);
    assert_eq!(run.boots(A), [(0, 0), (12 * MS, 1)]);
}

#[test]
fn messages_of_one_handler_arrive_in_the_order_sent() {
    let run = World::new().node(sends(B, 5, 0, 100)).listener().run(2 * MS);
    assert_eq!(run.letters(B), [1, 2, 3, 4, 5]);
    assert!(run.arrivals(B).iter().all(|(at, _)| *at == MS));
}

#[test]
fn arming_moves_the_deadline_and_disarming_removes_it() {
    let run = World::new()
        .node(|cx, on| match on {
            On::Boot(..) => {
                (1..=4).for_each(|timer| cx.arm(timer, Duration(10 * MS)));
                cx.arm(1, Duration(20 * MS));
                cx.arm(2, Duration(5 * MS));
                cx.disarm(3);
            }
            On::Timer(2) => {
                cx.disarm(4);
                cx.arm(3, Duration(10 * MS));
            }
            On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
        .run(100 * MS);
    assert_eq!(run.at(A), [(5 * MS, On::Timer(2)), (15 * MS, On::Timer(3)), (20 * MS, On::Timer(1))]);
}

#[test]
fn timers_of_one_instant_fire_in_the_order_of_arming_also_those_that_were_moved() {
    let run = World::new()
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                cx.arm(1, Duration(MS));
                cx.arm(2, Duration(9 * MS));
                cx.arm(3, Duration(9 * MS));
                cx.arm(1, Duration(9 * MS));
            }
        })
        .run(100 * MS);
    assert_eq!(run.at(A), [2, 3, 1].map(|timer| (9 * MS, On::Timer(timer))));
}

#[test]
fn work_waits_for_the_one_core_in_order_and_syncs_for_the_one_device() {
    let run = World::new()
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                cx.compute(Duration(3 * MS), WorkToken(1));
                cx.compute(Duration(2 * MS), WorkToken(2));
                cx.push(Effect::Sync { areas: Areas::ALL, token: DiskToken(3) });
                cx.push(Effect::Sync { areas: Areas::ALL, token: DiskToken(4) });
            }
        })
        .run(100 * MS);
    let expected = [(3, On::Computed(1)), (5, On::Computed(2)), (10, On::Synced(3)), (20, On::Synced(4))];
    assert_eq!(run.at(A), expected.map(|(at, on)| (at * MS, on)));
}

#[test]
fn a_node_can_write_to_itself_over_the_network() {
    let run = World::new()
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                cx.send(A, Letter(1, 0));
            }
        })
        .run(2 * MS);
    assert_eq!(run.at(A), [(MS, On::Letter(A, 1))]);
}

/// Whenever it came to be known.
#[test]
fn what_is_due_at_the_very_end_of_the_run_happens() {
    for shuffled in [false, true] {
        for seed in 0..20 {
            let world = if shuffled { World::new().shuffled(seed) } else { World::new().seed(seed) };
            let world = world.node(sends(B, 30, MS, 0)).listener();
            assert_eq!(world.run(10 * MS).letters(B), (1..=9).collect::<Vec<_>>(), "{shuffled}, seed {seed}");
        }
    }
}

#[test]
fn a_strike_takes_of_its_target_those_that_have_what_it_acts_on() {
    let slow = |target| OnNodes { target: Target::Nodes(target), kind: SlowNode { factor: 3 } };
    let mut world = World::new().listener().listener();
    world.0.nodes[A.index()].has = Matters::PROCESS.and(Matter::Disk);
    let run = world.fault(MS, None, slow(vec![A, B])).fault(2 * MS, None, slow(vec![A])).run(3 * MS);
    let struck: Vec<&str> = run.log().faults.iter().map(|fault| fault.resolved.as_str()).collect();
    assert_eq!((struck, run.log().missed.as_slice()), (vec!["probes.1"], [(Time(2 * MS), 1)].as_slice()));
}

/// Else a fault that acts would be said to find nothing. Only debug builds look.
#[cfg(debug_assertions)]
mod said {
    use seedbed::faults::Matters;
    use seedbed::kernel::{Context, Duration, WorkToken};

    use super::super::world::{A, LOG, MS, On, Probe, World};

    #[test]
    fn no_process_does_what_its_node_is_said_not_to() {
        let does = |what: fn(&mut dyn Context<Probe>)| {
            std::panic::catch_unwind(move || {
                let mut world = World::new().node(move |cx, on| {
                    if matches!(on, On::Boot(..)) {
                        what(cx);
                    }
                });
                world.0.nodes[A.index()].has = Matters::PROCESS;
                world.run(MS);
            })
        };
        assert!(does(|cx| cx.compute(Duration::ZERO, WorkToken(1))).is_ok(), "that is no work");
        assert!(does(|cx| cx.compute(Duration(1), WorkToken(1))).is_err());
        assert!(does(|cx| cx.append(LOG, 1)).is_err());
    }
}
