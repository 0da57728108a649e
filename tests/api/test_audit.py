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
from hub_support import Key, b64, leaf_hash, note, text_of

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


# What came in and is not an act of the house any more, or never was: refused, purged, waiting for others.


def messages_of(told):
    return told["organisations"][0]["messages"]


def refuse(node, code="FORBIDDEN"):
    """A message that the house had refused, as its receiver keeps one: of a receipt, so that nothing else in the books rests on it."""
    with office(node) as database:
        row, index = database.execute("SELECT id, leaf_index FROM message_in WHERE type = 'receipt' AND length(proof) > 0 LIMIT 1").fetchone()
        database.execute("UPDATE message_in SET code = ?, matter = NULL, manifest = NULL WHERE id = ?", [code, row])
        database.execute("UPDATE message_out SET receipt = NULL WHERE receipt = ?", [row])
    return row.hex(), index


def purge_message(node, where="length(acts) = 32"):
    """The newest message of one act whose text was purged: without its manifest, which the purge destroys. Its act and place in the log."""
    with office(node) as database:
        row, acts, index = database.execute(f"SELECT id, acts, leaf_index FROM message_in WHERE type = 'acts' AND manifest IS NOT NULL AND {where} ORDER BY promised_us DESC LIMIT 1").fetchone()
        database.execute("UPDATE message_in SET manifest = NULL WHERE id = ?", [row])
    return row.hex(), acts, index


def test_a_refused_message_is_told_with_its_code_and_is_no_leaf_without_an_act(copy):
    hub, node = copy("hub"), copy("portal.demo")
    before = messages_of(audit(hub, node, more=["--offline"]))
    assert before["refused"] == {} and before["sent"] > 0 and before["received"] > 0
    refuse(node)
    told = audit(hub, node, more=["--offline"])
    assert told["ok"], told["findings"]
    assert messages_of(told) == {**before, "refused": {"FORBIDDEN": 1}}


def test_a_refused_message_was_promised_a_place_in_the_log_all_the_same(copy):
    hub, node = copy("hub"), copy("portal.demo")
    message, index = refuse(node)
    entries = entries_in(hub / "logs" / "log")
    entries[index] = b"warifu-leaf/v1\nhub.demo/log\n1\n" + b64(os.urandom(32)).encode() + b"\n"
    write_log(hub, entries)
    findings = audit(hub, node, more=["--offline"])["findings"]
    assert [finding["about"] for finding in findings if finding["code"] == "LEAF_DIFFERS"] == [message]


def test_a_purged_message_was_promised_a_place_in_the_log_all_the_same(copy):
    hub, node = copy("hub"), copy("portal.demo")
    message, _, index = purge_message(node)
    entries = entries_in(hub / "logs" / "log")
    entries[index] = b"warifu-leaf/v1\nhub.demo/log\n1\n" + b64(os.urandom(32)).encode() + b"\n"
    write_log(hub, entries)
    findings = audit(hub, node, more=["--offline"])["findings"]
    assert [finding["about"] for finding in findings if finding["code"] == "LEAF_DIFFERS"] == [message]


def test_the_purge_of_a_text_needs_its_receipt(copy):
    node = copy("portal.demo")
    _, act, _ = purge_message(node)
    with office(node) as database:
        assert database.execute("DELETE FROM body WHERE seq = (SELECT seq FROM act WHERE hash = ?)", [act]).rowcount == 1
    findings = audit(node, more=["--offline"])["findings"]
    assert ("PURGE_WITHOUT_RECEIPT", act.hex()) in {(finding["code"], finding["about"]) for finding in findings}
    assert "LEAF_WITHOUT_ACT" not in {finding["code"] for finding in findings}


