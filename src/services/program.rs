//! What a request goes through at a server: its steps, compiled to a list of operations with jumps.
//!
//! A request executes in a frame; parallel branches are frames of their own. What an operation draws is keyed by the request, the
//! way to the frame and the operation's place, so that every policy and every retry meets the same work and the same branches.

use std::rc::Rc;

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, NodeId};
use crate::model::op::OpKind;

/// Deepest nesting of loops.
pub const LOOPS_MAX: usize = 4;
/// Most rounds of one loop.
pub const ROUNDS_MAX: u16 = 10_000;

/// A place in a program.
pub type Pc = u16;

/// One operation.
#[derive(Clone, Debug)]
pub enum Op {
    /// Work on a core.
    Work(Distribution),
    /// The work that the request brings with it.
    WorkOfRequest,
    /// An operation on a store; the frame waits for the reply.
    Store(StoreCall),
    /// A call of a service through this channel of the server; the frame waits for the answer.
    Call(u16),
    /// Goes on in so many frames at once, each from its own place; this one goes on at `next` once enough have succeeded.
    Fork(Fork),
    /// Goes on at the place whose share the draw falls into, or behind this operation.
    Branch(Rc<[(f64, Pc)]>),
    /// Begins a loop of so many rounds; of none it goes on at `exit`.
    Loop {
        /// Which of the nested loops, from 0.
        level: u8,
        /// How many rounds, rounded to the nearest whole number.
        times: Distribution,
        /// Behind the loop.
        exit: Pc,
    },
    /// Ends a round; goes on at `start` if another is due.
    Again {
        /// Which of the nested loops.
        level: u8,
        /// The first operation of a round.
        start: Pc,
    },
    /// Goes on at `exit` where so many calls lie between the client and here.
    Bound {
        /// How many.
        depth: u8,
        /// Behind what is bounded.
        exit: Pc,
    },
    /// Goes on elsewhere.
    Jump(Pc),
    /// The frame has done all it had to.
    End,
}

/// Parallel branches.
#[derive(Clone, Debug)]
pub struct Fork {
    /// Where each branch begins.
    pub branches: Rc<[Pc]>,
    /// How many of them must succeed; from 1 to all.
    pub wait: u16,
    /// Where the frame itself goes on.
    pub next: Pc,
}

/// A call of a store.
#[derive(Clone, Debug)]
pub struct StoreCall {
    /// The store's nodes, nearest first.
    pub nodes: Rc<[NodeId]>,
    /// What is done to the request's key: a read, a write or an append.
    pub op: OpKind,
    /// Size of the value written, in bytes.
    pub size: u32,
    /// How long to wait for a reply before the next node is tried.
    pub timeout: Duration,
    /// How often it is sent before the request fails; at least 1.
    pub attempts: u32,
}

/// The programs of a server.
#[derive(Clone, Debug)]
pub struct Programs {
    ops: Vec<Op>,
    /// By class of request: where its program begins; `None` if the server does not serve it.
    entries: Vec<Option<Pc>>,
}

impl Programs {
    /// Programs of these operations, each beginning where its class of request says.
    pub fn new(ops: Vec<Op>, entries: Vec<Option<Pc>>) -> Programs {
        Programs { ops, entries }
    }

    /// The operation at a place.
    #[inline]
    pub fn op(&self, pc: Pc) -> &Op {
        &self.ops[usize::from(pc)]
    }

    /// All operations, by place.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Where the program of a class of request begins.
    #[inline]
    pub fn entry(&self, class: u16) -> Option<Pc> {
        self.entries.get(usize::from(class)).copied().flatten()
    }
}
