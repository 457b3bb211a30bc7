//! `do = "reset"`: streams end in a moment, as by a middlebox that sends both ends a TCP RST.

use super::{Ending, Harm, Hostile, Idle, Matter, Settings, StreamKind};
use crate::kernel::{Duration, Stream};

crate::options! {
    /// Streams that are reset, in both directions. Neither end's process is told. Datagrams go on.
    pub struct Reset {}
}

impl StreamKind for Reset {
    fn unnoticed(&self) -> Duration {
        Duration::ZERO
    }
}

impl Hostile for Reset {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Streams)
    }

    fn ending(&self) -> Ending {
        Ending::Known(
            "it is over when it has struck: for one after the other write every = \"...\", for streams that stall do = \"partition\"",
        )
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
