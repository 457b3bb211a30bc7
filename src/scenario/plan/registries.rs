//! What registries are there for: who registers, and what callers ask.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::kernel::{Duration, NodeId};
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::quantity::duration_text;
use crate::systems::kinds::service::calls::VERSION;
use crate::systems::kinds::{Kind, KindOptions};
use crate::systems::plan::{CalleePlan, Labels, RegistryPlan, have};

use super::super::nouns::Scenario;
use super::calls::calls_of;
use super::nodes::Placed;
use super::{Planner, Thing};

/// What each system is there for as a registry; nothing, if it is none.
pub(super) fn registries(scenario: &Scenario, placed: &Placed, callees: &[CalleePlan]) -> Vec<RegistryPlan> {
    let mut members: Vec<Vec<NodeId>> = vec![Vec::new(); placed.systems.len()];
    let mut queries: Vec<Vec<Rc<[NodeId]>>> = vec![Vec::new(); placed.systems.len()];
    for (plan, callee) in placed.systems.iter().zip(callees) {
        let Some(registry) = callee.registry else { continue };
        members[registry.index()].extend_from_slice(&plan.nodes);
        let mut ask = |filter: &[(&str, &str)]| {
            let query: Rc<[NodeId]> = callee.instances(filter).iter().map(|one| one.node).collect();
            let known = &mut queries[registry.index()];
            if !known.contains(&query) {
                known.push(query);
            }
        };
        for (.., system) in &scenario.system.entries {
            let calls = calls_of(&system.kind).into_iter().filter(|call| call.name.value == plan.name);
            calls.for_each(|call| ask(&call.how.filter(call.version)));
        }
        if let KindOptions::Service(service) = &scenario.system.entries[plan.id.index()].2.kind {
            ask(&service.front.filter(None));
        }
    }
    let mut plans = Vec::new();
    for ((members, queries), (.., system)) in members.into_iter().zip(queries).zip(&scenario.system.entries) {
        let ttl =
            if let KindOptions::Registry(registry) = &system.kind { registry.ttl } else { Duration::ZERO };
        plans.push(RegistryPlan { ttl, members: members.into(), queries: queries.into() });
    }
    plans
}

impl<'a> Planner<'a> {
    /// Services register at registries, before their leases are over; and calls of some instances find any.
    pub(super) fn check_registries(&mut self, placed: &Placed) {
        let entries = &self.scenario.system.entries;
        for (.., system) in entries {
            if let KindOptions::Service(service) = &system.kind
                && let Some(register) = &service.register
            {
                self.check_registration(&register.0);
            }
            for call in calls_of(&system.kind) {
                let filter = call.how.filter(call.version);
                let Some(called) = placed.system(&call.name.value).filter(|_| !filter.is_empty()) else {
                    continue;
                };
                let labels: Vec<&Labels> =
                    called.nodes.iter().map(|node| &placed.nodes[node.index()].labels).collect();
                if labels.iter().any(|labels| have(labels, &filter)) {
                    continue;
                }
                let wanted: Vec<String> =
                    filter.iter().map(|(name, value)| format!("{name} = \"{value}\"")).collect();
                let message = format!("no instance of `{}` has {}", call.name.value, wanted.join(" and "));
                let known = labels.iter().flat_map(|labels| labels.iter());
                let known: BTreeSet<String> =
                    known.map(|(name, value)| format!("{name} = \"{value}\"")).collect();
                let known: Vec<String> = known.into_iter().collect();
                let place = call.how.r#where.entries.first().filter(|_| call.version.is_none());
                let place = place.map_or(&call.name.origin, |(_, origin, _)| origin);
                let help = match known.is_empty() {
                    true => {
                        format!("write {VERSION} = \"...\" or metadata = {{ ... }} at its nodes or groups")
                    }
                    false => format!("its instances have {}", known.join(", ")),
                };
                self.refuse(Code::UnknownName, place, message, help);
            }
        }
    }

    fn check_registration(&mut self, register: &'a crate::systems::kinds::service::register::RegisterTable) {
        let entries = &self.scenario.system.entries;
        let at = &register.at;
        let Some((.., registry)) = entries.iter().find(|(name, ..)| *name == at.value) else {
            let known = entries.iter().filter(|(.., system)| system.kind.kind() == Kind::Registry);
            self.unknown_name(Thing::System, &at.value, &at.origin, known.map(|(name, ..)| name.as_str()));
            return;
        };
        let KindOptions::Registry(options) = &registry.kind else {
            let message = format!("`{}` is a {}, and no registry", at.value, registry.kind.kind());
            let help = "write [system.registry] with type = \"registry\", and register = \"registry\"";
            return self.refuse(Code::Contradiction, &at.origin, message, help.to_owned());
        };
        if let Some(heartbeat) =
            register.heartbeat.as_ref().filter(|heartbeat| heartbeat.value >= options.ttl)
        {
            let message = format!(
                "a heartbeat every {}, and the registry forgets after {}: instances come and go",
                duration_text(heartbeat.value),
                duration_text(options.ttl)
            );
            let help = "let several heartbeats fit into the registry's `ttl`";
            self.diagnostics
                .push(Diagnostic::warning(Code::Contradiction, &heartbeat.origin, message).help(help));
        }
    }
}
