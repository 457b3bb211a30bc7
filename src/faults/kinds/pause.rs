//! `do = "pause"`: the process stops and loses nothing; messages, timers and disk completions wait, and come all at
//! once when it goes on (a long garbage collection, a stopped virtual machine).

use super::NodeKind;
use crate::faults::{Action, NodeFacts};
use crate::kernel::NodeId;

crate::options! {
    /// A pause.
    pub struct Pause {}
}

impl NodeKind for Pause {
    fn begin(&self, node: NodeId) -> Action {
        Action::Pause(node)
    }

    fn end(&self, node: NodeId, facts: &NodeFacts) -> Action {
        Action::Resume(node, facts.incarnation)
    }
}
