//! Every kind of mistake in every place that a value can come from: the text at fault is underlined where it was written,
//! the way that it came is shown, and so is what to write.

use super::*;

/// Each option on a line of its own.
const SCENARIO: &str = r#"schema = 1
duration = "20s"
[network]
regions = "aws"
[system.kv]
type = "raft"
nodes = ["eu-west-1", "us-east-1", "us-east-1"]
cores = 2
reads = "log"
disk = { fsync = "1ms" }
[system.kv.raft]
election_timeout = "uniform(150ms, 300ms)"
heartbeat = "50ms"
[system.api]
type = "service"
nodes = { region = "eu-west-1", count = 3 }
steps = [{ work = "exp(1ms)" }]
[workload]
v = { target = "kv", arrival = "poisson(1/s)", region = "eu-west-1" }
[workload.w]
target = "kv"
region = "us-east-1"
arrival = "closed(clients=5)"
[fault.cut]
at = "5s"
do = "partition"
groups = ["leader(kv)", "rest"]
for = "3s"
[check.fast]
metric = "latency"
assert = "p99 < 5s"
"#;

/// An option with a value that is wrong.
struct Mistake {
    /// The option; the last key begins its line.
    path: &'static str,
    good: &'static str,
    bad: &'static str,
    /// The part of `bad` that is underlined.
    token: &'static str,
    message: &'static str,
    /// What to write, or one of the words to choose from.
    fix: &'static str,
}

