//! Payment files in forms that other machines, programs and accidents leave: without their beginning, in records
//! behind lengths, in other code pages, broken into lines, in values, logs and dumps. Each is still its owner's.

use crate::harness::{Desk, Institution, Job, Random, nacha, write, write_registry};
use std::collections::BTreeMap;

/// Identifiers of an institution by its number.
pub struct Bank(pub usize);

impl Bank {
    pub fn aba(&self) -> String {
        let eight = format!("{:08}", 12_200_500 + 41 * self.0);
        let sum: usize = eight.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
        format!("{eight}{}", (10 - sum % 10) % 10)
    }

    pub fn bic(&self) -> String {
        format!("BANK{}2A", ["DE", "FR", "IT", "ES", "NL", "BE", "AT", "PT", "FI", "IE", "LU", "GR"][self.0 % 12])
    }

    fn sort_code(&self) -> String {
        format!("{:06}", 200_307 + 1_117 * self.0)
    }

    fn transit(&self) -> String {
        format!("{:03}", 101 + self.0)
    }
}

/// Verdict of each institution in a breach of these files.
pub fn verdicts(files: &[(&str, Vec<u8>)]) -> BTreeMap<String, String> {
    let desk = Desk::new();
    for (name, bytes) in files {
        write(&desk.path("evidence").join(name), bytes);
    }
    let institution = |n: usize| {
        let bank = Bank(n);
        let town = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Juniper", "Larch"][n % 10];
        Institution::new(&format!("K{n}"), &format!("{town} Valley Savings Bank {n}"))
            .with("aba", &bank.aba())
            .with("bic", &bank.bic())
            .with("sort_code", &bank.sort_code())
            .with("national_bank_code", &format!("CA:{}", bank.transit()))
            .with("client_code", &format!("QZ{n:03}X"))
    };
    write_registry(&desk.path("registry"), &(0..12).map(institution).collect::<Vec<_>>());
    let impact = desk.run(&Job::of("ev", &desk.path("evidence")), &desk.path("registry")).impact();
    impact.into_iter().map(|(id, row)| (id, row["verdict"].clone())).collect()
}

/// File number n is that of institution n, and the last ones own none.
#[track_caller]
pub fn assert_each_is_its_owners(files: &[(&str, Vec<u8>)]) {
    let verdicts = verdicts(files);
    let wrong: Vec<&str> =
        files.iter().enumerate().filter(|(n, _)| verdicts[&format!("K{n}")] != "affected").map(|(_, (name, _))| *name).collect();
    assert!(wrong.is_empty(), "{wrong:?} are not their owners': {verdicts:?}");
    for n in files.len()..12 {
        assert_ne!(verdicts[&format!("K{n}")], "affected", "K{n} owns none of {:?}", files.iter().map(|file| file.0).collect::<Vec<_>>());
    }
}

pub fn lines(records: &[String], end: &str) -> Vec<u8> {
    records.iter().flat_map(|record| [record, end]).collect::<String>().into_bytes()
}

fn filled(records: &[String], length: usize) -> Vec<u8> {
    records.iter().map(|record| format!("{record:<length$}")).collect::<String>().into_bytes()
}

pub fn bai2(n: usize, version: u32) -> Vec<String> {
    let own = Bank(n).aba();
    [
        format!("01,{own},0004,241104,1200,1,80,1,{version}/"),
        format!("02,0004,{own},1,241104,1200,USD,2/"),
        "03,1234567890,USD,010,500000,,/".to_owned(),
        "16,115,150000,0,REF1,CUST1,WIRE FROM ANN LEE/".to_owned(),
        "49,650000,3/".to_owned(),
        "98,650000,1,5/".to_owned(),
        "99,650000,1,7/".to_owned(),
    ]
    .into()
}

pub fn x12(n: usize) -> Vec<String> {
    [
        "ISA*00**00**ZZ*SENDER*ZZ*RECEIVER*241104*1200*U*00401*000000001*0*P*>".to_owned(),
        "GS*RA*X*Y*20241104*1200*1*X*004010".to_owned(),
        "ST*820*0001".to_owned(),
        format!("BPR*C*1000*C*ACH*CTX*01*{}*DA*123456*1234567890**01*021000021*DA*987654*20241104", Bank(n).aba()),
        "N1*PR*ACME INC".to_owned(),
        "N1*PE*JANE DOE".to_owned(),
        "RMR*IV*1**500".to_owned(),
        "SE*6*0001".to_owned(),
        "GE*1*1".to_owned(),
        "IEA*1*000000001".to_owned(),
    ]
    .into()
}

