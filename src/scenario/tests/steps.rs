//! The programs that steps of services become.

use super::*;
use crate::services::program::{Fork, Op};
use crate::systems::kinds::KindOptions;
use crate::systems::kinds::service::steps::{Callee, Compiler, StepOptions};

/// The program of steps in TOML, one operation a line, with services as channels in the order of their letters.
fn program(steps: &str) -> Vec<String> {
    let text = format!(
        "schema = 1\nduration = \"1s\"\n[system.s]\ntype = \"service\"\nsteps = {steps}\n\
         [system.a]\ntype = \"service\"\nwork = \"1ms\"\n[system.b]\ntype = \"service\"\nwork = \"1ms\"\n"
    );
    let loaded = load_text("test.toml", &text, &LoadOptions::default());
    let mut diagnostics = crate::spec::Diagnostics::default();
    let document = loaded.document.expect("it is TOML");
    let mut decoder = Decoder::new(&mut diagnostics, &crate::spec::NoDataFiles);
    let scenario = crate::scenario::Scenario::decode(&document, &mut decoder).expect("the scenario is sound");
    let KindOptions::Service(service) = &scenario.system.entries[0].2.kind else { panic!("it is a service") };
    let mut callee = |_: &StepOptions, name: &str| Callee::Service(u16::from(name.as_bytes()[0] - b'a'));
    let mut compiler = Compiler { ops: Vec::new(), callee: &mut callee };
    compiler.steps(&service.steps, 0);
    compiler.ops.push(Op::End);
    compiler.ops.iter().map(word).collect()
}

fn word(op: &Op) -> String {
    match op {
        Op::Work(_) => "work".to_owned(),
        Op::WorkOfRequest => "request".to_owned(),
        Op::Store(_) => "store".to_owned(),
        Op::Call(channel) => format!("call {channel}"),
        Op::Fork(Fork { branches, wait, next }) => format!("fork {branches:?} wait {wait} next {next}"),
        Op::Branch(choices) => format!("branch {choices:?}"),
        Op::Loop { level, exit, .. } => format!("loop {level} exit {exit}"),
        Op::Again { level, start } => format!("again {level} start {start}"),
        Op::Bound { depth, exit } => format!("bound {depth} exit {exit}"),
        Op::Jump(to) => format!("jump {to}"),
        Op::End => "end".to_owned(),
    }
}

#[test]
fn parallel_steps_are_frames_of_their_own() {
    let words = program(r#"[{ parallel = [{ call = "a" }, [{ call = "b" }, { work = "1ms" }]], wait = 1 }]"#);
    let expected = ["fork [1, 3] wait 1 next 6", "call 0", "end", "call 1", "work", "end", "end"];
    assert_eq!(words, expected);
}

#[test]
fn a_branch_leads_behind_the_others() {
    let words = program(
        r#"[{ branch = [{ share = "25%", steps = { call = "a" } }, { share = "50%", steps = [] }] }, { work = "1ms" }]"#,
    );
    let expected = ["branch [(0.25, 2), (0.75, 4)]", "jump 5", "call 0", "jump 5", "jump 5", "work", "end"];
    assert_eq!(words, expected);
    let words = program(r#"[{ cache = "90%", miss = { call = "b" } }]"#);
    assert_eq!(words[1..], ["jump 4", "call 1", "jump 4", "end"]);
}

#[test]
fn loops_nest_and_bounds_leave_calls_out() {
    let words = program(r#"[{ loop = 2, steps = [{ loop = 3, steps = { call = "a", depth = 4 } }] }]"#);
    let expected = [
        "loop 0 exit 6",
        "loop 1 exit 5",
        "bound 4 exit 4",
        "call 0",
        "again 1 start 2",
        "again 0 start 1",
        "end",
    ];
    assert_eq!(words, expected);
}

#[test]
fn a_fan_out_is_one_call_many_times() {
    let words = program(r#"[{ call = "a", fan_out = 3, wait = "any" }]"#);
    assert_eq!(words, ["fork [1, 1, 1] wait 1 next 3", "call 0", "end", "end"]);
}
