//! What a link does to datagrams: loss, copies, overtaking, bandwidth. And whose draws are whose.

use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{Context, Duration, NodeId};
use seedbed::net::{Bandwidth, DropReason, Probability, Profile, Reorder};

use super::world::{A, B, C, Letter, MS, On, Probe, World, constant, sends};

const COUNT: u32 = 100_000;

/// Four standard deviations of a binomial count around its mean.
#[track_caller]
fn assert_share(count: u64, of: u64, share: f64) {
    let mean = of as f64 * share;
    let sigma = f64::sqrt(mean * (1.0 - share));
    assert!((count as f64 - mean).abs() < 4.0 * sigma, "{count} of {of}, expected {mean} +- {sigma}");
}

#[test]
fn loss_copies_and_overtaking_come_at_their_rates_and_independently() {
    let reorder = Reorder { probability: Probability::new(0.02), delay: constant(5 * MS) };
    let profile = Profile {
        loss: Probability::new(0.1),
        duplicate: Probability::new(0.05),
        reorder: Some(reorder),
        ..Profile::default()
    };
    let mut run = World::over(profile).node(sends(B, COUNT, 1000, 0)).listener().run(u64::from(COUNT) * MS);
    let counters = run.sim.node_counters(A).network;
    let passed = counters.sent - counters.dropped(DropReason::Loss);
    assert_share(counters.dropped(DropReason::Loss), counters.sent, 0.1);
    assert_share(counters.duplicated, passed, 0.05);
    assert_share(counters.reordered, passed, 0.02);
    let arrivals = run.arrivals(B);
    assert_eq!(arrivals.len() as u64, passed + counters.duplicated);
    let late = arrivals.iter().filter(|(at, number)| at - u64::from(*number) * 1000 == 6 * MS).count();
    assert_eq!(late as u64, counters.reordered);
    // A copy does not carry its original's extra delay.
    let on_time = arrivals.iter().filter(|(at, number)| at - u64::from(*number) * 1000 == MS).count();
    assert_eq!(late + on_time, arrivals.len());
}

#[test]
fn messages_of_one_instant_on_one_link_have_draws_of_their_own() {
    let profile = Profile { loss: Probability::new(0.3), ..Profile::default() };
    let mut run = World::over(profile).node(sends(B, 10_000, 0, 0)).listener().run(10 * MS);
    assert_share(run.dropped(A, DropReason::Loss), 10_000, 0.3);
}

#[test]
fn bandwidth_serialises_each_direction_of_each_link_exactly() {
    // 1 us a byte: letters of 1,500 bytes leave every 1.5 ms, and arrive 1 ms later.
    let profile =
        Profile { bandwidth: Some(Bandwidth::from_bits_per_second(8_000_000)), ..Profile::default() };
    let run = World::over(profile)
        .node(|cx, on| {
            if matches!(on, On::Boot(..)) {
                (1..=3).for_each(|number| cx.send(B, Letter(number, 1500)));
                cx.send(C, Letter(9, 1500));
            }
        })
        .node(sends(A, 2, 0, 1500))
        .listener()
        .run(100 * MS);
    let at = |halves: u64| halves * MS / 2;
    assert_eq!(run.arrivals(B), [(at(5), 1), (at(8), 2), (at(11), 3)]);
    assert_eq!(run.arrivals(A), [(at(5), 1), (at(8), 2)], "the other direction is free");
    assert_eq!(run.arrivals(C), [(at(5), 9)], "another link too");
}

#[test]
fn an_idle_link_starts_at_once() {
    let profile =
        Profile { bandwidth: Some(Bandwidth::from_bits_per_second(8_000_000)), ..Profile::default() };
    let run = World::over(profile).node(sends(B, 3, 2 * MS, 1500)).listener().run(100 * MS);
    assert_eq!(run.arrivals(B), [2, 4, 6].map(|sent| ((2 * sent + 5) * MS / 2, sent as u32 / 2)));
}

