//! Headings as core systems, loan files, card processors, payroll, and forms of the IRS write them: what stands below is known
//! by their words, or by itself beside what only persons have. The same words mean other things, too.

use crate::harness::{Desk, Institution, Job, Outputs, write, write_registry};

/// Kinds of personal data, and headings under which they stand; those of one record are parted by bars.
#[rustfmt::skip]
const HEADINGS: &[(&str, &str)] = &[
    ("name", "\
        NAME_LINE_1; NAME LINE 2; NAMELINE1; CIF Name; CIFNM; Short Name; SHORTNAME; CUSTNM; CUST_SHORT_NM; Name1; NA LINE 1; \
        ACCT TITLE; Account Title; Acct Title Line 1; Joint Owner; JOINT_OWNER_NAME; Joint Name; JOINT_NM; Jt Owner; Obligor; \
        OBLIGOR NAME; Co-Obligor; Co-Maker; Comaker Name; Cosigner; Co-signer; Signatory; Authorized Signer; PRIMARY_OWNER; \
        Primary Member; Mbr Name; MBR_NM; MEMBER FULL NM; Tax Owner Name; Taxpayer Name; Payee Name 1; RECIPIENT'S name; \
        BORROWER'S name; RECIPIENT NAME LINE 1; First Payee Name Line; Individual or Receiving Company Name; INDIV_NM; \
        Employee Full Name; EMP_NM; EE Name; Worker Name; Dependent Name; Subscriber Name; Policyholder; Insured; Account \
        Owner; HSA Account Holder; IRA Owner; IRA Holder; Participant Name; Decedent; Minor Name; Trustee; Grantor; Annuitant; \
        POD Beneficiary; BENE_NAME; CARDHOLDER NM; EMBOSS_NAME; Embossed Name; EMBOSSING LINE 1; Name on Card; NAMEONCARD; \
        CH_NAME; BorrowerFullName; Borr Name; BORR1_NAME; Mortgagor; Mortgagor Name; CoMortgagor; COBORR_NM; Guarantor; \
        PRIM_CUST_NM; CustomerNameLine1; AcctNm; Relationship Name; SORT_NAME; LEGALNAME; Legal Title; Depositor; Conductor; \
        Suspect Name; Name of Borrower; Name (Last, First); Cust; Title; Alpha Key; Member; PRIMNAME; Customer Nm 1; \
        NAMEADDR1; Acct Holder Nm; MBR NAME LINE; Loan Customer; Second Signer; Authorized User; AUTH_USER_NM; Third Party \
        Name; HSA Owner; Account Party; PARTY_NM; Party Full Name; BorrowerName1; Taxpayer; Transmitter Contact; Beneficiary 1 \
        Name; CUSTOMER-NAME-1; Related Party; CTR Person; Payroll Name; Tenant; Co Borrower Nm; Claimant; Covered Individual; \
        Pensioner; Registration Line 1; REG1"),
    ("name", "\
        FIRST|LAST; FNAME|LNAME; FRSTNM|LASTNM; FIRSTNM|LSTNM; F_NAME|L_NAME; BorrowerFirstName|BorrowerLastName; \
        BORR_FST_NM|BORR_LST_NM; MBRFIRST|MBRLAST; NAMEFIRST|NAMELAST; GIVENNAME|SURNAME; EmpFirst|EmpLast; \
        PersonFirstName|PersonLastName; First Nm|Last Nm; FRST_NAME|LST_NAME; NM_FIRST|NM_LAST; Cust First|Cust Last; \
        INDIV_FIRST|INDIV_LAST"),
    ("ssn", "\
        Social; SOC_SEC; SOCSECNO; Soc Sec #; SSN/TIN; SSN_TIN; TAXID; TAX_ID_NBR; TIN_NBR; CIF_TAX_ID; CUST_TIN; \
        TaxIdentifier; TaxpayerIdentifierValue; BorrowerSSN; Borr_SSN; BORROWER_SOC_SEC_NUM; Primary SSN; MBR_SSN; SSNO; SS#; \
        SSNUM; SOCIAL SECURITY NBR; EE SSN; RecipientTIN; RECIPIENT'S TIN; PAYEE_TIN; Payee's TIN; CO_BORR_SSN; SSN1; TIN_SSN; \
        FED_TAX_ID; IRS Number; Certified TIN; CUSTSSN; MBRSSN; BORRSSN; Subscriber SSN; Social Sec; SOC-SEC-NBR; SS Nbr; \
        SSNbr; Tax Identification Nbr; T.I.N.; S.S.N.; Tax ID/SSN; SSN (9 digits); Social #; TAXIDNBR; SSN_PRIMARY; Tax Payer \
        Id No; Soc. Sec. No.; TIN Number 1; SSN of Borrower; SOCIAL_SECURITY; SSN_NO; CUST_SSN_NBR; OWNER SSN; \
        TAXPAYER_ID_NBR; TAX ID #; TIN#; PRIMTAXID; TaxIdNbr; JT_SSN; Joint SSN; MEMBER_TAX_ID; SocSec; PERSONSSN; SSN_LAST; \
        PartyTaxID; BorrSocSec; EMPLOYEE_SSN; SSN/EIN; ACCT_TIN; TAX_IDENT"),
    ("account_number", "\
        Note Number; NOTE_NBR; Note No; Share ID; SHAREID; SHR_ID; Share Number; Member Number; MBR_NBR; MBRNO; MEMBERNBR; Mbr \
        #; ACCTNBR; ACCT_NBR; ACCTNUM; ACNBR; AcctId; Loan Nbr; LN_NBR; LNNBR; LOANNO; LoanIdentifier; SellerLoanIdentifier; \
        ServicerLoanIdentifier; InvestorLoanNumber; DDA Acct; DDANBR; SAV_ACCT; CD Number; DFI Account Number; DFI_ACCT_NBR; \
        HSA Acct; HSA Account Number; IRA Number; IRA Plan Number; CIF Number; CIF_NBR; CIFNO; CIF Key; Obligor Number; \
        Obligation Number; AccountIdentifier; Debit Acct; Credit Acct; From Account; Funding Account; Linked Account; ACCT#; \
        A/C No; Bank Account Number; BANK_ACCT_NO; Checking Acct #; Deposit Acct; Acct; Account Key; Loan Acct Nbr; Acct \
        Number (last 10); Account No.; Certificate No; Primary Acct; Member Account; ACCOUNT_NO_1; LoanNum; LOAN_ACCT_NUM; \
        Member No.; Member Nbr; ACCTNO15; AccountNbr; DepAcct; SHARE_ACCT_NBR; DDA_NO; SAVINGS ACCOUNT; Cust Acct; Loan ID \
        Number; LNACCT; ACCT-NUMBER; IRA Acct Nbr; Receiver Account; CREDITOR_ACCT; Acct No. (masked); LnAcctNo; LOAN_SEQ_ACCT"),
    ("card_number", "\
        PAN; CARD_NBR; CARDNO; CRD_NBR; Plastic Number; PLASTIC_NBR; CC_NUM; Primary Account Number; Debit Card Nbr; ATM Card \
        Number; CREDIT CARD #; CRDNO; CARDNUM; CCNUMBER; Card Acct; CARDHOLDER_ACCT_NBR; CARD_NUMBER; CARD_NO; CARD#; \
        DEBIT_CARD_NO; PAN_NBR; CardNbr; CRDNBR; ACCOUNT NUMBER"),
    ("dob", "\
        DOB; BIRTH_DT; BRTHDT; BIRTHDTE; D.O.B.; DATEOFBIRTH; BDATE; Birthdate; BORR_DOB; BorrowerBirthDate; MBR_DOB; \
        DT_OF_BIRTH; DTBIRTH; BIRTH_DATE_CCYYMMDD; BDAY; EmpDOB; Subscriber DOB; DOB (MM/DD/YYYY); Born; BIRTH; Birth Date 1; \
        CUSTDOB; BRTH_DT; Date of Birth of Member; BirthDate; BIRTHDAT; CUST_BIRTH_DT; DateBirth; MEMBER_BIRTHDATE; DOB_1; \
        BIRTH_DTE; Dt Birth; Employee Date of Birth; PRIMDOB"),
    ("drivers_license", "\
        DLN; DL #; DL_NBR; Driver's Lic No; DRVLIC; DRIVERS_LIC; DRV_LIC_NBR; Driver Lic #; DriversLicNum; Drivers Lic; DL NO; \
        Driver's License #; Operator License; DL_NUM; DRVRS_LIC_NO; Drv Lic; DL Number; DRIVER_LICENSE_NO; DRIVERLICENSE; \
        DLNUM; DLNBR; CUST_DL_NBR; Driver License ID; Drivers Lic Nbr"),
    ("national_id", "\
        Passport #; PASSPORT_NBR; PassportNo; Alien Registration Number; Matricula; Foreign TIN; Government ID Number"),
    ("amount", "\
        Available; AVAIL_BAL; AvailBal; Avail; CUR_BAL; CURR_BAL; CURBAL; LEDG_BAL; Ledger; Collected Balance; COLL_BAL; BAL; \
        BALANCE_AMT; PRIN_BAL; PRINBAL; Unpaid Principal; UPB; UPBAmount; ORIG_AMT; Original Note Amount; NoteAmount; LoanAmt; \
        CREDIT_LMT; CR_LIMIT; Payoff; PAYOFF_AMT; PMT_AMT; Payment Amt; PAST_DUE_AMT; AMT_DUE; GROSS_PAY; NET_PAY; Wages; \
        MORT_INT_RECD; Mortgage Interest; YTD_INT; YTD Interest; Avg Bal; HOLD_AMT; ESCROW_BAL; TRAN_AMT; TXN_AMT; \
        AnnualIncome; MonthlyIncome; Contributions; Gross Distribution; FMV; Fair Market Value; AcctBal; Ending Bal; \
        Collected; Current; AVAILABLE_BALANCE; CURRENT_BAL_AMT; LEDGERBAL; OrigLoanAmt; CREDIT LIMIT; LOAN_AMT; BALANCE1; \
        Principal Bal; TRANAMT; DEPOSIT_AMT; Escrow Balance; CURR BALANCE"),
    ("address", "\
        ADDR1; ADDR_LINE_1; ADDRESS LINE 2; ADDR LN 1; MAIL_ADDR; STR_ADDR; STREET_ADDR_1; PropertyAddress; Prop Addr; Subject \
        Property Street; AddressLineText; RECIPIENT'S street address; PAYEE_MAILING_ADDRESS; HOME_ADDR; RES_ADDR; Mailing Addr \
        Line 1; STMT_ADDR; ADR1; Legal Address; Phys Addr; Addr (1); Address of Borrower; ADDRESS_LN1; STREET1; ADDR_1; \
        MAILING_STREET; ADDRESSLINE1; HomeStreet; Address Street 1; PROP_STREET; STRADDR1; MailAddr1; RESIDENCE_ADDRESS"),
    ("phone", "\
        HOME_PH; HM_PHONE; HMPH; WORK_PH; CELL_PH; PHONE_NBR; PH_NO; Phone1; BUS_PHONE; MOBILE_PH; TELEPHONE_NBR; Daytime \
        Phone; HomePhone; Cell #; TEL_NO; PHN; PHNBR; Home Phone (Area); HOMEPHONE; WORKPHONE; PHONE_HOME; TEL1; CELLPHONE; \
        PhoneNumber1; MOBILE_NO; PRIM_PHONE; HOME_TEL"),
    ("email", "\
        EMAIL_ADDR; E-MAIL; EMAIL1; EML_ADDR; Member Email"),
];

