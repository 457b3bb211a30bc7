//! Loads as a share of what a service can do, and warm-ups.

use super::*;
use crate::scenario::plan::World;
use crate::systems::RoleConfig;

const SHOP: &str = r#"
[system.kv]
type = "raft"
[system.api]
type = "service"
groups = [{ prefix = "fast", count = 2, speed = 2.0 }, { prefix = "old", count = 4, speed = 0.25 }]
cores = 4
steps = [{ work = "exp(6ms)" }, { call = "kv" }, { work = "const(2ms)" }]
"#;

/// The load of the only workload of a scenario without mistakes.
#[track_caller]
fn load(arrival: &str) -> String {
    let document = format!(
        "schema = 1\nduration = \"10s\"\n{SHOP}[workload.users]\ntarget = \"api\"\narrival = \"{arrival}\"\n"
    );
    let mut loaded = text(&document, &[]);
    let checked = check(&mut loaded, |scenario, diagnostics, files| {
        plan(scenario, scenario.seed, Limits::default(), diagnostics, files)
    });
    let world: World = checked.unwrap_or_else(|| panic!("{}", shown(&loaded))).world;
    let clients = world.setup.nodes.last().expect("workloads come last");
    let RoleConfig::Clients(config) = &clients.config else { panic!("the last node holds the clients") };
    format!("{:?}", config.load)
}

#[test]
fn a_load_is_a_share_of_cores_times_speed_over_mean_work() {
    // 4 cores x (2 x 2.0 + 4 x 0.25) / 8 ms = 2,500 a second; what the store takes is not counted.
    assert_eq!(load("poisson(load=0.5 of api)"), load("poisson(1250/s)"));
    assert_eq!(load("poisson(load=120% of api)"), load("poisson(3000/s)"));
    assert_eq!(load("constant(load = 0.25 of api)"), load("constant(625/s)"));
}

#[test]
fn a_load_on_what_has_no_capacity_is_refused() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[system.free]
type = "service"
work = "exp(1ms)"
[system.endless]
type = "service"
cores = 1
work = "pareto(scale=1ms, shape=0.9)"
[system.idle]
type = "service"
cores = 1
work = "const(0ms)"
[system.vast]
type = "service"
cores = 4096
nodes = 100
work = "const(1ns)"
[workload.a]
target = "kv"
arrival = "poisson(load=0.9 of fre)"
[workload.b]
target = "kv"
arrival = "poisson(load=0.9 of kv)"
[workload.c]
target = "kv"
arrival = "poisson(load=0.9 of free)"
[workload.d]
target = "kv"
arrival = "poisson(load=0.9 of endless)"
[workload.e]
target = "kv"
arrival = "poisson(load=0.9 of idle)"
[workload.f]
target = "kv"
arrival = "constant(load=0.5 of vast)"
"#,
        ),
        r#"
error[S050]: there is no service `fre`
  --> test.toml:23:32
   |
23 | arrival = "poisson(load=0.9 of fre)"
   |                                ^^^ did you mean `free`?
   |
   = help: the scenario has `free`, `endless`, `idle` or `vast`

error[S018]: `kv` is a raft, of which nobody knows what it can do
  --> test.toml:26:32
   |
26 | arrival = "poisson(load=0.9 of kv)"
   |                                ^^
   |
   = help: a load is a share of what a service can do; give a rate, such as poisson(500/s)

error[S018]: `free` has any number of cores: no load is a share of what it can do
  --> test.toml:29:32
   |
29 | arrival = "poisson(load=0.9 of free)"
   |                                ^^^^
   |
   = help: write cores = 1, or more, in [system.free]

error[S018]: the mean work of a request to `endless` is infinite: no load can be served
  --> test.toml:32:32
   |
32 | arrival = "poisson(load=0.9 of endless)"
   |                                ^^^^^^^
   |
   = help: take a law with a finite mean, such as bounded_pareto

error[S018]: a request to `idle` takes no work: no load is a share of what it can do
  --> test.toml:35:32
   |
35 | arrival = "poisson(load=0.9 of idle)"
   |                                ^^^^
   |
   = help: give it work in [system.idle], or give a rate

error[S016]: 0.5 of `vast` is 204800000000000 requests a second, more than 1000000000
  --> test.toml:38:33
   |
38 | arrival = "constant(load=0.5 of vast)"
   |                                 ^^^^
   |
   = help: time has no smaller step than 1ns: let requests take more work
"#,
    );
}

#[test]
fn a_load_that_is_no_share_of_a_service_is_refused() {
    assert_shown(
        &planned(
            r#"
[system.api]
type = "service"
cores = 1
work = "exp(1ms)"
[workload.a]
target = "api"
arrival = "poisson(load=0 of api)"
[workload.b]
target = "api"
arrival = "poisson(load=0.9)"
[workload.c]
target = "api"
arrival = "poisson(lod=0.9 of api)"
[workload.d]
target = "api"
arrival = "poisson(500/s, load=0.9 of api)"
[workload.e]
target = "api"
arrival = "ramp"
[workload.f]
target = "api"
arrival = "poisson(load=0.9 off api)"
"#,
        ),
        r#"
error[S016]: `load` must be above 0 and at most 1000
 --> test.toml:9:25
  |
9 | arrival = "poisson(load=0 of api)"
  |                         ^
  |
  = help: write for example load=0.9 of api

error[S030]: `load` must be a share of what a service can do
  --> test.toml:12:25
   |
12 | arrival = "poisson(load=0.9)"
   |                         ^^^
   |
   = help: write for example load=0.9 of api

error[S032]: `poisson` takes no argument `lod`
  --> test.toml:15:20
   |
15 | arrival = "poisson(lod=0.9 of api)"
   |                    ^^^ did you mean `load`?
   |
   = help: write poisson(rate=) or poisson(load=)

error[S035]: `poisson` is given `load` twice
  --> test.toml:18:27
   |
18 | arrival = "poisson(500/s, load=0.9 of api)"
   |                           ^^^^
   |
   = help: write poisson(rate=) or poisson(load=)

error[S031]: `arrival` must be a law of arrivals
  --> test.toml:21:12
   |
21 | arrival = "ramp"
   |            ^^^^
   |
   = help: write ramp(from=, to=, over=)

error[S030]: `load` must be a share `of` a service
  --> test.toml:24:25
   |
24 | arrival = "poisson(load=0.9 off api)"
   |                         ^^^^^^^^^^^
   |
   = help: write for example load=0.9 of api
"#,
    );
}

#[test]
fn a_warm_up_is_a_length_or_auto() {
    assert_shown(
        &planned("warmup = \"atuo\"\n[system.kv]\ntype = \"raft\"\n"),
        r#"
error[S015]: `warmup` cannot be `atuo`
 --> test.toml:3:11
  |
3 | warmup = "atuo"
  |           ^^^^ did you mean `auto`?
  |
  = help: choose `auto`
"#,
    );
    assert_eq!(planned("warmup = \"auto\"\n[system.kv]\ntype = \"raft\"\n"), "");
}
