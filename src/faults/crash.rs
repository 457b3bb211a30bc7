//! `do = "crash"`: the process is gone, with its volatile state, its queued work and its un-synced writes; at the end
//! it boots from what is durable.

use super::{Action, Fault, Strike, StrikeContext, Target};

/// A crash with restart.
#[derive(Clone, Debug)]
pub struct Crash {
    /// Who crashes.
    pub target: Target,
}

impl Fault for Crash {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_failing(cx.roster, cx.choice);
        Strike::each(cx, &nodes, Action::Crash, Action::Restart)
    }
}
