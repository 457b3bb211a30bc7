//! Trials: whether a changed scenario still fails by the same check. What was tried is not run again.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::kernel::Time;
use crate::scenario::resolved;
use crate::spec::Node;
use crate::systems::Custom;

use super::subject::{Subject, Wanted, run, violations};

/// What came of a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The check does not fail, or the scenario is not valid.
    Holds,
    /// It fails, at this moment if it is of one.
    Fails(Option<Time>),
}

/// Trials of one failure.
pub struct Trials<'a, 's, X> {
    subject: Subject<'s>,
    wanted: &'a Wanted,
    runs_max: u64,
    is_over: &'a dyn Fn() -> bool,
    tell: &'a dyn Fn(u64),
    tried: BTreeMap<String, Outcome>,
    runs: u64,
    is_cut: bool,
    of: PhantomData<X>,
}

impl<'a, 's, X: Custom> Trials<'a, 's, X> {
    /// Trials of `wanted`, at most `runs_max` of them, until `is_over`; `tell` hears how many runs there were.
    pub fn new(
        subject: Subject<'s>,
        wanted: &'a Wanted,
        runs_max: u64,
        is_over: &'a dyn Fn() -> bool,
        tell: &'a dyn Fn(u64),
    ) -> Self {
        let tried = BTreeMap::new();
        Trials { subject, wanted, runs_max, is_over, tell, tried, runs: 0, is_cut: false, of: PhantomData }
    }

    /// What comes of a document. Once the runs or the time are used up nothing fails any more: what failed before stays the
    /// best.
    pub fn outcome(&mut self, document: &Node) -> Outcome {
        let key = resolved(document, None);
        if let Some(known) = self.tried.get(&key) {
            return *known;
        }
        if self.runs >= self.runs_max || (self.is_over)() {
            self.is_cut = true;
            return Outcome::Holds;
        }
        let Some(prepared) = self.subject.prepare::<X>(document) else {
            self.tried.insert(key, Outcome::Holds);
            return Outcome::Holds;
        };
        self.runs += 1;
        (self.tell)(self.runs);
        let Some(executed) = run(prepared, self.is_over) else {
            self.is_cut = true;
            return Outcome::Holds;
        };
        let violations = violations(&executed);
        let violation = violations.iter().find(|violation| violation.wanted == *self.wanted);
        let outcome = violation.map_or(Outcome::Holds, |violation| Outcome::Fails(violation.at));
        self.tried.insert(key, outcome);
        outcome
    }

    /// Whether a document still fails.
    pub fn fails(&mut self, document: &Node) -> bool {
        self.outcome(document) != Outcome::Holds
    }

    /// How many runs there were.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Whether the runs or the time were used up, so that there may be less than what was reached.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// What is tried.
    pub fn subject(&self) -> Subject<'s> {
        self.subject
    }
}
