#!/usr/bin/env python3
"""Keeps the book honest: quoted code must stand in the sources, links must lead somewhere.

A fenced block right after a line `<!-- from PATH -->` must occur in PATH line by line
(indentation aside). Relative links must name files that exist. Exits 1 and says where not.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def squeezed(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def stands_in(block: list[str], source: list[str]) -> bool:
    return any(source[i : i + len(block)] == block for i in range(len(source)))


def check(page: pathlib.Path) -> tuple[int, list[str]]:
    lines = page.read_text().splitlines()
    quoted, errors, in_code = 0, [], False
    for number, line in enumerate(lines):
        in_code ^= line.startswith("```")
        for target in [] if in_code else LINK.findall(line):
            if not (page.parent / target).exists():
                errors.append(f"{page.relative_to(ROOT)}:{number + 1}: no such file: {target}")
        match = re.fullmatch(r"<!-- from (\S+) -->", line.strip())
        if not match:
            continue
        source_path = ROOT / match.group(1)
        end = next(i for i in range(number + 2, len(lines)) if lines[i].startswith("```"))
        block = squeezed(lines[number + 2 : end])
        quoted += 1
        if not source_path.is_file():
            errors.append(f"{page.relative_to(ROOT)}:{number + 1}: no such file: {match.group(1)}")
        elif not stands_in(block, squeezed(source_path.read_text().splitlines())):
            errors.append(f"{page.relative_to(ROOT)}:{number + 1}: this code is no longer in {match.group(1)}")
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
