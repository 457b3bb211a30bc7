//! `do = "pause"`: the process stops and loses nothing; messages, timers and disk completions wait, and come all at
//! once when it goes on (a long garbage collection, a stopped virtual machine).

use super::{Harm, Hostile, Idle, Matter, NodeKind, Settings};
use crate::faults::{Action, HappeningKind, NodeFacts};
use crate::kernel::{NodeId, Stream};

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

impl Hostile for Pause {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Process)
    }

    fn brings(&self) -> &'static [HappeningKind] {
        &[HappeningKind::Paused, HappeningKind::Resumed]
    }

    fn harm(&self) -> Harm {
        Harm::PutsOut
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
