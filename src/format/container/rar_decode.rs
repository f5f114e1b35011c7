//! Compressed members of RAR, decoded by the crate `rars`, which pushes what it decodes: a member is held until it is
//! whole, and handed on.

use crate::format::Sink;
use crate::model::Cause;
use rars::{
    ArchiveMember, ArchiveReadOptions, ArchiveReader, Error, ErrorKind, ExtractionDecision, ExtractionErrorAction, ExtractionOutcome,
};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::rc::Rc;

/// The largest member that is held.
const LARGEST: u64 = 512 << 20;
/// Dictionaries up to this size are kept; version 7 can state 64 GiB.
const DICTIONARY: u64 = 256 << 20;
/// Held in pieces, so that growing copies nothing.
const PIECE: usize = 1 << 20;

/// A member that is to be decoded.
pub(super) struct Packed<'a> {
    pub name: &'a [u8],
    pub data: Range<u64>,
    pub size: u64,
}

/// Decodes members, which are in the order of the archive. Those that cannot be decoded are gaps, each by its name.
pub(super) fn members(bytes: &[u8], wanted: &[Packed<'_>], sink: &mut Sink<'_>) {
    let options = ArchiveReadOptions::new()
        .with_max_header_count(sink.limits().entries.saturating_mul(2))
        .with_max_member_output_bytes(LARGEST)
        .with_rar50_dictionary_size_limit(DICTIONARY);
    let decoding = RefCell::new(Decoding { wanted, next: 0, at_hand: None, sink });
    let result = ArchiveReader::read_with_options(bytes, options).and_then(|archive| {
        archive.extract_with_control_and_errors(
            options,
            |member| Ok(decoding.borrow_mut().begin(member)),
            |_, error| {
                decoding.borrow_mut().end(Some(error));
                Ok(ExtractionErrorAction::Continue)
            },
        )
    });
    let mut decoding = decoding.into_inner();
    match result {
        // What was interrupted is thrown away.
        Ok(ExtractionOutcome::Stopped) => {}
        Ok(ExtractionOutcome::Complete) => {
            decoding.end(None);
            decoding.rest(Cause::Corrupt, "the member was not met again when the archive was decoded");
        }
        Err(error) => {
            decoding.end(Some(&error));
            decoding.rest(cause_of(&error), &format!("compressed by RAR, and not decoded: {error}"));
        }
    }
}

struct Decoding<'d, 's> {
    wanted: &'d [Packed<'d>],
    /// The first of them that was not met yet.
    next: usize,
    /// The member that is being decoded, and its bytes so far.
    at_hand: Option<(usize, Rc<RefCell<Pieces>>)>,
    sink: &'d mut Sink<'s>,
}

impl Decoding<'_, '_> {
    fn begin(&mut self, member: &ArchiveMember) -> ExtractionDecision {
        self.end(None);
        if self.sink.stopped() {
            return ExtractionDecision::Stop;
        }
        if member.meta.is_stored || member.meta.is_directory || member.meta.is_encrypted {
            return ExtractionDecision::Skip;
        }
        let (packed, size) = (member.meta.packed_size, member.meta.unpacked_size);
        let is_it = |wanted: &Packed<'_>| wanted.data.end - wanted.data.start == packed && wanted.size == size;
        let Some(skipped) = self.wanted[self.next..].iter().position(is_it) else { return ExtractionDecision::Skip };
        self.pass(skipped, Cause::Corrupt, "the member was not met again when the archive was decoded");
        let pieces = Rc::new(RefCell::new(Pieces::default()));
        self.at_hand = Some((self.next, pieces.clone()));
        self.next += 1;
        ExtractionDecision::Extract(Box::new(Held(pieces)))
    }

    /// The member at hand has ended; it is handed on, with what was decoded before an error.
    fn end(&mut self, error: Option<&Error>) {
        let Some((number, pieces)) = self.at_hand.take() else { return };
        let Packed { name, data, .. } = &self.wanted[number];
        let mut pieces = pieces.take();
        pieces.error = error.map(|error| (cause_of(error), error.to_string()));
        match pieces.error.take_if(|_| pieces.held.is_empty()) {
            Some((cause, detail)) => self.sink.unread_member(name, data.clone(), self.wanted[number].size, cause, detail),
            None => _ = self.sink.member(name, data.clone(), &mut pieces),
        }
    }

    /// So many members ahead were not decoded.
    fn pass(&mut self, count: usize, cause: Cause, detail: &str) {
        for packed in &self.wanted[self.next..self.next + count] {
            self.sink.unread_member(packed.name, packed.data.clone(), packed.size, cause, detail);
        }
        self.next += count;
    }

    fn rest(&mut self, cause: Cause, detail: &str) {
        self.pass(self.wanted.len() - self.next, cause, detail);
    }
}

fn cause_of(error: &Error) -> Cause {
    match error.kind() {
        ErrorKind::PasswordRequired | ErrorKind::BadPassword => Cause::Encrypted,
        ErrorKind::UnsupportedFormat | ErrorKind::UnsupportedFeature => Cause::UnsupportedMethod,
        ErrorKind::ResourceLimit => Cause::LimitSize,
        // The crate's list may grow; whatever it is, the member is not whole.
        _ => Cause::Corrupt,
    }
}

/// Decoded bytes, read as they were written.
#[derive(Default)]
struct Pieces {
    held: VecDeque<Vec<u8>>,
    /// Bytes of the first piece that were read.
    read: usize,
    error: Option<(Cause, String)>,
}

struct Held(Rc<RefCell<Pieces>>);

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let held = &mut self.0.borrow_mut().held;
        match held.back_mut().filter(|last| last.len() + bytes.len() <= PIECE) {
            Some(last) => last.extend_from_slice(bytes),
            None => {
                let mut piece = Vec::with_capacity(PIECE.min(bytes.len().max(4 << 10)));
                piece.extend_from_slice(bytes);
                held.push_back(piece);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(first) = self.held.front() {
            let n = (&first[self.read..]).read(out)?;
            self.read += n;
            if n > 0 || out.is_empty() {
                return Ok(n);
            }
            self.held.pop_front();
            self.read = 0;
        }
        match self.error.take() {
            Some((cause, detail)) => {
                let kind = if cause == Cause::UnsupportedMethod { io::ErrorKind::Unsupported } else { io::ErrorKind::InvalidData };
                Err(io::Error::new(kind, detail))
            }
            None => Ok(0),
        }
    }
}
