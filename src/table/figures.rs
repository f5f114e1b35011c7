//! What the sums in a table are, after the headers of their columns: balances, or figures of a list.

use super::header::words;
use super::{ColumnType, TableFacts};
use crate::model::DataElement;

/// What the sums in a table are; of several kinds in one, the last one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sums {
    /// There are none.
    None,
    /// What a list says of each of its entries: a fee, an invoice, a share of time, a volume, total assets.
    Figures,
    /// The header does not say.
    Unknown,
    /// What somebody has or owes: a balance, a loan, an income.
    Balances,
}

/// Words for what is on an account, is owed or earned.
#[rustfmt::skip]
const BALANCES: &[&str] = &[
    "balance", "balances", "bal", "saldo", "saldos", "kontostand", "guthaben", "solde", "outstanding", "principal", "salary", "salaries",
    "income", "wage", "wages", "loan", "debt", "arrears", "escrow", "payoff", "owed", "ledger", "gehalt", "salario", "salaire", "lohn",
];

/// Words for what the vendor asks of its clients, what it measures of them, and what institutions publish.
#[rustfmt::skip]
const FIGURES: &[&str] = &[
    "fee", "fees", "price", "prices", "pricing", "cost", "costs", "charge", "charges", "charged", "invoice", "invoices", "invoiced",
    "bill", "billed", "billing", "due", "discount", "discounts", "revenue", "revenues", "turnover", "sales", "license", "licence",
    "licenses", "licences", "subscription", "contract", "contracted", "quote", "quoted", "budget", "forecast", "commission", "tax", "vat",
    "mrr", "arr", "acv", "tcv", "sla", "credits", "rate", "rates", "tariff", "seats", "users", "logins", "sessions",
    "uptime", "downtime", "availability", "latency", "throughput", "avg", "average", "mean", "median", "min", "max", "pct", "percent",
    "percentage", "ratio", "score", "rating", "growth", "ms", "sec", "secs", "seconds", "minutes", "hours", "days", "months",
    "years", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "bytes", "storage", "usage", "used", "count", "counts", "volume", "volumes",
    "transactions", "txns", "files", "requests", "errors", "error", "total", "totals", "assets", "equity", "capital", "deposits", "loans",
    "employees", "branches", "latitude", "longitude", "lat", "lon", "lng",
    "gebuehr", "gebuhr", "preis", "kosten", "rechnung", "umsatz", "anteil", "summe", "bilanzsumme", "prix", "frais", "facture", "tarif",
    "precio", "tarifa", "factura", "comision", "prezzo", "fattura", "prijs", "factuur",
];

/// What a column under this header holds, where it holds sums.
fn under(header: &str) -> Sums {
    let words = words(header);
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    match () {
        () if any(BALANCES) => Sums::Balances,
        () if any(FIGURES) => Sums::Figures,
        () => Sums::Unknown,
    }
}

/// Is what stands under this header a figure of a list and no balance?
pub(super) fn is_figure(header: &str) -> bool {
    under(header) == Sums::Figures
}

impl TableFacts {
    /// What the sums in it are.
    pub fn sums(&self) -> Sums {
        self.filled(&[ColumnType::Amount, ColumnType::Sums]).map(under).max().unwrap_or(Sums::None)
    }

    /// Is there a column of what records have and entries of a directory do not, that is no figure by its header?
    pub fn has_particulars(&self) -> bool {
        self.filled(&[ColumnType::Particulars]).any(|header| !is_figure(header))
    }

    /// Are amounts among its personal data, which its headers do not call figures of a list?
    pub(super) fn has_amounts(&self) -> bool {
        self.elements.contains(DataElement::Amount) && !self.filled(&[ColumnType::Amount]).all(is_figure)
    }

    /// Headers of the columns of these kinds that hold values; empty ones, where there are none.
    fn filled(&self, kinds: &'static [ColumnType]) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter().enumerate().filter(|(_, column)| column.non_empty > 0 && kinds.contains(&column.kind));
        columns.map(|(number, _)| self.header.get(number).map_or("", String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_what_sums_are() {
        for header in ["Monthly fee", "Amount Due", "avg_ms", "error_pct", "Uptime %", "GB used", "Credits $", "Total Assets", "Equity"] {
            assert_eq!(under(header), Sums::Figures, "{header}");
        }
        for header in ["balance", "Ledger Bal", "loan amount", "Total balance", "Kontostand", "annualIncome", "Balance due"] {
            assert_eq!(under(header), Sums::Balances, "{header}");
        }
        for header in ["", "amount", "val", "x7"] {
            assert_eq!(under(header), Sums::Unknown, "{header}");
        }
    }
}
