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
    assert_eq!(decoded(&raft(""), &[]), options);
}

#[test]
fn values_of_every_type_are_read() {
    let options = decoded(
        &raft("reads = \"local\"\nmax_batch = 7\nsnapshot_every = 10\nloss = \"0.5%\"\nspeed = 2\nlabels = [\"a\"]"),
        &["system.kv.raft.heartbeat=1.5ms", "system.kv.raft.pre_vote=false"],
    );
    assert_eq!((options.reads, options.max_batch, options.snapshot_every), (Reads::Local, 7, Some(10)));
    assert_eq!((options.loss, options.speed), (Ratio(5_000_000), 2.0));
    assert_eq!((options.heartbeat, options.pre_vote), (Duration(1_500_000), false));
    assert_eq!(options.labels, ["a"]);
}

#[test]
fn an_unknown_key_and_a_missing_unit_show_together() {
    assert_shown(&raft_messages("election_timout = \"uniform(150ms, 300ms)\"\nheartbeat = 150"), r#"@options1@"#);
}

#[test]
fn every_wrong_option_of_a_table_is_reported() {
    let lines = "heartbeat = [1]\npre_vote = \"true\"\nmax_batch = \"64\"\nreads = \"locl\"\nloss = 2.5\n\
                 speed = 100.0\nsegment = \"1.5B\"\nbandwidth = \"10ms\"\nadmit = 5\ndrift = \"20\"\n\
                 snapshot_every = -1\nlabels = [1, \"a\", true]";
    assert_shown(&raft_messages(lines), r#"@options2@"#);
}

#[test]
fn values_outside_their_range_are_told_the_range() {
    let lines = "heartbeat = \"2m\"\nmax_batch = 0\nsnapshot_every = 9\nloss = -0.5";
    assert_shown(&raft_messages(lines), r#"@options3@"#);
}

#[test]
fn options_that_contradict_each_other_show_both() {
    let lines = "election_timeout = \"uniform(20ms, 40ms)\"\nheartbeat = \"30ms\"";
    assert_shown(&raft_messages(lines), r#"@options4@"#);
}

#[test]
fn a_missing_key_points_at_its_table() {
    assert_shown(&messages("schema = 1\n[system.kv]\nraft = 3\n[system.db]\ntype = \"x\"\n", &[]), r#"@options5@"#);
}

#[test]
fn inside_a_distribution_every_argument_is_underlined() {
    assert_shown(
        &raft_messages("election_timeout = \"lognormal(median=200, p98=2ms)\""),
        r#"@options6@"#,
    );
    assert_shown(
        &raft_messages("election_timeout = \"mixture(0.9: exp(1ms), 0.1: const(50mss))\""),
        r#"@options7@"#,
    );
    assert_shown(&raft_messages("election_timeout = \"uniform(1ms, 2ms\""), r#"@options8@"#);
    assert_shown(&raft_messages("election_timeout = 150"), r#"@options9@"#);
}

#[test]
fn an_escaped_string_is_underlined_as_a_whole() {
    assert_shown(&raft_messages(r#"heartbeat = "50\u006Ds0""#), r#"@options10@"#);
}

#[test]
fn a_value_from_the_command_line_points_at_its_text() {
    let set = ["system.kv.raft.heartbeat=150", "system.kv.raft.election_timeout=exp(5)", "system.kv.raft.hartbeat=1s"];
    assert_shown(&messages(&raft(""), &set), r#"@options11@"#);
}

#[test]
fn a_value_from_an_extended_file_points_there_and_at_the_extends() {
    let folder = Folder::new(&[
        ("scenarios/a.toml", "schema = 1\nextends = \"base/b.toml\"\nname = \"a\"\n"),
        ("scenarios/base/b.toml", "schema = 1\nsystem.kv.type = \"raft\"\nsystem.kv.raft.heartbeat = 150\n"),
    ]);
    assert_shown(&folder.messages("scenarios/a.toml"), r#"@options12@"#);
}

#[test]
fn a_value_of_a_sweep_points_at_the_value_and_its_use() {
    let document = raft("heartbeat = \"${beat}\"\nelection_timeout = \"normal(mean=${mean}, sd=5ms)\"")
        + "[sweep]\nvars.beat = [\"50ms\", 70]\nvars.mean = [\"400ms\", \"500sec\", 600]\n";
    assert_shown(&messages(&document, &[]), r#"@options13@"#);
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
    assert_shown(&folder.messages("scenarios/b.toml"), r#"@options14@"#);
    assert_shown(&folder.messages("scenarios/c.toml"), r#"@options15@"#);
    assert_shown(&folder.messages("scenarios/d.toml"), r#"@options16@"#);
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
