//! Types of systems: their options, each in its place, and what contradicts them.

use super::*;
use crate::model::op::OpKind;

#[test]
fn an_option_in_the_wrong_table_is_told_the_right_one() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
election_timeout = "exp(1s)"
heartbaet = "1s"
work = "exp(1ms)"
xyz = 1
nods = 3
[system.kv.raft]
disk = { fsync = "1ms" }
[system.kv.multi-paxos]
membership = "joint"
"#,
        ),
        r#"
error[S014]: unknown key `election_timeout` in [system.kv]
 --> test.toml:5:1
  |
5 | election_timeout = "exp(1s)"
  | ^^^^^^^^^^^^^^^^
  |
  = help: `election_timeout` is an option of the type `raft`: write it in [system.kv.raft]

error[S014]: unknown key `heartbaet` in [system.kv]
 --> test.toml:6:1
  |
6 | heartbaet = "1s"
  | ^^^^^^^^^ did you mean `heartbeat`?
  |
  = help: write it in [system.kv.raft]

error[S014]: unknown key `work` in [system.kv]
 --> test.toml:7:1
  |
7 | work = "exp(1ms)"
  | ^^^^
  |
  = help: `work` is an option of the type `service`, and this system is a raft
  = help: to keep it for a change of type, write it in [system.kv.service]

error[S014]: unknown key `xyz` in [system.kv]
 --> test.toml:8:1
  |
8 | xyz = 1
  | ^^^
  |
  = help: the keys here are type, nodes, groups, disk, clocks, cores, cpu, transport, bugs, allow_unsafe, reads, voters, learners

error[S014]: unknown key `nods` in [system.kv]
 --> test.toml:9:1
  |
9 | nods = 3
  | ^^^^ did you mean `nodes`?

error[S014]: unknown key `disk` in [system.kv.raft]
  --> test.toml:11:1
   |
11 | disk = { fsync = "1ms" }
   | ^^^^
   |
   = help: `disk` is an option of every system: write it in [system.kv]

error[S014]: unknown key `membership` in [system.kv.multi-paxos]
  --> test.toml:13:1
   |
13 | membership = "joint"
   | ^^^^^^^^^^
   |
   = help: `membership` is an option of the type `raft`: write it in [system.kv.raft]
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.api]
type = "service"
work = "exp(1ms)"
pre_vote = true
[system.api.service]
work = "exp(2ms)"
"#,
        ),
        r#"
error[S014]: unknown key `pre_vote` in [system.api]
 --> test.toml:6:1
  |
6 | pre_vote = true
  | ^^^^^^^^
  |
  = help: `pre_vote` is an option of the type `raft`, and this system is a service
  = help: to keep it for a change of type, write it in [system.api.raft]

error[S013]: `work` is given twice: here and beside `type`
 --> test.toml:8:1
  |
5 | work = "exp(1ms)"
  | ---- given here
...
8 | work = "exp(2ms)"
  | ^^^^
  |
  = help: keep one of them
"#,
    );
}

#[test]
fn local_reads_need_allow_unsafe() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
reads = "local"
"#,
        ),
        r#"
error[S054]: local reads can return stale values
 --> test.toml:5:9
  |
5 | reads = "local"
  |         ^^^^^^^
  |
  = help: if that is what you want to see, write allow_unsafe = true beside `type`
"#,
    );
}

#[test]
fn a_sweep_over_types_uses_the_sub_table_of_each() {
    let document = "[system.kv]\ntype = \"${type}\"\n[system.kv.raft]\nheartbeat = \"40ms\"\n\
                    [system.kv.service]\nwork = \"exp(1ms)\"\n[sweep]\nvars.type = [\"raft\", \"service\"]\n";
    assert_eq!(planned(document), "");
    let broken = document.replace("\"40ms\"", "\"40\"");
    let message = planned(&broken);
    assert!(message.contains("S022]: `heartbeat`"), "{message}");
    assert_eq!(
        message.matches("error[").count(),
        1,
        "an unused sub-table is validated, and said once: {message}"
    );
}

#[test]
fn work_of_messages_takes_cores() {
    assert_shown(
        &planned(
            r#"
[system.a]
type = "raft"
cpu = { receive = "10us" }
[system.b]
type = "raft"
cpu = { receive = "0us" }
[system.c]
type = "raft"
cores = 2
cpu = { message = "10us" }
"#,
        ),
        r#"
error[S018]: `cpu` says what work messages are, and no `cores` who does it
 --> test.toml:5:7
  |
5 | cpu = { receive = "10us" }
  |       ^^^^^^^^^^^^^^^^^^^^
  |
  = help: write for example cores = 1 beside it: without `cores` all work is done at once

error[S014]: unknown key `message` in [system.c.cpu]
  --> test.toml:12:9
   |
12 | cpu = { message = "10us" }
   |         ^^^^^^^
   |
   = help: the keys here are receive, send, byte, kinds
"#,
    );
}

