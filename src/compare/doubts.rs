//! What speaks against figures: batches that hang on each other, and percentiles that few values lie beyond.

use crate::kernel::math::inverse_normal_cdf;
use crate::statistics::serial_correlation;

use super::study::{Study, StudyRow, pairs};

/// A series of batches whose figures hang on those before them.
#[derive(Clone, PartialEq, Debug)]
pub struct Hanging<'a> {
    /// Of what.
    pub measure: &'a str,
    /// Of which variant.
    pub variant: String,
    /// Whether these are its differences from the baseline.
    pub is_of_difference: bool,
    /// How much one hangs on the one before: from -1 to 1.
    pub correlation: f64,
}

/// A percentile of runs so short that few values lie beyond it.
#[derive(Clone, PartialEq, Debug)]
pub struct Short<'a> {
    /// Of what.
    pub measure: &'a str,
    /// Of the variant with the shortest runs.
    pub variant: String,
    /// How many values its runs have, on average.
    pub values: f64,
    /// How many of them lie beyond the percentile.
    pub beyond: f64,
}

/// With so many values beyond a percentile it is hardly low on average any more, as far as they are independent: at M/M/1 with a load of a half and 30
/// of them intervals of 95 % cover the p99 in 90 to 93 % of cases (docs/comparing.md).
const BEYOND_MIN: f64 = 30.0;

impl Study {
    /// The percentiles that fewer than [`BEYOND_MIN`] values of a run lie beyond, each with the variant that has fewest. No number of runs mends
    /// that.
    pub fn short(&self) -> Vec<Short<'_>> {
        let of_measure = |place: usize| {
            let measure = &self.measures[place];
            let share = measure.asked.as_ref()?.aggregate.share()?;
            let of_variant = |variant: usize| {
                let counts: Vec<f64> =
                    self.subject.of_variant(variant).filter_map(|run| measure.count(variant, run)).collect();
                (!counts.is_empty()).then(|| (variant, counts.iter().sum::<f64>() / counts.len() as f64))
            };
            let all = (0..self.subject.variants.len()).filter_map(of_variant);
            let (variant, values) = all.min_by(|a, b| a.1.total_cmp(&b.1))?;
            let beyond = values * share.min(1.0 - share);
            let variant = self.subject.called(variant);
            (beyond < BEYOND_MIN).then(|| Short { measure: &measure.name, variant, values, beyond })
        };
        (0..self.measures.len()).filter_map(of_measure).collect()
    }

    /// Figures of batches that hang on those before them more than chance explains in one of twenty studies, with their serial correlation: intervals
    /// over these are too narrow.
    pub fn hanging(&self) -> Vec<Hanging<'_>> {
        if self.settings.batches.is_none() {
            return Vec::new();
        }
        let series = |row: &StudyRow| {
            let baseline = self.rows.iter().find(|other| {
                (other.measure, other.circumstances, other.variant)
                    == (row.measure, row.circumstances, self.subject.baseline)
            });
            let figures: Vec<f64> = row.values.iter().map(|(_, value)| *value).collect();
            // What is said of the difference rests on the differences, which may hang where figures do not, or the other way round.
            let differences = baseline.filter(|_| row.against.is_some()).map(|baseline| {
                let (ours, theirs) = pairs(&row.values, &baseline.values);
                ours.iter().zip(theirs).map(|(ours, theirs)| ours - theirs).collect::<Vec<f64>>()
            });
            [Some((false, figures)), differences.map(|differences| (true, differences))]
        };
        let all: Vec<(&StudyRow, bool, Vec<f64>)> = self
            .rows
            .iter()
            .flat_map(|row| {
                series(row).into_iter().flatten().map(move |(is_of, values)| (row, is_of, values))
            })
            .collect();
        let most = inverse_normal_cdf(1.0 - 0.05 / all.len().max(1) as f64);
        let hanging = |(row, is_of_difference, values): &(&StudyRow, bool, Vec<f64>)| {
            let correlation = serial_correlation(values);
            (correlation > most / (values.len() as f64).sqrt()).then(|| Hanging {
                measure: &self.measures[row.measure].name,
                variant: self.subject.called(row.variant),
                is_of_difference: *is_of_difference,
                correlation,
            })
        };
        all.iter().filter_map(hanging).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Asked, Settings, Subject};
    use crate::run::metrics::{Aggregate, Figure, Label, Labels, Metric};
    use crate::run::outputs::{PlannedRun, SweepRun};
    use crate::statistics::Method;

    #[test]
    fn percentiles_of_short_runs_are_doubted() {
        let figure = |aggregate, value| {
            let labels = Labels::from([(Label::Workload, "users".to_owned())]);
            Figure { metric: Metric::Latency, labels, aggregate, value }
        };
        let run = |policy: &str, seed: u64, count: f64| {
            let params = vec![("policy".to_owned(), policy.to_owned())];
            let run = PlannedRun { run_id: format!("{policy}{seed}"), seed, params };
            let figures = [Aggregate::P50, Aggregate::P99].map(|aggregate| figure(aggregate, seed as f64));
            let figures = [figures.to_vec(), vec![figure(Aggregate::Count, count)]].concat();
            SweepRun { figures, ..SweepRun::planned(&run) }
        };
        let doubted = |count: f64| {
            let runs = (1..=3).flat_map(|seed| [run("a", seed, 9_000.0), run("b", seed, count)]);
            let runs: Vec<SweepRun> = runs.collect();
            let subject = Subject::of_sweep(&runs, "policy", None, None).expect("two variants");
            let asked = [Aggregate::P50, Aggregate::P99].map(|aggregate| Asked {
                metric: Metric::Latency,
                aggregate,
                labels: Labels::new(),
                text: "latency".to_owned(),
                is_wanted: true,
            });
            let settings = Settings { confidence: 0.95, method: Method::Student, batches: None };
            let study = Study::new(subject, &asked, settings).expect("there are figures");
            let told =
                |short: &Short<'_>| (short.measure.to_owned(), short.variant.clone(), short.beyond.round());
            study.short().iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(doubted(3_000.0), [], "30 lie beyond");
        assert_eq!(doubted(500.0), [("latency p99".to_owned(), "b".to_owned(), 5.0)]);
        assert_eq!(doubted(50.0).len(), 2, "25 are no median either");
    }
}
