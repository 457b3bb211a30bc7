//! What charts of services are drawn from: where the time of requests went, and how busy nodes were.

use crate::kernel::NodeId;
use crate::model::op::OpKind;
use crate::report::charts::{HeatCell, HeatRow, TimeLevel, TimePart, TimeSpent};

use super::breakdown::{Level, Part};
use super::cast::{Cast, CastNode, Class, Serves};
use super::load::NodeSample;
use super::recording::Recording;
use super::spans::Spent;

const MILLISECOND: f64 = 1e6;

/// Kinds of requests of one run whose time is drawn; breakdown.csv has all.
pub(super) const KINDS_MAX: usize = 8;

/// A kind of request, and where its time went.
pub(super) struct Kind {
    pub(super) workload: usize,
    pub(super) class: Class,
    /// Not empty.
    pub(super) levels: Vec<Level>,
}

impl Kind {
    /// What tells its file from those of the other kinds: the workload and the number of the path, if there are several of
    /// them. Paths have letters that no file's name may have.
    pub(super) fn part(&self, cast: &Cast, kinds: &[Kind]) -> Option<String> {
        let is_one_of_many = kinds.iter().any(|kind| kind.workload != self.workload);
        let has_paths = kinds.iter().any(|kind| kind.workload == self.workload && kind.class != self.class);
        let (name, path) = (cast.workload_name(self.workload), self.class - OpKind::ALL.len() + 1);
        match (is_one_of_many, has_paths) {
            (false, false) => None,
            (true, false) => Some(name.to_owned()),
            (false, true) => Some(path.to_string()),
            // No name has a dot.
            (true, true) => Some(format!("{name}.{path}")),
        }
    }
}

/// The kinds of requests that were answered, in the order of the scenario.
pub(super) fn kinds(recording: &Recording) -> Vec<Kind> {
    let kind = |(workload, class)| Kind { workload, class, levels: recording.time_spent(workload, class) };
    recording.cast().calls().map(kind).filter(|kind| !kind.levels.is_empty()).collect()
}

/// The levels of a kind as they are drawn.
pub(super) fn levels(cast: &Cast, levels: &[Level]) -> Vec<TimeLevel> {
    let part = |Part { system, spent, share, worst: (node, node_share) }: &Part| TimePart {
        system: system.clone(),
        spent: match spent {
            Spent::Queue => TimeSpent::Queue,
            Spent::Service => TimeSpent::Service,
            Spent::Network => TimeSpent::Network,
            Spent::Retry => TimeSpent::Retry,
            Spent::Store => TimeSpent::Store,
        },
        share: *share,
        node: cast.node_name(*node).to_owned(),
        node_share: *node_share,
    };
    let level = |level: &Level| TimeLevel {
        name: level.name.to_owned(),
        requests: level.requests,
        at_ms: level.at as f64 / MILLISECOND,
        mean_ms: level.latency / MILLISECOND,
        parts: level.parts.iter().map(part).collect(),
    };
    levels.iter().map(level).collect()
}

/// Utilisation (from 0 to 1) and queue lengths (requests) of all nodes that work on requests of services with so many cores: as
/// nodes.csv has them.
pub(super) fn nodes(recording: &Recording) -> (Vec<HeatRow>, Vec<HeatRow>) {
    let works =
        |node: &CastNode| node.cores.is_some() && matches!(node.serves, Serves::Instance | Serves::Gateway);
    let nodes = || (0..).map(NodeId).zip(&recording.cast().nodes).filter(|(_, node)| works(node));
    let utilisation = |node: &CastNode, from: &NodeSample, until: &NodeSample, elapsed: f64| {
        from.utilisation(until, elapsed, node.cores).unwrap_or(f64::NAN)
    };
    let queue_length =
        |_: &CastNode, from: &NodeSample, until: &NodeSample, elapsed: f64| from.queue_length(until, elapsed);
    let load = nodes().map(|(id, node)| row(recording, id, node, utilisation)).collect();
    (load, nodes().map(|(id, node)| row(recording, id, node, queue_length)).collect())
}

/// A node's figure between each two samples, which are so many nanoseconds apart.
fn row(
    recording: &Recording,
    id: NodeId,
    node: &CastNode,
    figure: impl Fn(&CastNode, &NodeSample, &NodeSample, f64) -> f64,
) -> HeatRow {
    let pairs = recording.samples().windows(2).filter(|pair| pair[0].at < pair[1].at);
    let cell = |pair: &[super::load::Sample]| {
        let (from, until) = (&pair[0], &pair[1]);
        let elapsed = until.at.since(from.at).0 as f64;
        HeatCell {
            start_s: from.at.as_secs_f64(),
            end_s: until.at.as_secs_f64(),
            value: figure(node, &from.nodes[id.index()], &until.nodes[id.index()], elapsed),
        }
    };
    HeatRow { node: node.name.clone(), cells: pairs.map(cell).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing;

    #[test]
    fn a_node_that_serves_has_a_row_with_the_figures_of_nodes_csv() {
        let recording = testing::recorder(100).finish(testing::ms(10_000));
        let (load, queues) = nodes(&recording);
        assert_eq!(load.iter().map(|row| row.node.as_str()).collect::<Vec<_>>(), ["api.1"]);
        let values: Vec<f64> = load[0].cells.iter().map(|cell| cell.value).collect();
        assert_eq!(
            (values, load[0].cells[1].start_s),
            (vec![0.25; 6], 1.0),
            "its core was busy a quarter of the time"
        );
        assert!(queues[0].cells.iter().all(|cell| cell.value == 0.0), "one request at a time needs no queue");
    }

    #[test]
    fn files_are_told_apart_by_workload_and_by_number_of_path() {
        let mut cast = testing::setup(1).cast;
        cast.workloads[0].paths = vec!["/users".to_owned()];
        let kind =
            |workload, path: usize| Kind { workload, class: OpKind::ALL.len() + path, levels: Vec::new() };
        let part = |kinds: &[Kind]| -> Vec<Option<String>> {
            kinds.iter().map(|kind| kind.part(&cast, kinds)).collect()
        };
        let some = |parts: &[&str]| parts.iter().map(|part| Some((*part).to_owned())).collect::<Vec<_>>();
        assert_eq!(part(&[kind(1, 0)]), [None]);
        assert_eq!(part(&[kind(1, 0), kind(1, 1)]), some(&["1", "2"]));
        assert_eq!(part(&[kind(0, 0), kind(1, 1)]), some(&["shoppers", "users"]));
        assert_eq!(part(&[kind(0, 0), kind(1, 0), kind(1, 1)]), some(&["shoppers", "users.1", "users.2"]));
    }
}
