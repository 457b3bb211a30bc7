//! Messages that are work: a handler runs when that of its message is done, and what is sent leaves when its own is.

use seedbed::kernel::{Context, Duration, NodeId, WorkToken};
use seedbed::net::DropReason;
use seedbed::processors::{MessageCost, MessageCosts};

use super::world::{A, B, Letter, MS, On, Probe, Run, World, sends};

const US: u64 = 1_000;

fn cost(receive_us: u64, send_us: u64, byte_ns: u64) -> MessageCosts {
    let any = MessageCost { receive: Duration(receive_us * US), send: Duration(send_us * US) };
    MessageCosts { any, byte: Duration(byte_ns), ..MessageCosts::default() }
}

/// Answers each letter with its number.
fn echo(cx: &mut dyn Context<Probe>, on: On) {
    if let On::Letter(from, number) = on {
        cx.send(from, Letter(number, 0));
    }
}

/// Messages are neither made nor lost on the way, those included that wait at nodes.
fn balance(run: &mut Run, nodes: u32) {
    let (mut sent, mut ended) = (0, 0);
    for node in (0..nodes).map(NodeId) {
        let network = run.sim.node_counters(node).network;
        (sent, ended) = (sent + network.sent, ended + network.received + network.dropped_total());
    }
    let (in_flight, waiting) = run.sim.messages_under_way();
    assert_eq!(sent, ended + in_flight + waiting);
}

#[test]
fn letters_queue_for_the_core_and_are_handled_when_their_work_is_done() {
    let run = World::new().node(sends(B, 3, 0, 50)).listener().cores(1, cost(100, 0, 2)).run(100 * MS);
    // 100 us and 50 bytes of 2 ns each; A has paid for the bytes of the first before.
    let (work, first) = (100 * US + 100, MS + 100);
    let expected = [1, 2, 3].map(|number| (first + u64::from(number) * work, number));
    assert_eq!(run.arrivals(B), expected);
}

#[test]
fn what_is_sent_leaves_one_after_the_other_and_before_what_waits_is_handled() {
    let mut run = World::new().node(sends(B, 2, 0, 0)).node(echo).cores(1, cost(100, 30, 0)).run(100 * MS);
    // A sends its letters at 30 and 60 us. B handles the first at 130 us, answers, and is free for the second 30 us later.
    let handled = [MS + 130 * US, MS + 260 * US];
    assert_eq!(run.arrivals(B), [(handled[0], 1), (handled[1], 2)]);
    let answered = handled.map(|at| at + 30 * US + MS + 100 * US);
    assert_eq!(run.arrivals(A), [(answered[0], 1), (answered[1], 2)]);
    assert_eq!(run.sim.node_counters(B).processor.busy, Duration(260 * US));
}

#[test]
fn a_second_core_takes_the_second_letter_and_a_shorter_one_is_done_first() {
    let sizes = |cx: &mut dyn Context<Probe>, on: On| {
        if matches!(on, On::Boot(..)) {
            cx.send(B, Letter(1, 100));
            cx.send(B, Letter(2, 10));
        }
    };
    let arrivals = |cores| {
        let world = World::new().node(sizes).listener().cores(cores, cost(0, 0, 1_000));
        let run = world.run(100 * MS);
        run.arrivals(B).into_iter().map(|(_, number)| number).collect::<Vec<_>>()
    };
    assert_eq!(arrivals(1), [1, 2], "one core keeps them in order");
    assert_eq!(arrivals(2), [2, 1], "two do not");
}

#[test]
fn a_slow_node_and_a_pause_stretch_the_work_of_messages() {
    let world = || World::new().node(sends(B, 1, 0, 0)).listener().cores(1, cost(100, 0, 0));
    let slow = world().slow_node(B, 3, 0, 50 * MS).run(100 * MS);
    assert_eq!(slow.arrivals(B), [(MS + 300 * US, 1)]);
    let paused = world().pause(B, MS + 40 * US, 7 * MS).run(100 * MS);
    assert_eq!(paused.arrivals(B), [(8 * MS + 100 * US, 1)]);
    let before = world().pause(B, MS / 2, 7 * MS).run(100 * MS);
    assert_eq!(before.arrivals(B), [(15 * MS / 2 + 100 * US, 1)], "what a pause held is work, too");
}

#[test]
fn a_crash_drops_what_waits_and_every_letter_is_accounted_for() {
    let mut run = World::new()
        .node(sends(B, 5, 0, 0))
        .node(echo)
        .cores(1, cost(100, 30, 0))
        .crash(B, MS + 300 * US, 20 * MS)
        .run(100 * MS);
    // Two were handled, two had come, and the fifth came as the node was down.
    assert_eq!(run.letters(B), [1, 2]);
    assert_eq!(run.dropped(A, DropReason::ReceiverDown), 3);
    balance(&mut run, 2);
    let mut cut_short =
        World::new().node(sends(B, 5, 0, 0)).node(echo).cores(1, cost(100, 30, 0)).run(MS + 200 * US);
    assert_eq!(cut_short.letters(B), [1]);
    balance(&mut cut_short, 2);
}

#[test]
fn work_of_the_process_and_letters_share_the_core_in_order() {
    let run = World::new()
        .node(sends(B, 2, 0, 0))
        .node(|cx, on| {
            if matches!(on, On::Letter(_, 1)) {
                cx.compute(Duration(500 * US), WorkToken(7));
            }
        })
        .cores(1, cost(100, 0, 0))
        .run(100 * MS);
    let expected = [
        (MS + 100 * US, On::Letter(A, 1)),
        (MS + 200 * US, On::Letter(A, 2)),
        (MS + 700 * US, On::Computed(7)),
    ];
    assert_eq!(run.at(B), expected);
}
