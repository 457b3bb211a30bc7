//! The end of all faults for a core: what it mends, what it leaves, and that nothing strikes after it.

use seedbed::faults::kinds::{Crash, DiskFate};
use seedbed::faults::{CoreSize, Healing, OnNodes, Patient, Schedule, Target};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{Areas, Context, DiskToken, Duration, NodeId, SystemId, WorkToken};
use seedbed::sim::Lifecycle;

use super::world::{A, B, C, Letter, MS, On, Probe, World, sends};

/// Heals at 50 ms. A node that is down without its disk is of no core.
fn healed(world: World, cuts_off_others: bool) -> World {
    let systems = vec![Patient { system: SystemId(0), spare: 1 }];
    world.fault(50 * MS, Some(0), Healing { systems, size: CoreSize::All, cuts_off_others })
}

/// A crash that takes the disk, and never ends.
fn destroyed(world: World, node: NodeId) -> World {
    world.fault(MS, None, OnNodes { target: Target::Node(node), kind: Crash { disk: DiskFate::Lost } })
}

#[test]
fn the_core_is_up_again_and_who_lost_its_disk_stays_down() {
    let world =
        World::new().listener().listener().listener().crash(A, 10 * MS, 500 * MS).pause(B, 20 * MS, 500 * MS);
    let run = healed(destroyed(world, C), false).run(1_000 * MS);
    let expected = [
        (1, C, Lifecycle::Crashed),
        (1, C, Lifecycle::DiskLost),
        (10, A, Lifecycle::Crashed),
        (20, B, Lifecycle::Paused),
        (50, A, Lifecycle::Booted),
        (50, B, Lifecycle::Resumed),
    ];
    assert_eq!(run.lives(MS / 2), expected, "also when those faults were to end");
    let healing = run.log().faults.last().expect("it struck");
    assert_eq!(
        (healing.resolved.as_str(), &healing.nodes),
        ("probes.0 probes.1 healed; probes.2 left as they are", &vec![A, B])
    );
    // The crash and the pause are over then, and itself; what C has is not.
    let mut ended: Vec<(u64, usize)> =
        run.log().ended.iter().map(|(at, strike)| (at.0 / MS, *strike)).collect();
    ended.sort_unstable();
    assert_eq!(ended, [(50, 1), (50, 2), (50, 3)]);
}

#[test]
fn nothing_strikes_after_it_not_even_what_was_to_come_again() {
    let every = Schedule::Every(Distribution::constant(20.0 * MS as f64).expect("it is a length"));
    let crash = OnNodes { target: Target::Node(A), kind: Crash::KEEPS_DISK };
    let world = World::new().listener().planned(every, Some(5 * MS), crash);
    let late = OnNodes { target: Target::Node(A), kind: Crash::KEEPS_DISK };
    let systems = vec![Patient { system: SystemId(0), spare: 0 }];
    let healing = Healing { systems, size: CoreSize::Random, cuts_off_others: false };
    let run = world.fault(50 * MS, Some(0), healing).fault(70 * MS, None, late).run(500 * MS);
    let struck: Vec<u64> = run.log().faults.iter().map(|fault| fault.start.0 / MS).collect();
    assert_eq!(struck, [20, 40, 50]);
}

#[test]
fn links_within_the_core_are_free_and_those_to_others_as_they_were() {
    // A letter a millisecond from A to B and to C, and from C to A.
    let both = |cx: &mut dyn Context<Probe>, on: On| {
        let letters =
            |cx: &mut dyn Context<Probe>, n| [B, C].into_iter().for_each(|to| cx.send(to, Letter(n, 0)));
        match on {
            On::Boot(..) => cx.arm(1, Duration(MS)),
            On::Timer(number) => {
                letters(cx, number);
                cx.arm(number + 1, Duration(MS));
            }
            On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        }
    };
    let world = || {
        let world = World::new().node(both).listener().node(sends(A, 90, MS, 0));
        // C loses its disk and restarts later: it is of no core as it is down when faults stop, for good.
        destroyed(world, C).partition(&[&[A], &[B, C]], 10 * MS, 500 * MS)
    };
    let run = healed(world(), false).run(100 * MS);
    let letters = run.letters(B);
    assert_eq!(letters[..9], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(letters[9] >= 49, "cut until it is healed: {letters:?}");
    assert_eq!(letters.last(), Some(&99), "and free to the end");
    // A third node that is no part of the core, and up: what is cut stays cut, what is free stays free or is cut off.
    for (cuts_off, from_c) in [(false, 98), (true, 48)] {
        let world = World::new().node(both).listener().node(sends(B, 98, MS, 0)).one_way(
            &[A],
            &[C],
            10 * MS,
            500 * MS,
        );
        let systems = vec![Patient { system: SystemId(0), spare: 1 }];
        let healing = Healing { systems, size: CoreSize::Random, cuts_off_others: cuts_off };
        // A seed under which A and B are the core.
        let run = (1..200)
            .map(|seed| world_with(&world, seed, healing.clone()).run(100 * MS))
            .find(|run| run.log().faults.last().is_some_and(|healing| healing.nodes == [A, B]))
            .expect("some seed draws them");
        assert_eq!(run.letters(C).last(), Some(&9), "the way to C stays cut");
        let from_c_to_b: Vec<u32> = run
            .log()
            .notes
            .iter()
            .filter_map(|(_, node, on)| match on {
                On::Letter(from, number) if *node == B && *from == C => Some(*number),
                On::Boot(..)
                | On::Letter(..)
                | On::Timer(_)
                | On::Synced(_)
                | On::SyncFailed(_)
                | On::Computed(_) => None,
            })
            .collect();
        assert!(
            from_c_to_b.last().is_some_and(|last| last.abs_diff(from_c) <= 2),
            "{cuts_off}: {from_c_to_b:?}"
        );
    }
}

/// The same world under another seed, and with a healing.
fn world_with(world: &World, seed: u64, healing: Healing) -> World {
    World(world.0.clone()).seed(seed).fault(50 * MS, Some(0), healing)
}

#[test]
fn cores_disks_and_clocks_work_as_they_should() {
    let busy = |cx: &mut dyn Context<Probe>, on: On| match on {
        On::Boot(..) => {
            cx.compute(Duration(100 * MS), WorkToken(1));
            cx.arm(1, Duration(60 * MS));
        }
        On::Timer(_) => cx.sync(Areas::ALL, DiskToken(2)),
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    };
    let world = World::new().node(busy).slow_node(A, 5, 0, 900 * MS).slow_disk(A, 10, 0, 900 * MS);
    let systems = vec![Patient { system: SystemId(0), spare: 0 }];
    let run = world
        .fault(50 * MS, Some(0), Healing { systems, size: CoreSize::All, cuts_off_others: false })
        .run(1_000 * MS);
    // 10 of 100 ms of work are done by then. The sync of 10 ms begins at 60.
    let expected = [(60 * MS, On::Timer(1)), (70 * MS, On::Synced(2)), (140 * MS, On::Computed(1))];
    assert_eq!(run.at(A), expected);
}
