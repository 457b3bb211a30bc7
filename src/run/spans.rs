//! Where the time went: follows each request through the servers that work on it, and says what of its time was spent waiting
//! at which node, being served there, on the network, before attempts that were made again, and in stores.
//!
//! It is told of notes and measures by true time; nothing travels with the messages. What a frame waited for is what counted: of
//! parallel branches the one that the frame went on after.

use crate::kernel::{Duration, NodeId, Time};
use crate::model::history::SessionId;
use crate::model::note::{ClientNote, ServiceNote};
use crate::model::status::Status;

/// What a part of a request's time was spent on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Spent {
    /// Waiting to be served: for a core, for others that share it, or to be admitted.
    Queue,
    /// Work, as long as it takes on an unloaded core of the node.
    Service,
    /// On the way between two nodes, connections included.
    Network,
    /// Attempts that were given up, and the waits before they were made again.
    Retry,
    /// Operations on a store, the way there included.
    Store,
}

impl Spent {
    /// Every one, in the order of CSV rows.
    pub const ALL: [Spent; 5] = [Spent::Queue, Spent::Service, Spent::Network, Spent::Retry, Spent::Store];

    /// The word used in CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Spent::Queue => "queue",
            Spent::Service => "service",
            Spent::Network => "network",
            Spent::Retry => "retry",
            Spent::Store => "store",
        }
    }
}

/// A part of a request's time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    /// Where: the node that waited or served; the caller on the network and before retries; the store's node.
    pub node: NodeId,
    /// On what.
    pub spent: Spent,
    /// How long, in nanoseconds.
    pub length: u64,
}

/// A request at a server that was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Served {
    /// When it came.
    pub(super) arrived: Time,
    /// From then to its answer, in nanoseconds.
    pub(super) sojourn: u64,
    /// What of it was spent waiting, in nanoseconds.
    pub(super) waiting: u64,
}

/// The requests under way at all nodes.
#[derive(Clone, Debug)]
pub(super) struct Spans {
    /// By node.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Boots so far.
    incarnation: u32,
    /// By frame slot.
    frames: Vec<Frame>,
    /// By call slot; of a node of clients by client.
    calls: Vec<Call>,
    /// Request-nanoseconds of the frames that have ended, whatever became of them.
    time_ended: u128,
}

/// A frame at a server.
#[derive(Clone, Debug)]
struct Frame {
    since: Time,
    /// Whether it is under way.
    is_open: bool,
    /// Whether it stands for a request and not for a branch.
    is_root: bool,
    caller: NodeId,
    /// The caller's slot, as it came.
    call: u32,
    /// What it has waited for others so far, in nanoseconds.
    downstream: u64,
    /// What that was spent on.
    shares: Vec<Share>,
    /// Since when a store is asked, and which node of it.
    store: (Time, NodeId),
}

/// A call that a node makes.
#[derive(Clone, Debug)]
struct Call {
    began: Time,
    sent: Time,
    to: NodeId,
    /// What the server said that it spent, and on what.
    sojourn: u64,
    shares: Vec<Share>,
}

const NOBODY: NodeId = NodeId(u32::MAX);

impl Default for Frame {
    fn default() -> Self {
        let store = (Time::ZERO, NOBODY);
        Frame {
            since: Time::ZERO,
            is_open: false,
            is_root: false,
            caller: NOBODY,
            call: 0,
            downstream: 0,
            shares: Vec::new(),
            store,
        }
    }
}

impl Default for Call {
    fn default() -> Self {
        Call { began: Time::ZERO, sent: Time::ZERO, to: NOBODY, sojourn: 0, shares: Vec::new() }
    }
}

/// The element at `index`, made if there is none yet.
#[inline]
fn at<T: Default + Clone>(items: &mut Vec<T>, index: u32) -> &mut T {
    let index = index as usize;
    if index >= items.len() {
        items.resize(index + 1, T::default());
    }
    &mut items[index]
}

impl Frame {
    fn begin(&mut self, since: Time, is_root: bool, caller: NodeId, call: u32) {
        (self.since, self.is_open, self.is_root) = (since, true, is_root);
        (self.caller, self.call, self.downstream) = (caller, call, 0);
        self.shares.clear();
    }

    /// It has ended at `now`, after so much work: adds what it spent itself, and returns how long it took and waited.
    #[inline]
    fn end(&mut self, now: Time, node: NodeId, service: Duration) -> (u64, u64) {
        self.is_open = false;
        let sojourn = now.since(self.since).0;
        let own = sojourn.saturating_sub(self.downstream);
        let service = service.0.min(own);
        let waiting = own - service;
        add(&mut self.shares, Share { node, spent: Spent::Queue, length: waiting });
        add(&mut self.shares, Share { node, spent: Spent::Service, length: service });
        (sojourn, waiting)
    }
}

/// Adds a part to others; those of one node and kind are one.
#[inline]
fn add(shares: &mut Vec<Share>, share: Share) {
    if share.length == 0 {
        return;
    }
    let same = |other: &&mut Share| (other.node, other.spent) == (share.node, share.spent);
    match shares.iter_mut().find(same) {
        Some(other) => other.length += share.length,
        None => shares.push(share),
    }
}

impl Spans {
    /// Nothing is under way on so many nodes.
    pub(super) fn new(nodes: usize) -> Spans {
        Spans { nodes: vec![Node::default(); nodes] }
    }

