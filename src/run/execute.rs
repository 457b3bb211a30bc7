//! Executes a prepared run and judges it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::checks::consensus::InvariantViolation;
use crate::checks::conservation::Traffic;
use crate::checks::linearizability::{self, judge_until};
use crate::checks::liveness;
use crate::checks::queueing::{CoreAccount, ServerAccount};
use crate::faults::Happening;
use crate::kernel::{Description, NodeId, Process, SystemId, Time};
use crate::model::history::{SESSIONS_MAX, SessionId};
use crate::net::Counters;
use crate::scenario::nouns::check::Expect;
use crate::scenario::nouns::warmup::{Warmup, WarmupRule};
use crate::scenario::plan::LIVENESS;
use crate::sim::{NodeCounters, Sim, Stop};
use crate::systems::{Custom, Never, Role};

use super::histories::{Histories, History};
use super::metrics::{Judgement, Verdict};
use super::outputs::SOMETIMES;
use super::prepare::{Check, Kind, Prepared};
use super::recorder::{OPERATIONS_MAX, Recorder, RecorderSetup};
use super::recording::Recording;
use super::sought::Found;
use super::spacetime::Subject;
use super::tally::Intervals;
use super::warmup;
use super::watch::Watch;

/// Events between two looks at the interrupt and the progress.
const SLICE: u64 = 1 << 16;

/// A run that is over.
#[derive(Debug)]
pub struct Executed<X: Custom = Never> {
    /// What was run.
    pub prepared: Prepared<X>,
    /// Why it stopped; `None`: it was interrupted.
    pub stop: Option<Stop>,
    /// Events handled.
    pub events: u64,
    /// The digest over all of them.
    pub digest: u64,
    /// The digest at every checkpoint.
    pub checkpoints: Vec<u64>,
    /// What was recorded.
    pub recording: Recording,
    /// The histories of stores, by store; empty if no check reads them.
    pub histories: Vec<(SystemId, History)>,
    /// What became of each check, in their order; the built-in ones last.
    pub verdicts: Vec<CheckVerdict>,
    /// Things that a person should know.
    pub warnings: Vec<String>,
    /// More of them, which planning has said already.
    pub foretold: Vec<String>,
}

/// What became of a check.
#[derive(Clone, PartialEq, Debug)]
pub struct CheckVerdict {
    /// The check's name in the scenario.
    pub check: String,
    /// What it is: `linearizable`, an invariant's name, or a metric's.
    pub kind: String,
    /// What it is about: a system, or the labels of a metric.
    pub about: String,
    /// What must be true.
    pub expected: String,
    /// What was found.
    pub verdict: Verdict,
    /// Whether it is a known bug kept as a test, which passes when the violation shows.
    pub expect_violated: bool,
    /// Whether the verdict is what the scenario expects.
    pub as_expected: bool,
    /// The figure, in the unit, for an assertion.
    pub figure: Option<Judgement>,
    /// What was found, in words; empty when there is nothing to say.
    pub message: String,
    /// When the violation showed.
    pub at: Option<Time>,
    /// What the violation is about, for a drawing of it.
    pub subject: Subject,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Simulated time.
    pub now: Time,
    /// When the run ends.
    pub end: Time,
    /// Events handled.
    pub events: u64,
}

