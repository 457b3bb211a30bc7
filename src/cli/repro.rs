//! `seedbed repro`: does a run again from its folder, or from a capsule, and says where it parts.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use crate::hunt::{self, Capsule, FailedCheck, Violation};
use crate::kernel::Time;
use crate::run::outputs::hexadecimal;
use crate::run::page::grouped;
use crate::run::prepare::{Prepared, prepare};
use crate::run::repro::{Difference, Parting, Recorded, ReproError, TracedEvent, find, locate, told_apart};
use crate::run::states::{States, Until};
use crate::run::trace::{Passed, pass};
use crate::scenario::{LoadOptions, Scenario, Sweep, load, render};
use crate::spec::{Decode, Decoder, units};
use crate::systems::Custom;

use super::run::arguments::said;
use super::{Exit, Failure, Format, Terminal};

/// Do a run again and compare every event
#[derive(Args, Debug)]
pub struct Repro {
    /// A run: its id, its folder outputs/NAME/RUN, or a file in it; one that was cut short, RUN.partial, is done again as far
    /// as it came. Or a capsule: the capsule.json that `hunt` wrote, or its folder
    #[arg(value_name = "CAPSULE|RUN")]
    run: PathBuf,
    /// Of a capsule: the scenario that was hunted, and not what was left of it
    #[arg(long)]
    original: bool,
    /// Go only as far as a time, 84s, or an event, event:13001; with --dump
    #[arg(long, value_name = "T|event:N", value_parser = until, requires = "dump")]
    until: Option<Until>,
    /// Show every node's state at --until, or at the end: its protocol's, its timers, its disk, what is on the way to it
    #[arg(long)]
    dump: bool,
    /// The folder of results, in which an id is looked for
    #[arg(short, long, value_name = "DIR", default_value = "outputs")]
    out: PathBuf,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Events of this build that are shown when no stored trace tells the first that differs.
const SHOWN: usize = 5;

impl Repro {
    pub(super) fn run<X: Custom>(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let Some(Replayed { recorded, prepared, failure }) = self.replayed::<X>(terminal)? else {
            return Ok(Exit::Invalid);
        };
        if !recorded.is_of_this_version() {
            terminal.say(&format!(
                "warning: the run was made by seedbed {} (model {}): it may go another way here",
                recorded.crate_version, recorded.model_version
            ));
        }
        if self.dump {
            return self.dump(&recorded, &prepared, terminal);
        }
        let replay = pass(&prepared, recorded.events_max());
        let parting = match recorded.interval(&replay) {
            None => None,
            Some(interval) => Some(locate(&recorded, &prepared, interval).map_err(refuse)?),
        };
        match self.format {
            Format::Text => {
                let again = failure.as_ref().map(|failure| failure.text(&prepared));
                let text = text(&recorded, &replay, parting.as_ref()) + &again.unwrap_or_default();
                terminal.print(&text)?;
            }
            Format::Json => {
                let mut document = json(&recorded, &replay, parting.as_ref());
                document["check"] = failure.as_ref().map(|failure| failure.json(&prepared)).into();
                terminal.print_json(&document)?;
            }
        }
        Ok(if parting.is_none() { Exit::Passed } else { Exit::Diverged })
    }
}

/// A run to be done again.
struct Replayed<X: Custom> {
    recorded: Recorded,
    prepared: Prepared<X>,
    /// Of a capsule: the check that failed.
    failure: Option<Failed>,
}

/// A check that failed when a capsule was made.
struct Failed(FailedCheck);

impl Failed {
    /// What becomes of it now.
    fn again<X: Custom>(&self, prepared: &Prepared<X>) -> Option<Violation> {
        let Failed(check) = self;
        let executed = hunt::run(prepared.clone(), &|| false).expect("nothing interrupts it");
        let is_it = |violation: &Violation| {
            let wanted = &violation.wanted;
            (&wanted.check, &wanted.kind, &wanted.about) == (&check.name, &check.kind, &check.about)
        };
        hunt::violations(&executed).into_iter().find(is_it)
    }

