use crate::model::escape_bytes;
use std::fmt;

/// Why a registry cannot be used, at one place of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File name below the registry folder; empty for the folder itself.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Name of the column of a table, or number of the character in its line, from 1.
    pub column: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.file.is_empty() { "registry" } else { &self.file })?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}; {}", self.problem, self.remedy)
    }
}

/// A registry that cannot be used: everything that is fatal in it, in the order of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => write!(f, "the registry has a problem:")?,
            n => write!(f, "the registry has {n} problems:")?,
        }
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for LoadError {}

/// What is wrong with a place of the registry that can be read and not relied on; the last three are
/// notes, which no verdict depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefectKind {
    /// A file that looks like a table and has no table's name.
    FileNotRead,
    /// There is no file of a table.
    MissingTable,
    /// Cells that may not stand in the columns in which they seem to stand.
    ShiftedRow,
    /// A row whose customer_id is no customer's as it is written.
    UnknownCustomer,
    /// A row that stands twice.
    RepeatedRow,
    /// A cell that must not be blank.
    Blank,
    /// A cell with none of its column's values.
    InvalidValue,
    /// A value that is none of its scheme, or a scheme that is none.
    InvalidIdentifier,
    /// Days of use that cannot be read or contradict each other.
    InvalidDate,
    /// A parent or successor that is no customer.
    BrokenLink,
    /// Parents or successors that lead in a circle.
    CircularLink,
    /// A deployment whose product is not registered.
    UnknownProduct,
    /// A product_id that stands twice.
    RepeatedProduct,
    /// A deployment that cannot be compared with the compromised versions and the window.
    Incomparable,
    /// A claim of `incident.toml` that nobody made, or on no ground.
    Unfounded,
    /// A key of `incident.toml` that has no meaning.
    UnknownKey,
    /// What was certain and therefore repaired.
    Repaired,
    /// A scheme without rules of its own.
    UnknownScheme,
    /// Such a one whose word means a known one elsewhere.
    SimilarScheme,
    /// A deployment on another platform than its product's.
    OtherPlatform,
}

/// A place of the registry that can be read and not relied on, or (among a registry's notes) one that
/// was repaired with certainty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Which of its kind.
    pub kind: DefectKind,
    /// File name below the registry folder.
    pub file: String,
    /// Line, from 1; of the row's first line. 0 where the file as a whole is meant.
    pub line: u64,
    /// Name of the column.
    pub column: Option<String>,
    /// The institution as the row names it.
    pub customer_id: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What it means for verdicts.
    pub effect: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if let Some(column) = &self.column {
            write!(f, ":{column}")?;
        }
        if let Some(id) = &self.customer_id {
            write!(f, ": {}", quoted(id))?;
        }
        write!(f, ": {}; {}", self.problem, self.effect)
    }
}

/// A cell as it may stand in a message: cut, and harmless on a terminal.
pub fn quoted(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", escape_bytes(&text.as_bytes()[..end])),
        None => format!("`{}`", escape_bytes(text.as_bytes())),
    }
}
