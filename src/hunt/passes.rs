//! The passes of shrinking: each leaves out one sort of thing, and keeps what still fails.

use crate::kernel::{Duration, Time};
use crate::run::prepare::Prepared;
use crate::spec::{Node, Value, units};
use crate::systems::Custom;
use crate::workloads::numbers::Numbers;

use super::ddmin::ddmin;
use super::document::{self, at, length, names, text, with, without};
use super::force::{Forcing, Named, faults_of, with_faults};
use super::heard::{Asked, Heard};
use super::orders;
use super::settings;
use super::trial::{Outcome, Trials};

/// Rounds of the passes that help each other.
const ROUNDS_MAX: usize = 4;

/// Most faults that a scenario may have: more strikes cannot be forced one by one.
const STRIKES_MAX: usize = crate::scenario::plan::FAULTS_MAX;

/// A scenario that fails, and is made less.
pub(super) struct Shrinker<'t, 'a, 's, X> {
    /// The least that fails so far.
    pub best: Node,
    /// What is tried.
    pub trials: &'t mut Trials<'a, 's, X>,
    /// Whether its faults force strikes, and draw none.
    pub is_forced: bool,
}

impl<X: Custom> Shrinker<'_, '_, '_, X> {
    /// Takes a candidate if it fails.
    pub(super) fn accept(&mut self, candidate: Node) -> bool {
        if candidate == self.best {
            return false;
        }
        let Outcome::Fails { seed, .. } = self.trials.outcome(&candidate) else { return false };
        let seed = document::integer(i64::try_from(seed).expect("the greatest seed is one"));
        self.best = with(&candidate, &["seed"], seed);
        true
    }

    fn accept_any(&mut self, candidate: Option<Node>) -> bool {
        candidate.is_some_and(|candidate| self.accept(candidate))
    }

    /// All passes that leave out something.
    pub fn all(&mut self, kept_back: u64) {
        // With a bound on how long it takes to be well again, the run cannot end early.
        self.accept_any(without(&self.best, &["liveness"]));
        self.cut(Duration::from_millis(1));
        if !self.is_forced || faults_of(&self.best).iter().any(|(_, fault)| at(fault, &["at"]).is_none()) {
            self.is_forced = false;
            self.force();
        }
        self.rounds(kept_back);
    }

    /// The passes that help each other, until none gains anything or so few runs are left.
    fn rounds(&mut self, kept_back: u64) {
        for _ in 0..ROUNDS_MAX {
            let mut changed = false;
            if self.trials.left() > kept_back {
                changed |= self.faults();
                changed |= self.orders();
                self.leaders();
                changed |= self.cut(Duration::from_millis(1));
                changed |= self.operations();
                changed |= self.settings();
                changed |= self.nodes();
                changed |= self.earlier();
            }
            if !changed {
                break;
            }
        }
    }

    pub(super) fn prepared(&self) -> Prepared<X> {
        self.trials.subject().prepare(&self.best).expect("it failed, so that it could be run")
    }

    fn length_at(&self, path: &[&str]) -> Option<Duration> {
        length_of(at(&self.best, path)?)
    }

    /// Ends the run shortly behind the violation, at a multiple of `unit`; where that is of no moment, as early as halving finds.
    fn cut(&mut self, unit: Duration) -> bool {
        let Some(duration) = self.length_at(&["duration"]) else { return false };
        let Outcome::Fails { at: moment, .. } = self.trials.outcome(&self.best.clone()) else { return false };
        if let Some(moment) = moment.filter(|moment| moment.0 < duration.0) {
            let end = Duration((moment.0 + 1).next_multiple_of(unit.0));
            return end < duration && self.accept(self.ending(end));
        }
        let (mut least, mut most) = (Duration::ZERO, duration);
        while most.0 - least.0 > (duration.0 / 64).max(unit.0) {
            let middle = Duration(((least.0 + most.0) / 2).next_multiple_of(unit.0));
            if middle >= most {
                break;
            }
            match self.accept(self.ending(middle)) {
                true => most = middle,
                false => least = middle,
            }
        }
        most < duration
    }

    /// The scenario that ends then, without the forced faults that would strike later.
    fn ending(&self, end: Duration) -> Node {
        let document = with(&self.best, &["duration"], length(end));
        let strikes = |(_, fault): &Named| at(fault, &["at"]).and_then(length_of).is_none_or(|at| at < end);
        let faults: Vec<Named> = faults_of(&document).into_iter().filter(strikes).collect();
        orders::ending(with_faults(&document, &faults), end)
    }

    /// Puts faults that force the run's strikes in the place of those that drew them.
    fn force(&mut self) {
        let prepared = self.prepared();
        let heard = Heard::of(&prepared);
        let Some((scenario, _)) = self.trials.subject().decode(&self.best) else { return };
        let nodes: Vec<String> =
            prepared.world.setup.nodes.iter().map(|node| node.name.to_string()).collect();
        let sites = prepared.world.setup.sites.names().to_vec();
        let forcing = Forcing { scenario: &scenario, document: &self.best, nodes: &nodes, sites: &sites };
        let faults = forcing.faults(&heard.strikes);
        if faults.len() <= STRIKES_MAX {
            let forced = with_faults(&self.best, &faults);
            self.is_forced = self.accept(forced);
        }
    }

    /// Leaves out faults: strikes, where they are forced.
    fn faults(&mut self) -> bool {
        let faults = faults_of(&self.best);
        let base = self.best.clone();
        let left = ddmin(&faults, |faults| self.trials.fails(&with_faults(&base, faults)));
        self.accept(with_faults(&base, &left))
    }

    /// Lets strikes on a node that leads be of whoever does: with less before them that may be another.
    fn leaders(&mut self) {
        let faults = if self.is_forced { faults_of(&self.best) } else { Vec::new() };
        for (name, fault) in faults {
            if let Some(leader) = settings::on_leader(&fault) {
                self.accept(with(&self.best, &["fault", &name], leader));
            }
        }
    }

    /// Leaves out operations of clients; workloads of which nothing is left go.
    fn operations(&mut self) -> bool {
        let prepared = self.prepared();
        let workloads = &prepared.world.workloads;
        let of_workload = |asked: &Asked| {
            let workload = workloads.iter().find(|workload| workload.node == asked.node)?;
            Some((workload.name.as_str(), asked.number))
        };
        let heard = Heard::of(&prepared);
        let judged_from = self.judged_from();
        let early = heard.operations.partition_point(|asked| judged_from.is_none_or(|from| asked.at < from));
        let (early, late) = heard.operations.split_at(early);
        let invoked: Vec<(&str, u32)> = early.iter().filter_map(of_workload).collect();
        let late: Vec<(&str, u32)> = late.iter().filter_map(of_workload).collect();
        let base = self.best.clone();
        let with_operations = |kept: &[(&str, u32)]| with_operations(&base, &[kept, &late].concat());
        // First from both ends, by halving: what is left is in one piece, and easy to read.
        let mut fails = |kept: &[(&str, u32)]| self.trials.fails(&with_operations(kept));
        let end = least(invoked.len(), |count| fails(&invoked[..count]));
        let first = end - least(end, |count| fails(&invoked[end - count..end]));
        let piece = &invoked[first..end];
        let changed = self.accept(with_operations(piece));
        // Then one by one. Where that takes more runs than it is worth, the piece says more than its crumbs.
        let runs = self.trials.left() / 4;
        let (left, is_cut) =
            self.trials.within(runs, |trials| ddmin(piece, |kept| trials.fails(&with_operations(kept))));
        if is_cut && left.len() > piece.len() / 2 {
            return changed;
        }
        self.accept(with_operations(&left)) || changed
    }

    /// From when on all that clients ask stays as it is: a system that has to serve is asked as often, and as patiently, as it was.
    /// A single client that gives up at once fails with any.
    fn judged_from(&self) -> Option<Time> {
        let is_liveness = self.trials.wanted().is_liveness();
        self.length_at(&["liveness", "after"]).filter(|_| is_liveness).map(|after| Time::ZERO + after)
    }

    /// Puts settings back to their defaults, and laws of what is left to constants.
    fn settings(&mut self) -> bool {
        let mut changed = false;
        let clients_stay = self.judged_from().is_some();
        let mut paths = settings::paths(&self.best);
        paths.retain(|path| !(clients_stay && path[0] == "workload"));
        for path in paths {
            changed |= self.without_settings(&path);
        }
        for (path, item) in settings::items(&self.best) {
            changed |= self.accept_any(settings::without_item(&self.best, &path, &item));
        }
        for (path, constant) in settings::laws(&self.best) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            changed |= self.accept(with(&self.best, &path, constant));
        }
        changed
    }

    /// A setting, or a table of them: all of it if that goes, else each in it.
    fn without_settings(&mut self, path: &[String]) -> bool {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        if settings::BOUNDS.contains(&keys.as_slice()) {
            return false;
        }
        if self.accept_any(without(&self.best, &keys).filter(|candidate| !self.is_warned_of(candidate))) {
            return true;
        }
        let mut changed = false;
        for name in names(&self.best, &keys) {
            changed |= self.without_settings(&[path, &[name]].concat());
        }
        changed
    }

    /// Whether a candidate earns a warning that what it is made from does not: settings that contradict each other fail for reasons
    /// of their own.
    fn is_warned_of(&self, candidate: &Node) -> bool {
        let subject = self.trials.subject();
        subject.warnings::<X>(candidate) > subject.warnings::<X>(&self.best)
    }

    /// Leaves out nodes of systems that say how many they have, the fewest that still fail.
    fn nodes(&mut self) -> bool {
        let mut changed = false;
        for system in names(&self.best, &["system"]) {
            let fewer = settings::fewer_nodes(&self.best, &system);
            changed |= fewer.into_iter().any(|fewer| self.accept(fewer));
        }
        changed
    }

    /// Lets forced strikes come as early as they may, and whatever is asked with them.
    fn earlier(&mut self) -> bool {
        let faults = faults_of(&self.best);
        let times = || faults.iter().filter_map(|(_, fault)| at(fault, &["at"]).and_then(length_of));
        let (Some(first), Some(duration)) = (times().min(), self.length_at(&["duration"])) else {
            return false;
        };
        if !self.is_forced {
            return false;
        }
        let spare =
            |tenths: u64| first.0.checked_sub(tenths * 100_000_000).filter(|spare| *spare > 500_000_000);
        for spare in [2, 3, 5, 7, 10, 12, 15, 20, 25, 30, 40, 50, 70, 100, 150].into_iter().filter_map(spare)
        {
            let moved = |(name, fault): &Named| {
                let at = at(fault, &["at"]).and_then(length_of).expect("a forced fault has its moment");
                (name.clone(), with(fault, &["at"], length(Duration(at.0 - spare))))
            };
            let faults: Vec<Named> = faults.iter().map(moved).collect();
            let mut candidate = with_faults(&self.best, &faults);
            candidate = with(&candidate, &["duration"], length(Duration(duration.0 - spare)));
            candidate = orders::earlier(candidate, Duration(spare));
            for workload in names(&candidate, &["workload"]) {
                candidate = without(&candidate, &["workload", &workload, "operations"]).unwrap_or(candidate);
            }
            if self.accept(candidate) {
                return true;
            }
        }
        false
    }

    /// Leaves out nodes that single strikes name, and the names of draws on which nothing hangs.
    pub fn victims(&mut self) {
        let nameless =
            |fault: &Named| (fault.0.clone(), without(&fault.1, &["draws"]).unwrap_or(fault.1.clone()));
        let faults: Vec<Named> = faults_of(&self.best).iter().map(nameless).collect();
        self.accept(with_faults(&self.best, &faults));
        for (name, fault) in faults_of(&self.best) {
            self.accept_any(without(&self.best, &["fault", &name, "draws"]));
            for fewer in settings::fewer_victims(&fault) {
                self.accept(with(&self.best, &["fault", &name], fewer));
            }
        }
    }

    /// Rounds the times of strikes and orders and the end of the run, coarsely where that still fails.
    pub fn readable(&mut self) {
        let units = [1_000, 500, 100, 10, 1].map(Duration::from_millis);
        let paths: Vec<[String; 3]> = [("fault", "at"), ("fault", "for"), ("operation", "at")]
            .into_iter()
            .flat_map(|(noun, key)| {
                let named = names(&self.best, &[noun]).into_iter();
                named.map(move |name| [noun.to_owned(), name, key.to_owned()])
            })
            .collect();
        let rounded = |document: &Node, path: &[String; 3], unit: Duration| {
            let keys = path.each_ref().map(String::as_str);
            let exact = at(document, &keys).and_then(length_of)?;
            let round = Duration((exact.0 + unit.0 / 2) / unit.0 * unit.0);
            (round > Duration::ZERO).then(|| with(document, &keys, length(round)))
        };
        for unit in units {
            let all = paths
                .iter()
                .fold(self.best.clone(), |document, path| rounded(&document, path, unit).unwrap_or(document));
            if all == self.best || self.accept(all) {
                break;
            }
        }
        for path in &paths {
            // Not so far that strikes change places.
            for unit in &units[2..] {
                let Some(candidate) = rounded(&self.best, path, *unit) else { continue };
                if candidate == self.best || self.accept(candidate) {
                    break;
                }
            }
        }
        let mut faults = faults_of(&self.best);
        faults.sort_by_key(|(_, fault)| at(fault, &["at"]).and_then(length_of));
        self.accept(with_faults(&self.best, &faults));
        let _ = units.into_iter().any(|unit| self.cut(unit));
        // A strike that lasts until the end, or longer, is one without an end.
        let Some(duration) = self.length_at(&["duration"]) else { return };
        for (name, fault) in faults_of(&self.best) {
            let times = ["at", "for"].map(|key| at(&fault, &[key]).and_then(length_of));
            if let [Some(from), Some(lasts)] = times
                && from.0.saturating_add(lasts.0) > duration.0
            {
                self.accept_any(without(&self.best, &["fault", &name, "for"]));
            }
        }
    }
}

