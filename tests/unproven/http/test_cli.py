"""The command line through the real executable: a node made from nothing, its people admitted, an inquiry from the draft to the answer
with keys that stay in their files, beside and over a running server; backup and restore; notices; help."""
import http.client
import json
import os
import pty
import select
import shutil
import signal
import socket
import stat
import subprocess
import tarfile
import threading
import time
from base64 import b64decode
from pathlib import Path

import pytest

from conftest import BIN, ROOT, free_port

AGENCY, PROVIDER = "kakuu-police.example", "portal.example"
PASSWORD = "a long enough password 1"
PEOPLE = {
    AGENCY: {"admin": ["admin"], "tantou": ["investigator"], "kakarichou": ["supervisor"], "kachou": ["approver"], "shomu": ["registrar"]},
    PROVIDER: {"admin": ["admin"], "uketsuke": ["intake"], "tantou": ["operator"], "kakunin": ["releaser"]},
}


def pin_of(org, login):
    return f"pin-{login}-{len(org)}"


def run(*args, stdin="", env=None, timeout=120):
    return subprocess.run([BIN, *map(str, args)], input=stdin, capture_output=True, text=True, timeout=timeout, env={**os.environ, **(env or {})})


def done(*args, stdin="", env=None):
    result = run(*args, "--json", stdin=stdin, env=env)
    assert result.returncode == 0, f"{args}\n{result.stdout}{result.stderr}"
    return json.loads(result.stdout)


def refused(*args, stdin="", env=None):
    result = run(*args, "--json", stdin=stdin, env=env)
    assert result.returncode == 1, f"{args}\n{result.stdout}{result.stderr}"
    told = json.loads(result.stdout)
    assert told["ok"] is False and told["ja"] and told["en"]
    return told


class Served:
    """`warifu serve` on a free port of the loopback address."""

    def __init__(self, data, *more, port=None, env=None):
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = open(Path(data).parent / f"serve-{self.port}.log", "a+", encoding="utf-8")
        self.process = subprocess.Popen(
            [BIN, "serve", "--data", str(data), "--listen", f"127.0.0.1:{self.port}", *more],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**os.environ, **(env or {})},
        )
        until = time.monotonic() + 60
        while self.get("/healthz") != 200:
            assert self.process.poll() is None and time.monotonic() < until, self.text()
            time.sleep(0.05)

    def get(self, path, body=False):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", path)
            answer = connection.getresponse()
            content = answer.read().decode()
            return content if body else answer.status
        except OSError:
            return None

    def text(self):
        self.log.flush()
        return Path(self.log.name).read_text(encoding="utf-8")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.log.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.stop() == 0


