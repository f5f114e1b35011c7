//! Which columns of a table hold what, where people say so.

use super::inventory_columns::Column;

/// Columns that the operator named: `path=Key,size=Bytes`, by heading, or by number from 1 where a table has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(Vec<(Column, String)>);

impl Columns {
    /// Reads the argument of `--manifest-columns`; a fault in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut out = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let (word, heading) = part.split_once('=').ok_or_else(|| format!("`{part}` is not ROLE=COLUMN"))?;
            let column =
                Column::of_word(word.trim()).ok_or_else(|| format!("`{}` is no role: use one of {}", word.trim(), Column::WORDS))?;
            out.push((column, heading.trim().to_owned()));
        }
        if !out.iter().any(|(column, _)| matches!(column, Column::Path | Column::Name)) {
            return Err("name the column of the path: path=COLUMN, or folder=COLUMN,name=COLUMN".to_owned());
        }
        Ok(Self(out))
    }

    /// Did anybody name any?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the column of this heading holds: what was said of it, else what it says, unless that was said of another.
    pub(super) fn of_heading(&self, heading: &[u8]) -> Option<Column> {
        let said = self.0.iter().find(|(_, name)| heading.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
        match said {
            Some((column, _)) => Some(*column),
            None => Column::of_heading(heading).filter(|guess| self.leaves(*guess)),
        }
    }

    /// Was nothing said of any column that holds this? With a path, nothing of what makes one up is guessed.
    pub(super) fn leaves(&self, guess: Column) -> bool {
        let is_place = |column: Column| matches!(column, Column::Path | Column::Folder | Column::Name);
        !self.0.iter().any(|(column, _)| *column == guess || is_place(*column) && is_place(guess))
    }

    /// Do all that were named occur among these headings?
    pub(super) fn all_in<'h>(&self, headings: impl Iterator<Item = &'h [u8]> + Clone) -> bool {
        let occurs = |name: &str| headings.clone().any(|heading| heading.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
        self.0.iter().all(|(_, name)| occurs(name))
    }

    /// What column number `at`, from 0, of a table without headings holds.
    pub(super) fn of_number(&self, at: usize) -> Option<Column> {
        self.0.iter().find(|(_, name)| name.parse() == Ok(at + 1)).map(|(column, _)| *column)
    }

    /// Are all of them numbers of columns, up to this many?
    pub(super) fn all_numbers(&self, width: usize) -> bool {
        self.0.iter().all(|(_, name)| name.parse::<usize>().is_ok_and(|n| (1..=width).contains(&n)))
    }
}

/// Columns and what they hold, in words: `path=Key, size=Bytes`.
pub(super) fn in_words<'h>(columns: impl Iterator<Item = (Column, std::borrow::Cow<'h, str>)>) -> String {
    let known = columns.filter(|(column, _)| *column != Column::Other);
    known.map(|(column, heading)| format!("{}={}", column.word(), heading.trim())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_wins() {
        let columns = Columns::parse("path=Blob Name, size=Len").unwrap();
        assert_eq!(columns.of_heading(b" blob name "), Some(Column::Path));
        assert_eq!((columns.of_heading(b"Path"), columns.of_heading(b"Name"), columns.of_heading(b"Size")), (None, None, None));
        assert_eq!(columns.of_heading(b"SHA256"), Some(Column::Hash("sha256")));
        assert!(columns.all_in([&b"x"[..], b"LEN", b"Blob name"].into_iter()) && !columns.all_in([&b"len"[..]].into_iter()));
    }

    #[test]
    fn what_cannot_be_said() {
        for text in ["", "size=x", "path", "pfad=x", "folder=x"] {
            assert!(Columns::parse(text).is_err(), "{text}");
        }
        assert!(Columns::parse("folder=a,name=b").is_ok());
    }
}
