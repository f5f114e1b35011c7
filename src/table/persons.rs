use super::lexicon::is_company;
use super::typing::Typed;
use super::{ColumnType, held};
use crate::model::{Elements, Person, PersonKey, is_name_suffix, says_nothing};

/// Where a row's persons stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Persons {
    slots: Vec<Slot>,
    /// Of the row that was read last: which persons of each row its persons are.
    read: Vec<usize>,
    /// Columns of numbers that only one person has, the surest first.
    numbers: Vec<usize>,
    /// Reused from row to row.
    name: String,
    address: String,
}

/// One person of each row.
#[derive(Clone, Debug, Default, PartialEq)]
struct Slot {
    /// Columns whose cells, in this order, are the name.
    name: Vec<usize>,
    /// Columns whose cells, in this order, are the address.
    address: Vec<usize>,
    region: Option<usize>,
    country: Option<usize>,
}

impl Persons {
    /// Finds the persons among typed columns. Where there are as many streets as persons, each person
    /// has the address columns that stand nearest after its name; else all share all of them.
    pub fn of(types: &[Typed], sample: &[Vec<String>]) -> Self {
        let columns = |kind: ColumnType| types.iter().enumerate().filter(move |(_, typed)| typed.kind == kind).map(|(i, _)| i);
        let whole: Vec<usize> = columns(ColumnType::PersonName).collect();
        let first: Vec<usize> = columns(ColumnType::FirstName).collect();
        let last: Vec<usize> = columns(ColumnType::LastName).collect();
        let mut slots: Vec<Slot> = whole.iter().map(|&i| Slot { name: vec![i], ..Slot::default() }).collect();
        for i in 0..first.len().max(last.len()) {
            let parts: Vec<usize> = first.get(i).into_iter().chain(last.get(i)).copied().collect();
            if !whole.iter().any(|&whole| repeats(sample, whole, &parts)) {
                slots.push(Slot { name: parts, ..Slot::default() });
            }
        }
        slots.sort_by_key(|slot| slot.name.iter().min().copied());
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); slots.len()];
        for part in columns(ColumnType::NamePart) {
            // Of several persons the one whose name begins before it; of whole names it is a part already.
            let nearest = slots.iter().rposition(|slot| slot.name.iter().min() < Some(&part)).unwrap_or(0);
            if slots.get(nearest).is_some_and(|slot| slot.name.iter().all(|i| !whole.contains(i))) {
                parts[nearest].push(part);
            }
        }
        for (slot, parts) in slots.iter_mut().zip(parts) {
            // Given name, initials, family name, `Jr`: as whole names are written.
            let (after, between): (Vec<usize>, Vec<usize>) = parts.into_iter().partition(|part| is_suffix(sample, *part));
            let at = slot.name.len().min(1);
            slot.name.splice(at..at, between);
            slot.name.extend(after);
        }
        let is_address =
            |typed: &Typed| matches!(typed.kind, ColumnType::Street | ColumnType::City | ColumnType::Region | ColumnType::PostCode);
        let each = slots.len() > 1 && columns(ColumnType::Street).count() == slots.len();
        let starts: Vec<usize> = slots.iter().filter_map(|slot| slot.name.iter().min().copied()).collect();
        for (i, typed) in types.iter().enumerate() {
            let nearest = starts.partition_point(|&start| start < i).saturating_sub(1);
            for (_, slot) in slots.iter_mut().enumerate().filter(|(s, _)| !each || *s == nearest) {
                if is_address(typed) {
                    slot.address.push(i);
                }
                match typed.kind {
                    ColumnType::Region => _ = slot.region.get_or_insert(i),
                    ColumnType::Country => _ = slot.country.get_or_insert(i),
                    _ => {}
                }
            }
        }
        let numbers = columns(ColumnType::Ssn).take(1).chain(columns(ColumnType::Account).take(1)).collect();
        Self { slots, numbers, ..Self::default() }
    }

    /// The persons of a row that holds these kinds of personal data, into `out`.
    pub fn read(&mut self, cells: &[&str], elements: Elements, out: &mut Vec<PersonKey>) {
        out.clear();
        self.read.clear();
        let known = self.numbers.iter().filter_map(|i| cells.get(*i)).map(|cell| held(cell)).find(|cell| !cell.is_empty());
        for (number, slot) in self.slots.iter().enumerate() {
            let name = text(&mut self.name, &slot.name, cells);
            if name.is_empty() || is_company(name) || is_nobody(name) {
                continue;
            }
            let address = text(&mut self.address, &slot.address, cells);
            let cell = |column: Option<usize>| column.and_then(|i| cells.get(i)).map_or("", |cell| held(cell));
            let (region, country) = (cell(slot.region), cell(slot.country));
            if let Some(person) = PersonKey::of(Person { name, address, region, country }, elements) {
                out.push(known.map_or(person, |known| person.numbered(name, known)));
                self.read.push(number);
            }
        }
    }

    /// Which of the persons that were read last stand in the table of this number, where tables stand side by side.
    pub fn beside(&self, persons: &[PersonKey], number: usize) -> Vec<PersonKey> {
        self.read.iter().zip(persons).filter(|(read, _)| **read == number).map(|(_, person)| *person).collect()
    }

    /// Do tables stand side by side: has each of these columns, which say whose a row is, one person behind it and before
    /// the next one?
    pub fn stand_behind(&self, columns: &[usize]) -> bool {
        let first = |slot: &Slot| slot.name.iter().min().copied();
        let ends = columns.iter().skip(1).copied().chain([usize::MAX]);
        let is_within = |((start, end), slot): ((&usize, usize), &Slot)| first(slot).is_some_and(|at| (*start..end).contains(&at));
        columns.len() > 1 && columns.len() == self.slots.len() && columns.iter().zip(ends).zip(&self.slots).all(is_within)
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }
}

