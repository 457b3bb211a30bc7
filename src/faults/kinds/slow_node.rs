//! `do = "slow-node"`: work takes a whole number of times as long.

use super::NodeKind;
use crate::faults::{Action, NodeFacts};
use crate::kernel::NodeId;

crate::options! {
    /// Work takes longer.
    pub struct SlowNode {
        /// How many times as long.
        factor: u32 [2..=1_000_000] = 10,
    }
}

impl NodeKind for SlowNode {
    fn begin(&self, node: NodeId) -> Action {
        Action::SlowNode(node, self.factor)
    }

    fn end(&self, node: NodeId, _: &NodeFacts) -> Action {
        Action::SpeedUpNode(node, self.factor)
    }
}
