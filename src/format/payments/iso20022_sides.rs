//! Whose an ISO 20022 message is: the institutions of one message by their roles, and the rules that
//! make one of them its owner.

use crate::format::{Party, Seen, Sink};
use std::collections::BTreeMap;

/// Role of an institution in a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// Outside every role.
    #[default]
    None,
    /// Sender of the business application header.
    From,
    /// Receiver of the business application header.
    To,
    /// Sender of the network's envelope.
    NetworkFrom,
    /// Receiver of the network's envelope.
    NetworkTo,
    /// Instructing agent; of the whole message where it stands in the group header.
    Instructing { group: bool },
    /// Instructed agent.
    Instructed { group: bool },
    /// Debtor's agent.
    DebtorAgent { group: bool },
    /// Creditor's agent.
    CreditorAgent { group: bool },
    /// Servicer of a statement's account.
    Servicer,
    /// Servicer of another account.
    AccountServicer,
    /// Assigner of an investigation.
    Assigner,
    /// Assignee of an investigation.
    Assignee,
    /// Initiating party.
    Initiator,
    /// Any other institution.
    Agent,
    /// A debtor, creditor or account owner.
    Party,
    /// The account of a statement.
    OwnAccount,
    /// A debtor's account.
    DebtorAccount,
    /// A creditor's account.
    CreditorAccount,
    /// Any other account.
    OtherAccount,
}

/// Institutions in one role.
#[derive(Default)]
pub(super) struct Group(BTreeMap<Party, Tally>);

#[derive(Default)]
struct Tally {
    count: u64,
    offset: u64,
    /// Transactions in which it stands.
    transactions: u64,
    /// The last of them.
    last: u64,
}

impl Group {
    /// Adds an institution that stands in a transaction, counted from one; what stands before the first
    /// is said of all.
    pub(super) fn add(&mut self, party: Party, offset: u64, transaction: u64) {
        let tally = self.0.entry(party).or_insert(Tally { offset, ..Tally::default() });
        tally.count += 1;
        if transaction == 0 {
            tally.transactions = u64::MAX;
        } else if tally.last != transaction {
            tally.last = transaction;
            tally.transactions = tally.transactions.saturating_add(1);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, party: &Party) -> bool {
        self.0.contains_key(party)
    }

    fn shares(&self, other: &Self) -> bool {
        self.0.keys().any(|party| other.contains(party))
    }

    /// Both identify by a common scheme, and no identifier is the same.
    fn differs(&self, other: &Self) -> bool {
        !self.shares(other) && self.0.keys().any(|a| other.0.keys().any(|b| a.scheme == b.scheme))
    }

    /// Those that stand in every transaction.
    fn in_all(&mut self, transactions: u64) -> Self {
        let (all, some) = std::mem::take(&mut self.0).into_iter().partition(|(_, tally)| tally.transactions >= transactions);
        self.0 = some;
        Self(all)
    }

    fn absorb(&mut self, other: Self) {
        for (party, tally) in other.0 {
            let own = self.0.entry(party).or_insert(Tally { offset: tally.offset, ..Tally::default() });
            own.count += tally.count;
            own.transactions = own.transactions.saturating_add(tally.transactions);
        }
    }

    /// Takes over the institutions of another group, which keeps them.
    pub(super) fn absorb_copy(&mut self, other: &Self) {
        for (party, tally) in &other.0 {
            self.0.entry(party.clone()).or_insert(Tally { count: 1, offset: tally.offset, ..Tally::default() });
        }
    }

    fn give(self, mut to: impl FnMut(Party, Seen)) {
        self.0.into_iter().for_each(|(party, tally)| to(party, Seen { count: tally.count, offset: tally.offset }));
    }

    /// Hands each to the sink as an owner of the unit.
    pub(super) fn own(self, sink: &mut Sink<'_>) {
        self.give(|party, seen| sink.owner(party, seen));
    }

    /// Hands each to the sink as the unit's other side, but for those in `own`.
    pub(super) fn face(&self, own: &Self, sink: &mut Sink<'_>) {
        self.0.iter().filter(|(party, _)| !own.contains(party)).for_each(|(party, tally)| sink.other_side(party.clone(), tally.offset));
    }

    fn others(self, own: &Self, sink: &mut Sink<'_>) {
        self.give(|party, seen| {
            if !own.contains(&party) {
                sink.counterparty(party, seen);
            }
        });
    }
}

/// Header and envelope around a message.
#[derive(Default)]
pub(super) struct Header {
    pub from: Group,
    pub to: Group,
    pub network_from: Group,
    pub network_to: Group,
    /// The copy is the receiver's (`true`) or the sender's, where the envelope says so.
    pub received: Option<bool>,
}

impl Header {
    /// Sender and receiver: of the business header, else of the network's.
    fn ends(&mut self) -> (Group, Group) {
        let or = |a: &mut Group, b: &mut Group| std::mem::take(if a.is_empty() { b } else { a });
        (or(&mut self.from, &mut self.network_from), or(&mut self.to, &mut self.network_to))
    }

