//! The page for people: it says what the lists say, nothing in it runs or is fetched, and a browser shows it.

use crate::harness::{Demo, Desk, Institution, Job, Outputs, view, viewer, write, write_registry};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// Elements without an end tag.
const VOID: [&str; 3] = ["meta", "input", "br"];

/// A page taken apart.
struct Page {
    /// All of it.
    text: String,
    /// Without the content of scripts and styles.
    markup: String,
    /// Contents of the scripts by id; the one that runs has none.
    scripts: BTreeMap<String, String>,
}

impl Page {
    fn read(outputs: &Outputs) -> Self {
        let text = fs::read_to_string(outputs.file("report.html")).expect("UTF-8");
        let (mut markup, mut scripts) = (String::new(), BTreeMap::new());
        let mut rest = text.as_str();
        while let Some(next) = [rest.find("<script"), rest.find("<style")].into_iter().flatten().min() {
            let name = if rest[next..].starts_with("<script") { "script" } else { "style" };
            let open = next + rest[next..].find('>').expect("a tag ends") + 1;
            let close = open + rest[open..].find(&format!("</{name}>")).expect("the element ends");
            let tag = &rest[next..open];
            let id = tag.split("id=\"").nth(1).and_then(|id| id.split('"').next()).unwrap_or(name);
            scripts.insert(id.to_owned(), rest[open..close].to_owned());
            markup.push_str(&rest[..open]);
            rest = &rest[close..];
        }
        markup.push_str(rest);
        Self { text, markup, scripts }
    }

    fn json(&self, id: &str) -> Value {
        serde_json::from_str(&self.scripts[id]).unwrap_or_else(|e| panic!("the block {id} is no JSON: {e}"))
    }

