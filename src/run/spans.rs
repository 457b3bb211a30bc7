//! Where the time went: follows each request through the servers that work on it, and says what of its time was spent waiting
//! at which node, being served there, on the network, before attempts that were made again, and in stores.
//!
//! It is told of notes and measures by true time; nothing travels with the messages. What a frame waited for is what counted: of
//! parallel branches the one that the frame went on after.

use crate::kernel::{Duration, NodeId, Time, load};
use crate::model::history::SessionId;
use crate::model::note::ClientNote;
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
    shares: Shares,
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
    /// The caller's slot, as it came, and which use of it.
    call: (u32, u32),
    /// What it has waited for others so far, in nanoseconds.
    downstream: u64,
    /// What that was spent on.
    shares: List,
    /// Since when a store is asked, and which node of it.
    store: (Time, NodeId),
}

/// A call that a node makes.
#[derive(Clone, Debug)]
struct Call {
    began: Time,
    sent: Time,
    to: NodeId,
    /// The frame that makes it.
    frame: u32,
    /// Which use of the slot.
    sequence: u32,
    /// What the server said that it spent, and on what.
    sojourn: u64,
    shares: List,
}

/// The shares of everything under way, in lists: a frame has few at a time and hands them on when it ends, so that those of a
/// large world fit in a few pages.
#[derive(Clone, Debug, Default)]
struct Shares {
    items: Vec<Item>,
    free: List,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    share: Share,
    rest: List,
}

/// Where a list begins in [`Shares`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct List(u32);

const NONE: List = List(u32::MAX);

impl Default for List {
    fn default() -> List {
        NONE
    }
}

impl Shares {
    /// Adds a part to a list; those of one node and kind are one.
    #[inline]
    fn add(&mut self, list: &mut List, share: Share) {
        if share.length == 0 {
            return;
        }
        let mut at = *list;
        while at != NONE {
            let item = &mut self.items[at.0 as usize];
            if (item.share.node, item.share.spent) == (share.node, share.spent) {
                item.share.length += share.length;
                return;
            }
            at = item.rest;
        }
        let item = Item { share, rest: *list };
        *list = match self.free {
            NONE => {
                self.items.push(item);
                List(self.items.len() as u32 - 1)
            }
            free => {
                self.free = std::mem::replace(&mut self.items[free.0 as usize], item).rest;
                free
            }
        };
    }

    /// Adds the parts of one list to another; the one is empty then.
    #[inline]
    fn hand_over(&mut self, from: &mut List, to: &mut List) {
        if *to == NONE {
            *to = std::mem::take(from);
            return;
        }
        while let Some(share) = self.pop(from) {
            self.add(to, share);
        }
    }

    #[inline]
    fn pop(&mut self, list: &mut List) -> Option<Share> {
        let at = *list;
        let item = self.items.get_mut(at.0 as usize)?;
        *list = std::mem::replace(&mut item.rest, self.free);
        self.free = at;
        Some(item.share)
    }

    /// Forgets the parts of a list.
    #[inline]
    fn clear(&mut self, list: &mut List) {
        while self.pop(list).is_some() {}
    }

    /// The parts of a list, the last that was new first.
    #[inline]
    fn of(&self, mut list: List) -> impl Iterator<Item = Share> + '_ {
        std::iter::from_fn(move || {
            let item = self.items.get(list.0 as usize)?;
            list = item.rest;
            Some(item.share)
        })
    }
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
            call: (0, 0),
            downstream: 0,
            shares: NONE,
            store,
        }
    }
}

