//! `[liveness]`: from when on nothing goes wrong any more for those who have to serve, and by when they do.

use crate::faults::CoreSize;
use crate::kernel::Duration;
use crate::spec::scalars::Located;

use super::check::Expect;

crate::choices! {
    /// How many nodes of each store are healed.
    pub enum Core {
        /// Any number from a quorum to all, drawn; the others' faults stay.
        Random = "random",
        /// All.
        All = "all",
    }
}

crate::choices! {
    /// What becomes of the nodes that are not healed.
    pub enum Others {
        /// They keep the faults that they have, and those of links to them that are well remain so.
        Stay = "stay",
        /// They are cut off from everybody, too. A node that leads and reaches some of the core and not all can keep Raft and
        /// others from being well again: this leaves such partial connectivity out.
        CutOff = "cut-off",
    }
}

crate::options! {
    /// The end of all faults. A core of each store is healed, with its clients, and has to serve and to converge in time; the nodes
    /// outside of it keep the faults that they have then to the end of the run.
    pub struct LivenessOptions {
        /// When faults stop.
        after: Located<Duration>,
        /// How long after that each store serves everybody, and its replicas agree.
        within: Located<Duration> = "10s",
        /// How many of its nodes are healed.
        core: Core = "random",
        /// What becomes of the others.
        others: Others = "stay",
        /// What is expected: `violated` for a known bug kept as a test.
        expect: Expect = "held",
    }
}

impl LivenessOptions {
    /// The same, for the event loop.
    pub fn size(&self) -> CoreSize {
        match self.core {
            Core::Random => CoreSize::Random,
            Core::All => CoreSize::All,
        }
    }
}
