use super::*;
use crate::identifier::aba;
use proptest::prelude::*;

type Rows = Vec<Vec<String>>;

fn rows(lines: &[&str]) -> Rows {
    lines.iter().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

fn header(line: &str) -> Vec<String> {
    line.split('|').map(str::to_owned).collect()
}

fn facts(head: Option<&str>, rows: &Rows) -> TableFacts {
    let mut facts = unfinished(head, rows);
    facts.finish();
    facts
}

fn unfinished(head: Option<&str>, rows: &Rows) -> TableFacts {
    let head = head.map(header);
    let mut facts = TableFacts::new("t", head.as_deref(), rows);
    push(&mut facts, rows);
    facts
}

fn push(facts: &mut TableFacts, rows: &[Vec<String>]) {
    push_from(facts, rows, 0);
}

/// Pushes rows that stand at the offsets from `base` on.
fn push_from(facts: &mut TableFacts, rows: &[Vec<String>], base: usize) {
    for (at, row) in rows.iter().enumerate() {
        facts.row(&row.iter().map(String::as_str).collect::<Vec<_>>(), (base + at) as u64);
    }
}

fn kinds(facts: &TableFacts) -> Vec<ColumnType> {
    facts.columns.iter().map(|column| column.kind.clone()).collect()
}

/// Digits that are no sequence: the same in every run.
fn digits(seed: u64, len: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(b'0' + (state >> 33) as u8 % 10)
        })
        .collect()
}

fn people(n: u64) -> Rows {
    let names = ["James Smith", "Mary Okafor", "Olga Novak", "Kofi Tanaka", "Priya Reyes"];
    (0..n)
        .map(|i| {
            vec![
                names[i as usize % 5].to_owned(),
                format!("{} Oak St", i / 5 + 1),
                "MA".into(),
                digits(i + 7, 5),
                digits(i + 99, 10),
                format!("{}.50", i * 3),
            ]
        })
        .collect()
}

use ColumnType::*;

fn bank(scheme: Scheme) -> ColumnType {
    BankId { scheme, side: Side::Neutral }
}

#[test]
fn customers_of_a_bank() {
    let facts = facts(Some("name|street|state|zip|account_number|balance"), &people(40));
    assert_eq!(kinds(&facts), [PersonName, Street, Region, PostCode, Account, Amount]);
    assert_eq!(facts.elements.words(), ["account_number", "address", "amount", "name"]);
    assert_eq!((facts.rows, facts.persons.len()), (40, 40));
    assert!(!facts.is_reference_list());
    assert!(facts.columns.iter().all(|column| column.values.is_empty() && !column.many_values));
}

#[test]
fn a_customer_column_with_names_is_persons_and_with_codes_is_not() {
    let people = people(20);
    assert_eq!(facts(Some("customer|street|state|zip|account_number|balance"), &people).columns[0].kind, PersonName);
    assert_eq!(facts(Some("customer_name|a|b|c|d|e"), &people).columns[0].kind, PersonName);
    let codes = rows(&["Y9UF9Q|1.00", "3JR8SN|2.00", "S33YGP|3.00"]);
    assert_eq!(facts(Some("customer|balance"), &codes).columns[0].kind, ClientId(Specific::Generic));
    assert_eq!(facts(Some("customer_id|balance"), &codes).columns[0].kind, ClientId(Specific::Generic));
    for head in [
        "client|x",
        "institution number|x",
        "client_code|x",
        "clientCode|x",
        "FI Code|x",
        "institution_id|x",
        "CLIENTCODE|x",
        "tenant id|x",
        "sftp_account|x",
    ] {
        assert_eq!(facts(Some(head), &codes).columns[0].kind, ClientId(Specific::Exact), "{head}");
    }
    let banks = rows(&["First State Bank|1", "Aurora Postal Employees CU|2", "Citizens Trust|3"]);
    assert_eq!(facts(Some("customer|n"), &banks).columns[0].kind, InstitutionName);
}

