"""A hub that is set back to an old backup while its members are closed: each of them knows what it saw before, also after its own restart."""
import json
import shutil
import time

from exchange import AGENCY, HUB, Exchange
from support import _Found, api, play, warifu
from test_exchange_revoked import incidents_of as codes_of
from test_exchange_revoked import vkey_of

LOGS = ("log", "keys")


def incidents_of(folder):
    told = warifu("incidents", "--data", folder, "--json")
    assert told.returncode == 0, told.stderr
    return {(incident["code"], incident["about"]) for incident in json.loads(told.stdout)["incidents"]}


def size_of(hub, log):
    return int((hub / "logs" / log / "checkpoint").read_text(encoding="utf-8").split("\n")[1])


def test_a_hub_from_an_old_backup_is_refused_by_every_node_that_was_closed_meanwhile(apart, provider, tmp_path):
    folder, backup = tmp_path / "data", tmp_path / "backup"
    shutil.copytree(apart, folder)
    shutil.copytree(folder / HUB, backup)
    exchange = Exchange(folder, tmp_path, provider=provider)
    try:
        _, to = play(exchange)
        assert to == provider
        investigator, supervisor, approver, registrar, admin = (exchange.enter(role, AGENCY)
                                                                for role in ("investigator", "supervisor", "approver", "registrar", "admin"))
        at = f"/api/matters/{exchange.write(investigator, '/api/inquiries', exchange.again(lambda: _Found(api.draft_for(investigator))).value)['matter']}"
        exchange.write(supervisor, at + "/check", {})
        exchange.signed(approver, at + "/approval")
        exchange.write(registrar, at + "/number", {})
        exchange.signed(registrar, at + "/dispatch")
        # The log of keys grows too: somebody's device is lost.
        person = supervisor.session["person"]
        lost = {"person": person, "role": supervisor.session["role"], "vkey": vkey_of(folder / AGENCY, person)}
        text = exchange.again(lambda: admin.post("/api/keys/revocation/prepare", lost)).json["text"]
        ended = admin.post("/api/keys/revocation", {"text": text, "signature": exchange.parts[AGENCY].sign(admin, text, tmp_path)})
        assert ended.status == 204, ended.body
        exchange.settle()
        exchange.until(lambda: size_of(folder / HUB, "keys") > size_of(backup, "keys"))
        time.sleep(3)  # both have looked since
        exchange.stop()
        assert all(size_of(folder / HUB, log) > size_of(backup, log) for log in LOGS)
        for organisation in (AGENCY, provider):
            assert incidents_of(folder / organisation) == set()

        shutil.rmtree(folder / HUB)
        shutil.copytree(backup, folder / HUB)
        for name in exchange.parts:
            exchange.start(name)
        for organisation in (AGENCY, provider):
            exchange.until(lambda organisation=organisation: "LOG_FORKED" in codes_of(folder / organisation))
        # Nothing is sent to it any more: what the agency withdraws waits in the outbox.
        investigator = exchange.enter("investigator", AGENCY)
        exchange.write(investigator, at + "/withdraw", {"reason": "不要となったため。"})
        exchange.until(lambda: (exchange.parts[AGENCY].figure("warifu_outbox") or 0) > 0)
        time.sleep(3)
        assert exchange.parts[AGENCY].figure("warifu_outbox") > 0
        for name in (AGENCY, provider):
            assert exchange.parts[name].stop() == 0, exchange.parts[name].text()
        told = {organisation: incidents_of(folder / organisation) for organisation in (AGENCY, provider)}
        # And after one more restart of the node itself, with the hub still there.
        for name in (AGENCY, provider):
            exchange.start(name)
        time.sleep(3)
        exchange.stop()
        for organisation in (AGENCY, provider):
            assert told[organisation] <= incidents_of(folder / organisation)
            assert told[organisation] <= {("LOG_FORKED", log) for log in LOGS} and told[organisation]
    finally:
        exchange.end()
    audited = warifu("audit", "--data", folder / HUB, "--data", folder / AGENCY, "--offline", "--json")
    assert audited.returncode == 1 and "LOG_FORKED" in {finding["code"] for finding in json.loads(audited.stdout)["findings"]}
