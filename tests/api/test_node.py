"""A node in earnest, on SQLite and on PostgreSQL, from `init` to the last step of an inquiry by commands alone: served from a configuration over
TLS, the first administrator by invitation, keys made where their owners sit, every log-in with its second factor, everybody after the first two
admitted by a second person. Then what an operator does with it: watch, copy while it serves, restore, stop."""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time
import urllib.parse

import pytest

from cli_support import AGENCY, PASSWORD, PEOPLE, PROVIDER, Served, World, certificate, done, pin_of, refused, run, wait_until
from conftest import BIN, free_port

SECRET_FILE, SECRET_PURPOSE = "消される記録 0d5f1c", "消される目的 77b1aa"
STEP_ONE = [  # organisation, login, words; the number takes the place of {}
    (PROVIDER, "uketsuke", ["triage", "{}"]),
    (PROVIDER, "uketsuke", ["accept", "{}"]),
    (PROVIDER, "uketsuke", ["assign", "{}", "tantou"]),
]


class Node(World):
    """A world that serves from a configuration file."""

    def __init__(self, folder, store):
        super().__init__(folder, store)
        cert, key = certificate(folder)
        self.ca, self.port, self.server = cert, free_port(), None
        self.config = folder / "warifu.toml"
        lines = [f'data = "{self.data}"', f'listen = "127.0.0.1:{self.port}"', f'origin = "https://localhost:{self.port}"', "[tls]",
                 f'certificate = "{cert}"', f'key = "{key}"']
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def serve(self):
        self.server = Served(self.data, port=self.port, config=self.config, ca=self.ca)
        return self.server

    def do(self, org, login, *words):
        return self.remote(self.server.url, org, login, *words)

    def not_done(self, org, login, *words):
        return self.remote_refused(self.server.url, org, login, *words)

    def dispatched(self, name, purpose=None):
        """A new inquiry up to the provider's inbox; its number."""
        file = self.draft_file(name)
        if purpose:
            draft = json.loads(file.read_text(encoding="utf-8"))
            draft["items"][0]["purpose"] = purpose
            file.write_text(json.dumps(draft, ensure_ascii=False), encoding="utf-8")
        matter = self.do(AGENCY, "tantou", "inquiry", "draft", file, "--case", "R8-1", "--ready")["matter"]
        assert self.do(AGENCY, "kakarichou", "inquiry", "check", matter)["state"] == "CHECKED"
        assert self.do(AGENCY, "kachou", "inquiry", "approve", matter)["state"] == "APPROVED"
        number = self.do(AGENCY, "shomu", "inquiry", "number", matter)["number"]
        self.do(AGENCY, "shomu", "inquiry", "dispatch", number)
        wait_until(lambda: any(row["number"] == number for row in self.do(PROVIDER, "uketsuke", "inquiry", "list")["rows"]), 30)
        return number

    def state(self, org, login, number):
        return next(row["state"] for row in self.do(org, login, "inquiry", "list")["rows"] if row["number"] == number)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def node(request, tmp_path_factory):
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    store = request.getfixturevalue("postgres").fresh() if request.param == "postgresql" else ""
    node = Node(tmp_path_factory.mktemp(request.param), store)
    codes = node.init()
    node.serve()
    try:
        for (org, login), code in codes.items():
            node.enrol(node.server.url, org, login, code)
        assert node.server.stop() == 0
        node.admit_first_two()
        node.serve()
        for org, second in ((AGENCY, "kachou"), (PROVIDER, "kakunin")):
            for login in PEOPLE[org]:
                if login not in ("admin", second):
                    assert node.do(org, "admin", "user", "admit", login)["admitted"] == 1
        node.do(PROVIDER, "admin", "api", "PUT", "/api/profile", node.profile_file())
        node.do(AGENCY, "tantou", "case", "add", "R8-1", "--title", "架空オークション詐欺事件", "--offence", "詐欺")
        yield node
    finally:
        assert node.server.stop() == 0, node.server.text()


