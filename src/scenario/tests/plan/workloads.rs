//! Workloads, checks and the scenario as a whole.

use super::*;

#[test]
fn a_mix_names_kinds_of_operations_with_weights() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[system.api]
type = "service"
work = "exp(1ms)"
[workload.a]
target = "kv"
arrival = "poisson(1/s)"
mix = { reed = 1, write = -1, cas = 1e9 }
[workload.b]
target = "kv"
arrival = "poisson(1/s)"
mix = { }
[workload.c]
target = "api"
arrival = "poisson(1/s)"
mix = { read = 1 }
"#,
        ),
        r#"
error[S050]: there is no kind of operation `reed`
  --> test.toml:11:9
   |
11 | mix = { reed = 1, write = -1, cas = 1e9 }
   |         ^^^^ did you mean `read`?
   |
   = help: choose `read`, `write`, `cas`, `append` or `propose`

error[S016]: the weight of `write` is -1, and must be from 0 to 1000000
  --> test.toml:11:27
   |
11 | mix = { reed = 1, write = -1, cas = 1e9 }
   |                           ^^
   |
   = help: weights are shares, such as read = 0.8

error[S016]: the weight of `cas` is 1000000000, and must be from 0 to 1000000
  --> test.toml:11:37
   |
11 | mix = { reed = 1, write = -1, cas = 1e9 }
   |                                     ^^^
   |
   = help: weights are shares, such as read = 0.8

error[S016]: the mix has no kind of operation with a weight above 0
  --> test.toml:15:7
   |
15 | mix = { }
   |       ^^^
   |
   = help: write for example { read = 0.8, write = 0.2 }

error[S018]: a service takes requests of paths, and `read` is none
  --> test.toml:19:9
   |
19 | mix = { read = 1 }
   |         ^^^^
   |
   = help: write for example mix = { "/users" = 0.7, "/orders" = 0.3 }
"#,
    );
}

#[test]
fn a_workload_has_a_target_and_a_law_of_arrivals() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[workload.a]
timeout = "-2s"
[workload.b]
target = "kv"
arrival = "poisson(0/s)"
[workload.c]
target = "kv"
arrival = "poisson(20000000000/s)"
[workload.d]
target = "kv"
arrival = "closed(clients=0)"
[workload.e]
target = "kv"
arrival = "poisson(nan)"
keys = "zipf(n=0, s=nan)"
"#,
        ),
        r#"
error[S012]: `target` is missing in [workload.a]
 --> test.toml:5:1
  |
5 | [workload.a]
  | ^^^^^^^^^^^^
  |
  = help: write target = ... (string)

error[S012]: `arrival` is missing in [workload.a]
 --> test.toml:5:1
  |
5 | [workload.a]
  | ^^^^^^^^^^^^
  |
  = help: write arrival = ... (law of arrivals)

error[S023]: `timeout` is negative, and a duration is never
 --> test.toml:6:12
  |
6 | timeout = "-2s"
  |            ^^^
  |
  = help: take its sign away: 2s

error[S016]: `rate` must be above 0
 --> test.toml:9:20
  |
9 | arrival = "poisson(0/s)"
  |                    ^^^

error[S016]: `rate` is more than 1000000000/s: time has no smaller step than 1ns
  --> test.toml:12:20
   |
12 | arrival = "poisson(20000000000/s)"
   |                    ^^^^^^^^^^^^^

error[S016]: `clients` must be a whole number from 1 to 1000000
  --> test.toml:15:27
   |
15 | arrival = "closed(clients=0)"
   |                           ^

error[S020]: `rate` is not finite: NaN and infinity are no quantities
  --> test.toml:18:20
   |
18 | arrival = "poisson(nan)"
   |                    ^^^
   |
   = help: write for example "500/s"

error[S016]: `n` must be a whole number from 1 to 10000000
  --> test.toml:19:16
   |
19 | keys = "zipf(n=0, s=nan)"
   |                ^
"#,
    );
}

#[test]
fn numbers_that_are_none_are_refused() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[workload.w]
target = "kv"
arrival = "poisson(1/s)"
mix = { read = nan, write = 1e400 }
"#,
        ),
        r#"
