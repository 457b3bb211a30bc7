//! The end of all faults, but for those of the nodes that are to be done without.

use crate::faults::{Action, HappeningKind, Incarnation, News};
use crate::kernel::{NodeId, Process};
use crate::net::ImpairmentId;

use super::shared::Shared;
use super::{Limit, Observer, Sim, Stop};

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// Tells the roster which disks are lost or damaged.
    pub(super) fn look_at_disks(&mut self) {
        for (facts, node) in self.shared.roster.nodes.iter_mut().zip(&self.nodes) {
            facts.has_lost_disk = !node.machine.disk.is_sound();
        }
    }

    /// No fault strikes from now on. What is wrong with nodes other than `others`, and with links between such, is over; the rest
    /// stays as it is to the end of the run. The strike that does this is the last one.
    pub(super) fn heal(&mut self, others: &[NodeId]) {
        let now = self.shared.now;
        for fault in &mut self.faults {
            fault.until = Some(fault.until.map_or(now, |until| until.min(now)));
        }
        let mut is_other = vec![false; self.nodes.len()];
        others.iter().for_each(|node| is_other[node.index()] = true);
        let Shared { net, queue, .. } = &mut self.shared;
        let Ok(free) = net.heal_but(now, &is_other, queue) else {
            self.stopped = Some(Stop::Limit(Limit::Impairments));
            return;
        };
        self.end_strikes(&is_other);
        self.release(|_, _, _| free);
        for node in (0..is_other.len()).filter(|node| !is_other[*node]) {
            self.heal_node(NodeId(node as u32));
        }
    }

    /// Strikes of which nothing is left are over. The others never end: their scripts go no further.
    fn end_strikes(&mut self, is_other: &[bool]) {
        self.waiting.clear();
        let last = self.strikes.len() - 1;
        for strike in 0..last {
            let Some(running) = self.strikes[strike].take() else { continue };
            let mut nodes = running.end.iter().flat_map(Action::nodes);
            let stays = self.shared.net.has_impairment(ImpairmentId(strike as u64))
                || nodes.any(|node| is_other[node.index()]);
            if !stays {
                running.out.iter().for_each(|node| self.shared.roster.nodes[node.index()].outs -= 1);
                self.shared.observer.ended(self.shared.now, strike);
                self.shared.tell(News::of_fault(HappeningKind::FaultEnded, running.planned), &running.nodes);
            }
        }
    }

    /// Nothing is wrong with the node any more: it runs, on a disk and clocks that work.
    fn heal_node(&mut self, id: NodeId) {
        let now = self.shared.now;
        let machine = &mut self.nodes[id.index()].machine;
        machine.down = 0;
        let incarnation = machine.incarnation;
        machine.processor.recover(now, |completion| self.shared.push_work(id, completion));
        let syncs = machine.disk.mend_all(now);
        syncs.into_iter().for_each(|at| self.shared.push_sync(id, incarnation, at));
        self.change_clock(id, |clock| clock.settle_all(now));
        if self.nodes[id.index()].process.is_none() {
            return self.boot(id);
        }
        if self.nodes[id.index()].machine.pauses > 0 {
            self.nodes[id.index()].machine.pauses = 1;
            self.resume(id, Incarnation(incarnation));
        }
        // What waited for it to go on may have been the news that its disk had failed.
        let has_halted = self.shared.roster.nodes[id.index()].has_halted;
        if has_halted || self.nodes[id.index()].machine.disk.is_gone() {
            self.crash(id);
            self.nodes[id.index()].machine.down = 0;
            self.boot(id);
        }
    }
}