    /// The sender, without taking it.
    pub(super) fn sender(&self) -> &Group {
        if self.from.is_empty() { &self.network_from } else { &self.from }
    }

    /// The receiver, without taking it.
    pub(super) fn receiver(&self) -> &Group {
        if self.to.is_empty() { &self.network_to } else { &self.to }
    }
}

/// Institutions of a message between banks, by role.
#[derive(Default)]
pub(super) struct Sides {
    pub group_instructing: Group,
    pub group_instructed: Group,
    pub instructing: Group,
    pub instructed: Group,
    /// Debtor's and creditor's agents.
    pub ends: Group,
    pub assigner: Group,
    pub assignee: Group,
    pub account_servicer: Group,
    /// Transactions so far.
    pub transactions: u64,
}

impl Sides {
    /// Is it known already that the message is this institution's?
    pub(super) fn is_own(&self, party: &Party) -> bool {
        self.group_instructing.contains(party)
    }

    /// Decides and hands everybody to the sink.
    ///
    /// The sender of the business header or the instructing agent owns what is sent, the receiver or the
    /// instructed agent what was received. Received is: what the network's envelope says was delivered;
    /// what an infrastructure (a header's sender that is not the instructing agent) addresses to the
    /// instructed agent; and what names an instructed agent for the whole message, but an instructing
    /// agent per transaction only. A message that has only debtor's and creditor's agents leaves its side
    /// open: it is one of those that stand in all of its transactions.
    pub(super) fn decide(mut self, header: &mut Header, sink: &mut Sink<'_>) {
        let (from, to) = header.ends();
        // Only the instructed agent is named for all: an infrastructure's delivery.
        let delivery = self.group_instructing.is_empty() && !self.group_instructed.is_empty();
        let all = self.transactions;
        let of_all = |group: &mut Group, each: &mut Group| if group.is_empty() { each.in_all(all) } else { std::mem::take(group) };
        let instructing = of_all(&mut self.group_instructing, &mut self.instructing);
        let instructed = of_all(&mut self.group_instructed, &mut self.instructed);
        let received = match header.received {
            Some(received) => received,
            None if !from.is_empty() => from.differs(&instructing) && to.shares(&instructed),
            None => to.is_empty() && (delivery || instructing.is_empty() && !instructed.is_empty()),
        };
        let (mut sent_by, mut sent_to) = (from, to);
        let disputed = sent_by.differs(&instructing);
        if disputed && received {
            self.instructing.absorb(instructing);
        } else {
            if disputed {
                sink.payment_note("the header's sender is not the instructing agent");
            }
            sent_by.absorb(instructing);
        }
        if sent_to.differs(&instructed) {
            self.instructed.absorb(instructed);
        } else {
            sent_to.absorb(instructed);
        }
        let (mut own, mut other) = if received { (sent_to, sent_by) } else { (sent_by, sent_to) };
        let mut either = Group::default();
        if own.is_empty() && other.is_empty() && self.instructing.is_empty() {
            own = std::mem::take(&mut self.assigner);
            other = std::mem::take(&mut self.assignee);
            if own.is_empty() {
                std::mem::swap(&mut own, &mut other);
            }
        }
        if own.is_empty() {
            either = if !other.is_empty() {
                other
            } else if !self.instructing.is_empty() {
                std::mem::take(&mut self.instructing)
            } else if !self.ends.is_empty() {
                let in_all = self.ends.in_all(self.transactions);
                if in_all.is_empty() { std::mem::take(&mut self.ends) } else { in_all }
            } else {
                std::mem::take(&mut self.account_servicer)
            };
            other = Group::default();
            sink.payment_note(if either.is_empty() {
                "a message that names no institution whose it is"
            } else {
                "a message that leaves its side open"
            });
        }
        other.face(&own, sink);
        for group in [self.instructing, self.instructed, self.ends, self.assigner, self.assignee, self.account_servicer] {
            group.others(&own, sink);
        }
        own.own(sink);
        either.give(|party, seen| sink.either(party, seen));
    }
}
