//! What faults do to links while they last: each kind's exact effect on datagrams and on streams, and on nothing else.

use seedbed::faults::kinds::{
    Bandwidth, BurstyLoss, Clog, Corrupt, Delay, Duplicate, Hostile, LinkKind, Loss, Partition,
};
use seedbed::faults::{Between, Group, OnLinks, Schedule, Target};
use seedbed::kernel::NodeId;
use seedbed::net::{self, Counters, DropReason, Profile};
use seedbed::spec::quantity::{self, Bytes, Ratio};

use super::world::{A, B, C, MS, Run, World, constant, sends};

const TIMEOUT: u64 = 200 * MS;

fn percent(share: u32) -> Ratio {
    Ratio(share * 10_000_000)
}

fn one_way(from: NodeId, to: NodeId) -> Between {
    let side = |node| Group::Of(vec![Target::Node(node)]);
    Between::OneWay(side(from), side(to))
}

/// A sends B a letter every millisecond from 1 ms on; from 9.5 ms to 19.5 ms the way from A to B has this fault.
fn struck(kind: impl LinkKind + Hostile + Clone + 'static) -> World {
    World::new().node(sends(B, 30, MS, 1000)).listener().fault(
        9 * MS + MS / 2,
        Some(10 * MS),
        OnLinks { between: one_way(A, B), kind },
    )
}

fn counters(run: &mut Run) -> Counters {
    run.sim.node_counters(A).network
}

fn numbers(range: impl Iterator<Item = u32>) -> Vec<u32> {
    range.collect()
}

#[test]
fn loss_takes_datagrams_while_it_lasts_and_costs_a_stream_its_timeouts() {
    let all = Loss { share: percent(100) };
    let mut run = struck(all.clone()).run(100 * MS);
    assert_eq!(run.letters(B), numbers((1..10).chain(20..31)));
    assert_eq!(counters(&mut run).dropped(DropReason::Loss), 10);
    let half = struck(Loss { share: percent(50) }).streams().run(3_600_000 * MS);
    assert_eq!(half.letters(B), numbers(1..31), "a stream sends again what was lost, and keeps its order");
    let held = half.arrivals(B).iter().find(|(at, _)| *at > 30 * MS).map(|(at, _)| *at);
    assert!(held.is_some_and(|at| at >= 10 * MS + MS + TIMEOUT), "{held:?}");
}

/// 100,000 letters over a second: the share lost of those sent lies within four deviations.
#[test]
fn a_share_is_that_share_and_two_faults_are_drawn_apart() {
    let loss = |share| OnLinks { between: one_way(A, B), kind: Loss { share: percent(share) } };
    let world = World::new().node(sends(B, 100_000, 10_000, 0)).listener();
    let mut run = world.fault(0, None, loss(10)).fault(0, None, loss(20)).run(2_000 * MS);
    let lost = counters(&mut run).dropped(DropReason::Loss) as f64;
    let (mean, sigma) = (28_000.0, f64::sqrt(28_000.0 * 0.72));
    assert!((lost - mean).abs() < 4.0 * sigma, "{lost}, expected {mean} +- {sigma}");
}

/// Strikes at 400 ms and 800 ms, each of a fifth of the messages: the 40,000 sent while both last, until 1200 ms, lose
/// 36 %, within four deviations.
#[test]
fn strikes_of_one_fault_that_overlap_are_drawn_apart() {
    let loss = OnLinks { between: one_way(A, B), kind: Loss { share: percent(20) } };
    let mut world = World::new().node(sends(B, 120_000, 10_000, 0)).listener().fault(0, None, loss);
    world.0.faults[0].schedule = Schedule::Every(constant(400 * MS));
    let letters = world.run(1_300 * MS).letters(B);
    let window = 80_001..=119_999_u32;
    let lost = (window.clone().count() - letters.iter().filter(|n| window.contains(*n)).count()) as f64;
    let (mean, sigma) = (14_400.0, f64::sqrt(14_400.0 * 0.64));
    assert!((lost - mean).abs() < 4.0 * sigma, "{lost}, expected {mean} +- {sigma}");
}

