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
    down(world(&format!("{NODES}{}", crash(target))))
}

fn crash(target: &str) -> String {
    format!("\n[fault.x]\ndo = \"crash\"\nat = \"1s\"\ntarget = \"{target}\"\n")
}

/// The nodes that are down when the world ends.
fn down(world: crate::scenario::plan::World) -> Vec<String> {
    let names: Vec<String> = world.setup.nodes.iter().map(|node| node.name.to_string()).collect();
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

/// Zone and rack of nodes may be those of their sites; what their groups say comes first.
#[test]
fn nodes_have_the_zone_and_the_rack_of_their_site() {
    const FIBRES: &str = r#"graph {
        node [zone = "alps"]
        Lyon [rack = "r1"] Turin; Paris [zone = "north"]
        Lyon -- Turin [delay = "2ms"] Turin -- Paris [delay = "4ms"]
    }"#;
    const NODES: &str = r#"schema = 1
duration = "10s"
network.regions = "fibres.dot"
[system.kv]
type = "raft"
groups = [
    { count = 2, region = "Lyon" },
    { count = 1, region = "Lyon", rack = "r2" },
    { count = 1, region = "Turin" },
    { count = 1, region = "Paris" },
    { count = 1, region = "Turin", zone = "alps" },
]
"#;
    let said = |fibres: &str, target: &str| {
        let scenario = format!("{NODES}{}", crash(target));
        let folder = Folder::new(&[("a.toml", scenario.as_str()), ("fibres.dot", fibres)]);
        let mut loaded = folder.load("a.toml");
        let checked = check(&mut loaded, |scenario, diagnostics, files| {
            plan::<Never>(scenario, scenario.seed, Limits::default(), diagnostics, files)
        });
        checked.map(|checked| down(checked.world)).ok_or_else(|| shown(&loaded))
    };
    let struck = |target: &str| said(FIBRES, target).unwrap_or_else(|said| panic!("{said}"));
    assert_eq!(struck("zone:alps"), ["kv.1", "kv.2", "kv.3", "kv.4"], "of all sites of the zone");
    assert_eq!(struck("zone:Turin/alps"), ["kv.6"], "a zone of one's own lies in the site");
    assert_eq!(struck("zone:north"), ["kv.5"]);
    assert_eq!(struck("rack:r1"), ["kv.1", "kv.2"]);
    assert_eq!(struck("rack:alps/r2"), ["kv.3"]);
    let wrong = said(&FIBRES.replace("north", "far north"), "zone:alps").expect_err("no name");
    let message = "error[S037]: `fibres.dot:3:49`: `far north` cannot be the name of a zone: such a name has up to 64 letters";
    assert!(wrong.starts_with(message), "{wrong}");
}
