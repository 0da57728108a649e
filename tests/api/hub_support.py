"""A hub as its own process, and members of an exchange written without any of the project's code: their notes, envelopes, keys and requests are
spelled here after docs/formats.md, signed by python3-cryptography and sent over mutual TLS."""
import base64
import hashlib
import http.client
import json
import os
import signal
import ssl
import struct
import subprocess
import threading
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli_support import done
from conftest import BIN, free_port

DAY = 86_400
PART = 4 * 1024 * 1024


def sha(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).digest()


def leaf_hash(entry):
    return sha(b"\0" + (entry if isinstance(entry, bytes) else entry.encode()))


def b64(data):
    return base64.b64encode(data).decode()


def frames(*parts):
    out = b""
    for part in parts:
        part = part if isinstance(part, bytes) else part.encode()
        out += struct.pack(">I", len(part)) + part
    return out


def unframe(data):
    out = []
    while data:
        (size,) = struct.unpack(">I", data[:4])
        assert len(data) >= 4 + size, "a cut list"
        out.append(data[4:4 + size])
        data = data[4 + size:]
    return out


class Key:
    """An Ed25519 key with its name, as signed notes have them (C2SP signed-note); `kind` 4 for a witness."""

    def __init__(self, name, kind=1, seed=None):
        self.name, self.kind = name, kind
        self.secret = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
        self.public = self.secret.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.id = sha(name.encode() + b"\n" + bytes([kind]) + self.public)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(bytes([kind]) + self.public)}"

    @classmethod
    def load(cls, path, kind=1):
        version, name, seed, end = Path(path).read_text(encoding="utf-8").split("\n")
        assert version == "warifu-seed/v1" and end == ""
        return cls(name, kind, base64.b64decode(seed))

    def line(self, text):
        return f"— {self.name} {b64(self.id + self.secret.sign(text.encode()))}"

    def cosign(self, text, at=None):
        at = int(time.time()) if at is None else at
        signature = self.secret.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        return f"— {self.name} {b64(self.id + struct.pack('>Q', at) + signature)}"


def note(text, *keys):
    return text + "\n" + "".join(key.line(text) + "\n" for key in keys)


def text_of(signed):
    return signed[: signed.index("\n\n") + 1]


