//! Sweeps: what they expand to, and their errors.

use super::*;
use crate::scenario::Point;

fn sweep(document: &str) -> (Option<Sweep>, String) {
    let mut loaded = text(&format!("schema = 1\n{document}"), &[]);
    let document = loaded.document.take().expect("well-formed");
    let sweep = Sweep::new(&document, &mut loaded.diagnostics);
    (sweep, shown(&loaded))
}

fn errors(document: &str) -> String {
    let (sweep, shown) = sweep(document);
    assert!(sweep.is_none(), "{shown}");
    shown
}

/// The parameters of every combination, as written.
fn combinations(document: &str) -> Vec<String> {
    let (sweep, shown) = sweep(document);
    let sweep = sweep.unwrap_or_else(|| panic!("{shown}"));
    let written = |point: Point| {
        point.parameters.iter().map(|parameter| parameter.written.clone()).collect::<Vec<_>>().join(" ")
    };
    sweep.points().map(written).collect()
}

#[test]
fn without_a_sweep_there_is_one_combination() {
    let (sweep, shown) = sweep("name = \"x\"\n");
    let sweep = sweep.unwrap_or_else(|| panic!("{shown}"));
    assert_eq!((sweep.len(), sweep.repeat), (1, 1));
    assert!(sweep.point(0).parameters.is_empty());
}

#[test]
fn the_product_comes_in_declared_order_last_fastest() {
    let document = "x = [\"${b}\", \"${a}\"]\n[sweep]\nvars.b = [1, 2]\nvars.a = [\"p\", \"q\"]\n";
    assert_eq!(combinations(document), ["1 p", "1 q", "2 p", "2 q"]);
}

#[test]
fn zipped_variables_turn_together() {
    let document = "x = [\"${a}\", \"${b}\", \"${c}\"]\n[sweep]\nvars.a = [1, 2]\nvars.b = [5, 6]\nvars.c = [7, 8]\n\
                    zip = [[\"c\", \"a\"]]\n";
    assert_eq!(combinations(document), ["1 5 7", "1 6 7", "2 5 8", "2 6 8"]);
}

#[test]
fn a_filter_leaves_combinations_out() {
    let document = |filter: &str| {
        format!(
            "x = [\"${{load}}\", \"${{policy}}\", \"${{sync}}\"]\n[sweep]\nvars.load = [0.5, 1]\n\
             vars.policy = [\"random\", \"jsq(2)\"]\nvars.sync = [\"1ms\", \"2000us\"]\nwhere = \"{filter}\"\n"
        )
    };
    assert_eq!(
        combinations(&document("load < 1 and policy == 'jsq(2)'")),
        ["0.5 jsq(2) 1ms", "0.5 jsq(2) 2000us"]
    );
    assert_eq!(
        combinations(&document("sync >= 2ms and not (load == 0.5 or policy != 'random')")),
        ["1 random 2000us"]
    );
    assert_eq!(combinations(&document("load <= 0.5 and policy != 'random' or sync < 500us")).len(), 2);
}

#[test]
fn a_variable_gives_its_typed_value_not_its_text() {
    let document = "n = \"${n}\"\ntext = \"f(${n}, k=${d})\"\nlist = [\"${t}\"]\n[sweep]\nvars.n = [0.9]\n\
                    vars.d = [\"exp(2ms)\"]\nvars.t = [{ a = [1] }]\n";
    let (sweep, _) = sweep(document);
    let point = sweep.expect("valid").point(0);
    assert_eq!(
        crate::scenario::resolved(&point.document, None),
        "schema = 1\nn = 0.9\ntext = \"f(0.9, k=exp(2ms))\"\nlist = [{ a = [1] }]\n"
    );
    let numbers: Vec<Option<f64>> = point.parameters.iter().map(|parameter| parameter.number).collect();
    assert_eq!(numbers, [Some(0.9), None, None]);
}

#[test]
fn quantities_are_recorded_in_base_units_too() {
    let (sweep, _) = sweep("x = \"${x}\"\n[sweep]\nvars.x = [\"200us\", \"500/s\", \"0.5%\"]\n");
    let numbers: Vec<Option<f64>> =
        sweep.expect("valid").points().map(|point| point.parameters[0].number).collect();
    assert_eq!(numbers, [Some(200_000.0), Some(500.0), Some(0.005)]);
}

