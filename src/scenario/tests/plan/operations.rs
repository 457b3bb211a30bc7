//! Operations: what an operator cannot ask for is refused where it is written.

use super::*;

const STORE: &str = "[system.kv]\ntype = \"raft\"\nnodes = 4\nvoters = 2\nlearners = 1\n";

/// What is said of operations on a store of two voters, a learner and a node that stands by.
fn said(operations: &str) -> String {
    planned(&format!("{STORE}{operations}"))
}

#[test]
fn the_last_voter_stays_and_only_a_voter_leads() {
    assert_shown(
        &said(
            r#"[operation.one]
at = "1s"
do = "remove-node"
target = "kv.2"
[operation.last]
at = "2s"
do = "remove-node"
target = "kv.1"
[operation.to-a-learner]
at = "3s"
do = "transfer-leader"
target = "kv.3"
[operation.to-a-stranger]
at = "4s"
do = "transfer-leader"
target = "kv.4"
[operation.too-few]
at = "5s"
do = "replace-node"
target = "kv.1"
by = "kv.1"
[operation.again]
at = "6s"
do = "add-node"
target = "kv.1"
"#,
        ),
        r#"
error[S018]: this would remove the last voter
  --> test.toml:15:10
   |
15 | target = "kv.1"
   |          ^^^^^^
   |
   = help: the voters are then kv.1

error[S018]: `kv.3` is a learner at that time, and only a voter can lead
  --> test.toml:19:10
   |
19 | target = "kv.3"
   |          ^^^^^^
   |
   = help: the voters are then kv.1

error[S018]: `kv.4` is not a member at that time, and only a voter can lead
  --> test.toml:23:10
   |
23 | target = "kv.4"
   |          ^^^^^^
   |
   = help: the voters are then kv.1

error[S018]: the same node is to come and to go
  --> test.toml:27:10
   |
27 | target = "kv.1"
   |          ^^^^^^
   |
   = help: name others in `by`

warning[S059]: this operation changes nothing: it is so at that time (add-node)
  --> test.toml:29:12
   |
29 | [operation.again]
   |            ^^^^^
   |
   = help: the voters are then kv.1
"#,
    );
}

#[test]
fn who_votes_is_there() {
    assert_shown(
        &planned(
            r#"
[system.a]
type = "raft"
nodes = 3
voters = 5
[system.b]
type = "raft"
nodes = 3
voters = 3
learners = 1
[system.c]
type = "raft"
nodes = 3
learners = 3
"#,
        ),
        r#"
error[S016]: 5 nodes are to vote, and there are 3
 --> test.toml:6:10
  |
6 | voters = 5
  |          ^
  |
  = help: write nodes = 5, or fewer voters

error[S016]: 3 nodes are to vote and 1 to learn, and there are 3
  --> test.toml:10:10
   |
10 | voters = 3
   |          ^
   |
   = help: write nodes = 4, or fewer voters

error[S016]: 3 of 3 nodes are to learn, so that none votes
  --> test.toml:15:12
   |
15 | learners = 3
   |            ^
   |
   = help: let at least one vote
"#,
    );
}

#[test]
fn an_operation_says_when_what_and_of_whom() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[system.api]
type = "service"
work = "exp(1ms)"
[operation.never]
do = "add-node"
target = "kv.1"
[operation.twice]
at = "1s"
every = "5s"
do = "add-node"
target = "kv.1"
[operation.nobody]
at = "1s"
do = "remove-node"
[operation.an-empty-list]
at = "1s"
do = "replace-node"
target = []
[operation.only-by]
at = "1s"
do = "replace-node"
by = "kv.1"
[operation.no-node]
at = "1s"
do = "remove-node"
target = "kv.9"
[operation.whole]
at = "1s"
do = "remove-node"
target = "kv"
[operation.service]
at = "1s"
do = "remove-node"
target = "api.1"
[operation.both]
at = "1s"
do = "transfer-leader"
target = ["kv.1", "kv.2"]
[operation.misplaced]
at = "1s"
do = "add-node"
target = "kv.1"
by = "kv.2"
voters_min = 2
until = "5s"
orders = "1..3"
[operation.by-nobody]
at = "1s"
do = "replace-node"
target = "kv.1"
[operation.numbers]
every = "1s"
do = "add-node"
target = "any(kv)"
orders = "3..1"
"#,
        ),
        r#"
error[S012]: nothing says when the order is given
 --> test.toml:9:6
  |
