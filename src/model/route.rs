//! How a client finds a node of the system that it calls.

use std::rc::Rc;

use crate::kernel::NodeId;

/// Which node is asked first; on a timeout the next one is tried, on a redirect the one it names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Route {
    /// The last node that answered or was named as leader; at first the nearest.
    #[default]
    Leader,
    /// The one with the least delay.
    Nearest,
    /// A node drawn for each operation.
    Random,
    /// Each node in its turn.
    RoundRobin,
}

/// What one client node knows of the nodes of a system.
#[derive(Clone, Debug)]
pub struct Router {
    route: Route,
    /// Nearest first.
    nodes: Rc<[NodeId]>,
    /// Position of the node believed to lead.
    leader: usize,
    turn: usize,
}

impl Router {
    /// A router over `nodes`, nearest first.
    ///
    /// # Panics
    /// If there are none.
    pub fn new(route: Route, nodes: Rc<[NodeId]>) -> Self {
        assert!(!nodes.is_empty(), "a system has nodes");
        Router { route, nodes, leader: 0, turn: 0 }
    }

    /// The node to ask first; `bits` are random bits that belong to the operation.
    pub fn first(&mut self, bits: u64) -> NodeId {
        let position = match self.route {
            Route::Leader => self.leader,
            Route::Nearest => 0,
            Route::Random => crate::kernel::random::below(bits, self.nodes.len() as u32) as usize,
            Route::RoundRobin => {
                self.turn = (self.turn + 1) % self.nodes.len();
                self.turn
            }
        };
        self.nodes[position]
    }

    /// `tried` did not answer in time: the node to try next.
    pub fn after_timeout(&mut self, tried: NodeId) -> NodeId {
        let next = (self.position(tried) + 1) % self.nodes.len();
        if self.nodes[self.leader] == tried {
            self.leader = next;
        }
        self.nodes[next]
    }

    /// `tried` cannot serve and named `hint`: the node to try next, and whether to try it at once (it was named) or
    /// after a while (nobody is known to lead).
    pub fn after_redirect(&mut self, tried: NodeId, hint: Option<NodeId>) -> (NodeId, bool) {
        match hint.filter(|hint| *hint != tried).and_then(|hint| self.find(hint)) {
            Some(position) => {
                self.leader = position;
                (self.nodes[position], true)
            }
            None => (self.after_timeout(tried), false),
        }
    }

    fn position(&self, node: NodeId) -> usize {
        self.find(node).expect("only nodes of the system are tried")
    }

    fn find(&self, node: NodeId) -> Option<usize> {
        self.nodes.iter().position(|known| *known == node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(4);
    const B: NodeId = NodeId(7);
    const C: NodeId = NodeId(9);

    fn router(route: Route) -> Router {
        Router::new(route, [A, B, C].into())
    }

    #[test]
    fn the_leader_is_remembered_until_it_is_silent() {
        let mut router = router(Route::Leader);
        assert_eq!(router.first(0), A);
        assert_eq!(router.after_redirect(A, Some(C)), (C, true));
        assert_eq!(router.first(0), C);
        assert_eq!(router.after_timeout(C), A);
        assert_eq!(router.first(0), A);
    }

    #[test]
    fn a_late_timeout_does_not_forget_a_leader_learned_since() {
        let mut router = router(Route::Leader);
        router.after_redirect(A, Some(C));
        assert_eq!(router.after_timeout(A), B);
        assert_eq!(router.first(0), C);
    }

    #[test]
    fn without_a_hint_the_next_node_is_tried_after_a_while() {
        let mut router = router(Route::Leader);
        assert_eq!(router.after_redirect(A, None), (B, false));
        assert_eq!(router.after_redirect(B, Some(B)), (C, false), "a node that names itself names nobody");
    }

    #[test]
    fn turns_and_draws_reach_every_node() {
        let mut turns = router(Route::RoundRobin);
        assert_eq!([0, 0, 0, 0].map(|bits| turns.first(bits)), [B, C, A, B]);
        let mut draws = router(Route::Random);
        assert_eq!([0, u64::MAX / 2, u64::MAX].map(|bits| draws.first(bits)), [A, B, C]);
    }
}
