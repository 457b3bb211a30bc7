//! What callers know of the instances of a service: reports as old as the view, and health checks.

use seedbed::run::execute::Executed;
use seedbed::run::metrics::{Aggregate, Metric, Query};
use seedbed::run::simulate;
use seedbed::scenario::{LoadOptions, load_text};
use seedbed::systems::Never;

/// Gateways before 24 instances, which can do 2,400 requests a second.
fn fleet(gateways: u32, rate: u32, how: &str, more: &str) -> Executed {
    let text = format!(
        r#"
        schema = 1
        seed = 3
        duration = "30s"
        warmup = "5s"
        [system.api]
        type = "service"
        nodes = 24
        cores = 1
        work = "exp(10ms)"
        [system.edge]
        type = "gateway"
        nodes = {gateways}
        routes = [{{ to = "api", {how} }}]
        [workload.users]
        target = "edge"
        route = "round-robin"
        arrival = "poisson({rate}/s)"
        timeout = "30s"
        {more}
        "#
    );
    let loaded = load_text("test.toml", &text, &LoadOptions::default());
    let executed = simulate::<Never>(loaded).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(executed.verdicts.is_empty(), "{:?}", executed.verdicts);
    executed
}

fn mean_latency(executed: &Executed) -> f64 {
    executed.recording.measure(&Query::of(Metric::Latency), Aggregate::Mean).unwrap_or(f64::NAN) / 1e6
}

fn share_lost(executed: &Executed) -> f64 {
    executed.recording.measure(&Query::of(Metric::ErrorRate), Aggregate::Mean).unwrap_or(f64::NAN)
}

/// Mitzenmacher, *How useful is old information?* (IEEE TPDS 11, 2000): with fresh news the more choices the better; with old news
/// the fewer. Drawing blindly makes M/M/1 queues: 100 ms.
#[test]
fn old_news_makes_herds_and_the_more_choices_the_larger() {
    let with = |policy: &str, refresh: &str| {
        mean_latency(&fleet(
            4,
            2_160,
            &format!("policy = \"{policy}\", view = {{ refresh = \"{refresh}\" }}"),
            "",
        ))
    };
    let blind = mean_latency(&fleet(4, 2_160, "policy = \"random\"", ""));
    assert!((80.0..125.0).contains(&blind), "{blind}");
    let fresh = ["join-shortest-queue", "power-of-d(2)"].map(|policy| with(policy, "1ms"));
    let old = ["join-shortest-queue", "power-of-d(2)"].map(|policy| with(policy, "1s"));
    assert!(fresh[0] < fresh[1] && fresh[1] < blind / 2.0, "{fresh:?}");
    assert!(old[0] > 2.0 * old[1] && old[1] > blind, "{old:?}");
    let idle = mean_latency(&fleet(4, 2_160, "policy = \"join-idle-queue\"", ""));
    assert!(idle < fresh[1], "{idle}: who is idle says so at once");
}

/// Two of 24 instances take requests and answer none: a partition cuts them off for 10 of 25 seconds.
#[test]
fn health_checks_keep_requests_from_those_who_do_not_answer() {
    let cut_off = r#"
        [fault.cut-off]
        at = "10s"
        do = "partition"
        groups = [["api.1", "api.2"], ["rest"]]
        for = "10s"
    "#;
    let how = |health: &str| format!("policy = \"random\", timeout = \"1s\"{health}");
    let without = share_lost(&fleet(4, 1_200, &how(""), cut_off));
    // A twelfth of the requests of 20 of 25 seconds: a connection that was cut for ten tries again after up to ten more, as
    // retransmission timeouts double.
    assert!((0.05..0.075).contains(&without), "{without}");
    let with = share_lost(&fleet(
        4,
        1_200,
        &how(", health = { every = \"500ms\", timeout = \"200ms\", fall = 2, rise = 2 }"),
        cut_off,
    ));
    // Of those 10 s one second or less, until the second check has failed.
    assert!((0.001..0.005).contains(&with), "{with}");
}

/// Who calls an instance that has crashed is refused at once by its machine: it has nothing open, and draws more than its share,
/// until it is known to be down.
#[test]
fn health_checks_end_the_pull_of_those_who_refuse_fast() {
    let crash = r#"
        [fault.crash]
        at = "10s"
        do = "crash"
        target = "api.7"
        for = "10s"
    "#;
    let without = share_lost(&fleet(1, 2_160, "policy = \"least-connections\"", crash));
    let with = share_lost(&fleet(
        1,
        2_160,
        "policy = \"least-connections\", health = { every = \"200ms\", fall = 1, rise = 1 }",
        crash,
    ));
    // Who is idle takes turns, and it always is: of x lost the others bear 0.94 (1 - x) each, and 23 times the rest is idle, so that
    // x = 1 / (1 + 23 (1 - 0.94 (1 - x))): 17 %, for 10 of 25 seconds.
    assert!((0.05..0.085).contains(&without), "{without}");
    assert!(with < 0.003, "{with}: for a fifth of a second");
}
