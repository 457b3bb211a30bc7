//! `do = "partition"`: messages between groups are dropped, in both directions or one; also one link.

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings};
use crate::kernel::Stream;
use crate::net::Impairment;

crate::options! {
    /// Links that carry nothing.
    pub struct Partition {}
}

impl LinkKind for Partition {
    fn impairment(&self) -> Impairment {
        Impairment::Cut
    }
}

impl Hostile for Partition {
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
