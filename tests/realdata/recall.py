#!/usr/bin/env python3
"""Word recall of the readers against other extractors.

    cargo build --example text
    tests/realdata/recall.py target/debug/examples/text KIND=EXTRACTOR... -- FOLDER...

KIND is a file name extension; of each such file below the folders, the words that EXTRACTOR finds are looked for among
the words that the reader prints. EXTRACTOR is a command ({} is the file), or one of

    office:txt   LibreOffice, saved as text        email   Python's email and html.parser
    office:csv   LibreOffice, every sheet as CSV   html    Python's html.parser

The share found is shown per file and, per kind, over all words and in the median. Files of which the extractor finds
no words are counted apart.
"""
import email, email.policy, os, re, subprocess, sys, tempfile, unicodedata
from html.parser import HTMLParser
from pathlib import Path
from statistics import median

FILTERS = {"txt": "txt:Text (encoded):UTF8", "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"}


def words(data):
    text = unicodedata.normalize("NFKC", data.decode("utf-8", "replace")).lower()
    return set(re.findall(r"[^\W_]{2,}", text))


def run(command, seconds=60):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds).stdout
    except subprocess.TimeoutExpired:
        return b""


class Page(HTMLParser):
    """Text of a page, without scripts and styles; blocks and cells apart."""

    def __init__(self):
        super().__init__()
        self.out, self.silent = [], 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style")
        self.out.append("" if tag in ("a", "b", "i", "u", "em", "strong", "span", "font", "sup", "sub", "small", "big", "code") else " ")

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style") and self.silent > 0
        self.handle_starttag("a" if tag in ("script", "style") else tag, [])

    def handle_data(self, data):
        if not self.silent:
            self.out.append(data)


def of_page(text):
    page = Page()
    page.feed(text)
    page.close()
    return "".join(page.out)


def of_html(path):
    return of_page(path.read_bytes().decode("utf-8", "replace")).encode()


def of_email(path):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    out = []
    for name in ("from", "to", "cc", "subject"):
        try:
            out.append(str(message.get(name, "")))
        except Exception:
            pass
    for part in message.walk():
        if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
            try:
                text = part.get_content()
            except Exception:
                continue
            out.append(of_page(text) if part.get_content_subtype() == "html" else text)
    return "\n".join(out).encode("utf-8", "replace")


def by_office(paths, kind):
    """All files by one run of LibreOffice: it takes seconds to start."""
    out = {}
    with tempfile.TemporaryDirectory() as place:
        links = []
        for i, path in enumerate(paths):
            link = Path(place, f"{i:04}x{path.suffix}")
            os.symlink(path.resolve(), link)
            links.append(str(link))
        results = Path(place, "out")
        for i in range(0, len(links), 20):
            run(["soffice", f"-env:UserInstallation=file://{place}/profile", "--headless", "--convert-to", FILTERS[kind],
                 "--outdir", str(results), *links[i:i + 20]], 600)
        for i, path in enumerate(paths):
            out[path] = b"\n".join(p.read_bytes() for p in sorted(results.glob(f"{i:04}x*")))
    return out


def extracted(extractor, paths):
    if extractor.startswith("office:"):
        return by_office(paths, extractor[7:])
    if extractor in ("email", "html"):
        return {path: {"email": of_email, "html": of_html}[extractor](path) for path in paths}
    return {path: run([str(path) if part == "{}" else part for part in extractor.split()]) for path in paths}


def main(arguments):
    tool, *rest = arguments
    at = rest.index("--")
    extractors = dict(r.split("=", 1) for r in rest[:at])
    files = sorted(p for folder in rest[at + 1:] for p in Path(folder).rglob("*") if p.is_file())
    table = ["| kind | extractor | files | words | found | median | least | silent |", "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for kind, extractor in extractors.items():
        shares, found_all, all_words, silent = [], 0, 0, 0
        for path, output in extracted(extractor, [p for p in files if p.suffix.lower() == "." + kind]).items():
            wanted = words(output)
            if not wanted:
                silent += 1
                continue
            missing = wanted - words(run([tool, str(path)]))
            share = 1 - len(missing) / len(wanted)
            shares.append(share)
            found_all += len(wanted) - len(missing)
            all_words += len(wanted)
            if missing:
                print(f"{share:.3f} {len(wanted):6} {path} {' '.join(sorted(missing)[:12])}", flush=True)
        if shares:
            name = extractor.split()[0]
            table.append(f"| {kind} | {name} | {len(shares)} | {all_words} | {found_all / all_words:.4f} | {median(shares):.3f} | {min(shares):.3f} | {silent} |")
    print("\n".join(table))


if __name__ == "__main__":
    main(sys.argv[1:])
