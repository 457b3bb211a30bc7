//! What is kept of a comparison, and printed: its folder with tables, charts and a page.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::internal::quoted;
use super::super::run::reproduce::from_scenarios;
use super::super::{Exit, Failure, Format, Terminal};
use super::sources::Source;
use super::{Compare, TableFormat, print};
use crate::compare::Study;
use crate::compare::charts::{self, Formulas};
use crate::compare::page::{figures, left_out, page};
use crate::compare::scaling::files;
use crate::compare::table::{SEARCH, TriedRun, csv, latex, markdown, search_csv};
use crate::report::stored::StoredChart;
use crate::run::comparison_folder::{self, ComparisonFacts};
use crate::run::drawing::{Charts, write_charts};
use crate::run::outputs::{Disk, REPORT, Sink};
use crate::scenario::sweep::{Comparison, Theory};

/// What of runs is kept beside the study of them.
pub(super) struct Findings<'a> {
    /// The scenario's name; of several the first.
    pub(super) name: &'a str,
    /// Where the runs came from; nothing if each is one of many that something was found by.
    pub(super) sources: &'a [Source],
    /// The ids of the runs.
    pub(super) runs: Vec<&'a str>,
    /// What was asked for.
    pub(super) metrics: Vec<&'a str>,
    /// What was tried to find something.
    pub(super) tried: &'a [TriedRun],
}

impl Compare {
    /// Keeps what follows from runs, and prints it.
    pub(super) fn publish(
        &self,
        study: &Study,
        findings: &Findings<'_>,
        comparison: &Comparison,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let name = findings.name;
        let (folder, warnings) = self.write(findings, comparison, study)?;
        warnings.iter().for_each(|warning| terminal.warn(warning));
        match (self.run.format, self.table) {
            (Format::Json, None) => terminal.print_json(&print::document(study, name, &folder)),
            (_, Some(TableFormat::Md)) => terminal.print(&markdown(study, name)),
            (_, Some(TableFormat::Latex)) => terminal.print(&latex(study, name)),
            (_, Some(TableFormat::Csv)) => {
                let mut out = Vec::new();
                csv(&mut out, study, name).expect("memory takes all");
                terminal.print(&String::from_utf8(out).expect("tables are UTF-8"))
            }
            (Format::Text, None) if !self.run.quiet => terminal.print(&print::text(study, name, &folder)),
            (Format::Text, None) => Ok(()),
        }
    }

    /// The command that compares the same again, from wherever the scenarios are.
    pub(super) fn command(&self) -> String {
        let mut command = format!("{} compare", quoted(self.run.program()));
        let files = self.run.files.iter().map(|path| from_scenarios(path));
        for path in files.chain(self.folders.iter().map(|folder| folder.display().to_string())) {
            command += &format!(" {}", quoted(&path));
        }
        let seeds = self.run.seeds.map(|(first, last)| format!("{first}..{last}"));
        let seed = self.run.seed.map(|seed| ("--seed", seed.to_string()));
        let only = self.run.only.iter().map(|(name, value)| ("--only", format!("{name}={value}")));
        let flags = self
            .run
            .set
            .iter()
            .map(|set| ("--set", set.clone()))
            .chain(only)
            .chain(seed)
            .chain(seeds.map(|seeds| ("--seeds", seeds)))
            .chain(self.against.iter().map(|folder| ("--against", folder.display().to_string())))
            .chain(self.by.iter().map(|by| ("--by", by.clone())))
            .chain(self.baseline.iter().map(|baseline| ("--baseline", baseline.clone())))
            .chain(self.metrics.iter().map(|metric| ("--metric", metric.clone())))
            .chain(self.scaling.map(|kind| ("--scaling", kind.of_scenario().name().to_owned())))
            .chain(self.batches.map(|batches| ("--batches", batches.to_string())))
            .chain(self.confidence.map(|confidence| ("--confidence", confidence.to_string())));
        flags.for_each(|(flag, value)| command += &format!(" {flag} {}", quoted(&value)));
        command
    }

