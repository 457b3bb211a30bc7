//! What a scenario asks for and can never get: it is refused, or noticed.

use super::*;

const KV: &str = "[system.kv]\ntype = \"raft\"\n";

/// What is said of a partition with these lines.
fn partition(lines: &str) -> String {
    planned(&format!("{KV}[fault.f]\ndo = \"partition\"\nat = \"1s\"\ntarget = \"kv.1\"\n{lines}\n"))
}

#[test]
fn what_lasts_no_time_is_refused() {
    assert_shown(
        &partition("for = \"0s\""),
        r#"
error[S018]: it would be over as it begins
 --> test.toml:9:7
  |
9 | for = "0s"
  |       ^^^^
  |
  = help: write for example for = "10s", or leave it out for a fault that stays
"#,
    );
    assert_eq!(partition("for = \"uniform(0s, 1ms)\""), "");
    assert_shown(
        &partition("flap = { up = \"5ms\", down = \"uniform(1ms, 9ms)\" }"),
        r#"
error[S018]: `up` lasts at most 5ms, and `stable` makes it at least 10ms
 --> test.toml:9:15
  |
9 | flap = { up = "5ms", down = "uniform(1ms, 9ms)" }
  |               ^^^^^
  |
  = help: make `up` longer, or `stable` shorter

error[S018]: `down` lasts at most 9ms, and `stable` makes it at least 10ms
 --> test.toml:9:29
  |
9 | flap = { up = "5ms", down = "uniform(1ms, 9ms)" }
  |                             ^^^^^^^^^^^^^^^^^^^
  |
  = help: make `down` longer, or `stable` shorter
"#,
    );
    assert_shown(
        &partition("flap = { up = \"1s\", down = \"1s\", stable = \"2s\" }"),
        r#"
error[S018]: `up` lasts at most 1s, and `stable` makes it at least 2s
 --> test.toml:9:15
  |
9 | flap = { up = "1s", down = "1s", stable = "2s" }
  |               ^^^^                        ---- no two changes are nearer
  |
  = help: make `up` longer, or `stable` shorter

error[S018]: `down` lasts at most 1s, and `stable` makes it at least 2s
 --> test.toml:9:28
  |
9 | flap = { up = "1s", down = "1s", stable = "2s" }
  |                            ^^^^           ---- no two changes are nearer
  |
  = help: make `down` longer, or `stable` shorter
"#,
    );
    assert_eq!(partition("flap = { up = \"10ms\", down = \"exp(1ms)\" }"), "");
}

#[test]
fn every_branch_of_a_mixture_counts() {
    // What is drawn last is neither the longest nor the shortest.
    assert_eq!(partition("for = \"mixture(1: const(10s), 1: const(0s))\""), "");
    let flap = "flap = { up = \"mixture(1: const(1s), 1: const(1ms))\", down = \"1s\" }";
    assert_eq!(partition(flap), "");
    let every = "[fault.e]\ndo = \"crash\"\ntarget = \"kv.1\"\nfor = \"1s\"\nevery = ";
    let planned = |law: &str| planned(&format!("{KV}{every}\"mixture({law})\"\n"));
    assert_eq!(planned("1: const(20s), 1: const(1s)"), "");
    assert_eq!(planned("1: const(1s), 1: const(0s)"), "");
    assert!(planned("1: const(20s), 1: const(30s)").contains("`e` never strikes"));
    assert!(planned("1: const(0s), 1: uniform(0s, 0s)").contains("without end at one moment"));
}

#[test]
fn a_nemesis_says_how_long_its_strikes_last() {
    let of_kinds = |kinds: &str| {
        planned(&format!(
            "{KV}[fault.f]\ndo = \"random\"\nevery = \"1s\"\ntarget = \"kv\"\nkinds = [{kinds}]\n"
        ))
    };
    let crash = "{ do = \"crash\", for = \"1s\" }";
    assert_eq!(of_kinds(crash), "");
    assert!(of_kinds(&format!("{crash}, \"pause\"")).contains("`for` is missing"));
    assert_shown(
        &planned(&format!("{KV}[fault.f]\ndo = \"random\"\nevery = \"1s\"\ntarget = \"kv\"\n")),
        r#"
error[S018]: `for` is missing: how long does each strike last?
 --> test.toml:5:1
  |
5 | [fault.f]
  | ^^^^^^^^^
  |
  = help: write for example for = "exp(10s)": after a few strikes that stay nothing would be left to strike
"#,
    );
}

