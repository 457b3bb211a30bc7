//! Phase 1, once for all slots from the first that is not known to be chosen ("Paxos made simple", §3): who gets promises
//! from a quorum learns all that can have been chosen there, and leads.
//!
//! It is bound to the configurations in force in those slots. When one is learned that decides later slots, the leader
//! asks its voters too, in the same ballot, and proposes nothing there before enough have promised: acceptors that were
//! asked before have told all that they accepted, and accept nothing of lower ballots since.

use crate::consensus::catch_up::CatchUp;
use crate::consensus::read_index::Asks;
use crate::kernel::{Context, Duration, NodeId};
use crate::model::log::{Command, Entry, LogIndex, Term};
use crate::model::membership::Slots;
use crate::model::note::ConsensusNote;

use super::bugs;
use super::message::{Message, Promise, Vote};
use super::progress::Progress;
use super::queue::Queue;
use super::roles::{Campaign, Leader, Role};
use super::{MultiPaxos, Timer};
use crate::consensus::rounds::Rounds;

impl MultiPaxos {
    /// A randomised election timeout. The only place that draws one.
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
        if !self.may_campaign() {
            return; // The timer begins anew when a leader is heard.
        }
        // Nobody tells one who does not vote that another leads: it disturbs no leader that others hear. Two of them would depose
        // each other for ever.
        if self.options.pre_vote || !self.is_voter() {
            self.ask_pre_votes(cx);
        } else {
            self.campaign(cx, false);
        }
    }

    /// The least ballot of this server above all that it has seen. A ballot's remainder by the size of the group tells whose
    /// it is.
    fn next_ballot(&self) -> Term {
        let (servers, own) = (self.roster.len() as u32, self.slot as u32 + 1);
        let round = (self.promised.0 + servers - own) / servers;
        Term(round * servers + own)
    }

    /// Asks whether a ballot would be promised, and spends none on the question.
    fn ask_pre_votes(&mut self, cx: &mut impl Context<Self>) {
        let votes = Slots::one(self.slot);
        self.role = Role::PreCandidate { votes };
        let ballot = self.next_ballot();
        cx.note(ConsensusNote::Campaigned { term: ballot, pre_vote: true });
        if self.is_phase_1_done(|_| votes) {
            return self.campaign(cx, false);
        }
        self.arm_election(cx);
        for slot in self.asked().iter() {
            cx.send(self.roster.node(slot), Message::PreVote { ballot });
        }
    }

    pub(super) fn on_pre_vote_reply(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        ballot: Term,
        granted: bool,
    ) {
        if !granted {
            if ballot > self.promised {
                self.adopt(cx, ballot);
            }
            return;
        }
        let is_asked = ballot == self.next_ballot();
        let Role::PreCandidate { votes } = &mut self.role else { return };
        if !is_asked {
            return;
        }
        votes.add(slot);
        let votes = *votes;
        if self.is_phase_1_done(|_| votes) {
            self.campaign(cx, false);
        }
    }

    /// Begins phase 1. The ballot must be durable before anyone is asked: a proposer that forgot it could use it twice, for
    /// two different values.
    ///
    /// With `transfer` the leader wants it.
    pub(super) fn campaign(&mut self, cx: &mut impl Context<Self>, transfer: bool) {
        self.promised = self.next_ballot();
        self.leader = None;
        if !self.has_bug(bugs::BALLOT_REUSE) {
            self.metadata_changed();
        }
        self.begin_vouching();
        self.forget_asking(cx);
        let first = self.commit_index.next();
        self.role = Role::Candidate(Box::new(Campaign {
            promised: Slots::NONE,
            since: vec![LogIndex(0); self.roster.len()],
            base: None,
            queue: Queue::starting(first),
        }));
        cx.note(ConsensusNote::Campaigned { term: self.promised, pre_vote: false });
        self.arm_election(cx);
        let prepare = Message::Prepare { ballot: self.promised, from: first, transfer };
        for slot in self.asked().iter() {
            self.send_with_metadata(cx, self.roster.node(slot), prepare.clone());
        }
        self.count_own_promise(cx);
    }

    /// Counts a candidate's own promise once it is durable.
    pub(super) fn count_own_promise(&mut self, cx: &mut impl Context<Self>) {
        let Role::Candidate(campaign) = &self.role else { return };
        if campaign.promised.has(self.slot) || !self.durability.metadata_is_durable() {
            return;
        }
        cx.note(ConsensusNote::Promised { term: self.promised, to: None });
        let accepted: Vec<Vote> = self.log.votes(self.commit_index.next()).collect();
        self.gather(self.slot, self.since, &accepted);
        self.go_on(cx);
    }

    pub(super) fn on_refused(&mut self, cx: &mut impl Context<Self>, promised: Term, refused: Term) {
        let is_mine = matches!(self.role, Role::Candidate(_) | Role::Leader(_));
        if refused == self.promised && is_mine && promised > self.promised {
            self.adopt(cx, promised);
        }
    }

    pub(super) fn on_promise(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        slot: usize,
        promise: &Promise,
    ) {
        if promise.ballot != self.promised {
            return;
        }
        let Some(campaign) = self.own_campaign() else { return };
        if campaign.promised.has(slot) {
            return;
        }
        if promise.base >= campaign.queue.first() && self.is_leader() {
            // Voters of a configuration that this leader did not know have decided slots that it has not come to, and only a
            // snapshot tells how. It campaigns again behind that.
            self.step_down(cx);
            return self.fetch_snapshot(cx, from);
        }
        let Some(campaign) = self.own_campaign() else { return };
        if campaign.base.is_none_or(|(base, _)| base < promise.base) {
            campaign.base = Some((promise.base, from));
        }
        self.gather(slot, promise.since, &promise.accepted);
        self.go_on(cx);
    }

    /// Takes in what an acceptor tells with its promise.
    fn gather(&mut self, slot: usize, since: LogIndex, accepted: &[Vote]) {
        let filler = Entry { term: self.promised, command: Command::Noop };
        let (promised, bugs) = (self.promised, self.options.bugs);
        let wins = |new: Term, held: Term| {
            if bugs.has(bugs::PICK_LOWEST_BALLOT) { new < held } else { new > held }
        };
        let campaign = self.own_campaign().expect("only a proposer gathers promises");
        campaign.promised.add(slot);
        campaign.since[slot] = since;
        for vote in accepted {
            // What it accepted in this very ballot the proposer knows best.
            if vote.ballot < promised && !bugs.has(bugs::PICK_OWN_VALUE) {
                campaign.queue.bind(vote, filler, wins);
            }
        }
    }

    /// Its phase 1, if it is in that or past it.
    fn own_campaign(&mut self) -> Option<&mut Campaign> {
        match &mut self.role {
            Role::Candidate(campaign) => Some(campaign),
            Role::Leader(leader) => Some(&mut leader.campaign),
            Role::Follower | Role::PreCandidate { .. } => None,
        }
    }

    /// Does what the promises until now allow.
    pub(super) fn go_on(&mut self, cx: &mut impl Context<Self>) {
        match &self.role {
            Role::Candidate(campaign) => {
                let is_done = self.is_phase_1_done(|first| campaign.counting(first));
                if !is_done {
                    return;
                }
                match campaign.base {
                    // What is chosen there is told by a snapshot alone: first things first.
                    Some((base, whose)) if base > self.commit_index => self.fetch_snapshot(cx, whose),
                    Some(_) | None => self.lead(cx),
                }
            }
            Role::Leader(_) => {
                self.clear();
                self.keep_own_noop();
                self.open_window(cx);
            }
            Role::Follower | Role::PreCandidate { .. } => {}
        }
    }

    /// A candidate has got a snapshot: fewer slots are in question.
    pub(super) fn campaign_behind_snapshot(&mut self, cx: &mut impl Context<Self>) {
        let first = self.commit_index.next();
        let asked = self.asked();
        let Role::Candidate(campaign) = &mut self.role else { return };
        campaign.queue.leap(first);
        let missing = asked.without(campaign.promised);
        self.arm_election(cx);
        let prepare = Message::Prepare { ballot: self.promised, from: first, transfer: false };
        for slot in missing.iter() {
            self.send_with_metadata(cx, self.roster.node(slot), prepare.clone());
        }
        self.go_on(cx);
    }

    /// Ends phase 1: what may have been chosen is proposed again, gaps are filled with no-ops, and one of its own goes behind
    /// all that, so that it knows when it has got to the end of what others had chosen.
    fn lead(&mut self, cx: &mut impl Context<Self>) {
        let Role::Candidate(campaign) = std::mem::replace(&mut self.role, Role::Follower) else {
            unreachable!("only a candidate ends phase 1")
        };
        let (now, first) = (cx.now(), campaign.queue.first());
        let patience = self.draw_election_timeout(cx);
        let last_index = campaign.queue.end().previous();
        cx.note(ConsensusNote::ElectedBy { term: self.promised, by: campaign.promised });
        self.log.forget_acceptors();
        self.role = Role::Leader(Box::new(Leader {
            campaign: *campaign,
            cleared: LogIndex(0),
            followers: self.roster.nodes().iter().map(|_| Progress::new(first, now)).collect(),
            members: self.peers(),
            departing: Slots::NONE,
            term_start: LogIndex(0),
            patience,
            rounds: Rounds::default(),
            asks: Asks::default(),
            goal: None,
            catch_up: CatchUp::default(),
            changed_at: LogIndex(0),
            // What its voters decided they decided knowing that they do.
            is_for_good: self.commit_index != self.settled_at.index,
            settled_round: 1,
            transfer: None,
            transfer_failed: None,
            gave_up_lease: false,
            outdone_since: None,
        }));
        self.leader = Some(self.me);
        cx.note(ConsensusNote::BecameLeader { term: self.promised, last_index });
        cx.disarm(Timer::Election);
        cx.arm(Timer::CheckQuorum, patience);
        cx.arm(Timer::Heartbeat, self.options.heartbeat_interval);
        self.clear();
        self.finish_changes();
        self.put_own_noop();
        self.open_window(cx);
        self.begin_round(cx);
    }

    /// A no-op of its own stands behind everything that promises told of.
    pub(super) fn put_own_noop(&mut self) {
        let noop = Entry { term: self.promised, command: Command::Noop };
        let Role::Leader(leader) = &mut self.role else { return };
        leader.term_start = leader.campaign.queue.end();
        leader.campaign.queue.push(noop);
    }

    /// Its no-op may have had to give way to what a promise told of that came later.
    fn keep_own_noop(&mut self) {
        let Role::Leader(leader) = &self.role else { return };
        let waiting = leader.campaign.queue.get(leader.term_start);
        if waiting.is_some_and(|entry| entry.term != self.promised) {
            self.put_own_noop();
        }
    }

    /// Steps down if no phase-2 quorum has answered for an election timeout, or it was outdone for so long; else looks again when
    /// one would be over.
    pub(super) fn on_check_quorum(&mut self, cx: &mut impl Context<Self>) {
        let (now, is_outdone) = (cx.now(), self.is_outdone());
        let Role::Leader(leader) = &mut self.role else { unreachable!("only a leader arms it") };
        leader.outdone_since = is_outdone.then(|| leader.outdone_since.unwrap_or(now));
        let gives_way = leader.outdone_since.is_some_and(|since| now.since(since) >= leader.patience);
        let heard_at = |slot: usize| if slot == self.slot { now } else { leader.followers[slot].heard_at };
        let silence = match self.options.check_quorum {
            true => now.since(self.reign.in_force.reached(heard_at)),
            false => Duration::ZERO,
        };
        if gives_way || silence >= leader.patience {
            self.heard_at = None;
            self.step_down(cx);
        } else {
            cx.arm(Timer::CheckQuorum, leader.patience.saturating_sub(silence));
        }
    }

    /// Whether others know what was chosen where this leader can propose nothing, and it cannot find that out: too few of those
    /// who decided there remember what they promised (not in the papers, which assume that disks stay). Who knows it
    /// needs no promises there.
    fn is_outdone(&self) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        let next = leader.campaign.queue.first();
        leader.cleared < next && leader.members.iter().any(|slot| leader.followers[slot].through >= next)
    }
}

impl Campaign {
    /// Whose promises count in slots from `first` on.
    pub fn counting(&self, first: LogIndex) -> Slots {
        self.promised.filter(|slot| self.since[slot] <= first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_counts_from_where_the_acceptor_remembers() {
        let campaign = Campaign {
            promised: Slots::first(2),
            since: vec![LogIndex(0), LogIndex(9), LogIndex(0)],
            base: None,
            queue: Queue::starting(LogIndex(1)),
        };
        assert_eq!(campaign.counting(LogIndex(8)), Slots::one(0));
        assert_eq!(campaign.counting(LogIndex(9)), Slots::first(2));
    }
}
