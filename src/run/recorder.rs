//! The recorder: listens to a run and keeps what metrics, files and charts are made from.
//!
//! It is told of notes, not of events, and allocates nothing per note once its vectors have grown. Operations are kept
//! whole up to a named cap; beyond it they are sampled (by a hash of their number, so that no period of the
//! workload can hide) while counts and histograms stay exact.

use crate::kernel::{Duration, NodeId, Time};
use crate::model::history::{Outcome, Reason};
use crate::model::log::Term;
use crate::model::note::{ClientNote, ConsensusNote, ServiceNote};
use crate::sim::{FaultRecord, Lifecycle, NodeCounters};

use super::availability::Availability;
use super::cast::Cast;
use super::leadership::Leadership;
use super::load::{Instance, Sample, Visit, Visits};
use super::operation::{Ending, Packed};
use super::phase::Timeline;
use super::recording::{FaultWindow, Recording, RoleChange, RoleEvent, Sampling};
use super::tally::{Intervals, Tallies};

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
    /// By node: which track its clients' operations stand on.
    track_of: Vec<Option<u32>>,
    pub(super) tracks: Vec<Track>,
    /// By workload.
    pub(super) availability: Vec<Availability>,
    kept: usize,
    /// Once the cap was reached.
    sampled: Option<Sampled>,
    pub(super) instances: Vec<Instance>,
    pub(super) visits: Visits,
    pub(super) leadership: Leadership,
    pub(super) roles: Vec<RoleChange>,
    pub(super) faults: Vec<FaultWindow>,
    pub(super) samples: Vec<Sample>,
}

