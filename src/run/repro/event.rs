//! Events read back from a trace, in words.

use serde_json::Value;

use crate::kernel::Time;
use crate::run::page::grouped;

/// An event as a line of a trace tells of it.
#[derive(Clone, PartialEq, Debug)]
pub struct TracedEvent(Value);

impl TracedEvent {
    /// Reads a line; `None` if it is not one of an event.
    pub(super) fn read(line: &[u8]) -> Option<TracedEvent> {
        let value: Value = serde_json::from_slice(line).ok()?;
        value.get("event")?.as_u64()?;
        Some(TracedEvent(value))
    }

    /// Counts the run's events from 1.
    pub fn number(&self) -> u64 {
        self.0["event"].as_u64().expect("a line of an event has its number")
    }

    /// When it happened.
    pub fn at(&self) -> Time {
        Time(self.0["at_ns"].as_u64().unwrap_or(0))
    }

    /// The whole line.
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// The digest after it.
    pub(super) fn digest(&self) -> &str {
        self.text("digest")
    }

    fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or("")
    }

    /// `event 13,001 at 3.210400112 s: message heartbeat from kv.1 to kv.2`.
    pub fn headline(&self) -> String {
        format!("event {} at {}: {}", grouped(self.number()), self.at().exact(), self.what())
    }

    /// What it was, its notes apart.
    fn what(&self) -> String {
        let [kind, node, from, name] = ["kind", "node", "from", "name"].map(|field| self.text(field));
        let number = |field: &str| self.0[field].as_u64().map_or(String::new(), |number| number.to_string());
        match kind {
            "message" => format!("message {name} from {from} to {node}"),
            "timer" => format!("timer {name} ({}) of {node}", number("timer")),
            "sync" | "work" => format!("{kind} {} of {node} done", number("token")),
            "fault" if self.0["missed"] == true => format!("fault {name} finds nothing to strike"),
            "fault" => format!("fault {name} strikes {}", self.text("resolved")),
            "fault-end" => format!("fault {name} ends (strike {})", number("strike")),
            "boot" => format!("{node} boots"),
            other => format!("{other} {node} {name}"),
        }
    }

    /// What it caused, in words.
    fn notes(&self) -> Vec<String> {
        let notes = self.0["notes"].as_array().map_or(&[][..], Vec::as_slice);
        notes.iter().map(words).collect()
    }
}

/// `committed index 5, prefix 00ff, term 2`.
fn words(note: &Value) -> String {
    let Some(fields) = note.as_object() else { return note.to_string() };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rest = fields.iter().filter(|(name, _)| *name != "note");
    let rest: Vec<String> = rest.map(|(name, value)| format!("{name} {}", plain(value))).collect();
    format!("{} {}", note["note"].as_str().unwrap_or(""), rest.join(", ")).trim_end().to_owned()
}

/// What tells two events of the same number apart, in words: what each was, or the first note that only one of them
/// has. `None` stands for a run that is over.
pub fn told_apart(stored: Option<&TracedEvent>, replayed: Option<&TracedEvent>) -> [String; 2] {
    let what = |event: Option<&TracedEvent>| {
        event.map_or("the run is over".to_owned(), |event| {
            format!("at {}: {}", event.at().exact(), event.what())
        })
    };
    let (Some(one), Some(other)) = (stored, replayed) else { return [what(stored), what(replayed)] };
    let whats = [what(stored), what(replayed)];
    if whats[0] != whats[1] {
        return whats;
    }
    let notes = [one.notes(), other.notes()];
    let same = notes[0].iter().zip(&notes[1]).take_while(|(one, other)| one == other).count();
    let [one, other] = notes.map(|notes| match notes.get(same) {
        Some(note) => format!("{}; it noted: {note}", whats[0]),
        None => format!("{}; it noted nothing{}", whats[0], if same > 0 { " more" } else { "" }),
    });
    if one == other {
        // A word has changed its number: nothing but the digest shows it.
        return [stored, replayed]
            .map(|event| format!("{}; digest {}", whats[0], event.map_or("", TracedEvent::digest)));
    }
    [one, other]
}