#[test]
fn a_value_cannot_change_the_structure_around_it() {
    let document = "a = \"lognormal(median=${m})\"\nb = \"exp(${u}ms)\"\nc = \"x ${t}\"\n[sweep]\n\
                    vars.m = [\"1ms, p99=2ms\", \"1ms)\", \"1ms\"]\nvars.u = [5]\nvars.t = [[1]]\n";
    assert_shown(
        &errors(document),
        r#"
error[S047]: `${u}` stands for a whole argument and may not touch `ms`
 --> test.toml:3:10
  |
3 | b = "exp(${u}ms)"
  |          ^^^^
  |
  = help: put the whole argument into the values of `u`: a unit belongs to its number

error[S047]: `1ms, p99=2ms` cannot stand for `${m}`: it is not one argument
 --> test.toml:6:11
  |
2 | a = "lognormal(median=${m})"
  |                       ---- used through `${m}` here
...
6 | vars.m = ["1ms, p99=2ms", "1ms)", "1ms"]
  |           ^^^^^^^^^^^^^^

error[S047]: `1ms)` cannot stand for `${m}`: it is not one argument
 --> test.toml:6:27
  |
2 | a = "lognormal(median=${m})"
  |                       ---- used through `${m}` here
...
6 | vars.m = ["1ms, p99=2ms", "1ms)", "1ms"]
  |                           ^^^^^^

error[S047]: a list cannot stand inside a string: `${t}` must be all of it
 --> test.toml:8:11
  |
4 | c = "x ${t}"
  |        ---- used through `${t}` here
...
8 | vars.t = [[1]]
  |           ^^^
"#,
    );
}

#[test]
fn unknown_unused_and_malformed_variables_are_reported() {
    let document =
        "a = \"${fsnc}\"\nb = \"${}\"\nc = \"${open\"\n[sweep]\nvars.fsync = [\"1ms\"]\nvars.load = [1]\n";
    assert_shown(
        &errors(document),
        r#"
error[S040]: `${fsnc}` names no variable of [sweep]
 --> test.toml:2:6
  |
2 | a = "${fsnc}"
  |      ^^^^^^^ did you mean `${fsync}`?
  |
  = help: declare it: vars.fsnc = [..] in [sweep]

error[S047]: `${}` is not a variable
 --> test.toml:3:6
  |
3 | b = "${}"
  |      ^^^
  |
  = help: write ${name}, with a name from [sweep]

error[S047]: `${open` is not a variable
 --> test.toml:4:6
  |
4 | c = "${open"
  |      ^^^^^^
  |
  = help: write ${name}, with a name from [sweep]

warning[S041]: the variable `load` is not used
 --> test.toml:7:6
  |
7 | vars.load = [1]
  |      ^^^^
  |
  = help: write "${load}" where its values belong
"#,
    );
    assert_shown(
        &errors("a = \"${x}\"\n"),
        r#"
error[S040]: `${x}` names no variable of [sweep]
 --> test.toml:2:6
  |
2 | a = "${x}"
  |      ^^^^
  |
  = help: declare it: vars.x = [..] in [sweep]
"#,
    );
}

#[test]
fn values_that_make_the_same_runs_twice_are_reported() {
    assert_shown(
        &errors(
            "a = \"${a} ${b} ${c}\"\n[sweep]\nvars.a = [3, 5, 3]\nvars.b = [\"x\", \"y\", \"x\"]\nvars.c = [1, 2, 1]\nzip = [[\"b\", \"c\"]]",
        ),
        r#"
error[S042]: this value of `a` came before: the same runs would be made twice
 --> test.toml:4:17
  |
4 | vars.a = [3, 5, 3]
  |           -     ^
  |           |
  |           here
  |
  = help: take one of them out; `repeat` makes more runs of each

error[S042]: these values of `b` and `c` came before: the same runs would be made twice
 --> test.toml:5:21
  |
5 | vars.b = ["x", "y", "x"]
  |           --- here  ^^^
  |
  = help: take one of them out; `repeat` makes more runs of each
"#,
    );
    let alike = "b = \"${b}\"\nc = \"${c}\"\n[sweep]\nvars.b = [\"x\", \"y\", \"x\"]\nvars.c = [1, 2, 3]\nzip = [[\"b\", \"c\"]]";
    assert_eq!(sweep(alike).1, "");
}

#[test]
fn variables_that_are_written_in_the_wrong_place_are_known_all_the_same() {
    assert_shown(
        &errors("a = \"${x}\"\n[matrix]\nvars.x = [1, 2]\n"),
        r#"
error[S014]: unknown key `matrix` at the top level
 --> test.toml:3:2
  |
3 | [matrix]
  |  ^^^^^^ did you mean `sweep`?
"#,
    );
    assert_shown(
        &errors("a = \"${x}\"\n[sweep]\nx = [1, 2]\n"),
        r#"
error[S014]: unknown key `x` in [sweep]
 --> test.toml:4:1
  |
4 | x = [1, 2]
  | ^
  |
  = help: for a variable write vars.x = [..]
"#,
    );
    assert_shown(
        &errors("a = \"${x}\"\n[sweep]\nvariables.x = [1, 2]\n"),
        r#"
error[S014]: unknown key `variables` in [sweep]
 --> test.toml:4:1
  |
4 | variables.x = [1, 2]
  | ^^^^^^^^^ did you mean `vars`?
"#,
    );
}

