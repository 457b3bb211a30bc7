//! The proposer: numbers a ballot, prepares it, proposes a value, gives up, tries again ("Paxos Made Simple", §2.2, phases 1a
//! and 2a, and §2.4).
//!
//! A proposer that has heard of a higher ballot gives its own up at once, be it by a refusal or because its own acceptor
//! promised (§2.2, an optimisation there). Two that do so without waiting can keep each other from ever getting anything
//! accepted; each therefore waits for a time of its own first. §2.4 has one distinguished proposer instead: here that is for
//! clients to bring about, who all ask one node while it answers.

use crate::kernel::{Context, Duration};
use crate::model::membership::Slots;
use crate::model::note::ConsensusNote;
use crate::model::synod::{Ballot, SynodNote, Vote};

use super::acceptor::noted;
use super::message::Message;
use super::{Synod, Timer, bugs};

/// A proposer.
#[derive(Clone, Debug)]
pub(super) struct Proposer {
    pub phase: Phase,
    /// The highest ballot that it heard of.
    heard: Ballot,
    /// Ballots given up since it last had nothing to do.
    given_up: u32,
}

/// What a proposer is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// Nothing.
    Idle,
    /// Its ballot is not durable yet: nobody knows of it.
    Numbering {
        ballot: Ballot,
        /// The sync that makes it durable.
        sync: u64,
    },
    /// Phase 1.
    Preparing {
        ballot: Ballot,
        promised_by: Slots,
        /// Of what the promises told, that of the highest ballot.
        told: Option<Vote>,
    },
    /// Phase 2. Its learner counts.
    Proposing { vote: Vote },
    /// It gave a ballot up, and waits before it tries another.
    BackingOff,
}

impl Phase {
    /// The ballot that it works on.
    pub fn ballot(self) -> Option<Ballot> {
        match self {
            Phase::Numbering { ballot, .. } | Phase::Preparing { ballot, .. } => Some(ballot),
            Phase::Proposing { vote } => Some(vote.ballot),
            Phase::Idle | Phase::BackingOff => None,
        }
    }

    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Idle => "idle",
            Phase::Numbering { .. } => "numbering",
            Phase::Preparing { .. } => "preparing",
            Phase::Proposing { .. } => "proposing",
            Phase::BackingOff => "backing off",
        }
    }
}

impl Proposer {
    pub fn new() -> Proposer {
        Proposer { phase: Phase::Idle, heard: Ballot::NONE, given_up: 0 }
    }
}

impl Synod {
    /// Begins a ballot if clients wait and none is under way.
    pub(super) fn propose_if_idle(&mut self, cx: &mut impl Context<Self>) {
        if self.proposer.phase == Phase::Idle
            && self.may_vote()
            && self.learner.learned.is_none()
            && !self.waiting.is_empty()
        {
            self.number_ballot(cx);
        }
    }

    /// Takes a higher ballot than any that it tried, promised or heard of. Nobody is asked before that is durable: a proposer
    /// that forgot its ballot could use it twice, for two values (§2.5). Its own acceptor promises with the same write.
    fn number_ballot(&mut self, cx: &mut impl Context<Self>) {
        let remembered = match self.bugs().has(bugs::BALLOT_REUSE) {
            true => Ballot::NONE,
            false => self.memory.tried.max(self.memory.promised),
        };
        let ballot = Ballot::new(self.proposer.heard.max(remembered).round() + 1, self.slot);
        self.proposer.heard = ballot;
        self.waiting.begin_ballot();
        if self.bugs().has(bugs::BALLOT_REUSE) {
            return self.prepare(cx, ballot);
        }
        self.memory.tried = ballot;
        self.promise(ballot);
        self.proposer.phase = Phase::Numbering { ballot, sync: self.memory_sync };
    }

    /// A sync is done: if the ballot is durable now, phase 1 begins.
    pub(super) fn prepare_if_durable(&mut self, cx: &mut impl Context<Self>) {
        if let Phase::Numbering { ballot, sync } = self.proposer.phase
            && self.commits.is_done(sync)
        {
            self.prepare(cx, ballot);
        }
    }

    /// Phase 1a. The promise of its own acceptor is the first.
    fn prepare(&mut self, cx: &mut impl Context<Self>, ballot: Ballot) {
        cx.note(ConsensusNote::Synod(SynodNote::Prepared { ballot }));
        self.proposer.phase = Phase::Preparing { ballot, promised_by: Slots::NONE, told: None };
        self.send_to_others(cx, Message::Prepare { ballot });
        cx.arm(Timer::Phase, self.options.phase_timeout);
        if self.memory.promised == ballot {
            let accepted = self.memory.accepted;
            cx.note(ConsensusNote::Synod(SynodNote::Promised { ballot, accepted: noted(accepted) }));
            self.on_promise(cx, self.slot, ballot, accepted);
        } else if self.memory.promised < ballot {
            // By a bug the ballot is not durable; its own promise has to be.
            self.on_prepare(cx, cx.me(), ballot);
        }
    }

