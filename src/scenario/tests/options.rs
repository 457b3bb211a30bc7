//! Errors of options, and where they point for each way that a value can come.

use super::*;
use crate::spec::Options;
use crate::spec::shape::Shape;

#[test]
fn documented_defaults_are_valid_and_typed() {
    let options = ProtocolOptions::defaults();
    assert_eq!(options.heartbeat, Duration::from_millis(50));
    assert_eq!(options.election_timeout, Distribution::uniform(1.5e8, 3e8).expect("valid"));
    assert_eq!((options.reads, options.snapshot_every), (Reads::ReadIndex, None));
    assert_eq!((options.segment, options.bandwidth), (Bytes(65_536), Bandwidth(1_000_000_000)));
    assert_eq!((options.admit.per_second(), options.drift), (1000.0, Ppm(20_000)));
    // Every field shows in the debug text.
    assert_eq!(format!("{:?}", decoded(&raft(""), &[])), format!("{options:?}"));
}

#[test]
fn keywords_of_rust_are_ordinary_keys() {
    let scenarios = decode_all(&mut text(&raft(""), &[]));
    let system = &scenarios[0].system.entries[0];
    assert_eq!(
        (scenarios[0].name.as_str(), system.0.as_str(), system.2.r#type.as_str()),
        ("t", "kv", "raft")
    );
}

#[test]
fn values_of_every_type_are_read() {
    let options = decoded(
        &raft(
            "reads = \"local\"\nmax_batch = 7\nsnapshot_every = 10\nloss = \"0.5%\"\nspeed = 2\nlabels = [\"a\"]",
        ),
        &["system.kv.raft.heartbeat=1.5ms", "system.kv.raft.pre_vote=false"],
    );
    assert_eq!((options.reads, options.max_batch, options.snapshot_every), (Reads::Local, 7, Some(10)));
    assert_eq!((options.loss, options.speed), (Ratio(5_000_000), 2.0));
    assert_eq!((options.heartbeat, options.pre_vote), (Duration(1_500_000), false));
    assert_eq!(options.labels, ["a"]);
}

#[test]
fn an_unknown_key_and_a_missing_unit_show_together() {
    assert_shown(
        &raft_messages("election_timout = \"uniform(150ms, 300ms)\"\nheartbeat = 150"),
        r#"
error[S014]: unknown key `election_timout` in [system.kv.raft]
 --> test.toml:5:1
  |
5 | election_timout = "uniform(150ms, 300ms)"
  | ^^^^^^^^^^^^^^^ did you mean `election_timeout`?

error[S022]: `heartbeat` needs a unit: 150 could be ms or s
 --> test.toml:6:13
  |
6 | heartbeat = 150
  |             ^^^
  |
  = help: write "150ms" or "150s"
"#,
    );
}

#[test]
fn every_wrong_option_of_a_table_is_reported() {
    let lines = "heartbeat = [1]\npre_vote = \"true\"\nmax_batch = \"64\"\nreads = \"locl\"\nloss = 2.5\n\
                 speed = 100.0\nsegment = \"1.5B\"\nbandwidth = \"10ms\"\nadmit = 5\ndrift = \"20\"\n\
                 snapshot_every = -1\nlabels = [1, \"a\", true]";
    assert_shown(
        &raft_messages(lines),
        r#"
error[S011]: `heartbeat` must be a duration, found a list
 --> test.toml:5:13
  |
5 | heartbeat = [1]
  |             ^^^
  |
  = help: write for example "150ms"

error[S011]: `pre_vote` must be true or false, found a string
 --> test.toml:6:12
  |
6 | pre_vote = "true"
  |            ^^^^^^
  |
  = help: write pre_vote = true without quotes

error[S011]: `max_batch` must be a whole number, found a string
 --> test.toml:7:13
  |
7 | max_batch = "64"
  |             ^^^^
  |
  = help: write max_batch = 64 without quotes

error[S015]: `reads` cannot be `locl`
 --> test.toml:8:10
  |
8 | reads = "locl"
  |          ^^^^ did you mean `local`?
  |
  = help: choose `read-index` or `local`

error[S024]: `loss` is more than the whole (100%)
 --> test.toml:9:8
  |
9 | loss = 2.5
  |        ^^^
  |
  = help: write "2.5%" if percent is meant

error[S016]: `speed` is 100, and must be at least 0 and less than 100
  --> test.toml:10:9
   |
10 | speed = 100.0
   |         ^^^^^

error[S025]: `segment` is too fine: the smallest step is 1B
  --> test.toml:11:12
   |
11 | segment = "1.5B"
   |            ^^^^

error[S021]: `bandwidth` must be a bandwidth, but `ms` is a unit of a duration
  --> test.toml:12:16
   |
12 | bandwidth = "10ms"
   |                ^^
   |
   = help: write for example "1Gbit/s"

error[S022]: `admit` needs a unit: 5 could be /s or /m
  --> test.toml:13:9
   |
13 | admit = 5
   |         ^
   |
   = help: write "5/s" or "5/m"

error[S022]: `drift` needs its unit `ppm`
  --> test.toml:14:10
   |
14 | drift = "20"
   |          ^^
   |
   = help: write "20ppm"

error[S023]: `snapshot_every` may not be negative
  --> test.toml:15:18
   |
15 | snapshot_every = -1
   |                  ^^
   |
   = help: write snapshot_every = 1

error[S011]: `labels[0]` must be a string, found a whole number
  --> test.toml:16:11
   |
16 | labels = [1, "a", true]
   |           ^

error[S011]: `labels[2]` must be a string, found true or false
  --> test.toml:16:19
   |
16 | labels = [1, "a", true]
   |                   ^^^^
"#,
    );
}

#[test]
fn values_outside_their_range_are_told_the_range() {
    let lines = "heartbeat = \"2m\"\nmax_batch = 0\nsnapshot_every = 9\nloss = -0.5";
    assert_shown(
        &raft_messages(lines),
        r#"
error[S016]: `heartbeat` is 2m, and must be from 1ns to 1m
 --> test.toml:5:13
  |
5 | heartbeat = "2m"
  |             ^^^^
  |
  = help: write heartbeat = "1m"

error[S016]: `max_batch` is 0, and must be from 1 to 10000
 --> test.toml:6:13
  |
6 | max_batch = 0
  |             ^
  |
  = help: write max_batch = 1

error[S016]: `snapshot_every` is 9, and must be at least 10
 --> test.toml:7:18
  |
7 | snapshot_every = 9
  |                  ^
  |
  = help: write snapshot_every = 10

error[S023]: `loss` is negative, and a ratio is never
 --> test.toml:8:8
  |
8 | loss = -0.5
  |        ^^^^
  |
  = help: take its sign away: 0.5
"#,
    );
}

#[test]
fn options_that_contradict_each_other_show_both() {
    let lines = "election_timeout = \"uniform(20ms, 40ms)\"\nheartbeat = \"30ms\"";
    assert_shown(
        &raft_messages(lines),
        r#"
error[S018]: `heartbeat` must be shorter than every election timeout
 --> test.toml:6:13
  |
5 | election_timeout = "uniform(20ms, 40ms)"
  |                    --------------------- election timeouts
6 | heartbeat = "30ms"
  |             ^^^^^^
"#,
    );
}

#[test]
fn a_missing_key_points_at_its_table() {
    assert_shown(
        &messages("schema = 1\n[system.kv]\nraft = 3\n[system.db]\ntype = \"x\"\n", &[]),
        r#"
error[S012]: `name` is missing at the top level
 --> test.toml:1:1
  |
1 | schema = 1
  | ^
  |
  = help: write name = ... (string)

error[S012]: `type` is missing in [system.kv]
 --> test.toml:2:1
  |
2 | [system.kv]
  | ^^^^^^^^^^^
  |
  = help: write type = ... (string)

error[S011]: `raft` must be a table, found a whole number
 --> test.toml:3:8
  |
3 | raft = 3
  |        ^
  |
  = help: write raft = { max_batch = 3 } or { speed = 3 }
"#,
    );
}

#[test]
fn inside_a_distribution_every_argument_is_underlined() {
    assert_shown(
        &raft_messages("election_timeout = \"lognormal(median=200, p98=2ms)\""),
        r#"
error[S032]: `lognormal` takes no argument `p98`
 --> test.toml:5:43
  |
5 | election_timeout = "lognormal(median=200, p98=2ms)"
  |                                           ^^^ did you mean `p99`?
  |
  = help: write lognormal(median=, p99=) or lognormal(mean=, cv=)
"#,
    );
    assert_shown(
        &raft_messages("election_timeout = \"mixture(0.9: exp(1ms), 0.1: const(50mss))\""),
        r#"
error[S021]: `value` of `const` has an unknown unit `mss`
 --> test.toml:5:57
  |
5 | election_timeout = "mixture(0.9: exp(1ms), 0.1: const(50mss))"
  |                                                         ^^^
  |
  = help: the units of a duration are d, h, m, s, ms, us, ns
"#,
    );
    assert_shown(
        &raft_messages("election_timeout = \"uniform(1ms, 2ms\""),
        r#"
error[S030]: `election_timeout` has a `(` that is never closed
 --> test.toml:5:28
  |
5 | election_timeout = "uniform(1ms, 2ms"
  |                            ^
  |
  = help: close it with `)`
"#,
    );
    assert_shown(
        &raft_messages("election_timeout = 150"),
        r#"
error[S031]: `election_timeout` must be a distribution of durations
 --> test.toml:5:20
  |
5 | election_timeout = 150
  |                    ^^^
  |
  = help: write "150ms" or "150s"
"#,
    );
}

#[test]
fn arguments_that_do_not_fit_are_told_the_usage() {
    assert_shown(
        &raft_messages("election_timeout = \"exp()\"\nheartbeat = \"1 ms\""),
        r#"
error[S033]: `exp` lacks its argument `mean`
 --> test.toml:5:21
  |
5 | election_timeout = "exp()"
  |                     ^^^^^
  |
  = help: write exp(mean=)

error[S020]: `heartbeat` has a space in it
 --> test.toml:6:14
  |
6 | heartbeat = "1 ms"
  |              ^^^^
  |
  = help: write "1ms"
"#,
    );
    assert_shown(
        &raft_messages("election_timeout = \"exp(1ms, 2ms)\""),
        r#"
error[S034]: `exp` takes one argument only
 --> test.toml:5:30
  |
5 | election_timeout = "exp(1ms, 2ms)"
  |                              ^^^
  |
  = help: write exp(mean=)
"#,
    );
    assert_shown(
        &raft_messages("election_timeout = \"uniform(1s, low=2s)\""),
        r#"
error[S035]: `uniform` is given `low` twice
 --> test.toml:5:33
  |
5 | election_timeout = "uniform(1s, low=2s)"
  |                                 ^^^
  |
  = help: write uniform(low=, high=)
"#,
    );
    assert_shown(
        &raft_messages("election_timeout = \"uniform(low=2s, high=1s)\""),
        r#"
error[S036]: `high` of `uniform` must be at least low (2s), not 1s
 --> test.toml:5:42
  |
5 | election_timeout = "uniform(low=2s, high=1s)"
  |                                          ^^
  |
  = help: swap the two, or let `high` be above `low`
"#,
    );
}

#[test]
fn every_code_has_a_message_in_these_tests() {
    let files = [
        include_str!("options.rs"),
        include_str!("plan/calls.rs"),
        include_str!("plan/faults.rs"),
        include_str!("plan/in_vain.rs"),
        include_str!("plan/links.rs"),
        include_str!("plan/misplaced.rs"),
        include_str!("plan/nemesis.rs"),
        include_str!("plan/network.rs"),
        include_str!("plan/prospects.rs"),
        include_str!("plan/discovery.rs"),
        include_str!("plan/services.rs"),
        include_str!("plan/systems.rs"),
        include_str!("plan/types.rs"),
        include_str!("plan/targets.rs"),
        include_str!("sources.rs"),
        include_str!("sweeps.rs"),
        // What only a later layer can tell shows at the command line.
        include_str!("../../../tests/it/cli/check.rs"),
    ];
    for code in Code::ALL {
        let shown = format!("[{code}]: ");
        assert!(files.iter().any(|file| file.contains(&shown)), "{code} is shown by no test");
    }
}

#[test]
fn a_distribution_of_numbers_may_be_a_number() {
    let mut diagnostics = crate::spec::Diagnostics::default();
    let mut decoder = Decoder::new(&mut diagnostics, &crate::spec::NoDataFiles);
    let numbers =
        crate::spec::distribution::Numbers::decode(&crate::spec::options::default_node(5), &mut decoder);
    assert_eq!(numbers.expect("valid").0, Distribution::constant(5.0).expect("valid"));
}

#[test]
fn an_escaped_string_is_underlined_as_a_whole() {
    assert_shown(
        &raft_messages(r#"heartbeat = "50\u006Ds0""#),
        r#"
error[S022]: `heartbeat` ends in a number without a unit
 --> test.toml:5:13
  |
5 | heartbeat = "50\u006Ds0"
  |             ^^^^^^^^^^^^
"#,
    );
}

#[test]
fn a_value_from_the_command_line_points_at_its_text() {
    let set = [
        "system.kv.raft.heartbeat=150",
        "system.kv.raft.election_timeout=exp(5)",
        "system.kv.raft.hartbeat=1s",
    ];
    assert_shown(
        &messages(&raft(""), &set),
        r#"
error[S022]: `heartbeat` needs a unit: 150 could be ms or s
 --> --set:1:26
  |
1 | system.kv.raft.heartbeat=150
  |                          ^^^
  |
  = help: write "150ms" or "150s"

error[S022]: `mean` of `exp` needs a unit: 5 could be ms or s
 --> --set:1:37
  |
1 | system.kv.raft.election_timeout=exp(5)
  |                                     ^
  |
  = help: write "5ms" or "5s"

error[S014]: unknown key `hartbeat` in [system.kv.raft]
 --> --set:1:16
  |
1 | system.kv.raft.hartbeat=1s
  |                ^^^^^^^^ did you mean `heartbeat`?
"#,
    );
}

#[test]
fn a_value_from_an_extended_file_points_there_and_at_the_extends() {
    let folder = Folder::new(&[
        ("scenarios/a.toml", "schema = 1\nextends = \"base/b.toml\"\nname = \"a\"\n"),
        ("scenarios/base/b.toml", "schema = 1\nsystem.kv.type = \"raft\"\nsystem.kv.raft.heartbeat = 150\n"),
    ]);
    assert_shown(
        &folder.messages("scenarios/a.toml"),
        r#"
error[S022]: `heartbeat` needs a unit: 150 could be ms or s
 --> scenarios/base/b.toml:3:28
  |
3 | system.kv.raft.heartbeat = 150
  |                            ^^^
  |
 ::: scenarios/a.toml:2:11
  |
2 | extends = "base/b.toml"
  |           ------------- extended here
  |
  = help: write "150ms" or "150s"
"#,
    );
}

#[test]
fn a_value_of_a_sweep_points_at_the_value_and_its_use() {
    let document = raft("heartbeat = \"${beat}\"\nelection_timeout = \"normal(mean=${mean}, sd=5ms)\"")
        + "[sweep]\nvars.beat = [\"50ms\", 70]\nvars.mean = [\"400ms\", \"500sec\", 600]\n";
    assert_shown(
        &messages(&document, &[]),
        r#"
error[S018]: `heartbeat` must be shorter than every election timeout
 --> test.toml:8:14
  |
5 | heartbeat = "${beat}"
  |              ------- used through `${beat}` here
6 | election_timeout = "normal(mean=${mean}, sd=5ms)"
  |                    ------------------------------ election timeouts
7 | [sweep]
8 | vars.beat = ["50ms", 70]
  |              ^^^^^^

error[S022]: `heartbeat` needs a unit: 70 could be ms or s
 --> test.toml:8:22
  |
5 | heartbeat = "${beat}"
  |              ------- used through `${beat}` here
...
8 | vars.beat = ["50ms", 70]
  |                      ^^
  |
  = help: write "70ms" or "70s"

error[S021]: `mean` of `normal` has an unknown unit `sec`
 --> test.toml:9:27
  |
6 | election_timeout = "normal(mean=${mean}, sd=5ms)"
  |                                 ------- used through `${mean}` here
...
9 | vars.mean = ["400ms", "500sec", 600]
  |                           ^^^ did you mean `s`?
  |
  = help: write "500s"

error[S022]: `mean` of `normal` needs a unit: 600 could be ms or s
 --> test.toml:9:33
  |
6 | election_timeout = "normal(mean=${mean}, sd=5ms)"
  |                                 ------- used through `${mean}` here
...
9 | vars.mean = ["400ms", "500sec", 600]
  |                                 ^^^
  |
  = help: write "600ms" or "600s"
"#,
    );
}

#[test]
fn a_data_file_is_found_beside_the_file_that_names_it() {
    let folder = Folder::new(&[
        ("scenarios/a.toml", &raft("election_timeout = \"empirical('data/x.csv', column=latency_ms)\"")),
        ("scenarios/b.toml", &raft("election_timeout = \"empirical('data/x.csv', column=latency_us)\"")),
        ("scenarios/c.toml", &raft("election_timeout = \"empirical('../../x.csv')\"")),
        ("scenarios/d.toml", &raft("election_timeout = \"empirical('absent.csv')\"")),
        ("scenarios/data/x.csv", "op,latency_ms\nread,150\nread,300\n"),
    ]);
    assert_eq!(folder.messages("scenarios/a.toml"), "");
    assert_shown(
        &folder.messages("scenarios/b.toml"),
        r#"
error[S037]: `column` of `empirical` is not a column of the file, which has `op` or `latency_ms`
 --> scenarios/b.toml:5:52
  |
5 | election_timeout = "empirical('data/x.csv', column=latency_us)"
  |                                                    ^^^^^^^^^^
"#,
    );
    assert_shown(
        &folder.messages("scenarios/c.toml"),
        r#"
error[S009]: `file` of `empirical` leads out of the scenario root `scenarios`
 --> scenarios/c.toml:5:31
  |
5 | election_timeout = "empirical('../../x.csv')"
  |                               ^^^^^^^^^^^^^
  |
  = help: move the file inside, or name a wider folder with --root
"#,
    );
    assert_shown(
        &folder.messages("scenarios/d.toml"),
        r#"
error[S001]: `file` of `empirical` does not exist
 --> scenarios/d.toml:5:31
  |
5 | election_timeout = "empirical('absent.csv')"
  |                               ^^^^^^^^^^^^
  |
  = help: a path starts at the folder of the file that names it: no such file exists there
"#,
    );
}

#[test]
fn the_declaration_gives_rows_and_a_schema() {
    let table = ProtocolOptions::table();
    assert_eq!(table.doc, "Options of a protocol, for tests.\nThey look like Raft's.");
    let batch = table.rows.iter().find(|row| row.key == "max_batch").expect("declared");
    assert_eq!(batch.doc, "Most entries of one message.");
    assert_eq!(batch.default_text().as_deref(), Some("64"));
    assert_eq!(batch.limits.as_ref().expect("limited").words, "from 1 to 10000");
    let schema = ProtocolOptions::shape().json_schema();
    let batch = &schema["properties"]["max_batch"];
    assert_eq!(batch["anyOf"][0]["maximum"], 10_000);
    assert_eq!((&batch["default"], &schema["additionalProperties"]), (&64.into(), &false.into()));
    let system = SystemOptions::shape().json_schema();
    assert_eq!(system["required"], serde_json::json!(["type"]));
    assert!(matches!(ProtocolOptions::table().rows[4].shape, Shape::Choice([_, _])));
}
