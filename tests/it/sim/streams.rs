//! Streams keep their order whatever the network does; a loss costs time, a crash of either end ends them.

use seedbed::faults::kinds::{HalfOpen, Reset};
use seedbed::faults::{Between, Group, OnStreams, StreamKind, Target};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{Duration, NodeId, Time};
use seedbed::net::{DropReason, Probability, Profile};

use super::world::{A, B, C, Letter, MS, On, World, sends};

const TIMEOUT: u64 = 200 * MS;

fn jittery() -> Profile {
    let jitter = Distribution::exponential((20 * MS) as f64).expect("a positive mean");
    Profile { jitter: Some(jitter), ..Profile::default() }
}

#[test]
fn a_stream_keeps_its_order_under_jitter_and_a_datagram_does_not() {
    let world = || World::over(jittery()).node(sends(B, 500, MS, 0)).listener();
    let in_order: Vec<u32> = (1..=500).collect();
    assert_eq!(world().streams().run(3000 * MS).letters(B), in_order);
    let mut datagrams = world().run(3000 * MS).letters(B);
    assert_ne!(datagrams, in_order);
    datagrams.sort_unstable();
    assert_eq!(datagrams, in_order);
}

/// Also where many arrive in one instant and ties are shuffled.
#[test]
fn a_stream_keeps_its_order_under_shuffled_ties() {
    for seed in 0..20 {
        let run = World::new().shuffled(seed).node(sends(B, 50, 0, 0)).listener().streams().run(10 * MS);
        assert_eq!(run.letters(B), (1..=50).collect::<Vec<_>>(), "seed {seed}");
    }
}

#[test]
fn a_partition_holds_a_stream_until_it_heals_and_then_delivers_in_order() {
    let mut run = World::new()
        .node(sends(B, 10, 10 * MS, 0))
        .listener()
        .streams()
        .partition(&[&[A], &[B]], 25 * MS, 1000 * MS)
        .run(10_000 * MS);
    // Letter 3, sent at 30 ms, stalls: tried again after 200, 400 and 800 ms more.
    let delivered = 30 * MS + 7 * TIMEOUT + MS;
    let arrivals = run.arrivals(B);
    assert_eq!(arrivals[..2], [(11 * MS, 1), (21 * MS, 2)]);
    assert_eq!(run.letters(B), (1..=10).collect::<Vec<_>>());
    assert!(arrivals[2..].iter().all(|(at, _)| (delivered..delivered + 8).contains(at)), "{arrivals:?}");
    let counters = run.sim.node_counters(A).network;
    assert_eq!((counters.retransmitted, counters.dropped_total()), (3, 0));
}

/// How long a message takes that is lost `losses` times in a row.
fn delay_after(losses: u32) -> u64 {
    MS + TIMEOUT * ((1 << losses) - 1)
}

#[test]
fn each_loss_costs_a_timeout_twice_as_long_as_the_one_before() {
    let lossy = Profile { loss: Probability::new(0.4), ..Profile::default() };
    // So far apart that none waits for another.
    let mut run =
        World::over(lossy).node(sends(B, 2000, 100_000 * MS, 0)).listener().streams().run(u64::MAX / 2);
    let mut counts = [0; 7];
    for (at, number) in run.arrivals(B) {
        let delay = at - u64::from(number) * 100_000 * MS;
        let losses = (0..9).find(|losses| delay_after(*losses) == delay).expect("a whole number of losses");
        counts[losses.min(6) as usize] += 1;
    }
    for (losses, count) in counts.into_iter().enumerate().take(6) {
        let expected = 1200.0 * (0..losses).map(|_| 0.4).product::<f64>();
        let sigma = f64::sqrt(expected);
        assert!((f64::from(count) - expected).abs() < 4.0 * sigma, "{losses} losses: {counts:?}");
    }
    let counters = run.sim.node_counters(A).network;
    let expected = 2000.0 * 0.4 / 0.6;
    assert!((counters.retransmitted as f64 - expected).abs() < 0.1 * expected, "{counters:?}");
    assert_eq!(counters.dropped_total(), 0);
}

#[test]
fn what_follows_a_lost_message_waits_for_it_at_the_receiver_and_no_longer() {
    let lossy = Profile { loss: Probability::new(0.05), ..Profile::default() };
    let run = World::over(lossy).node(sends(B, 2000, 10 * MS, 0)).listener().streams().run(60_000 * MS);
    assert_eq!(run.letters(B), (1..=2000).collect::<Vec<_>>());
    let arrivals = run.arrivals(B);
    let sent = |number: u32| u64::from(number) * 10 * MS;
    let late: Vec<u32> = arrivals
        .iter()
        .filter(|(at, number)| *at == sent(*number) + delay_after(1))
        .map(|(_, n)| *n)
        .collect();
    assert!(late.len() > 40, "{} letters were lost once and waited for nothing else", late.len());
    for number in late {
        // The twenty letters behind it are there within the same microsecond, unless lost themselves.
        let after = arrivals[number as usize..].iter().take(19);
        assert!(after.clone().all(|(at, _)| *at > sent(number) + delay_after(1)));
    }
    let on_time = arrivals.iter().filter(|(at, number)| *at == sent(*number) + MS).count();
    assert!(on_time > 400, "{on_time}: a loss holds up only what follows it within a timeout");
}

