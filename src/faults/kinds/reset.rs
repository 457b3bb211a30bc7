//! `do = "reset"`: streams end in a moment, as by a middlebox that sends both ends a TCP RST.

use super::StreamKind;
use crate::kernel::Duration;

crate::options! {
    /// Streams that are reset, in both directions. Neither end's process is told. Datagrams go on.
    pub struct Reset {}
}

impl StreamKind for Reset {
    fn unnoticed(&self) -> Duration {
        Duration::ZERO
    }
}
