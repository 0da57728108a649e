"""What an exchange leaves behind, verified by programs of others and docs/formats.md alone: a Go program over golang.org/x/mod at the log's receipts, and
openssl, zipfile and hashlib at a bundle of evidence and at passkeys. Nothing of the project takes part but what is looked at."""
import base64
import hashlib
import json
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

BIN = os.environ.get("WARIFU_BIN", os.path.join(os.path.dirname(__file__), "../../build/dev/warifu"))
SOURCE = Path(__file__).resolve().parent / "verify"
VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "passkey.json"
ED25519 = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo up to the key (RFC 8410)
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")  # the same for an uncompressed point (RFC 5480)


def warifu(*arguments):
    done = subprocess.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Agencies, providers and their hub, each its own process with its own folder."""
    folder = tmp_path_factory.mktemp("played") / "data"
    return folder, json.loads(warifu("demo", "--once", "--json", "--separate", "--data", folder, "--customers", "100"))


@pytest.fixture(scope="module")
def bundle(played, tmp_path_factory):
    folder, told = played
    number = next(matter["number"] for matter in told["matters"] if matter["case"] == "auction-fraud")
    file = tmp_path_factory.mktemp("bundle") / "evidence.zip"
    warifu("evidence", "export", number, "--data", folder / number.split(":")[0], "-o", file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def verify(tmp_path_factory):
    program = tmp_path_factory.mktemp("go") / "verify"
    env = {**os.environ, "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": str(program.parent / "cache")}
    subprocess.run(["go", "build", "-o", program, "."], cwd=SOURCE, env=env, check=True, timeout=600)
    return lambda *arguments: subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def openssl_verifies(folder, spki, text, signature):
    for name, content in (("key", spki), ("text", text), ("signature", signature)):
        (folder / name).write_bytes(content)
    words = (["pkeyutl", "-verify", "-pubin", "-inkey", folder / "key", "-keyform", "DER", "-rawin", "-in", folder / "text", "-sigfile", folder / "signature"]
             if spki.startswith(ED25519) else
             ["dgst", "-sha256", "-keyform", "DER", "-verify", folder / "key", "-signature", folder / "signature", folder / "text"])
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, timeout=60).returncode == 0


def read_note(content):
    """A C2SP signed note: its text, and the signatures by name and key id."""
    text, lines = content.split(b"\n\n")
    out = {}
    for line in lines.decode().splitlines():
        mark, name, value = line.split(" ")
        raw = base64.b64decode(value)
        assert mark == "—"
        out[name, raw[:4]] = raw[4:]
    return text + b"\n", out


def key_id(name, public, kind=1):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def keys_of(bundle):
    """Every key of the log of keys that signs notes, by name and id; the roots stand in the admissions."""
    out = {}
    for name in sorted(bundle):
        if not name.startswith("directory/entries/"):
            continue
        lines = read_note(bundle[name])[0].decode().splitlines()
        org = lines[2].split(" ")[1]
        if lines[0] == "warifu-member/v1":
            root, _, typed = lines[4].split(" ")[1].split("+", 2)
            out[root, key_id(root, base64.b64decode(typed)[1:])] = base64.b64decode(typed)[1:]
        elif lines[0] == "warifu-key/v1" and lines[3] in ("purpose sign", "purpose witness"):
            signer, kind = (f"{org}/sign", 1) if lines[3] == "purpose sign" else (f"{org}/witness", 4)
            public = base64.b64decode(lines[4].split(" ")[2])
            out[signer, key_id(signer, public, kind)] = public
        elif lines[0] == "warifu-person/v1":
            signer, public = f"{org}/person/{lines[3].split(' ')[1]}", base64.b64decode(lines[5].split(" ")[2])
            out[signer, key_id(signer, public)] = public
    return out


def test_openssl_verifies_every_signature_of_a_bundle(played, bundle, tmp_path):
    folder, _ = played
    keys = keys_of(bundle)
    for line in (folder / "root.vkey").read_text(encoding="utf-8").splitlines():
        if line.startswith("log "):
            name, identity, typed = line.split(" ")[1].split("+", 2)
            keys[name, bytes.fromhex(identity)] = base64.b64decode(typed)[1:]
    by_kind = {}

    def check(what, content, *wanted):
        text, signatures = read_note(content)
        names = {name for name, _ in signatures}
        assert set(wanted) <= names, (what, names)
        for (name, identity), signature in signatures.items():
            if name.endswith("/witness"):  # cosignature/v1: a time before the signature
                stamped = b"cosignature/v1\ntime " + str(int.from_bytes(signature[:8], "big")).encode() + b"\n" + text
                assert openssl_verifies(tmp_path, ED25519 + keys[name, identity], stamped, signature[8:]), (what, name)
            else:
                assert openssl_verifies(tmp_path, ED25519 + keys[name, identity], text, signature), (what, name)
            by_kind[what] = by_kind.get(what, 0) + 1
        return text

    lines = check("manifest", bundle["manifest"], "kakuu-police.demo/sign").decode().splitlines()
    assert lines[0] == "warifu-evidence/v1" and lines[2] == "org kakuu-police.demo AGENCY"
    listed = {name: (digest, int(size)) for _, digest, size, name in (line.split(" ") for line in lines if line.startswith("entry "))}
    for name in [name for name in listed if name.startswith("lists/")]:
        listed.update({entry: (digest, int(size)) for _, digest, size, entry in (line.split(" ") for line in bundle[name].decode().splitlines())})
    assert listed == {name: (hashlib.sha256(content).hexdigest(), len(content)) for name, content in bundle.items() if name != "manifest"}

    acts = sorted(name for name in bundle if name.startswith("acts/"))
    for name in acts:
        head = read_note(bundle[name])[0].decode()
        org = re.search(r"^by (\S+) ", head, re.M)[1]
        text = check("acts", bundle[name], f"{org}/sign").decode()
        body = bundle.get(name.replace("acts", "bodies"))
        if body is not None:
            assert re.search(r"^body (\S+) (\d+)$", text, re.M).groups() == (hashlib.sha256(body).hexdigest(), str(len(body)))
    assert by_kind["acts"] > len(acts), "people signed too"
    assert check("checkpoint", bundle["directory/checkpoint"], "hub.demo/keys").startswith(b"hub.demo/keys\n")
    for name in sorted(bundle):
        if name.endswith(("/envelope", "/manifest", "/promise")):
            check("messages", bundle[name])
    # And it is the signatures that were looked at.
    text, signatures = read_note(bundle[acts[0]])
    (name, identity), signature = next(iter(signatures.items()))
    assert not openssl_verifies(tmp_path, ED25519 + keys[name, identity], text.replace(b"matter ", b"matter  "), signature)


def test_a_go_program_verifies_the_receipts_of_the_log(played, bundle, verify, tmp_path):
    folder, _ = played
    vkey = json.loads(warifu("log", "vkey", "--data", folder / "hub", "--json"))["vkey"]
    witnesses = [f"{name}+{identity.hex()}+{base64.b64encode(bytes([4]) + public).decode()}" for (name, identity), public in keys_of(bundle).items()
                 if name.endswith("/witness")]
    proofs = sorted(name for name in bundle if name.endswith("/proof"))
    assert len(proofs) >= 4 and len(witnesses) >= 4
    for name in proofs:
        file = tmp_path / "proof"
        file.write_bytes(bundle[name])
        leaf = re.search(rb"^leaf (\S+)$", bundle[name.replace("/proof", "/envelope")], re.M)[1].decode()
        index = int(re.search(rb"^leaf \S+ (\d+)$", bundle[name.replace("/proof", "/promise")], re.M)[1])
        done = verify("-proof", file, leaf, vkey, *witnesses)
        assert done.returncode == 0 and f"INCLUDED index {index} " in done.stdout, done.stderr
        assert int(done.stdout.split(" ")[-1]) >= 3, "the log, the hub's witness and at least one member"
        assert verify("-proof", file, leaf[:-1] + ("0" if leaf[-1] != "0" else "1"), vkey).returncode == 1
        file.write_bytes(bundle[name].replace(f"index {index}\n".encode(), f"index {index + 1}\n".encode()))
        assert verify("-proof", file, leaf, vkey).returncode == 1
        # The receipt speaks of the very message: what is committed to can be opened by whoever has the manifest.
        manifest = bundle[name.replace("/proof", "/manifest")]
        text = read_note(manifest)[0].decode()
        salt = base64.b64decode(re.search(r"^salt (\S+)$", text, re.M)[1])
        minute = int(re.search(r"^created (\d+)$", text, re.M)[1]) // 60
        commitment = base64.b64encode(hashlib.sha256(b"warifu-commit/v1\0" + salt + hashlib.sha256(manifest).digest()).digest()).decode()
        entry = f"warifu-leaf/v1\nhub.demo/log\n{minute}\n{commitment}\n".encode()
        assert hashlib.sha256(b"\0" + entry).hexdigest() == leaf


def test_openssl_verifies_what_a_passkey_signed(tmp_path):
    """The rule of docs/formats.md, section Assertions, at the vectors that the project's own reader is held against."""
    told = json.loads(VECTORS.read_text(encoding="utf-8"))
    for vector in told["vectors"]:
        public, data, client, signature = (base64.b64decode(vector[name]) for name in ("public", "authenticator_data", "client_data", "signature"))
        said = json.loads(client)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(told["text"].encode()).digest()).rstrip(b"=").decode()
        assert (said["type"], said["challenge"], said["origin"]) == ("webauthn.get", challenge, told["origin"])
        assert data[:32] == hashlib.sha256(told["rp_id"].encode()).digest() and data[32] & 0x05 == 0x05
        spki = (P256 if vector["algorithm"] == "webauthn-es256" else ED25519) + public
        signed = data + hashlib.sha256(client).digest()
        assert openssl_verifies(tmp_path, spki, signed, signature), vector["name"]
        assert not openssl_verifies(tmp_path, spki, signed[:-1] + bytes([signed[-1] ^ 1]), signature), vector["name"]