/// The least count up to `most`, which fails, that still fails, as far as halving finds it.
fn least(most: usize, mut fails: impl FnMut(usize) -> bool) -> usize {
    let (mut holds, mut failing) = (0, most);
    if most == 0 || fails(0) {
        return 0;
    }
    while failing - holds > 1 {
        let middle = holds + (failing - holds) / 2;
        match fails(middle) {
            true => failing = middle,
            false => holds = middle,
        }
    }
    failing
}

/// The document in which only these operations are invoked, ascending by workload and number.
fn with_operations(document: &Node, kept: &[(&str, u32)]) -> Node {
    let mut changed = document.clone();
    for workload in names(document, &["workload"]) {
        let of_it = kept.iter().filter(|(name, _)| *name == workload).map(|(_, number)| *number);
        let mut numbers: Vec<u32> = of_it.collect();
        numbers.sort_unstable();
        changed = if numbers.is_empty() {
            without(&changed, &["workload", &workload]).expect("it was just read there")
        } else {
            let numbers = Numbers::of(numbers).to_string();
            with(&changed, &["workload", &workload, "operations"], text(&numbers))
        };
    }
    changed
}

/// The length of time that a value is, if it is one.
pub(super) fn length_of(node: &Node) -> Option<Duration> {
    match &node.value {
        Value::String(text) => units::duration(text.as_str()).ok(),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
    }
}
