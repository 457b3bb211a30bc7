//! What is hunted: a scenario as a document that can be changed, and a run of it.

use std::sync::atomic::AtomicBool;

use crate::kernel::Time;
use crate::run::execute::{CheckVerdict, Executed, Progress, execute};
use crate::run::metrics::Verdict;
use crate::run::prepare::{Prepared, prepare};
use crate::scenario::Scenario;
use crate::scenario::plan::LIVENESS;
use crate::sim::{Limits, Stop};
use crate::spec::{DataFiles, Decode, Decoder, Diagnostics, Level, Node};
use crate::systems::Custom;

/// Where the data files of a scenario are read from: once for each run.
pub type Files<'a> = dyn Fn() -> Box<dyn DataFiles + 'a> + Sync + 'a;

/// A scenario that is hunted.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its data files.
    pub files: &'a Files<'a>,
}

/// A check as one verdict of a run names it: of a check with several invariants each is one by itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Wanted {
    /// The check's name in the scenario.
    pub check: String,
    /// What it is: `linearizable`, an invariant's name, or a metric's.
    pub kind: String,
    /// What it is about: a system, or the labels of a metric.
    pub about: String,
}

/// A check that failed in a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Which.
    pub wanted: Wanted,
    /// When the violation showed, if it is of a moment.
    pub at: Option<Time>,
    /// What was found, in words.
    pub message: String,
}

impl Wanted {
    /// Whether this is the verdict of that check.
    pub fn is_of(&self, verdict: &CheckVerdict) -> bool {
        (&self.check, &self.kind, &self.about) == (&verdict.check, &verdict.kind, &verdict.about)
    }

    /// Whether it asks for something good to happen in time, rather than that nothing bad does.
    pub fn is_liveness(&self) -> bool {
        self.kind == LIVENESS
    }
}

/// The checks that failed, expected or not, in the order in which they did; those without a moment last. What a limit cut
/// short fails only for certain.
pub fn violations<X: Custom>(executed: &Executed<X>) -> Vec<Violation> {
    let is_whole = executed.stop == Some(Stop::End);
    let failed = |verdict: &&CheckVerdict| {
        verdict.verdict == Verdict::Violated && (is_whole || verdict.figure.is_none())
    };
    let violation = |verdict: &CheckVerdict| Violation {
        wanted: Wanted {
            check: verdict.check.clone(),
            kind: verdict.kind.clone(),
            about: verdict.about.clone(),
        },
        at: verdict.at,
        message: verdict.message.clone(),
    };
    let mut violations: Vec<Violation> = executed.verdicts.iter().filter(failed).map(violation).collect();
    violations.sort_by_key(|violation| violation.at.unwrap_or(Time::MAX));
    violations
}

impl<'a> Subject<'a> {
    /// The scenario of a document; `None` if it is not valid.
    pub fn decode(&self, document: &Node) -> Option<(Scenario, Box<dyn DataFiles + 'a>)> {
        let mut diagnostics = Diagnostics::default();
        self.decode_into(document, &mut diagnostics).filter(|_| !diagnostics.has_errors())
    }

    fn decode_into(
        &self,
        document: &Node,
        diagnostics: &mut Diagnostics,
    ) -> Option<(Scenario, Box<dyn DataFiles + 'a>)> {
        let files = (self.files)();
        let scenario = Scenario::decode(document, &mut Decoder::new(diagnostics, &*files));
        scenario.map(|scenario| (scenario, files))
    }

    /// The run of a document under its own seed; `None` if it is not valid.
    pub fn prepare<X: Custom>(&self, document: &Node) -> Option<Prepared<X>> {
        let (scenario, files) = self.decode(document)?;
        self.prepare_under(&scenario, scenario.seed, &*files)
    }

    /// How many warnings a document earns.
    pub fn warnings<X: Custom>(&self, document: &Node) -> usize {
        let mut diagnostics = Diagnostics::default();
        if let Some((scenario, files)) = self.decode_into(document, &mut diagnostics) {
            let limits = Limits::default();
            drop(prepare::<X>(self.name, &scenario, scenario.seed, limits, &mut diagnostics, &*files));
        }
        diagnostics.iter().filter(|one| one.level == Level::Warning).count()
    }

    /// The run of a scenario, which was decoded with the same `files`, under `seed`; `None` if it is not valid.
    pub fn prepare_under<X: Custom>(
        &self,
        scenario: &Scenario,
        seed: u64,
        files: &dyn DataFiles,
    ) -> Option<Prepared<X>> {
        prepare(self.name, scenario, seed, Limits::default(), &mut Diagnostics::default(), files)
    }
}

/// Does a run to its end, unless `is_over` says so before; `None` then.
pub fn run<X: Custom>(prepared: Prepared<X>, is_over: &dyn Fn() -> bool) -> Option<Executed<X>> {
    use std::sync::atomic::Ordering;
    let stop = AtomicBool::new(false);
    let executed = execute(prepared, &stop, &mut |_: Progress| {
        if is_over() {
            stop.store(true, Ordering::Relaxed);
        }
    });
    executed.stop.is_some().then_some(executed)
}
