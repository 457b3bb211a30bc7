//! How calls of services end, in the words that HTTP and gRPC have for it.

use super::history::{Outcome, Reason};
use super::op::Answer;

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    /// It was served.
    Ok,
    /// There is no such thing: no route leads there, or what it leads to is not registered.
    NotFound,
    /// It was refused before any work: a full queue, a limit.
    Rejected,
    /// Whoever should serve it is down, or nobody is there who could.
    Unavailable,
    /// No answer came in time.
    TimedOut,
}

impl Status {
    /// Every status, in the order of CSV rows.
    pub const ALL: [Status; 5] =
        [Status::Ok, Status::NotFound, Status::Rejected, Status::Unavailable, Status::TimedOut];

    /// In a word; of what is not `ok` the reason that operations have.
    pub fn name(self) -> &'static str {
        match self.reason() {
            None => "ok",
            Some(reason) => reason.name(),
        }
    }

    /// Why it is not `ok`.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Status::Ok => None,
            Status::NotFound => Some(Reason::NotFound),
            Status::Rejected => Some(Reason::Rejected),
            Status::Unavailable => Some(Reason::Unavailable),
            Status::TimedOut => Some(Reason::Timeout),
        }
    }

    /// What a call ended as that did not end `ok` for this reason; `None` if nobody was told.
    pub fn of(reason: Reason) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.reason() == Some(reason))
    }

    /// The classes of HTTP statuses that calls have which do not end `ok`.
    pub const CLASSES_OF_FAILURES: [&'static str; 2] = ["4xx", "5xx"];

    /// The class of its HTTP status (RFC 9110 §15): the client's doing or the server's.
    pub fn class(self) -> &'static str {
        match self {
            Status::Ok => "2xx",
            Status::NotFound | Status::Rejected => "4xx",
            Status::Unavailable | Status::TimedOut => "5xx",
        }
    }

    /// The HTTP status (RFC 9110 §15, RFC 6585 §4) that says the same.
    pub fn http(self) -> u16 {
        match self {
            Status::Ok => 200,
            Status::NotFound => 404,
            Status::Rejected => 429,
            Status::Unavailable => 503,
            Status::TimedOut => 504,
        }
    }

    /// What it comes to for the client that called: certainly without effect if `is_void`.
    #[inline]
    pub fn outcome(self, is_void: bool) -> Outcome {
        match self.reason() {
            None => Outcome::Ok(Answer::Done),
            Some(reason) if is_void => Outcome::Fail(reason),
            Some(reason) => Outcome::Unknown(reason),
        }
    }

    /// Whether trying again may help: not where nothing is to be found.
    pub fn is_retryable(self) -> bool {
        match self {
            Status::Ok | Status::NotFound => false,
            Status::Rejected | Status::Unavailable | Status::TimedOut => true,
        }
    }
}
