//! The figures that variants are compared by: the same of each, however its scenario calls what it is of.

use crate::run::metrics::{Better, Unit};
use crate::run::outputs::SweepRun;
use crate::run::sweep_figures::Measure;

use super::asked::Asked;
use super::found::Found;
use super::study::StudyError;
use super::subject::Subject;

/// A figure that every variant has.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What it is called: `latency p99`, with what narrows it.
    pub name: String,
    /// What it is in.
    pub unit: Unit,
    /// Which are the better ones.
    pub better: Option<Better>,
    /// What was asked for; `None` of what was found over many runs.
    pub asked: Option<Asked>,
    pub(super) source: Source,
}

/// Where figures come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// What runs measured, by variant: of the runs of scenarios that name their systems otherwise, labels differ.
    Measured(Vec<Measure>),
    /// What was found over many runs.
    Found(Box<Found>),
}

impl Compared {
    /// The figure of a run of a variant.
    pub(super) fn of(&self, variant: usize, run: &SweepRun) -> Option<f64> {
        match &self.source {
            Source::Measured(by_variant) => by_variant[variant].of(run),
            Source::Found(found) => found.of(run),
        }
    }

    /// How many operations the figure of a run of a variant is of, if it counts them.
    pub(super) fn count(&self, variant: usize, run: &SweepRun) -> Option<f64> {
        match &self.source {
            Source::Measured(by_variant) => by_variant[variant].count(run),
            Source::Found(_) => None,
        }
    }

    /// What was found, if it is that and nothing that single runs measured.
    pub fn found(&self) -> Option<&Found> {
        match &self.source {
            Source::Measured(_) => None,
            Source::Found(found) => Some(found),
        }
    }
}

/// What the variants have of what is asked for; nothing if none has it and it is not wanted.
///
/// # Errors
/// If a variant lacks it, or has it of other things or in another unit than the others.
pub(super) fn compared(subject: &Subject, asked: &Asked) -> Result<Vec<Compared>, StudyError> {
    let of_variant = |variant: usize| {
        let runs: Vec<&SweepRun> = subject.of_variant(variant).collect();
        Measure::all(&runs, asked.metric, asked.aggregate, &asked.labels)
    };
    let all: Vec<Vec<Measure>> = (0..subject.variants.len()).map(of_variant).collect();
    let tell = |variant: usize| format!("{}={}", subject.variable, subject.variants[variant]);
    if let Some(without) = all.iter().position(Vec::is_empty) {
        if !asked.is_wanted && all.iter().all(Vec::is_empty) {
            return Ok(Vec::new());
        }
        return Err(StudyError::NoFigure { metric: asked.text.clone(), variant: tell(without) });
    }
    let first = &all[0];
    let mut by_measure = Vec::new();
    for (place, measure) in first.iter().enumerate() {
        let mut by_variant = Vec::new();
        for (variant, measures) in all.iter().enumerate() {
            // Where each has but one, it does not matter what its system is called.
            let same = measures.iter().find(|other| other.labels() == measure.labels());
            let only = (first.len() == 1 && measures.len() == 1).then(|| &measures[0]);
            let Some(found) = same.or(only).filter(|_| measures.len() == first.len()) else {
                let of = |measures: &[Measure]| {
                    let names: Vec<&str> = measures.iter().map(|measure| measure.name.as_str()).collect();
                    names.join(", ")
                };
                return Err(StudyError::OfOtherThings {
                    metric: asked.text.clone(),
                    one: tell(0),
                    ones: of(first),
                    other: tell(variant),
                    others: of(measures),
                });
            };
            if found.unit() != measure.unit() {
                let (one, other) = (measure.unit().name(), found.unit().name());
                return Err(StudyError::MixedUnits { metric: asked.text.clone(), one, other });
            }
            by_variant.push(found.clone());
        }
        let narrowed: Vec<String> =
            asked.labels.iter().map(|(label, value)| format!("{}={value}", label.name())).collect();
        let narrowed =
            if narrowed.is_empty() { String::new() } else { format!(" {{{}}}", narrowed.join(", ")) };
        by_measure.push(Compared {
            name: format!("{}{narrowed}", first[place].name),
            unit: measure.unit(),
            better: asked.metric.better(),
            asked: Some(asked.clone()),
            source: Source::Measured(by_variant),
        });
    }
    Ok(by_measure)
}
