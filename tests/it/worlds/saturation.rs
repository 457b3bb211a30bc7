//! What messages cost, held to its closed form: the leader's core bounds what a replicated log gets through (docs/models.md).

use std::path::Path;
use std::sync::atomic::AtomicBool;

use seedbed::run::execute::{Executed, execute};
use seedbed::run::metrics::{Aggregate, Metric, Query};
use seedbed::sim::Limits;

use crate::scenarios::first_run_with;

/// Receiving or sending a message, in the scenario, in seconds.
const MESSAGE: f64 = 10e-6;

/// The scenario with so many clients, so many entries in an AppendEntries, and so many of these under way to a follower.
fn saturated(clients: u32, batch: u32, in_flight: u32, set: &[&str]) -> Executed {
    let path = Path::new("scenarios/consensus/saturation.toml");
    let swept = [("clients", clients), ("batch", batch), ("in_flight", in_flight)];
    let swept = swept.map(|(name, value)| format!("sweep.vars.{name}=[{value}]"));
    let set: Vec<&str> = swept.iter().map(String::as_str).chain(set.iter().copied()).collect();
    execute(first_run_with(path, Limits::default(), &set), &AtomicBool::new(false), &mut |_| {})
}

fn figure(run: &Executed, metric: Metric, aggregate: Aggregate, labels: &[(&str, &str)]) -> f64 {
    let query = labels.iter().fold(Query::of(metric), |query, (label, value)| {
        query.with(label, value).expect("the metric has the label")
    });
    run.recording.measure(&query, aggregate).expect("there is data")
}

fn throughput(run: &Executed) -> f64 {
    figure(run, Metric::Throughput, Aggregate::Mean, &[])
}

/// Heartbeats take 8 messages each 50 ms, 0.2 % of a core; nothing else may be missing.
#[test]
fn throughput_saturates_where_the_leaders_core_does() {
    for nodes in [3.0, 5.0, 9.0] {
        let run = saturated(64, 1, 64, &[&format!("system.kv.nodes={nodes}")]);
        let bound = 1.0 / (2.0 * nodes * MESSAGE);
        let share = throughput(&run) / bound;
        assert!((0.99..=1.0).contains(&share), "{share} of {bound} writes a second among {nodes}");
        let busiest = figure(&run, Metric::Utilisation, Aggregate::Max, &[("system", "kv")]);
        assert!(busiest > 0.999, "{busiest}");
        // A follower handles 2 of the leader's 2n messages, and those of the heartbeats.
        let idlest = figure(&run, Metric::Utilisation, Aggregate::Min, &[("system", "kv")]);
        assert!((idlest - 1.0 / nodes).abs() < 0.01, "{idlest}");
    }
}

#[test]
fn four_cores_get_four_times_as_much_through() {
    let run = saturated(256, 1, 64, &["system.kv.cores=4"]);
    let share = throughput(&run) / (4.0 / (10.0 * MESSAGE));
    assert!((0.97..=1.0).contains(&share), "{share}");
}

/// One AppendEntries at a time to each follower carries what has come meanwhile: what is left is the request and the reply.
#[test]
fn batches_leave_the_request_and_the_reply_to_the_leader() {
    let run = saturated(256, 64, 1, &[]);
    let sent = figure(&run, Metric::MessagesSent, Aggregate::Count, &[("system", "kv")]);
    let writes = throughput(&run);
    // The leader sends a reply a write, and half of what the nodes say to each other; as much it receives.
    let measured = 2.5;
    let handled = 2.0 * (writes + (sent / measured - writes) / 2.0);
    let busy = handled * MESSAGE;
    assert!(
        (0.98..=1.01).contains(&busy),
        "the messages of {writes} writes a second fill {busy} of the core"
    );
    assert!(writes > 40_000.0 && writes < 1.0 / (2.0 * MESSAGE), "{writes}");
}

#[test]
fn a_byte_costs_as_much_as_it_says() {
    let big = |byte: &str| {
        let run = saturated(
            64,
            1,
            64,
            &["workload.clients.value_size=4KiB", &format!("system.kv.cpu.byte={byte}")],
        );
        1.0 / throughput(&run)
    };
    // The leader receives a write once and sends it to four: 5 x 4 KiB x 2 ns are 41 us; headers and answers are small.
    let more = big("2ns") - big("0ns");
    assert!((40.9e-6..44e-6).contains(&more), "{more} s a write");
}
