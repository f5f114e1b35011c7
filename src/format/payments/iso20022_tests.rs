use super::*;
use crate::format::testing::read_with;
use crate::format::{Party, PaymentFacts, Seen};
use crate::model::DataElement;
use std::collections::BTreeMap;

fn facts(bytes: &[u8]) -> (PaymentFacts, usize) {
    read_with(read, bytes, |sink, _| (sink.facts.payments.clone().unwrap_or_default(), sink.gaps.len()))
}

fn list(parties: &BTreeMap<Party, Seen>) -> String {
    parties.keys().map(|p| p.value.clone()).collect::<Vec<_>>().join(" ")
}

/// `owners/either/other side/counterparties` of each unit.
fn sides(xml: &str) -> String {
    assert!(recognise(&Probe::new(xml.as_bytes())), "{xml}");
    let (facts, gaps) = facts(xml.as_bytes());
    assert_eq!(gaps, 0, "{xml}");
    let unit = |u: &crate::format::PaymentUnit| {
        format!("{}/{}/{}/{}", list(&u.owners), list(&u.either), list(&u.other_side), list(&u.counterparties))
    };
    facts.units.iter().map(unit).collect::<Vec<_>>().join(" | ")
}

fn agent(name: &str, bic: &str) -> String {
    format!("<{name}><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></{name}>")
}

fn header(from: &str, to: &str) -> String {
    let end = |name: &str, bic: &str| format!("<{name}><FIId><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></FIId></{name}>");
    format!("<AppHdr xmlns=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\">{}{}</AppHdr>", end("Fr", from), end("To", to))
}

fn pacs(group: &str, transactions: &[String]) -> String {
    let tx: String = transactions.iter().map(|t| format!("<CdtTrfTxInf>{t}</CdtTrfTxInf>")).collect();
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf><GrpHdr>{group}</GrpHdr>{tx}</FIToFICstmrCdtTrf></Document>"
    )
}

fn ends(debtor: &str, creditor: &str) -> String {
    agent("DbtrAgt", debtor) + &agent("CdtrAgt", creditor)
}

#[test]
fn the_instructing_agent_owns_what_is_sent() {
    let group = agent("InstgAgt", "AAAADEFF") + &agent("InstdAgt", "BBBBDEFF");
    let tx = [ends("AAAADEFFXXX", "CCCCDEFF")];
    assert_eq!(sides(&pacs(&group, &tx)), "AAAADEFF//BBBBDEFF/BBBBDEFF CCCCDEFF");
    assert_eq!(sides(&pacs("", &[group + &tx[0]])), "AAAADEFF//BBBBDEFF/BBBBDEFF CCCCDEFF");
}

#[test]
fn what_an_infrastructure_delivers_belongs_to_the_instructed_agent() {
    let tx = [agent("InstgAgt", "AAAADEFF") + &ends("AAAADEFF", "BBBBDEFF"), agent("InstgAgt", "CCCCDEFF") + &ends("CCCCDEFF", "BBBBDEFF")];
    assert_eq!(sides(&pacs(&agent("InstdAgt", "BBBBDEFF"), &tx)), "BBBBDEFF///AAAADEFF CCCCDEFF");
    let group = agent("InstgAgt", "AAAADEFF") + &agent("InstdAgt", "BBBBDEFF");
    let delivered = header("RTGSDEFF", "BBBBDEFF") + &pacs(&group, &[]);
    assert_eq!(sides(&delivered), "BBBBDEFF//RTGSDEFF/AAAADEFF RTGSDEFF");
    let handed_in = header("AAAADEFF", "RTGSDEFF") + &pacs(&group, &[]);
    assert_eq!(sides(&handed_in), "AAAADEFF//RTGSDEFF/BBBBDEFF RTGSDEFF");
}

#[test]
fn the_header_and_the_network_envelope_say_the_side() {
    let message = header("AAAADEFF", "BBBBDEFF") + &pacs("", &[ends("AAAADEFF", "CCCCDEFF")]);
    assert_eq!(sides(&message), "AAAADEFF//BBBBDEFF/BBBBDEFF CCCCDEFF");
    let envelope = |sub: &str, body: &str| {
        format!(
            "<Saa:DataPDU xmlns:Saa=\"urn:swift:saa:xsd:saa.2.0\"><Saa:Header><Saa:Message><Saa:SubFormat>{sub}</Saa:SubFormat><Saa:Sender><Saa:DN>ou=xxx,o=aaaadeff,o=swift</Saa:DN></Saa:Sender><Saa:Receiver><Saa:DN>o=bbbbdeff,o=swift</Saa:DN></Saa:Receiver></Saa:Message></Saa:Header><Saa:Body>{body}</Saa:Body></Saa:DataPDU>"
        )
    };
    assert_eq!(sides(&envelope("Output", &message)), "BBBBDEFF//AAAADEFF/AAAADEFF CCCCDEFF");
    assert_eq!(sides(&envelope("Input", &pacs("", &[]))), "AAAADEFF//BBBBDEFF/BBBBDEFF");
    let named = "<Msg xmlns=\"urn:x\"><AppHdr xmlns=\"urn:swift:xsd:$ahV10\"><From><Type>DN</Type><Id>cn=funds,ou=abcdchzz,o=swift</Id></From><To><Type>DN</Type><Id>cn=funds,ou=dcbadeff,o=swift</Id></To></AppHdr><Document xmlns=\"urn:swift:xsd:camt.003.001.04\"><GetAcct><MsgHdr><MsgId>1</MsgId></MsgHdr></GetAcct></Document></Msg>";
    assert_eq!(sides(named), "ABCDCHZZ//DCBADEFF/DCBADEFF");
}

