//! What single-decree Paxos did, step by step: ballots.csv for programs and ballots.txt for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::kernel::{NodeId, Time};
use crate::model::history::Outcome;
use crate::model::membership::Slots;
use crate::model::note::Asked;
use crate::model::op::{Answer, Op, Reading, Value};
use crate::model::synod::{Ballot, SynodNote};
use crate::run::cast::Cast;
use crate::run::decree::DecreeStep;
use crate::run::operation::Recorded;
use crate::run::recording::Recording;

use super::formats::BALLOTS;
use super::table::{Key, Table};

/// The file that tells people, ballot by ballot, what single-decree Paxos did.
pub const BALLOTS_TEXT: &str = "ballots.txt";

/// The nodes of the system that a node is of, in order: a slot is the rank among them.
fn group(cast: &Cast, node: NodeId) -> Vec<NodeId> {
    let system = cast.nodes[node.index()].system;
    let nodes = (0..).map(NodeId).zip(&cast.nodes);
    nodes.filter(|(_, one)| one.system == system).map(|(id, _)| id).collect()
}

/// Names of slots in the system that a node is of.
fn named(cast: &Cast, node: NodeId) -> impl Fn(usize) -> String + '_ {
    let nodes = group(cast, node);
    move |slot| nodes.get(slot).map_or_else(String::new, |node| cast.node_name(*node).to_owned())
}

/// Writes ballots.csv.
pub(super) fn ballots(out: &mut dyn Write, key: &Key, recording: &Recording) -> io::Result<()> {
    let mut table = Table::new(out, key, &BALLOTS)?;
    let cast = recording.cast();
    for DecreeStep { at, node, note } in &recording.decree().kept {
        let name = named(cast, *node);
        let ballot = note.ballot();
        let facts = Facts::of(note);
        let text = |ballot: Ballot| ballot.some().map_or_else(String::new, |ballot| ballot.to_string());
        let row = table.row(key)?.nanoseconds(*at)?.text(cast.node_name(*node))?;
        let row = row.text(cast.system_of(*node))?.text(&text(ballot))?;
        let row = row.text(&ballot.some().map_or_else(String::new, |ballot| name(ballot.slot())))?;
        let row = row.text(note.name())?.integer(facts.value.map(|value| u64::from(value.0)))?;
        let row = row.text(&text(facts.other))?;
        let promised_by: Vec<String> = facts.promised_by.iter().map(&name).collect();
        row.text(&promised_by.join(" "))?.integer(facts.wait_ns)?.end()?;
    }
    table.end()
}

/// What a note tells beside its ballot.
#[derive(Default)]
struct Facts {
    value: Option<Value>,
    other: Ballot,
    promised_by: Slots,
    wait_ns: Option<u64>,
}

impl Facts {
    fn of(note: &SynodNote) -> Facts {
        let none = Facts::default();
        let vote = |(other, value): (Ballot, Value)| Facts {
            value: other.some().map(|_| value),
            other,
            ..Facts::default()
        };
        match *note {
            SynodNote::Prepared { .. } => none,
            SynodNote::Remembers { accepted, .. } | SynodNote::Promised { accepted, .. } => vote(accepted),
            SynodNote::Refused { promised, .. } => Facts { other: promised, ..none },
            SynodNote::Proposed { value, adopted, promised_by, .. } => {
                Facts { value: Some(value), other: adopted, promised_by, ..none }
            }
            SynodNote::FoundNothing { promised_by, .. } => Facts { promised_by, ..none },
            SynodNote::Accepted { value, .. } | SynodNote::Learned { value, .. } => {
                Facts { value: Some(value), ..none }
            }
            SynodNote::GaveUp { higher, wait, .. } => Facts { other: higher, wait_ns: Some(wait.0), ..none },
        }
    }
}

/// Writes ballots.txt: for each system what became of each ballot, and then every step.
pub(super) fn story(out: &mut dyn Write, recording: &Recording) -> io::Result<()> {
    let cast = recording.cast();
    let steps = recording.decree();
    let mut systems: Vec<_> = steps.kept.iter().map(|step| cast.nodes[step.node.index()].system).collect();
    systems.sort_unstable();
    systems.dedup();
    for (count, system) in systems.into_iter().enumerate() {
        if count > 0 {
            writeln!(out)?;
        }
        let of_system = steps
            .kept
            .iter()
            .filter(|step| cast.nodes[step.node.index()].system == system)
            .collect::<Vec<_>>();
        let nodes = group(cast, of_system[0].node);
        let names: Vec<&str> = nodes.iter().map(|node| cast.node_name(*node)).collect();
        writeln!(out, "{}: single-decree Paxos on {}", cast.system_name(system), names.join(", "))?;
        writeln!(out, "Ballot R.N is that of round R of the N-th node.\n")?;
        outcomes(out, &of_system, &nodes, &names)?;
        writeln!(out)?;
        let asked = recording.asked_of(system).into_iter().flat_map(|(_, one)| of_client(cast, &one));
        let told = of_system.iter().map(|step| {
            let DecreeStep { at, node, note } = step;
            (*at, format!("{} {}  {}", mark(note), cast.node_name(*node), note.words(&named(cast, *node))))
        });
        let mut lines: Vec<(Time, String)> = told.chain(asked).collect();
        lines.sort_by_key(|(at, _)| *at);
        for (at, line) in lines {
            writeln!(out, "{:>14}  {line}", milliseconds(at))?;
        }
    }
    if steps.left_out > 0 {
        writeln!(out, "\n{} more steps are left out.", steps.left_out)?;
    }
    Ok(())
}

