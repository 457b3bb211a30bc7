//! A history: what clients asked, what they were told, and when. Judges read nothing else.

use crate::kernel::{NodeId, Time};

use super::op::{Answer, Op};

/// The session of a client: exactly-once and session guarantees hold within one. A workload's node holds many
/// sessions, one a client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SessionId {
    /// The node that the client runs on.
    pub node: NodeId,
    /// The client's slot on that node, counted from 0; never reused after an unknown outcome.
    pub slot: u32,
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
    /// No server could be found to send it to.
    Unavailable,
    /// The run ended first.
    InFlight,
}

impl Reason {
    /// Every reason, in the order of CSV rows.
    pub const ALL: [Reason; 4] = [Reason::Timeout, Reason::Rejected, Reason::Unavailable, Reason::InFlight];

    /// The name used in CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Timeout => "timeout",
            Reason::Rejected => "rejected",
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
