//! What follows from the runs: estimates, differences from the baseline, ranks.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::run::metrics::Better;
use crate::run::outputs::{RunVerdict, SweepRun};
use crate::statistics::{Estimate, Method, Paired, holm, variance};

use super::asked::Asked;
use super::compared::{Compared, Source, compared};
use super::found::Found;
use super::scaling::{ScalingError, ScalingStudy};
use super::subject::{Subject, SubjectError};

/// How runs are compared.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// In what share of all cases intervals cover the truth.
    pub confidence: f64,
    /// How figures of several runs become one with an interval.
    pub method: Method,
    /// Into how many batches each run is cut, each of which stands for a run here; `None`: it is one figure.
    pub batches: Option<u32>,
}

/// Runs, and what follows from them.
#[derive(Clone, Debug)]
pub struct Study {
    /// The runs.
    pub subject: Subject,
    /// How they are compared.
    pub settings: Settings,
    /// By what: for each variant the figure that is its own.
    pub measures: Vec<Compared>,
    /// By measure, then circumstances, then variant: those that have runs.
    pub rows: Vec<StudyRow>,
    /// How many comparisons with the baseline were made: the family that p-values are corrected for.
    pub comparisons: usize,
    /// How the figures scale, where that is asked for.
    pub scaling: Option<ScalingStudy>,
}

/// A variant by a measure, under some circumstances.
#[derive(Clone, Debug)]
pub struct StudyRow {
    /// Which measure.
    pub measure: usize,
    /// Which circumstances.
    pub circumstances: usize,
    /// Which variant.
    pub variant: usize,
    /// The figures of its runs, by seed.
    pub values: Vec<(u64, f64)>,
    /// Runs that have no such figure.
    pub missing: usize,
    /// The figure of all of them; `None` if too few have one.
    pub estimate: Option<Estimate>,
    /// How many times the variance of a mean would be what it is, had the runs that are taken together had seeds of their own; `None` if none
    /// are.
    pub antithetic_gain: Option<f64>,
    /// The standard deviation of the runs' figures; `None` of fewer than two.
    pub deviation: Option<f64>,
    /// Beside the baseline; `None` of itself, and of what has too few pairs.
    pub against: Option<Against>,
    /// One more than the number of variants that are shown to be better under the same circumstances; `None` where no figure is the better
    /// one.
    pub rank: Option<usize>,
}

/// A variant beside the baseline.
#[derive(Clone, Debug)]
pub struct Against {
    /// The pairs.
    pub paired: Paired,
    /// The p-value, corrected for all comparisons of the study.
    pub corrected: f64,
    /// What is found.
    pub finding: Finding,
}

/// What a comparison finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// The variant's figure is lower.
    Lower,
    /// It is higher.
    Higher,
    /// It is the same in every pair.
    Same,
    /// What is seen may be chance.
    NotShown,
}

impl Finding {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Finding::Lower => "lower",
            Finding::Higher => "higher",
            Finding::Same => "same",
            Finding::NotShown => "not-shown",
        }
    }
}

/// A metric that is asked for, and not every variant has, or has several of.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StudyError {
    /// The runs cannot be compared.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// They cannot be scaled.
    #[error(transparent)]
    Scaling(#[from] ScalingError),
    /// A variant has no such figure.
    #[error("no run of {variant} has `{metric}`, so that it cannot be compared by it")]
    NoFigure {
        /// The metric as it was asked for.
        metric: String,
        /// The variant.
        variant: String,
    },
    /// Variants have several such figures, of different things.
    #[error("`{metric}` is of other things in {one} ({ones}) than in {other} ({others})")]
    OfOtherThings {
        /// The metric as it was asked for.
        metric: String,
        /// A variant.
        one: String,
        /// What its figures are of.
        ones: String,
        /// Another variant.
        other: String,
        /// What its figures are of.
        others: String,
    },
    /// What is to be found is known of too few seeds.
    #[error("too few seeds have it between the ends: {why}")]
    NothingFound {
        /// Where it lies for the others.
        why: String,
    },
    /// The unit is not the same in all variants.
    #[error("`{metric}` is in {one} here and in {other} there: what has different units is not compared")]
    MixedUnits {
        /// The metric as it was asked for.
        metric: String,
        /// A unit.
        one: &'static str,
        /// Another.
        other: &'static str,
    },
}

