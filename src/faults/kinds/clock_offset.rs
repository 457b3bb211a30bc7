//! `do = "clock-offset"`: the wall clock is off while the fault lasts, and steps back when it ends.

use super::ClockKind;
use crate::clocks::Disturbance;
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
