//! The space-time diagram of the last moments before a violation: who told whom what, and which of it could have had a part.
//!
//! The run is gone through once more in a world whose messages have names ([`tagged`]), so that every arrow is one message and
//! not two that look alike.

mod seen;
mod shown;
mod story;
mod subject;
mod tagged;
#[cfg(test)]
mod testing;

pub use story::{Fact, Noted, Sent, Sort, Step, Story};
pub use subject::{Asked, Subject};
pub use tagged::Tag;

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{Message, NodeId, Time};
use crate::model::log::LogIndex;
use crate::report::charts::{
    ChartInput, SpaceTimeArrow, SpaceTimeEnd, SpaceTimeInput, SpaceTimeLine, SpaceTimeMark, SpaceTimeStep,
    SpaceTimeWeight,
};
use crate::report::stored::StoredChart;
use crate::sim::Lifecycle;
use crate::systems::Custom;

use super::prepare::Prepared;
use seen::Seen;
use shown::Shown;

/// A violation that is to be drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violated<'a> {
    /// When it showed.
    pub at: Time,
    /// What is violated, such as `safety (agreement)`.
    pub what: String,
    /// What was found, in words; may be empty.
    pub message: &'a str,
    /// What it is about.
    pub subject: Subject,
    /// The run's id; empty if it has none.
    pub run: String,
}

impl Violated<'_> {
    /// One of which nothing is known but when.
    #[cfg(test)]
    pub fn at(at: Time) -> Violated<'static> {
        let (what, run) = ("something".to_owned(), String::new());
        Violated { at, what, message: "", subject: Subject::default(), run }
    }
}

/// The diagram of what led to a violation. `None` if nothing happened.
pub fn diagram<X: Custom>(prepared: &Prepared<X>, violated: &Violated<'_>) -> Option<StoredChart> {
    let Violated { at, what, message, subject, run } = violated;
    let story: Story<X::Message> = Story::until(prepared, *at);
    let clients: BTreeSet<NodeId> = prepared.world.workloads.iter().map(|workload| workload.node).collect();
    let shown = Shown::of(&story, *at, subject, &clients)?;
    let name = |node: NodeId| prepared.world.setup.nodes[node.index()].name.to_string();
    let seed = prepared.world.setup.seed;
    let subtitle = format!("{}, seed {seed}: {what} is violated at {}", prepared.name, at.exact());
    let (from, found) = (data(*at, run), (*message).to_owned());
    let input = Drawing { story: &story, shown: &shown, subject, name: &name }.input(subtitle, found);
    Some(StoredChart::new(None, &from, ChartInput::SpaceTime(input)))
}

/// What a reader who wants more than the diagram has.
fn data(at: Time, run: &str) -> String {
    let again = "the run, gone through once more";
    match run {
        "" => again.to_owned(),
        _ => {
            let until = at.exact().to_string().replace(' ', "");
            format!("{again}; seedbed repro {run} --until {until} --dump shows every node at that moment")
        }
    }
}

/// A story, and what of it is drawn.
struct Drawing<'a, X> {
    story: &'a Story<X>,
    shown: &'a Shown,
    subject: &'a Subject,
    name: &'a dyn Fn(NodeId) -> String,
}