impl Study {
    /// Compares the runs by what is asked for.
    ///
    /// # Errors
    /// If there are too few runs, or a variant lacks a figure that is wanted.
    pub fn new(subject: Subject, asked: &[Asked], settings: Settings) -> Result<Study, StudyError> {
        Study::enough(&subject, settings)?;
        let mut measures = Vec::new();
        for one in asked {
            measures.extend(compared(&subject, one)?);
        }
        Ok(Study::by(subject, measures, settings))
    }

    /// Holds that there are runs enough of some variant, and of the baseline with the same seeds, if there is another.
    ///
    /// # Errors
    /// If there are not.
    pub fn enough(subject: &Subject, settings: Settings) -> Result<(), SubjectError> {
        let most = if subject.is_alone() { subject.runs_each().1 } else { subject.pairs_most() };
        if most == 0 {
            let baseline = format!("{}={}", subject.variable, subject.variants[subject.baseline]);
            return Err(SubjectError::NothingInCommon(baseline));
        }
        if !settings.method.suffices(most, settings.confidence) {
            let needed = (2..).find(|&runs| settings.method.suffices(runs, settings.confidence));
            let found = crate::kernel::counted(most as u64, "run");
            let needed = needed.expect("enough runs have an interval");
            return Err(SubjectError::TooFewRuns { found, needed });
        }
        Ok(())
    }

    /// Compares variants, of which there may be one only, by what was found for each under each seed. A run stands for a seed.
    ///
    /// # Errors
    /// If there are too few seeds, or too few of which it is known.
    pub fn of_found(subject: Subject, found: Found, settings: Settings) -> Result<Study, StudyError> {
        Study::enough(&subject, settings)?;
        let compared = Compared {
            name: found.search.text.clone(),
            unit: found.unit(),
            better: Some(found.better()),
            asked: None,
            source: Source::Found(Box::new(found)),
        };
        let study = Study::by(subject, vec![compared], settings);
        let is_told = |row: &StudyRow| match study.subject.is_alone() {
            true => row.estimate.is_some(),
            false => row.against.is_some(),
        };
        match study.rows.iter().any(is_told) {
            true => Ok(study),
            false => Err(StudyError::NothingFound { why: study.left_out().collect::<Vec<_>>().join("; ") }),
        }
    }

    /// What is to be known of the seeds for which nothing was found, in a sentence for each variant and circumstances.
    pub fn left_out(&self) -> impl Iterator<Item = String> {
        self.rows.iter().filter_map(|row| {
            let note = self.measures[row.measure].found()?.note(&self.subject, row)?;
            let told = self.subject.told(row.circumstances);
            Some(if told.is_empty() { note } else { format!("{told}: {note}") })
        })
    }

    /// Compares the runs by these figures.
    fn by(subject: Subject, measures: Vec<Compared>, settings: Settings) -> Study {
        let mut study =
            Study { subject, settings, measures, rows: Vec::new(), comparisons: 0, scaling: None };
        for measure in 0..study.measures.len() {
            for circumstances in 0..study.subject.circumstances.len() {
                let mut rows = study.cell(measure, circumstances);
                study.rows.append(&mut rows);
            }
        }
        study.correct();
        study.rank();
        study
    }

    /// The variants by a measure under some circumstances, without ranks and corrections.
    fn cell(&self, measure: usize, circumstances: usize) -> Vec<StudyRow> {
        let Study { subject, settings, .. } = self;
        let Settings { confidence, method, .. } = *settings;
        let figures = |variant: usize| {
            let of = |run: &SweepRun| self.measures[measure].of(variant, run);
            let runs = subject.runs(circumstances, variant);
            runs.chunk_by(|run, next| run.run.seed == next.run.seed)
                .filter_map(|together| Some((together[0].run.seed, average(together, &of)?)))
                .collect::<Vec<_>>()
        };
        let baseline = figures(subject.baseline);
        let row = |variant: usize| {
            let runs = subject.runs(circumstances, variant);
            let values = figures(variant);
            let plain: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
            let is_enough = method.suffices(plain.len(), confidence);
            StudyRow {
                measure,
                circumstances,
                variant,
                missing: runs.chunk_by(|run, next| run.run.seed == next.run.seed).count() - values.len(),
                antithetic_gain: antithetic_gain(runs, &|run| self.measures[measure].of(variant, run)),
                estimate: is_enough.then(|| method.estimate(&plain, confidence)),
                deviation: (plain.len() > 1).then(|| deviation(&plain)),
                against: (variant != subject.baseline)
                    .then(|| against(&values, &baseline, *settings))
                    .flatten(),
                rank: None,
                values,
            }
        };
        let has_runs = |variant: &usize| !subject.runs(circumstances, *variant).is_empty();
        (0..subject.variants.len()).filter(has_runs).map(row).collect()
    }

