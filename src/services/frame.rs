//! What a server remembers of a request: where it is in its program.

use crate::kernel::{Duration, Keyed, NodeId};
use crate::model::op::Value;

use super::message::Call;
use super::program::{LOOPS_MAX, Pc};

/// A request in a server, or one of its parallel branches.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) call: Call,
    pub(super) origin: Origin,
    pub(super) pc: Pc,
    /// Names the frame among those of the request, wherever they are.
    pub(super) span: u32,
    /// Rounds of loops begun so far.
    pub(super) rounds: u32,
    /// Rounds left of each nested loop.
    pub(super) left: [u16; LOOPS_MAX],
    /// Forks so far: tells the branches of one from those of another that nobody waits for any more.
    pub(super) forks: u16,
    /// Branches that must still succeed.
    pub(super) needed: u16,
    /// Branches that may still fail.
    pub(super) spare: u16,
    /// Whether something that it did may have had an effect elsewhere.
    pub(super) has_acted: bool,
    /// Whether its caller has been answered.
    pub(super) is_answered: bool,
    pub(super) store: StoreState,
    /// Work done, by its length on an unloaded core of this server.
    pub(super) service: Duration,
}

/// Whom a frame answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// A caller.
    Caller(NodeId),
    /// The frame whose branch it is: its slot, the slot's use, and which of its forks.
    Parent { slot: u32, sequence: u32, fork: u16 },
}

/// The operation on a store that a frame waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoreState {
    pub(super) node: NodeId,
    pub(super) attempts: u32,
    pub(super) value: Value,
    /// Counts the frame slot's operations on stores over all its uses.
    pub(super) sequence: u32,
}

/// What a frame at the first place of a program draws.
#[inline]
pub(super) fn first_draw(draws: &Keyed, call: &Call) -> u64 {
    draws.draw3(call.request(), 0, u64::from(call.span))
}

impl Frame {
    /// A frame at the beginning of a program.
    pub(super) fn new(call: Call, origin: Origin, pc: Pc, span: u32) -> Frame {
        Frame {
            call,
            origin,
            pc,
            span,
            rounds: 0,
            left: [0; LOOPS_MAX],
            forks: 0,
            needed: 0,
            spare: 0,
            has_acted: false,
            is_answered: false,
            store: StoreState { node: NodeId(0), attempts: 0, value: Value(0), sequence: 0 },
            service: Duration::ZERO,
        }
    }

    /// Random bits for the operation that the frame is at. The attempt is no part of the key: retries of a request are the same job.
    #[inline]
    pub(super) fn draw(&self, draws: &Keyed) -> u64 {
        draws.draw3(self.call.request(), self.place(), u64::from(self.span))
    }

    /// Names what the operation that the frame is at begins: the `n`-th call or branch of it.
    #[inline]
    pub(super) fn span_of(&self, draws: &Keyed, n: u32) -> u32 {
        draws.name3(u64::from(self.span), self.place(), u64::from(n)) as u32
    }

    fn place(&self) -> u64 {
        u64::from(self.rounds) << 16 | u64::from(self.pc)
    }
}