#[test]
fn debtor_and_creditor_agents_alone_leave_the_side_open() {
    assert_eq!(sides(&pacs("", &[ends("AAAADEFF", "BBBBDEFF")])), "/AAAADEFF BBBBDEFF//");
    assert_eq!(sides(&pacs("", &[ends("AAAADEFF", "BBBBDEFF"), ends("AAAADEFF", "CCCCDEFF")])), "/AAAADEFF//BBBBDEFF CCCCDEFF");
    let between = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.009.001.08\"><FICdtTrf><CdtTrfTxInf><Dbtr><FinInstnId><BICFI>AAAADEFF</BICFI></FinInstnId></Dbtr><Cdtr><FinInstnId><BICFI>BBBBDEFF</BICFI></FinInstnId></Cdtr><UndrlygCstmrCdtTrf><DbtrAgt><FinInstnId><BICFI>CCCCDEFF</BICFI></FinInstnId></DbtrAgt></UndrlygCstmrCdtTrf></CdtTrfTxInf></FICdtTrf></Document>";
    assert_eq!(sides(between), "/AAAADEFF BBBBDEFF//CCCCDEFF");
}

fn statement(root: &str, account: &str) -> String {
    format!(
        "<d:Document xmlns:d=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><d:{root}><d:GrpHdr><d:MsgRcpt><d:Id><d:OrgId><d:BICOrBEI>DABAIE2D</d:BICOrBEI></d:OrgId></d:Id></d:MsgRcpt></d:GrpHdr>{account}</d:{root}></d:Document>"
    )
}

#[test]
fn a_statement_belongs_to_the_accounts_servicer() {
    let entry = "<Ntry><Amt Ccy=\"EUR\">1.00</Amt><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Jane Doe</Nm><PstlAdr><TwnNm>Bonn</TwnNm><Ctry>DE</Ctry></PstlAdr></Dbtr><DbtrAcct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId><BIC>BANKCHZH80A</BIC></FinInstnId></DbtrAgt></RltdAgts></TxDtls><TxDtls/></NtryDtls></Ntry><Ntry/>";
    let serviced = format!(
        "<Stmt><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Svcr><FinInstnId><BIC>COBADEFFXXX</BIC></FinInstnId></Svcr></Acct>{entry}</Stmt>"
    );
    let xml = statement("BkToCstmrStmt", &serviced);
    assert_eq!(sides(&xml), "COBADEFF//DE:37040044/BANKCHZH DE:37040044 FR:30006 FR:3000600001");
    let (facts, _) = facts(xml.as_bytes());
    assert_eq!((facts.units[0].records, facts.units[0].persons.len()), (3, 1));
    assert!(
        [DataElement::Iban, DataElement::Name, DataElement::Address, DataElement::Amount]
            .iter()
            .all(|&e| facts.units[0].elements.contains(e))
    );
    let own = "<Stmt><Acct><Id><Othr><Id>DE89370400440532013000</Id></Othr></Id></Acct></Stmt>";
    assert_eq!(
        sides(&statement("BkToCstmrStmt", &(own.to_owned() + &serviced))),
        "DE:37040044/// | COBADEFF//DE:37040044/BANKCHZH DE:37040044 FR:30006 FR:3000600001"
    );
    assert_eq!(
        sides(&(header("FROMDEFF", "TOTODEFF") + &statement("BkToCstmrDbtCdtNtfctn", &own.replace("Stmt", "Ntfctn")))),
        "FROMDEFF//TOTODEFF DE:37040044/TOTODEFF DE:37040044"
    );
}

