"""`warifu audit`: nothing to say about a clean folder, and every kind of thing it is there to find."""
import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import time

import pytest
from hub_support import Key, b64, leaf_hash, note

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


# ── a node held against the log of its messages ──


@contextlib.contextmanager
def serving(hub):
    """The hub of the played demo, where its members look for it."""
    port = re.search(r"^url https://127\.0\.0\.1:(\d+)$", (hub / "network").read_text(), re.M)[1]
    log = hub.parent / "hub.served.log"
    with open(log, "w") as out:
        process = subprocess.Popen([BIN, "serve", "--data", str(hub), "--listen", f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 30
        while f":{port})" not in log.read_text():
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


def test_a_node_is_clean_against_a_hub_that_serves(copy):
    nodes = [copy(name) for name in ("kakuu-police.demo", "portal.demo")]
    with serving(copy("hub")):
        for node in nodes:
            told = audit(node)
            assert told["ok"], told["findings"]
            assert {log["origin"] for log in told["logs"]} == {"hub.demo/log", "hub.demo/keys"}
            again = audit(node)
            assert again["ok"] and all(log["since"] for log in again["logs"])


def test_a_node_is_clean_against_the_folder_of_its_hub(copy):
    told = audit(copy("hub"), copy("portal.demo"), copy("kakuu-police.demo"), more=["--offline"])
    assert told["ok"], told["findings"]
    assert sorted(log["origin"] for log in told["logs"]) == ["hub.demo/keys", "hub.demo/log"], "each is told of once"


def entries_in(folder):
    size = int((folder / "checkpoint").read_text().split("\n")[1])
    out = []
    for number in range((size + 255) // 256):
        width = min(256, size - 256 * number)
        data = (folder / f"tile/entries/{number:03}{'' if width == 256 else f'.p/{width}'}").read_bytes()
        while data:
            length = int.from_bytes(data[:2], "big")
            out.append(data[2:2 + length])
            data = data[2 + length:]
    assert len(out) == size
    return out


def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return hashlib.sha256(b"\1" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


def write_log(hub, entries):
    """Another history in the folder of the log of messages, signed by the hub's own key: what a hub can do that lies."""
    folder = hub / "logs" / "log"
    shutil.rmtree(folder / "tile")

    def put(level, number, items):
        path = folder / "tile" / level / (f"{number:03}" if len(items) == 256 else f"{number:03}.p/{len(items)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(items))
    bundles = [entries[i:i + 256] for i in range(0, len(entries), 256)]
    for number, bundle in enumerate(bundles):
        put("entries", number, [len(entry).to_bytes(2, "big") + entry for entry in bundle])
    level, hashes = 0, [leaf_hash(entry) for entry in entries]
    root = root_of(hashes)
    while hashes:
        for number in range((len(hashes) + 255) // 256):
            put(str(level), number, hashes[256 * number:256 * (number + 1)])
        level, hashes = level + 1, [root_of(hashes[i:i + 256]) for i in range(0, len(hashes) - len(hashes) % 256, 256)]
    (folder / "checkpoint").write_text(note(f"hub.demo/log\n{len(entries)}\n{b64(root)}\n", Key.load(hub / "keys" / "hub.demo_log.key")), encoding="utf-8")


def first_index(node, table="message_in", kind="acts"):
    with office(node) as database:
        return database.execute(f"SELECT min(leaf_index) FROM {table} WHERE type = ?", [kind]).fetchone()[0]


@pytest.mark.parametrize("table, kind", [("message_in", "acts"), ("message_out", "acts"), ("message_in", "receipt"), ("message_out", "receipt")])
def test_another_leaf_where_a_message_should_stand_is_found(copy, table, kind):
    hub, node = copy("hub"), copy("portal.demo")
    entries = entries_in(hub / "logs" / "log")
    entries[first_index(node, table, kind)] = b"warifu-leaf/v1\nhub.demo/log\n1\n" + b64(os.urandom(32)).encode() + b"\n"
    write_log(hub, entries)
    assert audit(hub)["ok"], "by itself the log is a good one"
    findings = audit(hub, node, more=["--offline", "--state", node / "state"])["findings"]
    assert {finding["code"] for finding in findings} == {"LEAF_DIFFERS", "LOG_FORKED"}, "the node has seen another log, and misses its leaf"
    assert [finding["organisation"] for finding in findings if finding["code"] == "LEAF_DIFFERS"] == ["portal.demo"]


def test_a_log_from_an_older_copy_lacks_leaves(copy):
    hub, node = copy("hub"), copy("portal.demo")
    write_log(hub, entries_in(hub / "logs" / "log")[:first_index(node)])
    findings = audit(hub, node, more=["--offline"])["findings"]
    assert {"ACT_WITHOUT_LEAF", "LOG_FORKED"} <= {finding["code"] for finding in findings} <= {"ACT_WITHOUT_LEAF", "LOG_FORKED", "PROMISE_BROKEN"}
    with office(node) as database:
        carried = database.execute("SELECT (SELECT count(*) FROM message_in WHERE type = 'acts') + (SELECT count(*) FROM message_out WHERE type = 'acts')")
        assert sum(finding["code"] == "ACT_WITHOUT_LEAF" for finding in findings) == carried.fetchone()[0], "each message by its id"


def test_evidence_of_a_crossing_that_does_not_hold_is_found(copy):
    changes = {
        "promise": "UPDATE message_in SET promise = (SELECT promise FROM message_in WHERE id <> m.id LIMIT 1) FROM (SELECT id FROM message_in WHERE type = 'acts' LIMIT 1) m WHERE message_in.id = m.id",
        "envelope": "UPDATE message_out SET envelope = replace(envelope, 'class normal', 'class urgent') WHERE type = 'acts'",
        "proof": "UPDATE message_in SET proof = zeroblob(length(proof)) WHERE type = 'acts' AND length(proof) > 0",
    }
    for number, (where, change) in enumerate(changes.items()):
        node = shutil.copytree(copy("portal.demo"), copy("portal.demo").parent / f"changed-{number}")
        with office(node) as database:
            assert database.execute(change).rowcount > 0
        findings = audit(node, more=["--offline"])["findings"]
        assert {finding["code"] for finding in findings} == {"EVIDENCE_INVALID"}, (where, findings)
        assert all(where in finding["en"] for finding in findings), findings


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
