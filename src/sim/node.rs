//! The event loop's side of a node: its process, and all that the process cannot see.

use std::rc::Rc;

use crate::clocks::{Clock, ClockProfile};
use crate::faults::{HappeningKind, Matter, Matters, Told};
use crate::kernel::{Keyed, LazyStream, NodeId, Process, Sequence, SiteId, SystemId, Time, load};
use crate::net::Transport;
use crate::processors::{MessageCosts, Picks, Processor, ProcessorProfile};
use crate::storage::{Completion, Disk, DiskProfile, Draws};

use super::mail::Mail;
use super::timers::Timers;

/// A node to build.
#[derive(Clone, Debug)]
pub struct NodeSetup<C> {
    /// Its unique name, such as `kv.2`.
    pub name: Rc<str>,
    /// What it belongs to.
    pub system: SystemId,
    /// Where it stands.
    pub site: SiteId,
    /// Whether the other nodes of its system serve through it.
    pub is_front: bool,
    /// What its process gives faults to act on; how its messages travel, and how fast its disk is, comes to that.
    pub has: Matters,
    /// How its messages travel.
    pub transport: Transport,
    /// Its disk, often that of other nodes too.
    pub disk: Rc<DiskProfile>,
    /// Its clocks.
    pub clock: ClockProfile,
    /// Its cores.
    pub processor: ProcessorProfile,
    /// What messages are to its cores, often to those of other nodes too.
    pub messages: Rc<MessageCosts>,
    /// What its process is told at every boot.
    pub config: C,
}

/// A node that runs.
#[derive(Clone)]
pub(super) struct Node<P: Process> {
    /// `None` while it is down.
    pub(super) process: Option<P>,
    pub(super) machine: Machine<P>,
    pub(super) config: P::Config,
}

/// What a process runs on. What every event touches stands first, so that a large world misses few cache lines.
#[derive(Clone)]
#[repr(C)]
pub(super) struct Machine<P: Process> {
    /// Pauses in force.
    pub(super) pauses: u32,
    pub(super) incarnation: u32,
    pub(super) handled: u64,
    /// Where messages are work: those that wait for it.
    pub(super) mail: Option<Box<Mail<P::Message>>>,
    pub(super) clock: Clock,
    pub(super) rng: LazyStream,
    pub(super) timers: Timers,
    pub(super) processor: Processor,
    pub(super) disk: Disk<P::Record>,
    /// Faults that hold it down.
    pub(super) down: u32,
    /// What came up while it was paused, in that order.
    pub(super) held: Vec<Held<P::Message>>,
}

impl<C> NodeSetup<C> {
    /// All that it has that faults act on.
    pub(super) fn matters(&self) -> Matters {
        let is_datagram = self.transport == Transport::Datagram;
        let has_disk_time = self.has.have(Matter::Disk) && self.disk.takes_time();
        let travels = if is_datagram { Matter::Datagrams } else { Matter::Streams };
        self.has.and_if(has_disk_time, Matter::DiskTime).and(Matter::Messages).and(travels)
    }
}

impl<P: Process> Machine<P> {
    /// See [`load`].
    #[inline(always)]
    pub(super) fn foresee(&self) {
        load(&self.handled);
        load(&self.clock);
        load(&self.processor);
    }
}

impl<P: Process> Node<P> {
    pub(super) fn new(seed: u64, [disks, cores]: [Keyed; 2], setup: &NodeSetup<P::Config>) -> Self {
        let key = crate::kernel::random::name_key(&setup.name);
        let machine = Machine {
            pauses: 0,
            incarnation: 0,
            handled: 0,
            mail: Mail::at(&setup.messages),
            clock: Clock::new(setup.clock),
            rng: LazyStream::new(seed, &setup.name),
            timers: Timers::default(),
            processor: Processor::new(setup.processor, Picks { keyed: cores, key }),
            disk: Disk::new(DiskProfile::clone(&setup.disk), Draws { keyed: disks, key }),
            down: 0,
            held: Vec::new(),
        };
        Node { process: None, machine, config: setup.config.clone() }
    }
}

/// Something that waits for a paused node to go on.
#[derive(Clone)]
pub(super) enum Held<M> {
    /// A message arrived.
    Message { from: NodeId, message: M },
    /// A timer came up, at its own time and rank.
    Timer { timer: u32, at: Time, sequence: Sequence },
    /// The disk has completed a sync.
    Synced(Completion),
    /// A message came back, as nobody took it.
    Refused { by: NodeId, message: M },
    /// Streams with another are gone.
    Reset { peer: NodeId },
}

/// A change in a node's life, for observers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lifecycle {
    /// It booted; the first time and after every crash.
    Booted,
    /// It crashed.
    Crashed,
    /// Its disk was lost; it is down, and its next boot finds an empty one.
    DiskLost,
    /// It was paused.
    Paused,
    /// It went on.
    Resumed,
}

impl Lifecycle {
    /// What faults and checks that wait for it call it.
    pub fn happening(self) -> HappeningKind {
        match self {
            Lifecycle::Booted => HappeningKind::Booted,
            Lifecycle::Crashed => HappeningKind::Crashed,
            Lifecycle::DiskLost => HappeningKind::DiskLost,
            Lifecycle::Paused => HappeningKind::Paused,
            Lifecycle::Resumed => HappeningKind::Resumed,
        }
    }

    /// The word used in CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Lifecycle::Booted => "booted",
            Lifecycle::Crashed => "crashed",
            Lifecycle::DiskLost => "disk-lost",
            Lifecycle::Paused => "paused",
            Lifecycle::Resumed => "resumed",
        }
    }
}

/// A fault that struck, for observers.
#[derive(Clone, PartialEq, Debug)]
pub struct FaultRecord {
    /// Its position on the timeline as planned.
    pub planned: usize,
    /// Its kind: for a nemesis, what it drew.
    pub kind: &'static str,
    /// Counts all strikes of the run from 0.
    pub strike: usize,
    /// When it struck.
    pub start: Time,
    /// When it is due to end; `None`: never, or once its scripts are over.
    pub end: Option<Time>,
    /// What it resolved to.
    pub resolved: String,
    /// The nodes that it named.
    pub nodes: Vec<NodeId>,
    /// What it takes to write it down as a fault of its own.
    pub told: Told,
}
