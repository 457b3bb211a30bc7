//! `[check.NAME]`: what must hold.

use crate::kernel::Duration;
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::scalars::{Located, Named};
use crate::spec::suggest;
use crate::spec::value::Text;

crate::choices! {
    /// A consistency model.
    pub enum Model {
        /// Every operation takes effect at one moment between its call and its return.
        Linearizable = "linearizable",
    }
}

crate::choices! {
    /// What is expected of a check.
    pub enum Expect {
        /// That it holds.
        Held = "held",
        /// That it is violated: a known bug kept as a test.
        Violated = "violated",
    }
}

crate::options! {
    /// What must hold: named invariants, a consistency model, an assertion on a metric, or that something happens at all.
    pub struct CheckOptions {
        /// Invariants by name; `seedbed list checks` shows them.
        invariants: Option<Vec<Located<String>>>,
        /// A consistency model that the clients' history must satisfy.
        model: Option<Located<Model>>,
        /// What must come to pass in at least one of all runs: `leader-lost(kv)`, `fault-began(NAME)`; `seedbed list
        /// happenings` shows all.
        sometimes: Option<Text>,
        /// The system that is meant; absent: every system that the check applies to.
        target: Option<Located<String>>,
        /// The metric of an assertion; `seedbed list metrics` shows them.
        metric: Option<Located<String>>,
        /// Which values of the metric: labels such as op, phase, workload, node.
        r#where: Located<Named<Located<String>>>,
        /// What must be true of it: `p99 < 600ms`.
        assert: Option<Located<String>>,
        /// Only what began, or came to pass, at this time or later.
        from: Option<Located<Duration>>,
        /// Only what began, or came to pass, before this.
        to: Option<Located<Duration>>,
        /// What is expected.
        expect: Expect = "held",
        /// Most states that the search for a legal order may explore before it ends inconclusive.
        budget: u64 [1..] = 10_000_000,
    }
    check check_check;
}

/// The key that makes a check what it is, and which of [`NARROWING`] go with it.
const KINDS: [(&str, &[&str]); 4] = [
    ("invariants", &["target"]),
    ("model", &["target", "budget"]),
    ("metric", &["target", "where", "from", "to"]),
    ("sometimes", &["from", "to"]),
];

/// Keys that narrow checks of some kinds.
const NARROWING: [&str; 5] = ["target", "where", "from", "to", "budget"];

fn check_check(check: &CheckOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let is_kind_meant = decoder.is_any_meant(&KINDS.map(|(kind, _)| kind));
    let is_half_meant = decoder.is_any_meant(&["metric", "assert"]);
    // An option that another one, if it was given, makes wrong.
    let mut refuse = |key: &str, other: &str, message: &str, help: &str| {
        let error = Diagnostic::error(Code::Contradiction, places.of(key), message).help(help);
        decoder.report(error.beside(places.given(other), "with this"));
    };
    let is_given = |key: &str| places.given(key).is_some();
    let kinds: Vec<&(&str, &[&str])> = KINDS.iter().filter(|(kind, _)| is_given(kind)).collect();
    match kinds.as_slice() {
        [(kind, takes)] => {
            for key in NARROWING.into_iter().filter(|key| is_given(key) && !takes.contains(key)) {
                let others = KINDS.iter().filter(|(_, takes)| takes.contains(&key)).map(|(kind, _)| *kind);
                let help = format!("remove it: `{key}` goes with {}", suggest::one_of(others));
                refuse(key, kind, &format!("a check with `{kind}` has no `{key}`"), &help);
            }
        }
        [] if is_kind_meant => {}
        [] => {
            let help = "give it `invariants`, a `model`, `sometimes`, or a `metric` with an `assert`";
            refuse("", "", "this check checks nothing", help);
        }
        [(first, _), (second, _), ..] => {
            let message = "this check is of several kinds at once";
            refuse(second, first, message, "split it: one check for each kind");
        }
    }
    if check.sometimes.is_some() && check.expect == Expect::Violated {
        let message = "what comes to pass only sometimes may be absent from a run, and that says nothing";
        refuse("expect", "sometimes", message, "remove it: all runs together decide");
    }
    if check.metric.is_some() != check.assert.is_some() && !is_half_meant {
        let (present, absent) =
            if check.metric.is_some() { ("metric", "assert") } else { ("assert", "metric") };
        let help = "write for example metric = \"latency\" and assert = \"p99 < 600ms\"";
        refuse(present, "", &format!("`{present}` needs `{absent}` beside it"), help);
    }
    if check.invariants.as_ref().is_some_and(Vec::is_empty) {
        refuse("invariants", "", "this check names no invariant", "`seedbed list checks` shows them");
    }
    if let (None, Some(to)) = (&check.from, &check.to)
        && to.value == Duration::ZERO
    {
        refuse(
            "to",
            "",
            "the window is empty: it ends as the run begins",
            "let `to` be later, or leave it out",
        );
    }
    if let (Some(from), Some(to)) = (&check.from, &check.to)
        && from.value >= to.value
    {
        let message = "the window is empty: `to` is not after `from`";
        refuse("to", "from", message, "let `to` be after `from`, or swap them");
    }
}
