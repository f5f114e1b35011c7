//! Tables that no single character parts: drawn in lines, with several characters between the fields, in the markup of wikis,
//! AsciiDoc and LaTeX, coloured on a terminal, or of HTML whose characters are written as numbers.

use crate::forms_of_rows::{assert_verdicts, code, outcome, rows};

const HEAD: [&str; 4] = ["client_code", "full_name", "account", "balance"];

/// A table of two clients in which this stands between the cells.
fn parted(parting: &str) -> String {
    format!("{}\n{}", HEAD.join(parting), rows(&format!("{}\n", ["CODE", "NAME", "ACCOUNT", "SUM"].join(parting))))
}

fn drawn(line: char, rule: &str) -> String {
    let row = |cells: [&str; 4]| format!("{line} {} {line}\n", cells.join(&format!(" {line} ")));
    format!("{rule}\n{}{rule}\n{}{rule}\n", row(HEAD), rows(&row(["CODE", "NAME", "ACCOUNT", "SUM"])))
}

#[test]
fn tables_are_their_clients_however_they_are_drawn() {
    let wiki = format!("! {}\n{}", HEAD.join(" !! "), rows("|-\n| CODE || NAME || ACCOUNT || SUM\n"));
    let lines = format!("{}{}", HEAD.map(|cell| format!("! {cell}\n")).concat(), rows("|-\n| CODE\n| NAME\n| ACCOUNT\n| SUM\n"));
    let body = rows("| CODE | NAME | ACCOUNT | SUM |\n");
    let latex = rows("CODE & NAME & ACCOUNT & SUM \\\\\n");
    let coloured = parted(";").replace("CODE", "C").lines().map(|line| format!("\x1B[36m{line}\x1B[0m\n")).collect::<String>();
    let mut forms: Vec<(&str, String)> = vec![
        ("box.txt", drawn('│', "├─────┼─────┼─────┼─────┤")),
        ("double.txt", drawn('║', "╠═════╬═════╬═════╬═════╣")),
        ("wiki.txt", format!("Notes of the week\n{{| class=\"wikitable\"\n{wiki}|}}\n")),
        ("lines.txt", format!("{{|\n{lines}|}}\n")),
        ("doku.txt", format!("^ {} ^\n{body}", HEAD.join(" ^ "))),
        ("confluence.txt", format!("|| {} ||\n{body}", HEAD.join(" || "))),
        ("a.tex", format!("\\begin{{tabular}}{{llll}}\n{} \\\\ \\hline\n{latex}\\end{{tabular}}\n", HEAD.join(" & ").replace('_', "\\_"))),
        ("a.adoc", format!("|===\n{}\n{}|===\n", HEAD.map(|cell| format!("|{cell}\n")).concat(), rows("|CODE\n|NAME\n|ACCOUNT\n|SUM\n\n"))),
        ("separators.txt", format!("{}\x1E{}", HEAD.join("\x1F"), rows("CODE\x1FNAME\x1FACCOUNT\x1FSUM\x1E"))),
        ("coloured.txt", coloured),
    ];
    let partings = ["|~|", "~|~", "@@", "¦", "§", "<|>", "#|#", "^|^", "$$", "-|-"];
    forms.extend(partings.map(|parting| ("parted.txt", parted(parting))));
    assert_verdicts(&forms, "affected");
}

#[test]
fn persons_of_drawn_tables_are_their_clients() {
    // With numbers that are somebody's wherever they stand.
    let numbered = |text: String| text.replace("account", "ssn").replace("44556677", "520-44-77");
    let files: Vec<(String, String)> = [parted("|~|"), drawn('│', "├──┼──┼──┼──┤"), parted("¦")]
        .map(numbered)
        .iter()
        .enumerate()
        .map(|(n, text)| (format!("f{n}/a.txt"), text.replace("FIRST", &code(2 * n)).replace("OTHER", &code(2 * n + 1))))
        .collect();
    let (_desk, outputs) = outcome(&files, 7);
    for (id, row) in outputs.impact() {
        let wanted = if id == "C006" { ("ruled_out", "0") } else { ("affected", "3") };
        assert_eq!((row["verdict"].as_str(), row["individuals"].as_str()), wanted, "{id}");
    }
}

