//! Runs that would never end stop at a named limit, at the same event everywhere.

use seedbed::faults::kinds::Crash;
use seedbed::faults::{OnNodes, Schedule, Target};
use seedbed::kernel::{Context, Duration, NodeId};
use seedbed::sim::{Limit, Limits, STRIKES_MAX, Stop};

use super::world::{A, B, Letter, MS, On, Probe, Run, World, constant};

fn limited(mut world: World, limits: Limits) -> Run {
    world.0.limits = limits;
    world.run(3_600_000 * MS)
}

const SLACK: u64 = 2 * seedbed::kernel::digest::CHECKPOINT_INTERVAL;

#[test]
fn a_loop_that_takes_no_time_stops() {
    let limits = Limits { within_a_moment: 50_000, ..Limits::default() };
    let world = World::new().node(|cx, on| match on {
        On::Boot(..) => cx.arm(0, Duration(MS)),
        On::Timer(_) => cx.arm(0, Duration::ZERO),
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    });
    let run = limited(world, limits);
    assert_eq!(run.stop, Stop::Limit(Limit::WithinAMoment));
    assert_eq!(run.sim.now().0, MS);
    assert!((50_000..50_000 + SLACK).contains(&run.sim.events()));
}

/// Arms its timer again at each event, `after` from then.
fn ticking(after: Duration) -> World {
    World::new().node(move |cx, on| {
        if !matches!(on, On::Letter(..)) {
            cx.arm(0, after);
        }
    })
}

#[test]
fn a_loop_that_takes_next_to_no_time_stops() {
    let limits = Limits { within_a_moment: 50_000, ..Limits::default() };
    let run = limited(ticking(Duration(1)), limits);
    assert_eq!(run.stop, Stop::Limit(Limit::WithinAMoment));
    assert!((50_000..50_000 + SLACK).contains(&run.sim.events()));
}

#[test]
fn many_events_are_no_loop_as_long_as_time_passes() {
    let limits = Limits { within_a_moment: 10_000, events: 100_000, ..Limits::default() };
    let run = limited(ticking(Duration(2_000)), limits);
    assert_eq!((run.stop, run.sim.events()), (Stop::Limit(Limit::Events), 100_000));
}

/// Each letter makes `fan_out` more.
fn explosive(fan_out: u32) -> impl Fn(&mut dyn Context<Probe>, On) {
    move |cx, on| {
        let other = NodeId(1 - cx.me().0);
        match on {
            On::Boot(1, _) => cx.send(other, Letter(0, 0)),
            On::Letter(..) => (0..fan_out).for_each(|_| cx.send(other, Letter(0, 0))),
            On::Boot(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        }
    }
}

#[test]
fn an_explosion_of_messages_stops_before_it_fills_the_memory() {
    for fan_out in [2, 1000] {
        let limits = Limits { pending: 100_000, ..Limits::default() };
        let run = limited(World::new().node(explosive(fan_out)).node(explosive(fan_out)), limits);
        assert_eq!(run.stop, Stop::Limit(Limit::Pending));
        assert!((100_000..=100_000 + u64::from(fan_out)).contains(&(run.sim.pending() as u64)), "{fan_out}");
    }
}

/// What waits at a paused node, or at its sender for a partition to end, is pending too.
#[test]
fn what_waits_at_nodes_counts_as_pending() {
    let sender = |cx: &mut dyn Context<Probe>, on: On| match on {
        On::Boot(..) | On::Timer(_) => {
            (0..100).for_each(|_| cx.send(B, Letter(0, 0)));
            cx.arm(0, Duration(1000));
        }
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    };
    let limits = Limits { pending: 200_000, ..Limits::default() };
    let world = || World::new().node(sender).listener();
    let paused = limited(world().pause(B, 0, 3_000_000 * MS), limits);
    assert_eq!(paused.stop, Stop::Limit(Limit::Pending));
    let cut = limited(world().streams().partition(&[&[A], &[B]], 0, 3_000_000 * MS), limits);
    assert_eq!(cut.stop, Stop::Limit(Limit::Pending));
}

#[test]
fn more_partitions_than_the_network_can_tell_apart_stop_the_run() {
    let world = World::new().listener().listener();
    let world = (0..65).fold(world, |world, at| world.partition(&[&[A], &[B]], at * MS, 1000 * MS));
    let run = limited(world, Limits::default());
    assert_eq!((run.stop, run.sim.now().0), (Stop::Limit(Limit::Impairments), 64 * MS));
}

#[test]
fn a_run_in_slices_is_the_run_in_one() {
    let world =
        || World::new().node(super::world::sends(B, 5000, MS, 0)).listener().pause(B, 5 * MS, 100 * MS);
    let whole = world().run(6000 * MS);
    let mut world = world();
    world.0.duration = seedbed::kernel::Time(6000 * MS);
    let mut sliced = seedbed::sim::Sim::new(world.0, super::world::Log::default());
    while sliced.run(7).is_none() {}
    assert_eq!((sliced.digest(), sliced.events()), (whole.sim.digest(), whole.sim.events()));
    assert_eq!(sliced.checkpoints(), whole.sim.checkpoints());
}

#[test]
fn faults_that_strike_without_end_stop_the_run() {
    let crash = OnNodes { target: Target::Node(A), kind: Crash::KEEPS_DISK };
    let world = World::new().node(|_, _| {}).planned(Schedule::Every(constant(1_000)), Some(1), crash);
    let run = limited(world, Limits::default());
    assert_eq!(run.stop, Stop::Limit(Limit::Strikes));
    assert_eq!(run.sim.now().0, 1_000 * (STRIKES_MAX as u64 + 1));
}
