"""A large result sealed, cut into parts, carried and opened by the executable: memory does not grow with it (5 GB with `./dev test --long`)."""
import json
import os

import pytest

from cli_support import run
from conftest import BIN

MEMORY_MAX = 64 * 1000 * 1000


@pytest.fixture(autouse=True)
def executable():
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")


def bench(folder, megabytes):
    result = run("bench", "parts", "--data", folder, "--megabytes", megabytes, "--json", timeout=1500)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


def test_memory_stays_small_whatever_the_size(tmp_path):
    small = bench(tmp_path / "work", 5)
    large = bench(tmp_path / "work", 5000 if os.environ.get("WARIFU_LONG") else 150)
    assert small["ok"] and large["ok"]
    assert large["memory_bytes"] < MEMORY_MAX, large
    for leg in ("cipher", "digest", "seal", "upload", "download", "open"):
        assert large[leg]["seconds"] > 0 and large[leg]["gb_per_second"] > 0
    assert list((tmp_path / "work").iterdir()) == []


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "kept").write_text("kept", encoding="utf-8")
    result = run("bench", "parts", "--data", tmp_path, "--megabytes", "1", "--json")
    assert result.returncode == 1 and json.loads(result.stdout)["code"] == "CONFLICT"
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"


def test_carried_over_a_hub_it_arrives_whole_although_everybody_is_killed_on_the_way(tmp_path):
    """A hub, a sender and a receiver, each its own process; member and hub are killed with SIGKILL three times in each direction."""
    megabytes = 5000 if os.environ.get("WARIFU_LONG") else 64
    result = run("bench", "parts", "--carried", "--kills", 3, "--data", tmp_path / "work", "--megabytes", megabytes, "--json", timeout=1500)
    logs = "".join(f"\n{log.name}:\n{log.read_text()}" for log in (tmp_path / "work").glob("*.log"))
    assert result.returncode == 0, result.stdout + result.stderr + logs
    figures = json.loads(result.stdout)
    assert figures["ok"] and figures["seal"]["kills"] == 0
    assert figures["send"]["kills"] == 3 and figures["receive"]["kills"] == 3, figures
    for memory in (figures["hub_memory_bytes"], *(figures[leg]["memory_bytes"] for leg in ("seal", "send", "receive"))):
        assert 0 < memory < MEMORY_MAX, figures
    assert list((tmp_path / "work").iterdir()) == []
