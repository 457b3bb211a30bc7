//! Scripted interactions with replicas of any protocol: a file of commands with the exact output below each. `SEEDBED_BLESS=1` writes the files
//! anew.
//!
//! | command | what it does |
//! |---|---|
//! | `cluster N [option=value ..]` | boots servers 1 to N, and standbys; options as in `Script::cluster`, and the protocol's own |
//! | `tick S TIMER` | fires a timer of server S: `election`, `heartbeat`, `check-quorum`, `retransmit-2` |
//! | `wait MS` | lets milliseconds pass, and fires nothing |
//! | `deliver A->B [N]` | delivers what is under way from A to B, or its first N messages; `*` is any server |
//! | `repeat A->B` | delivers the same and leaves it under way |
//! | `drop A->B` | loses it |
//! | `sync S` | finishes the sync under way at S |
//! | `settle` | delivers all messages and finishes all syncs until nothing is under way; prints notes only |
//! | `propose S OP [as SLOT.SEQUENCE]` | a client asks S to `write k1 v7`, `append k1 v7` or `read k1` |
//! | `order S add 4,5 [remove 1]`, `learn 4`, `remove 1`, `transfer 3` | an operator gives S an order |
//! | `crash S [keeping N]` | takes S down; of its writes since the last sync, the first N had reached the disk |
//! | `replace-disk S` | puts a new disk in the place of that of S, which is down |
//! | `restart S` | boots S from its disk |
//! | `state` | prints every server |
//! | `check` | prints what was violated |

use std::path::Path;
use std::rc::Rc;

use seedbed::checks::consensus::InvariantViolation;
use seedbed::consensus::reconfiguration::Goal;
use seedbed::consensus::replica::{self, Options, ReadMode, Replica};
use seedbed::kernel::{Duration, Effect, Name as _, NodeId};
use seedbed::model::history::SessionId;
use seedbed::model::membership::Slots;
use seedbed::model::op::{Key, Op, Value};
use seedbed::model::operation::{Operation, Order};
use seedbed::model::request::Request;

use super::words::{describe, describe_note, describe_write};
use super::world::{Flight, Protocol, World};

/// A protocol that scripts can speak of.
pub trait Scripted: Protocol {
    /// The names of its areas on disk, by number.
    const AREAS: [&'static str; 3];

    /// Its knobs unless a script sets them.
    fn plain() -> Self::Options;

    /// Sets one of its own.
    ///
    /// # Panics
    /// If it has none of this name.
    fn set(options: &mut Self::Options, option: &str, value: &str);

    /// The timer of this name.
    fn timer(word: &str) -> Self::Timer;

    /// What `state` prints of a server.
    fn describe_server(server: &Replica<Self>) -> String;

    /// What a message says, without its name.
    fn describe_message(message: &Self::Message) -> String;

    /// What a record says.
    fn describe_record(record: &Self::Record) -> String;
}

struct Script<C: Scripted> {
    world: World<C>,
    servers: u32,
    /// How many orders were given.
    orders: u32,
    /// The next client slot that an operation without one takes.
    slot: u32,
    output: Vec<String>,
}

/// Runs the files whose names begin with `prefix`, of which there must be some.
pub fn interactions_print_what_their_files_say<C: Scripted>(prefix: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interaction");
    let mut ran = 0;
    let mut files: Vec<_> =
        folder.read_dir().expect("the folder exists").map(|file| file.expect("readable").path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        if !name.starts_with(prefix) {
            continue;
        }
        ran += 1;
        let expected = std::fs::read_to_string(&path).expect("readable");
        let actual = rewritten::<C>(&expected);
        if std::env::var_os("SEEDBED_BLESS").is_some() {
            std::fs::write(&path, actual).expect("writable");
        } else {
            for (number, (was, is)) in expected.lines().zip(actual.lines()).enumerate() {
                assert_eq!(was, is, "{name}:{} (SEEDBED_BLESS=1 accepts it)", number + 1);
            }
            assert_eq!(expected.len(), actual.len(), "{name} ends otherwise");
        }
    }
    assert!(ran >= 5, "only {ran} files");
}

/// The file with the output that its commands have now.
fn rewritten<C: Scripted>(text: &str) -> String {
    let mut script = Script {
        world: World::<C>::new(1, 1, C::plain(), Options::default()),
        servers: 1,
        orders: 0,
        slot: 0,
        output: vec![],
    };
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("  ")) {
        lines.push(line.to_string());
        if let Some(command) = line.strip_prefix("> ") {
            script.run(command);
            lines.extend(script.output.drain(..).map(|printed| format!("  {printed}")));
        }
    }
    lines.join("\n") + "\n"
}

