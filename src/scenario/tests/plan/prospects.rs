//! Faults that find nothing to act on where they strike, or whose options leave them nothing to do.

use super::*;

const SYSTEMS: &str = "[system.kv]\ntype = \"raft\"\n\
                       [system.api]\ntype = \"service\"\nwork = \"exp(1ms)\"\n\
                       [system.relay]\ntype = \"service\"\nsteps = [{ call = \"kv\" }]\n\
                       [workload.w]\ntarget = \"api\"\narrival = \"poisson(1/s)\"\n";

/// What is said of one fault with these lines; the first of them is line 15.
fn fault(lines: &str) -> String {
    planned(&format!("{SYSTEMS}[fault.f]\nat = \"1s\"\n{lines}\n"))
}

#[test]
fn a_fault_that_finds_nothing_to_act_on_is_noticed() {
    assert_shown(
        &fault("do = \"slow-node\"\ntarget = \"kv\""),
        r#"
warning[S056]: `f` never strikes: no work there takes time
  --> test.toml:17:10
   |
17 | target = "kv"
   |          ^^^^
   |
   = help: of the types built in only a service works, for as long as its `work` says; to any other messages are work once it has cores = 1 and cpu = { receive = "10us" }; do = "slow-disk" and do = "delay" slow down a store, too
"#,
    );
    assert_shown(
        &fault("do = \"reset\"\ngroups = [\"kv.1\", \"rest\"]"),
        r#"
warning[S056]: `f` never strikes: no message goes there on a stream
  --> test.toml:17:11
   |
17 | groups = ["kv.1", "rest"]
   |           ^^^^^^
   |
   = help: give the system transport = "stream", or write do = "partition"
"#,
    );
    assert_shown(
        &fault("do = \"duplicate\"\nshare = \"10%\"\nlinks = [\"api.1--w\"]"),
        r#"
warning[S056]: `f` never strikes: no message goes there as a datagram
  --> test.toml:18:10
   |
18 | links = ["api.1--w"]
   |          ^^^^^^^^^^
   |
   = help: a stream drops copies; do = "delay" and do = "loss" strike streams as well
"#,
    );
    assert_shown(
        &fault("do = \"lying-disk\"\ntarget = \"any(api)\""),
        r#"
warning[S056]: `f` never strikes: nothing there writes to a disk
  --> test.toml:17:10
   |
17 | target = "any(api)"
   |          ^^^^^^^^^^
   |
   = help: of the types built in only a store writes: name its nodes
"#,
    );
    assert_shown(
        &fault("do = \"clock-step\"\nby = \"1s\"\ntarget = \"kv.1\""),
        r#"
warning[S056]: `f` never strikes: nobody looks at a wall clock there
  --> test.toml:18:10
   |
18 | target = "kv.1"
   |          ^^^^^^
   |
   = help: no type built in looks at one; do = "clock-drift" moves timers too, and a fault with `at_clock` or a check of `wall_clock_error` does look
"#,
    );
    assert_shown(
        &fault("do = \"partition\"\ngroups = [\"kv\", \"api\"]"),
        r#"
warning[S056]: `f` never strikes: no message goes that way
  --> test.toml:17:11
   |
17 | groups = ["kv", "api"]
   |           ^^^^
   |
   = help: name nodes that have something to say to each other
"#,
    );
}

