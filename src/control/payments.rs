//! Payment files: one payment of the subject in each layout, as the specifications write it.

use super::subject::Subject;
use crate::format::text::ebcdic::CP037;

const OTHER_ABA: &str = "111000025";
const OTHER_BIC: &str = "QQQQUS00";

/// Code page 37.
pub(super) fn ebcdic(text: &str) -> Vec<u8> {
    text.chars().map(|c| CP037.iter().position(|&known| known == c).unwrap_or(0x6F) as u8).collect()
}

fn lines(records: &[String], end: &str) -> Vec<u8> {
    records.iter().flat_map(|record| [record.as_str(), end]).collect::<String>().into_bytes()
}

pub(super) fn nacha(subject: Subject) -> Vec<u8> {
    let (own, operator) = (subject.aba(), "061000146");
    let odfi = &own[..8];
    let mut records = vec![
        format!("101 {operator} {own}2411041200A094101{:<23}{:<23}{:8}", "SOMEWHERE", "SOMEBODY", ""),
        format!("5200{:<16}{:20}{:<10}PPD{:<10}{:6}241105{:3}1{odfi}{:07}", "PAYROLL CO", "", "1234567890", "PAYROLL", "", "", 1),
        format!("622{OTHER_ABA}{:<17}{:010}{:<15}{:<22}  0{odfi}{:07}", "1234567", 5000, "ID", "ANN LEE", 1),
        format!("8200{:06}{:010}{:012}{:012}{:<10}{:25}{odfi}{:07}", 1, 11_100_002, 0, 5000, "1234567890", "", 1),
        format!("9{:06}{:06}{:08}{:010}{:012}{:012}{:39}", 1, 1, 1, 11_100_002, 0, 5000, ""),
    ];
    records.resize(10, "9".repeat(94));
    lines(&records, "\n")
}

/// Each record behind a descriptor word.
pub(super) fn nacha_described(subject: Subject) -> Vec<u8> {
    let text = nacha(subject);
    let described = |record: &[u8]| [&[0, record.len() as u8 + 4, 0, 0], record].concat();
    text.split(|b| *b == b'\n').filter(|record| !record.is_empty()).flat_map(described).collect()
}

/// An interchange in lines of 80 characters.
pub(super) fn x12_wrapped(subject: Subject) -> Vec<u8> {
    let text: Vec<u8> = x12(subject).into_iter().filter(|b| *b != b'\n').collect();
    text.chunks(80).flat_map(|line| [line, b"\n"].concat()).collect()
}

pub(super) fn nacha_ebcdic(subject: Subject) -> Vec<u8> {
    ebcdic(&String::from_utf8_lossy(&nacha(subject)))
}

fn x937_records(subject: Subject) -> Vec<String> {
    let own = subject.aba();
    vec![
        format!("0103T{:9}{own}202411041200N{:<18}{:<18}{:1}{:2}{:4}{:1}", "061000146", "OPERATOR", "OWNER", "", "US", "", ""),
        format!("1001{OTHER_ABA}{own}20241104202411041200IG{:08}{:28}", 0, ""),
        format!("2001{OTHER_ABA}{own}2024110420241104{:010}0001{:28}", 0, ""),
        format!("25{:15} {OTHER_ABA}{:>20}{:010}{:015}{:8}", "", "1234567", 5000, 0, ""),
        format!("261{own}20241104{:015}{:18}{:5}{:<15}{:7}", 0, "", "", "ANN LEE", ""),
        format!("70{:04}{:012}{:012}{:05}{:45}", 1, 0, 0, 0, ""),
        format!("90{:06}{:08}{:014}{:09}{:<18}{:23}", 1, 1, 0, 0, "OWNER", ""),
        format!("99{:06}{:08}{:08}{:016}{:40}", 1, 8, 1, 5000, ""),
    ]
}

pub(super) fn x937(subject: Subject) -> Vec<u8> {
    lines(&x937_records(subject), "\n")
}

pub(super) fn x937_ebcdic(subject: Subject) -> Vec<u8> {
    let prefixed = |record: String| [&(record.len() as u32).to_be_bytes()[..], &ebcdic(&record)].concat();
    x937_records(subject).into_iter().flat_map(prefixed).collect()
}

fn cpa005_text(subject: Subject) -> String {
    let returns = subject.transit();
    let head = |kind: &str, number: usize| format!("{kind}{number:09}00300000010001");
    let segment = format!(
        "200{:010}0243100{}00001{:<12}{:022}000{:<15}{:<30}{:<30}{:<10}{:<19}{returns}{:<12}{:<15}{:22}{:2}{:011}",
        5000, "999", "1234567", 1, "PAYER", "ANN LEE", "PAYER LIMITED", "0030000001", "REF1", "7654321", "", "", "", 0
    );
    let records = [
        format!("{}024309{}20{:20}CAD", head("A", 1), &returns[1..4], ""),
        format!("{}{segment}", head("C", 2)),
        format!("{}{:014}{:08}{:014}{:08}{:044}", head("Z", 3), 0, 0, 5000, 1, 0),
    ];
    records.map(|record| format!("{record:<1464}")).concat()
}

