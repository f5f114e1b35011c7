#!/usr/bin/env python3
"""Word recall of the readers against other extractors.

    cargo build --example text
    tests/realdata/recall.py target/debug/examples/text KIND=COMMAND... -- FOLDER...

KIND is a file name extension; of each such file below the folders, the words that COMMAND prints ({} is the file) are
looked for among the words that the reader prints. The share found is shown per file and, per kind, over all words and
in the median. Files of which the command prints no words are counted apart.
"""
import re, subprocess, sys, unicodedata
from pathlib import Path
from statistics import median


def words(data):
    text = unicodedata.normalize("NFKC", data.decode("utf-8", "replace")).lower()
    return set(re.findall(r"[^\W_]{2,}", text))


def run(command, seconds=60):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds).stdout
    except subprocess.TimeoutExpired:
        return b""


def main(arguments):
    tool, *rest = arguments
    at = rest.index("--")
    commands = dict(r.split("=", 1) for r in rest[:at])
    files = sorted(p for folder in rest[at + 1:] for p in Path(folder).rglob("*") if p.is_file())
    for kind, command in commands.items():
        shares, found_all, all_words, silent = [], 0, 0, 0
        for path in (p for p in files if p.suffix.lower() == "." + kind):
            wanted = words(run([str(path) if part == "{}" else part for part in command.split()]))
            if not wanted:
                silent += 1
                continue
            missing = wanted - words(run([tool, str(path)]))
            share = 1 - len(missing) / len(wanted)
            shares.append(share)
            found_all += len(wanted) - len(missing)
            all_words += len(wanted)
            if missing:
                print(f"{share:.3f} {len(wanted):6} {path} {' '.join(sorted(missing)[:12])}")
        if shares:
            print(f"{kind}: {len(shares)} files, {found_all / all_words:.4f} of {all_words} words, median {median(shares):.3f}, "
                  f"least {min(shares):.3f}; {silent} without words of the other extractor")


if __name__ == "__main__":
    main(sys.argv[1:])