    /// Corrects all comparisons with the baseline for their number, and says what they find.
    fn correct(&mut self) {
        let level = 1.0 - self.settings.confidence;
        let mut all: Vec<&mut Against> =
            self.rows.iter_mut().filter_map(|row| row.against.as_mut()).collect();
        let corrected = holm(&all.iter().map(|against| against.paired.p_value).collect::<Vec<_>>());
        self.comparisons = all.len();
        for (against, corrected) in all.iter_mut().zip(corrected) {
            against.corrected = corrected;
            against.finding = match against.paired.direction() {
                _ if against.paired.all_equal() => Finding::Same,
                _ if corrected >= level => Finding::NotShown,
                Ordering::Less => Finding::Lower,
                Ordering::Greater => Finding::Higher,
                Ordering::Equal => Finding::NotShown,
            };
        }
    }

    /// Whether a variant is shown to be worse than the baseline.
    pub fn is_worse(&self, row: &StudyRow) -> bool {
        let finding = row.against.as_ref().map(|against| against.finding);
        match self.measures[row.measure].better {
            Some(Better::Lower) => finding == Some(Finding::Higher),
            Some(Better::Higher) => finding == Some(Finding::Lower),
            None => false,
        }
    }

    /// How many of how many runs did not pass; none of what was found, whose runs the search tells of.
    pub fn not_passed(&self) -> (usize, usize) {
        let verdicts: BTreeMap<&str, RunVerdict> = (0..self.subject.variants.len())
            .flat_map(|variant| self.subject.of_variant(variant))
            .map(|run| (run.run.run_id.as_str(), run.verdict))
            .collect();
        let failed = verdicts.values().filter(|verdict| **verdict != RunVerdict::Passed).count();
        if self.found().is_some() { (0, 0) } else { (failed, verdicts.len()) }
    }

    /// What was found, if the study is of that.
    pub fn found(&self) -> Option<&Found> {
        self.measures.first().and_then(Compared::found)
    }

    /// The most seeds that a variant has.
    pub fn seeds_most(&self) -> usize {
        self.rows.iter().map(|row| row.values.len() + row.missing).max().unwrap_or(0)
    }

    /// How many rows have an interval whose reach is no share of the figure, as that is nought, or no interval at all.
    pub fn without_share(&self) -> usize {
        let has_none = |row: &&StudyRow| {
            row.estimate.is_none_or(|estimate| estimate.value == 0.0 && estimate.high > estimate.low)
        };
        self.rows.iter().filter(has_none).count()
    }

    /// How many runs of each variant it takes until the interval of every figure reaches no further than this share of it to either side, as
    /// far as these runs tell; `None` if that is so now. Those [without a share](Study::without_share) are left out.
    pub fn runs_until(&self, share: f64) -> Option<usize> {
        let needed = |row: &StudyRow| {
            let estimate = row.estimate?;
            let reach = (estimate.high - estimate.value).max(estimate.value - estimate.low);
            let reach = reach / (share * estimate.value.abs());
            // Half-widths shrink with the square root of the number of runs.
            (reach.is_finite() && reach > 1.0).then(|| (row.values.len() as f64 * reach * reach).ceil())
        };
        self.rows.iter().filter_map(needed).reduce(f64::max).map(|runs| runs.min(1e9) as usize)
    }

    /// The level that a further comparison would be held to, were it one of as many.
    pub fn level_each(&self) -> f64 {
        (1.0 - self.settings.confidence) / self.comparisons.max(1) as f64
    }
}

/// The mean over runs that are taken together; `None` if one of them has no such figure.
fn average(runs: &[SweepRun], of: &dyn Fn(&SweepRun) -> Option<f64>) -> Option<f64> {
    let sum = runs.iter().map(of).sum::<Option<f64>>()?;
    Some(sum / runs.len() as f64)
}

