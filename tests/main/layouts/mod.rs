//! Writers of the payment layouts, by their specifications and apart from the readers: what is paid, and how
//! systems differ in writing it down.

mod bacs18;
mod bai2;
mod cpa005;
mod edifact;
mod fedwire;
mod fints;
mod iso20022;
mod metro2;
mod mt940;
mod nacha;
mod ofx;
#[allow(dead_code, reason = "the tests of the readers write more kinds")]
pub mod oracle;
#[allow(dead_code, reason = "the tests of the readers write more kinds")]
pub mod sql_server;
mod swift;
mod x12;
mod x937;

/// Payments of one bank's customers with other banks'.
#[derive(Clone, Debug)]
pub struct Payments {
    /// Whose file it is.
    pub own: Bank,
    /// The payments.
    pub entries: Vec<Entry>,
}

/// One payment.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Bank of the other side.
    pub bank: Bank,
    /// A person on the other side.
    pub name: String,
    /// The other side's account, digits.
    pub account: String,
    /// Amount in hundredths.
    pub cents: u64,
}

/// A bank by a number below ten million, which all its identifiers hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bank(pub u32);

/// How a file is written down. A layout knows some of this.
#[derive(Clone, Debug)]
pub struct Style {
    /// Line ends; none where lines have a fixed length and `unbroken` is asked for.
    pub line_end: &'static str,
    /// Records run on without line ends, where the layout can.
    pub unbroken: bool,
    /// Blanks at the ends of lines are left out.
    pub trimmed: bool,
    /// Blanks that follow a line's last character.
    pub trailing: usize,
    /// Blocks are filled up, where the layout has blocks.
    pub blocked: bool,
    /// EBCDIC, where the layout has that.
    pub ebcdic: bool,
    /// Lengths stand before the records, where the layout can have them.
    pub prefixed: bool,
    /// Namespace prefix of elements, with its colon.
    pub prefix: &'static str,
    /// The bank's side is that of the receiver, where a file can say so.
    pub received: bool,
}

/// A layout and its writer.
pub struct Layout {
    /// Name of its format.
    pub format: &'static str,
    /// Writes a file.
    pub write: fn(&Payments, &Style) -> Vec<u8>,
    /// Identifiers of a bank as this layout names it: scheme and value.
    pub names: fn(Bank) -> Vec<(&'static str, String)>,
    /// It has a field for the name of the other side's person.
    pub persons: bool,
}

/// The layouts.
pub const LAYOUTS: &[Layout] = &[
    Layout { format: "nacha", write: nacha::write, names: by_aba, persons: true },
    Layout { format: "fedwire", write: fedwire::write, names: by_aba, persons: true },
    Layout { format: "swift_mt", write: swift::write, names: by_bic, persons: true },
    Layout { format: "mt940", write: mt940::write, names: by_bic, persons: true },
    Layout { format: "bai2", write: bai2::write, names: by_aba, persons: false },
    Layout { format: "x937", write: x937::write, names: by_aba, persons: true },
    Layout { format: "cpa005", write: cpa005::write, names: by_transit, persons: true },
    Layout { format: "bacs18", write: bacs18::write, names: by_sort_code, persons: true },
    Layout { format: "metro2", write: metro2::write, names: by_nothing, persons: true },
    Layout { format: "iso20022", write: iso20022::write, names: by_bic, persons: true },
    Layout { format: "x12_payment", write: x12::write, names: by_aba, persons: true },
    Layout { format: "edifact_payment", write: edifact::write, names: by_bic, persons: true },
    Layout { format: "ofx", write: ofx::write, names: by_aba, persons: true },
    Layout { format: "fints", write: fints::write, names: by_bankleitzahl, persons: true },
];

fn by_aba(bank: Bank) -> Vec<(&'static str, String)> {
    vec![("aba", bank.aba())]
}

fn by_bic(bank: Bank) -> Vec<(&'static str, String)> {
    vec![("bic", bank.bic())]
}

fn by_sort_code(bank: Bank) -> Vec<(&'static str, String)> {
    vec![("sort_code", bank.sort_code())]
}

fn by_transit(bank: Bank) -> Vec<(&'static str, String)> {
    let nine = bank.transit();
    vec![("national_bank_code", format!("CA:{}", &nine[1..4])), ("national_bank_code", format!("CA:{nine}"))]
}

fn by_bankleitzahl(bank: Bank) -> Vec<(&'static str, String)> {
    vec![("national_bank_code", format!("DE:{}", bank.bankleitzahl()))]
}

fn by_nothing(_: Bank) -> Vec<(&'static str, String)> {
    Vec::new()
}

impl Bank {
    /// Routing number: a thrift's prefix, six digits, check digit (weights 3, 7, 1).
    pub fn aba(self) -> String {
        let eight = format!("27{:06}", self.0 % 1_000_000);
        let sum: u32 = eight.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
        format!("{eight}{}", (10 - sum % 10) % 10)
    }

    /// BIC of eight characters.
    pub fn bic(self) -> String {
        let letter = |n: u32| char::from(b'A' + (n % 26) as u8);
        format!("Q{}{}{}US{:02}", letter(self.0 / 67_600), letter(self.0 / 2_600), letter(self.0 / 100), self.0 % 100)
    }

    /// UK sort code.
    pub fn sort_code(self) -> String {
        format!("{:06}", 100_000 + self.0 % 800_000)
    }

    /// Canadian institution: a zero, bank and transit.
    pub fn transit(self) -> String {
        format!("0{:03}{:05}", 100 + self.0 % 800, self.0 / 800 % 100_000)
    }

    /// German bank code.
    pub fn bankleitzahl(self) -> String {
        format!("{:08}", 10_000_000 + self.0)
    }
}

impl Payments {
    /// The persons' names, each once.
    pub fn names(&self) -> std::collections::BTreeSet<&str> {
        self.entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    /// The sum of all amounts.
    fn cents(&self) -> u64 {
        self.entries.iter().map(|entry| entry.cents).sum()
    }
}

impl Style {
    /// Records without differences from the specification's example.
    pub const PLAIN: Self = Self {
        line_end: "\n",
        unbroken: false,
        trimmed: false,
        trailing: 0,
        blocked: false,
        ebcdic: false,
        prefixed: false,
        prefix: "",
        received: false,
    };

    /// Lines of a layout whose records have a fixed length. Trimmed lines need an end.
    fn fixed(&self, records: &[String]) -> String {
        records.iter().map(|record| if self.unbroken { record.clone() } else { self.line(record) }).collect()
    }

    /// One line.
    fn line(&self, text: &str) -> String {
        let text = if self.trimmed { text.trim_end() } else { text };
        format!("{text}{:1$}{2}", "", self.trailing, self.line_end)
    }
}

/// Code page 37 of a letter, digit or blank.
fn ebcdic(b: u8) -> u8 {
    match b {
        b'A'..=b'I' => 0xC1 + (b - b'A'),
        b'J'..=b'R' => 0xD1 + (b - b'J'),
        b'S'..=b'Z' => 0xE2 + (b - b'S'),
        b'0'..=b'9' => 0xF0 + (b - b'0'),
        _ => 0x40,
    }
}