#[test]
fn a_region_without_nodes_is_noticed_where_it_is_meant() {
    let scenario = "network.regions = \"aws\"\n\
                    system.kv = { type = \"raft\", nodes = [\"eu-west-1\", \"us-east-1\"] }\n\
                    workload.w = { target = \"kv\", arrival = \"poisson(1/s)\", region = \"eu-west-2\" }\n\
                    fault.f = { do = \"partition\", at = \"1s\", groups = [\"region:eu-west-3\", \"region:eu-west-2\"] }\n";
    assert_shown(
        &planned(scenario),
        r#"
warning[S056]: no node stands in the region `eu-west-3`
 --> test.toml:6:52
  |
6 | fault.f = { do = "partition", at = "1s", groups = ["region:eu-west-3", "region:eu-west-2"] }
  |                                                    ^^^^^^^^^^^^^^^^^^
  |
  = help: so it means nobody: name a region that has nodes
"#,
    );
}

#[test]
fn a_region_of_clients_is_nobody_to_a_fault_of_nodes_and_told_once() {
    let lines = |target: &str| {
        format!(
            "network.regions = \"aws\"\n\
             system.kv = {{ type = \"raft\", nodes = [\"eu-west-1\"] }}\n\
             workload.w = {{ target = \"kv\", arrival = \"poisson(1/s)\", region = \"eu-west-2\" }}\n\
             fault.f = {{ do = \"crash\", at = \"1s\", target = \"{target}\" }}\n"
        )
    };
    assert_shown(
        &planned(&lines("region:eu-west-2")),
        r#"
warning[S056]: `f` never strikes: there are only clients, which hold no process
 --> test.toml:6:47
  |
6 | fault.f = { do = "crash", at = "1s", target = "region:eu-west-2" }
  |                                               ^^^^^^^^^^^^^^^^^^
  |
  = help: name nodes of a system; a partition cuts off clients as well
"#,
    );
    for target in ["region:eu-west-2", "region:eu-west-3"] {
        assert_eq!(world(&lines(target)).in_vain, ["f".to_owned()].into());
        assert_eq!(planned(&lines(target)).matches("warning").count(), 1);
    }
}

#[test]
fn what_names_no_region_of_several_is_noticed() {
    let scenario = "network.regions = \"aws\"\n\
                    system.kv = { type = \"raft\", nodes = [\"eu-west-1\", \"us-east-1\"] }\n\
                    workload.w = { target = \"kv\", arrival = \"poisson(1/s)\" }\n";
    assert_shown(
        &planned(scenario),
        r#"
warning[S058]: `w` names no region, so it stands in the network's first, `af-south-1`
 --> test.toml:5:10
  |
5 | workload.w = { target = "kv", arrival = "poisson(1/s)" }
  |          ^
  |
  = help: write region = "af-south-1" if that is meant, or another, such as "eu-west-1"
"#,
    );
    assert_eq!(
        planned(&scenario.replace("\"aws\"", "\"lan\"").replace("[\"eu-west-1\", \"us-east-1\"]", "2")),
        ""
    );
    let some_groups = "network.regions = \"aws\"\n\
                       system.kv = { type = \"raft\", groups = [{ count = 2, region = \"eu-west-1\" }, { count = 1 }] }\n\
                       workload.w = { target = \"kv\", arrival = \"poisson(1/s)\" }\n";
    assert_shown(
        &planned(some_groups),
        r#"
warning[S058]: `kv` and 1 more name no region, so they stand in the network's first, `af-south-1`
 --> test.toml:4:8
  |
4 | system.kv = { type = "raft", groups = [{ count = 2, region = "eu-west-1" }, { count = 1 }] }
  |        ^^
5 | workload.w = { target = "kv", arrival = "poisson(1/s)" }
  |          - and this
  |
  = help: write region = "af-south-1" if that is meant, or another, such as "eu-west-1"
"#,
    );
}

#[test]
fn a_check_of_what_lies_behind_the_run_is_refused() {
    let check =
        |window: &str| planned(&format!("{KV}[check.c]\nsometimes = \"leader-lost(kv)\"\n{window}\n"));
    assert_shown(
        &check("from = \"10s\""),
        r#"
error[S018]: the check sees nothing: its window begins when the run is over, at 10s
 --> test.toml:7:8
  |
7 | from = "10s"
  |        ^^^^^
  |
  = help: let it begin earlier, or make the run longer
"#,
    );
    assert_eq!(check("from = \"9999ms\""), "");
    assert_shown(
        &check("to = \"0s\""),
        r#"
error[S018]: the window is empty: it ends as the run begins
 --> test.toml:7:6
  |
7 | to = "0s"
  |      ^^^^
  |
  = help: let `to` be later, or leave it out
"#,
    );
    assert_eq!(check("to = \"1ms\""), "");
}
