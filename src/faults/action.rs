//! What a fault comes to once its target is known: plain data that the event loop carries out, and that can be
//! printed, stored, replayed, edited and shrunk.

use crate::clocks::{Disturbance, DisturbanceId};
use crate::kernel::{Duration, NodeId};
use crate::net::topology::Duct;
use crate::net::{Impairment, ImpairmentId, Pattern};
use crate::storage::{Ailment, AilmentId};

/// One change to the world.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// The node loses its process, queued work and un-synced writes.
    Crash(NodeId),
    /// As a crash, and all that is durable is lost with the disk.
    Destroy(NodeId),
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
        /// When.
        pattern: Pattern,
        /// The senders.
        from: Vec<NodeId>,
        /// The receivers.
        to: Vec<NodeId>,
    },
    /// Every impairment of that name ends.
    Lift(ImpairmentId),
    /// The streams between any of `from` and any of `to` are reset. What the former send to the latter is lost for
    /// `unnoticed` longer.
    ResetStreams {
        /// One end.
        from: Vec<NodeId>,
        /// The other.
        to: Vec<NodeId>,
        /// How long who sends does not notice.
        unnoticed: Duration,
    },
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
    /// Something is wrong with the node's disk.
    AilDisk {
        /// Whose.
        node: NodeId,
        /// Its name, to mend it.
        id: AilmentId,
        /// Names its draws.
        key: u64,
        /// What is wrong.
        ailment: Ailment,
    },
    /// What is wrong with the node's disk under that name is over.
    MendDisk {
        /// Whose.
        node: NodeId,
        /// Its name.
        id: AilmentId,
    },
    /// All faults end, for good, of all nodes but `others` and of the links between them; what is wrong with these and with
    /// links to them stays so for good.
    Heal {
        /// Who is left as it is.
        others: Vec<NodeId>,
    },
    /// The node's clocks are disturbed.
    DisturbClock(NodeId, DisturbanceId, Disturbance),
    /// What was disturbed under that name is so no longer.
    SettleClock(NodeId, DisturbanceId),
}

impl Action {
    /// The nodes that it changes themselves, not only what is said between them.
    pub fn nodes(&self) -> Vec<NodeId> {
        match self {
            Action::Crash(node)
            | Action::Destroy(node)
            | Action::Restart(node)
            | Action::Pause(node)
            | Action::Resume(node, _)
            | Action::SlowNode(node, _)
            | Action::SpeedUpNode(node, _)
            | Action::AilDisk { node, .. }
            | Action::MendDisk { node, .. }
            | Action::DisturbClock(node, ..)
            | Action::SettleClock(node, _) => vec![*node],
            Action::Impair { .. }
            | Action::ResetStreams { .. }
            | Action::Lift(_)
            | Action::Heal { .. }
            | Action::Cut { .. }
            | Action::Mend { .. } => Vec::new(),
        }
    }
}

/// Counts the boots of a node, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Incarnation(pub u32);
