//! Requests a second of wall time through a gateway to a service: each is four messages (client, gateway, instance and back), at a
//! load of 0.9.
//!
//! `cargo bench --bench services -- --json` prints one JSON document; without `--json` a table. Each row is the median of several
//! turns, taken in turns, so that a busy moment of the machine strikes all rows. "plain" has metrics on and every request recorded, as
//! `seedbed run` has; "everything" has a timeout for each call and work for each message at gateways and instances besides. The others
//! show what a policy costs with 10 and with 10,000 instances, at the same number of requests. Reading, writing and charts are in none.
//! `--only ROW` measures one row once.

use seedbed::run::execute::execute;
use seedbed::run::first_run;
use seedbed::run::metrics::{Aggregate, Metric, Query};
use seedbed::run::prepare::Prepared;
use seedbed::scenario::{LoadOptions, load_text};
use seedbed::sim::Limits;
use std::sync::atomic::AtomicBool;

const ROUNDS: usize = 7;
/// Requests that a row simulates, about.
const REQUESTS: u64 = 500_000;

struct Row {
    name: String,
    instances: u64,
    route: String,
    system: &'static str,
    gateway: &'static str,
    /// The least that is aimed at, in requests a second.
    target: Option<f64>,
}

fn rows() -> Vec<Row> {
    let plain = |name: &str, route: &str, target| Row {
        name: name.to_owned(),
        instances: 100,
        route: route.to_owned(),
        system: "",
        gateway: "",
        target,
    };
    let mut rows = vec![
        plain("plain", "policy = \"random\"", Some(2_000_000.0)),
        Row {
            system: "cpu = { receive = \"2us\" }",
            gateway: "cores = 8\ncpu = { receive = \"2us\" }",
            ..plain("everything", "policy = \"random\", timeout = \"10s\"", Some(1_200_000.0))
        },
    ];
    for policy in ["random", "round-robin", "power-of-d(2)", "ring-hash", "maglev", "least-connections"] {
        for instances in [10, 10_000] {
            let route = format!("policy = \"{policy}\"");
            rows.push(Row { name: format!("{policy}, {instances}"), instances, ..plain("", &route, None) });
        }
    }
    rows
}

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    let only = std::env::args().skip_while(|argument| argument != "--only").nth(1);
    let is_meant = |row: &Row| only.as_ref().is_none_or(|only| *only == row.name);
    let mut measured: Vec<Measured> = rows().into_iter().filter(is_meant).map(Measured::new).collect();
    let rounds = if only.is_some() { 1 } else { ROUNDS };
    for _ in 0..rounds {
        measured.iter_mut().for_each(Measured::turn);
    }
    measured.iter_mut().for_each(|row| row.seconds.sort_by(f64::total_cmp));
    if json {
        let rows: Vec<_> = measured.iter().map(Measured::json).collect();
        println!("{}", serde_json::json!({ "bench": "services", "rounds": rounds, "rows": rows }));
        return;
    }
    measured.iter().for_each(|row| println!("{}", row.words()));
}

struct Measured {
    row: Row,
    prepared: Prepared,
    answered: f64,
    events: u64,
    seconds: Vec<f64>,
}

impl Measured {
    fn new(row: Row) -> Measured {
        // 5 ms of work on one core: 180 requests a second for each instance.
        let micros = REQUESTS * 1_000_000 / (180 * row.instances);
        let text = format!(
            "schema = 1\nname = \"bench\"\nduration = \"{micros}us\"\n\
             [network]\ndefault = {{ jitter = \"const(50us)\" }}\n\
             [system.api]\ntype = \"service\"\nnodes = {}\ncores = 1\nwork = \"exp(5ms)\"\n{}\n\
             [system.front]\ntype = \"gateway\"\nnodes = 1\n{}\nroutes = [{{ to = \"api\", {} }}]\n\
             [workload.users]\ntarget = \"front\"\narrival = \"poisson(load=0.9 of api)\"\n\
             keys = \"uniform(n=1000000)\"\ntimeout = \"60s\"\n",
            row.instances, row.system, row.gateway, row.route
        );
        let loaded = load_text("bench.toml", &text, &LoadOptions::default());
        let prepared = first_run(loaded, Limits::default()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        Measured { row, prepared, answered: 0.0, events: 0, seconds: Vec::new() }
    }

    fn turn(&mut self) {
        let prepared = self.prepared.clone();
        // A benchmark is the one place where the wall clock is the result.
        #[allow(clippy::disallowed_types)]
        let start = std::time::Instant::now();
        let executed = execute(prepared, &AtomicBool::new(false), &mut |_| {});
        self.seconds.push(start.elapsed().as_secs_f64());
        assert!(executed.verdicts.iter().all(|verdict| verdict.as_expected), "{:?}", executed.verdicts);
        let answered = executed.recording.measure(&Query::of(Metric::Ok), Aggregate::Count);
        (self.answered, self.events) = (answered.expect("requests were answered"), executed.events);
    }

    fn median(&self) -> f64 {
        self.seconds[self.seconds.len() / 2]
    }

    fn json(&self) -> serde_json::Value {
        let median = self.median();
        serde_json::json!({
            "row": self.row.name,
            "requests": self.answered,
            "requests_per_second": (self.answered / median).round(),
            "target": self.row.target,
            "events_per_second": (self.events as f64 / median).round(),
            "events_per_request": self.events as f64 / self.answered,
        })
    }

    fn words(&self) -> String {
        let median = self.median();
        let target = self.row.target.map_or(String::new(), |target| format!(" (aim {:.0} k)", target / 1e3));
        format!(
            "{:26}  {:.0} k requests/s{target}  {:.2} M events/s  {:.1} events a request",
            self.row.name,
            self.answered / median / 1e3,
            self.events as f64 / median / 1e6,
            self.events as f64 / self.answered,
        )
    }
}
