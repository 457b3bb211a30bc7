//! The five nouns of a scenario, as typed tables: network, system, workload, fault, check. One declaration an
//! option; what spans several tables (names, targets, regions) is checked when the world is planned.

pub mod arrivals;
pub mod check;
pub mod fault;
pub mod keys;
pub mod network;
pub mod system;
pub mod workload;

use crate::kernel::Duration;
use crate::spec::scalars::Named;
use crate::spec::value::Node;

use check::CheckOptions;
use fault::FaultOptions;
use network::NetworkOptions;
use system::SystemOptions;
use workload::WorkloadOptions;

crate::choices! {
    /// In which order events of one instant are handled.
    pub enum Ties {
        /// First in, first out.
        Fifo = "fifo",
        /// In an order drawn from the seed, to show what hangs on it.
        Shuffled = "shuffled",
    }
}

crate::options! {
    /// A scenario: what is simulated, for how long, and what must hold.
    pub struct Scenario {
        /// Version of the format.
        schema: u32 = 1,
        /// Name of the scenario and of its output folder; the file's name when absent.
        name: Option<String>,
        /// One sentence for people.
        description: Option<String>,
        /// The seed, unless the command line gives another; 0 to 2^63-1.
        seed: u64 = 1,
        /// Simulated time.
        duration: Duration [Duration(1)..=Duration::from_secs(31_536_000)],
        /// What begins before this is left out of metrics.
        warmup: Duration = "0s",
        /// How long after the last fault has healed an operation counts as `recovery`.
        recovery: Duration = "10s",
        /// Width of the intervals of time series; absent: 1/200 of the duration, at least 100 ms.
        interval: Option<Duration> [Duration::from_millis(1)..],
        /// In which order events of one instant are handled.
        ties: Ties = "fifo",
        /// What lies between the nodes.
        network: NetworkOptions = {},
        /// Groups of nodes that run one thing.
        system: Named<SystemOptions>,
        /// Who asks what, when.
        workload: Named<WorkloadOptions>,
        /// What goes wrong.
        fault: Named<FaultOptions>,
        /// What must hold.
        check: Named<CheckOptions>,
        /// Variables and repetitions; read before this table is.
        sweep: Option<Node>,
        /// Variants side by side.
        compare: Option<Node>,
        /// The file that this one extends; read before this table is.
        extends: Option<String>,
    }
}
