//! `do = "clock-step"`: the wall clock jumps, and stays there. Spread over a time it is a slew, as NTP has it (at most 500 ppm
//! in Linux: 2,000 s for a second).

use super::{ClockKind, Ending, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::clocks::Disturbance;
use crate::kernel::{Duration, Stream};
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::quantity::SignedDuration;

crate::options! {
    /// A wall clock that is moved.
    pub struct ClockStep {
        /// How far it jumps; below 0 it jumps back.
        by: SignedDuration,
        /// The time over which it is slewed there evenly, in place of a jump; at least as long as `by`.
        over: Duration = "0ms",
    }
    check check_step;
}

fn check_step(step: &ClockStep, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if step.over != Duration::ZERO && step.over.0 < step.by.0.unsigned_abs() {
        let message = "the clock cannot be moved so far in so short a time";
        let help = "a clock is slewed to at most double speed, and does not run backwards: make `over` at least as long as \
                    `by`, or leave it out for a jump";
        decoder.report(Diagnostic::error(Code::OutOfRange, places.of("over"), message).help(help));
    }
}

impl ClockKind for ClockStep {
    fn disturbance(&self) -> Disturbance {
        Disturbance::Shift { by_ns: self.by.0, over: self.over }
    }
}

impl Hostile for ClockStep {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.by.0 == 0, &["by"], Matter::WallClock)
    }

    fn ending(&self) -> Ending {
        Ending::Stays("for a wall clock that is off for so long write do = \"clock-offset\"")
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("by", choice, &["-1h", "-100ms", "100ms", "1h"])
    }
}
