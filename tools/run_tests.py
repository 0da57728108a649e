#!/usr/bin/python3
"""Runs every test of the project and ends with one line: `N passed, N failed` (and `, N skipped`).

usage: tools/run_tests.py [--build DIR] [--long] [--list] [FILTER]

Parts: tools (the project's own scripts), unit/<room> (build/dev/test_<room>), unit/fuzz (every fuzz target on its seeds), ui-unit (vitest), api,
faults, peers, upgrade (pytest in tests/<part>), browser (node --test in tests/ui); with --long also asan/<room>, tsan/<room>, fuzz/<target>
(libFuzzer, 30 s each), newer-openssl and cleanroom. A part exists when its files do. FILTER selects the parts whose name contains it; when there is none, it selects test cases by name in all parts.
Each part writes build/test-logs/<part>.log. Exit code 1 when a test failed or nothing was tested.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST_PARTS = ("api", "faults", "peers", "upgrade")
AT_ONCE = max(1, min(2, os.cpu_count() or 1))


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    @property
    def total(self):
        return self.passed + self.failed + self.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


# --- reading what the test programs say -------------------------------------------------------------------------------------

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def read_doctest(text):
    """None when there is no summary (the program crashed). Cases that found their data absent say so and count as skipped."""
    match = re.search(r"^\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed \|", text, re.M)
    if not match:
        return None
    passed, failed = int(match.group(1)), int(match.group(2))
    skipped = min(passed, len(re.findall(r"skipped: data absent", text)))
    return Counts(passed - skipped, failed, skipped)


def read_pytest(text):
    lines = [line for line in text.splitlines() if re.search(r"\b(passed|failed|error|errors|skipped|deselected|no tests ran)\b.* in [\d.]+s", line)]
    if not lines:
        return None
    found = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", lines[-1].rsplit(" in ", 1)[0])}
    return Counts(
        found.get("passed", 0),
        found.get("failed", 0) + found.get("error", 0) + found.get("errors", 0) + found.get("xpassed", 0),
        found.get("skipped", 0) + found.get("xfailed", 0),
    )


def read_vitest(text):
    match = re.search(r"^\s*Tests\s+(.*\(\d+\)|no tests)\s*$", text, re.M)
    if not match:
        return None
    found = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|skipped|todo)", match.group(1))}
    return Counts(found.get("passed", 0), found.get("failed", 0), found.get("skipped", 0) + found.get("todo", 0))


def read_node(text):
    found = {word: int(number) for word, number in re.findall(r"^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$", text, re.M)}
    if "tests" not in found:
        return None
    return Counts(
        found.get("pass", 0),
        found.get("fail", 0) + found.get("cancelled", 0),
        found.get("skipped", 0) + found.get("todo", 0),
    )


# --- parts ------------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Part:
    name: str
    argv: list
    read: object = None  # None: the exit code is the one test
    cwd: Path = ROOT
    timeout_s: int = 300
    alone: bool = False  # uses servers, a browser or all of the machine
    filtered: object = None  # name pattern -> further arguments
    missing: str = ""  # why it cannot run, which is a failure
    env: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Outcome:
    part: Part
    counts: Counts
    seconds: float
    log: Path
    note: str = ""


def environment(build, long):
    env = dict(os.environ)
    for name in ("NODE_OPTIONS", "PYTHONPATH", "PYTHONHOME"):
        env.pop(name, None)
    env.update(
        WARIFU_BIN=str(build / "warifu"),
        WARIFU_ROOT=str(ROOT),
        NO_COLOR="1",
        CI="1",
        LC_ALL="C.UTF-8",
        TZ="UTC",
        PYTHONDONTWRITEBYTECODE="1",
        ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1",
        UBSAN_OPTIONS="print_stacktrace=1",
        TSAN_OPTIONS="halt_on_error=1",
    )
    if long:
        env["WARIFU_LONG"] = "1"
    return env


def unit_parts(build, prefix, timeout_s):
    for folder in [*sorted((ROOT / "src").glob("*/")), ROOT / "fuzz"]:
        if not any(folder.glob("*_test.cpp")):
            continue
        program = build / f"test_{folder.name}"
        yield Part(
            f"{prefix}/{folder.name}",
            [str(program), "--no-colors", "--no-path-filenames"],
            read_doctest,
            timeout_s=timeout_s,
            filtered=lambda name: [f"--test-case=*{name}*"],
            missing="" if program.exists() else f"{program.relative_to(ROOT) if program.is_relative_to(ROOT) else program} was not built",
        )


FUZZ_SECONDS = 30
FUZZ_HELPERS = ("fuzz", "libfuzzer", "replay_test")


def fuzz_parts(build):
    for source in sorted((ROOT / "fuzz").glob("*.cpp")):
        if source.stem in FUZZ_HELPERS:
            continue
        program = build / f"fuzz_{source.stem}"
        yield Part(
            f"fuzz/{source.stem}",
            [str(ROOT / "tools/run_fuzz.py"), "--build", str(build), "--seconds", str(FUZZ_SECONDS), source.stem],
            timeout_s=10 * FUZZ_SECONDS,
            missing="" if program.exists() else f"{program.relative_to(ROOT) if program.is_relative_to(ROOT) else program} was not built",
        )


def pytest_part(name, folder, timeout_s, alone):
    return Part(
        name,
        ["/usr/bin/python3", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--color=no", str(folder)],
        read_pytest,
        timeout_s=timeout_s,
        alone=alone,
        filtered=lambda pattern: ["-k", pattern],
    )


def ui_scripts():
    try:
        return json.loads((ROOT / "ui/package.json").read_text(encoding="utf-8")).get("scripts", {})
    except OSError:
        return {}


def ui_has_unit_tests():
    return any(path for pattern in ("*.test.ts", "*.test.tsx") for path in (ROOT / "ui/src").rglob(pattern))


def browser_part(timeout_s):
    files = sorted(str(path) for pattern in ("*.test.mjs", "*.test.js", "*.test.ts") for path in (ROOT / "tests/ui").glob(pattern))
    if not files:
        return None
    return Part(
        "browser",
        ["node", "--test", "--test-reporter=tap", "--test-concurrency=1", *files],
        read_node,
        timeout_s=timeout_s,
        alone=True,
        # Options of node stand before the files.
        filtered=lambda pattern: [f"--test-name-pattern={pattern}"],
        missing="" if shutil.which("node") else "node is not installed",
    )


def all_parts(build, long):
    scale = 6 if long else 1
    parts = [pytest_part("tools", ROOT / "tools", 120, alone=False)]
    parts += unit_parts(build, "unit", 420 * scale)
    if "test" in ui_scripts() and ui_has_unit_tests():
        parts.append(Part("ui-unit", ["npm", "test", "--silent"], read_vitest, cwd=ROOT / "ui", timeout_s=300, filtered=lambda name: ["--", "-t", name]))
    for name in PYTEST_PARTS:
        folder = ROOT / "tests" / name
        if any(folder.rglob("test_*.py")):
            parts.append(pytest_part(name, folder, 900 * scale, alone=True))
    browser = browser_part(900 * scale)
    if browser:
        parts.append(browser)
    if long:
        for preset in ("asan", "tsan"):
            parts += unit_parts(ROOT / "build" / preset, preset, 1800)
        parts += fuzz_parts(ROOT / "build/fuzz")
        # The programs are built against the library of Debian 12; what a later one offers is tested with a later one.
        with_ml_kem = [str(build / f"test_{room}") for room in ("crypto", "desk", "member")]
        parts.append(Part("newer-openssl", [str(ROOT / "tools/newer_openssl.sh"), *with_ml_kem], timeout_s=3600, alone=True))
        parts.append(Part("cleanroom", [str(ROOT / "tools/cleanroom.sh"), "test"], timeout_s=3 * 3600, alone=True))
    return parts


def select(parts, pattern):
    """The chosen parts and what remains to be matched against the names of single tests."""
    if not pattern:
        return parts, ""
    chosen = [part for part in parts if pattern in part.name]
    return (chosen, "") if chosen else ([part for part in parts if part.filtered], pattern)


def command_of(part, case_pattern):
    if not case_pattern:
        return part.argv
    extra = part.filtered(case_pattern)
    return part.argv[:2] + extra + part.argv[2:] if part.name == "browser" else part.argv + extra


# --- running ----------------------------------------------------------------------------------------------------------------


def stop_group(process):
    """Ends the part and what it started: its own process group, nothing else."""
    for sign, patience_s in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            return
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue


def run_part(part, case_pattern, env, logs):
    log = logs / (part.name.replace("/", "-") + ".log")
    start = time.monotonic()
    if part.missing:
        log.write_text(part.missing + "\n", encoding="utf-8")
        return Outcome(part, Counts(0, 1, 0), 0, log, part.missing)
    note, code = "", None
    with open(log, "wb") as output:
        try:
            process = subprocess.Popen(
                command_of(part, case_pattern),
                cwd=part.cwd,
                env={**env, **part.env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait(part.timeout_s)
            except subprocess.TimeoutExpired:
                note = f"stopped after {part.timeout_s} s"
            finally:
                stop_group(process)
        except OSError as error:
            note = str(error)
    seconds = time.monotonic() - start
    text = COLOURS.sub("", log.read_text(encoding="utf-8", errors="replace"))
    counts, note = judge(part, text, code, note, bool(case_pattern))
    return Outcome(part, counts, seconds, log, note)


def judge(part, text, code, note, is_filtered):
    """The counts a part's output and exit code stand for; whatever ends badly without a failed test counts as one failure."""
    if part.read is None:
        return (Counts(1, 0), note) if code == 0 and not note else (Counts(0, 1), note or f"exit code {code}")
    counts = part.read(text)
    if note:
        counts = (counts or Counts()) + Counts(0, 1)
    elif counts is None:
        nothing_chosen = is_filtered and part.read is read_pytest and code == 5
        if nothing_chosen:
            return Counts(), ""
        note = f"killed by signal {-code}" if code < 0 else f"exit code {code} and no summary"
        counts = Counts(0, 1)
    elif code != 0 and counts.failed == 0:
        if is_filtered and counts.total == 0:
            return Counts(), ""
        note = f"killed by signal {-code}" if code < 0 else f"exit code {code} though no test failed"
        counts = counts + Counts(0, 1)
    elif counts.total == 0 and not is_filtered:
        return Counts(0, 1), "holds no test"
    return counts, note


