#!/usr/bin/env python3
"""
Word recall of the readers against other extractors. What it found stands in docs/recall.md.

    cargo build --example text
    tests/realdata/recall.py target/debug/examples/text KIND=EXTRACTOR... -- FOLDER...
    tests/realdata/recall.py --make FOLDER SOURCE...

KIND is a file name extension; of each such file below the folders, the words that EXTRACTOR finds are looked for among
the words that the reader prints. Without KIND, all of KINDS below are compared. EXTRACTOR is a command ({} is the file),
or one of

    office:txt   LibreOffice, saved as text        email   Python's email and html.parser
    office:csv   LibreOffice, every sheet as CSV   html    Python's html.parser
    office:pdf   LibreOffice, as PDF, pdftotext    unzip   texts of an office package

Few of the samples are Word and PowerPoint files: --make has LibreOffice write such files into the folder, of pages in
HTML (as documents and, a slide to a paragraph, as presentations) and of tables in CSV (as workbooks).

The share found is shown per file and, per kind, over all words and in the median. Files of which the extractor finds
no words are counted apart, and an extractor that is not installed is said to be skipped.
"""
import base64, email, email.policy, html, os, re, resource, shutil, signal, subprocess, sys, tempfile, unicodedata, zipfile
from html.parser import HTMLParser
from pathlib import Path
from statistics import median

KINDS = """docx=unzip docm=unzip dotx=unzip pptx=unzip pptm=unzip ppsx=unzip odt=unzip odp=unzip xlsx=unzip xlsm=unzip ods=unzip
eml=email html=html pdf=pdftotext_{}_- docx=office:txt odt=office:txt rtf=office:txt doc=office:txt doc=antiword_-m_UTF-8.txt_{}
ppt=office:pdf xls=office:csv xls=xls2csv_-d_utf-8_{} xlsb=office:csv xlsx=office:csv ods=office:csv""".split()
FILTERS = {"pdf": "pdf", "txt": "txt:Text (encoded):UTF8", "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"}


def words(data):
    """Words of two characters and more, and numbers by their value: 0.5, 5E-1 and 50% are one word. What touches a
    character that the extractor could not decode is no word of the file."""
    text = unicodedata.normalize("NFKC", data.decode("utf-8", "replace")).lower()
    text = re.sub(r"[^\W_]*\ufffd[^\W_\ufffd]*(?:\ufffd[^\W_\ufffd]*)*", " ", text)
    out = set()

    def number(found):
        value = float(found[0].rstrip("%")) / (100 if found[0].endswith("%") else 1)
        out.add(f"{value:.9g}")
        return " "

    out.update(re.findall(r"[^\W_]{2,}", re.sub(r"(?<![^\W_])(?!0\d)\d{1,15}(?:\.\d+)?(?:e[+-]?\d{1,2})?(?![^\W_])%?", number, text)))
    return out


def bounded():
    """Extractors crash or take what there is, where files are made for that."""
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))


def run(command, seconds=60):
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=bounded, start_new_session=True) as process:
        try:
            return process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            # What it started holds the pipe open.
            os.killpg(process.pid, signal.SIGKILL)
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
    return "\n".join(of_message(email.message_from_bytes(path.read_bytes(), policy=email.policy.default))).encode("utf-8", "replace")


def of_message(message):
    out = []
    for name in ("from", "to", "cc", "subject"):
        try:
            out.append(str(message.get(name, "")))
        except Exception:
            pass
    for part in message.walk():
        # Python parses a message that is encoded as a whole as if it were not.
        encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
        if part.get_content_type() == "message/rfc822" and encoding == "base64" and part.is_multipart():
            inner = part.get_payload(0)
            body = inner.get_payload()
            if isinstance(body, str):
                try:
                    out += of_message(email.message_from_bytes(base64.b64decode(body), policy=email.policy.default))
                except ValueError:
                    pass
                inner.set_payload("")
        if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
            try:
                text = part.get_content()
            except Exception:
                continue
            out.append(of_page(text) if part.get_content_subtype() == "html" else text)
    return out