#[test]
fn records_of_several_institutions_are_counted_apart() {
    let mut all = people(30);
    for (i, row) in all.iter_mut().enumerate() {
        row.push(if i % 3 == 0 { "Y9UF9Q" } else { " 3JR8SN " }.into());
    }
    all.push(all[0].clone());
    let facts = facts(Some("name|street|state|zip|account_number|balance|client_code"), &all);
    let values = &facts.columns[6].values;
    assert_eq!(facts.columns[6].kind, ClientId(Specific::Exact));
    assert_eq!(values.keys().collect::<Vec<_>>(), ["3JR8SN", "Y9UF9Q"]);
    assert_eq!((values["Y9UF9Q"].count, values["Y9UF9Q"].offset, values["Y9UF9Q"].persons.len()), (11, 0, 10));
    assert_eq!((values["3JR8SN"].count, values["3JR8SN"].offset, values["3JR8SN"].persons.len()), (20, 1, 20));
    assert_eq!(facts.persons.len(), 30);
}

#[test]
fn telemetry_is_nobodys() {
    let lines: Rows = (0..400)
        .map(|i| {
            vec![
                format!("2024-11-0{}T03:00:00Z", i % 9 + 1),
                format!("node{}", i % 40),
                digits(i, 5),
                digits(i + 1000, 9),
                format!("{}.{}", i, digits(i, 3)),
                digits(i, [5, 6, 12][i as usize % 3]),
            ]
        })
        .collect();
    for head in [Some("ts|node|build|serial|latency_ms|queue"), None] {
        let facts = facts(head, &lines);
        assert_eq!(kinds(&facts), [Date, Other, Other, Particulars, Other, Other], "{head:?}");
        assert!(facts.elements.is_empty() && facts.persons.is_empty() && !facts.is_reference_list());
    }
}

#[test]
fn one_routing_number_among_account_numbers_is_chance() {
    let mut all = people(400);
    all[17][4] = "021000021".into();
    for head in [Some("customer|street|state|zip|account_number|balance"), None] {
        assert_eq!(facts(head, &all).columns[4].kind, Account, "{head:?}");
    }
}

fn routing_numbers(n: u64) -> Vec<String> {
    (0..n).filter_map(|i| aba::with_check_digit(&format!("0{}{}", i % 9 + 1, digits(i + 3, 6)))).collect()
}

#[test]
fn routing_numbers_by_header_and_by_content() {
    let numbers = routing_numbers(20);
    let table = |eaten: bool| -> Rows {
        numbers.iter().map(|n| vec![if eaten { n.trim_start_matches('0').to_owned() } else { n.clone() }, "x".into()]).collect()
    };
    let by_header = facts(Some("Routing Number|memo"), &table(true));
    assert_eq!(by_header.columns[0].kind, bank(Scheme::Aba));
    assert!(by_header.columns[0].values.keys().eq(numbers.iter().collect::<std::collections::BTreeSet<_>>()));
    for head in [None, Some("foo|memo"), Some("bank|memo"), Some("bank_id|memo")] {
        assert_eq!(facts(head, &table(false)).columns[0].kind, bank(Scheme::Aba), "{head:?}");
    }
    assert_eq!(facts(Some("rdfi_rtn|memo"), &table(false)).columns[0].kind, BankId { scheme: Scheme::Aba, side: Side::Receiving });
    let random: Rows = (0..50).map(|i| vec![digits(i, 9)]).collect();
    assert_eq!(facts(Some("routing_number"), &random).columns[0].kind, Particulars);
}

#[test]
fn dfi_identifications_lack_their_check_digit() {
    let numbers = routing_numbers(20);
    let table: Rows = numbers.iter().map(|n| vec![n[..8].to_owned()]).collect();
    let facts1 = facts(Some("ODFI"), &table);
    assert_eq!(facts1.columns[0].kind, BankId { scheme: Scheme::Aba, side: Side::Originating });
    assert!(facts1.columns[0].values.keys().eq(numbers.iter().collect::<std::collections::BTreeSet<_>>()));
    assert_eq!(facts(Some("foo"), &table).columns[0].kind, Particulars);
}

