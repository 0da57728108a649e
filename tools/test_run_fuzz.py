"""What libFuzzer prints at its end becomes one line; a run that did not get to its end has none."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run_fuzz  # noqa: E402

OUTPUT = """INFO: seed corpus: files: 8 min: 1b max: 400b total: 1800b rss: 40Mb
#9	INITED cov: 210 ft: 300 corp: 8/1800b exec/s: 0 rss: 41Mb
#512	NEW    cov: 214 ft: 312 corp: 9/1805b lim: 400 exec/s: 0 rss: 42Mb L: 5/400 MS: 1 EraseBytes-
#90210	DONE   cov: 230 ft: 344 corp: 31/4Kb lim: 4096 exec/s: 3007 rss: 60Mb
Done 90210 runs in 30 second(s)
"""


def test_the_summary():
    assert run_fuzz.summary(OUTPUT) == "31 inputs, coverage 230, 90210 runs in 30 s"
    assert run_fuzz.summary(OUTPUT.replace("Done", "==12==ERROR")) is None
    assert run_fuzz.summary("") is None
