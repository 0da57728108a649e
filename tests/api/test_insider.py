"""What somebody with an account, or near the wire, tries: two hands at one desk, keys and sessions of others, names that are paths, texts
that are programs."""
import csv
import io
import json
import re
import socket
import threading
import urllib.parse

import pytest
from conftest import draft_for, quoted

AGENCY = "kakuu-police.demo"
OTHER = "portal.demo"


def at_once(*calls):
    replies = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index):
        start.wait()
        replies[index] = calls[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


@pytest.fixture(scope="module")
def people(demo):
    return {role: demo.enter(role, AGENCY) for role in ("investigator", "supervisor", "approver", "registrar", "auditor", "admin")}


def drafted(people, **change):
    draft = draft_for(people["investigator"])
    draft.update(change)
    reply = people["investigator"].post("/api/inquiries", draft)
    assert reply.status == 201, reply.body
    return reply.json["matter"], draft


def checked(people):
    matter, draft = drafted(people)
    assert people["supervisor"].post(f"/api/matters/{matter}/check", {}).status == 200
    return matter, draft


# --- two hands at one desk ------------------------------------------------------------------------------------------------------


def test_two_approvals_at_once_make_one(demo, people, tmp_path):
    matter, _ = checked(people)
    address = f"/api/matters/{matter}/approval"
    approver = people["approver"]
    bodies = []
    for _ in range(2):
        text = approver.post(address + "/prepare").json
        bodies.append({"text": text["text"], "body": text["body"], "signature": demo.sign(approver, text["text"], tmp_path)})
    replies = at_once(*(lambda body=body: approver.post(address, body) for body in bodies))
    assert sorted(reply.status for reply in replies)[0] == 200
    assert sorted(reply.status for reply in replies)[1] in (409, 422), [reply.body for reply in replies]
    seen = people["auditor"].post(f"/api/matters/{matter}/view", {"reason": "監察"}).json
    assert sum(act["kind"] == "inquiry.approved" and act["effect"] == "APPLIED" for act in seen["timeline"]) == 1


def test_numbers_given_at_once_have_no_gap_and_no_twin(demo, people, tmp_path):
    matters = [checked(people)[0] for _ in range(3)]
    for matter in matters:
        assert demo.signed_step(people["approver"], f"/api/matters/{matter}/approval", tmp_path).status == 200
    registrar = people["registrar"]
    # Each of them twice at once: three numbers, one after the other.
    replies = at_once(*(lambda matter=matter: registrar.post(f"/api/matters/{matter}/number", {}) for matter in matters * 2))
    given = [reply.json["number"] for reply in replies if reply.status == 200]
    assert len(given) == len(set(given)) == 3, [reply.body for reply in replies]
    assert {reply.status for reply in replies} <= {200, 409, 422}
    serials = sorted(int(re.search(r"A(\d+)号$", number)[1]) for number in given)
    assert serials == list(range(serials[0], serials[0] + 3)), given


# --- keys of repetition, sessions -----------------------------------------------------------------------------------------------


def test_a_key_of_repetition_is_ones_own(demo, people):
    draft = draft_for(people["investigator"])
    first = people["investigator"].post("/api/inquiries", draft, key="insider-key-0001")
    assert first.status == 201
    # A colleague who replays key and body learns nothing of the first answer: he writes his own inquiry.
    account = next(one for one in demo.accounts if one["organisation"] == AGENCY and "investigator" in one["roles"] and one != people["investigator"].account)
    colleague = demo.log_in(account, "investigator")
    second = colleague.post("/api/inquiries", draft, key="insider-key-0001")
    assert "idempotency-replayed" not in second.headers
    assert second.status != 201 or second.json["matter"] != first.json["matter"]
    # Of another house: the door is shut before the key is looked at.
    stranger = demo.enter("intake", OTHER)
    foreign = stranger.post("/api/inquiries", draft, key="insider-key-0001")
    assert foreign.status == 403 and "idempotency-replayed" not in foreign.headers


def test_a_session_given_from_outside_is_never_taken_over(demo, people):
    account = people["investigator"].account
    browser = demo.browser()
    browser.cookie = f"{AGENCY}.{'A' * 43}"
    browser.post("/api/session", {name: account[name] for name in ("organisation", "login", "password")})
    assert browser.cookie != f"{AGENCY}.{'A' * 43}"
    planted = demo.browser()
    planted.cookie = f"{AGENCY}.{'A' * 43}"
    assert planted.get("/api/session").status == 401
    # A token is good at its own house only.
    token = people["investigator"].cookie.rsplit(".", 1)[1]
    planted.cookie = f"{OTHER}.{token}"
    assert planted.get("/api/desk").status == 401
    for cookie in (f"../{AGENCY}.{token}", f"{AGENCY}.{token}.{token}", f"{AGENCY}.", ".", "a" * 5000):
        planted.cookie = cookie
        assert planted.get("/api/desk").status in (400, 401, 431), cookie


def test_a_role_that_one_does_not_hold_is_not_lent(demo, people):
    browser = demo.log_in(people["investigator"].account)
    for role in ("approver", "registrar", "admin", "auditor", "node", "intake"):
        assert browser.send("PUT", "/api/session/role", {"role": role}).status in (403, 422), role


# --- names that are paths, headers that are too large -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, kept",
    [
        ("../../../../etc/passwd.csv", "passwd.csv"),
        ("..\\..\\windows\\win.csv", "win.csv"),
        ("/etc/cron.d/job.csv", "job.csv"),
        ("a\r\nSet-Cookie: warifu_session=x.csv", None),
        ("a\x00.csv", None),
        ('quote".csv', 'quote".csv'),
        ("=cmd|'!A0.csv", "=cmd|'!A0.csv"),
        ("fdp.\u202evsc.csv", None),
        ("..", None),
        ("", None),
        ("." * 300 + ".csv", None),
    ],
)
def test_a_file_name_never_leads_anywhere(demo, people, tmp_path, name, kept):
    operator = demo.enter("operator", OTHER)
    rows = operator.get("/api/matters?turn=ANSWER&open=true").json["rows"]
    assert rows, "the demo has work for the operator"
    at = f"/api/matters/{rows[0]['matter']}"
    reply = operator.post(f"{at}/files?name=" + quoted(name), b"name\r\n", content_type="text/csv")
    if kept is None:
        assert reply.status in (400, 413, 422), (name, reply.body)
        return
    assert reply.status == 201, (name, reply.body)
    assert reply.json["name"] == kept
    # In an answer it is read back under that name, as a thing to keep and never as a page.
    answer = {"no": 1, "result": "ANSWERED", "message": "控えです。", "tables": [], "provenance": [], "files": [reply.json]}
    whole = {"items": [answer], "reference": "", "preparer": operator.session["name"], "completeness": "すべてです。", "minutes": 1, "yen": 0}
    collected = operator.post(f"{at}/collect", {"answer": whole, "ready": False})
    assert collected.status == 200, collected.body
    got = operator.get(f"{at}/files/{reply.json['sha256']}?name=" + quoted(reply.json["name"]))
    assert got.status == 200, got.body
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[A-Za-z0-9%._~!-]+", got.headers["content-disposition"]), got.headers
    assert got.headers["x-content-type-options"] == "nosniff" and "set-cookie" not in got.headers


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/assets/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/assets/%00", "/api/../healthz"])
def test_paths_lead_out_of_nothing(demo, path):
    with socket.create_connection(("127.0.0.1", demo.port), timeout=20) as wire:
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{demo.port}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    assert b"root:" not in answer
    assert re.match(rb"HTTP/1\.1 (200|400|404) ", answer), answer[:200]
    if b"200" in answer[:13]:
        assert b"<!doctype html>" in answer.lower()  # the interface's own page, nothing else