impl Default for Call {
    fn default() -> Self {
        Call {
            began: Time::ZERO,
            sent: Time::ZERO,
            to: NOBODY,
            frame: 0,
            sequence: 0,
            sojourn: 0,
            shares: NONE,
        }
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
    #[inline]
    fn begin(&mut self, shares: &mut Shares, since: Time, asked: Option<(NodeId, (u32, u32))>) {
        (self.since, self.is_open, self.is_root) = (since, true, asked.is_some());
        (self.caller, self.call) = asked.unwrap_or((NOBODY, (0, 0)));
        self.downstream = 0;
        shares.clear(&mut self.shares);
    }

    /// It has ended at `now`, after so much work: adds what it spent itself, and returns how long it took and waited.
    #[inline]
    fn end(&mut self, shares: &mut Shares, now: Time, node: NodeId, service: Duration) -> (u64, u64) {
        self.is_open = false;
        let sojourn = now.since(self.since).0;
        let own = sojourn.saturating_sub(self.downstream);
        let service = service.0.min(own);
        let waiting = own - service;
        shares.add(&mut self.shares, Share { node, spent: Spent::Queue, length: waiting });
        shares.add(&mut self.shares, Share { node, spent: Spent::Service, length: service });
        (sojourn, waiting)
    }
}

impl Spans {
    /// Nothing is under way on so many nodes.
    pub(super) fn new(nodes: usize) -> Spans {
        Spans { nodes: vec![Node::default(); nodes], shares: Shares::default() }
    }

    /// What is known of a server is loaded ([`load`]).
    #[inline]
    pub(super) fn foresee_node(&self, id: NodeId) {
        load(&self.nodes[id.index()]);
    }

    /// A request is about to come to a server, into whatever frame.
    #[inline]
    pub(super) fn foresee_begin(&self, id: NodeId) {
        if let Some(frame) = self.nodes[id.index()].frames.first() {
            load(frame);
        }
    }

    /// A frame is about to end.
    #[inline]
    pub(super) fn foresee_frame(&self, id: NodeId, slot: u32) {
        if let Some(frame) = self.nodes[id.index()].frames.get(slot as usize) {
            load(frame);
        }
    }

    /// The same, a round later: it may answer its caller.
    #[inline]
    pub(super) fn foresee_end(&self, id: NodeId, slot: u32) {
        if let Some(frame) = self.nodes[id.index()].frames.get(slot as usize).filter(|frame| frame.is_root) {
            self.foresee_shares(frame.shares);
            self.foresee_call(frame.caller, SessionId::client(frame.call.0));
        }
    }

    /// A call is about to be answered.
    #[inline]
    pub(super) fn foresee_call(&self, id: NodeId, slot: u32) {
        if let Some(call) = self.nodes[id.index()].calls.get(slot as usize) {
            load(call);
        }
    }

    /// The same, a round later: the frame that made it goes on.
    #[inline]
    pub(super) fn foresee_heard(&self, id: NodeId, slot: u32) {
        if let Some(call) = self.nodes[id.index()].calls.get(slot as usize) {
            self.foresee_shares(call.shares);
            self.foresee_frame(id, call.frame);
        }
    }

    /// And another: that frame may end.
    #[inline]
    pub(super) fn foresee_end_of(&self, id: NodeId, slot: u32) {
        if let Some(call) = self.nodes[id.index()].calls.get(slot as usize) {
            self.foresee_end(id, call.frame);
        }
    }

    #[inline]
    fn foresee_shares(&self, list: List) {
        if let Some(item) = self.shares.items.get(list.0 as usize) {
            load(item);
        }
    }

    /// A server took the request of this use of its caller's slot, in a frame.
    #[inline]
    pub(super) fn taken(&mut self, now: Time, id: NodeId, frame: u32, asked: (NodeId, (u32, u32))) {
        let Spans { nodes, shares } = self;
        at(&mut nodes[id.index()].frames, frame).begin(shares, now, Some(asked));
    }

    /// A branch begins, in a frame of its own.
    #[inline]
    pub(super) fn forked(&mut self, now: Time, id: NodeId, frame: u32) {
        let Spans { nodes, shares } = self;
        at(&mut nodes[id.index()].frames, frame).begin(shares, now, None);
    }

