"""A witness by itself, asked as C2SP tlog-witness says; and a hub that asks one: also after it was set back to an old backup."""
import base64
import hashlib
import http.client
import json
import shutil
import signal
import subprocess
import threading
import time

import pytest

from cli_support import done, refused
from conftest import BIN, free_port
from hub_support import Hub, Key, Member, b64, leaf_hash, note, text_of, vkey_verifies

AGENCY, PROVIDER = "kakuu-police.example", "portal.example"


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node(root(leaves[:k]), root(leaves[k:]))


def consistency(old, leaves, whole=True):
    """RFC 6962, 2.1.2."""
    n = len(leaves)
    if old == n:
        return [] if whole else [root(leaves)]
    k = 1
    while 2 * k < n:
        k *= 2
    if old <= k:
        return consistency(old, leaves[:k], whole) + [root(leaves[k:])]
    return consistency(old - k, leaves[k:], False) + [root(leaves[:k])]


class Witness:
    def __init__(self, folder, network):
        self.folder, self.port = folder, free_port()
        self.vkey = done("init", "--role", "witness", "--data", folder, "--org", "witness.example", "--network", network)["witness"]
        self.start()

    def start(self):
        self.process = subprocess.Popen([BIN, "serve", "--data", self.folder, "--listen", f"127.0.0.1:{self.port}"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()
        until = time.monotonic() + 20
        while not any(f":{self.port}" in line for line in list(self.lines)):
            assert self.process.poll() is None and time.monotonic() < until, self.lines
            time.sleep(0.02)

    def stop(self, with_signal=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
            self.process.wait(15)
        self.reader.join(5)

    def ask(self, body, method="POST", path="/add-checkpoint"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.getheader("content-type")
        finally:
            connection.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A hub's folder for its keys; the log is played by the test."""
    folder = tmp_path_factory.mktemp("hub") / "hub"
    done("init", "--role", "hub", "--data", folder, "--org", "hub.example", "--url", "https://127.0.0.1:1")
    return folder


def test_a_witness_answers_as_the_protocol_says(made, tmp_path):
    witness = Witness(tmp_path / "witness", made / "network")
    log = Key.load(made / "keys" / "hub.example_log.key")
    leaves = [leaf_hash(f"entry {i}") for i in range(20)]

    def checkpoint(size, key=log, origin="hub.example/log", other=None):
        return note(f"{origin}\n{size}\n{b64(other or root(leaves[:size]))}\n", key)

    def request(old, size, proof=None, **more):
        lines = consistency(old, leaves[:size]) if proof is None and 0 < old < size else (proof or [])
        return f"old {old}\n" + "".join(b64(line) + "\n" for line in lines) + "\n" + checkpoint(size, **more)
    try:
        status, line, _ = witness.ask(request(0, 5))
        assert status == 200
        assert vkey_cosigned(witness.vkey, checkpoint(5), line.strip())
        assert witness.ask(request(5, 12))[0] == 200
        assert witness.ask(request(12, 12))[0] == 200, "the same again: a heartbeat"
        assert witness.ask(request(0, 15))[:1] + witness.ask(request(0, 15))[1:] == (409, "12\n", "text/x.tlog.size")
        assert witness.ask(request(5, 15))[:2] == (409, "12\n")
        assert witness.ask(request(15, 12, proof=[]))[0] == 400
        assert witness.ask(request(12, 15, proof=[]))[0] == 422
        assert witness.ask(request(12, 15, proof=[bytes(32)] * 3))[0] == 422
        assert witness.ask(request(12, 12, other=bytes(32)))[0] == 422
        assert witness.ask(request(12, 15, other=bytes(32)))[0] == 422
        assert witness.ask(request(12, 15, key=Key("hub.example/log")))[0] == 403
        assert witness.ask(request(12, 15, key=Key("other.example/log"), origin="other.example/log"))[0] == 404
        good = request(12, 15)
        for broken in ("", "x", good[:-1], good + "x", "\n" + good, good.replace("old 12", "old 012"), good.replace("old 12", "old -12"), good.replace("old", "new"),
                       good.replace("\n\n", "\n", 1), "old 12\n" + (b64(bytes(32)) + "\n") * 64 + "\n" + checkpoint(15), "x" * 200_000):
            assert witness.ask(broken)[0] in (400, 403, 404, 413), broken[:60]
        assert witness.ask(good, method="GET")[0] == 405
        assert witness.ask(good, path="/add")[0] == 404
        check_told(witness)
        witness.stop(signal.SIGKILL)
        witness.start()
        assert witness.ask(request(5, 15))[:2] == (409, "12\n"), "what was cosigned is known after a kill"
        assert witness.ask(good)[0] == 200
    finally:
        witness.stop()


def test_a_log_may_have_two_keys_and_each_line_under_a_trusted_key_counts(made, tmp_path):
    witness = Witness(tmp_path / "witness", made / "network")
    log, second = Key.load(made / "keys" / "hub.example_log.key"), Key("hub.example/log")
    leaves = [leaf_hash(f"entry {i}") for i in range(3)]

    def body(old, size, lines, text=None):
        text = text or f"hub.example/log\n{size}\n{b64(root(leaves[:size]))}\n"
        return f"old {old}\n\n{text}\n" + "".join(line(text) + "\n" for line in lines)

    def wrong(text):
        name, rest = second.line(text).rsplit(" ", 1)
        spoilt = bytearray(base64.b64decode(rest))
        spoilt[-1] ^= 1
        return f"{name} {b64(bytes(spoilt))}"
    try:
        assert witness.ask(body(0, 2, [second.line]))[0] == 403, "not trusted yet"
        witness.stop()
        policy = witness.folder / "logs.policy"
        policy.write_text(f"log {second.vkey}\n" + policy.read_text())
        witness.start()
        assert witness.ask(body(0, 2, [log.line, wrong]))[0] == 403, "a trusted key's line that is not its signature"
        assert witness.ask(body(0, 2, [Key("stranger.example").line, log.line]))[0] == 200
        assert witness.ask(body(2, 2, [second.line]))[0] == 200
        assert witness.ask(body(2, 2, [log.line, second.line]))[0] == 200
        # A log that is known, and a text that is no checkpoint of it.
        for size in ("02", "+2", "-2", "x", ""):
            assert witness.ask(body(2, 2, [log.line], f"hub.example/log\n{size}\n{b64(root(leaves[:2]))}\n"))[0] == 400, size
        assert witness.ask(body(2, 2, [log.line], f"hub.example/log\n2\n{b64(root(leaves[:2]))}\nmore\n"))[0] == 400
    finally:
        witness.stop()


def check_told(witness):
    """What was not cosigned stands in figures and log: a 409 and a 422 are how a fork looks from here."""
    status, text, content_type = witness.ask(None, method="GET", path="/metrics")
    assert status == 200 and content_type.startswith("text/plain")
    figures = text.splitlines()
    for log, status, count in (("hub.example/log", 200, 3), ("hub.example/log", 409, 3), ("hub.example/log", 422, 4), ("-", 404, 1)):
        assert f'warifu_witness_answers_total{{log="{log}",status="{status}"}} {count}' in figures, figures
    assert any(line.startswith('warifu_witness_answers_total{log="hub.example/log",status="403"} ') for line in figures), "signed by somebody else"
    assert 'warifu_witness_log_size{log="hub.example/log"} 12' in figures and 'warifu_witness_log_size{log="hub.example/keys"} 0' in figures
    assert 'warifu_server_refused_total{status="413"} 1' in figures
    events = {(event["event"], event["organisation"], event["code"]) for event in map(json.loads, [line for line in witness.lines if line.startswith("{")])
              if "code" in event}
    assert {("not_cosigned", "hub.example/log", "CONFLICT"), ("not_cosigned", "hub.example/log", "LOG_FORKED"),
            ("not_cosigned", "hub.example/log", "SIGNATURE_INVALID"), ("not_cosigned", "-", "NOT_FOUND"), ("not_cosigned", "-", "BAD_REQUEST"),
            ("request_refused", "-", "METHOD_NOT_ALLOWED"), ("server_refused", "-", "TOO_LARGE")} <= events, events


def vkey_cosigned(vkey, signed, line):
    import struct
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    name, key_id, raw = vkey.split("+", 2)
    public = base64.b64decode(raw)
    assert public[0] == 4
    _, signer, value = line.split(" ")
    value = base64.b64decode(value)
    if signer != name or value[:4].hex() != key_id:
        return False
    at = struct.unpack(">Q", value[4:12])[0]
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(value[12:], f"cosignature/v1\ntime {at}\n{text_of(signed)}".encode())
    return abs(at - time.time()) < 60


def test_a_hub_asks_its_witnesses_and_one_that_was_set_back_is_refused(tmp_path):
    hub = Hub(tmp_path / "hub")
    witness = Witness(tmp_path / "witness", hub.folder / "network")
    try:
        policy = tmp_path / "witnesses"
        policy.write_text(f"witness one {witness.vkey} http://127.0.0.1:{witness.port}\nquorum one\n", encoding="utf-8")
        hub.config = f'[hub]\nwitnesses = "{policy}"\n'
        hub.restart()
        agency = Member(hub, tmp_path, AGENCY).join()
        Member(hub, tmp_path, PROVIDER, "provider").join()
        agency.send_message(PROVIDER)

        def is_cosigned(log="log"):
            checkpoint = hub.log_text(log + "/checkpoint")
            lines = [line for line in checkpoint.splitlines() if line.startswith("— witness.example/witness ")]
            return bool(lines) and vkey_cosigned(witness.vkey, checkpoint, lines[0])
        hub.until(lambda: hub.log_size() == 1 and is_cosigned())
        hub.until(lambda: is_cosigned("keys"))
        hub.stop()
        backup = tmp_path / "backup"
        shutil.copytree(hub.folder, backup)
        hub.start()
        agency.send_message(PROVIDER)
        hub.until(lambda: hub.log_size() == 2 and is_cosigned())
        hub.stop()
        # The whole folder from the old backup: the hub itself cannot tell, the witness can.
        shutil.rmtree(hub.folder)
        shutil.copytree(backup, hub.folder)
        hub.start()

        def figure(name):
            figures = hub.request("GET", "/metrics").body.decode()
            return next(line.split(" ")[1] for line in figures.splitlines() if line.startswith(name))
        hub.until(lambda: figure('warifu_hub_disputed{log="log"}') == "1")
        assert figure('warifu_hub_disputed{log="keys"}') == "0"
        agency.send_message(PROVIDER)  # another second message: a fork
        hub.until(lambda: hub.log_size() == 2)
        time.sleep(0.5)
        assert not is_cosigned(), "no witness stands for it"
    finally:
        hub.stop()
        witness.stop()


def test_the_commands_of_hub_and_witness_refuse_what_does_not_fit(made, tmp_path):
    assert refused("init", "--role", "hub", "--data", made, "--org", "hub.example", "--url", "https://hub.example")["code"] == "CONFLICT"
    assert refused("init", "--role", "hub", "--data", tmp_path / "a", "--org", "hub.example")["code"] == "EMPTY_FIELD"
    for url in ("http://hub.example", "https://hub.example/x", "https://Hub.example", "hub.example"):
        assert refused("init", "--role", "hub", "--data", tmp_path / "b", "--org", "hub.example", "--url", url)["code"] in ("BAD_NOTE", "BAD_VALUE"), url
    assert refused("init", "--role", "hub", "--data", tmp_path / "c", "--org", "Hub", "--url", "https://hub.example")["code"] == "BAD_VALUE"
    assert refused("init", "--role", "witness", "--data", tmp_path / "d", "--org", "w.example")["code"] == "EMPTY_FIELD"
    assert refused("init", "--role", "witness", "--data", tmp_path / "d", "--org", "w.example", "--network", tmp_path / "none")["code"] == "NOT_FOUND"
    for side in ("hub", "court", ""):
        assert refused("org", "invite", "--data", made, "--org", AGENCY, "--side", side, "-o", tmp_path / "x")["code"] == "BAD_VALUE"
    assert refused("org", "invite", "--data", made, "--org", "hub.example", "--side", "agency", "-o", tmp_path / "x")["code"] == "CONFLICT"
    assert refused("org", "invite", "--data", tmp_path, "--org", AGENCY, "--side", "agency", "-o", tmp_path / "x")["code"] == "NOT_FOUND"
    key = made / "admitters" / "hub.example_admit_1.key"
    assert refused("org", "admit", AGENCY, "--data", made, "--admitter", key)["code"] == "NOT_FOUND"
    assert refused("org", "admit", AGENCY, "--data", made, "--admitter", tmp_path / "none")["code"] == "NOT_FOUND"
    assert refused("org", "revoke", "hub.example", "--data", made, "--admitter", key, "--reason", "x")["code"] == "BAD_VALUE"
    assert refused("log", "vkey", "--data", made, "--log", "other")["code"] == "BAD_VALUE"
    assert refused("log", "serve-files", tmp_path, "--check")["code"] == "NOT_FOUND"
    assert refused("log", "serve-files", tmp_path)["code"] == "NOT_FOUND"
    assert refused("log", "serve-files", made / "logs" / "keys", "--listen", "0.0.0.0:8090")["code"] == "CONFIG"
    assert done("log", "vkey", "--data", made)["vkey"].startswith("hub.example/log+")