#[test]
fn a_malformed_sweep_is_reported_whole() {
    let document = "a = \"${a} ${b} ${c}\"\n[sweep]\nrepeat = 0\nvars.a = []\nvars.b = 5\nvars.c = [\"${a}\"]\nvars.\"1\" = [1]\n\
                    zip = [[\"a\", \"q\"]]\nfilter = 1\n";
    assert_shown(
        &errors(document),
        r#"
error[S016]: `repeat` is 0, and must be from 1 to 100000
 --> test.toml:4:10
  |
4 | repeat = 0
  |          ^
  |
  = help: write repeat = 1

error[S042]: `a` has no values
 --> test.toml:5:10
  |
5 | vars.a = []
  |          ^^
  |
  = help: write at least one value: vars.a = [..]

error[S042]: `b` must be a list of values, found a whole number
 --> test.toml:6:10
  |
6 | vars.b = 5
  |          ^
  |
  = help: write vars.b = [..]

error[S047]: a variable cannot be used inside [sweep]
 --> test.toml:7:12
  |
7 | vars.c = ["${a}"]
  |            ^^^^

error[S042]: `1` cannot be the name of a variable
 --> test.toml:8:6
  |
8 | vars."1" = [1]
  |      ^^^
  |
  = help: use letters, digits, `_` and `-`, and start with a letter

error[S043]: `zip` names an unknown variable `q`
 --> test.toml:9:14
  |
9 | zip = [["a", "q"]]
  |              ^^^

error[S014]: unknown key `filter` in [sweep]
  --> test.toml:10:1
   |
10 | filter = 1
   | ^^^^^^
   |
   = help: the keys here are repeat, draw, vars, zip, where
"#,
    );
}

#[test]
fn zips_that_cannot_turn_together_are_reported() {
    let document =
        "a = [\"${a}\", \"${b}\"]\n[sweep]\nvars.a = [1, 2]\nvars.b = [1]\nzip = [[\"a\", \"b\"], [\"a\"]]\n";
    assert_shown(
        &errors(document),
        r#"
error[S043]: `zip` needs as many values of each: `a` has 2, `b` has 1
 --> test.toml:6:14
  |
4 | vars.a = [1, 2]
  |      - 2 values
5 | vars.b = [1]
  |      - 1 values
6 | zip = [["a", "b"], ["a"]]
  |              ^^^

error[S043]: `zip` names `a` twice
 --> test.toml:6:21
  |
6 | zip = [["a", "b"], ["a"]]
  |                     ^^^
"#,
    );
}

#[test]
fn errors_of_the_filter_are_underlined() {
    let filter = |filter: &str| {
        errors(&format!(
            "a = [\"${{load}}\", \"${{policy}}\"]\n[sweep]\nvars.load = [1]\nvars.policy = [\"x\"]\nwhere = {filter}\n"
        ))
    };
    assert_shown(
        &filter("\"load = 1\""),
        r#"
error[S044]: `where` needs a comparison here
 --> test.toml:6:15
  |
6 | where = "load = 1"
  |               ^ did you mean `==`?
  |
  = help: the comparisons are ==, !=, <, <=, > and >=
"#,
    );
    assert_shown(
        &filter("\"laod < 1\""),
        r#"
error[S040]: `where` names no variable `laod`
 --> test.toml:6:10
  |
6 | where = "laod < 1"
  |          ^^^^ did you mean `load`?
  |
  = help: write 'laod' if it is a text
"#,
    );
    assert_shown(
        &filter("\"load < 5ms\""),
        r#"
error[S045]: `where` compares a number with a duration
 --> test.toml:6:10
  |
6 | where = "load < 5ms"
  |          ^^^^^^^^^^
"#,
    );
    assert_shown(
        &filter("\"policy < 'y'\""),
        r#"
error[S045]: `where` orders texts, which can only be equal or not
 --> test.toml:6:10
  |
6 | where = "policy < 'y'"
  |          ^^^^^^^^^^^^
"#,
    );
    assert_shown(
        &filter("\"load < 1\""),
        r#"
error[S048]: `where` leaves none of 1 combinations
 --> test.toml:6:9
  |
6 | where = "load < 1"
  |         ^^^^^^^^^^
"#,
    );
    assert_shown(
        &filter("\"load < 1 && load > 0\""),
        r#"
error[S044]: `where` goes on where only `and` or `or` may follow
 --> test.toml:6:19
  |
6 | where = "load < 1 && load > 0"
  |                   ^^
"#,
    );
    assert_shown(
        &filter("\"(load < 1\""),
        r#"
error[S044]: `where` has a `(` that is never closed
 --> test.toml:6:10
  |
6 | where = "(load < 1"
  |          ^
"#,
    );
    assert_shown(
        &filter("\"load <\""),
        r#"
error[S044]: `where` lacks a value at its end
 --> test.toml:6:16
  |
6 | where = "load <"
  |                ^
"#,
    );
}

