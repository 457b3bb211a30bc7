//! `do = "pause"`: the process stops and loses nothing; messages, timers and disk completions wait, and come all at
//! once when it goes on (a long garbage collection, a stopped virtual machine).

use super::{Action, Fault, Strike, StrikeContext, Target};

/// A pause.
#[derive(Clone, Debug)]
pub struct Pause {
    /// Who stops.
    pub target: Target,
}

impl Fault for Pause {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_failing(cx.roster, cx.choice);
        let resume =
            |node: crate::kernel::NodeId| Action::Resume(node, cx.roster.nodes[node.index()].incarnation);
        Strike::each(cx, &nodes, Action::Pause, resume)
    }
}