/// Headings under which other things stand, and some of these.
#[rustfmt::skip]
const OTHERS: &[(&str, &[&str])] = &[
    ("Available", &["Y", "N"]), ("Available", &["2024-01-05", "2024-02-07"]), ("Avail", &["in stock", "sold out"]),
    ("Social", &["@dboone", "@lhart"]), ("Social", &["facebook.com/dboone", "twitter.com/lh"]), ("Social Score", &["712", "650"]),
    ("Share", &["12.5%", "30%"]), ("Share Number", &["1", "2", "3"]), ("Note Number", &["1", "2", "3", "4"]),
    ("Note", &["called back on Monday about the card", "will call again next week"]), ("Title", &["Mr", "Mrs", "Dr"]),
    ("Title", &["Vice President", "Senior Engineer", "Branch Manager"]), ("Title", &["The Old Man and the Sea", "Harry Potter"]),
    ("Maker", &["Canon", "Dell Computer"]), ("Product Name", &["Premier Checking", "Grace Savings"]), ("Member", &["Y", "N"]),
    ("Member Since", &["2001", "2015"]), ("City", &["Madison Lake", "Jackson Hole"]), ("Apr", &["4.25", "5.10"]),
    ("Int Rate", &["4.25", "5.10"]), ("LTV", &["80.00", "95.50"]), ("Card Type", &["Debit Gold", "Credit Plus"]), ("DLN", &["n/a", "yes"]),
    ("Ledger", &["GL", "AP"]), ("Ledger", &["4010", "4020"]), ("Current", &["Y", "N"]), ("Contribution", &["great work", "bug fixes"]),
    ("Line", &["1", "2"]), ("Description", &["Grace Period", "Mark Down"]), ("Status", &["Active Member", "Closed Account"]),
    ("Suffix", &["01", "70"]), ("Owner", &["dbo", "root"]), ("Trustee", &["Y", "N"]), ("Phone Type", &["Home Phone", "Cell Phone"]),
    ("First Contact", &["2020-01-01", "2021-05-06"]), ("ph", &["7.2", "6.9"]), ("CR", &["10", "20"]), ("Embossing", &["Y", "N"]),
    ("Account Status", &["Open 2020", "Closed 2021"]), ("Account Branch", &["0012", "0034"]), ("Certificate Number", &["A1", "B2"]),
    ("County", &["San Juan", "Santa Clara"]), ("Name of Branch", &["main", "north"]), ("Balance (flag)", &["Y", "N"]),
];