@pytest.mark.parametrize(
    "head",
    [
        "X-Long: " + "a" * 200_000,
        "\r\n".join(f"X-{n}: b" for n in range(5000)),
        "Cookie: " + "; ".join(f"c{n}=1" for n in range(20_000)),
        "Content-Length: 99999999999999999999",
        "Content-Length: -1",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        " folded: header",
    ],
    ids=["one long", "many", "cookies", "overflow", "negative", "two lengths", "smuggling", "folded"],
)
def test_heads_that_are_too_much_are_refused_and_the_node_goes_on(demo, head):
    with socket.create_connection(("127.0.0.1", demo.port), timeout=20) as wire:
        try:
            wire.sendall(f"POST /api/session HTTP/1.1\r\nHost: localhost:{demo.port}\r\n{head}\r\nConnection: close\r\n\r\n".encode())
            wire.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: wire.recv(65536), b""))
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
    assert not answer or re.match(rb"HTTP/1\.1 (400|413|431) ", answer), answer[:200]
    assert demo.browser().get("/healthz").status == 200


# --- texts that are programs ------------------------------------------------------------------------------------------------------

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULA = "=HYPERLINK(\"http://evil.example\",\"x\")"


def test_texts_come_back_as_text(people):
    item = draft_for(people["investigator"])["items"][0]
    item.update(purpose=SCRIPT, necessity=SCRIPT)
    matter, _ = drafted(people, items=[item], answer_how=SCRIPT)
    reply = people["investigator"].post(f"/api/matters/{matter}/view", {})
    assert reply.headers["content-type"] == "application/json" and reply.headers["x-content-type-options"] == "nosniff"
    assert reply.json["items"][0]["item"]["purpose"] == SCRIPT if "item" in reply.json["items"][0] else SCRIPT in json.dumps(reply.json, ensure_ascii=False)
    policy = reply.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "require-trusted-types-for 'script'" in policy
    # An error that repeats what was sent is no page either.
    wrong = people["investigator"].get("/api/matters?" + urllib.parse.quote(SCRIPT) + "=1")
    assert wrong.headers["content-type"] == "application/problem+json" and wrong.headers["x-content-type-options"] == "nosniff"


def test_a_spreadsheet_runs_nothing(demo, people, tmp_path):
    # A document number of one's own is the agency's free text that stands in the register, and in the provider's statement.
    matter, draft = checked(people)
    assert demo.signed_step(people["approver"], f"/api/matters/{matter}/approval", tmp_path).status == 200
    numbered = people["registrar"].post(f"/api/matters/{matter}/number", {"document_number": FORMULA})
    if numbered.status == 422:
        numbered = people["registrar"].post(f"/api/matters/{matter}/number", {"document_number": "=1+1"})
    assert numbered.status in (200, 422), numbered.body
    offices = people["registrar"].get("/api/units").json["units"]
    tables = 0
    for unit in offices:
        for form in "ABC":
            reply = people["registrar"].get(f"/api/registers/{unit['id']}/table.csv?form={form}&year=2026")
            if reply.status != 200:
                continue
            for row in csv.reader(io.StringIO(reply.body.decode("utf-8-sig"))):
                for cell in row:
                    assert not re.match(r"[=+@\t\r]|-[^0-9]", cell), row
            tables += 1
    assert tables
