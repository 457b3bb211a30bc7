//! A crash takes away what is volatile; a restart boots from what is durable.

use seedbed::faults::kinds::Crash;
use seedbed::faults::{OnNodes, Target};
use seedbed::kernel::{Areas, DiskToken, Duration, NodeId, SystemId, WorkToken};
use seedbed::net::DropReason;
use seedbed::sim::Lifecycle;

use super::world::{A, B, LOG, MS, On, World, sends};

#[test]
fn a_crash_drops_writes_that_no_finished_sync_covers() {
    let run = World::new()
        .node(|cx, on| {
            if on == On::Boot(1, 0) {
                cx.append(LOG, 1);
                cx.append(LOG, 2);
                cx.sync(Areas::ALL, DiskToken(1));
                cx.append(LOG, 3);
                cx.sync(Areas::ALL, DiskToken(2));
            }
        })
        .crash(A, 19 * MS, MS)
        .run(50 * MS);
    assert_eq!(run.at(A), [(10 * MS, On::Synced(1))], "the second sync was under way");
    assert_eq!(run.boots(A), [(0, 0), (20 * MS, 2)]);
}

#[test]
fn a_crash_drops_queued_work_and_a_restart_finds_the_core_free() {
    let mut run = World::new()
        .node(|cx, on| match on {
            On::Boot(1, _) => (1..=3).for_each(|token| cx.compute(Duration(10 * MS), WorkToken(token))),
            On::Boot(..) => cx.compute(Duration(MS), WorkToken(9)),
            On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
        .crash(A, 15 * MS, 2 * MS)
        .run(50 * MS);
    assert_eq!(run.at(A), [(10 * MS, On::Computed(1)), (18 * MS, On::Computed(9))]);
    assert_eq!(run.sim.node_counters(A).processor.lost, 2);
}

#[test]
fn timers_and_disk_completions_of_an_earlier_incarnation_do_not_reach_the_next() {
    let run = World::new()
        .node(|cx, on| match on {
            On::Boot(1, _) => {
                cx.arm(1, Duration(30 * MS));
                cx.append(LOG, 1);
                cx.sync(Areas::ALL, DiskToken(1));
            }
            On::Boot(..) => cx.sync(Areas::ALL, DiskToken(2)),
            On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
        .crash(A, 5 * MS, MS)
        .run(50 * MS);
    assert_eq!(run.at(A), [(16 * MS, On::Synced(2))]);
}

#[test]
fn a_timer_armed_again_after_a_restart_fires_once_at_its_new_deadline() {
    for after in [3, 50] {
        let run = World::new()
            .node(move |cx, on| match on {
                On::Boot(1, _) => cx.arm(1, Duration(30 * MS)),
                On::Boot(..) => cx.arm(1, Duration(after * MS)),
                On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
            })
            .crash(A, 5 * MS, MS)
            .run(100 * MS);
        assert_eq!(run.at(A), [((6 + after) * MS, On::Timer(1))]);
    }
}

#[test]
fn a_datagram_in_flight_reaches_a_restarted_node_and_one_that_arrives_meanwhile_is_dropped() {
    let mut run = World::new().node(sends(B, 6, MS, 0)).listener().crash(B, 3 * MS, 3 * MS / 2).run(20 * MS);
    // Letter 2 arrives at 3 ms, behind the crash of that instant; 3 at 4 ms; 4 is in flight at the restart.
    assert_eq!(run.letters(B), [1, 4, 5, 6]);
    assert_eq!(run.dropped(A, DropReason::ReceiverDown), 2);
    assert_eq!(run.log().dropped, [(A, B, DropReason::ReceiverDown); 2]);
}

#[test]
fn what_a_crashed_node_had_sent_still_arrives() {
    let run = World::new().node(sends(B, 6, MS, 0)).listener().crash(A, 2 * MS, 100 * MS).run(20 * MS);
    assert_eq!(run.letters(B), [1], "it crashes before its second timer, which comes up at that instant");
}

#[test]
fn a_node_stays_down_until_every_crash_that_struck_it_has_ended() {
    let run = World::new().listener().crash(A, 10 * MS, 20 * MS).crash(A, 15 * MS, 5 * MS).run(100 * MS);
    assert_eq!(run.boots(A), [(0, 0), (30 * MS, 0)]);
    let run = World::new().listener().crash(A, 10 * MS, 20 * MS).crash(A, 15 * MS, 50 * MS).run(100 * MS);
    assert_eq!(run.boots(A), [(0, 0), (65 * MS, 0)]);
    assert_eq!(run.sim.observer().changes.len(), 3, "booted, crashed, booted");
}

#[test]
fn a_crash_without_an_end_lasts_for_ever() {
    let crash = OnNodes { target: Target::System(SystemId(0)), kind: Crash::KEEPS_DISK };
    let run = World::new().listener().listener().fault(MS, None, crash).run(100 * MS);
    assert_eq!(run.boots(A).len() + run.boots(B).len(), 2);
    assert_eq!(
        run.log().changes[2..],
        [A, B].map(|node| (seedbed::kernel::Time(MS), node, Lifecycle::Crashed))
    );
    assert_eq!(run.log().faults[0].nodes, [A, B]);
    assert_eq!(run.log().faults[0].end, None);
}

#[test]
fn a_slow_node_stays_slow_over_a_crash() {
    let run = World::new()
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                cx.compute(Duration(10 * MS), WorkToken(1));
            }
        })
        .slow_node(A, 3, 0, 1000 * MS)
        .crash(A, 5 * MS, 5 * MS)
        .run(100 * MS);
    assert_eq!(run.at(A), [(40 * MS, On::Computed(1))]);
}

#[test]
fn a_slow_disk_slows_syncs_that_begin_while_it_is_slow() {
    let run = World::new()
        .node(|cx, on| match on {
            On::Boot(..) => [0, 50].into_iter().for_each(|at| cx.arm(at, Duration(u64::from(at) * MS + 1))),
            On::Timer(token) => cx.sync(Areas::ALL, DiskToken(token.into())),
            On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
        .slow_disk(A, 4, 0, 20 * MS)
        .run(100 * MS);
    let synced: Vec<_> = run
        .at(NodeId(0))
        .into_iter()
        .filter(|(_, on)| matches!(on, On::Synced(_) | On::SyncFailed(_)))
        .collect();
    assert_eq!(synced, [(40 * MS + 1, On::Synced(0)), (60 * MS + 1, On::Synced(50))]);
}
