#!/usr/bin/python3
"""Checks what the compiler does not: that rooms include downwards only, that outside libraries stay in the rooms that wrap
them, and that no committed file names a private path or a registry host. Rules: deps.toml; rooms below a room: CMakeLists.txt.

usage: tools/check_deps.py [--root DIR] [FILE...]     exit 0 nothing found, 1 findings (path:line: text), 2 the rules are unreadable
With FILEs, only findings in these are reported.
"""

import fnmatch
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

SOURCE_SUFFIXES = {".h", ".cpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")')
TEXT_BYTES_MAX = 2 * 1024 * 1024


class BadRules(Exception):
    pass


def read_rules(root):
    try:
        with open(root / "deps.toml", "rb") as file:
            rules = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadRules(f"deps.toml: {error}") from error
    if not rules.get("floors"):
        raise BadRules("deps.toml: no [floors]")
    return rules


def read_rooms(root):
    """Room -> rooms it may include, as the warifu_room(...) lines of CMakeLists.txt say."""
    try:
        text = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    except OSError as error:
        raise BadRules(f"CMakeLists.txt: {error}") from error
    text = re.sub(r"#[^\n]*", "", text)
    rooms = {}
    for match in re.finditer(r"\bwarifu_room\s*\(([^)]*)\)", text):
        words = match.group(1).split()
        if not words:
            raise BadRules("CMakeLists.txt: warifu_room without a name")
        below, collecting = [], False
        for word in words[1:]:
            if word in ("ROOMS", "LIBS"):
                collecting = word == "ROOMS"
            elif collecting:
                below.append(word)
        rooms[words[0]] = below
    if not rooms:
        raise BadRules("CMakeLists.txt: no warifu_room(...)")
    if "app" not in rooms:
        rooms["app"] = list(rooms)  # the executable wires everything
    return rooms


def check_rooms(rules, rooms):
    floors = rules["floors"]
    for room, below in rooms.items():
        if room not in floors:
            yield "CMakeLists.txt", 1, f"room {room} has no floor in deps.toml"
            continue
        for other in below:
            if other not in floors:
                yield "CMakeLists.txt", 1, f"room {room} lists {other}, which has no floor in deps.toml"
            elif floors[other] >= floors[room]:
                yield "CMakeLists.txt", 1, f"room {room} (floor {floors[room]}) lists {other} (floor {floors[other]}); only lower floors"


def without_comments(text):
    """The text with comments blanked, line numbers kept. Strings are left alone: no include stands in one."""
    return re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)


def includes_of(text):
    """(line number, header, quoted) of every include."""
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)[1:-1], match.group(1)[0] == '"'


def library_of(rules, header):
    """The rule that fits the header best, the longest prefix; None for headers without one."""
    matches = [(len(prefix), library) for library in rules.get("library", []) for prefix in library["includes"] if header.startswith(prefix)]
    return max(matches, key=lambda pair: pair[0])[1] if matches else None


def carried_libraries(rules, sources):
    """Header -> (library, room) it brings along although its room keeps that library to itself, directly or through its own room's headers."""
    headers = {path[len("src/") :]: text for path, text in sources.items() if path.endswith(".h") and path.count("/") == 2}
    carried = {}
    for name, text in headers.items():
        for _, header, quoted in includes_of(text):
            library = None if quoted else library_of(rules, header)
            if library and library.get("headers") is not None and name.split("/")[0] not in library.get("shown", []):
                carried[name] = library["name"]
    grown = True
    while grown:
        grown = False
        for name, text in headers.items():
            for _, header, quoted in includes_of(text):
                if quoted and name not in carried and header in carried and header.split("/")[0] == name.split("/")[0]:
                    carried[name], grown = carried[header], True
    return carried


def library_findings(rules, room, path, header, number):
    library = library_of(rules, header)
    is_header = path.endswith(".h")
    allowed = library.get("headers" if is_header else "sources") if library else None
    if allowed is not None and room not in allowed:
        where = "a header" if is_header else "a source"
        yield path, number, f"<{header}> ({library['name']}) in {where} of room {room}; allowed in: {', '.join(allowed) or 'none'}"


