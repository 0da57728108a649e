#!/usr/bin/python3
"""Vectors of passkeys, made by an implementation independent of this one (python3-cryptography): what an authenticator and its browser answer to a
registration and to a text. Writes passkey.json; run again, it makes other keys and the tests still hold."""
import base64
import hashlib
import json
import pathlib
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

ORIGIN, RP_ID = "https://desk.minato.example", "minato.example"
PERSON = "minato.police.example/person/875b09d669412c65b98c341d3c151463"
REGISTRATION = "warifu-passkey/v1\nhttps://desk.minato.example\nminato.police.example\n875b09d669412c65b98c341d3c151463\n" + "5a" * 32 + "\n"
TEXT = ("warifu-act/v1\n00112233445566778899aabbccddeeff\nmatter ffeeddccbbaa99887766554433221100\nkind inquiry.approved\n"
        "by minato.police.example approver 875b09d669412c65b98c341d3c151463\nat 1795237500000000\n"
        "body e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0\n")


def b64(raw):
    return base64.b64encode(raw).decode()


def cbor(item):
    """Just enough of RFC 8949 for what authenticators write."""
    def head(major, n):
        if n < 24:
            return bytes([major << 5 | n])
        return bytes([major << 5 | 24, n]) if n < 256 else bytes([major << 5 | 25]) + struct.pack(">H", n)
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    return head(5, len(item)) + b"".join(cbor(k) + cbor(v) for k, v in item.items())


def client_data(kind, text):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    # A member that some browsers add, and that readers must tolerate.
    return json.dumps({"type": kind, "challenge": challenge, "origin": ORIGIN, "crossOrigin": False,
                       "other_keys_can_be_added_here": "do not compare clientDataJSON against a template"}, separators=(",", ":")).encode()


def vector(name, secret, extensions):
    if name == "es256":
        numbers = secret.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        algorithm, public, cose = "webauthn-es256", b"\x04" + x + y, {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        sign = lambda message: secret.sign(message, ec.ECDSA(hashes.SHA256()))
    else:
        public = secret.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        algorithm, cose = "webauthn-ed25519", {1: 1, 3: -8, -1: 6, -2: public}
        sign = secret.sign
    rp = hashlib.sha256(RP_ID.encode()).digest()
    credential = hashlib.sha256(name.encode()).digest()[:20]
    made_data = rp + bytes([0x45]) + struct.pack(">I", 0) + bytes(16) + struct.pack(">H", len(credential)) + credential + cbor(cose)
    made_client = client_data("webauthn.create", REGISTRATION)
    said_data = rp + bytes([0x05 | (0x80 if extensions else 0)]) + struct.pack(">I", 41) + (cbor(extensions) if extensions else b"")
    said_client = client_data("webauthn.get", TEXT)
    typed = b"\xff" + algorithm.encode() + public
    key_id = hashlib.sha256(PERSON.encode() + b"\n" + typed).digest()[:4]
    return {"name": name, "algorithm": algorithm, "public": b64(public), "credential": b64(credential),
            "vkey": f"{PERSON}+{key_id.hex()}+{b64(typed)}",
            "attestation": b64(cbor({"fmt": "none", "attStmt": {}, "authData": made_data})), "registration_client_data": b64(made_client),
            "authenticator_data": b64(said_data), "client_data": b64(said_client),
            "signature": b64(sign(said_data + hashlib.sha256(said_client).digest()))}


def main():
    out = {"origin": ORIGIN, "rp_id": RP_ID, "person": PERSON, "registration_text": REGISTRATION, "text": TEXT,
           "vectors": [vector("es256", ec.generate_private_key(ec.SECP256R1()), {}),
                       vector("ed25519", ed25519.Ed25519PrivateKey.generate(), {}),
                       vector("es256", ec.generate_private_key(ec.SECP256R1()), {"uvm": 3})]}
    pathlib.Path(__file__).with_name("passkey.json").write_text(json.dumps(out, indent=2) + "\n")


main()
