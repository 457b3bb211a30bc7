//! What waits for a clog to end at its sender, or for a hold at its receiver.

use crate::kernel::NodeId;

/// A message that waits.
#[derive(Clone, Debug)]
pub struct Waiting<M> {
    /// Its sender.
    pub from: NodeId,
    /// Its receiver.
    pub to: NodeId,
    /// Of its stream (0: a datagram, which no reset concerns).
    pub epoch: u32,
    /// The message.
    pub message: M,
}

/// Everything that waits, in the order in which it was sent.
#[derive(Clone)]
pub(super) struct Clogged<M> {
    waiting: Vec<Waiting<M>>,
}

impl<M> Clogged<M> {
    pub(super) fn new() -> Self {
        Clogged { waiting: Vec::new() }
    }

    pub(super) fn len(&self) -> u64 {
        self.waiting.len() as u64
    }

    pub(super) fn push(&mut self, waiting: Waiting<M>) {
        self.waiting.push(waiting);
    }

    /// Removes what waits on a link (from, to) that `is_free`.
    pub(super) fn take(&mut self, mut is_free: impl FnMut(NodeId, NodeId) -> bool) -> Vec<Waiting<M>> {
        let (free, waiting) =
            std::mem::take(&mut self.waiting).into_iter().partition(|one| is_free(one.from, one.to));
        self.waiting = waiting;
        free
    }

    /// Forgets what waits on the streams between nodes (from, to) that are reset; returns who sent it, message by message.
    pub(super) fn reset(&mut self, is_reset: impl Fn(NodeId, NodeId) -> bool) -> Vec<NodeId> {
        let is_reset = |one: &Waiting<M>| one.epoch != 0 && is_reset(one.from, one.to);
        let senders = self.waiting.iter().filter(|one| is_reset(one)).map(|one| one.from).collect();
        self.waiting.retain(|one| !is_reset(one));
        senders
    }
}