def test_a_purge_with_its_receipt_is_no_finding(played, copy):
    """The provider destroys what it has of the inquiry that was withdrawn."""
    node = copy("mvno.demo")
    number = next(m["number"] for m in json.loads((played / "played.json").read_text())["matters"] if m["case"] == "withdrawn").split(":")[1]
    login = next(account["login"] for account in json.loads((node / "demo-accounts.json").read_text()) if "releaser" in account["roles"])

    def kept():
        with office(node) as database:
            return database.execute("SELECT count(*), count(manifest) FROM message_in WHERE type = 'acts' AND code = ''").fetchone()
    messages, manifests = kept()
    assert messages == manifests > 0
    done = run("inquiry", "purge", number, "--data", node, "--as", login, "--reason", "取下げにより不要となったため。", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert kept()[0] == messages and kept()[1] < manifests, "the purge destroys what gave the leaves their meaning"
    told = audit(copy("hub"), node, more=["--offline", "--state", node / "state"])
    assert told["ok"], told["findings"]
    # And what is left still proves what happened.
    bundle = node / "evidence.zip"
    export(node, f"kakuu-police.demo:{number}", bundle, more=["--as", "mvno.demo"])
    acts = verify(bundle, node / "root.vkey")["acts"]
    assert {act["kind"] for act in acts if act["purged"]} >= {"inquiry.approved", "inquiry.dispatched"}
    assert {act["kind"] for act in acts if not act["purged"]} >= {"matter.purged"}


def test_a_message_whose_acts_are_gone_is_found_also_without_its_manifest(copy):
    node = copy("portal.demo")
    message, act, _ = purge_message(node)
    other = os.urandom(32)
    with office(node) as database:
        database.execute("UPDATE message_in SET acts = ? WHERE id = ?", [act + other, bytes.fromhex(message)])
    assert ("LEAF_WITHOUT_ACT", other.hex()) in {(finding["code"], finding["about"]) for finding in audit(node, more=["--offline"])["findings"]}


def test_an_act_that_waits_for_others_is_here(copy):
    node = copy("portal.demo")
    with office(node) as database:
        # The last act that came, as if one that it follows had not come yet. What was made of it does not matter here.
        (act,) = database.execute("SELECT substr(acts, -32) FROM message_in WHERE type = 'acts' AND length(acts) > 0 ORDER BY promised_us DESC LIMIT 1").fetchone()
        seq, matter, text = database.execute("SELECT seq, matter, note FROM act WHERE hash = ?", [act]).fetchone()
        database.execute("INSERT INTO held (matter, hash, note, sealed, assertions) VALUES (?, ?, ?, NULL, NULL)", [matter, act, text])
        for table in ("body", "act"):
            database.execute(f"DELETE FROM {table} WHERE seq = ?", [seq])
    codes = {finding["code"] for finding in audit(node, more=["--offline"])["findings"]}
    assert "LEAF_WITHOUT_ACT" not in codes, codes


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


@pytest.mark.parametrize(
    "change",
    ["UPDATE register SET state = 'SPOILED' WHERE serial = 1", """UPDATE book SET value = replace(value, '"is_open":true', '"is_open":false') WHERE book = 'case'"""],
)
def test_books_and_registers_that_differ_from_the_acts_are_found_and_mended(copy, change):
    node = copy("kakuu-police.demo")
    with office(node) as database:
        assert database.execute(change).rowcount > 0
    assert {finding["code"] for finding in audit(node, more=["--offline"])["findings"]} == {"PROJECTION_DIFFERS"}
    assert run("rebuild", "--data", node).returncode == 0
    assert audit(node, more=["--offline"])["ok"]


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


# ── evidence of the last minute ──


def cosign(node, table, key, where="1"):
    file = "directory.sqlite" if table in ("followed", "accepted") else "office.sqlite"
    with sqlite3.connect(next(node.rglob(file))) as database:
        for rowid, text in database.execute(f"SELECT rowid, note FROM {table} WHERE {where}").fetchall():
            database.execute(f"UPDATE {table} SET note = ? WHERE rowid = ?", [text + key.cosign(text_of(text)) + "\n", rowid])


def export(node, number, file, code=0, more=()):
    result = run("evidence", "export", number, "--data", node, "-o", file, "--json", *more)
    assert result.returncode == code, result.stdout + result.stderr
    return json.loads(result.stdout)


def verify(file, root, code=0):
    result = run("evidence", "verify", file, "--root", root, "--json")
    assert result.returncode == code, result.stdout + result.stderr
    return json.loads(result.stdout)


def test_evidence_says_what_the_house_s_own_policy_does_not_accept_yet(played, copy, tmp_path):
    node = copy("kakuu-police.demo")
    number = next(n for n in (m["number"] for m in json.loads((played / "played.json").read_text())["matters"]) if n.startswith("kakuu-police.demo:"))
    assert export(node, number, tmp_path / "whole.zip")["unproven"] == []
    whole = verify(tmp_path / "whole.zip", node / "root.vkey")
    assert whole["proven"] is True and whole["unproven"] == 0
    # From now on the house wants a witness that cosigned the log of keys, and none of the checkpoints over its messages.
    witness = Key("late.example/witness", kind=4)
    policy = node / "root.vkey"
    policy.write_text(policy.read_text().replace("quorum none", f"witness w {witness.vkey}\nquorum w"))
    cosign(node, "followed", witness)
    told = export(node, number, tmp_path / "early.zip", code=3)
    assert told["ok"] is True and told["proven"] is False
    assert {one["waits_for"] for one in told["unproven"]} == {"quorum"} and len(told["unproven"]) == len(whole["crossings"])
    assert [one["entry"] for one in told["unproven"]] == [f"messages/{place:06}" for place in range(len(whole["crossings"]))]
    assert {one["message"] for one in told["unproven"]} == {crossing["message"] for crossing in whole["crossings"]}
    early = verify(tmp_path / "early.zip", policy, code=3)
    assert early["ok"] is True and early["proven"] is False and early["unproven"] == len(whole["crossings"])
    assert all(crossing["log_size"] is None and crossing["cosigned_by"] == [] for crossing in early["crossings"])
    said = run("evidence", "export", number, "--data", node, "-o", tmp_path / "said.zip")
    assert said.returncode == 3 and said.stdout.count("未証明") == len(whole["crossings"]), said.stdout
    # A bundle of before lacks what the root wants now: less than that is not accepted.
    refused = verify(tmp_path / "whole.zip", policy, code=1)
    assert refused["code"] == "EVIDENCE_INVALID" and refused["where"] == "directory/checkpoint"
    # A minute later the witness has seen them.
    cosign(node, "proof_checkpoint", witness)
    assert export(node, number, tmp_path / "later.zip")["proven"] is True
    assert all("late.example/witness" in crossing["cosigned_by"] for crossing in verify(tmp_path / "later.zip", policy)["crossings"])


def test_a_message_that_is_not_in_the_log_yet_is_unproven(played, copy, tmp_path):
    node = copy("kakuu-police.demo")
    number = next(n for n in (m["number"] for m in json.loads((played / "played.json").read_text())["matters"]) if n.startswith("kakuu-police.demo:"))
    export(node, number, tmp_path / "whole.zip")
    message = verify(tmp_path / "whole.zip", node / "root.vkey")["crossings"][0]["message"]
    with office(node) as database:
        assert database.execute("UPDATE message_out SET proof = NULL, proof_size = NULL WHERE id = ?", [bytes.fromhex(message)]).rowcount == 1
    told = export(node, number, tmp_path / "early.zip", code=3)
    assert told["unproven"] == [{"entry": "messages/000000", "message": message, "waits_for": "log"}]
    assert verify(tmp_path / "early.zip", node / "root.vkey", code=3)["unproven"] == 1


def test_evidence_is_refused_while_its_own_key_is_behind_what_the_quorum_has_seen(played, copy, tmp_path):
    """The whole way from the command line to the code: the checkpoint that the quorum has seen is over the first entry only."""
    node, hub = copy("kakuu-police.demo"), copy("hub")
    number = next(n for n in (m["number"] for m in json.loads((played / "played.json").read_text())["matters"]) if n.startswith("kakuu-police.demo:"))
    witness = Key("late.example/witness", kind=4)
    policy = node / "root.vkey"
    policy.write_text(policy.read_text().replace("quorum none", f"witness w {witness.vkey}\nquorum w"))
    keys = Key.load(hub / "keys" / "hub.demo_keys.key")
    first = entries_in(hub / "logs" / "keys")[0]
    text = f"{keys.name}\n1\n{b64(leaf_hash(first))}\n"
    with sqlite3.connect(node / "directory.sqlite") as database:
        database.execute("INSERT INTO accepted (id, size, note, at) VALUES (1, 1, ?, 1)", [note(text, keys) + witness.cosign(text) + "\n"])
    refused = export(node, number, tmp_path / "none.zip", code=1)
    assert refused["code"] == "CHECKPOINT_OLD" and refused["where"] == "checkpoint"
    assert not (tmp_path / "none.zip").exists()
