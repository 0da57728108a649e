"""An organisation whose keys were born in a security module (SoftHSM2) and whose root keys lie elsewhere: an inquiry played over the server, its
signatures checked by OpenSSL's own program, rotation, and what is told when the token, the PIN or a key is missing."""
import base64
import json
import os
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from cli_support import AGENCY, PROVIDER, Served, World, done, made_on_the_folder, refused, run, wait_until
from conftest import BIN

PIN = "4711-0815"
MODULES = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"]
ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")


def module():
    return os.environ.get("WARIFU_TEST_PKCS11") or next(path for path in MODULES if os.path.exists(path))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n", encoding="utf-8")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "warifu", "--so-pin", "12345678", "--pin", PIN], check=True, capture_output=True)
    pin = folder / "pin"
    pin.write_text(PIN + "\n", encoding="utf-8")
    pin.chmod(0o600)
    made = World(folder)
    made.root_folder = folder / "stick"
    made.init_options = ["--keys-module", module(), "--keys-token", "warifu", "--keys-pin-file", pin]
    yield made_on_the_folder(made)
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def key_file(world, org, name):
    return world.data / org / "keys" / f"{org}_{name}.key"


def public_key(world, org, name="sign"):
    kind, key = key_file(world, org, name).read_text(encoding="utf-8").splitlines()[3].split(" ")
    assert kind == "ed25519"
    return base64.b64decode(key, validate=True)


def openssl_verifies(folder, key, text, signature):
    (folder / "spki.der").write_bytes(ED25519_SPKI + key)
    (folder / "text").write_bytes(text)
    (folder / "signature").write_bytes(signature)
    return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder / "spki.der", "-rawin", "-in", folder / "text",
                           "-sigfile", folder / "signature"], capture_output=True, check=False).returncode == 0


def signatures(note, name):
    """The Ed25519 signatures under a note by the key of that name."""
    text, lines = note.rsplit("\n\n", 1)
    return (text + "\n").encode(), [base64.b64decode(line.split(" ")[2])[4:] for line in lines.splitlines() if line.split(" ")[1] == name]


SIGNED = {"approve", "dispatch", "release"}


def on_the_folder(world):
    return lambda org, login, *words: world.local(org, login, *words, signs=words[1] in SIGNED)


def over(world, server):
    return lambda org, login, *words: world.remote(server.url, org, login, *words)


def play(world, call, name, account):
    """An inquiry up to the opened answer; its number."""
    state = lambda org, login, number: next((row["state"] for row in call(org, login, "inquiry", "list")["rows"] if row["number"] == number), None)
    matter = call(AGENCY, "tantou", "inquiry", "draft", world.draft_file(name, account), "--case", "R8-1", "--ready")["matter"]
    call(AGENCY, "kakarichou", "inquiry", "check", matter)
    call(AGENCY, "kachou", "inquiry", "approve", matter)
    number = call(AGENCY, "shomu", "inquiry", "number", matter)["number"]
    call(AGENCY, "shomu", "inquiry", "dispatch", number)
    wait_until(lambda: state(PROVIDER, "uketsuke", number), 30)
    call(PROVIDER, "uketsuke", "inquiry", "triage", number)
    call(PROVIDER, "uketsuke", "inquiry", "accept", number)
    call(PROVIDER, "uketsuke", "inquiry", "assign", number, "tantou")
    call(PROVIDER, "tantou", "inquiry", "collect", number, world.answer_file(name + "-answer"), "--ready")
    call(PROVIDER, "kakunin", "inquiry", "check-answer", number, "--rows", "1=1")
    call(PROVIDER, "kakunin", "inquiry", "release", number)
    wait_until(lambda: state(AGENCY, "tantou", number) == "ANSWERED", 30)
    call(AGENCY, "tantou", "inquiry", "retrieve", number)
    assert call(AGENCY, "tantou", "inquiry", "open", number, "--reason", "被疑者の特定のため")["state"] == "ANSWERED"
    return number