def test_an_inquiry_goes_all_the_way_over_the_server(node):
    number = node.dispatched("whole")
    for org, login, words in STEP_ONE:
        node.do(org, login, "inquiry", *[word.format(number) for word in words])
    node.do(PROVIDER, "tantou", "inquiry", "collect", number, node.answer_file(), "--ready")
    assert node.not_done(PROVIDER, "tantou", "inquiry", "check-answer", number, "--rows", "1=1")["code"] == "ROLE_MISSING"
    node.do(PROVIDER, "kakunin", "inquiry", "check-answer", number, "--rows", "1=1")
    node.do(PROVIDER, "kakunin", "inquiry", "release", number)
    wait_until(lambda: node.state(AGENCY, "tantou", number) == "ANSWERED", 30)
    node.do(AGENCY, "tantou", "inquiry", "retrieve", number)
    node.do(AGENCY, "tantou", "inquiry", "open", number, "--reason", "被疑者の特定のため")
    assert "架空 太郎" in json.dumps(node.do(AGENCY, "tantou", "inquiry", "show", number), ensure_ascii=False)
    node.do(AGENCY, "tantou", "inquiry", "feedback", number, "--outcome", "SUSPECT_IDENTIFIED", "--message", "感謝します。")
    assert node.do(AGENCY, "tantou", "inquiry", "close", number)["state"] == "CLOSED"
    assert node.do(AGENCY, "shomu", "inquiry", "retain", number)["state"] == "RETAINED"
    assert node.not_done(AGENCY, "shomu", "inquiry", "purge", number, "--reason", "早すぎる")["code"] == "RETENTION_RUNNING"
    for org in (AGENCY, PROVIDER):
        file = node.folder / f"evidence-{org}.zip"
        assert done("evidence", "export", f"{AGENCY}:{number}", "--as", org, "--data", node.data, "-o", file)["ok"] is True
        told = done("evidence", "verify", file, "--root", node.data / "root.vkey")
        assert told["ok"] is True
    assert done("rebuild", "--check", "--data", node.data)["differing"] == 0


def test_a_second_person_admits_whoever_comes_later(node):
    added = node.do(AGENCY, "admin", "user", "add", "fukukanri", "--name", "架空 副管理", "--post", "補佐", "--has", "admin", "--mail", f"fukukanri@{AGENCY}")
    node.enrol(node.server.url, AGENCY, "fukukanri", added["invitation"])
    # whoever wrote the person into the books cannot be the second one, and nobody admits himself
    assert node.not_done(AGENCY, "admin", "user", "admit", "fukukanri")["code"] == "SEPARATION_OF_DUTIES"
    assert node.not_done(AGENCY, "fukukanri", "user", "admit", "fukukanri")["code"] in ("KEY_UNKNOWN", "SEPARATION_OF_DUTIES", "FORBIDDEN")
    # the folder's owner had two, whom the root key admitted; a third needs a person's signature
    node.server.stop()
    try:
        told = refused("user", "admit", "fukukanri", "--data", node.data, "--org", AGENCY)
        assert told["code"] == "SIGNATURE_MISSING" and told["where"] == "fukukanri" and "—" not in told["ja"] and "--keyfile" in told["detail"]
    finally:
        node.serve()


def test_the_second_factor_is_asked_at_every_log_in(node):
    access = ["--server", node.server.url, "--org", AGENCY, "--as", "tantou", "--cacert", node.ca]
    told = refused("inquiry", "list", *access, env={"WARIFU_PASSWORD": PASSWORD})
    assert told["code"] == "MISSING_FIELD" and told["where"] == "--keyfile"
    # another one's device opens nothing, nor a wrong PIN, nor a wrong password with the right device
    told = refused("inquiry", "list", *access, *node.key(AGENCY, "shomu"), env={"WARIFU_PASSWORD": PASSWORD}, stdin=pin_of(AGENCY, "shomu") + "\n")
    assert told["code"] == "KEY_UNKNOWN"
    told = refused("inquiry", "list", *access, *node.key(AGENCY, "tantou"), env={"WARIFU_PASSWORD": PASSWORD}, stdin="000000\n")
    assert told["code"] == "WRONG_PIN"
    told = refused("inquiry", "list", *access, *node.key(AGENCY, "tantou"), env={"WARIFU_PASSWORD": "not the right password"}, stdin=pin_of(AGENCY, "tantou") + "\n")
    assert told["code"] == "WRONG_LOGIN"
    # a server that nobody vouches for is not spoken to
    told = refused("inquiry", "list", *[word for word in access if word not in ("--cacert", node.ca)], env={"WARIFU_PASSWORD": PASSWORD})
    assert told["code"] == "PEER_UNAVAILABLE"