/// Runs `prepared` to its end, or until `interrupt` is set, and judges it.
pub fn execute<X: Custom>(
    prepared: Prepared<X>,
    interrupt: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Executed<X> {
    let world = &prepared.world;
    let intervals = Intervals { duration: world.setup.duration, length: world.interval };
    let setup = RecorderSetup {
        cast: prepared.cast(),
        warmup: match world.warmup {
            Warmup::For(length) => Time::ZERO + length,
            Warmup::Rule(WarmupRule::Auto) => Time::ZERO,
        },
        recovery: world.recovery,
        intervals,
        operations_max: OPERATIONS_MAX,
    };
    let nodes = world.setup.nodes.len();
    let system_of = || world.setup.nodes.iter().map(|node| node.system).collect();
    let histories = prepared.needs_histories().then(|| Histories::new(system_of()));
    let watch = Watch::new(
        Recorder::new(setup),
        histories,
        prepared.sought(),
        prepared.liveness(),
        &prepared.judged(),
        nodes,
    );
    let end = world.setup.duration;
    let mut sim: Sim<Role<X>, Watch> = Sim::new(world.setup.clone(), watch);
    let mut counters = Vec::with_capacity(nodes);
    sample(&mut sim, &mut counters);
    for interval in 0..intervals.count() {
        sim.mark(intervals.bounds(interval).1);
    }
    let mut marked = 0;
    let stop = loop {
        let stopped = sim.run(SLICE);
        while marked < intervals.count() && intervals.bounds(marked).1 <= sim.now() && sim.is_at_mark() {
            marked += 1;
            sample(&mut sim, &mut counters);
        }
        if stopped.is_some() {
            break stopped;
        }
        if interrupt.load(Ordering::Relaxed) {
            break None;
        }
        progress(Progress { now: sim.now(), end, events: sim.events() });
    };
    let over = Progress { now: sim.now(), end, events: sim.events() };
    finish(prepared, sim, stop, counters, &mut || {
        progress(over);
        interrupt.load(Ordering::Relaxed)
    })
}

fn sample<X: Custom>(sim: &mut Sim<Role<X>, Watch>, counters: &mut Vec<NodeCounters>) {
    counters.clear();
    for node in 0..sim.roster().nodes.len() {
        counters.push(sim.node_counters(NodeId(node as u32)));
    }
    let now = sim.now();
    sim.observer_mut().recorder.sample(now, counters);
}

fn finish<X: Custom>(
    prepared: Prepared<X>,
    mut sim: Sim<Role<X>, Watch>,
    mut stop: Option<Stop>,
    mut counters: Vec<NodeCounters>,
    has_ended: &mut dyn FnMut() -> bool,
) -> Executed<X> {
    sample(&mut sim, &mut counters);
    let (now, events, digest) = (sim.now(), sim.events(), sim.digest());
    let checkpoints = sim.checkpoints().to_vec();
    let traffic = traffic(&sim, &counters);
    let votes: Vec<Option<(usize, usize)>> = match prepared.world.liveness {
        Some(_) => (0..counters.len()).map(|node| sim.process(NodeId(node as u32))?.votes()).collect(),
        None => Vec::new(),
    };
    let states: Vec<Option<Description>> = match prepared.world.liveness {
        Some(_) => (0..counters.len()).map(|node| Some(state(sim.process(NodeId(node as u32))?))).collect(),
        None => Vec::new(),
    };
    let cores: Vec<CoreAccount> = (0..counters.len()).map(|node| core_account(&mut sim, node)).collect();
    let watch = sim.into_observer();
    let Watch { mut recorder, histories, mut invariants, requests, sought, liveness, .. } = watch;
    invariants.iter_mut().for_each(|(_, invariants)| invariants.finish(now));
    let servers = recorder.accounts(now);
    let mut recording = recorder.finish(now);
    let unsettled = match prepared.world.warmup {
        Warmup::For(_) => Vec::new(),
        Warmup::Rule(WarmupRule::Auto) => warmup::cut(&mut recording),
    };
    let histories: Vec<(SystemId, History)> =
        histories.map(|histories| histories.finish(now).into_iter().collect()).unwrap_or_default();
    let node_name = |node: NodeId| prepared.world.setup.nodes[node.index()].name.to_string();
    let mut verdicts: Vec<CheckVerdict> = Vec::new();
    for (position, check) in prepared.checks.iter().enumerate() {
        verdicts.push(match &check.kind {
            Kind::Invariant { system, invariant, applies } => {
                let judged = invariants.iter().find(|(judged, _)| judged == system);
                let of_invariant = |violation: &&InvariantViolation| violation.invariant == *invariant;
                let violation =
                    judged.and_then(|(_, invariants)| invariants.violations().iter().find(of_invariant));
                let verdict = match (applies, violation) {
                    (false, _) => Verdict::NotApplicable,
                    (true, None) => Verdict::Held,
                    (true, Some(_)) => Verdict::Violated,
                };
                let message = violation.map(|violation| violation.explain(&node_name)).unwrap_or_default();
                let (row, kind) = (invariant.row(), prepared.world.systems[system.index()].kind);
                let expected = row.meaning_for(kind.holding());
                CheckVerdict {
                    at: violation.map(|violation| violation.at),
                    subject: violation.map(Subject::of_invariant).unwrap_or_default(),
                    ..settled(check, row.name, name_of(&prepared, *system), expected, verdict, message)
                }
            }
            Kind::Linearizable { system, budget } => {
                let of = (*system, *budget);
                let (verdict, is_whole) =
                    linearizable(check, &prepared, of, &histories, &node_name, has_ended);
                if !is_whole {
                    stop = None; // Without its verdict the run is not whole either.
                }
                verdict
            }
            Kind::Liveness { system } => {
                let judged = liveness.stores.iter().find(|(store, _)| store == system);
                let (_, judged) = judged.expect("every store of [liveness] is watched");
                let look = liveness::Look {
                    name: &node_name,
                    votes: &|node| votes[node.index()],
                    state: &|node| states[node.index()].clone(),
                };
                alive(check, &prepared, *system, judged.clone().finish(now, &look))
            }
            Kind::Sometimes { happening, window: (_, to) } => {
                // Beyond its window nothing counts any more, whatever ended the run.
                let is_over = stop == Some(Stop::End) || now >= *to;
                sometimes(check, happening, sought.found(position), is_over)
            }
            Kind::Assertion { query, assertion, text } => {
                let judgement = assertion.judge(&recording, query);
                let entry = super::metrics::entry(query.metric);
                let labels =
                    query.labels.values().map(String::as_str).chain(query.phase.map(|phase| phase.name()));
                let about = labels.collect::<Vec<_>>().join(" ");
                let message = match judgement.actual {
                    None => "no data: nothing that the assertion speaks of happened".to_owned(),
                    Some(_) => String::new(),
                };
                CheckVerdict {
                    figure: Some(judgement),
                    ..settled(check, entry.name, about, text, judgement.verdict, message)
                }
            }
        });
    }
    verdicts.extend(built_in("requests", requests.balance().err().map(|found| found.explain(&node_name))));
    verdicts.extend(built_in("messages", traffic.balance().err().map(|found| found.explain(&node_name))));
    verdicts.extend(queueing_laws(&servers, &cores, &node_name));
    let (foretold, mut warnings) = never_struck(&prepared, &recording);
    warnings.extend(self::warnings(&recording, stop));
    warnings.extend(unsettled);
    Executed {
        prepared,
        stop,
        events,
        digest,
        checkpoints,
        recording,
        histories,
        verdicts,
        warnings,
        foretold,
    }
}

/// What a process says of its state.
fn state<X: Custom>(process: &Role<X>) -> Description {
    let mut state = Description::default();
    process.describe(&mut state);
    state
}

fn name_of<X: Custom>(prepared: &Prepared<X>, system: SystemId) -> String {
    prepared.world.systems[system.index()].plan.name.clone()
}

fn settled(
    check: &Check,
    kind: &str,
    about: String,
    expected: &str,
    verdict: Verdict,
    message: String,
) -> CheckVerdict {
    let as_expected = match check.expect {
        Expect::Held => matches!(verdict, Verdict::Held | Verdict::NotApplicable | Verdict::NotSeen),
        Expect::Violated => verdict == Verdict::Violated,
    };
    CheckVerdict {
        check: check.name.clone(),
        kind: kind.to_owned(),
        about,
        expected: expected.to_owned(),
        verdict,
        expect_violated: check.expect == Expect::Violated,
        as_expected,
        figure: None,
        message,
        at: None,
        subject: Subject::default(),
    }
}

fn alive<X: Custom>(
    check: &Check,
    prepared: &Prepared<X>,
    system: SystemId,
    found: liveness::Found,
) -> CheckVerdict {
    let plan = prepared.world.liveness.as_ref().expect("only [liveness] has this check");
    let expected = format!(
        "once faults have stopped, at {}, it serves and converges within {}",
        plan.after, plan.within
    );
    let settled =
        |verdict, message| settled(check, LIVENESS, name_of(prepared, system), &expected, verdict, message);
    match found {
        liveness::Found::Held => settled(Verdict::Held, String::new()),
        liveness::Found::TooShort => {
            settled(Verdict::Inconclusive, "the run was over before the bound".to_owned())
        }
        liveness::Found::BeyondHelp => {
            let message = "excused: so many nodes have lost their disks, cannot read them, or do not vote since they lost one, that the \
                           others are no quorum";
            settled(Verdict::NotApplicable, message.to_owned())
        }
        liveness::Found::Violated(at, waits) => {
            CheckVerdict { at: Some(at), ..settled(Verdict::Violated, waits.join("; ")) }
        }
    }
}

fn sometimes(check: &Check, happening: &Happening, found: Found, is_over: bool) -> CheckVerdict {
    let (verdict, message) = match found.first {
        Some(first) => {
            let times = if found.times == 1 { "once".to_owned() } else { format!("{} times", found.times) };
            (Verdict::Held, format!("{times}, first at {}", first.exact()))
        }
        None if is_over => (Verdict::NotSeen, "did not come to pass in this run".to_owned()),
        None => (Verdict::Inconclusive, "the run was over before it came to pass".to_owned()),
    };
    let expected = "it comes to pass in at least one of all runs";
    CheckVerdict {
        at: found.first,
        ..settled(check, SOMETIMES, happening.to_string(), expected, verdict, message)
    }
}

/// Conservation is always checked; only its violation is worth a word.
fn built_in(what: &str, imbalance: Option<String>) -> Option<CheckVerdict> {
    imbalance.map(|message| CheckVerdict {
        check: "conservation".to_owned(),
        kind: what.to_owned(),
        about: String::new(),
        expected: format!("every one of the {what} ends in exactly one way"),
        verdict: Verdict::Violated,
        expect_violated: false,
        as_expected: false,
        figure: None,
        message,
        at: None,
        subject: Subject::default(),
    })
}

/// What the cores of a node did, counted twice.
fn core_account<X: Custom>(sim: &mut Sim<Role<X>, Watch>, node: usize) -> CoreAccount {
    let balance = sim.balance(NodeId(node as u32));
    CoreAccount { delivered: balance.delivered, served: balance.served, tolerance: balance.tolerance }
}

/// The operational laws are always checked; only their violation is worth a word.
fn queueing_laws(
    servers: &[ServerAccount],
    cores: &[CoreAccount],
    node_name: &dyn Fn(NodeId) -> String,
) -> Option<CheckVerdict> {
    let of_servers = (0..).map(NodeId).zip(servers).map(|(node, account)| account.balance(node));
    let of_cores = (0..).map(NodeId).zip(cores).map(|(node, account)| account.balance(node));
    let breach = of_servers.chain(of_cores).find_map(Result::err)?;
    let verdict = built_in(breach.law(), Some(breach.explain(node_name)))?;
    let expected = "what is counted of requests and of work in two ways is the same".to_owned();
    Some(CheckVerdict { check: "queueing-laws".to_owned(), expected, ..verdict })
}

/// What the judge says of the history of a store, with a budget of states, and whether it came to an end before `has_ended`.
fn linearizable<X: Custom>(
    check: &Check,
    prepared: &Prepared<X>,
    (system, budget): (SystemId, u64),
    histories: &[(SystemId, History)],
    node_name: &dyn Fn(NodeId) -> String,
    has_ended: &mut dyn FnMut() -> bool,
) -> (CheckVerdict, bool) {
    let about = name_of(prepared, system);
    let expected = "one order of all operations that keeps real time explains every answer";
    let settled =
        |verdict, message| settled(check, "linearizable", about.clone(), expected, verdict, message);
    let Some((_, history)) = histories.iter().find(|(store, _)| *store == system) else {
        return (settled(Verdict::Held, "nobody asked the store anything".to_owned()), true);
    };
    let judgement = judge_until(&history.operations, Some(&history.own_order), budget, has_ended);
    let Some(judgement) = judgement else {
        return (settled(Verdict::Inconclusive, "interrupted".to_owned()), false);
    };
    let verdict = match judgement.verdict {
        linearizability::Verdict::Valid => settled(Verdict::Held, String::new()),
        linearizability::Verdict::Unknown => {
            let message = format!(
                "the budget of {budget} explored states ran out on {} of {} keys",
                judgement.keys_unknown, judgement.keys
            );
            settled(Verdict::Inconclusive, message)
        }
        linearizability::Verdict::Invalid => {
            let violation = judgement.violation.as_ref().expect("an invalid history has a violation");
            let session = |session: SessionId| {
                format!("{}#{}", node_name(session.node), SessionId::client(session.slot) + 1)
            };
            let message = linearizability::explain(violation, &history.operations, &session);
            let at = Some(history.operations[violation.operation].returned);
            let (operations, own_order) = (&history.operations, &history.own_order);
            let subject =
                Subject::of_history(operations, own_order, violation.operation, &violation.involved);
            CheckVerdict { at, subject, ..settled(Verdict::Violated, message) }
        }
    };
    (verdict, true)
}

/// What was sent over the whole run, and what became of it.
fn traffic<X: Custom>(sim: &Sim<Role<X>, Watch>, counters: &[NodeCounters]) -> Traffic {
    let mut total = Counters::default();
    counters.iter().for_each(|node| total.add(&node.network));
    let (in_flight, waiting) = sim.messages_under_way();
    Traffic {
        sent: total.sent,
        duplicated: total.duplicated,
        received: total.received,
        dropped: total.dropped_total(),
        in_flight,
        waiting,
    }
}

/// The faults that never struck: those that planning said it of, and the others.
fn never_struck<X: Custom>(prepared: &Prepared<X>, recording: &Recording) -> (Vec<String>, Vec<String>) {
    let (mut foretold, mut others) = (Vec::new(), Vec::new());
    for (index, fault) in prepared.world.setup.faults.iter().enumerate() {
        if !recording.faults().iter().any(|window| window.planned == index) {
            let told = if prepared.world.in_vain.contains(&fault.name) { &mut foretold } else { &mut others };
            told.push(format!("fault `{}` never struck ({} {})", fault.name, fault.kind, fault.intent));
        }
    }
    (foretold, others)
}

fn warnings(recording: &Recording, stop: Option<Stop>) -> Vec<String> {
    let mut warnings = Vec::new();
    let sampling = recording.sampling();
    if !sampling.is_complete() {
        warnings.push(format!(
            "`max-operations` was reached: per-request files hold one operation in {}, {} of {}",
            sampling.one_in, sampling.kept, sampling.total
        ));
    }
    for workload in 0..recording.cast().workloads.len() {
        let turned_away = recording.turned_away(workload);
        if turned_away > 0 {
            let name = recording.cast().workload_name(workload);
            warnings.push(format!(
                "`{name}` had no client free for {turned_away} operations, which were never sent: more than {} were under \
                 way or had ended unknown", SESSIONS_MAX - 1
            ));
        }
    }
    if let Some(Stop::Limit(limit)) = stop {
        warnings.push(format!("stopped at {} by the limit `{}`: {limit}", recording.end(), limit.name()));
    }
    warnings
}