/// Does a name say that there is none, or that it is none?
fn is_nobody(name: &str) -> bool {
    const LONGEST: usize = 16;
    const NO_NAMES: [&str; 4] = ["test", "deceased", "vacant", "placeholder"];
    const REFUSALS: [&str; 4] = ["no", "not", "n", "to"];
    // Names of two words are looked at no further, but for those that begin with a word of refusal.
    let refuses = |(first, _): (&str, &str)| REFUSALS.iter().any(|word| first.eq_ignore_ascii_case(word));
    name.len() <= LONGEST
        && name.split_once(' ').is_none_or(refuses)
        && (says_nothing(name) || NO_NAMES.iter().any(|word| name.eq_ignore_ascii_case(word)))
}

/// Does a column hold what stands behind a family name?
fn is_suffix(sample: &[Vec<String>], column: usize) -> bool {
    let mut cells = sample.iter().filter_map(|row| row.get(column)).map(|cell| held(cell)).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some() && cells.all(is_name_suffix)
}

/// Cells joined by blanks; a single one is not copied.
fn text<'a>(buffer: &'a mut String, columns: &[usize], cells: &[&'a str]) -> &'a str {
    if let [only] = columns {
        return cells.get(*only).map_or("", |cell| held(cell));
    }
    buffer.clear();
    for cell in columns.iter().filter_map(|&i| cells.get(i)).map(|cell| held(cell)).filter(|cell| !cell.is_empty()) {
        if !buffer.is_empty() {
            buffer.push(' ');
        }
        buffer.push_str(cell);
    }
    buffer
}

/// A column of whole names says again what columns of their parts say.
fn repeats(sample: &[Vec<String>], whole: usize, parts: &[usize]) -> bool {
    let pairs = sample.iter().filter_map(|row| Some((row.get(whole)?.to_lowercase(), parts.iter().filter_map(|&i| row.get(i)))));
    let (mut same, mut all) = (0, 0);
    for (whole, mut parts) in pairs.filter(|(whole, _)| !whole.trim().is_empty()) {
        all += 1;
        same += usize::from(parts.all(|part| whole.contains(part.trim().to_lowercase().as_str())));
    }
    same * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_no_name_is_nobody() {
        for name in ["UNKNOWN", "N/A", "n a", "Not provided", "TEST", "Deceased", "null"] {
            assert!(is_nobody(name), "{name}");
        }
        for name in ["Ann Lee", "Noah Null", "No Yamada", "Lee", "Tess"] {
            assert!(!is_nobody(name), "{name}");
        }
    }
}
