//! Reads what checks assert of metrics, such as `p99 < 600ms` of `latency`, by the catalogue of metrics.
//!
//! It takes no world, so that a mistake in it shows beside those that leave no world.

use crate::kernel::{Duration, Time};
use crate::model::op::OpKind;
use crate::scenario::Scenario;
use crate::scenario::nouns::check::CheckOptions;
use crate::spec::code::Code;
use crate::spec::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::origin::Origin;
use crate::spec::scalars::Located;
use crate::spec::{suggest, write};

use super::metrics::{Assertion, CATALOGUE, Entry, LabelError, Query, named, read_assertion};

/// What a check asserts.
#[derive(Clone, Debug)]
pub(super) struct Asserted {
    /// Of which figure.
    pub(super) query: Query,
    /// The node that the figure is of, which the world has to have.
    pub(super) node: Option<Located<String>>,
    /// The region of the clients that it is of, of which the world has to have some.
    pub(super) region: Option<Located<String>>,
    /// What it must be.
    pub(super) assertion: Assertion,
    /// What it must be, as the scenario says it.
    pub(super) text: String,
}

/// What a check asserts; `None` if it is of another kind, and once every mistake has been reported.
pub(super) fn read(
    check: &CheckOptions,
    scenario: &Scenario,
    diagnostics: &mut Diagnostics,
) -> Option<Asserted> {
    let (metric, assert) = (check.metric.as_ref()?, check.assert.as_ref()?);
    let Some(entry) = named(&metric.value) else {
        let names = || CATALOGUE.iter().map(|entry| entry.name);
        let message = format!("there is no metric `{}`", metric.value);
        let diagnostic = Diagnostic::error(Code::UnknownName, &metric.origin, message)
            .did_you_mean(suggest::closest(&metric.value, names()))
            .help("`seedbed list metrics` shows them");
        diagnostics.push(diagnostic);
        return None;
    };
    let query = query(check, entry, scenario, diagnostics);
    let assertion = match read_assertion(&assert.value, entry) {
        Ok(assertion) => Some(assertion),
        Err(refused) => {
            let origin = assert.place_of(refused.part);
            let diagnostic = Diagnostic::error(Code::BadAssertion, &origin, refused.message);
            diagnostics.push(diagnostic.did_you_mean(refused.near).help(refused.help));
            None
        }
    };
    let labels = &check.r#where.value.entries;
    let of_label =
        |name: &str| labels.iter().find(|(label, ..)| label == name).map(|(_, _, value)| value.clone());
    let (node, region) = (of_label("node"), of_label("region"));
    let text = assert.value.trim().to_owned();
    Some(Asserted { query: query?, node, region, assertion: assertion?, text })
}

fn query(
    check: &CheckOptions,
    entry: &Entry,
    scenario: &Scenario,
    diagnostics: &mut Diagnostics,
) -> Option<Query> {
    let mut query = Query::of(entry.metric);
    let mut all = true;
    for (label, origin, value) in &check.r#where.value.entries {
        match query.clone().with(label, &value.value) {
            Ok(narrowed) => query = narrowed,
            Err(error) => {
                diagnostics.push(unknown(&error, origin, value));
                all = false;
                continue;
            }
        }
        let Some(known) = names_of(label, scenario).filter(|known| !known.contains(&value.value)) else {
            continue;
        };
        all = false;
        match diagnostics.is_full() {
            true => diagnostics.count_error(),
            false => diagnostics.push(no_such_value(label, value, known.iter().map(String::as_str))),
        }
    }
    if let Some(system) = &check.target {
        match query.clone().with("system", &system.value) {
            Ok(narrowed) => query = narrowed,
            Err(error) => {
                let diagnostic = Diagnostic::error(Code::UnknownName, &system.origin, error.to_string());
                diagnostics.push(diagnostic.help("this metric has no `target`"));
                all = false;
            }
        }
    }
    if check.from.is_some() || check.to.is_some() {
        let moment = |at: &Option<Located<Duration>>, absent| at.as_ref().map_or(absent, |at| at.value);
        let (from, to) = (moment(&check.from, Duration::ZERO), moment(&check.to, scenario.duration));
        query.window = Some((Time::ZERO + from, Time::ZERO + to));
    }
    all.then_some(query)
}

/// What operations of the scenario are called: kinds of those on stores, and paths of requests of services.
fn operations(scenario: &Scenario) -> Vec<String> {
    let is_store = |name: &str| {
        let target = scenario.system.entries.iter().find(|(known, ..)| known == name);
        target.is_none_or(|(_, _, system)| system.kind.kind().is_store())
    };
    let workloads = || scenario.workload.entries.iter().map(|(_, _, workload)| workload);
    let has_store = workloads().any(|workload| is_store(&workload.target.value));
    let kinds = OpKind::ALL.iter().map(|kind| kind.name().to_owned()).filter(|_| has_store);
    let mut names: Vec<String> = kinds.collect();
    for workload in workloads().filter(|workload| !is_store(&workload.target.value)) {
        let requests = workload.requests();
        names.extend(requests.iter().map(|request| request.name(&requests)));
    }
    names.sort();
    names.dedup();
    if names.is_empty() { OpKind::ALL.iter().map(|kind| kind.name().to_owned()).collect() } else { names }
}

/// The error at whichever of a label and its value is none.
fn unknown(error: &LabelError, label: &Origin, value: &Located<String>) -> Diagnostic {
    let (at, near) = match error {
        LabelError::Unknown { near, .. } => (label, near),
        LabelError::Value { near, .. } => (&value.origin, near),
    };
    Diagnostic::error(Code::UnknownName, at, error.to_string()).did_you_mean(*near)
}

/// What a label that names things of the scenario may name; `None` of another label, and of nodes, which only a world has.
fn names_of(label: &str, scenario: &Scenario) -> Option<Vec<String>> {
    match label {
        "workload" => Some(scenario.workload.names().map(str::to_owned).collect()),
        "system" => Some(scenario.system.names().map(str::to_owned).collect()),
        "fault" => Some(scenario.fault.names().map(str::to_owned).collect()),
        "op" => Some(operations(scenario)),
        _ => None,
    }
}

/// The error of a label's value that is none of those that are there.
pub(super) fn no_such_value<'n>(
    label: &str,
    value: &Located<String>,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Diagnostic {
    let Located { value, origin } = value;
    let help = match known.clone().next() {
        None => format!("the scenario has no {label}"),
        Some(_) => format!("the scenario has {}", suggest::listed(known.clone())),
    };
    let error = Diagnostic::error(
        Code::UnknownName,
        origin,
        format!("there is no {label} `{}`", write::excerpt(value)),
    );
    error.did_you_mean(suggest::closest(value, known)).help(help)
}
