//! The world that the tests of stories are about.

use crate::run::first_run;
use crate::run::prepare::Prepared;
use crate::scenario::{LoadOptions, load_text};
use crate::sim::Limits;
use crate::systems::Never;

/// A leader falls, and what its clients had asked they ask again; messages travel as `network`, a table, says.
pub fn leader_falls(network: &str) -> Prepared<Never> {
    let scenario = format!(
        r#"
        schema = 1
        duration = "3s"
        [network]
        default = {network}
        [system.kv]
        type = "raft"
        nodes = 3
        [workload.clients]
        target = "kv"
        arrival = "poisson(40/s)"
        [fault.crash]
        at = "1500ms"
        do = "crash"
        target = "leader(kv)"
        for = "500ms"
        "#
    );
    first_run(load_text("leader-falls", &scenario, &LoadOptions::default()), Limits::default())
        .expect("it is valid")
}
