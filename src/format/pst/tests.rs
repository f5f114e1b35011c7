//! Stores made by hand: one page for each tree, small heaps, an attachment in several blocks.

use super::*;
use crate::format::mapi::{self, kind};
use crate::format::testing::read_with;
use proptest::prelude::*;

const PAGE: usize = 512;

struct Writer {
    bytes: Vec<u8>,
    encoding: Encoding,
    blocks: Vec<(u64, u64, u16)>,
    nodes: Vec<(u32, u64, u64, u32)>,
    next: u64,
}

impl Writer {
    fn new(encoding: Encoding) -> Self {
        Self { bytes: vec![0; 1024], encoding, blocks: Vec::new(), nodes: Vec::new(), next: 4 }
    }

    fn stored(&mut self, id: u64, mut bytes: Vec<u8>) -> u64 {
        if id & 2 == 0 {
            encoding::tests::encode(self.encoding, &mut bytes, id);
        }
        let start = self.bytes.len() as u64;
        self.blocks.push((id, start, bytes.len() as u16));
        let end = (self.bytes.len() + bytes.len() + 16).next_multiple_of(64);
        self.bytes.extend(bytes);
        self.bytes.resize(end, 0);
        id
    }

    fn data(&mut self, bytes: Vec<u8>) -> u64 {
        self.next += 4;
        self.stored(self.next, bytes)
    }

    /// A block that refers to others, or names nodes.
    fn internal(&mut self, bytes: Vec<u8>) -> u64 {
        self.next += 4;
        self.stored(self.next | 2, bytes)
    }

    fn long_data(&mut self, bytes: &[u8]) -> u64 {
        let ids: Vec<u64> = bytes.chunks(1000).map(|piece| self.data(piece.to_vec())).collect();
        let mut block = vec![1, 1];
        block.extend((ids.len() as u16).to_le_bytes());
        block.extend((bytes.len() as u32).to_le_bytes());
        ids.iter().for_each(|id| block.extend(id.to_le_bytes()));
        self.internal(block)
    }

    fn subnodes(&mut self, nodes: &[(u32, u64, u64)]) -> u64 {
        let mut block = vec![2, 0];
        block.extend((nodes.len() as u16).to_le_bytes());
        block.extend([0; 4]);
        for (id, data, subnodes) in nodes {
            block.extend([u64::from(*id), *data, *subnodes].map(u64::to_le_bytes).concat());
        }
        self.internal(block)
    }

    fn finish(mut self) -> Vec<u8> {
        let page = |kind: u8, width: u8, entries: &[Vec<u8>]| {
            let mut page = entries.concat();
            assert!(page.len() <= 488);
            page.resize(488, 0);
            page.extend([entries.len() as u8, 20, width, 0, 0, 0, 0, 0, kind, kind]);
            page.resize(PAGE, 0);
            page
        };
        let words = |words: &[u64]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        self.blocks.sort_unstable();
        let blocks: Vec<_> = self.blocks.iter().map(|(id, at, length)| words(&[*id, *at, u64::from(*length) | 2 << 16])).collect();
        self.nodes.sort_unstable();
        let nodes: Vec<_> =
            self.nodes.iter().map(|(id, data, sub, parent)| words(&[u64::from(*id), *data, *sub, u64::from(*parent)])).collect();
        let at = self.bytes.len().next_multiple_of(PAGE);
        self.bytes.resize(at, 0);
        self.bytes.extend(page(0x80, 24, &blocks));
        self.bytes.extend(page(0x81, 32, &nodes));
        self.bytes[..4].copy_from_slice(b"!BDN");
        self.bytes[8..12].copy_from_slice(b"SM\x17\0");
        self.bytes[224..232].copy_from_slice(&((at + PAGE) as u64).to_le_bytes());
        self.bytes[240..248].copy_from_slice(&(at as u64).to_le_bytes());
        self.bytes[513] = match self.encoding {
            Encoding::Plain => 0,
            Encoding::Permuted => 1,
            Encoding::Cyclic => 2,
        };
        self.bytes
    }
}

fn heap_of(signature: u8, items: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![0, 0, 0xEC, signature, 0x20, 0, 0, 0, 0, 0, 0, 0];
    let mut borders = vec![out.len() as u16];
    for item in items {
        out.extend(item);
        borders.push(out.len() as u16);
    }
    let map = out.len() as u16;
    out[..2].copy_from_slice(&map.to_le_bytes());
    out.extend([(items.len() as u16).to_le_bytes(), [0, 0]].concat());
    borders.iter().for_each(|border| out.extend(border.to_le_bytes()));
    out
}

enum Given<'v> {
    Item(&'v [u8]),
    Node(u32),
}

