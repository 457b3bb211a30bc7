//! Views, registries and what operators ask of instances.

use super::*;

const TOWN: &str = r#"
[system.registry]
type = "registry"
ttl = "3s"
[system.users]
type = "service"
nodes = { count = 2, version = "1", metadata = { tier = "gold" } }
work = "1ms"
register = "registry"
[system.plain]
type = "service"
work = "1ms"
[workload.w]
target = "edge"
arrival = "poisson(1/s)"
"#;

fn said(more: &str) -> String {
    planned(&format!("{TOWN}{more}"))
}

#[test]
fn a_view_that_nobody_sees_is_told() {
    assert_shown(
        &said(
            r#"
[system.edge]
type = "gateway"
routes = [
    { path = "/a", to = "plain", policy = "round-robin", view = { refresh = "1s" } },
    { path = "/", to = "users", policy = "power-of-d(2)", view = { refresh = "100s", instances = "1h" }, health = { every = "1s", timeout = "2s" } },
]
"#,
        ),
        r#"
warning[S059]: no request takes this route of `edge`
  --> test.toml:21:25
   |
21 |     { path = "/a", to = "plain", policy = "round-robin", view = { refresh = "1s" } },
   |                         ^^^^^^^
   |
   = help: a route further up may take them first, or no workload makes such requests

warning[S059]: `refresh` has no effect: the policy does not go by what instances report
  --> test.toml:21:77
   |
21 |     { path = "/a", to = "plain", policy = "round-robin", view = { refresh = "1s" } },
   |                                           ------------- the policy          ^^^^
   |
   = help: take power-of-d or join-shortest-queue, or leave it out

warning[S059]: the view is slower than the run: it is made anew every 100s, and the run ends at 10s
  --> test.toml:22:78
   |
22 |     { path = "/", to = "users", policy = "power-of-d(2)", view = { refresh = "100s", instances = "1h" }, health = { every = "1s", ti...
   |                                                                              ^^^^^^
   |
   = help: write for example refresh = "50ms": before the first time callers know their own requests only

warning[S059]: the view is slower than the run: it is made anew every 1h, and the run ends at 10s
  --> test.toml:22:98
   |
22 |     { path = "/", to = "users", policy = "power-of-d(2)", view = { refresh = "100s", instances = "1h" }, health = { every = "1s", ti...
   |                                                                                                  ^^^^
   |
   = help: write for example instances = "5s": before the first time callers call whoever was there at the start

error[S018]: `timeout` is 2s, and the next check comes after 1s
  --> test.toml:22:141
   |
22 | ...100s", instances = "1h" }, health = { every = "1s", timeout = "2s" } },
   |                                                                  ^^^^
   |
   = help: let `timeout` be at most `every`
"#,
    );
}

#[test]
fn who_is_not_there_cannot_be_asked() {
    assert_shown(
        &said(
            r#"
[system.edge]
type = "gateway"
routes = [
    { path = "/a", to = "users@2" },
    { path = "/b", to = "users", where = { tier = "silver" } },
    { path = "/c", to = "plain", where = { version = "1" } },
    { path = "/d", to = "registry" },
    { path = "/", to = "users@1", where = { tier = "gold" } },
]
[system.lost]
type = "service"
work = "1ms"
register = "registri"
[system.wrong]
type = "service"
work = "1ms"
register = { at = "plain" }
[system.slow]
type = "service"
work = "1ms"
register = { at = "registry", heartbeat = "3s" }
[workload.curious]
target = "registry"
arrival = "poisson(1/s)"
"#,
        ),
        r#"
error[S050]: no instance of `users` has version = "2"
  --> test.toml:21:25
   |
21 |     { path = "/a", to = "users@2" },
   |                         ^^^^^^^^^
   |
   = help: its instances have tier = "gold", version = "1"

warning[S059]: no request takes this route of `edge`
  --> test.toml:21:25
   |
21 |     { path = "/a", to = "users@2" },
   |                         ^^^^^^^^^
   |
   = help: a route further up may take them first, or no workload makes such requests

warning[S059]: no request takes this route of `edge`
  --> test.toml:22:25
   |
22 |     { path = "/b", to = "users", where = { tier = "silver" } },
   |                         ^^^^^^^
   |
   = help: a route further up may take them first, or no workload makes such requests

error[S050]: no instance of `users` has tier = "silver"
  --> test.toml:22:44
   |
22 |     { path = "/b", to = "users", where = { tier = "silver" } },
   |                                            ^^^^
   |
   = help: its instances have tier = "gold", version = "1"

warning[S059]: no request takes this route of `edge`
  --> test.toml:23:25
   |
23 |     { path = "/c", to = "plain", where = { version = "1" } },
   |                         ^^^^^^^
   |
   = help: a route further up may take them first, or no workload makes such requests

error[S050]: no instance of `plain` has version = "1"
  --> test.toml:23:44
   |
23 |     { path = "/c", to = "plain", where = { version = "1" } },
   |                                            ^^^^^^^
   |
   = help: write version = "..." or metadata = { ... } at its nodes or groups

error[S018]: `registry` is a registry, which no route can lead to
  --> test.toml:24:25
   |
24 |     { path = "/d", to = "registry" },
   |                         ^^^^^^^^^^
   |
   = help: a route leads to a service; let a step of a service call a store

warning[S059]: no request takes this route of `edge`
  --> test.toml:24:25
   |
24 |     { path = "/d", to = "registry" },
   |                         ^^^^^^^^^^
   |
   = help: a route further up may take them first, or no workload makes such requests

error[S050]: there is no system `registri`
  --> test.toml:30:12
   |
30 | register = "registri"
   |            ^^^^^^^^^^ did you mean `registry`?
   |
   = help: the scenario has `registry`

error[S018]: `plain` is a service, and no registry
  --> test.toml:34:19
   |
34 | register = { at = "plain" }
   |                   ^^^^^^^
   |
   = help: write [system.registry] with type = "registry", and register = "registry"

warning[S018]: a heartbeat every 3s, and the registry forgets after 3s: instances come and go
  --> test.toml:38:43
   |
38 | register = { at = "registry", heartbeat = "3s" }
   |                                           ^^^^
   |
   = help: let several heartbeats fit into the registry's `ttl`

error[S018]: `registry` is a registry, which clients do not ask
  --> test.toml:40:10
   |
40 | target = "registry"
   |          ^^^^^^^^^^
   |
   = help: aim at a service, or at a gateway before it: callers ask the registry by themselves
"#,
    );
}

#[test]
fn only_instances_that_register_can_leave() {
    assert_shown(
        &said(
            r#"
[system.edge]
type = "gateway"
routes = [{ to = "users" }]
[operation.plain]
at = "1s"
do = "deregister"
target = "plain.1"
[operation.nobody]
at = "1s"
do = "register"
target = "users"
[operation.mixed]
at = "1s"
do = "deregister"
target = ["users.1", "edge.1"]
[operation.as]
at = "1s"
do = "deregister"
target = "any(users)"
as = "learner"
"#,
        ),
        r#"
error[S051]: the name `plain` is given to a system and to an operation
  --> test.toml:21:12
   |
11 | [system.plain]
   |         ----- the system
...
21 | [operation.plain]
   |            ^^^^^
   |
   = help: rename one of them

error[S052]: `plain` does not register
  --> test.toml:24:10
   |
24 | target = "plain.1"
   |          ^^^^^^^^^
   |
   = help: name an instance of a service with `register`, such as "users.1", or "any(users)"

error[S052]: `users` names no instance of a service
  --> test.toml:28:10
   |
28 | target = "users"
   |          ^^^^^^^
   |
   = help: name an instance of a service with `register`, such as "users.1", or "any(users)"

error[S052]: `edge` does not register
  --> test.toml:32:22
   |
32 | target = ["users.1", "edge.1"]
   |                      ^^^^^^^^
   |
   = help: name an instance of a service with `register`, such as "users.1", or "any(users)"

error[S018]: `as` says nothing about do = "deregister"
  --> test.toml:37:6
   |
37 | as = "learner"
   |      ^^^^^^^^^
   |
   = help: leave it out
"#,
    );
}
