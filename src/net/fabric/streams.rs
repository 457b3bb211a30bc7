//! The same links for streams: what is lost is sent again, and nothing overtakes.

use super::{Fabric, Traffic};
use crate::kernel::{Duration, Message, NodeId, Time};
use crate::net::backlog::{Stalled, State};
use crate::net::draw::{Draw, Step};
use crate::net::impair::Conditions;
use crate::net::links::Link;
use crate::net::profile::Profile;
use crate::net::{Counters, DropReason, Schedule};

/// First retransmission timeout of a stream: the lower bound that Linux uses (`TCP_RTO_MIN`).
const RETRANSMIT_AFTER: Duration = Duration::from_millis(200);
/// Retransmissions double their distance this often and then keep it.
const RETRANSMIT_DOUBLINGS: u32 = 8;
/// After this many a message that the link itself loses is given up: the upper bound that Linux uses (`tcp_retries2`). What a
/// fault takes or blocks is tried for as long as that lasts.
const RETRANSMISSIONS_MAX: u32 = 15;

/// The timeout after a message was sent so often in vain.
pub(super) fn timeout(sent: u32) -> Duration {
    RETRANSMIT_AFTER * (1 << sent.saturating_sub(1).min(RETRANSMIT_DOUBLINGS))
}

impl<M: Message> Fabric<M> {
    /// Its own function: in one with the other, what each keeps at hand would be in the way of the other's.
    #[inline(never)]
    pub(super) fn pass_on_stream(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        from: NodeId,
        to: NodeId,
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let epoch = sender.incarnation + receiver.incarnation;
        let epoch = if conditions.may_have_reset() { epoch + self.resets_between(from, to) } else { epoch };
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        if conditions.is_new() {
            counters.count_sent(message.size());
        }
        let draw = Draw::new(self.keyed, sender.link_to(receiver), now, burst.next(now, to));
        let link = links.get(to);
        if link.is_stalled(epoch) {
            return self.pass_behind(conditions, now, draw, from, to, message);
        }
        let way = self.sites.link(sender.site, receiver.site).filter(|_| !conditions.cut());
        let found = attempt(way, &mut conditions, now, || draw, || message.size(), link, counters);
        match found {
            Attempt::Arrives(at) => schedule.deliver(link.in_order(epoch, at), from, to, epoch, message),
            Attempt::GivenUp(reason) => counters.drop_one(reason),
            Attempt::Lost | Attempt::Blocked => {
                link.stall(epoch);
                self.backlog.stall(
                    from,
                    to,
                    message,
                    State::Missing { sent: 1 },
                    matches!(found, Attempt::Lost),
                );
                schedule.retransmit(now + timeout(1), from, to, epoch);
            }
        }
    }

    /// A stream keeps its order: behind a message that waits for its way this one waits at its sender, behind one that was
    /// lost it travels, and waits where it arrives.
    #[cold]
    fn pass_behind(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        draw: Draw,
        from: NodeId,
        to: NodeId,
        message: M,
    ) {
        if !self.backlog.is_open(from, to) {
            self.backlog.queue(from, to, message, State::Missing { sent: 0 });
            return;
        }
        let [sender, receiver] = [from, to].map(|node| self.addresses[node.index()].site);
        let way = self.sites.link(sender, receiver).filter(|_| !conditions.cut());
        let Traffic { counters, links, .. } = &mut self.traffic[from.index()];
        let link = links.get(to);
        let found = attempt(way, &mut conditions, now, || draw, || message.size(), link, counters);
        self.backlog.queue(from, to, message, found.state());
    }

    /// Whether the stream from `from` to `to` can try again now: not if `epoch` has passed, and not if it is dead; that may
    /// be noticed now.
    pub(super) fn may_retransmit(&mut self, now: Time, from: NodeId, to: NodeId, epoch: u32) -> bool {
        if epoch != self.epoch(from, to) {
            return false;
        }
        let Some(noticed) = self.backlog.dead_until(from, to) else { return true };
        if noticed <= now {
            self.traffic[from.index()].links.get(to).recover();
            self.drop_backlog(|one, other| (one, other) == (from, to));
        }
        false
    }

