//! `do = "leap-smear"`: a leap second, spread evenly over a window from when the fault strikes (Google: 24 hours, from noon
//! before it to noon after it). Nodes that smear it and nodes that step are up to a second apart meanwhile.

use super::{ClockKind, Ending, Harm, Hostile, Idle, Matter, Settings};
use crate::clocks::Disturbance;
use crate::kernel::{Duration, Stream};
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;

const SECOND_NS: i64 = 1_000_000_000;

crate::choices! {
    /// What becomes of a day of 86,400 seconds.
    pub enum Leap {
        /// It has a second more, 23:59:60: the wall clock falls a second behind those that know nothing of it.
        Inserted = "inserted",
        /// It has a second less: the wall clock goes a second ahead.
        Removed = "removed",
    }
}

crate::options! {
    /// A leap second in the wall clock.
    pub struct LeapSmear {
        /// Whether a second is inserted or removed.
        leap: Leap = "inserted",
        /// The time over which it is spread, at least a second; 0 steps the clock.
        window: Duration = "24h",
    }
    check check_smear;
}

fn check_smear(smear: &LeapSmear, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if smear.window != Duration::ZERO && smear.window < Duration::from_secs(1) {
        let message = "a second is not spread over less than a second";
        let help = "write window = \"0s\" for a clock that steps";
        decoder.report(Diagnostic::error(Code::OutOfRange, places.of("window"), message).help(help));
    }
}

impl ClockKind for LeapSmear {
    fn disturbance(&self) -> Disturbance {
        let by_ns = match self.leap {
            Leap::Inserted => -SECOND_NS,
            Leap::Removed => SECOND_NS,
        };
        Disturbance::Shift { by_ns, over: self.window }
    }
}

impl Hostile for LeapSmear {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::WallClock)
    }

    fn ending(&self) -> Ending {
        Ending::Stays("`window` says over how long the second is spread")
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("leap", choice, &["inserted", "removed"]).one_of(
            "window",
            choice,
            &["0s", "10s"],
        )
    }
}
