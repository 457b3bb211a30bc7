//! A few replicas and everything that is under way between them, moved one step at a time: a message delivered
//! or lost, a timer, a finished sync, a crash. What chooses the steps is a script or a random stream.

use std::collections::BTreeMap;

use seedbed::checks::consensus::{InvariantSet, Invariants};
use seedbed::consensus::ReplicatedLog;
use seedbed::consensus::replica::{Config, Message, Options, Replica};
use seedbed::kernel::{
    Area, Areas, Buffer, DiskError, DiskToken, Durable, Duration, Effect, LazyStream, Name, NodeId, Process,
    Time, Write,
};
use seedbed::model::membership::{Configuration, Roster, Slots};
use seedbed::model::note::Holding;
use seedbed::model::request::{Reply, Request};

use super::observer::Observer;

/// A protocol that a world can run.
pub trait Protocol: ReplicatedLog<Message: Clone + std::fmt::Debug, Record: Clone> {
    /// Its knobs.
    type Options;

    /// How its servers tell what they hold.
    const HOLDING: Holding;

    /// What its servers are told at boot.
    fn config(roster: Roster, initial: Configuration, options: Self::Options) -> Self::Config;
}

type Record<C> = <C as Process>::Record;
type Server<C> = Replica<C>;

/// A message under way.
pub struct Flight<C: Process> {
    pub from: NodeId,
    pub to: NodeId,
    pub message: Message<C::Message>,
}

impl<C: Process<Message: Clone>> Clone for Flight<C> {
    fn clone(&self) -> Self {
        Flight { from: self.from, to: self.to, message: self.message.clone() }
    }
}

/// One replica with its disk and its timers.
pub struct Node<C: Protocol> {
    /// `None` while it is down.
    pub server: Option<Server<C>>,
    pub disk: Durable<Record<C>>,
    /// Writes that no finished sync covers, in order.
    pub unsynced: Vec<(Area, Write<Record<C>>)>,
    /// The sync under way: its token, its areas, and how many of `unsynced` were written before it.
    pub sync: Option<(DiskToken, Areas, usize)>,
    pub timers: BTreeMap<u32, Time>,
    /// How often it was booted.
    boots: u32,
    rng: LazyStream,
}

pub struct World<C: Protocol> {
    config: Config<C>,
    pub nodes: Vec<Node<C>>,
    pub flights: Vec<Flight<C>>,
    pub replies: Vec<(NodeId, Reply)>,
    pub now: Time,
    pub observer: Observer,
    /// The invariants of product runs.
    pub invariants: Invariants,
    /// What the last step asked for, for scripts to print.
    pub effects: Vec<(NodeId, Effect<Server<C>>)>,
}

impl<C: Protocol> World<C> {
    /// `voters` replicas with empty disks, booted at time 0.
    pub fn new(seed: u64, voters: u32, core: C::Options, options: Options) -> Self {
        Self::with_standbys(seed, voters, 0, core, options)
    }

    /// `voters` replicas, and some that stand by behind them, with empty disks, booted at time 0.
    pub fn with_standbys(seed: u64, voters: u32, standbys: u32, core: C::Options, options: Options) -> Self {
        let nodes = voters + standbys;
        let roster = Roster::new((0..nodes).map(NodeId));
        let initial = Configuration::of_voters(Slots::first(voters as usize));
        let node = |id: u32| Node {
            server: None,
            disk: Durable::empty(),
            unsynced: Vec::new(),
            sync: None,
            timers: BTreeMap::new(),
            boots: 0,
            rng: LazyStream::new(seed, &format!("kv.{id}")),
        };
        let mut world = World {
            config: Config { core: C::config(roster, initial, core), options },
            nodes: (0..nodes).map(node).collect(),
            flights: Vec::new(),
            replies: Vec::new(),
            now: Time::ZERO,
            observer: Observer::new(nodes as usize, C::HOLDING),
            invariants: Invariants::new(
                &(0..nodes).map(NodeId).collect::<Vec<_>>(),
                InvariantSet::ALL,
                C::HOLDING,
            ),
            effects: Vec::new(),
        };
        (0..nodes).for_each(|id| world.restart(NodeId(id)));
        world
    }

    pub fn server(&self, id: NodeId) -> Option<&Server<C>> {
        self.nodes.get(id.index())?.server.as_ref()
    }

    /// Boots a node that is down from what was durable.
    pub fn restart(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        assert!(node.server.is_none(), "{id:?} is up");
        self.observer.booted(id);
        self.invariants.booted(self.now, id);
        let mut effects = Vec::new();
        node.boots += 1;
        let mut cx =
            Buffer::new(id, self.now, self.now, &mut node.rng, &mut effects).with_incarnation(node.boots);
        node.server = Some(Server::boot(&mut cx, &self.config, &node.disk));
        self.perform(id, effects);
    }

