//! Prints the text that is read of a file, its members included: `cargo run --example text -- FILE`.
//! Kinds, gaps and defects go to stderr. `tests/realdata/recall.py` compares the text with other extractors'.
#![expect(clippy::print_stderr, reason = "it is there to print")]

use ruleout::format::{Child, Limits, Outlet, Probe, Sink, detect, scan};
use ruleout::model::{Cause, ContentId};
use ruleout::passage::Passage;
use std::io::Read;
use std::sync::Mutex;

#[derive(Default)]
struct Printer {
    text: Mutex<String>,
}

impl Printer {
    fn read(&self, bytes: &[u8]) {
        let kind = detect(&Probe::new(bytes));
        let mut sink = Sink::new(self);
        if let Err(failure) = kind.read(bytes, &mut sink) {
            eprintln!("{}: {failure}", kind.name());
        }
        let left: Vec<_> = sink.coverage.clone().partition(bytes.len() as u64);
        for (range, _) in left.into_iter().filter(|(_, covered)| covered.is_none()) {
            eprintln!("{}: scanned {} bytes from {}", kind.name(), range.end - range.start, range.start);
            scan(bytes, range, &mut sink);
        }
        sink.finish();
        for gap in &sink.gaps {
            eprintln!("{}: gap {}..{} {:?} {}", kind.name(), gap.range.start, gap.range.end, gap.cause, gap.detail);
        }
        for member in sink.members.iter().filter(|m| m.defect.is_some()) {
            eprintln!("{}: member {} {:?} {}", kind.name(), String::from_utf8_lossy(&member.name), member.defect, member.detail);
        }
        eprintln!("{}: {} bytes, {} members, {} tables", kind.name(), bytes.len(), sink.members.len(), sink.facts.tables.len());
    }
}

impl Outlet for Printer {
    fn passage(&self, passage: Passage) {
        let mut text = self.text.lock().expect("nothing panics with the lock");
        text.push_str(&passage.text.replace(ruleout::passage::BORDER, "\n"));
        text.push('\n');
    }

    fn member(&self, _: &[u8], _: std::ops::Range<u64>, decoder: &mut dyn Read) -> Child {
        let mut bytes = Vec::new();
        let defect = decoder.take(256 << 20).read_to_end(&mut bytes).err().map(|e| (Cause::Corrupt, e.to_string()));
        self.read(&bytes);
        Child { content: Some(ContentId([0; 32])), size: bytes.len() as u64, defect }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

fn main() -> std::io::Result<()> {
    let printer = Printer::default();
    for path in std::env::args_os().skip(1) {
        printer.read(&std::fs::read(path)?);
    }
    std::io::Write::write_all(&mut std::io::stdout(), printer.text.lock().expect("nothing panics with the lock").as_bytes())
}