/// The variance that means over pairs of runs would have, had each run a seed of its own, over the variance that they have.
fn antithetic_gain(runs: &[SweepRun], of: &dyn Fn(&SweepRun) -> Option<f64>) -> Option<f64> {
    let pairs =
        || runs.chunk_by(|run, next| run.run.seed == next.run.seed).filter(|together| together.len() == 2);
    let means: Vec<f64> = pairs().filter_map(|pair| average(pair, of)).collect();
    let single = |place: usize| pairs().filter_map(|pair| of(&pair[place])).collect::<Vec<f64>>();
    let (plain, mirrored) = (single(0), single(1));
    let is_enough = means.len() > 2 && plain.len() == means.len() && mirrored.len() == means.len();
    is_enough
        .then(|| {
            let square = |values: &[f64]| deviation(values) * deviation(values);
            (square(&plain) + square(&mirrored)) / 4.0 / square(&means)
        })
        .filter(|gain| gain.is_finite())
}

fn deviation(values: &[f64]) -> f64 {
    variance(values).sqrt()
}

/// The figures of runs with seeds that both have.
pub(super) fn pairs(one: &[(u64, f64)], other: &[(u64, f64)]) -> (Vec<f64>, Vec<f64>) {
    let partner = |seed: u64| other.binary_search_by_key(&seed, |(seed, _)| *seed).ok();
    one.iter().filter_map(|(seed, value)| Some((*value, other[partner(*seed)?].1))).unzip()
}

