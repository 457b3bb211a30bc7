//! `agreement`: no two replicas commit different entries at an index (Raft §5.4.3, State Machine Safety), and
//! what they apply is committed and the same on all.

use crate::model::history::SessionId;
use crate::model::log::LogIndex;

use super::committed_log::CommittedLog;
use super::mirror::Mirror;
use super::violation::{Found, What};
use super::window::Window;

/// A replica committed up to `index`, with this prefix digest, which is no news. (That digest covers all
/// before.)
#[inline]
pub(super) fn committed(
    mirrors: &[Mirror],
    slot: usize,
    committed: &CommittedLog,
    index: LogIndex,
    prefix: u64,
) -> Option<Found> {
    if committed.agrees(index, Some(prefix)) {
        return None;
    }
    let through = if mirrors[slot].log.prefix(index) == Some(prefix) { index } else { index.previous() };
    Some(parted(mirrors, slot, committed, through))
}

/// A replica committed beyond what any did before: its log must continue what was committed.
pub(super) fn continues(mirrors: &[Mirror], slot: usize, committed: &CommittedLog) -> Option<Found> {
    let last = committed.last();
    let continues = committed.agrees(last, mirrors[slot].log.prefix(last));
    (!continues).then(|| parted(mirrors, slot, committed, last))
}

#[cold]
fn parted(mirrors: &[Mirror], slot: usize, committed: &CommittedLog, through: LogIndex) -> Found {
    let index = committed.agreed(&mirrors[slot].log, through).next();
    let has_committed =
        |mirror: &&Mirror| mirror.committed >= index && committed.agreed(&mirror.log, index) == index;
    let other = mirrors.iter().find(has_committed).map(|mirror| mirror.node);
    Found { other, what: What::CommittedDiffers { index } }
}

/// A client's operation in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Operation {
    session: SessionId,
    sequence: u32,
}

/// What was applied at each index.
#[derive(Clone, Debug, Default)]
pub(super) struct Applications {
    operations: Window<Option<Operation>>,
}

/// How an application compares to those of other replicas.
pub(super) enum Application {
    /// Nobody applied anything at this index before.
    First,
    /// It repeats another's, or the index is forgotten.
    Again,
    /// It is not what another applied.
    Differs(Found),
}

impl Applications {
    #[inline]
    pub fn applied(&mut self, index: LogIndex, session: SessionId, sequence: u32) -> Application {
        if index < self.operations.first() {
            return Application::Again;
        }
        let operation = Operation { session, sequence };
        match self.operations.get(index).flatten() {
            None => {
                self.operations.set(index, Some(operation));
                Application::First
            }
            Some(first) if first == operation => Application::Again,
            Some(first) => Application::Differs(Found::alone(What::AppliedDiffers {
                index,
                applied: (session, sequence),
                before: (first.session, first.sequence),
            })),
        }
    }

    /// Forgets what all replicas have compacted.
    pub fn forget_before(&mut self, index: LogIndex) {
        self.operations.forget_before(index);
    }
}

/// A replica may apply only what it knows to be committed.
#[inline]
pub(super) fn is_due(mirror: &Mirror, index: LogIndex) -> Option<Found> {
    let committed = mirror.committed;
    (index > committed).then(|| Found::alone(What::AppliedEarly { index, committed }))
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;

    fn one_committed() -> Script {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).replicate(&[0, 1], 2, 1, 12).commit(0, 2, 1, 12);
        script
    }

    #[test]
    fn replicas_that_commit_the_same_agree() {
        let mut script = one_committed();
        script.commit(1, 1, 1, 11).commit(1, 2, 1, 12).install(2, 2, 1, 12);
        script.holds();
    }

    #[test]
    fn a_replica_that_commits_another_entry_is_found() {
        let mut script = one_committed();
        script.append(2, 1, 1, 11).append(2, 2, 2, 22).commit(2, 2, 2, 22);
        script.violates(Invariant::Agreement, "kv.3 committed another entry 2 than kv.1 (t = 0.013 s)");
    }

    #[test]
    fn a_replica_that_commits_more_behind_another_entry_is_found_at_that_entry() {
        let mut script = one_committed();
        script.append(2, 1, 1, 11).append(2, 2, 2, 22).append(2, 3, 2, 23).commit(2, 3, 2, 23);
        script.violates(Invariant::Agreement, "kv.3 committed another entry 2 than kv.1 (t = 0.014 s)");
    }

    #[test]
    fn a_snapshot_of_another_log_is_found() {
        let mut script = one_committed();
        script.install(2, 2, 1, 22);
        script.violates(Invariant::Agreement, "kv.3 committed another entry 2 than kv.1 (t = 0.011 s)");
    }

    #[test]
    fn replicas_that_apply_different_operations_at_an_index_are_found() {
        let mut script = one_committed();
        script.commit(1, 2, 1, 12).apply(0, 1, 0, 1).apply(1, 1, 0, 1).apply(0, 2, 0, 2);
        script.holds();
        script.apply(1, 2, 4, 1);
        script.violates(
            Invariant::Agreement,
            "kv.2 applied operation 1 of clients#4 at index 2, where operation 2 of clients#0 was applied before \
             (t = 0.015 s)",
        );
        script.acknowledge(4, 1);
        assert_eq!(script.invariants.violations().len(), 1, "it was applied, if in the wrong place");
    }

    #[test]
    fn applying_what_is_not_known_to_be_committed_is_found() {
        let mut script = one_committed();
        script.commit(1, 1, 1, 11).apply(1, 2, 0, 1);
        script.violates(
            Invariant::Agreement,
            "kv.2 applied index 2 when it knew of commits up to 1 (t = 0.012 s)",
        );
    }
}
