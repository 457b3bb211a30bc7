//! What waits at its sender because a stream lost a message: the lost one and all that followed it.

use std::collections::{BTreeMap, VecDeque};

use crate::kernel::{Message, NodeId};

/// The stalled streams, by (from, to). Stalls are rare; a stream that flows is not here.
#[derive(Clone)]
pub(super) struct Backlog<M> {
    streams: BTreeMap<(NodeId, NodeId), Stalled<M>>,
}

/// One stalled stream.
#[derive(Clone)]
pub(super) struct Stalled<M> {
    messages: VecDeque<M>,
    /// How often its head was lost in a row.
    losses: u32,
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
        let stalled = Stalled { messages: VecDeque::from([message]), losses: 0 };
        let before = self.streams.insert((from, to), stalled);
        assert!(before.is_none(), "a stalled stream sends nothing that could be lost");
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

    /// Forgets the streams of a crashed node; returns each with how many messages it held.
    pub(super) fn reset(&mut self, node: NodeId) -> Vec<(NodeId, NodeId, u64)> {
        let ends_here = |&(from, to): &(NodeId, NodeId)| from == node || to == node;
        let keys: Vec<_> = self.streams.keys().copied().filter(ends_here).collect();
        let mut forgotten = Vec::with_capacity(keys.len());
        for key in keys {
            let stalled = self.streams.remove(&key).expect("the key was just listed");
            forgotten.push((key.0, key.1, stalled.messages.len() as u64));
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
        self.losses = 0;
        self.messages.pop_front().expect("next_size named a message")
    }

    /// Counts another loss of the head; returns how often it was lost again.
    pub(super) fn lost_again(&mut self) -> u32 {
        self.losses += 1;
        self.losses
    }
}