#[test]
fn too_many_runs_are_refused_before_they_are_made() {
    let list = |n: u32| (0..n).map(|x| x.to_string()).collect::<Vec<_>>().join(", ");
    let document = |n: u32, repeat: u32| {
        format!(
            "a = [\"${{a}}\", \"${{b}}\"]\n[sweep]\nrepeat = {repeat}\nvars.a = [{}]\nvars.b = [{}]\n",
            list(n),
            list(n)
        )
    };
    assert_shown(
        &errors(&document(100, 11)),
        r#"
error[S046]: the sweep has 110000 runs; the most is 100000
 --> test.toml:3:1
  |
3 | [sweep]
  | ^^^^^^^
  |
  = help: vary less, let variables turn together with `zip`, or leave some out with `where`
"#,
    );
    assert!(
        errors(&document(1001, 1))
            .starts_with("error[S046]: the sweep has too many combinations; the most is 1000000")
    );
    assert_eq!(sweep(&document(100, 10)).0.expect("at the limit").len(), 10_000);
}

#[test]
fn a_sample_of_a_large_sweep_has_every_value() {
    let document = "schema = 1\na = \"${x}\"\nb = \"${y}\"\n[sweep]\n\
                    vars.x = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\nvars.y = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n";
    let mut loaded = text(document, &[]);
    let document = loaded.document.take().expect("valid");
    let sweep = Sweep::new(&document, &mut loaded.diagnostics).expect("valid");
    assert_eq!(sweep.sample(100), (0..100).collect::<Vec<_>>());
    let sample = sweep.sample(5);
    assert!(sample.len() <= 5 + 20 && sample.windows(2).all(|pair| pair[0] < pair[1]), "{sample:?}");
    for variable in 0..2 {
        let mut values: Vec<String> =
            sample.iter().map(|index| sweep.point(*index).parameters[variable].written.clone()).collect();
        values.sort();
        values.dedup();
        assert_eq!(values.len(), 10, "variable {variable} in {sample:?}");
    }
}

/// Warnings never hide an error of a later combination, however many there are.
#[test]
fn an_error_behind_many_warnings_is_counted() {
    let faults: String = (0..crate::spec::diagnostic::DIAGNOSTICS_MAX)
        .map(|n| format!("[fault.f{n}]\ndo = \"crash\"\ntarget = \"kv.1\"\nat = \"20s\"\n"))
        .collect();
    let document = format!(
        "schema = 1\nduration = \"10s\"\n[system.kv]\ntype = \"raft\"\nnodes = \"${{n}}\"\n{faults}[sweep]\nvars.n = [3, 0]\n"
    );
    let mut loaded = text(&document, &[]);
    let checked = crate::scenario::check(&mut loaded, |scenario, diagnostics, files| {
        crate::scenario::plan::<crate::systems::Never>(
            scenario,
            scenario.seed,
            crate::sim::Limits::default(),
            diagnostics,
            files,
        )
    });
    assert!(checked.is_none());
    assert_eq!((loaded.diagnostics.error_count(), loaded.diagnostics.suppressed()), (1, 1));
}

/// What a combination holds is what its variables put into it, each time: it is that which limits how many are looked at.
#[test]
fn values_of_variables_count_wherever_they_are_put() {
    let document = |uses: usize, size: usize| {
        let uses = vec!["\"${x}\""; uses].join(", ");
        format!("x = [{uses}]\n[sweep]\nvars.x = [1, [{}]]\n", vec!["1"; size].join(", "))
    };
    let (small, _) = sweep(&document(3, 10));
    let texts = 1 + 1 + 3; // The document, its list and what stands in it.
    assert_eq!(small.expect("valid").values(), texts + 3 * 11 + 11);
    let shown = errors(&document(1_000, 1_000));
    assert!(
        shown.starts_with("error[S053]: with a value in each `${}` the document has more than 100000 values"),
        "{shown}"
    );
}

