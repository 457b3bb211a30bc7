//! A row as tables and charts tell it, whether or not it was run.

use crate::statistics::Estimate;

use super::chapter::{Chapter, Family, SUITES, Suite};
use super::experiment::Experiment;
use super::row::{Published, Row, Unit, Verdict};

/// What came of a row that was run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found {
    /// What the simulation gives.
    pub simulated: Estimate,
    /// Over how many seeds.
    pub seeds: u64,
    /// What it comes to.
    pub verdict: Verdict,
}

/// A row with what it is about.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its suite.
    pub suite: &'static Suite,
    /// Its chapter.
    pub chapter: &'static Chapter,
    /// Its family.
    pub family: &'static Family,
    /// Its name.
    pub name: String,
    /// Where the published figure comes from.
    pub source: String,
    /// What is simulated.
    pub setup: String,
    /// What the figures are in.
    pub unit: Unit,
    /// What was published.
    pub published: Published,
    /// How far the figures may be apart, in the unit.
    pub tolerance: f64,
    /// What came of it; `None` of a row that is left to the thorough effort.
    pub found: Option<Found>,
}

impl Entry {
    /// A row that was run.
    pub fn of_row(row: Row) -> Entry {
        let (suite, chapter, family) = place(row.suite, &row.name);
        let found = Found { simulated: row.simulated, seeds: row.seeds, verdict: row.verdict };
        Entry {
            suite,
            chapter,
            family,
            name: row.name,
            source: row.source,
            setup: row.setup,
            unit: row.unit,
            published: row.published,
            tolerance: row.tolerance,
            found: Some(found),
        }
    }

    /// The rows of an experiment that is not run.
    pub fn not_run(suite: &'static str, experiment: &Experiment) -> Vec<Entry> {
        let (suite, chapter, family) = place(suite, &experiment.name);
        let entry = |(name, claim): (String, &super::Claim)| Entry {
            suite,
            chapter,
            family,
            name,
            source: claim.source.clone(),
            setup: experiment.told_setup(),
            unit: claim.unit,
            published: claim.published,
            tolerance: claim.tolerance,
            found: None,
        };
        experiment.rows().zip(&experiment.claims).map(entry).collect()
    }

    /// The name of its experiment: what stands before the `/`.
    pub fn experiment(&self) -> &str {
        self.name.split_once('/').map_or(&self.name, |(experiment, _)| experiment)
    }

    /// Whether there is nothing to say of it but that it is exactly as published.
    pub fn is_plain(&self) -> bool {
        self.tolerance == 0.0
            && matches!(self.published, Published::Exactly(_))
            && self.found.is_some_and(|found| found.verdict == Verdict::Held)
    }

    /// The published figure with its unit, and with its relation if it is not simply equal.
    pub fn published_text(&self) -> String {
        let (value, relation) = self.published.parts();
        let figure = self.unit.text(value);
        match self.published {
            Published::Exactly(_) => figure,
            Published::AtMost(_) | Published::AtLeast(_) | Published::Among(_) => {
                format!("{relation} {figure}")
            }
        }
    }

    /// How far the figures may be apart: `± 0.5 %`, or `exact`; of a bound without room `none`.
    pub fn tolerance_text(&self) -> String {
        match self.published {
            _ if self.tolerance > 0.0 => format!("± {}", self.unit.text(self.tolerance)),
            Published::Exactly(_) | Published::Among(_) => "exact".to_owned(),
            Published::AtMost(_) | Published::AtLeast(_) => "none".to_owned(),
        }
    }
}

fn place(suite: &str, row: &str) -> (&'static Suite, &'static Chapter, &'static Family) {
    let suite = SUITES.iter().find(|one| one.name == suite).expect("rows are of a suite that there is");
    let (chapter, family) = suite.place(row.split_once('/').map_or(row, |(experiment, _)| experiment));
    (suite, chapter, family)
}

/// The entries of each chapter, in order.
pub fn chapters(entries: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    entries.chunk_by(|one, next| one.chapter.name == next.chapter.name)
}

/// The entries of each family, in order.
pub fn families(entries: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    entries.chunk_by(|one, next| one.family == next.family)
}

/// Where their published figures come from, each source once.
pub fn sources(entries: &[Entry]) -> Vec<&str> {
    let mut sources: Vec<&str> = Vec::new();
    for entry in entries {
        if !sources.contains(&entry.source.as_str()) {
            sources.push(&entry.source);
        }
    }
    sources
}

/// How many rows came to what, in a sentence without a full stop: `12 rows: 10 held, 1 violated, 1 not run`.
pub fn summary(entries: &[Entry]) -> String {
    let of =
        |verdict| entries.iter().filter(|entry| entry.found.map(|found| found.verdict) == verdict).count();
    let counts = [
        (of(Some(Verdict::Held)), Verdict::Held.name()),
        (of(Some(Verdict::Violated)), Verdict::Violated.name()),
        (of(Some(Verdict::Inconclusive)), Verdict::Inconclusive.name()),
        (of(None), "not run"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let rows = crate::kernel::counted(entries.len() as u64, "row");
    format!("{rows}: {}", counts.collect::<Vec<_>>().join(", "))
}
