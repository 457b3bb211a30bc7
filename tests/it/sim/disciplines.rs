//! Disciplines of cores, seen by processes: whose work is done when, and what faults do to it.

use seedbed::kernel::{Context, Duration, Urgency, WorkToken};
use seedbed::processors::{Discipline, MessageCost, MessageCosts};

use super::world::{A, B, Letter, MS, On, Probe, World};

const US: u64 = 1_000;

/// Asks for two pieces of 10 ms at its first boot, and for one of 1 ms at any other.
fn two_pieces(cx: &mut dyn Context<Probe>, on: On) {
    match on {
        On::Boot(1, _) => (1..=2).for_each(|token| cx.compute(Duration(10 * MS), WorkToken(token))),
        On::Boot(..) => cx.compute(Duration(MS), WorkToken(3)),
        On::Letter(..) | On::Timer(_) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    }
}

#[test]
fn urgent_work_interrupts_what_is_less_urgent() {
    let world = World::new().node(|cx, on| match on {
        On::Boot(..) => {
            cx.compute_urgent(Duration(10 * MS), WorkToken(1), Urgency(5));
            cx.arm(1, Duration(4 * MS));
        }
        On::Timer(_) => cx.compute_urgent(Duration(2 * MS), WorkToken(2), Urgency(1)),
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    });
    let mut run = world.discipline(Discipline::Ranked { preemptive: true }).run(100 * MS);
    let computed: Vec<_> = run.at(A).into_iter().filter(|(_, on)| matches!(on, On::Computed(_))).collect();
    assert_eq!(computed, [(6 * MS, On::Computed(2)), (12 * MS, On::Computed(1))]);
    let balance = run.sim.balance(A);
    assert!(balance.holds() && balance.served == Duration(12 * MS), "{balance:?}");
}

#[test]
fn turns_and_shares_go_through_the_event_loop() {
    let at = |discipline| World::new().node(two_pieces).discipline(discipline).run(100 * MS).at(A);
    let quantum = Duration(4 * MS);
    assert_eq!(
        at(Discipline::RoundRobin { quantum }),
        [(18 * MS, On::Computed(1)), (20 * MS, On::Computed(2))]
    );
    let together = [(20 * MS, On::Computed(1)), (20 * MS, On::Computed(2))];
    assert_eq!(at(Discipline::Sharing), together);
    assert_eq!(at(Discipline::LeastAttained), together);
}

#[test]
fn faults_stretch_and_lose_what_shares_a_core() {
    let world = || World::new().node(two_pieces).discipline(Discipline::Sharing);
    // 2.5 ms each at 5 ms, 7.5 ms at 25 ms, and the rest of 5 ms around a pause.
    let slow = world().slow_node(A, 2, 5 * MS, 20 * MS).pause(A, 26 * MS, 4 * MS);
    let mut run = slow.run(100 * MS);
    assert_eq!(run.at(A), [(34 * MS, On::Computed(1)), (34 * MS, On::Computed(2))]);
    assert!(run.sim.balance(A).holds());
    let mut run = world().crash(A, 5 * MS, 10 * MS).run(100 * MS);
    assert_eq!(run.at(A), [(16 * MS, On::Computed(3))]);
    assert_eq!(run.sim.node_counters(A).processor.lost, 2);
    let balance = run.sim.balance(A);
    assert!(balance.holds() && balance.served == Duration(6 * MS), "{balance:?}");
}

/// What a message brings may have to go before all that is on the core: it must get there.
#[test]
fn a_message_is_handled_before_work_that_can_be_interrupted_is_done() {
    let any = MessageCost { receive: Duration(100 * US), send: Duration::ZERO };
    let costs = MessageCosts { any, ..MessageCosts::default() };
    let handled = |discipline| {
        let world = World::new()
            .node(|cx, on| match on {
                On::Boot(..) => {
                    cx.send(B, Letter(1, 0));
                    cx.arm(1, Duration(300 * US));
                }
                On::Timer(_) => cx.send(B, Letter(2, 0)),
                On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
            })
            .node(|cx, on| {
                if matches!(on, On::Letter(_, 1)) {
                    cx.compute(Duration(500 * US), WorkToken(7));
                }
            });
        let run = world.cores(1, costs.clone()).discipline(discipline).run(100 * MS);
        run.at(B).into_iter().map(|(at, _)| at - MS).collect::<Vec<_>>()
    };
    // The first letter at 100 us, the work and the second letter, which comes at 300 us, in either order.
    assert_eq!(handled(Discipline::Fifo), [100 * US, 600 * US, 700 * US]);
    assert_eq!(handled(Discipline::ShortestJob), [100 * US, 600 * US, 700 * US]);
    for discipline in [Discipline::ShortestRemaining, Discipline::Sharing, Discipline::LeastAttained] {
        assert_eq!(handled(discipline), [100 * US, 400 * US, 700 * US], "{discipline:?}");
    }
}
