//! What must hold of one server, outside the algorithm: of a state, and of a step. On in release; only a run with bugs
//! switched on goes without, as breaking them is what those runs show.

use crate::model::log::{LogIndex, Term};

use super::roles::Role;
use super::{MultiPaxos, Timer};

/// What a step may not take back.
pub(super) struct Mark {
    promised: Term,
    commit_index: LogIndex,
    base: LogIndex,
    next_record: u64,
}

impl MultiPaxos {
    #[inline]
    pub(super) fn mark(&self) -> Mark {
        Mark {
            promised: self.promised,
            commit_index: self.commit_index,
            base: self.log.base().index,
            next_record: self.durability.next_record(),
        }
    }

    /// # Panics
    /// If an invariant is broken and no bug is switched on.
    #[inline]
    pub(super) fn check(&self, before: &Mark) {
        if self.options.bugs.is_none() {
            self.check_step(before);
            self.check_state();
        }
    }

    fn check_step(&self, before: &Mark) {
        assert!(self.promised >= before.promised, "a promise was taken back (P1a)");
        assert!(self.commit_index >= before.commit_index, "the commit index fell");
        assert!(self.log.base().index >= before.base, "what was compacted came back");
        let has_accepted = self.durability.next_record() > before.next_record;
        assert!(!has_accepted || self.promised > Term(0), "a value was accepted in no ballot");
    }

    fn check_state(&self) {
        let base = self.log.base().index;
        assert!(base <= self.commit_index, "what is not known to be chosen was compacted");
        assert_eq!(self.commit_index, self.log.chosen(), "the log and its server differ on what is chosen");
        assert!(self.vouched >= self.commit_index, "what is chosen is not vouched for");
        assert!(self.vouched_durable <= self.vouched, "more is vouched for on disk than at all");
        assert!(
            self.commit_index <= self.reign.until,
            "slots were decided by a configuration before its turn"
        );
        if let Role::Leader(leader) = &self.role {
            let window = LogIndex(self.commit_index.0 + self.options.alpha);
            assert!(leader.campaign.queue.first() <= window.next(), "more than alpha slots are undecided");
            assert!(leader.campaign.queue.first() > self.commit_index, "what is chosen waits to be proposed");
            let ballots = self.roster.len() as u32;
            assert_eq!((self.promised.0 - 1) % ballots, self.slot as u32, "it leads in another's ballot");
        }
    }
}

const _: () = assert!(size_of::<Timer>() <= 8, "timer names are armed at every message");
