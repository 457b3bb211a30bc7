//! What the nodes of single-decree Paxos did, step by step: for ballots.csv and ballots.txt.

use crate::kernel::{NodeId, Time};
use crate::model::synod::SynodNote;

/// Steps that are kept: a decree takes a few dozen, and a duel that never ends must not fill the memory.
pub const STEPS_MAX: usize = 100_000;

/// One step of one node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecreeStep {
    /// When.
    pub at: Time,
    /// Whose.
    pub node: NodeId,
    /// What it did.
    pub note: SynodNote,
}

/// The steps of all nodes.
#[derive(Clone, Debug, Default)]
pub struct DecreeSteps {
    /// The first ones, in order.
    pub kept: Vec<DecreeStep>,
    /// How many came after those, and are not kept.
    pub left_out: u64,
}

impl DecreeSteps {
    /// A node told what it does.
    pub(super) fn hear(&mut self, at: Time, node: NodeId, note: SynodNote) {
        if self.kept.len() < STEPS_MAX {
            self.kept.push(DecreeStep { at, node, note });
        } else {
            self.left_out += 1;
        }
    }
}
