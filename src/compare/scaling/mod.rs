//! Scaling: the figures of a comparison whose variants are numbers N, as speed-ups, efficiencies, and laws fitted to them.
//!
//! The rate of a figure is what the laws speak of: a throughput as it is; of a time T what is done in it, 1 / T for the same work (strong
//! scaling) and N / T for work that grows with N (weak scaling). Speed-up is the rate over that of the least N, taken seed by seed as all ratios of
//! a comparison; efficiency is speed-up over N / N0. Laws are fitted to the curve of each seed by itself, as what one seed has more of
//! than another its whole curve has.

mod chart;
pub mod files;
pub mod words;

use super::study::{Study, StudyRow};
use super::subject::Subject;
use crate::run::metrics::{Aggregate, Better, Metric, UnitKind, entry};
use crate::scenario::sweep::{NUMBERS_MIN, Scaling, number_of};
use crate::statistics::{Estimate, Law, LawEstimate, LawFit};

pub use chart::charts;

/// The scaling of what a study compares.
#[derive(Clone, Debug)]
pub struct ScalingStudy {
    /// Whether the work is the same for every N, or grows with it.
    pub kind: Scaling,
    /// By measure, then circumstances.
    pub curves: Vec<ScalingCurve>,
}

/// One figure over N, under some circumstances.
#[derive(Clone, Debug)]
pub struct ScalingCurve {
    /// Which measure of the study.
    pub measure: usize,
    /// Which circumstances.
    pub circumstances: usize,
    /// In increasing N.
    pub points: Vec<ScalingPoint>,
    /// What is fitted: of one time, or of a rate.
    pub laws: Vec<LawEstimate>,
    /// How many seeds have the figure at every N, and are fitted to.
    pub seeds: usize,
    /// How many have not.
    pub left_out: usize,
    /// The mean rate at the least N.
    base: f64,
    /// What makes a rate of a figure.
    reading: Reading,
}

/// The figure at one N.
#[derive(Clone, Debug)]
pub struct ScalingPoint {
    /// N.
    pub n: f64,
    /// Which variant of the subject it is.
    pub variant: usize,
    /// The figure.
    pub figure: Option<Estimate>,
    /// The rate over that of the least N.
    pub speed_up: Option<Estimate>,
    /// That over N / N0: 1 where each does as much as at the least N.
    pub efficiency: Option<Estimate>,
}

/// Why figures cannot be scaled.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScalingError {
    /// A variant is no N.
    #[error("{variable}={variant} is no number above nought, which laws of scaling are over")]
    NoNumber {
        /// What tells the variants apart.
        variable: String,
        /// The variant.
        variant: String,
    },
    /// Any law goes through two points.
    #[error("laws of scaling take {NUMBERS_MIN} values of {variable} or more, and the runs have {found}")]
    TooFew {
        /// What tells the variants apart.
        variable: String,
        /// How many different N there are.
        found: usize,
    },
    /// The baseline is not where scaling starts.
    #[error("what is scaled is told relative to the least, {least}, and not to {baseline}")]
    NotTheLeast {
        /// The variant with the least N.
        least: String,
        /// The baseline.
        baseline: String,
    },
}

/// How a figure is read as a rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reading {
    /// It is one.
    Rate,
    /// It is the time that the same work takes.
    Time,
    /// It is the time that N times as much work takes.
    TimeOfMore,
}

impl Reading {
    /// The rate of a figure at N, and the figure of a rate.
    fn turned(self, n: f64, value: f64) -> f64 {
        match self {
            Reading::Rate => value,
            Reading::Time => 1.0 / value,
            Reading::TimeOfMore => n / value,
        }
    }
}

/// Whether a metric is a rate that more servers can raise or a time that they can shorten.
pub fn can_be_scaled(metric: Metric, aggregate: Aggregate) -> bool {
    match entry(metric).unit_of(aggregate).kind() {
        UnitKind::Rate => metric.better() == Some(Better::Higher),
        UnitKind::Time => true,
        UnitKind::Share | UnitKind::Number => false,
    }
}

/// The runs with the least N as the baseline, which `stated` says whether somebody asked for.
///
/// # Errors
/// If variants are no numbers above nought, too few of them differ, or another baseline was asked for.
pub fn from_least(mut subject: Subject, stated: bool) -> Result<Subject, ScalingError> {
    let numbers = numbers(&subject)?;
    let mut sorted = numbers.clone();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    if sorted.len() < NUMBERS_MIN {
        return Err(ScalingError::TooFew { variable: subject.variable, found: sorted.len() });
    }
    let least = numbers.iter().position(|n| *n == sorted[0]).expect("it was among them");
    if stated && subject.baseline != least {
        let (least, baseline) = (subject.variants[least].clone(), subject.variants[subject.baseline].clone());
        return Err(ScalingError::NotTheLeast { least, baseline });
    }
    subject.baseline = least;
    Ok(subject)
}

/// N of each variant.
fn numbers(subject: &Subject) -> Result<Vec<f64>, ScalingError> {
    let number = |variant: &String| {
        let (variable, variant) = (subject.variable.clone(), variant.clone());
        number_of(&variant).ok_or(ScalingError::NoNumber { variable, variant })
    };
    subject.variants.iter().map(number).collect()
}

