//! Capacity that nodes share: who sends at the same time gets less of it, and nothing is lost by it.

use seedbed::kernel::{Duration, NodeId};
use seedbed::net::{Access, Bandwidth, DropReason, Profile, Sites};

use super::world::{A, B, C, Letter, MS, On, World, sends};

/// A byte a nanosecond: a million bytes take 1 ms.
const UPLINK: u64 = 8_000_000_000;
const MEGABYTE: u32 = 1_000_000;

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