    /// Every line of the details: one per institution.
    fn details(&self) -> Vec<Value> {
        self.scripts["details"].trim().lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// Tags as they open and close, quoted attributes left out.
    fn tags(&self) -> Vec<String> {
        let mut tags = Vec::new();
        let mut rest = self.markup.as_str();
        while let Some(at) = rest.find('<') {
            let mut quoted = false;
            let end = rest[at..].char_indices().find(|(_, c)| {
                quoted ^= *c == '"';
                *c == '>' && !quoted
            });
            let end = at + end.unwrap_or_else(|| panic!("a tag without end: {}", &rest[at..].chars().take(80).collect::<String>())).0;
            tags.push(rest[at + 1..end].to_owned());
            rest = &rest[end + 1..];
        }
        tags
    }

    /// Fails unless every element ends where it should and nothing in the page can run or be fetched.
    #[track_caller]
    fn assert_sound(&self) {
        let mut open: Vec<String> = Vec::new();
        for tag in self.tags() {
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or("").to_owned();
            if tag.starts_with('/') {
                assert_eq!(open.pop().as_ref(), Some(&name), "an element ends that is not the innermost: {tag}");
            } else if !tag.ends_with('/') && !tag.starts_with('!') && !VOID.contains(&name.as_str()) {
                open.push(name);
            }
            // Every second piece stands between quotes; the names of attributes are outside.
            let names: String = tag.split('"').step_by(2).collect();
            for attribute in [" on", " style=", " src=", "srcdoc", " action"] {
                assert!(!names.contains(attribute), "{tag}");
            }
            for target in [" href=\"h", " href=\"j"] {
                assert!(!tag.contains(target), "{tag}");
            }
        }
        assert_eq!(open, Vec::<String>::new(), "elements that never end");
        let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-";
        assert!(self.text.contains(policy) && !self.text.contains("unsafe-inline"));
        assert_eq!(self.markup.matches("<script").count(), 4, "three blocks of data and the page's own script");
        assert_eq!(self.markup.matches("<style").count(), 1);
        for id in ["rows", "details", "shared"] {
            assert!(!self.scripts[id].contains(['<', '>', '&']), "{id}: nothing that could end the block");
        }
        let hidden = |c: &char| {
            (c.is_control() && *c != '\n')
                || matches!(*c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(self.text.chars().filter(hidden).collect::<Vec<_>>(), Vec::<char>::new());
    }
}

#[test]
fn the_page_says_what_the_lists_say() {
    let (demo, desk) = (Demo::with(&["--seed", "4", "--per-family", "2", "--gap", "encrypted"]), Desk::new());
    let outputs = desk.run(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()), &demo.registry());
    let page = Page::read(&outputs);
    page.assert_sound();
    let impact: Value = serde_json::from_slice(&fs::read(outputs.file("impact.json")).expect("a file")).expect("JSON");
    let (shared, rows, details) = (page.json("shared"), page.json("rows"), page.details());
    let rows = rows.as_array().expect("an array");
    let column = |name: &str| shared["columns"].as_array().expect("an array").iter().position(|c| c == name).expect("a column");
    assert_eq!(rows.len(), impact["institutions"].as_array().expect("an array").len());
    assert_eq!(details.len(), rows.len());
    let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
    let shown = shared["evidenceShown"].as_u64().expect("a number");
    let mentions = outputs.rows("evidence.csv");
    for ((row, institution), detail) in rows.iter().zip(impact["institutions"].as_array().expect("an array")).zip(&details) {
        let id = institution["customer_id"].as_str().expect("a text");
        let verdict = shared["verdicts"][row[column("verdict")].as_u64().expect("a number") as usize][0].as_str().expect("a word");
        *verdicts.entry(verdict).or_default() += 1;
        assert_eq!(row[column("id")], id);
        assert_eq!(institution["verdict"], verdict, "{id}");
        assert_eq!(row[column("items")], institution["owner_items"], "{id}");
        assert_eq!(row[column("individuals")], institution["individuals"], "{id}");
        assert_eq!(row[column("gaps")], institution["gaps"], "{id}");
        let own = mentions.iter().filter(|m| m["customer_id"] == id).count() as u64;
        assert_eq!(row[column("evidence")], own, "{id}");
        assert_eq!(detail["evidence"].as_array().expect("an array").len() as u64, own.min(shown), "{id}");
        let gaps = detail["gaps"].as_array().expect("an array").len() as u64;
        let others = detail["gapsLeftOut"].as_u64().expect("a number") + detail["gapsOfEverybody"].as_u64().expect("a number");
        assert_eq!(institution["gaps"], gaps + others, "{id}");
        assert_eq!(detail["deployments"].as_array().map(Vec::len), institution["deployments"].as_array().map(Vec::len), "{id}");
        let certificate = detail["certificate"].as_u64().map(|n| shared["strings"][n as usize].as_str().expect("a text"));
        assert_eq!(certificate.is_some(), institution["certificate"].is_string(), "{id}");
    }
    for (verdict, count) in &verdicts {
        assert_eq!(impact["verdicts"][verdict], *count);
        assert!(page.markup.contains(&format!("<dd class=\"figure\">{count}</dd>")), "{verdict}: {count} stands among the figures");
    }
    // Without scripts, those that are affected or open can be read.
    let read = page.markup.split("<noscript>").nth(1).and_then(|rest| rest.split("</noscript>").next()).expect("a part without scripts");
    assert_eq!(read.matches("<tr><td>").count() as u64, verdicts["affected"] + verdicts["undetermined"]);
    assert!(!page.markup.contains(desk.path("").to_str().expect("a plain name")), "where the run was made is no part of the page");
}

/// Names that want to be markup.
const HOSTILE: [&str; 6] = [
    "</script><script>document.title='owned'</script> Savings Bank",
    "<img src=x onerror=\"document.title='owned'\"> Trust",
    "<!--<script> National Bank",
    "\"><b id=owned>Wexcombe</b> Savings",
    "Sa\u{202E}vings\u{2028} Bank\u{2066} &lt;i&gt;",
    "' onfocus=alert(1) autofocus x=' ${alert(1)} {{7*7}} Bank",
];

fn hostile() -> (Desk, Outputs) {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let institutions: Vec<Institution> = HOSTILE
        .iter()
        .enumerate()
        .map(|(n, name)| Institution::new(&format!("<b id=owned{n}>"), name).with("client_code", &format!("QX7ZP4{n}")))
        .collect();
    write_registry(&registry, &institutions);
    for (n, name) in HOSTILE.iter().enumerate() {
        let file = name.replace('/', "\\");
        write(
            &desk.path("evidence").join(file),
            format!("client code: QX7ZP4{n} </script><script>document.title='owned'</script>\n").as_bytes(),
        );
    }
    let outputs = desk.run(&Job::of("ev", &desk.path("evidence")), &registry);
    (desk, outputs)
}

#[test]
fn nothing_hostile_becomes_markup() {
    let (_desk, outputs) = hostile();
    let page = Page::read(&outputs);
    page.assert_sound();
    assert_eq!(page.json("rows").as_array().map(Vec::len), Some(HOSTILE.len()));
    for markup in ["<img", "<b ", "<!--", "<i>"] {
        assert!(!page.markup.contains(markup), "{markup}");
    }
}

/// The document as Chromium leaves it after the page's script ran, and what it complained of.
fn shown(browser: &std::path::Path, desk: &Desk, outputs: &Outputs, anchor: &str) -> (String, Vec<String>) {
    let address = format!("file://{}{anchor}", outputs.file("report.html").display());
    let output = view(
        Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-logging=stderr", "--v=0"])
            .args(["--virtual-time-budget=10000", "--dump-dom"])
            .arg(format!("--user-data-dir={}", desk.path("browser").display()))
            .arg(address),
    );
    let complaints = String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    (String::from_utf8(output.stdout).expect("UTF-8"), complaints)
}

#[test]
fn a_browser_shows_the_institutions_and_opens_one() {
    let Some(browser) = viewer(&["chromium", "chromium-browser", "google-chrome"]) else { return };
    let (demo, desk) = (Demo::small(4), Desk::new());
    let outputs = desk.run(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()), &demo.registry());
    let impact = outputs.impact();
    let (id, row) =
        impact.iter().find(|(_, row)| row["verdict"] == "affected" && !row["first_evidence"].is_empty()).expect("one that is affected");
    let (document, complaints) = shown(&browser, &desk, &outputs, &format!("#i={id}"));
    assert_eq!(complaints, Vec::<String>::new());
    assert_eq!(document.matches("<tr class=\"one\">").count(), impact.len().min(100));
    let opened = document.split("<tr class=\"opened\"").nth(1).expect("the one of the link is opened");
    for heading in ["Evidence", "Deployments", "Personal data in its own items"] {
        assert!(opened.contains(&format!("<h4>{heading}</h4>")), "{heading}");
    }
    let item = row["first_evidence"].replace('&', "&amp;");
    assert!(opened.contains(&item), "{item}");
    assert_eq!(document.matches("aria-sort=\"ascending\">").count(), 1, "one heading of the table");
}

#[test]
fn a_browser_runs_nothing_hostile() {
    let Some(browser) = viewer(&["chromium", "chromium-browser", "google-chrome"]) else { return };
    let (desk, outputs) = hostile();
    let (document, complaints) = shown(&browser, &desk, &outputs, "#i=%3Cb%20id%3Downed0%3E");
    assert_eq!(complaints, Vec::<String>::new());
    assert!(!document.contains("<title>owned") && document.contains("<title>test: who is affected</title>"));
    assert_eq!(document.matches("<tr class=\"one\">").count(), HOSTILE.len());
    assert_eq!(document.matches("<tr class=\"opened\"").count(), 1);
    assert_eq!(document.matches("<script").count(), 4);
    for markup in ["<img", "<b ", "<i>"] {
        assert!(!document.contains(markup), "{markup}");
    }
}
