"""A Go program over golang.org/x/mod (Debian: golang-golang-x-mod-dev) reads the folder of a hub's log and verifies all of it."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "api"))  # a hub and its members, as the API tests have them

from cli_support import done, refused
from hub_support import Hub, Member, frames, text_of

AGENCY, PROVIDER = "kakuu-police.example", "portal.example"
SOURCE = Path(__file__).resolve().parent / "verify"


@pytest.fixture(scope="module")
def verify(tmp_path_factory):
    program = tmp_path_factory.mktemp("go") / "verify"
    env = {**os.environ, "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": str(program.parent / "cache")}
    subprocess.run(["go", "build", "-o", program, "."], cwd=SOURCE, env=env, check=True, timeout=600)

    def run(folder, *arguments):
        return subprocess.run([program, folder, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    return run


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A hub with 300 messages in its log, cosigned by a member, and an earlier checkpoint."""
    folder = tmp_path_factory.mktemp("world")
    hub = Hub(folder / "hub")
    agency, provider = Member(hub, folder, AGENCY).join(), Member(hub, folder, PROVIDER, "provider").join()

    def fill(size):
        while hub.log_size() < size:
            answer = agency.post(*[agency.message(PROVIDER, object_bytes=os.urandom(300)) for _ in range(min(60, size - hub.log_size()))])
            assert answer.status == 200 and all(b"warifu-promise" in frame for frame in answer.frames)
            before = hub.log_size()
            hub.until(lambda before=before: hub.log_size() > before)
    fill(120)
    old = folder / "old"
    old.write_text(hub.log_text(), encoding="utf-8")
    fill(300)
    text = text_of(hub.log_text())
    assert provider.send("POST", "/exchange/v1/log/cosignature", frames(text, provider.witness.cosign(text))).status == 204
    yield hub, provider, old
    assert hub.stop() == 0


def test_inclusion_consistency_and_cosignatures_hold(world, verify):
    hub, provider, old = world
    vkey = done("log", "vkey", "--data", hub.folder)["vkey"]
    own = next(line for line in hub.log_text().splitlines() if line.startswith("— hub.example/witness "))
    assert own
    result = verify(hub.folder / "logs" / "log", vkey, "-old", old, provider.witness.vkey)
    assert result.returncode == 0, result.stderr
    assert "consistent 120 -> 300" in result.stdout and "VERIFIED size 300 signatures 2" in result.stdout
    keys = verify(hub.folder / "logs" / "keys", done("log", "vkey", "--data", hub.folder, "--log", "keys")["vkey"])
    assert keys.returncode == 0, keys.stderr
    checked = done("log", "serve-files", "--check", hub.folder / "logs" / "log", "--key", vkey)
    lines = sum(line.startswith("— ") for line in hub.log_text().splitlines())
    assert (checked["size"], checked["unverified_lines"]) == (300, lines - 1)
    assert done("log", "serve-files", "--check", hub.folder / "logs" / "log")["unverified_lines"] == lines
    # A key that did not sign.
    assert "no verifiable signatures" in verify(hub.folder / "logs" / "log", hub.network["sign"]).stderr


def test_a_log_without_a_leaf_holds(tmp_path, verify):
    done("init", "--role", "hub", "--data", tmp_path / "hub", "--org", "hub.example", "--url", "https://127.0.0.1:1")
    result = verify(tmp_path / "hub" / "logs" / "log", done("log", "vkey", "--data", tmp_path / "hub")["vkey"])
    assert result.returncode == 0 and "VERIFIED size 0 " in result.stdout, result.stderr


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "checkpoint"])
def test_one_flipped_byte_anywhere_is_found(world, verify, tmp_path, path):
    hub, provider, _ = world
    copy = tmp_path / "log"
    shutil.copytree(hub.folder / "logs" / "log", copy)
    vkey = hub.network["log"]
    assert verify(copy, vkey).returncode == 0
    data = bytearray((copy / path).read_bytes())
    # Of the checkpoint, in the root it names: a cosignature that nobody knows any more is ignored, as every reader of signed notes does.
    data[data.index(b"\n", data.index(b"\n") + 1) + 20 if path == "checkpoint" else len(data) // 2] ^= 1
    (copy / path).write_bytes(data)
    result = verify(copy, vkey, provider.witness.vkey)
    assert result.returncode == 1 and result.stderr, path
    told = refused("log", "serve-files", "--check", copy, "--key", vkey)
    assert refused("log", "serve-files", copy, "--key", vkey)["code"] == told["code"], "what is served under a key is checked first"
    assert told["code"] in ("PROOF_INVALID", "SIGNATURE_INVALID", "SIGNATURE_MISSING", "BAD_NOTE", "BAD_ENCODING"), told


def test_the_files_are_served_to_strangers(world, verify, tmp_path):
    """What `log serve-files` gives out is the log and nothing else, and enough to verify it."""
    import signal
    import urllib.error
    import urllib.request
    from cli_support import BIN, free_port
    hub, _, _ = world
    port = free_port()
    server = subprocess.Popen([BIN, "log", "serve-files", hub.folder / "logs" / "log", "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True)
    try:
        assert f":{port}/" in server.stdout.readline()

        def get(path):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
                return answer.read()
        mirror = tmp_path / "mirror"
        for path in ("checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"):
            (mirror / path).parent.mkdir(parents=True, exist_ok=True)
            (mirror / path).write_bytes(get(path))
        result = verify(mirror, hub.network["log"])
        assert result.returncode == 0, result.stderr
        for path in ("../keys/checkpoint", "%2e%2e/%2e%2e/network", "", "tile", "tile/0/../../../network", "tile/0/002"):
            with pytest.raises(urllib.error.HTTPError) as refusal:
                get(path)
            assert refusal.value.code in (400, 404), path
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
