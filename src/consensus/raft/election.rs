//! Leader election (§5.2) with the restriction on who can win (§5.4.1), pre-vote (dissertation §9.6), and
//! check-quorum: a leader without a majority steps down (§6.2), a voter with a leader does not vote (§4.2.3).

use crate::consensus::catch_up::CatchUp;
use crate::consensus::read_index::Asks;
use crate::consensus::rounds::Rounds;
use crate::kernel::{Context, Duration, NodeId, Time};
use crate::model::log::{Command, Entry, Term};
use crate::model::membership::Slots;
use crate::model::note::ConsensusNote;

use super::bugs;
use super::commitment::Vouched;
use super::message::{Message, RequestVote};
use super::roles::{Leader, Progress, Role};
use super::{Raft, Timer};

impl Raft {
    /// A randomised election timeout (§5.2). The only place that draws one.
    fn draw_election_timeout(&self, cx: &mut impl Context<Self>) -> Duration {
        self.options.election_timeout.duration(cx.rng().next_u64())
    }

    /// Waits a fresh election timeout out before campaigning.
    pub(super) fn arm_election(&mut self, cx: &mut impl Context<Self>) {
        let timeout = self.draw_election_timeout(cx);
        cx.arm(Timer::Election, timeout);
    }

    pub(super) fn on_election_timeout(&mut self, cx: &mut impl Context<Self>) {
        assert!(!self.is_leader(), "a leader's election timer is not armed");
        self.leader = None;
        self.timeouts = self.timeouts.saturating_add(1);
        if !self.may_campaign() {
            if self.configuration().learners.has(self.slot) && self.recovering.is_none() {
                self.arm_election(cx);
            }
            return; // The timer of the others begins anew when a leader is heard.
        }
        // Who does not vote may only not have heard what became of it: it disturbs no leader that others hear.
        if self.options.pre_vote || !self.is_voter() {
            self.ask_pre_votes(cx);
        } else {
            self.campaign(cx, false);
        }
    }

    /// Asks whether an election could be won, and spends no term on the question.
    fn ask_pre_votes(&mut self, cx: &mut impl Context<Self>) {
        let votes = Slots::one(self.slot);
        self.role = Role::PreCandidate { votes };
        cx.note(ConsensusNote::Campaigned { term: self.current_term.next(), pre_vote: true });
        if self.configuration().is_quorum(votes) {
            return self.campaign(cx, false);
        }
        self.arm_election(cx);
        let request = RequestVote { pre_vote: true, ..self.request_vote(self.current_term.next()) };
        self.other_voters()
            .iter()
            .for_each(|slot| cx.send(self.roster.node(slot), Message::RequestVote(request)));
    }

    /// Begins an election. Term and own vote must be durable before anyone is asked: a candidate that forgot
    /// them could win the same term twice, with two different logs.
    ///
    /// With `transfer` the leader wants it (dissertation §3.10).
    pub(super) fn campaign(&mut self, cx: &mut impl Context<Self>, transfer: bool) {
        self.current_term = self.current_term.next();
        self.vouched = Vouched::default();
        self.voted_for = Some(self.me);
        self.leader = None;
        self.metadata_changed();
        self.forget_asking(cx);
        self.role = Role::Candidate { votes: Slots::NONE };
        cx.note(ConsensusNote::Campaigned { term: self.current_term, pre_vote: false });
        self.arm_election(cx);
        let request = RequestVote { transfer, ..self.request_vote(self.current_term) };
        for slot in self.other_voters().iter() {
            self.send_with_metadata(cx, self.roster.node(slot), Message::RequestVote(request));
        }
        self.count_own_vote(cx);
    }

    /// Counts a candidate's own vote once it is durable.
    pub(super) fn count_own_vote(&mut self, cx: &mut impl Context<Self>) {
        if matches!(self.role, Role::Candidate { .. }) && self.durability.metadata_is_durable() {
            cx.note(ConsensusNote::Promised { term: self.current_term, to: Some(self.me) });
            self.count_vote(cx, self.slot);
        }
    }

    fn request_vote(&self, term: Term) -> RequestVote {
        RequestVote {
            term,
            last_log_term: self.log.last_term(),
            last_log_index: self.log.last_index(),
            pre_vote: false,
            transfer: false,
        }
    }

    /// Grants a pre-vote if it would vote so, and has itself not heard a leader for the least election timeout.
    /// Nothing changes here and nothing is promised.
    pub(super) fn on_pre_vote(&mut self, cx: &mut impl Context<Self>, from: NodeId, request: RequestVote) {
        if self.recovering.is_some() {
            return;
        }
        let granted = request.term > self.current_term
            && self.is_up_to_date(&request)
            && !self.hears_a_leader(cx.now());
        // A refusal brings the voter's own term, so that a candidate behind in terms catches up (catalogue #9).
        let term = if granted { request.term } else { self.current_term };
        self.send_with_metadata(cx, from, Message::VoteReply { term, granted, pre_vote: true });
    }

