//! Payments inside other text, and other content inside payment files: each counts for what it is.

use crate::harness::{Desk, Institution, Job, Random, docx, gzip, nacha, pdf, write, write_registry, xlsx};
use std::collections::BTreeMap;

/// A routing number with its check digit.
fn routing(n: u32) -> String {
    let eight = format!("{:08}", 12_100_000 + n);
    let sum: u32 = eight.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{eight}{}", (10 - sum % 10) % 10)
}

/// Verdict and basis of each institution in a breach of these files; each has a routing number and a client code.
fn outcome(files: &[(&str, Vec<u8>)], institutions: u32) -> BTreeMap<String, (String, String)> {
    let desk = Desk::new();
    for (name, bytes) in files {
        write(&desk.path("evidence").join(name), bytes);
    }
    let institution = |n: u32| {
        let name = format!("{} {} Valley Savings Bank", ["Alder", "Birch", "Cedar", "Dogwood", "Elm"][n as usize % 5], 'A');
        Institution::new(&format!("K{n}"), &format!("{name} {n}")).with("aba", &routing(n)).with("client_code", &format!("QZ{n:03}X"))
    };
    write_registry(&desk.path("registry"), &(0..institutions).map(institution).collect::<Vec<_>>());
    let impact = desk.run(&Job::of("ev", &desk.path("evidence")), &desk.path("registry")).impact();
    impact.into_iter().map(|(id, row)| (id, (row["verdict"].clone(), row["basis"].clone()))).collect()
}

#[test]
fn a_payment_file_in_other_text_is_its_owners() {
    let text = |n: u32| String::from_utf8(nacha(&routing(n), 4)).expect("characters");
    let lines = |n: u32, before: &dyn Fn(usize) -> String| {
        text(n).lines().enumerate().map(|(i, line)| format!("{}{line}\n", before(i))).collect::<String>().into_bytes()
    };
    let rows: String = text(3).lines().enumerate().map(|(i, line)| format!("77,{i},\"{line}\"\n")).collect();
    let wire = |n: u32| {
        format!(
            "{{1500}}30        T {{1510}}1000{{1520}}20241030MMQFMP31000001{{2000}}000000012345{{3100}}{}A BANK*{{3400}}{}OTHER*{{3600}}CTR{{4200}}D1*ANN LEE*",
            routing(n),
            routing(900)
        )
    };
    let files = [
        ("job.txt", format!("//JOB OUT\n$$ADD ID=X\n{}", text(0)).into_bytes()),
        ("mail.eml", format!("From: a@v.example\nTo: b@v.example\nSubject: file\n\n{}", text(1)).into_bytes()),
        ("value.json", format!("{{\"file\": \"x\", \"content\": \"{}\"}}\n", text(2).replace('\n', "\\n")).into_bytes()),
        ("rows.csv", format!("file_id,line,record\n{rows}").into_bytes()),
        ("numbered.txt", lines(4, &|i| format!("{i:06} "))),
        ("found.txt", lines(5, &|i| format!("out.ach:{i}:"))),
        ("printed.txt", lines(6, &|_| " ".to_owned())),
        ("wire.log", format!("2024-10-30 09:30:00 INFO msg={}\n2024-10-30 09:30:01 INFO done\n", wire(7)).into_bytes()),
        ("behind.csv", format!("id,status\n1,ok\n2,ok\n{}", text(8)).into_bytes()),
        ("value.xml", format!("<m><payload>{}</payload></m>", text(9)).into_bytes()),
    ];
    let impact = outcome(&files, 12);
    for n in 0..10 {
        let (verdict, basis) = &impact[&format!("K{n}")];
        assert_eq!((&verdict[..], &basis[..]), ("affected", "owner_field"), "{}", files[n].0);
    }
    assert_eq!((&impact["K10"].0[..], &impact["K11"].0[..]), ("ruled_out", "ruled_out"));
}

#[test]
fn what_is_beside_a_payment_file_is_not_its_owners() {
    let file = nacha(&routing(0), 4);
    let noise = Random::new(3).bytes(20_000);
    let table = "client_code,account,name\n".to_owned() + &"QZ001X,1000000001,Ann Lee\n".repeat(9);
    let verdicts = |tail: &[u8]| outcome(&[("out.ach", [&file[..], tail].concat())], 4);
    let opaque = verdicts(&noise);
    assert_eq!((&opaque["K0"].0[..], &opaque["K1"].0[..], &opaque["K3"].0[..]), ("affected", "undetermined", "undetermined"));
    for tail in [table.clone().into_bytes(), gzip(table.as_bytes())] {
        let found = verdicts(&tail);
        assert_eq!((&found["K0"].0[..], &found["K1"].0[..], &found["K3"].0[..]), ("affected", "affected", "ruled_out"));
    }
    let named = verdicts(b"\nPrepared for Birch A Valley Savings Bank 1 today.\n");
    assert_eq!((&named["K1"].0[..], &named["K3"].0[..]), ("referenced", "ruled_out"));
}