def notes_of(file):
    """Every note of an evidence bundle, by the name of its entry."""
    with zipfile.ZipFile(file) as archive:
        found = {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
    return {name: text for name, text in found.items() if text.startswith("warifu-act/v1\n")}


def evidence(world, number, name):
    file = world.folder / name
    assert run("evidence", "export", f"{AGENCY}:{number}", "--data", world.data, "-o", file).returncode == 0
    verified = run("evidence", "verify", file, "--root", world.data / "root.vkey")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    return file


def test_the_keys_lie_in_the_token_and_the_root_keys_elsewhere(world):
    for org in (AGENCY, PROVIDER):
        text = key_file(world, org, "sign").read_text(encoding="utf-8")
        assert text.startswith(f"warifu-pkcs11/v1\n{org}/sign\n{org}/sign\ned25519 ")
        assert not key_file(world, org, "root").exists()
        root = world.root_folder / f"{org}_root.key"
        assert root.read_text(encoding="utf-8").startswith("warifu-seed/v1\n") and stat.S_IMODE(root.stat().st_mode) == 0o600
    listed = done("key", "hsm", "list", "--data", world.data)["keys"]
    assert {"kind": "ed25519", "label": f"{AGENCY}/sign"} in listed and {"kind": "ed25519", "label": f"{PROVIDER}/sign"} in listed
    config = (world.data / "warifu.toml").read_text(encoding="utf-8")
    assert "module" in config and PIN not in config
    told = refused("init", "--data", world.folder / "other", "--org", "x.example", "--name-ja", "x", "--name-en", "x", "--side", "agency",
                   "--root-offline", world.folder / "other" / "stick")
    assert told["code"] == "CONFLICT" and told["where"] == "--root-offline"


def test_an_inquiry_is_played_with_keys_that_nobody_can_read_and_its_signatures_hold_elsewhere(world):
    stick = world.root_folder.rename(world.folder / "safe")  # the root keys are away while the node serves
    try:
        with Served(world.data, port=world.port) as server:
            number = play(world, over(world, server), "hsm", "ex-6001")
            assert PIN not in server.text()
    finally:
        stick.rename(world.root_folder)
    notes = notes_of(evidence(world, number, "hsm.zip"))
    checked = 0
    for text in notes.values():
        for org in (AGENCY, PROVIDER):
            body, found = signatures(text, f"{org}/sign")
            for signature in found:
                assert openssl_verifies(world.folder, public_key(world, org), body, signature)
                assert not openssl_verifies(world.folder, public_key(world, org), body + b"x", signature)
                checked += 1
    assert checked >= 8


def test_a_person_is_admitted_by_the_root_key_only_where_it_is_brought(world):
    made = done("init", "--data", world.folder / "second", "--org", "dai-ni.example", "--name-ja", "第二", "--name-en", "Second", "--side", "agency",
                "--root-offline", world.folder / "second-stick", *world.init_options)
    assert made["root_key"].startswith("dai-ni.example/root+") and made["root_file"] == str(world.folder / "second-stick" / "dai-ni.example_root.key")
    second = World(world.folder)
    second.data, second.port = world.folder / "second", None
    with Served(second.data) as server:
        second.enrol(server.url, "dai-ni.example", "admin", made["invitation"])
    told = refused("user", "admit", "admin", "--data", second.data)
    assert told["code"] == "MISSING_FIELD" and told["where"] == "--root"
    other = world.root_folder / f"{AGENCY}_root.key"
    assert refused("user", "admit", "admin", "--data", second.data, "--root", other)["code"] == "BAD_KEYFILE"
    assert done("user", "admit", "admin", "--data", second.data, "--root", made["root_file"])["admitted"] == 1


def test_keys_are_rotated_and_what_was_signed_before_stays_valid(world):
    with Served(world.data, port=world.port):
        told = refused("key", "rotate", "--data", world.data, "--org", AGENCY, "--purpose", "sign", *world.root(AGENCY))
        assert told["code"] == "STORE_LOCKED"
    first = play(world, on_the_folder(world), "before", "ex-6002")
    before = evidence(world, first, "before.zip")
    old = public_key(world, AGENCY)
    assert refused("key", "rotate", "--data", world.data, "--org", AGENCY, "--purpose", "sign")["code"] == "MISSING_FIELD"
    assert refused("key", "rotate", "--data", world.data, "--org", AGENCY, "--purpose", "tls", *world.root(AGENCY))["code"] == "BAD_VALUE"
    rotated = done("key", "rotate", "--data", world.data, "--org", AGENCY, "--purpose", "sign", *world.root(AGENCY))
    new = public_key(world, AGENCY)
    assert new != old and rotated["key"].endswith(base64.b64encode(b"\x01" + new).decode())
    labels = [key["label"] for key in done("key", "hsm", "list", "--data", world.data)["keys"]]
    assert f"{AGENCY}/sign#2" in labels and f"{AGENCY}/sign" not in labels  # the old private key is gone

    second = play(world, on_the_folder(world), "after", "ex-6003")
    by_new = sum(openssl_verifies(world.folder, new, *(lambda body, found: (body, found[0]))(*signatures(text, f"{AGENCY}/sign")))
                 for text in notes_of(evidence(world, second, "after.zip")).values() if signatures(text, f"{AGENCY}/sign")[1])
    assert by_new >= 4
    assert run("evidence", "verify", before, "--root", world.data / "root.vkey").returncode == 0
    evidence(world, first, "again.zip")  # exported anew, with the longer directory

    for org, kind in ((AGENCY, "seal"), (AGENCY, "seal"), (PROVIDER, "witness")):
        done("key", "rotate", "--data", world.data, "--org", org, "--purpose", kind, *world.root(org))
    listed = done("key", "list", "--data", world.data, "--org", AGENCY)
    assert {key["purpose"]: key["algorithm"] for key in listed["keys"]}.items() >= {"sign": "ed25519", "seal": "p256"}.items()
    assert [key["recipient"][:8] for key in listed["seal_keys"]].count("age1tag1") >= 2 and not any(key["is_over"] for key in listed["seal_keys"])
    assert listed["seal_rotation_due"] > "20"
    assert done("key", "retire", "--data", world.data, "--org", AGENCY)["destroyed"] == []


@pytest.mark.parametrize("change, code, where", [
    ({"pin_file": "wrong"}, "WRONG_PIN", "warifu"),
    ({"token": "another"}, "TOKEN_UNAVAILABLE", "another"),
    ({"module": "/nowhere/lib.so"}, "CONFIG", "/nowhere/lib.so"),
    ({"pin_file": "open"}, "CONFIG", "keys.pin_file"),
    ({"pin_file": "none"}, "CONFIG", "keys.pin_file"),
    ({"token": ""}, "CONFIG", "keys.token"),
])
def test_a_node_does_not_start_without_its_keys(world, change, code, where):
    for name, text, mode in (("wrong", "0000", 0o600), ("open", PIN, 0o644)):
        (world.folder / name).write_text(text, encoding="utf-8")
        (world.folder / name).chmod(mode)
    settings = {"module": module(), "token": "warifu", "pin_file": "pin"} | change
    config = world.folder / "changed.toml"
    path = lambda name: str(world.folder / name)
    config.write_text("[keys]\n" + "".join(f"{key} = {json.dumps(path(value) if key == 'pin_file' else value)}\n" for key, value in settings.items()), encoding="utf-8")
    told = refused("serve", "--check", "--data", world.data, "--config", config)
    assert (told["code"], told["where"]) == (code, where)
    assert PIN not in json.dumps(told) and "0000" not in json.dumps(told)


def test_the_pin_may_come_from_the_environment_and_a_missing_token_or_key_is_named(world):
    config = world.folder / "environment.toml"
    config.write_text(f'[keys]\nmodule = {json.dumps(module())}\ntoken = "warifu"\n', encoding="utf-8")
    args = ["serve", "--check", "--data", world.data, "--config", config]
    assert refused(*args)["code"] == "CONFIG"
    assert refused(*args, env={"WARIFU_KEYS_PIN": "1111"})["code"] == "WRONG_PIN"
    assert done(*args, env={"WARIFU_KEYS_PIN": PIN})["ok"] is True

    tokens, away = world.folder / "tokens", world.folder / "tokens-away"
    tokens.rename(away)
    tokens.mkdir()
    assert refused("serve", "--check", "--data", world.data)["code"] == "TOKEN_UNAVAILABLE"
    subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "warifu", "--so-pin", "12345678", "--pin", PIN], check=True, capture_output=True)
    told = refused("serve", "--check", "--data", world.data)  # a token of that label and PIN, and without the keys
    assert told["code"] == "NOT_FOUND" and told["where"].startswith(f"{AGENCY}/sign")
    shutil.rmtree(tokens)
    away.rename(tokens)
    assert done("serve", "--check", "--data", world.data)["ok"] is True
    assert Path(world.data / "warifu.toml").exists()
