"""A result that is far larger than anything a node holds in memory, from the desk of the provider to the desk of the agency: attached on the command
line, sealed, carried in parts over the hub, opened, and saved again. In the long form 2 GB, and both nodes are killed in the middle."""
import hashlib
import json
import os
import shutil
import subprocess
import time
from fnmatch import fnmatch
from pathlib import Path

import pytest
from exchange import AGENCY, HUB, Exchange, check_everything
from support import BIN, IS_LONG, begin, finish, has_answer, open_answer, release

MEGABYTE = 1024 * 1024
MEGABYTES = 2048 if IS_LONG else 120
LIMIT_MEGABYTES = 2100 if IS_LONG else 200
# Of each process, whatever it has done: less than the smaller file, so that nobody has ever had a whole one.
MEMORY_MAX = 96 * MEGABYTE


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A table of that size and its SHA-256. Lines differ from piece to piece, so that a part in the wrong place would be seen."""
    file = tmp_path_factory.mktemp("large") / "通信記録.csv"
    digest = hashlib.sha256()
    line = "192.0.2.7,2026-11-21T14:05:00+09:00,架空市一丁目,例示 一郎\r\n"
    with open(file, "wb") as out:
        for n in range(MEGABYTES):
            piece = f"{n:012d},".encode() + (line * (MEGABYTE // len(line.encode()) + 1)).encode()
            piece = piece[: MEGABYTE - 2].decode("utf-8", "ignore").encode().ljust(MEGABYTE - 2, b"x") + b"\r\n"
            digest.update(piece)
            out.write(piece)
    assert file.stat().st_size == MEGABYTES * MEGABYTE
    return file, digest.hexdigest()


def peak(part):
    """The most memory that the process ever had, in bytes."""
    with open(f"/proc/{part.process.pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def command(exchange, browser, *words):
    """A command of that person's, over HTTP as from another machine."""
    account, node = browser.account, exchange.parts[browser.account["organisation"]]
    where = ["--server", f"http://127.0.0.1:{node.port}", "--org", account["organisation"], "--as", account["login"], "--json"]
    done = subprocess.run([BIN, *map(str, words), *where], env={**os.environ, "WARIFU_PASSWORD": account["password"]},
                          capture_output=True, text=True, timeout=1500)
    return json.loads(done.stdout) if done.stdout else {"code": done.stderr}


def files_below(folder):
    """Every file below it at this moment. A process works there meanwhile: what it takes away while we look is not an error, as it would be with `rglob`."""
    return [Path(where) / name for where, _, names in os.walk(folder) for name in names]


def parts_at_hub(exchange):
    return sum(1 for file in files_below(exchange.folder / "hub") if file.parent.suffix == ".parts")


def parts_at_agency(exchange):
    return sum(1 for file in files_below(exchange.folder / AGENCY / "attachments") if fnmatch(file.name, "[0-9]" * 6))


def kill_when(exchange, name, count, at_least):
    """Kills the process when so many parts have come; it is started again. False: it was too quick."""
    part = exchange.parts[name]
    most, until = MEGABYTES // 4, time.monotonic() + 600
    while time.monotonic() < until:
        seen = count(exchange)
        if seen >= at_least:
            part.process.kill()
            part.process.wait(10)
            exchange.look_after()
            return seen < most
        time.sleep(0.005)
    raise AssertionError(f"{name}: no parts come")


def clear_files(folder):
    """What lies there in clear and was not opened by anybody yet."""
    return [file.name for file in files_below(folder / "attachments") if fnmatch(file.name, "*.plain*")]


