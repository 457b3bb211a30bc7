//! Pages on faults and on whom they strike.

use super::Page;
use crate::faults::FaultKind;
use crate::scenario::plan::TARGETS;
use crate::spec::choices::Choice;

/// A page on each kind of fault.
pub(super) fn kinds() -> Vec<Page> {
    let page = |(kind, row): (&FaultKind, &crate::spec::choices::ChoiceRow)| {
        let page = Page::new(row.name, row.doc);
        let table = kind.table();
        let page = match table.rows.is_empty() {
            true => page,
            false => page.options("options of its own", table),
        };
        page.fact(
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
        FaultKind::Loss => {
            "\
[fault.bad-cable]
at = \"30s\"
do = \"loss\"
share = \"20%\"
target = \"kv.2\"
direction = \"out\"
for = \"20s\"
"
        }
        FaultKind::BurstyLoss => {
            "\
[fault.interference]
at = \"30s\"
do = \"bursty-loss\"
to_bad = \"1%\"
to_good = \"10%\"
for = \"20s\"
"
        }
        FaultKind::Duplicate => {
            "\
[fault.copies]
at = \"30s\"
do = \"duplicate\"
share = \"30%\"
for = \"20s\"
"
        }
        FaultKind::Corrupt => {
            "\
[fault.bad-card]
at = \"30s\"
do = \"corrupt\"
share = \"10%\"
target = \"kv.2\"
for = \"20s\"
"
        }
        FaultKind::Delay => {
            "\
[fault.detour]
at = \"30s\"
do = \"delay\"
delay = \"normal(mean=300ms, sd=50ms, min=0ms)\"
groups = [\"kv.1\", \"rest\"]
for = \"20s\"
"
        }
        FaultKind::Bandwidth => {
            "\
[fault.backup]
at = \"30s\"
do = \"bandwidth\"
bandwidth = \"1Mbit/s\"
buffer = \"4MiB\"
target = \"leader(kv)\"
direction = \"out\"
for = \"20s\"
"
        }
        FaultKind::CutLink => {
            "\
[network]
regions = \"fibres.csv\"

[fault.digger]
at = \"30s\"
do = \"cut-link\"
target = \"fibre Lyon--Turin\"
reroute = \"200ms\"
for = \"20s\"
"
        }
        FaultKind::Clog => {
            "\
[fault.clogged]
every = \"exp(20s)\"
do = \"clog\"
target = \"any(kv)\"
direction = \"in\"
for = \"exp(2s)\"
"
        }
    }
}

/// A page on each form of a target.
pub(super) fn targets() -> Vec<Page> {
    TARGETS.iter().map(|(form, doc)| Page::new(*form, *doc)).collect()
}