pub fn x937(n: usize) -> Vec<String> {
    let (reserve, own) = ("061000146", Bank(n).aba());
    [
        format!("0103T{reserve}{own}202411041200N"),
        format!("1001{reserve}{own}2024110420241104120 IGCL1"),
        format!("2001{reserve}{own}2024110420241104B1"),
        format!("25{:16}021000021{:>20}00000125001", "", "123456/1001"),
        "700001".to_owned(),
        "90000001".to_owned(),
        "99000001".to_owned(),
    ]
    .map(|record| format!("{record:<80}"))
    .into()
}

fn bacs18(n: usize) -> Vec<String> {
    let own = Bank(n).sort_code();
    let payment = |code: &str, account: &str, kind: &str, name: &str| {
        format!("{code}{account}0{kind}{own}12345678000000000012500{:<18}{:<18}{name:<18}", "ACME LTD", "REF 1")
    };
    [
        format!("VOL1173062{:<27}{:<4}123456{:<32}1", "", "BANK", ""),
        format!("HDR1A123456S  1123456{:<6}00010001       24309 24319 000000{:<20}", "173062", ""),
        format!("HDR2F0200000100{:<35}00{:<28}", "", ""),
        format!("UHL1 24309999999    000000001 DAILY  001{:<40}", ""),
        payment("400530", "87654321", "99", "JANE DOE"),
        payment("309089", "11223344", "99", "BO EK"),
        payment(&own, "12345678", "17", "ACME LTD"),
        format!("EOF1A123456S  1123456{:<59}", ""),
        format!("UTL1{:013}{:013}{:07}{:07}{:<36}", 25000, 25000, 1, 2, ""),
    ]
    .into()
}

fn cpa005(n: usize) -> Vec<String> {
    let own = Bank(n).transit();
    let segment = |name: &str| {
        format!(
            "2000000012500024310099900020{:<12}{:022}000{:<15}{name:<30}{:<30}{:<10}{:<19}0{own}00002{:<12}{:<15}{:22}{:2}{:011}",
            "1234567", 1, "PAYER", "PAYER LIMITED", "0030000001", "REF1", "7654321", "", "", "", 0
        )
    };
    [
        format!("A00000000100300000010001024309{own}20{:20}CAD", ""),
        format!("C00000000200300000010001{}{}", segment("JANE DOE"), segment("BO EK")),
        format!("Z00000000300300000010001{:014}{:08}{:014}{:08}{:014}{:08}{:014}{:08}", 0, 0, 25000, 2, 0, 0, 0, 0),
    ]
    .map(|record| format!("{record:<1464}"))
    .into()
}