const fn mistake(
    path: &'static str,
    [good, bad, token]: [&'static str; 3],
    [message, fix]: [&'static str; 2],
) -> Mistake {
    Mistake { path, good, bad, token, message, fix }
}

const WHOLE: [Mistake; 14] = [
    mistake(
        "system.kv.cores",
        ["2", "true", "true"],
        ["error[S011]: `cores` must be a whole number, found true or false", "write for example"],
    ),
    mistake(
        "system.kv.raft.heartbeat",
        [r#""50ms""#, "50", "50"],
        ["error[S022]: `heartbeat` needs a unit", "write \"50ms\""],
    ),
    mistake(
        "system.kv.reads",
        [r#""log""#, r#""leese""#, "leese"],
        ["error[S015]: `reads` cannot be `leese`", "did you mean `lease`?"],
    ),
    mistake(
        "system.kv.raft.election_timeout",
        [r#""uniform(150ms, 300ms)""#, r#""uniform(150ms, 300mz)""#, "mz"],
        ["error[S021]: `high` of `uniform` has an unknown unit `mz`", "are d, h, m, s, ms, us, ns"],
    ),
    mistake(
        "system.api.steps",
        [r#"[{ work = "exp(1ms)" }]"#, r#"[{ work = "mixture(1: exp(5mz))" }]"#, "mz"],
        ["error[S021]: `mean` of `exp` has an unknown unit `mz`", "are d, h, m, s, ms, us, ns"],
    ),
    mistake(
        "system.kv.cores",
        ["2", "0", "0"],
        ["error[S016]: `cores` is 0, and must be from 1 to 4096", "help: write "],
    ),
    mistake(
        "system.kv.disk",
        [r#"{ fsync = "1ms" }"#, r#"{ fsinc = "1ms" }"#, "fsinc"],
        ["error[S014]: unknown key `fsinc` in [system.kv.disk]", "did you mean `fsync`?"],
    ),
    mistake(
        "workload.v",
        [
            r#"{ target = "kv", arrival = "poisson(1/s)", region = "eu-west-1" }"#,
            r#"{ arrival = "poisson(1/s)" }"#,
            r#"{ arrival = "poisson(1/s)" }"#,
        ],
        ["error[S012]: `target` is missing in [workload.v]", "write target = "],
    ),
    mistake(
        "workload.w.target",
        [r#""kv""#, r#""kw""#, "\"kw\""],
        ["error[S050]: there is no system `kw`", "did you mean `kv`?"],
    ),
    mistake(
        "fault.cut.groups",
        [r#"["leader(kv)", "rest"]"#, r#"["leader(kw)", "rest"]"#, "kw"],
        ["error[S050]: there is no system `kw`", "did you mean `kv`?"],
    ),
    mistake(
        "system.kv.nodes",
        [
            r#"["eu-west-1", "us-east-1", "us-east-1"]"#,
            r#"["eu-west-1", "us-eest-1", "us-east-1"]"#,
            "\"us-eest-1\"",
        ],
        ["error[S050]: there is no region `us-eest-1`", "did you mean `us-east-1`?"],
    ),
    mistake(
        "system.kv.reads",
        [r#""log""#, r#""local""#, "\"local\""],
        ["error[S054]: local reads can return stale values", "write allow_unsafe = true"],
    ),
    mistake(
        "duration",
        [r#""20s""#, r#""20s of peace""#, "20s of peace"],
        ["error[S020]: `duration` has a space in it", "20s"],
    ),
    mistake(
        "check.fast.assert",
        [r#""p99 < 5s""#, r#""p99 < 9""#, "9"],
        ["error[S055]: `9` needs a unit", "write \"9ms\""],
    ),
];

/// In these `good` and `bad` stand inside a longer text, at `$`.
const INSIDE: [(&str, Mistake); 9] = [
    (
        r#""closed(clients=$)""#,
        mistake(
            "workload.w.arrival",
            ["5", r#""many""#, "many"],
            ["error[S016]: `clients` must be a whole number", "from 1 to 1000000"],
        ),
    ),
    (
        r#""uniform(150ms, $)""#,
        mistake(
            "system.kv.raft.election_timeout",
            [r#""300ms""#, r#""300mz""#, "mz"],
            ["error[S021]: `high` of `uniform` has an unknown unit `mz`", "are d, h, m, s, ms, us, ns"],
        ),
    ),
    (
        r#"[{ work = "mixture(1: $)" }]"#,
        mistake(
            "system.api.steps",
            [r#""exp(1ms)""#, r#""epx(1ms)""#, "epx"],
            ["error[S031]: `work` names an unknown distribution `epx`", "did you mean `exp`?"],
        ),
    ),
    (
        r#""closed(clients=$)""#,
        mistake(
            "workload.w.arrival",
            ["5", "0", "0"],
            ["error[S016]: `clients` must be a whole number", "from 1 to 1000000"],
        ),
    ),
    (
        r#"[{ work = "mixture(1: $)" }]"#,
        mistake(
            "system.api.steps",
            [r#""uniform(1ms, 2ms)""#, r#""uniform(low=1ms, hihg=2ms)""#, "hihg"],
            ["error[S032]: `uniform` takes no argument `hihg`", "did you mean `high`?"],
        ),
    ),
    (
        r#"[{ work = "mixture(1: $)" }]"#,
        mistake(
            "system.api.steps",
            [r#""uniform(1ms, 2ms)""#, r#""uniform(1ms)""#, "uniform(1ms)"],
            ["error[S033]: `uniform` lacks its argument `high`", "write uniform(low=, high=)"],
        ),
    ),
    (
        r#"["leader($)", "rest"]"#,
        mistake(
            "fault.cut.groups",
            [r#""kv""#, r#""kw""#, "kw"],
            ["error[S050]: there is no system `kw`", "did you mean `kv`?"],
        ),
    ),
    (
        r#"["leader($)", "rest"]"#,
        mistake(
            "fault.cut.groups",
            [r#""kv""#, r#""api""#, ""],
            ["error[S052]: a service has no leader", "write for example \"any(api)\""],
        ),
    ),
    (
        r#""p99 < $""#,
        mistake(
            "check.fast.assert",
            [r#""5s""#, r#""5mz""#, "mz"],
            ["error[S055]: `5mz` has an unknown unit `mz`", "are d, h, m, s, ms, us, ns"],
        ),
    ),
];

/// What is checked: files, the first of which is named, and settings.
struct Case {
    files: Vec<(&'static str, String)>,
    set: Vec<String>,
    /// The text that holds the mistake: a file's name or `--set`, and what of it is wrong.
    wrong: (&'static str, String),
    /// What shows how it came there.
    way: Vec<String>,
}

const EXTENDED: &str = "----- extended here";
const THROUGH: &str = "used through `${x}` here";
const FILLED: &str = "`${x}` is this";

impl Mistake {
    fn key(&self) -> &str {
        self.path.rsplit('.').next().expect("a path has keys")
    }

    /// The scenario with this value in the place of the good one.
    fn scenario(&self, good: &str, value: &str) -> String {
        let line = |value: &str| format!("\n{} = {value}\n", self.key());
        assert_eq!(SCENARIO.matches(&line(good)).count(), 1, "{}", self.path);
        SCENARIO.replacen(&line(good), &line(value), 1)
    }

    /// `--set path=value`, the value as one writes it there.
    fn set(path: &str, value: &str) -> String {
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        format!("{path}={}", bare.unwrap_or(value))
    }

    fn axis(&self, second: &str) -> String {
        format!("[sweep]\nvars.x = [{}, {second}]\n", self.good)
    }

    /// The value as a whole in every place that it can come from.
    fn cases(&self) -> Vec<(&'static str, Case)> {
        let bad = || self.scenario(self.good, self.bad);
        let swept = || self.scenario(self.good, "\"${x}\"");
        let with_axis = |second: &str| format!("{}{}", swept(), self.axis(second));
        let case = |files, set, wrong, way: &[&str]| Case {
            files,
            set,
            wrong: (wrong, self.bad.to_owned()),
            way: way.iter().map(|way| way.to_string()).collect(),
        };
        // Where the scenario has `${x}`.
        let option = format!("\n{} = ", self.key());
        let line = swept().split_once(&option).expect("the option is there").0.matches('\n').count() + 2;
        let used = |name: &str| format!("::: {name}:{line}:{}\n", option.len() + 1);
        let main = |text| vec![("main.toml", text)];
        let set = Mistake::set(self.path, self.bad);
        let axis_set = Mistake::set("sweep.vars.x.1", self.bad);
        vec![
            ("file", case(main(bad()), vec![], "main.toml", &[])),
            (
                "base",
                case(
                    vec![("main.toml", extending("base.toml")), ("base.toml", bad())],
                    vec![],
                    "base.toml",
                    &[EXTENDED],
                ),
            ),
            (
                "base of the base",
                case(
                    vec![
                        ("main.toml", extending("middle.toml")),
                        ("middle.toml", extending("base.toml")),
                        ("base.toml", bad()),
                    ],
                    vec![],
                    "base.toml",
                    &[EXTENDED, "::: middle.toml:2:11\n", "::: main.toml:2:11\n"],
                ),
            ),
            ("setting", case(main(SCENARIO.to_owned()), vec![set], "--set", &[])),
            ("axis", case(main(with_axis(self.bad)), vec![], "main.toml", &[THROUGH])),
            (
                "axis of a base",
                case(
                    vec![("main.toml", extending("base.toml")), ("base.toml", with_axis(self.bad))],
                    vec![],
                    "base.toml",
                    &[THROUGH, EXTENDED],
                ),
            ),
            (
                "axis over a base",
                case(
                    vec![
                        ("main.toml", format!("{}{}", extending("base.toml"), self.axis(self.bad))),
                        ("base.toml", swept()),
                    ],
                    vec![],
                    "main.toml",
                    &[THROUGH, &used("base.toml")],
                ),
            ),
            (
                "setting of an axis",
                case(main(with_axis(self.good)), vec![axis_set], "--set", &[THROUGH, &used("main.toml")]),
            ),
        ]
    }

    /// The value inside the text `pattern` in every place that the two can come from.
    fn cases_inside(&self, pattern: &str) -> Vec<(&'static str, Case)> {
        let in_place = SCENARIO.lines().find_map(|line| line.strip_prefix(&format!("{} = ", self.key())));
        let good = in_place.expect("the option is there");
        let pattern = pattern.replace('$', "${x}");
        let swept = || self.scenario(good, &pattern);
        let with_axis = |second: &str| format!("{}{}", swept(), self.axis(second));
        // What lies across the two is shown where they are put together, beside the value.
        let across = self.token.is_empty();
        let text =
            pattern.split_once('"').expect("the pattern is text").1.rsplit_once('"').expect("so it ends").0;
        let text = text.split_once('"').map_or(text, |(text, _)| text);
        let case = |files, set, [value_in, pattern_in]: [&'static str; 2]| Case {
            files,
            set,
            wrong: match across {
                true => (pattern_in, format!("\"{text}\"")),
                false => (value_in, self.bad.to_owned()),
            },
            way: vec![if across { FILLED } else { THROUGH }.to_owned()],
        };
        let main = |text| vec![("main.toml", text)];
        let over = format!("{}{}", extending("base.toml"), self.axis(self.bad));
        let whole = Mistake::set(self.path, &pattern);
        let axis_set = Mistake::set("sweep.vars.x.1", self.bad);
        vec![
            ("inside a text", case(main(with_axis(self.bad)), vec![], ["main.toml", "main.toml"])),
            (
                "inside a text of a base",
                case(vec![("main.toml", over), ("base.toml", swept())], vec![], ["main.toml", "base.toml"]),
            ),
            (
                "inside a text, by a setting",
                case(main(with_axis(self.good)), vec![axis_set], ["--set", "main.toml"]),
            ),
            (
                "inside a text of a setting",
                case(main(format!("{SCENARIO}{}", self.axis(self.bad))), vec![whole], ["main.toml", "--set"]),
            ),
        ]
    }
}

fn extending(base: &str) -> String {
    format!("schema = 1\nextends = \"{base}\"\n")
}

impl Case {
    /// Where the text at fault starts, as messages show it, and the text.
    fn place<'a>(&'a self, mistake: &'a Mistake) -> (String, &'a str) {
        let (name, wrong) = &self.wrong;
        let file = self.files.iter().find(|(file, _)| file == name).map(|(_, text)| text);
        let source = file.or(self.set.first()).expect("it is one of them");
        let option = format!("\n{} = ", mistake.key());
        // What is put together is underlined as a whole, all else where its value is.
        let markers =
            if self.way.iter().any(|way| way == FILLED) { [&option, "="] } else { ["\nvars.x = ", &option] };
        let marker = markers.into_iter().find(|marker| source.contains(marker)).unwrap_or("=");
        let after = source.find(marker).expect("a setting has one") + marker.len();
        let value = source[after..].lines().next().expect("it has a value");
        // On the command line a string is bare.
        let bare = |text: &'a str| if value.contains(wrong) { text } else { text.trim_matches('"') };
        let (wrong, token) = (bare(wrong), bare(mistake.token));
        let token = if token.is_empty() { wrong } else { token };
        let at = value.rfind(wrong).unwrap_or_else(|| panic!("{value} has no {wrong}"));
        let at = after + at + wrong.rfind(token).expect("the token is a part of it");
        let start = source[..at].rfind('\n').map_or(0, |end| end + 1);
        (format!("--> {name}:{}:{}", source[..at].matches('\n').count() + 1, at - start + 1), token)
    }

    /// What is said of it, and what of that is not as it should be.
    fn said(&self, mistake: &Mistake) -> (String, Vec<String>) {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(file, text)| (*file, text.as_str())).collect();
        let settings = self.set.iter().flat_map(|set| ["--set", set]);
        let arguments: Vec<&str> = ["check", "main.toml"].into_iter().chain(settings).collect();
        let said = Folder::new(&files).run(&arguments).exits(2).stderr;
        let (place, token) = self.place(mistake);
        let underlined = underlined(&said).unwrap_or_default();
        let must = [
            (said.starts_with(mistake.message), format!("the message `{}`", mistake.message)),
            (said.ends_with("\nmain.toml: 1 error\n"), "nothing else".to_owned()),
            (said.contains(mistake.fix), format!("the fix `{}`", mistake.fix)),
            (said.lines().nth(1).is_some_and(|line| line.trim() == place), place),
            (underlined == token, format!("`{token}` underlined, not `{underlined}`")),
        ];
        let way = self.way.iter().map(|way| (said.contains(way), format!("the way `{way}`")));
        let lacks = must.into_iter().chain(way).filter(|(holds, _)| !holds).map(|(_, what)| what).collect();
        (said, lacks)
    }
}

/// The text over the carets of the first message.
fn underlined(said: &str) -> Option<String> {
    let mut source = "";
    for line in said.lines() {
        let (_, shown) = line.split_once("| ").unwrap_or_default();
        if let Some(start) = shown.find('^') {
            let count = shown[start..].chars().take_while(|c| *c == '^').count();
            return Some(source.chars().skip(start).take(count).collect());
        }
        // Marks beside the carets stand under the same line.
        if line.starts_with(|c: char| c.is_ascii_digit() || c == ' ') && !shown.trim_start().starts_with('-')
        {
            source = shown;
        }
    }
    None
}

#[test]
fn a_mistake_is_shown_where_it_was_written_however_it_came() {
    let whole = WHOLE.iter().flat_map(|mistake| mistake.cases().into_iter().map(move |case| (mistake, case)));
    let inside = INSIDE.iter().flat_map(|(pattern, mistake)| {
        mistake.cases_inside(pattern).into_iter().map(move |case| (mistake, case))
    });
    let mut wrong = String::new();
    for (mistake, (name, case)) in whole.chain(inside) {
        let (said, lacks) = case.said(mistake);
        println!("{}, {name}:\n{said}", mistake.path);
        if !lacks.is_empty() {
            wrong += &format!("{}, {name}, lacks {}:\n{said}\n", mistake.path, lacks.join(", "));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What `check` says of the scenario with these lines in the place of others.
fn said(changes: &[(&str, &str)], set: &[&str]) -> String {
    let text = changes.iter().fold(SCENARIO.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    });
    let folder = Folder::new(&[("main.toml", &text)]);
    let arguments = |command| {
        let settings = set.iter().flat_map(|set| ["--set", set]);
        [command, "main.toml"].into_iter().chain(settings).collect::<Vec<_>>()
    };
    let checked = folder.run(&arguments("check")).exits(2).stderr;
    let run = folder.run(&arguments("run")).exits(2).stderr;
    let messages = checked.rsplit_once("\n\n").expect("a count follows").0;
    assert_eq!(run.trim_end(), messages, "`run` says the same");
    messages.to_owned()
}

#[test]
fn a_mistake_of_some_combinations_shows_the_values_that_make_it() {
    let nodes = "nodes = [\"eu-west-1\", \"us-east-1\", \"us-east-1\"]";
    let sweep = "[sweep]\nvars.heartbeat = [\"20ms\", \"50ms\"]\nvars.count = [3, 2, 4]\n[check.fast]";
    let changes = [
        (nodes, "nodes = { region = \"eu-west-1\", count = \"${count}\" }"),
        ("heartbeat = \"50ms\"", "heartbeat = \"${heartbeat}\""),
        ("groups = [\"leader(kv)\", \"rest\"]", "groups = [\"kv.1\", \"kv.3\"]"),
        ("[check.fast]", sweep),
    ];
    assert_eq!(
        said(&changes, &["sweep.vars.count.2=1"]),
        "\
error[S050]: there is no node or system `kv.3`
  --> main.toml:27:19
   |
27 | groups = [\"kv.1\", \"kv.3\"]
   |                   ^^^^^^ did you mean `kv.1`?
...
31 | vars.count = [3, 2, 4]
   |                  - when `count` is this
   |
   = help: the scenario has `kv`, `api`, `kv.1`, `kv.2`, `api.1`, `api.2`, `api.3`, `v` or `w`

error[S050]: there is no node or system `kv.3`
  --> main.toml:27:19
   |
27 | groups = [\"kv.1\", \"kv.3\"]
   |                   ^^^^^^ did you mean `kv.1`?
   |
  ::: --set:1:20
   |
 1 | sweep.vars.count.2=1
   |                    - when `count` is this
   |
   = help: the scenario has `kv`, `api`, `kv.1`, `api.1`, `api.2`, `api.3`, `v` or `w`"
    );
}

#[test]
fn a_mistake_of_several_values_of_a_variable_is_told_once() {
    let changes = [
        ("regions = \"aws\"", "regions = \"${net}\""),
        ("nodes = [\"eu-west-1\", \"us-east-1\", \"us-east-1\"]", "nodes = 3"),
        ("nodes = { region = \"eu-west-1\", count = 3 }", "nodes = 3"),
        (", region = \"eu-west-1\" }", " }"),
        ("[check.fast]", "[sweep]\nvars.net = [\"aws\", \"gcp\", \"lan\"]\n[check.fast]"),
    ];
    let told = said(&changes, &[]);
    let (_, error) = told.split_once("error").expect("it is one");
    assert_eq!(
        error,
        "\
[S050]: there is no region `us-east-1` in this network
  --> main.toml:22:10
   |
22 | region = \"us-east-1\"
   |          ^^^^^^^^^^^
...
30 | vars.net = [\"aws\", \"gcp\", \"lan\"]
   |                    ----- when `net` is this, the first of 2 values
   |
   = help: write regions = \"aws\" in [network]"
    );
}

#[test]
fn a_mistake_of_a_pair_of_values_shows_both() {
    let sweep = "[sweep]\nvars.length = [\"20s\", \"6s\"]\nvars.warmup = [\"1s\", \"10s\"]\n[check.fast]";
    let changes =
        [("duration = \"20s\"", "duration = \"${length}\"\nwarmup = \"${warmup}\""), ("[check.fast]", sweep)];
    assert_eq!(
        said(&changes, &[]),
        "\
error[S018]: the warm-up of 10s leaves nothing to measure: the run lasts 6s
  --> main.toml:32:22
   |
 3 | warmup = \"${warmup}\"
   |           --------- used through `${warmup}` here
...
31 | vars.length = [\"20s\", \"6s\"]
   |                       ---- so long is the run
32 | vars.warmup = [\"1s\", \"10s\"]
   |                      ^^^^^
   |
   = help: make the warm-up shorter, or the run longer"
    );
}

#[test]
fn two_options_that_clash_are_both_shown() {
    assert_eq!(
        said(&[], &["fault.cut.when=leader-elected(kv)"]),
        "\
error[S018]: both `at` and `when` say when it strikes
  --> --set:1:16
   |
 1 | fault.cut.when=leader-elected(kv)
   |                ^^^^^^^^^^^^^^^^^^
   |
  ::: main.toml:25:6
   |
25 | at = \"5s\"
   |      ---- and so does this
   |
   = help: keep one of them: neither `extends` nor `--set` takes away what is written, so move `at` or `when` into the files that need it, or replace the whole fault: --set 'fault.cut={ ... }'"
    );
    assert_eq!(
        said(&[("[check.fast]", "[check.fast]\ninvariants = [\"agreement\"]")], &[]),
        "\
error[S018]: this check is of several kinds at once
  --> main.toml:31:10
   |
30 | invariants = [\"agreement\"]
   |              ------------- with this
31 | metric = \"latency\"
   |          ^^^^^^^^^
   |
   = help: split it: one check for each kind"
    );
}

#[test]
fn json_has_the_way_of_a_value_too() {
    let base = SCENARIO.replacen("cores = 2", "cores = \"${x}\"", 1);
    let main = format!("{}[sweep]\nvars.x = [1, 0]\n", extending("base.toml"));
    let folder = Folder::new(&[("main.toml", &main), ("base.toml", &base)]);
    let done = folder.run(&["check", "main.toml", "--format", "json"]).exits(2);
    let found = &done.json()["files"][0]["diagnostics"][0];
    assert_eq!(
        (&found["file"], &found["line"], &found["column"]),
        (&"main.toml".into(), &4.into(), &14.into())
    );
    let expected = serde_json::json!([{
        "file": "base.toml", "line": 8, "column": 10, "label": "used through `${x}` here",
    }]);
    assert_eq!(found["related"], expected);
}

#[test]
fn a_warning_about_two_options_shows_the_one_that_was_written() {
    let folder = Folder::new(&[("main.toml", SCENARIO)]);
    let said = |set: &str| folder.run(&["check", "main.toml", "--set", set]).exits(0).stderr;
    let heartbeat = said("system.kv.raft.heartbeat=200ms");
    let way = "--> --set:1:26\n   |\n 1 | system.kv.raft.heartbeat=200ms\n   |                          ^^^^^\n   |\n  ::: main.toml:12:20";
    assert!(heartbeat.contains(way) && heartbeat.contains("--- the election timeouts"), "{heartbeat}");
    let timeout = said("system.kv.raft.election_timeout=uniform(20ms, 40ms)");
    assert!(timeout.contains("::: --set:1:33"), "{timeout}");
}

/// Seeds that go too far in one combination hide no mistake of another.
#[test]
fn seeds_beyond_the_greatest_hide_no_mistake() {
    let text = SCENARIO.replacen("cores = 2", "cores = \"${n}\"", 1);
    let text = text.replacen("schema = 1\n", "schema = 1\nseed = \"${s}\"\n", 1);
    let sweep = format!("[sweep]\nrepeat = 2\nvars.s = [{}, 1]\nvars.n = [1, 0]\n", i64::MAX);
    let folder = Folder::new(&[("main.toml", &format!("{text}{sweep}"))]);
    let said = folder.run(&["run", "main.toml"]).exits(2).stderr;
    let (mistakes, seeds) = said.split_once("\nerror: ").expect("a failure follows the mistakes");
    assert!(mistakes.starts_with("error[") && mistakes.contains("vars.n = [1, 0]"), "{said}");
    assert!(seeds.contains("seed 9223372036854775807 repeated 2 times goes beyond"), "{said}");
}