#[test]
fn messages_cost_by_kinds_that_there_are() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
cores = 1
cpu = { kinds = { vote-repyl = { send = "10ms" }, promise = { send = "10ms" }, request = { receive = "1ms" } } }
"#,
        ),
        r#"
error[S050]: no message is called `vote-repyl`
 --> test.toml:6:19
  |
6 | cpu = { kinds = { vote-repyl = { send = "10ms" }, promise = { send = "10ms" }, request = { receive = "1ms" } } }
  |                   ^^^^^^^^^^ did you mean `vote-reply`?
  |
  = help: messages of the type `raft`: append-accepted, append-entries, append-rejected, heartbeat, install-snapshot, order, order-reply, pre-vote, pre-vote-reply, read-index, read-index-reply, rejoin, rejoin-reply, reply, request, request-vote, snapshot-reply, timeout-now, vote-reply
"#,
    );
    let of_paxos = "[system.kv]\ntype = \"raft\"\ncpu = { kinds = { promise = { send = \"10ms\" } } }\n";
    assert!(planned(of_paxos).contains("no `cores` who does it"), "{}", planned(of_paxos));
}

#[test]
fn costs_of_another_types_messages_alone_are_lost() {
    let kinds = |kinds: &str| {
        planned(&format!(
            "[system.kv]\ntype = \"multi-paxos\"\ncores = 1\ncpu = {{ kinds = {{ {kinds} }} }}\n"
        ))
    };
    assert_shown(
        &kinds(r#"request = { send = "1ms" }, request-vote = { send = "1ms" }"#),
        r#"
warning[S059]: `request-vote` is a message of the type `raft`, and this system is a multi-paxos, where nothing costs so
 --> test.toml:6:47
  |
6 | cpu = { kinds = { request = { send = "1ms" }, request-vote = { send = "1ms" } } }
  |                                               ^^^^^^^^^^^^
  |
  = help: messages of the type `multi-paxos`: accept, accepted, fetch-snapshot, heard, heartbeat, learned, order, order-reply, pre-vote, pre-vote-reply, prepare, promise, read-index, read-index-reply, refused, rejoin, rejoin-reply, reply, request, snapshot-piece, timeout-now
"#,
    );
    let of_both = r#"prepare = { send = "1ms" }, request-vote = { send = "1ms" }"#;
    assert_shown(&kinds(of_both), "");
}

#[test]
fn quorums_that_need_not_meet_are_refused_unless_that_is_wanted() {
    let scenario = |allowed: &str, q2: u32| {
        format!(
            "[system.kv]\ntype = \"multi-paxos\"\nnodes = 7\nvoters = 5\n{allowed}[system.kv.multi-paxos]\nq1 = 3\nq2 = {q2}\n\
             [workload.w]\ntarget = \"kv\"\narrival = \"poisson(1/s)\"\n"
        )
    };
    assert_shown(
        &planned(&scenario("", 2)),
        r#"
error[S054]: q1 = 3 and q2 = 2 of 5 voters need not meet
 --> test.toml:9:6
  |
9 | q2 = 2
  |      ^
  |
  = help: write sizes that together are more than 5; if you want to see what happens, write allow_unsafe = true beside `type`
"#,
    );
    assert_shown(&planned(&scenario("allow_unsafe = true\n", 2)), "");
    assert_shown(&planned(&scenario("", 3)), "");
    assert_shown(
        &planned(&scenario("", 8)),
        r#"
error[S016]: q2 = 8, and 5 of 7 nodes vote at first
 --> test.toml:9:6
  |
9 | q2 = 8
  |      ^
  |
  = help: write at most 5, or let more vote; absent, it is a majority, or as many as meet the other
"#,
    );
}

/// A decree is one value of one key: what makes no sense there is refused, and the rest can be swapped for a log's.
#[test]
fn a_register_takes_proposals_and_reads_of_one_key() {
    let scenario = |kind: &str, more: &str| {
        format!(
            "[system.kv]\ntype = \"{kind}\"\nnodes = 3\n[workload.w]\ntarget = \"kv\"\narrival = \"poisson(1/s)\"\n{more}"
        )
    };
    assert_shown(
        &planned(&scenario(
            "paxos",
            "keys = \"uniform(n=8)\"\nmix = { propose = 0.5, write = 0.3, cas = 0, read = 0.2 }\n",
        )),
        r#"
error[S018]: a paxos decides one value, and these are 8 keys
 --> test.toml:9:8
  |
9 | keys = "uniform(n=8)"
  |        ^^^^^^^^^^^^^^
  |
  = help: write keys = "uniform(n=1)"

error[S018]: a paxos decides one value, once, and takes no `write`
  --> test.toml:10:24
   |
10 | mix = { propose = 0.5, write = 0.3, cas = 0, read = 0.2 }
   |                        ^^^^^
   |
   = help: write for example mix = { propose = 0.5, read = 0.5 }
"#,
    );
    let one_key = "keys = \"uniform(n=1)\"\nmix = { propose = 0.5, read = 0.5 }\n";
    for kind in ["paxos", "multi-paxos", "raft"] {
        assert_shown(&planned(&scenario(kind, one_key)), "");
    }
}

/// What a workload on a register does not say is what a register takes, and is said by `explain`.
#[test]
fn a_register_is_asked_for_proposals_and_reads_of_one_key_by_default() {
    let asked = |name: &str| {
        let lines = format!(
            "[system.kv]\ntype = \"{name}\"\nnodes = 3\n[workload.w]\ntarget = \"kv\"\narrival = \"poisson(1/s)\"\n"
        );
        assert_shown(&planned(&lines), "");
        let mut loaded = text(&format!("schema = 1\nduration = \"10s\"\n{lines}"), &[]);
        let checked = check(&mut loaded, |scenario, diagnostics, files| {
            plan::<Never>(scenario, scenario.seed, Limits::default(), diagnostics, files)
        });
        let scenario = checked.expect("nothing is wrong with it").first;
        let (workload, kind) = (&scenario.workload.entries[0].2, scenario.system.entries[0].2.kind.kind());
        (workload.keys_of(kind).count(), workload.mix_of(kind))
    };
    assert_eq!(asked("paxos"), (1, vec![(OpKind::Read, 0.5), (OpKind::Propose, 0.5)]));
    assert_eq!(asked("raft"), (1000, vec![(OpKind::Read, 0.5), (OpKind::Write, 0.5)]));
}

#[test]
fn a_decree_has_quorums_that_meet_reads_that_are_sure_and_no_leader() {
    let scenario = |allowed: &str| {
        format!(
            "[system.kv]\ntype = \"paxos\"\nnodes = 5\nreads = \"local\"\n{allowed}[system.kv.paxos]\nq1 = 3\nq2 = 2\n\
             [workload.w]\ntarget = \"kv\"\narrival = \"poisson(1/s)\"\nkeys = \"uniform(n=1)\"\nmix = {{ propose = 1 }}\n"
        )
    };
    assert_shown(
        &planned(&scenario("")),
        r#"
error[S054]: local reads can return stale values
 --> test.toml:6:9
  |
6 | reads = "local"
  |         ^^^^^^^
  |
  = help: if that is what you want to see, write allow_unsafe = true beside `type`

error[S054]: q1 = 3 and q2 = 2 of 5 voters need not meet
 --> test.toml:9:6
  |
9 | q2 = 2
  |      ^
  |
  = help: write sizes that together are more than 5; if you want to see what happens, write allow_unsafe = true beside `type`
"#,
    );
    assert_shown(&planned(&scenario("allow_unsafe = true\n")), "");
    let said = planned(&format!(
        "{}[fault.f]\nat = \"1s\"\ndo = \"crash\"\ntarget = \"leader(kv)\"\n[operation.o]\nat = \"1s\"\n\
         do = \"remove-node\"\ntarget = \"kv.1\"\n",
        scenario("allow_unsafe = true\n")
    ));
    assert!(said.contains("error[S052]: a paxos has no leader"), "{said}");
    assert!(said.contains("`kv` is a paxos, whose nodes all vote, and which has no leader"), "{said}");
}

#[test]
fn options_of_another_type_that_this_one_has_too_are_no_longer_lost_quietly() {
    let document = |own: &str| {
        format!(
            r#"
[system.kv]
type = "multi-paxos"
reads = "log"
[system.kv.raft]
membership = "joint"
heartbeat = "40ms"
batch = 8
{own}"#
        )
    };
    assert_shown(
        &planned(&document("")),
        r#"
warning[S059]: `heartbeat` and `batch` are said for the type `raft` only, and this system is a multi-paxos, which has them too
 --> test.toml:8:1
  |
8 | heartbeat = "40ms"
  | ^^^^^^^^^
  |
  = help: write them in [system.kv.multi-paxos] as well, so that the two differ in nothing else
"#,
    );
    assert_eq!(planned(&document("[system.kv.multi-paxos]\nheartbeat = \"50ms\"\nbatch = 1\n")), "");
}
