//! The space-time diagram of the last moments before a violation: who told whom what, and which of it could have had a part.
//!
//! The run is gone through once more in a world whose messages have names ([`tagged`]), so that every arrow is one message and
//! not two that look alike.

mod story;
mod tagged;

pub use story::{Noted, Sort, Step, Story};
pub use tagged::Tag;

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{NodeId, Time};
use crate::report::charts::{
    SpaceTimeArrow, SpaceTimeEnd, SpaceTimeInput, SpaceTimeLine, SpaceTimeMark, SpaceTimeStep, space_time,
};
use crate::report::html::Figure;
use crate::sim::Lifecycle;
use crate::systems::Custom;

use super::figures;
use super::prepare::Prepared;

/// Messages of the causal past that are shown, the last ones.
const CAUSAL_MAX: usize = 40;
/// Other messages that are shown beside them.
const OTHERS_MAX: usize = 12;
/// Turns of the run before these moments that are shown: leaderships, crashes and boots.
const TURNS_MAX: usize = 14;

/// The diagram of what led to `moment`; `about` says what went wrong there. `None` if nothing happened.
pub fn diagram<X: Custom>(prepared: &Prepared<X>, moment: Time, about: &str) -> Option<Figure> {
    let story = Story::until(prepared, moment);
    let last = last_step(&story, moment)?;
    let clients: BTreeSet<NodeId> = prepared.world.workloads.iter().map(|workload| workload.node).collect();
    let shown = Shown::of(&story, last, &clients);
    let name = |node: NodeId| prepared.world.setup.nodes[node.index()].name.to_string();
    let subtitle = format!("{}, seed {}: {about}", prepared.name, prepared.world.setup.seed);
    Some(figures::space_time(space_time(&shown.input(&story, subtitle, &name))))
}

/// The step at which it went wrong: the last of that moment that meant something, else the last.
fn last_step(story: &Story, moment: Time) -> Option<usize> {
    let of_moment = || story.steps.iter().enumerate().rev().take_while(|(_, step)| step.at == moment);
    let telling = of_moment().find(|(_, step)| !step.notes.is_empty() || step.life.is_some());
    telling.or_else(|| of_moment().next()).map(|(index, _)| index).or(story.steps.len().checked_sub(1))
}

/// What is drawn of a story.
struct Shown {
    last: usize,
    past: Vec<bool>,
    /// The steps, ascending.
    steps: BTreeSet<usize>,
    /// From the first of these on messages are shown, too.
    from: usize,
    messages: Vec<Message>,
    left_out: usize,
}

/// A message.
#[derive(Clone, Copy)]
struct Message {
    sent: usize,
    to: NodeId,
    name: &'static str,
    tag: Tag,
    /// The step at which it arrived; of one that was doubled the first.
    received: Option<usize>,
    is_causal: bool,
}