/// The operations of one client node.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) node: NodeId,
    pub(super) workload: usize,
    /// By slot; what is not under way is a leftover.
    open: Vec<Packed>,
    /// In the order of their returns.
    pub(super) kept: Vec<Packed>,
    pub(super) invoked: u64,
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
        let mut track_of = vec![None; cast.nodes.len()];
        let mut tracks = Vec::new();
        for (id, node) in cast.nodes.iter().enumerate() {
            if let Some(workload) = cast.workloads.iter().position(|workload| workload.system == node.system)
            {
                track_of[id] = Some(tracks.len() as u32);
                let node = NodeId(id as u32);
                tracks.push(Track { node, workload, open: Vec::new(), kept: Vec::new(), invoked: 0 });
            }
        }
        let availability = Availability::new(setup.warmup, setup.intervals.length);
        Recorder {
            timeline: Timeline::new(setup.warmup, setup.recovery),
            track_of,
            tracks,
            availability: vec![availability; cast.workloads.len()],
            kept: 0,
            sampled: None,
            instances: cast.nodes.iter().map(|node| Instance::new(node.cores)).collect(),
            visits: Visits::new(setup.operations_max),
            leadership: Leadership::new(cast.systems.len(), cast.nodes.iter().map(|node| node.system)),
            roles: Vec::new(),
            faults: Vec::new(),
            samples: Vec::new(),
            setup,
        }
    }

    /// A client noted something.
    ///
    /// # Panics
    /// If `node` is not a workload's, or a client returned what it had not invoked.
    #[inline]
    pub fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) {
        let track = self.track_of[node.index()].expect("clients stand on the nodes of workloads") as usize;
        match *note {
            ClientNote::Invoked { slot, number, intended, asked } => {
                let track = &mut self.tracks[track];
                // A clock that runs fast may put the arrival a little after now.
                let intended = intended.min(at);
                track.invoked += 1;
                self.availability[track.workload].invoked(intended);
                let operation = Packed::open(slot, number, intended, at, asked);
                let slot = slot as usize;
                if slot >= track.open.len() {
                    let mut never = operation;
                    never.close(at, Outcome::Fail(Reason::Unavailable), 0);
                    track.open.resize(slot + 1, never);
                }
                assert!(!track.open[slot].is_open(), "a client has at most one operation open");
                track.open[slot] = operation;
            }
            ClientNote::Returned { slot, outcome, attempts } => {
                let open = &mut self.tracks[track].open[slot as usize];
                assert!(open.is_open(), "a client returned what it had not invoked");
                open.close(at, outcome, attempts);
                let operation = *open;
                let ok = Ending::of(outcome).0 == Ending::Ok;
                self.availability[self.tracks[track].workload].returned(at, ok);
                self.keep(track, operation);
            }
        }
    }

    #[inline]
    fn keep(&mut self, track: usize, operation: Packed) {
        let Track { node, workload, .. } = self.tracks[track];
        if let Some(sampled) = &mut self.sampled {
            sampled.tallies.add(workload, &self.timeline, &operation.unpack(node));
            if !sampled.keeps(operation.number) {
                return;
            }
        }
        self.tracks[track].kept.push(operation);
        self.kept += 1;
        if self.kept >= self.setup.operations_max {
            self.thin();
        }
    }

    /// The cap is reached: counts what is kept if that was not begun, and keeps about half of it.
    #[cold]
    fn thin(&mut self) {
        let tallies = || Tallies::new(&self.setup.cast, self.setup.intervals);
        let mut sampled = self.sampled.take().unwrap_or_else(|| {
            let mut tallies = tallies();
            for track in &self.tracks {
                let whole = track.kept.iter().map(|operation| operation.unpack(track.node));
                whole.for_each(|operation| tallies.add(track.workload, &self.timeline, &operation));
            }
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
                self.role(at, node, RoleEvent::BecameLeader, Some(term));
            }
            ConsensusNote::SteppedDown { term } => {
                self.leadership.stepped_down(at, node);
                self.role(at, node, RoleEvent::SteppedDown, Some(term));
            }
            ConsensusNote::Appended { .. }
            | ConsensusNote::Truncated { .. }
            | ConsensusNote::Synced { .. }
            | ConsensusNote::Committed { .. }
            | ConsensusNote::Applied { .. }
            | ConsensusNote::Served { .. }
            | ConsensusNote::Installed { .. }
            | ConsensusNote::Compacted { .. } => {}
        }
    }

    fn role(&mut self, at: Time, node: NodeId, event: RoleEvent, term: Option<Term>) {
        self.roles.push(RoleChange { at, node, event, term });
    }

    /// A service's instance noted something.
    #[inline]
    pub fn service(&mut self, at: Time, node: NodeId, note: &ServiceNote) {
        let instance = &mut self.instances[node.index()];
        match *note {
            ServiceNote::Queued { in_system } => instance.holds(at, in_system),
            ServiceNote::Finished { sojourn, service, downstream } => {
                instance.finished(at);
                let waiting = sojourn.saturating_sub(service + downstream).0;
                let arrived = Time(at.0.saturating_sub(sojourn.0));
                let visit = Visit { arrived, sojourn: sojourn.0, waiting, node };
                self.visits.add(visit, self.instances.len(), &self.timeline);
            }
            ServiceNote::Refused => instance.refused(),
        }
    }

    /// A node's life changed.
    pub fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        if change == Lifecycle::Crashed {
            self.instances[node.index()].holds(at, 0);
        }
        self.leadership.changed(at, node, change);
        self.role(at, node, RoleEvent::Life(change), None);
    }

    /// A fault struck.
    pub fn struck(&mut self, fault: &FaultRecord) {
        self.timeline.struck(fault.start);
        self.faults.push(FaultWindow {
            planned: fault.planned,
            strike: fault.strike,
            start: fault.start,
            end: None,
            resolved: fault.resolved.clone(),
            nodes: fault.nodes.clone(),
        });
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
        let of_node = |(instance, counters): (&mut Instance, &NodeCounters)| instance.sample(at, *counters);
        let nodes = self.instances.iter_mut().zip(counters).map(of_node).collect();
        self.samples.push(Sample { at, nodes });
    }

    /// The run is over: what is under way becomes `unknown`, because it was in flight.
    pub fn finish(mut self, end: Time) -> Recording {
        for track in 0..self.tracks.len() {
            for slot in 0..self.tracks[track].open.len() {
                let operation = &mut self.tracks[track].open[slot];
                if operation.is_open() {
                    operation.close(end, Outcome::Unknown(Reason::InFlight), 0);
                    let operation = *operation;
                    self.availability[self.tracks[track].workload].returned(end, false);
                    self.keep(track, operation);
                }
            }
        }
        for track in &mut self.tracks {
            track.open = Vec::new();
            track.kept.sort_by_key(|operation| operation.number);
        }
        self.availability.iter_mut().for_each(|one| one.close(end));
        self.leadership.finish(end);
        let total = self.tracks.iter().map(|track| track.invoked).sum();
        let kept = self.kept as u64;
        let (sampling, tallies) = match self.sampled.take() {
            Some(Sampled { tallies, bits }) => (Sampling { total, kept, one_in: 1 << bits }, Some(tallies)),
            None => (Sampling { total, kept, one_in: 1 }, None),
        };
        Recording::new(self, end, sampling, tallies)
    }
}
