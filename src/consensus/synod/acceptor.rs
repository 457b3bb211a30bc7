//! The acceptor: promises, and accepts ("Paxos Made Simple", §2.2, phases 1b and 2b).
//!
//! What it says rests on what it remembers, so it says nothing before that is durable (§2.5). A refusal promises nothing, and
//! may go at once.

use crate::kernel::{Context, NodeId};
use crate::model::note::ConsensusNote;
use crate::model::op::Value;
use crate::model::synod::{Ballot, SynodNote, Vote};

use super::message::Message;
use super::options::Learning;
use super::{Synod, bugs, send};

impl Synod {
    /// Phase 1b: an acceptor answers a prepare request with a higher ballot than any that it answered, by a promise and with
    /// what it accepted in the highest ballot. A repeated request is answered again.
    pub(super) fn on_prepare(&mut self, cx: &mut impl Context<Self>, from: NodeId, ballot: Ballot) {
        if !self.may_vote() {
            return;
        }
        if ballot < self.memory.promised {
            return self.refuse(cx, from, ballot);
        }
        self.promise(ballot);
        let accepted = self.memory.accepted;
        let sync = if self.bugs().has(bugs::PROMISE_NOT_DURABLE) { 0 } else { self.memory_sync };
        self.tell_after(cx, sync, SynodNote::Promised { ballot, accepted: noted(accepted) });
        self.send_after(cx, sync, from, Message::Promise { ballot, accepted });
        self.hear_of(cx, ballot);
    }

    /// Phase 2b: it accepts, unless it has promised a higher ballot (P1a).
    pub(super) fn on_accept(&mut self, cx: &mut impl Context<Self>, from: NodeId, vote: Vote) {
        if !self.may_vote() {
            return;
        }
        if vote.ballot < self.memory.promised && !self.bugs().has(bugs::ACCEPT_BELOW_PROMISE) {
            return self.refuse(cx, from, vote.ballot);
        }
        self.accept(cx, vote);
        self.hear_of(cx, vote.ballot);
    }

    /// Remembers the promise of `ballot`.
    pub(super) fn promise(&mut self, ballot: Ballot) {
        if ballot == self.memory.promised {
            return;
        }
        self.memory.promised = ballot;
        if self.bugs().has(bugs::ONE_BALLOT_ON_DISK)
            && let Some(accepted) = &mut self.memory.accepted
        {
            accepted.ballot = ballot;
        }
        self.memory_changed();
    }

    /// Accepts, and tells learners when that is durable: all of them, or the ballot's proposer as the distinguished one
    /// (§2.3).
    pub(super) fn accept(&mut self, cx: &mut impl Context<Self>, vote: Vote) {
        if self.memory.accepted != Some(vote) {
            self.memory.accepted = Some(vote);
            self.memory.promised = self.memory.promised.max(vote.ballot);
            self.memory_changed();
        }
        let sync = if self.bugs().has(bugs::ACCEPT_NOT_DURABLE) { 0 } else { self.memory_sync };
        self.tell_after(cx, sync, SynodNote::Accepted { ballot: vote.ballot, value: vote.value });
        let proposer = vote.ballot.slot();
        for slot in 0..self.roster.len() {
            if self.options.learning == Learning::Broadcast || slot == proposer {
                self.send_after(cx, sync, self.roster.node(slot), Message::Accepted(vote));
            }
        }
    }

    fn refuse(&mut self, cx: &mut impl Context<Self>, to: NodeId, ballot: Ballot) {
        let promised = self.memory.promised;
        cx.note(ConsensusNote::Synod(SynodNote::Refused { ballot, promised }));
        send(cx, to, Message::Refused { ballot, promised });
    }

    /// A learner asks: this acceptor tells again what it accepted, once that is durable.
    pub(super) fn tell_accepted(&mut self, cx: &mut impl Context<Self>, to: NodeId) {
        if let Some(vote) = self.memory.accepted.filter(|_| self.may_vote()) {
            self.send_after(cx, self.memory_sync, to, Message::Accepted(vote));
        }
    }
}

/// What was accepted, in the words of observers.
pub(super) fn noted(accepted: Option<Vote>) -> (Ballot, Value) {
    accepted.map_or((Ballot::NONE, Value(0)), |vote| (vote.ballot, vote.value))
}