/// A string is as long as its values make it, and is refused before it is built.
#[test]
fn the_values_in_a_string_count_against_its_length() {
    let document = |uses: usize, bytes: usize| {
        let (uses, word) = (vec!["${x}"; uses].join(" "), "w".repeat(bytes));
        format!("a = \"${{n}} {uses}\"\n[sweep]\nvars.n = [1, 22]\nvars.x = [\"w\", \"{word}\"]\n")
    };
    // Four words of 1,022 bytes, four spaces, and a number of two digits.
    let (longest, shown) = sweep(&document(4, 1_022));
    let longest = longest.unwrap_or_else(|| panic!("{shown}"));
    assert!(longest.points().any(|point| {
        let written = point.document.at("a").expect("it is there").clone();
        matches!(written.value, crate::spec::Value::String(text) if text.as_str().len() == 4_094)
    }));
    let shown = errors(&document(4, 1_023));
    let start = "\
error[S053]: with a value in each `${}` this text of 4098 bytes is longer than 4096
 --> test.toml:2:5
  |
2 | a = \"${n} ${x} ${x} ${x} ${x}\"
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^
...
5 | vars.x = [\"w\", \"";
    assert!(shown.starts_with(start), "{shown}");
    assert!(shown.contains("- `${x}` is this\n") && !shown.contains("`${n}` is this"), "{shown}");
    assert!(shown.ends_with("= help: put shorter values into it, or fewer of them\n\n"), "{shown}");
}

/// So is a document that holds such strings, however short it is itself.
#[test]
fn the_values_in_all_strings_count_against_the_bytes_of_a_document() {
    let document = |text: &str, count: usize| {
        let texts = vec![format!("\"{text}\""); count].join(", ");
        format!("a = [{texts}]\n[sweep]\nvars.x = [\"{}\"]\n", "w".repeat(4_090))
    };
    for text in ["${x}", "${x} b"] {
        assert!(sweep(&document(text, 1_000)).0.is_some());
        let shown = errors(&document(text, 1_100));
        let message = "error[S053]: with a value in each `${}` the document has more than 4194304 bytes of keys and strings";
        assert!(shown.starts_with(message), "{shown}");
    }
}

/// However often its value is used, a variable is shown once; of many values a few.
#[test]
fn the_values_in_a_string_are_shown_once_each_and_not_all() {
    let across = |text: &str, variables: &str| {
        messages(&format!("{}[sweep]\n{variables}", raft(&format!("heartbeat = \"{text}\""))), &[])
    };
    let shown = across("uniform(${x}, ${x})", "vars.x = [\"5ms\"]\n");
    assert_eq!(shown.matches("`${x}` is this").count(), 1, "{shown}");
    assert_eq!(shown.matches("error[").count(), 1, "{shown}");
    let names: Vec<String> = (1..=12).map(|number| format!("${{v{number}}}")).collect();
    let variables: String = (1..=12).map(|number| format!("vars.v{number} = [{number}]\n")).collect();
    let shown = across(&names.join(" "), &variables);
    let labels: Vec<&str> = shown.lines().filter_map(|line| Some(line.split_once("- `$")?.1)).collect();
    let mut expected: Vec<String> = (1..=8).map(|number| format!("{{v{number}}}` is this")).collect();
    expected[7] += ", and 4 more values stand there";
    assert_eq!(labels, expected, "{shown}");
}

/// Every seed runs one combination: which one hangs on the seed alone, and many seeds meet all of them about equally often.
#[test]
fn a_seed_draws_its_combination() {
    let document = |draw: bool| {
        format!(
            "x = [\"${{a}}\", \"${{b}}\"]\n[sweep]\nrepeat = 50000\ndraw = {draw}\nvars.a = [1, 2, 3]\n\
             vars.b = [\"p\", \"q\"]\nwhere = \"a < 3 or b == 'p'\"\n"
        )
    };
    let (drawing, shown) = sweep(&document(true));
    let drawing = drawing.unwrap_or_else(|| panic!("{shown}"));
    let mut met = [0_u32; 5];
    for seed in 0..5_000 {
        let drawn = drawing.drawn(seed).expect("it draws");
        assert_eq!(drawing.drawn(seed), Some(drawn));
        met[drawn] += 1;
    }
    // Standard deviation 28.
    assert!(met.iter().all(|times| (860..1_140).contains(times)), "{met:?}");
    // 250,000 runs would be too many.
    assert!(errors(&document(false)).contains("250000 runs"));
    assert_eq!(sweep("name = \"x\"\n").0.and_then(|sweep| sweep.drawn(7)), None);
}
