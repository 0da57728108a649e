"""The hub's interface, row by row, as strangers to the code speak it: what it takes, what it refuses, and what is left after it was killed."""
import base64
import contextlib
import json
import os
import signal
import socket
import sqlite3
import ssl
import time
from pathlib import Path

import pytest

from cli_support import done, refused, run
from hub_support import PART, Hub, Key, Member, b64, frames, id_of, leaf_hash, note, sha, text_of, vkey_verifies

AGENCY, PROVIDER, THIRD = "kakuu-police.example", "portal.example", "bank.example"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    started = Hub(tmp_path_factory.mktemp("hub") / "hub")
    yield started
    assert started.stop() == 0, started.lines


@pytest.fixture(scope="module")
def members(hub, tmp_path_factory):
    folder = tmp_path_factory.mktemp("members")
    return [Member(hub, folder, AGENCY).join(), Member(hub, folder, PROVIDER, "provider").join(), Member(hub, folder, THIRD, "provider").join()]


@pytest.fixture
def agency(members):
    return members[0]


@pytest.fixture
def provider(members):
    return members[1]


@pytest.fixture
def third(members):
    return members[2]


def refusal(answer, status=None):
    """The code of a refusal; every refusal is a problem in two languages."""
    assert answer.status >= 400, answer.body
    assert answer.headers["content-type"].startswith("application/problem+json")
    told = json.loads(answer.body)
    assert told["ja"] and told["en"] and told["status"] == answer.status
    assert status is None or answer.status == status, answer.body
    return told["code"]


def post_refusal(member, message):
    """Why one message of a request was refused, the request itself being good."""
    answer = member.post(message)
    assert answer.status == 200, answer.body
    (frame,) = answer.frames
    assert frame.startswith(b"{"), frame
    return json.loads(frame)["code"]


# ── relaying ──


def test_a_message_is_promised_relayed_acknowledged_and_logged(hub, agency, provider, third):
    message, promise, index = agency.send_message(PROVIDER)
    got = [item for item in provider.fetch() if text_of(item[1].decode()).split("\n")[1] == id_of(message)]
    assert len(got) == 1
    seq, envelope, again, sealed = got[0]
    assert envelope.decode() == message[0] and sealed == message[2]
    assert again.decode() == promise, "the promise is the same for sender and recipient"
    assert not [item for item in third.fetch() if item[1] == envelope], "not for others"

    def relayed(member):
        return member.send("POST", "/exchange/v1/status", id_of(message) + "\n").frames
    hub.until(lambda: relayed(agency)[2] != b"")
    message_id, to, statement = relayed(agency)
    assert (message_id.decode(), to.decode()) == (id_of(message), PROVIDER)
    assert vkey_verifies(hub.network["sign"], statement.decode())
    assert text_of(statement.decode()).split("\n")[:4] == ["warifu-relayed/v1", "hub.example/log", id_of(message), "to " + PROVIDER]
    assert relayed(provider) == [], "only the sender may ask"

    third.acknowledge(id_of(message))  # not theirs: without effect
    assert [item for item in provider.fetch() if item[1] == envelope]
    provider.acknowledge(id_of(message))
    provider.acknowledge(id_of(message))
    assert not [item for item in provider.fetch() if item[1] == envelope]
    assert provider.fetch(after=int(seq)) == []

    hub.until(lambda: hub.log_size() > index)
    number, place = divmod(index, 256)
    size = hub.log_size()
    width = min(256, size - 256 * number)
    suffix = "" if width == 256 else f".p/{width}"
    tile = hub.request("GET", f"/log/tile/0/{number:03}{suffix}")
    assert tile.status == 200 and tile.headers["cache-control"].endswith("immutable")
    assert tile.body[32 * place:32 * place + 32] == leaf_hash(message[1])


def test_several_messages_in_one_request_stand_or_fall_alone(agency, provider):
    good, late = agency.message(PROVIDER), agency.message(PROVIDER, expires=int(time.time()) - 1)
    answer = agency.post(good, late, good)
    assert answer.status == 200
    first, second, third = answer.frames
    assert first == third and b"warifu-promise/v1" in first
    assert json.loads(second)["code"] == "OUT_OF_RANGE"
    assert len([item for item in provider.fetch() if item[1].decode() == good[0]]) == 1


def test_a_message_for_two_waits_for_both(agency, provider, third):
    message, _, _ = agency.send_message([PROVIDER, THIRD])
    for member in (provider, third):
        assert [item for item in member.fetch() if item[1].decode() == message[0]]
    provider.acknowledge(id_of(message))
    assert not [item for item in provider.fetch() if item[1].decode() == message[0]]
    assert [item for item in third.fetch() if item[1].decode() == message[0]]


def test_the_same_again_gets_its_first_promise_and_another_one_is_a_replay(agency):
    message, promise, _ = agency.send_message(PROVIDER)
    assert agency.post(message).frames == [promise.encode()]
    other = agency.message(PROVIDER, message_id=id_of(message))
    assert post_refusal(agency, other) == "REPLAYED"


def test_who_waits_is_answered_when_something_comes(agency, provider):
    import threading
    newest = max([int(item[0]) for item in provider.fetch()], default=0)
    got = []
    waiting = threading.Thread(target=lambda: got.extend(provider.fetch(after=newest, wait=20_000)))
    waiting.start()
    time.sleep(0.3)
    began = time.monotonic()
    message, _, _ = agency.send_message(PROVIDER)
    waiting.join(20)
    assert time.monotonic() - began < 5
    assert [item for item in got if item[1].decode() == message[0]]


