"""The bench of the exchange in small: two nodes and a hub of its own, every round trip complete, its figures whole, nothing left running."""
import json
import os
from pathlib import Path

import pytest

from cli_support import run
from conftest import BIN

ROUND_TRIPS = 60


@pytest.fixture(autouse=True)
def executable():
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")


def processes_of(folder):
    out = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().decode("utf-8", "replace") if entry.name.isdigit() else ""
        except OSError:
            continue
        if str(folder) in line and int(entry.name) != os.getpid():
            out.append(line)
    return out


def test_round_trips_are_complete_and_measured(tmp_path):
    folder = tmp_path / "bench"
    result = run(
        "bench", "exchange", "--data", folder, "--round-trips", ROUND_TRIPS, "--window", "16", "--seconds", "1",
        "--members", "40", "--entries", "1500", "--json", timeout=600,
    )  # fmt: skip
    logs = "\n".join(log.read_text(encoding="utf-8", errors="replace")[-2000:] for log in folder.glob("exchange/*.log"))
    assert result.returncode == 0, result.stdout + result.stderr + logs
    figures = json.loads(result.stdout)
    full, half = figures["full"], figures["half"]
    assert full["round_trips"] == ROUND_TRIPS and full["per_second"] > 0
    # Two messages and their receipts at the least: every one of them left a leaf.
    assert full["leaves_each"] >= 4 and half["leaves_each"] >= 4
    for load in (full, half):
        for latency in load["latencies"]:
            assert latency["count"] == load["round_trips"] and 0 < latency["p50_ms"] <= latency["p99_ms"]
    assert figures["floor_per_second"] > 0
    assert figures["ratio"] == pytest.approx(full["per_second"] / figures["floor_per_second"])
    proofs = figures["proofs"]
    assert proofs["count"] > 0 and proofs["unproven"] == 0 and proofs["incidents"] == 0
    assert figures["growth"]["members"] == 40 and figures["growth"]["entries"] >= 1_500
    assert figures["machine"]["cores"] > 0 and "bench exchange" in figures["machine"]["command"]
    assert processes_of(folder) == []


def test_a_hub_that_has_grown_is_measured_beside_an_empty_one(tmp_path):
    result = run(
        "bench", "hub", "--data", tmp_path / "bench", "--leaves", "200", "--members", "30", "--entries", "12000", "--json", timeout=600,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    figures = json.loads(result.stdout)
    assert figures["members"] == 30
    # What the first measurement left in the log, filled up.
    assert figures["entries"] == 12_000
    assert figures["relay_empty_per_s"] > 0 and figures["relay_grown_per_s"] > 0
    assert figures["relay_growth"] == pytest.approx(figures["relay_grown_per_s"] / figures["relay_empty_per_s"])
    # The files are a log of that size and more: what was relayed afterwards stands behind it.
    log = tmp_path / "bench" / "grown" / "hub" / "logs" / "log"
    size = int((log / "checkpoint").read_text(encoding="utf-8").splitlines()[1])
    assert size >= 12_000
    assert (log / "tile" / "entries" / "045").stat().st_size > 256 * 64


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "kept").write_text("kept", encoding="utf-8")
    result = run("bench", "exchange", "--data", tmp_path, "--json")
    assert result.returncode == 1 and json.loads(result.stdout)["code"] == "CONFLICT"
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"