#[test]
fn nothing_written_as_a_word_is_nothing() {
    let facts = facts(Some("client_code|account_holder"), &rows(&["NULL|\\N", "A1|James Smith", "|null"]));
    assert_eq!((facts.columns[0].non_empty, facts.columns[0].values.len(), facts.persons.len()), (1, 1, 1));
}

#[test]
fn directories_are_reference_lists() {
    let names = ["First State Bank", "Farmers Trust", "Citizens National Bank", "Peoples Savings", "Aurora CU"];
    let list: Rows = routing_numbers(30)
        .into_iter()
        .enumerate()
        .map(|(i, n)| vec![n, format!("{} of {i}", names[i % 5]), "Oneida".into(), "TN".into()])
        .collect();
    let facts1 = facts(Some("routing_number|name|city|state"), &list);
    assert_eq!(kinds(&facts1), [bank(Scheme::Aba), InstitutionName, City, Region]);
    assert!(facts1.is_reference_list() && facts1.persons.is_empty());
    let names: Rows = (0..2000).map(|i| vec![format!("{} of {i}", names[i % 5]), "TN".into()]).collect();
    assert!(facts(Some("bank_name|state"), &names).is_reference_list());
    let bare = facts(None, &list);
    assert_eq!(kinds(&bare)[..2], [bank(Scheme::Aba), InstitutionName]);
    assert!(bare.is_reference_list());
    let contacts = rows(&["First State Bank|James Smith|(212) 555-0100", "Aurora CU|Mary Jones|(212) 555-0101"]);
    assert!(!facts(Some("Institution|Contact|Phone"), &contacts).is_reference_list());
    assert!(!facts(Some("user|action"), &rows(&["svc1|LOGIN", "svc2|LOGIN"])).is_reference_list());
    let bics = rows(&[
        "DEUTDEFFXXX|Deutsche Bank",
        "COBADEFFXXX|Commerzbank",
        "BNPAFRPP|BNP Paribas",
        "BFSWDE33BER|Sozialbank",
        "OPPHGB21|Oppenheim",
        "ONLLGB21|Only Bank",
    ]);
    assert_eq!(kinds(&facts(None, &bics))[0], bank(Scheme::Bic));
    let words = rows(&["ACCEPTED", "ABSOLUTE", "ACTIVITY", "REJECTED", "PLATFORM", "COMPLETE"]);
    assert_eq!(kinds(&facts(None, &words)), [Other]);
}

#[test]
fn ibans_give_their_banks() {
    let table =
        rows(&["DE89 3704 0044 0532 0130 00|James Smith", "GB29NWBK60161331926819|Mary Jones", "DE89370400440532013000|Olga Novak"]);
    for head in [Some("IBAN|Kontoinhaber"), None] {
        let facts = facts(head, &table);
        assert_eq!(kinds(&facts), [Iban(Side::Neutral), PersonName], "{head:?}");
        assert_eq!(
            facts.columns[0].values.iter().map(|(k, v)| (k.as_str(), v.count)).collect::<Vec<_>>(),
            [("DE:37040044", 2), ("GB:601613", 1), ("GB:NWBK", 1), ("GB:NWBK601613", 1)]
        );
        assert!(facts.elements.contains(DataElement::Iban));
    }
    assert_eq!(kinds(&facts(Some("counterparty_iban|x"), &table))[0], Iban(Side::Receiving));
}

#[test]
fn national_codes_take_their_country_where_it_stands() {
    let table = rows(&["10020500|DE", "37040044|DE"]);
    assert!(facts(Some("BLZ|x"), &table).columns[0].values.contains_key("DE:10020500"));
    assert!(facts(Some("bank_code|country"), &table).columns[0].values.contains_key("DE:37040044"));
    assert!(facts(Some("clearing code|x"), &table).columns[0].values.contains_key(":37040044"));
}

