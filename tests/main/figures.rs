//! Lists of clients with figures, and with those who look after them: they affect nobody. Balances, accounts and customers do.

use crate::false_hits::{aba, outcome};
use crate::harness::Institution;

const CODES: [&str; 8] = ["40312", "CHCQ417", "51877", "62240", "70015", "SCBZ120", "33671", "44509"];
const TOWNS: [&str; 8] = ["Norwell", "Tessaly", "Quill", "Brook", "Zeven", "Kirk", "Dale", "Raven"];
const CUSTOMERS: [&str; 8] =
    ["Mary Hawkins", "Dennis Boone", "Linda Garcia", "Robert Young", "Susan Lee", "Karen Lopez", "James Miller", "Ann Fox"];

fn institutions() -> Vec<Institution> {
    let one = |n: usize| {
        Institution::new(CODES[n], &format!("{} Harbor Savings Bank", TOWNS[n]))
            .with("client_code", CODES[n])
            .with("aba", &aba(n as u32 * 37 + 5))
    };
    (0..CODES.len()).map(one).collect()
}

/// The verdict of all institutions over a table with so many lines for each, which must be the same.
fn verdict_of_all(header: &str, times: usize, line: impl Fn(usize) -> String) -> String {
    let lines: String = (0..CODES.len() * times).map(|n| line(n) + "\n").collect();
    let (_desk, outputs) = outcome(&institutions(), &[("x/a.csv", format!("{header}\n{lines}"))]);
    let verdicts = outputs.verdicts();
    let first = verdicts[CODES[0]].clone();
    assert!(verdicts.values().all(|verdict| *verdict == first), "{verdicts:?} for {header}");
    first
}

/// What writes the line of each institution.
type Line = fn(usize) -> String;

fn bank(n: usize) -> String {
    format!("{},{} Harbor Savings Bank", CODES[n], TOWNS[n])
}

#[test]
fn fees_invoices_volumes_and_shares_are_figures_of_a_list() {
    let lists: [(&str, Line); 7] = [
        ("Client Code,Client,Product,Monthly fee,Contract end", |n| format!("{},Core,{}.50,2026-01-01", bank(n), 1200 + 75 * n)),
        ("Client Code,Client,Invoice,Amount Due,Due Date", |n| format!("{},INV0000{n},{}.25,2024-11-30", bank(n), 7512 + 991 * n)),
        ("client,logins,avg_ms,error_pct", |n| format!("{},{},{}.12,0.{}8", CODES[n], 3477 + n, 546 - 7 * n, n + 1)),
        ("Client #,Name,Uptime %,Credits $", |n| format!("{},99.9{n},{}.50", bank(n), 12 + n)),
        ("client_code,name,GB used", |n| format!("{},0.{}5", bank(n), n + 1)),
        ("Client Code,Client,Total volume", |n| format!("{},{}.00", bank(n), 73_421_706 + 9_999 * n)),
        ("Client Code,Client,Total Assets", |n| format!("{},{}", bank(n), 73_421_706 + 9_999 * n)),
    ];
    for (header, line) in lists {
        assert_eq!(verdict_of_all(header, 1, line), "ruled_out", "{header}");
    }
    let directory = |n: usize| format!("{},{} Harbor Savings Bank,{}.50,{}.25", aba(n as u32 * 37 + 5), TOWNS[n], 734_217 + n, 76_147 + n);
    assert_eq!(verdict_of_all("ABA,Institution,Total Assets,Equity", 1, directory), "ruled_out");
}

