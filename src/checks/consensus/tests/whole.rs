//! What concerns all invariants together: which are judged, how often, and what is forgotten.

use crate::kernel::{NodeId, Time};
use crate::model::log::{LogIndex, Term};
use crate::model::note::{ConsensusNote, Holding};

use super::super::{Invariant, InvariantSet, Invariants};
use super::Script;

#[test]
fn only_what_was_asked_for_is_judged() {
    let which: InvariantSet = [Invariant::Agreement].into_iter().collect();
    let mut invariants = Invariants::new(&[NodeId(3), NodeId(5)], which, Holding::Log);
    let elected = ConsensusNote::BecameLeader { term: Term(1), last_index: LogIndex(0) };
    invariants.consensus(Time(1), NodeId(3), &elected);
    invariants.consensus(Time(2), NodeId(5), &elected);
    assert_eq!(invariants.violations(), []);
}

#[test]
fn the_first_violation_is_kept_and_all_are_counted() {
    let mut script = Script::new(3);
    script.elect(0, 1).elect(1, 1).elect(2, 1);
    script.violates(
        Invariant::OneLeader,
        "kv.2 became leader of term 1, which kv.1 had become before (t = 0.002 s)",
    );
    assert_eq!(script.invariants.violations()[0].count, 2);
}

#[test]
fn what_all_have_compacted_is_forgotten() {
    let mut script = Script::new(2);
    script.elect(0, 1);
    for index in 1..=4 {
        script.replicate(&[0, 1], index, 1, 10 + index);
    }
    script.commit(0, 4, 1, 14).commit(1, 4, 1, 14);
    script.compact(0, 4);
    assert!(script.invariants.committed.agrees(LogIndex(1), Some(11)));
    assert!(!script.invariants.committed.agrees(LogIndex(1), Some(99)), "kv.2 may speak of it");
    script.compact(1, 3);
    assert!(script.invariants.committed.agrees(LogIndex(1), Some(99)), "forgotten");
    assert!(!script.invariants.committed.agrees(LogIndex(3), Some(99)), "the base is kept");
    script.holds();
}

#[test]
fn a_replica_that_lost_its_disk_catches_up_by_a_snapshot() {
    let mut script = Script::new(3);
    script.elect(0, 1);
    for index in 1..=4 {
        script.replicate(&[0, 1], index, 1, 10 + index);
    }
    script.commit(0, 4, 1, 14).apply(0, 2, 0, 1).compact(0, 3).compact(1, 3);
    script.crash(2).boot(2).sync(2, 0).install(2, 3, 1, 13);
    script.append(2, 4, 1, 14).sync(2, 4).commit(2, 4, 1, 14);
    script.elect(2, 2);
    script.holds();
}
