//! `do = "clock-sinusoid"`: the wall clock swings around what it would show, as under a bad clock discipline.

use super::{ClockKind, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::clocks::Disturbance;
use crate::kernel::{Duration, Stream};
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;

crate::options! {
    /// A wall clock that swings. It begins where it would be, goes ahead first, and steps back to where it would be at the
    /// end.
    pub struct ClockSinusoid {
        /// How far it goes, ahead and behind; at most a seventh of the period, for it does not run backwards.
        amplitude: Duration,
        /// How long a swing takes.
        period: Duration,
    }
    check check_sinusoid;
}

fn check_sinusoid(swing: &ClockSinusoid, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    // The steepest is 2 pi amplitude / period.
    if swing.amplitude.0 > swing.period.0 / 7 {
        let message = "the clock would run backwards";
        let help = "make `period` at least seven times `amplitude`; do = \"clock-step\" with every = \"...\" steps it back";
        decoder.report(Diagnostic::error(Code::OutOfRange, places.of("period"), message).help(help));
    }
}

impl ClockKind for ClockSinusoid {
    fn disturbance(&self) -> Disturbance {
        Disturbance::Sinusoid { amplitude: self.amplitude, period: self.period }
    }
}

impl Hostile for ClockSinusoid {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.amplitude == Duration::ZERO, &["amplitude"], Matter::WallClock)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("amplitude", choice, &["10ms", "500ms"]).one_of(
            "period",
            choice,
            &["4s", "60s"],
        )
    }
}