    /// A server told something; returns the request that it answered, if it did.
    #[inline]
    pub(super) fn service(&mut self, now: Time, id: NodeId, note: &ServiceNote) -> Option<Served> {
        let node = &mut self.nodes[id.index()];
        match *note {
            ServiceNote::Taken { frame, caller, call, .. } => {
                at(&mut node.frames, frame).begin(now, true, caller, call);
            }
            ServiceNote::Forked { frame, .. } => {
                at(&mut node.frames, frame).begin(now, false, NOBODY, 0);
            }
            ServiceNote::Called { call, attempt, to, .. } => {
                let call = at(&mut node.calls, call);
                if attempt == 1 {
                    call.began = now;
                }
                (call.sent, call.to, call.sojourn) = (now, to, 0);
                call.shares.clear();
            }
            ServiceNote::Heard { call, frame, status } => {
                let Node { frames, calls, .. } = node;
                let (call, frame) = (at(calls, call), at(frames, frame));
                let (whole, last) = (now.since(call.began).0, now.since(call.sent).0);
                frame.downstream += whole;
                let is_answered = status == Status::Ok || call.sojourn > 0;
                let travel = if is_answered { last.saturating_sub(call.sojourn) } else { 0 };
                let retry = whole - if is_answered { last } else { 0 };
                call.shares.iter().for_each(|share| add(&mut frame.shares, *share));
                add(&mut frame.shares, Share { node: id, spent: Spent::Network, length: travel });
                add(&mut frame.shares, Share { node: id, spent: Spent::Retry, length: retry });
                call.shares.clear();
            }
            ServiceNote::Joined { frame, parent, decides, service } => {
                let child = at(&mut node.frames, frame);
                let (sojourn, _) = child.end(now, id, service);
                if decides {
                    let shares = std::mem::take(&mut child.shares);
                    let parent = at(&mut node.frames, parent);
                    parent.downstream += sojourn;
                    shares.iter().for_each(|share| add(&mut parent.shares, *share));
                    at(&mut node.frames, frame).shares = shares;
                }
            }
            ServiceNote::Finished { frame: slot, service, .. } => {
                let frame = at(&mut node.frames, slot);
                let (sojourn, waiting) = frame.end(now, id, service);
                let (arrived, caller, call) = (frame.since, frame.caller, frame.call);
                let mut shares = std::mem::take(&mut frame.shares);
                node.time_ended += u128::from(sojourn);
                self.answer(caller, call, id, sojourn, &mut shares);
                // What was the call's serves the frame again: nothing is allocated for a request.
                at(&mut self.nodes[id.index()].frames, slot).shares = shares;
                return Some(Served { arrived, sojourn, waiting });
            }
            ServiceNote::Store(note) => self.store(now, id, &note),
            ServiceNote::Refused { .. } => {}
        }
        None
    }

    /// Gives a caller's call what its server spent on it, if the caller still waits for that server.
    #[inline]
    fn answer(&mut self, caller: NodeId, slot: u32, by: NodeId, sojourn: u64, shares: &mut Vec<Share>) {
        let node = &mut self.nodes[caller.index()];
        if SessionId::incarnation(slot) != node.incarnation {
            return;
        }
        let call = at(&mut node.calls, SessionId::client(slot));
        if call.to == by {
            call.sojourn = sojourn;
            std::mem::swap(&mut call.shares, shares);
        }
    }

    /// A frame asks a store, or was answered by it.
    fn store(&mut self, now: Time, id: NodeId, note: &ClientNote) {
        let node = &mut self.nodes[id.index()];
        match *note {
            ClientNote::Invoked { slot, server, .. } => {
                at(&mut node.frames, SessionId::client(slot)).store = (now, server);
            }
            ClientNote::Returned { slot, .. } => {
                let frame = at(&mut node.frames, SessionId::client(slot));
                let (since, server) = frame.store;
                let length = now.since(since).0;
                frame.downstream += length;
                add(&mut frame.shares, Share { node: server, spent: Spent::Store, length });
            }
        }
    }

    /// A client calls a service.
    #[inline]
    pub(super) fn invoked(&mut self, now: Time, client: NodeId, slot: u32, server: NodeId) {
        let call = at(&mut self.nodes[client.index()].calls, SessionId::client(slot));
        (call.began, call.sent, call.to, call.sojourn) = (now, now, server, 0);
        call.shares.clear();
    }

    /// A client was told, `latency` nanoseconds after it was to ask, in so many attempts: what they were spent on.
    #[inline]
    pub(super) fn returned(&mut self, client: NodeId, slot: u32, latency: u64, attempts: u16) -> &[Share] {
        let call = at(&mut self.nodes[client.index()].calls, SessionId::client(slot));
        let rest = latency.saturating_sub(call.sojourn);
        let spent = if attempts > 1 || call.sojourn == 0 { Spent::Retry } else { Spent::Network };
        add(&mut call.shares, Share { node: client, spent, length: rest });
        &call.shares
    }

    /// A node has booted.
    pub(super) fn booted(&mut self, id: NodeId) {
        self.nodes[id.index()].incarnation += 1;
    }

    /// A node has crashed: whatever it worked on is gone. Returns how many requests that are.
    pub(super) fn crashed(&mut self, now: Time, id: NodeId) -> u64 {
        let node = &mut self.nodes[id.index()];
        let mut lost = 0;
        for frame in node.frames.iter_mut().filter(|frame| frame.is_open) {
            frame.is_open = false;
            if frame.is_root {
                lost += 1;
                node.time_ended += u128::from(now.since(frame.since).0);
            }
        }
        lost
    }

    /// Time that requests have been at a node, of those that have ended and of those that are there, in request-nanoseconds; and
    /// how many are there.
    pub(super) fn time_at(&self, now: Time, id: NodeId) -> (u128, u64) {
        let node = &self.nodes[id.index()];
        let open = node.frames.iter().filter(|frame| frame.is_open && frame.is_root);
        let (mut time, mut count) = (node.time_ended, 0);
        for frame in open {
            time += u128::from(now.since(frame.since).0);
            count += 1;
        }
        (time, count)
    }
}
