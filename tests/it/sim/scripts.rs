//! Strikes of several steps: crash loops and rolling restarts, and disks lost in a crash.

use seedbed::faults::kinds::{Crash, CrashLoop, DiskFate, Order, RollingRestart};
use seedbed::faults::{OnNodes, Scripted, Target};
use seedbed::kernel::{Areas, DiskToken, NodeId, SystemId, Time};
use seedbed::sim::Lifecycle::{Booted, Crashed, DiskLost};
use seedbed::sim::{Limit, Sim, Stop};

use super::world::{A, B, C, LOG, Log, MS, On, World, constant};

fn crash_loop(target: Target, up: u64, down: u64) -> Scripted<CrashLoop> {
    Scripted { target, kind: CrashLoop { up: constant(up), down: constant(down) } }
}

fn rolling(down: u64, gap: u64, batch: u32) -> Scripted<RollingRestart> {
    let kind = RollingRestart { down: constant(down), gap: constant(gap), batch, order: Order::Listed };
    Scripted { target: Target::System(SystemId(0)), kind }
}

#[test]
fn a_crash_loop_lives_and_dies_until_it_ends_and_then_lives() {
    let looping = crash_loop(Target::Node(A), 20 * MS, 5 * MS);
    let run = World::new().listener().listener().fault(10 * MS, Some(53 * MS), looping.clone()).run(200 * MS);
    let lives: Vec<(u64, NodeId, _)> =
        [(10, Crashed), (15, Booted), (35, Crashed), (40, Booted), (60, Crashed), (63, Booted)]
            .map(|(at, change)| (at, A, change))
            .to_vec();
    assert_eq!(run.lives(1), lives, "it was down when the fault ended, and booted then");
    assert_eq!(run.log().ended, [(Time(63 * MS), 0)]);
    assert_eq!(run.log().faults[0].nodes, [A]);
    // So it is when the fault ends before the first boot of the loop.
    let run = World::new().listener().fault(10 * MS, Some(3 * MS), looping.clone()).run(200 * MS);
    assert_eq!(run.lives(1), [(10, A, Crashed), (13, A, Booted)]);
    // One that ends while the node is up leaves it alone.
    let run = World::new().listener().fault(10 * MS, Some(20 * MS), looping.clone()).run(200 * MS);
    assert_eq!(run.lives(1).len(), 2);
    // One without an end goes on.
    let run = World::new().listener().fault(10 * MS, None, looping).run(210 * MS);
    assert_eq!(run.boots(A).len(), 9);
}

#[test]
fn each_node_of_a_crash_loop_has_a_loop_and_draws_of_its_own() {
    let law = |mean: f64| seedbed::kernel::sample::Distribution::exponential(mean * 1e6).expect("positive");
    let looping =
        Scripted { target: Target::System(SystemId(0)), kind: CrashLoop { up: law(20.0), down: law(5.0) } };
    let world = || World::new().listener().listener().fault(10 * MS, Some(500 * MS), looping.clone());
    let run = world().run(1000 * MS);
    let boots = |node| run.boots(node).into_iter().map(|(at, _)| at).filter(|at| *at > 0).collect::<Vec<_>>();
    assert!(boots(A).len() > 5 && boots(B).len() > 5, "{:?} {:?}", boots(A), boots(B));
    assert!(boots(A).iter().all(|at| !boots(B).contains(at)), "they boot apart");
    assert_eq!(world().run(1000 * MS).sim.digest(), run.sim.digest());
}

#[test]
fn a_crash_loop_brings_up_nobody_whom_another_fault_holds_down() {
    let run = World::new()
        .listener()
        .crash(A, 12 * MS, 40 * MS)
        .fault(10 * MS, Some(30 * MS), crash_loop(Target::Node(A), 5 * MS, 5 * MS))
        .run(100 * MS);
    assert_eq!(run.boots(A), [(0, 0), (52 * MS, 0)]);
}

#[test]
fn a_node_of_a_crash_loop_lives_from_its_boot_also_where_another_fault_puts_it_off() {
    let run = World::new()
        .listener()
        .crash(A, 12 * MS, 40 * MS)
        .fault(10 * MS, Some(65 * MS), crash_loop(Target::Node(A), 20 * MS, 5 * MS))
        .run(200 * MS);
    let lives = [(10, Crashed), (52, Booted), (72, Crashed), (75, Booted)];
    assert_eq!(run.lives(1), lives.map(|(at, change)| (at, A, change)));
}

#[test]
fn a_crash_loop_in_which_no_time_passes_ends_in_a_named_limit() {
    let mut setup = World::new().listener().fault(10 * MS, None, crash_loop(Target::Node(A), 0, 0)).0;
    setup.limits.within_a_moment = 100_000;
    let mut sim = Sim::new(setup, Log::default());
    assert_eq!(sim.run(u64::MAX), Some(Stop::Limit(Limit::WithinAMoment)));
}

#[test]
fn a_rolling_restart_takes_one_node_after_the_other_and_is_then_over() {
    let run = World::new()
        .listener()
        .listener()
        .listener()
        .fault(10 * MS, None, rolling(5 * MS, 20 * MS, 1))
        .run(500 * MS);
    let expected = [
        (10, A, Crashed),
        (15, A, Booted),
        (35, B, Crashed),
        (40, B, Booted),
        (60, C, Crashed),
        (65, C, Booted),
    ];
    assert_eq!(run.lives(1), expected);
    assert_eq!(run.log().ended, [(Time(65 * MS), 0)], "it is over when the last is up");
    assert_eq!(run.log().faults[0].nodes, [A, B, C]);
    assert_eq!(run.log().faults[0].resolved, "probes.0 probes.1 probes.2");
}