/// The server of this number; the first is 1.
pub fn server(word: &str) -> NodeId {
    let number: u32 = word.parse().unwrap_or_else(|_| panic!("a server is a number, not {word}"));
    NodeId(number - 1)
}

impl<C: Scripted> Script<C> {
    fn run(&mut self, command: &str) {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words[..] {
            ["cluster", voters, ref options @ ..] => self.cluster(voters, options),
            ["tick", id, timer] => {
                let (id, timer) = (server(id), C::timer(timer).index());
                if !self.world.nodes[id.index()].timers.contains_key(&timer) {
                    return self.output.push("not armed".into());
                }
                self.world.fire(id, timer);
                self.print_effects();
            }
            ["wait", millis] => {
                self.world.advance_time(Duration::from_millis(millis.parse().expect("milliseconds")));
            }
            ["deliver", path] => self.deliver(path, usize::MAX, false),
            ["deliver", path, count] => self.deliver(path, count.parse().expect("a number"), false),
            ["repeat", path] => self.deliver(path, usize::MAX, true),
            ["drop", path] => {
                let before = self.world.flights.len();
                self.world.flights.retain(|flight| !is_on(path, flight.from, flight.to));
                self.output.push(format!("dropped {}", before - self.world.flights.len()));
            }
            ["sync", id] => {
                self.world.finish_sync(server(id));
                self.print_effects();
            }
            ["settle"] => self.settle(),
            ["propose", id, kind, key, ref rest @ ..] => self.propose(id, kind, key, rest),
            ["order", id, ref words @ ..] => self.order(id, words),
            ["replace-disk", id] => self.world.replace_disk(server(id)),
            ["crash", id] => self.world.crash(server(id), 0),
            ["crash", id, "keeping", count] => {
                self.world.crash(server(id), count.parse().expect("a number"));
            }
            ["restart", id] => {
                self.world.restart(server(id));
                self.print_effects();
            }
            ["state"] => self.print_state(),
            ["check"] => self.check(),
            _ => panic!("unknown command: {command}"),
        }
    }

    fn cluster(&mut self, voters: &str, words: &[&str]) {
        let mut core = C::plain();
        let mut options = Options { snapshot_every: None, ..Options::default() };
        let mut standbys = 0;
        for word in words {
            let (option, value) = word.split_once('=').unwrap_or((word, ""));
            let number = || value.parse::<u32>().unwrap_or_else(|_| panic!("{option} needs a number"));
            match option {
                "standbys" => standbys = number(),
                "snapshot-every" => options.snapshot_every = Some(number().into()),
                "reads" => {
                    let mode = ReadMode::ALL.into_iter().find(|mode| mode.name() == value);
                    options.reads = mode.expect("a read mode");
                }
                _ => C::set(&mut core, option, value),
            }
        }
        let voters: u32 = voters.parse().expect("a number");
        self.servers = voters + standbys;
        self.world = World::with_standbys(1, voters, standbys, core, options);
    }

