//! The state of every node at a moment of a run, in text and as JSON.

use serde_json::{Map, Value, json};

use crate::kernel::{Description, Message, NodeId, Said, Time};
use crate::sim::{Arriving, NodeState, Sim, Stop};
use crate::systems::{Custom, Role, Wire};

use super::outputs::hexadecimal;
use super::page::grouped;
use super::prepare::Prepared;

/// Up to when a run goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// Up to all that happens at this time.
    Time(Time),
    /// Up to this event, counted from 1.
    Event(u64),
}

/// The state of every node.
pub struct States<'a, X: Custom> {
    prepared: &'a Prepared<X>,
    /// The time.
    pub now: Time,
    /// Events handled.
    pub events: u64,
    /// The digest over them.
    pub digest: u64,
    /// Whether the run is over: it ends before what was asked for.
    pub is_over: bool,
    nodes: Vec<NodeState<Wire<X::Message>>>,
    in_force: Vec<(usize, usize)>,
}

impl<'a, X: Custom> States<'a, X> {
    /// Those of a run that goes as far as this.
    pub fn at(prepared: &'a Prepared<X>, until: Until) -> States<'a, X> {
        let mut sim: Sim<Role<X>, ()> = Sim::new(prepared.world.setup.clone(), ());
        let stop: Option<Stop> = match until {
            // The boots of the start are events, too.
            Until::Event(event) => sim.run(event.saturating_sub(sim.events())),
            Until::Time(time) => {
                sim.mark(time);
                loop {
                    let stop = sim.run(u64::MAX);
                    if stop.is_some() || sim.is_at_mark() {
                        break stop;
                    }
                }
            }
        };
        let (now, nodes, in_force) = (sim.now(), sim.states(), sim.strikes_in_force());
        States {
            prepared,
            now,
            events: sim.events(),
            digest: sim.digest(),
            is_over: stop.is_some(),
            nodes,
            in_force,
        }
    }

    fn name(&self, node: NodeId) -> &str {
        &self.prepared.world.setup.nodes[node.index()].name
    }

    fn timer(&self, node: usize, index: u32) -> &'static str {
        Role::<X>::timer_word(&self.prepared.world.setup.nodes[node].config, index)
    }

    fn faults(&self) -> Vec<&str> {
        let name = |(_, planned): &(usize, usize)| self.prepared.world.setup.faults[*planned].name.as_str();
        self.in_force.iter().map(name).collect()
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!("at {}, after {} events", self.now.exact(), grouped(self.events));
        out += if self.is_over { ": the run is over\n" } else { "\n" };
        if !self.in_force.is_empty() {
            out += &format!("faults in force: {}\n", self.faults().join(", "));
        }
        for (index, state) in self.nodes.iter().enumerate() {
            out += &format!("\n{}  {}\n", self.name(NodeId(index as u32)), life(state));
            for (name, said) in state.process.iter().flat_map(Description::iter) {
                self.line(name, said, &mut out);
            }
            let timers: Vec<String> = state
                .timers
                .iter()
                .map(|(timer, at)| {
                    format!("{} ({timer}) in {}", self.timer(index, *timer), at.since(self.now))
                })
                .collect();
            many("timers", &timers, &mut out);
            many("disk", &disk(state), &mut out);
            let arriving = |one: &Arriving<Wire<X::Message>>| {
                let due = if one.at <= self.now {
                    "held".to_owned()
                } else {
                    format!("in {}", one.at.since(self.now))
                };
                format!("{} from {} {due}", one.message.name(), self.name(one.from))
            };
            many("arriving", &state.arriving.iter().map(arriving).collect::<Vec<_>>(), &mut out);
        }
        out
    }

    fn line(&self, name: &str, said: &Said, out: &mut String) {
        match said {
            Said::Many(values) => {
                many(name, &values.iter().map(|value| self.word(value)).collect::<Vec<_>>(), out)
            }
            Said::Nothing
            | Said::Truth(_)
            | Said::Number(_)
            | Said::Word(_)
            | Said::Node(_)
            | Said::Of(_) => {
                out.push_str(&format!("  {name:<16} {}\n", self.word(said)));
            }
        }
    }

