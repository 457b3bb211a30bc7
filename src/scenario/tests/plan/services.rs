//! Services, their steps and the routes that lead to them.

use super::*;

#[test]
fn a_step_is_one_thing() {
    assert_shown(
        &planned(
            r#"
[system.api]
type = "service"
steps = [
    { work = "1ms", call = "db" },
    { op = "read" },
    { parallel = [{ call = "db" }, { work = "1ms" }], wait = 3, policy = "random" },
    { branch = [{ share = "70%", steps = { work = "1ms" } }, { share = "40%", steps = [] }] },
    { loop = 3, miss = { work = "1ms" }, steps = { work = "soon" } },
]
[system.db]
type = "service"
work = "1ms"
"#,
        ),
        r#"
error[S018]: a step has both `work` and `call`
 --> test.toml:6:28
  |
6 |     { work = "1ms", call = "db" },
  |              -----         ^^^^
  |              |
  |              the other
  |
  = help: a step is { work = "exp(2ms)" }, { call = "users" }, { parallel = [...] }, { branch = [...] }, { cache = "90%", miss = [...] } or { loop = 3, steps = [...] }

error[S018]: a step does nothing: it says neither what to do nor whom to call
 --> test.toml:7:5
  |
7 |     { op = "read" },
  |     ^^^^^^^^^^^^^^^
  |
  = help: a step is { work = "exp(2ms)" }, { call = "users" }, { parallel = [...] }, { branch = [...] }, { cache = "90%", miss = [...] } or { loop = 3, steps = [...] }

error[S016]: `wait` is 3, and there are 2 branches
 --> test.toml:8:62
  |
8 |     { parallel = [{ call = "db" }, { work = "1ms" }], wait = 3, policy = "random" },
  |                                                              ^
  |
  = help: write a number from 1 to 2, or "all"

error[S018]: `policy` is of a call, and this step has `parallel`
 --> test.toml:8:74
  |
8 |     { parallel = [{ call = "db" }, { work = "1ms" }], wait = 3, policy = "random" },
  |                                                                          ^^^^^^^^
  |
  = help: a step is { work = "exp(2ms)" }, { call = "users" }, { parallel = [...] }, { branch = [...] }, { cache = "90%", miss = [...] } or { loop = 3, steps = [...] }

error[S016]: the shares of the branches come to 110%
 --> test.toml:9:16
  |
9 |     { branch = [{ share = "70%", steps = { work = "1ms" } }, { share = "40%", steps = [] }] },
  |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: let them be at most 100% together

error[S031]: `work` must be a distribution of durations
  --> test.toml:10:60
   |
10 |     { loop = 3, miss = { work = "1ms" }, steps = { work = "soon" } },
   |                                                            ^^^^
   |
   = help: write for example "const(5ms)"
"#,
    );
}

#[test]
fn a_route_says_what_it_takes_and_leads_somewhere() {
    assert_shown(
        &planned(
            r#"
[system.edge]
type = "gateway"
routes = [
    { path = "users", to = { users = 0 } },
    { path = "/a", exact = "/b", to = "users" },
    { regex = "^/(a", to = { users = -1, other = 2 }, retry = { attempts = 0 } },
]
[system.users]
type = "service"
work = "1ms"
[system.nowhere]
type = "gateway"
"#,
        ),
        r#"
error[S051]: the path `users` does not begin with `/`
 --> test.toml:6:14
  |
6 |     { path = "users", to = { users = 0 } },
  |              ^^^^^^^
  |
  = help: write "/users"

error[S016]: the route leads to nobody: no destination has a weight above 0
 --> test.toml:6:28
  |
6 |     { path = "users", to = { users = 0 } },
  |                            ^^^^^^^^^^^^^
  |
  = help: write to = "users", or to = { users = 90, users-next = 10 }

error[S018]: a route has both `path` and `exact`
 --> test.toml:7:28
  |
7 |     { path = "/a", exact = "/b", to = "users" },
  |              ----          ^^^^
  |              |
  |              the other
  |
  = help: keep one of them, or write two routes

error[S038]: `regex` is no regular expression: found open group without closing ')'
 --> test.toml:8:16
  |
8 |     { regex = "^/(a", to = { users = -1, other = 2 }, retry = { attempts = 0 } },
  |                ^^^^

error[S016]: `attempts` is 0, and must be from 1 to 100
 --> test.toml:8:76
  |
8 |     { regex = "^/(a", to = { users = -1, other = 2 }, retry = { attempts = 0 } },
  |                                                                            ^
  |
  = help: write attempts = 1

error[S012]: `routes` is missing in [system.nowhere]
  --> test.toml:13:1
   |
13 | [system.nowhere]
   | ^^^^^^^^^^^^^^^^
   |
   = help: write routes = ... (list of: table)
"#,
    );
}

#[test]
fn requests_that_no_route_takes_and_routes_that_no_request_takes_are_told() {
    assert_shown(
        &planned(
            r#"
[system.edge]
type = "gateway"
routes = [
    { path = "/users", header = { tier = "gold" }, to = "users" },
    { path = "/users/7", method = "POST", to = "users" },
    { path = "/users", to = "users" },
    { exact = "/users/all", to = "users" },
]
[system.users]
type = "service"
work = "1ms"
[workload.w]
target = "edge"
arrival = "poisson(1/s)"
request = [
    { path = "/users/7", header = { Tier = "gold" } },
    { path = "/users/7", method = "POST" },
    { path = "/users" },
    { path = "/usersx" },
]
"#,
        ),
        r#"
warning[S059]: no request takes this route of `edge`
 --> test.toml:9:34
  |
9 |     { exact = "/users/all", to = "users" },
  |                                  ^^^^^^^
  |
  = help: a route further up may take them first, or no workload makes such requests

warning[S059]: no route of `edge` takes `/usersx` of `w`: such requests end as not-found
  --> test.toml:21:14
   |
21 |     { path = "/usersx" },
   |              ^^^^^^^^^
   |
   = help: a route without path, method and header takes whatever is left; if this is meant, write otherwise = "not-found" beside `routes`
"#,
    );
}