#[test]
fn bursty_loss_loses_in_runs() {
    let law =
        BurstyLoss { to_bad: percent(2), to_good: percent(25), loss_good: Ratio::ZERO, loss_bad: Ratio::ONE };
    let fault = OnLinks { between: one_way(A, B), kind: law };
    let world = World::new().node(sends(B, 100_000, 10_000, 0)).listener();
    let letters = world.fault(0, None, fault).run(2_000 * MS).letters(B);
    let gaps: Vec<u32> =
        letters.windows(2).map(|pair| pair[1] - pair[0] - 1).filter(|gap| *gap > 0).collect();
    let lost: u32 = gaps.iter().sum();
    let mean = f64::from(lost) / gaps.len() as f64;
    assert!((f64::from(lost) / 100_000.0 / (0.02 / 0.27) - 1.0).abs() < 0.1, "{lost}");
    assert!((mean / 4.0 - 1.0).abs() < 0.1, "bursts of {mean}");
}

#[test]
fn duplicates_are_of_datagrams_only() {
    let twice = Duplicate { share: percent(100) };
    let mut run = struck(twice.clone()).run(100 * MS);
    let expected = (1..31).flat_map(|n| std::iter::repeat_n(n, if (10..20).contains(&n) { 2 } else { 1 }));
    assert_eq!(run.letters(B), numbers(expected));
    assert_eq!(counters(&mut run).duplicated, 10);
    assert_eq!(struck(twice).streams().run(100 * MS).letters(B), numbers(1..31));
}

#[test]
fn a_damaged_message_is_dropped_under_its_own_reason_and_a_stream_sends_it_again() {
    let mut run = struck(Corrupt { share: percent(100) }).run(100 * MS);
    assert_eq!(run.letters(B), numbers((1..10).chain(20..31)));
    let counted = counters(&mut run);
    assert_eq!((counted.dropped(DropReason::Corruption), counted.dropped(DropReason::Loss)), (10, 0));
    let mut stream = struck(Corrupt { share: percent(50) }).streams().run(3_600_000 * MS);
    assert_eq!(stream.letters(B), numbers(1..31));
    assert!(counters(&mut stream).retransmitted > 0);
}

#[test]
fn a_delay_is_added_to_each_message_and_a_stream_keeps_its_order() {
    let late = Delay { delay: constant(50 * MS), share: percent(100) };
    let mut run = struck(late.clone()).run(200 * MS);
    let delay = |number: u32| if (10..20).contains(&number) { 51 * MS } else { MS };
    let mut expected: Vec<(u64, u32)> = (1..31).map(|n| (u64::from(n) * MS + delay(n), n)).collect();
    expected.sort_unstable();
    assert_eq!(run.arrivals(B), expected);
    assert_eq!(counters(&mut run).delayed, 10);
    let stream = struck(late).streams().run(200 * MS);
    assert_eq!(stream.letters(B), numbers(1..31));
    let held_up = stream.arrivals(B).iter().filter(|(at, n)| *at - u64::from(*n) * MS > 40 * MS).count();
    assert_eq!(held_up, 21, "letters 10 to 30: those behind the late ones too");
}

#[test]
fn a_narrow_link_serialises_and_its_buffer_bounds_the_wait() {
    // 5 us a byte: a letter of 1,000 bytes takes 5 ms, and one is sent every millisecond.
    let narrow = |buffer| Bandwidth { bandwidth: quantity::Bandwidth(1_600_000), buffer };
    let mut bloated = struck(narrow(None)).run(200 * MS);
    let expected = (10..20).map(|n: u64| (10 * MS + (n - 9) * 5 * MS + MS, n as u32));
    let found = bloated.arrivals(B).into_iter().filter(|(_, n)| (10..20).contains(n));
    assert!(found.eq(expected), "{:?}", bloated.arrivals(B));
    assert_eq!(counters(&mut bloated).dropped_total(), 0);
    let mut bounded = struck(narrow(Some(Bytes(2_000)))).run(200 * MS);
    // Letters 10 and 11 fill it; from then on one fits whenever one has left.
    let lost = counters(&mut bounded).dropped(DropReason::BufferFull);
    assert_eq!(bounded.letters(B).len() as u64 + lost, 30);
    assert!(lost >= 6, "{lost}");
    let waited = bounded.arrivals(B).iter().map(|(at, n)| at - u64::from(*n) * MS).max();
    assert!(waited <= Some(11 * MS), "two letters of 5 ms, and the way: {waited:?}");
}

