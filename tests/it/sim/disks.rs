//! Faults of disks in the event loop: when syncs end, how, and what a boot finds.

use seedbed::faults::kinds::{DiskLoss, DiskStall, LyingDisk, SectorErrors, TornWrites};
use seedbed::faults::{DiskKind, OnDisks, Target};
use seedbed::kernel::{Areas, Context, DiskToken, NodeId};
use seedbed::spec::quantity::Ratio;

use super::world::{A, LOG, MS, On, Probe, World};

fn on(node: NodeId, kind: impl DiskKind) -> OnDisks<impl DiskKind> {
    OnDisks { target: Target::Node(node), kind }
}

/// At its first boot appends a record and syncs it; a sync takes 10 ms.
fn writes_once(cx: &mut dyn Context<Probe>, on: On) {
    if on == On::Boot(1, 0) {
        cx.append(LOG, 1);
        cx.sync(Areas::ALL, DiskToken(1));
    }
}

#[test]
fn a_stall_delays_a_sync_by_its_length() {
    let mut run =
        World::new().node(writes_once).fault(4 * MS, Some(30 * MS), on(A, DiskStall {})).run(50 * MS);
    assert_eq!(run.at(A), [(40 * MS, On::Synced(1))]);
    assert_eq!(run.sim.node_counters(A).disk.stalled.0, 30 * MS);
}

#[test]
fn a_device_that_is_stalled_for_ever_completes_nothing_and_time_goes_on() {
    let run = World::new().node(writes_once).fault(4 * MS, None, on(A, DiskStall {})).run(50 * MS);
    assert_eq!(run.at(A), []);
}

#[test]
fn a_failed_sync_is_told_at_its_time_and_what_it_covered_is_not_there_after_a_crash() {
    let errors = SectorErrors { read: Ratio::ZERO, write: Ratio::ONE };
    let mut run =
        World::new().node(writes_once).fault(0, None, on(A, errors)).crash(A, 20 * MS, MS).run(50 * MS);
    assert_eq!(run.at(A), [(10 * MS, On::SyncFailed(1))]);
    assert_eq!(run.boots(A), [(0, 0), (21 * MS, 0)]);
    assert_eq!(run.sim.node_counters(A).disk.writes_failed, 1);
}

/// Also a pause hands over how a sync ended.
#[test]
fn a_node_that_was_paused_learns_that_its_sync_failed() {
    let run = World::new()
        .node(writes_once)
        .fault(5 * MS, None, on(A, DiskLoss {}))
        .pause(A, 8 * MS, 20 * MS)
        .run(50 * MS);
    assert_eq!(run.at(A), [(28 * MS, On::SyncFailed(1))]);
}

#[test]
fn a_crash_takes_what_a_lying_disk_acknowledged() {
    let run =
        World::new().node(writes_once).fault(0, None, on(A, LyingDisk {})).crash(A, 20 * MS, MS).run(50 * MS);
    assert_eq!(run.at(A), [(10 * MS, On::Synced(1))]);
    assert_eq!(run.boots(A), [(0, 0), (21 * MS, 0)]);
}

#[test]
fn a_crash_in_a_sync_leaves_a_torn_record_or_a_whole_one() {
    let found = |seed| {
        let tears = TornWrites { share: Ratio::ONE, atomic_replace: true };
        let world = World::new().seed(seed).node(writes_once).fault(0, None, on(A, tears));
        let mut run = world.crash(A, 5 * MS, MS).run(50 * MS);
        assert_eq!(run.boots(A), [(0, 0), (6 * MS, 1)], "it keeps its place either way");
        run.sim.node_counters(A).disk.writes_torn
    };
    let torn: u64 = (0..40).map(found).sum();
    assert!((8..32).contains(&torn), "{torn} of 40: 4 deviations of a fair coin");
}
