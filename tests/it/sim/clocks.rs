//! A node's timers run on its own clock; its work and its messages do not.

use std::cell::RefCell;
use std::rc::Rc;

use seedbed::clocks::ClockError;
use seedbed::faults::kinds::{
    ClockChoice, ClockDrift, ClockOffset, ClockSinusoid, ClockStep, Leap, LeapSmear,
};
use seedbed::faults::{ClockKind, OnClocks, Schedule, Target};
use seedbed::kernel::{Duration, Time, WorkToken};
use seedbed::spec::quantity::{Ppm, SignedDuration};

use super::world::{A, B, MS, On, World};

#[test]
fn a_timer_of_a_drifting_node_fires_when_its_own_clock_shows_the_deadline() {
    // 1,000 ms by a clock 200 ppm fast pass in 999.80003999 ms; by one 25 % slow in 1,333.33333333 ms.
    let world = || {
        World::new().node(|cx, on| match on {
            On::Boot(..) => {
                cx.arm(1, Duration(1000 * MS));
                cx.compute(Duration(500 * MS), WorkToken(1));
            }
            On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
    };
    let work = (500 * MS, On::Computed(1));
    assert_eq!(world().drift(A, 200_000).run(5000 * MS).at(A), [work, (999_800_040, On::Timer(1))]);
    assert_eq!(world().drift(A, -250_000_000).run(5000 * MS).at(A), [work, (1_333_333_334, On::Timer(1))]);
}

#[test]
fn a_handler_sees_its_own_clocks_and_never_a_timer_before_its_deadline() {
    for drift in [-500_000_000, -333_333_333, -1, 0, 1, 777_777_777] {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let shown = seen.clone();
        let mut world = World::new()
            .node(move |cx, on| {
                shown.borrow_mut().push((cx.now(), cx.wall()));
                if !matches!(on, On::Timer(50)) {
                    let next = shown.borrow().len() as u32;
                    cx.arm(next, Duration(u64::from(next) * 7_654_321));
                }
            })
            .drift(A, drift);
        world.0.nodes[0].clock.offset_ns = 3_000_000_000;
        world.run(1_000_000 * MS);
        let seen = seen.borrow();
        assert_eq!(seen.len(), 51);
        for (step, pair) in seen.windows(2).enumerate() {
            let passed = pair[1].0.since(pair[0].0).0;
            let asked = (step as u64 + 1) * 7_654_321;
            assert!((asked..=asked + 2).contains(&passed), "drift {drift}: {passed} of {asked}");
        }
        assert!(seen.iter().all(|(now, wall)| *wall == *now + Duration::from_secs(3)));
    }
}

#[test]
fn an_offset_moves_no_event() {
    let run = |offset_ns| {
        let mut world = World::new().node(super::world::sends(B, 50, MS, 0)).listener();
        world.0.nodes[0].clock.offset_ns = offset_ns;
        world.run(100 * MS)
    };
    let (plain, moved) = (run(0), run(-1_000_000_000));
    assert_eq!(plain.arrivals(B), moved.arrivals(B));
    assert_eq!(plain.sim.digest(), moved.sim.digest());
    assert_eq!(plain.sim.now(), Time(100 * MS));
}

/// A arms a timer of 100 ms at 0 ms. From 40 ms on, for 10 ms, this happens to its clocks.
fn disturbed(kind: impl ClockKind + 'static) -> World {
    World::new()
        .node(|cx, on| match on {
            On::Boot(..) => cx.arm(1, Duration(100 * MS)),
            On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
        .fault(40 * MS, Some(10 * MS), OnClocks { target: Target::Node(A), kind })
}

fn drift(ppb: i64, clock: ClockChoice) -> ClockDrift {
    ClockDrift { drift: Ppm(ppb), clock }
}

#[test]
fn a_timer_in_force_moves_with_the_rate_of_its_clock() {
    let fired = |kind| disturbed(kind).run(1000 * MS).at(A);
    // 60 ms are left by its own clock: at double speed 20 of them pass in the 10 ms, at half speed 5.
    assert_eq!(fired(drift(1_000_000_000, ClockChoice::Both)), [(90 * MS, On::Timer(1))]);
    assert_eq!(fired(drift(-500_000_000, ClockChoice::Monotonic)), [(105 * MS, On::Timer(1))]);
    assert_eq!(fired(drift(-500_000_000, ClockChoice::Wall)), [(100 * MS, On::Timer(1))]);
    // Ten times as fast, it comes up while the drift lasts.
    assert_eq!(fired(drift(9_000_000_000, ClockChoice::Both)), [(46 * MS, On::Timer(1))]);
}

#[test]
fn a_timer_that_a_pause_holds_fires_when_that_ends_whatever_its_clock_does() {
    let slow = drift(-900_000_000, ClockChoice::Both);
    let held = || World::pause(disturbed(slow.clone()), A, 20 * MS, 200 * MS);
    assert_eq!(held().run(1000 * MS).at(A), [(220 * MS, On::Timer(1))]);
    let mut due_first = held();
    due_first.0.faults[0].schedule = Schedule::At(Time(120 * MS));
    assert_eq!(due_first.run(1000 * MS).at(A), [(220 * MS, On::Timer(1))]);
}

/// What A's clocks show at 0 ms, 10 ms and so on of its monotonic clock, as milliseconds: (monotonic, wall).
fn shown(kind: impl ClockKind + 'static) -> Vec<(u64, u64)> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let notes = seen.clone();
    let fault = OnClocks { target: Target::Node(A), kind };
    let world = World::new().node(move |cx, _| {
        notes.borrow_mut().push((cx.now().0 / MS, cx.wall().0 / MS));
        cx.arm(1, Duration(10 * MS));
    });
    world.fault(15 * MS, Some(20 * MS), fault).run(45 * MS);
    seen.take()
}

#[test]
fn a_process_sees_each_fault_of_its_clocks_while_it_lasts_and_what_it_leaves() {
    let ahead = SignedDuration(5_000_000);
    assert_eq!(shown(ClockOffset { offset: ahead }), [(0, 0), (10, 10), (20, 25), (30, 35), (40, 40)]);
    let jump = ClockStep { by: ahead, over: Duration::ZERO };
    assert_eq!(shown(jump), [(0, 0), (10, 10), (20, 25), (30, 35), (40, 45)]);
    let slewed = ClockStep { by: SignedDuration(-20_000_000), over: Duration(25 * MS) };
    assert_eq!(shown(slewed), [(0, 0), (10, 10), (20, 16), (30, 18), (40, 20)]);
    let wall = drift(1_000_000_000, ClockChoice::Wall);
    assert_eq!(shown(wall), [(0, 0), (10, 10), (20, 25), (30, 45), (40, 60)]);
    let monotonic = drift(1_000_000_000, ClockChoice::Monotonic);
    // At 20 ms it has shown 25 ms since it sped up at 15 ms.
    assert_eq!(shown(monotonic), [(0, 0), (10, 10), (20, 17), (30, 22), (40, 27), (50, 32), (60, 40)]);
    let swing = ClockSinusoid { amplitude: Duration(2 * MS), period: Duration(20 * MS) };
    assert_eq!(shown(swing), [(0, 0), (10, 10), (20, 22), (30, 28), (40, 40)]);
    let leap = LeapSmear { leap: Leap::Removed, window: Duration::ZERO };
    assert_eq!(shown(leap), [(0, 0), (10, 10), (20, 1020), (30, 1030), (40, 1040)]);
    // A quarter of the time is lost from 15 ms on, also after the fault.
    let smear = LeapSmear { leap: Leap::Inserted, window: Duration(4_000 * MS) };
    assert_eq!(shown(smear), [(0, 0), (10, 10), (20, 18), (30, 26), (40, 33)]);
}

#[test]
fn faults_of_the_wall_clock_move_no_event_and_the_errors_are_counted() {
    let plain = World::new().node(super::world::sends(B, 50, MS, 0)).listener().run(100 * MS);
    let jump = ClockStep { by: SignedDuration(-3_000_000), over: Duration::ZERO };
    let fault = OnClocks { target: Target::Node(A), kind: jump };
    let world = World::new().node(super::world::sends(B, 50, MS, 0)).listener();
    let mut moved = world.fault(10 * MS + 1, None, fault).run(100 * MS);
    assert_eq!(plain.arrivals(B), moved.arrivals(B));
    assert_eq!(moved.sim.node_counters(A).clock, ClockError { wall_ns: -3_000_000, monotonic_ns: 0 });
    assert_eq!(moved.sim.node_counters(B).clock, ClockError::default());
}