const ROWS: usize = 12;
const GIVEN: [&str; ROWS] = ["Dennis", "Laura", "Martin", "Ann", "Robert", "Susan", "Peter", "Carol", "Nancy", "Kevin", "Diana", "Frank"];
const FAMILY: [&str; ROWS] =
    ["Boone", "Hartwell", "Prescott", "Lindqvist", "Oakley", "Thornbury", "Vance", "Whitlock", "Ashdown", "Birchall", "Colby", "Draycott"];

/// Sixteen digits with a card's prefix and check digit.
fn card(n: usize) -> String {
    let body = 406_384_536_779_000 + n * 7_717;
    let digits = body.to_string().bytes().map(|b| usize::from(b - b'0')).collect::<Vec<_>>();
    let sum: usize = digits.iter().enumerate().map(|(i, d)| if i % 2 == 0 { d * 2 / 10 + d * 2 % 10 } else { *d }).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A value of a kind; `n` says of which person.
fn value(element: &str, n: usize) -> String {
    let number = 512_447_781 + 11_772_193 * n;
    match element {
        "initials" => format!("{}. {}", &GIVEN[n][..1], FAMILY[n]),
        "name" => format!("{} {}", GIVEN[n], FAMILY[n]),
        "ssn" => number.to_string(),
        "account_number" => format!("9385{:06}", 101_417 + 7_919 * n),
        "card_number" => card(n),
        "dob" => format!("{:02}/{:02}/{}", n % 12 + 1, n + 10, 1951 + 3 * n),
        "drivers_license" => format!("D{}", number % 10_000_000 + 1_000_000),
        "national_id" => format!("C{}", number % 100_000_000 + 10_000_000),
        "amount" => format!("{}.{:02}", 218 + 1_733 * n, 7 * n + 10),
        "address" => format!("{} {}", 40 + 13 * n, ["Oak Street", "Regina Mountains", "Main St", "Hill Valleys"][n % 4]),
        "phone" => format!("212555{:04}", 1_013 * (n % 9) + n),
        "email" => format!("{}.{}@mail.example", GIVEN[n].to_lowercase(), FAMILY[n].to_lowercase()),
        other => panic!("{other}"),
    }
}

/// Runs tables of twelve records, each under the code of an institution of its own.
fn decided(tables: &[(Vec<&str>, Vec<Vec<String>>)]) -> (Desk, Outputs) {
    let desk = Desk::new();
    let mut institutions = Vec::new();
    for (n, (heading, rows)) in tables.iter().enumerate() {
        let code = format!("QX{}", 1_000 + n * 7);
        let quoted = |cells: &mut dyn Iterator<Item = &str>| cells.map(|cell| format!(",\"{cell}\"")).collect::<String>();
        let mut text = format!("Client Code{}\n", quoted(&mut heading.iter().copied()));
        rows.iter().for_each(|row| text.push_str(&format!("{code}{}\n", quoted(&mut row.iter().map(String::as_str)))));
        write(&desk.path(&format!("ev/t{n}.csv")), text.as_bytes());
        institutions.push(Institution::new(&format!("I{n}"), &format!("Institution {n} Savings Bank")).with("client_code", &code));
    }
    write_registry(&desk.path("registry"), &institutions);
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    (desk, outputs)
}

/// The kind that a table is to show, its heading, and its rows.
type Table = (&'static str, Vec<&'static str>, Vec<Vec<String>>);

/// The headings of a kind, each with cells as `write` writes them, beside what shows whose they are.
fn tables_of(written: impl Fn(&str, usize) -> String) -> Vec<Table> {
    let of = |(element, headings): &(&'static str, &'static str)| {
        let (element, written) = (*element, &written);
        headings.split("; ").map(move |heading| {
            let beside = if element == "name" { ("SSN", "ssn") } else { ("Full Name", "name") };
            let cells = |n: usize| match heading.contains('|') {
                true => vec![GIVEN[n].to_owned(), FAMILY[n].to_owned()],
                false => vec![written(element, n)],
            };
            let row = |n: usize| [vec![value(beside.1, n)], cells(n)].concat();
            (element, [vec![beside.0], heading.split('|').collect()].concat(), (0..ROWS).map(row).collect())
        })
    };
    HEADINGS.iter().flat_map(of).collect()
}

#[test]
fn headings_of_core_systems_are_known() {
    let plain = tables_of(value);
    // Initials are no familiar names; what stands beside them shows that they are names.
    let initials = tables_of(|element, n| value(if element == "name" { "initials" } else { element }, n));
    let all: Vec<_> = plain.into_iter().chain(initials.into_iter().filter(|(element, ..)| *element == "name")).collect();
    let (_desk, outputs) = decided(&all.iter().map(|(_, heading, rows)| (heading.clone(), rows.clone())).collect::<Vec<_>>());
    let impact = outputs.impact();
    let is_missed = |n: &usize| {
        let row = &impact[&format!("I{n}")];
        row["individuals"] != "12" || !row["data_elements"].split('|').any(|element| element == all[*n].0)
    };
    let missed: Vec<_> = (0..all.len()).filter(is_missed).map(|n| (all[n].0, &all[n].1, &all[n].2[0])).collect();
    assert!(missed.is_empty(), "{} of {}: {missed:#?}", missed.len(), all.len());
}

#[test]
fn words_of_headings_that_mean_other_things_are_no_personal_data() {
    let cell = |cells: &[&str], n: usize| cells[n % cells.len()].to_owned();
    let beside: Vec<_> = OTHERS
        .iter()
        .map(|(heading, cells)| {
            let row = |n: usize| vec![value("name", n), value("ssn", n), cell(cells, n)];
            (vec!["Full Name", "SSN", heading], (0..ROWS).map(row).collect::<Vec<_>>())
        })
        .collect();
    let (_desk, outputs) = decided(&beside);
    let impact = outputs.impact();
    for (n, other) in OTHERS.iter().enumerate() {
        let row = &impact[&format!("I{n}")];
        assert_eq!((row["data_elements"].as_str(), row["individuals"].as_str()), ("name|ssn", "12"), "{other:?}");
    }
    // Where nothing stands beside them they are nobody's.
    let desk = Desk::new();
    for (n, (heading, cells)) in OTHERS.iter().enumerate() {
        let rows: String = (0..ROWS).map(|row| format!("item{row},node-{},{}\n", row % 3, cell(cells, row))).collect();
        write(&desk.path(&format!("ev/t{n}.csv")), format!("Item,Node,{heading}\n{rows}").as_bytes());
    }
    write_registry(&desk.path("registry"), &[Institution::new("A", "Quarrystone Orchard Savings Bank").with("client_code", "QX1000")]);
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    assert_eq!(outputs.verdicts()["A"], "ruled_out", "{:?}", outputs.rows("unattributed.csv"));
}

/// The same ten columns say the same in whatever form they are written.
#[test]
fn headings_are_known_in_every_form_of_a_table() {
    const HEADS: [&str; 9] = ["NAME_LINE_1", "Social", "MBR_NBR", "Note_Number", "BIRTH_DT", "DLN", "Available", "ADDR_LN_1", "HMPH"];
    const KINDS: [&str; 9] =
        ["initials", "ssn", "account_number", "account_number", "dob", "drivers_license", "amount", "address", "phone"];
    let heads = [&["client_code"][..], &HEADS].concat();
    let record = |code: &str, n: usize| [vec![code.to_owned()], KINDS.iter().map(|kind| value(kind, n)).collect()].concat();
    // Each value with its heading, between records, and around all.
    type Form = (&'static str, fn(&str, &str) -> String, [&'static str; 3], [&'static str; 2]);
    let named: [Form; 8] = [
        ("a.json", |head, value| format!("\"{head}\": \"{value}\""), ["{", ", ", "}"], ["[", "]"]),
        ("b.json", |head, value| format!("\"{head}\": \"{value}\""), ["{", ", ", "}"], ["{\"data\": {\"rows\": [", "]}}"]),
        ("c.jsonl", |head, value| format!("\"{head}\": \"{value}\""), ["{", ", ", "}\n"], ["", ""]),
        ("d.yaml", |head, value| format!("  {head}: \"{value}\"\n"), ["-\n", "", ""], ["", ""]),
        ("e.xml", |head, value| format!("<{head}>{value}</{head}>"), ["<row>", "", "</row>\n"], ["<rows>", "</rows>"]),
        ("f.xml", |head, value| format!("{head}=\"{value}\""), ["<row ", " ", "/>\n"], ["<rows>", "</rows>"]),
        ("g.txt", |head, value| format!("{head}: {value}\n"), ["", "", "\n"], ["", ""]),
        ("h.log", |head, value| format!("{head}=\"{value}\""), ["2024-10-31 12:00:01 INFO load ", " ", "\n"], ["", ""]),
    ];
    let desk = Desk::new();
    let mut institutions = Vec::new();
    let mut add = |name: &str, text: &dyn Fn(&str) -> String| {
        let code = format!("QX{}", 1_000 + institutions.len() * 7);
        write(&desk.path(&format!("ev/{name}")), text(&code).as_bytes());
        institutions.push(Institution::new(name, &format!("Institution {name} Savings Bank")).with("client_code", &code));
    };
    for (name, value, [begin, between, end], [open, close]) in named {
        let joint = if name.ends_with("json") { ", " } else { "" };
        add(name, &|code| {
            let one = |n: usize| {
                let values: Vec<String> = heads.iter().zip(record(code, n)).map(|(head, cell)| value(head, &cell)).collect();
                format!("{begin}{}{end}", values.join(between))
            };
            format!("{open}{}{close}", (0..ROWS).map(one).collect::<Vec<_>>().join(joint))
        });
    }
    let quoted = |code: &str, n: usize| record(code, n).iter().map(|cell| format!("'{cell}'")).collect::<Vec<_>>().join(", ");
    let rows = |code: &str| (0..ROWS).map(|n| format!("({})", quoted(code, n))).collect::<Vec<_>>().join(",\n");
    add("i.sql", &|code| format!("INSERT INTO members ({}) VALUES\n{};\n", heads.join(", "), rows(code)));
    add("j.sql", &|code| {
        let columns: Vec<String> = heads.iter().map(|head| format!("  {head} varchar(64)")).collect();
        format!("CREATE TABLE members (\n{}\n);\nINSERT INTO members VALUES\n{};\n", columns.join(",\n"), rows(code))
    });
    add("k.csv", &|code| {
        let rows: String = (0..ROWS).map(|n| record(code, n).join(",") + "\n").collect();
        format!("{}\n{rows}", heads.join(","))
    });
    add("l.json", &|code| {
        let one = |n: usize| {
            let cells = record(code, n);
            let said =
                |from: usize, to: usize| (from..to).map(|i| format!("\"{}\": \"{}\"", heads[i], cells[i])).collect::<Vec<_>>().join(", ");
            format!(
                "{{{}, \"owner\": {{{}}}, \"account\": {{{}}}}}",
                said(0, 1),
                [said(1, 3), said(5, 7), said(8, 10)].join(", "),
                [said(3, 5), said(7, 8)].join(", ")
            )
        };
        format!("[{}]", (0..ROWS).map(one).collect::<Vec<_>>().join(",\n"))
    });
    write_registry(&desk.path("registry"), &institutions);
    let impact = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).impact();
    let expected = "account_number|address|amount|dob|drivers_license|name|phone|ssn";
    for (form, row) in &impact {
        assert_eq!(
            (row["basis"].as_str(), row["data_elements"].as_str(), row["individuals"].as_str()),
            ("records", expected, "12"),
            "{form}"
        );
    }
    assert_eq!(impact.len(), 12);
}

/// A list of members of an association of banks numbers banks, and who is called there is nobody's customer.
#[test]
fn numbers_of_members_beside_banks_are_no_accounts() {
    let rows: String = (0..ROWS).map(|n| format!("{},{} National Bank,{}\n", 41_370 + 89 * n, FAMILY[n], value("name", n))).collect();
    let desk = Desk::new();
    write(&desk.path("ev/members.csv"), format!("Member Number,Institution,Contact\n{rows}").as_bytes());
    write_registry(&desk.path("registry"), &[Institution::new("A", "Quarrystone Orchard Savings Bank").with("client_code", "QX1000")]);
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    assert_eq!(outputs.verdicts()["A"], "ruled_out", "{:?}", outputs.rows("unattributed.csv"));
}
