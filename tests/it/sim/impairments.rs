//! What faults do to links while they last: each kind's exact effect on datagrams and on streams, and on nothing else.

use std::collections::BTreeSet;
use std::rc::Rc;

use seedbed::faults::kinds::{
    Bandwidth, BurstyLoss, Clog, Corrupt, Delay, Duplicate, Hold, Loss, Partition, Swizzle, Swizzled,
};
use seedbed::faults::{Between, Fault, Flaps, Group, LinkKind, OnLinks, Schedule, Target};
use seedbed::kernel::{Context, Duration, NodeId, SystemId};
use seedbed::net::{self, Access, Counters, DropReason, Flapping, Profile};
use seedbed::spec::quantity::{self, Bytes, Ratio};

use super::world::{A, B, C, Letter, MS, On, Probe, Run, World, constant, sends};

const TIMEOUT: u64 = 200 * MS;

fn percent(share: u32) -> Ratio {
    Ratio(share * 10_000_000)
}

fn one_way(from: NodeId, to: NodeId) -> Between {
    let side = |node| Group::Of(vec![Target::Node(node)]);
    Between::OneWay(side(from), side(to))
}

/// A sends B a letter every millisecond from 1 ms on; from 9.5 ms to 19.5 ms the way from A to B has this fault.
fn struck(kind: impl LinkKind + Clone + 'static) -> World {
    World::new().node(sends(B, 30, MS, 1000)).listener().fault(
        9 * MS + MS / 2,
        Some(10 * MS),
        OnLinks { between: one_way(A, B), kind },
    )
}

fn counters(run: &mut Run) -> Counters {
    run.sim.node_counters(A).network
}