def of_package(path):
    """Text of an office package by unzipping it: what stands in its elements of text, paragraphs and cells apart."""
    out = []
    try:
        package = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        return b""
    for name in package.namelist():
        if not re.match(r"(word|ppt|xl)/(?!theme|(.*/)?_rels/).*\.xml$|(content|styles)\.xml$", name):
            continue
        page = package.read(name).decode("utf-8", "replace")
        if name in ("content.xml", "styles.xml"):
            for paragraph in re.findall(r"<text:(?:p|h)(?: [^>]*[^/])?>(.*?)</text:(?:p|h)>", page, re.S):
                out.append(re.sub(r"<(?!/?text:span|/?text:a)[^>]*>", " ", re.sub(r"</?text:(?:span|a)(?: [^>]*)?>", "", paragraph)))
            continue
        for paragraph in re.split(r"</(?:\w+:)?(?:p|si|is|c)>", page):
            out.append("".join(re.findall(r"<(?:\w+:)?t(?: [^>]*)?>([^<]*)</", paragraph)))
            # Values of cells, but for numbers of shared strings.
            if not re.search(r"<(?:\w+:)?c [^>]*t=\"s\"", paragraph):
                out += re.findall(r"<(?:\w+:)?v>([^<]*)</", paragraph)
    return html.unescape("\n".join(out)).encode()


def by_office(paths, kind):
    """All files by one run of LibreOffice: it takes seconds to start."""
    out = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        links = []
        for i, path in enumerate(paths):
            link = Path(place, f"{i:04}x{path.suffix}")
            os.symlink(path.resolve(), link)
            links.append(str(link))
        results = Path(place, "out")

        def convert(links, seconds):
            run(["soffice", f"-env:UserInstallation=file://{place}/profile", "--headless", "--convert-to", FILTERS[kind],
                 "--outdir", str(results), *links], seconds)

        for i in range(0, len(links), 20):
            convert(links[i:i + 20], 180)
            # One file that it cannot open may have cost the others.
            silent = [link for link in links[i:i + 20] if not list(results.glob(Path(link).stem + "*"))]
            for link in silent:
                convert([link], 30)
        for i, path in enumerate(paths):
            found = sorted(results.glob(f"{i:04}x*"))
            out[path] = b"\n".join(run(["pdftotext", str(p), "-"]) if kind == "pdf" else p.read_bytes() for p in found)
    return out


def extracted(extractor, paths):
    if extractor.startswith("office:"):
        return by_office(paths, extractor[7:])
    own = {"email": of_email, "html": of_html, "unzip": of_package}.get(extractor)
    if own:
        return {path: own(path) for path in paths}
    return {path: run([str(path) if part == "{}" else part for part in extractor.split()]) for path in paths}


MADE = {".html": ["odt", "docx", "doc:MS Word 97", "rtf", "pdf"], ".csv": ["xlsx", "xls:MS Excel 97", "ods"],
        ".fodp": ["odp", "pptx", "ppt:MS PowerPoint 97"]}
SLIDES = """<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.2"
office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation>{}</office:presentation>
</office:body></office:document>"""
SLIDE = """<draw:page draw:name="page{}"><draw:frame svg:width="20cm" svg:height="15cm" svg:x="1cm" svg:y="1cm"><draw:text-box>
<text:p>{}</text:p></draw:text-box></draw:frame></draw:page>"""


def make(folder, sources):
    folder.mkdir(parents=True, exist_ok=True)
    for source in [Path(source) for source in sources]:
        inputs = [source]
        if source.suffix == ".html":
            paragraphs = [line.strip() for line in of_html(source).decode().split("\n") if len(line.strip()) > 20]
            slides = folder / (source.stem + ".fodp")
            slides.write_text(SLIDES.format("".join(SLIDE.format(i, html.escape(p)) for i, p in enumerate(paragraphs[:60]))))
            inputs.append(slides)
        for given in inputs:
            flags = ["--infilter=HTML (StarWriter)"] if given.suffix == ".html" else []
            for kind in MADE[given.suffix]:
                run(["soffice", f"-env:UserInstallation=file://{folder.resolve()}/.profile", "--headless", *flags, "--convert-to", kind,
                     "--outdir", str(folder), str(given)], 120)


def main(arguments):
    if arguments[:1] == ["--make"]:
        return make(Path(arguments[1]), arguments[2:])
    tool, *rest = arguments
    at = rest.index("--")
    extractors = [r.split("=", 1) for r in rest[:at] or [kind.replace("_", " ") for kind in KINDS]]
    if not any(Path(folder).is_dir() for folder in rest[at + 1:]):
        return print("skipped: none of the folders is there")
    files = sorted(p for folder in rest[at + 1:] for p in Path(folder).rglob("*") if p.is_file() and ".profile" not in p.parts)
    table = ["| kind | extractor | files | words | found | median | least | silent |", "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for kind, extractor in extractors:
        program = "soffice" if extractor.startswith("office:") else extractor.split()[0]
        if extractor not in ("email", "html", "unzip") and not shutil.which(program):
            print(f"skipped: {kind}, {program} is not installed")
            continue
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