impl Shown {
    fn of(story: &Story, last: usize, clients: &BTreeSet<NodeId>) -> Shown {
        let past = story.past(last);
        let mut received: BTreeMap<Tag, usize> = BTreeMap::new();
        for (index, step) in story.steps.iter().enumerate().take(last + 1) {
            if let Some(tag) = step.received {
                received.entry(tag).or_insert(index);
            }
        }
        let all: Vec<Message> = story.steps[..=last]
            .iter()
            .enumerate()
            .flat_map(|(sent, step)| {
                let message = |(tag, to, name): &(Tag, NodeId, &'static str)| {
                    let received = received.get(tag).copied();
                    let is_causal = received.is_some_and(|received| past[received]);
                    Message { sent, to: *to, name, tag: *tag, received, is_causal }
                };
                step.sent.iter().map(message).collect::<Vec<_>>()
            })
            .collect();
        // What reached the violation last tells most: by when it arrived.
        // Clients that are sent from one node to the next are in the past of all that comes after, and had no part in it.
        let is_chatter = |message: &Message| {
            let ends = [Some(message.sent), message.received].into_iter().flatten();
            let is_of_client = clients.contains(&message.to) || clients.contains(&message.tag.sender);
            is_of_client && ends.map(|end| &story.steps[end]).all(|step| step.notes.is_empty())
        };
        let causal = all.iter().filter(|message| message.is_causal && !is_chatter(message));
        let mut causal: Vec<Message> = causal.copied().collect();
        causal.sort_by_key(|message| message.received);
        let kept = causal.split_off(causal.len().saturating_sub(CAUSAL_MAX));
        let from = kept.iter().map(|message| message.sent).min().unwrap_or(last);
        let others =
            all.iter().filter(|message| !message.is_causal && message.sent >= from && !is_chatter(message));
        // Those that were lost on the way from the causal past say more than those that arrived too late to matter.
        let mut others: Vec<Message> = others.copied().collect();
        others.sort_by_key(|message| {
            (!past[message.sent], message.received.is_some(), std::cmp::Reverse(message.sent))
        });
        let of_window = all.iter().filter(|message| message.sent >= from).count();
        others.truncate(OTHERS_MAX);
        let messages: Vec<Message> = kept.into_iter().chain(others).collect();
        let left_out = of_window - messages.len();
        let is_turn =
            |step: &Step| step.life.is_some() || step.notes.iter().any(|note| note.sort == Sort::Leadership);
        let turns = story.steps[..from]
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, step)| is_turn(step) && step.at > Time::ZERO);
        let turns: Vec<usize> = turns.map(|(index, _)| index).take(TURNS_MAX).collect();
        let telling = |index: &usize| {
            let step = &story.steps[*index];
            is_turn(step) || (past[*index] && step.notes.iter().any(|note| note.sort == Sort::Commit))
        };
        let mut steps: BTreeSet<usize> = turns.into_iter().chain((from..=last).filter(telling)).collect();
        steps.extend(messages.iter().flat_map(|message| [Some(message.sent), message.received]).flatten());
        steps.insert(last);
        Shown { last, past, steps, from, messages, left_out }
    }

    fn input(&self, story: &Story, subtitle: String, name: &dyn Fn(NodeId) -> String) -> SpaceTimeInput {
        let nodes: BTreeSet<NodeId> = self
            .steps
            .iter()
            .map(|step| story.steps[*step].node)
            .chain(self.messages.iter().map(|message| message.to))
            .collect();
        let nodes: Vec<NodeId> = nodes.into_iter().collect();
        let line =
            |node: NodeId| nodes.iter().position(|one| *one == node).expect("every node shown has a line");
        let place: BTreeMap<usize, usize> =
            self.steps.iter().enumerate().map(|(place, step)| (*step, place)).collect();
        let steps = self.steps.iter().map(|index| {
            let step = &story.steps[*index];
            SpaceTimeStep {
                line: line(step.node),
                at_ns: step.at.0,
                mark: mark(step),
                label: label(step),
                tip: tip(step, name),
                is_past: self.past[*index],
                is_apart: *index >= self.from,
            }
        });
        let arrow = |message: &Message| SpaceTimeArrow {
            from: place[&message.sent],
            to: line(message.to),
            end: match message.received.and_then(|received| place.get(&received)) {
                Some(received) => SpaceTimeEnd::Arrives(*received),
                None if story.under_way.contains(&message.tag) => SpaceTimeEnd::UnderWay,
                None => SpaceTimeEnd::Lost,
            },
            tip: format!("{} from {} to {}", message.name, name(message.tag.sender), name(message.to)),
            is_causal: message.is_causal,
        };
        let down = |node: &NodeId| {
            // Whether it was up when the first step shown was taken: its last change of life before says so.
            let first = *self.steps.first().expect("the last step is shown");
            let before =
                story.steps[..first].iter().rev().find(|step| step.node == *node && step.life.is_some());
            let life = before.and_then(|step| step.life);
            matches!(life, Some(Lifecycle::Crashed | Lifecycle::DiskLost))
        };
        let lines = nodes.iter().map(|node| SpaceTimeLine { name: name(*node), is_down: down(node) });
        let mut left_out = Vec::new();
        if self.left_out > 0 {
            left_out.push(format!("{} other messages of these moments are left out", self.left_out));
        }
        if self.from > 0 {
            left_out.push("before them only crashes, boots and leaderships are shown".to_owned());
        }
        SpaceTimeInput {
            subtitle,
            lines: lines.collect(),
            steps: steps.collect(),
            arrows: self.messages.iter().map(arrow).collect(),
            violation: place[&self.last],
            left_out: left_out.join("; "),
        }
    }
}

fn mark(step: &Step) -> SpaceTimeMark {
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

/// The most telling of what a step meant, or what it was.
fn label(step: &Step) -> String {
    if step.life.is_some() {
        return step.name.to_owned();
    }
    let telling = step.notes.iter().max_by_key(|note| note.sort);
    telling.map_or_else(|| step.name.to_owned(), |note| note.short.clone())
}

fn tip(step: &Step, name: &dyn Fn(NodeId) -> String) -> String {
    let notes: Vec<&str> = step.notes.iter().map(|note| note.words.as_str()).collect();
    let what = match step.received {
        Some(tag) => format!("{} from {}", step.name, name(tag.sender)),
        None => step.name.to_owned(),
    };
    let notes = if notes.is_empty() { String::new() } else { format!(": {}", notes.join(", ")) };
    format!("{} at {}: {what}{notes}", name(step.node), super::repro::exact(step.at))
}