def test_what_is_wrong_with_a_message_is_said_by_its_code(agency, provider):
    stranger = Key(f"{AGENCY}/sign")
    now = int(time.time())
    cases = {
        "SIGNATURE_MISSING": [dict(signer=stranger), dict(signer=Key(f"{PROVIDER}/sign"))],
        "ADDRESSEE_UNKNOWN": [dict(to=["nobody.example"]), dict(to=[PROVIDER, "zz.example"])],
        "OUT_OF_RANGE": [dict(expires=now - 1), dict(expires=now + 32 * 86_400)],
        "TEXT_DIFFERS": [dict(leaf=sha("other").hex()), dict(object=sha("other").hex()), dict(bytes=4299)],
        "BAD_NOTE": [dict(version="warifu-env/v2"), dict(id="0" * 31), dict(id="A" * 32), dict(to=[]), dict(to=[PROVIDER, PROVIDER]),
                     dict(to=["../x"]), dict(to=["%2e%2e"]), dict(to=["Portal.example"]), dict(to=["a\x00b"]), dict(thread=b64(b"x" * 31)),
                     dict(thread="!" * 44), dict(object="0" * 63), dict(bytes="04300"), dict(bytes=-1), dict(expires="x"), dict(**{"class": "express"})],
    }
    for code, changes in cases.items():
        for change in changes:
            change = dict(change)
            to = change.pop("to", PROVIDER)
            message = agency.message(PROVIDER, **change) if to == PROVIDER else agency.message(to, **change)
            assert post_refusal(agency, message) == code, change
    other = provider.message(THIRD)
    assert post_refusal(agency, other) in ("FORBIDDEN", "SIGNATURE_MISSING")
    envelope, leaf, sealed = agency.message(PROVIDER)
    for broken in (envelope + "x", envelope[:-1], "\n" + envelope, envelope.replace("class normal", "class normal\nclass normal"), "", "x" * 70_000):
        assert post_refusal(agency, (broken, leaf, sealed)) in ("BAD_NOTE", "SIGNATURE_INVALID", "TOO_LARGE"), broken[:80]
    for i in range(0, len(envelope) - 2, 37):  # bit flips
        raw = bytearray(envelope.encode())
        raw[i] ^= 1
        answer = agency.post((bytes(raw), leaf, sealed)).frames[0]
        assert answer.startswith(b"{"), (i, bytes(raw[i:i + 1]))
    for broken in (leaf + "x", leaf.replace("v1", "v2", 1), leaf.replace("hub.example/log", "other.example/log"), "x" * 5_000, leaf.replace("\n", "", 1)):
        text = envelope.replace(leaf_hash(leaf).hex(), leaf_hash(broken).hex())
        resigned = note(text_of(text), agency.sign)
        assert post_refusal(agency, (resigned, broken, sealed)) in ("BAD_NOTE", "TOO_LARGE", "OUT_OF_RANGE"), broken[:60]
    assert post_refusal(agency, (envelope, leaf, b"")) == "PART_MISSING"


def test_bodies_and_parameters_that_are_none(hub, agency):
    good = frames(*agency.message(PROVIDER))
    for body in (b"", good[:-1], good + b"\0\0\0", b"\xff\xff\xff\xff", frames("a"), frames("a", "b"), frames(*["a"] * 4)):
        assert refusal(agency.send("POST", "/exchange/v1/messages", body), 422) == "BAD_ENCODING"
    assert refusal(agency.send("POST", "/exchange/v1/messages", frames(*["x"] * 195))) == "TOO_MANY"
    for query in ("after=-1", "after=01", "after=x", "limit=0", "limit=65", "wait=25001", "after=1&after=1", "more=1", "after=99999999999999999999"):
        assert refusal(agency.send("GET", "/exchange/v1/messages?" + query)) in ("BAD_NOTE", "OUT_OF_RANGE", "DUPLICATE_FIELD", "UNKNOWN_FIELD"), query
    for what in ("acknowledged", "status"):
        for body in ("", "x\n", "0" * 32, "0" * 31 + "\n", "0" * 33 + "\n", "A" * 32 + "\n", "0" * 32 + "\r\n", "\n"):
            assert refusal(agency.send("POST", f"/exchange/v1/{what}", body)), (what, body)
        assert refusal(agency.send("POST", f"/exchange/v1/{what}", ("0" * 32 + "\n") * 1025)) == "TOO_MANY"
    for method, target in (("PUT", "/exchange/v1/messages"), ("DELETE", "/exchange/v1/messages"), ("GET", "/exchange/v1/acknowledged"), ("POST", "/log/checkpoint")):
        assert refusal(agency.send(method, target), 405) == "METHOD_NOT_ALLOWED"
    for target in ("/exchange/v1/nothing", "/exchange/v2/messages", "/exchange/v1/messages/x", "/exchange", "/exchange/v1/log/other", "/", "/logs"):
        assert refusal(agency.send("POST", target, b"")) == "NOT_FOUND"
    head = hub.request("HEAD", "/log/checkpoint")
    assert (head.status, head.body, head.headers["cache-control"]) == (200, b"", "no-cache") and int(head.headers["content-length"]) > 100
    for path in ("tile/0/../../../network", "../network", "%2e%2e/network", "tile/0/%2e%2e", "tile/%00", "hub.json", "tile", "tile/0", "tile/0/000.p/999", "tile//0",
                 "TILE/0/000", ".checkpoint", "checkpoint/x"):
        for log in ("log", "keys"):
            assert hub.request("HEAD", f"/{log}/{path}").status in (400, 404)
            answer = hub.request("GET", f"/{log}/{path}")
            assert answer.status in (400, 404), (path, answer.status, answer.body[:100])


