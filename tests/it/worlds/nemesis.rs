//! A nemesis: it strikes with everything it has, leaves as many nodes in service as the system needs, and then calms down.

use std::collections::{BTreeMap, BTreeSet};

use seedbed::checks::consensus::Invariant;
use seedbed::checks::linearizability::Verdict;
use seedbed::faults::kinds::Facts;
use seedbed::faults::{FaultKind, Harm, KindOptions, Matter};
use seedbed::kernel::{Duration, Stream, Time};
use seedbed::sim::FaultRecord;
use seedbed::spec::choices::Choice;
use seedbed::spec::decode::{Decoder, NoDataFiles};
use seedbed::spec::diagnostic::Diagnostics;

use super::raft::{self, Hostility, Judged};
use super::world;

const SEEDS: u64 = 150;
/// Of all that it can draw, for so long each.
const DRAWN: &str = r#"for = "uniform(10ms, 1500ms)""#;
/// Beyond what Raft survives.
const MERCILESS: &str = "survivable = false";

/// A nemesis of the store that strikes `every` so often, as its further `options` say.
fn nemesis(every: &str, options: &[&str]) -> String {
    let options = options.join("\n");
    format!("[fault.chaos]\nevery = \"{every}\"\ndo = \"random\"\ntarget = \"kv\"\n{options}\n")
}

fn under(faults: &str, seed: u64) -> Judged {
    raft::run(seed, Hostility { faults: Some(faults), ..Hostility::default() })
}

fn kind_of(strike: &FaultRecord) -> FaultKind {
    FaultKind::parse(strike.kind).expect("the nemesis says what it drew")
}

/// Options of a kind as a nemesis draws them; `None` if it cannot.
fn drawn(kind: FaultKind) -> Option<KindOptions> {
    drawn_from(kind, &mut Stream::new(1, "test", "options"))
}

fn drawn_from(kind: FaultKind, choice: &mut Stream) -> Option<KindOptions> {
    let settings = kind.draw(choice)?;
    let mut diagnostics = Diagnostics::default();
    let decoded = kind.decode(&settings.node(), &mut Decoder::new(&mut diagnostics, &NoDataFiles));
    let messages: Vec<&str> = diagnostics.iter().map(|one| one.message.as_str()).collect();
    assert!(decoded.is_some() && messages.is_empty(), "{kind}: {settings:?}: {messages:?}");
    decoded
}

fn puts_out(strike: &FaultRecord) -> bool {
    drawn(kind_of(strike)).is_some_and(|options| options.harm() >= Harm::PutsOut)
}

/// The nodes of the store that a strike puts out, from what it says of itself: those it names, or the smaller side.
fn victims(strike: &FaultRecord) -> BTreeSet<&str> {
    let sides = strike.resolved.split(['|', '>']).map(|side| -> BTreeSet<&str> {
        side.split([' ', '-', ';']).filter(|word| word.starts_with("kv.")).collect()
    });
    sides.min_by_key(BTreeSet::len).unwrap_or_default()
}

/// The most nodes out at once.
fn worst(strikes: &[FaultRecord]) -> usize {
    let out_at = |at: Time| -> BTreeSet<&str> {
        let lasts = |strike: &&FaultRecord| strike.start <= at && strike.end.is_none_or(|end| at < end);
        strikes.iter().filter(lasts).filter(|strike| puts_out(strike)).flat_map(victims).collect()
    };
    strikes.iter().map(|strike| out_at(strike.start).len()).max().unwrap_or(0)
}

