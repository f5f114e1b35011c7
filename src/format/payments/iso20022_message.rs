//! Reads the tokens of ISO 20022 documents: keeps the open elements and what is known of the message
//! that they belong to.

use super::iso20022_element::{Element, Kind};
use super::iso20022_frame::{Frame, ROOT};
use super::iso20022_party::{PartyFields, Qualified};
use super::iso20022_sides::{Group, Header, Role, Sides};
use super::markup::{Decoder, Token};
use super::value;
use crate::format::{At, Sink};
use crate::model::Cause;

#[path = "iso20022_values.rs"]
mod values;

/// Longer values are text only.
const MAX_VALUE: usize = 1 << 10;
/// Open elements that are kept; what is nested deeper is text only.
const MAX_DEPTH: usize = 512;
/// How many open elements an end tag may close at once.
const MAX_CLOSED: usize = 64;

/// The message that is being read.
struct Message {
    kind: Kind,
    /// How many elements are open around its root.
    depth: usize,
    sides: Sides,
    /// Pain and statements: the unit's bank, and the bank of the unit's own account.
    servicer: Group,
    account: Group,
    /// Details of the current statement entry.
    details: u64,
    /// Something of the current unit was read.
    open: bool,
}

/// Reads tokens into a sink.
pub(super) struct Reader {
    stack: Vec<Frame>,
    /// Elements open beyond those kept.
    beyond: u64,
    value: String,
    value_at: u64,
    /// No element began since the last start tag.
    leaf: bool,
    /// A tag stands before the text that comes next.
    fresh: bool,
    /// Markup did not end before the input did.
    broken: bool,
    header: Header,
    message: Option<Message>,
    party: PartyFields,
    clearing: Qualified,
    other: Qualified,
    /// The message or its header said when it was made.
    dated: bool,
}

