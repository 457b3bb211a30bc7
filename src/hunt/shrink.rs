//! Shrinking: the least of a scenario that still fails by the same check, under the same seed.
//!
//! Every candidate is a scenario that could be run by itself; what is found is one, too, and needs nothing beside it. The
//! passes are: the duration (cut behind the violation), the strikes (those of the run, forced, then ddmin over them), the
//! clients' operations (ddmin by their numbers), the settings (each back to its default), the nodes, and times that are
//! easier to read. Those that help each other are repeated until none gains anything.

use crate::kernel::Duration;
use crate::run::prepare::Prepared;
use crate::spec::Node;
use crate::systems::Custom;

use super::document::{self, at, length, text, with, without};
use super::heard::Heard;
use super::passes::Shrinker;
use super::subject::{Subject, Wanted};
use super::trial::{Outcome, Trials};

/// How often a run that fails sooner is looked for.
const HALVINGS_MAX: usize = 4;

/// How large a failing run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Size {
    /// Strikes of its faults.
    pub strikes: usize,
    /// Operations that its clients invoked.
    pub operations: usize,
    /// Nodes, those that hold clients not counted.
    pub nodes: usize,
    /// Simulated time.
    pub duration: Duration,
}

impl Size {
    /// What there is to understand: strikes first.
    fn weight(&self) -> (usize, usize, Duration) {
        (self.strikes, self.operations, self.duration)
    }
}

/// What shrinking came to.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The scenario.
    pub document: Node,
    /// The run that was found.
    pub before: Size,
    /// The run that is left.
    pub after: Size,
    /// How many runs it took.
    pub runs: u64,
    /// Whether the runs or the time were used up before no pass gained anything.
    pub is_cut: bool,
    /// Whether every strike is forced; else the faults that are left strike as drawn.
    pub is_forced: bool,
}

/// The scenario with this seed and nothing but this check, whose violation is expected no longer.
pub fn isolate(document: &Node, seed: u64, wanted: &Wanted, name: &str) -> Node {
    let mut alone = document.clone();
    for key in ["sweep", "compare", "check", "description"] {
        alone = without(&alone, &[key]).unwrap_or(alone);
    }
    let is_figure = at(document, &["check", &wanted.check, "metric"]).is_some();
    for key in ["warmup", "recovery", "interval"].into_iter().filter(|_| !is_figure) {
        alone = without(&alone, &[key]).unwrap_or(alone);
    }
    let seed = i64::try_from(seed).expect("the greatest seed is one");
    alone = with(&alone, &["seed"], document::integer(seed));
    alone = with(&alone, &["name"], text(&shrunk_name(name)));
    // What is always checked needs no table.
    if let Some(check) = at(document, &["check", &wanted.check]) {
        let mut check = without(check, &["expect"]).unwrap_or_else(|| check.clone());
        if at(&check, &["invariants"]).is_some() {
            check = with(&check, &["invariants"], document::list([text(&wanted.kind)]));
        }
        alone = with(&alone, &["check", &wanted.check], check);
    }
    alone
}

fn shrunk_name(name: &str) -> String {
    const ENDING: &str = "-shrunk";
    let kept: String = name.chars().take(crate::scenario::nouns::NAME_MAX - ENDING.len()).collect();
    format!("{}{ENDING}", kept.trim_end_matches('-'))
}

/// Shrinks an isolated scenario that fails; `None` if it does not.
pub fn shrink<X: Custom>(document: Node, mut trials: Trials<'_, '_, X>) -> Option<Shrunk> {
    let before = size::<X>(trials.subject(), &document)?;
    if !trials.fails(&document) {
        return None;
    }
    trials.blame_bugs(&document);
    // What is found is to be readable, however many runs it takes to find the last thing to leave out.
    let kept_back = trials.left() / 4;
    let mut shrinker = Shrinker { best: document.clone(), trials: &mut trials, is_forced: false };
    shrinker.all(kept_back);
    let (mut best, mut is_forced) = (shrinker.best, shrinker.is_forced);
    let mut after = size::<X>(trials.subject(), &best).expect("it failed, so that it could be run");
    // What is left is small, so that other seeds cost little; under them less may do. They are tried on what is left, and,
    // where a run that fails sooner has less to leave out, on what was found.
    if after.strikes + after.operations > 0 && trials.reseed() {
        let sooner = sooner(&document, &after, kept_back, &mut trials);
        for start in [Some(best.clone()), sooner].into_iter().flatten() {
            let mut shrinker = Shrinker { best: start, trials: &mut trials, is_forced };
            shrinker.all(kept_back);
            let (other, other_is_forced) = (shrinker.best, shrinker.is_forced);
            let size = size::<X>(trials.subject(), &other).expect("it failed, so that it could be run");
            if size.weight() < after.weight() {
                (best, is_forced, after) = (other, other_is_forced, size);
            }
        }
    }
    trials.only_own_seed();
    let mut shrinker = Shrinker { best, trials: &mut trials, is_forced };
    shrinker.victims();
    shrinker.readable();
    let best = shrinker.best;
    let after = size::<X>(trials.subject(), &best).expect("it failed, so that it could be run");
    Some(Shrunk { document: best, before, after, runs: trials.runs(), is_cut: trials.is_cut(), is_forced })
}

/// The isolated scenario under a seed that fails well before `known` does, if one of those behind its own does.
fn sooner<X: Custom>(
    document: &Node,
    known: &Size,
    kept_back: u64,
    trials: &mut Trials<'_, '_, X>,
) -> Option<Node> {
    let (mut found, mut duration) = (None, known.duration);
    for _ in 0..HALVINGS_MAX {
        let half = Duration((duration.0 / 2).next_multiple_of(1_000_000));
        let Some(outcome) = trials.sooner(&with(document, &["duration"], length(half)), kept_back) else {
            break;
        };
        let Outcome::Fails { at, seed } = outcome else { break };
        let seed = document::integer(i64::try_from(seed).expect("the greatest seed is one"));
        let ended = with(document, &["duration"], length(half));
        found = Some(with(&ended, &["seed"], seed));
        duration = at.map_or(half, |at| half.min(Duration(at.0)));
    }
    found
}

/// An isolated scenario as large as it is.
pub fn unshrunk<X: Custom>(subject: Subject<'_>, document: Node) -> Shrunk {
    let size = size::<X>(subject, &document).expect("what was run can be run with one check");
    Shrunk { document, before: size, after: size, runs: 0, is_cut: true, is_forced: false }
}

fn size<X: Custom>(subject: Subject<'_>, document: &Node) -> Option<Size> {
    let prepared: Prepared<X> = subject.prepare(document)?;
    let heard = Heard::of(&prepared);
    Some(Size {
        strikes: heard.strikes.len(),
        operations: heard.operations.len(),
        nodes: prepared.world.systems.iter().map(|system| system.plan.nodes.len()).sum(),
        duration: prepared.world.setup.duration.since(crate::kernel::Time::ZERO),
    })
}
