//! `type = "registry"`: knows which instances of services there are, as far as it has heard.

use std::rc::Rc;

use crate::kernel::Duration;
use crate::services::registry::RegistryConfig;
use crate::systems::RoleConfig;
use crate::systems::plan::{Blueprint, SystemPlan};

crate::options! {
    /// Options of a registry: services with `register` tell each of its nodes that they are there, and their callers ask one of them who is.
    pub struct RegistryOptions {
        /// For how long a heartbeat counts: an instance that has crashed is listed for that long at most.
        ttl: Duration [Duration(1_000)..] = "10s",
        /// For how long it answers nothing after a restart, as it has forgotten who is there; absent: a `ttl`. With "0s" it answers that
        /// nobody is.
        grace: Option<Duration>,
    }
}

impl RegistryOptions {
    pub(super) fn build<C>(&self, system: &SystemPlan, blueprint: &Blueprint<'_>) -> Vec<RoleConfig<C>> {
        let plan = &blueprint.registries[system.id.index()];
        let config = Rc::new(RegistryConfig {
            ttl: self.ttl,
            grace: self.grace.unwrap_or(self.ttl),
            members: plan.members.clone(),
            queries: plan.queries.clone(),
        });
        system.nodes.iter().map(|_| RoleConfig::Registry(config.clone())).collect()
    }
}
