//! The acceptor ("Paxos made simple", §2.2): it promises to ignore lower ballots (P1a), and accepts what the ballot that
//! it promised last proposes. Both are durable before they are told (§2.5).

use std::rc::Rc;

use crate::kernel::{Context, NodeId, Time};
use crate::model::halt::Halt;
use crate::model::log::{LogIndex, Term};

use super::MultiPaxos;
use super::bugs;
use super::message::{Accept, Message, Promise};
use super::persistence::send;

impl MultiPaxos {
    /// Promises `ballot`, or learns that another did.
    pub(super) fn adopt(&mut self, cx: &mut impl Context<Self>, ballot: Term) {
        assert!(ballot > self.promised, "a ballot is promised once");
        self.promised = ballot;
        self.leader = None;
        self.metadata_changed();
        self.begin_vouching();
        self.forget_asking(cx);
        self.step_down(cx);
    }

    /// Would promise a ballot if it has itself not heard a leader for the least election timeout. Nothing changes here and
    /// nothing is promised.
    pub(super) fn on_pre_vote(&mut self, cx: &mut impl Context<Self>, from: NodeId, asked: Term) {
        if self.recovering.is_some() {
            return;
        }
        let granted = asked > self.promised && !self.hears_a_leader(cx.now());
        // A refusal brings the acceptor's own promise, so that a proposer behind in ballots catches up.
        let ballot = if granted { asked } else { self.promised };
        self.send_with_metadata(cx, from, Message::PreVoteReply { ballot, granted });
    }

    /// Phase 1b: promises, and tells what it accepted in the slots that the proposer asks about.
    pub(super) fn on_prepare(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        ballot: Term,
        first: LogIndex,
        transfer: bool,
    ) {
        if self.recovering.is_some() {
            return; // It may have promised more already.
        }
        if ballot < self.promised {
            return self.refuse(cx, from, ballot);
        }
        if ballot > self.promised {
            let is_kept = self.hears_a_leader(cx.now()) && !self.has_bug(bugs::LEASE_IGNORES_PROMISE);
            if self.options.check_quorum && is_kept && !transfer {
                return; // A lease may rest on this silence.
            }
            self.adopt(cx, ballot);
            self.arm_election(cx);
        }
        let promise = Promise {
            ballot,
            base: self.log.base().index,
            since: self.since,
            accepted: self.log.votes(first).collect(),
        };
        let message = Message::Promise(Rc::new(promise));
        if self.has_bug(bugs::PROMISE_NOT_DURABLE) {
            return send(cx, from, message);
        }
        self.send_with_metadata(cx, from, message);
    }

    /// The sender's ballot is lower than what is promised here: it must know, or it would try for ever.
    fn refuse(&mut self, cx: &mut impl Context<Self>, from: NodeId, refused: Term) {
        self.send_with_metadata(cx, from, Message::Refused { promised: self.promised, refused });
    }

    /// Phase 2b. Every slot is by itself: a message that overtakes an earlier one is accepted all the same, and what it
    /// leaves out before is a gap for a while.
    pub(super) fn on_accept(&mut self, cx: &mut impl Context<Self>, from: NodeId, accept: &Accept) {
        if accept.ballot < self.promised {
            return self.refuse(cx, from, accept.ballot);
        }
        if !self.hear_leader(cx, from, accept.ballot) || !self.accept_values(cx, accept) {
            return;
        }
        self.vouch();
        self.follow_commit(cx, accept.commit);
        // What it needs may all be on its disk since before it restarted: no sync will say so.
        self.vouch_for_durable();
        if self.commit_index < accept.base {
            self.fetch_snapshot(cx, from);
        }
        self.answer(cx, from, accept);
    }

    /// Answers what is accepted now. A heartbeat need not wait for values that came before it.
    fn answer(&mut self, cx: &mut impl Context<Self>, to: NodeId, accept: &Accept) {
        let (ballot, is_heartbeat) = (accept.ballot, accept.entries.is_empty());
        let through = if is_heartbeat { self.vouched_durable } else { self.vouched };
        let (first, count) = (accept.first, accept.entries.len() as u32);
        let message = if self.recovering.is_some() {
            Message::Learned { ballot, through, round: if is_heartbeat { accept.round } else { 0 } }
        } else if is_heartbeat {
            Message::Heard { ballot, round: accept.round, through }
        } else {
            let behind = (first.0 + u64::from(count) - 1).saturating_sub(through.0);
            Message::Accepted { ballot, first, count, behind: u32::try_from(behind).unwrap_or(u32::MAX) }
        };
        if is_heartbeat {
            self.send_with_metadata(cx, to, message);
        } else if self.has_bug(bugs::ACCEPT_NOT_DURABLE) {
            cx.send(to, message);
        } else {
            self.send_with_journal(cx, to, message);
        }
    }

    /// A message of a proposer in phase 2, whose ballot nobody here has promised to ignore: it leads. Returns `false` if
    /// this server leads in that ballot itself, which only a bug switch can bring about, or a disk that forgot a ballot.
    fn hear_leader(&mut self, cx: &mut impl Context<Self>, from: NodeId, ballot: Term) -> bool {
        if ballot > self.promised {
            self.adopt(cx, ballot);
        }
        if self.is_leader() {
            self.halt_at_contradiction(cx, Halt::SecondLeader(ballot));
            return false;
        }
        self.step_down(cx);
        self.leader = Some(from);
        self.heard_at = Some(cx.now());
        self.arm_election(cx);
        true
    }

    /// Accepts each value in its slot, unless it is accepted there already. What is known to be chosen needs no vote any
    /// more: it cannot change. Returns `false` if the leader says otherwise.
    fn accept_values(&mut self, cx: &mut impl Context<Self>, accept: &Accept) -> bool {
        let mut index = accept.first.previous();
        for entry in &accept.entries {
            index = index.next();
            if index <= self.commit_index {
                let is_chosen = index <= self.log.base().index || self.log.entry(index) == Some(entry);
                if !is_chosen && self.halt_at_contradiction(cx, Halt::Committed(index)) {
                    return false;
                }
            } else if self.log.ballot(index) != accept.ballot {
                self.accept_value(cx, index, accept.ballot, *entry);
            }
        }
        true
    }

    /// Whether a leader was heard within the least election timeout, or is this server. One that just booted cannot know,
    /// and so believes it (docs/divergences.md).
    pub(super) fn hears_a_leader(&self, now: Time) -> bool {
        let heard = self.heard_at.is_some_and(|at| now.since(at) < self.options.election_timeout_min());
        heard || self.is_leader()
    }

    /// In a new ballot it can vouch for no more than what is chosen.
    pub(super) fn begin_vouching(&mut self) {
        self.vouched = self.commit_index;
        self.vouched_durable = self.vouched_durable.min(self.commit_index);
    }

    /// Goes on to where the first gap is.
    #[inline]
    pub(super) fn vouch(&mut self) {
        self.vouched = self.vouched.max(self.commit_index);
        while self.log.ballot(self.vouched.next()) == self.promised && self.promised > Term(0) {
            self.vouched = self.vouched.next();
        }
    }

    /// Goes on to where the first gap on the disk is.
    #[inline]
    pub(super) fn vouch_for_durable(&mut self) {
        while self.vouched_durable < self.vouched {
            let next = self.vouched_durable.next();
            let is_durable = match self.log.cell(next) {
                Some(cell) => self.durability.is_durable(cell.record),
                None => true, // It is in a snapshot.
            };
            if !is_durable {
                return;
            }
            self.vouched_durable = next;
        }
    }
}