9 | do = "add-node"
  |      ^^^^^^^^^^
  |
  = help: write at = "20s", or every = "exp(60s)"

error[S018]: both `at` and `every` say when the order is given
  --> test.toml:13:9
   |
13 | every = "5s"
   |         ^^^^
   |
   = help: keep one of them

error[S012]: `target` is missing: nobody is named
  --> test.toml:18:6
   |
18 | do = "remove-node"
   |      ^^^^^^^^^^^^^
   |
   = help: write target = "kv.4", for a system `kv` with so many nodes

error[S016]: `target` is empty
  --> test.toml:22:10
   |
22 | target = []
   |          ^^
   |
   = help: write a word or several, or leave it out where nothing is meant

error[S012]: `target` is missing: nobody is named
  --> test.toml:25:6
   |
25 | do = "replace-node"
   |      ^^^^^^^^^^^^^^
   |
   = help: write target = "kv.4", for a system `kv` with so many nodes

error[S050]: there is no node `kv.9`
  --> test.toml:30:10
   |
30 | target = "kv.9"
   |          ^^^^^^ did you mean `kv.1`?
   |
   = help: the scenario has `kv.1`, `kv.2` or `kv.3`

error[S052]: `kv` is a whole system, and an operation names nodes
  --> test.toml:34:10
   |
34 | target = "kv"
   |          ^^^^
   |
   = help: write "kv.1", or "any(kv)"

error[S052]: `api` is a service, which has no voters and no leader
  --> test.toml:38:10
   |
38 | target = "api.1"
   |          ^^^^^^^
   |
   = help: operations are for stores that elect leaders: a raft or a multi-paxos

error[S018]: one node leads, not several
  --> test.toml:42:10
   |
42 | target = ["kv.1", "kv.2"]
   |          ^^^^^^^^^^^^^^^^
   |
   = help: name one

error[S018]: `by` says nothing about do = "add-node"
  --> test.toml:47:6
   |
47 | by = "kv.2"
   |      ^^^^^^
   |
   = help: leave it out

error[S018]: `voters_min` says nothing about do = "add-node"
  --> test.toml:48:14
   |
48 | voters_min = 2
   |              ^
   |
   = help: leave it out

error[S018]: `until` ends what comes again and again, and this order is given once
  --> test.toml:49:9
   |
49 | until = "5s"
   |         ^^^^
   |
   = help: leave it out

error[S018]: `orders` chooses among many orders, and this one is given once
  --> test.toml:50:10
   |
50 | orders = "1..3"
   |          ^^^^^^
   |
   = help: leave it out

error[S012]: nothing says who takes the target's place
  --> test.toml:53:6
   |
53 | do = "replace-node"
   |      ^^^^^^^^^^^^^^
   |
   = help: write by = "kv.4", for a node that stands by

error[S016]: these are no numbers of operations, ascending from 1
  --> test.toml:59:10
   |
59 | orders = "3..1"
   |          ^^^^^^
   |
   = help: write for example "1..40, 57"
"#,
    );
}

#[test]
fn who_leads_then_is_no_node_that_an_operation_can_name() {
    assert_shown(
        &said(
            r#"[operation.out]
at = "1s"
do = "remove-node"
target = "leader(kv)"
"#,
        ),
        r#"
error[S052]: `leader(kv)` is known when it is looked for, and an operation names its nodes beforehand
  --> test.toml:11:10
   |
11 | target = "leader(kv)"
   |          ^^^^^^^^^^^^
   |
   = help: write a node, such as "kv.1", or "any(kv)" for one that is drawn for each order
"#,
    );
}

#[test]
fn what_goes_wrong_and_what_an_operator_asks_for_stand_in_tables_of_their_own() {
    assert_shown(
        &said(
            r#"[operation.out]
at = "1s"
do = "crash"
target = "kv.1"
[fault.lead]
at = "1s"
do = "transfer-leader"
target = "kv.1"
"#,
        ),
        r#"
error[S015]: `do` cannot be `crash`
  --> test.toml:10:7
   |
10 | do = "crash"
   |       ^^^^^
   |
   = help: `crash` is what goes wrong, and nothing that an operator asks for: write it in a table [fault.NAME]

error[S015]: `do` cannot be `transfer-leader`
  --> test.toml:14:6
   |
14 | do = "transfer-leader"
   |      ^^^^^^^^^^^^^^^^^
   |
   = help: `transfer-leader` is what an operator asks for, and nothing that goes wrong: write it in a table [operation.NAME]
"#,
    );
}