#[test]
fn balances_accounts_and_customers_are_records_and_unknown_sums_leave_open() {
    let tables: [(&str, Line, &str); 7] = [
        ("Client Code,Client,Balance", |n| format!("{},{}.50", bank(n), 1200 + 75 * n), "affected"),
        ("Client Code,Client,Total balance", |n| format!("{},{}.50", bank(n), 1200 + 75 * n), "affected"),
        ("Client Code,Customer name,Fee,Account number", |n| format!("{},{},{n}.50,93854828{n}7", CODES[n], CUSTOMERS[n]), "affected"),
        ("Client Code,Monthly fee,Card number", |n| format!("{},{n}.50,406384536779375{n}", CODES[n]), "affected"),
        ("Client Code,Monthly fee,Loan Balance", |n| format!("{},{n}.50,{}.25", CODES[n], 1200 + 75 * n), "affected"),
        ("Client Code,Amount", |n| format!("{},{}.50", CODES[n], 1200 + 75 * n), "undetermined"),
        ("Client Code,val", |n| format!("{},{}.50", CODES[n], 1200 + 75 * n), "undetermined"),
    ];
    for (header, line, expected) in tables {
        assert_eq!(verdict_of_all(header, 1, line), expected, "{header}");
    }
    let paid = |n: usize| format!("{},3,10{n}.00", aba(n as u32 * 37 + 5));
    assert_eq!(verdict_of_all("rdfi,count,total", 1, paid), "referenced");
}

/// Several rows of one client are records and no entries of a list, whatever they hold.
#[test]
fn several_rows_of_a_client_are_its_records() {
    let ticket = |n: usize| format!("T-{n},{},Report was late,2024-10-0{}", CODES[n % CODES.len()], n % 9 + 1);
    assert_eq!(verdict_of_all("Ticket,Client Code,Subject,Opened", 2, ticket), "affected");
    let volume = |n: usize| format!("2024-10-0{},{},{},{}.25", n / CODES.len() + 1, CODES[n % CODES.len()], 40 + n, 900 + n);
    assert_eq!(verdict_of_all("date,client_code,transactions,volume_usd", 3, volume), "affected");
}

#[test]
fn who_looks_after_several_clients_is_none_of_their_customers() {
    let manager = |n: usize| ["J. Doyle", "R. Patel", "M. Stone"][n % 3];
    let mail = |n: usize| ["doyle", "patel", "stone"][n % 3];
    let core = |n: usize| format!("{},Core,{},2026-01-01", bank(n), manager(n));
    assert_eq!(verdict_of_all("Client Code,Client,Product,Account manager,Contract end", 1, core), "ruled_out");
    let mailed = |n: usize| format!("{},{},{}@vendor.example,555-010-443{},{}.50", bank(n), manager(n), mail(n), n % 3, 1200 + n);
    assert_eq!(verdict_of_all("Client Code,Client,Account manager,E-mail,Phone,Monthly fee", 1, mailed), "ruled_out");
    let test = |n: usize| format!("{},TEST USER,1000000001", bank(n));
    assert_eq!(verdict_of_all("Client Code,Client,Name,Account", 1, test), "ruled_out");
    let directory =
        |n: usize| format!("{},{} Harbor Savings Bank,{},{}@vendor.example", aba(n as u32 * 37 + 5), TOWNS[n], manager(n), mail(n));
    assert_eq!(verdict_of_all("ABA,Institution,Account manager,E-mail", 1, directory), "ruled_out");
}

#[test]
fn a_customer_of_each_client_is_its_own() {
    let each = |n: usize| format!("{},{},{}@mail.example", bank(n), CUSTOMERS[n], n);
    assert_eq!(verdict_of_all("Client Code,Client,Customer name,E-mail", 1, each), "affected");
    // Accounts of one holder differ, and are somebody's.
    let one = |n: usize| format!("{},Mary Hawkins,93854828{n}7", bank(n));
    assert_eq!(verdict_of_all("Client Code,Client,Holder,Account number", 1, one), "affected");
    // One person's payments with many banks.
    let paid = |n: usize| format!("{},Mary Hawkins,938548280,{}.50", aba(n as u32 * 37 + 5), 120 + n);
    let (_desk, outputs) = outcome(
        &institutions(),
        &[("x/a.csv", format!("routing_number,name,account_number,amount\n{}", (0..8).map(|n| paid(n) + "\n").collect::<String>()))],
    );
    assert_eq!(outputs.rows("unattributed.csv").len(), 1);
    // Several rows for each client: who stands in them is theirs, however often.
    let again = |n: usize| format!("{},{},{}", CODES[n % CODES.len()], CUSTOMERS[n % 2], 938_548_280 + n % 2);
    assert_eq!(verdict_of_all("client_code,holder,account_number", 3, again), "affected");
}