class World:
    def __init__(self, folder):
        self.folder, self.data = folder, folder / "node"

    def key(self, org, login):
        return ["--keyfile", self.folder / f"{org}-{login}.key", "--device", self.folder / f"{org}-{login}.device", "--pin-stdin"]

    def local(self, org, login, *args, signs=False):
        """On the folder. Arguments before the options, which any position allows."""
        more = self.key(org, login) if signs else []
        return done(*args, "--data", self.data, "--org", org, "--as", login, *more, stdin=pin_of(org, login) + "\n" if signs else "")

    def remote(self, url, org, login, *args):
        return done(*args, "--server", url, "--org", org, "--as", login, "--password-stdin", *self.key(org, login), stdin=f"{PASSWORD}\n{pin_of(org, login)}\n")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A production node with two organisations, every person admitted: the first two under the root key, the others by a second person."""
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    world = World(tmp_path_factory.mktemp("cli"))
    made = done("init", "--data", world.data, "--org", AGENCY, "--name-ja", "架空県警察", "--name-en", "Kakuu Prefectural Police", "--side", "agency",
                "--address", "架空県架空市1-1", "--telephone", "03-0000-0110", "--admin-name", "仮野 花子")
    codes = {(AGENCY, "admin"): made["invitation"]}
    done("org", "add", "--data", world.data, "--org", PROVIDER, "--name-ja", "架空ポータル", "--name-en", "Kakuu Portal", "--side", "provider", "--kind", "portal")
    done("unit", "add", "サイバー犯罪対策課", "--name-en", "Cyber", "--prefix", "架空警サ発", "--register-office", "--data", world.data, "--org", AGENCY)
    for org, people in PEOPLE.items():
        for login, roles in people.items():
            if (org, login) in codes:
                continue
            unit = ["--unit", "サイバー犯罪対策課"] if org == AGENCY and roles != ["admin"] else []
            head = ["--unit-head"] if roles == ["approver"] else []
            added = done("user", "add", login, "--name", f"架空 {login}", "--post", "担当", "--has", *roles, "--mail", f"{login}@{org}", *unit, *head,
                         "--data", world.data, "--org", org)
            codes[org, login] = added["invitation"]
            assert added["person"]["login"] == login
    with Served(world.data) as server:
        for (org, login), code in codes.items():
            enrolled = done("key", "enrol", "--server", server.url, "--org", org, "--login", login, "--code", code, "--password-stdin", *world.key(org, login),
                            stdin=f"{PASSWORD}\n{pin_of(org, login)}\n")
            assert enrolled["vkey"].startswith(f"{org}/person/")
        port = server.port
    for org, second in ((AGENCY, "kachou"), (PROVIDER, "kakunin")):
        for login in ("admin", second):
            assert done("user", "admit", login, "--data", world.data, "--org", org)["admitted"] == 1
        for login in PEOPLE[org]:
            if login not in ("admin", second):
                assert world.local(org, "admin", "user", "admit", login, signs=True)["admitted"] == 1
    profile = {"organisation": PROVIDER, "version": 1, "usual_days": 7, "media": ["text/csv"], "contact_ja": "平日", "contact_en": "Weekdays",
               "entries": [{"selector": "ACCOUNT_ID", "services": [PROVIDER], "categories": ["K1"], "needs_period": False, "note_ja": "", "note_en": ""}]}
    (world.folder / "profile.json").write_text(json.dumps(profile), encoding="utf-8")
    world.local(PROVIDER, "admin", "api", "PUT", "/api/profile", world.folder / "profile.json")
    world.local(AGENCY, "tantou", "case", "add", "R8-1", "--title", "架空オークション詐欺事件", "--offence", "詐欺")
    world.port = port
    return world


def draft_file(folder, name="draft", account="ex-1001"):
    draft = {
        "to": PROVIDER,
        "items": [{"selector": {"type": "ACCOUNT_ID", "value": account, "service": PROVIDER}, "categories": ["K1"], "purpose": "出品者の特定のため",
                   "necessity": "被害届の出品者であるため。"}],
        "answer_how": "本システムにより回答願います。",
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(draft, ensure_ascii=False), encoding="utf-8")
    return path


def approved(world, name):
    """An inquiry up to its approval on the folder."""
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", draft_file(world.folder, name), "--case", "R8-1", "--ready")["matter"]
    assert world.local(AGENCY, "kakarichou", "inquiry", "check", matter, "--comment", "確認した。")["state"] == "CHECKED"
    world.local(AGENCY, "kachou", "inquiry", "approve", matter, signs=True)
    return matter


def test_people_and_units_are_listed(world):
    people = done("user", "list", "--data", world.data, "--org", AGENCY)["people"]
    assert {person["login"] for person in people} == set(PEOPLE[AGENCY])
    assert [unit["name_ja"] for unit in done("unit", "list", "--data", world.data, "--org", AGENCY)["units"]] == ["サイバー犯罪対策課"]
    listed = done("org", "list", "--data", world.data)["organisations"]
    assert {one["id"] for one in listed} == {AGENCY, PROVIDER} and all(one["hosted"] for one in listed)


def test_an_inquiry_from_draft_to_answer_on_the_folder(world):
    matter = approved(world, "whole")
    number = world.local(AGENCY, "shomu", "inquiry", "number", matter)["number"]
    assert number.startswith("架空警サ発")
    assert world.local(AGENCY, "shomu", "inquiry", "dispatch", number, signs=True)["state"] in ("DISPATCHED", "DELIVERED")

    inbox = world.local(PROVIDER, "uketsuke", "inquiry", "list", "--mine")["rows"]
    assert number in [row["number"] for row in inbox]
    world.local(PROVIDER, "uketsuke", "inquiry", "triage", number)
    world.local(PROVIDER, "uketsuke", "inquiry", "accept", number)
    world.local(PROVIDER, "uketsuke", "inquiry", "assign", number, "tantou")
    upload = world.folder / "record.csv"
    upload.write_text("id,name\nex-1001,架空 太郎\n", encoding="utf-8")
    file = world.local(PROVIDER, "tantou", "inquiry", "attach", number, upload)
    answer = {"items": [{"no": 1, "result": "ANSWERED", "message": "", "provenance": [], "files": [file],
                         "tables": [{"columns": ["会員ID", "氏名"], "rows": [["ex-1001", "架空 太郎"]]}]}],
              "reference": "R-1", "preparer": "架空 tantou", "completeness": "すべてです。", "minutes": 12, "yen": 0}
    (world.folder / "answer.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    world.local(PROVIDER, "tantou", "inquiry", "collect", number, world.folder / "answer.json", "--ready")
    wrong = refused("inquiry", "check-answer", number, "--rows", "1=7", "--data", world.data, "--org", PROVIDER, "--as", "kakunin")
    assert wrong["code"] == "ROW_COUNT_DIFFERS"
    world.local(PROVIDER, "kakunin", "inquiry", "check-answer", number, "--rows", "1=1")
    world.local(PROVIDER, "kakunin", "inquiry", "release", number, signs=True)

    world.local(AGENCY, "tantou", "inquiry", "retrieve", number)
    assert world.local(AGENCY, "tantou", "inquiry", "open", number, "--reason", "被疑者の特定のため")["state"] == "ANSWERED"
    shown = run("inquiry", "show", number, "--data", world.data, "--org", AGENCY, "--as", "tantou")
    assert shown.returncode == 0 and "架空 太郎" in shown.stdout and "inquiry.approved" not in shown.stderr
    world.local(AGENCY, "tantou", "inquiry", "feedback", number, "--outcome", "SUSPECT_IDENTIFIED", "--message", "感謝します。")
    assert world.local(AGENCY, "tantou", "inquiry", "close", number)["state"] == "CLOSED"
    assert done("rebuild", "--check", "--data", world.data)["differing"] == 0
    file = world.folder / "evidence.zip"
    assert run("evidence", "export", f"{AGENCY}:{number}", "--data", world.data, "-o", file).returncode == 0
    assert run("evidence", "verify", file, "--root", world.data / "root.vkey").returncode == 0


def in_terminal(args, answer):
    """Runs the command with a terminal of its own; types the answer when it is asked for."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(BIN, [BIN, *map(str, args)])
    seen = b""
    is_typed = False
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
        if not is_typed and b"PIN" in seen and seen.rstrip().endswith(b":"):
            os.write(terminal, answer.encode() + b"\n")
            is_typed = True
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), seen.decode(errors="replace")