/// What a client asked and was told; the first steps, as those of nodes are kept.
fn of_client(cast: &Cast, one: &Recorded) -> Vec<(Time, String)> {
    let Asked::Store(op) = one.asked else { return Vec::new() };
    let client = cast.node_name(one.session.node);
    let asks = match op {
        Op::Propose { value, .. } => format!("proposes {}", value.0),
        Op::Read { .. } => "asks what is chosen".to_owned(),
        Op::Write { .. } | Op::Append { .. } | Op::Cas { .. } => return Vec::new(),
    };
    let held = |held: Reading| match held.length {
        0 => "nothing is chosen".to_owned(),
        _ => format!("{} is chosen", held.last.0),
    };
    let told = match one.outcome {
        Outcome::Ok(Answer::Done) => "its value is chosen".to_owned(),
        Outcome::Ok(Answer::Read(reading) | Answer::Mismatch(reading)) => held(reading),
        Outcome::Fail(reason) | Outcome::Unknown(reason) => format!("nothing ({})", reason.name()),
    };
    let number = one.number;
    let asks = (one.invoked, format!("   {client}  {asks} (operation {number})"));
    vec![asks, (one.returned, format!("   {client}  is told: {told} (operation {number})"))]
}

/// To the microsecond.
fn milliseconds(at: Time) -> String {
    let micros = at.0 / 1_000;
    format!("{}.{:03} ms", micros / 1_000, micros % 1_000)
}

/// Which phase of the protocol a step is of.
fn mark(note: &SynodNote) -> &'static str {
    match note {
        SynodNote::Prepared { .. } => "1a",
        SynodNote::Promised { .. } => "1b",
        SynodNote::Proposed { .. } => "2a",
        SynodNote::Accepted { .. } => "2b",
        SynodNote::Remembers { .. }
        | SynodNote::Refused { .. }
        | SynodNote::FoundNothing { .. }
        | SynodNote::Learned { .. }
        | SynodNote::GaveUp { .. } => "  ",
    }
}

/// What became of a ballot.
#[derive(Default)]
struct Fate {
    promised: Slots,
    proposed: Option<(Value, Ballot)>,
    accepted: Slots,
    chosen: bool,
    found_nothing: bool,
    given_up_for: Option<Ballot>,
    /// Its proposer learned what was chosen while it was under way.
    is_needless: bool,
}

/// A table with a line a ballot.
fn outcomes(out: &mut dyn Write, steps: &[&DecreeStep], nodes: &[NodeId], names: &[&str]) -> io::Result<()> {
    let mut ballots: BTreeMap<Ballot, Fate> = BTreeMap::new();
    for DecreeStep { node, note, .. } in steps {
        if matches!(note, SynodNote::Remembers { .. }) {
            continue;
        }
        let of = ballots.entry(note.ballot()).or_default();
        let slot = nodes.iter().position(|one| one == node).expect("a step is of a node of the system");
        match *note {
            SynodNote::Promised { .. } => of.promised.add(slot),
            SynodNote::Proposed { value, adopted, .. } => of.proposed = Some((value, adopted)),
            SynodNote::Accepted { .. } => of.accepted.add(slot),
            SynodNote::Learned { .. } => {
                of.chosen = true;
                let own = ballots.iter_mut().filter(|(ballot, _)| ballot.slot() == slot);
                own.for_each(|(_, of)| of.is_needless = true);
            }
            SynodNote::FoundNothing { .. } => of.found_nothing = true,
            SynodNote::GaveUp { higher, .. } => of.given_up_for = Some(higher),
            SynodNote::Prepared { .. } | SynodNote::Refused { .. } | SynodNote::Remembers { .. } => {}
        }
    }
    let width = names.iter().map(|name| name.len()).max().unwrap_or(0).max("proposer".len());
    writeln!(
        out,
        "{:>8}  {:width$}  {:>8}  {:>10}  {:>8}  outcome",
        "ballot", "proposer", "promises", "value", "accepted"
    )?;
    for (ballot, of) in ballots {
        let proposer = names.get(ballot.slot()).copied().unwrap_or_default();
        let value = of.proposed.map_or_else(|| "-".to_owned(), |(value, _)| value.0.to_string());
        let (promised, accepted) = (of.promised.len(), of.accepted.len());
        writeln!(
            out,
            "{:>8}  {proposer:width$}  {promised:>8}  {value:>10}  {accepted:>8}  {}",
            ballot.to_string(),
            of.words()
        )?;
    }
    Ok(())
}

impl Fate {
    fn words(&self) -> String {
        let of = match self.proposed {
            Some((_, adopted)) if adopted != Ballot::NONE => format!(" (the value of ballot {adopted})"),
            Some(_) | None => String::new(),
        };
        let what = match (self.chosen, self.found_nothing, self.given_up_for) {
            (true, _, _) => "chosen".to_owned(),
            (false, true, _) => "found that nothing was chosen".to_owned(),
            (false, false, Some(Ballot::NONE)) => "given up: too few answered".to_owned(),
            (false, false, Some(higher)) => format!("given up for ballot {higher}"),
            (false, false, None) if self.is_needless => {
                "not needed: its proposer learned what is chosen".to_owned()
            }
            (false, false, None) => "its proposer crashed, or it was under way at the end".to_owned(),
        };
        what + &of
    }
}
