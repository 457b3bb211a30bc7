//! A history: what clients asked, what they were told, and when. Judges read nothing else.

use crate::kernel::{NodeId, Time};

use super::op::{Answer, Op};

/// The session of a client: exactly-once and session guarantees hold within one. A workload's node holds many
/// sessions, one a client; none goes on after an unknown outcome.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SessionId {
    /// The node that the client runs on.
    pub node: NodeId,
    /// The client's slot on that node; see [`SessionId::slot`].
    pub slot: u32,
}

/// Sessions that one boot of a node may open.
pub const SESSIONS_MAX: u32 = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 20;

impl SessionId {
    /// The slot of the `client`-th session (from 0, below [`SESSIONS_MAX`]) of a node in its `incarnation`-th boot.
    /// A node that crashed has forgotten which operations it sent: its old sessions end with it.
    ///
    /// # Panics
    /// If `client` is not below [`SESSIONS_MAX`], or the node has booted 4,096 times.
    pub fn slot(incarnation: u32, client: u32) -> u32 {
        assert!(client < SESSIONS_MAX, "a node holds at most {SESSIONS_MAX} sessions");
        assert!(incarnation < 1 << (u32::BITS - SLOT_BITS), "a node that holds sessions boots 4,095 times");
        incarnation << SLOT_BITS | client
    }

    /// The client that a slot belongs to, if it is one of the `incarnation`-th boot.
    pub fn client_of(incarnation: u32, slot: u32) -> Option<u32> {
        (Self::incarnation(slot) == incarnation).then_some(Self::client(slot))
    }

    /// The boot that a slot belongs to.
    pub fn incarnation(slot: u32) -> u32 {
        slot >> SLOT_BITS
    }

    /// The client that a slot belongs to, within its boot.
    pub fn client(slot: u32) -> u32 {
        slot & (SESSIONS_MAX - 1)
    }
}

/// How an operation ended for its client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It took effect and answered.
    Ok(Answer),
    /// It certainly had no effect.
    Fail(Reason),
    /// It may take effect at any time after its invocation, or never.
    Unknown(Reason),
}

/// Why an operation did not end `ok`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// No answer came in time, after all attempts.
    Timeout,
    /// A server refused it: a full queue, an admission limit.
    Rejected,
    /// There is no such thing: no route leads there, or what it leads to is not registered.
    NotFound,
    /// Whoever should serve it is down, or nobody could be found who does. If it failed: nothing was sent, perhaps as no client was
    /// free to send it ([`SESSIONS_MAX`]).
    Unavailable,
    /// The run ended first.
    InFlight,
}

impl Reason {
    /// Every reason, in the order of CSV rows.
    pub const ALL: [Reason; 5] =
        [Reason::Timeout, Reason::Rejected, Reason::NotFound, Reason::Unavailable, Reason::InFlight];

    /// The name used in CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Timeout => "timeout",
            Reason::Rejected => "rejected",
            Reason::NotFound => "not-found",
            Reason::Unavailable => "unavailable",
            Reason::InFlight => "in-flight",
        }
    }
}

/// One operation of one client, whole: a pair of call and return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operation {
    /// Whose it was.
    pub session: SessionId,
    /// What was asked.
    pub op: Op,
    /// When the client sent its first attempt.
    pub invoked: Time,
    /// When the client was told; the end of the run for what was then still in flight.
    pub returned: Time,
    /// How it ended.
    pub outcome: Outcome,
}