    /// An attempt of a frame's call begins, in this use of the call's slot, and goes `to`: the first or a further one.
    #[inline]
    pub(super) fn called(
        &mut self,
        now: Time,
        id: NodeId,
        (frame, (slot, sequence)): (u32, (u32, u32)),
        to: NodeId,
        is_first: bool,
    ) {
        let Spans { nodes, shares } = self;
        let call = at(&mut nodes[id.index()].calls, slot);
        if is_first {
            call.began = now;
        }
        (call.sent, call.to, call.frame, call.sequence, call.sojourn) = (now, to, frame, sequence, 0);
        shares.clear(&mut call.shares);
    }

    /// The call in a slot has ended, and the frame that made it goes on.
    #[inline]
    pub(super) fn heard(&mut self, now: Time, id: NodeId, (frame, slot): (u32, u32), status: Status) {
        let Spans { nodes, shares } = self;
        let Node { frames, calls, .. } = &mut nodes[id.index()];
        let (call, frame) = (at(calls, slot), at(frames, frame));
        let (whole, last) = (now.since(call.began).0, now.since(call.sent).0);
        frame.downstream += whole;
        let is_answered = status == Status::Ok || call.sojourn > 0;
        let travel = if is_answered { last.saturating_sub(call.sojourn) } else { 0 };
        let retry = whole - if is_answered { last } else { 0 };
        shares.hand_over(&mut call.shares, &mut frame.shares);
        shares.add(&mut frame.shares, Share { node: id, spent: Spent::Network, length: travel });
        shares.add(&mut frame.shares, Share { node: id, spent: Spent::Retry, length: retry });
    }

    /// A branch has ended, after so much work. `parent` goes on now, if it has waited for it and for no other any more.
    #[inline]
    pub(super) fn joined(
        &mut self,
        now: Time,
        id: NodeId,
        frame: u32,
        service: Duration,
        parent: Option<u32>,
    ) {
        let Spans { nodes, shares } = self;
        let node = &mut nodes[id.index()];
        let child = at(&mut node.frames, frame);
        let (sojourn, _) = child.end(shares, now, id, service);
        let mut spent = std::mem::take(&mut child.shares);
        if let Some(parent) = parent {
            let parent = at(&mut node.frames, parent);
            parent.downstream += sojourn;
            shares.hand_over(&mut spent, &mut parent.shares);
        }
        shares.clear(&mut spent);
    }

    /// Nothing of a request is left to be done, after so much work; that answers its caller, unless it was told before.
    #[inline]
    pub(super) fn finished(
        &mut self,
        now: Time,
        id: NodeId,
        frame: u32,
        service: Duration,
        is_answer: bool,
    ) -> Served {
        let Spans { nodes, shares } = self;
        let node = &mut nodes[id.index()];
        let frame = at(&mut node.frames, frame);
        let (sojourn, waiting) = frame.end(shares, now, id, service);
        let (arrived, caller, call) = (frame.since, frame.caller, frame.call);
        let mut spent = std::mem::take(&mut frame.shares);
        node.time_ended += u128::from(sojourn);
        if is_answer {
            self.answer(caller, call, id, sojourn, &mut spent);
        }
        self.shares.clear(&mut spent);
        Served { arrived, sojourn, waiting }
    }

    /// Gives a caller's call what its server spent on it, if the caller still waits for that server to end that attempt.
    #[inline]
    fn answer(
        &mut self,
        caller: NodeId,
        (slot, sequence): (u32, u32),
        by: NodeId,
        sojourn: u64,
        spent: &mut List,
    ) {
        let node = &mut self.nodes[caller.index()];
        if SessionId::incarnation(slot) != node.incarnation {
            return;
        }
        let call = at(&mut node.calls, SessionId::client(slot));
        if (call.to, call.sequence) == (by, sequence) {
            call.sojourn = sojourn;
            std::mem::swap(&mut call.shares, spent);
        }
    }

    /// A frame asks a store, or was answered by it.
    pub(super) fn store(&mut self, now: Time, id: NodeId, note: &ClientNote) {
        let Spans { nodes, shares } = self;
        let node = &mut nodes[id.index()];
        match *note {
            ClientNote::Invoked { slot, server, .. } => {
                at(&mut node.frames, SessionId::client(slot)).store = (now, server);
            }
            ClientNote::Returned { slot, .. } => {
                let frame = at(&mut node.frames, SessionId::client(slot));
                let (since, server) = frame.store;
                let length = now.since(since).0;
                frame.downstream += length;
                shares.add(&mut frame.shares, Share { node: server, spent: Spent::Store, length });
            }
        }
    }

