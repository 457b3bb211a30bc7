//! What holds for every page.

use super::*;
use crate::report::charts::samples;

const HOSTILE: &str = "</pre></script><script>alert(1)</script><img src=https://evil.example onerror=x>\"'&";

fn figures() -> Vec<Figure> {
    let figure = |(name, svg): (String, String)| Figure {
        file: format!("charts/{name}.svg"),
        data: "throughput.csv".into(),
        name,
        svg,
    };
    samples::drawn(samples::gallery()).into_iter().map(figure).collect()
}

fn sample_page() -> Page {
    let check = |name: &str, subject: &str, outcome, expected: &str, actual: &str, message: &str| CheckRow {
        name: name.into(),
        subject: subject.into(),
        outcome,
        expected: expected.into(),
        actual: actual.into(),
        message: message.into(),
    };
    let metric = |metric: &str, labels: &str, value: &str| MetricRow {
        metric: metric.into(),
        labels: labels.into(),
        value: value.into(),
    };
    let fault = |name: &str, intent: &str, resolved: &str, start: &str, end: &str| FaultRow {
        name: name.into(),
        intent: intent.into(),
        resolved: resolved.into(),
        start: start.into(),
        end: end.into(),
    };
    use CheckOutcome::{Held, Inconclusive, NotApplicable, Violated};
    Page {
        title: "raft-3-regions".into(),
        facts: vec![
            Fact::new("seed", "1337"),
            Fact::new("run", "9f3c21ab"),
            Fact::new("simulated", "120 s"),
            Fact::new("events", "1,412,907"),
            Fact::new("digest", "5d0e77a1c4"),
        ],
        verdict: RunVerdict::Failed,
        reason: "1 of 7 checks was violated".into(),
        reproduce: "seedbed run scenarios/consensus/raft-3-regions.toml --seed 1337".into(),
        warnings: vec!["requests.csv holds 100,000 of 412,907 requests: the cap was reached.".into()],
        checks: vec![
            check("election-safety", "kv", Held, "at most one leader a term", "5 terms, 3 leaders", ""),
            check("log-matching", "kv", Held, "equal entries at equal index and term", "58,231 entries", ""),
            check("leader-completeness", "kv", Held, "every committed entry in every later leader", "3 leaders", ""),
            check("linearizable", "kv", Violated, "a linear order exists", "none for key k17",
                "key k17: read returned 41 after 42 was acknowledged (t = 84.113 s)"),
            check("latency", "op=write, phase=healthy", Held, "p99 < 600ms", "p99 = 412 ms", ""),
            check("convergence", "kv", Inconclusive, "within 5s of the last fault", "budget of 1M states reached", ""),
            check("staleness", "op=read", NotApplicable, "p99 < 2s", "no stale read is possible here", ""),
        ],
        metrics: vec![
            metric("throughput", "workload=clients", "498.2 op/s"),
            metric("latency p50", "op=write", "183 ms"),
            metric("latency p99", "op=write", "412 ms"),
            metric("unavailable window", "max", "2.61 s"),
            metric("elections", "system=kv", "3"),
        ],
        charts: figures().into_iter().filter(|f| !f.name.starts_with("sweep")).collect(),
        faults: vec![
            fault("leader crash", "crash leader(kv) for 15s", "crash n1", "40.000 s", "55.000 s"),
            fault("eu cut off", "partition eu from the rest for 20s", "n1, n2 | n3, n4, n5", "80.000 s", "100.000 s"),
            fault("slow disk on n4", "slow disk of n4 by 20 for 8s", "n4", "84.000 s", "92.000 s"),
        ],
        parameters: vec![Fact::new("system.kv.disk.fsync", "1ms")],
        scenario: "schema = 1\nname = \"raft-3-regions\"\nduration = \"120s\"\nseed = 1337\n\n[[workload]]\nname = \"clients\"\n".into(),
        digests: vec![
            Fact::new("run", "5d0e77a1c4b2908812aa34fe99c01d77"),
            Fact::new("throughput.csv", "a1b2c3d4e5f60718293a4b5c6d7e8f90"),
        ],
        versions: vec![Fact::new("seedbed", "0.1.0"), Fact::new("model", "1")],
    }
}

fn sample_sweep() -> SweepPage {
    let run = |i: u32| RunRow {
        run_id: format!("9f3c{:04x}", i * 7919),
        has_page: i % 10 != 9,
        seed: (42 + i % 20).to_string(),
        parameters: vec![["200us", "1ms", "5ms"][i as usize / 20].into()],
        verdict: if i == 17 { RunVerdict::Failed } else { RunVerdict::Passed },
        metrics: vec![format!("{}.{}", 490 + i % 9, i % 10), (380 + i % 50).to_string()],
    };
    SweepPage {
        title: "raft-3-regions".into(),
        facts: vec![Fact::new("sweep", "77aa01c2"), Fact::new("runs", "60")],
        verdict: RunVerdict::Failed,
        reason: "1 of 60 runs failed".into(),
        reproduce: "seedbed run scenarios/consensus/raft-3-regions.toml".into(),
        warnings: Vec::new(),
        parameters: vec!["fsync".into()],
        metrics: vec!["throughput (op/s)".into(), "latency p99 (ms)".into()],
        runs: (0..60).map(run).collect(),
        charts: figures().into_iter().filter(|f| f.name.starts_with("sweep")).collect(),
        scenario: "schema = 1\n".into(),
        versions: vec![Fact::new("seedbed", "0.1.0")],
    }
}

