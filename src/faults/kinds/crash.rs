//! `do = "crash"`: the process is gone, with its volatile state, its queued work and its un-synced writes; at the end
//! it boots from what is durable.

use super::{Harm, Hostile, NodeKind, Settings};
use crate::faults::{Action, NodeFacts};
use crate::kernel::{NodeId, Stream};

crate::options! {
    /// A crash with restart.
    pub struct Crash {}
}

impl NodeKind for Crash {
    fn begin(&self, node: NodeId) -> Action {
        Action::Crash(node)
    }

    fn end(&self, node: NodeId, _: &NodeFacts) -> Action {
        Action::Restart(node)
    }
}

impl Hostile for Crash {
    const HARM: Harm = Harm::PutsOut;

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
