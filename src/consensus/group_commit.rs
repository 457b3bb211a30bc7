//! Group commit: one sync at most is under way, the next covers all that was written meanwhile, and what may only be said
//! once it is durable is held back until the sync that covers it is done. Whatever is held is lost in a crash, as it should.

use crate::kernel::{Area, Areas, DiskToken, NodeId};

/// The syncs of one process, and what waits for them.
#[derive(Clone, Debug)]
pub struct GroupCommit<M> {
    /// Syncs asked for; the newest has this number.
    issued: u64,
    /// Syncs done.
    completed: u64,
    /// Areas written since the newest sync.
    dirty: Areas,
    /// What is held back, and the sync that it waits for.
    held: Vec<(u64, NodeId, M)>,
}

impl<M> Default for GroupCommit<M> {
    fn default() -> Self {
        GroupCommit { issued: 0, completed: 0, dirty: Areas::default(), held: Vec::new() }
    }
}

impl<M> GroupCommit<M> {
    /// Whether the sync of this number is done.
    #[inline]
    pub fn is_done(&self, sync: u64) -> bool {
        sync <= self.completed
    }

    /// The sync that will cover what is written now.
    #[inline]
    pub fn next_sync(&self) -> u64 {
        self.issued + 1
    }

    /// The sync asked for last, whether it is done or under way; 0 if there was none.
    #[inline]
    pub fn newest_sync(&self) -> u64 {
        self.issued
    }

    /// `area` was written.
    #[inline]
    pub fn wrote(&mut self, area: Area) {
        self.dirty = self.dirty | area.into();
    }

    /// Holds `message` back until the sync of this number is done.
    pub fn hold(&mut self, sync: u64, to: NodeId, message: M) {
        self.held.push((sync, to, message));
    }

    /// The sync to ask for now: `None` if there is nothing to sync, or one is under way.
    pub fn begin(&mut self) -> Option<(Areas, DiskToken)> {
        if self.issued > self.completed || self.dirty == Areas::default() {
            return None;
        }
        self.issued += 1;
        Some((std::mem::take(&mut self.dirty), DiskToken(self.issued)))
    }

    /// A sync is done.
    pub fn complete(&mut self, token: DiskToken) {
        assert_eq!(token.0, self.issued, "one sync is under way at a time");
        self.completed = token.0;
    }

    /// Takes out what waits for nothing any more, in the order in which it was held back.
    pub fn release(&mut self, mut send: impl FnMut(NodeId, M)) {
        let completed = self.completed;
        self.held.extract_if(.., |held| held.0 <= completed).for_each(|(_, to, message)| send(to, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_during_a_sync_waits_for_the_next() {
        let mut commits = GroupCommit::default();
        let released = |commits: &mut GroupCommit<u8>| {
            let mut released = Vec::new();
            commits.release(|_, message| released.push(message));
            released
        };
        commits.wrote(Area(1));
        commits.hold(commits.next_sync(), NodeId(0), 1);
        assert_eq!(commits.begin(), Some((Area(1).into(), DiskToken(1))));
        commits.wrote(Area(0));
        commits.hold(commits.next_sync(), NodeId(0), 2);
        assert_eq!((commits.begin(), released(&mut commits)), (None, vec![]));
        commits.complete(DiskToken(1));
        assert_eq!(
            (commits.begin(), released(&mut commits)),
            (Some((Area(0).into(), DiskToken(2))), vec![1])
        );
        commits.complete(DiskToken(2));
        assert_eq!((commits.begin(), released(&mut commits)), (None, vec![2]));
    }
}
