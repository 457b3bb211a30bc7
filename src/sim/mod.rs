//! The event loop: the one place that joins kernel, network, disks, clocks, processors and faults.
//!
//! One event is taken from the queue, its node's process handles it, and the effects that the process asks for
//! are carried out as it asks. Everything random is drawn from streams and keys of the run's seed, everything is ordered
//! by (time, sequence), and every event and note enters the digest.

mod dispatch;
mod effects;
mod event;
mod healing;
mod lifecycle;
mod limits;
mod mail;
mod node;
mod observer;
mod occurrence;
mod resets;
mod shared;
mod states;
mod strikes;
mod timers;
mod triggers;

pub use event::bytes_per_pending;
pub use limits::{Limit, Limits, MOMENT, PENDING_CEILING, STRIKES_MAX};
pub use node::{FaultRecord, Lifecycle, NodeSetup};
pub use observer::Observer;
pub use occurrence::Occurrence;
pub use states::{Arriving, NodeState};

use crate::clocks::ClockError;
use crate::faults::{NodeFacts, Planned, Roster, Talks};
use crate::kernel::random::mirrored;
use crate::kernel::{Digest, Keyed, NodeId, Process, Queue, Stream, Time};
use crate::net::{Counters, Endpoint, Network, Sites};
use crate::processors::{Balance, Usage};
use crate::storage::DiskCounters;
use event::Event;
use limits::Watch;
use node::{Held, Node};
use shared::Shared;
use strikes::{Alarm, Strike};
use triggers::Triggers;

/// In a world of more nodes what comes next is foreseen: they and what is known of them are in no cache (docs/adr/0010).
const LARGE: usize = 2048;

/// A world to build.
#[derive(Clone, Debug)]
pub struct Setup<P: Process> {
    /// The seed: with the rest of the set-up it determines the run.
    pub seed: u64,
    /// Whether all that is drawn is the mirror image of what the seed draws.
    pub mirrored: bool,
    /// When the run ends.
    pub duration: Time,
    /// The matrix of sites.
    pub sites: Sites,
    /// The names of systems and workloads, by id.
    pub systems: Vec<String>,
    /// Which of them have something to say to each other.
    pub talks: Talks,
    /// The nodes, by id.
    pub nodes: Vec<NodeSetup<P::Config>>,
    /// What goes wrong.
    pub faults: Vec<Planned>,
    /// Whether ties are broken in a seeded order in place of first in, first out.
    pub shuffle_ties: bool,
    /// Where the run stops though it is not over.
    pub limits: Limits,
}

/// A world that runs.
#[derive(Clone)]
pub struct Sim<P: Process, O> {
    shared: Shared<P, O>,
    nodes: Vec<Node<P>>,
    faults: Vec<Planned>,
    choices: Vec<Stream>,
    /// All strikes of the run; `None` once ended.
    strikes: Vec<Option<Strike>>,
    /// Scripts of strikes that wait for nodes to be up.
    waiting: Vec<(usize, usize)>,
    alarms: Vec<Alarm>,
    events: u64,
    checkpoints: Vec<u64>,
    watch: Watch,
    stopped: Option<Stop>,
    /// Nodes that are paused.
    paused: u32,
    /// Whether a mark was just passed.
    marked: bool,
}

