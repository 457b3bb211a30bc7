//! Strikes of several steps, as data: what happens one after the other while a strike lasts.

use crate::kernel::NodeId;
use crate::kernel::sample::Distribution;

use super::Action;

/// Steps one after the other. When the last is done the script is over, unless it repeats.
#[derive(Clone, PartialEq, Debug)]
pub struct Script {
    /// The steps; never empty.
    pub steps: Vec<Step>,
    /// Whether the first step follows the last, as long as the strike lasts.
    pub repeats: bool,
}

/// One step of a script.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Time from the step before, or from the strike; drawn when that is done. None: it follows at once.
    pub after: Option<Distribution>,
    /// All of these have to be up: the time begins only then, and begins anew if one of them is down when it is over.
    pub awaits: Vec<NodeId>,
    /// What happens. What an earlier step, or the strike, left to be done at the end is no longer to do once it has
    /// happened here.
    pub begin: Vec<Action>,
    /// What is left to be done at the end of the strike, unless a later step does it.
    pub end: Vec<Action>,
}

impl Script {
    /// The nodes that its steps change, each once, in the order of the steps.
    pub fn nodes(&self) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        for node in self.steps.iter().flat_map(|step| &step.begin).flat_map(Action::nodes) {
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        nodes
    }
}
