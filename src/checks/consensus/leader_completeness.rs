//! `leader-completeness`: an entry committed in a term is in the logs of the leaders of all higher terms
//! (Raft §5.4).
//!
//! Only higher: a candidate may learn late that it won, when a later leader has long committed more. It is
//! held when a node becomes leader, against what was known to be committed by then; what an older leader
//! reports later is left to `agreement`, once the new leader commits.

use crate::model::log::Term;

use super::committed_log::CommittedLog;
use super::mirror::Mirror;
use super::violation::{Found, What};

pub(super) fn elected(mirror: &Mirror, term: Term, committed: &CommittedLog) -> Option<Found> {
    let required = committed.required_of(term);
    if required <= mirror.log.base() {
        return None; // A snapshot covers it, and snapshots are held against what was committed.
    }
    let agreed = committed.agreed(&mirror.log, required);
    (agreed < required).then(|| {
        let index = agreed.next();
        Found::alone(What::LeaderLacks { term, index, committed_in: committed.committed_in(index) })
    })
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;

    #[test]
    fn a_leader_that_holds_all_that_was_committed_may_lead() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).commit(0, 1, 1, 11);
        script.elect(1, 2);
        script.holds();
    }

    #[test]
    fn a_leader_that_lacks_a_committed_entry_is_found() {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).commit(0, 1, 1, 11);
        script.elect(2, 2);
        script.violates(
            Invariant::LeaderCompleteness,
            "kv.3 became leader of term 2 without entry 1, which had been committed in term 1 (t = 0.007 s)",
        );
    }

    #[test]
    fn a_leader_with_another_entry_in_its_place_is_found() {
        let mut script = Script::new(3);
        script.elect(2, 1).append(2, 1, 1, 31);
        script.elect(0, 2).replicate(&[0, 1], 1, 2, 11).replicate(&[0, 1], 2, 2, 12).commit(0, 2, 2, 12);
        script.elect(2, 3);
        script.violates(
            Invariant::LeaderCompleteness,
            "kv.3 became leader of term 3 without entry 1, which had been committed in term 2 (t = 0.013 s)",
        );
    }

    #[test]
    fn a_late_winner_owes_nothing_that_a_later_term_committed() {
        let mut script = Script::new(3);
        script.elect(0, 1).append(0, 1, 1, 11);
        script.elect(0, 4).replicate(&[1], 1, 1, 11).sync(0, 1).replicate(&[0, 1], 2, 4, 12);
        script.commit(0, 2, 4, 12);
        script.elect(2, 3);
        script.holds();
    }
}
