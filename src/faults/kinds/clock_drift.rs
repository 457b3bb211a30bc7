//! `do = "clock-drift"`: clocks run faster or slower while the fault lasts. Neither steps when it ends: what they have gained
//! or lost stays.

use super::{ClockKind, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::clocks::{Disturbance, Drifting};
use crate::kernel::Stream;
use crate::spec::quantity::Ppm;

crate::choices! {
    /// Which clocks of a node drift.
    pub enum ClockChoice {
        /// The wall clock and the monotonic clock, with the oscillator that they share.
        Both = "both",
        /// The wall clock: what should keep it right keeps it wrong. Timers know nothing of it.
        Wall = "wall",
        /// The monotonic clock, and the timers with it. The wall clock is kept right all the same.
        Monotonic = "monotonic",
    }
}

crate::options! {
    /// Clocks that run at another rate.
    pub struct ClockDrift {
        /// How much faster they run; below 0 slower. Several drifts add up, also to the node's own.
        drift: Ppm [Ppm(-999_999_000)..=Ppm(1_000_000_000_000)],
        /// Which of the node's clocks.
        clock: ClockChoice = "both",
    }
}

impl ClockKind for ClockDrift {
    fn disturbance(&self) -> Disturbance {
        let drifting = match self.clock {
            ClockChoice::Both => Drifting::Both,
            ClockChoice::Wall => Drifting::Wall,
            ClockChoice::Monotonic => Drifting::Monotonic,
        };
        Disturbance::Drift { drifting, ppb: self.drift.0 }
    }
}

impl Hostile for ClockDrift {
    fn acts_on(&self) -> Result<Matter, Idle> {
        let matter = match self.clock {
            ClockChoice::Wall => Matter::WallClock,
            ClockChoice::Both | ClockChoice::Monotonic => Matter::Timers,
        };
        unless(self.drift.0 == 0, &["drift"], matter)
    }

    fn harm(&self) -> Harm {
        match self.clock {
            ClockChoice::Wall => Harm::Slows,
            // Leases trust the rate of the clock that timers run by.
            ClockChoice::Both | ClockChoice::Monotonic => Harm::BreaksTrust,
        }
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("drift", choice, &["-200ppm", "50000ppm"]).one_of("clock", choice, &["wall"])
    }
}