#[test]
fn raft_holds_under_a_nemesis_that_takes_no_majority_and_stops_when_it_should() {
    let faults = nemesis("exp(200ms)", &[DRAWN, r#"calm = "2500ms""#]);
    let calm = Time(2_500_000_000);
    let (mut kinds, mut strikes, mut undecided, mut at_the_limit) = (BTreeMap::new(), 0, 0, 0);
    for seed in 0..seeds() {
        let judged = under(&faults, seed);
        assert_eq!(judged.explained, [""; 0], "seed {seed}");
        undecided += u64::from(judged.verdict != Verdict::Valid);
        strikes += judged.strikes.len();
        judged.strikes.iter().for_each(|strike| *kinds.entry(strike.kind).or_insert(0) += 1);
        let (worst, spare) = (worst(&judged.strikes), (judged.replicas - 1) / 2);
        assert!(worst <= spare, "seed {seed}: {worst} nodes out at once: {:#?}", judged.strikes);
        at_the_limit += u64::from(worst == spare);
        for strike in &judged.strikes {
            assert!(
                strike.start < calm && strike.end.is_some_and(|end| end <= calm),
                "seed {seed}: {strike:?}"
            );
        }
    }
    println!("{strikes} strikes: {kinds:?}");
    assert!(undecided * 100 <= seeds(), "{undecided} histories were not decided");
    // What it never does, it never tests. A store on Raft has no streams to end, its work takes no time, and it looks at no
    // wall clock.
    let is_due = |kind: &&FaultKind| {
        let lacks = [Matter::Streams, Matter::Work, Matter::WallClock];
        drawn(**kind).is_some_and(|options| {
            options.harm() < Harm::BreaksTrust && !lacks.into_iter().any(|matter| options.acts_on(matter))
        })
    };
    let due: Vec<&str> = FaultKind::ALL.iter().filter(is_due).map(|kind| kind.name()).collect();
    assert_eq!(kinds.keys().copied().collect::<BTreeSet<_>>(), due.into_iter().collect());
    assert!(at_the_limit * 2 > seeds(), "{at_the_limit}");
}

/// On a network in which a leader can be elected at all, which a hostile world's need not be.
#[test]
fn raft_serves_again_when_the_nemesis_is_calm() {
    for seed in 0..SEEDS / 3 {
        let text = format!(
            r#"
            schema = 1
            duration = "8s"
            [system.kv]
            type = "raft"
            nodes = {}
            [workload.clients]
            target = "kv"
            arrival = "closed(clients=4, think=20ms)"
            {}
            "#,
            3 + 2 * (seed % 2),
            nemesis("exp(200ms)", &[DRAWN, r#"calm = "3s""#])
        );
        let judged = raft::judged(world(&text, seed), seed);
        assert_eq!(judged.explained, [""; 0], "seed {seed}");
        assert!(judged.last_ok > Time(7_900_000_000), "seed {seed}: last served at {}", judged.last_ok);
    }
}

fn seeds() -> u64 {
    std::env::var("SEEDBED_SOAK")
        .map_or(SEEDS, |seeds| seeds.parse().expect("SEEDBED_SOAK is a number of seeds"))
}

#[test]
fn it_takes_a_majority_only_if_it_is_asked_to() {
    let out = r#"kinds = ["crash", "partition"]"#;
    let faults = nemesis("exp(100ms)", &[out, MERCILESS, r#"for = "1s""#]);
    let beyond = (0..20).filter(|&seed| {
        let judged = under(&faults, seed);
        assert_eq!(judged.explained, [""; 0], "seed {seed}: unavailable, not unsafe");
        worst(&judged.strikes) > (judged.replicas - 1) / 2
    });
    assert!(beyond.count() > 10);
}

/// Outside of all assumptions: disks that lie, vanish and rot on every node, majorities that are gone. Whatever is lost, no
/// assertion of a protocol may be what finds it out.
#[test]
fn a_nemesis_without_mercy_breaks_promises_and_no_assertion() {
    let replaced = r#"
        [fault.replaced]
        every = "exp(500ms)"
        do = "crash"
        disk = "lost"
        target = "any(kv)"
        for = "exp(20ms)"
    "#;
    let faults = nemesis("exp(80ms)", &[MERCILESS, r#"for = "uniform(10ms, 1s)""#, replaced]);
    let mut broken = BTreeSet::new();
    for seed in 0..60 {
        broken.extend(under(&faults, seed).violated);
    }
    assert!(broken.contains(&Invariant::Durability), "{broken:?}");
}

#[test]
fn what_is_given_of_a_kind_is_kept_and_the_rest_is_drawn() {
    let delays = r#"kinds = [{ do = "delay", delay = "const(7ms)", for = "3ms" }]"#;
    let judged = under(&nemesis("const(100ms)", &[delays, r#"for = "1s""#]), 1);
    assert_eq!(judged.strikes.len(), 49, "the run ends at the fiftieth");
    let mut shares = BTreeSet::new();
    for strike in &judged.strikes {
        assert_eq!((strike.kind, strike.end), ("delay", Some(strike.start + Duration::from_millis(3))));
        let (_, settings) = strike.resolved.split_once(" { ").expect("it says how it struck");
        assert!(settings.starts_with(r#"delay = "const(7ms)""#), "{settings}");
        shares.insert(settings.to_owned());
    }
    assert!(shares.len() > 1, "{shares:?}");
}

/// Where other faults take more than the store can do without, it does not make that last: it leaves alone who is out, too.
#[test]
fn it_strikes_nobody_while_others_have_taken_too_many() {
    let chaos = nemesis("const(1100ms)", &[r#"kinds = ["crash"]"#, r#"for = "1s""#]);
    let paused = "[fault.paused]\nat = \"1s\"\ndo = \"pause\"\ntarget = \"kv\"\nfor = \"200ms\"\n";
    // For a moment a clock counts other seconds, and leases that began then cannot be trusted any more.
    let drift = "[fault.drift]\nat = \"1s\"\ndo = \"clock-drift\"\ndrift = \"50000ppm\"\nclock = \"monotonic\"\n\
                 target = \"kv\"\nfor = \"10ms\"\n";
    for seed in 0..10 {
        let crashes = |others: &str| -> Vec<Time> {
            let strikes = under(&(chaos.clone() + others), seed).strikes;
            strikes.iter().filter(|strike| strike.kind == "crash").map(|strike| strike.start).collect()
        };
        let at = |millis| Time::ZERO + Duration::from_millis(millis);
        assert_eq!(crashes("").first(), Some(&at(1100)));
        assert_eq!(crashes(paused).first(), Some(&at(2200)), "seed {seed}");
        assert_eq!(crashes(drift), [], "seed {seed}");
    }
}

/// What changes nothing is not said to have struck.
#[test]
fn a_fault_that_finds_nothing_to_act_on_never_strikes() {
    let fault = |kind: &str| format!("[fault.it]\nat = \"10ms\"\ntarget = \"kv\"\ndo = {kind}\n");
    let strikes = |kind: &str| under(&fault(kind), 1).strikes.len();
    for in_vain in
        ["\"slow-node\"", "\"reset\"", "\"half-open\"", "\"leap-smear\"", "\"loss\"\nshare = \"0%\""]
    {
        assert_eq!(strikes(in_vain), 0, "{in_vain}");
    }
    for acts in ["\"torn-writes\"", "\"clock-drift\"\ndrift = \"1ppm\"", "\"duplicate\"\nshare = \"1%\""] {
        assert_eq!(strikes(acts), 1, "{acts}");
    }
    let only = |kinds: &str| under(&nemesis("const(100ms)", &[DRAWN, kinds]), 1).strikes;
    assert_eq!(only(r#"kinds = ["reset", "slow-node"]"#), []);
    assert!(only(r#"kinds = ["reset", "delay"]"#).iter().all(|strike| strike.kind == "delay"));
}

#[test]
fn weights_say_how_often_a_kind_is_drawn() {
    let three_to_one = r#"kinds = [{ do = "torn-writes", weight = 3 }, "delay"]"#;
    let judged = under(&nemesis("const(5ms)", &[three_to_one, r#"for = "2ms""#]), 1);
    let torn = judged.strikes.iter().filter(|strike| strike.kind == "torn-writes").count();
    // 999 draws of probability 3/4: four standard deviations are 55.
    assert!((695..=805).contains(&torn) && judged.strikes.len() == 999, "{torn} of {}", judged.strikes.len());
}

#[test]
fn what_can_be_drawn_of_a_kind_is_valid_and_does_one_harm() {
    let mut choice = Stream::new(1, "test", "draws");
    for kind in FaultKind::ALL {
        // The loader judges by one sample what the prey survives.
        let draws = (0..100).filter_map(|_| drawn_from(*kind, &mut choice));
        let facts = draws.filter_map(|options| options.hostile().map(Facts::of));
        let facts: Vec<_> = facts.collect();
        assert!(facts.iter().all(|fact| *fact == facts[0]), "{kind}: {facts:?}");
        assert!(facts.first().is_none_or(|one| one.acts_on.is_ok()), "{kind}: {facts:?}");
    }
}
