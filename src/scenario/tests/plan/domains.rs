//! Zones, racks and versions: how nodes are given them, and how faults name them.

use super::*;

/// Two systems over two regions; both regions have a zone `a`, and both systems a version `1.2`.
const NODES: &str = r#"
network.regions = "aws"
[system.kv]
type = "raft"
groups = [
    { count = 3, region = "eu-west-1", zone = ["a", "b"], rack = "r1", version = ["1.2", "1.3"] },
    { count = 1, region = "us-east-1", zone = "a" },
]
[system.api]
type = "service"
work = "exp(1ms)"
groups = [{ count = 1, region = "eu-west-1", rack = "r9", version = "1.2" }]
"#;

/// The nodes that crash.
fn struck(target: &str) -> Vec<String> {
    let world = world(&format!("{NODES}\n[fault.x]\ndo = \"crash\"\nat = \"1s\"\ntarget = \"{target}\"\n"));
    let names: Vec<String> = world.setup.nodes.iter().map(|node| node.name.clone()).collect();
    let mut sim = crate::sim::Sim::new(world.setup, ());
    sim.run(u64::MAX);
    let is_down = |(id, _): &(usize, &String)| !sim.roster().nodes[*id].up;
    names.iter().enumerate().filter(is_down).map(|(_, name)| name.clone()).collect()
}

#[test]
fn domains_are_dealt_out_in_turn_and_found_by_any_name_that_means_one() {
    assert_eq!(struck("zone:eu-west-1/a"), ["kv.1", "kv.3"]);
    assert_eq!(struck("zone:us-east-1/a"), ["kv.4"]);
    assert_eq!(struck("zone:b"), ["kv.2"]);
    assert_eq!(struck("rack:b/r1"), ["kv.2"]);
    assert_eq!(struck("rack:eu-west-1/a/r1"), ["kv.1", "kv.3"]);
    assert_eq!(struck("rack:r9"), ["api.1"], "a rack without a zone lies in the region, and no front in it");
    assert_eq!(struck("version:1.3"), ["kv.2"]);
    assert_eq!(struck("version:kv/1.2"), ["kv.1", "kv.3"]);
}

#[test]
fn a_name_that_means_no_domain_or_several_is_refused() {
    assert_shown(
        &planned(&format!(
            "{NODES}{}",
            r#"
[fault.a]
do = "crash"
at = "1s"
target = "zone:a"
[fault.b]
do = "pause"
at = "1s"
target = "version:1.4"
[fault.c]
do = "partition"
at = "1s"
groups = [["rack:r1", "kv.4"], "rest"]
[fault.d]
do = "crash"
at = "1s"
target = "zone:1/a"
"#
        )),
        r#"
error[S052]: there are 2 zones `a`
  --> test.toml:18:10
   |
18 | target = "zone:a"
   |          ^^^^^^^^
   |
   = help: write `eu-west-1/a` or `us-east-1/a`

error[S050]: there is no version `1.4`
  --> test.toml:22:10
   |
22 | target = "version:1.4"
   |          ^^^^^^^^^^^^^ did you mean `1.2`?
   |
   = help: the scenario has `api/1.2`, `kv/1.2` or `kv/1.3`

error[S052]: there are 2 racks `r1`
  --> test.toml:26:12
   |
26 | groups = [["rack:r1", "kv.4"], "rest"]
   |            ^^^^^^^^^
   |
   = help: write `eu-west-1/a/r1` or `eu-west-1/b/r1`

error[S050]: there is no zone `1/a`
  --> test.toml:30:10
   |
30 | target = "zone:1/a"
   |          ^^^^^^^^^^
   |
   = help: the scenario has `eu-west-1/a`, `eu-west-1/b` or `us-east-1/a`
"#,
    );
}

#[test]
fn names_of_domains_are_words() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
groups = [{ count = 3, zone = "a/b", rack = ["r1", ""], version = "1 2" }]
"#,
        ),
        r#"
error[S051]: `a/b` cannot be the name of a zone
 --> test.toml:5:31
  |
5 | groups = [{ count = 3, zone = "a/b", rack = ["r1", ""], version = "1 2" }]
  |                               ^^^^^
  |
  = help: such a name has up to 64 letters, digits, `.`, `_`, `+` and `-`

error[S051]: `` cannot be the name of a rack
 --> test.toml:5:52
  |
5 | groups = [{ count = 3, zone = "a/b", rack = ["r1", ""], version = "1 2" }]
  |                                                    ^^
  |
  = help: such a name has up to 64 letters, digits, `.`, `_`, `+` and `-`

error[S051]: `1 2` cannot be the name of a version
 --> test.toml:5:67
  |
5 | groups = [{ count = 3, zone = "a/b", rack = ["r1", ""], version = "1 2" }]
  |                                                                   ^^^^^
  |
  = help: such a name has up to 64 letters, digits, `.`, `_`, `+` and `-`
"#,
    );
}