#[test]
fn a_link_that_loses_everything_delivers_nothing() {
    let dead = Profile { loss: Probability::new(1.0), ..Profile::default() };
    let mut run = World::over(dead).node(sends(B, 3, 0, 0)).listener().streams().run(3_600_000 * MS);
    assert_eq!(run.letters(B), [0; 0]);
    assert_eq!(run.dropped(A, DropReason::Loss), 3);
}

#[test]
fn a_crash_of_either_end_resets_a_stream() {
    for crashed in [A, B] {
        let mut run = World::over(jittery())
            .node(|cx, on| match on {
                On::Boot(1, _) => (1..=20).for_each(|number| cx.send(B, Letter(number, 0))),
                On::Boot(..) => cx.arm(1, Duration(MS)),
                On::Timer(_) => (21..=40).for_each(|number| cx.send(B, Letter(number, 0))),
                On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
            })
            .listener()
            .streams()
            .crash(crashed, 5 * MS, MS)
            .run(1000 * MS);
        let letters = run.letters(B);
        let before = letters.iter().filter(|number| **number <= 20).count();
        assert!(before < 20, "{crashed:?}: {letters:?}");
        assert_eq!(run.dropped(A, DropReason::Reset), 20 - before as u64);
        if crashed == A {
            assert_eq!(letters[before..], (21..=40).collect::<Vec<_>>(), "a new stream, in order");
        }
    }
}

/// A new connection does not wait for what was still under way on the old one.
#[test]
fn a_stream_after_a_reset_owes_nothing_to_the_one_before() {
    let slow = Distribution::mixture(vec![
        (0.5, Distribution::constant(1.0).expect("a constant")),
        (0.5, Distribution::constant((500 * MS) as f64).expect("a constant")),
    ]);
    let profile = Profile { jitter: Some(slow.expect("two parts")), ..Profile::default() };
    let mut quick = 0;
    for seed in 0..20 {
        let run = World::over(profile.clone())
            .seed(seed)
            .node(|cx, on| match on {
                On::Boot(1, _) => (1..=20).for_each(|number| cx.send(B, Letter(number, 0))),
                On::Boot(..) => cx.send(B, Letter(99, 0)),
                On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
            })
            .listener()
            .streams()
            .crash(A, 5 * MS, MS)
            .run(1000 * MS);
        let last = *run.arrivals(B).last().expect("the new stream's letter arrives");
        quick += u32::from(last == (7 * MS + 1, 99));
    }
    assert!((4..=16).contains(&quick), "half of the jitters are 1 ns: {quick} of 20");
}

