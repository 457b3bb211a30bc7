//! What a fault comes to once its target is known: plain data that the event loop carries out, and that can be
//! printed, stored, replayed, edited and shrunk.

use crate::kernel::{Duration, NodeId};
use crate::net::topology::Duct;
use crate::net::{Impairment, ImpairmentId};

/// One change to the world.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// The node loses its process, queued work and un-synced writes.
    Crash(NodeId),
    /// The node boots from what is durable, once nothing else holds it down.
    Restart(NodeId),
    /// The node stops: messages, timers and disk completions wait, work stands still.
    Pause(NodeId),
    /// The node goes on with what waited, unless it crashed since (another incarnation).
    Resume(NodeId, Incarnation),
    /// Messages from any of `from` to any of `to` meet with `impairment`.
    Impair {
        /// Its name, to lift it.
        id: ImpairmentId,
        /// Names its draws.
        key: u64,
        /// What they meet with.
        impairment: Impairment,
        /// The senders.
        from: Vec<NodeId>,
        /// The receivers.
        to: Vec<NodeId>,
    },
    /// Every impairment of that name ends.
    Lift(ImpairmentId),
    /// The fibres of a duct carry nothing; `reroute` after this the routes lead around them.
    Cut {
        /// Which.
        duct: Duct,
        /// How long the routes need.
        reroute: Duration,
    },
    /// One such cut ends; `reroute` after this the routes may lead through it again.
    Mend {
        /// Which.
        duct: Duct,
        /// How long the routes need.
        reroute: Duration,
    },
    /// Work on the node takes `factor` times as long.
    SlowNode(NodeId, u32),
    /// One such slow-down ends.
    SpeedUpNode(NodeId, u32),
    /// The node's disk takes `factor` times as long.
    SlowDisk(NodeId, u32),
    /// One such slow-down ends.
    SpeedUpDisk(NodeId, u32),
}

impl Action {
    /// The nodes that it changes.
    pub fn nodes(&self) -> Vec<NodeId> {
        match self {
            Action::Crash(node)
            | Action::Restart(node)
            | Action::Pause(node)
            | Action::Resume(node, _)
            | Action::SlowNode(node, _)
            | Action::SpeedUpNode(node, _)
            | Action::SlowDisk(node, _)
            | Action::SpeedUpDisk(node, _) => vec![*node],
            Action::Impair { from, .. } => from.clone(),
            Action::Lift(_) | Action::Cut { .. } | Action::Mend { .. } => Vec::new(),
        }
    }
}

/// Counts the boots of a node, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Incarnation(pub u32);
