//! `do = "clog"`: nothing passes for a while, and nothing is lost: messages wait at their sender, in order, and leave when
//! it ends (FoundationDB's simulator calls it so). A crash resets the streams whose messages wait; datagrams stay.

use super::LinkKind;
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
