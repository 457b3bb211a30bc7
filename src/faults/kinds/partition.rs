//! `do = "partition"`: messages between groups are dropped, in both directions or one; also one link.

use super::LinkKind;
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
