//! Faults that strike a node once its own wall clock shows a time.

use seedbed::faults::kinds::{Crash, Partition};
use seedbed::faults::{Between, Group, OnLinks, OnNodes, Schedule, Target};
use seedbed::kernel::Time;

use super::world::{A, B, C, MS, World, sends};

fn at_clock(shown: u64, nodes: &[seedbed::kernel::NodeId]) -> Schedule {
    Schedule::AtClock { shown: Time(shown), nodes: nodes.to_vec() }
}

#[test]
fn each_node_is_struck_when_its_own_clock_shows_the_time() {
    let mut world = World::new().listener().listener().listener().drift(B, 250_000_000);
    world.0.nodes[2].clock.offset_ns = -(30 * MS as i64);
    let crash = OnNodes { target: Target::That, kind: Crash::KEEPS_DISK };
    let run = world.planned(at_clock(100 * MS, &[A, B, C]), Some(5 * MS), crash).run(500 * MS);
    let strikes: Vec<(u64, &str)> =
        run.log().faults.iter().map(|fault| (fault.start.0 / MS, fault.resolved.as_str())).collect();
    assert_eq!(strikes, [(80, "probes.1"), (100, "probes.0"), (130, "probes.2")]);
    let boots = [A, B, C].map(|node| run.boots(node)[1].0 / MS);
    assert_eq!(boots, [105, 85, 135], "each is down for its own time");
}

#[test]
fn a_time_that_a_clock_shows_from_the_start_is_struck_at_the_start() {
    let mut world = World::new().listener();
    world.0.nodes[0].clock.offset_ns = 50 * MS as i64;
    let crash = OnNodes { target: Target::That, kind: Crash::KEEPS_DISK };
    let run = world.planned(at_clock(20 * MS, &[A]), Some(MS), crash).run(500 * MS);
    assert_eq!(run.log().faults[0].start, Time::ZERO);
    assert_eq!(run.log().faults.len(), 1, "once");
}

#[test]
fn a_node_is_cut_off_when_its_certificate_expires() {
    let cut =
        OnLinks { between: Between::OneWay(Group::Of(vec![Target::That]), Group::Rest), kind: Partition {} };
    let run = World::new()
        .node(sends(B, 8, 10 * MS, 0))
        .listener()
        .drift(A, 1_000_000_000)
        .planned(at_clock(50 * MS, &[A, B]), None, cut)
        .run(200 * MS);
    // Its clock runs twice as fast: a letter every 5 ms, and 50 ms at 25 ms.
    assert_eq!(run.letters(B), [1, 2, 3, 4]);
}