    fn text<X: Custom>(&self, prepared: &Prepared<X>) -> String {
        let Failed(FailedCheck { name, kind, about }) = self;
        match self.again(prepared) {
            Some(violation) => {
                let at = violation.at.map_or(String::new(), |at| format!(" at {}", at.exact()));
                let message = violation.message.replace('\n', "\n            ");
                format!("  violated  {name} ({kind}) of {about}{at}\n            {message}\n")
            }
            None => format!("  not violated any more: {name} ({kind}) of {about}\n"),
        }
    }

    fn json<X: Custom>(&self, prepared: &Prepared<X>) -> Json {
        let Failed(FailedCheck { name, kind, about }) = self;
        let again = self.again(prepared);
        json!({
            "name": name,
            "kind": kind,
            "about": about,
            "is_violated": again.is_some(),
            "message": again.map(|violation| violation.message),
        })
    }
}

impl Repro {
    /// Shows the state of every node.
    fn dump<X: Custom>(
        &self,
        recorded: &Recorded,
        prepared: &Prepared<X>,
        terminal: &mut Terminal,
    ) -> Result<Exit, Failure> {
        let states = States::at(prepared, self.until.unwrap_or(Until::Event(recorded.events_max())));
        match self.format {
            Format::Text => {
                terminal.print(&format!(
                    "{}  seed {}  {}",
                    recorded.scenario,
                    recorded.seed,
                    states.text()
                ))?;
            }
            Format::Json => {
                let mut document = states.json();
                document["scenario"] = recorded.scenario.clone().into();
                document["seed"] = recorded.seed.into();
                terminal.print_json(&document)?;
            }
        }
        if let Some(Until::Time(asked)) = self.until
            && asked > states.now
        {
            terminal.warn(&format!("the run is over at {}", states.now));
        }
        Ok(Exit::Passed)
    }