def test_beside_the_server_the_folder_is_read_and_not_written(node):
    for words in (["org", "add", "--org", "x.example", "--name-ja", "x", "--name-en", "x", "--side", "agency"], ["user", "invite", "tantou", "--org", AGENCY],
                  ["user", "admit", "tantou", "--org", AGENCY], ["unit", "add", "課", "--org", AGENCY], ["rebuild"],
                  ["inquiry", "list", "--org", AGENCY, "--as", "tantou"]):
        told = refused(*words, "--data", node.data)
        assert told["code"] == "STORE_LOCKED" and str(node.server.process.pid) in told["where"] + told["detail"], words
    second = run("serve", "--config", node.config)
    assert second.returncode == 1 and "STORE_LOCKED" in second.stderr
    assert done("user", "list", "--data", node.data, "--org", AGENCY)["people"]
    assert done("rebuild", "--check", "--data", node.data)["differing"] == 0


def withdrawn_with_content(node):
    """An inquiry whose purpose and whose attached file are known texts, withdrawn while it was being answered."""
    number = node.dispatched("withdrawn", SECRET_PURPOSE)
    for org, login, words in STEP_ONE:
        node.do(org, login, "inquiry", *[word.format(number) for word in words])
    attached = node.folder / "attached.csv"
    attached.write_text(f"id,name\n1,{SECRET_FILE}\n", encoding="utf-8")
    node.do(PROVIDER, "tantou", "inquiry", "attach", number, attached)
    node.do(AGENCY, "tantou", "inquiry", "withdraw", number, "--reason", "事件の取下げのため")
    wait_until(lambda: node.state(PROVIDER, "uketsuke", number) == "WITHDRAWN", 30)
    return number


def backup_and_restore(node, name, request):
    """A copy made while the node serves, unpacked, and restored into a new folder (and a new database)."""
    copy = node.folder / name
    assert done("backup", "--data", node.data, "-o", copy, "--with-keys")["keys"] is True
    target = node.folder / f"restored-{name}"
    store = ["--store", request.getfixturevalue("postgres").fresh()] if node.store else []
    assert done("restore", copy, "--data", target, "--root", node.data / "root.vkey", *store)["root"] == "given"
    again = refused("restore", copy, "--data", target, "--root", node.data / "root.vkey", *store)
    assert again["code"] == "CONFLICT"
    return copy, target


def holds(folder, text):
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_copy_made_while_serving_is_whole_and_holds_nothing_purged(node, request):
    number = withdrawn_with_content(node)
    before, target = backup_and_restore(node, "before", request)
    assert holds(before / PROVIDER, SECRET_FILE)  # as long as it is there, the copy has it
    shown = done("inquiry", "show", number, "--data", target, "--org", PROVIDER, "--as", "uketsuke")
    assert SECRET_PURPOSE in json.dumps(shown, ensure_ascii=False)
    assert done("rebuild", "--check", "--data", target)["differing"] == 0

    node.do(PROVIDER, "kakunin", "inquiry", "purge", number, "--reason", "取下げのため廃棄する")
    copy, target = backup_and_restore(node, "after", request)
    assert not holds(copy / PROVIDER, SECRET_FILE) and not holds(copy / PROVIDER, SECRET_PURPOSE)
    assert done("rebuild", "--check", "--data", target)["differing"] == 0
    shown = done("inquiry", "show", number, "--data", target, "--org", PROVIDER, "--as", "uketsuke")
    assert SECRET_PURPOSE not in json.dumps(shown, ensure_ascii=False)
    file = node.folder / "evidence-restored.zip"
    done("evidence", "export", f"{AGENCY}:{number}", "--data", target, "-o", file)
    assert done("evidence", "verify", file, "--root", node.data / "root.vkey")["ok"] is True

    # The restored node serves, and whoever could log in still can.
    config = node.folder / "restored.toml"
    config.write_text(node.config.read_text(encoding="utf-8").replace(str(node.data), str(target)), encoding="utf-8")
    node.server.stop()
    try:
        with Served(target, port=node.port, config=config, ca=node.ca) as server:
            assert number in [row["number"] for row in node.remote(server.url, AGENCY, "tantou", "inquiry", "list")["rows"]]
    finally:
        node.serve()