def test_an_approval_shows_the_whole_text_before_it_asks_for_the_pin(world):
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", draft_file(world.folder, "shown", "ex-3003"), "--case", "R8-1", "--ready")["matter"]
    world.local(AGENCY, "kakarichou", "inquiry", "check", matter)
    args = ["inquiry", "approve", matter, "--data", world.data, "--org", AGENCY, "--as", "kachou", *world.key(AGENCY, "kachou")[:-1]]
    code, seen = in_terminal(args, "wrong-pin")
    assert code == 1 and "WRONG_PIN" in seen, seen
    code, seen = in_terminal(args, pin_of(AGENCY, "kachou"))
    assert code == 0, seen
    before = seen[: seen.index("PIN")]
    for part in ("ex-3003", "出品者の特定のため", "架空ポータル", "warifu-act/v1", "inquiry.approved", "詐欺"):
        assert part in before, part
    assert pin_of(AGENCY, "kachou") not in seen  # no echo


def test_another_ones_key_does_not_sign(world):
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", draft_file(world.folder, "foreign"), "--case", "R8-1", "--ready")["matter"]
    world.local(AGENCY, "kakarichou", "inquiry", "check", matter)
    told = refused("inquiry", "approve", matter, "--data", world.data, "--org", AGENCY, "--as", "kachou", *world.key(AGENCY, "shomu"), stdin=pin_of(AGENCY, "shomu") + "\n")
    assert told["code"] == "KEY_UNKNOWN"
    # and nobody approves what he drafted
    told = refused("inquiry", "approve", matter, "--data", world.data, "--org", AGENCY, "--as", "tantou", *world.key(AGENCY, "tantou"), stdin=pin_of(AGENCY, "tantou") + "\n")
    assert told["code"] in ("ROLE_MISSING", "SEPARATION_OF_DUTIES", "FORBIDDEN")