#[test]
fn what_has_something_to_act_on_is_not() {
    for acts in [
        "do = \"slow-node\"\ntarget = \"region:lan\"",
        "do = \"slow-node\"\ntarget = \"api\"",
        "do = \"reset\"\ntarget = \"api\"",
        "do = \"reset\"",
        "do = \"duplicate\"\nshare = \"1%\"\ntarget = \"kv\"",
        "do = \"duplicate\"\nshare = \"1%\"\nlinks = [\"relay.1->kv.2\"]",
        "do = \"lying-disk\"\ntarget = \"leader(kv)\"",
        "do = \"slow-disk\"\ntarget = \"kv\"",
        "do = \"clock-drift\"\ndrift = \"1ppm\"\ntarget = \"api.front\"",
        "do = \"clock-step\"\nby = \"1s\"\ntarget = \"kv\"\n[check.c]\nmetric = \"wall_clock_error\"\nassert = \"max < 2s\"",
        "do = \"clock-step\"\nby = \"1s\"\ntarget = \"kv\"\n[fault.g]\ndo = \"crash\"\nat_clock = \"5s\"\ntarget = \"kv.3\"",
        "do = \"partition\"\ngroups = [\"kv\", \"relay\"]",
    ] {
        assert_eq!(fault(acts), "", "{acts}");
    }
    // What one option gives it another takes away.
    for in_vain in [
        "do = \"slow-node\"\ntarget = \"relay\"",
        "do = \"slow-node\"\ntarget = \"api.front\"",
        "do = \"duplicate\"\nshare = \"1%\"\ntarget = \"api\"",
        "do = \"clock-drift\"\ndrift = \"1ppm\"\nclock = \"wall\"\ntarget = \"kv\"",
        "do = \"clock-step\"\nby = \"1s\"\ntarget = \"kv.2\"\n[fault.g]\ndo = \"crash\"\nat_clock = \"5s\"\ntarget = \"kv.3\"",
        "do = \"partition\"\ngroups = [\"w\", \"kv\"]",
    ] {
        assert!(
            fault(in_vain).starts_with("warning[S056]: `f` never strikes: "),
            "{in_vain}: {}",
            fault(in_vain)
        );
    }
    let free = "[system.kv]\ntype = \"raft\"\ndisk = { fsync = \"0s\" }\n\
                [fault.f]\nat = \"1s\"\ntarget = \"kv\"\ndo = ";
    assert!(planned(&format!("{free}\"slow-disk\"")).contains("no disk there takes time"));
    assert_eq!(planned(&format!("{free}\"disk-stall\"")), "");
}

#[test]
fn a_fault_in_vain_is_foretold() {
    let world = world(&format!("{SYSTEMS}[fault.f]\nat = \"1s\"\ndo = \"slow-node\"\ntarget = \"kv\"\n"));
    assert_eq!(world.in_vain, ["f".to_owned()].into());
}

#[test]
fn a_nemesis_draws_nothing_that_finds_nothing_to_act_on() {
    let chaos = |kinds: &str| {
        planned(&format!(
            "{SYSTEMS}[fault.f]\nevery = \"1s\"\ndo = \"random\"\ntarget = \"kv\"\nfor = \"1s\"\nkinds = [{kinds}]\n"
        ))
    };
    assert_shown(
        &chaos("\"crash\", \"reset\", { do = \"delay\", delay = \"0s\" }"),
        r#"
warning[S056]: `f` never strikes with a reset: no message goes there on a stream
  --> test.toml:19:19
   |
19 | kinds = ["crash", "reset", { do = "delay", delay = "0s" }]
   |                   ^^^^^^^
   |
   = help: give the system transport = "stream", or write do = "partition"

warning[S056]: this delay changes nothing, so it never strikes
  --> test.toml:19:52
   |
19 | kinds = ["crash", "reset", { do = "delay", delay = "0s" }]
   |                                                    ^^^^
   |
   = help: let `delay` be other than 0, unless this is what others are compared with
"#,
    );
    assert_eq!(chaos("\"crash\", \"disk-stall\", \"duplicate\""), "");
    assert_shown(
        &chaos("{ do = \"crash\", for = \"0s\" }"),
        r#"
error[S018]: it would be over as it begins
  --> test.toml:19:32
   |
19 | kinds = [{ do = "crash", for = "0s" }]
   |                                ^^^^
   |
   = help: write for example for = "10s", or leave it to the nemesis
"#,
    );
}

