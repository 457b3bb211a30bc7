//! Calls of services that lead back to themselves.

use super::*;

#[test]
fn a_circle_of_calls_is_shown_call_by_call() {
    assert_shown(
        &planned(
            r#"
[system.front]
type = "service"
steps = [{ work = "exp(1ms)" }, { call = "orders" }, { call = "kv" }]
[system.orders]
type = "service"
steps = [{ call = "stock", op = "write" }, { call = "front" }]
[system.stock]
type = "service"
steps = [{ call = "kv" }, { call = "front" }]
[system.kv]
type = "raft"
[system.mirror]
type = "service"
steps = [{ call = "mirror" }, { call = "front" }]
"#,
        ),
        r#"
error[S057]: a request would call itself without end: front -> orders -> front
 --> test.toml:5:42
  |
5 | steps = [{ work = "exp(1ms)" }, { call = "orders" }, { call = "kv" }]
  |                                          ^^^^^^^^
...
8 | steps = [{ call = "stock", op = "write" }, { call = "front" }]
  |                                                     ------- calls on
  |
  = help: take one of these calls out, or bound it: { call = "...", depth = 3 } is left out in the depth

error[S057]: a request would call itself without end: mirror -> mirror
  --> test.toml:16:19
   |
16 | steps = [{ call = "mirror" }, { call = "front" }]
   |                   ^^^^^^^^
   |
   = help: take one of these calls out, or bound it: { call = "...", depth = 3 } is left out in the depth
"#,
    );
}

#[test]
fn a_circle_that_is_bounded_is_none() {
    let scenario = |depth: &str| {
        planned(&format!(
            "[system.tree]\ntype = \"service\"\nsteps = [{{ work = \"1ms\" }}, {{ call = \"tree\"{depth}, fan_out = 2 }}]\n"
        ))
    };
    assert_eq!(scenario(", depth = 3"), "");
    assert!(scenario("").starts_with("error[S057]"));
}

#[test]
fn a_step_calls_a_service_or_a_store_and_a_route_leads_to_a_service() {
    assert_shown(
        &planned(
            r#"
[system.edge]
type = "gateway"
routes = [{ path = "/a", to = "kv" }, { to = "aip" }]
[system.api]
type = "service"
steps = [{ call = "edge" }, { call = "kv", fan_out = 3 }, { call = "backend", op = "read" }]
[system.backend]
type = "service"
work = "1ms"
[system.kv]
type = "raft"
"#,
        ),
        r#"
error[S018]: `kv` is a raft, which no route can lead to
 --> test.toml:5:31
  |
5 | routes = [{ path = "/a", to = "kv" }, { to = "aip" }]
  |                               ^^^^
  |
  = help: a route leads to a service; let a step of a service call a store

error[S050]: there is no system `aip`
 --> test.toml:5:46
  |
5 | routes = [{ path = "/a", to = "kv" }, { to = "aip" }]
  |                                              ^^^^^ did you mean `api`?
  |
  = help: the scenario has `edge`, `api`, `backend` or `kv`

error[S018]: `edge` is a gateway, which a step cannot call
 --> test.toml:8:19
  |
8 | steps = [{ call = "edge" }, { call = "kv", fan_out = 3 }, { call = "backend", op = "read" }]
  |                   ^^^^^^
  |
  = help: a step calls a service, or a store, such as a system of type raft

error[S018]: `fan_out` is for calls of a service, and `kv` is a store
 --> test.toml:8:38
  |
8 | steps = [{ call = "edge" }, { call = "kv", fan_out = 3 }, { call = "backend", op = "read" }]
  |                                      ^^^^
  |
  = help: remove `fan_out`

error[S018]: `op` is for calls of a store, and `backend` is a service
 --> test.toml:8:68
  |
8 | steps = [{ call = "edge" }, { call = "kv", fan_out = 3 }, { call = "backend", op = "read" }]
  |                                                                    ^^^^^^^^^
  |
  = help: remove `op`
"#,
    );
}

#[test]
fn two_calls_of_one_store_are_no_circle() {
    let shown = planned(
        r#"
[system.api]
type = "service"
steps = [{ call = "kv" }, { work = "exp(1ms)" }, { call = "kv", op = "append" }]
[system.kv]
type = "raft"
"#,
    );
    assert_eq!(shown, "");
}
