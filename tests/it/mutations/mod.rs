//! Slips of people: shipped scenarios with one thing written wrong, each with the text that must be underlined and the fix
//! that must be offered (`cases.txt`). The aim is 95 % underlined rightly and 90 % with their fix; what is held here may only rise.

use std::path::Path;

use seedbed::run::prepare::{Prepared, prepare};
use seedbed::scenario::{LoadOptions, check, load, render};
use seedbed::sim::Limits;
use seedbed::spec::{Diagnostic, Level};

/// Slips that are underlined rightly, of a hundred: what was reached.
const UNDERLINED_PERCENT: usize = 99;
/// Slips that come with their fix, of a hundred: what was reached.
const MENDED_PERCENT: usize = 98;
/// A list of more names than this is no suggestion.
const NAMES_MAX: usize = 4;

/// One slip.
struct Case<'a> {
    base: &'a str,
    line: usize,
    find: String,
    replace: String,
    token: &'a str,
    fix: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    let mut base = "";
    let mut found = Vec::new();
    for (index, text) in include_str!("cases.txt").lines().enumerate() {
        if let Some(path) = text.strip_prefix("@ ") {
            base = path;
        }
        if text.is_empty() || text.starts_with(['#', '@']) {
            continue;
        }
        let cells: Vec<&str> = text.split(" | ").collect();
        let [find, replace, token, fix] = cells[..] else {
            panic!("line {} has four cells: {text}", index + 1)
        };
        let lines = |cell: &str| cell.trim_start().replace("\\n", "\n");
        found.push(Case { base, line: index + 1, find: lines(find), replace: lines(replace), token, fix });
    }
    found
}

/// What is said of a slip.
struct Said {
    underlined: String,
    offered: Vec<String>,
    whole: String,
}

fn said(case: &Case<'_>) -> Said {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join(case.base);
    let text = std::fs::read_to_string(&base).expect("it is text");
    assert!(text.contains(&case.find), "line {}: {} does not hold {:?}", case.line, case.base, case.find);
    let mutated = text.replacen(&case.find, &case.replace, 1);
    let folder = tempfile::tempdir().expect("a temporary folder");
    for entry in std::fs::read_dir(base.parent().expect("inside")).expect("it is there") {
        let path = entry.expect("readable").path();
        if path.is_file() {
            std::fs::copy(&path, folder.path().join(path.file_name().expect("a file"))).expect("writable");
        }
    }
    let path = folder.path().join(base.file_name().expect("a file"));
    std::fs::write(&path, mutated).expect("writable");
    let mut loaded = load(&path, &LoadOptions::default());
    let _ = check(&mut loaded, |scenario, diagnostics, files| {
        let prepared: Option<Prepared> =
            prepare("x", scenario, scenario.seed, Limits::default(), diagnostics, files);
        prepared.map(|prepared| prepared.world)
    });
    let whole = render(&loaded.sources, &loaded.diagnostics, false);
    let whole = whole.replace(&format!("{}/", folder.path().display()), "");
    // The first message is the one that people read; a warning is enough where the slip is not an error.
    let mut ordered: Vec<&Diagnostic> = loaded.diagnostics.iter().collect();
    ordered.sort_by_key(|one| (one.level != Level::Error, one.primary.source, one.primary.start));
    let Some(first) = ordered.first() else {
        return Said { underlined: String::new(), offered: Vec::new(), whole };
    };
    let underlined = loaded.sources.text(&first.primary).to_owned();
    let offered = std::iter::once(first.label.clone()).chain(first.help.iter().cloned()).collect();
    Said { underlined, offered, whole }
}

/// Whether a line offers the fix, and not only among all names that there are.
fn offers(line: &str, fix: &str) -> bool {
    let lists = ["the keys here are ", "choose ", "the scenario has ", "the distributions are "];
    let is_list = lists.iter().any(|start| line.starts_with(start));
    line.contains(fix) && !(is_list && line.split(", ").count() > NAMES_MAX)
}

#[test]
fn slips_are_underlined_and_mended() {
    let cases = cases();
    assert!(cases.len() >= 200, "{} slips", cases.len());
    let (mut placed, mut mended, mut report) = (0, 0, String::new());
    for case in &cases {
        let said = said(case);
        let plain = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
        // The header of a table points at the table's name.
        let of_header = |text: &str| text.trim_matches(['[', ']']).rsplit('.').next().map(str::to_owned);
        let is_header = said.underlined.starts_with('[') && said.underlined.contains('.');
        let is_placed = said.underlined == case.token
            || (is_header && of_header(&said.underlined).as_deref() == Some(case.token))
            || plain(&said.underlined) == plain(case.token);
        let is_mended = said.offered.iter().any(|line| offers(line, case.fix));
        placed += usize::from(is_placed);
        mended += usize::from(is_mended);
        if !is_placed || !is_mended {
            report += &format!(
                "--- line {}: {:?} -> {:?}{}{}\n{}",
                case.line,
                case.find,
                case.replace,
                if is_placed {
                    String::new()
                } else {
                    format!("\n    should underline {:?}, not {:?}", case.token, said.underlined)
                },
                if is_mended {
                    String::new()
                } else {
                    format!("\n    should offer {:?}, not {:?}", case.fix, said.offered)
                },
                if is_placed { String::new() } else { said.whole },
            );
        }
    }
    let all = cases.len();
    println!("{all} slips: {placed} underlined, {mended} with their fix\n{report}");
    assert!(placed * 100 >= all * UNDERLINED_PERCENT, "{placed} of {all} are underlined rightly:\n{report}");
    assert!(mended * 100 >= all * MENDED_PERCENT, "{mended} of {all} come with their fix:\n{report}");
}
