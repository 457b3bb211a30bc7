//! `monotonic`: what a replica promised it keeps, restarts or not. A vote is given to one candidate a term and remembered
//! (Raft, §5.2 and Figure 2: `votedFor` is on stable storage before the answer leaves); an acceptor that promised a
//! ballot promises and accepts none below it, and remembers that (P1a and §2.5 of "Paxos made simple").
//!
//! A promise counts from the moment when another may go by it: one that a crash takes before was made to nobody.

use crate::kernel::NodeId;
use crate::model::log::{LogIndex, Term};

use super::violation::{Found, What};

/// The newest promise of one replica.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Promises {
    term: Term,
    to: Option<NodeId>,
    /// It restarted, and has not told yet what its disk remembers.
    is_reading: bool,
}

impl Promises {
    /// It promises `term`, to `to`; or found on its disk that it had.
    pub fn promised(&mut self, term: Term, to: Option<NodeId>) -> Option<Found> {
        let was_reading = std::mem::take(&mut self.is_reading);
        let from = self.term;
        if term < from {
            return Some(Found::alone(What::PromiseForgotten { from, to: term }));
        }
        match (self.to, to) {
            // To promise a term to nobody takes nothing back, unless it is what the disk remembers of a vote.
            (Some(first), second)
                if term == from && second != Some(first) && (second.is_some() || was_reading) =>
            {
                return Some(Found::alone(What::VoteChanged { term, first, second }));
            }
            (Some(_), _) if term == from => {}
            (Some(_) | None, _) => (self.term, self.to) = (term, to),
        }
        None
    }

    /// It accepted something in `ballot` at `index`.
    #[inline]
    pub fn accepted(&self, index: LogIndex, ballot: Term) -> Option<Found> {
        let is_broken = ballot < self.term && !self.is_reading;
        is_broken.then(|| Found::alone(What::PromiseBroken { index, ballot, promised: self.term }))
    }

    /// It starts; what it promised it must find again.
    pub fn booted(&mut self) {
        self.is_reading = true;
    }

    /// It knows that it forgot, and promises nothing before the others know as well.
    pub fn excused(&mut self) {
        *self = Promises::default();
    }
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;

    #[test]
    fn promises_rise_and_are_found_again() {
        let mut script = Script::of_slots(3);
        script.promise(0, 3, None).accept(&[0], 1, 3, 11).promise(0, 7, None);
        script.restart(0).accept(&[0], 1, 3, 11).sync(0, 1).promise(0, 7, None).accept(&[0], 2, 7, 12);
        script.holds();
    }

    #[test]
    fn a_promise_that_a_restart_forgot_is_found() {
        let mut script = Script::of_slots(3);
        script.promise(0, 7, None).restart(0).sync(0, 0).promise(0, 3, None);
        script.violates(
            Invariant::Monotonic,
            "kv.1 is bound to no more than term 3, and had promised term 7 (t = 0.005 s)",
        );
    }

    #[test]
    fn a_lower_promise_within_a_run_is_found() {
        let mut script = Script::of_slots(3);
        script.promise(0, 7, None).promise(0, 3, None);
        script.violates(
            Invariant::Monotonic,
            "kv.1 is bound to no more than term 3, and had promised term 7 (t = 0.002 s)",
        );
    }

    #[test]
    fn accepting_below_a_promise_is_found_and_the_reading_of_a_journal_is_not() {
        let mut script = Script::of_slots(3);
        script.promise(0, 7, None).accept(&[0], 4, 3, 11);
        script.violates(
            Invariant::Monotonic,
            "kv.1 accepted in ballot 3, in slot 4, when it had promised ballot 7 (t = 0.002 s)",
        );
    }

    #[test]
    fn one_vote_a_term_and_it_may_be_given_twice_to_the_same() {
        let mut script = Script::new(3);
        script.promise(0, 3, Some(1)).promise(0, 3, Some(1)).restart(0).sync(0, 0).promise(0, 3, Some(1));
        script.promise(0, 4, None).promise(0, 4, Some(2));
        script.holds();
        script.promise(0, 4, Some(1));
        script.violates(Invariant::Monotonic, "kv.1 voted for kv.3 and for kv.2 in term 4 (t = 0.009 s)");
    }

    #[test]
    fn a_vote_that_a_restart_forgot_is_found() {
        let mut script = Script::new(3);
        script.promise(0, 3, Some(1)).restart(0).sync(0, 0).promise(0, 3, None);
        script.violates(
            Invariant::Monotonic,
            "kv.1 voted for kv.2 in term 3, and does not remember that it voted (t = 0.005 s)",
        );
    }

    #[test]
    fn who_knows_that_it_forgot_breaks_nothing() {
        let mut script = Script::new(3);
        script.promise(0, 3, Some(1)).restart(0).recover(0).sync(0, 0).promise(0, 1, None);
        script.holds();
    }
}