fn properties(list: &[(u16, u16, Given<'_>)]) -> Vec<u8> {
    let mut items = vec![vec![0xB5, 2, 6, 0, 0x40, 0, 0, 0], Vec::new()];
    for (number, kind, value) in list {
        let reference = match value {
            Given::Item(bytes) => {
                items.push(bytes.to_vec());
                (items.len() as u32) << 5
            }
            Given::Node(id) => *id,
        };
        let record = [&number.to_le_bytes()[..], &kind.to_le_bytes(), &reference.to_le_bytes()].concat();
        items[1].extend(record);
    }
    heap_of(0xBC, &items)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

const ATTACHED: &[u8] = b"routing,account\n021000021,4471\n";

fn store(encoding: Encoding) -> Vec<u8> {
    let mut writer = Writer::new(encoding);
    let folder = writer.data(properties(&[(mapi::NAME, kind::STRING, Given::Item(&utf16("Inbox/2024")))]));
    let long = writer.long_data(&ATTACHED.repeat(100));
    let attachment = writer.data(properties(&[
        (mapi::ATTACHED_DATA, kind::BINARY, Given::Node(0x105)),
        (mapi::ATTACHED_LONG_NAME, kind::STRING, Given::Item(&utf16("a \"list\".csv"))),
    ]));
    let inside = writer.subnodes(&[(0x105, long, 0)]);
    let recipients = writer.data(heap_of(0x7C, &[vec![7; 30], utf16("ops@cedarbank.example")]));
    let nodes = writer.subnodes(&[(0x25, attachment, inside), (RECIPIENTS, recipients, 0)]);
    let message = writer.data(properties(&[
        (mapi::SUBJECT, kind::STRING, Given::Item(&utf16("\u{1}\u{5}RE: wires"))),
        (mapi::BODY, kind::STRING, Given::Item(&utf16("Wires of First State Bank"))),
        (mapi::BODY_HTML, kind::BINARY, Given::Item(b"<p>Nowhere <b>Na</b>tional</p>")),
    ]));
    let _orphan = writer.data(b"Orphaned words of Alder Savings Bank".to_vec());
    writer.nodes.push((0x122, folder, 0, 0x122));
    writer.nodes.push((0x2004, message, nodes, 0x122));
    writer.finish()
}

const RECIPIENTS: u32 = 0x692;

struct Seen {
    members: Vec<(String, Vec<u8>)>,
    told: bool,
    is_covered: bool,
}

fn seen(bytes: &[u8]) -> Seen {
    read_with(read, bytes, |sink, out| {
        let names = sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned());
        Seen {
            members: names.zip(out.members.lock().unwrap().iter().cloned()).collect(),
            told: !sink.gaps.is_empty() || sink.members.iter().any(|m| m.defect.is_some()),
            is_covered: sink
                .coverage
                .clone()
                .partition(bytes.len() as u64)
                .iter()
                .all(|(range, covered)| covered.is_some() || !has_bytes(bytes, range)),
        }
    })
}

#[test]
fn messages_are_read_with_their_attachments() {
    for encoding in [Encoding::Plain, Encoding::Permuted, Encoding::Cyclic] {
        let bytes = store(encoding);
        assert!((FORMAT.recognise)(&Probe::new(&bytes)));
        let seen = seen(&bytes);
        assert!(!seen.told && seen.is_covered, "{encoding:?}");
        let (name, message) = &seen.members[0];
        assert_eq!(name, "Inbox 2024/RE: wires-2004.eml");
        let (text, files) = read_with(crate::format::mail::EML.read, message, |sink, out| {
            let names: Vec<_> = sink.members.iter().map(|m| String::from_utf8_lossy(&m.name).into_owned()).collect();
            (out.text(), names.into_iter().zip(out.members.lock().unwrap().clone()).collect::<Vec<_>>())
        });
        for wanted in ["RE: wires", "Wires of First State Bank", "Nowhere National", "ops@cedarbank.example"] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        assert_eq!(files, [("a \"list\".csv".to_owned(), ATTACHED.repeat(100))]);
        let orphans = &seen.members.iter().find(|(name, _)| name == "[other blocks]").unwrap().1;
        assert!(memchr::memmem::find(orphans, b"Alder Savings Bank").is_some());
    }
}

#[test]
fn a_damaged_store_still_gives_its_text() {
    for broken in [0xF0, 0x201] {
        // The place of a tree, or the encoding, makes no sense.
        let mut bytes = store(Encoding::Permuted);
        bytes[broken] = 0xEE;
        let seen = seen(&bytes);
        let all: Vec<u8> = seen.members.into_iter().flat_map(|(_, content)| content).collect();
        assert!(seen.told && memchr::memmem::find(&all, &utf16("First State Bank")).is_some(), "byte {broken:#x}");
    }
}

#[test]
fn what_is_cut_off_says_so() {
    let bytes = store(Encoding::Permuted);
    for cut in (12..bytes.len() - 1).step_by(61) {
        assert!(seen(&bytes[..cut]).told, "cut at {cut}");
    }
}

proptest! {
    #[test]
    fn flipped_bytes_do_no_harm(at in 0usize..8192, to in any::<u8>()) {
        let mut bytes = store(Encoding::Permuted);
        let at = at % bytes.len();
        bytes[at] = to;
        prop_assert!(seen(&bytes).is_covered);
    }
}
