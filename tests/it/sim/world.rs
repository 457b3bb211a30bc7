//! A small world for tests: one handler a node, in place of a protocol, and a log of all that came to pass.

use std::rc::Rc;

use seedbed::clocks::ClockProfile;
use seedbed::faults::kinds::{Crash, Partition, Pause, SlowDisk, SlowNode};
use seedbed::faults::{
    Between, Fault, Group, Happening, HappeningKind, Matters, OnDisks, OnLinks, OnNodes, Planned, Schedule,
    Talks, Target, Trigger,
};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{
    Area, Context, DiskError, DiskToken, Durable, Duration, Message, NodeId, Note, Process, SiteId, SystemId,
    Time, WorkToken,
};
use seedbed::net::{DropReason, Profile, Sites, Transport};
use seedbed::processors::{Discipline, MessageCosts, ProcessorProfile};
use seedbed::sim::{FaultRecord, Lifecycle, Limits, NodeSetup, Observer, Setup, Sim, Stop};
use seedbed::storage::DiskProfile;

pub const MS: u64 = 1_000_000;
pub const A: NodeId = NodeId(0);
pub const B: NodeId = NodeId(1);
pub const C: NodeId = NodeId(2);
/// The one disk area of a probe.
pub const LOG: Area = Area(0);

/// What a node does when something happens to it.
pub type Handler = Rc<dyn Fn(&mut dyn Context<Probe>, On)>;

/// What happens to a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum On {
    /// It boots for the n-th time, and finds this many records.
    Boot(u32, usize),
    /// A letter of this number arrives from a node.
    Letter(NodeId, u32),
    /// A timer fires.
    Timer(u32),
    /// A sync is done.
    Synced(u64),
    /// A sync failed.
    SyncFailed(u64),
    /// Work is done.
    Computed(u64),
}

/// A message: a number, and a size in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Letter(pub u32, pub u32);

impl Message for Letter {
    const NAMES: &'static [&'static str] = &["letter"];

    fn kind(&self) -> u16 {
        0
    }

    fn size(&self) -> u32 {
        self.1
    }
}

impl Note for On {
    fn digest(&self) -> u64 {
        match *self {
            On::Boot(count, records) => u64::from(count) << 32 | records as u64,
            On::Letter(from, number) => 1 << 63 | u64::from(from.0) << 32 | u64::from(number),
            On::Timer(timer) => 2 << 60 | u64::from(timer),
            On::Synced(token) => 3 << 60 | token,
            On::Computed(token) => 4 << 60 | token,
            On::SyncFailed(token) => 5 << 60 | token,
        }
    }
}

/// A process that tells what happens to it and lets a handler act.
#[derive(Clone)]
pub struct Probe(Handler);

impl Probe {
    fn on(&self, cx: &mut impl Context<Self>, on: On) {
        cx.note(on);
        (self.0)(cx, on);
    }
}

impl Process for Probe {
    type Config = Handler;
    type Message = Letter;
    type Timer = u32;
    type Record = u32;
    type Note = On;

    fn boot(cx: &mut impl Context<Self>, config: &Handler, disk: &Durable<u32>) -> Self {
        let probe = Probe(config.clone());
        probe.on(cx, On::Boot(cx.incarnation(), disk.end(LOG) as usize));
        probe
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, letter: Letter) {
        self.on(cx, On::Letter(from, letter.0));
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: u32) {
        self.on(cx, On::Timer(timer));
    }

    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        self.on(cx, result.map_or(On::SyncFailed(token.0), |()| On::Synced(token.0)));
    }

    fn on_computed(&mut self, cx: &mut impl Context<Self>, token: WorkToken) {
        self.on(cx, On::Computed(token.0));
    }
}

/// All that came to pass.
#[derive(Clone, Default)]
pub struct Log {
    pub notes: Vec<(Time, NodeId, On)>,
    pub changes: Vec<(Time, NodeId, Lifecycle)>,
    pub faults: Vec<FaultRecord>,
    pub missed: Vec<(Time, usize)>,
    pub dropped: Vec<(NodeId, NodeId, DropReason)>,
    /// Strikes that went on or ended, and those that ended.
    pub went_on: Vec<(Time, usize)>,
    pub ended: Vec<(Time, usize)>,
}

impl Observer<Probe> for Log {
    fn noted(&mut self, at: Time, node: NodeId, note: &On) {
        self.notes.push((at, node, *note));
    }

    fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        self.changes.push((at, node, change));
    }

    fn struck(&mut self, fault: &FaultRecord) {
        self.faults.push(fault.clone());
    }

    fn goes_on(&mut self, at: Time, strike: usize) {
        self.went_on.push((at, strike));
    }

    fn ended(&mut self, at: Time, strike: usize) {
        self.ended.push((at, strike));
    }

    fn missed(&mut self, at: Time, planned: usize) {
        self.missed.push((at, planned));
    }

    fn dropped(&mut self, _: Time, from: NodeId, to: NodeId, reason: DropReason) {
        self.dropped.push((from, to, reason));
    }
}

/// A world to build: nodes in one place, 1 ms apart, until told otherwise.
pub struct World(pub Setup<Probe>);

impl World {
    pub fn new() -> World {
        World::over(Profile::default())
    }

    /// A world whose links do this to messages.
    pub fn over(profile: Profile) -> World {
        World(Setup {
            seed: 7,
            mirrored: false,
            duration: Time(3_600_000 * MS),
            sites: Sites::new(vec!["here".into()], |_, _| Duration(MS), profile),
            systems: vec!["probes".into()],
            talks: Talks::default().and(SystemId(0), SystemId(0)),
            nodes: Vec::new(),
            faults: Vec::new(),
            shuffle_ties: false,
            limits: Limits::default(),
        })
    }

    pub fn seed(mut self, seed: u64) -> World {
        self.0.seed = seed;
        self
    }

    pub fn shuffled(mut self, seed: u64) -> World {
        (self.0.seed, self.0.shuffle_ties) = (seed, true);
        self
    }

    /// Adds a node named by its position.
    pub fn node(self, handler: impl Fn(&mut dyn Context<Probe>, On) + 'static) -> World {
        let name = format!("probes.{}", self.0.nodes.len());
        self.named(&name, handler)
    }

    pub fn named(mut self, name: &str, handler: impl Fn(&mut dyn Context<Probe>, On) + 'static) -> World {
        self.0.nodes.push(NodeSetup {
            name: name.into(),
            system: SystemId(0),
            site: SiteId(0),
            is_front: false,
            has: Matters::UNKNOWN,
            transport: Transport::Datagram,
            disk: Rc::new(DiskProfile { write: None, fsync: Some(constant(10 * MS)) }),
            clock: ClockProfile::default(),
            processor: ProcessorProfile { cores: Some(1), ..ProcessorProfile::default() },
            messages: Rc::default(),
            config: Rc::new(handler),
        });
        self
    }

    /// A node that does nothing but tell.
    pub fn listener(self) -> World {
        self.node(|_, _| {})
    }

    /// Every node speaks streams.
    pub fn streams(mut self) -> World {
        self.0.nodes.iter_mut().for_each(|node| node.transport = Transport::Stream);
        self
    }

    /// Every node has this many cores, and messages cost them this.
    pub fn cores(mut self, cores: u32, costs: MessageCosts) -> World {
        let processor = ProcessorProfile { cores: Some(cores), ..ProcessorProfile::default() };
        let costs = Rc::new(costs);
        for node in &mut self.0.nodes {
            (node.processor, node.messages) = (processor, costs.clone());
        }
        self
    }

    /// The cores of every node serve by this.
    pub fn discipline(mut self, discipline: Discipline) -> World {
        self.0.nodes.iter_mut().for_each(|node| node.processor.discipline = discipline);
        self
    }

    pub fn drift(mut self, node: NodeId, drift_ppb: i64) -> World {
        self.0.nodes[node.index()].clock.drift_ppb = drift_ppb;
        self
    }

    pub fn fault(self, at: u64, lasts: Option<u64>, fault: impl Fault + 'static) -> World {
        self.planned(Schedule::At(Time(at)), lasts, fault)
    }

    /// A fault that answers the first `times` happenings of a kind to `nodes`, at once.
    pub fn when(
        self,
        (kind, nodes, times): (HappeningKind, &[NodeId], u32),
        lasts: Option<u64>,
        fault: impl Fault + 'static,
    ) -> World {
        let happening = Happening::to_nodes(kind, nodes, "test");
        let trigger = Trigger { happening, after: None, from: Time::ZERO, times };
        self.planned(Schedule::When(trigger), lasts, fault)
    }

    pub fn planned(mut self, schedule: Schedule, lasts: Option<u64>, fault: impl Fault + 'static) -> World {
        self.0.faults.push(Planned {
            name: format!("fault-{}", self.0.faults.len()),
            kind: "test",
            intent: String::new(),
            schedule,
            lasts: lasts.map(constant),
            until: None,
            draws: None,
            fault: Rc::new(fault),
        });
        self
    }

    pub fn crash(self, node: NodeId, at: u64, lasts: u64) -> World {
        self.fault(at, Some(lasts), OnNodes { target: Target::Node(node), kind: Crash::KEEPS_DISK })
    }