/// The same world, in which nodes share capacity of which there is no end if `is_shared`.
fn shared(is_shared: bool, mut world: World) -> World {
    if is_shared {
        world.0.sites = world.0.sites.with_shared(Access { uplink: None });
    }
    world
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

/// Whatever takes letter 10 from the stream, and whether capacity is shared or not: what is behind it waits for it, until it
/// is sent again 200 ms later. By then the fault is over. 11 to 19 are lost as well, and all ten are sent again at once.
#[test]
fn what_a_fault_takes_from_a_stream_is_sent_again_when_its_timeout_is_over() {
    fn check(kind: impl LinkKind + Clone + 'static) {
        for is_shared in [false, true] {
            let mut run = shared(is_shared, struck(kind.clone()).streams()).run(1_000 * MS);
            let again = 10 * MS + TIMEOUT + MS;
            let arrival = |n: u64| if n < 10 { n * MS + MS } else { again + n - 10 };
            assert_eq!(run.arrivals(B), (1..31).map(|n| (arrival(n), n as u32)).collect::<Vec<_>>());
            let counted = counters(&mut run);
            assert_eq!((counted.retransmitted, counted.dropped_total()), (10, 0), "shared: {is_shared}");
        }
    }
    check(Loss { share: percent(100) });
    check(Corrupt { share: percent(100) });
    let (all, none) = (percent(100), percent(0));
    check(BurstyLoss { to_bad: all, to_good: none, loss_good: none, loss_bad: all });
}

/// A thousand letters a second for twenty: while one waits for its timeout, what follows travels, as it does behind what the
/// link itself has lost. Were it kept back until then, the stream would carry a hundred a second and fall ever further behind.
#[test]
fn a_stream_from_which_a_fault_takes_a_share_carries_what_it_is_offered() {
    let loss = OnLinks { between: one_way(A, B), kind: Loss { share: percent(5) } };
    let world = World::new().node(sends(B, 20_000, MS, 1000)).listener().streams();
    let mut run = world.fault(MS / 2, None, loss).run(60_000 * MS);
    assert_eq!(run.letters(B), numbers(1..20_001));
    let again = counters(&mut run).retransmitted;
    assert!((900..1_250).contains(&again), "a twentieth of 20,000, and a twentieth of those: {again}");
    let late = run.arrivals(B).iter().filter(|(at, n)| *at - u64::from(*n) * MS > 1_000 * MS).count();
    assert!(
        late < 4_000,
        "{late} of 20,000 come more than a second late, as often as something is lost twice"
    );
    let last = run.arrivals(B).last().map(|(at, _)| *at);
    assert!(last.is_some_and(|at| at < 25_000 * MS), "{last:?}");
}

/// A stream that sends on behind what was lost waits, once its way is cut, with what follows; all comes in order, when the
/// cut is over.
#[test]
fn a_cut_in_the_middle_of_losses_keeps_the_order_of_a_stream() {
    let cut = OnLinks { between: one_way(A, B), kind: Partition {} };
    for (share, is_shared) in [10, 50, 90].into_iter().flat_map(|share| [(share, false), (share, true)]) {
        let world = shared(is_shared, struck(Loss { share: percent(share) }).streams());
        let mut run = world.fault(14 * MS, Some(3 * MS), cut.clone()).run(3_600_000 * MS);
        assert_eq!(run.letters(B), numbers(1..31), "{share} %, shared: {is_shared}");
        assert_eq!(counters(&mut run).dropped_total(), 0);
        assert_eq!(run.sim.messages_under_way(), (0, 0));
    }
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

/// A chain that changes its state with every message loses every other, the first among them: of each link by itself.
#[test]
fn bursts_of_one_link_are_not_those_of_another() {
    let law =
        BurstyLoss { to_bad: Ratio::ONE, to_good: Ratio::ONE, loss_good: Ratio::ZERO, loss_bad: Ratio::ONE };
    let to_both = |cx: &mut dyn Context<Probe>, on| match on {
        On::Boot(..) => cx.arm(1, Duration(MS)),
        On::Timer(number) => {
            cx.send(B, Letter(number, 0));
            cx.send(C, Letter(number, 0));
            cx.arm(number + 1, Duration(MS));
        }
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    };
    let fault = OnLinks { between: Between::All, kind: law };
    let run = World::new().node(to_both).listener().listener().fault(0, None, fault).run(12 * MS);
    assert_eq!([run.letters(B), run.letters(C)], [[2, 4, 6, 8, 10]; 2]);
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

/// On a link, or an uplink, that takes 1 ns a byte: of 5 MB that are lost or damaged the next message feels the 5 ms, of those
/// that a cut keeps at their sender nothing.
#[test]
fn what_is_lost_or_damaged_has_used_the_link_and_what_is_cut_off_has_not() {
    fn check(kind: impl LinkKind + Clone + 'static, arrival: (u64, u32)) {
        for is_shared in [false, true] {
            let fault = OnLinks { between: one_way(A, B), kind: kind.clone() };
            let world = byte_a_ns(is_shared, 0.0).node(sends(B, 2, MS, 5_000_000)).listener();
            let arrivals = world.fault(0, Some(MS + MS / 2), fault).run(100 * MS).arrivals(B);
            assert_eq!(arrivals, [arrival], "shared: {is_shared}");
        }
    }
    check(Corrupt { share: percent(100) }, (12 * MS, 2));
    check(Loss { share: percent(100) }, (12 * MS, 2));
    check(Partition {}, (8 * MS, 2));
}

/// Nodes 1 ms apart, on links of their own or with uplinks that take 1 ns a byte.
fn byte_a_ns(is_shared: bool, loss: f64) -> World {
    let capacity = Some(net::Bandwidth::from_bits_per_second(8_000_000_000));
    let profile = Profile { loss: net::Probability::new(loss), ..Profile::default() };
    if !is_shared {
        return World::over(Profile { bandwidth: capacity, ..profile });
    }
    let mut world = World::over(profile);
    world.0.sites = world.0.sites.with_shared(Access { uplink: capacity });
    world
}

/// The same of what the link loses by itself: the second comes 5 ms after the first has left or been lost.
#[test]
fn what_a_link_loses_has_used_it_too() {
    for is_shared in [false, true] {
        let mut behind_a_loss = 0;
        for seed in 0..40 {
            let world = byte_a_ns(is_shared, 0.5).seed(seed).node(sends(B, 2, MS, 5_000_000)).listener();
            let arrivals = world.run(100 * MS).arrivals(B);
            assert!(
                arrivals.iter().all(|(at, number)| *at == [7 * MS, 12 * MS][*number as usize - 1]),
                "shared: {is_shared}: {arrivals:?}"
            );
            behind_a_loss += u32::from(arrivals == [(12 * MS, 2)]);
        }
        assert!(behind_a_loss > 4, "one seed in four, of forty: {behind_a_loss}");
    }
}

#[test]
fn delays_add_up_and_strike_their_share() {
    let late = |ms, share| OnLinks {
        between: one_way(A, B),
        kind: Delay { delay: constant(ms * MS), share: percent(share) },
    };
    let run = struck(late(50, 100).kind).fault(9 * MS + MS / 2, Some(MS), late(20, 100)).run(200 * MS);
    let arrivals = run.arrivals(B);
    assert!(
        arrivals.contains(&(10 * MS + 71 * MS, 10)) && arrivals.contains(&(11 * MS + 51 * MS, 11)),
        "{arrivals:?}"
    );
    // 10,000 letters: 2,000 of them, give or take four standard deviations of 40.
    let world = World::new().node(sends(B, 10_000, 1_000, 0)).listener();
    let delayed = counters(&mut world.fault(0, None, late(50, 20)).run(100 * MS)).delayed;
    assert!(delayed.abs_diff(2_000) < 160, "{delayed}");
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

/// Letter 1 takes a second longer; then the way is cut for a moment, so that letter 2 waits at its sender. It is sent again
/// long before letter 1 arrives, and even so it does not come first.
#[test]
fn what_waited_at_its_sender_overtakes_nothing_on_its_stream() {
    let late =
        OnLinks { between: one_way(A, B), kind: Delay { delay: constant(1_000 * MS), share: percent(100) } };
    let cut = OnLinks { between: one_way(A, B), kind: Partition {} };
    for is_shared in [false, true] {
        let world = shared(is_shared, World::new()).node(sends(B, 5, MS, 0)).listener().streams();
        let world =
            world.fault(0, Some(MS + MS / 2), late.clone()).fault(MS + MS / 2, Some(5 * MS), cut.clone());
        let arrivals = world.run(5_000 * MS).arrivals(B);
        let first = 1_002 * MS;
        assert_eq!(arrivals, (1..6).map(|n| (first + n - 1, n as u32)).collect::<Vec<_>>());
    }
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

/// A limit that ends while one as narrow is left, of another fault or the link's own, leaves the link as busy as it was.
#[test]
fn the_end_of_a_wider_limit_frees_no_link() {
    let limit = |bits| Bandwidth { bandwidth: quantity::Bandwidth(bits), buffer: None };
    let over = |bandwidth| {
        let world = World::over(Profile { bandwidth, ..Profile::default() });
        world.node(sends(B, 30, MS, 1000)).listener()
    };
    let during = |world: World, at: u64, kind: Bandwidth, lasts: Option<u64>| {
        world.fault(at * MS, lasts.map(|lasts| lasts * MS), OnLinks { between: one_way(A, B), kind })
    };
    // 5 ms a letter, one a millisecond.
    let narrow = 1_600_000;
    let alone = over(Some(net::Bandwidth::from_bits_per_second(narrow))).run(300 * MS).arrivals(B);
    assert_eq!(alone.len(), 30);
    assert_eq!(alone[29].0, 30 * 5 * MS + 2 * MS);
    for wider in [narrow, 80_000_000] {
        let its_own = over(Some(net::Bandwidth::from_bits_per_second(narrow)));
        let its_own = during(its_own, 10, limit(wider), Some(10)).run(300 * MS);
        assert_eq!(its_own.arrivals(B), alone, "{wider}");
        let of_a_fault = during(during(over(None), 0, limit(narrow), None), 10, limit(wider), Some(10));
        assert_eq!(of_a_fault.run(300 * MS).arrivals(B), alone, "{wider}");
    }
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

/// A sends B a letter every 10 ms; the way flaps from 0 on: struck for 100 ms, free for 200 ms, and so on.
fn flapping(kind: impl LinkKind + 'static, up: u64, down: u64) -> World {
    let fault: Rc<dyn Fault> = Rc::new(OnLinks { between: one_way(A, B), kind });
    let law = Flapping { up: constant(up), down: constant(down), stable: Duration(50 * MS) };
    World::new().node(sends(B, 100, 10 * MS, 0)).listener().fault(
        5 * MS,
        Some(700 * MS),
        Flaps { fault, law },
    )
}

#[test]
fn a_flapping_fault_comes_and_goes_and_begins_with_its_effect() {
    let mut run = flapping(Partition {}, 200 * MS, 100 * MS).run(2_000 * MS);
    let lost = |n: &u32| (1..=10).contains(n) || (31..=40).contains(n) || (61..=70).contains(n);
    let expected: Vec<u32> = (1..=100).filter(|n| !lost(n)).collect();
    assert_eq!(run.letters(B), expected);
    assert_eq!(counters(&mut run).dropped(DropReason::Partition), 30);
    // No change sooner than the least time: 1 ms of each is 50 ms of each.
    let mut quick = flapping(Partition {}, MS, MS).run(2_000 * MS);
    assert_eq!(counters(&mut quick).dropped(DropReason::Partition), 35);
}

/// Letters of 10,000 bytes, one every 10 ms, over a link that takes 1 ms for each, or 50 ms while it is narrow: the ten that it
/// has accepted by 105 ms keep it busy for 500 ms, whether it is wide again meanwhile or not. A link without a bandwidth of its
/// own is free at once.
#[test]
fn a_link_that_flaps_stays_busy_with_what_it_accepted_while_it_was_narrow() {
    let wide = net::Bandwidth::from_bits_per_second(80_000_000);
    let eleventh = |bandwidth| {
        let fault: Rc<dyn Fault> = Rc::new(OnLinks {
            between: one_way(A, B),
            kind: Bandwidth { bandwidth: quantity::Bandwidth(1_600_000), buffer: None },
        });
        let law = Flapping { up: constant(10_000 * MS), down: constant(100 * MS), stable: Duration(MS) };
        let world = World::over(Profile { bandwidth, ..Profile::default() });
        let world = world.node(sends(B, 11, 10 * MS, 10_000)).listener();
        world
            .fault(5 * MS, None, Flaps { fault, law })
            .run(2_000 * MS)
            .arrivals(B)
            .into_iter()
            .find(|(_, n)| *n == 11)
    };
    assert_eq!(eleventh(Some(wide)), Some((10 * MS + 500 * MS + MS + MS, 11)));
    assert_eq!(eleventh(None), Some((110 * MS + MS, 11)));
}

#[test]
fn what_a_flapping_clog_or_hold_keeps_goes_on_whenever_the_way_is_free() {
    let clogged = flapping(Clog {}, 200 * MS, 100 * MS).run(2_000 * MS);
    assert_eq!(clogged.letters(B), numbers(1..101));
    let late: Vec<(u64, u32)> =
        clogged.arrivals(B).into_iter().filter(|(at, n)| *at != u64::from(*n) * 10 * MS + MS).collect();
    let freed = |n: u32| [106, 406, 706][n as usize / 30] * MS;
    assert!(late.iter().all(|(at, n)| *at == freed(*n)) && late.len() == 30, "{late:?}");
    let held = flapping(Hold {}, 200 * MS, 100 * MS).streams().run(2_000 * MS);
    assert_eq!(held.letters(B), numbers(1..101));
    let released: Vec<(u64, u32)> = (1..11).map(|n| (105 * MS, n)).chain([(111 * MS, 11)]).collect();
    assert_eq!(held.arrivals(B)[..11], released);
}

#[test]
fn a_hold_keeps_what_is_under_way_and_a_clog_does_not() {
    // Letters take 1 ms: number 9 is under way at 9.5 ms, and number 19 arrives at 20 ms, after the end.
    let mut held = struck(Hold {}).run(100 * MS);
    assert_eq!(held.letters(B), numbers(1..31));
    let end = 19 * MS + MS / 2;
    let expected = (1..31).map(|n: u32| {
        let at = (u64::from(n) + 1) * MS;
        (if (9..19).contains(&n) { end } else { at }, n)
    });
    assert_eq!(held.arrivals(B), expected.collect::<Vec<_>>());
    assert_eq!((counters(&mut held).held, counters(&mut held).clogged), (10, 0));
    let clogged = struck(Clog {}).run(100 * MS);
    assert!(clogged.arrivals(B).contains(&(10 * MS, 9)), "what is under way arrives");
}

#[test]
fn what_is_held_for_a_node_that_crashes_is_dropped_when_it_is_released() {
    let mut datagrams = struck(Hold {}).crash(B, 15 * MS, MS).run(100 * MS);
    assert_eq!(datagrams.letters(B), numbers(1..31), "it is up again in time: datagrams arrive");
    let mut streams = struck(Hold {}).streams().crash(B, 15 * MS, MS).run(100 * MS);
    let lost = counters(&mut streams).dropped(DropReason::Reset);
    assert_eq!(streams.letters(B), numbers((1..9).chain(15..31)), "the old stream died with it");
    assert_eq!((lost, counters(&mut datagrams).dropped_total()), (6, 0));
    let mut down = struck(Hold {}).crash(B, 15 * MS, 50 * MS).run(100 * MS);
    assert_eq!(counters(&mut down).dropped(DropReason::ReceiverDown), 22);
}

#[test]
fn a_swizzle_clogs_nodes_one_by_one_and_frees_them_in_another_order() {
    let to_all = |cx: &mut dyn Context<Probe>, on| match on {
        On::Boot(..) => cx.arm(1, Duration(10 * MS)),
        On::Timer(number) => {
            for to in [A, B, C, NodeId(3)] {
                cx.send(to, Letter(number, 0));
            }
            cx.arm(number + 1, Duration(10 * MS));
        }
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    };
    let everybody = Target::System(SystemId(0));
    let mut orders = BTreeSet::new();
    for seed in 0..40 {
        let kind = Swizzle { spacing: constant(100 * MS) };
        let fault = Swizzled { target: everybody.clone(), kind };
        let mut world = World::new().seed(seed).node(to_all).listener().listener().listener();
        world = world.fault(5 * MS, Some(60_000 * MS), fault);
        let run = world.run(2_000 * MS);
        for node in [B, C, NodeId(3)] {
            assert_eq!(run.letters(node).len(), 199, "nothing is lost");
        }
        assert_eq!(run.log().faults[0].nodes.len(), 4, "each once");
        let resolved = run.log().faults[0].resolved.clone();
        let (clogged, freed) = resolved.split_once("; free in the order ").expect("both orders");
        // Each is clogged from its place in the first order to its place in the second.
        let place = |order: &str, name: &str| {
            order.split(' ').position(|one| one == name).expect("all of them") as u64
        };
        let from_until = |name: &str| {
            (5 * MS + place(clogged, name) * 100 * MS, 5 * MS + (4 + place(freed, name)) * 100 * MS)
        };
        let sender = from_until("probes.0");
        for (node, name) in [(B, "probes.1"), (C, "probes.2"), (NodeId(3), "probes.3")] {
            let own = from_until(name);
            let freed = |at: u64| {
                let ends = [sender, own].into_iter().filter(|(from, until)| (*from..*until).contains(&at));
                ends.map(|(_, until)| until).max()
            };
            for (at, number) in run.arrivals(node) {
                let mut left = u64::from(number) * 10 * MS;
                while let Some(later) = freed(left) {
                    left = later;
                }
                assert_eq!(at, left + MS, "seed {seed}, {name}, letter {number}: {resolved}");
            }
        }
        orders.insert(resolved);
    }
    assert!(orders.len() > 30, "{} of 576 pairs of orders", orders.len());
}
