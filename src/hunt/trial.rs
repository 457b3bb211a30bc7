//! Trials: whether a changed scenario still fails by the same check. What was tried is not run again.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::kernel::Time;
use crate::scenario::{Scenario, resolved};
use crate::spec::{DataFiles, Node};
use crate::systems::Custom;

use super::Effort;
use super::settings;
use super::subject::{Subject, Wanted, run, violations};

/// What came of a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The check does not fail, or the scenario is not valid.
    Holds,
    /// It fails.
    Fails {
        /// When, if that is of a moment.
        at: Option<Time>,
        /// Under which seed: its own, unless others are allowed.
        seed: u64,
    },
}

/// What a run came to.
#[derive(Clone, Copy)]
enum Came {
    /// The check fails: when, if that is of a moment.
    Fails(Option<Time>),
    /// It does not.
    Holds,
    /// There was no run, for the scenario is not valid.
    NotValid,
    /// The time was used up before its end.
    Cut,
}

/// How many seeds are looked at for a run that fails sooner, for each that the effort allows a candidate.
const SOONER: u64 = 50;

/// Trials of one failure.
pub struct Trials<'a, 's, X> {
    subject: Subject<'s>,
    wanted: &'a Wanted,
    effort: Effort<'a>,
    /// The number of runs at which the pass at hand ends.
    pass_max: u64,
    /// How many other seeds a document is tried under.
    reseed: u64,
    /// Whether a document counts as failing only if it holds without its systems' bugs.
    wants_bugs: bool,
    tried: BTreeMap<String, Outcome>,
    runs: u64,
    is_cut: bool,
    of: PhantomData<X>,
}

impl<'a, 's, X: Custom> Trials<'a, 's, X> {
    /// Trials of `wanted`.
    pub fn new(subject: Subject<'s>, wanted: &'a Wanted, effort: Effort<'a>) -> Self {
        let (tried, pass_max) = (BTreeMap::new(), effort.runs_max);
        Trials {
            subject,
            wanted,
            effort,
            pass_max,
            reseed: 0,
            wants_bugs: false,
            tried,
            runs: 0,
            is_cut: false,
            of: PhantomData,
        }
    }

    /// If `document`, which fails, holds without its systems' bugs, they are to blame, and what is left of it must show them: a
    /// document that fails without them as well has another cause, such as a bound that nothing can meet.
    pub fn blame_bugs(&mut self, document: &Node) {
        let Some((scenario, _)) = self.subject.decode(document) else { return };
        let has_bugs = !settings::items(document).is_empty();
        self.wants_bugs = has_bugs
            && match self.run_without_bugs(document, scenario.seed) {
                Came::Holds | Came::NotValid => true,
                Came::Fails(_) | Came::Cut => false,
            };
    }

    /// What the run of a scenario under this seed comes to.
    fn run_under(&mut self, scenario: &Scenario, seed: u64, files: &dyn DataFiles) -> Came {
        let Some(prepared) = self.subject.prepare_under::<X>(scenario, seed, files) else {
            return Came::NotValid;
        };
        self.runs += 1;
        (self.effort.tell)(self.runs);
        let Some(executed) = run(prepared, self.effort.is_over) else { return Came::Cut };
        let found = violations(&executed).into_iter().find(|violation| violation.wanted == *self.wanted);
        found.map_or(Came::Holds, |violation| Came::Fails(violation.at))
    }

    /// The control run: the same document under this seed without its systems' bugs.
    fn run_without_bugs(&mut self, document: &Node, seed: u64) -> Came {
        let mut sound = document.clone();
        for (path, bug) in settings::items(document) {
            sound = settings::without_item(&sound, &path, &bug).unwrap_or(sound);
        }
        match self.subject.decode(&sound) {
            Some((scenario, files)) => self.run_under(&scenario, seed, &*files),
            None => Came::NotValid,
        }
    }

    /// What the run of a document, which is `scenario`, comes to under this seed. Where bugs are to blame, one that fails without
    /// them as well counts as holding.
    fn judged(&mut self, document: &Node, scenario: &Scenario, seed: u64, files: &dyn DataFiles) -> Came {
        let came = self.run_under(scenario, seed, files);
        if !self.wants_bugs || !matches!(came, Came::Fails(_)) {
            return came;
        }
        match self.run_without_bugs(document, seed) {
            Came::Holds | Came::NotValid => came,
            Came::Fails(_) => Came::Holds,
            Came::Cut => Came::Cut,
        }
    }

    /// From now on a document that holds under its own seed is tried under others, too, as many as the effort allows; `false`
    /// if that is none.
    pub fn reseed(&mut self) -> bool {
        self.reseed = self.effort.reseed;
        // What fails does so still.
        self.tried.retain(|_, outcome| *outcome != Outcome::Holds);
        self.reseed > 0
    }

    /// What `pass` gives, for which there are `runs` more runs at most; and whether it wanted more.
    pub fn within<R>(&mut self, runs: u64, pass: impl FnOnce(&mut Self) -> R) -> (R, bool) {
        let before = (self.pass_max, self.is_cut);
        (self.pass_max, self.is_cut) = (self.pass_max.min(self.runs + runs), false);
        let result = pass(self);
        let wants_more = self.is_cut;
        (self.pass_max, self.is_cut) = (before.0, before.1 || wants_more);
        (result, wants_more)
    }