    fn deliver(&mut self, path: &str, count: usize, stays: bool) {
        let all = self.world.flights.iter();
        let chosen: Vec<_> =
            all.filter(|flight| is_on(path, flight.from, flight.to)).take(count).cloned().collect();
        if !stays {
            let mut left = count;
            self.world.flights.retain(|flight| {
                let is_chosen = left > 0 && is_on(path, flight.from, flight.to);
                left -= usize::from(is_chosen);
                !is_chosen
            });
        }
        for flight in chosen {
            let (from, to) = (self.name(flight.from), self.name(flight.to));
            self.output.push(format!("{from}->{to} {}", describe::<C>(&flight.message)));
            self.world.deliver(flight);
            let printed = self.output.len();
            self.print_effects();
            self.output[printed..].iter_mut().for_each(|line| line.insert_str(0, "  "));
        }
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            let syncing = self.world.nodes.iter().position(|node| node.sync.is_some());
            if !self.world.flights.is_empty() {
                let flight = self.world.flights.remove(0);
                self.world.deliver(flight);
            } else if let Some(id) = syncing {
                self.world.finish_sync(NodeId(id as u32));
            } else {
                return;
            }
            let effects = std::mem::take(&mut self.world.effects);
            for (id, effect) in &effects {
                if let Effect::Note(note) = effect {
                    self.output.push(format!("{}: {}", self.name(*id), describe_note(note)));
                }
            }
        }
        panic!("it does not settle");
    }

    fn propose(&mut self, id: &str, kind: &str, key: &str, rest: &[&str]) {
        let key = Key(key.strip_prefix('k').and_then(|key| key.parse().ok()).expect("a key such as k1"));
        let to_value = |word: &str| Value(word[1..].parse().expect("a value such as v7"));
        let (op, rest) = match (kind, rest) {
            ("read", rest) => (Op::Read { key }, rest),
            ("write", [value, rest @ ..]) => (Op::Write { key, value: to_value(value) }, rest),
            ("append", [value, rest @ ..]) => (Op::Append { key, value: to_value(value) }, rest),
            _ => panic!("unknown operation: {kind}"),
        };
        let (slot, sequence) = match rest {
            [] => {
                self.slot += 1;
                (self.slot - 1, 1)
            }
            ["as", session] => {
                let (slot, sequence) = session.split_once('.').expect("SLOT.SEQUENCE");
                (slot.parse().expect("a slot"), sequence.parse().expect("a sequence number"))
            }
            _ => panic!("unknown end of a proposal: {rest:?}"),
        };
        let client = NodeId(self.servers);
        if matches!(op, Op::Read { .. }) {
            self.world.observer.invoked(SessionId { node: client, slot }, sequence);
        }
        self.world.request(client, server(id), Request { slot, sequence, op, size: 0 });
        self.print_effects();
    }

    fn order(&mut self, id: &str, words: &[&str]) {
        let slots = |word: &str| -> Slots { word.split(',').map(|number| server(number).index()).collect() };
        let mut goal = Goal::default();
        let mut operation = None;
        for pair in words.chunks(2) {
            match pair {
                ["add", who] => goal.voters = slots(who),
                ["learn", who] => goal.learners = slots(who),
                ["remove", who] => goal.out = slots(who),
                ["transfer", who] => operation = Some(Operation::Transfer { to: server(who).index() as u8 }),
                _ => panic!("unknown order: {pair:?}"),
            }
        }
        let Goal { voters, learners, out, at_least } = goal;
        self.orders += 1;
        let operation = operation.unwrap_or(Operation::Change { voters, learners, out, at_least });
        let order = Rc::new(Order { number: self.orders, operation });
        let from = NodeId(self.servers);
        self.world.deliver(Flight { from, to: server(id), message: replica::Message::Order(order) });
        self.print_effects();
    }

    fn name(&self, id: NodeId) -> String {
        if id.0 < self.servers { (id.0 + 1).to_string() } else { "client".into() }
    }

    /// Prints what the last step asked for, but its timers.
    fn print_effects(&mut self) {
        for (id, effect) in std::mem::take(&mut self.world.effects) {
            let name = self.name(id);
            let line = match effect {
                Effect::Send { to, message } => {
                    format!("{name}->{} {}", self.name(to), describe::<C>(&message))
                }
                Effect::Write { area, write } => format!("{name}: {}", describe_write::<C>(area.0, &write)),
                Effect::Sync { .. } => format!("{name}: sync"),
                Effect::Note(note) => format!("{name}: {}", describe_note(&note)),
                Effect::Arm { .. } | Effect::Disarm { .. } | Effect::Compute { .. } => continue,
            };
            self.output.push(line);
        }
    }

    /// Prints what the observer of these tests and the invariants of product runs have found.
    fn check(&mut self) {
        let before = self.output.len();
        self.output.append(&mut self.world.observer.violations);
        let name = |id: NodeId| self.name(id);
        let in_words =
            |found: &InvariantViolation| format!("{}: {}", found.invariant.name(), found.explain(&name));
        let found: Vec<String> = self.world.invariants.violations().iter().map(in_words).collect();
        self.output.extend(found);
        if self.output.len() == before {
            self.output.push("all holds".into());
        }
    }

    fn print_state(&mut self) {
        for id in (0..self.servers).map(NodeId) {
            let state = self.world.server(id).map_or("down".into(), C::describe_server);
            self.output.push(format!("{}: {state}", self.name(id)));
        }
    }
}

fn is_on(path: &str, from: NodeId, to: NodeId) -> bool {
    let (start, end) = path.split_once("->").expect("a path such as 1->2");
    let is = |word: &str, id| word == "*" || server(word) == id;
    is(start, from) && is(end, to)
}