/// A link of its own bandwidth, 0.1 us a byte, does not stay busy with what a narrow time left in its buffer.
#[test]
fn a_link_is_free_when_its_narrow_time_ends() {
    let wide = net::Bandwidth::from_bits_per_second(80_000_000);
    let world = World::over(Profile { bandwidth: Some(wide), ..Profile::default() });
    let narrow = Bandwidth { bandwidth: quantity::Bandwidth(1_600_000), buffer: None };
    let fault = OnLinks { between: one_way(A, B), kind: narrow };
    let world = world.node(sends(B, 30, MS, 1000)).listener().fault(9 * MS + MS / 2, Some(10 * MS), fault);
    let arrivals = world.run(200 * MS).arrivals(B);
    let on_time = |(at, n): &(u64, u32)| *at == u64::from(*n) * MS + MS / 10 + MS;
    let late: Vec<u32> = arrivals.iter().filter(|one| !on_time(one)).map(|(_, n)| *n).collect();
    assert_eq!(late, numbers(10..20));
}

#[test]
fn a_clog_keeps_everything_and_lets_it_go_in_order_when_it_ends() {
    for streams in [false, true] {
        let world = struck(Clog {});
        let mut run = if streams { world.streams() } else { world }.run(100 * MS);
        assert_eq!(run.letters(B), numbers(1..31), "streams: {streams}");
        let end = 19 * MS + MS / 2;
        let freed = run.arrivals(B).into_iter().filter(|(_, n)| (10..20).contains(n));
        assert!(freed.into_iter().all(|(at, _)| (end + MS..end + MS + 20).contains(&at)));
        let counted = counters(&mut run);
        assert_eq!((counted.clogged, counted.sent, counted.dropped_total()), (10, 30, 0));
    }
}

/// What waits for two clogs waits for both; a cut in between finds it at the end of the clog.
#[test]
fn clogs_end_one_by_one_and_hand_over_to_a_cut() {
    let clog = || OnLinks { between: one_way(A, B), kind: Clog {} };
    let run = struck(Clog {}).fault(15 * MS, Some(10 * MS), clog()).run(100 * MS);
    let freed: Vec<u64> = run.arrivals(B).iter().filter(|(_, n)| *n == 10).map(|(at, _)| *at).collect();
    assert_eq!(freed, [26 * MS], "the second clog ends at 25 ms");
    let cut = OnLinks { between: one_way(A, B), kind: Partition {} };
    let mut run = struck(Clog {}).fault(15 * MS, Some(10 * MS), cut).run(100 * MS);
    assert_eq!(run.letters(B), numbers((1..10).chain(25..31)));
    assert_eq!(counters(&mut run).dropped(DropReason::Partition), 15);
}

/// Of a stalled stream a clog changes nothing but when it goes on.
#[test]
fn a_stream_that_stalled_before_a_clog_keeps_its_order() {
    let cut = OnLinks { between: one_way(A, B), kind: Partition {} };
    let run = struck(Clog {}).streams().fault(5 * MS, Some(10 * MS), cut).run(10_000 * MS);
    assert_eq!(run.letters(B), numbers(1..31));
}

#[test]
fn a_crash_resets_the_streams_that_wait_for_a_clog_and_leaves_datagrams() {
    let crash = |world: World| world.crash(B, 12 * MS, 2 * MS);
    let mut streams = crash(struck(Clog {})).streams().run(1_000 * MS);
    let reset = counters(&mut streams).dropped(DropReason::Reset);
    assert_eq!(reset, 2, "10 and 11 waited; 12 was sent when B was down, on a stream to its next life");
    assert_eq!(streams.letters(B), numbers((1..10).chain(12..31)));
    assert_eq!(crash(struck(Clog {})).run(1_000 * MS).letters(B), numbers(1..31));
}

#[test]
fn messages_under_way_are_counted_while_a_clog_holds_them() {
    let world = World::new().node(sends(B, 30, MS, 1000)).listener();
    let clog = OnLinks { between: Between::All, kind: Clog {} };
    let run = world.fault(9 * MS + MS / 2, None, clog).run(25 * MS);
    assert_eq!(run.sim.messages_under_way(), (0, 16), "letters 10 to 25");
}

/// No fault strikes what it does not name: not the other direction, not another link, not what a node sends itself.
#[test]
fn other_links_notice_nothing() {
    let world = |with: bool| {
        let beacon = |to| sends(to, 30, MS, 10);
        let world = World::new().node(beacon(C)).node(beacon(A)).node(beacon(C));
        let faults = OnLinks { between: one_way(A, B), kind: Loss { share: percent(100) } };
        if with { world.fault(0, None, faults) } else { world }.run(100 * MS)
    };
    for node in [A, B, C] {
        assert_eq!(world(true).arrivals(node), world(false).arrivals(node));
    }
}