#[test]
fn options_that_leave_nothing_to_do_are_noticed_whatever_the_kind() {
    assert_shown(
        &fault("do = \"clock-drift\"\ntarget = \"kv.1\"\ndrift = \"0ppm\""),
        r#"
warning[S056]: this clock-drift changes nothing, so it never strikes
  --> test.toml:18:9
   |
18 | drift = "0ppm"
   |         ^^^^^^
   |
   = help: let `drift` be other than 0, unless this is what others are compared with
"#,
    );
    assert_shown(
        &fault("do = \"sector-errors\"\ntarget = \"kv.1\""),
        r#"
warning[S056]: this sector-errors changes nothing, so it never strikes
  --> test.toml:14:1
   |
14 | [fault.f]
   | ^^^^^^^^^
   |
   = help: let `read` or `write` be other than 0, unless this is what others are compared with
"#,
    );
    for (kind, options) in [
        ("slow-node", "factor = 1"),
        ("slow-disk", "factor = 1"),
        ("sector-errors", "read = \"0%\""),
        ("torn-writes", "share = \"0%\""),
        ("misdirected-writes", "share = \"0%\""),
        ("bit-rot", "share = \"0%\""),
        ("clock-offset", "offset = \"0s\""),
        ("clock-step", "by = \"0s\""),
        ("clock-sinusoid", "amplitude = \"0s\"\nperiod = \"1s\""),
    ] {
        let told = fault(&format!("do = \"{kind}\"\ntarget = \"region:lan\"\n{options}"));
        let expected =
            format!("warning[S056]: this {kind} changes nothing, so it never strikes\n  --> test.toml:18:");
        assert!(told.starts_with(&expected) && told.matches("[S0").count() == 1, "{told}");
    }
    for (kind, options) in [
        ("loss", "share = \"0%\""),
        ("bursty-loss", "to_bad = \"0%\""),
        ("bursty-loss", "loss_bad = \"0%\""),
        ("corrupt", "share = \"0%\""),
        ("duplicate", "share = \"0%\""),
        ("delay", "delay = \"0s\""),
        ("delay", "share = \"0%\"\ndelay = \"1s\""),
    ] {
        let told = fault(&format!("do = \"{kind}\"\n{options}"));
        let expected =
            format!("warning[S056]: this {kind} changes nothing, so it never strikes\n  --> test.toml:17:");
        assert!(told.starts_with(&expected) && told.matches("[S0").count() == 1, "{told}");
    }
    for something in ["loss_good = \"1%\"\nto_bad = \"0%\"", "loss_good = \"1%\"\nloss_bad = \"0%\""] {
        assert_eq!(fault(&format!("do = \"bursty-loss\"\n{something}")), "");
    }
}

#[test]
fn a_sweep_may_hold_its_values_against_none() {
    let sweep = "[sweep]\nvars.by = [\"0ms\", \"500ms\"]\n";
    let told = planned(&format!(
        "{sweep}{SYSTEMS}[fault.f]\nat = \"1s\"\ndo = \"delay\"\ntarget = \"kv\"\ndelay = \"${{by}}\"\n"
    ));
    assert!(told.starts_with("warning[S056]: this delay changes nothing, so it never strikes\n"), "{told}");
    assert_eq!(told.matches("[S0").count(), 1, "{told}");
}

#[test]
fn a_target_that_is_nobody_is_noticed() {
    let two = |lines: &str| {
        planned(&format!("[system.kv]\ntype = \"raft\"\nnodes = 2\n[fault.f]\nat = \"1s\"\n{lines}\n"))
    };
    assert_shown(
        &two("do = \"crash\"\ntarget = \"minority(kv)\""),
        r#"
warning[S056]: `f` never strikes: `minority(kv)` comes to nobody
 --> test.toml:9:10
  |
9 | target = "minority(kv)"
  |          ^^^^^^^^^^^^^^
  |
  = help: the system has too few nodes for it
"#,
    );
    assert_shown(
        &two("do = \"crash\"\ntarget = \"quorum(kv, without leader)\""),
        r#"
warning[S056]: `quorum(kv, without leader)` comes to nobody while there is a leader
 --> test.toml:9:10
  |
9 | target = "quorum(kv, without leader)"
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: the system has too few nodes beside it
"#,
    );
    let layout = |layout: &str| two(&format!("do = \"partition\"\ntarget = \"kv\"\nlayout = \"{layout}\""));
    assert!(
        layout("bridge").starts_with("warning[S056]: `f` never strikes: `bridge of kv` comes to nobody\n")
    );
    assert_eq!(layout("halves"), "");
    assert_eq!(two("do = \"crash\"\ntarget = \"follower(kv)\""), "");
    assert_eq!(two("do = \"crash\"\ntarget = \"quorum(kv, with leader)\""), "");
    let one = "[system.kv]\ntype = \"raft\"\nnodes = 1\n[fault.f]\nat = \"1s\"\ndo = \"crash\"\ntarget = ";
    for target in ["follower(kv)", "followers(kv)", "quorum(kv, without leader)"] {
        assert!(planned(&format!("{one}\"{target}\"")).contains("comes to nobody while there is a leader"));
    }
}
