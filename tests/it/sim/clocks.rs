//! A node's timers run on its own clock; its work and its messages do not.

use std::cell::RefCell;
use std::rc::Rc;

use seedbed::kernel::{Duration, Time, WorkToken};

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