def test_a_database_belongs_to_one_node(node):
    if not node.store:
        pytest.skip("a folder is checked in test_start.py")
    told = refused("init", "--data", node.folder / "second", "--org", "second.example", "--name-ja", "二", "--name-en", "Second", "--side", "agency", "--store", node.store)
    assert told["code"] == "CONFLICT" and told["where"] == "--store" and not (node.folder / "second").exists()
    copy = node.folder / "of-one-node.tar"
    done("backup", "--data", node.data, "-o", copy)
    assert refused("restore", copy, "--data", node.folder / "third", "--store", node.store)["code"] == "CONFLICT"
    assert refused("restore", copy, "--data", node.folder / "third")["where"] == "--store"
    assert not (node.folder / "third").exists()


def test_begun_requests_end_when_the_node_is_told_to_stop(node):
    """SIGTERM in the middle of a request: its answer still comes, the process ends with 0, and the next one starts on the same folder."""
    server = node.server
    context = ssl.create_default_context(cafile=node.ca)
    body = json.dumps({"organisation": AGENCY, "login": "tantou", "password": PASSWORD}).encode()
    with socket.create_connection(("localhost", node.port), timeout=10) as plain, context.wrap_socket(plain, server_hostname="localhost") as client:
        client.sendall(f"POST /api/session HTTP/1.1\r\nHost: localhost:{node.port}\r\nContent-Type: application/json\r\nIdempotency-Key: {'ab' * 16}\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:10])
        wait_until(lambda: server.get("/healthz") == 200, 10)  # it has been read as far as it goes
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: '"event":"ending"' in server.text(), 10)
        client.sendall(body[10:])
        answer = client.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 200"), answer
    assert server.process.wait(10) == 0
    assert '"event":"ended","detail":""' in server.text()
    with pytest.raises(OSError):
        socket.create_connection(("localhost", node.port), timeout=2)
    node.serve()
    assert node.do(AGENCY, "tantou", "inquiry", "list")["rows"]


def test_what_is_sent_forges_no_line_of_the_log(node):
    forged = '{"event":"approved","person":"nobody"}'
    sent = urllib.parse.quote("\r\n" + forged + "\x1b[31m", safe="")
    assert node.server.get("/api/" + sent) == 400
    assert node.server.get("/api/law?" + sent + "=1") in (400, 401)
    text = "\n".join(path.read_text(encoding="utf-8") for path in node.folder.glob("serve-*.log"))
    assert forged not in text and "\x1b" not in text
    assert all(json.loads(line).get("event") != "approved" for line in text.splitlines() if line.startswith("{"))


def test_the_log_names_no_person_and_no_content(node):
    """Last: everything above has gone through it, refusals included."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in node.folder.glob("serve-*.log"))
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert len(lines) > 100 and any(line.get("code") == "WRONG_LOGIN" for line in lines) and any(line.get("code") == "RETENTION_RUNNING" for line in lines)
    assert any(line.get("route") == "POST /api/matters/{matter}/approval" for line in lines), {line.get("route") for line in lines}
    logins = {login for people in PEOPLE.values() for login in people if login != "admin"} | {"fukukanri"}
    for secret in (*logins, "架空", "仮野", "ex-1001", "R8-1", "詐欺", "警サ発", SECRET_FILE, SECRET_PURPOSE, PASSWORD, "127.0.0.1:5", "@" + AGENCY, "warifu_session"):
        assert secret not in re.sub(r"^割符.*|^  https://localhost.*", "", text, flags=re.M), secret


def test_the_idle_node_says_that_it_is_well(node):
    figures = node.server.get("/metrics", body=True)
    assert "warifu_store_up" in figures and re.search(r"^warifu_outbox\{[^}]*\} 0$", figures, re.M)
    assert node.server.get("/healthz") == 200