    /// Every chart of the comparison; warns of those that cannot be drawn.
    fn charts(
        &self,
        name: &str,
        sources: &[Source],
        comparison: &Comparison,
        study: &Study,
        warnings: &mut Vec<String>,
    ) -> Vec<StoredChart> {
        let mut all = figures(study, name);
        let Comparison { theory, arrivals, .. } = comparison;
        let formulas = Formulas { theory, arrivals };
        let against = charts::against(study, name, &formulas);
        warnings.extend(charts::not_drawn(study, &formulas));
        if study.found().is_none() {
            warnings.extend(charts::without_curve(&against, theory).into_iter().map(|queue| {
                format!(
                    "no chart has {queue}: its formula is of latency, and is drawn where a swept rate or load takes several values"
                )
            }));
        }
        all.extend(against);
        if let Some(by) = &comparison.pareto {
            match charts::pareto(study, name, by) {
                Ok(charts) => all.extend(charts),
                Err(why) => warnings.push(why),
            }
        }
        let of_all = self.before.iter().chain(sources).flat_map(|source| source.folders.clone());
        let folders: BTreeMap<String, PathBuf> = of_all.collect();
        if !folders.is_empty() {
            match charts::ecdf(study, name, &folders) {
                Ok(charts) => all.extend(charts),
                Err(why) => warnings.push(format!("distributions of latency are not drawn: {why}")),
            }
        }
        all
    }

    /// Writes the folder of the comparison, with what a person should know of its charts.
    ///
    /// # Errors
    /// If the file system fails, or another folder is there.
    fn write(
        &self,
        findings: &Findings<'_>,
        comparison: &Comparison,
        study: &Study,
    ) -> Result<(PathBuf, Vec<String>), Failure> {
        let Findings { name, sources, tried, .. } = *findings;
        let (drawn, mut warnings) = (self.run.charts.into(), Vec::new());
        let charts = match drawn {
            Charts::None => Vec::new(),
            Charts::Svg | Charts::Png => self.charts(name, sources, comparison, study, &mut warnings),
        };
        let facts = ComparisonFacts {
            scenario: name,
            variable: &study.subject.variable,
            baseline: &study.subject.variants[study.subject.baseline],
            metrics: findings.metrics.clone(),
            confidence: comparison.confidence,
            intervals: comparison.intervals,
            antithetic: comparison.antithetic.as_deref(),
            batches: comparison.batches,
            scaling: comparison.scaling,
            theory: comparison.theory.iter().map(Theory::written).collect(),
            pareto: comparison.pareto.iter().flatten().map(|one| one.name.value.as_str()).collect(),
            runs: findings.runs.clone(),
        };
        let sink: &dyn Sink = &Disk;
        let finished = comparison_folder::write(sink, &self.run.out.join(name), &facts, |folder| {
            folder.write("compare.csv", |out| csv(out, study, name))?;
            if let (Some(found), false) = (study.found(), tried.is_empty()) {
                folder.write(SEARCH, |out| search_csv(out, found, tried))?;
            }
            folder.write("compare.md", |out| out.write_all(markdown(study, name).as_bytes()))?;
            if let Some(scaling) = &study.scaling {
                folder.write("scaling.csv", |out| files::scaling_csv(out, study, scaling, name))?;
                folder.write("fits.csv", |out| files::fits_csv(out, study, scaling, name))?;
            }
            if drawn == Charts::None {
                return Ok(());
            }
            let (figures, found) = write_charts(folder, &charts, drawn)?;
            warnings.extend(found);
            let note = |name: &str| {
                format!("{name} has too many rows for a chart: compare.csv and compare.md have them")
            };
            warnings.extend(left_out(study).map(note));
            let page = page(study, name, &facts.id(), &self.command(), figures);
            folder.write(REPORT, |out| out.write_all(page.as_bytes()))
        });
        let failed = |message| Failure::new(Exit::InputOutput, message);
        Ok((
            finished
                .map_err(|error| failed(error.to_string()))?
                .into_folder("what was compared now")
                .map_err(failed)?,
            warnings,
        ))
    }
}
