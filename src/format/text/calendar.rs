//! Address cards and calendars (RFC 6350, RFC 5545, and vCard 2.1): lines that were folded are joined, so that no name
//! is divided by a line end.

use super::encoding;
use super::stretch::{beginning, body, parts, stretches};
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Class;
use crate::table::TableFacts;
use std::borrow::Cow;

/// vCard and iCalendar.
pub const FORMAT: Format = Format {
    name: "vcard",
    media_type: "text/vcard",
    recognise,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["cards of organisations are text, not records"],
};

fn recognise(probe: &Probe<'_>) -> bool {
    beginning(probe, 256).is_some_and(|text| {
        let start: String = text.trim_start().chars().take(16).collect::<String>().to_ascii_uppercase();
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
    let mut cards = Cards::default();
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
                let line = &line[from.min(to)..to];
                sink.text(&unescaped(line), At::Decoded(stretch.offset(start)));
                cards.line(line, goes_on, stretch.offset(start));
            }
            stretch.cover(sink);
            sink.border();
        }
    }
    cards.push(sink);
    Ok(())
}

/// A line whose value has lines of its own, as they are meant (RFC 5545, 3.3.11; RFC 6350, 3.4): the first of them begins
/// behind the line with the property's name.
fn unescaped(line: &str) -> Cow<'_, str> {
    if !line.contains("\\n") && !line.contains("\\N") {
        return Cow::Borrowed(line);
    }
    let (property, value) = line.split_once(':').filter(|(property, _)| !property.contains('\\')).unwrap_or(("", line));
    let mut out = String::with_capacity(line.len());
    if !property.is_empty() {
        out.push_str(property);
        out.push_str(":\n");
    }
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let mut characters = behind.chars();
        match characters.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(mark @ (',' | ';' | '\\')) => out.push(mark),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Longest value that is kept of a card.
const LONGEST: usize = 256;
/// Cards that are records; a store of more is read as text beyond them.
const MOST: usize = 1_000_000;

/// The columns of a card's record, and the properties that fill them.
const COLUMNS: [(&str, &str); 5] = [("name", "FN"), ("address", "ADR"), ("phone", "TEL"), ("email", "EMAIL"), ("date_of_birth", "BDAY")];

/// The cards of persons as records. One with an organisation is somebody's card at work, and says of no customer.
#[derive(Default)]
struct Cards {
    rows: Vec<(Vec<String>, u64)>,
    /// The card at hand: its values, where it begins, and whether it is of an organisation.
    card: Option<(Vec<String>, u64, bool)>,
    /// A line that the next one continues.
    line: String,
}

impl Cards {
    fn line(&mut self, line: &str, goes_on: bool, at: u64) {
        if self.line.len() < 4 * LONGEST {
            self.line.push_str(line);
        }
        if goes_on {
            return;
        }
        let line = std::mem::take(&mut self.line);
        let Some((property, value)) = line.trim_end().split_once(':') else { return };
        // A group before the name, parameters behind it.
        let name = property.split(';').next().unwrap_or_default().rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
        match (&name[..], &mut self.card) {
            ("BEGIN", _) if value.eq_ignore_ascii_case("VCARD") => self.card = Some((vec![String::new(); COLUMNS.len()], at, false)),
            ("END", _) => {
                let card = self.card.take().filter(|(cells, _, is_of_organisation)| !is_of_organisation && !cells[0].is_empty());
                self.rows.extend(card.map(|(cells, at, _)| (cells, at)).filter(|_| self.rows.len() < MOST));
            }
            ("ORG", Some((_, _, is_of_organisation))) => *is_of_organisation = !value.trim().is_empty(),
            ("N", Some((cells, ..))) if cells[0].is_empty() => {
                // Last name, first name.
                let mut parts = value.split(';');
                let (last, first) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                cells[0] = format!("{first} {last}").trim().chars().take(LONGEST).collect();
            }
            (_, Some((cells, ..))) => {
                let column = COLUMNS.iter().position(|(_, property)| *property == name);
                if let Some(cell) = column.map(|column| &mut cells[column]).filter(|cell| cell.is_empty() || name == "FN") {
                    *cell = value.trim_matches(';').replace(';', " ").chars().take(LONGEST).collect();
                }
            }
            (_, None) => {}
        }
    }

    fn push(self, sink: &mut Sink<'_>) {
        if self.rows.is_empty() {
            return;
        }
        let header = COLUMNS.map(|(column, _)| column.to_owned());
        let sample: Vec<Vec<String>> = self.rows.iter().take(200).map(|(cells, _)| cells.clone()).collect();
        sink.begin_table(TableFacts::new("", Some(&header), &sample));
        for (cells, at) in &self.rows {
            sink.row(&cells.iter().map(String::as_str).collect::<Vec<_>>(), *at);
        }
        sink.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::detect;
    use crate::format::testing::read_with;

    #[test]
    fn cards_of_persons_are_records() {
        let card = |name: &str, more: &str| {
            format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{name}\r\nTEL;TYPE=home:+1-555-010-1000\r\n{more}END:VCARD\r\n")
        };
        let cards = [
            card("FN:Ann\r\n  Lee", ""),
            card("N:Ray;Bob;;;", "item1.EMAIL:bob@x.example\r\n"),
            card("FN:Cy Orr", "ORG:First State Bank\r\n"),
        ];
        read_with(read, cards.concat().as_bytes(), |sink, out| {
            assert_eq!(sink.facts.tables.iter().map(|table| table.rows).collect::<Vec<_>>(), [2]);
            assert!(out.text().contains("Ann Lee\t\t+1-555-010-1000") && out.text().contains("Bob Ray\t"), "{}", out.text());
        });
    }

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