    /// The stream from `from` to `to` sends what is missing, in order, until the way is blocked again, and what nothing is
    /// missing before any more arrives. Nothing if `epoch` has passed: that stream was reset.
    pub(in crate::net) fn retransmit(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        from: NodeId,
        to: NodeId,
        epoch: u32,
        schedule: &mut impl Schedule<M>,
    ) {
        if !self.may_retransmit(now, from, to, epoch) {
            return;
        }
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let name = sender.link_to(receiver);
        let way = self.sites.link(sender.site, receiver.site);
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        let link = links.get(to);
        let stalled = self.backlog.stalled(from, to).expect("a stream that tries again has stalled");
        let mut is_open = true;
        for number in stalled.numbers_missing() {
            let (message, sent) = stalled.send(number);
            counters.retransmitted += u64::from(sent > 1);
            let way = way.filter(|_| !conditions.cut() && !conditions.clog());
            let draw = || Draw::new(self.keyed, name, now, burst.next(now, to));
            let found = attempt(way, &mut conditions, now, draw, || message.size(), link, counters);
            match found {
                Attempt::Arrives(_) | Attempt::GivenUp(_) => stalled.set(number, found.state()),
                Attempt::Lost => {}
                Attempt::Blocked => {
                    is_open = false;
                    break;
                }
            }
        }
        stalled.open(is_open);
        release(stalled, link, counters, now, (from, to), epoch, schedule);
        match stalled.sent() {
            Some(sent) => schedule.retransmit(now + timeout(sent), from, to, epoch),
            None => {
                link.recover();
                self.backlog.recovered(from, to);
            }
        }
    }
}

/// What a stalled stream holds and nothing is missing before any more arrives, in order.
pub(super) fn release<M: Message>(
    stalled: &mut Stalled<M>,
    link: &mut Link,
    counters: &mut Counters,
    now: Time,
    (from, to): (NodeId, NodeId),
    epoch: u32,
    schedule: &mut impl Schedule<M>,
) {
    while let Some((message, found)) = stalled.take() {
        match found {
            Ok(at) => schedule.deliver(link.in_order(epoch, at.max(now)), from, to, epoch, message),
            Err(reason) => counters.drop_one(reason),
        }
    }
}

/// What one attempt to send a stream's message comes to.
#[derive(Clone, Copy)]
enum Attempt {
    /// It arrives then, if nothing before it is missing.
    Arrives(Time),
    /// The link itself has lost it too often.
    GivenUp(DropReason),
    /// A fault took it on its way: the next attempt may come when that is over.
    Lost,
    /// There is no way, or its buffer is full.
    Blocked,
}

impl Attempt {
    /// How far a message of a stalled stream has come with it, if it was the first.
    fn state(self) -> State {
        match self {
            Attempt::Arrives(at) => State::Arrives(at),
            Attempt::GivenUp(reason) => State::GivenUp(reason),
            Attempt::Lost => State::Missing { sent: 1 },
            Attempt::Blocked => State::Missing { sent: 0 },
        }
    }
}

/// Sends a stream's message over `way` now.
#[inline(always)]
fn attempt(
    way: Option<(Duration, &Profile)>,
    conditions: &mut impl Conditions,
    now: Time,
    draw: impl FnOnce() -> Draw,
    size: impl Fn() -> u32,
    link: &mut Link,
    counters: &mut Counters,
) -> Attempt {
    let Some((delay, profile)) = way else { return Attempt::Blocked };
    let Some(departure) = profile.transmit(conditions, now, size, || link) else { return Attempt::Blocked };
    let draw = draw();
    if conditions.harm(draw).is_some() {
        return Attempt::Lost;
    }
    match lateness(profile, conditions, draw, counters) {
        Ok(later) => Attempt::Arrives(departure + delay + later),
        Err(reason) => Attempt::GivenUp(reason),
    }
}

/// How much later than its base delay a stream's message arrives once it has left, or why it is given up. Each time that the
/// link itself loses it costs a timeout, twice as long as the one before; what follows is not held up at the sender, but is
/// not delivered before it.
#[inline(always)]
pub(super) fn lateness(
    profile: &Profile,
    conditions: &impl Conditions,
    draw: Draw,
    counters: &mut Counters,
) -> Result<Duration, DropReason> {
    let mut later = Duration::ZERO;
    let mut attempt = 0;
    while profile.loses(draw, attempt) {
        if attempt == RETRANSMISSIONS_MAX {
            return Err(DropReason::Loss);
        }
        later += RETRANSMIT_AFTER * (1 << attempt.min(RETRANSMIT_DOUBLINGS));
        attempt += 1;
        counters.retransmitted += 1;
    }
    if let Some(more) = conditions.delay(draw) {
        counters.delayed += 1;
        later += more;
    }
    Ok(later + profile.jitter(draw, Step::Jitter))
}