#[test]
fn personal_numbers_show_by_content() {
    let table = rows(&[
        "123-45-6789|4539 5787 6362 1486|a@b.com|(212) 555-0100",
        "234-56-7890|5425233430109903|c@d.org|212-555-0101",
        "345-67-8901|374245455400126|e@f.net|+1 212 555 0102",
    ]);
    let facts = facts(Some("a|b|c|d"), &table);
    assert_eq!(kinds(&facts), [Ssn, Card, Email, Phone]);
    assert_eq!(facts.elements.words(), ["card_number", "email", "phone", "ssn"]);
}

#[test]
fn names_in_parts_and_in_other_languages() {
    let table = rows(&["Erika|Mustermann|Heidestraße 17|51147|Köln|12.08.1964", "Hans|Müller|Am Weg 3|10115|Berlin|01.02.1971"]);
    let german = facts(Some("Vorname|Name|Straße|PLZ|Ort|Geburtsdatum"), &table);
    assert_eq!(kinds(&german), [FirstName, LastName, Street, PostCode, City, Dob]);
    assert_eq!((german.persons.len(), german.elements.words()), (2, vec!["address", "dob", "name"]));
    let english = facts(Some("first_name|lastName|addr1|zip|city|DOB"), &table);
    assert_eq!(english.persons, german.persons);
}

#[test]
fn middle_names_and_suffixes_tell_persons_apart() {
    let parted = rows(&["Ann|B|Kim||100001", "Ann|G|Kim||100002", "Bob||Orr|Jr|100003", "Bob||Orr|Sr.|100004", "Bob||Orr||100005"]);
    let parted = facts(Some("first_name|mi|last_name|suffix|acct_no"), &parted);
    assert_eq!(kinds(&parted), [FirstName, NamePart, LastName, NamePart, Account]);
    let whole = rows(&["Ann B Kim|100001", "Ann G Kim|100002", "Bob Orr Jr|100003", "Bob Orr Sr|100004", "Bob Orr|100005"]);
    assert_eq!(
        parted.persons,
        facts(Some("customer_name|acct_no"), &whole)
            .persons
            .iter()
            .map(|p| crate::model::PersonKey { elements: parted.persons[0].elements, ..*p })
            .collect::<Vec<_>>()
    );
    // Of two persons in a row each has its own.
    let pairs = rows(&["Ann|B|Kim|Ed|M|Kim", "Ann|G|Kim|Ed|P|Kim"]);
    assert_eq!(
        facts(Some("borrower first name|borrower mi|borrower last name|spouse first name|spouse middle initial|spouse last name"), &pairs)
            .persons
            .len(),
        4
    );
    // Beside whole names, and where it may be a state, it is none.
    assert_eq!(facts(Some("full_name|mi"), &rows(&["Ann B Kim|B", "Ann B Kim|B"])).persons.len(), 1);
}

#[test]
fn names_in_nested_records_are_persons() {
    let head = "name.first|name.last|accounts.0.number|accounts.1.number|taxId";
    let table = facts(Some(head), &rows(&["Ann|Kim|8312140591|9082188772|248-84-5091", "Bob|Lee|3955073816|4732470284|521-82-4091"]));
    assert_eq!(kinds(&table), [FirstName, LastName, Account, Account, Ssn]);
    assert_eq!(table.persons.len(), 2);
}

#[test]
fn tracks_of_magnetic_stripes_are_cards() {
    let table = rows(&[
        "%B4063845367793753|MILLER/DORA|27121010000?",
        "%B4787829762064924|BELL/MARY|27121010000?",
        "%B4755915504293232|ORR/JAMES|27121010000?",
    ]);
    let table = facts(None, &table);
    assert_eq!((kinds(&table)[0].clone(), kinds(&table)[1].clone(), table.persons.len()), (Card, PersonName, 3));
}

#[test]
fn a_name_told_twice_is_one_person() {
    let table = rows(&["James Smith|James|Smith", "Mary Jones|Mary|Jones"]);
    assert_eq!(facts(Some("full_name|first_name|last_name"), &table).persons.len(), 2);
    let turned = rows(&["KIM, ANN B|1", "Ann B Kim|2", "Bob Orr, Jr.|3", "Bob Orr Jr|4", "Kim, Ann G|5"]);
    assert_eq!(facts(Some("account_holder|account_number"), &turned).persons.len(), 3);
    let companies = rows(&["Acme Tools LLC|1", "James Smith|2", "Mary Jones|3"]);
    assert_eq!(facts(Some("account_holder|account_number"), &companies).persons.len(), 2);
}

