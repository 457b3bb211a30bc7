//! `do = "hold"`: what would arrive is held, and arrives in order when the fault ends. A clog keeps messages at their sender and
//! lets arrive what is under way; a hold does the opposite.

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings};
use crate::kernel::Stream;
use crate::net::Impairment;

crate::options! {
    /// Links that hand nothing over.
    pub struct Hold {}
}

impl LinkKind for Hold {
    fn impairment(&self) -> Impairment {
        Impairment::Hold
    }
}

impl Hostile for Hold {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Messages)
    }

    fn harm(&self) -> Harm {
        Harm::PutsOut
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