impl ScalingStudy {
    /// The scaling of what was compared with the least N as the baseline.
    ///
    /// # Errors
    /// If a variant is no number above nought.
    pub fn new(study: &Study, kind: Scaling) -> Result<ScalingStudy, ScalingError> {
        let numbers = numbers(&study.subject)?;
        let is_same =
            |a: &StudyRow, b: &StudyRow| (a.measure, a.circumstances) == (b.measure, b.circumstances);
        let curve = |rows: &[StudyRow]| curve(study, rows, &numbers, kind);
        Ok(ScalingStudy { kind, curves: study.rows.chunk_by(is_same).map(curve).collect() })
    }
}

fn curve(study: &Study, rows: &[StudyRow], numbers: &[f64], kind: Scaling) -> ScalingCurve {
    let mut rows: Vec<&StudyRow> = rows.iter().collect();
    rows.sort_by(|one, other| numbers[one.variant].total_cmp(&numbers[other.variant]));
    let reading = match (study.measures[rows[0].measure].unit.kind(), kind) {
        (UnitKind::Time, Scaling::Weak) => Reading::TimeOfMore,
        (UnitKind::Time, Scaling::Strong | Scaling::None) => Reading::Time,
        (UnitKind::Rate | UnitKind::Share | UnitKind::Number, _) => Reading::Rate,
    };
    let baseline = study.subject.baseline;
    let times_base = |row: &StudyRow| numbers[row.variant] / numbers[baseline];
    let point = |row: &&StudyRow| {
        let ratio = row.against.as_ref().and_then(|against| against.paired.ratio);
        let speed_up = match row.variant == baseline {
            true => row.estimate.map(|_| Estimate { value: 1.0, low: 1.0, high: 1.0 }),
            false => ratio.and_then(|ratio| turned(ratio, reading, times_base(row))),
        };
        let efficiency = speed_up.map(|speed_up| scaled(speed_up, 1.0 / times_base(row)));
        let (n, variant, figure) = (numbers[row.variant], row.variant, row.estimate);
        ScalingPoint { n, variant, figure, speed_up, efficiency }
    };
    // What a seed has at every N; with what it lacks at one, the whole of it falls out.
    let value = |row: &StudyRow, seed: u64| {
        let place = row.values.binary_search_by_key(&seed, |(seed, _)| *seed).ok()?;
        let n = numbers[row.variant];
        Some((n, reading.turned(n, row.values[place].1)))
    };
    let mut seeds: Vec<u64> = rows.iter().flat_map(|row| &row.values).map(|(seed, _)| *seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let of_seed = |seed: &u64| rows.iter().map(|row| value(row, *seed)).collect::<Option<Vec<_>>>();
    let curves: Vec<Vec<(f64, f64)>> = seeds.iter().filter_map(of_seed).collect();
    let law = if kind == Scaling::Weak { Law::Gustafson } else { Law::Amdahl };
    let laws = [law, Law::Universal];
    let fitted = laws.iter().filter_map(|law| law.estimate(&curves, study.settings.confidence));
    ScalingCurve {
        measure: rows[0].measure,
        circumstances: rows[0].circumstances,
        points: rows.iter().map(point).collect(),
        laws: fitted.collect(),
        seeds: curves.len(),
        left_out: seeds.len() - curves.len(),
        base: curves.iter().map(|curve| curve[0].1).sum::<f64>() / curves.len() as f64,
        reading,
    }
}

/// The speed-up of a ratio of figures at so many times the least N; `None` where that of times may be nought.
fn turned(ratio: Estimate, reading: Reading, times_base: f64) -> Option<Estimate> {
    let inverted = Estimate { value: 1.0 / ratio.value, low: 1.0 / ratio.high, high: 1.0 / ratio.low };
    match reading {
        Reading::Rate => Some(ratio),
        Reading::Time => (ratio.low > 0.0).then_some(inverted),
        Reading::TimeOfMore => (ratio.low > 0.0).then(|| scaled(inverted, times_base)),
    }
}

fn scaled(estimate: Estimate, by: f64) -> Estimate {
    Estimate { value: estimate.value * by, low: estimate.low * by, high: estimate.high * by }
}

/// The N at which a rate is the greatest, and the figure there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Peak {
    /// N, which need not be whole.
    pub n: Estimate,
    /// The figure there; `None` where the rate falls before the first N for some seed.
    pub figure: Option<Estimate>,
}

impl ScalingCurve {
    /// The figure at N = 1 by a law, in the unit of the measure.
    pub fn one(&self, law: &LawEstimate) -> Option<Estimate> {
        law.of(|fit| Some(self.reading.turned(1.0, fit.one)))
    }

    /// Where the rate is the greatest by a law; `None` if none is shown to be.
    pub fn peak(&self, law: &LawEstimate) -> Option<Peak> {
        let least = self.points.first()?.n;
        let figure = |fit: &LawFit| {
            let n = fit.peak().filter(|n| *n >= least)?;
            Some(self.reading.turned(n, fit.rate(n)))
        };
        Some(Peak { n: law.peak()?, figure: law.of(figure) })
    }

    /// The speed-up at N by a law: the mean over the seeds, over the rate at the least N.
    fn speed_up_by(&self, law: &LawEstimate, n: f64) -> Option<f64> {
        law.of(|fit| Some(fit.rate(n))).map(|rate| rate.value / self.base)
    }
}

impl Study {
    /// The study with the scaling of its figures, over variants the least of which is the baseline.
    ///
    /// # Errors
    /// If a variant is no number above nought.
    pub fn with_scaling(mut self, kind: Scaling) -> Result<Study, ScalingError> {
        self.scaling = Some(ScalingStudy::new(&self, kind)?);
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