error[S010]: this number is not finite, and a scenario has no use for it
 --> test.toml:8:16
  |
8 | mix = { read = nan, write = 1e400 }
  |                ^^^

error[S010]: this number is not finite, and a scenario has no use for it
 --> test.toml:8:29
  |
8 | mix = { read = nan, write = 1e400 }
  |                             ^^^^^
"#,
    );
}

#[test]
fn a_scenario_must_leave_something_to_measure() {
    assert_shown(
        &planned(
            r#"
warmup = "10s"
"#,
        ),
        r#"
error[S012]: the scenario has no system, so nothing would happen
 --> test.toml:1:1
  |
1 | schema = 1
  | ^
  |
  = help: add one, such as [system.kv] with type = "raft"; `seedbed list systems` shows the types

error[S018]: the warm-up of 10s leaves nothing to measure: the run lasts 10s
 --> test.toml:3:10
  |
2 | duration = "10s"
  |            ----- so long is the run
3 | warmup = "10s"
  |          ^^^^^
  |
  = help: make the warm-up shorter, or the run longer
"#,
    );
    assert_shown(
        &planned(
            r#"
interval = "0s"
warmup = "-1s"
[system.kv]
type = "raft"
"#,
        ),
        r#"
error[S016]: `interval` is 0s, and must be at least 1ms
 --> test.toml:3:12
  |
3 | interval = "0s"
  |            ^^^^
  |
  = help: write interval = "1ms"

error[S023]: `warmup` is negative, and a duration is never
 --> test.toml:4:11
  |
4 | warmup = "-1s"
  |           ^^^
  |
  = help: take its sign away: 1s
"#,
    );
}

#[test]
fn a_check_checks_one_thing() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[check.a]
[check.b]
invariants = []
[check.c]
model = "linearizable"
invariants = ["one-leader"]
[check.d]
metric = "latency"
"#,
        ),
        r#"
error[S018]: this check checks nothing
 --> test.toml:5:1
  |
5 | [check.a]
  | ^^^^^^^^^
  |
  = help: give it `invariants`, a `model`, `sometimes`, or a `metric` with an `assert`

error[S018]: this check names no invariant
 --> test.toml:7:14
  |
7 | invariants = []
  |              ^^
  |
  = help: `seedbed list checks` shows them

error[S018]: this check is of several kinds at once
  --> test.toml:9:9
   |
 9 | model = "linearizable"
   |         ^^^^^^^^^^^^^^
10 | invariants = ["one-leader"]
   |              -------------- with this
   |
   = help: split it: one check for each kind

error[S018]: `metric` needs `assert` beside it
  --> test.toml:12:10
   |
12 | metric = "latency"
   |          ^^^^^^^^^
   |
   = help: write for example metric = "latency" and assert = "p99 < 600ms"
"#,
    );
}

#[test]
fn a_check_has_what_narrows_its_kind() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[check.a]
invariants = ["one-leader"]
from = "1s"
[check.b]
model = "linearizable"
where = { op = "read" }
[check.c]
sometimes = "booted(kv)"
target = "kv"
expect = "violated"
[check.d]
sometimes = "booted(kv)"
budget = 10
from = "2s"
to = "1s"
"#,
        ),
        r#"
error[S018]: a check with `invariants` has no `from`
 --> test.toml:7:8
  |
6 | invariants = ["one-leader"]
  |              -------------- with this
7 | from = "1s"
  |        ^^^^
  |
  = help: remove it: `from` goes with `metric` or `sometimes`

error[S018]: a check with `model` has no `where`
  --> test.toml:10:9
   |
 9 | model = "linearizable"
   |         -------------- with this
10 | where = { op = "read" }
   |         ^^^^^^^^^^^^^^^
   |
   = help: remove it: `where` goes with `metric`

error[S018]: a check with `sometimes` has no `target`
  --> test.toml:13:10
   |
12 | sometimes = "booted(kv)"
   |             ------------ with this
13 | target = "kv"
   |          ^^^^
   |
   = help: remove it: `target` goes with `invariants`, `model` or `metric`

error[S018]: what comes to pass only sometimes may be absent from a run, and that says nothing
  --> test.toml:14:10
   |
