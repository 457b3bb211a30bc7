//! Capacity that nodes share: who sends at the same time gets less of it, and nothing is lost by it.

use seedbed::faults::kinds::Loss;
use seedbed::faults::{Between, Group, OnLinks, Target};
use seedbed::kernel::{Duration, NodeId};
use seedbed::net::{Access, Bandwidth, DropReason, Profile, Sites};
use seedbed::spec::quantity::Ratio;

use super::world::{A, B, C, Letter, MS, On, World, sends};

/// A byte a nanosecond: a million bytes take 1 ms.
const UPLINK: u64 = 8_000_000_000;
const MEGABYTE: u32 = 1_000_000;
const TIMEOUT: u64 = 200 * MS;

/// Nodes 1 ms apart, each with one uplink.
fn world() -> World {
    over(Profile::default())
}

fn over(profile: Profile) -> World {
    let mut world = World::new();
    let access = Access { uplink: Some(Bandwidth::from_bits_per_second(UPLINK)) };
    world.0.sites = Sites::new(vec!["here".into()], |_, _| Duration(MS), profile).with_shared(access);
    world
}

/// Sends one letter at `after`.
fn later(
    to: NodeId,
    after: u64,
    size: u32,
) -> impl Fn(&mut dyn seedbed::kernel::Context<super::world::Probe>, On) {
    move |cx, on| match on {
        On::Boot(..) => cx.arm(1, Duration(after)),
        On::Timer(number) => cx.send(to, Letter(number, size)),
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    }
}

#[test]
fn one_sender_has_all_of_it_and_two_have_half_each() {
    let alone = world().node(sends(C, 1, 0, MEGABYTE)).listener().listener().run(9 * MS);
    assert_eq!(alone.arrivals(C), [(2 * MS, 1)]);
    let two = world().node(sends(C, 1, 0, MEGABYTE)).node(sends(C, 1, 0, MEGABYTE)).listener().run(9 * MS);
    assert_eq!(two.arrivals(C), [(3 * MS, 1), (3 * MS, 1)]);
}

#[test]
fn who_comes_later_slows_the_first_from_then_on() {
    let run = world().node(sends(C, 1, 0, MEGABYTE)).node(later(C, MS / 2, MEGABYTE)).listener().run(9 * MS);
    // Half is through when the second begins; then both have half, and then the second has all.
    assert_eq!(run.arrivals(C), [(5 * MS / 2, 1), (3 * MS, 1)]);
}

#[test]
fn what_one_node_sends_several_shares_its_way_out() {
    let to_both = |cx: &mut dyn seedbed::kernel::Context<super::world::Probe>, on: On| {
        if matches!(on, On::Boot(..)) {
            cx.send(B, Letter(1, MEGABYTE));
            cx.send(C, Letter(2, MEGABYTE));
        }
    };
    let run = world().node(to_both).listener().listener().run(9 * MS);
    assert_eq!((run.arrivals(B), run.arrivals(C)), (vec![(3 * MS, 1)], vec![(3 * MS, 2)]));
}

#[test]
fn messages_to_one_node_go_one_after_the_other_as_datagrams_and_as_streams() {
    for streams in [false, true] {
        let world = world().node(sends(B, 3, 0, MEGABYTE)).listener();
        let world = if streams { world.streams() } else { world };
        let run = world.run(9 * MS);
        assert_eq!(run.arrivals(B), [(2 * MS, 1), (3 * MS, 2), (4 * MS, 3)], "streams: {streams}");
    }
}

#[test]
fn what_has_not_left_waits_and_is_counted() {
    let run = world().node(sends(B, 3, 0, MEGABYTE)).listener().run(3 * MS / 2);
    assert_eq!(run.sim.messages_under_way(), (1, 2), "one is under way, two have not left");
}

#[test]
fn a_full_buffer_drops_datagrams_and_stalls_streams() {
    let profile = || Profile { buffer: Some(2 * u64::from(MEGABYTE)), ..Profile::default() };
    let mut run = over(profile()).node(sends(B, 3, 0, MEGABYTE)).listener().run(900 * MS);
    assert_eq!((run.letters(B), run.dropped(A, DropReason::BufferFull)), (vec![1, 2], 1));
    let run = over(profile()).node(sends(B, 3, 0, MEGABYTE)).listener().streams().run(900 * MS);
    assert_eq!(run.arrivals(B), [(2 * MS, 1), (3 * MS, 2), (202 * MS, 3)], "sent again after 200 ms");
}

#[test]
fn a_crash_resets_the_streams_whose_messages_have_not_left() {
    let mut run =
        world().node(sends(B, 3, 0, MEGABYTE)).listener().streams().crash(B, 5 * MS / 2, MS).run(900 * MS);
    assert_eq!((run.letters(B), run.dropped(A, DropReason::Reset)), (vec![1], 2));
}

#[test]
fn a_partition_holds_for_shared_links_too() {
    let mut run =
        world().node(sends(B, 3, MS, 0)).listener().partition(&[&[A], &[B]], 2 * MS, MS).run(90 * MS);
    assert_eq!((run.letters(B), run.dropped(A, DropReason::Partition)), (vec![1, 3], 1));
}

/// Whatever A sends B while it lasts is lost.
fn losing() -> OnLinks<Loss> {
    let [a, b] = [A, B].map(|node| Group::Of(vec![Target::Node(node)]));
    OnLinks { between: Between::OneWay(a, b), kind: Loss { share: Ratio::ONE } }
}