/// The sample page with every text replaced by `text`.
fn page_of(text: &str) -> Page {
    let mut page = sample_page();
    for field in [&mut page.title, &mut page.reason, &mut page.reproduce, &mut page.scenario] {
        *field = text.into();
    }
    page.warnings = vec![text.into()];
    for facts in [&mut page.facts, &mut page.parameters, &mut page.digests, &mut page.versions] {
        *facts = vec![Fact::new(text, text)];
    }
    for check in &mut page.checks {
        for field in
            [&mut check.name, &mut check.subject, &mut check.expected, &mut check.actual, &mut check.message]
        {
            *field = text.into();
        }
    }
    for metric in &mut page.metrics {
        for field in [&mut metric.metric, &mut metric.labels, &mut metric.value] {
            *field = text.into();
        }
    }
    for fault in &mut page.faults {
        for field in
            [&mut fault.name, &mut fault.intent, &mut fault.resolved, &mut fault.start, &mut fault.end]
        {
            *field = text.into();
        }
    }
    for figure in &mut page.charts {
        for field in [&mut figure.name, &mut figure.file, &mut figure.data] {
            *field = text.into();
        }
    }
    page
}

fn hostile_sweep() -> SweepPage {
    let mut page = sample_sweep();
    page.title = HOSTILE.into();
    page.parameters = vec![HOSTILE.into()];
    page.metrics = vec![HOSTILE.into(); 2];
    for run in &mut page.runs {
        run.run_id = format!("../../{HOSTILE}");
        run.seed = HOSTILE.into();
        run.parameters = vec![HOSTILE.into()];
        run.metrics = vec![HOSTILE.into(); 2];
    }
    page
}

/// Start tags of a page, without those inside its script, which is ours.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).filter_map(|rest| rest.split('>').next()).collect()
}

#[test]
fn equal_inputs_give_equal_bytes() {
    assert_eq!(run_page(&sample_page()), run_page(&sample_page()));
    assert_eq!(sweep_page(&sample_sweep()), sweep_page(&sample_sweep()));
}

#[test]
fn no_name_can_become_markup() {
    for (hostile, plain) in [
        (run_page(&page_of(HOSTILE)), run_page(&page_of("plain"))),
        (sweep_page(&hostile_sweep()), sweep_page(&sample_sweep())),
    ] {
        // Without what stands between quotation marks: names and attributes only.
        let skeleton = |page: &str| -> Vec<String> {
            tags(page).iter().map(|tag| tag.split('"').step_by(2).collect()).collect()
        };
        assert_eq!(skeleton(&hostile), skeleton(&plain), "the same tags whatever the names");
        assert!(!hostile.contains("<img") && !hostile.contains("alert(1)</script>"));
    }
}

#[test]
fn nothing_is_fetched() {
    for page in [run_page(&sample_page()), sweep_page(&sample_sweep())] {
        let body = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!body.contains("http:") && !body.contains("https:") && !body.contains("//www"));
        assert!(!body.contains(" src=") && !body.contains("@import") && !body.contains("url("));
        assert!(!body.contains("<link") && !body.contains("fetch(") && !body.contains("XMLHttpRequest"));
        assert!(body.contains("default-src 'none'"));
    }
}

#[test]
fn a_run_cannot_link_out_of_its_folder() {
    let page = sweep_page(&hostile_sweep());
    let links: Vec<&str> =
        page.split("href=\"runs/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!links.is_empty());
    for link in links {
        let (id, rest) = link.split_once('/').expect("a folder and a file");
        assert!(rest == "report.html" && !id.contains(['.', ':', '<']), "{link}");
    }
}

#[test]
fn violated_checks_come_first() {
    let page = run_page(&sample_page());
    let at = |word: &str| {
        page.find(&format!("<td>{word}</td>")).unwrap_or_else(|| panic!("{word} is in the page"))
    };
    assert!(at("linearizable") < at("convergence") && at("convergence") < at("election-safety"));
    assert!(at("election-safety") < at("log-matching") && at("log-matching") < at("staleness"));
}

#[test]
fn a_page_stays_small_and_says_what_it_left_out() {
    let mut page = sample_page();
    let big = "<svg></svg>".repeat(60_000);
    let figure = |i: u32| Figure {
        name: format!("c{i}"),
        file: format!("charts/c{i}.svg"),
        data: String::new(),
        svg: big.clone(),
    };
    page.charts = (0..8).map(figure).collect();
    page.faults = vec![page.faults[0].clone(); 20_000];
    page.scenario = "\u{e9}# a comment\n".repeat(100_000);
    let html = run_page(&page);
    assert!(html.len() < 3_200_000, "{}", html.len());
    assert!(html.contains("500 of 20000 rows shown; all are in faults.csv."));
    assert!(html.contains("the whole of it is in scenario.resolved.toml"));
    assert_eq!(html.matches("the chart is in its own file").count(), 5);
}

#[test]
fn an_empty_page_is_a_page() {
    let page = Page {
        checks: Vec::new(),
        metrics: Vec::new(),
        charts: Vec::new(),
        faults: Vec::new(),
        parameters: Vec::new(),
        ..sample_page()
    };
    assert!(run_page(&page).contains("None."));
}

/// Writes the sample pages as files to be looked at, if `SEEDBED_SAMPLE_DIR` names a folder.
#[test]
fn sample_pages_are_written_where_asked() {
    let Some(folder) = std::env::var_os("SEEDBED_SAMPLE_DIR") else { return };
    let pages = [("report", run_page(&sample_page())), ("sweep-report", sweep_page(&sample_sweep()))];
    for (name, html) in pages.into_iter().chain([("hostile-report", run_page(&page_of(HOSTILE)))]) {
        let path = std::path::Path::new(&folder).join(format!("{name}.html"));
        std::fs::write(&path, html).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
