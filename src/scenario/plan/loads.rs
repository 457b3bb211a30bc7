//! Resolves how the operations of each workload come: a load on a service becomes a rate.

use crate::spec::code::Code;
use crate::spec::scalars::Located;
use crate::systems::kinds::KindOptions;
use crate::systems::kinds::service::steps::WorkOptions;
use crate::workloads::client::Load;

use super::super::nouns::arrivals::{Arrival, RATE_MAX};
use super::super::nouns::workload::WorkloadOptions;
use super::nodes::Placed;
use super::{Planner, Thing};

/// Nanoseconds a second, over the millionths in which speeds are given.
pub(super) const WORK_PER_SPEED: f64 = 1e9 / 1e6;

/// Mean work that a request of the workload brings with it, in nanoseconds; `None` if it is infinite.
pub(super) fn mean_brought(workload: &WorkloadOptions) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for request in workload.requests() {
        let work = match request.work.map(|work| work.value) {
            Some(WorkOptions::Law(law)) => law.mean()?,
            Some(WorkOptions::OfRequest) | None => 0.0,
        };
        sum += request.weight.value * work;
        weights += request.weight.value;
    }
    Some(sum / weights)
}

impl Planner<'_> {
    /// How the operations of each workload come; `None` if a load could not be resolved.
    pub(super) fn loads(&mut self, placed: &Placed) -> Option<Vec<Load>> {
        let scenario = self.scenario;
        let mut loads = Vec::new();
        for (_, _, workload) in &scenario.workload.entries {
            let load = match &workload.arrival.value.0 {
                Arrival::Given(load) => Some(load.clone()),
                Arrival::OfCapacity { law, load, service } => {
                    let capacity = self.capacity(service, placed, mean_brought(workload));
                    let rate = capacity.and_then(|capacity| self.rate(*load, capacity, service));
                    rate.map(|rate| Load::Open(law(rate)))
                }
            };
            loads.extend(load);
        }
        (loads.len() == scenario.workload.entries.len()).then_some(loads)
    }

    fn rate(&mut self, load: f64, capacity: f64, service: &Located<String>) -> Option<f64> {
        let rate = load * capacity;
        if rate <= RATE_MAX {
            return Some(rate);
        }
        let message =
            format!("{load} of `{}` is {rate} requests a second, more than {RATE_MAX}", service.value);
        let help = "time has no smaller step than 1ns: let requests take more work".to_owned();
        self.refuse(Code::OutOfRange, &service.origin, message, help);
        None
    }

    /// Requests a second that a service can do: instances x cores x speed / mean work, whatever else it waits for.
    fn capacity(&mut self, service: &Located<String>, placed: &Placed, brought: Option<f64>) -> Option<f64> {
        let name = &service.value;
        let Some(plan) = placed.system(name) else {
            let is_service = |name: &&str| {
                let entry = self.scenario.system.entries.iter().find(|(known, ..)| known == name);
                entry.is_some_and(|(.., options)| matches!(options.kind, KindOptions::Service(_)))
            };
            let known = placed.systems.iter().map(|system| system.name.as_str()).filter(is_service);
            let known: Vec<&str> = known.collect();
            self.unknown_name(Thing::Service, name, &service.origin, known.into_iter());
            return None;
        };
        let options = &self.scenario.system.entries[plan.id.index()].2;
        let mut refuse = |message: String, help: String| {
            self.refuse(Code::Contradiction, &service.origin, message, help);
            None
        };
        let KindOptions::Service(service) = &options.kind else {
            let message =
                format!("`{name}` is a {}, of which nobody knows what it can do", options.kind.kind());
            let help = "a load is a share of what a service can do; give a rate, such as poisson(500/s)";
            return refuse(message, help.to_owned());
        };
        // Speeds are whole millionths, so that the sum is exact whatever the order of the groups.
        let processors = plan.nodes.iter().map(|node| placed.nodes[node.index()].processor);
        let speeds = processors.map(|one| Some(u128::from(one.cores?) * u128::from(one.speed.0)));
        let Some(speed) = speeds.sum::<Option<u128>>() else {
            let message = format!("`{name}` has any number of cores: no load is a share of what it can do");
            return refuse(message, format!("write cores = 1, or more, in [system.{name}]"));
        };
        let Some(work) = service.mean_work(brought) else {
            let message =
                format!("the mean work of a request to `{name}` is infinite: no load can be served");
            return refuse(message, "take a law with a finite mean, such as bounded_pareto".to_owned());
        };
        if work <= 0.0 {
            let message =
                format!("a request to `{name}` takes no work: no load is a share of what it can do");
            return refuse(message, format!("give it work in [system.{name}], or give a rate"));
        }
        Some(speed as f64 * WORK_PER_SPEED / work)
    }
}