/// Letters of 5 ms, one every 7 ms, of which the first is lost. Those behind it travel, each when it is sent, and wait where they
/// arrive; were they kept at their sender, the second would come 5 ms after the first and the others ever later.
#[test]
fn what_follows_a_lost_message_of_a_stream_travels_and_waits_where_it_arrives() {
    let world = || world().node(sends(B, 31, 7 * MS, 5 * MEGABYTE)).listener().streams();
    let mut run = world().fault(0, Some(8 * MS), losing()).run(900 * MS);
    // It has left at 12 ms, and is tried again at 212 ms, behind the 30th, which leaves until 215 ms.
    let again = 215 * MS + 5 * MS + MS;
    let held_up = (1..31).map(|number| (again + number - 1, number as u32));
    let expected: Vec<_> = held_up.chain([(226 * MS, 31)]).collect();
    assert_eq!(run.arrivals(B), expected);
    let counters = run.sim.node_counters(A).network;
    assert_eq!((counters.retransmitted, counters.dropped_total()), (1, 0));
    let half_way = world().fault(0, Some(8 * MS), losing()).run(100 * MS);
    assert_eq!(half_way.sim.messages_under_way(), (0, 14), "each of the fourteen waits once");
}

/// The first is sent again at 470 ms, and has not left when the second is found missing at 490 ms: nothing else is missing then
/// that would be tried again.
#[test]
fn what_is_lost_while_nothing_else_is_missing_is_tried_again_by_itself() {
    let world = world().node(sends(B, 3, 220 * MS, 50 * MEGABYTE)).listener().streams();
    let world = world.fault(0, Some(221 * MS), losing()).fault(430 * MS, Some(20 * MS), losing());
    let mut run = world.run(900 * MS);
    let first = 490 * MS + 50 * MS + MS;
    // Behind the third, which waits for it where it arrives.
    let second = 490 * MS + TIMEOUT + 20 * MS + 50 * MS + MS;
    assert_eq!(run.arrivals(B), [(first, 1), (second, 2), (second + 1, 3)]);
    assert_eq!(run.sim.node_counters(A).network.retransmitted, 2);
}

#[test]
fn what_a_fault_takes_from_a_stream_has_used_its_share() {
    let to_both = |cx: &mut dyn seedbed::kernel::Context<super::world::Probe>, on: On| match on {
        On::Boot(..) => cx.arm(1, Duration(MS)),
        On::Timer(_) => {
            cx.send(B, Letter(1, MEGABYTE));
            cx.send(C, Letter(2, MEGABYTE));
        }
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    };
    let world = world().node(to_both).listener().listener().streams();
    let run = world.fault(0, Some(2 * MS), losing()).run(900 * MS);
    assert_eq!(run.arrivals(C), [(4 * MS, 2)], "half of the way out was the other's");
    assert_eq!(run.arrivals(B), [(3 * MS + TIMEOUT + MS + MS, 1)]);
}

/// Ten letters of 90 ms each, sent at once: the last of them leaves after 900 ms, and what is lost counts its timeout from when
/// it has left. Were it counted from when it is sent, each timeout would put one more of all ten in each other's way.
#[test]
fn what_is_sent_again_is_in_its_own_way_once() {
    let to_b = |cx: &mut dyn seedbed::kernel::Context<super::world::Probe>, on: On| match on {
        On::Boot(..) => cx.arm(1, Duration(MS)),
        On::Timer(_) => (1..11).for_each(|number| cx.send(B, Letter(number, 90 * MEGABYTE))),
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    };
    let world = world().node(to_b).listener().streams();
    let mut run = world.fault(0, Some(1_000 * MS), losing()).run(9_000 * MS);
    // Sent again in vain at 291 ms: 1 to 3, which have left until then; at 561 ms 4 to 6, and at 831 ms 7 to 9. Then with
    // success at 1101 ms 1, 2 and 10, at 1571 ms, 400 ms after 3 has left for the second time, 3 to 7, and at 2021 ms 8 and 9.
    let left = [1801, 1891, 2071, 2161, 2251, 2341, 2431, 2521, 2611];
    let expected = (1..10).zip(left).map(|(number, left)| ((left + 1) * MS, number));
    assert_eq!(run.arrivals(B), expected.chain([(2612 * MS + 1, 10)]).collect::<Vec<_>>());
    assert_eq!(run.sim.node_counters(A).network.retransmitted, 3 + 3 + 3 + 3 + 5 + 2);
}

/// What has not left when its stream is reset still uses its way, and arrives nowhere, whether it was held up or not.
#[test]
fn a_reset_forgets_what_is_held_up_and_what_is_leaving() {
    let world = world().node(sends(B, 10, 7 * MS, 20 * MEGABYTE)).listener().streams();
    let mut run = world.fault(0, Some(8 * MS), losing()).crash(B, 60 * MS, MS).run(900 * MS);
    let counters = run.sim.node_counters(A).network;
    // The 9th, sent at 63 ms, opens a new stream, behind eight of 20 ms each.
    assert_eq!(run.arrivals(B), [(188 * MS, 9), (208 * MS, 10)]);
    assert_eq!((counters.dropped(DropReason::Reset), counters.retransmitted), (8, 0));
    assert_eq!(run.sim.messages_under_way(), (0, 0));
}
