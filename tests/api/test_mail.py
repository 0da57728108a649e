"""Notices by mail from a node that serves: they tell of work and of nothing else, go over STARTTLS with a log-in where the relay wants it, and
wait while the relay is down or the node is."""
import json
import os

import pytest

from cli_support import AGENCY, PROVIDER, Served, World, certificate, done, made_on_the_folder, wait_until
from conftest import BIN
from smtp_relay import Relay, text_of


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    return made_on_the_folder(World(tmp_path_factory.mktemp("mail")))


def approved(world, name):
    """Something that waits for the registrar, who has not been told of it."""
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", world.draft_file(name), "--case", "R8-1", "--ready")["matter"]
    world.local(AGENCY, "kakarichou", "inquiry", "check", matter)
    world.local(AGENCY, "kachou", "inquiry", "approve", matter, signs=True)
    (world.data / AGENCY / "notices.json").unlink(missing_ok=True)
    return matter


def mail_settings(relay, **more):
    return {"WARIFU_MAIL_URL": f"smtp://localhost:{relay.port}", "WARIFU_MAIL_FROM": "warifu@kakuu-police.example", **more}


def check_content(world, mails, matter):
    secrets = ("R8-1", "ex-1001", "架空オークション", "架空ポータル", "portal", matter, "詐欺", "架空警サ発", "架空 ", "仮野")
    for mail in mails:
        head, body = text_of(mail)
        assert "あなたの番の案件" in body and "Waiting for you" in body and f"http://localhost:{world.port}/" in body
        assert not [secret for secret in secrets if secret in body or secret in head.replace(f"@{PROVIDER}", "")]


@pytest.mark.skipif(not os.environ.get("WARIFU_LONG"), reason="the minute before the next try really passes: --long")
def test_a_notice_waits_for_a_relay_that_is_down_and_for_the_node_itself(world):
    """The node that met the refusal is stopped; the next one remembers what is still to be told, and tells it once."""
    matter = approved(world, "down")
    shomu = f"shomu@{AGENCY}"
    relay = Relay()
    env = mail_settings(relay, WARIFU_MAIL_REQUIRE_TLS="false")
    relay.is_down = True
    try:
        with Served(world.data, port=world.port, env=env) as server:
            wait_until(lambda: relay.refused > 0 and server.figure("warifu_mail_failures_total", AGENCY), 60, server.text)
            assert server.figure("warifu_mail_waiting", AGENCY) >= 1
            assert '"event":"mail"' in server.text() and "MAIL_FAILED" in server.text()
            assert AGENCY + '"' in server.text() and shomu not in server.text()
        state = json.loads((world.data / AGENCY / "notices.json").read_text(encoding="utf-8"))
        assert [told for told in state.values() if told.get("failures") and told.get("next_try")]
        relay.is_down = False
        with Served(world.data, port=world.port, env=env) as server:
            wait_until(lambda: relay.to(shomu), 120, server.text)  # tried again a minute after the refusal
            rounds = server.figure("warifu_mail_sent_total", AGENCY)
            wait_until(lambda: server.figure("warifu_mail_waiting", AGENCY) == 0, 30, server.text)
            assert rounds is not None and len(relay.to(shomu)) == 1
    finally:
        relay.close()
    check_content(world, relay.mails, matter)


def test_a_notice_goes_over_starttls_with_a_log_in(world, tmp_path):
    matter = approved(world, "tls")
    cert, key = certificate(tmp_path)
    secret = tmp_path / "mail.password"
    secret.write_text("a relay password of its own\n", encoding="utf-8")
    secret.chmod(0o600)
    relay = Relay((cert, key), {"warifu": "a relay password of its own"})
    env = mail_settings(relay, WARIFU_MAIL_USER="warifu", WARIFU_MAIL_PASSWORD_FILE=str(secret), WARIFU_MAIL_CA_FILE=str(cert))
    try:
        with Served(world.data, port=world.port, env=env) as server:
            wait_until(lambda: relay.to(f"shomu@{AGENCY}"), 60, server.text)
            assert "a relay password of its own" not in server.text()
    finally:
        relay.close()
    assert all(is_encrypted and user == "warifu" for _, _, is_encrypted, user in relay.mails) and relay.passwords_in_clear == 0
    check_content(world, relay.mails, matter)


@pytest.mark.parametrize("what", ["no TLS offered", "certificate of an unknown authority"])
def test_a_relay_that_cannot_be_trusted_gets_nothing(world, tmp_path, what):
    approved(world, what.split()[0])
    secret = tmp_path / "mail.password"
    secret.write_text("a relay password of its own\n", encoding="utf-8")
    secret.chmod(0o600)
    users = {"warifu": "a relay password of its own"}
    relay = Relay(None, users) if what == "no TLS offered" else Relay(certificate(tmp_path), users)
    env = mail_settings(relay, WARIFU_MAIL_USER="warifu", WARIFU_MAIL_PASSWORD_FILE=str(secret))
    try:
        with Served(world.data, port=world.port, env=env) as server:
            wait_until(lambda: server.figure("warifu_mail_failures_total", AGENCY), 60, server.text)
            assert "MAIL_FAILED" in server.text()
    finally:
        relay.close()
    assert not relay.mails and relay.passwords_in_clear == 0
    assert done("rebuild", "--check", "--data", world.data)["differing"] == 0
