//! Faults that wait for something to happen.

use seedbed::faults::kinds::{Crash, Pause};
use seedbed::faults::{Happening, HappeningKind, OnNodes, Schedule, Target, Trigger};
use seedbed::kernel::Time;
use seedbed::sim::Lifecycle::{Booted, Crashed, Paused, Resumed};
use seedbed::sim::{Limit, Sim, Stop};

use super::world::{A, B, C, Log, MS, World, constant, sends};

fn crash(target: Target) -> OnNodes<Crash> {
    OnNodes { target, kind: Crash::KEEPS_DISK }
}

fn pause(target: Target) -> OnNodes<Pause> {
    OnNodes { target, kind: Pause {} }
}

#[test]
fn a_fault_strikes_when_its_happening_happens_and_that_is_whom_it_happened_to() {
    let run = World::new()
        .listener()
        .listener()
        .listener()
        .crash(A, 10 * MS, 5 * MS)
        .crash(C, 20 * MS, 5 * MS)
        .when((HappeningKind::Crashed, &[B, C], 1), Some(9 * MS), pause(Target::Node(B)))
        .when((HappeningKind::Paused, &[B], 1), Some(2 * MS), crash(Target::That))
        .run(100 * MS);
    let expected = [
        (10, A, Crashed),
        (15, A, Booted),
        (20, C, Crashed),
        (20, B, Paused),
        (20, B, Crashed),
        (22, B, Booted),
        (25, C, Booted),
    ];
    assert_eq!(run.lives(1), expected);
    let names: Vec<&str> = run.log().faults.iter().map(|fault| fault.resolved.as_str()).collect();
    assert_eq!(names, ["probes.0", "probes.2", "probes.1", "probes.1"]);
}

#[test]
fn it_answers_so_many_times_from_a_time_on_and_after_a_delay() {
    let happening = Happening::to_nodes(HappeningKind::Resumed, &[A], "resumed(a)");
    let trigger = Trigger { happening, after: Some(constant(3 * MS)), from: Time(15 * MS), times: 2 };
    let world = [4, 14, 24, 34, 44]
        .into_iter()
        .fold(World::new().listener().listener(), |world, at| world.pause(A, at * MS, 2 * MS));
    let run = world.planned(Schedule::When(trigger), Some(MS), crash(Target::Node(B))).run(100 * MS);
    let boots: Vec<u64> = run.boots(B).into_iter().map(|(at, _)| at / MS).collect();
    assert_eq!(boots, [0, 20, 30], "answers what happened at 16 and 26, not at 6, 36 and 46");
}

#[test]
fn a_boot_of_the_start_is_a_happening() {
    let run = World::new()
        .listener()
        .listener()
        .when((HappeningKind::Booted, &[B], 1), Some(MS), pause(Target::That))
        .run(10 * MS);
    assert_eq!(run.lives(0), [(0, A, Booted), (0, B, Booted), (0, B, Paused), (1, B, Resumed)]);
}

#[test]
fn faults_follow_faults_and_that_is_whom_they_struck() {
    let (began, ended) = (HappeningKind::FaultBegan, HappeningKind::FaultEnded);
    let after = |kind, planned| {
        let happening = Happening::to_fault(kind, planned, "test");
        Schedule::When(Trigger { happening, after: None, from: Time::ZERO, times: 5 })
    };
    let run = World::new()
        .listener()
        .listener()
        .listener()
        .fault(10 * MS, Some(5 * MS), crash(Target::Nodes(vec![A, B])))
        .planned(after(ended, 0), Some(MS), pause(Target::That))
        .planned(after(began, 1), Some(2 * MS), crash(Target::Node(C)))
        .run(100 * MS);
    let records: Vec<(u64, usize, &str)> = run
        .log()
        .faults
        .iter()
        .map(|fault| (fault.start.0 / MS, fault.planned, fault.resolved.as_str()))
        .collect();
    assert_eq!(records, [(10, 0, "probes.0 probes.1"), (15, 1, "probes.0 probes.1"), (15, 2, "probes.2")]);
}

#[test]
fn one_that_finds_nobody_has_answered_all_the_same() {
    let run = World::new()
        .listener()
        .crash(A, 10 * MS, 5 * MS)
        .crash(A, 30 * MS, 5 * MS)
        .when((HappeningKind::Crashed, &[A], 1), None, pause(Target::Any(seedbed::kernel::SystemId(0))))
        .run(100 * MS);
    assert_eq!(run.log().missed, [(Time(10 * MS), 2)]);
    assert_eq!(run.log().faults.len(), 2);
}

/// It crashes at its boot, at once and again and again.
fn own_cause(times: u32) -> World {
    World::new().listener().when((HappeningKind::Booted, &[A], times), Some(0), crash(Target::That))
}

#[test]
fn a_chain_that_causes_itself_ends_when_it_has_answered_often_enough() {
    let run = own_cause(1000).run(10 * MS);
    assert_eq!((run.stop, run.boots(A).len()), (Stop::End, 1001));
}

#[test]
fn a_chain_that_causes_itself_and_in_which_no_time_passes_ends_in_a_named_limit() {
    let mut setup = own_cause(1_000_000).0;
    setup.limits.within_a_moment = 100_000;
    let mut sim = Sim::new(setup, Log::default());
    assert_eq!(sim.run(u64::MAX), Some(Stop::Limit(Limit::WithinAMoment)));
    assert_eq!(sim.now(), Time::ZERO);
}

#[test]
fn a_fault_that_waits_in_vain_changes_nothing() {
    let world = || World::new().node(sends(B, 20, MS, 0)).listener().crash(A, 5 * MS, 5 * MS);
    let waiting = world().when((HappeningKind::Paused, &[A, B], 9), None, crash(Target::That));
    assert_eq!(waiting.run(100 * MS).sim.digest(), world().run(100 * MS).sim.digest());
}
