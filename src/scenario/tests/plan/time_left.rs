//! Faults that nothing leaves the time to strike.

use super::*;

const PREY: &str = "[system.kv]\ntype = \"raft\"\n";

#[test]
fn a_nemesis_whose_calm_is_the_whole_run_is_noticed() {
    let fault =
        "[fault.chaos]\ndo = \"random\"\ntarget = \"kv\"\nfor = \"1s\"\nevery = \"exp(1s)\"\ncalm = \"10s\"";
    assert_shown(
        &planned(&format!("{PREY}{fault}")),
        r#"
warning[S056]: `chaos` never strikes: its calm begins at 0s
  --> test.toml:10:8
   |
10 | calm = "10s"
   |        ^^^^^
   |
   = help: make `calm` shorter, or the run longer
"#,
    );
    assert_eq!(planned(&format!("{PREY}{fault}").replace("10s", "9s")), "");
}

#[test]
fn a_fault_that_is_over_before_it_begins_is_noticed() {
    let shown = |when: &str| planned(&format!("{PREY}[fault.f]\ndo = \"crash\"\ntarget = \"kv.1\"\n{when}"));
    assert_shown(
        &shown("every = \"const(5s)\"\nuntil = \"5s\""),
        r#"
warning[S056]: `f` never strikes: it ends at 5s
 --> test.toml:9:9
  |
9 | until = "5s"
  |         ^^^^
  |
  = help: let `until` be later
"#,
    );
    assert_shown(
        &shown("every = \"const(10s)\""),
        r#"
warning[S056]: `f` never strikes: the run ends at 10s
 --> test.toml:8:9
  |
8 | every = "const(10s)"
  |         ^^^^^^^^^^^^
  |
  = help: let it strike earlier, or make the run longer
"#,
    );
    let waits = "when = \"leader-elected(kv)\"";
    for never in ["every = \"exp(1s)\"\nuntil = \"0s\"", &format!("{waits}\nfrom = \"4s\"\nuntil = \"4s\"")] {
        assert!(shown(never).contains("`f` never strikes"), "{never}");
    }
    for sometimes in
        ["every = \"exp(1h)\"", "every = \"const(4999ms)\"\nuntil = \"5s\"", waits, "at_clock = \"9s\""]
    {
        assert_eq!(shown(sometimes), "", "{sometimes}");
    }
}

#[test]
fn a_time_that_no_clock_shows_within_the_run_is_noticed() {
    let shown = |clock: &str, more: &str| {
        planned(&format!(
            "{PREY}clocks = {{ \"kv.2\" = {clock} }}\n[fault.f]\ndo = \"crash\"\ntarget = \"kv\"\n{more}\n"
        ))
    };
    assert_shown(
        &shown("{ offset = \"1s\" }", "at_clock = \"11s\""),
        r#"
warning[S056]: `f` never strikes: no clock of its target shows 11s before 10s
 --> test.toml:9:12
  |
9 | at_clock = "11s"
  |            ^^^^^
  |
  = help: let it strike earlier, or make the run longer
"#,
    );
    assert_eq!(shown("{ offset = \"1s\" }", "at_clock = \"10999ms\""), "");
    assert_eq!(shown("{ drift = \"200000ppm\" }", "at_clock = \"11s\""), "");
    let until = shown("{ offset = \"1s\" }", "at_clock = \"9s\"\nuntil = \"8s\"");
    assert!(until.contains("shows 9s before 8s"), "{until}");
    let moved = "[fault.g]\ndo = \"clock-step\"\nby = \"1h\"\nat = \"1s\"\ntarget = \"kv.1\"";
    assert_eq!(shown("{ offset = \"1s\" }", &format!("at_clock = \"11s\"\n{moved}")), "");
}