impl<X: Message> Drawing<'_, X> {
    fn input(&self, subtitle: String, found: String) -> SpaceTimeInput {
        let (story, shown) = (self.story, self.shown);
        let nodes: BTreeSet<NodeId> = shown
            .steps
            .iter()
            .map(|step| story.steps[*step].node)
            .chain(shown.messages.iter().map(|message| message.to))
            .collect();
        let nodes: Vec<NodeId> = nodes.into_iter().collect();
        let line =
            |node: NodeId| nodes.iter().position(|one| *one == node).expect("every node shown has a line");
        let place: BTreeMap<usize, usize> =
            shown.steps.iter().enumerate().map(|(place, step)| (*step, place)).collect();
        let steps = shown.steps.iter().map(|index| {
            let step = &story.steps[*index];
            SpaceTimeStep {
                line: line(step.node),
                at_ns: step.at.0,
                mark: mark(step),
                label: self.label(*index),
                tip: self.tip(step),
                is_past: shown.past[*index],
                is_at_odds: shown.at_odds.contains(index),
                is_apart: *index >= shown.from,
            }
        });
        let lines =
            nodes.iter().map(|node| SpaceTimeLine { name: (self.name)(*node), is_down: self.is_down(*node) });
        SpaceTimeInput {
            subtitle,
            found,
            lines: lines.collect(),
            steps: steps.collect(),
            arrows: shown
                .messages
                .iter()
                .map(|message| self.arrow(message, &place, line(message.to)))
                .collect(),
            violation: place[&shown.last],
            left_out: self.left_out(),
        }
    }

    fn arrow(&self, message: &Seen, place: &BTreeMap<usize, usize>, to: usize) -> SpaceTimeArrow {
        let sent = &self.story.steps[message.sent].sent[message.number];
        let (kind, says) = (sent.message.name(), sent.message.says());
        let says = if says.is_empty() { says } else { format!(": {says}") };
        SpaceTimeArrow {
            from: place[&message.sent],
            to,
            end: match message.received.and_then(|received| place.get(&received)) {
                Some(received) => SpaceTimeEnd::Arrives(*received),
                None if self.story.under_way.contains(&message.tag) => SpaceTimeEnd::UnderWay,
                None => SpaceTimeEnd::Lost,
            },
            tip: format!(
                "{kind} from {} to {}{says}",
                (self.name)(message.tag.sender),
                (self.name)(message.to)
            ),
            weight: match (message.is_causal, message.is_of_subject) {
                (true, _) => SpaceTimeWeight::Causal,
                (false, true) => SpaceTimeWeight::Concerned,
                (false, false) => SpaceTimeWeight::Other,
            },
        }
    }

    /// Whether a node was down when the first step shown was taken: its last change of life before says so.
    fn is_down(&self, node: NodeId) -> bool {
        let first = *self.shown.steps.first().expect("the last step is shown");
        let before =
            self.story.steps[..first].iter().rev().find(|step| step.node == node && step.life.is_some());
        let life = before.and_then(|step| step.life);
        matches!(life, Some(Lifecycle::Crashed | Lifecycle::DiskLost))
    }

    fn left_out(&self) -> String {
        let mut left_out = Vec::new();
        if self.shown.left_out > 0 {
            let left_out_of = self.shown.left_out;
            left_out.push(format!("{left_out_of} other messages of these moments are left out"));
        }
        if self.shown.from > 0 {
            let entries = self.subject.entries();
            let shown = match entries.as_str() {
                "" => "crashes, boots and leaderships".to_owned(),
                entries => format!("crashes, boots, leaderships and what became of {entries}"),
            };
            left_out.push(format!("before them only {shown} are shown"));
        }
        left_out.join("; ")
    }

    /// The most telling of what a step meant, or what it was. What the violation is about is told at length.
    fn label(&self, index: usize) -> String {
        let step = &self.story.steps[index];
        if step.life.is_some() {
            return step.name.to_owned();
        }
        let concerns = |note: &&Noted| {
            note.fact.is_some_and(|fact| self.subject.is_touched(fact, LogIndex(0)))
                && !matches!(note.fact, Some(Fact::Commits(_) | Fact::Promises(_)))
        };
        if let Some(note) = step.notes.iter().find(concerns) {
            return note.words.clone();
        }
        let telling = step.notes.iter().max_by_key(|note| note.sort);
        telling.map_or_else(|| step.name.to_owned(), |note| note.short.clone())
    }

    fn tip(&self, step: &Step<X>) -> String {
        let notes: Vec<&str> = step.notes.iter().map(|note| note.words.as_str()).collect();
        let what = match step.received {
            Some(tag) => format!("{} from {}", step.name, (self.name)(tag.sender)),
            None => step.name.to_owned(),
        };
        let notes = if notes.is_empty() { String::new() } else { format!(": {}", notes.join(", ")) };
        format!("{} at {}: {what}{notes}", (self.name)(step.node), step.at.exact())
    }
}

fn mark<X>(step: &Step<X>) -> SpaceTimeMark {
    match step.life {
        Some(Lifecycle::Booted | Lifecycle::Resumed) => return SpaceTimeMark::Up,
        Some(Lifecycle::Crashed | Lifecycle::DiskLost | Lifecycle::Paused) => return SpaceTimeMark::Down,
        None => {}
    }
    match step.notes.iter().map(|note| note.sort).max() {
        Some(Sort::Leadership) => SpaceTimeMark::Leadership,
        Some(Sort::Commit) => SpaceTimeMark::Commit,
        Some(Sort::Plain) | None => SpaceTimeMark::Plain,
    }
}
