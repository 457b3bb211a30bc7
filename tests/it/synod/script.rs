//! Scripted interactions: tests/interaction/synod-*.txt, commands with the exact output below each. `SEEDBED_BLESS=1` writes the
//! files anew.
//!
//! | command | what it does |
//! |---|---|
//! | `cluster N [option=value ..]` | boots nodes 1 to N: `q1`, `q2`, `learning=distinguished`, `reads=local`, `bug` |
//! | `propose S V`, `read S` | a client asks S |
//! | `deliver A->B [N]` | delivers what is under way from A to B, or its first N messages; `*` is any node |
//! | `repeat A->B` | delivers the same and leaves it under way |
//! | `drop A->B` | loses it |
//! | `sync S` | finishes the sync under way at S |
//! | `tick S TIMER` | fires a timer of S: `phase`, `backoff` or `ask` |
//! | `settle` | delivers all messages and finishes all syncs until nothing is under way; prints notes only |
//! | `crash S [keeping N]` | takes S down; of its writes since the last sync, the first N had reached the disk |
//! | `restart S`, `replace-disk S` | boots S; puts a new disk in the place of that of S, which is down |
//! | `state`, `check` | prints every node; prints what was violated |

use std::path::Path;

use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::synod::{Learning, Options, ReadMode, Timer, bugs};
use seedbed::kernel::{Effect, Name, NodeId};
use seedbed::model::note::ConsensusNote;
use seedbed::model::op::{Key, Op, Value};
use seedbed::model::request::Request;

use super::words;
use super::world::World;

#[test]
fn interactions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interaction");
    let files = folder.read_dir().expect("the folder exists").map(|file| file.expect("readable").path());
    let is_ours = |path: &std::path::PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("synod-"))
    };
    let mut files: Vec<_> = files.filter(is_ours).collect();
    files.sort();
    assert!(files.len() >= 5, "only {} files", files.len());
    for path in files {
        let expected = std::fs::read_to_string(&path).expect("readable");
        let actual = rewritten(&expected);
        if std::env::var_os("SEEDBED_BLESS").is_some() {
            std::fs::write(&path, actual).expect("writable");
        } else {
            assert_eq!(expected, actual, "{} (SEEDBED_BLESS=1 accepts it)", path.display());
        }
    }
}

struct Script {
    world: World,
    nodes: u32,
    /// The next client.
    slot: u32,
    output: Vec<String>,
}

/// The file with the output that its commands have now.
fn rewritten(text: &str) -> String {
    let world = World::new(1, 1, Options::default());
    let mut script = Script { world, nodes: 1, slot: 0, output: Vec::new() };
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("  ")) {
        lines.push(line.to_owned());
        if let Some(command) = line.strip_prefix("> ") {
            script.run(command);
            lines.extend(script.output.drain(..).map(|printed| format!("  {printed}")));
        }
    }
    lines.join("\n") + "\n"
}

fn id(word: &str) -> NodeId {
    let number: u32 = word.parse().unwrap_or_else(|_| panic!("a node is a number, not {word}"));
    NodeId(number - 1)
}

fn is_on(path: &str, from: NodeId, to: NodeId) -> bool {
    let (start, end) = path.split_once("->").expect("a path such as 1->2");
    let is = |word: &str, node| word == "*" || id(word) == node;
    is(start, from) && is(end, to)
}

impl Script {
    fn run(&mut self, command: &str) {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words[..] {
            ["cluster", nodes, ref options @ ..] => self.cluster(nodes, options),
            ["propose", node, value] => {
                let value = Value(value.parse().expect("a number"));
                self.ask(node, Op::Propose { key: Key(0), value });
            }
            ["read", node] => self.ask(node, Op::Read { key: Key(0) }),
            ["deliver", path] => self.deliver(path, usize::MAX, false),
            ["deliver", path, count] => self.deliver(path, count.parse().expect("a number"), false),
            ["repeat", path] => self.deliver(path, usize::MAX, true),
            ["drop", path] => {
                let before = self.world.flights.len();
                self.world.flights.retain(|flight| !is_on(path, flight.from, flight.to));
                self.output.push(format!("dropped {}", before - self.world.flights.len()));
            }
            ["sync", node] => {
                self.world.finish_sync(id(node));
                self.print_effects();
            }
            ["tick", node, timer] => self.tick(id(node), timer),
            ["settle"] => self.settle(),
            ["crash", node] => self.world.crash(id(node), 0),
            ["crash", node, "keeping", count] => {
                self.world.crash(id(node), count.parse().expect("a number"));
            }
            ["restart", node] => {
                self.world.restart(id(node));
                self.print_effects();
            }
            ["replace-disk", node] => self.world.replace_disk(id(node)),
            ["state"] => self.state(),
            ["check"] => self.check(),
            _ => panic!("unknown command: {command}"),
        }
    }

