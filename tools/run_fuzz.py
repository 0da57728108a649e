#!/usr/bin/python3
"""Runs one fuzz target (build/fuzz/fuzz_<target>) for a time, starting from its seeds, the official vectors, what was found before
(tests/regressions/<target>/) and the corpus of earlier runs (build/fuzz/corpus/<target>/, which grows).

usage: tools/run_fuzz.py [--build DIR] [--seconds N] TARGET       exit 0 nothing found; the input that was found lies in build/fuzz/found/<target>/
The last line is `N inputs, coverage N, N runs in N s`. What was found and mended belongs into tests/regressions/<target>/.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INPUT_BYTES_MAX = 70_000
RSS_MB_MAX = 2048
ONE_INPUT_S_MAX = 20


def run(build, target, seconds):
    program = build / f"fuzz_{target}"
    corpus, found = build / "corpus" / target, build / "found" / target
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    regressions = ROOT / "tests/regressions" / target
    env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
    with tempfile.TemporaryDirectory(prefix="warifu-seeds-") as seeds:
        subprocess.run([str(program), f"--write-seeds={seeds}"], env=env, check=True)
        given = [str(corpus), seeds] + ([str(regressions)] if regressions.is_dir() else [])
        options = [
            f"-max_total_time={seconds}",
            f"-artifact_prefix={found}/",
            f"-max_len={INPUT_BYTES_MAX}",
            f"-rss_limit_mb={RSS_MB_MAX}",
            f"-timeout={ONE_INPUT_S_MAX}",
            "-print_final_stats=1",
            "-use_value_profile=1",
        ]
        done = subprocess.run([str(program), *options, *given], env=env, cwd=found, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.returncode, done.stdout


def summary(output):
    """What libFuzzer says at its end, in one line; None when it did not get that far."""
    last = re.findall(r"^#\d+\s+\S+\s+cov: (\d+) .*?corp: (\d+)", output, re.M)
    done = re.search(r"^Done (\d+) runs in (\d+) second", output, re.M)
    if not last or not done:
        return None
    return f"{last[-1][1]} inputs, coverage {last[-1][0]}, {done.group(1)} runs in {done.group(2)} s"


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("  ")[0], description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build/fuzz")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("target")
    options = parser.parse_args(arguments)
    code, output = run(options.build.resolve(), options.target, options.seconds)
    told = summary(output)
    if code != 0 or told is None:
        print(output)
        print(f"found by {options.target}: exit code {code}")
        return 1
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
