//! Something of each session of a run, found by two or three array look-ups.

use super::history::SessionId;

/// A `T` for each session: by node, by boot, by client, all dense.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sessions<T> {
    nodes: Vec<Vec<Vec<T>>>,
}

impl<T> Default for Sessions<T> {
    fn default() -> Self {
        Sessions { nodes: Vec::new() }
    }
}

impl<T: Default> Sessions<T> {
    /// Nothing of any session.
    pub fn new() -> Self {
        Sessions::default()
    }

    /// What there is of `session`.
    #[inline]
    pub fn get(&self, session: SessionId) -> Option<&T> {
        let boots = self.nodes.get(session.node.index())?;
        boots
            .get(SessionId::incarnation(session.slot) as usize)?
            .get(SessionId::client(session.slot) as usize)
    }

    /// What there is of `session`, to be changed.
    #[inline]
    pub fn get_mut(&mut self, session: SessionId) -> Option<&mut T> {
        let boots = self.nodes.get_mut(session.node.index())?;
        boots
            .get_mut(SessionId::incarnation(session.slot) as usize)?
            .get_mut(SessionId::client(session.slot) as usize)
    }

    /// What there is of `session`, made if there is nothing.
    #[inline]
    pub fn entry(&mut self, session: SessionId) -> &mut T {
        let boots = grown(&mut self.nodes, session.node.index());
        let clients = grown(boots, SessionId::incarnation(session.slot) as usize);
        grown(clients, SessionId::client(session.slot) as usize)
    }

    /// What there is of every session, in the order of nodes, boots and clients.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.nodes.iter().flatten().flatten()
    }
}

/// The place of a dense list, which grows to have it.
#[inline]
fn grown<T: Default>(list: &mut Vec<T>, place: usize) -> &mut T {
    if list.len() <= place {
        list.resize_with(place + 1, T::default);
    }
    &mut list[place]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::NodeId;

    #[test]
    fn sessions_are_told_apart_by_node_boot_and_client() {
        let session =
            |node, boot, client| SessionId { node: NodeId(node), slot: SessionId::slot(boot, client) };
        let all: Vec<SessionId> =
            [0, 3].iter().flat_map(|n| [1, 2].map(|b| [0, 7].map(|c| session(*n, b, c)))).flatten().collect();
        let mut sessions: Sessions<Option<SessionId>> = Sessions::new();
        assert_eq!(sessions.get(all[0]), None);
        all.iter().for_each(|session| *sessions.entry(*session) = Some(*session));
        all.iter().for_each(|session| assert_eq!(sessions.get(*session), Some(&Some(*session))));
        assert_eq!(sessions.iter().flatten().copied().collect::<Vec<_>>(), all);
    }

    /// A late boot costs a place a boot, not a million.
    #[test]
    fn a_late_boot_takes_no_room_for_the_clients_of_earlier_ones() {
        let mut sessions: Sessions<u64> = Sessions::new();
        *sessions.entry(SessionId { node: NodeId(0), slot: SessionId::slot(4095, 0) }) = 1;
        assert_eq!(sessions.iter().count(), 1);
    }
}
