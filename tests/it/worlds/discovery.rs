//! Registries: who is there, who left, who is down, and what callers make of what they heard.

use seedbed::run::execute::Executed;
use seedbed::run::metrics::{Aggregate, Metric, Query};
use seedbed::run::simulate;
use seedbed::scenario::{LoadOptions, load_text};
use seedbed::systems::Never;

/// Two gateways, a registry of `registries` nodes with leases of three seconds, and three users: one of version 1, two of version 2.
fn town(registries: u32, route: &str, more: &str) -> Executed {
    let text = format!(
        r#"
        schema = 1
        seed = 5
        duration = "30s"
        [system.registry]
        type = "registry"
        nodes = {registries}
        ttl = "3s"
        [system.users]
        type = "service"
        groups = [{{ prefix = "old", count = 1, version = "1" }}, {{ prefix = "new", count = 2, version = "2" }}]
        cores = 1
        work = "exp(1ms)"
        register = "registry"
        [system.edge]
        type = "gateway"
        nodes = 2
        routes = [{{ policy = "random", view = {{ instances = "500ms" }}, timeout = "500ms", {route} }}]
        [workload.visitors]
        target = "edge"
        route = "round-robin"
        arrival = "poisson(200/s)"
        timeout = "2s"
        {more}
        "#
    );
    let loaded = load_text("test.toml", &text, &LoadOptions::default());
    let executed = simulate::<Never>(loaded).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(executed.verdicts.is_empty(), "{:?}", executed.verdicts);
    executed
}

/// How many failed for this reason, whether they had an effect or not.
fn failed(executed: &Executed, reason: &str) -> f64 {
    let count = |metric| {
        let query = Query::of(metric).with("reason", reason).expect("there is such a reason");
        executed.recording.measure(&query, Aggregate::Count).unwrap_or(0.0)
    };
    count(Metric::Fail) + count(Metric::Unknown)
}

fn all_failed(executed: &Executed) -> [f64; 3] {
    ["not-found", "unavailable", "timeout"].map(|reason| failed(executed, reason))
}

fn utilisation(executed: &Executed, node: &str) -> f64 {
    let query = Query::of(Metric::Utilisation).with("node", node).expect("there is such a node");
    executed.recording.measure(&query, Aggregate::Mean).unwrap_or(0.0)
}

#[test]
fn who_leaves_is_not_found_and_who_is_down_is_unavailable() {
    let left = r#"
        [operation.leave]
        at = "10s"
        do = "deregister"
        target = ["users.old.1", "users.new.1", "users.new.2"]
        [operation.back]
        at = "20s"
        do = "register"
        target = ["users.new.1"]
    "#;
    let [not_found, unavailable, timeout] = all_failed(&town(1, "to = \"users\"", left));
    // 200 a second for 10 s, from half a second to a second later at either end.
    assert!((1_700.0..2_200.0).contains(&not_found), "{not_found}");
    assert_eq!([unavailable, timeout], [0.0; 2], "who leaves serves on");
    let down = r#"
        [fault.down]
        at = "10s"
        do = "crash"
        target = "users"
        for = "10s"
    "#;
    let [not_found, unavailable, timeout] = all_failed(&town(1, "to = \"users\"", down));
    // Listed or lapsed, they are there, and down.
    assert!((1_800.0..2_300.0).contains(&unavailable), "{unavailable}");
    assert_eq!([not_found, timeout], [0.0; 2]);
}

#[test]
fn one_that_crashes_is_called_until_its_lease_is_over() {
    let crash = "[fault.crash]\nat = \"10s\"\ndo = \"crash\"\ntarget = \"users.new.1\"\nfor = \"15s\"\n";
    let [not_found, unavailable, timeout] = all_failed(&town(1, "to = \"users\"", crash));
    // A third of 200 a second, for two to three seconds and half a second more.
    assert!((2.0 * 200.0 / 3.0 * 0.85..3.5 * 200.0 / 3.0 * 1.15).contains(&unavailable), "{unavailable}");
    assert_eq!([not_found, timeout], [0.0; 2]);
}

#[test]
fn an_outage_of_the_registry_goes_unnoticed_unless_callers_forget() {
    let outage = "[fault.outage]\nat = \"5s\"\ndo = \"crash\"\ntarget = \"registry.1\"\nfor = \"15s\"\n";
    assert_eq!(all_failed(&town(1, "to = \"users\"", outage)), [0.0; 3]);
    // A gateway that boots meanwhile knows nobody until the registry answers again, a lease after it is back.
    let forgotten =
        format!("{outage}[fault.edge]\nat = \"10s\"\ndo = \"crash\"\ntarget = \"edge.1\"\nfor = \"1s\"\n");
    let [not_found, unavailable, _] = all_failed(&town(1, "to = \"users\"", &forgotten));
    // Half of 200 a second from 11 s to 23 s or so; and before that whoever was refused by its machine.
    assert!((1_150.0..1_500.0).contains(&unavailable), "{unavailable}");
    assert_eq!(not_found, 0.0, "nothing is known, and so nobody is known not to be there");
    // Of two nodes of a registry the other answers.
    let [not_found, unavailable, _] = all_failed(&town(2, "to = \"users\"", &forgotten));
    assert!(unavailable < 150.0 && not_found == 0.0, "{unavailable}: the second without the gateway");
}

#[test]
fn without_a_grace_a_registry_that_has_forgotten_says_that_nobody_is_there() {
    let outage = "[fault.outage]\nat = \"5s\"\ndo = \"crash\"\ntarget = \"registry.1\"\nfor = \"5s\"\n[system.registry.registry]\ngrace = \"0s\"\n[fault.quiet]\nat = \"9s\"\ndo = \"pause\"\ntarget = \"users\"\nfor = \"2s\"\n";
    let [not_found, ..] = all_failed(&town(1, "to = \"users\"", outage));
    assert!(not_found > 50.0, "{not_found}: nobody could register before 11 s");
}

#[test]
fn routes_lead_to_the_instances_of_a_version() {
    for (route, old, new) in [
        ("to = \"users@1\"", true, false),
        ("to = \"users\", where = { version = \"2\" }", false, true),
        ("to = { \"users@1\" = 1, \"users@2\" = 1 }", true, true),
    ] {
        let executed = town(1, route, "");
        let works =
            ["users.old.1", "users.new.1", "users.new.2"].map(|node| utilisation(&executed, node) > 0.01);
        assert_eq!(works, [old, new, new], "{route}");
        assert_eq!(all_failed(&executed), [0.0; 3], "{route}");
    }
    // When all of a version have left there is none, though others are there.
    let leave = "[operation.leave]\nat = \"10s\"\ndo = \"deregister\"\ntarget = \"users.old.1\"\n";
    let [not_found, unavailable, _] = all_failed(&town(1, "to = \"users@1\"", leave));
    assert!(not_found > 3_500.0 && unavailable == 0.0, "{not_found}");
}
