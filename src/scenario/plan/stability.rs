//! Whether services can do what they are asked for, where a steady state is measured.
//!
//! What each service is asked for follows the routes and the steps: the requests that workloads make at a steady rate, times the
//! mean work of each visit. Retries and refusals count for nothing.

use crate::kernel::Duration;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::systems::kinds::KindOptions;
use crate::systems::plan::RequestFacts;
use crate::workloads::arrival::Arrivals;
use crate::workloads::client::Load;

use super::super::nouns::warmup::Warmup;
use super::Planner;
use super::loads::{WORK_PER_SPEED, mean_brought};
use super::nodes::Placed;
use super::requests::fact;

/// Most calls between a client and the last service that is looked at: circles are bounded in depth.
const DEPTH_MAX: usize = 16;

/// Requests of one kind, on their way.
struct Flow<'a> {
    facts: RequestFacts,
    /// Mean work that each brings with it, in nanoseconds.
    brought: f64,
    /// The workload that makes them.
    origin: &'a Origin,
}

/// Work that comes to a system, in nanoseconds of a core of speed 1 a second, and whose is the largest part.
#[derive(Clone, Default)]
struct Demand<'a> {
    work: f64,
    largest: f64,
    origin: Option<&'a Origin>,
}

impl Planner<'_> {
    /// Warns of services that are asked for more than they can do, and refuse nothing.
    pub(super) fn check_stability(&mut self, placed: &Placed, loads: &[Load]) {
        // Whoever leaves out no warm-up looks at how it begins, and faults are not steady.
        if self.scenario.warmup == Warmup::For(Duration::ZERO) || !self.scenario.fault.entries.is_empty() {
            return;
        }
        let scenario = self.scenario;
        let mut demands = vec![Demand::default(); placed.systems.len()];
        for ((_, _, workload), load) in scenario.workload.entries.iter().zip(loads) {
            let Load::Open(arrivals) = load else { continue };
            let rate = match arrivals {
                Arrivals::Constant { interval } => 1e9 / interval.0 as f64,
                Arrivals::Poisson { interval } => 1e9 / interval.mean().unwrap_or(f64::INFINITY),
                Arrivals::Changing(_) | Arrivals::Recorded(_) => continue,
            };
            let Some(target) = placed.system(&workload.target.value) else { continue };
            let (requests, brought) = (workload.requests(), mean_brought(workload).unwrap_or(0.0));
            let weights: f64 = requests.iter().map(|request| request.weight.value).sum();
            for request in &requests {
                let flow = Flow { facts: fact(request), brought, origin: &workload.arrival.origin };
                let share = rate * request.weight.value / weights;
                add(scenario, placed, target.id.index(), &flow, share, &mut demands, 0);
            }
        }
        for ((plan, (name, _, system)), demand) in
            placed.systems.iter().zip(&scenario.system.entries).zip(&demands)
        {
            let KindOptions::Service(service) = &system.kind else { continue };
            let processors = plan.nodes.iter().map(|node| placed.nodes[node.index()].processor);
            let speeds = processors.map(|one| Some(u128::from(one.cores?) * u128::from(one.speed.0)));
            let (Some(speed), Some(origin)) = (speeds.sum::<Option<u128>>(), demand.origin) else { continue };
            let load = demand.work / (speed as f64 * WORK_PER_SPEED);
            if load < 1.0 || service.queue.limit.is_some() {
                continue;
            }
            let message = format!(
                "`{name}` is asked for {load:.2} times what it can do: its queue grows for as long as the run lasts, and there is no \
                 steady state to measure"
            );
            let help = format!(
                "ask for less, such as poisson(load=0.9 of {name}), give it more nodes or cores, or let it refuse: queue = {{ limit = 100 }}"
            );
            self.diagnostics.push(Diagnostic::warning(Code::Overload, origin, message).help(help));
        }
    }
}

/// Adds what `rate` requests a second are to the system at `index`, and to those that it calls.
fn add<'a>(
    scenario: &super::super::nouns::Scenario,
    placed: &Placed,
    index: usize,
    flow: &Flow<'a>,
    rate: f64,
    demands: &mut [Demand<'a>],
    depth: usize,
) {
    if depth > DEPTH_MAX || rate <= 0.0 {
        return;
    }
    let pass = |name: &str, rate: f64, demands: &mut [Demand<'a>]| {
        if let Some(called) = placed.system(name) {
            add(scenario, placed, called.id.index(), flow, rate, demands, depth + 1);
        }
    };
    match &scenario.system.entries[index].2.kind {
        KindOptions::Gateway(gateway) => {
            let Some(route) = gateway.routes.iter().find(|route| route.takes(&flow.facts)) else { return };
            let total: f64 = route.to.value.0.iter().map(|way| way.weight.value).sum();
            for way in &route.to.value.0 {
                pass(&way.name.value, rate * way.weight.value / total, demands);
            }
        }
        KindOptions::Service(service) => {
            let work = rate * service.mean_work(Some(flow.brought)).unwrap_or(0.0);
            let demand = &mut demands[index];
            demand.work += work;
            if work > demand.largest {
                (demand.largest, demand.origin) = (work, Some(flow.origin));
            }
            for (name, calls) in service.steps.mean_calls() {
                pass(&name.value, rate * calls, demands);
            }
        }
        KindOptions::Raft(_)
        | KindOptions::MultiPaxos(_)
        | KindOptions::Paxos(_)
        | KindOptions::Registry(_)
        | KindOptions::Custom(_) => {}
    }
}
