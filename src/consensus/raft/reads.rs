//! Reads that do not go through the log (§8; dissertation §6.4): a leader learns its read index, confirms that it
//! still leads, and waits until the state has caught up. Reads that come while a round is on its way share the
//! next one. A follower asks the leader for a read index and serves the read itself; questions follow each other without
//! waiting, and the answer to one answers all before it.

use crate::consensus::read_index::{Ask, Asked, Next, Waiting};
use crate::consensus::replicated_log::{Barrier, BarrierState, Confirmation};
use crate::kernel::{Context, NodeId, Time};
use crate::model::log::{LogIndex, Term};

use super::bugs;
use super::message::Message;
use super::roles::Role;
use super::{Raft, Timer};

impl Raft {
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
        if self.has_bug(bugs::READ_UNCONFIRMED) {
            return self.barrier(0);
        }
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
        let Role::Leader(leader) = &self.role else { unreachable!("the caller leads") };
        // Its commit index may lag behind what an earlier leader committed until its own no-op commits; but all
        // of that stands before the no-op. So a read may begin at once, and waits for the no-op to be applied.
        let index = if self.has_bug(bugs::NO_NOOP) {
            self.commit_index
        } else {
            self.commit_index.max(leader.term_start)
        };
        Barrier { index, term: self.current_term, round, asked: None }
    }

    pub(super) fn read_state(&self, barrier: &Barrier) -> BarrierState {
        if barrier.term != self.current_term {
            return BarrierState::Lost;
        }
        match (&self.role, barrier.asked) {
            (Role::Leader(leader), None) if barrier.round <= leader.rounds.confirmed => {
                BarrierState::Confirmed(barrier.index)
            }
            (Role::Leader(_), None) => BarrierState::Waiting,
            (Role::Follower, Some(leader)) if self.leader == Some(leader) => self.asking.state(barrier.round),
            (Role::Leader(_) | Role::Follower | Role::PreCandidate { .. } | Role::Candidate { .. }, _) => {
                BarrierState::Lost
            }
        }
    }

    /// Sees which rounds a majority has returned, this server included, answers who waited for them, and begins the
    /// round that others wait for.
    pub(super) fn confirm_rounds(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        let (rounds, followers) = (&leader.rounds, &leader.followers);
        let returned = self
            .configuration()
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

    /// Whether no other leader can have been elected yet (dissertation §6.4.1): a majority heard this one after
    /// `lease_start`, and does not vote for the least election timeout after that.
    fn holds_lease(&self, now: Time) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        let outlives = self.has_bug(bugs::LEASE_OUTLIVES_PATIENCE);
        let lease = if outlives { leader.patience } else { self.options.lease() };
        let is_in_time = |start| now.since(start) < lease;
        let is_kept = !leader.gave_up_lease || self.has_bug(bugs::LEASE_IGNORES_TRANSFER);
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
        Some(Barrier { index: LogIndex(0), term: self.current_term, round, asked: Some(leader) })
    }

    fn ask_newest(&mut self, cx: &mut impl Context<Self>, leader: NodeId) {
        let ask = self.asking.newest(cx.incarnation());
        cx.send(leader, Message::ReadIndex { term: self.current_term, ask });
        cx.arm(Timer::ReadIndex, self.options.retransmit_timeout());
    }

    /// The question or its answer was lost, or the leader is gone.
    pub(super) fn on_read_index_timeout(&mut self, cx: &mut impl Context<Self>) {
        match self.leader {
            Some(leader) => self.ask_newest(cx, leader),
            None => cx.arm(Timer::ReadIndex, self.options.retransmit_timeout()),
        }
    }

    /// Another term has begun: nobody answers what was asked in the one before, nor waits for it.
    pub(super) fn forget_asking(&mut self, cx: &mut impl Context<Self>) {
        if self.asking.forget() {
            cx.disarm(Timer::ReadIndex);
        }
    }

    pub(super) fn on_read_index(&mut self, cx: &mut impl Context<Self>, from: NodeId, term: Term, ask: Ask) {
        if term != self.current_term || !self.is_leader() {
            return;
        }
        let what = Asked::ReadIndex(ask);
        let barrier = if self.has_bug(bugs::FOLLOWER_READ_UNSAFE) {
            Barrier { index: self.commit_index, round: 0, ..self.barrier(0) }
        } else {
            self.begin_round_for_read(cx)
        };
        self.answer_when_confirmed(cx, Waiting { barrier, from, what });
    }

    /// Answers once a majority has confirmed that this server leads, which a group of one has already.
    pub(super) fn answer_when_confirmed(&mut self, cx: &mut impl Context<Self>, ask: Waiting) {
        let Role::Leader(leader) = &mut self.role else { unreachable!("the caller leads") };
        leader.asks.hold(ask);
        self.answer_asks(cx);
    }

    fn answer_asks(&mut self, cx: &mut impl Context<Self>) {
        let (term, last_index) = (self.current_term, self.log.last_index());
        let Role::Leader(leader) = &mut self.role else { return };
        let confirmed = leader.rounds.confirmed;
        leader.asks.answer(confirmed, |ask| {
            let answer = match ask.what {
                Asked::ReadIndex(number) => {
                    Message::ReadIndexReply { term, ask: number, index: ask.barrier.index }
                }
                Asked::LogEnd(boot) => Message::RejoinReply { term, boot, index: last_index },
            };
            cx.send(ask.from, answer);
        });
    }

    pub(super) fn on_read_index_reply(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        term: Term,
        ask: Ask,
        index: LogIndex,
    ) {
        if term != self.current_term || self.leader != Some(from) || ask.boot != cx.incarnation() {
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
