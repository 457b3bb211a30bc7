//! Calls from end to end: fan-outs that lose some, one-way calls, connections that are reset, retries and breakers as clients see
//! them, and disciplines where only so many requests are served at a time.

use seedbed::run::execute::Executed;
use seedbed::run::metrics::{Aggregate, Metric, Query};
use seedbed::run::{Recorded, simulate};
use seedbed::scenario::{LoadOptions, load_text};
use seedbed::systems::Never;

fn run(text: &str) -> Executed {
    let text = format!("schema = 1\nseed = 11\nnetwork.default.jitter = \"const(0ms)\"\n{text}");
    let loaded = load_text("test.toml", &text, &LoadOptions::default());
    let executed = simulate::<Never>(loaded).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(executed.verdicts.is_empty(), "{:?}", executed.verdicts);
    executed
}

fn operations(executed: &Executed) -> Vec<Recorded> {
    executed.recording.operations(0).collect()
}

fn mean_latency_ms(executed: &Executed) -> f64 {
    executed.recording.measure(&Query::of(Metric::Latency), Aggregate::Mean).expect("there were requests")
        / 1e6
}

fn count(executed: &Executed, metric: Metric, narrowed: &[(&str, &str)]) -> f64 {
    let narrow = |query: Query, (label, value): &(&str, &str)| {
        query.with(label, value).expect("there is such a label")
    };
    let query = narrowed.iter().fold(Query::of(metric), narrow);
    executed.recording.measure(&query, Aggregate::Count).unwrap_or(0.0)
}

/// How many did not end `ok` for this reason, whether they had an effect or not.
fn failed(executed: &Executed, reason: &str) -> f64 {
    [Metric::Fail, Metric::Unknown].map(|metric| count(executed, metric, &[("reason", reason)])).iter().sum()
}

/// A request makes four calls, one of each of four instances, some of which are down; each works for exp(10 ms) on a core of its own.
fn fan_out(wait: &str, down: &[&str]) -> Executed {
    let faults: String = down
        .iter()
        .map(|name| {
            format!("[fault.{}]\nat = \"0s\"\ndo = \"crash\"\ntarget = \"{name}\"\n", name.replace('.', "-"))
        })
        .collect();
    run(&format!(
        r#"
        duration = "100s"
        warmup = "1s"
        [system.front]
        type = "service"
        nodes = 1
        cores = 1
        steps = [{{ call = "back", fan_out = 4, wait = {wait}, policy = "round-robin" }}]
        [system.back]
        type = "service"
        nodes = 4
        cores = 1000
        work = "exp(10ms)"
        [workload.users]
        target = "front"
        arrival = "poisson(100/s)"
        {faults}
        "#
    ))
}

/// The k-th fastest of n exponential times takes 1/n + ... + 1/(n - k + 1) of their mean (Rényi 1953).
#[test]
fn a_fan_out_goes_on_with_those_who_are_left_or_fails_as_soon_as_too_few_are() {
    // From the client to the front of the service, on to its instance, to those that this calls, and back.
    let hops_ms = 0.3;
    for (wait, down, expected_ms) in [
        ("\"all\"", &[][..], 10.0 * (1.0 / 4.0 + 1.0 / 3.0 + 1.0 / 2.0 + 1.0)),
        ("2", &[], 10.0 * (1.0 / 4.0 + 1.0 / 3.0)),
        ("\"any\"", &[], 10.0 / 4.0),
        ("3", &["back.4"], 10.0 * (1.0 / 3.0 + 1.0 / 2.0 + 1.0)),
        ("2", &["back.1"], 10.0 * (1.0 / 3.0 + 1.0 / 2.0)),
        ("\"any\"", &["back.1", "back.2", "back.4"], 10.0),
    ] {
        let executed = fan_out(wait, down);
        let total = operations(&executed).len() as f64;
        assert!(count(&executed, Metric::Ok, &[]) > 0.97 * total, "wait = {wait} of those without {down:?}");
        let mean = mean_latency_ms(&executed);
        assert!(
            (mean - expected_ms - hops_ms).abs() < 0.6,
            "wait = {wait} of those without {down:?}: {mean}"
        );
    }
    for (wait, down) in [("\"all\"", &["back.3"][..]), ("2", &["back.1", "back.2", "back.3"])] {
        let executed = fan_out(wait, down);
        assert_eq!(count(&executed, Metric::Ok, &[]), 0.0, "wait = {wait} of those without {down:?}");
        // It has worked elsewhere: nobody knows what of it had an effect.
        let unavailable = count(&executed, Metric::Unknown, &[("reason", "unavailable")]);
        assert!(unavailable > 9_000.0, "{unavailable}");
        assert_eq!(count(&executed, Metric::Unknown, &[("status", "5xx")]), unavailable);
        let operations = operations(&executed);
        let mean =
            operations.iter().map(Recorded::latency).sum::<u64>() as f64 / 1e6 / operations.len() as f64;
        assert!(mean < 2.0, "{mean}: whoever is down says so at once, and that decides");
    }
}