def test_a_large_file_goes_from_desk_to_desk(apart, provider, large, tmp_path, monkeypatch):
    file, digest = large
    monkeypatch.setenv("WARIFU_ANSWERS_FILE_MEGABYTES", str(LIMIT_MEGABYTES))
    shutil.copytree(apart, tmp_path / "data")
    exchange = Exchange(tmp_path / "data", tmp_path, provider=provider)
    # The agency attaches nothing; its own limit stays what it usually is, and says nothing about what comes.
    monkeypatch.delenv("WARIFU_ANSWERS_FILE_MEGABYTES")
    exchange.parts[AGENCY].stop()
    exchange.start(AGENCY)
    monkeypatch.setenv("WARIFU_ANSWERS_FILE_MEGABYTES", str(LIMIT_MEGABYTES))
    try:
        inquiry = begin(exchange)
        limits = inquiry.operator.get("/api/answer-files").json
        assert limits["bytes_max"] == LIMIT_MEGABYTES * MEGABYTE
        assert inquiry.investigator.get("/api/answer-files").json["bytes_max"] == 50 * MEGABYTE
        attached = command(exchange, inquiry.operator, "inquiry", "attach", inquiry.number, file)
        assert (attached.get("sha256"), attached.get("bytes")) == (digest, MEGABYTES * MEGABYTE), attached
        assert list((exchange.folder / provider / "tmp").iterdir()) == []
        # What must be looked at as a whole stays small; what is larger than the house allows is refused, both with the bound.
        for name, megabytes in (("large.json", 8), ("large.png", 50)):
            whole = tmp_path / name
            with open(whole, "wb") as hollow:
                hollow.truncate(megabytes * MEGABYTE + 1)
            refused = command(exchange, inquiry.operator, "inquiry", "attach", inquiry.number, whole)
            assert refused["code"] == "TOO_LARGE" and f"{megabytes * MEGABYTE} bytes" in refused["en"], refused
        with open(whole, "wb") as hollow:
            hollow.truncate(LIMIT_MEGABYTES * MEGABYTE + 1)
        whole = whole.rename(tmp_path / "larger.csv")
        refused = command(exchange, inquiry.operator, "inquiry", "attach", inquiry.number, whole)
        assert refused["code"] == "TOO_LARGE" and f"{LIMIT_MEGABYTES * MEGABYTE} bytes" in refused["en"], refused
        whole.unlink()

        peaks = {}
        release(exchange, inquiry, attached)
        kills = 0
        if IS_LONG:
            peaks["sender, killed"] = peak(exchange.parts[provider])
            kills += kill_when(exchange, provider, parts_at_hub, 40)
            kills += kill_when(exchange, AGENCY, parts_at_agency, 40)
            assert kills == exchange.deaths == 2
        exchange.until(lambda: has_answer(inquiry), 1500 if IS_LONG else 300)
        assert clear_files(exchange.folder / AGENCY) == []
        open_answer(exchange, inquiry)
        saved = tmp_path / "saved.csv"
        told = command(exchange, inquiry.investigator, "inquiry", "file", inquiry.number, file.name, "-o", saved)
        assert (told.get("sha256"), told.get("bytes")) == (digest, MEGABYTES * MEGABYTE), told
        with open(saved, "rb") as content:
            assert hashlib.file_digest(content, "sha256").hexdigest() == digest
        saved.unlink()
        for name, part in exchange.parts.items():
            peaks[name] = peak(part)
        print({name: f"{bytes_ / MEGABYTE:.0f} MB" for name, bytes_ in peaks.items()})
        assert all(bytes_ < MEMORY_MAX for bytes_ in peaks.values()), peaks
        # Each side has it once; nothing of the way is left.
        for organisation in (AGENCY, provider):
            assert (exchange.folder / organisation / "files" / inquiry.matter / digest).stat().st_size == MEGABYTES * MEGABYTE
            exchange.until(lambda folder=exchange.folder / organisation / "attachments": files_below(folder) == [])
        finish(exchange, inquiry)
        kinds = check_everything(exchange, inquiry.number, provider)
        assert "answer.released" in kinds[AGENCY] and HUB in exchange.parts
    finally:
        exchange.end()
        shutil.rmtree(tmp_path / "data")
