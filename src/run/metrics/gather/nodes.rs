//! What nodes did.

use crate::clocks::ClockError;
use crate::kernel::NodeId;
use crate::net::DropReason;

use super::super::aggregate::Values;
use super::super::catalogue::{Label, Level};
use super::super::query::Query;
use super::{Gathered, window};
use crate::run::cast::Serves;
use crate::run::load::{NodeSample, Part, Sample};
use crate::run::recording::Recording;

impl Recording {
    /// The nodes that a query selects, by id.
    fn nodes(&self, query: &Query) -> Vec<NodeId> {
        let admitted = |&node: &NodeId| {
            query.admits(Label::System, self.cast().system_of(node))
                && query.admits(Label::Node, self.cast().node_name(node))
        };
        (0..self.cast().nodes.len() as u32).map(NodeId).filter(admitted).collect()
    }

    /// The selected nodes at which requests of services are: instances, a gateway where it or its system is named, and the front of a
    /// service where it is named itself.
    fn instances(&self, query: &Query) -> Vec<NodeId> {
        let mut nodes = self.nodes(query);
        let [is_node, is_system] =
            [Label::Node, Label::System].map(|label| query.labels.contains_key(&label));
        nodes.retain(|node| {
            let facts = &self.cast().nodes[node.index()];
            self.serves(facts.system)
                && match facts.serves {
                    Serves::Nothing => false,
                    Serves::Front => is_node,
                    Serves::Gateway => is_node || is_system,
                    Serves::Instance => true,
                }
        });
        nodes
    }

    pub(super) fn visit_times(&self, query: &Query, part: Part) -> Option<Values> {
        let nodes = self.instances(query);
        let selected = |node| nodes.binary_search(&node).is_ok();
        let values = || self.visits().values(part, self.timeline(), selected, query.phase, query.window);
        if nodes.is_empty() { None } else { values() }
    }

    /// The samples within the measured part of the time that a query is about: at least two.
    pub(super) fn samples_within(&self, query: &Query) -> Option<&[Sample]> {
        let (from, until) = window(query);
        let from = from.max(self.timeline().warmup());
        let first = self.samples().partition_point(|sample| sample.at < from);
        let samples = &self.samples()[first..];
        let samples = &samples[..samples.partition_point(|sample| sample.at <= until)];
        (samples.first()?.at < samples.last()?.at).then_some(samples)
    }

    pub(super) fn levels(&self, query: &Query, level: Level) -> Option<Gathered> {
        let samples = self.samples_within(query)?;
        let mut nodes = self.instances(query);
        let cores = |node: &NodeId| self.cast().nodes[node.index()].cores;
        if level == Level::Queue {
            nodes.retain(|node| cores(node).is_some());
        }
        let mean = |node: &NodeId| match level {
            Level::InSystem => mean_growth(samples, *node, |one| one.in_system_time),
            Level::Queue => mean_growth(samples, *node, |one| one.queue_time),
        };
        let most = |node: &NodeId| {
            let at_once = samples[1..].iter().map(|sample| sample.nodes[node.index()].in_system_max).max();
            let served = match level {
                Level::InSystem => 0,
                Level::Queue => cores(node).unwrap_or(0),
            };
            at_once.unwrap_or(0).saturating_sub(served)
        };
        let most = nodes.iter().map(most).max()?;
        Some(Gathered::Levels(nodes.iter().map(mean).collect(), most))
    }

    /// Of the nodes whose cores are limited.
    pub(super) fn utilisations(&self, query: &Query) -> Option<Vec<f64>> {
        let samples = self.samples_within(query)?;
        let share = |node: NodeId| {
            let cores = self.cast().nodes[node.index()].cores?;
            let busy = mean_growth(samples, node, |one| one.counters.processor.busy.0.into());
            Some(busy / f64::from(cores))
        };
        Some(self.nodes(query).into_iter().filter_map(share).collect())
    }

    /// Of each node, at the worst sample, in nanoseconds.
    pub(in super::super) fn clock_errors(
        &self,
        query: &Query,
        clock: fn(ClockError) -> i64,
    ) -> Option<Vec<f64>> {
        let samples = self.samples_within(query)?;
        let off =
            |node: NodeId, sample: &Sample| clock(sample.nodes[node.index()].counters.clock).unsigned_abs();
        let worst = |node: NodeId| samples.iter().map(|sample| off(node, sample)).max().map(|ns| ns as f64);
        Some(self.nodes(query).into_iter().filter_map(worst).collect())
    }

    pub(super) fn counter(
        &self,
        query: &Query,
        counter: fn(&NodeSample, Option<DropReason>) -> u64,
    ) -> Option<u64> {
        let samples = self.samples_within(query)?;
        let reason = query.labels.get(&Label::Reason);
        let reason = reason.and_then(|name| DropReason::ALL.into_iter().find(|reason| reason.name() == name));
        let nodes = self.nodes(query);
        let grown = |node: &NodeId| {
            let at = |sample: &Sample| counter(&sample.nodes[node.index()], reason);
            at(samples.last().expect("there are at least two")) - at(&samples[0])
        };
        (!nodes.is_empty()).then(|| nodes.iter().map(grown).sum())
    }
}

/// How much something of a node grew a nanosecond, from the first sample to the last.
fn mean_growth(samples: &[Sample], node: NodeId, of: impl Fn(&NodeSample) -> u128) -> f64 {
    let (first, last) = (&samples[0], &samples[samples.len() - 1]);
    let grown = of(&last.nodes[node.index()]) - of(&first.nodes[node.index()]);
    grown as f64 / last.at.since(first.at).0 as f64
}
