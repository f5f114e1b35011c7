use super::*;
use crate::format::personal::find;

const PEOPLE: [(&str, &str); 8] = [
    ("Michael Olsen", "7201186876"),
    ("Siobhan Nakamura", "2504755128"),
    ("Declan Perez", "5852394492"),
    ("Linda Abernathy", "7138495328"),
    ("Noor Kowalski", "2439333030"),
    ("Peter Walker", "3498850959"),
    ("Anna Gill", "9061724405"),
    ("Susan Mosley", "6154337490"),
];

fn persons(row: impl Fn(&str, &str, usize) -> String) -> usize {
    let text: String = PEOPLE.iter().enumerate().map(|(n, (name, account))| row(name, account, n)).collect();
    find(&text, Cut::default()).persons.len()
}

#[test]
fn names_beside_numbers_in_lines_of_one_shape_are_persons() {
    // Among words, only familiar names are.
    let list = |row: &dyn Fn(&str, &str, usize) -> String| assert!(persons(row) >= 5, "{} {}", persons(row), row("NAME", "7201186876", 1));
    list(&|name, number, _| format!("{number} {name}\n"));
    list(&|name, number, _| format!("{name}   {}-{}\r\n", &number[..4], &number[4..]));
    list(&|name, number, _| format!("{}  {name}\n", &number[..7]));
    list(&|name, number, _| format!("******{} {name}\n", &number[6..]));
    list(&|name, number, n| format!("{}-{}-{}  {name}   {n}1.00\n", &number[..3], &number[3..6], &number[6..]));
    list(&|name, number, n| format!("2024-10-30 10:0{n}:00,123 INFO load row=\"{number},{name},1983-01-2{n}\" ok\n"));
    list(&|name, number, n| format!("Possible match: {name} (CIF {number}) DOB 1983-01-2{n} score 8{n}\n"));
    list(&|name, number, _| format!("10:00 DEBUG - <memberNbr>{number}</memberNbr><name>{name}</name>\n"));
    list(&|name, number, _| format!("{name}\u{1E}{number}\u{1E}"));
    list(&|name, number, n| format!("\u{e0}@{name:<30}{number}q{n}\u{b8}\u{1E}"));
    list(&|name, number, _| format!("03ABW{}{}\n", &number[..9], name.replace(' ', "                    ")));
}

#[test]
fn lists_of_other_things_are_nobodys() {
    let nobody = |row: &dyn Fn(&str, &str, usize) -> String| assert_eq!(persons(row), 0, "{}", row("NAME", "7201186876", 1));
    // Logs of commits, with hashes, times and authors who come again.
    nobody(&|name, number, n| format!("{n}a{number}c {name}: mend the build\n"));
    nobody(&|name, number, n| format!("{}{} {name}: mend the build\n", &number[..7], if n % 3 == 0 { "" } else { "f" }));
    nobody(&|name, _, n| format!("{} {name}\n", 1_698_765_432 + 7919 * n));
    nobody(&|_, number, n| format!("r{} | {} | mended\n{number} {}\n", &number[..7], PEOPLE[n % 3].0, PEOPLE[n % 3].0));
    nobody(&|name, number, _| format!("{name} <{number}@users.example>\n"));
    nobody(&|name, number, _| format!("Author {name}, paper {number}\n"));
    nobody(&|name, number, _| format!("* Mend it ({name}) (:bzbug:`{}`)\n", &number[..6]));
    let words = ["reader", "old test", "build of docs", "cycle", "leak in it", "list", "many forms", "last one"];
    nobody(&|name, number, n| format!("* Mend the {} ({name}) ({})\n", words[n], &number[..6]));
    // Telephone lists.
    nobody(&|name, number, n| format!("{name}  21{n}555{}\n", &number[6..]));
    nobody(&|name, number, n| format!("{name}  21{n}-555-{}\n", &number[6..]));
    nobody(&|name, number, n| format!("{name}  (21{n}) 555-{}\n", &number[6..]));
    nobody(&|name, number, _| format!("{name}  555-{}\n", &number[6..]));
    nobody(&|name, number, _| format!("{name}  030 {}\n", &number[..7]));
    nobody(&|name, number, _| format!("{name}  tel {}\n", &number[..7]));
    nobody(&|name, number, _| format!("{name}  +49{number}\n"));
    // Banks, companies, products, files, reports of changes.
    nobody(&|name, number, _| format!("{number}  {} National Bank\n", name.split(' ').next_back().unwrap()));
    nobody(&|name, _, n| format!("{}  {name}\n", ["021000021", "011401533", "091000019", "122105155"][n % 4]));
    nobody(&|_, number, n| format!("{number}  {} Lamp\n", ["Oak", "Brass", "Table", "Floor", "Desk", "Wall", "Reading", "Garden"][n]));
    nobody(&|name, number, _| format!("{}  {name}.pdf\n", &number[..7]));
    nobody(&|name, number, _| format!("{}  /home/{name}/x\n", &number[..7]));
    nobody(&|name, number, n| format!("drwxr-xr-x  2 root root {} Nov 0{n} {name}\n", &number[..7]));
    nobody(&|name, number, _| format!("- Mend the reader ({name}, #{})\n", &number[..6]));
    nobody(&|name, number, _| format!("  * bug {}, found by {name}\n", &number[..6]));
    nobody(&|name, _, n| format!("{name} 2024110{}\n", n + 1));
    nobody(&|name, _, n| format!("{name} 2024110{}103000\n", n + 1));
}

#[test]
fn few_lines_are_chance() {
    let few = |count: usize, digits: usize| {
        let text: String = PEOPLE.iter().take(count).map(|(name, number)| format!("{} {name}\n", &number[..digits])).collect();
        find(&text, Cut::default()).persons.len()
    };
    assert_eq!((few(2, 10), few(3, 10), few(4, 7), few(5, 7)), (0, 3, 0, 5));
}
