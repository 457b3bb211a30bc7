//! `do = "clog"`: nothing passes for a while, and nothing is lost: messages wait at their sender, in order, and leave when
//! it ends (FoundationDB's simulator calls it so). A crash resets the streams whose messages wait; datagrams stay.

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings};
use crate::kernel::Stream;
use crate::net::Impairment;

crate::options! {
    /// Links that hold messages back.
    pub struct Clog {}
}

impl LinkKind for Clog {
    fn impairment(&self) -> Impairment {
        Impairment::Clog
    }
}

impl Hostile for Clog {
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