#[test]
fn a_bounded_buffer_drops_what_does_not_fit_and_takes_what_does() {
    // 1 us a byte and 3,000 bytes: 1 to 3 fit; at 1.5 ms 1,500 bytes are left, so that 4 fits and 5 does not, but 6.
    let profile = Profile {
        bandwidth: Some(Bandwidth::from_bits_per_second(8_000_000)),
        buffer: Some(3_000),
        ..Profile::default()
    };
    let mut run = World::over(profile)
        .node(|cx, on| match on {
            On::Boot(..) => {
                (1..=4).for_each(|number| cx.send(B, Letter(number, 1000)));
                cx.arm(1, Duration(3 * MS / 2));
            }
            On::Timer(_) => {
                cx.send(B, Letter(5, 1501));
                cx.send(B, Letter(6, 1500));
                cx.send(B, Letter(7, 1));
            }
            On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        })
        .listener()
        .run(100 * MS);
    assert_eq!(run.arrivals(B), [(2 * MS, 1), (3 * MS, 2), (4 * MS, 3), (11 * MS / 2, 6)]);
    assert_eq!(run.dropped(A, DropReason::BufferFull), 3);
}

#[test]
fn a_very_slow_link_takes_a_very_large_message() {
    let bandwidth = Bandwidth::from_bits_per_second(1);
    let profile = Profile { bandwidth: Some(bandwidth), buffer: Some(1 << 40), ..Profile::default() };
    let run = World::over(profile).node(sends(B, 2, 0, u32::MAX)).listener().run(10 * MS);
    assert_eq!(run.letters(B), [0_u32; 0]);
    assert_eq!(bandwidth.transmission(1), Duration::from_secs(8));
    assert_eq!(bandwidth.transmission(u32::MAX), Duration::MAX, "more than 584 years");
}

/// A fast link is as exact as a slow one.
#[test]
fn the_time_on_the_wire_is_exact_to_a_thousandth_up_to_a_terabit() {
    for gigabits in [1, 3, 7, 10, 25, 33, 100, 400, 999] {
        let bandwidth = Bandwidth::from_bits_per_second(gigabits * 1_000_000_000);
        let bytes = 4_000_000_000_u32;
        let expected = f64::from(bytes) * 8.0 / gigabits as f64;
        let actual = bandwidth.transmission(bytes).0 as f64;
        assert!((actual / expected - 1.0).abs() < 1e-3, "{gigabits} Gbit/s: {actual} ns, not {expected}");
    }
}

/// Sends bursts of several letters a receiver, to `receivers` by name order, in one instant.
fn bursts(receivers: Vec<NodeId>) -> impl Fn(&mut dyn Context<Probe>, On) {
    move |cx, on| match on {
        On::Boot(..) => cx.arm(1, Duration(MS)),
        On::Timer(round) if round <= 20 => {
            for repeat in 0..3 {
                receivers.iter().for_each(|to| cx.send(*to, Letter(round * 10 + repeat, 0)));
            }
            cx.arm(round + 1, Duration(MS));
        }
        On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    }
}

/// A node more, first in the order of ids and of every burst, moves no draw of the others: invariant 3.
#[test]
fn another_node_moves_no_other_node_s_draws() {
    let profile = Profile {
        jitter: Some(Distribution::exponential(MS as f64).expect("a positive mean")),
        loss: Probability::new(0.1),
        duplicate: Probability::new(0.1),
        ..Profile::default()
    };
    for listeners in [3, 100] {
        let arrivals = |extra: u32| {
            let receivers = (0..=listeners + extra).filter(|id| *id != extra).map(NodeId).collect();
            let world =
                (0..extra).fold(World::over(profile.clone()), |world, _| world.named("extra", |_, _| {}));
            let world = world.named("sender", bursts(receivers));
            let names = (0..listeners).map(|number| format!("listener.{number}"));
            let run = names.fold(world, |world, name| world.named(&name, |_, _| {})).run(100 * MS);
            (0..listeners).map(|number| run.arrivals(NodeId(1 + extra + number))).collect::<Vec<_>>()
        };
        let (without, with) = (arrivals(0), arrivals(1));
        assert!(without.iter().all(|arrivals| arrivals.len() > 30));
        assert_eq!(without, with, "{listeners} listeners");
    }
}