#[test]
fn orders_belong_to_the_clients_bank() {
    let info = |agent_xml: &str| {
        format!(
            "<PmtInf><Dbtr><Nm>ACME GmbH</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>{agent_xml}<CdtTrfTxInf><CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId><MmbId>021000021</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt></CdtTrfTxInf></PmtInf>"
        )
    };
    let order = |body: &str| {
        format!(
            "<Document xmlns=\"http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd\"><CstmrCdtTrfInitn><GrpHdr><InitgPty><Id><OrgId><AnyBIC>FIRMDEFF</AnyBIC></OrgId></Id></InitgPty></GrpHdr>{body}</CstmrCdtTrfInitn></Document>"
        )
    };
    assert_eq!(sides(&order(&info(&agent("DbtrAgt", "COBADEFF")))), "COBADEFF//DE:37040044/021000021 DE:37040044");
    assert_eq!(
        sides(&order(&info("<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>"))),
        "DE:37040044///021000021"
    );
    assert_eq!(
        sides(
            "<Document><CstmrDrctDbtInitn><PmtInf><CdtrAgt><FinInstnId><BIC>COBADEFF</BIC></FinInstnId></CdtrAgt><DrctDbtTxInf><DbtrAgt><FinInstnId><BIC>AAAADEFF</BIC></FinInstnId></DbtrAgt></DrctDbtTxInf></PmtInf></CstmrDrctDbtInitn></Document>"
        ),
        "COBADEFF///AAAADEFF"
    );
    assert_eq!(
        sides(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\"><CstmrPmtStsRpt><GrpHdr><InitgPty><Id><OrgId><BICOrBEI>COBADEFF</BICOrBEI></OrgId></Id></InitgPty></GrpHdr><OrgnlPmtInfAndSts><TxInfAndSts><OrgnlTxRef><CdtrAgt><FinInstnId><BIC>AAAADEFF</BIC></FinInstnId></CdtrAgt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
        ),
        "COBADEFF///AAAADEFF"
    );
}

#[test]
fn investigations_belong_to_the_assigner() {
    let xml = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.056.001.01\"><FIToFIPmtCxlReq><Assgnmt><Assgnr><Agt><FinInstnId><BIC>AAAADEFF</BIC></FinInstnId></Agt></Assgnr><Assgne><Agt><FinInstnId><BIC>BBBBDEFF</BIC></FinInstnId></Agt></Assgne></Assgnmt><Undrlyg><TxInf><OrgnlTxRef><DbtrAgt><FinInstnId><BIC>CCCCDEFF</BIC></FinInstnId></DbtrAgt></OrgnlTxRef></TxInf></Undrlyg></FIToFIPmtCxlReq></Document>";
    assert_eq!(sides(xml), "AAAADEFF//BBBBDEFF/BBBBDEFF CCCCDEFF");
}

#[test]
fn encodings_and_references_give_the_same_text() {
    let xml = "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><Document><BkToCstmrStmt><Stmt><AddtlStmtInf>Müller &amp; Söhne &#x42;ank</AddtlStmtInf></Stmt></BkToCstmrStmt></Document>";
    let latin: Vec<u8> = xml.chars().map(|c| c as u8).collect();
    let wide: Vec<u8> = [0xFE, 0xFF].into_iter().chain(xml.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    for bytes in [xml.as_bytes(), &latin, &wide] {
        assert!(recognise(&Probe::new(bytes)));
        let (text, offset) = read_with(read, bytes, |_, out| {
            let passages = out.passages.lock().unwrap();
            let p = &passages[0];
            (p.text.clone(), p.map.offset(&p.text, p.text.find("Müller").unwrap()))
        });
        assert!(text.contains("Müller & Söhne Bank\u{1E}") || text.ends_with("Müller & Söhne Bank"), "{text}");
        let unit = if bytes.len() == wide.len() { 2 } else { 1 };
        assert_eq!(offset as usize, xml.find("Müller").unwrap() * unit + if unit == 2 { 2 } else { 0 });
    }
}

#[test]
fn other_markup_is_not_taken() {
    for other in [
        "",
        "<html><Document/></html>",
        "<xs:schema xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><xs:element name=\"Document\"/></xs:schema>",
        "<Document><Placemark/></Document>",
        "a,b\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\">",
        "{\"x\": \"pacs.008.001.08\"}",
        "<xsl:stylesheet><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"/></xsl:stylesheet>",
    ] {
        assert!(!recognise(&Probe::new(other.as_bytes())), "{other}");
    }
}

#[test]
fn what_is_cut_is_a_gap_and_what_was_read_stays() {
    let xml = header("AAAADEFF", "BBBBDEFF") + &pacs("", &[ends("AAAADEFF", "CCCCDEFF")]);
    for cut in 1..16 {
        let part = &xml.as_bytes()[..xml.len() * cut / 16];
        let whole_parts = part.ends_with(b"</AppHdr>");
        assert_eq!(facts(part).1, usize::from(!whole_parts), "{cut}");
        let mut flipped = xml.clone().into_bytes();
        flipped[xml.len() * cut / 16] ^= 0x15;
        facts(&flipped);
    }
    assert_eq!(list(&facts(header("AAAADEFF", "BBBBDEFF").as_bytes()).0.units[0].owners), "AAAADEFF");
    let (cut, _) = facts(&xml.as_bytes()[..xml.len() - 60]);
    assert_eq!(list(&cut.units[0].owners), "AAAADEFF");
    for pattern in ["<a>", "</a>", "<!--", "<Document><FIToFI>", "<a b=\">", "&", "<![CDATA[", "<!D[>"] {
        facts(pattern.repeat(30_000).as_bytes());
    }
}