    /// The acceptor in `slot` promised.
    pub(super) fn on_promise(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        ballot: Ballot,
        accepted: Option<Vote>,
    ) {
        let lowest = self.bugs().has(bugs::PICK_LOWEST_BALLOT);
        let Phase::Preparing { ballot: current, promised_by, told } = &mut self.proposer.phase else {
            return;
        };
        if ballot != *current {
            return;
        }
        promised_by.add(slot);
        let is_better = |vote: &Vote| match told {
            Some(told) if lowest => vote.ballot < told.ballot,
            Some(told) => vote.ballot > told.ballot,
            None => true,
        };
        if let Some(vote) = accepted.filter(is_better) {
            *told = Some(vote);
        }
        let (promised_by, told) = (*promised_by, *told);
        if promised_by.len() >= self.options.quorums.q1(self.roster.len()) {
            self.propose(cx, ballot, promised_by, told);
        }
    }

    /// Phase 2a: proposes the value of the highest ballot that promises told of (P2c), or else one that a client asked for.
    fn propose(
        &mut self,
        cx: &mut impl Context<Self>,
        ballot: Ballot,
        promised_by: Slots,
        told: Option<Vote>,
    ) {
        let own = self.waiting.first_proposal();
        let told = told.filter(|_| !(self.bugs().has(bugs::PICK_OWN_VALUE) && own.is_some()));
        let Some((value, size)) = told.map(|vote| (vote.value, vote.size)).or(own) else {
            return self.find_nothing(cx, ballot, promised_by);
        };
        let adopted = told.map_or(Ballot::NONE, |vote| vote.ballot);
        cx.note(ConsensusNote::Synod(SynodNote::Proposed { ballot, value, adopted, promised_by }));
        let vote = Vote { ballot, value, size };
        self.proposer.phase = Phase::Proposing { vote };
        self.send_to_others(cx, Message::Accept(vote));
        cx.arm(Timer::Phase, self.options.phase_timeout);
        if self.memory.promised <= ballot {
            self.accept(cx, vote);
        }
    }

    /// No acceptor of a phase-1 quorum had accepted anything, nor will it in a lower ballot: nothing was chosen when this
    /// ballot began. Reads that waited by then are told so.
    fn find_nothing(&mut self, cx: &mut impl Context<Self>, ballot: Ballot, promised_by: Slots) {
        cx.note(ConsensusNote::Synod(SynodNote::FoundNothing { ballot, promised_by }));
        self.rest(cx);
        self.answer_absent(cx);
        self.propose_if_idle(cx);
    }

    /// It hears that a ballot of somebody is under way.
    pub(super) fn hear_of(&mut self, cx: &mut impl Context<Self>, ballot: Ballot) {
        self.proposer.heard = self.proposer.heard.max(ballot);
        if self.proposer.phase.ballot().is_some_and(|own| own < ballot) {
            self.give_up(cx, ballot);
        }
    }

    /// An acceptor refused its ballot.
    pub(super) fn on_refused(&mut self, cx: &mut impl Context<Self>, ballot: Ballot, promised: Ballot) {
        self.proposer.heard = self.proposer.heard.max(promised);
        if self.proposer.phase.ballot() == Some(ballot) {
            self.give_up(cx, promised);
        }
    }

    /// Too few acceptors answered in time.
    pub(super) fn on_phase_timeout(&mut self, cx: &mut impl Context<Self>) {
        self.give_up(cx, Ballot::NONE);
    }

    /// Gives its ballot up for `higher`, or because it comes to nothing, and waits.
    fn give_up(&mut self, cx: &mut impl Context<Self>, higher: Ballot) {
        let Some(ballot) = self.proposer.phase.ballot() else { return };
        let wait = self.draw_backoff(cx);
        cx.note(ConsensusNote::Synod(SynodNote::GaveUp { ballot, higher, wait }));
        self.proposer.given_up += 1;
        self.proposer.phase = Phase::BackingOff;
        cx.disarm(Timer::Phase);
        cx.arm(Timer::Backoff, wait);
    }

    fn draw_backoff(&self, cx: &mut impl Context<Self>) -> Duration {
        let drawn = self.options.backoff.duration(cx.rng().next_u64());
        let doublings = self.proposer.given_up.min(self.options.backoff_doublings);
        Duration(drawn.0.saturating_mul(1 << doublings))
    }

    /// It has waited.
    pub(super) fn on_backoff_over(&mut self, cx: &mut impl Context<Self>) {
        if self.proposer.phase == Phase::BackingOff {
            self.proposer.phase = Phase::Idle;
            self.propose_if_idle(cx);
        }
    }

    /// Has nothing to do any more.
    pub(super) fn rest(&mut self, cx: &mut impl Context<Self>) {
        self.proposer.phase = Phase::Idle;
        self.proposer.given_up = 0;
        cx.disarm(Timer::Phase);
        cx.disarm(Timer::Backoff);
    }
}
