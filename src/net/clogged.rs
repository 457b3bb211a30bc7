//! What waits at its sender for a clog to end.

use crate::kernel::NodeId;

/// A message that waits.
#[derive(Clone)]
pub(super) struct Waiting<M> {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    /// Of its stream (0: a datagram, which no crash concerns).
    pub(super) epoch: u32,
    pub(super) message: M,
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

    /// Forgets what waits on the streams of a crashed node; returns who sent it, message by message.
    pub(super) fn reset(&mut self, node: NodeId) -> Vec<NodeId> {
        let is_reset = |one: &Waiting<M>| one.epoch != 0 && (one.from == node || one.to == node);
        let senders = self.waiting.iter().filter(|one| is_reset(one)).map(|one| one.from).collect();
        self.waiting.retain(|one| !is_reset(one));
        senders
    }
}
