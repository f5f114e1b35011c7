use super::*;
use crate::format::testing::read_with;

fn text(xml: &str) -> String {
    read_with(read, xml.as_bytes(), |_, collector| collector.text())
}

#[test]
fn names_stand_before_values_and_values_apart() {
    let text = text(
        "<?xml version='1.0'?><c><clientCode>AB12CD</clientCode><n>First &amp; <b>St</b>ate</n><n>Bank</n><account ccy=\"USD\">123</account></c>",
    );
    for wanted in ["clientCode: AB12CD", "First & State", "account ccy=USD\u{1E}", "account: 123"] {
        assert!(text.contains(wanted), "{wanted} in {text:?}");
    }
    assert!(!text.contains("State\nn: Bank"));
}

#[test]
fn keys_label_the_values_beside_them() {
    let text = text("<p><property name=\"client.code\" value=\"AB12CD\"/><dict><key>clientCode</key>\n<string>XY99</string></dict></p>");
    assert!(text.contains("client.code: AB12CD"), "{text:?}");
    assert!(text.contains("clientCode : XY99") || text.contains("clientCode: XY99"), "{text:?}");
}

#[test]
fn names_of_values_are_put_together() {
    for (xml, wanted) in [
        ("<r><Client><Name>Ann</Name><Code>104233</Code></Client></r>", "Client Code: 104233"),
        ("<c><entry key=\"client.code\">104233</entry></c>", "client.code: 104233"),
        ("<c><data name=\"client.code\"><value>104233</value></data></c>", "client.code: 104233"),
        ("<l><dt>Client code</dt><dd>104233</dd></l>", "Client code: 104233"),
    ] {
        assert!(text(xml).contains(wanted), "{wanted} in {:?}", text(xml));
    }
    let text = text("<r><client><a><code>1</code></a></client><code>2</code></r>");
    assert!(!text.contains("client code"), "{text}");
}

#[test]
fn broken_markup_and_bombs_are_text() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"lol\"><!ENTITY c \"&b;&b;&b;&b;\">]><a>&c; First State Bank <unclosed attr=\"Peoples Bank";
    read_with(read, bomb.as_bytes(), |sink, collector| {
        let text = collector.text();
        assert!(text.contains("First State Bank") && text.contains("Peoples Bank") && text.contains("\"lol\"") && text.contains("&c;"));
        assert!(sink.coverage.clone().partition(bomb.len() as u64).iter().all(|(_, c)| c.is_some()));
    });
    for cut in 0..bomb.len() {
        read_with(read, &bomb.as_bytes()[..cut], |_, _| ());
    }
}

#[test]
fn offsets_are_exact() {
    let xml = "<a><b>x</b><c>é First State Bank</c></a>";
    read_with(read, xml.as_bytes(), |_, collector| {
        let passages = collector.passages.lock().unwrap();
        let place = passages[0].text.find("First").unwrap();
        assert_eq!(passages[0].map.offset(&passages[0].text, place), xml.find("First").unwrap() as u64);
    });
}
