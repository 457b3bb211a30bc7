//! A server whose disk was lost and replaced (docs/divergences.md: the papers assume that disks stay).
//!
//! It has forgotten what it promised and accepted. So it learns, but promises nothing and vouches for nothing, until the
//! group has taken it in again: a leader makes it a learner and then, when it has caught up, a voter. From the slots on that
//! the configuration which does so decides, it is as good as new: nothing can have been proposed to it there before. In the
//! slots before, its word counts no more, whoever asks.
//!
//! It must not take an earlier change for that one. So it first asks where a leader's log ends now, one that a quorum
//! confirms after the question: whatever makes it a voter behind that slot was chosen after its disk was lost.

use crate::consensus::read_index::{Asked, Waiting};
use crate::consensus::reconfiguration::Goal;
use crate::kernel::{Context, NodeId};
use crate::model::log::{LogIndex, Term};
use crate::model::membership::Slots;
use crate::model::note::ConsensusNote;

use super::message::Message;
use super::roles::Role;
use super::{MultiPaxos, Timer};

/// After how many questions in vain it asks anew where the log ends: the change that it waits for may have come in a
/// snapshot, where it cannot be seen.
const PATIENCE: u32 = 8;

/// What a server with a new disk knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Recovering {
    /// Where a leader's log ended after the disk was lost; 0 if that is not known.
    known: LogIndex,
    /// How often it has asked since it learned that.
    asks: u32,
}

/// Who asks to be taken in again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    pub node: NodeId,
    pub slot: usize,
    /// Which of its boots asks.
    pub boot: u32,
}

impl MultiPaxos {
    /// Whether this server may ask for promises: a voter, or one that knows of new voters and of nothing that they decided.
    /// The voters before brought them in, maybe without their knowing, and then are the only ones who know.
    pub(super) fn may_campaign(&self) -> bool {
        let knows_of_a_beginning =
            self.commit_index == self.settled_at.index && self.commit_index > LogIndex(0);
        (self.is_voter() || knows_of_a_beginning) && self.recovering.is_none()
    }

    /// Asks the leader, if one is known, to be taken in again.
    pub(super) fn ask_to_rejoin(&mut self, cx: &mut impl Context<Self>) {
        let Some(recovering) = &mut self.recovering else { return };
        cx.arm(Timer::Rejoin, self.options.retransmit_timeout());
        let Some(leader) = self.leader else { return };
        recovering.asks += 1;
        if recovering.asks > PATIENCE {
            *recovering = Recovering::default();
        }
        let known = recovering.known;
        let question = Message::Rejoin { ballot: self.promised, boot: cx.incarnation(), known };
        self.send_with_metadata(cx, leader, question);
    }

    /// A server with a new disk asks to be taken in again.
    pub(super) fn on_rejoin(
        &mut self,
        cx: &mut impl Context<Self>,
        Asker { node: from, slot, boot }: Asker,
        ballot: Term,
        known: LogIndex,
    ) {
        if ballot != self.promised || !self.is_leader() {
            return;
        }
        if known == LogIndex(0) {
            let barrier = self.begin_round_for_read(cx);
            return self.answer_when_confirmed(cx, Waiting { barrier, from, what: Asked::LogEnd(boot) });
        }
        if !self.may_change() {
            return; // It asks again.
        }
        let (configuration, slots) = (*self.configuration(), Slots::one(slot));
        let goal = if configuration.voters.has(slot) && self.configurations.voter_since(slot) <= known {
            Goal { learners: slots, ..Goal::default() }
        } else if configuration.learners.has(slot) {
            Goal { voters: slots, ..Goal::default() }
        } else {
            return; // It was taken in, and will hear of it; or it was removed.
        };
        let Role::Leader(leader) = &mut self.role else { unreachable!("seen above") };
        // What an operator wants goes first.
        if leader.goal.is_none() && goal.objection(&configuration).is_none() {
            leader.goal = Some(goal);
        }
        // Also what is pursued already: who has caught up while nothing is written does not say so again.
        self.pursue(cx);
    }

    pub(super) fn on_rejoin_reply(&mut self, from: NodeId, ballot: Term, index: LogIndex) {
        if ballot != self.promised || self.leader != Some(from) {
            return;
        }
        if let Some(recovering) = &mut self.recovering
            && recovering.known == LogIndex(0)
        {
            *recovering = Recovering { known: index, asks: 0 };
        }
    }

    /// Configurations were chosen: maybe one that takes this server in again.
    pub(super) fn end_recovery(&mut self, cx: &mut impl Context<Self>) {
        let Some(Recovering { known, .. }) = self.recovering else { return };
        if known == LogIndex(0) {
            return;
        }
        let mut was_voter = true;
        let mut taken_in_at = None;
        for &(index, configuration) in self.configurations.since(known) {
            let is_voter = configuration.is_voter(self.slot);
            if is_voter && !was_voter && index > known {
                taken_in_at = Some(index);
            }
            was_voter = is_voter;
        }
        if let Some(index) = taken_in_at.filter(|_| was_voter) {
            self.recovering = None;
            self.since = LogIndex(index.0 + self.options.alpha);
            self.metadata_changed();
            cx.note(ConsensusNote::Rejoined);
        }
    }
}
