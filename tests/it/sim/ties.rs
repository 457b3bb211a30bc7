//! What happens in one instant happens in the order in which it was asked for, or in an order drawn from the seed.

use std::collections::BTreeSet;

use seedbed::kernel::NodeId;

use super::world::{A, B, C, MS, World, sends};

/// Two senders whose letters meet in pairs.
fn meeting() -> World {
    World::new().node(sends(C, 20, MS, 0)).node(sends(C, 20, MS, 0)).listener()
}

fn senders(world: World) -> Vec<(u64, NodeId, u32)> {
    let run = world.run(100 * MS);
    let from = |(at, on)| match on {
        super::world::On::Letter(from, number) => (at, from, number),
        other => panic!("only letters arrive, not {other:?}"),
    };
    run.at(C).into_iter().map(from).collect()
}

#[test]
fn ties_are_first_in_first_out_whatever_the_seed() {
    let expected: Vec<(u64, NodeId, u32)> =
        (1..=20).flat_map(|number| [A, B].map(|from| ((u64::from(number) + 1) * MS, from, number))).collect();
    for seed in 0..5 {
        assert_eq!(senders(meeting().seed(seed)), expected);
    }
}

#[test]
fn shuffled_ties_change_the_order_within_an_instant_and_nothing_else() {
    let plain = senders(meeting());
    let mut orders = BTreeSet::new();
    for seed in 0..10 {
        let shuffled = senders(meeting().shuffled(seed));
        assert_eq!(senders(meeting().shuffled(seed)), shuffled, "the seed decides");
        let mut sorted = shuffled.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, plain);
        assert!(shuffled.is_sorted_by_key(|(at, ..)| *at));
        orders.insert(shuffled);
    }
    assert!(orders.len() >= 9, "{} orders", orders.len());
}

#[test]
fn shuffled_ties_change_nothing_where_there_are_none() {
    let apart = || World::new().node(sends(C, 20, MS, 0)).node(sends(C, 20, MS + 1, 0)).listener();
    let plain = senders(apart());
    assert!((0..10).all(|seed| senders(apart().shuffled(seed)) == plain));
}