# ── who is who ──


def test_only_members_with_their_own_certificate_get_in(hub, agency, provider, tmp_path):
    targets = [("GET", "/exchange/v1/messages"), ("POST", "/exchange/v1/messages"), ("POST", "/exchange/v1/acknowledged"), ("POST", "/exchange/v1/status"),
               ("PUT", "/exchange/v1/objects/" + "0" * 64), ("GET", "/exchange/v1/objects/" + "0" * 64), ("PUT", "/exchange/v1/objects/" + "0" * 64 + "/parts/0"),
               ("GET", "/exchange/v1/objects/" + "0" * 64 + "/parts/0"), ("POST", "/exchange/v1/log/cosignature"), ("POST", "/exchange/v1/keys/cosignature"),
               ("POST", "/exchange/v1/entries"), ("POST", "/exchange/v1/documents"), ("GET", "/exchange/v1/documents")]
    stranger = Member(hub, tmp_path, "stranger.example")
    pretender = Member(hub, tmp_path, AGENCY)  # the right name, another key
    odd = Member(hub, tmp_path, "odd.example")
    for name in ("..", "Portal.example", "a/b", "a b", "x" * 64):
        odd.certificate, odd.key_file = odd.new_certificate(f"c{len(name)}", name)
        assert refusal(odd.send("GET", "/exchange/v1/messages"), 403) == "NOT_ADMITTED"
    for method, target in targets:
        assert refusal(hub.request(method, target, b""), 403) == "NOT_ADMITTED", "without any certificate"
        for member in (stranger, pretender):
            assert refusal(member.send(method, target, b""), 403) == "NOT_ADMITTED"
    # Another member's certificate without its key: no handshake.
    stranger.certificate = agency.certificate
    with pytest.raises(ssl.SSLError):
        stranger.send("GET", "/exchange/v1/messages")
    assert agency.send("GET", "/exchange/v1/documents").status == 200
    # In another's name, over a good connection of one's own.
    assert post_refusal(provider, agency.message(THIRD)) in ("FORBIDDEN", "SIGNATURE_MISSING")


def test_tls_1_2_is_refused(hub):
    context = ssl.create_default_context(cafile=hub.folder / "tls.crt")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    import http.client
    with pytest.raises(ssl.SSLError):
        http.client.HTTPSConnection("127.0.0.1", hub.port, context=context, timeout=10).request("GET", "/healthz")


def test_everybody_may_read_the_logs_and_whether_it_lives(hub):
    assert hub.request("GET", "/healthz").body == b"ok\n"
    for log in ("log", "keys"):
        checkpoint = hub.log_text(log + "/checkpoint")
        assert checkpoint.startswith(f"hub.example/{log}\n") and vkey_verifies(hub.network[log], checkpoint)
        assert "— hub.example/witness " in checkpoint, "the heartbeat: the hub's own cosignature says when"
    figures = hub.request("GET", "/metrics").body.decode()
    assert 'warifu_hub_log_entries{log="keys"}' in figures and "warifu_hub_promise_lateness_seconds 0" in figures


# ── objects in parts ──


def test_objects_in_parts_go_on_where_they_stopped(hub, agency, provider, third):
    data = os.urandom(PART) + os.urandom(PART) + os.urandom(1234)
    parts = [data[i:i + PART] for i in range(0, len(data), PART)]
    name = sha(data).hex()
    listing = f"{len(data)}\n" + "".join(leaf_hash(part).hex() + "\n" for part in parts)
    at = "/exchange/v1/objects/" + name

    def state(member):
        lines = member.send("GET", at).body.decode().splitlines()
        return int(lines[0]), "".join(line[-1] for line in lines[1:])
    assert refusal(agency.send("GET", at)) == "NOT_FOUND"
    assert refusal(agency.send("PUT", at + "/parts/0", parts[0])) == "NOT_FOUND"
    for broken in ("", "x\n", listing[:-1], f"{len(data)}\n", listing + leaf_hash(b"").hex() + "\n", "0\n", listing.upper(), f"{len(data) + 2 * PART}\n" + listing.split("\n", 1)[1]):
        assert refusal(agency.send("PUT", at, broken)), broken[:60]
    assert agency.send("PUT", at, listing).status == 200
    assert agency.send("PUT", at, listing).status == 200
    other = listing.replace(leaf_hash(parts[2]).hex(), leaf_hash(b"x").hex())
    assert refusal(agency.send("PUT", at, other)) == "CONFLICT"
    assert state(agency) == (len(data), "000")
    message = agency.message(PROVIDER, object_bytes=data)
    assert post_refusal(agency, (message[0], message[1], b"")) == "PART_MISSING"
    assert agency.send("PUT", at + "/parts/2", parts[2]).status == 204
    for number, bad in ((0, parts[1]), (0, parts[0][:-1]), (2, parts[0]), (0, b"")):
        assert refusal(agency.send("PUT", f"{at}/parts/{number}", bad)) == "TEXT_DIFFERS"
    assert refusal(agency.send("PUT", at + "/parts/3", b"x")) == "OUT_OF_RANGE"
    assert agency.send("PUT", at + "/parts/0", parts[0] + b"x").status == 413
    for wrong in ("x", "-1", "01", "", "%2e%2e"):
        assert agency.send("PUT", f"{at}/parts/{wrong}", b"x").status in (400, 404, 422)
    hub.restart()
    assert state(agency) == (len(data), "001"), "what was acknowledged is there after the restart"
    assert agency.send("PUT", at + "/parts/0", parts[0]).status == 204
    assert agency.send("PUT", at + "/parts/1", parts[1]).status == 204
    assert agency.send("PUT", at + "/parts/1", parts[1]).status == 204
    answer = agency.post((message[0], message[1], b""))
    assert b"warifu-promise/v1" in answer.frames[0], answer.body
    item = [item for item in provider.fetch() if item[1].decode() == message[0]][0]
    assert item[3] == b"", "to be fetched in parts"
    assert b"".join(provider.send("GET", f"{at}/parts/{i}").body for i in range(3)) == data
    assert refusal(third.send("GET", at)) == "NOT_FOUND", "a message's object is for its recipients"
    assert refusal(third.send("GET", at + "/parts/0")) == "NOT_FOUND"
    assert refusal(provider.send("GET", at + "/parts/3")) == "NOT_FOUND"


