//! Text of an item that is a file of its own: it is read as a member, and what that says of persons is not said by
//! nobody in the text around it.

use super::outlet::Silent;
use super::{Member, Sink};
use crate::format::text::{embedded, standalone};
use crate::format::{Covered, Kind, Probe, Runs, detect, personal};
use crate::model::Class;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl Sink<'_> {
    /// Has a text read as the file that it is, or finds what is encoded in it. It stands in this range of the item. Where
    /// all of it was read as a member, it is that which says whose the persons are: in the text of the range that was not
    /// handed over yet they are not looked for again.
    pub fn file_in_text(&mut self, text: &str, range: Range<u64>) {
        let members = self.members.len();
        embedded::read_value(text, range.start, self);
        let is_decoded = |member: &Member| member.content.is_some() && member.defect.is_none();
        let [member] = self.members.get(members..).unwrap_or_default() else { return };
        let Some(file) = standalone::file_in(text).filter(|_| is_decoded(member)) else { return };
        if self.reads_whole(file.as_bytes()) {
            let spoken = personal::find(text, personal::Cut::default());
            self.facts.members.elements.extend(spoken.elements);
            self.facts.members.persons.extend(spoken.persons);
            self.is_record_behind(range);
        }
    }

    /// Does a reader get to the end of these bytes, with nothing left over? What is encoded in them is a member of its
    /// own. How a member was read is not asked: another thread may be reading the same bytes.
    fn reads_whole(&self, bytes: &[u8]) -> bool {
        let Kind::Format(format) = detect(&Probe::new(bytes)) else { return false };
        if format.runs != Runs::Inside {
            return false;
        }
        let silent = Silent(self.outlet);
        let mut inner = Sink::new(&silent);
        if !matches!(catch_unwind(AssertUnwindSafe(|| (format.read)(bytes, &mut inner))), Ok(Ok(()))) {
            return false;
        }
        let is_read = |covered| matches!(covered, Some(Covered::As(Class::Read | Class::Structure) | Covered::Member(_)));
        inner.gaps.is_empty() && inner.coverage.partition(bytes.len() as u64).into_iter().all(|(_, covered)| is_read(covered))
    }
}

#[cfg(test)]
mod tests {
    use crate::format::testing::Collector;
    use crate::format::text::xml;
    use crate::format::{Child, Limits, Outlet, Passage, Sink};
    use crate::model::{Cause, DataElement};
    use std::io::Read;
    use std::ops::Range;

    const ROWS: &str = "client_id,name,account_number,ssn\n480213,Mary Jones,4455667788,520-44-1077\n480213,John Lee,4455667799,521-44-1088\n\
                        480213,Ann Lopez,4455667711,522-44-1099\n";

    /// Members lie too deep for it.
    struct Shallow;

    impl Outlet for Shallow {
        fn passage(&self, _: Passage) {}

        fn member(&self, _: &[u8], _: Range<u64>, _: &mut dyn Read) -> Child {
            Child { content: None, size: 0, defect: Some((Cause::LimitDepth, String::new())) }
        }

        fn limits(&self) -> Limits {
            Limits::default()
        }

        fn stopped(&self) -> bool {
            false
        }
    }

    /// How many persons are in the text of an item, and how many in its members' text; and does the text show numbers?
    fn persons(outlet: &dyn Outlet, xml: &str) -> (usize, usize, bool) {
        let mut sink = Sink::new(outlet);
        xml::read(xml.as_bytes(), &mut sink).unwrap();
        sink.finish();
        (sink.facts.persons.len(), sink.facts.members.persons.len(), sink.facts.text.contains(DataElement::Ssn))
    }

    #[test]
    fn what_a_member_says_of_persons_is_not_said_by_nobody() {
        let lines = ROWS.lines().map(|line| format!("<r>{line}</r>")).collect::<String>();
        for held in [format!("<d>\n{ROWS}</d>"), format!("<d><![CDATA[{ROWS}]]></d>"), format!("<d>{ROWS}<![CDATA[]]></d>"), lines] {
            let xml = format!("<?xml version=\"1.0\"?><a><b>none</b><c>{held}</c></a>");
            assert_eq!(persons(&Collector::default(), &xml), (0, 3, false), "{xml}");
            // What was not read as a member is said by the text alone.
            assert_eq!(persons(&Shallow, &xml), (3, 0, true), "{xml}");
            let beside = xml.replace("none", "Member Elizabeth Lopez, account 3757756303, SSN 523-44-1066, left");
            assert_eq!(persons(&Collector::default(), &beside), (1, 3, true), "{beside}");
        }
    }
}