    fn cluster(&mut self, nodes: &str, words: &[&str]) {
        let mut options = Options::default();
        for word in words {
            let (option, value) = word.split_once('=').expect("option=value");
            match (option, value) {
                ("q1", size) => options.quorums.q1 = size.parse().ok(),
                ("q2", size) => options.quorums.q2 = size.parse().ok(),
                ("learning", "distinguished") => options.learning = Learning::Distinguished,
                ("reads", "local") => options.reads = ReadMode::Local,
                ("bug", name) => {
                    options.bugs = Bugs::named(&bugs::TABLE, name).expect("a bug of the table");
                }
                _ => panic!("unknown option: {word}"),
            }
        }
        self.nodes = nodes.parse().expect("a number");
        self.world = World::new(1, self.nodes, options);
    }

    fn ask(&mut self, node: &str, op: Op) {
        self.slot += 1;
        let request = Request { slot: self.slot, sequence: 1, op, size: 0 };
        self.world.request(NodeId(self.nodes), id(node), request);
        self.print_effects();
    }

    fn tick(&mut self, node: NodeId, timer: &str) {
        let timers = [Timer::Phase, Timer::Backoff, Timer::Ask];
        let timer = timers.into_iter().find(|one| one.word() == timer).expect("a timer").index();
        if !self.world.nodes[node.index()].timers.contains_key(&timer) {
            return self.output.push("not armed".to_owned());
        }
        self.world.fire(node, timer);
        self.print_effects();
    }

    fn deliver(&mut self, path: &str, count: usize, stays: bool) {
        let is_chosen = |flight: &&super::world::Flight| is_on(path, flight.from, flight.to);
        let chosen: Vec<_> = self.world.flights.iter().filter(is_chosen).take(count).cloned().collect();
        if !stays {
            let mut left = chosen.len();
            self.world.flights.retain(|flight| {
                let goes = left > 0 && is_on(path, flight.from, flight.to);
                left -= usize::from(goes);
                !goes
            });
        }
        for flight in chosen {
            let (from, to) = (self.name(flight.from), self.name(flight.to));
            self.output.push(format!("{from}->{to} {}", words::message(&flight.message)));
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
            } else if let Some(node) = syncing {
                self.world.finish_sync(NodeId(node as u32));
            } else {
                return;
            }
            for (node, effect) in std::mem::take(&mut self.world.effects) {
                if let Effect::Note(note) = effect {
                    self.output.push(format!("{}: {}", self.name(node), words::note(&note)));
                }
            }
        }
        panic!("it does not settle");
    }

    fn name(&self, id: NodeId) -> String {
        if id.0 < self.nodes { (id.0 + 1).to_string() } else { "client".to_owned() }
    }

    /// Prints what the last step asked for, but its timers.
    fn print_effects(&mut self) {
        for (node, effect) in std::mem::take(&mut self.world.effects) {
            let name = self.name(node);
            let line = match effect {
                Effect::Send { to, message } => {
                    format!("{name}->{} {}", self.name(to), words::message(&message))
                }
                Effect::Write { write, .. } => format!("{name}: {}", words::write(&write)),
                Effect::Sync { .. } => format!("{name}: sync"),
                Effect::Note(ConsensusNote::Configured { .. })
                | Effect::Arm { .. }
                | Effect::Disarm { .. }
                | Effect::Compute { .. } => continue,
                Effect::Note(note) => format!("{name}: {}", words::note(&note)),
            };
            self.output.push(line);
        }
    }

    fn state(&mut self) {
        for node in (0..self.nodes).map(NodeId) {
            let state =
                self.world.nodes[node.index()].process.as_ref().map_or("down".to_owned(), words::node);
            self.output.push(format!("{}: {state}", self.name(node)));
        }
    }

    fn check(&mut self) {
        let name = |id: NodeId| self.name(id);
        let found = self.world.invariants.violations().iter();
        let found: Vec<String> =
            found.map(|one| format!("{}: {}", one.invariant.name(), one.explain(&name))).collect();
        let holds = found.is_empty().then(|| "all holds".to_owned());
        self.output.extend(found.into_iter().chain(holds));
    }
}
