#!/usr/bin/env python3
"""Keeps the book honest and readable. Exits 1 and says where

* quoted code no longer stands in the sources: a fenced block right after a line `<!-- from PATH -->` must
  occur in PATH line by line (indentation aside);
* a relative link, or a file of the project named in code (`train/crf/crf_label.h`), does not exist;
* a test named in code (`Png.HarmlessOdditiesAreRead`) does not exist;
* a line is wider than 125 columns, tables aside.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = 125
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
SPAN = re.compile(r"`([^`]+)`")
FOLDERS = "bench|cmake|data|docs|engine|kernels|layers|models|scripts|tests|tools|train"
# A path with an extension anywhere in code; a whole span may also name a folder.
FILE = re.compile(rf"(?<![\w/.=$-])(?:{FOLDERS})/[\w/.-]+\.(?:h|cpp|cu|py|sh|md|txt|json)(?![\w.])")
PLACE = re.compile(rf"(?:{FOLDERS})(?:/[\w.-]+)+/?")
# A test of GoogleTest: its suite and its name begin with capitals, and it is a sentence.
TEST = re.compile(r"(?<![\w/.:])[A-Z]\w+\.[A-Z][a-z]*[A-Z]\w+(?![\w.(*])")
# Words that stand for a name of the reader's own: my_op, DATE-DEVICE.json, FOLDER.
INVENTED = re.compile(r"\bmy_|[A-Z]{3}")


def tests_there() -> set[str]:
    """Suite.Name of every test in the sources."""
    declared = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
    return {f"{suite}.{name}" for path in ROOT.glob("tests/**/*.cpp") for suite, name in declared.findall(path.read_text())}


TESTS = tests_there()


def squeezed(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def stands_in(block: list[str], source: list[str]) -> bool:
    return any(source[i : i + len(block)] == block for i in range(len(source)))


def files_named(line: str, in_code: bool) -> list[str]:
    """Files and folders of the project that a line names in code."""
    if in_code:
        return FILE.findall(line)
    spans = SPAN.findall(line)
    return [name for span in spans for name in ([span] if PLACE.fullmatch(span) else FILE.findall(span))]


def missing(page: pathlib.Path, line: str, in_code: bool) -> list[str]:
    links = [] if in_code else [target for target in LINK.findall(line) if not (page.parent / target).exists()]
    tests = [name for span in SPAN.findall(line) if not in_code for name in TEST.findall(span) if name not in TESTS]
    return links + tests + [name for name in files_named(line, in_code)
                    if not INVENTED.search(name) and not (ROOT / name).exists()]


def check(page: pathlib.Path) -> tuple[int, list[str]]:
    lines = page.read_text().splitlines()
    quoted, errors, in_code = 0, [], False

    def wrong(number: int, what: str) -> None:
        errors.append(f"{page.relative_to(ROOT)}:{number + 1}: {what}")

    for number, line in enumerate(lines):
        in_code ^= line.startswith("```")
        for name in missing(page, line, in_code):
            wrong(number, f"no such file or test: {name}")
        if len(line) > COLUMNS and not line.startswith("|"):
            wrong(number, f"{len(line)} columns, more than {COLUMNS}")
        match = re.fullmatch(r"<!-- from (\S+) -->", line.strip())
        if not match:
            continue
        source_path = ROOT / match.group(1)
        end = next(i for i in range(number + 2, len(lines)) if lines[i].startswith("```"))
        block = squeezed(lines[number + 2 : end])
        quoted += 1
        if not source_path.is_file():
            wrong(number, f"no such file: {match.group(1)}")
        elif not stands_in(block, squeezed(source_path.read_text().splitlines())):
            wrong(number, f"this code is no longer in {match.group(1)}")
    return quoted, errors


def main() -> int:
    pages = sorted(ROOT.glob("docs/*.md")) + [ROOT / "README.md"]
    results = [check(page) for page in pages if page.is_file()]
    for error in (error for _, errors in results for error in errors):
        print(error)
    print(f"docs: {len(results)} pages, {sum(quoted for quoted, _ in results)} quotes checked")
    return 1 if any(errors for _, errors in results) else 0


if __name__ == "__main__":
    sys.exit(main())