def test_beside_a_server_the_folder_is_locked_and_the_server_is_the_way(world):
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", draft_file(world.folder, "remote", "ex-4004"), "--case", "R8-1", "--ready")["matter"]
    with Served(world.data, port=world.port) as server:
        told = refused("inquiry", "list", "--data", world.data, "--org", AGENCY, "--as", "tantou")
        assert told["code"] == "STORE_LOCKED" and str(server.process.pid) in told["where"] + told["detail"]
        for args in (["org", "add", "--org", "x.example", "--name-ja", "x", "--name-en", "x", "--side", "agency"], ["user", "invite", "tantou", "--org", AGENCY], ["rebuild"]):
            assert refused(*args, "--data", world.data)["code"] == "STORE_LOCKED"

        assert matter in [row["matter"] for row in world.remote(server.url, AGENCY, "tantou", "inquiry", "list")["rows"]]
        assert world.remote(server.url, AGENCY, "kakarichou", "inquiry", "check", matter)["state"] == "CHECKED"
        assert world.remote(server.url, AGENCY, "kachou", "inquiry", "approve", matter)["state"] == "APPROVED"
        number = world.remote(server.url, AGENCY, "shomu", "inquiry", "number", matter)["number"]
        world.remote(server.url, AGENCY, "shomu", "inquiry", "dispatch", number)
        until = time.monotonic() + 30
        while not any(row["number"] == number for row in world.remote(server.url, PROVIDER, "uketsuke", "inquiry", "list")["rows"]):
            assert time.monotonic() < until

        wrong = refused("inquiry", "list", "--server", server.url, "--org", AGENCY, "--as", "tantou", env={"WARIFU_PASSWORD": "not the password at all"})
        assert wrong["code"] == "WRONG_LOGIN"
        assert refused("inquiry", "show", "no-such-number", "--server", server.url, "--org", AGENCY, "--as", "tantou", "--password-stdin", *world.key(AGENCY, "tantou"),
                       stdin=f"{PASSWORD}\n{pin_of(AGENCY, 'tantou')}\n")["code"] == "NOT_FOUND"
        # an address that is not the server's own gets no signature
        other = refused("inquiry", "list", "--server", f"http://127.0.0.1:{server.port}", "--org", AGENCY, "--as", "tantou", "--password-stdin", *world.key(AGENCY, "tantou"),
                        stdin=f"{PASSWORD}\n{pin_of(AGENCY, 'tantou')}\n")
        assert other["code"] == "TEXT_DIFFERS"

        figures = server.get("/metrics", body=True)
        assert f'warifu_acts_delivered_total{{organisation="{AGENCY}"}}' in figures and "warifu_outbox" in figures
        # the copy of a node that runs is whole
        copy = world.folder / "running.tar"
        assert done("backup", "--data", world.data, "-o", copy, "--with-keys")["keys"] is True
    restored = world.folder / "restored-running"
    done("restore", copy, "--data", restored, "--root", world.data / "root.vkey")
    assert done("rebuild", "--check", "--data", restored)["differing"] == 0


def test_unencrypted_servers_elsewhere_get_no_password():
    told = refused("inquiry", "list", "--server", "http://desk.example", "--org", AGENCY, "--as", "tantou", env={"WARIFU_PASSWORD": PASSWORD})
    assert told["code"] == "CONFIG"


# ── backup and restore ──


def test_a_restored_backup_is_the_same_node(world):
    copy = world.folder / "whole.tar"
    made = done("backup", "--data", world.data, "-o", copy, "--with-keys")
    assert made["files"] > 5 and stat.S_IMODE(copy.stat().st_mode) == 0o600
    with tarfile.open(copy) as archive:
        names = archive.getnames()
    assert names[:2] == ["manifest.note", "manifest"] and f"{AGENCY}/office.sqlite" in names and "lock" not in names
    target = world.folder / "restored"
    assert done("restore", copy, "--data", target)["keys"] is True
    assert done("rebuild", "--check", "--data", target)["differing"] == 0
    both = [done("inquiry", "list", "--data", data, "--org", AGENCY, "--as", "tantou")["rows"] for data in (world.data, target)]
    assert both[0] and both[0] == both[1]
    assert refused("restore", copy, "--data", target)["code"] == "CONFLICT"  # never over something


