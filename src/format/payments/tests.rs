//! Properties that all readers of payment layouts share.

use crate::format::testing::{Collector, read_with};
use crate::format::{Format, Probe, Sink};

/// Reads bytes as a layout, with what is beside it, and shows what was found to `look`.
pub(super) fn read_whole<T>(format: &Format, bytes: &[u8], look: impl FnOnce(&Sink<'_>, &Collector) -> T) -> T {
    let collector = Collector::default();
    let mut sink = Sink::new(&collector);
    if let Err(failure) = super::read(format, bytes, &mut sink) {
        sink.note(failure.to_string());
    }
    sink.finish();
    look(&sink, &collector)
}

/// The layouts of this module.
pub(super) const FORMATS: &[&Format] =
    &[&super::NACHA, &super::FEDWIRE, &super::BAI2, &super::X937, &super::CPA005, &super::BACS18, &super::METRO2];

/// A whole, small, sound file of each layout.
fn examples() -> Vec<(&'static Format, Vec<u8>)> {
    vec![
        (&super::NACHA, super::nacha::tests::file()),
        (&super::FEDWIRE, super::fedwire::tests::file()),
        (&super::BAI2, super::bai2::tests::file()),
        (&super::X937, super::x937::tests::file()),
        (&super::CPA005, super::cpa005::tests::file()),
        (&super::BACS18, super::bacs18::tests::file()),
        (&super::METRO2, super::metro2::tests::file()),
    ]
}

/// Examples of all layouts, with those whose readers are tested by themselves.
pub(super) fn every_example() -> Vec<(&'static Format, Vec<u8>)> {
    let texts: [(&Format, &str); 7] = [
        (
            &super::SWIFT,
            "{1:F01AAAADEFFAXXX0000000000}{2:I103BBBBUS33XXXXN}{4:\r\n:20:REF\r\n:32A:241104EUR1,\r\n:50K:/1\r\nANN LEE\r\n:59:/2\r\nBOB RAY\r\n-}",
        ),
        (
            &super::MT940,
            ":20:REF\r\n:25:70011110/4005287001EUR\r\n:28C:1\r\n:60F:C170914EUR1,\r\n:61:170914D233,15NMSC\r\n:86:PETER PAN\r\n:62F:C170914EUR1,\r\n-\r\n",
        ),
        (
            &super::ISO20022,
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.009.001.08\"><FICdtTrf><CdtTrfTxInf><Dbtr><FinInstnId><BICFI>AAAADEFF</BICFI></FinInstnId></Dbtr></CdtTrfTxInf></FICdtTrf></Document>",
        ),
        (
            &super::X12,
            "ISA*00*          *00*          *01*121042882      *ZZ*CORP           *241104*1200*U*00401*000000001*0*P*:~GS*RA*121042882*CORP*20241104*1200*1*X*004010~ST*820*0001~BPR*C*100*C*ACH*CCD*01*121042882*DA*1*1234567890**01*231380104*DA*2*20241104~SE*3*0001~GE*1*1~IEA*1*000000001~",
        ),
        (
            &super::EDIFACT,
            "UNB+UNOA:2+AAAADEFF:6+BBBBDEFF:6+241104:1200+1'UNH+1+PAYORD:D:96A:UN'BGM+451+1'FII+OR+1+AAAADEFF:25:5'MOA+9:1:EUR'UNT+5+1'UNZ+1+1'",
        ),
        (
            &super::OFX,
            "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><SIGNONMSGSRSV1></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><STMTRS><BANKACCTFROM><BANKID>121042882<ACCTID>1</BANKACCTFROM></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
        ),
        (&super::FINTS, "HNHBK:1:3+000000000100+300+0+1'HKVVB:2:3+0+0+0+X+1'HNHBS:3:1+1'"),
    ];
    examples().into_iter().chain(texts.map(|(format, text)| (format, text.as_bytes().to_vec()))).collect()
}

/// Every byte was covered, or the reader said that it gave up, and the caller scans the rest.
fn covered(sink: &Sink<'_>, len: usize) -> bool {
    let gave_up = sink.facts.notes.iter().any(|note| note.contains("(at byte "));
    gave_up || sink.coverage.clone().partition(len as u64).iter().all(|(_, kind)| kind.is_some())
}

#[test]
fn examples_are_of_one_layout_and_whole() {
    for (format, bytes) in examples() {
        let found: Vec<_> = FORMATS.iter().filter(|f| (f.recognise)(&Probe::new(&bytes))).map(|f| f.name).collect();
        assert_eq!(found, [format.name]);
        read_with(format.read, &bytes, |sink, _| {
            assert!(sink.gaps.is_empty(), "{}: {:?}", format.name, sink.gaps);
            assert!(covered(sink, bytes.len()) && sink.facts.notes.iter().all(|n| !n.contains("(at byte ")), "{}", format.name);
        });
    }
}

#[test]
fn cut_files_are_covered_and_have_a_gap() {
    for (format, bytes) in examples() {
        // A Fedwire message has no trailer; its cuts are tested with its reader.
        let tested = if format.name == super::FEDWIRE.name { 1..1 } else { 1..16 };
        for sixteenth in tested {
            let (cut, lost) = bytes.split_at(bytes.len() * sixteenth / 16);
            if lost.trim_ascii().is_empty() {
                continue;
            }
            read_whole(format, cut, |sink, _| {
                assert!(
                    !sink.gaps.is_empty() || sink.facts.notes.iter().any(|n| n.contains("(at byte ")),
                    "{} cut at {}",
                    format.name,
                    cut.len()
                );
                assert!(covered(sink, cut.len()), "{}", format.name);
            });
        }
    }
}

#[test]
fn changed_bytes_do_no_harm() {
    for (format, bytes) in examples() {
        for i in (0..bytes.len()).step_by(bytes.len() / 300 + 1) {
            for value in [0, b'\n', b'0', 0xFF] {
                let mut changed = bytes.clone();
                changed[i] = value;
                let _ = (format.recognise)(&Probe::new(&changed));
                read_whole(format, &changed, |sink, _| {
                    assert!(covered(sink, changed.len()), "{} at {i}", format.name);
                });
            }
        }
    }
}

#[test]
fn other_text_is_no_payment_layout() {
    let others: &[&str] = &[
        "",
        "\n\n",
        "101,Springfield,First National Bank\n102,Shelbyville,First State Bank\n",
        "01,02,03\n04,05,06\n",
        "01,2024-01-02,10\n02,2024-01-03,11\n99,2024-01-04,12\n",
        "01,A,B,240101,1200,1,80,1,2\n02,C,D,240102,1300,2,80,1,2\n",
        "A long time ago there was a bank.\n",
        "2024-11-04T01:02:03 INFO {1500} items read\n",
        "622 lines were read, 5 were left out\n622 lines were read, 5 were left out\n",
        "{\"a\": [1500, 3100, 3400]}\n",
        "id,aba,name\n1,121042882,WELLS FARGO\n2,231380104,CITADEL\n",
        "VOL1\nHDR1\n",
        "HEADER  TITLE   DATE\n",
        "0426\n",
    ];
    for text in others {
        for format in FORMATS {
            assert!(!(format.recognise)(&Probe::new(text.as_bytes())), "{text:?} taken for {}", format.name);
        }
    }
}
