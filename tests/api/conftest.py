"""A demo that serves, for the tests of this folder: started once on a free port, stopped by its own process id."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = os.environ.get("WARIFU_BIN", str(ROOT / "build/dev/warifu"))
START_S = 180


GIVEN = set()


def free_port():
    """Below 32768, where the system gives out no ports of its own. Never the same twice: who had it may want it again after a restart."""
    for port in range(20000 + os.getpid() % 5000, 32768):
        if port in GIVEN:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                GIVEN.add(port)
                return port
            except OSError:
                continue
    raise RuntimeError("no free port")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code")


class Browser:
    """Keeps its cookie and the token of the form; sends a fresh Idempotency-Key with every write unless one is given."""

    def __init__(self, port):
        self.port, self.cookie, self.csrf = port, None, None

    def send(self, method, target, body=None, content_type="application/json", key=None, headers=None):
        given = {"Host": f"localhost:{self.port}"}
        if self.cookie:
            given["Cookie"] = "warifu_session=" + self.cookie
        if method not in ("GET", "HEAD"):
            given["Idempotency-Key"] = key or uuid.uuid4().hex
            if self.csrf:
                given["X-CSRF-Token"] = self.csrf
        if body is not None:
            if not isinstance(body, bytes):
                body = (body if isinstance(body, str) else json.dumps(body)).encode()
            given["Content-Type"] = content_type
        given.update(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, body, {name: value for name, value in given.items() if value is not None})
            answer = connection.getresponse()
            reply = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()
        if "set-cookie" in reply.headers:
            self.cookie = re.match(r"warifu_session=([^;]*)", reply.headers["set-cookie"])[1]
        if reply.status < 300 and reply.headers.get("content-type", "").startswith("application/json") and isinstance(reply.json, dict) and "csrf" in reply.json:
            self.csrf = reply.json["csrf"]
        return reply

    def get(self, target):
        return self.send("GET", target)

    def post(self, target, body=None, **more):
        return self.send("POST", target, body, **more)


class Demo:
    """`more`: further options of the demo; `launcher`: words before the program that in the end become it (exec)."""

    def __init__(self, folder, port, more=(), customers=1000, launcher=()):
        self.folder, self.port = folder, port
        self.lines = []
        self.process = subprocess.Popen(
            [*launcher, BIN, "demo", "--data", str(folder), "--listen", f"127.0.0.1:{port}", "--customers", str(customers), *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()
        until = time.monotonic() + START_S
        while not any(f"http://localhost:{port}" in line for line in list(self.lines)):
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError("the demo did not start:\n" + "".join(self.lines))
            time.sleep(0.05)
        # As the process sees it: a launcher may have given it a file system of its own.
        self.inside = Path(f"/proc/{self.process.pid}/root{folder}") if launcher else folder
        self.accounts = json.loads((self.inside / "demo-accounts.json").read_text(encoding="utf-8"))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.reader.join(5)
        return self.process.returncode

    def account(self, role, organisation=None):
        for account in self.accounts:
            if role in account["roles"] and (organisation is None or account["organisation"] == organisation):
                return account
        raise KeyError(f"no {role} of {organisation} among the demo's accounts")

    def browser(self):
        return Browser(self.port)

    def log_in(self, account, role=None):
        browser = self.browser()
        reply = browser.post("/api/session", {name: account[name] for name in ("organisation", "login", "password")})
        assert reply.status == 200, reply.body
        browser.session = reply.json
        browser.account = account
        if role and reply.json["role"] != role:
            changed = browser.send("PUT", "/api/session/role", {"role": role})
            assert changed.status == 200, changed.body
            browser.session = changed.json
        return browser

    def enter(self, role, organisation=None):
        return self.log_in(self.account(role, organisation), role)

    def sign(self, browser, text, folder):
        """As the command line signs: key file and device secret of the demo, the PIN on standard input."""
        key = browser.get("/api/me/keyfile")
        assert key.status == 200, key.body
        files = {name: Path(folder) / f"{name}-{uuid.uuid4().hex}" for name in ("keyfile", "device", "text")}
        files["keyfile"].write_text(key.json["keyfile"], encoding="utf-8", newline="")
        files["device"].write_text(key.json["device_secret"] + "\n", encoding="utf-8", newline="")
        files["text"].write_text(text, encoding="utf-8", newline="")
        for path in files.values():
            path.chmod(0o600)
        done = subprocess.run(
            [BIN, "key", "sign", "--keyfile", str(files["keyfile"]), "--device", str(files["device"]), "--pin-stdin", "--json", str(files["text"])],
            input=browser.account["pin"] + "\n", capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)["signature"]

    def signed_step(self, browser, address, folder):
        prepared = browser.post(address + "/prepare")
        assert prepared.status == 200, prepared.body
        text = prepared.json
        return browser.post(address, {"text": text["text"], "body": text["body"], "signature": self.sign(browser, text["text"], folder)})


def draft_for(browser):
    """An inquiry that a demo provider can answer: an account, as its own profile offers it."""
    for organisation in browser.get("/api/organisations?side=PROVIDER").json["organisations"]:
        profile = browser.get(f"/api/organisations/{organisation['id']}/profile")
        if profile.status != 200:
            continue
        for entry in profile.json["entries"]:
            if entry["selector"] == "ACCOUNT_ID" and "K1" in entry["categories"]:
                case = next(case for case in browser.get("/api/cases").json["cases"] if case["is_open"])
                selector = {"type": "ACCOUNT_ID", "value": "warifu-test-" + str(time.monotonic_ns())}
                if entry["services"]:
                    selector["service"] = entry["services"][0]
                item = {"selector": selector, "categories": ["K1"], "purpose": "出品者の確認", "necessity": "出品者を特定するため"}
                return {"case_id": case["id"], "to": organisation["id"], "items": [item], "ready": True}
    raise AssertionError("no provider of the demo answers for an account")


JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def refused(reply, status, code, where=None):
    """An error as every error is: a code, the field, a sentence in each language without a gap, the id of the request."""
    problem = reply.json
    assert (reply.status, problem["code"]) == (status, code), problem
    if where is not None:
        assert problem["where"] == where, problem
    assert reply.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status and problem["type"] == "urn:warifu:error:" + code
    assert JAPANESE.search(problem["ja"]) and not JAPANESE.search(problem["en"]), problem
    assert "{" not in problem["ja"] + problem["en"] and "—" not in problem["ja"] + problem["en"], problem
    assert problem["title"] == problem["en"] and problem["request"] == reply.headers["x-request-id"]


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}; build it first or set WARIFU_BIN")
    running = Demo(tmp_path_factory.mktemp("served") / "data", free_port())
    yield running
    assert running.stop() == 0, "".join(running.lines)


def quoted(text):
    return urllib.parse.quote(text, safe="")


@pytest.fixture(scope="session")
def postgres():
    from postgres import PROGRAMS, Postgres  # here, because it needs free_port

    if not (PROGRAMS / "initdb").exists():
        pytest.fail("postgresql-15 is not installed (tools/packages.txt)")
    running = Postgres()
    yield running
    running.stop()
