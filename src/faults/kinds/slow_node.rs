//! `do = "slow-node"`: work takes a whole number of times as long.

use super::{Harm, Hostile, Idle, Matter, NodeKind, Settings, unless};
use crate::faults::{Action, NodeFacts};
use crate::kernel::{NodeId, Stream};

crate::options! {
    /// Work takes longer.
    pub struct SlowNode {
        /// How many times as long.
        factor: u32 [1..=1_000_000] = 10,
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

impl Hostile for SlowNode {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.factor == 1, &["factor"], Matter::Work)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("factor", choice, &[3, 30])
    }
}
