"""What the fault tests share with those of the interface: a served demo and its browser (tests/api/conftest.py), here one that may be killed."""
import contextlib
import http.client
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent.parent
_spec = importlib.util.spec_from_file_location("warifu_api_conftest", ROOT / "tests/api/conftest.py")
api = importlib.util.module_from_spec(_spec)
sys.modules["warifu_api_conftest"] = api
_spec.loader.exec_module(api)
sys.path.append(str(ROOT / "tests/api"))  # for hub_support, which looks for `conftest`: that of this folder has what it needs

BIN, IS_LONG = api.BIN, bool(os.environ.get("WARIFU_LONG"))
AGENCY, PROVIDER = "kakuu-police.demo", "portal.demo"
TRIES = 40
# Of the admitters of the exchanges that are played here, so that more can be done with them.
os.environ.setdefault("WARIFU_PASSPHRASE", "of every admitter here")


def warifu(*words, timeout=120):
    return subprocess.run([BIN, *map(str, words)], capture_output=True, text=True, timeout=timeout)


@contextlib.contextmanager
def ordered(orders):
    """WARIFU_FAILPOINT for the processes that are started within (src/base/failpoint.h)."""
    if orders:
        os.environ["WARIFU_FAILPOINT"] = orders
    try:
        yield
    finally:
        os.environ.pop("WARIFU_FAILPOINT", None)


class Persistent:
    """A client that repeats every write under its key until it is answered. What it works on knows `demo_of(organisation)` and `revive()`."""

    def __init__(self, work):
        self.work = work
        self.deaths, self.refusals, self.answered = 0, 0, []

    def again(self, action, is_done=lambda reply: reply.status < 500):
        for _ in range(TRIES):
            try:
                reply = action()
            except (OSError, http.client.HTTPException):
                self.revive()
                continue
            if is_done(reply):
                return reply
            self.refusals += 1
            time.sleep(0.1)
        raise AssertionError(f"not answered in {TRIES} tries: {reply.status} {reply.body}")

    def enter(self, role, organisation):
        account = self.demo_of(organisation).account(role, organisation)
        browser = self.demo_of(organisation).browser()
        reply = self.again(lambda: browser.post("/api/session", {name: account[name] for name in ("organisation", "login", "password")}))
        assert reply.status == 200, reply.body
        browser.account, browser.session = account, reply.json
        if reply.json["role"] != role:
            assert self.again(lambda: browser.send("PUT", "/api/session/role", {"role": role})).status == 200
        return browser

    def write(self, browser, address, body=None, **more):
        key = uuid.uuid4().hex
        reply = self.again(lambda: browser.post(address, body, key=key, **more))
        assert reply.status in (200, 201), reply.body
        # A look says what is now; a file is known by its digest, and taken only while it can still be part of an answer.
        if not more and not address.endswith("/view"):
            self.answered.append((browser, address, body, key, reply))
        return reply.json

    def signed(self, browser, address):
        prepared = self.again(lambda: browser.post(address + "/prepare"))
        assert prepared.status == 200, prepared.body
        text = prepared.json
        signature = None
        while signature is None:  # the key file comes from the demo
            try:
                signature = self.demo_of(browser.account["organisation"]).sign(browser, text["text"], self.work)
            except (OSError, http.client.HTTPException):
                self.revive()
        return self.write(browser, address, {"text": text["text"], "body": text["body"], "signature": signature})

    def until(self, look, seconds=20):
        end = time.monotonic() + seconds
        while not (found := self.again(look, lambda _: True)):
            assert time.monotonic() < end, "what should follow by itself does not"
            time.sleep(0.05)
        return found


class Mortal(Persistent):
    """A demo in one process, started again whenever it has died."""

    def __init__(self, folder, work, orders="", more=()):
        super().__init__(work)
        self.folder, self.more = folder, more
        self.port = api.free_port()
        self.demo = None
        self.start(orders)

    def demo_of(self, _):
        return self.demo

    def start(self, orders=""):
        with ordered(orders):
            try:
                self.demo = api.Demo(self.folder, self.port, customers=100, more=self.more)
                return
            except (RuntimeError, OSError):  # ended while it started: that was the order
                assert orders, "the demo does not start any more"
        self.deaths += 1
        self.start()

    def revive(self):
        """Only what was killed is started again: whoever answers with nothing and lives has broken a promise."""
        code = self.demo.process.wait(10)
        assert code == -signal.SIGKILL, "".join(self.demo.lines)
        self.demo.reader.join(5)
        self.deaths += 1
        self.start()

    def stop(self):
        assert self.demo.stop() == 0, "".join(self.demo.lines)


