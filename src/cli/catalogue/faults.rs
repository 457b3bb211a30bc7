//! Pages on faults and on whom they strike.

use super::{Page, first_word};
use crate::faults::FaultKind;
use crate::faults::kinds::{Ingredient, Scope};
use crate::scenario::nouns::fault::FaultCommon;
use crate::scenario::plan::{TARGETS, happenings};
use crate::spec::choices::{Choice, ChoiceRow};
use crate::spec::options::{OptionTable, Options};

/// The paths of every fault.
pub(super) const AT: [&str; 1] = ["fault.NAME"];

/// What of the options of all faults only those of links have.
pub(super) const OF_LINKS: [&str; 6] = ["groups", "links", "layout", "flap", "one_way", "direction"];

/// A page on each kind of fault.
pub(super) fn kinds() -> Vec<Page> {
    FaultKind::ALL.iter().zip(FaultKind::ROWS).map(|(kind, row)| page(*kind, row)).collect()
}

fn page(kind: FaultKind, row: &ChoiceRow) -> Page {
    let mut page = Page::new(row.name, row.doc).example(example(kind)).fact(
        "see also",
        "`seedbed explain fault` for what every fault has, `seedbed explain targets` for whom it strikes",
    );
    let own = kind.table();
    if !own.rows.is_empty() {
        page = page.options("Options of its own", format!("[fault.NAME] with do = \"{kind}\""), &AT, own);
    }
    match kind.scope() {
        Scope::Links => page.options("Options of faults of links", "[fault.NAME]", &AT, of_links(kind)),
        Scope::System => {
            let title = "Options beside `do` and those of that kind";
            let paths = ["fault.NAME.kinds[]"];
            page.word("nemesis").options(title, "each entry of `kinds`", &paths, Ingredient::table())
        }
        Scope::Nodes | Scope::Fibres => page,
    }
}

/// What this kind has because it strikes links.
fn of_links(kind: FaultKind) -> OptionTable {
    let mut table = FaultCommon::table();
    // What is over in a moment does not come and go.
    let has_flap = !matches!(kind, FaultKind::Reset | FaultKind::HalfOpen);
    table.rows.retain(|row| OF_LINKS.contains(&row.key) && (row.key != "flap" || has_flap));
    table
}

