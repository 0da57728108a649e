"""`warifu audit`: nothing to say about a clean folder, and every kind of thing it is there to find."""
import json
import os
import shutil
import sqlite3
import subprocess

import pytest

BIN = os.environ.get("WARIFU_BIN", os.path.join(os.path.dirname(__file__), "../../build/dev/warifu"))


def run(*args, timeout=240):
    return subprocess.run([BIN, *map(str, args)], capture_output=True, text=True, timeout=timeout)


def audit(*folders, more=()):
    arguments = [word for folder in folders for word in ("--data", folder)]
    result = run("audit", "--json", *arguments, *more)
    assert result.returncode in (0, 1), result.stderr
    told = json.loads(result.stdout)
    assert (result.returncode == 0) == told["ok"]
    return told


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    data = tmp_path_factory.mktemp("audit") / "data"
    result = run("demo", "--once", "--json", "--separate", "--data", data, "--customers", "200", timeout=280)
    assert result.returncode == 0, result.stdout + result.stderr
    (data / "played.json").write_text(result.stdout)
    return data


@pytest.fixture
def copy(played, tmp_path):
    def take(name):
        return shutil.copytree(played / name, tmp_path / name, dirs_exist_ok=True)

    return take


def test_a_clean_hub_has_no_findings_and_is_followed(copy):
    hub = copy("hub")
    first = audit(hub)
    assert first["ok"], first["findings"]
    assert {log["origin"] for log in first["logs"]} == {"hub.demo/log", "hub.demo/keys"}
    assert all(log["since"] is None and log["size"] > 0 for log in first["logs"])
    second = audit(hub)
    assert [log["since"] for log in second["logs"]] == [log["size"] for log in first["logs"]]


def test_clean_nodes_have_no_findings(copy):
    for name in ("kakuu-police.demo", "portal.demo"):
        told = audit(copy(name), more=["--offline"])
        assert told["ok"], told["findings"]
        assert told["organisations"][0]["id"] == name and told["organisations"][0]["matters"] > 0


def test_a_changed_entry_is_found(copy):
    hub = copy("hub")
    assert audit(hub)["ok"]
    tiles = sorted((hub / "logs" / "log" / "tile" / "entries").rglob("*"))
    bundle = max((tile for tile in tiles if tile.is_file()), key=lambda tile: int(tile.name) if tile.parent.name.endswith(".p") else 256)
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    assert [finding["code"] for finding in audit(hub)["findings"]] == ["PROOF_INVALID"]


def test_a_log_that_forgets_is_found(copy):
    hub = copy("hub")
    assert audit(hub)["ok"]
    state = hub / "audit-state.json"
    seen = json.loads(state.read_text())
    origin, size, _ = seen[1].split("\n")[:3]
    seen[1] = seen[1].replace(f"\n{size}\n", f"\n{int(size) + 1}\n")
    state.write_text(json.dumps(seen))
    findings = audit(hub)["findings"]
    assert [(finding["code"], finding["about"]) for finding in findings] == [("LOG_FORKED", origin)]
    assert json.loads(state.read_text())[1] == seen[1], "what was seen before is not forgotten over a fork"


def office(folder):
    return sqlite3.connect(next(folder.rglob("office.sqlite")))


def test_a_shared_act_without_a_leaf_is_found(copy):
    node = copy("portal.demo")
    with office(node) as database:
        database.execute("DELETE FROM message_in WHERE type = 'acts' AND id = (SELECT id FROM message_in WHERE type = 'acts' AND length(acts) > 0 LIMIT 1)")
    assert {finding["code"] for finding in audit(node, more=["--offline"])["findings"]} == {"ACT_WITHOUT_LEAF"}


def test_a_leaf_without_an_act_is_found(copy):
    node = copy("portal.demo")
    with office(node) as database:
        database.execute("UPDATE message_out SET matter = zeroblob(16) WHERE seq = (SELECT min(seq) FROM message_out WHERE type = 'acts')")
    assert "LEAF_WITHOUT_ACT" in {finding["code"] for finding in audit(node, more=["--offline"])["findings"]}


def test_a_gap_in_a_register_is_found(copy):
    node = copy("kakuu-police.demo")
    with office(node) as database:
        database.execute("DELETE FROM register WHERE serial = 1")
    assert "SERIAL_GAP" in {finding["code"] for finding in audit(node, more=["--offline"])["findings"]}


def test_rows_that_differ_from_the_acts_are_found(copy):
    node = copy("kakuu-police.demo")
    with office(node) as database:
        database.execute("""UPDATE matter_doc SET doc = replace(doc, '"ANSWERED"', '"CLOSED"')""")
    assert "PROJECTION_DIFFERS" in {finding["code"] for finding in audit(node, more=["--offline"])["findings"]}


def test_a_hub_that_cannot_be_reached_is_said(copy):
    told = audit(copy("portal.demo"))
    assert "PEER_UNAVAILABLE" in {finding["code"] for finding in told["findings"]}


def test_evidence_names_message_log_and_cosigners(played, tmp_path):
    numbers = [m["number"] for m in json.loads((played / "played.json").read_text())["matters"]]
    number = next(n for n in numbers if n.startswith("kakuu-police.demo:"))
    file = tmp_path / "evidence.zip"
    assert run("evidence", "export", number, "--data", played / "kakuu-police.demo", "-o", file).returncode == 0
    result = run("evidence", "verify", file, "--root", played / "root.vkey", "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    told = json.loads(result.stdout)
    crossed = [act for act in told["acts"] if act["crossing"] is not None]
    assert {"inquiry.approved", "inquiry.dispatched"} <= {act["kind"] for act in crossed}
    for act in crossed:
        crossing = told["crossings"][act["crossing"]]
        assert crossing["from"] == act["org"] and crossing["log"] == "hub.demo/log" and crossing["text_checked"]
        assert crossing["log_size"] > crossing["index"] and crossing["cosigned_by"]
