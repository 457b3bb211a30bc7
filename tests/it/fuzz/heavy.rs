//! Texts within the limits that could make much of little: too large to be kept in `tests/fuzz`.

use super::input::Input;
use super::judge::judge;
use crate::scenarios::check_text;

#[test]
fn what_could_make_much_of_little_takes_neither_long_nor_much() {
    let word = "w".repeat(4_096);
    let list = |text: &str, count| format!("a = [{}]\n", vec![format!("\"{text}\""); count].join(","));
    let filler = format!("# {}\n", "-".repeat(98)).repeat(10_000);
    // A world of very many nodes costs the loader its names, once, and not for each thing that speaks of them.
    let world = |nodes: &str| {
        format!("duration = \"10s\"\n[system.api]\ntype = \"service\"\nwork = \"exp(1ms)\"\n{nodes}\n")
    };
    let large = world("nodes = 990000");
    let each = |line: &dyn Fn(usize) -> String| (0..900).map(line).collect::<String>();
    let crash = |number, when: &str, target: &str| {
        format!("[fault.f{number}]\ndo = \"crash\"\n{when}\ntarget = \"{target}\"\n")
    };
    let zones: Vec<String> = (0..60_000).map(|zone| format!("\"{zone:x}\"")).collect();
    let zones = world(&format!("groups = [{{ count = 60000, zone = [{}] }}]", zones.join(",")));
    let values: Vec<String> = (1..900).map(|value| value.to_string()).collect();
    let inputs = [
        (
            "many names that a large world does not have",
            large.clone() + &each(&|number| crash(number, "at = \"1s\"", &format!("apj.{number}"))),
            "there is no node or system `apj.0`",
        ),
        (
            "many names of a large world, and one that it does not have",
            large.clone()
                + &each(&|number| crash(number, "at = \"1s\"", &format!("api.{}", 989_102 + number))),
            "there is no node or system `api.990001`",
        ),
        (
            "many faults that wait for any of a large world",
            large.clone() + &each(&|number| crash(number, "when = \"crashed(api)\"", "api.1")),
            "with this the targets mean more than 10000000 nodes",
        ),
        (
            "many clocks of a large world",
            large.clone()
                + "[system.api.clocks]\n"
                + &each(&|number| format!("\"api.{}\" = {{ offset = \"1ms\" }}\n", 989_102 + number)),
            "the system `api` has no node `api.990001`",
        ),
        (
            "many zones, and many names of others",
            zones + &each(&|number| crash(number, "at = \"1s\"", &format!("zone:g{number}"))),
            "there is no zone `g0`",
        ),
        (
            "checks of workloads that could not be read",
            "duration = \"10s\"\nsystem.kv.type = \"raft\"\n[workload]\n".to_owned()
                + &each(&|number| format!("w{number} = {{}}\n"))
                + &(0..4_000)
                    .map(|number| {
                        format!(
                            "[check.c{number}]\nmetric = \"latency\"\nassert = \"p99 < 1s\"\n\
                                                    where = {{ workload = \"v{number}\" }}\n"
                        )
                    })
                    .collect::<String>(),
            "`target` is missing in [workload.w0]",
        ),
        (
            "long names that are nearly the same",
            "duration = \"10s\"\nsystem.kv.type = \"raft\"\n[workload]\n".to_owned()
                + &(0..50)
                    .map(|number| format!("{}{number:03} = {{}}\n", &word[..4_000]))
                    .collect::<String>()
                + &(0..100)
                    .map(|number| {
                        format!(
                            "[check.c{number}]\nmetric = \"latency\"\nassert = \"p99 < 1s\"\n\
                                                   where = {{ workload = \"{}x{number:02}\" }}\n",
                            &word[..4_000]
                        )
                    })
                    .collect::<String>(),
            "there is no workload `w",
        ),
        (
            "unknown keys in every combination",
            "duration = \"10\"\n".to_owned()
                + &(0..100).map(|number| format!("zq{number:03} = 1\n")).collect::<String>()
                + &format!(
                    "[system.kv]\ntype = \"raft\"\ncores = \"${{a}}\"\n[sweep]\nvars.a = [{}]",
                    values.join(",")
                ),
            "unknown key `zq000`",
        ),
        (
            "many large worlds with a mistake",
            world(&format!(
                "nodes = 990000\ncores = \"${{a}}\"\n[workload.w]\ntarget = \"apj\"\narrival = \"poisson(1/s)\"\n\
                            [sweep]\nvars.a = [{}]",
                values.join(",")
            )),
            "there is no system `apj`",
        ),
        // A word of 4,096 bytes, used 819 times in each of 250 strings, and once in each of many.
        (
            "strings in which a long value stands often",
            format!("{}[sweep]\nvars.x = [\"{word}\"]\n", list(&format!("{}b", "${x} ".repeat(818)), 250)),
            "this text of 3351347 bytes is longer than 4096",
        ),
        (
            "many strings with a long value",
            format!("{}[sweep]\nvars.x = [\"{}\"]\n", list("${x} b", 90_000), "w".repeat(4_000)),
            "more than 4194304 bytes of keys and strings",
        ),
        (
            "a value at the end of the file that is used often",
            format!("duration = \"{}b\"\n{filler}[sweep]\nvars.x = [\"1s\"]\n", "${x} ".repeat(800)),
            "`${x}` is this",
        ),
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text, said) in inputs {
        let text = format!("schema = 1\n{text}");
        assert_eq!(judge(&Input::plain(text.clone()), folder.path()).wrong, None, "{name}");
        let messages = check_text("test.toml", &text).messages;
        assert!(messages.contains(said), "{name}:\n{messages}");
    }
}
