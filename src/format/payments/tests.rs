//! Properties that all readers of payment layouts share.

use crate::format::testing::read_with;
use crate::format::{Format, Probe, Sink};

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
            read_with(format.read, cut, |sink, _| {
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
                read_with(format.read, &changed, |sink, _| {
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