#[test]
fn what_calls_ask_for_must_make_sense() {
    assert_shown(
        &planned(
            r#"
[system.api]
type = "service"
work = "1ms"
policy = "randon"
timeout = "0s"
retry = { backoff = "full-jitter(1s, 10ms)", budget = "120%" }
breaker = { window = 10, minimum = 20, failure_rate = "0%" }
slow_start = { window = "30s", aggression = 0 }
[workload.w]
target = "api"
arrival = "poisson(1/s)"
request = [{ path = "a", weight = 0, work = "request" }]
[workload.v]
target = "api"
arrival = "poisson(1/s)"
mix = { "/a" = 1 }
request = { path = "/b" }
"#,
        ),
        r#"
error[S031]: `policy` does not know the balancing policy `randon`
 --> test.toml:6:11
  |
6 | policy = "randon"
  |           ^^^^^^ did you mean `random`?

error[S016]: `timeout` is 0s, and must be at least 1ns
 --> test.toml:7:11
  |
7 | timeout = "0s"
  |           ^^^^
  |
  = help: write timeout = "1ns"

error[S016]: `cap` must be at least `base`
 --> test.toml:8:38
  |
8 | retry = { backoff = "full-jitter(1s, 10ms)", budget = "120%" }
  |                                      ^^^^

error[S024]: `budget` is more than the whole (100%)
 --> test.toml:8:56
  |
8 | retry = { backoff = "full-jitter(1s, 10ms)", budget = "120%" }
  |                                                        ^^^^

error[S018]: `minimum` is 20, and no more than the last 10 calls count, so that it never opens
 --> test.toml:9:36
  |
9 | breaker = { window = 10, minimum = 20, failure_rate = "0%" }
  |                                    ^^
  |
  = help: let `minimum` be at most `window`

error[S016]: at a failure rate of 0 it would open for a single failure
 --> test.toml:9:55
  |
9 | breaker = { window = 10, minimum = 20, failure_rate = "0%" }
  |                                                       ^^^^
  |
  = help: write failure_rate = "50%", or another share above 0

error[S016]: `aggression` is 0, and must be from 0.01 to 100
  --> test.toml:10:45
   |
10 | slow_start = { window = "30s", aggression = 0 }
   |                                             ^
   |
   = help: write aggression = 0.01

error[S016]: no request has a weight above 0
  --> test.toml:14:11
   |
14 | request = [{ path = "a", weight = 0, work = "request" }]
   |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write request = { path = "/users" }, or a list of such

error[S051]: the path `a` does not begin with `/`
  --> test.toml:14:21
   |
14 | request = [{ path = "a", weight = 0, work = "request" }]
   |                     ^^^
   |
   = help: write "/a"

error[S018]: the work of a request cannot be what it brings with it
  --> test.toml:14:45
   |
14 | request = [{ path = "a", weight = 0, work = "request" }]
   |                                             ^^^^^^^^^
   |
   = help: write a law, such as work = "exp(5ms)"
"#,
    );
}

/// 100 requests a second are 0.5 of the front, 1.1 of the shop behind it, which each calls once or twice, and 2.2 of what that asks in
/// parallel, which refuses.
#[test]
fn a_service_that_cannot_do_what_it_is_asked_for_is_told_where_a_steady_state_is_sought() {
    let text = r#"
warmup = "5s"
[system.edge]
type = "gateway"
routes = [{ path = "/a", to = { front = 1, other = 1 } }]
[system.front]
type = "service"
cores = 1
steps = [{ work = "10ms" }, { call = "shop" }, { branch = [{ share = "20%", steps = { call = "shop" } }] }]
[system.other]
type = "service"
steps = [{ loop = 2, steps = { cache = "50%", miss = { call = "shop" } } }]
[system.shop]
type = "service"
cores = 1
steps = [{ work = "10ms" }, { call = "stock", fan_out = 2 }]
[system.stock]
type = "service"
cores = 1
work = "10ms"
queue = { limit = 10 }
[workload.few]
target = "edge"
request = { path = "/a" }
arrival = "constant(1/s)"
[workload.many]
target = "edge"
request = { path = "/a/b" }
arrival = "poisson(99/s)"
"#;
    let text = text.replace("type = \"service\"\n", "type = \"service\"\nnodes = 1\n");
    assert_shown(
        &planned(&text),
        r#"
warning[S060]: `shop` is asked for 1.10 times what it can do: its queue grows for as long as the run lasts, and there is no steady state to measure
  --> test.toml:34:11
   |
34 | arrival = "poisson(99/s)"
   |           ^^^^^^^^^^^^^^^
   |
   = help: ask for less, such as poisson(load=0.9 of shop), give it more nodes or cores, or let it refuse: queue = { limit = 100 }
"#,
    );
    assert_shown(&planned(&text.replace("warmup = \"5s\"", "")), "");
}