def report(outcome, lock):
    word = "FAIL" if outcome.counts.failed else "ok"
    with lock:
        print(f"{word:4}  {outcome.part.name:<20} {outcome.seconds:7.1f} s  {outcome.counts}{'  (' + outcome.note + ')' if outcome.note else ''}", flush=True)
        if outcome.counts.failed:
            print(f"----- {outcome.log.relative_to(ROOT) if outcome.log.is_relative_to(ROOT) else outcome.log}")
            print(outcome.log.read_text(encoding="utf-8", errors="replace").rstrip())
            print("-----", flush=True)


def run_all(parts, case_pattern, env, logs):
    logs.mkdir(parents=True, exist_ok=True)
    lock, outcomes = threading.Lock(), []

    def one(part):
        outcome = run_part(part, case_pattern, env, logs)
        report(outcome, lock)
        return outcome

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes += pool.map(one, [part for part in parts if not part.alone])
    outcomes += [one(part) for part in parts if part.alone]
    return outcomes


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0], description=__doc__.split("\n\n", 2)[2])
    parser.add_argument("--build", type=Path, default=ROOT / "build/dev")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--list", action="store_true", help="print the parts and end")
    parser.add_argument("filter", nargs="?", default="")
    options = parser.parse_args(arguments)
    build = options.build.resolve()
    parts, case_pattern = select(all_parts(build, options.long), options.filter)
    if options.list:
        print("\n".join(part.name for part in parts))
        return 0
    outcomes = run_all(parts, case_pattern, environment(build, options.long), ROOT / "build/test-logs")
    total = sum((outcome.counts for outcome in outcomes), Counts())
    failed = [outcome.part.name for outcome in outcomes if outcome.counts.failed]
    if failed:
        print("failed: " + " ".join(failed))
    if total.passed + total.failed == 0:
        print("nothing was tested")
    print(total, flush=True)
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