/// Tells names apart; a chance match only closes an element early.
fn name_key(name: &[u8]) -> u64 {
    name.iter().fold(0xcbf2_9ce4_8422_2325, |key, &b| (key ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            stack: Vec::new(),
            beyond: 0,
            value: String::new(),
            value_at: 0,
            leaf: false,
            fresh: true,
            broken: false,
            header: Header::default(),
            message: None,
            party: PartyFields::default(),
            clearing: Qualified::default(),
            other: Qualified::default(),
            dated: false,
        }
    }

    /// No element is open.
    pub(super) fn is_outside(&self) -> bool {
        self.stack.is_empty() && self.beyond == 0
    }

    /// Takes the next token; false when the run was stopped.
    pub(super) fn token(&mut self, decoder: Decoder, at: u64, token: Token<'_>, sink: &mut Sink<'_>) -> bool {
        match token {
            Token::Start { name, attributes, empty } => {
                self.start(name, sink);
                if self.message.is_none() && self.top().element == Element::Unknown {
                    self.aside(decoder, name, at, sink);
                }
                if !attributes.is_empty() {
                    self.aside(decoder, attributes, at, sink);
                }
                if empty {
                    self.end(name, sink);
                }
            }
            Token::End(name) => {
                self.end(name, sink);
                return !(self.message.is_none() && sink.stopped());
            }
            Token::Text(text) | Token::Verbatim(text) => {
                let start = text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(text.len());
                let trimmed = text.trim_ascii();
                if trimmed.is_empty() {
                    return true;
                }
                if std::mem::take(&mut self.fresh) {
                    sink.border();
                }
                let skipped = if matches!(token, Token::Verbatim(_)) { 9 } else { 0 };
                let at = decoder.advance(at, start + skipped);
                if self.value.is_empty() {
                    self.value_at = at;
                }
                if skipped > 0 {
                    decoder.push(sink, trimmed, at);
                    if self.value.len() + trimmed.len() <= MAX_VALUE {
                        self.value.push_str(&decoder.decode(trimmed));
                    }
                } else {
                    decoder.character_data(sink, trimmed, at, &mut self.value, MAX_VALUE);
                }
            }
            Token::Aside(text) => self.aside(decoder, text, at, sink),
            Token::Broken(text) => {
                self.aside(decoder, text, at, sink);
                self.broken = true;
            }
        }
        true
    }

    /// The input ended.
    pub(super) fn finish(&mut self, len: usize, sink: &mut Sink<'_>) {
        if !self.stack.is_empty() || self.beyond > 0 || self.broken {
            let end = value::offset(len);
            sink.gap(end..end, Cause::Truncated, "the document ends inside its elements");
        }
        while !self.stack.is_empty() {
            self.pop(sink);
        }
        self.end_header(sink);
    }

    /// A business header whose document never came, or is held elsewhere.
    fn end_header(&mut self, sink: &mut Sink<'_>) {
        if !(self.header.from.is_empty() && self.header.to.is_empty()) {
            Sides::default().decide(&mut self.header, sink);
            sink.end_unit();
        }
    }

    fn aside(&mut self, decoder: Decoder, text: &[u8], at: u64, sink: &mut Sink<'_>) {
        sink.border();
        sink.text(&decoder.decode(text), At::Decoded(at));
        sink.border();
    }

    fn top(&self) -> Frame {
        self.stack.last().copied().unwrap_or(ROOT)
    }

    fn start(&mut self, name: &[u8], sink: &mut Sink<'_>) {
        self.leaf = true;
        self.fresh = true;
        self.value.clear();
        if self.stack.len() >= MAX_DEPTH {
            self.beyond = self.beyond.saturating_add(1);
            sink.payment_note("elements nested beyond any message");
            return;
        }
        let parent = self.top();
        let element = Element::of(name);
        let mut frame = Frame { element, name: name_key(name), ..parent };
        if self.message.is_none() {
            let kind = Kind::of(name);
            if parent.element == Element::Document || kind.is_some() {
                self.message = Some(Message {
                    kind: kind.unwrap_or(Kind::Other),
                    depth: self.stack.len(),
                    sides: Sides::default(),
                    servicer: Group::default(),
                    account: Group::default(),
                    details: 0,
                    open: false,
                });
                frame = Frame { network: parent.network, element: Element::Unknown, name: frame.name, ..ROOT };
            }
        }
        match element {
            Element::AppHdr if self.message.is_none() => self.end_header(sink),
            Element::NetworkHeader => {
                self.end_header(sink);
                self.header = Header::default();
                frame.network = true;
            }
            Element::Related | Element::Underlying | Element::Shadow => {
                frame.retold = true;
                frame.role = Role::None;
            }
            Element::GroupHeader => frame.group = true,
            Element::Organisation => frame.organisation = true,
            Element::Institution => frame.institution = true,
            Element::ClearingMember => self.clearing.clear(),
            Element::OtherIdentification => self.other.clear(),
            Element::Transaction if !frame.retold => {
                if let Some(message) = &mut self.message {
                    message.sides.transactions += 1;
                }
            }
            _ => {}
        }
        if matches!(
            element,
            Element::Debtor | Element::Creditor | Element::UltimateDebtor | Element::UltimateCreditor | Element::AccountOwner
        ) {
            self.party.clear();
            frame.organisation = false;
            frame.institution = false;
        }
        if frame.role == Role::Party && (frame.organisation || frame.institution) {
            self.party.is_organisation();
        }
        frame.role = frame.role_of(element, parent, self.message.as_ref().map(|m| m.kind));
        self.stack.push(frame);
    }

    fn end(&mut self, name: &[u8], sink: &mut Sink<'_>) {
        self.fresh = true;
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let key = name_key(name);
        match self.stack.iter().rev().take(MAX_CLOSED).position(|frame| frame.name == key) {
            Some(inner) => {
                if inner > 0 {
                    sink.payment_note("elements without an end tag");
                }
                (0..=inner).for_each(|_| self.pop(sink));
            }
            None => sink.payment_note("an end tag without its element"),
        }
    }

    fn pop(&mut self, sink: &mut Sink<'_>) {
        let Some(frame) = self.stack.pop() else { return };
        if std::mem::take(&mut self.leaf) && !self.value.is_empty() {
            let value = std::mem::take(&mut self.value);
            self.leaf_value(frame, value.trim(), sink);
            self.value = value;
        }
        self.value.clear();
        match frame.element {
            Element::ClearingMember => {
                if let Some((party, at)) = self.clearing.member() {
                    self.bank(party, at, frame, sink);
                }
            }
            Element::OtherIdentification => self.end_other(frame, sink),
            Element::Debtor | Element::Creditor | Element::UltimateDebtor | Element::UltimateCreditor | Element::AccountOwner => {
                self.party.end(sink)
            }
            Element::NetworkHeader => {
                self.end_header(sink);
                self.header = Header::default();
            }
            _ => self.end_part(frame.element, sink),
        }
        if self.message.as_ref().is_some_and(|m| m.depth == self.stack.len()) {
            self.end_message(sink);
        }
    }

    /// Ends a transaction, entry or unit.
    fn end_part(&mut self, element: Element, sink: &mut Sink<'_>) {
        let Some(message) = &mut self.message else { return };
        match (element, message.kind) {
            (Element::Transaction, _) => sink.entry(),
            (Element::EntryDetails, Kind::Statement) => {
                message.details += 1;
                sink.entry();
            }
            (Element::StatementEntry, Kind::Statement) => {
                let details = std::mem::take(&mut message.details);
                if details == 0 {
                    sink.entry();
                }
            }
            (Element::Statement, Kind::Statement)
            | (Element::PaymentInformation, Kind::CreditTransferInitiation | Kind::DirectDebitInitiation) => {
                self.end_unit(sink);
            }
            _ => {}
        }
    }

    /// Ends a statement or payment information: its servicer owns it, or who sends the statement, or the
    /// bank of its account.
    fn end_unit(&mut self, sink: &mut Sink<'_>) {
        let Some(message) = &mut self.message else { return };
        let mut owner = std::mem::take(&mut message.servicer);
        let account = std::mem::take(&mut message.account);
        message.open = false;
        let statement = matches!(message.kind, Kind::Statement | Kind::InitiationStatus);
        if owner.is_empty() && statement {
            owner.absorb_copy(self.header.sender());
        }
        if owner.is_empty() {
            owner.absorb_copy(&account);
        } else {
            account.face(&owner, sink);
        }
        self.header.sender().face(&owner, sink);
        self.header.receiver().face(&owner, sink);
        if owner.is_empty() {
            sink.payment_note("a statement or order that names no bank whose it is");
        }
        owner.own(sink);
        sink.end_unit();
    }

    fn end_message(&mut self, sink: &mut Sink<'_>) {
        let Some(message) = &mut self.message else { return };
        if message.kind == Kind::Other {
            std::mem::take(&mut message.sides).decide(&mut self.header, sink);
            sink.end_unit();
        } else if message.open {
            self.end_unit(sink);
        }
        if !std::mem::take(&mut self.dated) {
            sink.dated(None);
        }
        self.message = None;
        self.header.from = Group::default();
        self.header.to = Group::default();
    }

    fn end_other(&mut self, frame: Frame, sink: &mut Sink<'_>) {
        if frame.institution {
            if let Some((party, at)) = self.other.qualified_member() {
                self.bank(party, at, frame, sink);
            }
        } else if self.stack.last().is_some_and(|f| f.element == Element::PrivateIdentification)
            && let Some(element) = self.other.personal()
        {
            sink.element(element);
        }
        self.other.clear();
    }
}
