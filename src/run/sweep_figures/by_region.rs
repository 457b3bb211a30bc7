//! A metric by the region of clients: what each of them gets, side by side for the values of the swept variables.

use crate::report::charts::{ChartInput, Quantity, SweepDot, SweepInput, SweepScale, SweepSeries};
use crate::report::stored::StoredChart;
use crate::run::outputs::SweepRun;

use super::{Measure, SERIES_MAX, is_wide, measure_label, measured, tip, told_as_lacking};

/// The chart of measures that differ by region only.
pub(super) fn figure(scenario: &str, runs: &[SweepRun], measures: &[&Measure]) -> StoredChart {
    let first = measures[0];
    let metric = format!("{} by region", first.name_without_region());
    let (quantity, divisor) = first.quantity();
    let shown = Shown::of(runs);
    let mut series: Vec<SweepSeries> = Vec::new();
    for run in &shown.runs {
        let label = shown.label(run);
        let dots = measures.iter().enumerate().map(|(place, measure)| {
            let y = measured(run, measure).map_or(f64::NAN, |value| value / divisor);
            SweepDot { x: place as f64, y, tip: tip(run, measure) }
        });
        match series.iter_mut().find(|one| one.label == label) {
            Some(one) => one.dots.extend(dots),
            None => series.push(SweepSeries { dots: dots.collect(), label }),
        }
    }
    let y_log = is_wide(series.iter().flat_map(|one| &one.dots).map(|dot| dot.y));
    let held: Vec<String> = shown.held.iter().map(|(name, value)| format!(", {name}={value}")).collect();
    let is_lacking = |run: &&&SweepRun| measures.iter().any(|measure| measured(run, measure).is_none());
    let lacking = shown.runs.iter().filter(is_lacking).count();
    let lacking =
        told_as_lacking(lacking, shown.runs.len(), &format!("{} in a region", first.name_without_region()));
    let regions = measures.iter().filter_map(|measure| measure.region());
    let input = ChartInput::Sweep(SweepInput {
        subtitle: format!("{scenario}, {} runs{}{lacking}", shown.runs.len(), held.concat()),
        y_label: measure_label(&metric, first.unit()),
        metric,
        quantity,
        y_log,
        variable: "region of the clients".to_owned(),
        variable_quantity: Quantity::Number,
        scale: SweepScale::Names(regions.map(str::to_owned).collect()),
        series,
        is_mixed: false,
    });
    let part = format!("{}-by-region", first.name_without_region().replace([' ', '_'], "-"));
    StoredChart::new(Some(&part), "runs.csv", input)
}

/// The runs that a chart by region shows. If all would make too many series to tell apart, the variables with the most values
/// are held at their first, until few enough are left.
struct Shown<'a> {
    runs: Vec<&'a SweepRun>,
    /// The variables that are not held and have more than one value, by their places.
    free: Vec<usize>,
    /// The variables that are held, with their values.
    held: Vec<(&'a str, &'a str)>,
}

impl<'a> Shown<'a> {
    fn of(runs: &'a [SweepRun]) -> Shown<'a> {
        let variables = runs.first().map_or(0, |run| run.run.params.len());
        let mut shown =
            Shown { runs: runs.iter().collect(), free: (0..variables).collect(), held: Vec::new() };
        shown.free.retain(|&variable| values(&shown.runs, variable).len() > 1);
        while shown.count() > SERIES_MAX {
            let widest =
                |&place: &usize| (values(&shown.runs, shown.free[place]).len(), std::cmp::Reverse(place));
            let place = (0..shown.free.len()).max_by_key(widest).expect("one series needs no variable");
            let variable = shown.free.remove(place);
            let (name, first) = &runs[0].run.params[variable];
            shown.held.push((name, first));
            shown.runs.retain(|run| run.run.params[variable].1 == *first);
        }
        shown
    }

    /// How many series there are.
    fn count(&self) -> usize {
        let mut labels: Vec<String> = self.runs.iter().map(|run| self.label(run)).collect();
        labels.sort();
        labels.dedup();
        labels.len()
    }

    /// What the runs of a series share.
    fn label(&self, run: &SweepRun) -> String {
        let free = self.free.iter().map(|&variable| &run.run.params[variable]);
        free.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    }
}

/// The values that a variable has.
fn values<'a>(runs: &[&'a SweepRun], variable: usize) -> Vec<&'a str> {
    let mut values: Vec<&str> = Vec::new();
    for run in runs {
        let value = run.run.params[variable].1.as_str();
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::metrics::{Aggregate, Figure, Label, Labels, Metric};
    use crate::run::outputs::{PlannedRun, RunVerdict};

    fn run(params: &[(&str, String)]) -> SweepRun {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let run = PlannedRun { run_id: "00000001".to_owned(), seed: 7, params };
        SweepRun { run, digest: None, verdict: RunVerdict::Passed, figures: Vec::new(), has_page: false }
    }

    #[test]
    fn runs_that_lack_a_region_are_told() {
        let figure = |region: &str| Figure {
            metric: Metric::CommitLatency,
            aggregate: Aggregate::P50,
            labels: Labels::from([(Label::Region, region.to_owned())]),
            value: 1e6,
        };
        let of = |policy: &str, regions: &[&str]| SweepRun {
            figures: regions.iter().map(|region| figure(region)).collect(),
            ..run(&[("policy", policy.to_owned())])
        };
        let runs = [of("a", &["eu", "us"]), of("b", &["eu"]), of("c", &[])];
        let measures = crate::run::sweep_figures::measures(&runs);
        let chart = super::figure("two", &runs, &measures.iter().collect::<Vec<_>>());
        let ChartInput::Sweep(input) = &chart.input else { panic!("it is a sweep") };
        assert_eq!(input.subtitle, "two, 3 runs; 2 of 3 runs have no commit_latency p50 in a region");
        assert_eq!(input.series.len(), 3, "what has nothing is in the legend");
    }

    #[test]
    fn what_would_make_too_many_series_is_held_at_its_first_value() {
        let runs: Vec<SweepRun> = (0..10)
            .flat_map(|clients| ["raft", "multi-paxos"].map(|kind| (clients, kind)))
            .map(|(clients, kind)| {
                run(&[("kind", kind.to_owned()), ("clients", format!("{clients}")), ("n", "5".to_owned())])
            })
            .collect();
        let shown = Shown::of(&runs);
        assert_eq!((shown.held.as_slice(), shown.runs.len()), (&[("clients", "0")][..], 2));
        assert_eq!(shown.label(shown.runs[1]), "kind=multi-paxos");
        let few = Shown::of(&runs[..8]);
        assert_eq!((few.held.len(), few.runs.len(), few.count()), (0, 8, 8));
    }
}
