//! What streams hold up: what waits at its sender for a way, and what waits at its receiver for what was sent before it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::DropReason;
use crate::kernel::{NodeId, Time};

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
    /// The numbers of those that are missing.
    missing: BTreeSet<u64>,
    /// Whether what follows is sent all the same: the head was lost, and nothing is in its way.
    is_open: bool,
    /// Until when its sender does not notice that it is dead, if it is.
    dead_until: Option<Time>,
}

/// A message of a stalled stream.
#[derive(Clone)]
struct Held<M> {
    message: M,
    state: State,
}

/// How far a message of a stalled stream has come.
#[derive(Clone, Copy)]
pub(super) enum State {
    /// It waits at its sender, who has sent it so often in vain.
    Missing { sent: u32 },
    /// Where capacity is shared: it has been sent so often, and has not left yet since the last time.
    Leaving { sent: u32 },
    /// It arrives then, or has arrived, and waits for those before it.
    Arrives(Time),
    /// It is given up.
    GivenUp(DropReason),
}

impl<M> Backlog<M> {
    pub(super) fn new() -> Self {
        Backlog { streams: BTreeMap::new() }
    }

    /// Messages that wait on all streams.
    pub(super) fn len(&self) -> u64 {
        self.streams.values().map(|stalled| stalled.messages.len() as u64).sum()
    }

    /// The stream stalls with `message` at its head, sent once in vain; `is_open` says whether it is only lost. Returns the
    /// number of the message.
    pub(super) fn stall(&mut self, from: NodeId, to: NodeId, message: M, state: State, is_open: bool) -> u64 {
        let mut stalled = Stalled { is_open, ..Stalled::empty() };
        let number = stalled.queue(message, state);
        let before = self.streams.insert((from, to), stalled);
        assert!(before.is_none(), "a stream that stalls flowed before");
        number
    }

    /// The stream is dead, and its sender does not notice until then.
    pub(super) fn die(&mut self, from: NodeId, to: NodeId, noticed: Time) {
        let stalled = Stalled { dead_until: Some(noticed), ..Stalled::empty() };
        let before = self.streams.insert((from, to), stalled);
        assert!(before.is_none(), "it was reset, and has sent nothing since");
    }

    /// Until when the sender of a dead stream does not notice; `None` if it is alive.
    pub(super) fn dead_until(&self, from: NodeId, to: NodeId) -> Option<Time> {
        self.streams.get(&(from, to))?.dead_until
    }

    /// Adds `message` behind those of the stalled stream; returns its number.
    pub(super) fn queue(&mut self, from: NodeId, to: NodeId, message: M, state: State) -> u64 {
        self.stalled(from, to).expect("the link is marked stalled").queue(message, state)
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

impl<M> Stalled<M> {
    /// It holds nothing yet, and is alive.
    fn empty() -> Self {
        Stalled {
            messages: VecDeque::new(),
            taken: 0,
            missing: BTreeSet::new(),
            is_open: false,
            dead_until: None,
        }
    }

    /// Adds `message` behind the others; returns its number.
    fn queue(&mut self, message: M, state: State) -> u64 {
        let number = self.taken + self.messages.len() as u64;
        self.messages.push_back(Held { message, state });
        self.set(number, state);
        number
    }

    /// The numbers of what its sender still has to send, in order.
    pub(super) fn numbers_missing(&self) -> Vec<u64> {
        self.missing.iter().copied().collect()
    }

    /// How often the first of what is missing was sent in vain; `None` if nothing is missing.
    pub(super) fn sent(&self) -> Option<u32> {
        self.missing.first().map(|number| match self.messages[self.index(*number)].state {
            State::Missing { sent } => sent,
            State::Leaving { .. } | State::Arrives(_) | State::GivenUp(_) => unreachable!("it is missing"),
        })
    }

    /// Sends the missing message of this number once more: it, and how often it was sent with that.
    pub(super) fn send(&mut self, number: u64) -> (&M, u32) {
        let index = self.index(number);
        let Held { message, state } = &mut self.messages[index];
        let State::Missing { sent } = state else { unreachable!("only what is missing is sent again") };
        *sent += 1;
        (message, *sent)
    }

    /// The message of this number has come so far.
    pub(super) fn set(&mut self, number: u64, state: State) {
        let index = self.index(number);
        self.messages[index].state = state;
        match state {
            State::Missing { .. } => self.missing.insert(number),
            State::Leaving { .. } | State::Arrives(_) | State::GivenUp(_) => self.missing.remove(&number),
        };
    }

    /// What was leaving under this number has left, and is lost: how often it was sent.
    pub(super) fn miss(&mut self, number: u64) -> u32 {
        let State::Leaving { sent } = self.messages[self.index(number)].state else {
            unreachable!("it was leaving")
        };
        self.set(number, State::Missing { sent });
        sent
    }

    /// Where the message of this number is.
    ///
    /// # Panics
    /// If it was held before.
    fn index(&self, number: u64) -> usize {
        let index = number.checked_sub(self.taken).and_then(|index| usize::try_from(index).ok());
        index.expect("the message is held")
    }

    /// Removes the message at the head if nothing keeps it: it comes with when it arrives, or why it is given up.
    pub(super) fn take(&mut self) -> Option<(M, Result<Time, DropReason>)> {
        let found = match self.messages.front()?.state {
            State::Missing { .. } | State::Leaving { .. } => return None,
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

    /// Whether the stream sends what follows its head, from now on.
    pub(super) fn open(&mut self, is_open: bool) {
        self.is_open = is_open;
    }
}