    /// How many runs are left.
    pub fn left(&self) -> u64 {
        self.pass_max.saturating_sub(self.runs)
    }

    /// What comes of a document. Once the runs or the time are used up nothing fails any more: what failed before stays the
    /// best.
    pub fn outcome(&mut self, document: &Node) -> Outcome {
        let key = resolved(document, None);
        if let Some(known) = self.tried.get(&key) {
            return *known;
        }
        let Some((scenario, files)) = self.subject.decode(document) else {
            self.tried.insert(key, Outcome::Holds);
            return Outcome::Holds;
        };
        let own = scenario.seed;
        let last = own.saturating_add(self.reseed).min(crate::scenario::plan::SEED_MAX);
        for seed in own..=last {
            if self.left() == 0 || (self.effort.is_over)() {
                self.is_cut = true;
                return Outcome::Holds;
            }
            match self.judged(document, &scenario, seed, &*files) {
                Came::Fails(at) => {
                    let outcome = Outcome::Fails { at, seed };
                    self.tried.insert(key, outcome);
                    return outcome;
                }
                Came::Holds => {}
                Came::NotValid => break,
                Came::Cut => {
                    self.is_cut = true;
                    return Outcome::Holds;
                }
            }
        }
        self.tried.insert(key, Outcome::Holds);
        Outcome::Holds
    }

    /// The first seed behind its own under which a document fails, of [`SOONER`] for each that the effort allows; `None` if there
    /// is no time, or the document is not valid.
    pub fn sooner(&mut self, document: &Node, kept_back: u64) -> Option<Outcome> {
        let (scenario, files) = self.subject.decode(document)?;
        let first = scenario.seed.saturating_add(1);
        let last =
            scenario.seed.saturating_add(SOONER * self.effort.reseed).min(crate::scenario::plan::SEED_MAX);
        for seed in first..=last {
            if self.left() <= kept_back || (self.effort.is_over)() {
                return None;
            }
            match self.judged(document, &scenario, seed, &*files) {
                Came::Fails(at) => return Some(Outcome::Fails { at, seed }),
                Came::Holds => {}
                Came::NotValid | Came::Cut => return None,
            }
        }
        Some(Outcome::Holds)
    }

    /// From now on a document is tried under its own seed alone.
    pub fn only_own_seed(&mut self) {
        self.reseed = 0;
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

    /// The check that is to fail.
    pub fn wanted(&self) -> &'a Wanted {
        self.wanted
    }

    /// What is tried.
    pub fn subject(&self) -> Subject<'s> {
        self.subject
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::hunt::Files;
    use crate::hunt::document::{length, with};
    use crate::kernel::Duration;
    use crate::scenario::{LoadOptions, load_text};
    use crate::spec::NoDataFiles;
    use crate::systems::Never;

    /// Half of a store must not answer: with the bug it does. In a short run nobody waits for long, bug or not.
    const HALF: &str = r#"
        schema = 1
        duration = "10s"
        [system.kv]
        type = "raft"
        nodes = 2
        bugs = ["raft-half-is-enough"]
        raft = { check_quorum = false }
        [workload.writers]
        target = "kv"
        arrival = "constant(10/s)"
        mix = { write = 1 }
        [fault.half]
        at = "2s"
        do = "crash"
        target = "follower(kv)"
        [check.silence]
        metric = "unknown"
        assert = "count >= 20"
    "#;

    #[test]
    fn what_fails_sooner_without_its_bugs_as_well_has_another_cause_and_the_control_runs_are_told() {
        let document = load_text("half", HALF, &LoadOptions::default()).document.expect("it is valid");
        let short = with(&document, &["duration"], length(Duration::from_millis(3_000)));
        let files: &Files<'_> = &|| -> Box<dyn DataFiles> { Box::new(NoDataFiles) };
        let subject = Subject { name: "half", files };
        let whole = subject.prepare::<Never>(&document).expect("it is valid");
        let wanted = violations(&run(whole, &|| false).expect("nothing interrupts it"))[0].wanted.clone();
        let told = RefCell::new(Vec::new());
        let tell = |runs| told.borrow_mut().push(runs);
        let effort = Effort { runs_max: 1_000, reseed: 1, is_over: &|| false, tell: &tell };
        let mut trials = Trials::<Never>::new(subject, &wanted, effort);
        let fails_sooner = |outcome| matches!(outcome, Some(Outcome::Fails { seed: 1.., .. }));
        assert!(fails_sooner(trials.sooner(&short, 0)), "nobody is to blame yet");
        trials.blame_bugs(&document);
        assert_eq!(trials.sooner(&short, 0), Some(Outcome::Holds), "there is no time for 20, bug or not");
        assert!(fails_sooner(trials.sooner(&document, 0)), "here the bug is to blame");
        let runs = trials.runs();
        assert_eq!(
            runs,
            1 + 1 + 2 * SOONER + 2,
            "each that fails has a control run once the bugs are to blame"
        );
        assert_eq!(*told.borrow(), (1..=runs).collect::<Vec<u64>>());
    }
}