/// An image cash letter of one institution, with lengths before its records or line ends behind them.
fn cash_letter(ece: &str, is_ebcdic: bool, lines: bool) -> Vec<u8> {
    let ebcdic = |b: u8| match b {
        b'0'..=b'9' => b - b'0' + 0xF0,
        b'A'..=b'I' => b - b'A' + 0xC1,
        b'J'..=b'R' => b - b'J' + 0xD1,
        b'S'..=b'Z' => b - b'S' + 0xE2,
        b'/' => 0x61,
        _ => 0x40,
    };
    let reserve = "061000146";
    let records = [
        format!("0103T{reserve}{ece}202411041200N{:<44}", "COLLECTING BANK"),
        format!("1001{reserve}{ece}2024110420241104120 IG{:<36}", "CL1"),
        format!("2001{reserve}{ece}2024110420241104{:<42}", "B1"),
        format!("25{:16}021000021{:>20}0000012500{:<23}", "", "123456/1001", "1"),
        format!("700001{:74}", ""),
        format!("90000001{:72}", ""),
        format!("99000001{:72}", ""),
    ];
    let bytes = |record: &String| record.bytes().map(|b| if is_ebcdic { ebcdic(b) } else { b }).collect::<Vec<u8>>();
    let of = |record: &String| match lines {
        true => [&bytes(record)[..], b"\n"].concat(),
        false => [&80u32.to_be_bytes()[..], &bytes(record)].concat(),
    };
    records.iter().flat_map(of).collect()
}

#[test]
fn a_cash_letter_behind_other_lines_is_its_owners() {
    let behind = |before: &str, letter: Vec<u8>, after: &str| [before.as_bytes(), &letter, after.as_bytes()].concat();
    let long = "//COLLECT JOB (ACCT),CLASS=A\n".repeat(40);
    let files = [
        ("one.bin", behind("$$ADD X\n", cash_letter(&routing(0), true, false), "")),
        ("ascii.bin", behind("$$ADD X\r\n", cash_letter(&routing(1), false, false), "\nEND OF FILE\n")),
        ("job.txt", behind(&long, cash_letter(&routing(2), false, true), "//\n")),
        (
            "twice.bin",
            [behind("A\n", cash_letter(&routing(3), true, false), "\n"), behind("B\n", cash_letter(&routing(4), true, false), "")].concat(),
        ),
    ];
    let impact = outcome(&files, 7);
    for n in 0..5 {
        assert_eq!((&impact[&format!("K{n}")].0[..], &impact[&format!("K{n}")].1[..]), ("affected", "owner_field"), "K{n}");
    }
    assert_eq!((&impact["K5"].0[..], &impact["K6"].0[..]), ("ruled_out", "ruled_out"));
    // Somebody's records behind it are theirs.
    let table = "client_code,account,name\n".to_owned() + &"QZ001X,1000000001,Ann Lee\n".repeat(9);
    let impact = outcome(&[("one.bin", behind("$$ADD X\n", cash_letter(&routing(0), true, false), &table))], 4);
    assert_eq!((&impact["K0"].0[..], &impact["K1"].1[..], &impact["K2"].0[..]), ("affected", "records", "ruled_out"));
    // One that is cut is its owner's, and nobody's else.
    let letter = cash_letter(&routing(0), true, false);
    let impact = outcome(&[("cut.bin", behind("$$ADD X\n", letter[..letter.len() - 100].to_vec(), ""))], 3);
    assert_eq!(&impact["K0"].0[..], "affected");
}

#[test]
fn payments_pasted_into_documents_are_their_owners() {
    let lines =
        |n: u32| -> Vec<String> { String::from_utf8(nacha(&routing(n), 4)).expect("characters").lines().map(str::to_owned).collect() };
    let page = |n: u32| {
        let shown: String = lines(n).iter().map(|line| format!("({line}) Tj T*\n")).collect();
        format!("BT /F1 8 Tf 10 TL 36 740 Td\n{shown}ET")
    };
    let rows: Vec<Vec<String>> = lines(2).iter().enumerate().map(|(i, line)| vec![i.to_string(), line.clone()]).collect();
    let rtf = |n: u32| format!("{{\\rtf1\\ansi\n{}}}", lines(n).join("\\par\n"));
    let message = format!(
        "{{1:F01{0}XXXX0000000000}}{{2:I103DEUTDEFFXXXXN}}{{4:|:20:REF1|:23B:CRED|:32A:241030USD1500,00|:50K:/12345678|ANN LEE|:59:/98765432|BO RAY|:71A:SHA|-}}",
        "BANKUS33"
    );
    let files = [
        ("mail.docx", docx(&lines(0))),
        ("print.pdf", pdf(&[page(1)], "Courier")),
        ("sheet.xlsx", xlsx(&rows)),
        ("note.rtf", rtf(3).into_bytes()),
        ("proportional.pdf", pdf(&[page(4)], "Helvetica")),
        ("message.docx", docx(&message.split('|').map(str::to_owned).collect::<Vec<_>>())),
    ];
    let impact = outcome(&files, 7);
    for (n, (name, _)) in files.iter().take(5).enumerate() {
        let (verdict, basis) = &impact[&format!("K{n}")];
        assert_eq!((&verdict[..], &basis[..]), ("affected", "owner_field"), "{name}");
    }
    assert_eq!((&impact["K5"].0[..], &impact["K6"].0[..]), ("ruled_out", "ruled_out"));
}
