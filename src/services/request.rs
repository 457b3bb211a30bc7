//! The kinds of requests that clients make: what a request brings with it, whoever serves it.

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Keyed};

use super::message::Call;

/// A kind of request.
#[derive(Clone, PartialEq, Debug)]
pub struct Class {
    /// The path, method and so on that routes look at are resolved before the run; this names the kind.
    pub name: String,
    /// Work that the request brings with it, on a core of speed 1, for steps that do `"request"`.
    pub work: Option<Distribution>,
    /// Lower goes first, where a discipline goes by priorities.
    pub priority: u32,
    /// Within what time after it has come to a server it should be served, where a discipline goes by deadlines.
    pub deadline: Option<Duration>,
    /// Size of its body, in bytes.
    pub bytes: u32,
    /// Size of the body of its answer, in bytes.
    pub answer_bytes: u32,
    /// Draws what belongs to a request of this kind.
    pub draws: Keyed,
}

/// What is drawn for a request as a whole.
#[derive(Clone, Copy)]
enum Draw {
    Work,
}

impl Class {
    /// The work that a request brings with it.
    pub fn work_of(&self, call: &Call) -> Duration {
        let bits = self.draws.draw(call.request(), Draw::Work as u64);
        self.work.as_ref().map_or(Duration::ZERO, |law| law.duration(bits))
    }
}

/// The kinds of requests of all workloads of a world, by [`Call::class`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Classes(pub Vec<Class>);

impl Classes {
    /// The kind of a call's request.
    #[inline]
    pub fn of(&self, call: &Call) -> &Class {
        &self.0[usize::from(call.class)]
    }
}
