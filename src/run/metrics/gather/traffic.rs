//! What replicated logs said for what they committed, nodes of one decree for what they chose, and how busy who led was.

use crate::kernel::{NodeId, SystemId};

use super::super::catalogue::Label;
use super::super::query::Query;
use crate::run::load::Sample;
use crate::run::recording::Recording;
use crate::run::traffic::Traffic;
use crate::systems::kinds::Decides;

impl Recording {
    /// The nodes of each system that decides such a thing and that a query selects.
    fn deciding(&self, what: Decides, query: &Query) -> Vec<Vec<NodeId>> {
        let nodes = || (0..self.cast().nodes.len() as u32).map(NodeId);
        let of_system = |system: SystemId| -> Vec<NodeId> {
            let is_of = |node: &NodeId| {
                let node = &self.cast().nodes[node.index()];
                node.decides == Some(what) && node.system == system
            };
            nodes().filter(is_of).collect()
        };
        let admitted = |system: &SystemId| query.admits(Label::System, self.cast().system_name(*system));
        self.systems().filter(admitted).map(of_system).filter(|nodes| !nodes.is_empty()).collect()
    }

    /// What such systems did in the measured time, one thing divided by another; `None` if there is nothing to divide by.
    pub(super) fn traffic(
        &self,
        query: &Query,
        what: Decides,
        quotient: fn(Traffic, usize) -> (f64, f64),
    ) -> Option<f64> {
        let samples = self.samples_within(query)?;
        let (first, last) = (samples.first()?, samples.last()?);
        let of_system = |nodes: &Vec<NodeId>| {
            let grown = |node: &NodeId| {
                let at = |sample: &Sample| sample.nodes[node.index()].traffic;
                at(last).since(at(first))
            };
            let all = nodes.iter().map(grown).fold(Traffic::default(), Traffic::and);
            quotient(all, nodes.len())
        };
        let systems = self.deciding(what, query);
        let (sum, of) =
            systems.iter().map(of_system).fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
        (of > 0.0).then(|| sum / of)
    }

    /// Over the samples in which one node led from beginning to end.
    pub(super) fn leader_utilisation(&self, query: &Query) -> Option<f64> {
        let samples = self.samples_within(query)?;
        let (mut busy, mut of) = (0.0, 0.0);
        for node in self.deciding(Decides::Log, query).into_iter().flatten() {
            let Some(cores) = self.cast().nodes[node.index()].cores else { continue };
            for pair in samples.windows(2) {
                let [before, after] = [0, 1].map(|one: usize| &pair[one].nodes[node.index()]);
                if before.leads.is_some() && before.leads == after.leads {
                    busy += (after.counters.processor.busy.0 - before.counters.processor.busy.0) as f64;
                    of += pair[1].at.since(pair[0].at).0 as f64 * f64::from(cores);
                }
            }
        }
        (of > 0.0).then(|| busy / of)
    }
}
