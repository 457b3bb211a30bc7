//! Committed operations a second of wall time of a replicated store: five replicas in one LAN, 64 clients that write, each as
//! soon as its last write is answered, no batches; on Raft, and on Multi-Paxos.
//!
//! `cargo bench --bench consensus -- --json` prints one JSON document; without `--json` a table. Each row is the median of several
//! turns, taken in turns, so that a busy moment of the machine strikes all rows. "plain" is the world and the invariants;
//! "without invariants" the same with nobody judging; "everything" has jitter, loss, work for each message, and the clients' history
//! recorded. Reading, judging histories at the end, writing and charts are in none. `--only ROW` measures one row once, and
//! `--duration 100ms` simulates less than three seconds, for tools that count instructions.

use seedbed::run::execute::execute;
use seedbed::run::first_run;
use seedbed::run::metrics::{Aggregate, Metric, Query};
use seedbed::run::prepare::Prepared;
use seedbed::scenario::{LoadOptions, load_text};
use seedbed::sim::Limits;
use std::sync::atomic::AtomicBool;

const ROUNDS: usize = 7;

/// What the network, the disks and the cores are, and what is checked.
struct Row {
    name: &'static str,
    /// The type of the store.
    kind: &'static str,
    network: &'static str,
    system: &'static str,
    checks: &'static str,
    /// The least that is aimed at, in operations a second.
    target: Option<f64>,
}

const INVARIANTS: &str = "invariants = [\"one-leader\", \"log-matching\", \"leader-completeness\", \"agreement\", \"exactly-once\", \"monotonic\"]";
const WITH_HISTORY: &str = "invariants = [\"one-leader\", \"log-matching\", \"leader-completeness\", \"agreement\", \"durability\", \"exactly-once\", \"monotonic\"]";

const ROWS: [Row; 5] = [
    Row {
        name: "plain",
        kind: "raft",
        network: "jitter = \"const(50us)\"",
        system: "",
        checks: INVARIANTS,
        target: Some(600_000.0),
    },
    Row {
        name: "without invariants",
        kind: "raft",
        network: "jitter = \"const(50us)\"",
        system: "",
        checks: "",
        target: None,
    },
    Row {
        name: "everything",
        kind: "raft",
        network: "jitter = \"lognormal(median=50us, p99=200us)\", loss = \"0.01%\"",
        system: "cores = 4\ncpu = { receive = \"2us\" }\ntransport = \"stream\"",
        checks: WITH_HISTORY,
        target: Some(400_000.0),
    },
    Row {
        name: "plain, multi-paxos",
        kind: "multi-paxos",
        network: "jitter = \"const(50us)\"",
        system: "",
        checks: INVARIANTS,
        target: Some(600_000.0),
    },
    Row {
        name: "everything, multi-paxos",
        kind: "multi-paxos",
        network: "jitter = \"lognormal(median=50us, p99=200us)\", loss = \"0.01%\"",
        system: "cores = 4\ncpu = { receive = \"2us\" }\ntransport = \"stream\"",
        checks: WITH_HISTORY,
        target: Some(400_000.0),
    },
];

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    let only = std::env::args().skip_while(|argument| argument != "--only").nth(1);
    let duration = std::env::args().skip_while(|argument| argument != "--duration").nth(1);
    let duration = duration.unwrap_or_else(|| "3s".to_owned());
    let is_meant = |row: &&Row| only.as_ref().is_none_or(|only| only == row.name);
    let mut measured: Vec<Measured> =
        ROWS.iter().filter(is_meant).map(|row| Measured::new(row, &duration)).collect();
    let rounds = if only.is_some() { 1 } else { ROUNDS };
    for _ in 0..rounds {
        measured.iter_mut().for_each(Measured::turn);
    }
    measured.iter_mut().for_each(|row| row.seconds.sort_by(f64::total_cmp));
    if json {
        let rows: Vec<_> = measured.iter().map(Measured::json).collect();
        println!("{}", serde_json::json!({ "bench": "consensus", "rounds": rounds, "rows": rows }));
        return;
    }
    measured.iter().for_each(|row| println!("{}", row.words()));
}

struct Measured {
    row: &'static Row,
    prepared: Prepared,
    committed: f64,
    messages: f64,
    events: u64,
    seconds: Vec<f64>,
}

impl Measured {
    fn new(row: &'static Row, duration: &str) -> Measured {
        let checks =
            if row.checks.is_empty() { String::new() } else { format!("[check.safety]\n{}\n", row.checks) };
        let text = format!(
            "schema = 1\nname = \"bench\"\nduration = \"{duration}\"\n[network]\ndefault = {{ {} }}\n\
             [system.kv]\ntype = \"{}\"\nnodes = 5\n{}\n[system.kv.{}]\nbatch = 1\n\
             [workload.clients]\ntarget = \"kv\"\narrival = \"closed(clients=64)\"\nkeys = \"uniform(n=1000)\"\n\
             mix = {{ write = 1 }}\n{checks}",
            row.network, row.kind, row.system, row.kind
        );
        let loaded = load_text("bench.toml", &text, &LoadOptions::default());
        let prepared = first_run(loaded, Limits::default()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        Measured { row, prepared, committed: 0.0, messages: 0.0, events: 0, seconds: Vec::new() }
    }

    fn turn(&mut self) {
        let prepared = self.prepared.clone();
        // A benchmark is the one place where the wall clock is the result.
        #[allow(clippy::disallowed_types)]
        let start = std::time::Instant::now();
        let executed = execute(prepared, &AtomicBool::new(false), &mut |_| {});
        self.seconds.push(start.elapsed().as_secs_f64());
        assert!(executed.verdicts.iter().all(|verdict| verdict.as_expected), "{:?}", executed.verdicts);
        let of = |metric| {
            let aggregate = Aggregate::Count;
            executed.recording.measure(&Query::of(metric), aggregate).expect("there is data")
        };
        (self.committed, self.messages, self.events) =
            (of(Metric::Ok), of(Metric::MessagesSent), executed.events);
    }

    fn median(&self) -> f64 {
        self.seconds[self.seconds.len() / 2]
    }

    fn json(&self) -> serde_json::Value {
        let median = self.median();
        serde_json::json!({
            "row": self.row.name,
            "operations": self.committed,
            "operations_per_second": (self.committed / median).round(),
            "target": self.row.target,
            "messages_per_second": (self.messages / median).round(),
            "events_per_second": (self.events as f64 / median).round(),
            "messages_per_operation": self.messages / self.committed,
            "events_per_operation": self.events as f64 / self.committed,
        })
    }

    fn words(&self) -> String {
        let median = self.median();
        let target = self.row.target.map_or(String::new(), |target| format!(" (aim {:.0} k)", target / 1e3));
        format!(
            "{:24}  {:.0} k operations/s{target}  {:.2} M messages/s  {:.2} M events/s  {:.1} messages and {:.1} events an operation",
            self.row.name,
            self.committed / median / 1e3,
            self.messages / median / 1e6,
            self.events as f64 / median / 1e6,
            self.messages / self.committed,
            self.events as f64 / self.committed,
        )
    }
}