pub(super) fn cpa005(subject: Subject) -> Vec<u8> {
    cpa005_text(subject).into_bytes()
}

pub(super) fn cpa005_ebcdic(subject: Subject) -> Vec<u8> {
    ebcdic(&cpa005_text(subject))
}

pub(super) fn bacs18(subject: Subject) -> Vec<u8> {
    let own = subject.sort_code();
    let payment = |code: &str, kind: &str, name: &str| {
        format!("{code}123456780{kind}{own}123456780000{:011}{:<18}{:<18}{name:<18}", 5000, "ACME LTD", "REF 1")
    };
    let records = [
        format!("VOL1173062{:<27}{:<4}123456{:<32}1", "", "HSBC", ""),
        format!("HDR1A123456S  1123456{:<6}00010001       24309 24319 000000{:<20}", "173062", ""),
        format!("HDR2F0200000100{:<35}00{:<28}", "", ""),
        format!("UHL1 24309999999    000000001 DAILY  001{:<40}", ""),
        payment("999999", "99", "ANN LEE"),
        payment(&own, "17", "ACME LTD"),
        format!("EOF1A123456S  1123456{:<59}", ""),
        format!("EOF2F0200000100{:<65}", ""),
        format!("UTL1{:013}{:013}{:07}{:07}{:<36}", 5000, 5000, 1, 1, ""),
    ];
    lines(&records, "\n")
}

/// Metro 2 names persons and nobody's bank, so the reporter's name field carries the labelled code.
pub(super) fn metro2(subject: Subject) -> Vec<u8> {
    let mut record = vec![b' '; 426];
    let mut put = |first: usize, text: &str| record[first - 1..first - 1 + text.len()].copy_from_slice(text.as_bytes());
    put(1, "04261110420241200000");
    put(21, "06666666");
    put(43, "1234567");
    put(155, "000005000");
    put(232, "LEE");
    put(257, "ANN");
    put(298, "445112877010219805175555555");
    put(330, "234 HARRISON PLACE");
    put(394, "LANSING");
    put(414, "MI72654");
    let records = [
        format!("0426HEADER01{:<35}{}{:<40}", "", "11042024110420240101202001012020", subject.sentence().to_uppercase()),
        String::from_utf8_lossy(&record).into_owned(),
        format!("0426TRAILER{:09}{:9}{:0396}", 1, "", 0),
    ];
    lines(&records.map(|record| format!("{record:<426}")), "\n")
}

pub(super) fn bai2(subject: Subject) -> Vec<u8> {
    let own = subject.aba();
    let records = [
        format!("01,{own},CLIENT,241104,1200,1,80,1,2/"),
        format!("02,{OTHER_ABA},{own},1,241103,,USD,2/"),
        "03,1234567,USD,010,5000,,/".to_owned(),
        "16,165,5000,Z,REF1,CUST1,ANN LEE".to_owned(),
        "49,5000,3/".to_owned(),
        "98,0,1,5/".to_owned(),
        "99,0,1,7/".to_owned(),
    ];
    lines(&records, "\n")
}

pub(super) fn swift(subject: Subject) -> Vec<u8> {
    let own = subject.bic();
    format!(
        "{{1:F01{own}AXXX0001000001}}{{2:I103{OTHER_BIC}XXXXN}}{{3:{{108:REFERENCE}}}}{{4:\r\n:20:REF1\r\n:23B:CRED\r\n:32A:241104USD50,00\r\n\
         :50K:/7654321\r\nACME INC\r\n2 MAIN ST\r\n:59:/1234567\r\nANN LEE\r\n1 MAIN ST\r\n:70:INVOICE 1\r\n:71A:SHA\r\n-}}{{5:{{CHK:0123456789AB}}}}\r\n"
    )
    .into_bytes()
}

pub(super) fn fedwire(subject: Subject) -> Vec<u8> {
    let own = subject.aba();
    let tags = [
        "{1500}30        P ".to_owned(),
        "{1510}1000".to_owned(),
        "{1520}20241104SOURCE08000001".to_owned(),
        "{2000}000000005000".to_owned(),
        format!("{{3100}}{own}SENDER*"),
        format!("{{3400}}{OTHER_ABA}RECEIVER*"),
        "{3600}CTR".to_owned(),
        "{4200}D1234567*ANN LEE*1 MAIN ST*SPRINGFIELD*".to_owned(),
        "{5000}D7654321*ACME INC*2 MAIN ST*".to_owned(),
        "{6000}INVOICE 1*".to_owned(),
    ];
    lines(&tags, "\n")
}

