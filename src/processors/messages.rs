//! What messages cost the cores of who sends and who receives them.

use crate::kernel::{Duration, Message};

/// The work that a message is to who receives and to who sends it, as in Ailijiang, Charapko and Demirbas 2019 (§3.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MessageCost {
    /// For each message received, before it is handled.
    pub receive: Duration,
    /// For each message sent, before it leaves.
    pub send: Duration,
}

/// The work that messages are, by their kinds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MessageCosts {
    /// Of a message of any kind that has no cost of its own.
    pub any: MessageCost,
    /// For each byte received or sent, on top.
    pub byte: Duration,
    /// Of kinds that have a cost of their own ([`Message::kind`]).
    pub of_kind: Vec<(u16, MessageCost)>,
}

impl MessageCosts {
    /// Whether messages are no work at all.
    pub fn is_free(&self) -> bool {
        let is_free = |cost: MessageCost| cost == MessageCost::default();
        self.byte == Duration::ZERO
            && is_free(self.any)
            && self.of_kind.iter().all(|(_, cost)| is_free(*cost))
    }

    /// The work of receiving this message; `None` if receiving one of its kind is never any.
    pub fn receiving(&self, message: &impl Message) -> Option<Duration> {
        self.with_bytes(self.of(message).receive, message)
    }

    /// The work of sending this message; `None` if sending one of its kind is never any.
    pub fn sending(&self, message: &impl Message) -> Option<Duration> {
        self.with_bytes(self.of(message).send, message)
    }

    fn of(&self, message: &impl Message) -> MessageCost {
        if self.of_kind.is_empty() {
            return self.any;
        }
        let kind = message.kind();
        self.of_kind.iter().find(|(own, _)| *own == kind).map_or(self.any, |(_, cost)| *cost)
    }

    fn with_bytes(&self, each: Duration, message: &impl Message) -> Option<Duration> {
        let of_bytes = match self.byte {
            Duration::ZERO => Duration::ZERO,
            byte => Duration(byte.0.saturating_mul(message.size().into())),
        };
        let is_any = each > Duration::ZERO || self.byte > Duration::ZERO;
        is_any.then(|| Duration(each.0.saturating_add(of_bytes.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of a kind and a size.
    #[derive(Clone)]
    struct Parcel(u16, u32);

    impl Message for Parcel {
        const NAMES: &'static [&'static str] = &["light", "heavy"];

        fn kind(&self) -> u16 {
            self.0
        }

        fn size(&self) -> u32 {
            self.1
        }
    }

    #[test]
    fn a_message_costs_by_itself_and_by_its_bytes() {
        let any = MessageCost { receive: Duration(100), send: Duration::ZERO };
        let costs = MessageCosts { any, ..MessageCosts::default() };
        let of = |costs: &MessageCosts, message: Parcel| (costs.receiving(&message), costs.sending(&message));
        assert_eq!(of(&costs, Parcel(0, 9)), (Some(Duration(100)), None));
        let costs = MessageCosts { byte: Duration(2), ..costs };
        assert_eq!(of(&costs, Parcel(0, 9)), (Some(Duration(118)), Some(Duration(18))));
        assert_eq!(of(&costs, Parcel(0, 0)).1, Some(Duration::ZERO), "it waits for its turn all the same");
        let free = MessageCosts::default();
        assert!(free.is_free() && free.receiving(&Parcel(0, u32::MAX)).is_none());
    }

    #[test]
    fn a_kind_has_costs_of_its_own() {
        let heavy = MessageCost { receive: Duration::ZERO, send: Duration(7) };
        let any = MessageCost { receive: Duration(1), send: Duration(1) };
        let costs = MessageCosts { any, of_kind: vec![(1, heavy)], byte: Duration::ZERO };
        assert_eq!(costs.sending(&Parcel(1, 0)), Some(Duration(7)));
        assert_eq!(costs.receiving(&Parcel(1, 0)), None, "its own cost stands in place of the others'");
        assert_eq!(costs.sending(&Parcel(0, 0)), Some(Duration(1)));
        let only_heavy = MessageCosts { any: MessageCost::default(), ..costs };
        assert!(!only_heavy.is_free() && only_heavy.sending(&Parcel(0, 0)).is_none());
    }
}