def test_without_keys_a_backup_holds_none(world):
    folder = world.folder / "no-keys"
    assert done("backup", "--data", world.data, "-o", folder)["keys"] is False
    assert not [path for path in folder.rglob("*") if path.suffix == ".key" or path.name == "keys"]
    target = world.folder / "restored-no-keys"
    assert done("restore", folder, "--data", target)["keys"] is False
    assert refused("rebuild", "--check", "--data", target)["code"] in ("NOT_FOUND", "BAD_KEYFILE")
    for org in ("hub", AGENCY, PROVIDER):
        shutil.copytree(world.data / org / "keys", target / org / "keys")
    assert done("rebuild", "--check", "--data", target)["differing"] == 0


@pytest.mark.parametrize("what", ["changed", "missing", "added", "manifest", "note", "foreign"])
def test_an_altered_backup_is_refused_and_named(world, tmp_path, what):
    folder = tmp_path / "copy"
    done("backup", "--data", world.data, "-o", folder, "--with-keys")
    name, root = f"{AGENCY}/office.sqlite", []
    if what == "changed":
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
    elif what == "missing":
        (folder / name).unlink()
    elif what == "added":
        name = f"{AGENCY}/sources.toml"
        (folder / name).write_text("", encoding="utf-8")
    elif what == "manifest":
        name = "manifest"
        (folder / name).write_text((folder / name).read_text(encoding="utf-8").replace("root.vkey", "boot.vkey"), encoding="utf-8")
    elif what == "note":
        name = "manifest.note"
        (folder / name).write_text((folder / name).read_text(encoding="utf-8").replace("\nkeys\n", "\nno-keys\n"), encoding="utf-8")
    else:
        name = "manifest.note"
        other = tmp_path / "other"
        done("init", "--data", other, "--org", "other.example", "--name-ja", "別", "--name-en", "Other", "--side", "agency")
        root = ["--root", other / "root.vkey"]
    told = refused("restore", folder, "--data", tmp_path / "target", *root)
    assert told["code"] == "STORE_CORRUPT" and told["where"] == name
    assert not (tmp_path / "target").exists() and not list(tmp_path.glob("target.partial*"))