/// Tasks of 100 ms over a queue, on one core that can do ten a second.
fn tasks(rate: u32, more: &str) -> Executed {
    run(&format!(
        r#"
        duration = "60s"
        [system.tasks]
        type = "service"
        nodes = 1
        cores = 1
        queue = {{ limit = 20 }}
        protocol = "queue"
        work = "const(100ms)"
        [workload.users]
        target = "tasks"
        arrival = "poisson({rate}/s)"
        {more}
        "#
    ))
}

#[test]
fn a_one_way_call_is_answered_when_it_is_taken_and_may_be_lost_afterwards() {
    let served = |executed: &Executed| count(executed, Metric::SojournTime, &[]);
    let calm = tasks(5, "");
    let total = operations(&calm).len() as f64;
    assert!(count(&calm, Metric::Ok, &[]) >= total - 1.0);
    assert!(mean_latency_ms(&calm) < 2.0, "nobody waits for 100 ms of work");
    assert!(served(&calm) >= total - 3.0, "which is done all the same");

    let flooded = tasks(50, "");
    let (ok, rejected) = (count(&flooded, Metric::Ok, &[]), failed(&flooded, "rejected"));
    assert!((580.0..=640.0).contains(&ok), "{ok}: what the core can do, and what waits at the end");
    assert_eq!(ok + rejected + failed(&flooded, "in-flight"), operations(&flooded).len() as f64);
    assert_eq!(
        count(&flooded, Metric::Fail, &[("status", "4xx")]),
        rejected,
        "who is refused knows that nothing was done"
    );

    let crash = "[fault.crash]\nat = \"30s\"\ndo = \"crash\"\ntarget = \"tasks.1\"\nfor = \"1s\"";
    let crashed = tasks(50, crash);
    let lost = count(&crashed, Metric::Ok, &[]) - served(&crashed);
    // Those that waited in the middle, and those that wait at the end.
    assert!((38.0..=40.0).contains(&lost), "{lost}");
}

/// One client that asks again and again through a gateway whose connections to the service are reset once.
fn connected(protocol: &str) -> Vec<Recorded> {
    let executed = run(&format!(
        r#"
        duration = "20s"
        [system.api]
        type = "service"
        nodes = 1
        cores = 8
        protocol = "{protocol}"
        work = "const(5ms)"
        [system.edge]
        type = "gateway"
        nodes = 1
        routes = [{{ to = "api" }}]
        [workload.users]
        target = "edge"
        arrival = "closed(clients=1, think=const(100ms))"
        [fault.reset]
        at = "10s"
        do = "reset"
        target = "api"
        "#
    ));
    operations(&executed)
}

/// How many had to wait for a connection, a round trip: the others take as long as the fastest.
fn opened(operations: &[Recorded]) -> usize {
    let fastest = operations.iter().map(Recorded::latency).min().expect("there were requests");
    let slower = operations.iter().filter(|one| one.latency() > fastest + 50_000);
    slower.count()
}

#[test]
fn a_reset_costs_a_round_trip_for_each_connection_that_was_in_use() {
    for protocol in ["http1", "grpc"] {
        let operations = connected(protocol);
        let failed = operations.iter().filter(|one| one.attempts > 0 && one.latency() < 5_000_000).count();
        assert!(failed <= 1, "{protocol}: at most the one under way");
        assert_eq!(opened(&operations), 2, "{protocol}: once at first, and once after the reset");
    }
}

