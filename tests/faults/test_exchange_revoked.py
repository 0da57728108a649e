"""Somebody loses the right to approve while his approval is on its way: the provider, another process of another house, hears of it before the approval
comes, and does not believe it. And a whole organisation is put out of the exchange."""
import base64
import json
import re
import shutil
import time

from exchange import AGENCY, HUB, Exchange
from hub_support import b64, sha
from line import Answer, Line, lead_over, straight, wait_for
from support import _Found, api, kinds_of, play, warifu


def nothing_comes(request, send):
    """The box stays empty; everything else passes."""
    if request.kind != "GET /exchange/v1/messages":
        return send(request)
    time.sleep(0.3)
    return Answer(200, "application/octet-stream", b"")


def vkey_of(folder, person):
    """Of the person's device, from the key file (docs/formats.md)."""
    file = (folder / "devices" / f"{person}.keyfile").read_text(encoding="utf-8")
    name, typed = re.search(r"^person (\S+)$", file, re.M)[1], b"\x01" + base64.b64decode(re.search(r"^public (\S+)$", file, re.M)[1])
    return f"{name}+{sha(name.encode() + bytes([10]) + typed)[:4].hex()}+{b64(typed)}"


def size_of(checkpoint):
    return int(checkpoint.body.split(b"\n")[1])


def looks_at_keys(line):
    return [answer for request, answer in list(line.recorded) if request.target == "/keys/checkpoint" and answer.status == 200]


def test_an_approval_by_somebody_whose_key_was_ended_meanwhile_is_in_doubt(apart, provider, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(apart, folder)
    hub_port = int(re.search(r"^url https://\S+:(\d+)$", (folder / HUB / "network").read_text(encoding="utf-8"), re.M)[1])
    with Line(folder / HUB, folder / provider, hub_port) as line:
        lead_over(folder / provider, line.port)
        exchange = Exchange(folder, tmp_path, provider=provider)
        try:
            line.rule = nothing_comes
            investigator, supervisor, approver, registrar, admin = (exchange.enter(role, AGENCY)
                                                                    for role in ("investigator", "supervisor", "approver", "registrar", "admin"))
            draft = exchange.again(lambda: _Found(api.draft_for(investigator))).value
            assert draft["to"] == provider
            matter = exchange.write(investigator, "/api/inquiries", draft)["matter"]
            at = f"/api/matters/{matter}"
            exchange.write(supervisor, at + "/check", {})
            # What ends the approver's key lies ready; he signs once more before it is handed in.
            person = approver.session["person"]
            prepared = admin.post("/api/keys/revocation/prepare", {"person": person, "role": approver.session["role"], "vkey": vkey_of(folder / AGENCY, person)})
            assert prepared.status == 200, prepared.body
            time.sleep(1.1)  # periods are of whole seconds
            exchange.signed(approver, at + "/approval")
            exchange.write(registrar, at + "/number", {})
            exchange.signed(registrar, at + "/dispatch")
            text = prepared.json["text"]
            before = size_of(looks_at_keys(line)[-1])
            ended = admin.post("/api/keys/revocation", {"text": text, "signature": exchange.parts[AGENCY].sign(admin, text, tmp_path)})
            assert ended.status == 204, ended.body
            assert approver.get("/api/session").status == 401, "and his log-in is over"
            # The provider has looked at the longer log, and has come again since: what it brought is in its directory.
            seen = wait_for(lambda: [place for place, look in enumerate(looks_at_keys(line)) if size_of(look) > before])
            wait_for(lambda: len(looks_at_keys(line)) > seen[0] + 1)
            line.rule = straight

            intake = exchange.enter("intake", provider)

            def rows(state):
                return [row["matter"] for row in intake.get(f"/api/matters?provider_state={state}").json["rows"]]
            wait_for(lambda: matter in rows("SUSPECT"))
            assert matter not in rows("VERIFIED")
            view = intake.send("POST", at + "/view", {}).json
            steps = {step["name"]: step["ok"] for step in view["verification"]}
            assert steps["approver_signature"] is False and steps["registrar_signature"] is True and steps["organisation_signature"] is True, steps
            assert not view.get("current"), "no text is shown that nobody had the right to send"
            assert intake.post(at + "/accept", {}).status >= 400
        finally:
            exchange.end()


def incidents_of(folder):
    told = warifu("incidents", "--data", folder, "--json")
    assert told.returncode == 0, told.stderr
    return [incident["code"] for incident in json.loads(told.stdout)["incidents"]]


def test_a_member_that_is_put_out_is_refused_by_hub_and_nodes_and_what_it_did_stays_provable(apart, provider, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(apart, folder)
    exchange = Exchange(folder, tmp_path, provider=provider)
    try:
        number, to = play(exchange)
        assert to == provider
        exchange.settle()
        investigator, supervisor, approver, registrar = (exchange.enter(role, AGENCY) for role in ("investigator", "supervisor", "approver", "registrar"))
        draft = exchange.again(lambda: _Found(api.draft_for(investigator))).value
        drafted = f"/api/matters/{exchange.write(investigator, '/api/inquiries', draft)['matter']}"
        began = time.monotonic()
        admitters = [str(folder / HUB / "admitters" / f"hub.demo_admit_{n}.key") for n in (1, 2)]
        ended = warifu("org", "revoke", provider, "--data", folder / HUB, "--reason", "left", "--admitter", admitters[0], "--admitter", admitters[1], "--json")
        assert ended.returncode == 0 and json.loads(ended.stdout)["revoked"] is True, ended.stdout + ended.stderr
        # The hub serves it no longer, and its house is told by the log.
        wait_for(lambda: 'code="NOT_ADMITTED"' in exchange.parts[provider].browser().get("/metrics").body.decode())
        wait_for(lambda: "NOT_ADMITTED" in incidents_of(folder / provider))
        # The agency seals nothing for it any more: what was drafted before and is dispatched now waits; nobody drafts for it again.
        exchange.write(supervisor, drafted + "/check", {})
        exchange.signed(approver, drafted + "/approval")
        exchange.write(registrar, drafted + "/number", {})
        exchange.signed(registrar, drafted + "/dispatch")
        wait_for(lambda: exchange.parts[AGENCY].figure("warifu_outbox") == 2)
        refused = wait_for(lambda: (reply := investigator.post("/api/inquiries", draft)).status != 201 and reply)
        assert refused.status == 422 and refused.json["code"] == "ADDRESSEE_UNKNOWN", refused.body
        time.sleep(2)
        assert exchange.parts[AGENCY].figure("warifu_outbox") == 2 and incidents_of(folder / AGENCY) == []
        assert time.monotonic() - began < 300
        exchange.stop()
    finally:
        exchange.end()
    # Of what crossed before, everything is verified as before, also by the audit.
    kinds = kinds_of(folder / AGENCY, number, AGENCY, tmp_path)
    assert "inquiry.dispatched" in kinds and "answer.released" in kinds, kinds
    # Who was put out still has it all, and vouches for no new bundle of it.
    bundle = tmp_path / "theirs.zip"
    assert warifu("evidence", "export", f"{AGENCY}:{number}", "--as", provider, "--data", folder / provider, "-o", bundle).returncode == 0
    told = warifu("evidence", "verify", bundle, "--root", folder / provider / "root.vkey", "--json")
    assert told.returncode == 1 and json.loads(told.stdout)["where"] == "manifest", told.stdout
    audited = warifu("audit", "--data", folder / HUB, "--data", folder / AGENCY, "--json")
    assert audited.returncode == 0, audited.stdout + audited.stderr
