//! Properties that all readers of payment layouts share.

use crate::format::testing::read_with;
use crate::format::{Format, Probe};

/// The layouts of this module.
pub(super) const FORMATS: &[&Format] = &[&super::NACHA, &super::FEDWIRE];

/// A whole, small, sound file of each layout.
fn examples() -> Vec<(&'static Format, Vec<u8>)> {
    vec![(&super::NACHA, super::nacha::tests::file()), (&super::FEDWIRE, super::fedwire::tests::file())]
}

#[test]
fn examples_are_of_one_layout_and_whole() {
    for (format, bytes) in examples() {
        let found: Vec<_> = FORMATS.iter().filter(|f| (f.recognise)(&Probe::new(&bytes))).map(|f| f.name).collect();
        assert_eq!(found, [format.name]);
        read_with(format.read, &bytes, |sink, _| {
            assert!(sink.gaps.is_empty(), "{}: {:?}", format.name, sink.gaps);
            assert!(sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, kind)| kind.is_some()), "{}", format.name);
        });
    }
}

#[test]
fn cut_files_are_covered_and_have_a_gap() {
    for (format, bytes) in examples() {
        for sixteenth in 1..16 {
            let (cut, lost) = bytes.split_at(bytes.len() * sixteenth / 16);
            if lost.trim_ascii().is_empty() {
                continue;
            }
            read_with(format.read, cut, |sink, _| {
                assert!(!sink.gaps.is_empty(), "{} cut at {}", format.name, cut.len());
                assert!(sink.coverage.clone().partition(cut.len() as u64).iter().all(|(_, kind)| kind.is_some()), "{}", format.name);
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
                    assert!(
                        sink.coverage.clone().partition(changed.len() as u64).iter().all(|(_, kind)| kind.is_some()),
                        "{} at {i}",
                        format.name
                    );
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
