//! Which runs are of which variant, and under which circumstances.

use crate::run::outputs::SweepRun;
use crate::run::sweep_figures::number;
use crate::spec::suggest;

/// A run with what it is compared as.
#[derive(Clone, Debug)]
pub struct VariantRun {
    /// Of which variant it is.
    pub variant: String,
    /// What else varies: the names and values of swept variables.
    pub circumstances: Vec<(String, String)>,
    /// The run.
    pub run: SweepRun,
}

/// Runs by variant, circumstances and seed.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What tells the variants apart: a swept variable, or `scenario`.
    pub variable: String,
    /// The variants, in the order in which they come.
    pub variants: Vec<String>,
    /// The one that the others are held against.
    pub baseline: usize,
    /// What else varies, each combination once, in the order in which they come.
    pub circumstances: Vec<Vec<(String, String)>>,
    /// By circumstances, then variant, then seed.
    cells: Vec<Vec<Vec<SweepRun>>>,
}

/// Why runs cannot be compared.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SubjectError {
    /// All runs are of one variant.
    #[error("there is nothing to compare: all runs have {0}")]
    OneVariant(String),
    /// The baseline is none of the variants.
    #[error("the baseline `{baseline}` is no variant; there is {known}")]
    NoBaseline {
        /// What was asked for.
        baseline: String,
        /// The variants.
        known: String,
    },
    /// The runs have no such variable.
    #[error("the runs do not differ in `{by}`; they do in {known}")]
    NoVariable {
        /// What was asked for.
        by: String,
        /// The variables that they have.
        known: String,
    },
    /// No other variant ran with a seed and under circumstances of the baseline.
    #[error("no variant has run under the same circumstances, and with the same seeds, as the baseline {0}")]
    NothingInCommon(String),
    /// A variant has several runs with one seed, or none to take together with one.
    #[error("{variant} has {found} with seed {seed}, where there should be {needed}")]
    NotOneOfEach {
        /// The variant, and the circumstances.
        variant: String,
        /// The seed.
        seed: u64,
        /// How many runs it has, in words.
        found: String,
        /// How many it should have.
        needed: usize,
    },
    /// Too few runs of each variant have a seed in common with the baseline.
    #[error(
        "{found} of each variant cannot be compared: it takes {needed} with the same seeds to say how far chance alone goes"
    )]
    TooFewRuns {
        /// How many there are, in words.
        found: String,
        /// How many it takes.
        needed: usize,
    },
}

impl Subject {
    /// The runs of a sweep, by the values of a variable. Variables that turn with it are no circumstances, nor is that of runs which are
    /// taken `together`.
    ///
    /// # Errors
    /// If they are all of one variant, or `by` or `baseline` is not among them.
    pub fn of_sweep(
        runs: &[SweepRun],
        by: &str,
        baseline: Option<&str>,
        together: Option<&str>,
    ) -> Result<Subject, SubjectError> {
        let each = if together.is_some() { 2 } else { 1 };
        Subject::of(by, Subject::variants_of(runs, by, together)?, baseline, each)
    }

    /// Runs that stand for what was found over many each; of a scenario of this name if no variable tells them apart.
    ///
    /// # Errors
    /// If `by` or `baseline` is not among them.
    pub fn of_found(
        runs: &[SweepRun],
        scenario: &str,
        by: Option<&str>,
        baseline: Option<&str>,
    ) -> Result<Subject, SubjectError> {
        if let Some(by) = by {
            return Subject::of_any(by, Subject::variants_of(runs, by, None)?, baseline, 1);
        }
        let of_scenario = |run: &SweepRun| VariantRun {
            variant: scenario.to_owned(),
            circumstances: Vec::new(),
            run: run.clone(),
        };
        Subject::of_any("scenario", runs.iter().map(of_scenario), baseline, 1)
    }

    /// The runs of a sweep with what they are compared as.
    fn variants_of(
        runs: &[SweepRun],
        by: &str,
        together: Option<&str>,
    ) -> Result<Vec<VariantRun>, SubjectError> {
        let names: Vec<&str> = runs
            .first()
            .map_or(Vec::new(), |run| run.run.params.iter().map(|(name, _)| name.as_str()).collect());
        let Some(place) = names.iter().position(|name| *name == by) else {
            let known = if names.is_empty() { "nothing".to_owned() } else { suggest::one_of(names) };
            return Err(SubjectError::NoVariable { by: by.to_owned(), known });
        };
        let turns_with = |other: usize| {
            let pair = |run: &SweepRun| (run.run.params[place].1.clone(), run.run.params[other].1.clone());
            let mut pairs: Vec<(String, String)> = runs.iter().map(pair).collect();
            pairs.sort();
            pairs.dedup();
            pairs.windows(2).all(|two| two[0].0 != two[1].0)
        };
        let kept: Vec<usize> = (0..names.len())
            .filter(|&other| other != place && Some(names[other]) != together && !turns_with(other))
            .collect();
        let of_variant = |run: &SweepRun| VariantRun {
            variant: run.run.params[place].1.clone(),
            circumstances: kept.iter().map(|&other| run.run.params[other].clone()).collect(),
            run: run.clone(),
        };
        Ok(runs.iter().map(of_variant).collect())
    }

