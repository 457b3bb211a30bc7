//! What an event of the run is, to observers and to the digest.

use crate::kernel::{DiskError, DiskToken, Message, NodeId, WorkToken};

/// An event of a run whose messages are `M`.
#[derive(Clone, Copy, Debug)]
pub enum Occurrence<'a, M> {
    /// A message reached a running process.
    Delivered {
        /// Its sender.
        from: NodeId,
        /// Its receiver.
        to: NodeId,
        /// The message.
        message: &'a M,
    },
    /// A message came back to its sender, as nobody took it.
    Refused {
        /// Its sender.
        node: NodeId,
        /// Who did not take it.
        by: NodeId,
        /// The message.
        message: &'a M,
    },
    /// A node learned that its streams with another are gone.
    Reset {
        /// Which node.
        node: NodeId,
        /// The other.
        peer: NodeId,
    },
    /// A timer fired.
    Fired {
        /// Whose.
        node: NodeId,
        /// The timer's dense index.
        timer: u32,
    },
    /// A process was told that a sync is over.
    Synced {
        /// Whose.
        node: NodeId,
        /// What it was asked for under.
        token: DiskToken,
        /// How it ended.
        result: Result<(), DiskError>,
    },
    /// A piece of work is done.
    Computed {
        /// Whose.
        node: NodeId,
        /// What it was asked for under.
        token: WorkToken,
    },
    /// A fault was due; it strikes unless it finds nothing to strike.
    Struck {
        /// Its position on the timeline as planned.
        planned: usize,
        /// The strikes of the run before it.
        strike: usize,
    },
    /// A strike ended.
    Ended {
        /// Counts all strikes of the run from 0.
        strike: usize,
    },
    /// A strike went on to the next step of a script.
    Stepped {
        /// Counts all strikes of the run from 0.
        strike: usize,
        /// Which of its scripts.
        script: usize,
    },
    /// A node booted.
    Booted {
        /// Which.
        node: NodeId,
    },
}

/// Kinds of events, as they enter the digest.
#[derive(Clone, Copy)]
enum Kind {
    Deliver = 1,
    Timer,
    Disk,
    Work,
    Strike,
    Undo,
    Boot,
    Step,
    Refuse,
    Reset,
}

impl<M: Message> Occurrence<'_, M> {
    /// What enters the digest beside the time: kind, sort and node; detail.
    #[inline(always)]
    pub(super) fn words(&self) -> [u64; 2] {
        let head =
            |kind: Kind, sort: u16, node: u32| (kind as u64) << 56 | u64::from(sort) << 40 | u64::from(node);
        match *self {
            Occurrence::Delivered { from, to, message } => {
                [head(Kind::Deliver, message.kind(), to.0), u64::from(from.0)]
            }
            Occurrence::Refused { node, by, message } => {
                [head(Kind::Refuse, message.kind(), node.0), u64::from(by.0)]
            }
            Occurrence::Reset { node, peer } => [head(Kind::Reset, 0, node.0), u64::from(peer.0)],
            Occurrence::Fired { node, timer } => [head(Kind::Timer, 0, node.0), u64::from(timer)],
            Occurrence::Synced { node, token, result } => {
                let sort = result.map_or_else(|error| 1 + error as u16, |()| 0);
                [head(Kind::Disk, sort, node.0), token.0]
            }
            Occurrence::Computed { node, token } => [head(Kind::Work, 0, node.0), token.0],
            Occurrence::Struck { planned, strike } => [head(Kind::Strike, 0, strike as u32), planned as u64],
            Occurrence::Ended { strike } => [head(Kind::Undo, 0, 0), strike as u64],
            Occurrence::Stepped { strike, script } => [head(Kind::Step, 0, script as u32), strike as u64],
            Occurrence::Booted { node } => [head(Kind::Boot, 0, node.0), 0],
        }
    }
}
