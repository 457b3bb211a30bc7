//! `do = "clock-offset"`: the wall clock is off while the fault lasts, and steps back when it ends.

use super::{ClockKind, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::clocks::Disturbance;
use crate::kernel::Stream;
use crate::spec::quantity::SignedDuration;

crate::options! {
    /// A wall clock that is off.
    pub struct ClockOffset {
        /// How far it is ahead; below 0 it is behind.
        offset: SignedDuration,
    }
}

impl ClockKind for ClockOffset {
    fn disturbance(&self) -> Disturbance {
        Disturbance::Offset { by_ns: self.offset.0 }
    }
}

impl Hostile for ClockOffset {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.offset.0 == 0, &["offset"], Matter::WallClock)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("offset", choice, &["-1h", "-200ms", "200ms", "1h"])
    }
}
