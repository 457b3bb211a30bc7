//! Reads that do not go through the log, as Raft's (Ongaro 2014, §6.4): a leader learns its read index, confirms that it
//! still leads, and waits until the state has caught up. Reads that come while a round is on its way share the next one. A
//! server that does not lead asks the leader for a read index and serves the read itself.
//!
//! A phase-2 quorum of the configuration in force must confirm, as every phase-1 quorum meets it: if all of it had promised
//! nobody else anything when the read began, nobody else had ended phase 1, and nothing was chosen without this leader's
//! knowing. A phase-1 quorum need not do: two of those may have nobody in common (Flexible Paxos). The lease ("Paxos made
//! live", §5.2) rests on the same quorum.

use crate::consensus::read_index::{Ask, Asked, Next, Waiting};
use crate::consensus::replicated_log::{Barrier, BarrierState, Confirmation};
use crate::kernel::{Context, NodeId, Time};
use crate::model::log::{LogIndex, Term};

use super::message::Message;
use super::roles::Role;
use super::{MultiPaxos, Timer};

impl MultiPaxos {
    /// Begins a read; `None` if this server cannot, as it does not lead, or knows nobody to ask.
    pub(super) fn begin_read(&mut self, cx: &mut impl Context<Self>, how: Confirmation) -> Option<Barrier> {
        if !self.is_leader() {
            return (how == Confirmation::Forwarded).then(|| self.ask_leader(cx)).flatten();
        }
        if how == Confirmation::Lease && self.holds_lease(cx.now()) {
            return Some(Barrier { round: 0, ..self.barrier(0) });
        }
        Some(self.begin_round_for_read(cx))
    }

    /// What a read waits for that this leader begins now, and the round that confirms it.
    pub(super) fn begin_round_for_read(&mut self, cx: &mut impl Context<Self>) -> Barrier {
        let Role::Leader(leader) = &mut self.role else { unreachable!("the caller leads") };
        let rounds = &mut leader.rounds;
        if rounds.confirmed == rounds.newest {
            self.begin_round(cx);
            return self.barrier(self.newest_round());
        }
        // A read that comes after the newest round left must wait for the next.
        rounds.wanted = rounds.newest + 1;
        let wanted = rounds.wanted;
        self.barrier(wanted)
    }

    fn barrier(&self, round: u32) -> Barrier {
        Barrier { index: self.commit_index, term: self.promised, round, asked: None }
    }

    pub(super) fn read_state(&self, barrier: &Barrier) -> BarrierState {
        if barrier.term != self.promised {
            return BarrierState::Lost;
        }
        match (&self.role, barrier.asked) {
            (Role::Leader(leader), None) => {
                // Until its own no-op is chosen it does not know all that earlier leaders had chosen; but all of that stands
                // before the no-op.
                let is_confirmed = barrier.round <= leader.rounds.confirmed;
                if is_confirmed && self.commit_index >= leader.term_start {
                    BarrierState::Confirmed(barrier.index.max(leader.term_start))
                } else {
                    BarrierState::Waiting
                }
            }
            (Role::Follower, Some(leader)) if self.leader == Some(leader) => self.asking.state(barrier.round),
            (Role::Leader(_) | Role::Follower | Role::PreCandidate { .. } | Role::Candidate(_), _) => {
                BarrierState::Lost
            }
        }
    }

    /// Sees which rounds a quorum has returned, this server included, answers who waited for them, and begins the
    /// round that others wait for.
    pub(super) fn confirm_rounds(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        let (rounds, followers) = (&leader.rounds, &leader.followers);
        let returned = self
            .reign
            .in_force
            .reached(|slot| if slot == self.slot { rounds.newest } else { followers[slot].round });
        if returned > rounds.confirmed {
            let Role::Leader(leader) = &mut self.role else { unreachable!("seen above") };
            leader.rounds.confirm(returned);
            let wants_another = leader.rounds.wanted > leader.rounds.newest;
            self.answer_asks(cx);
            if wants_another {
                self.begin_round(cx);
            }
        }
    }