12 | sometimes = "booted(kv)"
   |             ------------ with this
13 | target = "kv"
14 | expect = "violated"
   |          ^^^^^^^^^^
   |
   = help: remove it: all runs together decide

error[S018]: a check with `sometimes` has no `budget`
  --> test.toml:17:10
   |
16 | sometimes = "booted(kv)"
   |             ------------ with this
17 | budget = 10
   |          ^^
   |
   = help: remove it: `budget` goes with `model`

error[S018]: the window is empty: `to` is not after `from`
  --> test.toml:19:6
   |
18 | from = "2s"
   |        ---- with this
19 | to = "1s"
   |      ^^^^
   |
   = help: let `to` be after `from`, or swap them
"#,
    );
}

#[test]
fn what_comes_to_pass_sometimes_is_a_happening() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[system.api]
type = "service"
work = "exp(1ms)"
[check.a]
sometimes = "leader-lots(kv)"
[check.b]
sometimes = "leader-lost(api)"
[check.c]
sometimes = "fault-began(chaos)"
[check.d]
sometimes = "crashed(any(kv))"
"#,
        ),
        r#"
error[S050]: `sometimes` cannot be `leader-lots`
 --> test.toml:9:14
  |
9 | sometimes = "leader-lots(kv)"
  |              ^^^^^^^^^^^ did you mean `leader-lost`?
  |
  = help: choose `leader-elected`, `leader-lost`, `booted`, `crashed`, `paused`, `resumed`, `disk-lost`, `fault-began` or `fault-ended`

error[S052]: a service has no leader
  --> test.toml:11:26
   |
11 | sometimes = "leader-lost(api)"
   |                          ^^^
   |
   = help: name a system that elects one

error[S050]: there is no fault `chaos`
  --> test.toml:13:26
   |
13 | sometimes = "fault-began(chaos)"
   |                          ^^^^^
   |
   = help: the scenario has no fault

error[S052]: which nodes are `any(kv)` is known only when a fault strikes
  --> test.toml:15:22
   |
15 | sometimes = "crashed(any(kv))"
   |                      ^^^^^^^
   |
   = help: name a node, a system, or a region:, zone:, rack: or version:
"#,
    );
}

#[test]
fn a_time_series_has_a_bounded_number_of_intervals() {
    let document = "schema = 1\nduration = \"300d\"\ninterval = \"1s\"\nsystem.kv.type = \"raft\"\n";
    let mut loaded = text(document, &[]);
    check_all(&mut loaded);
    assert_shown(
        &shown(&loaded),
        r#"
error[S053]: intervals of 1s are more than 1000000 over the run
 --> test.toml:3:12
  |
2 | duration = "300d"
  |            ------ so long is the run
3 | interval = "1s"
  |            ^^^^
  |
  = help: make the interval longer
"#,
    );
}

#[test]
fn a_workload_on_a_service_says_nothing_of_what_stores_are_asked() {
    let scenario = |service: &str, options: &str| {
        planned(&format!(
            "[system.kv]\ntype = \"raft\"\n[system.api]\ntype = \"service\"\n{service}\n\
             [workload.w]\ntarget = \"api\"\narrival = \"poisson(1/s)\"\n{options}\n"
        ))
    };
    let (works, calls) = ("work = \"exp(1ms)\"", "steps = [{ call = \"kv\" }]");
    assert_shown(
        &scenario(works, "keys = \"uniform(n=10)\"\nvalue_size = \"1kB\"\nroute = \"random\""),
        r#"
error[S018]: a workload on a service writes no values itself: a step has the size of those that it writes
  --> test.toml:12:14
   |
12 | value_size = "1kB"
   |              ^^^^^
   |
   = help: remove `value_size`

error[S018]: a workload on a service asks its one front
  --> test.toml:13:9
   |
13 | route = "random"
   |         ^^^^^^^^
   |
   = help: remove `route`
"#,
    );
    assert_eq!(scenario(calls, "keys = \"uniform(n=10)\""), "");
    assert_eq!(scenario(works, "keys = \"uniform(n=10)\""), "", "policies that hash go by keys");
    assert!(scenario(calls, "route = \"leader\"").contains("asks its one front"));
}