    /// A client calls a service.
    #[inline]
    pub(super) fn invoked(
        &mut self,
        now: Time,
        client: NodeId,
        (slot, sequence): (u32, u32),
        server: NodeId,
    ) {
        let Spans { nodes, shares } = self;
        let call = at(&mut nodes[client.index()].calls, SessionId::client(slot));
        (call.began, call.sent, call.to, call.sequence, call.sojourn) = (now, now, server, sequence, 0);
        shares.clear(&mut call.shares);
    }

    /// A client was told, `latency` nanoseconds after it was to ask, in so many attempts: what they were spent on.
    #[inline]
    pub(super) fn returned(
        &mut self,
        client: NodeId,
        slot: u32,
        latency: u64,
        attempts: u16,
    ) -> impl Iterator<Item = Share> + '_ {
        let Spans { nodes, shares } = self;
        let call = at(&mut nodes[client.index()].calls, SessionId::client(slot));
        let rest = latency.saturating_sub(call.sojourn);
        let spent = if attempts > 1 { Spent::Retry } else { Spent::Network };
        shares.add(&mut call.shares, Share { node: client, spent, length: rest });
        shares.of(call.shares)
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

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENTS: NodeId = NodeId(0);
    const SERVER: NodeId = NodeId(1);

    fn spans() -> Spans {
        let mut spans = Spans::new(2);
        [CLIENTS, SERVER].into_iter().for_each(|node| spans.booted(node));
        spans
    }

    /// The only client calls for the `request`th time; the server takes that in `frame` 10 ns later.
    fn called(spans: &mut Spans, frame: u32, request: u32) {
        let call = (SessionId::slot(1, 0), request);
        spans.invoked(Time(0), CLIENTS, call, SERVER);
        spans.taken(Time(10), SERVER, frame, (CLIENTS, call));
    }

    fn returned(spans: &mut Spans, latency: u64) -> Vec<(NodeId, Spent, u64)> {
        let shares = spans.returned(CLIENTS, SessionId::slot(1, 0), latency, 1);
        let mut shares: Vec<_> = shares.map(|share| (share.node, share.spent, share.length)).collect();
        shares.sort();
        shares
    }

    #[test]
    fn a_request_was_on_its_way_waited_and_was_served() {
        let mut spans = spans();
        called(&mut spans, 0, 1);
        let served = spans.finished(Time(60), SERVER, 0, Duration(20), true);
        assert_eq!(served, Served { arrived: Time(10), sojourn: 50, waiting: 30 });
        let expected =
            [(CLIENTS, Spent::Network, 25), (SERVER, Spent::Queue, 30), (SERVER, Spent::Service, 20)];
        assert_eq!(returned(&mut spans, 75), expected);
    }

    #[test]
    fn work_that_nobody_waits_for_is_no_part_of_a_later_request() {
        for is_answer in [true, false] {
            let mut spans = spans();
            called(&mut spans, 0, 1);
            // It was given up, or answered at once; the next one has its slot, and is under way when its work is done.
            spans.invoked(Time(20), CLIENTS, (SessionId::slot(1, 0), 2), SERVER);
            spans.finished(Time(900), SERVER, 0, Duration(890), is_answer);
            assert_eq!(returned(&mut spans, 900), [(CLIENTS, Spent::Network, 900)]);
        }
    }

    #[test]
    fn what_ends_gives_back_its_place() {
        let mut spans = spans();
        for request in 1..100 {
            called(&mut spans, request % 3, request);
            spans.finished(Time(60), SERVER, request % 3, Duration(20), request % 5 > 0);
            returned(&mut spans, 75);
        }
        assert!(
            spans.shares.items.len() <= 6,
            "{} items for one request at a time",
            spans.shares.items.len()
        );
    }
}
