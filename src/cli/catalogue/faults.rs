//! Pages on faults and on whom they strike.

use super::Page;
use crate::scenario::nouns::fault::FaultKind;
use crate::scenario::plan::TARGETS;
use crate::spec::choices::Choice;

/// A page on each kind of fault.
pub(super) fn kinds() -> Vec<Page> {
    let page = |(kind, row): (&FaultKind, &crate::spec::choices::ChoiceRow)| {
        Page::new(row.name, row.doc)
            .fact(
                "see also",
                "`seedbed explain fault` for all options, `seedbed explain targets` for whom it strikes",
            )
            .example(example(*kind))
    };
    FaultKind::ALL.iter().zip(FaultKind::ROWS).map(page).collect()
}

fn example(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Crash => {
            "\
[fault.leader-crash]
at = \"40s\"
do = \"crash\"
target = \"leader(kv)\"
for = \"15s\"
"
        }
        FaultKind::Pause => {
            "\
[fault.stalls]
every = \"exp(20s)\"
do = \"pause\"
target = \"any(kv)\"
for = \"uniform(100ms, 2s)\"
"
        }
        FaultKind::Partition => {
            "\
[fault.cut-off]
at = \"40s\"
do = \"partition\"
groups = [\"minority(kv)\", \"rest\"]
for = \"20s\"

[fault.one-way]
at = \"70s\"
do = \"partition\"
target = \"link kv.1->kv.2\"
for = \"5s\"
"
        }
        FaultKind::SlowNode => {
            "\
[fault.slow-instance]
at = \"30s\"
do = \"slow-node\"
target = \"api.2\"
factor = 5
for = \"20s\"
"
        }
        FaultKind::SlowDisk => {
            "\
[fault.slow-disk]
at = \"30s\"
do = \"slow-disk\"
target = \"leader(kv)\"
factor = 100
for = \"20s\"
"
        }
    }
}

/// A page on each form of a target.
pub(super) fn targets() -> Vec<Page> {
    TARGETS.iter().map(|(form, doc)| Page::new(*form, *doc)).collect()
}