pub(super) fn mt940(subject: Subject) -> Vec<u8> {
    let records = [
        ":20:STARTUMS".to_owned(),
        format!(":25:{}XXX/1234567890", subject.bic()),
        ":28C:1/1".to_owned(),
        ":60F:C241103EUR1000,00".to_owned(),
        ":61:2411041104C50,00NTRFNONREF".to_owned(),
        format!(":86:166?00GUTSCHRIFT?20SVWZ+INVOICE?30{OTHER_BIC}?31 1234567?32ANN LEE"),
        ":62F:C241104EUR2000,00".to_owned(),
        "-".to_owned(),
    ];
    lines(&records, "\r\n")
}

fn iso20022_text(subject: Subject) -> String {
    let bank = |name: &str, bic: &str| format!("<{name}><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></{name}>");
    let own = subject.bic();
    format!(
        "<?xml version=\"1.0\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M1</MsgId>{}\
         </GrpHdr><CdtTrfTxInf><IntrBkSttlmAmt Ccy=\"EUR\">50.00</IntrBkSttlmAmt>{}{}<Cdtr><Nm>Ann Lee</Nm></Cdtr><CdtrAcct><Id><Othr><Id>1234567</Id>\
         </Othr></Id></CdtrAcct></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>\n",
        bank("InstgAgt", &own),
        bank("DbtrAgt", &own),
        bank("CdtrAgt", OTHER_BIC)
    )
}

pub(super) fn iso20022(subject: Subject) -> Vec<u8> {
    iso20022_text(subject).into_bytes()
}

pub(super) fn iso20022_utf16(subject: Subject) -> Vec<u8> {
    [0xFF, 0xFE].into_iter().chain(iso20022_text(subject).encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

pub(super) fn x12(subject: Subject) -> Vec<u8> {
    let segments = [
        format!("ISA*00*{:10}*00*{:10}*ZZ*{:<15}*ZZ*{:<15}*241104*1200*U*00401*000000001*0*P*>", "", "", "SENDER", "RECEIVER"),
        "GS*RA*X*Y*20241104*1200*1*X*004010".to_owned(),
        "ST*820*0001".to_owned(),
        format!("BPR*C*50.00*C*ACH*CTX*01*{}*DA*123456*1234567890**01*{OTHER_ABA}*DA*1234567*20241104", subject.aba()),
        "N1*PR*ACME INC".to_owned(),
        "N1*PE*ANN LEE".to_owned(),
        "SE*5*0001".to_owned(),
        "GE*1*1".to_owned(),
        "IEA*1*000000001".to_owned(),
    ];
    lines(&segments, "~\n")
}

pub(super) fn edifact(subject: Subject) -> Vec<u8> {
    let segments = [
        "UNB+UNOC:3+5790000000000:14+5790000000001:14+041104:1200+1".to_owned(),
        "UNH+1+PAYMUL:D:96A:UN".to_owned(),
        "LIN+1".to_owned(),
        format!("FII+OR+40440532013000:ACME A/S+{}:25:5", subject.bic()),
        "SEQ++1".to_owned(),
        "MOA+9:5000".to_owned(),
        format!("FII+BF+1234567+{OTHER_BIC}:25:5"),
        "NAD+BE+++ANN LEE+MAIN ST 1+BONN++53111+DE".to_owned(),
        "UNT+9+1".to_owned(),
        "UNZ+1+1".to_owned(),
    ];
    lines(&segments, "'\n")
}

pub(super) fn ofx(subject: Subject) -> Vec<u8> {
    format!(
        "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\n\r\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><BANKACCTFROM><BANKID>{}\n<ACCTID>123456789\n\
         </BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNAMT>-50.00\n<PAYEE><NAME>Ann Lee\n<ADDR1>1 Main St\n<STATE>MA\n</PAYEE></STMTTRN></BANKTRANLIST>\
         </STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n",
        subject.aba()
    )
    .into_bytes()
}

pub(super) fn fints(subject: Subject) -> Vec<u8> {
    let own = subject.bankleitzahl();
    let segments = [
        format!("HNHBK:1:3+{:012}+300+0+1", 300),
        format!("HKIDN:2:2+280:{own}+customer+0+1"),
        format!("HKUEB:3:5+123456::280:{own}+1234567::280:10020030+ANN LEE++50,00:EUR+51"),
        "HNHBS:4:1+1".to_owned(),
    ];
    lines(&segments, "'\n")
}
