//! What streams hold up: what waits at its sender for a way, and what waits at its receiver for what was sent before it.

use std::collections::{BTreeMap, VecDeque};

use super::DropReason;
use crate::kernel::{Message, NodeId, Time};

/// The stalled streams, by (from, to). Stalls are rare; a stream that flows is not here.
#[derive(Clone)]
pub(super) struct Backlog<M> {
    streams: BTreeMap<(NodeId, NodeId), Stalled<M>>,
}

/// One stalled stream. Its first message is missing at the receiver, who has no use for what follows before it has that.
#[derive(Clone)]
pub(super) struct Stalled<M> {
    messages: VecDeque<Held<M>>,
    /// How many it has held before these: each has a number for as long as the stream is stalled.
    taken: u64,
    /// Whether what follows is sent all the same: the head was lost, and nothing is in its way.
    is_open: bool,
    /// Until when its sender does not notice that it is dead, if it is.
    dead_until: Option<Time>,
}

/// A message of a stalled stream.
#[derive(Clone)]
pub(super) struct Held<M> {
    pub(super) message: M,
    pub(super) state: State,
}

/// How far a message of a stalled stream has come.
#[derive(Clone, Copy)]
pub(super) enum State {
    /// It waits at its sender, who has sent it so often in vain.
    Missing { sent: u32 },
    /// Where capacity is shared: it has not left yet, and will arrive unless it is given up.
    Leaving,
    /// It arrives then, or has arrived, and waits for those before it.
    Arrives(Time),
    /// It is given up.
    GivenUp(DropReason),
}

impl<M: Message> Backlog<M> {
    pub(super) fn new() -> Self {
        Backlog { streams: BTreeMap::new() }
    }

    /// Messages that wait on all streams.
    pub(super) fn len(&self) -> u64 {
        self.streams.values().map(|stalled| stalled.messages.len() as u64).sum()
    }

    /// The stream stalls with `message` at its head, sent once in vain; `is_open` says whether it was only lost.
    pub(super) fn stall(&mut self, from: NodeId, to: NodeId, message: M, is_open: bool) {
        let head = Held { message, state: State::Missing { sent: 1 } };
        let stalled = Stalled { messages: VecDeque::from([head]), taken: 0, is_open, dead_until: None };
        let before = self.streams.insert((from, to), stalled);
        assert!(before.is_none(), "a stream that stalls flowed before");
    }

    /// The stream is dead, and its sender does not notice until then.
    pub(super) fn die(&mut self, from: NodeId, to: NodeId, noticed: Time) {
        let stalled =
            Stalled { messages: VecDeque::new(), taken: 0, is_open: false, dead_until: Some(noticed) };
        let before = self.streams.insert((from, to), stalled);
        assert!(before.is_none(), "it was reset, and has sent nothing since");
    }

    /// Until when the sender of a dead stream does not notice; `None` if it is alive.
    pub(super) fn dead_until(&self, from: NodeId, to: NodeId) -> Option<Time> {
        self.streams.get(&(from, to))?.dead_until
    }

    /// Adds `message` behind those of the stalled stream.
    pub(super) fn queue(&mut self, from: NodeId, to: NodeId, message: M, state: State) {
        let stalled = self.stalled(from, to).expect("the link is marked stalled");
        stalled.messages.push_back(Held { message, state });
    }

    /// Whether the stalled stream sends what follows its head.
    pub(super) fn is_open(&self, from: NodeId, to: NodeId) -> bool {
        self.streams.get(&(from, to)).is_some_and(|stalled| stalled.is_open)
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
    /// What its sender still has to send, in order.
    pub(super) fn missing(&mut self) -> impl Iterator<Item = &mut Held<M>> {
        self.messages.iter_mut().filter(|held| matches!(held.state, State::Missing { .. }))
    }

    /// The numbers of these.
    pub(super) fn numbers_missing(&self) -> Vec<u64> {
        let numbered = (self.taken..).zip(&self.messages);
        let missing = numbered.filter(|(_, held)| matches!(held.state, State::Missing { .. }));
        missing.map(|(number, _)| number).collect()
    }

    /// The number of the next message that it holds.
    pub(super) fn next_number(&self) -> u64 {
        self.taken + self.messages.len() as u64
    }

    /// The message of this number.
    ///
    /// # Panics
    /// If it is held no longer.
    pub(super) fn numbered(&mut self, number: u64) -> &mut Held<M> {
        let index = number.checked_sub(self.taken).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.messages.get_mut(index)).expect("the message is held")
    }

    /// Removes the message at the head if nothing keeps it: it comes with when it arrives, or why it is given up.
    pub(super) fn take(&mut self) -> Option<(M, Result<Time, DropReason>)> {
        let found = match self.messages.front()?.state {
            State::Missing { .. } | State::Leaving => return None,
            State::Arrives(at) => Ok(at),
            State::GivenUp(reason) => Err(reason),
        };
        self.taken += 1;
        self.messages.pop_front().map(|held| (held.message, found))
    }

    /// Whether nothing is held any more.
    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// How often the first of what is missing was sent in vain; `None` if nothing is missing.
    pub(super) fn sent(&mut self) -> Option<u32> {
        self.missing().find_map(|held| match held.state {
            State::Missing { sent } => Some(sent),
            State::Leaving | State::Arrives(_) | State::GivenUp(_) => None,
        })
    }

    /// Whether the stream sends what follows its head, from now on.
    pub(super) fn open(&mut self, is_open: bool) {
        self.is_open = is_open;
    }
}

impl<M: Message> Held<M> {
    /// Size of the message, in bytes.
    pub(super) fn size(&self) -> u32 {
        self.message.size()
    }

    /// It is sent once more: whether it was before.
    pub(super) fn send(&mut self) -> bool {
        let State::Missing { sent } = &mut self.state else { return false };
        *sent += 1;
        *sent > 1
    }
}