def check_source(rules, rooms, carried, path, text):
    parts = path.split("/")
    floors = rules["floors"]
    if len(parts) != 3:
        yield path, 1, "sources stand directly in src/<room>/"
        return
    room = parts[1]
    if room not in floors or room not in rooms:
        yield path, 1, f"unknown room {room}: give it a floor in deps.toml and a warifu_room line in CMakeLists.txt"
        return
    for number, header, quoted in includes_of(text):
        if not quoted:
            yield from library_findings(rules, room, path, header, number)
            continue
        other = header.split("/")[0]
        if "/" not in header or header.startswith("."):
            yield path, number, f'"{header}": spell it "<room>/<file>.h"'
        elif other == room:
            continue
        elif other not in floors:
            yield path, number, f'"{header}": no room {other} (outside libraries are included with <>)'
        elif floors[other] == floors[room]:
            yield path, number, f'"{header}": room {other} stands beside {room} (floor {floors[room]})'
        elif floors[other] > floors[room]:
            yield path, number, f'"{header}": room {other} (floor {floors[other]}) stands above {room} (floor {floors[room]})'
        elif other not in rooms[room]:
            yield path, number, f'"{header}": CMakeLists.txt does not list {other} for room {room}'
        elif header in carried:
            yield path, number, f'"{header}": brings {carried[header]} along; that header is for room {other} alone'


def check_words(rules, path, text):
    for word in rules.get("word", []):
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in word.get("allow", [])):
            continue
        for match in re.finditer(word["pattern"], text):
            yield path, text.count("\n", 0, match.start()) + 1, f"{match.group()!r}: {word['why']}"


def project_files(root):
    """Tracked files and new ones that are not ignored; without git, every file."""
    try:
        listing = subprocess.run(["git", "-C", str(root), "ls-files", "-coz", "--exclude-standard"], capture_output=True, check=True).stdout
        top = subprocess.run(["git", "-C", str(root), "rev-parse", "--show-toplevel"], capture_output=True, check=True, text=True).stdout.strip()
        if os.path.realpath(top) == os.path.realpath(root):
            return sorted({name for name in listing.decode("utf-8", "surrogateescape").split("\0") if name})
    except (OSError, subprocess.CalledProcessError):
        pass
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)


def read_texts(root):
    """Every text file of the project: path -> text. Large and binary files are data, not text."""
    texts = {}
    for path in project_files(root):
        full = root / path
        if full.is_symlink() or not full.is_file() or full.stat().st_size > TEXT_BYTES_MAX:
            continue
        raw = full.read_bytes()
        if b"\0" not in raw[:8192]:
            texts[path] = raw.decode("utf-8", "replace")
    return texts


def check(root):
    root = Path(root)
    rules, rooms = read_rules(root), read_rooms(root)
    texts = read_texts(root)
    sources = {path: text for path, text in texts.items() if path.startswith("src/") and Path(path).suffix in SOURCE_SUFFIXES}
    carried = carried_libraries(rules, sources)
    findings = list(check_rooms(rules, rooms))
    for path, text in texts.items():
        if path in sources:
            findings += check_source(rules, rooms, carried, path, text)
        findings += check_words(rules, path, text)
    return findings


def main(arguments):
    root = Path(__file__).resolve().parent.parent
    if arguments[:1] == ["--help"]:
        print(__doc__.strip())
        return 0
    if arguments[:1] == ["--root"]:
        if len(arguments) < 2:
            print("--root needs a folder", file=sys.stderr)
            return 2
        root, arguments = Path(arguments[1]), arguments[2:]
    try:
        findings = check(root)
    except BadRules as error:
        print(error, file=sys.stderr)
        return 2
    if arguments:
        wanted = {os.path.relpath(os.path.abspath(name), root.resolve()) for name in arguments}
        findings = [finding for finding in findings if finding[0] in wanted]
    for path, number, text in findings:
        print(f"{path}:{number}: {text}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
