//! `do = "slow-node"` and `do = "slow-disk"`: work, or disk operations, take a whole number of times as long.

use super::{Action, Fault, Strike, StrikeContext, Target};

/// Work takes longer.
#[derive(Clone, Debug)]
pub struct SlowNode {
    /// Whose work.
    pub target: Target,
    /// How many times as long; at least 1.
    pub factor: u32,
}

impl Fault for SlowNode {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_failing(cx.roster, cx.choice);
        let (slow, speed_up) =
            (|node| Action::SlowNode(node, self.factor), |node| Action::SpeedUpNode(node, self.factor));
        Strike::each(cx, &nodes, slow, speed_up)
    }
}

/// Disk operations take longer.
#[derive(Clone, Debug)]
pub struct SlowDisk {
    /// Whose disk.
    pub target: Target,
    /// How many times as long; at least 1.
    pub factor: u32,
}

impl Fault for SlowDisk {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_failing(cx.roster, cx.choice);
        let (slow, speed_up) =
            (|node| Action::SlowDisk(node, self.factor), |node| Action::SpeedUpDisk(node, self.factor));
        Strike::each(cx, &nodes, slow, speed_up)
    }
}