    fn word(&self, said: &Said) -> String {
        match said {
            Said::Nothing => "-".to_owned(),
            Said::Truth(truth) => if *truth { "yes" } else { "no" }.to_owned(),
            Said::Number(number) => number.to_string(),
            Said::Word(word) => word.clone(),
            Said::Node(node) => self.name(*node).to_owned(),
            Said::Many(values) => values.iter().map(|value| self.word(value)).collect::<Vec<_>>().join(", "),
            Said::Of(description) => {
                let parts = description.iter().map(|(name, said)| match said {
                    Said::Node(_) if name == "node" => self.word(said),
                    _ => format!("{name} {}", self.word(said)),
                });
                parts.collect::<Vec<_>>().join("  ")
            }
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let node = |(index, state): (usize, &NodeState<Wire<X::Message>>)| {
            let timer = |(timer, at): &(u32, Time)| json!({ "name": self.timer(index, *timer), "timer": timer, "at_ns": at.0 });
            let area = |area: &crate::storage::AreaState| json!({ "area": area.area.0, "first": area.first, "end": area.end, "unsynced_writes": area.unsynced });
            let arriving = |one: &Arriving<Wire<X::Message>>| {
                json!({
                    "name": one.message.name(), "from": self.name(one.from), "at_ns": one.at.0,
                    "bytes": one.message.size(),
                })
            };
            json!({
                "node": self.name(NodeId(index as u32)),
                "up": state.is_up,
                "paused": state.is_paused,
                "boots": state.boots,
                "state": state.process.as_ref().map(|process| self.object(process)),
                "timers": state.timers.iter().map(timer).collect::<Vec<_>>(),
                "disk": {
                    "areas": state.disk.areas.iter().map(area).collect::<Vec<_>>(),
                    "syncs": state.disk.syncs.iter().map(|(token, due)| json!({ "token": token.0, "due_ns": due.0 }))
                        .collect::<Vec<_>>(),
                },
                "arriving": state.arriving.iter().map(arriving).collect::<Vec<_>>(),
            })
        };
        json!({
            "at_ns": self.now.0,
            "events": self.events,
            "digest": hexadecimal(self.digest),
            "is_over": self.is_over,
            "faults_in_force": self.faults(),
            "nodes": self.nodes.iter().enumerate().map(node).collect::<Vec<_>>(),
        })
    }

    fn object(&self, description: &Description) -> Value {
        let fields = description.iter().map(|(name, said)| (name.to_owned(), self.value(said)));
        Value::Object(fields.collect::<Map<_, _>>())
    }

    fn value(&self, said: &Said) -> Value {
        match said {
            Said::Nothing => Value::Null,
            Said::Truth(truth) => json!(truth),
            Said::Number(number) => json!(number),
            Said::Word(word) => json!(word),
            Said::Node(node) => json!(self.name(*node)),
            Said::Many(values) => values.iter().map(|value| self.value(value)).collect(),
            Said::Of(description) => self.object(description),
        }
    }
}

/// `up, boot 3`.
fn life<M>(state: &NodeState<M>) -> String {
    let life = match (state.is_up, state.is_paused) {
        (false, _) => "down",
        (true, true) => "paused",
        (true, false) => "up",
    };
    match state.held {
        0 => format!("{life}, boot {}", state.boots),
        held => format!("{life}, boot {}, {held} events held", state.boots),
    }
}

fn disk<M>(state: &NodeState<M>) -> Vec<String> {
    let area = |area: &crate::storage::AreaState| {
        let unsynced =
            if area.unsynced > 0 { format!(", {} writes unsynced", area.unsynced) } else { String::new() };
        format!("area {}: records {}..{}{unsynced}", area.area.0, area.first, area.end)
    };
    let mut lines: Vec<String> = state.disk.areas.iter().map(area).collect();
    if !state.disk.syncs.is_empty() {
        lines.push(format!("{} syncs under way", state.disk.syncs.len()));
    }
    lines
}

/// A name, and a line each.
fn many(name: &str, lines: &[String], out: &mut String) {
    for (position, line) in lines.iter().enumerate() {
        let name = if position == 0 { name } else { "" };
        out.push_str(&format!("  {name:<16} {line}\n"));
    }
}
