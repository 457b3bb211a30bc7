//! Leadership transfer (dissertation §3.10): a leader takes no more requests, brings the target's log up to date, and
//! tells it to campaign at once.
//!
//! The target is elected though others hear a leader, so that no lease of this leadership counts from then on: a
//! TimeoutNow may be late, and take effect when the leader has long resumed its work.

use crate::kernel::{Context, NodeId};
use crate::model::log::Term;
use crate::model::operation::{Objection, Progress as Answer};

use super::bugs;
use super::message::Message;
use super::roles::Role;
use super::{Raft, Timer};

/// A transfer under way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Transfer {
    /// The slot of who is to lead.
    to: usize,
    /// Whether it was told to campaign.
    is_told: bool,
}

impl Raft {
    /// An operator wants the server of slot `to` to lead; this one does.
    pub(super) fn begin_transfer(&mut self, cx: &mut impl Context<Self>, to: usize) -> Answer {
        if to == self.slot {
            return Answer::Done;
        }
        if !self.configuration().is_voter(to) {
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

    /// Tells the target to campaign once it holds the whole log, durably.
    pub(super) fn hand_over(&mut self, cx: &mut impl Context<Self>) {
        let last_index = self.log.last_index();
        let is_unchecked = self.has_bug(bugs::TRANSFER_UNCHECKED);
        let Role::Leader(leader) = &mut self.role else { return };
        let Some(transfer) = &mut leader.transfer else { return };
        let to = transfer.to;
        if transfer.is_told || (leader.followers[to].acknowledged < last_index && !is_unchecked) {
            return;
        }
        transfer.is_told = true;
        leader.gave_up_lease = true;
        cx.send(self.roster.node(to), Message::TimeoutNow { term: self.current_term });
    }

    pub(super) fn on_transfer_timeout(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &mut self.role else { return };
        leader.transfer_failed = leader.transfer.take().map(|transfer| transfer.to);
        self.pursue(cx);
    }

    /// Its leader wants this server to lead.
    pub(super) fn on_timeout_now(&mut self, cx: &mut impl Context<Self>, from: NodeId, term: Term) {
        let is_asked = term == self.current_term && self.leader == Some(from) && !self.is_leader();
        if is_asked && self.is_voter() && self.may_campaign() {
            self.campaign(cx, true);
        }
    }
}
