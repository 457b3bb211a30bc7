//! `durability`: what is committed is durable on a quorum from then on, a restart finds again what was
//! durable and committed, and what a client was told took effect was applied.
//!
//! A quorum is what the replica that commits says of who votes: a majority of them, or of both groups in joint consensus.
//! A replica holds an index durably if a sync or a snapshot covers its log up to there and that log is what was
//! committed; one that is down holds what it will find. One whose disk was lost and replaced, and who knows it and has no
//! say until it is taken in again, is no longer asked for what it held.

use crate::model::log::LogIndex;
use crate::model::membership::Slots;

use super::committed_log::CommittedLog;
use super::mirror::{LogMirror, Mirror, Quorum};
use super::violation::{Found, Shortfall, What};

/// What is missing to a quorum that holds `index` durably, of the first group that is not enough.
fn shortfall(
    mirrors: &[Mirror],
    committed: &CommittedLog,
    index: LogIndex,
    quorum: Quorum,
) -> Option<Shortfall> {
    let holds = |Mirror { log, forgot, .. }: &Mirror| {
        let holds = log.durable() >= index && committed.agrees(index, log.prefix(index));
        holds || *forgot >= index
    };
    quorum.shortfall(Slots::first(mirrors.len()).filter(|slot| holds(&mirrors[slot])))
}

/// `index` is committed for the first time. (Who holds it holds all before.)
pub(super) fn first_committed(
    mirrors: &[Mirror],
    committed: &CommittedLog,
    index: LogIndex,
    quorum: Quorum,
) -> Option<Found> {
    let shortfall = shortfall(mirrors, committed, index, quorum)?;
    Some(Found::alone(What::CommittedTooEarly { index, shortfall }))
}

/// A replica removed durable entries, committed ones maybe among them.
pub(super) fn removed(mirrors: &[Mirror], committed: &CommittedLog, quorum: Quorum) -> Option<Found> {
    let index = committed.last();
    let shortfall = shortfall(mirrors, committed, index, quorum)?;
    Some(Found::alone(What::QuorumLost { index, shortfall }))
}

/// A replica has told all that its disk held; `expected` is what should have been there.
pub(super) fn recovered(log: &LogMirror, expected: &LogMirror, committed: &CommittedLog) -> Option<Found> {
    let held = committed.agreed(expected, expected.durable());
    let holds = committed.agreed(log, log.durable());
    let is_covered = held <= holds || held <= log.base();
    (!is_covered).then(|| Found::alone(What::Vanished { index: holds.next(), through: held }))
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;
    use crate::kernel::Damage;
    use crate::model::halt::Halt;

    #[test]
    fn what_a_quorum_holds_durably_may_be_committed_and_survives_restarts() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).append(0, 2, 1, 12);
        script.commit(0, 1, 1, 11);
        script.crash(0).boot(0).append(0, 1, 1, 11).sync(0, 1);
        script.holds();
    }

    #[test]
    fn committing_before_a_quorum_has_synced_is_found() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0], 1, 1, 11).append(1, 1, 1, 11).append(2, 1, 1, 11);
        script.commit(0, 1, 1, 11);
        script.violates(
            Invariant::Durability,
            "kv.1 committed index 1 while 1 of 3 replicas held it durably and 2 must (t = 0.006 s)",
        );
    }

    #[test]
    fn a_replica_with_another_entry_is_not_one_of_the_quorum() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0], 1, 1, 11).replicate(&[1, 2], 1, 2, 21);
        script.commit(0, 1, 1, 11);
        script.violates(
            Invariant::Durability,
            "kv.1 committed index 1 while 1 of 3 replicas held it durably and 2 must (t = 0.008 s)",
        );
    }

    #[test]
    fn a_restart_without_what_was_durable_and_committed_is_found() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1, 2], 1, 1, 11).replicate(&[0, 1, 2], 2, 1, 12);
        script.commit(0, 2, 1, 12);
        script.crash(2).boot(2).append(2, 1, 1, 11).sync(2, 1);
        script.violates(
            Invariant::Durability,
            "kv.3 came back without index 2, which was committed and durable on it (t = 0.018 s)",
        );
    }

    #[test]
    fn a_replica_that_knows_of_its_lost_disk_is_not_asked_for_what_it_held() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).commit(0, 1, 1, 11);
        script.crash(1).boot(1).recover(1).sync(1, 0);
        script.holds();
        // What it never held it cannot have lost.
        script.replicate(&[0], 2, 1, 12).commit(0, 2, 1, 12);
        script.violates(
            Invariant::Durability,
            "kv.1 committed index 2 while 1 of 3 replicas held it durably and 2 must (t = 0.013 s)",
        );
    }

    #[test]
    fn a_restart_that_never_tells_of_its_disk_is_judged_at_the_end() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1, 2], 1, 1, 11).replicate(&[0, 1, 2], 2, 1, 12);
        script.commit(0, 2, 1, 12).crash(2).boot(2);
        script.holds();
        script.finish();
        script.violates(
            Invariant::Durability,
            "kv.3 came back without indices 1 to 2, which were committed and durable on it (t = 0.017 s)",
        );
    }

    #[test]
    fn a_restart_may_lose_what_was_not_synced_or_not_committed() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).append(2, 1, 1, 11).commit(0, 1, 1, 11);
        script.crash(2).boot(2).sync(2, 0);
        script.replicate(&[0], 2, 1, 12).crash(0).boot(0).append(0, 1, 1, 11).sync(0, 1);
        script.holds();
    }

    #[test]
    fn a_snapshot_found_at_boot_stands_for_what_it_covers() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).replicate(&[0, 1], 2, 1, 12).commit(0, 2, 1, 12);
        script.compact(0, 1).crash(0).boot(0).install(0, 2, 1, 12).sync(0, 2);
        script.holds();
    }

    #[test]
    fn a_replica_that_halts_over_its_disk_breaks_no_promise_and_must_not_come_back_without() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).crash(1).boot(1);
        script.halt(1, Halt::Metadata(Damage::Corrupt));
        script.commit(0, 1, 1, 11); // On its acknowledgement, which was under way.
        script.crash(1).boot(1).halt(1, Halt::Metadata(Damage::Corrupt));
        script.holds();
        script.crash(1).boot(1).sync(1, 0);
        script.violates(
            Invariant::Durability,
            "kv.2 came back without index 1, which was committed and durable on it (t = 0.015 s)",
        );
    }

    #[test]
    fn removing_a_committed_entry_from_one_of_a_bare_quorum_is_found() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).commit(0, 1, 1, 11);
        script.truncate(1, 1);
        script.violates(
            Invariant::Durability,
            "kv.2 removed entries, after which 1 of 3 replicas held index 1 durably; it is committed and 2 must \
             (t = 0.007 s)",
        );
    }

    #[test]
    fn an_operation_acknowledged_but_never_applied_is_found() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).commit(0, 1, 1, 11);
        script.apply(0, 1, 5, 1).acknowledge(5, 1);
        script.holds();
        script.acknowledge(5, 2);
        script.violates(
            Invariant::Durability,
            "clients#5 was told that its operation 2 took effect, but no replica had applied it (t = 0.009 s)",
        );
    }
}
