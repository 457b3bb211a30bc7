//! `do = "half-open"`: one end, or something between the two, has forgotten the connection and says nothing; the other believes
//! that it is open (RFC 9293 §3.5.1) until its keepalive goes unanswered.

use super::{Ending, Harm, Hostile, Idle, Matter, Settings, StreamKind};
use crate::kernel::{Duration, Stream};

crate::options! {
    /// Streams that are dead, which who sends on them does not know. What is under way is lost. In the directions struck, what
    /// is sent until the keepalive finds out is lost as well; the message after that opens a new connection.
    pub struct HalfOpen {
        /// After how long the sender finds out. gRPC's keepalive is 20 s; without one, Linux retransmits for 15 minutes.
        keepalive: Duration [Duration(1)..] = "20s",
    }
}

impl StreamKind for HalfOpen {
    fn unnoticed(&self) -> Duration {
        self.keepalive
    }
}

impl Hostile for HalfOpen {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Streams)
    }

    fn ending(&self) -> Ending {
        Ending::Known("it is over when it is noticed, and `keepalive` says when that is")
    }

    fn harm(&self) -> Harm {
        Harm::PutsOut
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("keepalive", choice, &["500ms", "5s"])
    }
}