def test_a_broken_archive_restores_nothing(world, tmp_path):
    copy = tmp_path / "copy.tar"
    done("backup", "--data", world.data, "-o", copy)
    content = copy.read_bytes()
    for broken in (content[: len(content) // 2], b"x" + content[1:], content[:512].replace(b"manifest.note", b"../fest.note.") + content[512:]):
        bad = tmp_path / "bad.tar"
        bad.write_bytes(broken)
        assert refused("restore", bad, "--data", tmp_path / "target")["code"] == "STORE_CORRUPT"
        assert not (tmp_path / "target").exists() and not list(tmp_path.glob("target.partial*"))


# ── start-up of a node ──


def test_a_demo_id_has_no_place_in_production(tmp_path):
    told = refused("init", "--data", tmp_path / "n", "--org", "police.demo", "--name-ja", "x", "--name-en", "x", "--side", "agency")
    assert told["code"] == "CONFIG" and not (tmp_path / "n").exists()
    assert refused("init", "--data", tmp_path / "n", "--org", "Not A Name", "--name-ja", "x", "--name-en", "x", "--side", "agency")["where"].startswith("--org")
    assert refused("init", "--data", tmp_path / "n", "--org", "a.example", "--name-ja", "x", "--name-en", "x", "--side", "both")["code"] == "BAD_VALUE"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    data = tmp_path_factory.mktemp("small") / "node"
    done("init", "--data", data, "--org", "small.example", "--name-ja", "小", "--name-en", "Small", "--side", "provider")
    return data


def start_error(data, *more, env=None):
    result = run("serve", "--data", data, "--check", *more, env=env)
    assert result.returncode == 1, result.stdout
    return result.stderr


def test_start_up_refuses_what_is_unsafe(small, tmp_path):
    assert run("serve", "--data", small, "--check").stdout == "http://localhost:8080\n"
    assert "CONFIG at listen" in start_error(small, "--listen", "0.0.0.0:8443")
    assert "CONFIG at origin" in start_error(small, "--origin", "http://desk.example")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=desk.example"], check=True, capture_output=True)
    key.chmod(0o644)
    tls = {"WARIFU_TLS_CERTIFICATE": str(certificate), "WARIFU_TLS_KEY": str(key), "WARIFU_ORIGIN": "https://desk.example"}
    assert "CONFIG at tls.key" in start_error(small, "--listen", "0.0.0.0:8443", env=tls)
    key.chmod(0o600)
    assert run("serve", "--data", small, "--check", "--listen", "0.0.0.0:8443", env=tls).stdout == "https://desk.example\n"
    assert "CONFIG at tls.certificate" in start_error(small, env={"WARIFU_TLS_KEY": str(key)})
    secret = tmp_path / "mail.password"
    secret.write_text("change-me\n", encoding="utf-8")
    secret.chmod(0o600)
    mail = {"WARIFU_MAIL_URL": "smtp://127.0.0.1:9", "WARIFU_MAIL_FROM": "warifu@small.example", "WARIFU_MAIL_PASSWORD_FILE": str(secret)}
    assert "CONFIG at mail.password_file" in start_error(small, env=mail)


def test_start_up_refuses_keys_that_others_read(small):
    file = next((small / "small.example" / "keys").glob("*sign.key"))
    file.chmod(0o640)
    try:
        assert "small.example" in start_error(small)
    finally:
        file.chmod(0o600)


def test_start_up_refuses_a_demo_and_its_key_files(small, tmp_path):
    data = tmp_path / "demo"
    assert run("demo", "--once", "--data", data, "--customers", "200").returncode == 0
    assert "CONFIG at data" in start_error(data)
    devices = small / "small.example" / "devices"
    devices.mkdir()
    try:
        assert "devices" in start_error(small)
    finally:
        devices.rmdir()


def test_start_up_refuses_the_demos_password(tmp_path):
    data = tmp_path / "node"
    code = done("init", "--data", data, "--org", "pass.example", "--name-ja", "合", "--name-en", "Pass", "--side", "agency")["invitation"]
    with Served(data) as server:
        done("key", "enrol", "--server", server.url, "--org", "pass.example", "--login", "admin", "--code", code, "--password-stdin", "--pin-stdin",
             "--keyfile", tmp_path / "k", "--device", tmp_path / "d", stdin="warifu-demo-2026\n123456\n")
    assert "pass.example admin" in start_error(data)


def test_configuration_is_read_strictly(small, tmp_path):
    defaults = run("config", "--print-defaults")
    assert defaults.returncode == 0 and "WARIFU_TLS_CERTIFICATE" in defaults.stdout
    file = tmp_path / "w.toml"
    file.write_text(defaults.stdout, encoding="utf-8")
    assert run("serve", "--config", file, "--data", small, "--check").returncode == 0
    for bad, where in (("lisen = 'x'\n", "lisen"), ("workers = 'four'\n", "workers"), ("workers = 0\n", "workers"), ("[log]\nlevel = 'loud'\n", "log.level"), ("[tls\n", "line 1")):
        file.write_text(bad, encoding="utf-8")
        assert f"CONFIG at {where}" in start_error(small, "--config", file)
    assert "CONFIG at WARIFU_WORKERS" in start_error(small, env={"WARIFU_WORKERS": "many"})
    file.write_text(f"data = '{small}'\nlisten = '127.0.0.1:8123'\n", encoding="utf-8")
    assert run("serve", "--config", file, "--check").stdout == "http://localhost:8123\n"
    assert run("serve", "--config", file, "--check", env={"WARIFU_LISTEN": "127.0.0.1:8124"}).stdout == "http://localhost:8124\n"
    assert run("serve", "--config", tmp_path / "absent.toml", "--check").returncode == 1


# ── keys ──


def test_a_key_is_made_shown_and_signs(tmp_path):
    files = ["--keyfile", tmp_path / "k", "--device", tmp_path / "d"]
    person = "0123456789abcdef0123456789abcdef"
    made = done("key", "new", "--org", AGENCY, "--person", person, *files, "--pin-stdin", stdin="a good pin\n")
    assert made["vkey"].startswith(f"{AGENCY}/person/{person}+")
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600 and stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o600
    assert done("key", "show", tmp_path / "k")["vkey"] == made["vkey"]
    (tmp_path / "t").write_text("hello\n", encoding="utf-8")
    first = done("key", "sign", tmp_path / "t", *files, "--pin-stdin", stdin="a good pin\n")["signature"]
    assert first.startswith(f"— {AGENCY}/person/{person} ")
    assert done("key", "sign", tmp_path / "t", *files, "--pin-stdin", stdin="a good pin\n")["signature"] == first
    assert refused("key", "sign", tmp_path / "t", *files, "--pin-stdin", stdin="another pin\n")["code"] == "WRONG_PIN"
    assert refused("key", "sign", tmp_path / "t", *files, "--pin-stdin")["code"] == "MISSING_FIELD"
    (tmp_path / "t").write_bytes(b"no line feed at the end")
    assert refused("key", "sign", tmp_path / "t", *files, "--pin-stdin", stdin="a good pin\n")["code"] == "BAD_NOTE"
    assert refused("key", "new", "--org", AGENCY, "--person", person, *files, "--pin-stdin", stdin="a good pin\n")["code"] == "CONFLICT"
    other = ["--keyfile", tmp_path / "k2", "--device", tmp_path / "d2"]
    assert run("key", "new", "--org", AGENCY, "--person", person, *other, "--pin-stdin", stdin="12345\n").returncode == 1
    assert not (tmp_path / "k2").exists()


# ── sources and law ──


def test_sources_are_tested(small, tmp_path):
    folder = small / "small.example"
    (folder / "members.csv").write_text("account,name\nex-1,架空 太郎\n", encoding="utf-8")
    (folder / "sources.toml").write_text("""
[[source]]
name = "members"
title_ja = "会員"
title_en = "Members"
kind = "csv"
file = "members.csv"

  [[source.query]]
  name = "by-account"
  selector = "ACCOUNT_ID"
  categories = ["K1"]
  match = "account"
  columns = ["account", "name"]
  columns_ja = ["会員ID", "氏名"]
  columns_en = ["Account", "Name"]
""", encoding="utf-8")
    try:
        tested = run("source", "test", "--data", small, "--org", "small.example", "--json")
        told = json.loads(tested.stdout)
        if tested.returncode == 0:
            assert told["sources"][0]["name"] == "members" and told["ok"] is True
            (folder / "members.csv").unlink()
            gone = run("source", "test", "members", "--data", small, "--org", "small.example", "--json")
            assert gone.returncode == 1
        else:
            pytest.fail(tested.stdout)
        assert refused("source", "test", "nothing", "--data", small, "--org", "small.example")["code"] in ("NOT_FOUND", "SOURCE_UNAVAILABLE", "SOURCE_CONFIG")
        (folder / "sources.toml").write_text("[[source]]\nname = 'x'\nunknown = 1\n", encoding="utf-8")
        assert refused("source", "test", "--data", small, "--org", "small.example")["code"] == "SOURCE_CONFIG"
    finally:
        (folder / "sources.toml").unlink()


def test_the_law_is_checked(tmp_path):
    told = done("law", "check", ROOT / "law" / "jp.toml")
    assert told["ok"] is True and told["rules"] > 10
    bad = tmp_path / "jp.toml"
    bad.write_text((ROOT / "law" / "jp.toml").read_text(encoding="utf-8").replace("outcome", "outcomes", 1), encoding="utf-8")
    assert refused("law", "check", bad)["code"] == "LAW_DATA"
    assert refused("law", "check", tmp_path / "absent.toml")["code"] in ("NOT_FOUND", "LAW_DATA", "IO")


# ── notices ──


class Relay:
    """A mail relay of the loopback address. While `is_down`, it refuses."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", free_port()))
        self.port, self.mails, self.refused, self.is_down = self.socket.getsockname()[1], [], 0, False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client, client.makefile("rwb", buffering=0) as stream:
                if self.is_down:
                    self.refused += 1
                    stream.write(b"421 not now\r\n")
                    continue
                stream.write(b"220 relay\r\n")
                to = None
                for line in stream:
                    word = line[:4].upper()
                    if word == b"RCPT":
                        to = line.decode().split("<")[1].split(">")[0]
                    if word == b"DATA":
                        stream.write(b"354 go on\r\n")
                        lines = []
                        for part in stream:
                            if part == b".\r\n":
                                break
                            lines.append(part)
                        self.mails.append((to, b"".join(lines)))
                    stream.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                    if word == b"QUIT":
                        break

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def text_of(mail):
    head, _, body = mail.partition(b"\r\n\r\n")
    return head.decode(), b64decode(body.replace(b"\r\n", b"")).decode()


def test_notices_tell_of_work_and_of_nothing_else(world):
    matter = approved(world, "notice")
    relay = Relay()
    env = {"WARIFU_MAIL_URL": f"smtp://127.0.0.1:{relay.port}", "WARIFU_MAIL_FROM": "warifu@kakuu-police.example", "WARIFU_MAIL_REQUIRE_TLS": "false"}
    relay.is_down = True
    try:
        with Served(world.data, port=world.port, env=env) as server:
            until = time.monotonic() + 60
            while "warifu_mail_failures_total{organisation=\"" + AGENCY not in server.get("/metrics", body=True) or relay.refused == 0:
                assert time.monotonic() < until
                time.sleep(0.2)
            assert '"event":"mail"' in server.text() and "MAIL_FAILED" in server.text()
            relay.is_down = False
            until = time.monotonic() + 120  # the first repetition comes after a minute
            while not any(to == f"shomu@{AGENCY}" for to, _ in relay.mails):
                assert time.monotonic() < until, relay.mails
                time.sleep(0.5)
            time.sleep(11)  # one more round tells nobody twice
    finally:
        relay.close()
    assert len([to for to, _ in relay.mails if to == f"shomu@{AGENCY}"]) == 1
    secrets = ("R8-1", "ex-1001", "架空オークション", "架空ポータル", "portal", matter, "詐欺", "架空警サ発")
    for _, mail in relay.mails:
        head, body = text_of(mail)
        assert "あなたの番の案件" in body and "Waiting for you" in body and f"http://localhost:{world.port}/" in body
        assert not [secret for secret in secrets if secret in body or secret in head.replace(f"@{PROVIDER}", "")]


# ── help ──


def test_wrong_use_is_said_in_both_languages():
    for args in (["inquiry"], ["init"], ["serve", "--no-such-option"], ["inquiry", "withdraw", "x", "--data", "d"], ["completion", "csh"],
                 ["inquiry", "list", "--data", "d", "--server", "https://x.example"]):
        result = run(*args)
        assert result.returncode == 2, args
        assert "使い方が違います" in result.stderr and "--help" in result.stderr
    told = run("inquiry", "list", "--data", "/nonexistent", "--as", "x")
    assert told.returncode == 1 and "NOT_FOUND" in told.stderr and "見つからない" in told.stderr


def test_the_man_page_names_every_command_and_formats_cleanly(tmp_path):
    page = run("help", "--man")
    assert page.returncode == 0
    for name in ("init", "serve", "inquiry approve", "inquiry release", "backup", "restore", "key sign", "evidence verify", "completion"):
        assert f"warifu {name}" in page.stdout.replace("\\-", "-"), name
    file = tmp_path / "warifu.1"
    file.write_text(page.stdout, encoding="utf-8")
    if shutil.which("groff"):
        shown = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", file], capture_output=True, text=True, check=True)
        assert shown.stderr == ""
    if shutil.which("man"):
        shown = subprocess.run(["man", "--warnings", "-l", file], capture_output=True, text=True, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8", "PAGER": "cat"})
        assert shown.returncode == 0 and shown.stderr == "" and "EXIT STATUS" in shown.stdout


def test_completions_are_understood_by_their_shells(tmp_path):
    for shell in ("bash", "zsh", "fish"):
        file = tmp_path / f"warifu.{shell}"
        result = run("completion", shell)
        assert result.returncode == 0 and "inquiry" in result.stdout
        file.write_text(result.stdout, encoding="utf-8")
        if shutil.which(shell):
            assert subprocess.run([shell, "-n", file], capture_output=True).returncode == 0, shell


def test_bash_completes_commands_and_options(tmp_path):
    file = tmp_path / "warifu.bash"
    file.write_text(run("completion", "bash").stdout, encoding="utf-8")

    def complete(*words):
        script = f"source {file}; COMP_WORDS=({' '.join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}; _warifu; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert complete("warifu", "ev") == ["evidence"]
    assert complete("warifu", "inquiry", "appr") == ["approve"]
    assert "--pin-stdin" in complete("warifu", "inquiry", "approve", "--p")
    assert complete("warifu", "evidence", "verify", "--ro") == ["--root"]
