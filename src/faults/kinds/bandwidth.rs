//! `do = "bandwidth"`: links become narrow. Of several limits on a link the narrowest counts.

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings};
use crate::kernel::Stream;
use crate::net::Impairment;
use crate::spec::quantity;
use crate::spec::quantity::Bytes;

crate::options! {
    /// Links of little bandwidth.
    pub struct Bandwidth {
        /// What each direction between two nodes carries at most.
        bandwidth: quantity::Bandwidth [quantity::Bandwidth(1)..],
        /// What may wait for the link, in place of its own buffer; more is dropped. A large one makes messages late in place
        /// of lost (bufferbloat).
        buffer: Option<Bytes>,
    }
}

impl LinkKind for Bandwidth {
    fn impairment(&self) -> Impairment {
        Impairment::Bandwidth {
            bandwidth: crate::net::Bandwidth::from_bits_per_second(self.bandwidth.0),
            buffer: self.buffer.map(|buffer| buffer.0),
        }
    }
}

impl Hostile for Bandwidth {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Messages)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("bandwidth", choice, &["50kbit/s", "1Mbit/s"])
    }
}