def begin(mortal):
    """One inquiry until somebody at the provider's is at work on it: who has a part in it, and where it stands."""
    investigator, supervisor, approver, registrar = (mortal.enter(role, AGENCY) for role in ("investigator", "supervisor", "approver", "registrar"))
    draft = mortal.again(lambda: _Found(api.draft_for(investigator))).value
    provider = draft["to"]
    matter = mortal.write(investigator, "/api/inquiries", draft)["matter"]
    at = f"/api/matters/{matter}"
    mortal.write(supervisor, at + "/check", {})
    mortal.signed(approver, at + "/approval")
    number = mortal.write(registrar, at + "/number", {})["number"]
    mortal.signed(registrar, at + "/dispatch")
    intake, operator, releaser = (mortal.enter(role, provider) for role in ("intake", "operator", "releaser"))
    mortal.until(lambda: any(row["matter"] == matter for row in intake.get("/api/matters?provider_state=VERIFIED").json["rows"]))
    suggested = mortal.again(lambda: intake.get(at + "/triage")).json["decisions"]
    mortal.write(intake, at + "/triage", {"decisions": suggested})
    mortal.write(intake, at + "/accept", {})
    mortal.write(intake, at + "/assign", {"persons": [operator.session["person"]]})
    return SimpleNamespace(number=number, provider=provider, matter=matter, at=at, investigator=investigator, intake=intake, operator=operator, releaser=releaser)


def release(mortal, inquiry, file):
    """The answer is this file, and is released."""
    answer = {"no": 1, "result": "ANSWERED", "message": "控えを添付します。", "tables": [], "provenance": [], "files": [file]}
    preparer = inquiry.operator.session["name"]
    mortal.write(inquiry.operator, inquiry.at + "/collect", {"answer": {"items": [answer], "reference": "", "preparer": preparer, "completeness": "すべてです。", "minutes": 3, "yen": 0}, "ready": True})
    mortal.write(inquiry.releaser, inquiry.at + "/check-answer", {"row_counts": [{"no": 1, "rows": 0}]})
    mortal.signed(inquiry.releaser, inquiry.at + "/release")


def has_answer(inquiry):
    rows = inquiry.investigator.get("/api/matters?state=ANSWERED").json["rows"]
    return any(row["matter"] == inquiry.matter for row in rows)


def open_answer(mortal, inquiry):
    act = mortal.write(inquiry.investigator, inquiry.at + "/view", {})["releases"][0]["act"]
    mortal.write(inquiry.investigator, inquiry.at + "/retrieve", {"of": act})
    mortal.write(inquiry.investigator, inquiry.at + "/open", {"of": act, "reason": "照合"})


def finish(mortal, inquiry):
    mortal.write(inquiry.investigator, inquiry.at + "/feedback", {"outcome": "LEAD_EXCLUDED", "message": ""})
    assert mortal.write(inquiry.investigator, inquiry.at + "/close", {})["state"] == "CLOSED"
    mortal.until(lambda: "FEEDBACK" in _kinds_seen(inquiry.intake, inquiry.at) or "feedback" in _kinds_seen(inquiry.intake, inquiry.at))


def play(mortal, content="name\r\n"):
    """One inquiry from the draft to its end, with a file; its number and to whom it went."""
    inquiry = begin(mortal)
    file = mortal.write(inquiry.operator, inquiry.at + "/files?name=a.csv", content, content_type="text/csv")
    release(mortal, inquiry, file)
    mortal.until(lambda: has_answer(inquiry))
    open_answer(mortal, inquiry)
    download = mortal.again(lambda: inquiry.investigator.get(f"{inquiry.at}/files/{file['sha256']}?name=a.csv"))
    assert (download.status, download.body) == (200, content.encode())
    finish(mortal, inquiry)
    return inquiry.number, inquiry.provider


class _Found:
    """A value where a reply is expected."""

    status = 200

    def __init__(self, value):
        self.value = value


def _kinds_seen(browser, at):
    return browser.send("POST", at + "/view", {}).body.decode()


def kinds_of(data, number, organisation, work):
    """The kinds of one side's acts of the matter, sorted, without those that record a look; verified as evidence on the way."""
    file = work / f"{uuid.uuid4().hex}.zip"
    done = warifu("evidence", "export", f"{AGENCY}:{number}", "--as", organisation, "--data", data, "-o", file)
    assert done.returncode == 0, done.stderr
    told = warifu("evidence", "verify", file, "--root", data / "root.vkey", "--json")
    assert told.returncode == 0, told.stderr + told.stdout
    acts = json.loads(told.stdout)["acts"]
    assert all(act["effect"] == "APPLIED" for act in acts), acts
    return sorted(act["kind"] for act in acts if not act["kind"].endswith("viewed"))


def check_answers(client):
    for browser, address, body, key, first in client.answered:
        reply = browser.post(address, body, key=key)
        assert (reply.status, reply.body) == (first.status, first.body), address


def check_nothing_lost(mortal, number, provider):
    """What was answered is answered again in the same words; then, stopped: lists and searches equal the fold. The kinds of both sides' acts."""
    check_answers(mortal)
    mortal.stop()
    check_projections(mortal.folder)
    return {organisation: kinds_of(mortal.folder, number, organisation, mortal.work) for organisation in (AGENCY, provider)}


def check_projections(data):
    rebuilt = warifu("rebuild", "--check", "--json", "--data", data)
    assert rebuilt.returncode == 0 and json.loads(rebuilt.stdout)["differing"] == 0, rebuilt.stdout + rebuilt.stderr