    /// Runs that say themselves what they are compared as; `each` of them with one seed are taken together.
    ///
    /// # Errors
    /// If they are all of one variant, the baseline is none of them, or there are not so many with each seed.
    pub fn of(
        variable: &str,
        runs: impl IntoIterator<Item = VariantRun>,
        baseline: Option<&str>,
        each: usize,
    ) -> Result<Subject, SubjectError> {
        let subject = Subject::of_any(variable, runs, baseline, each)?;
        match subject.variants.as_slice() {
            [only] => Err(SubjectError::OneVariant(format!("{variable}={only}"))),
            _ => Ok(subject),
        }
    }

    /// The same, also of runs that are all of one variant.
    ///
    /// # Errors
    /// If the baseline is none of the variants, or there are not so many runs with each seed.
    pub fn of_any(
        variable: &str,
        runs: impl IntoIterator<Item = VariantRun>,
        baseline: Option<&str>,
        each: usize,
    ) -> Result<Subject, SubjectError> {
        let mut subject = Subject {
            variable: variable.to_owned(),
            variants: Vec::new(),
            baseline: 0,
            circumstances: Vec::new(),
            cells: Vec::new(),
        };
        for VariantRun { variant, circumstances, run } in runs {
            let variant = place_in(&mut subject.variants, variant);
            let place = place_in(&mut subject.circumstances, circumstances);
            if place == subject.cells.len() {
                subject.cells.push(Vec::new());
            }
            let cell = &mut subject.cells[place];
            cell.resize(cell.len().max(variant + 1), Vec::new());
            cell[variant].push(run);
        }
        for cell in &mut subject.cells {
            cell.resize(subject.variants.len(), Vec::new());
            cell.iter_mut().for_each(|runs| runs.sort_by_key(|run| run.run.seed));
        }
        for (place, cell) in subject.cells.iter().enumerate() {
            for (variant, runs) in cell.iter().enumerate() {
                let seeds = runs.chunk_by(|run, next| run.run.seed == next.run.seed);
                if let Some(wrong) = seeds.into_iter().find(|runs| runs.len() != each) {
                    let (circumstances, seed) = (subject.told(place), wrong[0].run.seed);
                    let at = if circumstances.is_empty() { "" } else { " at " };
                    let variant = format!("{variable}={}{at}{circumstances}", subject.variants[variant]);
                    let found = crate::kernel::counted(wrong.len() as u64, "run");
                    return Err(SubjectError::NotOneOfEach { variant, seed, found, needed: each });
                }
            }
        }
        if let Some(baseline) = baseline {
            let found = subject.variants.iter().position(|variant| variant == baseline);
            subject.baseline = found.ok_or_else(|| SubjectError::NoBaseline {
                baseline: baseline.to_owned(),
                known: suggest::one_of(subject.variants.iter().map(String::as_str)),
            })?;
        }
        Ok(subject)
    }

    /// A variant by itself, where nothing around it says what a number is of: `servers=4`, `least-connections`.
    pub fn called(&self, variant: usize) -> String {
        let value = &self.variants[variant];
        match number(value) {
            Some(_) => format!("{}={value}", self.variable),
            None => value.clone(),
        }
    }

    /// The runs of a variant under these circumstances, by seed.
    pub fn runs(&self, circumstances: usize, variant: usize) -> &[SweepRun] {
        &self.cells[circumstances][variant]
    }

    /// All runs of a variant.
    pub fn of_variant(&self, variant: usize) -> impl Iterator<Item = &SweepRun> {
        self.cells.iter().flat_map(move |cell| &cell[variant])
    }

    /// The most pairs that a variant has with the baseline under any circumstances.
    pub fn pairs_most(&self) -> usize {
        let seeds = |cell: &[Vec<SweepRun>], variant: usize| -> Vec<u64> {
            let mut seeds: Vec<u64> = cell[variant].iter().map(|run| run.run.seed).collect();
            // Runs that are taken together have the same.
            seeds.dedup();
            seeds
        };
        let pairs = |cell: &Vec<Vec<SweepRun>>| {
            let theirs = seeds(cell, self.baseline);
            let others = (0..self.variants.len()).filter(|variant| *variant != self.baseline);
            let common = others.map(|variant| {
                seeds(cell, variant).iter().filter(|seed| theirs.binary_search(seed).is_ok()).count()
            });
            common.max().unwrap_or(0)
        };
        self.cells.iter().map(pairs).max().unwrap_or(0)
    }

    /// Whether there is nothing to hold a variant against.
    pub fn is_alone(&self) -> bool {
        self.variants.len() == 1
    }

    /// The fewest and the most runs of a variant under any circumstances under which it has some.
    pub fn runs_each(&self) -> (usize, usize) {
        let counts = || self.cells.iter().flatten().map(Vec::len).filter(|count| *count > 0);
        (counts().min().unwrap_or(0), counts().max().unwrap_or(0))
    }

    /// The circumstances in words: `load=0.9, nodes=3`; empty if nothing else varies.
    pub fn told(&self, circumstances: usize) -> String {
        let pairs = self.circumstances[circumstances].iter();
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    }
}

/// The place of an item in a list, to which it is added if it is not in it.
fn place_in<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    let found = list.iter().position(|known| *known == item);
    found.unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}
