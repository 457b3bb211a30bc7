//! A run's charts, drawn from its recording.

use crate::kernel::{SystemId, Time};
use crate::report::charts::{
    AvailabilityInput, AvailabilityRow, BreakdownInput, CcdfInput, CcdfSeries, ChartInput, Election,
    FaultBand, HeatInput, HeatRow, LanesInput, LatencyBucket, LatencyInput, Outage, OutcomeBucket,
    ShareBucket, ThroughputInput, busiest,
};
use crate::report::stored::StoredChart;
use crate::systems::Custom;

use super::histogram::{Cell, Histogram};
use super::metrics::{Aggregate, Values};
use super::operation::Ending;
use super::prepare::Prepared;
use super::recording::Recording;
use super::service_figures::{self, Kind};
use super::tally::Counts;
use crate::faults::Planned;

const MILLISECOND: f64 = 1e6;

/// What all charts of a run share.
struct Sheet<'a, X: Custom> {
    prepared: &'a Prepared<X>,
    recording: &'a Recording,
    span_s: (f64, f64),
    bands: Vec<FaultBand>,
}

/// A strike's name; that of a nemesis says what it drew.
fn name(planned: &Planned, kind: &str) -> String {
    match kind == planned.kind {
        true => planned.name.clone(),
        false => format!("{}: {kind}", planned.name),
    }
}

/// Every chart of the catalogue that is drawn from a recording and has something to show, in its order.
pub fn figures<X: Custom>(prepared: &Prepared<X>, recording: &Recording) -> Vec<StoredChart> {
    let band = |window: &super::recording::FaultWindow| FaultBand {
        name: name(&prepared.world.setup.faults[window.planned], window.kind),
        start_s: window.start.as_secs_f64(),
        end_s: window.end.map_or(f64::INFINITY, Time::as_secs_f64),
    };
    let bands = recording.faults().iter().map(band).collect();
    let span_s = (0.0, recording.end().as_secs_f64());
    let sheet = Sheet { prepared, recording, span_s, bands };
    let mut figures = Vec::new();
    let workloads = 0..recording.cast().workloads.len();
    let asked = |workload: &usize| sheet.counts(*workload).iter().any(|counts| counts.offered > 0);
    let asked: Vec<usize> = workloads.filter(asked).collect();
    for workload in &asked {
        figures.push(sheet.throughput(*workload, asked.len() > 1));
    }
    for workload in &asked {
        figures.push(sheet.latency(*workload, asked.len() > 1));
    }
    if !asked.is_empty() {
        figures.push(sheet.ccdf(&asked));
        figures.push(sheet.availability(&asked));
    }
    let kinds = service_figures::kinds(recording);
    let drawn = kinds.iter().take(service_figures::KINDS_MAX);
    figures.extend(drawn.map(|kind| sheet.breakdown(kind, &kinds)));
    figures.extend(sheet.heat_maps());
    let systems = (0..prepared.world.systems.len()).map(|id| SystemId(id as u16));
    let elects: Vec<SystemId> = systems.filter(|system| recording.elects(*system)).collect();
    for system in &elects {
        figures.push(sheet.leaders(*system, elects.len() > 1));
    }
    figures
}

/// At the greatest latency of each cell, in milliseconds, the share of all that took longer. As percentiles are, the last is that
/// of the slowest operation, and not the end of its cell.
fn slower(histogram: &Histogram) -> Vec<(f64, f64)> {
    let total = histogram.count() as f64;
    let most = histogram.aggregate(Aggregate::Max).unwrap_or(f64::INFINITY);
    let mut above = total;
    let point = |cell: Cell| {
        above -= cell.count as f64;
        (f64::min(cell.high as f64, most) / MILLISECOND, above / total)
    };
    histogram.cells().map(point).collect()
}

