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
        ["every = \"exp(1h)\"", "every = \"const(4999ms)\"\nuntil = \"5s\"", waits, "at_clock = \"1h\""]
    {
        assert_eq!(shown(sometimes), "", "{sometimes}");
    }
}
