"""The interface of a served demo, over real sockets."""
import io
import json
import subprocess
import threading
import time
import zipfile

import pytest
from conftest import BIN, ROOT, draft_for, quoted

AGENCY = "kakuu-police.demo"


def wait_for(ask, seconds=30):
    """The couriers of the demo run beside the server: what crosses takes a moment."""
    until = time.monotonic() + seconds
    while True:
        found = ask()
        if found or time.monotonic() > until:
            assert found
            return found
        time.sleep(0.1)


@pytest.fixture(scope="module")
def agency(demo):
    organisations = {account["organisation"] for account in demo.accounts if "investigator" in account["roles"]}
    return AGENCY if AGENCY in organisations else sorted(organisations)[0]


@pytest.fixture()
def investigator(demo, agency):
    return demo.enter("investigator", agency)


# --- the node ---------------------------------------------------------------------------------------------------------------


def test_health_figures_and_headers(demo):
    browser = demo.browser()
    assert browser.get("/healthz").json == {"status": "ok"}
    browser.get("/api/node")
    figures = browser.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain; version=0.0.4")
    text = figures.body.decode()
    for name in ("warifu_http_requests_total", "warifu_http_request_seconds_bucket", "warifu_outbox", "warifu_store_up"):
        assert name in text
    page = browser.get("/")
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    for reply in (page, browser.get("/api/node"), browser.get("/api/nothing")):
        assert "default-src 'self'" in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_description_served_is_the_one_committed(demo):
    served = demo.browser().get("/api/openapi.json")
    assert served.body == (ROOT / "api/openapi.json").read_bytes()


def test_every_account_of_the_demo_logs_in(demo):
    assert len(demo.accounts) >= 10
    listed = demo.browser().get("/api/demo/accounts").json["accounts"]
    assert {(a["organisation"], a["login"]) for a in listed} == {(a["organisation"], a["login"]) for a in demo.accounts}
    for account in demo.accounts:
        browser = demo.log_in(account)
        assert browser.session["organisation"] == account["organisation"]
        assert browser.session["name"] == account["name"]
        assert set(browser.session["roles"]) == set(account["roles"])
        assert browser.get("/api/session").status == 200
        assert browser.send("DELETE", "/api/session").status == 204
        assert browser.get("/api/session").status == 401


# --- one inquiry ------------------------------------------------------------------------------------------------------------


def test_one_inquiry_from_draft_to_feedback(demo, agency, investigator, tmp_path):
    supervisor, approver, registrar = (demo.enter(role, agency) for role in ("supervisor", "approver", "registrar"))
    draft = draft_for(investigator)
    provider = draft["to"]
    drafted = investigator.post("/api/inquiries", draft)
    assert drafted.status == 201, drafted.body
    matter = drafted.json["matter"]
    at = f"/api/matters/{matter}"
    checked = supervisor.post(at + "/check", {})
    assert checked.status == 200, checked.body
    approved = demo.signed_step(approver, at + "/approval", tmp_path)
    assert approved.status == 200, approved.body
    assert registrar.post(at + "/number", {}).json["number"]
    dispatched = demo.signed_step(registrar, at + "/dispatch", tmp_path)
    assert dispatched.json["state"] == "DISPATCHED", dispatched.body

    intake, operator, releaser = (demo.enter(role, provider) for role in ("intake", "operator", "releaser"))
    wait_for(lambda: any(row["matter"] == matter for row in intake.get("/api/matters?provider_state=VERIFIED").json["rows"]))
    suggested = intake.get(at + "/triage").json["decisions"]
    assert intake.post(at + "/triage", {"decisions": suggested}).status == 200
    assert intake.post(at + "/accept", {}).status == 200
    assigned = intake.post(at + "/assign", {"persons": [operator.session["person"]]})
    assert assigned.status == 200, assigned.body
    uploaded = operator.post(at + "/files?name=" + quoted("控え.csv"), "name\r\n", content_type="text/csv")
    assert uploaded.status == 201, uploaded.body
    answer = {"no": 1, "result": "ANSWERED", "message": "控えを添付します。", "tables": [], "provenance": [], "files": [uploaded.json]}
    collected = operator.post(at + "/collect", {"answer": {"items": [answer], "reference": "", "preparer": operator.session["name"], "completeness": "保有する記録のすべてです。", "minutes": 3, "yen": 0}, "ready": True})
    assert collected.status == 200, collected.body
    assert releaser.post(at + "/check-answer", {"row_counts": [{"no": 1, "rows": 7}]}).code == "ROW_COUNT_DIFFERS"
    checked = releaser.post(at + "/check-answer", {"row_counts": [{"no": 1, "rows": 0}]})
    assert checked.status == 200, checked.body
    released = demo.signed_step(releaser, at + "/release", tmp_path)
    assert released.status == 200, released.body

    seen = wait_for(lambda: (view := investigator.post(at + "/view", {}).json)["releases"] and view)
    assert seen["row"]["state"] == "ANSWERED"
    release = seen["releases"][0]["act"]
    assert investigator.post(at + "/retrieve", {"of": release}).status == 200
    assert investigator.post(at + "/open", {"of": release, "reason": "照合"}).status == 200
    download = investigator.get(f"{at}/files/{uploaded.json['sha256']}?name=" + quoted("控え.csv"))
    assert download.status == 200 and download.body == b"name\r\n"
    assert download.headers["content-disposition"].startswith("attachment")
    # A download that broke off goes on where it stopped, and only with the same file.
    tag, at_file = download.headers["etag"], f"{at}/files/{uploaded.json['sha256']}"
    rest = investigator.send("GET", at_file, headers={"Range": "bytes=4-", "If-Range": tag})
    assert (rest.status, rest.body, rest.headers["content-range"]) == (206, b"\r\n", "bytes 4-5/6")
    assert rest.headers["content-disposition"].startswith("attachment")
    assert investigator.send("GET", at_file, headers={"Range": "bytes=4-", "If-Range": '"0"'}).body == b"name\r\n"
    beyond = investigator.send("GET", at_file, headers={"Range": "bytes=6-"})
    assert (beyond.status, beyond.code, beyond.headers["content-range"]) == (416, "OUT_OF_RANGE", "bytes */6")
    assert operator.send("GET", at_file, headers={"Range": "bytes=0-0"}).body == b"n", "who prepared it may read it, too"
    assert investigator.post(at + "/feedback", {"outcome": "LEAD_EXCLUDED", "message": ""}).status == 200
    assert investigator.post(at + "/close", {}).json["state"] == "CLOSED"


