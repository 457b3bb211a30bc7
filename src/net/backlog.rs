//! What waits at its sender because a partition or a full buffer blocks its stream.

use std::collections::{BTreeMap, VecDeque};

use crate::kernel::{Message, NodeId, Time};

/// The stalled streams, by (from, to). Stalls are rare; a stream that flows is not here.
#[derive(Clone)]
pub(super) struct Backlog<M> {
    streams: BTreeMap<(NodeId, NodeId), Stalled<M>>,
}

/// One stalled stream.
#[derive(Clone)]
pub(super) struct Stalled<M> {
    messages: VecDeque<M>,
    /// How often its head was sent in vain. The messages behind it were not sent yet.
    attempts: u32,
    /// Until when its sender does not notice that it is dead, if it is.
    dead_until: Option<Time>,
}

impl<M: Message> Backlog<M> {
    pub(super) fn new() -> Self {
        Backlog { streams: BTreeMap::new() }
    }

    /// Messages that wait on all streams.
    pub(super) fn len(&self) -> u64 {
        self.streams.values().map(|stalled| stalled.messages.len() as u64).sum()
    }

    /// The stream stalls with `message` at its head.
    pub(super) fn stall(&mut self, from: NodeId, to: NodeId, message: M) {
        let stalled = Stalled { messages: VecDeque::from([message]), attempts: 1, dead_until: None };
        let before = self.streams.insert((from, to), stalled);
        assert!(before.is_none(), "a stalled stream sends nothing");
    }

    /// The stream is dead, and its sender does not notice until then.
    pub(super) fn die(&mut self, from: NodeId, to: NodeId, noticed: Time) {
        let stalled = Stalled { messages: VecDeque::new(), attempts: 0, dead_until: Some(noticed) };
        let before = self.streams.insert((from, to), stalled);
        assert!(before.is_none(), "it was reset, and has sent nothing since");
    }

    /// Until when the sender of a dead stream does not notice; `None` if it is alive.
    pub(super) fn dead_until(&self, from: NodeId, to: NodeId) -> Option<Time> {
        self.streams.get(&(from, to))?.dead_until
    }

    /// Adds `message` behind those that wait on the stalled stream.
    pub(super) fn queue(&mut self, from: NodeId, to: NodeId, message: M) {
        self.stalled(from, to).expect("the link is marked stalled").messages.push_back(message);
    }

    pub(super) fn stalled(&mut self, from: NodeId, to: NodeId) -> Option<&mut Stalled<M>> {
        self.streams.get_mut(&(from, to))
    }

    /// The stream flows again.
    pub(super) fn recovered(&mut self, from: NodeId, to: NodeId) {
        let stalled = self.streams.remove(&(from, to)).expect("only a stalled stream recovers");
        assert!(stalled.messages.is_empty(), "a recovered stream has sent all it held");
    }

    /// Forgets the streams (from, to) that are reset; returns the sender of each with how many messages it held.
    pub(super) fn reset(&mut self, is_reset: impl Fn(NodeId, NodeId) -> bool) -> Vec<(NodeId, u64)> {
        let keys: Vec<_> = self.streams.keys().copied().filter(|&(from, to)| is_reset(from, to)).collect();
        let mut forgotten = Vec::with_capacity(keys.len());
        for key in keys {
            let stalled = self.streams.remove(&key).expect("the key was just listed");
            forgotten.push((key.0, stalled.messages.len() as u64));
        }
        forgotten
    }
}

impl<M: Message> Stalled<M> {
    /// Size of the message at the head, in bytes.
    pub(super) fn next_size(&self) -> Option<u32> {
        self.messages.front().map(Message::size)
    }

    /// Removes the message at the head.
    pub(super) fn take(&mut self) -> M {
        self.attempts = 0;
        self.messages.pop_front().expect("next_size named a message")
    }

    /// Whether the message at the head was sent before, in vain.
    pub(super) fn was_sent(&self) -> bool {
        self.attempts > 0
    }

    /// The head was sent in vain; returns how often it had been before.
    pub(super) fn blocked(&mut self) -> u32 {
        self.attempts += 1;
        self.attempts - 1
    }
}