    /// What is to be done again; `None` once every mistake in its scenario has been told.
    fn replayed<X: Custom>(&self, terminal: &mut Terminal) -> Result<Option<Replayed<X>>, Failure> {
        if let Some((path, capsule)) = Capsule::find(&self.run).map_err(refuse)? {
            let run = if self.original { &capsule.original } else { &capsule.shrunk };
            let mut recorded = capsule.recorded(run, &path).map_err(refuse)?;
            let failure = Some(Failed(capsule.check.clone()));
            return Ok(match capsule.prepare(run) {
                Ok(prepared) => {
                    // What is left of a scenario has a name and a seed of its own.
                    (recorded.scenario, recorded.seed) = (prepared.name.clone(), prepared.world.setup.seed);
                    Some(Replayed { recorded, prepared, failure })
                }
                Err(mistakes) => {
                    terminal.say(mistakes.trim_end());
                    None
                }
            });
        }
        if self.original {
            let message = format!("{}: --original is of a capsule, and this is none", self.run.display());
            return Err(Failure::new(Exit::Invalid, message).help("name the capsule.json that `hunt` wrote"));
        }
        let folder = find(&self.run, &self.out).map_err(refuse)?;
        let recorded = Recorded::read(&folder).map_err(refuse)?;
        let prepared = plan::<X>(&recorded, terminal)?;
        Ok(prepared.map(|prepared| Replayed { recorded, prepared, failure: None }))
    }
}

fn refuse(error: ReproError) -> Failure {
    let (exit, help) = match &error {
        ReproError::NoRun { help, .. } => (Exit::Invalid, help.as_str()),
        ReproError::Unreadable { .. } | ReproError::Malformed { .. } => {
            (Exit::InputOutput, "name the folder of a run: outputs/NAME/RUN")
        }
        ReproError::Capsule { .. } => (Exit::InputOutput, "name the capsule.json that `hunt` wrote"),
        ReproError::Altered { .. } => (Exit::InputOutput, "make the run again from its scenario"),
    };
    Failure::new(exit, error.to_string()).help(help)
}

/// Plans the run from its resolved scenario; `None` once every mistake has been told.
fn plan<X: Custom>(recorded: &Recorded, terminal: &mut Terminal) -> Result<Option<Prepared<X>>, Failure> {
    let scenario = recorded.resolved().map_err(refuse)?;
    let mut loaded = load(&scenario, &LoadOptions::default());
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let files = recorded.kept_files();
    let prepared = loaded.document.as_ref().and_then(|document| {
        let point = Sweep::new(document, &mut diagnostics)?.point(0);
        let scenario = Scenario::decode(&point.document, &mut Decoder::new(&mut diagnostics, &files))?;
        prepare(&recorded.scenario, &scenario, recorded.seed, recorded.limits(), &mut diagnostics, &files)
    });
    if prepared.is_none() {
        terminal.say(render(&loaded.sources, &diagnostics, terminal.color_stderr()).trim_end());
    }
    Ok(prepared)
}

fn text(recorded: &Recorded, replay: &Passed, parting: Option<&Parting>) -> String {
    let Recorded { scenario, seed, run_id, .. } = recorded;
    let of = if run_id.is_empty() { "capsule".to_owned() } else { format!("run {run_id}") };
    let mut out = format!("{scenario}  seed {seed}  {of}\n");
    let came_to = |events: u64, digest: u64| format!("{} events, digest {digest:016x}", grouped(events));
    let Some(parting) = parting else {
        let reach = match recorded.cut() {
            Some(word) => format!(" up to where it was cut ({word})"),
            None => String::new(),
        };
        return out + &format!("same{reach}: {}\n", came_to(replay.events, replay.digest));
    };
    let (first, last) = (grouped(*parting.interval.start()), grouped(*parting.interval.end()));
    let times = match parting.times() {
        Some((from, to)) => format!(" ({} to {})", from.exact(), to.exact()),
        None => String::new(),
    };
    out += &format!("diverged among events {first}..{last}{times}\n");
    out += &match &parting.first {
        Ok(Difference { number, stored, replayed }) => {
            let [stored, replayed] = told_apart(stored.as_ref(), replayed.as_ref());
            format!(
                "  first at event {}\n    stored    {stored}\n    replayed  {replayed}\n",
                grouped(*number)
            )
        }
        Err(reason) => {
            let events = parting.replayed.iter().take(SHOWN);
            let events: String = events.map(|event| format!("    {}\n", event.headline())).collect();
            let begins = if events.is_empty() { "" } else { "; here the interval begins with\n" };
            format!("  which event was the first is not known: {reason}{begins}{events}")
        }
    };
    out += &format!("  stored    {}\n", came_to(recorded.events, recorded.digest));
    out + &format!("  replayed  {}\n", came_to(replay.events, replay.digest))
}

fn json(recorded: &Recorded, replay: &Passed, parting: Option<&Parting>) -> Json {
    let line = |event: &TracedEvent| event.json().clone();
    let parted = parting.map(|parting| {
        let times = parting.times();
        let (event, reason, shown) = match &parting.first {
            Ok(Difference { number, stored, replayed }) => {
                let both = json!({
                    "number": number,
                    "stored": stored.as_ref().map(line),
                    "replayed": replayed.as_ref().map(line),
                });
                (Some(both), None, Vec::new())
            }
            Err(reason) => {
                let shown: Vec<Json> = parting.replayed.iter().take(SHOWN).map(line).collect();
                (None, Some(reason.to_string()), shown)
            }
        };
        json!({
            "first_event": parting.interval.start(),
            "last_event": parting.interval.end(),
            "from_ns": times.map(|(from, _)| from.0),
            "to_ns": times.map(|(_, to)| to.0),
            "event": event,
            "event_unknown_because": reason,
            "replayed_events": shown,
        })
    });
    json!({
        "scenario": recorded.scenario,
        "seed": recorded.seed,
        "run_id": Some(&recorded.run_id).filter(|id| !id.is_empty()),
        "verdict": if parting.is_none() { "same" } else { "diverged" },
        "stored": {
            "events": recorded.events,
            "digest": hexadecimal(recorded.digest),
            "stopped": recorded.stopped,
            "crate_version": recorded.crate_version,
            "model_version": recorded.model_version,
        },
        "replayed": { "events": replay.events, "digest": hexadecimal(replay.digest) },
        "parted": parted,
    })
}

/// Reads a time or an event.
fn until(text: &str) -> Result<Until, String> {
    if let Some(number) = text.strip_prefix("event:") {
        let number = number.parse::<u64>().ok().filter(|number| *number > 0);
        return number.map(Until::Event).ok_or_else(|| "events are counted from 1: event:13001".to_owned());
    }
    let time = units::duration(text).map_err(said)?;
    Ok(Until::Time(Time::ZERO + time))
}
