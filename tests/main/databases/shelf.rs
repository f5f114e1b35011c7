use ruleout::format::{Child, Limits, Outlet, Probe, Sink, detect, scan};
use ruleout::model::{Cause, ContentId};
use ruleout::passage::{Passage, PassageKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::sync::Mutex;

/// One table as it was read.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub name: String,
    pub header: Vec<String>,
    /// Its rows as text; those that fill passages by themselves are left out.
    pub rows: Vec<Vec<String>>,
    /// How many rows were counted.
    pub counted: u64,
}

/// What reading one content gave.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub format: &'static str,
    pub tables: Vec<Table>,
    pub text: String,
    pub members: Vec<String>,
    pub gaps: Vec<String>,
    /// Bytes read, scanned, opaque, structure, of members, and gap.
    pub bytes: [u64; 6],
    /// Where the bytes of gaps stand.
    pub gap_ranges: Vec<Range<u64>>,
    pub notes: Vec<String>,
}

/// Reads a content and what is in it, as the crawler does: what a reader leaves is scanned.
#[derive(Default)]
pub struct Shelf {
    passages: Mutex<Vec<Passage>>,
    /// What was found in members, by their content.
    members: Mutex<BTreeMap<Vec<u8>, Found>>,
    /// Bytes of members by their names, where only those are wanted: nothing is scanned then, and no member read.
    contents: Option<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Shelf {
    /// Reads bytes.
    pub fn read(bytes: &[u8]) -> (Found, Vec<Found>) {
        let shelf = Self::default();
        let found = shelf.found(bytes);
        let members = shelf.members.into_inner().expect("no reader panics").into_values().collect();
        (found, members)
    }

    /// What the reader of some bytes finds by itself, and the members' bytes by their names.
    pub fn contents(bytes: &[u8]) -> (Found, BTreeMap<String, Vec<u8>>) {
        let shelf = Self { contents: Some(Mutex::default()), ..Self::default() };
        let found = shelf.found(bytes);
        (found, shelf.contents.expect("it is wanted").into_inner().expect("no reader panics"))
    }

    fn found(&self, bytes: &[u8]) -> Found {
        let kind = detect(&Probe::new(bytes));
        let own = Shelf::default();
        let outlet = Inner { own: &own, all: self };
        let mut sink = Sink::new(&outlet);
        let failure = kind.read(bytes, &mut sink).err();
        let open: Vec<Range<u64>> =
            sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, c)| c.is_none()).map(|(range, _)| range).collect();
        for range in open.into_iter().filter(|_| self.contents.is_none()) {
            scan(bytes, range, &mut sink);
        }
        sink.finish();
        let mut out = Found { format: kind.name(), ..Found::default() };
        for (range, covered) in sink.coverage.clone().partition(bytes.len() as u64) {
            use ruleout::format::Covered;
            use ruleout::model::Class;
            let class = match covered {
                Some(Covered::As(Class::Read)) => 0,
                Some(Covered::As(Class::Scanned)) => 1,
                Some(Covered::As(Class::Opaque)) => 2,
                Some(Covered::As(Class::Structure)) => 3,
                Some(Covered::Member(_)) => 4,
                Some(Covered::As(Class::Gap) | Covered::Gap(_)) | None => 5,
            };
            out.bytes[class] += range.end - range.start;
            if class == 5 {
                out.gap_ranges.push(range);
            }
        }
        out.gaps = sink.gaps.iter().map(|gap| format!("{}: {}", gap.cause, gap.detail)).collect();
        out.gaps.extend(failure.map(|failure| format!("{}: {failure}", failure.cause)));
        out.members = sink.members.iter().map(|member| String::from_utf8_lossy(&member.name).into_owned()).collect();
        out.gaps.extend(sink.members.iter().filter_map(|m| m.defect.map(|cause| format!("{cause}: {}", m.detail))));
        out.notes = sink.facts.notes.clone();
        out.tables = sink
            .facts
            .tables
            .iter()
            .map(|t| Table { name: t.name.clone(), header: t.header.clone(), rows: Vec::new(), counted: t.rows })
            .collect();
        drop(sink);
        let mut begun = vec![false; out.tables.len()];
        for passage in own.passages.into_inner().expect("no reader panics") {
            if let PassageKind::Rows(ordinal) = passage.kind {
                let table = &mut out.tables[ordinal as usize];
                let lines = passage.text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
                // The header stands once, before the first row.
                let skipped = usize::from(!begun[ordinal as usize] && !table.header.is_empty());
                begun[ordinal as usize] = true;
                table.rows.extend(lines.skip(skipped));
            }
            out.text.push_str(&passage.text);
            out.text.push('\n');
        }
        out
    }
}

struct Inner<'a> {
    own: &'a Shelf,
    all: &'a Shelf,
}

impl Outlet for Inner<'_> {
    fn passage(&self, passage: Passage) {
        self.own.passages.lock().expect("no reader panics").push(passage);
    }

    fn member(&self, name: &[u8], _: Range<u64>, decoder: &mut dyn Read) -> Child {
        let mut bytes = Vec::new();
        let defect = decoder.take(256 << 20).read_to_end(&mut bytes).err().map(|e| (Cause::Corrupt, e.to_string()));
        let size = bytes.len() as u64;
        if let Some(contents) = &self.all.contents {
            let name = String::from_utf8_lossy(name).into_owned();
            contents.lock().expect("no reader panics").insert(name, bytes);
            return Child { content: None, size, defect };
        }
        let digest = Sha256::digest(&bytes);
        let found = self.all.found(&bytes);
        self.all.members.lock().expect("no reader panics").insert(digest.to_vec(), found);
        Child { content: Some(ContentId(digest.into())), size, defect }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

/// The one table of this name.
#[track_caller]
pub fn table<'f>(found: &'f Found, name: &str) -> &'f Table {
    let mut named = found.tables.iter().filter(|table| table.name == name);
    let table =
        named.next().unwrap_or_else(|| panic!("no table {name} among {:?}", found.tables.iter().map(|t| &t.name).collect::<Vec<_>>()));
    assert!(named.next().is_none(), "two tables {name}");
    table
}

/// Fails unless these are all rows of the table, in any order.
#[track_caller]
pub fn assert_rows(table: &Table, expected: &[Vec<String>]) {
    let sorted = |rows: &[Vec<String>]| {
        let mut rows = rows.to_vec();
        rows.sort();
        rows
    };
    let (read, expected) = (sorted(&table.rows), sorted(expected));
    let differing = read.iter().zip(&expected).find(|(a, b)| a != b);
    let count = expected.len();
    assert_eq!((read.len(), table.counted as usize, differing), (count, count, None), "rows of {}", table.name);
}