def entries_of(bundle):
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_evidence_of_the_page_is_that_of_the_command_line(demo, agency, tmp_path):
    head, officer = demo.enter("approver", agency), demo.enter("investigator", agency)
    row = next(row for row in head.get("/api/matters?state=ANSWERED,CLOSED,DELIVERED,IN_PROGRESS&limit=200").json["rows"] if row["number"])
    at = f"/api/matters/{row['matter']}"
    assert head.get(at + "/evidence.zip").code == "REASON_REQUIRED"
    why = {"reason": "公判に提出するため", "reveal": ["evidence"]}
    assert officer.post(at + "/view", why).status == 200
    assert officer.get(at + "/evidence.zip").code == "FORBIDDEN"
    assert head.post(at + "/view", why).status == 200
    taken = head.get(at + "/evidence.zip")
    assert taken.status == 200 and taken.headers["content-type"] == "application/zip"
    file = tmp_path / "cli.zip"
    done = subprocess.run([BIN, "evidence", "export", f"{agency}:{row['number']}", "--data", str(demo.folder), "-o", str(file)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    page, command = entries_of(taken.body), entries_of(file.read_bytes())
    assert list(page) == list(command)
    # The manifest bears the instant of its making, the checkpoint that of its signature; everything else is the same to the byte.
    differing = {name for name in page if page[name] != command[name]}
    assert differing <= {"manifest", "directory/checkpoint"}, differing
    (tmp_path / "page.zip").write_bytes(taken.body)
    verified = subprocess.run([BIN, "evidence", "verify", str(tmp_path / "page.zip"), "--root", str(demo.folder / "root.vkey"), "--json"],
                              capture_output=True, text=True, timeout=60)
    assert verified.returncode == 0, verified.stderr
    acts = json.loads(verified.stdout)["acts"]
    assert acts[-1]["kind"] == "matter.viewed" and acts[-1]["person"] == head.session["person"]


def test_a_delegation_is_given_and_ended_in_the_directory_and_in_the_books(demo, agency, tmp_path):
    head = demo.enter("approver", agency)
    me = next(one for one in head.get("/api/people").json["people"] if one["id"] == head.session["person"])
    assert me["is_unit_head"]
    delegate = next(one for one in head.get("/api/people").json["people"] if "approver" in one["roles"] and one["id"] != me["id"] and one["unit"] == me["unit"])
    start = int(time.time())
    stamp = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    command = {"delegator": me["id"], "delegate": delegate["id"], "unit": me["unit"], "from": stamp(start), "until": stamp(start + 86400)}
    prepared = head.post("/api/delegations/prepare", command)
    assert prepared.status == 200, prepared.body
    text = prepared.json["text"]
    made = head.post("/api/delegations", {"delegation": command, "entry": {"text": text, "signature": demo.sign(head, text, tmp_path)}})
    assert made.status == 201, made.body
    published = lambda: [one for one in head.get(f"/api/organisations/{agency}/people/{delegate['id']}").json["entries"] if one.get("delegator") == me["id"]]
    assert len(published()) == 1

    reference = {key: command[key] for key in ("delegator", "delegate", "unit", "from")}
    prepared = head.post("/api/delegations/end/prepare", reference)
    assert prepared.status == 200, prepared.body
    text = prepared.json["text"]
    command = {"delegation": reference, "entry": {"text": text, "signature": demo.sign(head, text, tmp_path)}}
    ended = head.post("/api/delegations/end", command)
    assert ended.status == 200, ended.body
    assert published() == []
    assert ended.json in head.get("/api/delegations").json["delegations"]
    assert head.post("/api/delegations/end/prepare", reference).code == "CONFLICT"
    # Cut off between directory and books, the same command comes again: nothing changes any more.
    assert head.post("/api/delegations/end", command).json == ended.json


# --- repetition -------------------------------------------------------------------------------------------------------------


def test_a_repetition_gives_the_first_answer(investigator):
    draft = draft_for(investigator)
    first = investigator.post("/api/inquiries", draft, key="repeat-0001")
    again = investigator.post("/api/inquiries", draft, key="repeat-0001")
    assert (first.status, first.body) == (201, again.body)
    other = investigator.post("/api/inquiries", {**draft, "ready": False}, key="repeat-0001")
    assert (other.status, other.code) == (422, "IDEMPOTENCY_MISMATCH")


def test_many_at_once_write_once(investigator):
    draft, replies = draft_for(investigator), []
    threads = [threading.Thread(target=lambda: replies.append(investigator.post("/api/inquiries", draft, key="repeat-0002"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply.status for reply in replies} == {201}
    assert len({reply.body for reply in replies}) == 1


# --- what is refused --------------------------------------------------------------------------------------------------------


def test_who_is_not_there(demo, investigator):
    nobody = demo.browser()
    assert nobody.get("/api/desk").code == "NOT_LOGGED_IN"
    account = investigator.account
    wrong = nobody.post("/api/session", {"organisation": account["organisation"], "login": "nobody-at-all", "password": "wrong wrong"})
    assert (wrong.status, wrong.code) == (401, "WRONG_LOGIN")
    investigator.csrf = "guess"
    assert investigator.post("/api/inquiries", draft_for(investigator)).code == "CSRF"


def test_pages_from_elsewhere_cannot_write(investigator):
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert investigator.post("/api/inquiries", draft_for(investigator), headers=headers).code == "CSRF"


def test_media_types_methods_paths_and_parameters(investigator):
    assert investigator.post("/api/inquiries", "{}", content_type="text/plain").status == 415
    assert investigator.send("DELETE", "/api/desk").headers["allow"] == "GET, HEAD"
    assert investigator.get("/api/desk/").status == 404
    assert investigator.get("/api/matters?colour=red").code == "UNKNOWN_FIELD"
    assert investigator.get("/api/matters?limit=201").code == "OUT_OF_RANGE"
    assert investigator.get("/api/matters/zzz/triage").status == 404
    assert investigator.send("POST", "/api/inquiries", "{}", headers={"Idempotency-Key": "short"}).code == "BAD_VALUE"


def test_a_draft_that_is_too_large(investigator):
    reply = investigator.post("/api/inquiries/oral", '{"summary":"' + "a" * (1024 * 1024) + '"}')
    assert reply.status == 413


# --- lists, forms ------------------------------------------------------------------------------------------------------------


def test_lists_of_the_demo(demo, agency, investigator):
    rows = investigator.get("/api/matters?limit=200").json["rows"]
    assert rows
    assert investigator.get("/api/desk").json["my_turn"] >= 0
    numbered = next(row for row in rows if row["number"])
    found = investigator.get("/api/matters?number=" + quoted(numbered["number"])).json["rows"]
    assert [row["matter"] for row in found] == [numbered["matter"]]
    auditor = demo.enter("auditor", agency)
    assert auditor.get("/api/matters").status == 200
    admin = demo.enter("admin", agency)
    assert admin.get("/api/matters").status == 403
    assert admin.post(f"/api/matters/{numbered['matter']}/view", {}).status == 404


def test_forms_and_import(investigator):
    law = investigator.get("/api/law").json
    assert {entry["code"] for entry in law["categories"]} == {f"K{n}" for n in range(1, 10)}
    assert len(investigator.get("/api/selector-types").json["types"]) >= 19
    csv = "対象の種類,値,求める情報\nメールアドレス,hanako@example.com,K1\n".encode("cp932")
    imported = investigator.post("/api/inquiries/import", csv, content_type="text/csv")
    assert imported.json["items"][0]["selector"]["value"] == "hanako@example.com", imported.body
    wrong = investigator.post("/api/inquiries/import", "type,value,categories\nEMAIL,nobody,K1\nEMAIL,a@example.com,K99\n", content_type="text/csv").json
    assert [(error["row"], error["column"]) for error in wrong["errors"]] == [(2, "value"), (3, "categories")]
    assert wrong["items"] == []


def test_a_key_file_is_sealed(investigator):
    key = investigator.get("/api/me/keyfile").json
    assert key["keyfile"].startswith("warifu-keyfile/v1\n")
    assert investigator.account["pin"] not in json.dumps(key)