/// Numbers of persons in a table of HTML are those of the clients of its rows, also where its text says them again.
#[test]
fn what_stands_in_a_table_of_a_page_is_its_clients_alone() {
    let cell = |cell: &str, digits: bool| match digits {
        true => cell.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        false => cell.to_owned(),
    };
    let person = |n: usize| [code(n % 2), ["Ann Lopez", "Mary Jones", "Linda Garcia"][n % 3].to_owned(), format!("52{n}-44-107{n}")];
    let page = |digits: bool, head: &str, count: usize| {
        let row = |n: usize| format!("<tr>{}</tr>", person(n).map(|text| format!("<td>{}</td>", cell(&text, digits))).concat());
        format!("<html><body><table><tr><th>{head}</th><th>name</th><th>ssn</th></tr>{}</table>", (0..count).map(row).collect::<String>())
    };
    let long = page(false, "client_id", 9).replace("Ann Lopez", &format!("Ann{} Lopez", " ".repeat(6_000)));
    for text in [page(false, "client_id", 6) + "</body></html>", page(true, "client_id", 6), long] {
        let (_desk, outputs) = outcome(&[("a/a.html".to_owned(), text)], 3);
        let verdicts = outputs.verdicts();
        assert_eq!(["C000", "C001", "C002"].map(|id| verdicts[id].as_str()), ["affected", "affected", "ruled_out"]);
    }
    // Beside the table, in one that does not say whose it is, and in one that is cut off, they are nobody's.
    let beside = page(false, "client_id", 6) + "</table><p>Member Elizabeth Lopez, SSN 523-44-1066, left</p>";
    let cut_off = page(false, "client_id", 6).replace("</table>", "");
    for text in [beside, page(false, "order", 6), cut_off] {
        let (_desk, outputs) = outcome(&[("a/a.html".to_owned(), text)], 3);
        assert_eq!(outputs.verdicts()["C002"], "undetermined");
    }
}

#[test]
fn other_drawings_affect_nobody() {
    let codes = |row: &dyn Fn(usize) -> String| (0..10).map(row).collect::<String>();
    let files = [
        ("tree.txt", format!("clients\n{}", codes(&|n| format!("│   ├── {}\n│   │   └── a.csv\n", code(n))))),
        ("directory.txt", format!("│ client_code │ city │\n├──┼──┤\n{}", codes(&|n| format!("│ {} │ Boston │\n", code(n))))),
        (
            "directory.tex",
            format!(
                "\\begin{{tabular}}{{ll}}\nclient & city \\\\\n{}\\end{{tabular}}\n",
                codes(&|n| format!("{} & Boston \\\\\n", code(n)))
            ),
        ),
        ("parted.txt", format!("client_code|~|city|~|state\n{}", codes(&|n| format!("{}|~|Boston|~|MA\n", code(n))))),
        ("calls.rs", codes(&|n| format!("let a{n} = f({})->g({n})->h({});\n", code(n), code(n + 1)))),
        ("orders.txt", format!("order@@units@@state\n{}", codes(&|n| format!("{}@@{n}@@open\n", code(n))))),
        ("prose.txt", codes(&|n| format!("The run – number {} – ended\n", code(n)))),
    ]
    .map(|(name, text)| (format!("{name}.d/{name}"), text));
    let (_desk, outputs) = outcome(&files, 10);
    let affected: Vec<_> = outputs.verdicts().into_iter().filter(|(_, verdict)| verdict == "affected").collect();
    assert!(affected.is_empty(), "{affected:?} {:?}", outputs.rows("evidence.csv"));
}
