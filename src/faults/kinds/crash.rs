//! `do = "crash"`: the process is gone, with its volatile state, its queued work and its un-synced writes; at the end
//! it boots from what is durable, or from an empty disk.

use super::{Harm, Hostile, Idle, Matter, NodeKind, Settings};
use crate::faults::{Action, HappeningKind, NodeFacts};
use crate::kernel::{NodeId, Stream};

crate::choices! {
    /// What becomes of a disk in a crash.
    pub enum DiskFate {
        /// What is durable is there at the next boot.
        Kept = "kept",
        /// The next boot finds an empty disk: the machine was replaced.
        Lost = "lost",
    }
}

crate::options! {
    /// A crash with restart.
    pub struct Crash {
        /// Whether what is durable survives; `lost` is outside what most protocols assume.
        disk: DiskFate = "kept",
    }
}

impl Crash {
    /// A crash that the disk survives.
    pub const KEEPS_DISK: Crash = Crash { disk: DiskFate::Kept };
}

impl NodeKind for Crash {
    fn begin(&self, node: NodeId) -> Action {
        match self.disk {
            DiskFate::Kept => Action::Crash(node),
            DiskFate::Lost => Action::Destroy(node),
        }
    }

    fn end(&self, node: NodeId, _: &NodeFacts) -> Action {
        Action::Restart(node)
    }
}

impl Hostile for Crash {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Process)
    }

    fn brings(&self) -> &'static [HappeningKind] {
        match self.disk {
            DiskFate::Kept => &[HappeningKind::Crashed],
            DiskFate::Lost => &[HappeningKind::Crashed, HappeningKind::DiskLost],
        }
    }

    fn harm(&self) -> Harm {
        match self.disk {
            DiskFate::Kept => Harm::PutsOut,
            DiskFate::Lost => Harm::BreaksTrust,
        }
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