#[test]
fn columns_without_a_helpful_header_keep_few_values() {
    let few: Rows = (0..1000).map(|i| vec![format!("X{}", i % 256), format!("Y{i}")]).collect();
    let facts = facts(Some("alpha|beta"), &few);
    assert_eq!((facts.columns[0].values.len(), facts.columns[0].many_values), (256, false));
    assert_eq!((facts.columns[1].values.len(), facts.columns[1].many_values), (0, true));
}

#[test]
fn hostile_tables_stay_bounded() {
    let wide = vec![vec!["x".to_owned(); 10_000], vec![], vec!["\u{0}".to_owned(), "é\u{301}".repeat(300)]];
    let facts = facts(None, &wide);
    assert_eq!((facts.columns.len(), facts.wide_rows, facts.rows), (MOST_COLUMNS, 1, 3));
    let ids = header(&vec!["client_code"; 40].join("|"));
    assert_eq!(TableFacts::new("", Some(&ids), &[]).identifier_columns().count(), MOST_ID_COLUMNS);
    assert_eq!(TableFacts::new("", None, &[]).columns.len(), 0);
}

#[test]
fn facts_survive_the_ledger() {
    let facts = facts(Some("client_code|customer|x|y|z|u"), &people(10));
    let bytes = postcard::to_stdvec(&facts).unwrap();
    assert_eq!(postcard::from_bytes::<TableFacts>(&bytes).unwrap(), facts);
    let mut again = facts.clone();
    again.finish();
    assert_eq!(again, facts);
}

#[test]
fn many_thousand_identifiers_are_given_up_whole() {
    let mut facts = TableFacts::new("", Some(&header("customer_id")), &rows(&["A1"]));
    for i in 0..=MOST_IDS {
        facts.row(&[&format!("K{i}")], i as u64);
    }
    facts.finish();
    assert!(facts.columns[0].many_values && facts.columns[0].values.is_empty() && facts.columns[0].is_about_distinct(facts.rows));
}

proptest! {
    #[test]
    fn parts_together_are_the_whole(
        cells in prop::collection::vec((0u8..5, 0u8..6, 0u16..400), 1..400),
        cut in 0usize..400,
        finished in any::<bool>(),
    ) {
        let table: Rows = cells.iter().map(|&(code, who, x)| {
            let name = ["James Smith", "Mary Jones", "Olga Novak", "", "Kofi Reyes", "Acme LLC"][who as usize];
            vec![["A1", "B2", " C3", "", "D4"][code as usize].into(), name.into(), format!("{} Oak St", who % 3), format!("v{x}"), "DEUTDEFFXXX".into()]
        }).collect();
        let head = header("client_code|account_holder|street|foo|bic");
        let mut whole = TableFacts::new("t", Some(&head), &table);
        let mut first = whole.empty_like();
        let mut second = whole.empty_like();
        push(&mut whole, &table);
        let (front, back) = table.split_at(cut.min(table.len()));
        push(&mut first, front);
        push_from(&mut second, back, front.len());
        if finished {
            first.finish();
            second.finish();
        }
        first.merge(second);
        first.finish();
        whole.finish();
        prop_assert_eq!(first, whole);
    }

    #[test]
    fn any_table_is_typed(head in prop::collection::vec("\\PC{0,12}", 0..5), table in prop::collection::vec(prop::collection::vec("\\PC{0,16}", 0..6), 0..6)) {
        let mut facts = TableFacts::new("t", Some(&head), &table);
        push(&mut facts, &table);
        facts.finish();
        let _ = facts.is_reference_list();
    }
}

