//! A few nodes and everything that is under way between them, moved one step at a time: a message delivered or lost, a timer, a
//! finished sync, a crash. What chooses the steps is a script or a random stream.

use std::collections::BTreeMap;

use seedbed::checks::consensus::{InvariantSet, Invariants};
use seedbed::consensus::replica::Message;
use seedbed::consensus::synod::{self, Config, Memory, Options, Synod};
use seedbed::kernel::{
    Area, Buffer, DiskToken, Durable, Effect, LazyStream, Name, NodeId, Process, Time, Write,
};
use seedbed::model::history::SessionId;
use seedbed::model::membership::Roster;
use seedbed::model::note::{ConsensusNote, Holding};
use seedbed::model::op::{Answer, Op};
use seedbed::model::request::{Reply, Request, Response};

/// What goes over the network.
pub type Words = Message<synod::Message>;

/// A message under way.
#[derive(Clone, Debug)]
pub struct Flight {
    pub from: NodeId,
    pub to: NodeId,
    pub message: Words,
}

/// One node with its disk and its timers.
pub struct Node {
    /// `None` while it is down.
    pub process: Option<Synod>,
    pub disk: Durable<Memory>,
    /// Writes that no finished sync covers, in order.
    pub unsynced: Vec<(Area, Write<Memory>)>,
    /// The sync under way, and how many of `unsynced` were written before it.
    pub sync: Option<(DiskToken, usize)>,
    pub timers: BTreeMap<u32, Time>,
    boots: u32,
    rng: LazyStream,
}

pub struct World {
    config: Config,
    pub nodes: Vec<Node>,
    pub flights: Vec<Flight>,
    /// Answers to clients.
    pub replies: Vec<(NodeId, Reply)>,
    pub now: Time,
    /// The invariants of product runs.
    pub invariants: Invariants,
    /// What the last step asked for, for scripts to print.
    pub effects: Vec<(NodeId, Effect<Synod>)>,
    /// What open operations ask, by session.
    asked: BTreeMap<SessionId, (u32, Op)>,
}

impl World {
    /// So many nodes with empty disks, booted at time 0.
    pub fn new(seed: u64, nodes: u32, options: Options) -> World {
        let ids: Vec<NodeId> = (0..nodes).map(NodeId).collect();
        let node = |id: &NodeId| Node {
            process: None,
            disk: Durable::empty(),
            unsynced: Vec::new(),
            sync: None,
            timers: BTreeMap::new(),
            boots: 0,
            rng: LazyStream::new(seed, &format!("kv.{}", id.0)),
        };
        let mut world = World {
            config: Config { roster: Roster::new(ids.iter().copied()), options },
            nodes: ids.iter().map(node).collect(),
            flights: Vec::new(),
            replies: Vec::new(),
            now: Time::ZERO,
            invariants: Invariants::new(&ids, InvariantSet::ALL, Holding::Decree),
            effects: Vec::new(),
            asked: BTreeMap::new(),
        };
        ids.into_iter().for_each(|id| world.restart(id));
        world
    }

    /// Boots a node that is down from what was durable.
    pub fn restart(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        assert!(node.process.is_none(), "{id:?} is up");
        self.invariants.booted(self.now, id);
        let mut effects = Vec::new();
        node.boots += 1;
        let cx = Buffer::new(id, self.now, self.now, &mut node.rng, &mut effects);
        node.process = Some(Synod::boot(&mut cx.with_incarnation(node.boots), &self.config, &node.disk));
        self.perform(id, effects);
    }

    /// Takes a node down. Of its writes that are not synced the first `kept` had reached the disk.
    pub fn crash(&mut self, id: NodeId, kept: usize) {
        self.invariants.crashed(self.now, id);
        let Node { process, disk, unsynced, sync, timers, .. } = &mut self.nodes[id.index()];
        unsynced.drain(..kept.min(unsynced.len())).for_each(|(area, write)| disk.apply(area, write));
        unsynced.clear();
        timers.clear();
        (*process, *sync) = (None, None);
        self.effects.clear();
    }

    /// Puts an empty disk in the place of that of a node that is down.
    pub fn replace_disk(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        assert!(node.process.is_none(), "{id:?} is up");
        node.disk = Durable::replacement();
    }

