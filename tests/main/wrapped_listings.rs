//! Listings in what people write them into: posts, pages, documents, messages, sheets and archives.

use crate::harness::{Desk, Institution, Job, docx, gzip, write, write_registry, xlsx, zip_of};

const TREE: &str = ".\n├── home\n│   ├── birch22x\n│   │   └── statement 1.pdf\n│   └── konigs11x\n│       └── in\n│           └── ach 0101.txt\n└── readme.md\n\n4 directories, 3 files\n";
const PATHS: &str = "./home/birch22x/statement 1.pdf\n./home/konigs11x/in/ach 0101.txt\n./readme.md\n";

fn institutions() -> Vec<Institution> {
    vec![
        Institution::new("K1", "Quillcroft Orchard Savings Bank").with("transfer_account", "konigs11x"),
        Institution::new("K2", "Birchfield Commerce Bank").with("transfer_account", "birch22x"),
        Institution::new("K3", "Cedarmont Valley Savings Bank").with("transfer_account", "cedar33x"),
    ]
}

fn post(listing: &str) -> String {
    format!("We took everything from them, as you will see.\n\n{listing}\nPay until Friday, or all of it goes public.\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn page(listing: &str) -> Vec<u8> {
    let (head, body) = ("<!DOCTYPE html><html><head><meta charset=utf-8><title>Leaks</title></head>", escaped(listing));
    format!(
        "{head}<body data-x=1><div class=post><a href=/user/1>someone</a><p>We took it.</p><pre>{body}</pre><p>Pay.</p></div></body></html>"
    )
    .into_bytes()
}

fn document(text: &str) -> Vec<u8> {
    docx(&text.lines().map(escaped).collect::<Vec<_>>())
}

/// A page of lines in a font in which every glyph is as wide; branches of a tree as programs write them in ASCII.
fn pdf(text: &str) -> Vec<u8> {
    let shown = |line: &str| format!("({}) Tj T*\n", line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)"));
    let content = format!("BT /F1 10 Tf 12 TL 40 800 Td\n{}ET\n", text.lines().map(shown).collect::<String>());
    format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
         3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 840]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>\nendobj\n\
         4 0 obj\n<</Length {}>>\nstream\n{content}endstream\nendobj\n\
         5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Courier>>\nendobj\ntrailer\n<</Root 1 0 R/Size 6>>\n%%EOF\n",
        content.len()
    )
    .into_bytes()
}

fn mail(attached: &str) -> Vec<u8> {
    let head =
        "From: a@leak.example\r\nTo: b@vendor.example\r\nSubject: list\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n";
    let parts = format!(
        "Content-Type: multipart/mixed; boundary=\"xx\"\r\n\r\n--xx\r\nContent-Type: text/plain\r\n\r\nAttached is what we took from them.\r\n--xx\r\n\
         Content-Type: text/plain; charset=utf-8; name=\"list.txt\"\r\nContent-Disposition: attachment; filename=\"list.txt\"\r\n\r\n{attached}--xx--\r\n"
    );
    format!("{head}{parts}").into_bytes()
}

/// What somebody wrote is his claim, whatever it lists: it points, and proves nothing. What is only wrapped up is a listing.
#[test]
fn listings_are_found_in_what_holds_them() {
    let ascii = TREE.replace("├──", "|--").replace("└──", "`--").replace('│', "|");
    let table =
        [["File path", "Size"], ["home/birch22x/statement 1.pdf", "9"], ["home/konigs11x/in/ach 0101.txt", "7"], ["readme.md", "5"]];
    let cases: [(&str, Vec<u8>, bool, u64); 11] = [
        ("post.txt", post(PATHS).into_bytes(), true, 3),
        ("tree.html", page(TREE), true, 7),
        ("paths.html", page(PATHS), true, 3),
        ("tree.docx", document(&post(TREE)), true, 7),
        ("paths.docx", document(&post(PATHS)), true, 3),
        ("tree.pdf", pdf(&post(&ascii)), true, 7),
        ("paths.pdf", pdf(PATHS), true, 3),
        ("mail.eml", mail(TREE), true, 7),
        ("inventory.xlsx", xlsx(&table.map(|row| row.map(str::to_owned).to_vec())), false, 3),
        ("tree.txt.gz", gzip(TREE.as_bytes()), false, 7),
        ("lists.zip", zip_of(&[("a/tree.txt".to_owned(), TREE.into()), ("b/paths.txt".to_owned(), PATHS.into())]), false, 10),
    ];
    for (name, bytes, is_claim, rows) in cases {
        let desk = Desk::new();
        write(&desk.path("ev/readme.md"), b"hello");
        write_registry(&desk.path("registry"), &institutions());
        write(&desk.path(name), &bytes);
        let finished = desk.index(&Job::of("ev", &desk.path("ev")).manifest(&desk.path(name)));
        let outputs = desk.decide(&desk.path("registry"));
        let listed = &outputs.rows("manifests.csv")[0];
        let kind = if is_claim { "seller" } else { "taken" };
        assert_eq!((listed["kind"].as_str(), listed["rows"].as_str()), (kind, rows.to_string().as_str()), "{name}: {}", finished.stderr);
        let verdicts = outputs.verdicts();
        let (verdict, claim) = if is_claim { ("undetermined", "claimed_by_seller") } else { ("affected", "") };
        for id in ["K1", "K2"] {
            assert_eq!(verdicts[id], verdict, "{name} {id}: {}", finished.stderr);
            assert!(outputs.impact()[id]["flags"].contains(claim), "{name} {id}");
        }
        // What is listed and not held lies in the homes of others.
        assert_eq!(verdicts["K3"], "ruled_out", "{name}");
        let items: Vec<String> = outputs.rows("claimed.csv").into_iter().map(|row| row["item"].clone()).collect();
        assert!(items.iter().any(|item| item.ends_with("home/konigs11x/in/ach 0101.txt")), "{name}: {items:?}");
    }
}

/// What is handed over as a listing and is one only in part keeps everybody open, as any listing does.
#[test]
fn remarks_beside_what_was_taken_are_not_understood() {
    let desk = Desk::new();
    write(&desk.path("ev/readme.md"), b"hello");
    write_registry(&desk.path("registry"), &institutions());
    write(&desk.path("list.docx"), &document(&post("./readme.md\n./readme.md\n./readme.md\n")));
    desk.index(&Job::of("ev", &desk.path("ev")).manifest_of("taken", &desk.path("list.docx")));
    let outputs = desk.decide(&desk.path("registry"));
    let listed = &outputs.rows("manifests.csv")[0];
    assert_eq!(["syntax", "rows", "not_understood"].map(|column| listed[column].as_str()), ["path list", "3", "2"]);
    assert!(outputs.verdicts().values().all(|verdict| verdict == "undetermined"));
}
