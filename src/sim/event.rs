//! What waits in the queue.

use crate::kernel::{NodeId, Time};
use crate::net::Schedule;
use crate::net::topology::Duct;

/// A pending event.
#[derive(Clone, Copy)]
pub(super) enum Event {
    /// A message, the event's body, arrives, unless its stream's epoch has passed (0: a datagram).
    Deliver { from: NodeId, to: NodeId, epoch: u32 },
    /// A message, the event's body, comes back, as nobody took it, unless its sender crashed since.
    Refused { from: NodeId, by: NodeId, incarnation: u32 },
    /// A node learns that its streams with another are gone, unless it crashed since.
    Reset { node: NodeId, peer: NodeId, incarnation: u32 },
    /// The queue's entry for a named timer comes up; it may have been moved or disarmed since.
    Timer { node: NodeId, timer: u32 },
    /// The disk completes its oldest sync, unless the node crashed since.
    Disk { node: NodeId, incarnation: u32 },
    /// A piece of work completes, unless it moved on.
    Work { node: NodeId, slot: u32, generation: u32 },
    /// A stalled stream tries again, unless it was reset.
    Retransmit { from: NodeId, to: NodeId, epoch: u32 },
    /// The network looks whether what waits is free.
    Wake,
    /// Routes follow a fibre that was cut or mended.
    Reroute { duct: Duct },
    /// A message that shares capacity has left, unless another moved that.
    Leave { generation: u32 },
    /// A planned fault strikes.
    Strike { fault: u32 },
    /// A fault strikes because of something that happened, its `number`th of them.
    Triggered { fault: u32, number: u32 },
    /// A node's wall clock shows the time of an alarm, unless that clock changed since.
    Alarm { alarm: u32 },
    /// The next step of a script of a strike is due, unless the strike has ended.
    Step { strike: u32, script: u32 },
    /// A strike ends, unless it did before.
    Undo { strike: u32 },
    /// The caller asked to be told when time has come this far. No event of the run.
    Mark,
    /// The run is over.
    End,
}

/// Bytes that one pending event takes in a world whose messages are `M`: its key, itself and its message.
pub const fn bytes_per_pending<M>() -> usize {
    crate::kernel::queue::bytes_per_pending::<Event, M>()
}

impl<M> Schedule<M> for super::shared::EventQueue<M> {
    #[inline(always)]
    fn deliver(&mut self, at: Time, from: NodeId, to: NodeId, epoch: u32, message: M) {
        self.push_with(at, Event::Deliver { from, to, epoch }, message);
    }

    #[inline(always)]
    fn deliver_in_order(&mut self, at: Time, from: NodeId, to: NodeId, message: M) {
        self.push_steady_with(at, Event::Deliver { from, to, epoch: 0 }, message);
    }

    fn retransmit(&mut self, at: Time, from: NodeId, to: NodeId, epoch: u32) {
        self.push(at, Event::Retransmit { from, to, epoch });
    }

    fn wake(&mut self, at: Time) {
        self.push(at, Event::Wake);
    }

    fn reroute(&mut self, at: Time, duct: Duct) {
        self.push(at, Event::Reroute { duct });
    }

    fn leave(&mut self, at: Time, generation: u32) {
        self.push(at, Event::Leave { generation });
    }
}
