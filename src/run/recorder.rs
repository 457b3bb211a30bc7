//! The recorder: listens to a run and keeps what metrics, files and charts are made from.
//!
//! It is told of notes, not of events, and allocates nothing per note once its vectors have grown. Operations are kept
//! whole up to a named cap; beyond it they are sampled (by a hash of their number, so that no period of the
//! workload can hide) while counts and histograms stay exact.

use crate::checks::queueing::ServerAccount;
use crate::kernel::{Duration, NodeId, SystemId, Time, load};
use crate::model::history::{Outcome, SessionId};
use crate::model::log::Term;
use crate::model::note::{Asked, ClientNote, ConsensusNote, OperatorNote, ServiceNote};
use crate::model::synod::SynodNote;
use crate::sim::{FaultRecord, Lifecycle, NodeCounters};

use super::availability::Availability;
use super::breakdown::{Answered, BREAKDOWNS_MAX, Breakdowns};
use super::cast::{Cast, CastNode, class_of};
use super::decree::DecreeSteps;
use super::leadership::Leadership;
use super::load::{Instance, NodeSample, Sample, Visit, Visits};
use super::operation::{Ending, Packed, Recorded, sort_by_number};
use super::phase::Timeline;
use super::recording::{FaultWindow, OrderRecord, Recording, RoleChange, RoleEvent, Sampling};
use super::spans::{Served, Spans};
use super::tally::{Intervals, Tallies};
use super::traffic::Listener;

/// The usual cap on operations kept whole, and on visits to services: 64 and 32 bytes each.
pub const OPERATIONS_MAX: usize = 5_000_000;

/// What a recorder is told before the run.
#[derive(Clone, Debug)]
pub struct RecorderSetup {
    /// Who takes part.
    pub cast: Cast,
    /// The end of the warm-up; 0 if it is to be found after the run ([`Recording::set_warmup`]).
    pub warmup: Time,
    /// How long after the last heal operations count as `recovery`.
    pub recovery: Duration,
    /// The intervals of time series.
    pub intervals: Intervals,
    /// Most operations kept whole (`max-operations`), at least 1: [`OPERATIONS_MAX`] unless told otherwise.
    pub operations_max: usize,
}

/// Listens to a run.
#[derive(Clone, Debug)]
pub struct Recorder {
    pub(super) setup: RecorderSetup,
    pub(super) timeline: Timeline,
    /// By node, then by client within its boot; what is not under way is a leftover.
    open: Vec<Vec<Open>>,
    /// By node: the systems that it asks, and the tracks of what it asks them.
    track_of: Vec<Vec<(SystemId, u32)>>,
    /// By node: its workload.
    workload_of: Vec<Option<usize>>,
    pub(super) tracks: Vec<Track>,
    /// Operations invoked.
    total: u64,
    /// By workload.
    pub(super) availability: Vec<Availability>,
    kept: usize,
    /// By workload: operations that found no client free, and were never sent.
    pub(super) turned_away: Vec<u64>,
    /// Once the cap was reached.
    sampled: Option<Sampled>,
    pub(super) instances: Vec<Instance>,
    pub(super) visits: Visits,
    spans: Spans,
    pub(super) breakdowns: Breakdowns,
    pub(super) leadership: Leadership,
    traffic: Listener,
    pub(super) roles: Vec<RoleChange>,
    pub(super) orders: Vec<OrderRecord>,
    pub(super) decree: DecreeSteps,
    /// By node: who votes as it knows, since its last boot.
    configured: Vec<Option<RoleEvent>>,
    pub(super) faults: Vec<FaultWindow>,
    /// By node: how often it booted.
    boots: Vec<u32>,
    /// The planned fault that struck, went on or ended last: no node's life changes but by one.
    acting: Option<usize>,
    pub(super) samples: Vec<Sample>,
}

/// The operations that clients on one node asked one system.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) node: NodeId,
    /// `None` for a service's instance: what it asks is part of a store's history and of no workload.
    pub(super) workload: Option<usize>,
    pub(super) target: SystemId,
    /// In the order of their returns.
    pub(super) kept: Vec<Packed>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    operation: Packed,
    track: u32,
}

#[derive(Clone, Debug)]
struct Sampled {
    tallies: Tallies,
    /// One in 2^`bits` is kept.
    bits: u32,
}