def vkey_verifies(vkey, signed):
    """That a line of the note is this key's and right."""
    name, key_id, raw = vkey.split("+", 2)
    public = base64.b64decode(raw)[1:]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    text = text_of(signed)
    for line in signed[len(text) + 1:].splitlines():
        _, signer, value = line.split(" ")
        value = base64.b64decode(value)
        if signer == name and value[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(public).verify(value[4:], text.encode())
            return True
    return False


class Hub:
    """`warifu init --role hub` and `warifu serve` on a free port."""

    def __init__(self, folder, config="", env=None):
        self.folder, self.config, self.env = Path(folder), config, env
        self.port = free_port()
        self.made = done("init", "--role", "hub", "--data", self.folder, "--org", "hub.example", "--url", f"https://127.0.0.1:{self.port}")
        self.process = None
        self.read_network()
        self.start()

    def read_network(self):
        self.network = {"admit": []}
        for line in (self.folder / "network").read_text(encoding="utf-8").splitlines()[1:]:
            word, value = line.split(" ", 1)
            if word == "admit":
                self.network["admit"].append(value)
            else:
                self.network[word] = value

    def start(self, env=None, wait=True):
        config = self.folder / "warifu.toml"
        config.write_text(self.config, encoding="utf-8")
        self.lines = []
        self.process = subprocess.Popen([BIN, "serve", "--data", self.folder, "--listen", f"127.0.0.1:{self.port}"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **(self.env or {}), **(env or {})})
        self.reader = threading.Thread(target=lambda process=self.process, lines=self.lines: lines.extend(process.stdout), daemon=True)
        self.reader.start()
        until = time.monotonic() + 30
        while wait and not any(f":{self.port})" in line for line in list(self.lines)):
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError("the hub did not start:\n" + "".join(self.lines))
            time.sleep(0.02)

    def stop(self, with_signal=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(with_signal)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.reader.join(5)
        return self.process.returncode

    def restart(self, env=None):
        self.stop()
        self.start(env)

    def request(self, method, target, body=None, member=None, headers=None):
        context = ssl.create_default_context(cafile=self.folder / "tls.crt")
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if member is not None:
            context.load_cert_chain(member.certificate, member.key_file)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=40)
        try:
            connection.request(method, target, body.encode() if isinstance(body, str) else body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def log_text(self, path="log/checkpoint"):
        answer = self.request("GET", "/" + path)
        assert answer.status == 200, answer.body
        return answer.body.decode()

    def log_size(self, log="log"):
        return int(self.log_text(log + "/checkpoint").split("\n")[1])

    def resting_size(self, log="log"):
        """What the hub has taken is published within a second: the size once it stays the same."""
        size = -1
        while (now := self.log_size(log)) != size:
            size = now
            time.sleep(2)
        return size

    def until(self, condition, seconds=15):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.05)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def code(self):
        return json.loads(self.body)["code"]

    @property
    def frames(self):
        return unframe(self.body)


class Member:
    """An organisation with all its keys, that joins and sends."""

    def __init__(self, hub, folder, org, side="agency"):
        self.hub, self.org, self.side = hub, org, side
        self.folder = Path(folder) / org
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root, self.sign, self.witness = Key(f"{org}/root"), Key(f"{org}/sign"), Key(f"{org}/witness", kind=4)
        self.certificate, self.key_file = self.new_certificate("tls", org)
        self.now = int(time.time())

    def new_certificate(self, name, common_name):
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "30", "-subj", "/CN=" + common_name.replace("/", "\\/")], check=True, capture_output=True)
        return certificate, key

    def spki(self, certificate=None):
        parsed = x509.load_pem_x509_certificate((certificate or self.certificate).read_bytes())
        return sha(parsed.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))

    @property
    def origin(self):
        return "hub.example/keys"

    def member_text(self, **changes):
        value = {"org": self.org, "side": self.side, "root": self.root.vkey, "admitted": self.now, **changes}
        return f"warifu-member/v1\n{self.origin}\norg {value['org']}\nside {value['side']}\nroot {value['root']}\nadmitted {value['admitted']}\n"

    def key_entry(self, purpose, algorithm, key, until=None, previous="-", start=None):
        start = self.now if start is None else start
        until = start + 365 * DAY if until is None else until
        text = (f"warifu-key/v1\n{self.origin}\norg {self.org}\npurpose {purpose}\nkey {algorithm} {b64(key)}\nvalid {start} {until}\nprev {previous}\n")
        return note(text, self.root)

    def first_keys(self):
        return [self.key_entry("sign", "ed25519", self.sign.public), self.key_entry("witness", "ed25519", self.witness.public),
                self.key_entry("seal", "x25519", os.urandom(32)), self.key_entry("tls", "spki-sha256", self.spki())]

    def document(self, serial=None, **changes):
        about = {"id": self.org, "side": "AGENCY" if self.side == "agency" else "PROVIDER", "name_ja": "架空", "name_en": "Invented",
                 "recipient_class": "LOCAL_GOVERNMENT" if self.side == "agency" else "BUSINESS_OPERATOR", "address": "", "telephone": "", "kinds": [],
                 **changes}
        body = json.dumps(about, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        serial = int(time.time() * 1e6) if serial is None else serial
        text = (f"warifu-document/v1\n{self.org}\nkind organisation\nserial {serial}\nbody {sha(body).hex()} {len(body.encode())}\n")
        return note(text, self.sign), body

    def bundle(self):
        return frames(note(self.member_text(), self.root), *self.document(), *self.first_keys())

    def invite(self):
        out = self.folder / "invitation"
        done("org", "invite", "--data", self.hub.folder, "--org", self.org, "--side", self.side, "-o", out)
        text = out.read_text(encoding="utf-8")
        return next(line.split(" ", 1)[1] for line in text.splitlines() if line.startswith("code "))

    def join(self):
        applied = self.send("POST", "/exchange/v1/applications", frames(self.invite(), self.bundle()))
        assert applied.status == 202, applied.body
        for number in (1, 2):
            admitted = done("org", "admit", self.org, "--data", self.hub.folder, "--admitter",
                            self.hub.folder / "admitters" / f"hub.example_admit_{number}.key")
        assert admitted["admitted"]
        return self

    def send(self, method, target, body=None):
        return self.hub.request(method, target, body, member=self)

    # ── messages ──

    def message(self, to, object_bytes=None, message_id=None, **changes):
        """Envelope, leaf and object. The object is any bytes: nobody but the recipients can tell."""
        sealed = os.urandom(4300) if object_bytes is None else object_bytes
        leaf = f"warifu-leaf/v1\nhub.example/log\n{int(time.time()) // 60}\n{b64(os.urandom(32))}\n"
        value = {"id": message_id or os.urandom(16).hex(), "from": self.org, "to": sorted([to] if isinstance(to, str) else to), "thread": b64(os.urandom(32)),
                 "object": sha(sealed).hex(), "bytes": len(sealed), "leaf": leaf_hash(leaf).hex(), "expires": int(time.time()) + DAY, "class": "normal",
                 "version": "warifu-env/v1", "signer": self.sign, **changes}
        text = (f"{value['version']}\n{value['id']}\n{value['from']}\n" + "".join(f"to {org}\n" for org in value["to"]) +
                f"thread {value['thread']}\nobject {value['object']} {value['bytes']}\nleaf {value['leaf']}\nexpires {value['expires']}\nclass {value['class']}\n")
        return note(text, value["signer"]), leaf, sealed

    def post(self, *messages):
        return self.send("POST", "/exchange/v1/messages", frames(*[part for message in messages for part in message]))

    def send_message(self, to, **more):
        """Posts one message; its promise, checked."""
        message = self.message(to, **more)
        answer = self.post(message)
        assert answer.status == 200, answer.body
        promise = answer.frames[0].decode()
        assert vkey_verifies(self.hub.network["sign"], promise), promise
        lines = text_of(promise).splitlines()
        envelope = text_of(message[0])
        assert lines[:3] == ["warifu-promise/v1", "hub.example/log", envelope.split("\n")[1]]
        assert lines[3] == "envelope " + sha(envelope).hex()
        assert lines[4].split(" ")[1] == leaf_hash(message[1]).hex()
        return message, promise, int(lines[4].split(" ")[2])

    def fetch(self, after=0, limit=64, wait=0):
        answer = self.send("GET", f"/exchange/v1/messages?after={after}&limit={limit}&wait={wait}")
        assert answer.status == 200, answer.body
        parts = answer.frames
        assert len(parts) % 4 == 0
        return [parts[i:i + 4] for i in range(0, len(parts), 4)]

    def acknowledge(self, *ids):
        answer = self.send("POST", "/exchange/v1/acknowledged", "".join(i + "\n" for i in ids))
        assert answer.status == 204, answer.body


def id_of(message):
    return message[0].split("\n")[1]
