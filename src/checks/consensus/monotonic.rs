//! `monotonic`: a node's term, committed and applied index never fall while it runs (Raft, Figure 2).
//!
//! A restart may take a node back to an earlier term if it had promised nothing in the later one: a term is
//! noted when it is entered, before it is durable. But a leader's term is durable, and so is that of an entry
//! found on disk.

use crate::model::log::{LogIndex, Term};

use super::mirror::Mirror;
use super::violation::{Found, What};

/// The node notes that it is in `term`.
pub(super) fn enters(mirror: &mut Mirror, term: Term) -> Option<Found> {
    let from = mirror.term;
    mirror.term = from.max(term);
    (term < from).then(|| Found::alone(What::TermFell { from, to: term }))
}

/// The node knows of commits up to `index`.
#[inline]
pub(super) fn commits(mirror: &mut Mirror, index: LogIndex) -> Option<Found> {
    let from = mirror.committed;
    mirror.committed = from.max(index);
    (index < from).then(|| Found::alone(What::CommitFell { from, to: index }))
}

/// The node applies `index`, which must be beyond what it has applied.
#[inline]
pub(super) fn applies(mirror: &mut Mirror, index: LogIndex) -> Option<Found> {
    let from = mirror.applied;
    mirror.applied = from.max(index);
    (index <= from).then(|| Found::alone(What::AppliedAgain { last: from, index }))
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;

    #[test]
    fn a_restart_may_forget_a_term_in_which_nothing_was_promised() {
        let mut script = Script::new(3);
        script.elect(0, 1).campaign(0, 2).campaign(0, 3).restart(0).campaign(0, 2);
        script.holds();
    }

    #[test]
    fn a_term_that_falls_within_a_run_is_found() {
        let mut script = Script::new(3);
        script.campaign(0, 2).step_down(0, 5).campaign(0, 3);
        script.violates(Invariant::Monotonic, "kv.1 fell from term 5 to 3 (t = 0.003 s)");
    }

    #[test]
    fn a_restart_below_a_term_that_the_node_led_is_found() {
        let mut script = Script::new(3);
        script.elect(0, 4).restart(0).campaign(0, 1);
        script.violates(Invariant::Monotonic, "kv.1 fell from term 4 to 1 (t = 0.004 s)");
    }

    #[test]
    fn a_restart_below_the_term_of_an_entry_it_found_is_detected() {
        let mut script = Script::new(3);
        script.crash(0).boot(0).append(0, 1, 3, 11).sync(0, 1).campaign(0, 2);
        script.violates(Invariant::Monotonic, "kv.1 fell from term 3 to 2 (t = 0.005 s)");
    }

    fn two_committed() -> Script {
        let mut script = Script::new(3);
        script.elect(0, 1).replicate(&[0, 1], 1, 1, 11).replicate(&[0, 1], 2, 1, 12).commit(0, 2, 1, 12);
        script.apply(0, 1, 0, 1).apply(0, 2, 0, 2);
        script
    }

    #[test]
    fn a_restart_begins_to_commit_and_apply_anew() {
        let mut script = two_committed();
        script.crash(0).boot(0).append(0, 1, 1, 11).append(0, 2, 1, 12).sync(0, 2);
        script.commit(0, 1, 1, 11).apply(0, 1, 0, 1);
        script.holds();
    }

    #[test]
    fn a_committed_index_that_falls_is_found() {
        let mut script = two_committed();
        script.commit(0, 1, 1, 11);
        script.violates(Invariant::Monotonic, "kv.1 went from commit index 2 back to 1 (t = 0.013 s)");
    }

    #[test]
    fn an_index_applied_again_is_found() {
        let mut script = two_committed();
        script.apply(0, 2, 0, 2);
        script.violates(
            Invariant::Monotonic,
            "kv.1 applied index 2 when it had applied up to 2 already (t = 0.013 s)",
        );
    }

    #[test]
    fn a_snapshot_older_than_the_state_is_found() {
        let mut script = two_committed();
        script.install(0, 1, 1, 11);
        script.violates(Invariant::Monotonic, "kv.1 went from commit index 2 back to 1 (t = 0.013 s)");
    }
}