#[test]
fn a_rolling_restart_takes_batches_and_the_rest_last() {
    let run = World::new()
        .listener()
        .listener()
        .listener()
        .fault(10 * MS, None, rolling(5 * MS, 20 * MS, 2))
        .run(500 * MS);
    let expected = [
        (10, A, Crashed),
        (10, B, Crashed),
        (15, A, Booted),
        (15, B, Booted),
        (35, C, Crashed),
        (40, C, Booted),
    ];
    assert_eq!(run.lives(1), expected);
}

#[test]
fn a_rolling_restart_takes_nobody_while_another_node_of_the_target_is_down() {
    // C is down from 30 to 50: B, due at 35, waits; and the gap runs anew from 50.
    let world = |at, lasts| {
        World::new().listener().listener().listener().crash(C, at, lasts).fault(
            10 * MS,
            None,
            rolling(5 * MS, 20 * MS, 1),
        )
    };
    let crashes = |run: &super::world::Run| -> Vec<(u64, NodeId)> {
        let crashes = run.lives(1).into_iter().filter(|(_, _, change)| *change == Crashed);
        crashes.map(|(at, node, _)| (at, node)).collect()
    };
    assert_eq!(crashes(&world(30 * MS, 20 * MS).run(500 * MS)), [(10, A), (30, C), (70, B), (95, C)]);
    // Down before the first: it waits for that too, and begins at once when all are up.
    assert_eq!(crashes(&world(5 * MS, 20 * MS).run(500 * MS)), [(5, C), (25, A), (50, B), (75, C)]);
    // The node that it has just restarted is held down by another fault.
    let run = world(400 * MS, MS).crash(A, 11 * MS, 29 * MS).run(300 * MS);
    assert_eq!(crashes(&run), [(10, A), (60, B), (85, C)]);
}

#[test]
fn a_rolling_restart_that_ends_early_leaves_nobody_down() {
    let run = World::new()
        .listener()
        .listener()
        .fault(10 * MS, Some(28 * MS), rolling(5 * MS, 20 * MS, 1))
        .run(500 * MS);
    let expected = [(10, A, Crashed), (15, A, Booted), (35, B, Crashed), (38, B, Booted)];
    assert_eq!(run.lives(1), expected);
    assert_eq!(run.log().ended.len(), 1);
    // And one whose time is longer than it takes is over when it is done, once.
    let run =
        World::new().listener().fault(10 * MS, Some(100 * MS), rolling(5 * MS, 20 * MS, 1)).run(500 * MS);
    assert_eq!(run.log().ended, [(Time(15 * MS), 0)]);
}

#[test]
fn a_random_order_is_drawn_for_each_strike() {
    let kind = RollingRestart { down: constant(MS), gap: constant(MS), batch: 1, order: Order::Random };
    let rolling = Scripted { target: Target::System(SystemId(0)), kind };
    let orders = |seed| {
        let mut world = World::new().seed(seed);
        for _ in 0..6 {
            world = world.listener();
        }
        let run =
            world.fault(10 * MS, None, rolling.clone()).fault(100 * MS, None, rolling.clone()).run(500 * MS);
        let faults = &run.log().faults;
        let sorted = |nodes: &[NodeId]| {
            let mut nodes = nodes.to_vec();
            nodes.sort_unstable();
            nodes
        };
        assert_eq!(sorted(&faults[0].nodes), sorted(&faults[1].nodes), "each node once");
        (faults[0].nodes.clone(), faults[1].nodes.clone())
    };
    let (first, second) = orders(1);
    assert_ne!(first, second);
    assert_ne!(orders(2).0, first);
}

/// A node that has made one record durable before it crashes.
fn writer() -> World {
    World::new().node(|cx, on| {
        if let On::Boot(..) = on {
            cx.append(LOG, 1);
            cx.sync(Areas::ALL, DiskToken(1));
        }
    })
}

fn crash(disk: DiskFate) -> OnNodes<Crash> {
    OnNodes { target: Target::Node(A), kind: Crash { disk } }
}

#[test]
fn a_disk_that_is_lost_in_a_crash_is_empty_at_the_next_boot() {
    let kept = writer().fault(50 * MS, Some(5 * MS), crash(DiskFate::Kept)).run(200 * MS);
    assert_eq!(kept.boots(A), [(0, 0), (55 * MS, 1)]);
    let mut lost = writer().fault(50 * MS, Some(5 * MS), crash(DiskFate::Lost)).run(200 * MS);
    assert_eq!(lost.boots(A), [(0, 0), (55 * MS, 0)]);
    assert_eq!(lost.lives(1), [(50, A, Crashed), (50, A, DiskLost), (55, A, Booted)]);
    assert_eq!(lost.sim.node_counters(A).disk.lost, 1);
    assert_eq!(lost.sim.process(A).map(|_| ()), Some(()));
    // What it writes afterwards lasts.
    let again =
        writer().fault(50 * MS, Some(5 * MS), crash(DiskFate::Lost)).crash(A, 100 * MS, 5 * MS).run(200 * MS);
    assert_eq!(again.boots(A), [(0, 0), (55 * MS, 0), (105 * MS, 1)]);
}

#[test]
fn a_node_that_is_down_can_lose_its_disk() {
    let run =
        writer().crash(A, 50 * MS, 30 * MS).fault(60 * MS, Some(5 * MS), crash(DiskFate::Lost)).run(200 * MS);
    assert_eq!(run.boots(A), [(0, 0), (80 * MS, 0)]);
}
