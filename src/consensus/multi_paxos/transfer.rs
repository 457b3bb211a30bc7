//! Leadership transfer (as Raft: Ongaro 2014, §3.10): a leader takes no more commands, waits until the target has accepted
//! all that was proposed, and tells it to prepare a ballot of its own at once.
//!
//! Nothing hangs on the waiting but time: whoever leads finds out what is chosen. The others promise though they hear a
//! leader, so that no lease of this leadership counts from then on: a TimeoutNow may be late, and take effect when the leader
//! has long resumed its work.

use crate::kernel::{Context, NodeId};
use crate::model::log::Term;
use crate::model::operation::{Objection, Progress as Answer};

use super::message::Message;
use super::roles::Role;
use super::{MultiPaxos, Timer};

/// A transfer under way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Transfer {
    /// The slot of who is to lead.
    to: usize,
    /// Whether it was told to campaign.
    is_told: bool,
}

impl MultiPaxos {
    /// An operator wants the server of slot `to` to lead; this one does.
    pub(super) fn begin_transfer(&mut self, cx: &mut impl Context<Self>, to: usize) -> Answer {
        if to == self.slot {
            return Answer::Done;
        }
        if !self.reign.in_force.configuration.is_voter(to) {
            return Answer::Refused(Objection::NotAVoter);
        }
        let timeout = self.options.election_timeout_min();
        let Role::Leader(leader) = &mut self.role else { unreachable!("the caller leads") };
        if leader.transfer_failed.take() == Some(to) {
            return Answer::Refused(Objection::TooSlow);
        }
        if leader.transfer.is_none() {
            leader.transfer = Some(Transfer { to, is_told: false });
            // One that is not done within an election timeout is given up, so that clients wait no longer than that.
            cx.arm(Timer::Transfer, timeout);
            self.hand_over(cx);
        }
        Answer::Working
    }

    /// Tells the target to campaign once it has accepted all that was proposed, durably.
    pub(super) fn hand_over(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &mut self.role else { return };
        let last_index = leader.campaign.queue.end().previous();
        let Some(transfer) = &mut leader.transfer else { return };
        let to = transfer.to;
        if transfer.is_told || leader.followers[to].through < last_index {
            return;
        }
        transfer.is_told = true;
        leader.gave_up_lease = true;
        cx.send(self.roster.node(to), Message::TimeoutNow { ballot: self.promised });
    }

    pub(super) fn on_transfer_timeout(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &mut self.role else { return };
        leader.transfer_failed = leader.transfer.take().map(|transfer| transfer.to);
        self.pursue(cx);
    }

    /// Its leader wants this server to lead.
    pub(super) fn on_timeout_now(&mut self, cx: &mut impl Context<Self>, from: NodeId, ballot: Term) {
        let is_asked = ballot == self.promised && self.leader == Some(from) && !self.is_leader();
        if is_asked && self.may_campaign() {
            self.campaign(cx, true);
        }
    }
}
