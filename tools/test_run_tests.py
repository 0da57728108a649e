"""The counts come from what the test programs really print, and nothing that ends badly passes as a success."""

import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run_tests  # noqa: E402
from run_tests import Counts, Part  # noqa: E402

DOCTEST = """[doctest] doctest version is "2.4.9"
===============================================================================
[doctest] test cases:  12 |  10 passed | 2 failed | 3 skipped
[doctest] assertions: 345 | 343 passed | 2 failed |
[doctest] Status: FAILURE!
"""
VITEST = """ RUN  v4.1.12
 ❯ src/a.test.ts (2 tests | 1 failed) 5ms
 Test Files  1 failed | 3 passed (4)
      Tests  1 failed | 20 passed | 2 skipped (23)
   Start at  10:00:00
"""
NODE = "TAP version 13\nok 1 - a\n1..7\n# tests 7\n# suites 0\n# pass 4\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n# duration_ms 12.5\n"


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (run_tests.read_doctest, DOCTEST, Counts(10, 2, 0)),
        (run_tests.read_doctest, "MESSAGE: skipped: data absent\n" * 3 + DOCTEST, Counts(7, 2, 3)),
        (run_tests.read_doctest, "terminate called after throwing\n", None),
        (run_tests.read_pytest, "....\n3 passed, 1 failed, 2 skipped, 4 errors in 1.25s\n", Counts(3, 5, 2)),
        (run_tests.read_pytest, "1 passed, 1 xfailed, 1 xpassed, 2 warnings in 61.00s (0:01:01)\n", Counts(1, 1, 1)),
        (run_tests.read_pytest, "=== 5 passed, 7 deselected in 0.10s ===\n", Counts(5, 0, 0)),
        (run_tests.read_pytest, "no tests ran in 0.01s\n", Counts(0, 0, 0)),
        (run_tests.read_pytest, "INTERNALERROR> oops\n", None),
        (run_tests.read_vitest, VITEST, Counts(20, 1, 2)),
        (run_tests.read_vitest, "      Tests  4 passed (4)\n", Counts(4, 0, 0)),
        (run_tests.read_vitest, "Error: no config\n", None),
        (run_tests.read_node, NODE, Counts(4, 2, 1)),
        (run_tests.read_node, "SyntaxError: x\n", None),
    ],
)
def test_summaries(read, text, expected):
    assert read(text) == expected


def script(name, body, **options):
    return Part(name, ["/bin/sh", "-c", body], **options)


GOOD = "echo '[doctest] test cases: 2 | 2 passed | 0 failed | 0 skipped'"


@pytest.mark.parametrize(
    ("part", "expected", "note"),
    [
        (script("good", GOOD, read=run_tests.read_doctest), Counts(2, 0), ""),
        (script("bad-end", GOOD + "; exit 3", read=run_tests.read_doctest), Counts(2, 1), "exit code 3 though no test failed"),
        (script("empty", GOOD.replace("2 ", "0 "), read=run_tests.read_doctest), Counts(0, 1), "holds no test"),
        (script("silent", "true", read=run_tests.read_doctest), Counts(0, 1), "exit code 0 and no summary"),
        (script("crash", "kill -SEGV $$", read=run_tests.read_doctest), Counts(0, 1), "killed by signal 11"),
        (script("hang", GOOD + "; sleep 60", read=run_tests.read_doctest, timeout_s=1), Counts(2, 1), "stopped after 1 s"),
        (script("absent", GOOD, read=run_tests.read_doctest, missing="not built"), Counts(0, 1), "not built"),
        (Part("no-program", ["/nonexistent/program"], read=run_tests.read_doctest), Counts(0, 1), "No such file"),
        (script("whole", "exit 0"), Counts(1, 0), ""),
        (script("whole-bad", "exit 1"), Counts(0, 1), "exit code 1"),
    ],
)
def test_outcomes(tmp_path, part, expected, note):
    outcome = run_tests.run_part(part, "", {}, tmp_path)
    assert outcome.counts == expected
    assert note in outcome.note and bool(note) == bool(outcome.note)
    assert outcome.log.exists()


def test_a_failing_part_is_shown_in_full(tmp_path, capsys):
    outcome = run_tests.run_part(script("bad", "echo the reason; exit 1"), "", {}, tmp_path)
    run_tests.report(outcome, threading.Lock())
    shown = capsys.readouterr().out
    assert shown.startswith("FAIL  bad") and "the reason\n" in shown


def test_filter_means_parts_first_and_cases_otherwise():
    parts = [script("unit/text", GOOD, filtered=lambda name: ["-tc=" + name]), script("api", GOOD, filtered=lambda name: ["-k", name]), script("cleanroom", "true")]
    assert run_tests.select(parts, "") == (parts, "")
    assert run_tests.select(parts, "text") == (parts[:1], "")
    assert run_tests.select(parts, "luhn") == (parts[:2], "luhn")
    assert run_tests.command_of(parts[1], "luhn")[-2:] == ["-k", "luhn"]


def test_nothing_tested_is_a_failure(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run_tests, "ROOT", tmp_path)
    monkeypatch.setattr(run_tests, "all_parts", lambda build, long: [])
    assert run_tests.main([]) == 1
    assert capsys.readouterr().out == "nothing was tested\n0 passed, 0 failed\n"
