//! A service over a store: what its instances ask of the store is in the store's history, beside what clients ask.

use seedbed::checks::linearizability::{self, Verdict};
use seedbed::kernel::NodeId;
use seedbed::model::history::{Outcome, Reason, SessionId};
use seedbed::sim::{Sim, Stop};

use super::judges::Judges;
use super::world;

const SHOP: &str = r#"
    schema = 1
    duration = "20s"
    network.default.loss = "1%"
    [system.accounts]
    type = "raft"
    nodes = 3
    [system.shop]
    type = "service"
    nodes = 2
    cores = 2
    steps = [
      { work = "exp(2ms)" },
      { call = "accounts", op = "append", timeout = "200ms", attempts = 10 },
      { call = "accounts", op = "read", timeout = "200ms", attempts = 10 },
    ]
    timeout = "3s"
    [workload.visitors]
    target = "shop"
    arrival = "poisson(100/s)"
    keys = "uniform(n=5)"
    timeout = "4s"
    [workload.auditors]
    target = "accounts"
    arrival = "poisson(20/s)"
    keys = "uniform(n=5)"
    mix = { read = 0.5, write = 0.5 }
    [fault.leader]
    every = "exp(3s)"
    do = "crash"
    target = "leader(accounts)"
    for = "800ms"
    [fault.instance]
    every = "exp(3s)"
    do = "crash"
    target = "any(shop)"
    for = "500ms"
    [fault.front]
    every = "exp(5s)"
    do = "crash"
    target = "shop.front"
    for = "100ms"
"#;

#[test]
fn what_instances_ask_of_a_store_is_in_its_history_and_linearizable() {
    let (mut of_instances, mut lost) = (0, 0);
    for seed in 0..5 {
        let world = world(SHOP, seed);
        let store = world.systems[0].plan.id;
        let instances = world.systems[1].plan.nodes.clone();
        let mut sim = Sim::new(world.setup.clone(), Judges::new(&world));
        assert_eq!(sim.run(u64::MAX), Some(Stop::End));
        let end = sim.now();
        let (histories, invariants) = sim.into_observer().finish(end);
        assert_eq!(invariants.violations(), [], "seed {seed}");
        let history = &histories[&store];
        let judgement = linearizability::judge(&history.operations, Some(&history.own_order), 1_000_000);
        assert_eq!(judgement.verdict, Verdict::Valid, "seed {seed}: {judgement:?}");
        let is_instance = |session: SessionId| instances.contains(&session.node);
        of_instances += history.operations.iter().filter(|operation| is_instance(operation.session)).count();
        // An instance that crashed never tells how its operations ended.
        let in_flight = Outcome::Unknown(Reason::InFlight);
        let is_lost = |session: SessionId| is_instance(session) && SessionId::incarnation(session.slot) == 1;
        lost += history.operations.iter().filter(|o| o.outcome == in_flight && is_lost(o.session)).count();
    }
    assert!(of_instances > 5_000, "{of_instances} operations of instances");
    assert!(lost > 0, "a crash left none of an instance's operations open");
}

/// A front that restarts forgets whom it owed answers; those that come late must not reach others in their place.
#[test]
fn an_answer_to_a_front_that_crashed_since_is_nobody_else_s() {
    let text = r#"
        schema = 1
        duration = "10s"
        network.default.jitter = "const(0ms)"
        [system.api]
        type = "service"
        nodes = 1
        cores = 100
        work = "const(300ms)"
        [workload.users]
        target = "api"
        arrival = "constant(20/s)"
        timeout = "1s"
        [fault.front]
        at = "5s"
        do = "crash"
        target = "api.front"
        for = "1ms"
    "#;
    let world = world(text, 1);
    let client = world.workloads[0].node;
    let mut sim = Sim::new(world.setup, Told { client, ..Told::default() });
    assert_eq!(sim.run(u64::MAX), Some(Stop::End));
    let told = sim.into_observer();
    // A request takes 300 ms of work and four hops of 50 us. An answer that came sooner was another's.
    assert!(told.ok.len() > 150 && told.ok.iter().all(|took| *took == 300_200_000), "{:?}", told.ok);
}

/// How long each call took that succeeded.
#[derive(Default)]
struct Told {
    client: NodeId,
    invoked: std::collections::BTreeMap<u32, u64>,
    ok: Vec<u64>,
}

impl seedbed::sim::Observer<seedbed::systems::Role> for Told {
    fn noted(
        &mut self,
        at: seedbed::kernel::Time,
        node: NodeId,
        note: &seedbed::systems::Note<seedbed::systems::Never>,
    ) {
        use seedbed::model::note::ClientNote::{Invoked, Returned};
        let seedbed::systems::Note::Client(note) = note else { return };
        assert_eq!(node, self.client);
        match *note {
            Invoked { slot, .. } => {
                self.invoked.insert(slot, at.0);
            }
            Returned { slot, outcome, .. } => {
                let invoked = self.invoked.remove(&slot).expect("it was invoked");
                if matches!(outcome, Outcome::Ok(_)) {
                    self.ok.push(at.0 - invoked);
                }
            }
        }
    }
}
