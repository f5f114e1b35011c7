use crate::format::Facts;
use crate::model::Scheme;
use crate::table::ColumnType;

/// An identifier that a reader established in a typed field.
pub struct Fact<'f> {
    /// The term under which the ledger finds it; see [`identifier_term`] and [`client_term`].
    pub term: String,
    /// Offset in the item of the first place.
    pub offset: u64,
    /// Places.
    pub count: u64,
    /// Where.
    pub place: FactPlace<'f>,
}

/// The typed field in which an identifier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactPlace<'f> {
    /// A column with this header, empty where there is none.
    Column(&'f str),
    /// A field of this payment layout, and whose it makes the payments.
    Payment(&'f str, &'static str),
}

/// The term of an identifier in its normal form.
pub fn identifier_term(scheme: &Scheme, value: &str) -> String {
    format!("{scheme}:{value}")
}

/// The term of a value in a column of clients: a code or an account, which the column does not say.
pub fn client_term(value: &str) -> String {
    format!("client:{}", value.to_lowercase())
}

/// Gives every identifier that a reading's tables and payments hold.
pub fn each_fact<'f>(facts: &'f Facts, take: &mut dyn FnMut(Fact<'f>)) {
    for table in &facts.tables {
        for (number, column) in table.columns.iter().enumerate() {
            let term: &dyn Fn(&str) -> String = match &column.kind {
                ColumnType::ClientId(_) => &client_term,
                ColumnType::BankId { scheme, .. } => &|value| identifier_term(scheme, value),
                ColumnType::Iban(_) => &|value| identifier_term(&Scheme::IbanBank, value),
                ColumnType::InstitutionName
                | ColumnType::PersonName
                | ColumnType::FirstName
                | ColumnType::LastName
                | ColumnType::NamePart
                | ColumnType::Street
                | ColumnType::City
                | ColumnType::Region
                | ColumnType::PostCode
                | ColumnType::Country
                | ColumnType::Account
                | ColumnType::Email
                | ColumnType::Phone
                | ColumnType::Ssn
                | ColumnType::NationalId
                | ColumnType::Dob
                | ColumnType::DriversLicense
                | ColumnType::Card
                | ColumnType::Amount
                | ColumnType::Date
                | ColumnType::Credential
                | ColumnType::Sums
                | ColumnType::Particulars
                | ColumnType::Other => continue,
            };
            let place = FactPlace::Column(table.header.get(number).map_or("", String::as_str));
            for (value, seen) in &column.values {
                take(Fact { term: term(value), offset: seen.offset, count: seen.count, place });
            }
        }
    }
    let Some(payments) = &facts.payments else { return };
    for unit in &payments.units {
        for (parties, role) in [(&unit.owners, "owner"), (&unit.either, "either side"), (&unit.counterparties, "counterparty")] {
            for (party, seen) in parties {
                let place = FactPlace::Payment(&payments.layout, role);
                take(Fact { term: identifier_term(&party.scheme, &party.value), offset: seen.offset, count: seen.count, place });
            }
        }
    }
}