fn example(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Random => {
            "\
[fault.chaos]
every = \"exp(5s)\"
do = \"random\"
target = \"kv\"
kinds = [\"crash\", \"pause\", \"partition\", { do = \"delay\", delay = \"exp(50ms)\", weight = 2 }]
for = \"uniform(1s, 8s)\"
calm = \"20s\"
"
        }
        FaultKind::Crash => {
            "\
[fault.leader-crash]
at = \"40s\"
do = \"crash\"
target = \"leader(kv)\"
for = \"15s\"
"
        }
        FaultKind::CrashLoop => {
            "\
[fault.crash-loop]
at = \"30s\"
do = \"crash-loop\"
target = \"follower(kv)\"
up = \"exp(2s)\"
down = \"exp(1s)\"
for = \"20s\"
"
        }
        FaultKind::RollingRestart => {
            "\
[fault.upgrade]
at = \"30s\"
do = \"rolling-restart\"
target = \"kv\"
down = \"2s\"
gap = \"5s\"
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

[fault.ring]
every = \"exp(60s)\"
do = \"partition\"
target = \"kv\"
layout = \"ring\"
for = \"20s\"

[fault.flapping]
at = \"90s\"
do = \"partition\"
links = [\"kv.1--kv.2\", \"kv.3->kv.1\"]
flap = { up = \"uniform(1s,2s)\", down = \"exp(500ms)\", stable = \"100ms\" }
for = \"20s\"
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
        FaultKind::ClockOffset => {
            "\
[fault.wrong-zone]
at = \"30s\"
do = \"clock-offset\"
target = \"kv.2\"
offset = \"-1h\"
for = \"20s\"
"
        }
        FaultKind::ClockStep => {
            "\
[fault.corrections]
every = \"exp(20s)\"
do = \"clock-step\"
target = \"any(kv)\"
by = \"-300ms\"

[fault.slewed]
at = \"30s\"
do = \"clock-step\"
target = \"kv.3\"
by = \"10ms\"
over = \"20s\"
"
        }
        FaultKind::ClockDrift => {
            "\
[fault.overheated]
at = \"30s\"
do = \"clock-drift\"
target = \"leader(kv)\"
drift = \"-20000ppm\"
for = \"20s\"
"
        }
        FaultKind::ClockSinusoid => {
            "\
[fault.swinging]
at = \"30s\"
do = \"clock-sinusoid\"
target = \"kv\"
amplitude = \"50ms\"
period = \"10s\"
for = \"60s\"
"
        }
        FaultKind::LeapSmear => {
            "\
[fault.smeared]
at = \"0s\"
do = \"leap-smear\"
target = \"kv.1\"
window = \"24h\"

[fault.stepped]
at = \"60s\"
do = \"leap-smear\"
target = \"kv.2\"
window = \"0s\"
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
        FaultKind::Hold => {
            "\
[fault.held]
at = \"30s\"
do = \"hold\"
links = [\"kv.1->kv.2\", \"kv.2--kv.3\"]
for = \"5s\"
"
        }
        FaultKind::Reset => {
            "\
[fault.restarted-proxy]
every = \"exp(20s)\"
do = \"reset\"
target = \"any(api)\"
"
        }
        FaultKind::HalfOpen => {
            "\
[fault.forgotten]
at = \"30s\"
do = \"half-open\"
target = \"api.2\"
direction = \"in\"
keepalive = \"5s\"
"
        }
        FaultKind::Swizzle => {
            "\
[fault.swizzle]
every = \"const(60s)\"
do = \"swizzle\"
target = \"kv\"
spacing = \"exp(1s)\"
for = \"30s\"
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
        FaultKind::DiskStall => {
            "\
[fault.firmware]
at = \"30s\"
do = \"disk-stall\"
target = \"leader(kv)\"
for = \"5s\"
"
        }
        FaultKind::DiskFull => {
            "\
[fault.no-space]
at = \"30s\"
do = \"disk-full\"
target = \"leader(kv)\"
for = \"10s\"
"
        }
        FaultKind::SectorErrors => {
            "\
[fault.bad-sectors]
at = \"30s\"
do = \"sector-errors\"
target = \"kv.2\"
read = \"0.1%\"
write = \"1%\"
for = \"20s\"
"
        }
        FaultKind::TornWrites => {
            "\
[fault.no-power-loss-protection]
at = \"0s\"
do = \"torn-writes\"
target = \"kv\"
share = \"50%\"
"
        }
        FaultKind::LyingDisk => {
            "\
[fault.cache-without-battery]
at = \"30s\"
do = \"lying-disk\"
target = \"minority(kv)\"
for = \"20s\"
"
        }
        FaultKind::MisdirectedWrites => {
            "\
[fault.firmware-bug]
at = \"30s\"
do = \"misdirected-writes\"
target = \"kv.2\"
share = \"0.1%\"
for = \"20s\"
"
        }
        FaultKind::BitRot => {
            "\
[fault.cosmic-rays]
every = \"exp(60s)\"
do = \"bit-rot\"
target = \"any(kv)\"
share = \"0.01%\"
"
        }
        FaultKind::DiskLoss => {
            "\
[fault.head-crash]
at = \"30s\"
do = \"disk-loss\"
target = \"kv.3\"
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
    }
}

/// A page on each form of a target.
pub(super) fn targets() -> Vec<Page> {
    let page = |(form, doc): &(&str, &str)| match first_word(form) {
        word if word == *form => Page::new(*form, *doc),
        word => Page::new(*form, *doc).word(word),
    };
    TARGETS.iter().map(page).collect()
}

/// A page on each kind of happening.
pub(super) fn waited_for() -> Vec<Page> {
    let page = |(form, doc): (String, &str)| {
        let (fault, check) = (format!("when = \"{form}\""), format!("sometimes = \"{form}\""));
        let word = first_word(&form).to_owned();
        Page::new(form, doc).word(word).fact("in [fault.NAME]", fault).fact("in [check.NAME]", check)
    };
    happenings().map(page).collect()
}
