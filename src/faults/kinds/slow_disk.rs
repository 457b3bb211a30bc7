//! `do = "slow-disk"`: disk operations take a whole number of times as long.

use super::{Harm, Hostile, NodeKind, Settings};
use crate::faults::{Action, NodeFacts};
use crate::kernel::{NodeId, Stream};

crate::options! {
    /// Disk operations take longer.
    pub struct SlowDisk {
        /// How many times as long.
        factor: u32 [2..=1_000_000] = 10,
    }
}

impl NodeKind for SlowDisk {
    fn begin(&self, node: NodeId) -> Action {
        Action::SlowDisk(node, self.factor)
    }

    fn end(&self, node: NodeId, _: &NodeFacts) -> Action {
        Action::SpeedUpDisk(node, self.factor)
    }
}

impl Hostile for SlowDisk {
    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("factor", choice, &[3, 100])
    }
}