impl Sampled {
    /// Whether the operation of that number is kept.
    #[inline]
    fn keeps(&self, number: u32) -> bool {
        number.wrapping_mul(0x9E37_79B9).checked_shr(32 - self.bits).unwrap_or(0) == 0
    }
}

impl Recorder {
    /// A recorder that has heard nothing.
    pub fn new(setup: RecorderSetup) -> Self {
        let cast = &setup.cast;
        let workload_of =
            |node: &CastNode| cast.workloads.iter().position(|workload| workload.system == node.system);
        let availability = Availability::new(setup.warmup, setup.intervals.length);
        Recorder {
            timeline: Timeline::new(setup.warmup, setup.recovery),
            open: vec![Vec::new(); cast.nodes.len()],
            track_of: vec![Vec::new(); cast.nodes.len()],
            workload_of: cast.nodes.iter().map(workload_of).collect(),
            tracks: Vec::new(),
            total: 0,
            availability: vec![availability; cast.workloads.len()],
            kept: 0,
            turned_away: vec![0; cast.workloads.len()],
            sampled: None,
            instances: cast.nodes.iter().map(|node| Instance::new(node.cores)).collect(),
            visits: Visits::new(setup.operations_max),
            spans: Spans::new(cast.nodes.len()),
            breakdowns: Breakdowns::new(BREAKDOWNS_MAX),
            leadership: Leadership::new(cast.systems.len(), cast.nodes.iter().map(|node| node.system)),
            traffic: Listener::new(logs(cast)),
            roles: Vec::new(),
            orders: Vec::new(),
            decree: DecreeSteps::default(),
            configured: vec![None; cast.nodes.len()],
            faults: Vec::new(),
            boots: vec![0; cast.nodes.len()],
            acting: None,
            samples: Vec::new(),
            setup,
        }
    }