/// Why a run stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// Its duration is over.
    End,
    /// A limit was reached first.
    Limit(Limit),
}

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// Builds the world and boots every node, in order of ids, at time 0.
    pub fn new(setup: Setup<P>, observer: O) -> Self {
        let endpoint = |node: &NodeSetup<P::Config>| Endpoint {
            name: node.name.to_string(),
            site: node.site,
            transport: node.transport,
        };
        let endpoints: Vec<Endpoint> = setup.nodes.iter().map(endpoint).collect();
        let seed = if setup.mirrored { mirrored(setup.seed) } else { setup.seed };
        let choice = |fault: &Planned| Stream::new(seed, &fault.name, "fault");
        let mut queue = match setup.shuffle_ties {
            true => Queue::with_shuffled_ties(Stream::new(seed, "queue", "ties").next_u64()),
            false => Queue::new(),
        };
        if setup.nodes.len() > LARGE {
            queue.begin_to_foresee();
        }
        let shared = Shared {
            now: Time::ZERO,
            queue,
            digest: Digest::new(),
            roster: setup.roster(),
            triggers: Triggers::new(seed, &setup.faults),
            net: Network::new(seed, setup.sites, &endpoints),
            observer,
            refusals: 0,
        };
        let draws = ["disk", "processor"].map(|purpose| Keyed::new(seed, purpose));
        let mut sim = Sim {
            shared,
            nodes: setup.nodes.iter().map(|node| Node::new(seed, draws, node)).collect(),
            choices: setup.faults.iter().map(choice).collect(),
            faults: setup.faults,
            strikes: Vec::new(),
            waiting: Vec::new(),
            alarms: Vec::new(),
            events: 0,
            checkpoints: Vec::new(),
            watch: Watch::new(setup.limits),
            stopped: None,
            paused: 0,
            marked: false,
        };
        for fault in 0..sim.faults.len() {
            sim.plan_strike(fault);
        }
        for node in 0..sim.nodes.len() {
            sim.boot(NodeId(node as u32));
        }
        // Last, so that what happens at the very end still counts.
        sim.shared.queue.push_last(setup.duration, Event::End);
        sim
    }

    /// Handles `events` more events, and with the last of them what a node that goes on has waiting, or stops at a
    /// mark; returns why the run stopped, if it did.
    pub fn run(&mut self, events: u64) -> Option<Stop> {
        let target = self.events.saturating_add(events).min(self.watch.events());
        self.marked = false;
        while self.stopped.is_none() && self.events < target && !self.marked {
            self.step();
            if self.shared.queue.len() >= self.watch.pending() {
                self.stopped = self.stopped.or(Some(Stop::Limit(Limit::Pending)));
            }
        }
        if self.stopped.is_none() && self.events >= self.watch.events() {
            self.stopped = Some(Stop::Limit(Limit::Events));
        }
        self.stopped
    }

    /// Makes [`Sim::run`] return when all events up to and at `at` have been handled. It is no event: neither the
    /// digest nor any order depends on marks.
    pub fn mark(&mut self, at: Time) {
        self.shared.queue.push_last(at, Event::Mark);
    }

    /// Whether the last [`Sim::run`] returned because of a mark, or at the end.
    pub fn is_at_mark(&self) -> bool {
        self.marked || self.stopped == Some(Stop::End)
    }

    /// Messages in flight (those included that paused receivers hold, and whose work is not done), and those that wait at their sender for a
    /// stream's retransmission. Looks at every pending event.
    pub fn messages_under_way(&self) -> (u64, u64) {
        let held = self.nodes.iter().flat_map(|node| &node.machine.held);
        let held = held.filter(|held| matches!(held, Held::Message { .. })).count() as u64;
        let bodies = self.shared.queue.bodies() as u64 - self.shared.coming_back();
        (held + bodies, self.shared.net.waiting())
    }

    /// The run's time.
    pub fn now(&self) -> Time {
        self.shared.now
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Events pending.
    pub fn pending(&self) -> usize {
        self.shared.queue.len()
    }

    /// The digest so far.
    pub fn digest(&self) -> u64 {
        self.shared.digest.value()
    }

    /// The digest after every [`CHECKPOINT_INTERVAL`](crate::kernel::digest::CHECKPOINT_INTERVAL) events.
    pub fn checkpoints(&self) -> &[u64] {
        &self.checkpoints
    }

    /// What listens.
    pub fn observer(&self) -> &O {
        &self.shared.observer
    }

    /// What listens, to be told of something that is no event, such as a sample of counters.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.shared.observer
    }

    /// What listened.
    pub fn into_observer(self) -> O {
        self.shared.observer
    }

    /// Who there is, and in what state.
    pub fn roster(&self) -> &Roster {
        &self.shared.roster
    }

    /// The process on `node`, unless it is down.
    pub fn process(&self, node: NodeId) -> Option<&P> {
        self.nodes[node.index()].process.as_ref()
    }

    /// The utilisation law of `node` up to now.
    pub fn balance(&mut self, id: NodeId) -> Balance {
        self.nodes[id.index()].machine.processor.balance(self.shared.now)
    }

    /// What `node` did.
    pub fn node_counters(&mut self, id: NodeId) -> NodeCounters {
        let node = &mut self.nodes[id.index()];
        NodeCounters {
            handled: node.machine.handled,
            boots: node.machine.incarnation,
            network: *self.shared.net.counters(id),
            disk: node.machine.disk.counters(self.shared.now),
            processor: node.machine.processor.usage(self.shared.now),
            clock: node.machine.clock.error(self.shared.now),
        }
    }
}

/// What one node did.
#[derive(Clone, Copy, Debug)]
pub struct NodeCounters {
    /// Events its process handled.
    pub handled: u64,
    /// How often it booted.
    pub boots: u32,
    /// What it sent and what became of it.
    pub network: Counters,
    /// What its disk did.
    pub disk: DiskCounters,
    /// What its cores did.
    pub processor: Usage,
    /// How far its clocks are from true time.
    pub clock: ClockError,
}

impl<P: Process> Setup<P> {
    /// Who there will be, all of them down.
    pub fn roster(&self) -> Roster {
        let facts = |node: &NodeSetup<P::Config>| NodeFacts {
            name: node.name.clone(),
            system: node.system,
            site: node.site,
            is_front: node.is_front,
            has: node.matters(),
            up: false,
            incarnation: crate::faults::Incarnation(0),
            leads: None,
            elected_by: None,
            may_be_elected_by: Vec::new(),
            outs: 0,
            has_halted: false,
            has_lost_vote: false,
            has_lost_disk: false,
        };
        let nodes = self.nodes.iter().map(facts).collect();
        Roster::new(nodes, &self.systems, self.sites.names().to_vec(), self.talks.clone())
    }
}
