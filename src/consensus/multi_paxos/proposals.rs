//! Phase 2 as the leader does it ("Paxos made simple", §3): each command gets the next slot, and is proposed there once the
//! window of `alpha` undecided slots reaches it. Values travel in batches, sent ahead without waiting; the network may lose,
//! repeat and reorder them. What an acceptor does not answer is sent again by a timer of its own.
//!
//! What is known to be chosen is proposed again, in the ballot at hand, to acceptors that may not have it: no other value can
//! be proposed there (P2b), so that catching up needs no messages of its own.

use std::rc::Rc;

use crate::kernel::Context;
use crate::model::log::{Command, Entry, LogIndex, Term};

use super::bugs;
use super::message::{Accept, Message};
use super::roles::Role;
use super::{MultiPaxos, Timer};

impl MultiPaxos {
    /// Gives a command of this leader's own the next slot.
    pub(super) fn give_a_slot(&mut self, command: Command) {
        let term = self.promised;
        let Role::Leader(leader) = &mut self.role else { unreachable!("only a leader gives slots") };
        if matches!(command, Command::Reconfigure(_)) {
            leader.changed_at = leader.campaign.queue.end();
        }
        leader.campaign.queue.push(Entry { term, command });
    }

    /// Proposes what waits, as far as the window and phase 1 allow.
    pub(super) fn open_window(&mut self, cx: &mut impl Context<Self>) {
        if !self.knows_a_quorum_knows() {
            return;
        }
        // Only here: whoever else asks opens no window, and nothing else might for as long as the queue is full.
        if let Role::Leader(leader) = &mut self.role {
            leader.is_for_good = true;
        }
        let (ballot, mut has_proposed) = (self.promised, false);
        let last = LogIndex(self.commit_index.0 + self.options.alpha);
        let leaves_gaps = self.has_bug(bugs::NO_GAP_FILL);
        while let Role::Leader(leader) = &mut self.role {
            let (index, campaign) = (leader.campaign.queue.first(), &mut leader.campaign);
            if index > last.min(leader.cleared) {
                break;
            }
            let Some(bound) = campaign.queue.pop() else { break };
            let is_filler = index < leader.term_start && bound.ballot == Term(0);
            // Some may have told already that they know what is chosen here.
            let knowing = leader.members.filter(|slot| leader.followers[slot].through >= index);
            let entry = self.reconsider_change(cx.now(), bound);
            if !(leaves_gaps && is_filler) {
                self.accept_value(cx, index, ballot, entry);
                self.log.cell_mut(index).expect("it was accepted just now").acceptors = knowing;
            }
            has_proposed = true;
        }
        if has_proposed {
            self.vouch();
            self.replicate_to_all(cx);
        }
    }

    /// Somebody knows now who decides: that may be what the window waits for.
    pub(super) fn reconsider_window(&mut self, cx: &mut impl Context<Self>) {
        if let Role::Leader(leader) = &self.role
            && !leader.is_for_good
        {
            self.open_window(cx);
        }
    }

    /// Sends everybody what they lack. Those who lack the same share it.
    pub(super) fn replicate_to_all(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        let mut shared = None;
        for slot in leader.members.iter() {
            self.replicate(cx, slot, &mut shared);
        }
    }

    /// Sends an acceptor what it lacks, as far as the limits allow.
    pub(super) fn replicate_to(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        self.replicate(cx, slot, &mut None);
    }

    fn replicate(&mut self, cx: &mut impl Context<Self>, slot: usize, shared: &mut Option<Rc<Accept>>) {
        // Without the parallel write nothing leaves before it is durable here (as Raft: Ongaro 2014, §10.2.1).
        let through = if self.options.parallel_leader_write { self.vouched } else { self.vouched_durable };
        let last = match &self.role {
            // What is proposed does not end where the first gap is.
            Role::Leader(leader) if self.has_bug(bugs::NO_GAP_FILL) => {
                leader.campaign.queue.first().previous()
            }
            Role::Leader(_) | Role::Follower | Role::PreCandidate { .. } | Role::Candidate(_) => through,
        };
        let mut was_waiting = true;
        while let Some(next) = self.next_to_send(slot, last) {
            let accept = match shared {
                Some(accept) if accept.first == next => Rc::clone(accept),
                Some(_) | None => {
                    let accept = Rc::new(self.accept_from(next, last, slot));
                    *shared = Some(Rc::clone(&accept));
                    accept
                }
            };
            let sent = LogIndex(next.0 + accept.entries.len() as u64 - 1);
            let Role::Leader(leader) = &mut self.role else { unreachable!("only a leader proposes") };
            let progress = &mut leader.followers[slot];
            was_waiting &= !progress.in_flight.is_empty();
            progress.next_index = sent.next();
            progress.in_flight.push_back((next, sent));
            cx.send(self.roster.node(slot), Message::Accept(accept));
        }
        if !was_waiting {
            cx.arm(Timer::Retransmit(slot as u32), self.options.retransmit_timeout());
        }
    }

    /// The next slot up to `last` that an acceptor lacks, if another Accept may be under way to it.
    #[inline]
    fn next_to_send(&mut self, slot: usize, last: LogIndex) -> Option<LogIndex> {
        let Role::Leader(leader) = &mut self.role else { return None };
        let progress = &mut leader.followers[slot];
        let in_flight_max = if progress.is_silent { 1 } else { self.options.in_flight_max as usize };
        if progress.in_flight.len() >= in_flight_max {
            return None;
        }
        // What only a snapshot has is not sent: it hears so in every message, and fetches that.
        progress.next_index = progress.next_index.max(self.log.base().index.next());
        while progress.next_index <= last {
            let next = progress.next_index;
            if self.log.cell(next).is_some_and(|cell| !cell.acceptors.has(slot)) {
                return Some(next);
            }
            progress.next_index = next.next();
        }
        None
    }

    /// An Accept of the values from `from` on that an acceptor lacks, up to `through` or less.
    pub(super) fn accept_from(&self, from: LogIndex, through: LogIndex, slot: usize) -> Accept {
        let Role::Leader(leader) = &self.role else { unreachable!("only a leader proposes") };
        let (entries_max, bytes_max) = (self.options.accept_entries_max, self.options.accept_bytes_max);
        Accept {
            ballot: self.promised,
            round: leader.rounds.newest,
            first: from,
            entries: self.log.batch(from, through, slot, entries_max, bytes_max),
            commit: self.commit_index,
            base: self.log.base().index,
        }
    }

    pub(super) fn on_heartbeat_due(&mut self, cx: &mut impl Context<Self>) {
        cx.arm(Timer::Heartbeat, self.options.heartbeat_interval);
        self.begin_round(cx);
        self.ask_for_promises(cx);
    }

    /// Begins a round of confirmation: an Accept without values to everybody.
    pub(super) fn begin_round(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &mut self.role else { unreachable!("only a leader begins rounds") };
        leader.rounds.begin(cx.now());
        self.send_heartbeats(cx);
        self.confirm_rounds(cx);
    }

    pub(super) fn send_heartbeats(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        let heartbeat = Rc::new(Accept {
            ballot: self.promised,
            round: leader.rounds.newest,
            first: self.commit_index.next(),
            entries: Vec::new(),
            commit: self.commit_index,
            base: self.log.base().index,
        });
        for slot in leader.members.iter() {
            cx.send(self.roster.node(slot), Message::Accept(Rc::clone(&heartbeat)));
        }
    }
}