    /// A client noted something.
    ///
    /// # Panics
    /// If it invoked what it had open, or returned what it had not.
    #[inline]
    pub fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) {
        match *note {
            ClientNote::Invoked { slot, sequence, number, server, intended, asked } => {
                // A clock that runs fast may put the arrival a little after now.
                let intended = intended.min(at);
                self.total += 1;
                let track = self.track(node, server);
                if let Some(workload) = self.workload_of[node.index()] {
                    self.availability[workload].invoked(intended);
                }
                if let Asked::Call { .. } = asked {
                    self.spans.invoked(at, node, (slot, sequence), server);
                }
                let operation = Packed::open(slot, number, intended, at, asked);
                let (open, client) = (&mut self.open[node.index()], SessionId::client(slot) as usize);
                if client >= open.len() {
                    let never = Open { operation: operation.forgotten(at), track };
                    open.resize(client + 1, never);
                }
                assert!(!open[client].operation.is_open(), "a client has at most one operation open");
                open[client] = Open { operation, track };
            }
            ClientNote::Returned { slot, outcome, attempts } => {
                let open = &mut self.open[node.index()][SessionId::client(slot) as usize];
                let is_its_own = open.operation.is_open() && open.operation.slot == slot;
                assert!(is_its_own, "a client returned what it had not invoked");
                open.operation.close(at, outcome, attempts);
                let closed = *open;
                if let Some(workload) = self.workload_of[node.index()] {
                    self.break_down(workload, node, &closed.operation);
                    self.availability[workload].returned(at, Ending::of(outcome).0 == Ending::Ok);
                    self.turned_away[workload] += u64::from(attempts == 0);
                }
                self.keep(closed);
            }
        }
    }

    /// A request of a service has ended: if it was answered, what its time was spent on is kept.
    #[inline]
    fn break_down(&mut self, workload: usize, node: NodeId, operation: &Packed) {
        if !self.breakdowns.keeps(operation.number) {
            return;
        }
        let operation = operation.unpack(node);
        let Recorded { asked: asked @ Asked::Call { .. }, outcome: Outcome::Ok(_), number, .. } = operation
        else {
            return;
        };
        let (arrived, latency) = (operation.intended, operation.latency());
        let answered = Answered { workload, class: class_of(asked), number, arrived, latency };
        let shares = self.spans.returned(node, operation.session.slot, latency, operation.attempts);
        self.breakdowns.add(answered, shares);
    }

    /// The track of what `node` asks the system of `server`.
    #[inline]
    fn track(&mut self, node: NodeId, server: NodeId) -> u32 {
        let target = self.setup.cast.nodes[server.index()].system;
        let tracks = &mut self.track_of[node.index()];
        if let Some(&(_, track)) = tracks.iter().find(|&&(system, _)| system == target) {
            return track;
        }
        let track = self.tracks.len() as u32;
        tracks.push((target, track));
        let workload = self.workload_of[node.index()];
        self.tracks.push(Track { node, workload, target, kept: Vec::new() });
        track
    }

    /// Nobody will ever learn how what was under way on `node` ended.
    fn forget(&mut self, at: Time, node: NodeId) {
        for client in 0..self.open[node.index()].len() {
            let open = &mut self.open[node.index()][client];
            if open.operation.is_open() {
                open.operation = open.operation.forgotten(at);
                let closed = *open;
                if let Some(workload) = self.workload_of[node.index()] {
                    self.availability[workload].returned(at, false);
                }
                self.keep(closed);
            }
        }
    }

    #[inline]
    fn keep(&mut self, Open { operation, track }: Open) {
        let track = &mut self.tracks[track as usize];
        if let Some(sampled) = &mut self.sampled {
            if let Some(workload) = track.workload {
                sampled.tallies.add(workload, &self.timeline, &operation.unpack(track.node));
            }
            if !sampled.keeps(operation.number) {
                return;
            }
        }
        track.kept.push(operation);
        self.kept += 1;
        if self.kept >= self.setup.operations_max {
            self.thin();
        }
    }

    /// The cap is reached: counts what is kept if that was not begun, and keeps about half of it.
    #[cold]
    fn thin(&mut self) {
        let mut sampled = self.sampled.take().unwrap_or_else(|| {
            let RecorderSetup { cast, intervals, .. } = &self.setup;
            let tallies = Tallies::of(cast, *intervals, &self.timeline, &self.tracks, None);
            Sampled { tallies, bits: 0 }
        });
        // Numbers are u32: after 32 halvings nothing but number 0 could be left.
        while self.kept >= self.setup.operations_max && sampled.bits < 31 {
            sampled.bits += 1;
            for track in &mut self.tracks {
                track.kept.retain(|operation| sampled.keeps(operation.number));
            }
            self.kept = self.tracks.iter().map(|track| track.kept.len()).sum();
        }
        self.sampled = Some(sampled);
    }

    /// A replica noted something.
    #[inline]
    pub fn consensus(&mut self, at: Time, node: NodeId, note: &ConsensusNote) {
        match *note {
            ConsensusNote::Campaigned { term, pre_vote } => {
                self.leadership.campaigned(at, node, term);
                let event = if pre_vote { RoleEvent::AskedPreVote } else { RoleEvent::Campaigned };
                self.role(at, node, event, Some(term));
            }
            ConsensusNote::BecameLeader { term, .. } => {
                self.leadership.became_leader(at, node, term);
                self.traffic.leads(node, true);
                self.role(at, node, RoleEvent::BecameLeader, Some(term));
            }
            ConsensusNote::SteppedDown { term } => {
                self.resign(at, node);
                self.role(at, node, RoleEvent::SteppedDown, Some(term));
            }
            ConsensusNote::Halted { why } => {
                self.resign(at, node);
                self.role(at, node, RoleEvent::Halted(why), None);
            }
            ConsensusNote::Applied { index, .. } => self.traffic.applied(node, index),
            ConsensusNote::Appended { .. }
            | ConsensusNote::Truncated { .. }
            | ConsensusNote::Synced { .. }
            | ConsensusNote::Committed { .. }
            | ConsensusNote::Served { .. }
            | ConsensusNote::Installed { .. }
            | ConsensusNote::Compacted { .. }
            | ConsensusNote::Foreseen { .. }
            | ConsensusNote::Promised { .. }
            | ConsensusNote::ElectedBy { .. }
            | ConsensusNote::Accepted { .. } => {}
            ConsensusNote::Configured { voters, outgoing, .. } => {
                let event = RoleEvent::Configured { voters, outgoing };
                // Told again where only learners came or went.
                if self.configured[node.index()].replace(event) != Some(event) {
                    self.role(at, node, event, None);
                }
            }
            ConsensusNote::Synod(note) => {
                if matches!(note, SynodNote::Learned { .. }) {
                    self.traffic.learned(node);
                }
                self.decree.hear(at, node, note);
            }
            ConsensusNote::Recovering => self.role(at, node, RoleEvent::Recovering, None),
            ConsensusNote::Rejoined => self.role(at, node, RoleEvent::Rejoined, None),
        }
    }

    /// An operator noted something.
    ///
    /// # Panics
    /// If it ends an order that it never gave.
    pub fn operator(&mut self, at: Time, node: NodeId, note: &OperatorNote) {
        let operators = &self.setup.cast.operators;
        let operator = operators.iter().position(|operator| operator.node == node);
        let operator = operator.expect("only operators give orders");
        match *note {
            OperatorNote::Ordered { number } => {
                self.orders.push(OrderRecord { operator, number, began: at, ended: None });
            }
            OperatorNote::Ended { number, ended, attempts } => {
                let is_it = |order: &&mut OrderRecord| (order.operator, order.number) == (operator, number);
                let order = self.orders.iter_mut().rev().find(is_it);
                order.expect("an order that ends was given").ended = Some((at, ended, attempts));
            }
        }
    }

    /// A message goes to the network.
    #[inline]
    pub fn sent(&mut self, from: NodeId, to: NodeId, bytes: impl FnOnce() -> u32) {
        self.traffic.sent(from, to, bytes);
    }

    fn resign(&mut self, at: Time, node: NodeId) {
        self.leadership.stepped_down(at, node);
        self.traffic.leads(node, false);
    }

    fn role(&mut self, at: Time, node: NodeId, event: RoleEvent, term: Option<Term>) {
        self.roles.push(RoleChange { at, node, event, term, incarnation: None, fault: None });
    }

    /// Something is about to happen on a node: what is kept of it is loaded ([`load`]).
    #[inline]
    pub(super) fn foresee_node(&self, node: NodeId) {
        load(&self.instances[node.index()]);
        self.spans.foresee_node(node);
    }

    /// A call is about to come.
    #[inline]
    pub(super) fn foresee_call(&self, round: u32, node: NodeId) {
        if round == 1 {
            self.spans.foresee_begin(node);
        }
    }

    /// Work is about to be done for this frame of a server.
    #[inline]
    pub(super) fn foresee_work(&self, round: u32, node: NodeId, frame: u32) {
        match round {
            2 => self.spans.foresee_frame(node, frame),
            _ => self.spans.foresee_end(node, frame),
        }
    }

    /// The call of this slot is about to be answered.
    #[inline]
    pub(super) fn foresee_answer(&self, round: u32, node: NodeId, slot: u32) {
        let slot = SessionId::client(slot);
        match round {
            1 => {
                self.spans.foresee_call(node, slot);
                if let Some(open) = self.open[node.index()].get(slot as usize) {
                    load(open);
                }
            }
            2 => self.spans.foresee_heard(node, slot),
            _ => self.spans.foresee_end_of(node, slot),
        }
    }

    /// A service's instance noted something.
    #[inline]
    pub fn service(&mut self, at: Time, node: NodeId, note: &ServiceNote) {
        let instance = &mut self.instances[node.index()];
        match *note {
            ServiceNote::Taken { frame, caller, call, sequence, in_system } => {
                instance.took(at, in_system);
                self.spans.taken(at, node, frame, (caller, (call, sequence)));
            }
            ServiceNote::Refused { .. } => instance.refused(),
            ServiceNote::Called { call, sequence, frame, attempt, to } => {
                self.spans.called(at, node, (frame, (call, sequence)), to, attempt == 1);
            }
            ServiceNote::Heard { call, frame, status } => self.spans.heard(at, node, (frame, call), status),
            ServiceNote::Forked { frame, .. } => self.spans.forked(at, node, frame),
            ServiceNote::Joined { frame, parent, decides, service } => {
                self.spans.joined(at, node, frame, service, decides.then_some(parent));
            }
            ServiceNote::Finished { frame, is_answer, service, .. } => {
                instance.finished(at);
                let Served { arrived, sojourn, waiting } =
                    self.spans.finished(at, node, frame, service, is_answer);
                let visit = Visit { arrived, sojourn, waiting, node };
                self.visits.add(visit, self.instances.len(), &self.timeline);
            }
            ServiceNote::Store(note) => {
                self.spans.store(at, node, &note);
                self.client(at, node, &note);
            }
        }
    }

    /// A node's life changed.
    pub fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        if change == Lifecycle::Booted {
            self.spans.booted(node);
        }
        if change == Lifecycle::Crashed {
            let lost = self.spans.crashed(at, node);
            self.instances[node.index()].crashed(at, lost);
            self.traffic.leads(node, false);
            self.forget(at, node);
        }
        self.leadership.changed(at, node, change);
        let boots = &mut self.boots[node.index()];
        *boots += u32::from(change == Lifecycle::Booted);
        self.configured[node.index()] = None;
        let (incarnation, event) = (Some(*boots), RoleEvent::Life(change));
        self.roles.push(RoleChange { at, node, event, term: None, incarnation, fault: self.acting });
    }

    /// A fault struck.
    pub fn struck(&mut self, fault: &FaultRecord) {
        self.timeline.struck(fault.start);
        self.acting = Some(fault.planned);
        self.faults.push(FaultWindow {
            planned: fault.planned,
            kind: fault.kind,
            strike: fault.strike,
            start: fault.start,
            end: None,
            resolved: fault.resolved.clone(),
            nodes: fault.nodes.clone(),
        });
    }

    /// A strike goes on, or ends.
    ///
    /// # Panics
    /// If it never began.
    pub fn goes_on(&mut self, strike: usize) {
        let fault = self.faults.iter().rev().find(|fault| fault.strike == strike);
        self.acting = Some(fault.expect("a strike that goes on began").planned);
    }

    /// A strike ended.
    ///
    /// # Panics
    /// If it never began.
    pub fn ended(&mut self, at: Time, strike: usize) {
        self.timeline.ended(at);
        let fault = self.faults.iter_mut().rev().find(|fault| fault.strike == strike);
        fault.expect("a strike that ends began").end = Some(at);
    }

    /// Takes a sample of every node's counters, by node id. Node metrics cover the time from the first sample at or
    /// after the end of the warm-up to the last one: take one at 0, at the ends of intervals and at the end.
    pub fn sample(&mut self, at: Time, counters: &[NodeCounters]) {
        assert_eq!(counters.len(), self.instances.len(), "every node has counters");
        let (traffic, leadership) = (&self.traffic, &self.leadership);
        let of_node = |(id, (instance, counters)): (u32, (&mut Instance, &NodeCounters))| {
            let (traffic, leads) = (traffic.of(NodeId(id)), leadership.term_led(NodeId(id)));
            NodeSample { traffic, leads, ..instance.sample(at, *counters) }
        };
        let nodes = (0..).zip(self.instances.iter_mut().zip(counters)).map(of_node).collect();
        self.samples.push(Sample { at, nodes });
    }

    /// What was counted of the requests at each server up to now, by node.
    pub fn accounts(&mut self, now: Time) -> Vec<ServerAccount> {
        let spans = &self.spans;
        let account =
            |(id, instance): (u32, &mut Instance)| instance.account(now, spans.time_at(now, NodeId(id)));
        (0..).zip(&mut self.instances).map(account).collect()
    }

    /// The run is over: what is under way becomes `unknown`, because it was in flight.
    pub fn finish(mut self, end: Time) -> Recording {
        (0..self.open.len()).for_each(|node| self.forget(end, NodeId(node as u32)));
        self.tracks.sort_by_key(|track| (track.node, track.target));
        self.tracks.iter_mut().for_each(|track| sort_by_number(&mut track.kept));
        self.availability.iter_mut().for_each(|one| one.close(end));
        self.leadership.finish(end);
        let (total, kept) = (self.total, self.kept as u64);
        let (sampling, tallies) = match self.sampled.take() {
            Some(Sampled { tallies, bits }) => (Sampling { total, kept, one_in: 1 << bits }, Some(tallies)),
            None => (Sampling { total, kept, one_in: 1 }, None),
        };
        Recording::new(self, end, sampling, tallies)
    }
}

/// For each node which log it is a replica of, counted from 1, or 0.
fn logs(cast: &Cast) -> impl Iterator<Item = u16> + '_ {
    cast.nodes.iter().map(|node| if node.decides.is_some() { node.system.0 + 1 } else { 0 })
}
