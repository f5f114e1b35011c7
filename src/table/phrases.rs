//! The words of column headers.

/// What a header says. Content decides whether it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A name, of whomever.
    Name,
    /// A name of a person, or of a customer who may be one.
    Holder,
    Institution,
    First,
    Last,
    NamePart,
    Street,
    City,
    Region,
    PostCode,
    Country,
    Account,
    Iban,
    Email,
    Phone,
    Ssn,
    TaxId,
    NationalId,
    Dob,
    License,
    Card,
    Amount,
    /// An amount, in a word that means other things, too: `available`.
    Sum,
    /// Numbers that a bank gives its customers and contracts in words that others use, too: `member number`, `note number`.
    Numbered,
    Date,
    Credential,
    /// Something known that concerns neither persons nor institutions.
    Neither,
}

/// Phrases of headers, words apart by blanks; `=` before one: only if it is the whole header, else it
/// may also be its end. English, and the usual German, French, Spanish, Italian and Dutch words.
#[rustfmt::skip]
pub(super) const PHRASES: &[(Meaning, &[&str])] = &[
    (Meaning::Name, &[
        "=name", "=full name", "=names", "=nom", "=nombre", "=customer", "=client", "=payee", "=debtor", "=creditor", "=party",
        "=party name", "=display name", "=naam", "=title name", "cif name", "short name", "sort name", "alpha key", "account title",
        "legal title", "relationship name", "participant name", "trustee", "grantor", "owner", "title line", "payee name line",
        "receiving company name", "=cn", "=gecos",
    ]),
    (Meaning::Holder, &[
        "customer name", "client name", "account name", "account holder", "account holder name", "holder", "holder name", "cardholder",
        "cardholder name", "card holder name", "borrower", "borrower name", "co borrower", "coborrower name", "member name",
        "employee name", "employee", "person name", "person", "patient", "patient name", "applicant", "applicant name", "beneficiary",
        "beneficiary name", "payee name", "payer", "payer name", "debtor name", "creditor name", "remitter name", "insured name",
        "owner name", "signer", "signer name", "contact", "contact name", "originator name", "sender name", "individual name", "receiver name", "recipient name",
        "depositor", "depositor name", "user full name", "nominee", "guarantor", "guarantor name", "spouse name", "primary name",
        "full name", "legal name", "kontoinhaber", "inhaber", "kunde", "kunden name", "kundenname", "titulaire", "nom complet",
        "nom prenom", "titular", "nombre completo", "cliente", "intestatario", "mother maiden name", "name line", "borrower name line",
        "joint owner", "joint owner name", "joint name", "=joint", "primary owner", "primary member", "tax owner", "tax owner name",
        "taxpayer name", "obligor", "obligor name", "co obligor", "co maker", "co maker name", "cosigner", "co signer", "signatory",
        "mortgagor", "mortgagor name", "co mortgagor", "annuitant", "decedent", "policyholder", "policy holder", "insured",
        "subscriber name", "dependent name", "worker name", "suspect name", "embossed name", "emboss name", "embossing name",
        "embossing", "name on card", "name of borrower", "customer short name", "minor name",
    ]),
    (Meaning::Institution, &[
        "bank", "bank name", "institution name", "institution", "financial institution", "financial institution name", "fi name",
        "lender", "lender name", "credit union", "credit union name", "cu name", "odfi name", "rdfi name", "branch name",
        "correspondent bank", "sending bank", "receiving bank", "beneficiary bank", "bank legal name", "tenant name", "org name",
        "organization name", "organisation name", "organization", "organisation", "bankname", "kreditinstitut", "institut",
        "nom banque", "banque", "banco", "nombre banco", "banca",
    ]),
    (Meaning::First, &[
        "first name", "firstname", "=first", "fname", "=fn", "given name", "given names", "forename", "vorname", "prenom", "primer nombre",
        "voornaam",
        "name first", "name given",
    ]),
    (Meaning::Last, &[
        "last name", "lastname", "=last", "lname", "=ln", "surname", "family name", "sur name", "nachname", "familienname", "nom famille",
        "nom de famille", "apellido", "apellidos", "cognome", "achternaam", "name last", "name family",
    ]),
    (Meaning::NamePart, &[
        "middle name", "middle names", "middle initial", "middle init", "=middle", "mi", "m i", "mid init", "mname", "name middle",
        "name middle initial", "second name", "name suffix", "generation suffix", "=suffix", "zweiter vorname", "deuxieme prenom",
        "segundo nombre", "secondo nome",
    ]),
    (Meaning::Street, &[
        "street", "street address", "street name", "address", "address line", "address street", "home address", "mailing address",
        "residential address", "postal address", "strasse", "str", "anschrift", "adresse", "rue", "direccion", "calle", "domicilio",
        "indirizzo", "via", "straat",
    ]),
    (Meaning::City, &[
        "city", "city name", "town", "town name", "ort", "stadt", "wohnort", "ville", "commune", "ciudad", "municipio", "localidad",
        "citta", "plaats", "address city",
    ]),
    (Meaning::Region, &[
        "state", "state code", "state abbr", "province", "province code", "region", "stalp", "stname", "=st", "bundesland", "kanton", "provincia",
        "county", "departement", "address state",
    ]),
    (Meaning::PostCode, &[
        "zip", "zip code", "zipcode", "zip 4", "zip5", "postal code", "postcode", "post code", "postalcode", "=post", "plz",
        "postleitzahl", "code postal", "=cp", "codigo postal", "cap", "=postal",
    ]),
    (Meaning::Country, &["country", "country code", "country name", "=land", "laendercode", "=pays", "=pais", "nationality", "ctry"]),
    (Meaning::Account, &[
        "account", "account number", "account id", "acctno", "account num", "loan number", "loan id", "loan account", "loan",
        "deposit account", "share account", "dda", "dda number", "policy number", "konto", "kontonummer", "konto number", "compte",
        "numero compte", "cuenta", "numero cuenta", "numero de cuenta", "conto", "rekening", "rekeningnummer", "receiving account",
        "debit account", "credit account",
    ]),
    (Meaning::Iban, &["iban", "iban number", "iban code", "account iban"]),
    (Meaning::Email, &[
        "email", "e mail", "mail", "email address", "e mail address", "mail address", "emailaddress", "correo", "correo electronico",
        "courriel",
    ]),
    (Meaning::Phone, &[
        "phone", "phone number", "telephone", "telephone number", "tel", "tel number", "mobile", "mobile number", "mobile phone",
        "cell", "cell phone", "cell number", "cellphone", "fax", "fax number", "telefon", "telefono", "handy", "portable", "movil",
    ]),
    (Meaning::Ssn, &[
        "ssn", "social security", "social security number", "social security id", "social sec number", "soc sec number", "socsec",
        "ss number", "sin ssn", "=social", "social number", "social sec", "soc sec", "irs number",
    ]),
    (Meaning::TaxId, &[
        "tin", "tin number", "tax id", "tax payer id", "tax payer id number", "taxpayer id", "taxpayer id number", "tax number", "tax id number", "taxid",
        "tax identification number", "itin",
    ]),
    (Meaning::NationalId, &[
        "national id", "national id number", "national number", "passport", "passport number", "id card", "id card number",
        "identity number", "government id", "gov id", "=sin", "nino", "national insurance", "national insurance number", "ni number", "nif", "nie", "dni", "cedula",
        "curp", "rfc", "cpf", "cnpj", "bsn", "codice fiscale", "steuer id", "steuer number", "steuernummer", "personalausweis",
        "alien registration number", "alien number", "matricula", "matricula consular", "government id number", "foreign tin",
        "ausweis", "ausweisnummer", "insee", "nir", "pesel", "personnummer", "aadhaar", "aadhar",
    ]),
    (Meaning::Dob, &[
        "dob", "d o b", "birth", "birth date", "birthdate", "date of birth", "birthday", "date birth", "birth dt", "birth day",
        "geburtsdatum", "geb datum", "gebdat", "geburtstag", "date naissance", "date de naissance", "fecha nacimiento",
        "fecha de nacimiento", "data di nascita", "geboortedatum",
    ]),
    (Meaning::License, &[
        "drivers license", "drivers license number", "drivers license id", "driving license", "driving license number",
        "operator license", "operators license", "=dl", "dl number", "dl id", "dln", "license number dl", "fuehrerschein", "fuhrerschein", "permis de conduire",
    ]),
    (Meaning::Card, &[
        "card", "card number", "cardnumber", "card id", "pan", "pan number", "cc number", "ccn", "credit card", "credit card number",
        "debit card", "debit card number", "plastic number", "payment card number", "kartennummer", "kreditkarte", "kreditkartennummer", "numero carte",
        "numero tarjeta", "tarjeta",
    ]),
    (Meaning::Amount, &[
        "amount", "balance", "balance amount", "current balance", "ledger balance", "available balance", "loan amount", "principal",
        "principal balance", "salary", "income", "annual income", "credit limit", "outstanding", "betrag", "saldo", "kontostand",
        "monthly income", "montant", "solde", "importe", "monto", "salario", "gehalt", "bedrag", "importo",
    ]),
    (Meaning::Sum, &[
        "available", "ledger", "collected", "payoff", "wages", "gross pay", "net pay", "amount due", "payment due", "upb", "unpaid principal",
        "fair market", "fmv", "mortgage interest", "interest received", "interest paid", "ytd interest", "contribution", "contributions",
        "gross distribution", "=current",
    ]),
    (Meaning::Numbered, &[
        "member number", "cif", "cif number", "cif id", "cif key", "share id", "share number", "note number", "obligor number",
        "obligation number", "certificate number", "cd number", "ira number", "ira plan number", "account key",
    ]),
    (Meaning::Date, &[
        "date", "dt", "datum", "fecha", "timestamp", "ts", "time", "datetime", "date time", "created", "created at", "updated",
        "updated at", "opened", "closed", "valuta", "wertstellung", "buchungstag", "expiry", "expires", "expiration",
    ]),
    (Meaning::Credential, &[
        "password", "passwd", "pwd", "pass", "passphrase", "password hash", "secret", "client secret", "secret key", "private key",
        "api key", "apikey", "access key", "access token", "token", "auth token", "=pin", "pin code", "passwort", "kennwort",
        "mot de passe", "contrasena",
    ]),
    (Meaning::Neither, &[
        "ip address", "ip", "mac address", "mac", "web address", "memory address", "source address", "dest address",
        "destination address", "file name", "filename", "host name", "hostname", "server name", "domain name", "product name",
        "user agent", "table name", "column name", "field name", "event name", "job name", "process name", "service name", "class name",
        "class", "type", "status", "flag", "currency", "ccy", "version", "build", "serial", "serial number", "latency", "latency ms",
        "queue", "queue depth", "node", "host", "port", "pid", "level", "thread", "message", "msg", "description", "comment", "path",
        "size", "bytes", "count", "qty", "quantity", "sequence", "sequence number", "seq", "seq number", "line number", "row number",
        "line", "row", "hash", "checksum", "sha", "md", "url", "uri", "uuid", "guid", "rate", "percent", "score", "duration", "ms",
        "offset", "length", "email type", "email status", "phone type", "address type", "account type", "account status", "card type",
        "loan type", "check number", "cheque number", "batch number", "batch id", "trace", "trace number", "trace id", "transaction id",
        "transaction number", "txn id", "session id", "request id", "message id", "state id", "machine state", "order state",
        "ticket number", "invoice number", "order number",
    ]),
];

/// Writings of one word.
pub(super) const SYNONYMS: &[&[&str]] = &[
    &["number", "no", "nr", "num", "nbr", "nummer", "numero", "#"],
    &["id", "ident", "identifier"],
    &["code", "cd"],
    &["account", "acct", "acc", "a c", "accnt"],
    &["address", "addr", "adr"],
    &["customer", "cust"],
    &["name", "nm"],
    &["balance", "bal"],
    &["amount", "amt"],
    &["date", "dt"],
    &["drivers", "driver s", "driver", "drv", "drvr", "drvrs"],
    &["license", "licence", "lic"],
    &["birth", "brth"],
    &["first", "frst", "fst"],
    &["last", "lst"],
    &["member", "mbr"],
    &["share", "shr"],
    &["loan", "ln"],
    &["available", "avail"],
    &["interest", "int"],
    &["received", "recd"],
    &["mortgage", "mort"],
    &["limit", "lmt"],
    &["credit", "cr"],
    &["phone", "ph", "phn"],
    &["beneficiary", "bene", "benef"],
    &["organization", "org"],
    &["password", "passwords"],
];
