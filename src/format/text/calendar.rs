//! Address cards and calendars (RFC 6350, RFC 5545, and vCard 2.1): lines that were folded are joined, so that no name
//! is divided by a line end.

use super::encoding;
use super::stretch::{body, parts, stretches};
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Class;

/// vCard and iCalendar.
pub const FORMAT: Format = Format {
    name: "vcard",
    media_type: "text/vcard",
    recognise,
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &["cards are text, not records"],
};

fn recognise(probe: &Probe<'_>) -> bool {
    let Some(encoding) = probe.encoding() else { return false };
    let (range, _) = body(probe.bytes, encoding);
    let head = range.start..range.end.min(range.start + 256);
    stretches(probe.bytes, encoding, head).first().is_some_and(|stretch| {
        let start: String = stretch.text.trim_start().chars().take(16).collect::<String>().to_ascii_uppercase();
        ["BEGIN:VCARD", "BEGIN:VCALENDAR", "BEGIN:VEVENT", "BEGIN:VTODO"].iter().any(|begin| start.starts_with(begin))
    })
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    super::embedded::read_beside(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let encoding = encoding::detect(bytes).ok_or_else(|| Failure::corrupt(0, "no text in an encoding that is known"))?;
    let (range, mark) = body(bytes, encoding);
    sink.cover(mark, Class::Structure);
    sink.kind(PassageKind::Prose);
    for part in parts(bytes, encoding, range) {
        for stretch in stretches(bytes, encoding, part) {
            // Version 2.1 of vCard folds at blanks, which stay.
            let folds_at_blanks = stretch.text.contains("VERSION:2.1");
            let mut place = 0;
            for line in stretch.text.split_inclusive('\n') {
                let start = place;
                place += line.len();
                // What the next line continues ends without a line end.
                let goes_on = stretch.text[place..].starts_with([' ', '\t']);
                let from = usize::from(start > 0 && !folds_at_blanks && line.starts_with([' ', '\t']));
                let to = if goes_on { line.trim_end_matches(['\r', '\n']).len() } else { line.len() };
                sink.text(&line[from.min(to)..to], At::Decoded(stretch.offset(start)));
            }
            stretch.cover(sink);
            sink.border();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::detect;
    use crate::format::testing::read_with;

    #[test]
    fn folded_lines_are_joined() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nORG:First Sta\r\n te Bank of\r\n\t Else\r\n where\r\nEND:VCARD\r\n";
        assert_eq!(detect(&Probe::new(card.as_bytes())).name(), "vcard");
        read_with(read, card.as_bytes(), |sink, out| {
            assert!(out.text().contains("ORG:First State Bank of Elsewhere\r\nEND"), "{:?}", out.text());
            assert!(sink.coverage.clone().partition(card.len() as u64).iter().all(|(_, covered)| covered.is_some()));
        });
        let old = "BEGIN:VCARD\r\nVERSION:2.1\r\nORG:First State\r\n Bank\r\nEND:VCARD\r\n";
        read_with(read, old.as_bytes(), |_, out| assert!(out.text().contains("ORG:First State Bank"), "{:?}", out.text()));
    }
}