    /// Takes a node down. Of its writes that are not synced the first `kept` had reached the disk.
    pub fn crash(&mut self, id: NodeId, kept: usize) {
        self.invariants.crashed(self.now, id);
        let node = &mut self.nodes[id.index()];
        let Node { disk, unsynced, .. } = node;
        unsynced.drain(..kept.min(unsynced.len())).for_each(|(area, write)| disk.apply(area, write));
        unsynced.clear();
        node.server = None;
        node.sync = None;
        node.timers.clear();
        self.effects.clear();
    }

    /// Puts an empty disk in the place of that of a node that is down.
    pub fn replace_disk(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        assert!(node.server.is_none(), "{id:?} is up");
        node.disk = Durable::replacement();
    }

    /// Delivers a message; one to a node that is down is lost.
    pub fn deliver(&mut self, Flight { from, to, message }: Flight<C>) {
        self.effects.clear();
        if let Some(node) = self.nodes.get_mut(to.index()) {
            Self::step(node, to, self.now, |server, cx| server.on_message(cx, from, message))
                .into_iter()
                .for_each(|effects| self.perform(to, effects));
        } else if let Message::Reply(reply) = message {
            self.replies.push((to, reply));
        }
    }

    /// A client's request reaches a node at once.
    pub fn request(&mut self, from: NodeId, to: NodeId, request: Request) {
        self.deliver(Flight { from, to, message: Message::Request(request) });
    }

    /// Fires a timer that is armed, and moves time to its deadline.
    pub fn fire(&mut self, id: NodeId, timer: u32) {
        let deadline = self.nodes[id.index()].timers.remove(&timer).expect("only an armed timer fires");
        self.now = self.now.max(deadline);
        let timer = C::Timer::named(timer);
        let node = &mut self.nodes[id.index()];
        let effects = Self::step(node, id, self.now, |server, cx| server.on_timer(cx, timer));
        self.perform(id, effects.expect("timers are disarmed by a crash"));
    }

    /// Node and name of the timer with the earliest deadline.
    pub fn next_timer(&self) -> Option<(NodeId, u32)> {
        let timers = self.nodes.iter().zip(0..).flat_map(|(node, id)| {
            node.timers.iter().map(move |(&timer, &deadline)| (deadline, NodeId(id), timer))
        });
        timers.min().map(|(_, id, timer)| (id, timer))
    }

    /// Finishes the sync that is under way at a node, if there is one.
    pub fn finish_sync(&mut self, id: NodeId) {
        self.end_sync(id, Ok(()));
    }

    /// Ends the sync that is under way at a node, if there is one.
    pub fn end_sync(&mut self, id: NodeId, result: Result<(), DiskError>) {
        self.effects.clear();
        let node = &mut self.nodes[id.index()];
        let Some((token, areas, covered)) = node.sync.take() else { return };
        let covered = if result.is_ok() { covered } else { 0 };
        let written: Vec<(Area, Write<Record<C>>)> = node.unsynced.drain(..covered).collect();
        let mut others = Vec::new();
        for (area, write) in written {
            if areas.contains(area) {
                node.disk.apply(area, write);
            } else {
                others.push((area, write));
            }
        }
        node.unsynced.splice(..0, others);
        let effects = Self::step(node, id, self.now, |server, cx| server.on_disk(cx, token, result));
        self.perform(id, effects.expect("a crash ends the sync"));
    }

    pub fn advance_time(&mut self, by: Duration) {
        self.now += by;
    }

    fn step(
        node: &mut Node<C>,
        id: NodeId,
        now: Time,
        handle: impl FnOnce(&mut Server<C>, &mut Buffer<'_, Server<C>>),
    ) -> Option<Vec<Effect<Server<C>>>> {
        let server = node.server.as_mut()?;
        let mut effects = Vec::new();
        let cx = Buffer::new(id, now, now, &mut node.rng, &mut effects);
        handle(server, &mut cx.with_incarnation(node.boots));
        Some(effects)
    }

    fn perform(&mut self, id: NodeId, effects: Vec<Effect<Server<C>>>) {
        self.effects = effects.iter().map(|effect| (id, effect.clone())).collect();
        for effect in effects {
            let node = &mut self.nodes[id.index()];
            match effect {
                Effect::Send { to, message } => self.flights.push(Flight { from: id, to, message }),
                Effect::Arm { timer, after } => {
                    node.timers.insert(timer.index(), self.now + after);
                }
                Effect::Disarm { timer } => {
                    node.timers.remove(&timer.index());
                }
                Effect::Write { area, write } => node.unsynced.push((area, write)),
                Effect::Sync { areas, token } => {
                    assert!(node.sync.is_none(), "one sync is under way at a time");
                    node.sync = Some((token, areas, node.unsynced.len()));
                }
                Effect::Compute { .. } => unreachable!("replicas ask for no work"),
                Effect::Note(note) => {
                    self.observer.observe(id, note);
                    self.invariants.consensus(self.now, id, &note);
                }
            }
        }
    }
}