# ── directory ──


def test_entries_and_documents_are_taken_from_their_own_organisation_only(hub, agency, provider):
    entry = agency.key_entry("seal", "x25519", os.urandom(32), start=agency.now + 10)
    before = hub.resting_size("keys")
    assert refusal(provider.send("POST", "/exchange/v1/entries", entry)) == "FORBIDDEN"
    assert refusal(agency.send("POST", "/exchange/v1/entries", entry)) == "CONFLICT", "a key in force is followed by its successor only"
    seal = next(e for e in entries_of(hub) if f"org {AGENCY}\npurpose seal" in e)
    successor = agency.key_entry("seal", "x25519", os.urandom(32), previous=leaf_hash(seal).hex())
    for broken in ("", "x", successor[:-1], successor + "x", note(text_of(successor), Key(f"{AGENCY}/root")), note(text_of(successor), agency.sign),
                   note(text_of(successor).replace("hub.example/keys", "hub.example/log"), agency.root),
                   note(text_of(successor).replace("x25519", "x448"), agency.root)):
        assert refusal(agency.send("POST", "/exchange/v1/entries", broken)), broken[:80]
    assert refusal(agency.send("POST", "/exchange/v1/entries", note(agency.member_text(), agency.root))) == "BAD_NOTE", "admission goes another way"
    assert agency.send("POST", "/exchange/v1/entries", successor).status == 204
    assert agency.send("POST", "/exchange/v1/entries", successor).status == 204
    # One of the post-quantum hybrid has its length; whether it is a key is nothing that a hub needs ML-KEM for.
    previous = leaf_hash(successor).hex()
    assert refusal(agency.send("POST", "/exchange/v1/entries", agency.key_entry("seal", "mlkem768x25519", os.urandom(1215), previous=previous))) == "BAD_NOTE"
    assert agency.send("POST", "/exchange/v1/entries", agency.key_entry("seal", "mlkem768x25519", os.urandom(1216), previous=previous)).status == 204
    hub.until(lambda: hub.log_size("keys") == before + 2)

    note_text, body = agency.document(telephone="000-0000")
    assert agency.send("POST", "/exchange/v1/documents", frames(note_text, body)).status == 204
    assert refusal(provider.send("POST", "/exchange/v1/documents", frames(note_text, body))) == "FORBIDDEN"
    old = agency.document(serial=1)
    assert refusal(agency.send("POST", "/exchange/v1/documents", frames(*old))) == "STALE"
    for broken in (frames(note_text), frames(note_text, body + " "), frames(note_text, body, ""), b"", frames(body, note_text)):
        assert refusal(agency.send("POST", "/exchange/v1/documents", broken))
    got = provider.send("GET", "/exchange/v1/documents?after=0").frames
    version, documents = int(got[0]), got[1:]
    assert body.encode() in documents and note_text.encode() in documents
    assert provider.send("GET", f"/exchange/v1/documents?after={version}").frames == [str(version).encode()]


