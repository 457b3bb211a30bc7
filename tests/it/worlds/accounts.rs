//! Every request at every server is accounted for, whatever is killed in the middle of its work.

use seedbed::run::execute::Executed;
use seedbed::run::metrics::{Aggregate, Metric, Query};
use seedbed::run::simulate;
use seedbed::scenario::{LoadOptions, load_text};
use seedbed::systems::Never;

/// A gateway before a service whose requests work, fan out to another, and wait for the fastest of two calls of a third.
fn shop(seed: u64, more: &str) -> String {
    format!(
        r#"
        schema = 1
        seed = {seed}
        duration = "20s"
        [system.edge]
        type = "gateway"
        nodes = 2
        routes = [{{ to = "shop", policy = "power-of-d(2)", timeout = "300ms", retry = {{ attempts = 3, budget = "20%" }}, breaker = {{ window = 20, open = "500ms" }} }}]
        [system.shop]
        type = "service"
        nodes = 3
        cores = 2
        concurrency = 20
        queue = {{ discipline = "processor-sharing", limit = 60 }}
        protocol = "http1"
        steps = [
            {{ work = "exp(4ms)" }},
            {{ call = "stock", fan_out = 5, wait = 3, timeout = "100ms" }},
            {{ parallel = [{{ call = "price" }}, [{{ work = "exp(1ms)" }}, {{ call = "price" }}]], wait = "any" }},
            {{ cache = "50%", miss = {{ loop = 2, steps = {{ work = "exp(1ms)" }} }} }},
        ]
        [system.stock]
        type = "service"
        nodes = 4
        cores = 1
        protocol = "grpc"
        work = "exp(2ms)"
        [system.price]
        type = "service"
        nodes = 2
        cores = 1
        queue = {{ discipline = "srpt" }}
        work = "exp(2ms)"
        [workload.visitors]
        target = "edge"
        arrival = "poisson(300/s)"
        attempts = 2
        timeout = "2s"
        {more}
        "#
    )
}

fn run(text: &str) -> Executed {
    let loaded = load_text("test.toml", text, &LoadOptions::default());
    simulate::<Never>(loaded).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn count(executed: &Executed, metric: Metric) -> f64 {
    executed.recording.measure(&Query::of(metric), Aggregate::Count).unwrap_or(0.0)
}

const KILLS: &str = r#"
    [fault.shop]
    every = "exp(1s)"
    do = "crash"
    target = "any(shop)"
    for = "uniform(100ms, 800ms)"
    [fault.stock]
    every = "exp(1s)"
    do = "crash"
    target = "any(stock)"
    for = "uniform(100ms, 800ms)"
    [fault.edge]
    every = "exp(4s)"
    do = "crash"
    target = "any(edge)"
    for = "300ms"
    [fault.slow]
    every = "exp(3s)"
    do = "slow-node"
    target = "any(price)"
    factor = 5
    for = "1s"
    [fault.pause]
    every = "exp(3s)"
    do = "pause"
    target = "any(stock)"
    for = "500ms"
"#;

/// The laws of queueing and the conservation of requests and messages are checked in every run: a breach is a verdict.
#[test]
fn instances_that_are_killed_in_the_middle_of_work_leave_nothing_unaccounted_for() {
    for seed in 1..=20 {
        let executed = run(&shop(seed, KILLS));
        assert!(executed.verdicts.is_empty(), "seed {seed}: {:?}", executed.verdicts);
        let ended: f64 =
            [Metric::Ok, Metric::Fail, Metric::Unknown].map(|metric| count(&executed, metric)).iter().sum();
        let total = executed.recording.sampling().total as f64;
        assert_eq!(ended, total, "seed {seed}: every request ended in one way");
        // With one of three instances of the shop down two of three pairs of choices contain it, it refuses at once, and is the less
        // loaded for that; and then the breaker opens for all of them.
        assert!(count(&executed, Metric::Ok) > 0.2 * total, "seed {seed}: many are served all the same");
        assert!(count(&executed, Metric::Ok) < total, "seed {seed}: and some are not");
    }
}

/// Two of three choices of two fall on an instance that refuses fast; who checks whether it is there does not choose it. The stock
/// has work for half its time here: with more, calls that were given up keep it busy long after a crash. And there is no breaker,
/// which would open for all instances because of one.
#[test]
fn health_checks_serve_most_of_what_such_kills_would_cost() {
    let stock = |work: &str| format!("protocol = \"grpc\"\n        work = \"exp({work})\"");
    let breaker = ", breaker = { window = 20, open = \"500ms\" }";
    for seed in 1..=5 {
        let text = shop(seed, KILLS).replace(&stock("2ms"), &stock("1ms")).replace(breaker, "");
        let checks = "timeout = \"300ms\", health = { every = \"50ms\", fall = 1, rise = 1 },";
        let (with, without) = (run(&text.replace("timeout = \"300ms\",", checks)), run(&text));
        assert!(with.verdicts.is_empty(), "seed {seed}: {:?}", with.verdicts);
        let [with, without] = [&with, &without]
            .map(|executed| count(executed, Metric::Ok) / executed.recording.sampling().total as f64);
        assert!(with > 0.85 && with > without + 0.04, "seed {seed}: {with} and {without}");
    }
}

#[test]
fn without_faults_all_requests_are_served() {
    let executed = run(&shop(1, ""));
    assert!(executed.verdicts.is_empty(), "{:?}", executed.verdicts);
    let (ok, total) = (count(&executed, Metric::Ok), executed.recording.sampling().total as f64);
    assert!(total > 5_000.0 && ok > total - 20.0, "{ok} of {total}: but for those in flight at the end");
}