    /// Whether no other leader can have been elected yet (as Ongaro 2014, §6.4.1): a phase-2 quorum heard this one after
    /// `lease_start`, and promises nobody else anything for the least election timeout after that.
    fn holds_lease(&self, now: Time) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        let is_in_time = |start| now.since(start) < self.options.lease();
        let is_kept = !leader.gave_up_lease;
        is_kept && self.options.check_quorum && leader.rounds.lease_start.is_some_and(is_in_time)
    }

    fn newest_round(&self) -> u32 {
        let Role::Leader(leader) = &self.role else { unreachable!("the caller leads") };
        leader.rounds.newest
    }

    /// Asks the leader for a read index, or has a read wait for the next question.
    fn ask_leader(&mut self, cx: &mut impl Context<Self>) -> Option<Barrier> {
        let leader = self.leader?;
        let (round, next) = self.asking.begin(self.options.in_flight_max);
        if next == Next::Ask {
            self.ask_newest(cx, leader);
        }
        Some(Barrier { index: LogIndex(0), term: self.promised, round, asked: Some(leader) })
    }

    fn ask_newest(&mut self, cx: &mut impl Context<Self>, leader: NodeId) {
        let ask = self.asking.newest(cx.incarnation());
        cx.send(leader, Message::ReadIndex { ballot: self.promised, ask });
        cx.arm(Timer::ReadIndex, self.options.retransmit_timeout());
    }

    /// The question or its answer was lost, or the leader is gone.
    pub(super) fn on_read_index_timeout(&mut self, cx: &mut impl Context<Self>) {
        match self.leader {
            Some(leader) => self.ask_newest(cx, leader),
            None => cx.arm(Timer::ReadIndex, self.options.retransmit_timeout()),
        }
    }

    /// Another ballot has begun: nobody answers what was asked in the one before, nor waits for it.
    pub(super) fn forget_asking(&mut self, cx: &mut impl Context<Self>) {
        if self.asking.forget() {
            cx.disarm(Timer::ReadIndex);
        }
    }

    pub(super) fn on_read_index(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        ballot: Term,
        ask: Ask,
    ) {
        if ballot != self.promised || !self.is_leader() {
            return;
        }
        let what = Asked::ReadIndex(ask);
        let barrier = self.begin_round_for_read(cx);
        self.answer_when_confirmed(cx, Waiting { barrier, from, what });
    }

    /// Answers once a quorum has confirmed that this server leads, which a group of one has already.
    pub(super) fn answer_when_confirmed(&mut self, cx: &mut impl Context<Self>, ask: Waiting) {
        let Role::Leader(leader) = &mut self.role else { unreachable!("the caller leads") };
        leader.asks.hold(ask);
        self.answer_asks(cx);
    }

    /// Answers those whose round is confirmed. What is committed by then must be seen too: a leader that was to come may
    /// have told its clients of it before the question.
    pub(super) fn answer_asks(&mut self, cx: &mut impl Context<Self>) {
        let (ballot, commit_index) = (self.promised, self.commit_index);
        let Role::Leader(leader) = &mut self.role else { return };
        if leader.asks.is_empty() || commit_index < leader.term_start {
            return;
        }
        let (confirmed, last_index) = (leader.rounds.confirmed, leader.campaign.queue.end().previous());
        leader.asks.answer(confirmed, |ask| {
            let answer = match ask.what {
                Asked::ReadIndex(ask) => Message::ReadIndexReply { ballot, ask, index: commit_index },
                Asked::LogEnd(boot) => Message::RejoinReply { ballot, boot, index: last_index },
            };
            cx.send(ask.from, answer);
        });
    }

    pub(super) fn on_read_index_reply(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        ballot: Term,
        ask: Ask,
        index: LogIndex,
    ) {
        if ballot != self.promised || self.leader != Some(from) || ask.boot != cx.incarnation() {
            return;
        }
        match self.asking.answered(ask.number, index) {
            Some(Next::Ask) => self.ask_newest(cx, from),
            Some(Next::Wait) => cx.arm(Timer::ReadIndex, self.options.retransmit_timeout()),
            Some(Next::Rest) => cx.disarm(Timer::ReadIndex),
            None => {}
        }
    }
}
