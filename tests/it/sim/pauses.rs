//! A paused node loses nothing: messages and timers wait and come in order, work stands still.

use seedbed::kernel::{Areas, DiskToken, Duration, NodeId, WorkToken};
use seedbed::net::DropReason;
use seedbed::sim::Lifecycle;

use super::world::{A, B, LOG, Letter, MS, On, World, sends};

#[test]
fn messages_timers_and_disk_completions_wait_and_come_in_the_order_they_came_up() {
    let run = World::new()
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                cx.arm(7, Duration(5 * MS / 2));
                cx.sync(Areas::ALL, DiskToken(1));
                cx.arm(8, Duration(50 * MS));
            }
        })
        .node(sends(A, 4, MS, 0))
        .pause(A, 3 * MS / 2, 20 * MS)
        .run(100 * MS);
    let resumed = 43 * MS / 2;
    let letter = |number| (resumed, On::Letter(B, number));
    let expected = [
        letter(1),
        (resumed, On::Timer(7)),
        letter(2),
        letter(3),
        letter(4),
        (resumed, On::Synced(1)),
        (50 * MS, On::Timer(8)),
    ];
    assert_eq!(run.at(A), expected);
}

/// What waited comes before what arrives at the very moment of going on.
#[test]
fn what_waited_comes_before_what_arrives_at_the_resume() {
    for shuffled in [None, Some(1), Some(2), Some(3)] {
        let world = shuffled.map_or_else(World::new, |seed| World::new().shuffled(seed));
        let run = world
            .node(sends(B, 9, MS, 0))
            .listener()
            .streams()
            .pause(B, 3 * MS / 2, 4 * MS + MS / 2)
            .run(100 * MS);
        assert_eq!(run.letters(B), (1..=9).collect::<Vec<_>>(), "ties {shuffled:?}");
    }
}

#[test]
fn what_a_node_does_first_on_resume_can_disarm_and_move_the_timers_that_wait() {
    let run = World::new()
        .node(|cx, on| match on {
            On::Boot(..) => [(1, 2), (2, 3), (3, 4), (4, 5)]
                .into_iter()
                .for_each(|(timer, at)| cx.arm(timer, Duration(at * MS))),
            On::Timer(1) => {
                cx.disarm(2);
                cx.arm(3, Duration(7 * MS));
            }
            On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
        .pause(A, MS, 19 * MS)
        .run(100 * MS);
    assert_eq!(run.at(A), [(20 * MS, On::Timer(1)), (20 * MS, On::Timer(4)), (27 * MS, On::Timer(3))]);
}

#[test]
fn a_timer_moved_before_the_pause_fires_at_its_own_time_or_at_the_resume() {
    let arm = |later: u64| {
        World::new()
            .node(move |cx, on| {
                if matches!(on, On::Boot(..)) {
                    cx.arm(1, Duration(5 * MS));
                    cx.arm(1, Duration(later * MS));
                }
            })
            .pause(A, MS, 19 * MS)
            .run(100 * MS)
            .at(A)
    };
    assert_eq!(arm(10), [(20 * MS, On::Timer(1))]);
    assert_eq!(arm(30), [(30 * MS, On::Timer(1))]);
}

#[test]
fn work_stands_still_and_goes_on_where_it_was() {
    let run = World::new()
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                cx.compute(Duration(10 * MS), WorkToken(1));
                cx.compute(Duration(10 * MS), WorkToken(2));
            }
        })
        .pause(A, 4 * MS, 100 * MS)
        .run(500 * MS);
    assert_eq!(run.at(A), [(110 * MS, On::Computed(1)), (120 * MS, On::Computed(2))]);
}

#[test]
fn work_under_a_pause_within_a_slow_down_ends_at_the_exact_nanosecond() {
    // 100 ns of work: 10 at full speed, 10 in 70 ns at a seventh, a pause, 20 in 140 ns, then 60 at full speed.
    let run = World::new()
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                cx.compute(Duration(100), WorkToken(1));
            }
        })
        .slow_node(A, 7, 10, 1210)
        .pause(A, 80, 1000)
        .run(MS);
    assert_eq!(run.at(A), [(1280, On::Computed(1))]);
}

/// The device does not stop with the process: it is only told later.
#[test]
fn what_the_disk_finished_during_a_pause_survives_a_crash_in_it() {
    let run = World::new()
        .node(|cx, on| {
            if on == On::Boot(1, 0) {
                cx.append(LOG, 1);
                cx.sync(Areas::ALL, DiskToken(1));
                cx.append(LOG, 2);
                cx.sync(Areas::ALL, DiskToken(2));
            }
        })
        .pause(A, 5 * MS, 50 * MS)
        .crash(A, 15 * MS, 5 * MS)
        .run(100 * MS);
    assert_eq!(run.at(A), [], "nobody was told");
    assert_eq!(run.boots(A), [(0, 0), (20 * MS, 1)]);
}

#[test]
fn a_crash_in_a_pause_drops_what_waited_and_its_resume_does_not_end_a_later_pause() {
    let mut run = World::new()
        .listener()
        .node(sends(A, 40, MS, 0))
        .pause(A, 3 * MS / 2, 18 * MS) // Its end, at 19.5 ms, falls into the second pause.
        .crash(A, 9 * MS / 2, 5 * MS)
        .pause(A, 29 * MS / 2, 10 * MS)
        .run(60 * MS);
    // Letters 1 to 3 waited at the crash (4.5 ms); 4 to 8 found nobody; 9 to 13 reached the second boot.
    let waited = |number: u32| (14..=23).contains(&number);
    let expected: Vec<(u64, u32)> =
        (9..=40).map(|n| (if waited(n) { 49 * MS / 2 } else { (u64::from(n) + 1) * MS }, n)).collect();
    assert_eq!(run.arrivals(A), expected);
    assert_eq!(run.dropped(B, DropReason::ReceiverDown), 8);
}

#[test]
fn a_timer_that_waited_at_a_crash_works_in_the_next_incarnation() {
    let run = World::new()
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                cx.arm(1, Duration(2 * MS));
            }
        })
        .pause(A, MS, 10 * MS)
        .crash(A, 5 * MS, MS)
        .run(100 * MS);
    assert_eq!(run.at(A), [(8 * MS, On::Timer(1))]);
}

#[test]
fn overlapping_pauses_end_with_the_last() {
    let run = World::new()
        .listener()
        .node(sends(A, 1, 5 * MS, 0))
        .pause(A, MS, 30 * MS)
        .pause(A, 2 * MS, 10 * MS)
        .run(100 * MS);
    assert_eq!(run.arrivals(A), [(31 * MS, 1)]);
    let ends = |change| run.log().changes.iter().filter(|(_, _, seen)| *seen == change).count();
    assert_eq!((ends(Lifecycle::Paused), ends(Lifecycle::Resumed)), (1, 1));
}

#[test]
fn a_pause_of_a_node_that_is_down_does_nothing() {
    let run = World::new()
        .node(|cx, on| {
            if on == On::Boot(2, 0) {
                cx.send(NodeId(0), Letter(1, 0));
            }
        })
        .crash(A, MS, 10 * MS)
        .pause(A, 2 * MS, 40 * MS)
        .run(100 * MS);
    assert_eq!(run.arrivals(A), [(12 * MS, 1)]);
}
