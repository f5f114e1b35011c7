//! Payments inside other text, and other content inside payment files: each counts for what it is.

use crate::harness::{Desk, Institution, Job, Random, gzip, nacha, write, write_registry};
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