#[test]
fn lists_in_cells_are_what_is_in_them() {
    let codes: Vec<String> = (0..60).map(|n| format!("{}", 104_200 + n)).collect();
    let rows = vec![
        vec!["021000021; 011000015".to_owned(), "DE89370400440532013000; GB82WEST12345698765432".to_owned(), codes.join("; ")],
        vec!["011000015".to_owned(), "DE89370400440532013000".to_owned(), "104233".to_owned()],
        vec!["021000021; 011000015".to_owned(), String::new(), "104233; 104234".to_owned()],
    ];
    let facts = facts(Some("aba_numbers|ibans|client_code"), &rows);
    let counts = |column: usize| facts.columns[column].values.iter().map(|(value, of)| (value.as_str(), of.count)).collect::<Vec<_>>();
    assert_eq!(counts(0), [("011000015", 3), ("021000021", 2)]);
    assert_eq!(facts.columns[1].kind, ColumnType::Iban(Side::Neutral));
    assert!(counts(1).contains(&("DE:37040044", 2)) && counts(1).contains(&("GB:123456", 1)), "{:?}", counts(1));
    // A list is longer than any value may be, and none of it is.
    assert!(rows[0][2].len() > LONGEST_VALUE);
    assert_eq!((counts(2).len(), facts.columns[2].values["104233"].count, facts.columns[2].values["104259"].count), (60, 3, 1));
}

#[test]
fn given_and_family_names_need_no_header() {
    let rows: Vec<Vec<String>> = [
        "2547172398|OLGA|CLARK|19751218|5727.79",
        "6921045395|IVAN|WILLIAMS|19430326|8712.09",
        "1622469902|SIOBHAN|DAVIS|19590120|2093.27",
    ]
    .iter()
    .map(|row| row.split('|').map(str::to_owned).collect())
    .collect();
    let mut facts = TableFacts::new("", None, &rows);
    rows.iter().for_each(|row| _ = facts.row(&row.iter().map(String::as_str).collect::<Vec<_>>(), 0));
    facts.finish();
    assert_eq!((facts.elements.words(), facts.persons.len()), (vec!["account_number", "amount", "dob", "name"], 3));
    // Words beside numbers, and towns beside states, are no names.
    for other in [["Prime", "Batch"], ["Columbus", "OH"], ["Jordan", "running"]] {
        let rows: Vec<Vec<String>> = (0..5).map(|n| vec![format!("25471{n}2398"), other[0].to_owned(), other[1].to_owned()]).collect();
        let facts = TableFacts::new("", None, &rows);
        assert!(facts.columns.iter().all(|column| !matches!(column.kind, ColumnType::FirstName | ColumnType::LastName)), "{other:?}");
    }
}

/// Of more persons than are kept it is not known whose they are, however the rows are divided.
#[test]
fn many_persons_under_a_code_are_not_told_apart() {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    let name = |n: usize| format!("Ann Q{}{}{}{}", letter(n), letter(n / 26), letter(n / 676), letter(n / 17_576));
    let row = |n: usize| vec![format!("GA{}", 4_100 + n % 3), name(n), format!("51{:07}", n)];
    let all: Rows = (0..70_000).map(row).collect();
    let (few, head) = (all.get(..3_000).unwrap_or_default().to_vec(), "xref|full name|account number");
    let apart = |facts: &TableFacts| facts.columns[0].values.values().map(ValueFacts::is_told_apart).collect::<Vec<_>>();
    let told = facts(Some(head), &few);
    assert_eq!(apart(&told), [true; 3]);
    assert_eq!(told.columns[0].values["GA4101"].persons.len(), 1_000);
    let mixed = facts(Some(head), &all);
    assert_eq!(apart(&mixed), [false; 3]);
    let mut parts = TableFacts::new("t", Some(&header(head)), &few);
    let mut part = parts.empty_like();
    push(&mut parts, &all[..40_000]);
    push_from(&mut part, &all[40_000..], 40_000);
    parts.merge(part);
    parts.finish();
    assert_eq!((apart(&parts), &parts.columns[0].values), (vec![false; 3], &mixed.columns[0].values));
}