    pub fn pause(self, node: NodeId, at: u64, lasts: u64) -> World {
        self.fault(at, Some(lasts), OnNodes { target: Target::Node(node), kind: Pause {} })
    }

    pub fn slow_node(self, node: NodeId, factor: u32, at: u64, lasts: u64) -> World {
        self.fault(at, Some(lasts), OnNodes { target: Target::Node(node), kind: SlowNode { factor } })
    }

    pub fn slow_disk(self, node: NodeId, factor: u32, at: u64, lasts: u64) -> World {
        self.fault(at, Some(lasts), OnDisks { target: Target::Node(node), kind: SlowDisk { factor } })
    }

    /// Nobody reaches another group.
    pub fn partition(self, groups: &[&[NodeId]], at: u64, lasts: u64) -> World {
        let groups = groups.iter().map(|nodes| group(nodes)).collect();
        self.fault(at, Some(lasts), OnLinks { between: Between::Groups(groups), kind: Partition {} })
    }

    /// The first group does not reach the second.
    pub fn one_way(self, from: &[NodeId], to: &[NodeId], at: u64, lasts: u64) -> World {
        self.fault(
            at,
            Some(lasts),
            OnLinks { between: Between::OneWay(group(from), group(to)), kind: Partition {} },
        )
    }

    /// Runs to `until`.
    pub fn run(mut self, until: u64) -> Run {
        self.0.duration = Time(until);
        let mut sim = Sim::new(self.0, Log::default());
        let stop = sim.run(u64::MAX).expect("it ran to its end");
        Run { sim, stop }
    }
}

fn group(nodes: &[NodeId]) -> Group {
    Group::Of(nodes.iter().map(|node| Target::Node(*node)).collect())
}

pub fn constant(ns: u64) -> Distribution {
    Distribution::constant(ns as f64).expect("it is positive and finite")
}

/// A run that is over.
pub struct Run {
    pub sim: Sim<Probe, Log>,
    pub stop: Stop,
}

impl Run {
    pub fn log(&self) -> &Log {
        self.sim.observer()
    }

    /// What happened to a node, boots left out: when, in nanoseconds, and what.
    pub fn at(&self, node: NodeId) -> Vec<(u64, On)> {
        let notes = self.log().notes.iter().filter(|(_, whose, on)| *whose == node && !is_boot(*on));
        notes.map(|(at, _, on)| (at.0, *on)).collect()
    }

    /// The numbers of the letters that reached a node, in order.
    pub fn letters(&self, node: NodeId) -> Vec<u32> {
        self.arrivals(node).into_iter().map(|(_, number)| number).collect()
    }

    /// When letters reached a node, and their numbers.
    pub fn arrivals(&self, node: NodeId) -> Vec<(u64, u32)> {
        let letter = |(at, on)| match on {
            On::Letter(_, number) => Some((at, number)),
            On::Boot(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => None,
        };
        self.at(node).into_iter().filter_map(letter).collect()
    }

    /// Changes of lives from `from` on: when, in milliseconds, whose, and what.
    pub fn lives(&self, from: u64) -> Vec<(u64, NodeId, Lifecycle)> {
        let changes = self.log().changes.iter().filter(|(at, ..)| at.0 >= from);
        changes.map(|(at, node, change)| (at.0 / MS, *node, *change)).collect()
    }

    /// The boots of a node: when, in nanoseconds, and how many records it found.
    pub fn boots(&self, node: NodeId) -> Vec<(u64, usize)> {
        let boot = |(at, whose, on): &(Time, NodeId, On)| match on {
            On::Boot(_, records) if *whose == node => Some((at.0, *records)),
            On::Boot(..)
            | On::Letter(..)
            | On::Timer(_)
            | On::Synced(_)
            | On::SyncFailed(_)
            | On::Computed(_) => None,
        };
        self.log().notes.iter().filter_map(boot).collect()
    }

    pub fn dropped(&mut self, node: NodeId, reason: DropReason) -> u64 {
        self.sim.node_counters(node).network.dropped(reason)
    }
}

fn is_boot(on: On) -> bool {
    matches!(on, On::Boot(..))
}

/// A handler that at boot sends letters 1 to `count` of `size` bytes to `to`, one every `every` nanoseconds.
pub fn sends(to: NodeId, count: u32, every: u64, size: u32) -> impl Fn(&mut dyn Context<Probe>, On) {
    move |cx, on| match on {
        On::Boot(..) if every == 0 => (1..=count).for_each(|number| cx.send(to, Letter(number, size))),
        On::Boot(..) => cx.arm(1, Duration(every)),
        On::Timer(number) => {
            cx.send(to, Letter(number, size));
            if number < count {
                cx.arm(number + 1, Duration(every));
            }
        }
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    }
}