/// A retransmission that was due on the old connection does not drive the new one.
#[test]
fn a_stream_after_a_reset_has_its_own_timeouts() {
    let mut run = World::new()
        .node(|cx, on| match on {
            On::Boot(..) => cx.arm(1, Duration(10 * MS)),
            On::Timer(_) => cx.send(B, Letter(1, 0)),
            On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
        .listener()
        .streams()
        .partition(&[&[A], &[B]], 0, 205 * MS)
        .crash(A, 100 * MS, MS)
        .run(5000 * MS);
    // Stalled at 10 ms, reset at 100 ms; stalled again at 111 ms: the new stream tries at 311 ms, when the way is
    // clear. The old one's attempt at 210 ms would have found it clear too.
    assert_eq!(run.arrivals(B), [(312 * MS, 1)]);
    assert_eq!(run.dropped(A, DropReason::Reset), 1);
    assert_eq!(run.sim.node_counters(A).network.retransmitted, 1);
}

#[test]
fn a_full_buffer_stalls_a_stream_but_loses_nothing() {
    let bandwidth = seedbed::net::Bandwidth::from_bits_per_second(8_000_000); // 1 us a byte
    let profile = Profile { bandwidth: Some(bandwidth), buffer: Some(5_000), ..Profile::default() };
    let mut run = World::over(profile).node(sends(B, 20, 0, 1000)).listener().streams().run(60_000 * MS);
    assert_eq!(run.letters(B), (1..=20).collect::<Vec<_>>());
    assert_eq!(run.arrivals(NodeId(1))[4].0, 6 * MS, "five fit: 5 ms on the wire and 1 ms of delay");
    assert_eq!(run.dropped(A, DropReason::BufferFull), 0);
}

/// A sends B a letter every 10 ms over a stream, and this happens to their streams.
fn struck(kind: impl StreamKind + 'static, between: Between) -> World {
    let fault = OnStreams { between, kind };
    World::new().node(sends(B, 30, 10 * MS, 0)).listener().streams().fault(100 * MS + MS / 2, None, fault)
}

fn side(node: NodeId) -> Group {
    Group::Of(vec![Target::Node(node)])
}

#[test]
fn a_reset_loses_what_is_under_way_and_what_waits_and_nothing_else() {
    let mut run = struck(Reset {}, Between::All).run(1_000 * MS);
    assert_eq!(run.letters(B), (1..=30).filter(|n| *n != 10).collect::<Vec<_>>());
    assert_eq!(run.dropped(A, DropReason::Reset), 1);
    // A stream that stalls forgets what it holds, and the next message finds the way as it is: free since 95 ms.
    let stalled =
        || struck(Reset {}, Between::OneWay(side(B), side(A))).one_way(&[A], &[B], 45 * MS, 50 * MS);
    let mut run = stalled().run(1_000 * MS);
    assert_eq!(run.letters(B), (1..=4).chain(11..=30).collect::<Vec<_>>());
    assert_eq!(run.dropped(A, DropReason::Reset), 6);
    assert_eq!(
        run.arrivals(B)[4],
        (111 * MS, 11),
        "at once, and not when the old stream would have tried again"
    );
}

#[test]
fn a_reset_of_others_moves_nothing_and_datagrams_have_no_stream() {
    let plain: Vec<u32> = (1..=30).collect();
    let others = struck(Reset {}, Between::OneWay(side(B), side(C))).listener().streams().run(1_000 * MS);
    assert_eq!(others.letters(B), plain);
    let mut datagrams = struck(Reset {}, Between::All);
    datagrams.0.nodes[0].transport = seedbed::net::Transport::Datagram;
    assert_eq!(datagrams.run(1_000 * MS).letters(B), plain);
}

#[test]
fn a_half_open_stream_swallows_what_is_sent_until_the_keepalive_finds_out() {
    let keepalive = HalfOpen { keepalive: Duration(80 * MS) };
    let mut run = struck(keepalive.clone(), Between::OneWay(side(A), side(B))).run(1_000 * MS);
    // Number 10 is under way when it strikes at 100.5 ms; 11 to 18 are sent before 180.5 ms.
    assert_eq!(run.letters(B), (1..=9).chain(19..=30).collect::<Vec<_>>());
    assert_eq!(run.arrivals(B)[9], (191 * MS, 19));
    assert_eq!(run.dropped(A, DropReason::Reset), 9);
    // Whoever has forgotten the stream opens a new one: only what is under way is lost.
    let mut other_way = struck(keepalive.clone(), Between::OneWay(side(B), side(A))).run(1_000 * MS);
    assert_eq!(other_way.letters(B), (1..=30).filter(|n| *n != 10).collect::<Vec<_>>());
    assert_eq!(other_way.dropped(A, DropReason::Reset), 1);
    // A crash ends the belief.
    let crashed = struck(keepalive, Between::All).crash(B, 120 * MS, 20 * MS).run(1_000 * MS);
    assert_eq!(crashed.letters(B), (1..=9).chain(14..=30).collect::<Vec<_>>());
}

#[test]
fn what_ends_streams_is_over_when_it_is_noticed_whatever_for_says() {
    let world = || World::new().node(sends(B, 30, 10 * MS, 0)).listener().streams();
    for lasts in [None, Some(7 * MS)] {
        let reset = OnStreams { between: Between::All, kind: Reset {} };
        let run = world().fault(100 * MS, lasts, reset).run(1_000 * MS);
        assert_eq!(run.log().ended, [(Time(100 * MS), 0)]);
        let half_open = HalfOpen { keepalive: Duration(80 * MS) };
        let half_open = OnStreams { between: Between::All, kind: half_open };
        let run = world().fault(100 * MS, lasts, half_open).run(1_000 * MS);
        assert_eq!(run.log().ended, [(Time(180 * MS), 0)]);
    }
}

#[test]
fn half_open_streams_wait_for_no_partition_and_a_second_strike_begins_anew() {
    let between = || Between::OneWay(side(A), side(B));
    let keepalive = || HalfOpen { keepalive: Duration(80 * MS) };
    let again = OnStreams { between: between(), kind: keepalive() };
    let mut run = struck(keepalive(), between()).fault(150 * MS + MS / 2, None, again).run(1_000 * MS);
    assert_eq!(run.letters(B), (1..=9).chain(24..=30).collect::<Vec<_>>(), "until 230.5 ms");
    assert_eq!(run.dropped(A, DropReason::Reset), 14);
}