    /// Delivers a message; one to a node that is down is lost.
    pub fn deliver(&mut self, Flight { from, to, message }: Flight) {
        self.effects.clear();
        if to.index() < self.nodes.len() {
            self.step(to, |node, cx| node.on_message(cx, from, message));
        } else if let Message::Reply(reply) = message {
            self.answered(to, reply);
        }
    }

    fn answered(&mut self, client: NodeId, reply: Reply) {
        let session = SessionId { node: client, slot: reply.slot };
        if let Response::Ok(answer) = reply.response
            && let Some((sequence, op)) = self.asked.get(&session).copied()
            && sequence == reply.sequence
            && !matches!(answer, Answer::Read(_))
        {
            self.invariants.acknowledged(self.now, session, sequence, op, answer);
        }
        self.replies.push((client, reply));
    }

    /// A client's request reaches a node at once.
    pub fn request(&mut self, client: NodeId, to: NodeId, request: Request) {
        let session = SessionId { node: client, slot: request.slot };
        self.asked.insert(session, (request.sequence, request.op));
        self.invariants.asked(request.op);
        self.deliver(Flight { from: client, to, message: Message::Request(request) });
    }

    /// Fires a timer that is armed, and moves time to its deadline.
    pub fn fire(&mut self, id: NodeId, timer: u32) {
        let deadline = self.nodes[id.index()].timers.remove(&timer).expect("only an armed timer fires");
        self.now = self.now.max(deadline);
        self.effects.clear();
        self.step(id, |node, cx| node.on_timer(cx, synod::Timer::named(timer)));
    }

    /// Node and number of the timer with the earliest deadline.
    pub fn next_timer(&self) -> Option<(NodeId, u32)> {
        let timers = self.nodes.iter().zip(0..).flat_map(|(node, id)| {
            node.timers.iter().map(move |(&timer, &deadline)| (deadline, NodeId(id), timer))
        });
        timers.min().map(|(_, id, timer)| (id, timer))
    }

    /// Finishes the sync that is under way at a node, if there is one.
    pub fn finish_sync(&mut self, id: NodeId) {
        self.effects.clear();
        let Node { disk, unsynced, sync, .. } = &mut self.nodes[id.index()];
        let Some((token, covered)) = sync.take() else { return };
        unsynced.drain(..covered).for_each(|(area, write)| disk.apply(area, write));
        self.step(id, |node, cx| node.on_disk(cx, token, Ok(())));
    }

    fn step(&mut self, id: NodeId, handle: impl FnOnce(&mut Synod, &mut Buffer<'_, Synod>)) {
        let Node { process, boots, rng, .. } = &mut self.nodes[id.index()];
        let Some(process) = process else { return };
        let mut effects = Vec::new();
        let cx = Buffer::new(id, self.now, self.now, rng, &mut effects);
        handle(process, &mut cx.with_incarnation(*boots));
        self.perform(id, effects);
    }

    fn perform(&mut self, id: NodeId, effects: Vec<Effect<Synod>>) {
        self.effects = effects.iter().map(|effect| (id, effect.clone())).collect();
        for effect in effects {
            let node = &mut self.nodes[id.index()];
            match effect {
                Effect::Send { to, message } => {
                    assert_ne!(id, to, "a node sends nothing to itself");
                    self.flights.push(Flight { from: id, to, message });
                }
                Effect::Arm { timer, after } => {
                    node.timers.insert(timer.index(), self.now + after);
                }
                Effect::Disarm { timer } => {
                    node.timers.remove(&timer.index());
                }
                Effect::Write { area, write } => node.unsynced.push((area, write)),
                Effect::Sync { token, .. } => {
                    assert!(node.sync.is_none(), "one sync is under way at a time");
                    node.sync = Some((token, node.unsynced.len()));
                }
                Effect::Compute { .. } => unreachable!("these nodes ask for no work"),
                Effect::Note(note) => self.note(id, &note),
            }
        }
    }

    fn note(&mut self, id: NodeId, note: &ConsensusNote) {
        self.invariants.consensus(self.now, id, note);
    }
}