/// Three of four instances are there, and calls go to any of the four.
fn retried(how: &str) -> f64 {
    let executed = run(&format!(
        r#"
        duration = "100s"
        warmup = "1s"
        [system.api]
        type = "service"
        nodes = 4
        cores = 1
        work = "exp(1ms)"
        [system.edge]
        type = "gateway"
        nodes = 1
        routes = [{{ to = "api", policy = "random"{how} }}]
        [workload.users]
        target = "edge"
        arrival = "poisson(200/s)"
        [fault.crash]
        at = "0s"
        do = "crash"
        target = "api.2"
        "#
    ));
    executed.recording.measure(&Query::of(Metric::ErrorRate), Aggregate::Mean).expect("there were requests")
}

#[test]
fn retries_serve_what_independent_draws_say_and_a_budget_what_it_pays_for() {
    let near = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 0.008, "{found} instead of {expected}");
    };
    near(retried(""), 1.0 / 4.0);
    near(retried(", retry = { attempts = 2 }"), 1.0 / 16.0);
    near(retried(", retry = { attempts = 3 }"), 1.0 / 64.0);
    // Calls are made again for a tenth of all calls: three of four of these succeed.
    let budget = ", retry = { attempts = 2, budget = { share = \"10%\", reserve = \"0/s\" } }";
    near(retried(budget), 0.25 - 0.1 * 0.75);
}

/// A service that stands still from 10 s to 20 s, which 100 requests a second notice after half a second each.
fn standstill(how: &str) -> Executed {
    run(&format!(
        r#"
        duration = "40s"
        [system.api]
        type = "service"
        nodes = 1
        cores = 4
        work = "const(1ms)"
        [system.edge]
        type = "gateway"
        nodes = 1
        routes = [{{ to = "api", timeout = "500ms"{how} }}]
        [workload.users]
        target = "edge"
        arrival = "poisson(100/s)"
        timeout = "5s"
        [fault.standstill]
        at = "10s"
        do = "pause"
        target = "api.1"
        for = "10s"
        "#
    ))
}

#[test]
fn a_breaker_turns_waiting_in_vain_into_a_quick_no_and_finds_out_when_it_is_over() {
    let without = standstill("");
    assert!((900.0..1_000.0).contains(&failed(&without, "timeout")), "all of nine and a half seconds");
    assert_eq!(failed(&without, "unavailable"), 0.0);

    let rule = ", breaker = { failure_rate = \"50%\", window = 20, minimum = 20, open = \"3s\", probes = 5 }";
    let with = standstill(rule);
    let (timeouts, refused) = (failed(&with, "timeout"), failed(&with, "unavailable"));
    // Half a second until the first are overdue, a little until they are half of the last twenty, and then five at a time: at about
    // 13.6, 17.1 and 20.6 s, of which the last are answered.
    assert!((50.0..90.0).contains(&timeouts), "{timeouts}");
    assert!((880.0..1_080.0).contains(&refused), "{refused}");
    let late =
        operations(&with).iter().filter(|one| one.intended.as_secs_f64() > 21.0).map(Recorded::latency).max();
    assert!(late.is_some_and(|latency| latency < 10_000_000), "{late:?}: closed again");
}

/// One core that serves its queue in some order.
fn queue(queue: &str) -> Vec<(u32, u64)> {
    let executed = run(&format!(
        r#"
        duration = "60s"
        [system.api]
        type = "service"
        nodes = 1
        cores = 1
        {queue}
        work = "lognormal(mean=8ms, cv=2)"
        [workload.users]
        target = "api"
        arrival = "poisson(100/s)"
        timeout = "60s"
        "#
    ));
    operations(&executed).iter().map(|one| (one.number, one.latency())).collect()
}

#[test]
fn whoever_is_served_alone_is_not_interrupted_and_shares_with_nobody() {
    for (free, alone) in [
        ("fifo", "fifo"),
        ("fifo", "processor-sharing"),
        ("fifo", "las"),
        ("lifo", "lifo"),
        ("lifo", "lifo-preemptive"),
        ("sjf", "sjf"),
        ("sjf", "srpt"),
    ] {
        let expected = queue(&format!("queue = {{ discipline = \"{free}\" }}"));
        let limited = queue(&format!("queue = {{ discipline = \"{alone}\" }}\nconcurrency = 1"));
        assert_eq!(limited, expected, "{alone}, one at a time");
    }
    let [shared, preempted] =
        ["processor-sharing", "srpt"].map(|one| queue(&format!("queue = {{ discipline = \"{one}\" }}")));
    assert_ne!(shared, queue(""), "sharing is something else");
    assert_ne!(preempted, queue("queue = { discipline = \"sjf\" }"), "and so is interrupting");
}