def entries_of(hub):
    """All entries of the log of keys, as a stranger reads them."""
    size = hub.log_size("keys")
    out = []
    for number in range((size + 255) // 256):
        width = min(256, size - 256 * number)
        data = hub.request("GET", f"/keys/tile/entries/{number:03}" + ("" if width == 256 else f".p/{width}")).body
        while data:
            length = int.from_bytes(data[:2], "big")
            out.append(data[2:2 + length].decode())
            data = data[2 + length:]
    assert len(out) == size
    return out


def test_cosignatures_of_members_come_into_the_checkpoint(hub, agency, provider):
    checkpoint = hub.log_text("keys/checkpoint")
    text = text_of(checkpoint)
    line = agency.witness.cosign(text)
    at = "/exchange/v1/keys/cosignature"
    assert refusal(provider.send("POST", at, frames(text, line))) == "SIGNATURE_MISSING"
    for broken in (frames(text), frames(text, line, ""), frames(text, line + "x"), frames(text, agency.sign.line(text)), frames(text[:-1], line), frames("", "")):
        assert refusal(agency.send("POST", at, broken)), broken
    assert refusal(agency.send("POST", at, frames(text, agency.witness.cosign(text, at=int(time.time()) + 3600)))) == "TIME_IN_FUTURE"
    assert refusal(agency.send("POST", "/exchange/v1/log/cosignature", frames(text, line))) == "BAD_NOTE", "of the other log"
    lines = text.split("\n")
    forged = f"{lines[0]}\n{int(lines[1]) + 5}\n{lines[2]}\n"
    assert refusal(agency.send("POST", at, frames(forged, agency.witness.cosign(forged)))) == "LOG_FORKED"
    older = f"{lines[0]}\n1\n{b64(leaf_hash(entries_of(hub)[0]))}\n"
    assert refusal(agency.send("POST", at, frames(older, agency.witness.cosign(older)))) == "STALE"
    assert agency.send("POST", at, frames(text, line)).status == 204
    assert line in hub.log_text("keys/checkpoint").splitlines()
    again = agency.witness.cosign(text, at=int(time.time()) + 1)
    assert agency.send("POST", at, frames(text, again)).status == 204
    published = hub.log_text("keys/checkpoint").splitlines()
    assert again in published and line not in published, "the newest of each witness"


# ── joining ──


def test_joining_takes_an_invitation_a_certificate_and_two_people(hub, tmp_path):
    newcomer = Member(hub, tmp_path, "newcomer.example")
    at = "/exchange/v1/applications"
    assert refusal(newcomer.send("POST", at, frames("00000-00000-00000-00000", newcomer.bundle()))) == "INVITATION_INVALID"
    code = newcomer.invite()
    assert refused("org", "invite", "--data", hub.folder, "--org", newcomer.org, "--side", "agency", "-o", tmp_path / "x")["code"] == "CONFLICT"
    assert refusal(hub.request("POST", at, frames(code, newcomer.bundle()))) == "NOT_ADMITTED"
    other = Member(hub, tmp_path, "other.example")
    assert refusal(other.send("POST", at, frames(code, other.bundle()))) == "INVITATION_INVALID"
    assert refusal(newcomer.send("POST", at, frames("x", newcomer.bundle()))) == "INVITATION_INVALID"
    keys = newcomer.first_keys()
    document = newcomer.document()
    good = note(newcomer.member_text(), newcomer.root)
    cases = {
        "nothing signed": frames(code, frames(newcomer.member_text(), *document, *keys)),
        "another side": frames(code, frames(note(newcomer.member_text(side="provider"), newcomer.root), *document, *keys)),
        "another org": frames(code, frames(note(newcomer.member_text(org="other.example"), newcomer.root), *document, *keys)),
        "no keys": frames(code, frames(good, *document)),
        "a key of another root": frames(code, frames(good, *document, *keys[:3], note(text_of(keys[3]), Key(f"{newcomer.org}/root")))),
        "another certificate": frames(code, frames(good, *document, *keys[:3], newcomer.key_entry("tls", "spki-sha256", os.urandom(32)))),
        "another body": frames(code, frames(good, document[0], document[1] + " ", *keys)),
        "cut": frames(code, newcomer.bundle()[:-1]),
        "three": frames(code, newcomer.bundle(), ""),
    }
    for name, body in cases.items():
        assert refusal(newcomer.send("POST", at, body)), name
    # What its own key signed about itself, and nobody could take over after two people have admitted it.
    text, body = newcomer.document()
    loose = body.replace('"address"', ' "address"')
    spelled = note(text_of(text).replace(f"body {sha(body).hex()} {len(body.encode())}", f"body {sha(loose).hex()} {len(loose.encode())}"), newcomer.sign)
    for about, code_of in ((newcomer.document(id="other.example"), "TEXT_DIFFERS"), (newcomer.document(side="PROVIDER"), "TEXT_DIFFERS"),
                           ((spelled, loose), "BAD_ENCODING"), ((text, body + " "), "TEXT_DIFFERS")):
        assert refusal(newcomer.send("POST", at, frames(code, frames(good, *about, *keys)))) == code_of, about[1]
    bundle = newcomer.bundle()
    assert newcomer.send("POST", at, frames(code.lower().replace("-", " "), bundle)).status == 202
    assert newcomer.send("POST", at, frames(code, bundle)).status == 202, "the same again, after an answer that was lost"
    assert refusal(newcomer.send("POST", at, frames(code, newcomer.bundle()))) == "INVITATION_INVALID", "a code is for one use"
    assert refusal(newcomer.send("GET", "/exchange/v1/messages"), 403) == "NOT_ADMITTED"

    (waiting,) = [a for a in done("org", "pending", "--data", hub.folder)["applications"] if a["org"] == newcomer.org]
    assert waiting["state"] == "applied" and waiting["root"] == newcomer.root.vkey and waiting["signed_by"] == []
    digest = sha(newcomer.root.vkey)[:20].hex()
    assert waiting["fingerprint"].replace(" ", "") == digest
    keyfiles = [hub.folder / "admitters" / f"hub.example_admit_{i}.key" for i in (1, 2)]
    wrong = ["org", "admit", newcomer.org, "--data", hub.folder, "--admitter", keyfiles[0], "--fingerprint", "0000 " * 10]
    assert refused(*wrong)["code"] == "TEXT_DIFFERS"
    assert refused("org", "admit", newcomer.org, "--data", hub.folder, "--admitter", hub.folder / "keys" / "hub.example_sign.key")["code"] == "BAD_KEYFILE"
    admit = ["org", "admit", newcomer.org, "--data", hub.folder, "--fingerprint", waiting["fingerprint"], "--admitter"]
    assert done(*admit, keyfiles[0])["admitted"] is False
    assert done(*admit, keyfiles[0])["admitted"] is False, "the same person twice is one person"
    assert refusal(newcomer.send("GET", "/exchange/v1/messages"), 403) == "NOT_ADMITTED"
    shown = run("org", "admit", newcomer.org, "--data", hub.folder, "--admitter", keyfiles[1])
    assert shown.returncode == 0 and waiting["fingerprint"] in shown.stdout and "█" in shown.stdout, shown.stdout + shown.stderr
    assert newcomer.send("GET", "/exchange/v1/messages").status == 200
    assert refused(*admit, keyfiles[1])["code"] == "NOT_FOUND"
    hub.until(lambda: any(newcomer.root.vkey in entry for entry in entries_of(hub)))



def test_an_admitters_key_lies_sealed_and_opens_with_its_own_passphrase(tmp_path):
    where = ["--role", "hub", "--org", "hub.example", "--url", "https://hub.example:8443", "--passphrase-stdin"]
    first, second = "the first of the two", "二人目の合言葉です。長くする"
    for typed in ("", f"{first}\n", f"{first}\nshort\n"):
        assert refused("init", "--data", tmp_path / "hub", *where, stdin=typed)["code"] in ("MISSING_FIELD", "OUT_OF_RANGE")
        assert not list(tmp_path.glob("hub/*"))
    made = done("init", "--data", tmp_path / "hub", *where, stdin=f"{first}\n{second}\n")
    files = [Path(file) for file in made["admitters"]]
    for number, file in enumerate(files, 1):
        lines = file.read_text().splitlines()
        assert lines[:2] == ["warifu-admitter/v1", f"admitter hub.example/admit/{number}"] and len(lines) == 6
        assert file.stat().st_mode & 0o777 == 0o600
    # Carried away, under another name; the file says whose key it is.
    stick = files[0].rename(tmp_path / "stick")
    Path(f"{stick}.2").write_text(stick.read_text().replace("admit/1", "admit/2"))
    revoke = ["org", "revoke", "nobody.example", "--data", tmp_path / "hub", "--reason", "x", "--passphrase-stdin", "--admitter"]
    assert refused(*revoke, stick, stdin=f"{first}\n")["code"] == "NOT_FOUND", "opened: nobody is a member"
    assert refused(*revoke, files[1], "--admitter", stick, stdin=f"{second}\n{first}\n")["code"] == "NOT_FOUND"
    for file, typed, code in ((stick, second, "WRONG_PIN"), (files[1], first, "WRONG_PIN"), (stick, "", "MISSING_FIELD"),
                              (f"{stick}.2", first, "KEY_UNKNOWN"), (tmp_path / "none", first, "NOT_FOUND")):
        assert refused(*revoke, file, stdin=typed and f"{typed}\n")["code"] == code, (file, typed)


def test_an_admission_ends_by_two_admitters_and_what_was_logged_stays(hub, tmp_path):
    leaver, other = Member(hub, tmp_path, "leaver-police.example").join(), Member(hub, tmp_path, "stays.example", "provider").join()
    _, promise, _ = leaver.send_message(other.org)
    keys = [hub.folder / "admitters" / f"hub.example_admit_{i}.key" for i in (1, 2)]
    revoke = ["org", "revoke", leaver.org, "--data", hub.folder]
    assert run(*revoke, "--reason", "left").returncode != 0, "nobody signed"
    assert refused(*revoke, "--admitter", keys[0])["where"] == "--reason"
    assert refused(*revoke, "--admitter", hub.folder / "keys" / "hub.example_sign.key", "--reason", "x")["code"] == "BAD_KEYFILE"
    assert refused("org", "revoke", "nobody.example", "--data", hub.folder, "--admitter", keys[0], "--reason", "x")["code"] == "NOT_FOUND"

    begun = done(*revoke, "--admitter", keys[0], "--reason", "left")
    assert begun["revoked"] is False and begun["signed_by"] == ["hub.example/admit/1"]
    hub.until(lambda: leaver.send("GET", "/exchange/v1/messages").status == 403)
    assert done(*revoke, "--admitter", keys[0], "--reason", "left")["revoked"] is False, "the same person twice is one person"
    assert post_refusal(other, other.message(leaver.org)) == "ADDRESSEE_UNKNOWN"
    assert not [entry for entry in entries_of(hub) if entry.startswith("warifu-member-end/v1")]
    # Taken back, and begun again.
    assert done(*revoke, "--admitter", keys[1], "--withdraw")["served"] is True
    hub.until(lambda: leaver.send("GET", "/exchange/v1/messages").status == 200)
    assert refused(*revoke, "--admitter", keys[1], "--withdraw")["code"] == "NOT_FOUND"
    done(*revoke, "--admitter", keys[0], "--reason", "left")
    ended = done(*revoke, "--admitter", keys[1], "--reason", "left")
    assert ended["revoked"] is True and len(ended["signed_by"]) == 2
    assert refused(*revoke, "--admitter", keys[1], "--withdraw")["code"] == "CONFLICT"
    assert done(*revoke, "--admitter", keys[0], "--reason", "again")["ended"] == ended["ended"], "once"
    hub.until(lambda: any(entry.startswith("warifu-member-end/v1") for entry in entries_of(hub)))
    (end,) = [entry for entry in entries_of(hub) if entry.startswith("warifu-member-end/v1")]
    admission = next(entry for entry in entries_of(hub) if entry.startswith("warifu-member/v1") and f"org {leaver.org}\n" in entry)
    text, signatures = end.split("\n\n")
    assert text.splitlines()[1:3] == ["hub.example/keys", f"org {leaver.org}"] and text.splitlines()[4] == f"prev {leaf_hash(admission).hex()}"
    assert [line.split()[1] for line in signatures.splitlines()] == ["hub.example/admit/1", "hub.example/admit/2"]
    # Also after a restart; what it sent before is still handed out, with the same promise.
    hub.until(lambda: leaver.send("GET", "/exchange/v1/messages").status == 403)  # the hub that serves learns of it a moment later
    assert refusal(leaver.send("GET", "/exchange/v1/messages"), 403) == "NOT_ADMITTED"
    assert refused("org", "invite", "--data", hub.folder, "--org", leaver.org, "--side", "agency", "-o", tmp_path / "again")["code"] == "CONFLICT"
    assert [item[2].decode() for item in other.fetch()] == [promise]


# ── quota, and what is told of refusals ──


def events_of(hub):
    return [json.loads(line) for line in list(hub.lines) if line.startswith("{")]


def figures_of(hub):
    return hub.request("GET", "/metrics").body.decode().splitlines()


def test_a_member_sends_no_more_in_a_minute_than_it_may(tmp_path):
    hub = Hub(tmp_path / "hub", config="[hub]\nmessages_per_minute = 4\n")
    try:
        agency, provider = Member(hub, tmp_path, AGENCY).join(), Member(hub, tmp_path, PROVIDER, "provider").join()
        size = hub.resting_size("keys")
        if time.time() % 60 > 45:
            time.sleep(61 - time.time() % 60)  # all of it within one minute of the hub's clock
        for _ in range(3):
            agency.send_message(PROVIDER)
        two = [agency.message(PROVIDER), agency.message(PROVIDER)]
        assert refusal(agency.post(*two), 429) == "RATE_LIMITED", "all of a request or nothing"
        agency.send_message(PROVIDER)  # the last one
        seal = next(e for e in entries_of(hub) if f"org {AGENCY}\npurpose seal" in e)
        for method, target, body in (("POST", "messages", frames(*agency.message(PROVIDER))), ("POST", "documents", frames(*agency.document())),
                                     ("POST", "entries", agency.key_entry("seal", "x25519", os.urandom(32), previous=leaf_hash(seal).hex())),
                                     ("PUT", "objects/" + "0" * 64, "1\n"), ("PUT", "objects/" + "0" * 64 + "/parts/0", b"x")):
            answer = agency.send(method, "/exchange/v1/" + target, body)
            assert refusal(answer, 429) == "RATE_LIMITED", target
        assert len(agency.fetch()) == 0 and len(provider.fetch()) == 4, "reading is free"
        provider.send_message(AGENCY)
        assert hub.log_size("keys") == size
        told = [event for event in events_of(hub) if event["event"] == "request_refused" and event["code"] == "RATE_LIMITED"]
        assert [event["organisation"] for event in told] == [AGENCY], "once a minute, not once a request"
        assert 'warifu_hub_refused_total{code="RATE_LIMITED"} 6' in figures_of(hub)
    finally:
        hub.stop()


def test_a_key_is_ended_once_or_earlier_but_not_again(hub, agency):
    seal = next(e for e in entries_of(hub) if f"org {AGENCY}\npurpose seal" in e)
    key = base64.b64decode(seal.split("key x25519 ")[1].split("\n")[0])
    start, now = int(seal.split("\nvalid ")[1].split(" ")[0]), int(time.time())

    def end(until):
        return agency.send("POST", "/exchange/v1/entries", agency.key_entry("seal", "x25519", key, start=start, until=until, previous=leaf_hash(seal).hex()))
    hub.until(lambda: time.time() > now + 1)
    assert end(now).status == 204
    assert end(now).status == 204, "the very same"
    assert refusal(end(now + 1), 409) == "CONFLICT", "it would have been good for a second more"
    assert end(start).status == 204, "earlier: it was stolen before anybody noticed"
    assert refusal(end(now - 1 if now - 1 > start else start + 1), 409) == "CONFLICT"


def test_what_is_refused_stands_in_log_and_figures_without_what_was_sent(tmp_path):
    hub = Hub(tmp_path / "hub")
    try:
        agency = Member(hub, tmp_path, AGENCY).join()
        Member(hub, tmp_path, PROVIDER, "provider").join()
        stranger = Member(hub, tmp_path, "stranger.example")
        message = agency.message(PROVIDER, bytes=4299)
        assert post_refusal(agency, message) == "TEXT_DIFFERS"
        assert refusal(stranger.send("GET", "/exchange/v1/messages"), 403) == "NOT_ADMITTED"
        assert refusal(agency.send("GET", "/exchange/v1/objects/" + sha("object").hex()), 404) == "NOT_FOUND"
        assert agency.send("POST", "/exchange/v1/status", b"x" * 70_000).status == 413
        context = ssl.create_default_context(cafile=hub.folder / "tls.crt")
        with context.wrap_socket(socket.create_connection(("127.0.0.1", hub.port), timeout=10), server_hostname="127.0.0.1") as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")  # no host
            assert line.recv(100).startswith(b"HTTP/1.1 400 ")
        with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as line:
            line.sendall(b"GET / HTTP/1.1\r\n\r\n")  # no TLS
            while line.recv(1000):
                pass
        hub.until(lambda: 'warifu_server_failures_total{what="handshake"} 1' in figures_of(hub))
        figures = figures_of(hub)
        for line in ('warifu_hub_refused_total{code="TEXT_DIFFERS"} 1', 'warifu_hub_refused_total{code="NOT_ADMITTED"} 1',
                     'warifu_hub_refused_total{code="NOT_FOUND"} 1', 'warifu_server_refused_total{status="413"} 1',
                     'warifu_server_refused_total{status="400"} 1'):
            assert line in figures, figures
        hub.until(lambda: {("message_refused", AGENCY, "TEXT_DIFFERS"), ("request_refused", "-", "NOT_ADMITTED"), ("request_refused", AGENCY, "NOT_FOUND"),
                           ("server_refused", "-", "TOO_LARGE"), ("server_refused", "-", "BAD_REQUEST")}
                          <= {(event["event"], event.get("organisation"), event.get("code")) for event in events_of(hub)})
        told = "".join(hub.lines)
        for word in (id_of(message), "stranger.example", sha("object").hex(), "warifu-env"):
            assert word not in told
    finally:
        hub.stop()


# ── after a fall, and what lies on the disk ──


def test_nothing_readable_lies_on_the_hubs_disk(hub, agency, provider):
    """What is sealed is unreadable, so the test puts a mark into everything that the hub does see and looks where it turns up."""
    message, _, _ = agency.send_message(PROVIDER)
    hub.until(lambda: hub.log_size() > 0)
    leaves = b""
    for where, _, names in os.walk(hub.folder / "logs" / "log"):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # the hub works meanwhile
                leaves += (Path(where) / name).read_bytes()
    assert leaves
    for name in (AGENCY, PROVIDER, THIRD, id_of(message)):
        assert name.encode() not in leaves, "the log of messages names nobody"
    for line in list(hub.lines):
        for word in (id_of(message), "warifu-env"):
            assert word not in line, "and neither does the log of events"
        assert AGENCY not in line or "_refused" in line, "which names an organisation only when it refuses it something"


def test_acknowledged_messages_survive_a_kill(tmp_path):
    hub = Hub(tmp_path / "hub")
    agency, provider = Member(hub, tmp_path, AGENCY).join(), Member(hub, tmp_path, PROVIDER, "provider").join()
    promised = {}
    try:
        for _ in range(3):
            for _ in range(5):
                message, promise, index = agency.send_message(PROVIDER)
                promised[id_of(message)] = (message, promise, index)
            hub.stop(signal.SIGKILL)
            hub.start()
        got = {text_of(item[1].decode()).split("\n")[1]: item for item in provider.fetch()}
        assert set(got) == set(promised)
        for message_id, (message, promise, _) in promised.items():
            assert got[message_id][2].decode() == promise and got[message_id][3] == message[2]
        assert sorted(index for _, _, index in promised.values()) == list(range(15)), "each place once"
        hub.until(lambda: hub.log_size() == 15)
        tile = hub.request("GET", "/log/tile/0/000.p/15").body
        for message, _, index in promised.values():
            assert tile[32 * index:32 * index + 32] == leaf_hash(message[1])
    finally:
        hub.stop()


def test_a_hub_whose_database_was_set_back_does_not_sign(tmp_path):
    import shutil
    hub = Hub(tmp_path / "hub")
    agency = Member(hub, tmp_path, AGENCY).join()
    Member(hub, tmp_path, PROVIDER, "provider").join()
    try:
        agency.send_message(PROVIDER)
        hub.until(lambda: hub.log_size() == 1)
        hub.stop()
        backup = tmp_path / "backup"
        backup.mkdir()
        for path in hub.folder.glob("*.sqlite*"):
            shutil.copy(path, backup)
        hub.start()
        agency.send_message(PROVIDER)
        hub.until(lambda: hub.log_size() == 2)
        hub.stop()
        for path in hub.folder.glob("*.sqlite*"):
            path.unlink()
        for path in backup.iterdir():
            shutil.copy(path, hub.folder)
        with pytest.raises(RuntimeError) as refused_start:
            hub.start()
        assert "LOG_FORKED" in str(refused_start.value)
        # And one whose entries were changed underneath.
        with sqlite3.connect(hub.folder / "hub.sqlite") as database:
            database.execute("UPDATE log_state SET root = zeroblob(32) WHERE log = 'log'")
        with pytest.raises(RuntimeError) as refused_start:
            hub.start()
        assert "LOG_FORKED" in str(refused_start.value)
    finally:
        hub.stop()