impl<X: Custom> Sheet<'_, X> {
    fn subtitle(&self, about: &str) -> String {
        format!("{}, {about}, seed {}", self.prepared.name, self.prepared.world.setup.seed)
    }

    /// Operations of a workload by interval, of all kinds together.
    fn counts(&self, workload: usize) -> Vec<Counts> {
        let mut sum = vec![Counts::default(); self.recording.intervals().count()];
        for (_, tally) in self.recording.tallies().classes(workload) {
            for (total, counts) in sum.iter_mut().zip(&tally.intervals) {
                total.add(counts);
            }
        }
        sum
    }

    fn bounds(&self, interval: usize) -> (f64, f64) {
        let (start, end) = self.recording.intervals().bounds(interval);
        (start.as_secs_f64(), end.as_secs_f64())
    }

    fn throughput(&self, workload: usize, is_one_of_many: bool) -> StoredChart {
        let name = self.recording.cast().workload_name(workload);
        let bucket = |(interval, counts): (usize, &Counts)| {
            let (start_s, end_s) = self.bounds(interval);
            let (fail, unknown) = (counts.ended(Ending::Fail, None), counts.ended(Ending::Unknown, None));
            OutcomeBucket { start_s, end_s, ok: counts.ok, fail, unknown }
        };
        let input = ChartInput::Throughput(ThroughputInput {
            subtitle: self.subtitle(name),
            span_s: self.span_s,
            buckets: self.counts(workload).iter().enumerate().map(bucket).collect(),
            bands: self.bands.clone(),
        });
        StoredChart::new(is_one_of_many.then_some(name), "throughput.csv", input)
    }

    fn latency(&self, workload: usize, is_one_of_many: bool) -> StoredChart {
        let intervals = self.recording.intervals();
        let name = self.recording.cast().workload_name(workload);
        let mut values = vec![Vec::new(); intervals.count()];
        for operation in self.recording.operations(workload) {
            if Ending::of(operation.outcome).0 == Ending::Ok {
                values[intervals.of(operation.intended)].push(operation.latency());
            }
        }
        let bucket = |(interval, values): (usize, Vec<u64>)| {
            let (start_s, end_s) = self.bounds(interval);
            let values = Values::exact(values);
            let of = |aggregate| values.aggregate(aggregate).map(|ns| ns / MILLISECOND);
            let [p50, p95, p99, max] =
                [Aggregate::P50, Aggregate::P95, Aggregate::P99, Aggregate::Max].map(of);
            LatencyBucket { start_s, end_s, p50, p95, p99, max }
        };
        let input = ChartInput::Latency(LatencyInput {
            subtitle: self.subtitle(name),
            span_s: self.span_s,
            buckets: values.into_iter().enumerate().map(bucket).collect(),
            bands: self.bands.clone(),
        });
        StoredChart::new(is_one_of_many.then_some(name), "latency.csv", input)
    }

    fn ccdf(&self, workloads: &[usize]) -> StoredChart {
        let cast = self.recording.cast();
        let mut series = Vec::new();
        for workload in workloads {
            for (class, tally) in
                self.recording.tallies().classes(*workload).filter(|(_, tally)| tally.is_used())
            {
                let class = cast.class_name(*workload, class);
                let name = match workloads.len() {
                    1 => class.to_owned(),
                    _ => format!("{} {class}", cast.workload_name(*workload)),
                };
                let mut all = Histogram::default();
                for phase in super::phase::Phase::MEASURED {
                    all.merge(tally.phase(phase).latency(Ending::Ok));
                }
                series.push(CcdfSeries { name, points: slower(&all) });
            }
        }
        let subtitle = self.subtitle("all operations that ended ok");
        let input = ChartInput::LatencyCcdf(CcdfInput { subtitle, series });
        StoredChart::new(None, "latency_histogram.csv", input)
    }

    fn availability(&self, workloads: &[usize]) -> StoredChart {
        let share = |counts: &Counts| {
            let ended = counts.ok + counts.ended(Ending::Fail, None) + counts.ended(Ending::Unknown, None);
            (ended > 0).then(|| counts.ok as f64 / ended as f64)
        };
        let row = |workload: &usize| {
            let counts = self.counts(*workload);
            let mut total = Counts::default();
            counts.iter().for_each(|one| total.add(one));
            let bucket = |(interval, counts): (usize, &Counts)| {
                let (start_s, end_s) = self.bounds(interval);
                ShareBucket { start_s, end_s, ok_share: share(counts) }
            };
            let outage = |outage: &super::availability::Outage| Outage {
                start_s: outage.start.as_secs_f64(),
                end_s: outage.end.as_secs_f64(),
            };
            AvailabilityRow {
                name: self.recording.cast().workload_name(*workload).to_owned(),
                ok_share: share(&total),
                buckets: counts.iter().enumerate().map(bucket).collect(),
                outages: self.recording.outages(*workload).iter().map(outage).collect(),
            }
        };
        let input = ChartInput::Availability(AvailabilityInput {
            subtitle: self.subtitle("all workloads"),
            span_s: self.span_s,
            rows: workloads.iter().map(row).collect(),
            bands: self.bands.clone(),
        });
        StoredChart::new(None, "throughput.csv", input)
    }

    /// The chart of one of all these kinds of requests.
    fn breakdown(&self, kind: &Kind, kinds: &[Kind]) -> StoredChart {
        let cast = self.recording.cast();
        let workload = cast.workload_name(kind.workload);
        let mut subtitle =
            self.subtitle(&format!("workload {workload}, {}", cast.class_name(kind.workload, kind.class)));
        if kinds.len() > service_figures::KINDS_MAX {
            let shown = service_figures::KINDS_MAX;
            subtitle.push_str(&format!("; {shown} of {} kinds of requests are drawn", kinds.len()));
        }
        if self.recording.breakdown_one_in() > 1 {
            subtitle.push_str(&format!("; of one in {} requests", self.recording.breakdown_one_in()));
        }
        let levels = service_figures::levels(cast, &kind.levels);
        let input = ChartInput::Breakdown(BreakdownInput { subtitle, levels });
        StoredChart::new(kind.part(cast, kinds).as_deref(), "breakdown.csv", input)
    }

    /// The heat maps of all nodes that work on requests; none if there are none.
    fn heat_maps(&self) -> Vec<StoredChart> {
        let systems = (0..self.prepared.world.systems.len()).map(|id| SystemId(id as u16));
        let operations = systems.flat_map(|system| self.operations(system));
        let bands: Vec<FaultBand> = self.bands.iter().cloned().chain(operations).collect();
        let subtitle = self.subtitle("nodes of services");
        let input = |rows: Vec<HeatRow>| {
            let (subtitle, bands) = (subtitle.clone(), bands.clone());
            HeatInput { subtitle, span_s: self.span_s, nodes: rows.len(), rows: busiest(rows), bands }
        };
        let (load, queues) = service_figures::nodes(self.recording);
        if load.is_empty() {
            return Vec::new();
        }
        vec![
            StoredChart::new(None, "nodes.csv", ChartInput::Load(input(load))),
            StoredChart::new(None, "nodes.csv", ChartInput::Queues(input(queues))),
        ]
    }

    /// What operators asked of a system, from when it was asked to when they knew what came of it.
    fn operations(&self, system: SystemId) -> impl Iterator<Item = FaultBand> {
        let operators = &self.recording.cast().operators;
        let of_system =
            self.recording.orders().iter().filter(move |order| operators[order.operator].target == system);
        of_system.map(move |order| {
            let operator = &operators[order.operator];
            let (_, what) = &operator.orders[order.number as usize - 1];
            FaultBand {
                name: format!("{}: {what}", self.recording.cast().node_name(operator.node)),
                start_s: order.began.as_secs_f64(),
                end_s: order.ended.map_or(f64::INFINITY, |(at, ..)| at.as_secs_f64()),
            }
        })
    }

    fn leaders(&self, system: SystemId, is_one_of_many: bool) -> StoredChart {
        let plan = &self.prepared.world.systems[system.index()].plan;
        let election = |election: &super::leadership::Election| Election {
            start_s: election.start.as_secs_f64(),
            end_s: election.end.as_secs_f64(),
            term: Some(election.term.0.into()),
        };
        let elections = self.recording.elections().iter().filter(|election| election.system == system);
        let mut bands = self.bands.clone();
        bands.extend(self.operations(system));
        let input = ChartInput::Leaders(LanesInput {
            subtitle: self.subtitle(&plan.name),
            span_s: self.span_s,
            lanes: super::lanes::lanes(self.recording, &plan.nodes),
            elections: elections.map(election).collect(),
            bands,
        });
        StoredChart::new(is_one_of_many.then_some(&plan.name), "roles.csv", input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// p50, p99 and the maximum are where the share that took longer falls to half, to a hundredth and to nothing.
    #[test]
    fn percentiles_are_where_the_share_that_took_longer_falls() {
        let mut histogram = Histogram::default();
        for i in 1..=1000u64 {
            histogram.add(i * 7_919 + 1_000_003);
        }
        let points = slower(&histogram);
        for (aggregate, share) in [(Aggregate::P50, 0.5), (Aggregate::P99, 0.01), (Aggregate::Max, 0.0)] {
            let expected = histogram.aggregate(aggregate).map(|ns| ns / MILLISECOND);
            // Within half an operation of the thousand.
            let read =
                points.iter().find(|(_, longer)| *longer <= share + 0.0005).map(|(latency, _)| *latency);
            assert_eq!(read, expected, "{aggregate:?}");
        }
        assert_eq!(points.last(), Some(&(8.919_003, 0.0)));
    }
}
