//! Observers: checks, metrics, traces and charts listen to a run through one type known at compile time, so that
//! what is not listened to costs nothing. An observer cannot change the run.

use crate::faults::{Action, News};
use crate::kernel::{Digest, NodeId, Process, Soon, Time};
use crate::net::DropReason;

use super::node::{FaultRecord, Lifecycle};
use super::occurrence::Occurrence;

/// Listens to a run of processes `P`.
pub trait Observer<P: Process> {
    /// An event begins: what the observer is told until the next one begins is what this one caused. Events are
    /// numbered from 1; `before` is the digest over all that came before.
    #[inline]
    fn began(&mut self, at: Time, number: u64, event: &Occurrence<'_, P::Message>, before: Digest) {
        let _ = (at, number, event, before);
    }

    /// Something will happen on a node soon: the observer may [`load`](crate::kernel::load) what it keeps of the node.
    #[inline]
    fn foresee_node(&self, node: NodeId) {
        let _ = node;
    }

    /// This will happen on a node soon: the observer may load what it keeps for what comes of that. Told in all rounds but the first
    /// ([`ROUNDS`](crate::kernel::foresight::ROUNDS)).
    #[inline]
    fn foresee(&self, round: u32, node: NodeId, soon: Soon<'_, P::Message>) {
        let _ = (round, node, soon);
    }

    /// A process noted something.
    #[inline]
    fn noted(&mut self, at: Time, node: NodeId, note: &P::Note) {
        let _ = (at, node, note);
    }

    /// A node's life changed.
    fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        let _ = (at, node, change);
    }

    /// A fault struck.
    fn struck(&mut self, fault: &FaultRecord) {
        let _ = fault;
    }

    /// The fault at position `planned` of the timeline was due, and found nothing to strike: its event changed nothing.
    fn missed(&mut self, at: Time, planned: usize) {
        let _ = (at, planned);
    }

    /// A strike goes on, or ends: what changes before the next event is its doing, as it is after [`Observer::struck`].
    fn goes_on(&mut self, at: Time, strike: usize) {
        let _ = (at, strike);
    }

    /// This is what a strike does now: as it begins, in a step, or at its end; whatever else keeps it from showing.
    fn acts(&mut self, at: Time, strike: usize, actions: &[Action]) {
        let _ = (at, strike, actions);
    }

    /// A strike ended.
    fn ended(&mut self, at: Time, strike: usize) {
        let _ = (at, strike);
    }

    /// Something came to pass that faults and checks may wait for.
    fn happened(&mut self, at: Time, news: News) {
        let _ = (at, news);
    }

    /// A message was handed to the network.
    #[inline]
    fn sent(&mut self, at: Time, from: NodeId, to: NodeId, message: &P::Message) {
        let _ = (at, from, to, message);
    }

    /// A message that was in flight found no receiver.
    fn dropped(&mut self, at: Time, from: NodeId, to: NodeId, reason: DropReason) {
        let _ = (at, from, to, reason);
    }
}

/// Listens to nothing.
impl<P: Process> Observer<P> for () {}