/// The pairs of figures of runs with the same seeds; `None` if they are too few.
pub(super) fn against(values: &[(u64, f64)], baseline: &[(u64, f64)], settings: Settings) -> Option<Against> {
    let (ours, theirs) = pairs(values, baseline);
    settings.method.suffices(ours.len(), settings.confidence).then(|| {
        let paired = Paired::of(settings.method, &ours, &theirs, settings.confidence);
        Against { corrected: paired.p_value, paired, finding: Finding::NotShown }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Asked, Subject};
    use crate::run::metrics::{Aggregate, Figure, Label, Labels, Metric};
    use crate::run::outputs::PlannedRun;

    fn run(policy: &str, seed: u64, p99: f64) -> SweepRun {
        let params = vec![("policy".to_owned(), policy.to_owned())];
        let run = PlannedRun { run_id: format!("{seed:08x}"), seed, params };
        let labels = Labels::from([(Label::Workload, "users".to_owned())]);
        let figure = Figure { metric: Metric::Latency, labels, aggregate: Aggregate::P99, value: p99 };
        SweepRun { figures: vec![figure], ..SweepRun::planned(&run) }
    }

    fn p99() -> Asked {
        Asked {
            metric: Metric::Latency,
            aggregate: Aggregate::P99,
            labels: Labels::new(),
            text: "latency.p99".to_owned(),
            is_wanted: true,
        }
    }

    const SETTINGS: Settings = Settings { confidence: 0.95, method: Method::Student, batches: None };

    /// Four policies: `b` is always 3 lower than `a`, `c` the same, `d` higher or lower by chance.
    fn study() -> Study {
        let noise = [0.4, -0.9, 1.3, 0.2, -0.6, 0.8, -1.1, 0.3];
        let runs: Vec<SweepRun> = noise
            .iter()
            .zip(1..)
            .flat_map(|(noise, seed)| {
                let a = 100.0 + 10.0 * (seed % 3) as f64;
                [("a", a), ("b", a - 3.0 + 0.1 * noise), ("c", a), ("d", a + noise)]
                    .map(|(policy, p99)| run(policy, seed, p99))
            })
            .collect();
        let subject = Subject::of_sweep(&runs, "policy", Some("a"), None).expect("four variants");
        Study::new(subject, &[p99()], SETTINGS).expect("there are figures")
    }

    #[test]
    fn findings_are_what_the_pairs_show() {
        let study = study();
        let finding = |row: &StudyRow| row.against.as_ref().map(|against| against.finding);
        let findings: Vec<_> = study.rows.iter().map(finding).collect();
        assert_eq!(findings, [None, Some(Finding::Lower), Some(Finding::Same), Some(Finding::NotShown)]);
        assert_eq!(study.comparisons, 3);
        // Of pairs that share nearly all of their variance.
        let gain = study.rows[1].against.as_ref().and_then(|against| against.paired.gain).expect("it varies");
        assert!(gain > 1_000.0, "{gain}");
        let corrected = study.rows[3].against.as_ref().expect("it has pairs");
        assert!(corrected.corrected > corrected.paired.p_value, "three comparisons are corrected for");
    }

    #[test]
    fn who_cannot_be_told_apart_shares_a_rank() {
        let ranks: Vec<_> = study().rows.iter().map(|row| row.rank).collect();
        assert_eq!(ranks, [Some(2), Some(1), Some(2), Some(2)]);
    }

    /// Six of sixty runs of `b` err, and none of `a`: the median of both is nought, and so is that of their differences.
    #[test]
    fn the_sign_test_says_which_one_is_worse() {
        let runs: Vec<SweepRun> = (1..=60)
            .flat_map(|seed| [run("b", seed, if seed % 10 == 0 { 5.0 } else { 1.0 }), run("a", seed, 1.0)])
            .collect();
        let of = |baseline| {
            let subject = Subject::of_sweep(&runs, "policy", Some(baseline), None).expect("two variants");
            let settings = Settings { method: Method::Median, ..SETTINGS };
            let study = Study::new(subject, &[p99()], settings).expect("there are figures");
            let told = |row: &StudyRow| (row.against.as_ref().map(|against| against.finding), row.rank);
            study.rows.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(of("b"), [(None, Some(2)), (Some(Finding::Lower), Some(1))]);
        assert_eq!(of("a"), [(Some(Finding::Higher), Some(2)), (None, Some(1))]);
    }

    #[test]
    fn a_run_without_a_figure_is_left_out_with_its_partner() {
        let mut runs: Vec<SweepRun> = (1..=6)
            .flat_map(|seed| [run("a", seed, 10.0 + seed as f64), run("b", seed, 12.0 + 1.5 * seed as f64)])
            .collect();
        runs[5].figures.clear();
        let subject = Subject::of_sweep(&runs, "policy", None, None).expect("two variants");
        let study = Study::new(subject, &[p99()], SETTINGS).expect("there are figures");
        let row = &study.rows[1];
        assert_eq!((row.values.len(), row.missing), (5, 1));
        assert_eq!(row.against.as_ref().map(|against| against.paired.pairs), Some(5));
        assert_eq!(study.rows[0].values.len(), 6, "alone it stands");
    }

    /// Runs keep no count of what did not happen: it is nought, and does not lack.
    #[test]
    fn what_did_not_happen_is_nought() {
        let figure = |reason: Option<&str>, value| {
            let mut labels = Labels::from([(Label::Workload, "users".to_owned())]);
            labels.extend(reason.map(|reason| (Label::Reason, reason.to_owned())));
            Figure { metric: Metric::Unknown, labels, aggregate: Aggregate::Count, value }
        };
        let runs: Vec<SweepRun> = (1..=6)
            .flat_map(|seed| {
                let hit = if seed == 3 { vec![figure(Some("timeout"), 6.0)] } else { Vec::new() };
                let figures = |more: Vec<Figure>| [vec![figure(None, 6.0)], more].concat();
                let of = |policy, figures| SweepRun { figures, ..run(policy, seed, 1.0) };
                [of("a", figures(hit)), of("b", figures(Vec::new()))]
            })
            .collect();
        let subject = Subject::of_sweep(&runs, "policy", None, None).expect("two variants");
        let narrowed = |reason: &str| Asked {
            metric: Metric::Unknown,
            aggregate: Aggregate::Count,
            labels: Labels::from([(Label::Reason, reason.to_owned())]),
            text: format!("unknown{{reason={reason}}}"),
            is_wanted: true,
        };
        let means = |reason: &str| {
            let study = Study::new(subject.clone(), &[narrowed(reason)], SETTINGS).expect("all have it");
            let told = |row: &StudyRow| (row.estimate.map(|estimate| estimate.value), row.missing);
            study.rows.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(means("timeout"), [(Some(1.0), 0), (Some(0.0), 0)]);
        assert_eq!(means("crashed"), [(Some(0.0), 0), (Some(0.0), 0)]);
    }

    #[test]
    fn what_turns_with_the_variants_is_no_circumstance() {
        let with = |seed, policy: &str, limit: &str, load: &str| {
            let mut run = run(policy, seed, 1.0);
            run.run.params.push(("limit".to_owned(), limit.to_owned()));
            run.run.params.push(("load".to_owned(), load.to_owned()));
            run
        };
        let runs: Vec<SweepRun> = ["0.5", "0.9"]
            .into_iter()
            .flat_map(|load| [with(1, "a", "10", load), with(1, "b", "20", load)])
            .collect();
        let subject = Subject::of_sweep(&runs, "policy", None, None).expect("two variants");
        let told: Vec<String> = (0..subject.circumstances.len()).map(|place| subject.told(place)).collect();
        assert_eq!(told, ["load=0.5", "load=0.9"]);
        let by_load = Subject::of_sweep(&runs, "load", None, None).expect("two variants");
        assert_eq!(by_load.told(0), "policy=a, limit=10");
    }
}