    pub(super) fn on_request_vote(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        slot: usize,
        request: RequestVote,
    ) {
        if self.recovering.is_some() {
            return; // It may have voted in that term already.
        }
        if self.has_left(slot) && !self.is_up_to_date(&request) {
            return; // It was never told, and would end a term that it could not win.
        }
        if request.term < self.current_term {
            let refusal = Message::VoteReply { term: self.current_term, granted: false, pre_vote: false };
            return self.send_with_metadata(cx, from, refusal);
        }
        if request.term > self.current_term {
            if self.options.check_quorum && self.hears_a_leader(cx.now()) && !request.transfer {
                return; // Neither the term nor the vote: a lease may rest on this silence (§4.2.3).
            }
            self.enter_term(cx, request.term);
        }
        let is_free = self.voted_for.is_none_or(|voted_for| voted_for == from);
        let granted = (is_free || self.has_bug(bugs::VOTE_TWICE)) && self.is_up_to_date(&request);
        if granted {
            if self.voted_for != Some(from) {
                self.voted_for = Some(from);
                self.metadata_changed();
            }
            if !self.is_leader() {
                self.arm_election(cx);
            }
        }
        let reply = Message::VoteReply { term: self.current_term, granted, pre_vote: false };
        self.send_with_metadata(cx, from, reply);
    }

    pub(super) fn on_vote_reply(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        term: Term,
        granted: bool,
        pre_vote: bool,
    ) {
        let asked = if pre_vote { self.current_term.next() } else { self.current_term };
        if granted && term == asked {
            let is_asking = match self.role {
                Role::PreCandidate { .. } => pre_vote,
                Role::Candidate { .. } => !pre_vote,
                Role::Follower | Role::Leader(_) => false,
            };
            if is_asking {
                self.count_vote(cx, slot);
            }
        } else if !granted && term > self.current_term {
            self.enter_term(cx, term);
        }
    }

    /// Adds a vote to the campaign and takes its next step if that makes a majority.
    fn count_vote(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let (Role::PreCandidate { votes } | Role::Candidate { votes }) = &mut self.role else {
            unreachable!("only a campaign counts votes");
        };
        votes.add(slot);
        let votes = *votes;
        if !self.configuration().is_quorum(votes) {
            return;
        }
        if matches!(self.role, Role::PreCandidate { .. }) {
            return self.campaign(cx, false);
        }
        cx.note(ConsensusNote::ElectedBy { term: self.current_term, by: votes });
        self.lead(cx);
    }

    /// Wins the election: appends a no-op, whose commit also commits what earlier terms left (§8), and tells
    /// everybody at once.
    fn lead(&mut self, cx: &mut impl Context<Self>) {
        let (last_index, now) = (self.log.last_index(), cx.now());
        let patience = self.draw_election_timeout(cx);
        let mut rounds = Rounds::default();
        rounds.begin(now);
        self.role = Role::Leader(Box::new(Leader {
            followers: self.roster.nodes().iter().map(|_| Progress::new(last_index, now)).collect(),
            members: self.peers(),
            departing: Slots::NONE,
            term_start: last_index.next(),
            patience,
            rounds,
            asks: Asks::default(),
            goal: None,
            catch_up: CatchUp::default(),
            transfer: None,
            transfer_failed: None,
            gave_up_lease: false,
        }));
        self.leader = Some(self.me);
        cx.note(ConsensusNote::BecameLeader { term: self.current_term, last_index });
        cx.disarm(Timer::Election);
        if self.options.check_quorum {
            cx.arm(Timer::CheckQuorum, patience);
        }
        if !self.has_bug(bugs::NO_NOOP) {
            self.append(cx, Entry { term: self.current_term, command: Command::Noop });
        }
        // The first messages carry the no-op, if it may leave, and are the first round and heartbeat too.
        cx.arm(Timer::Heartbeat, self.options.heartbeat_interval);
        self.replicate_to_all(cx);
        self.confirm_rounds(cx);
    }

    /// Whether a server has no vote, as is known to be committed, and does not come to have one.
    fn has_left(&self, slot: usize) -> bool {
        let committed = self.configurations.at(self.commit_index);
        !committed.is_voter(slot) && !self.configuration().is_voter(slot)
    }

    /// Whether the candidate's log is at least as up to date as this one's (§5.4.1): the later last term wins,
    /// then the longer log.
    fn is_up_to_date(&self, request: &RequestVote) -> bool {
        if self.has_bug(bugs::VOTE_BY_LENGTH) {
            return request.last_log_index >= self.log.last_index();
        }
        (request.last_log_term, request.last_log_index) >= (self.log.last_term(), self.log.last_index())
    }

    /// Whether a leader was heard within the least election timeout, or is this server. One that just booted
    /// cannot know, and so believes it (docs/divergences.md).
    fn hears_a_leader(&self, now: Time) -> bool {
        let heard = self.heard_at.is_some_and(|at| now.since(at) < self.options.election_timeout_min());
        heard || self.is_leader()
    }

    /// Steps down if no majority has answered for an election timeout; else looks again when one would be over.
    pub(super) fn on_check_quorum(&mut self, cx: &mut impl Context<Self>) {
        let now = cx.now();
        let Role::Leader(leader) = &self.role else { unreachable!("only a leader arms it") };
        let followers = &leader.followers;
        let heard_at = self
            .configuration()
            .reached(|slot| if slot == self.slot { now } else { followers[slot].heard_at });
        let silence = now.since(heard_at);
        if silence >= leader.patience {
            self.heard_at = None;
            self.step_down(cx);
        } else {
            cx.arm(Timer::CheckQuorum, leader.patience.saturating_sub(silence));
        }
    }

    /// Everybody else whose vote counts.
    fn other_voters(&self) -> Slots {
        self.configuration().voting().without(Slots::one(self.slot))
    }
}