fn ofx(n: usize) -> String {
    let own = Bank(n).aba();
    format!(
        "<OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>20241104</SONRS></SIGNONMSGSRSV1>\n<BANKMSGSRSV1><STMTTRNRS><STMTRS>\n<BANKACCTFROM>\n<BANKID>{own}\n<ACCTID>123456789\n</BANKACCTFROM>\n<BANKTRANLIST><STMTTRN><TRNAMT>-10.00<NAME>SHOP</STMTTRN></BANKTRANLIST>\n</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )
}

pub fn swift(n: usize) -> String {
    format!(
        "{{1:F01{}AXXX0001000001}}{{2:I103BANKPLPWXXXXN}}{{4:\r\n:20:REF\r\n:23B:CRED\r\n:32A:241104EUR1000,\r\n:50K:/7654321\r\nACME INC\r\n:59:/12345678\r\nJANE DOE\r\n:71A:SHA\r\n-}}\r\n",
        Bank(n).bic()
    )
}

pub fn fedwire(n: usize) -> String {
    let own = Bank(n).aba();
    format!(
        "{{1500}}30        P {{1510}}1000{{1520}}20241104SOURCE08000001{{2000}}000000012500{{3100}}{own}SENDER*{{3400}}021000021RECEIVER*{{3600}}CTR{{4200}}D1*JANE DOE*"
    )
}

/// Code page 37, but for braces, which are those of page 273 where `german`.
pub fn ebcdic(text: &[u8], german: bool) -> Vec<u8> {
    let code = |b: &u8| match b {
        b'0'..=b'9' => b - b'0' + 0xF0,
        b'A'..=b'I' => b - b'A' + 0xC1,
        b'J'..=b'R' => b - b'J' + 0xD1,
        b'S'..=b'Z' => b - b'S' + 0xE2,
        b'{' if german => 0x43,
        b'}' if german => 0xDC,
        b'{' => 0xC0,
        b'}' => 0xD0,
        b'/' => 0x61,
        b':' => 0x7A,
        b',' => 0x6B,
        b'*' => 0x5C,
        b'-' => 0x60,
        b'\r' => 0x0D,
        b'\n' => 0x25,
        _ => 0x40,
    };
    text.iter().map(code).collect()
}

/// Behind descriptor words, in blocks of so many.
fn blocks(records: &[Vec<u8>], size: usize) -> Vec<u8> {
    let described = |record: &[u8]| [&(record.len() as u16 + 4).to_be_bytes()[..], &[0, 0], record].concat();
    records.chunks(size).flat_map(|block| described(&block.iter().flat_map(|record| described(record)).collect::<Vec<u8>>())).collect()
}

pub fn nacha_records(n: usize) -> Vec<Vec<u8>> {
    nacha(&Bank(n).aba(), 4).split(|b| *b == b'\n').filter(|record| !record.is_empty()).map(<[u8]>::to_vec).collect()
}

#[test]
fn files_whose_beginning_was_cut_off_are_their_owners() {
    let prefixed = |records: &[String]| {
        records.iter().flat_map(|record| [&80u32.to_be_bytes()[..], &ebcdic(record.as_bytes(), false)].concat()).collect::<Vec<u8>>()
    };
    let wire = fedwire(9);
    let (_, sender) = wire.split_once("{3100}").expect("a sender");
    assert_each_is_its_owners(&[
        ("group.bai", lines(&bai2(0, 2)[1..], "\n")),
        ("group.edi", lines(&x12(1)[1..], "~\n")),
        ("set.edi", lines(&x12(2)[2..], "~\n")),
        ("letter.x937", prefixed(&x937(3)[1..])),
        ("bundle.x937", lines(&x937(4)[2..], "\n")),
        ("labels.bacs", lines(&bacs18(5)[3..], "\r\n")),
        ("payments.bacs", lines(&bacs18(6)[4..7], "\r\n")),
        ("payments.cpa", lines(&cpa005(7)[1..], "")),
        ("statement.ofx", ofx(8).split_once('\n').expect("lines").1.to_lowercase().into_bytes()),
        ("sender.txt", format!("{{3100}}{sender}").into_bytes()),
        ("entries.ach", nacha_records(10).concat()[94 * 2 + 40..].to_vec()),
    ]);
}

#[test]
fn files_in_the_forms_of_other_machines_are_their_owners() {
    let wrapped: Vec<u8> = lines(&x12(0), "~").chunks(80).flat_map(|line| [line, b"\r\n"].concat()).collect();
    let of_bai2: Vec<Vec<u8>> = bai2(2, 3).iter().map(|record| ebcdic(record.as_bytes(), false)).collect();
    let of_nacha: Vec<Vec<u8>> = nacha_records(3).iter().map(|record| ebcdic(record, false)).collect();
    let counted: Vec<u8> = nacha_records(4).iter().flat_map(|record| [&(record.len() as u32).to_le_bytes()[..], record].concat()).collect();
    let dated: Vec<String> = bacs18(6).iter().map(|record| record.replace("HDR2F0200000100", "HDR2F0200000106")).collect();
    assert_each_is_its_owners(&[
        ("wrapped.edi", wrapped),
        ("blocks.ach", blocks(&nacha_records(1), 4)),
        ("blocks.bai", blocks(&of_bai2, 100)),
        ("blocks.bin", blocks(&of_nacha, 3)),
        ("counted.ach", counted),
        ("message.fin", ebcdic(swift(5).as_bytes(), true)),
        ("blocks.bacs", filled(&dated, 106)),
        ("filled.cpa", filled(&cpa005(7), 1470)),
        ("trimmed.edi", lines(&x12(8), "~\n")),
        ("unbroken.bai", lines(&bai2(9, 2), "")),
        ("wires.bin", ebcdic(fedwire(10).as_bytes(), false)),
    ]);
}

#[test]
fn files_in_values_logs_and_dumps_are_their_owners() {
    let numbered = |records: &[String]| {
        records.iter().enumerate().map(|(i, record)| format!("{:6}\t{record}\n", i + 1)).collect::<String>().into_bytes()
    };
    let logged = |records: &[String]| {
        records.iter().enumerate().map(|(i, record)| format!("2024-11-04 12:00:{i:02} INFO {record}\n")).collect::<String>().into_bytes()
    };
    let objects = |records: &[String]| {
        records.iter().enumerate().map(|(i, record)| format!("{{\"n\": {i}, \"line\": \"{record}\"}}\n")).collect::<String>().into_bytes()
    };
    let digits = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let dump = |bytes: &[u8]| {
        let rows = bytes.chunks(16).enumerate();
        rows.map(|(i, row)| format!("{:08x}: {}\n", 16 * i, row.chunks(2).map(digits).collect::<Vec<_>>().join(" ")))
            .collect::<String>()
            .into_bytes()
    };
    let message = format!(
        "{{\"Document\": {{\"FIToFICstmrCdtTrf\": {{\"GrpHdr\": {{\"MsgId\": \"1\", \"InstgAgt\": {{\"FinInstnId\": {{\"BICFI\": \"{}\"}}}}}}, \"CdtTrfTxInf\": [{{\"Cdtr\": {{\"Nm\": \"Ann Lee\"}}}}]}}}}}}",
        Bank(10).bic()
    );
    let quoted: String = ofx(5).lines().map(|line| format!("> {line}\n")).collect();
    let bacs: String = bacs18(8).iter().map(|record| format!("{record}\\r\\n")).collect();
    assert_each_is_its_owners(&[
        ("numbered.txt", numbered(&bacs18(0))),
        ("bai.log", logged(&bai2(1, 3))),
        ("bai.jsonl", objects(&bai2(2, 3)[1..])),
        ("cpa.log", logged(&cpa005(3))),
        ("letter.log", logged(&x937(4))),
        ("mail.txt", format!("On Monday Ann wrote:\n{quoted}\nThanks\n").into_bytes()),
        (
            "groups.log",
            format!("12:00:01 sending {} ok\n", lines(&x12(6)[1..], "~").iter().map(|b| char::from(*b)).collect::<String>()).into_bytes(),
        ),
        ("messages.sql", format!("INSERT INTO messages (id, body) VALUES (1, 0x{});\n", digits(swift(7).as_bytes())).into_bytes()),
        ("value.json", format!("{{\"id\": 1, \"body\": \"{bacs}\"}}\n").into_bytes()),
        ("dump.txt", dump(fedwire(9).as_bytes())),
        ("message.json", message.into_bytes()),
        ("memory.bin", [&[1, 0, 255, 0, 7, 200, 3][..], &nacha(&Bank(11).aba(), 3), &[0, 1, 2, 255, 254, 9, 0]].concat()),
    ]);
}

#[test]
fn numbers_words_and_lists_are_nobodys_payments() {
    let mut random = Random::new(11);
    let mut digits = |length: usize| random.bytes(length).iter().map(|b| char::from(b'0' + b % 10)).collect::<String>();
    let columns: Vec<(String, usize)> =
        [80, 94, 100, 106, 1464].iter().map(|&length| ((0..40).map(|_| digits(length) + "\n").collect(), length)).collect();
    let list: String =
        (0..12).map(|n| format!("{},{},{},0{}00001\n", Bank(n).aba(), Bank(n).bic(), Bank(n).sort_code(), Bank(n).transit())).collect();
    let numbers: String =
        (0..12).map(|n| format!("02,{0},{0},{n}/ 99,{0} 10{0}{0} UHL1 {0} ST*8{0} <BANKID>{0} A000000001{0}\n", Bank(n).aba())).collect();
    let prose =
        "Group headers begin with 02, and file headers with 01, in version 3 as in 2/; UHL1 is a label, {3100} a tag, ISA*00* a segment.\n"
            .repeat(30);
    let described = blocks(&list.lines().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>(), 5);
    let mut files: Vec<(String, Vec<u8>)> =
        columns.into_iter().map(|(text, length)| (format!("digits{length}.txt"), text.into_bytes())).collect();
    files.extend([
        ("list.csv".to_owned(), list.clone().into_bytes()),
        ("list.bin".to_owned(), described),
        ("numbers.txt".to_owned(), numbers.into_bytes()),
        ("prose.txt".to_owned(), prose.clone().into_bytes()),
        ("prose.bin".to_owned(), ebcdic(prose.to_uppercase().as_bytes(), false)),
    ]);
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let verdicts = verdicts(&files);
    assert!(verdicts.values().all(|verdict| verdict != "affected"), "{verdicts:?}");
}

#[test]
fn what_is_missing_of_a_file_that_several_share_is_anybodys() {
    let whole = String::from_utf8(nacha(&Bank(0).aba(), 6)).expect("characters");
    let cut = |text: &str| text.as_bytes()[..95 * 5 + 40].to_vec();
    // The header names the one whose batches these are: nobody else's follow.
    let own = verdicts(&[("own.ach", cut(&whole))]);
    assert_eq!((own["K0"].as_str(), own["K1"].as_str()), ("affected", "ruled_out"));
    // A company sends batches of whom it will.
    let shared = whole.replacen(&format!(" {}2503", Bank(0).aba()), "12345678902503", 1);
    let shared = verdicts(&[("shared.ach", cut(&shared))]);
    assert_eq!((shared["K0"].as_str(), shared["K1"].as_str()), ("affected", "undetermined"));
    let headless = verdicts(&[("headless.ach", cut(&whole)[95..].to_vec())]);
    assert_eq!((headless["K0"].as_str(), headless["K1"].as_str()), ("affected", "undetermined"));
}
