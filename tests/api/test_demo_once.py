"""The commands that must exist and hold: the demo played through, evidence, rebuild. Each runs the real executable in a folder of its own."""
import json
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import zipfile
import zlib

import pytest

BIN = os.environ.get("WARIFU_BIN", os.path.join(os.path.dirname(__file__), "../../build/dev/warifu"))
EXPECTED = {
    "auction-fraud": "ANSWERED",
    "transfer-fraud-kakuu": "ANSWERED",
    "transfer-fraud-mihon": "ANSWERED",
    "address-at-time": "NEEDS_WARRANT",
    "over-broad": "ANSWERED",
    "none-held": "NONE_HELD",
    "partly-answered-closed": "CLOSED",
    "withdrawn": "WITHDRAWN",
}


def run(*args, timeout=120):
    return subprocess.run([BIN, *args], capture_output=True, text=True, timeout=timeout)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    data = str(tmp_path_factory.mktemp("once") / "data")
    result = run("demo", "--once", "--json", "--data", data, "--customers", "1000")
    assert result.returncode == 0, result.stderr
    return data, json.loads(result.stdout)


@pytest.fixture(scope="module")
def evidence(played, tmp_path_factory):
    data, result = played
    number = next(m["number"] for m in result["matters"] if m["case"] == "auction-fraud")
    file = str(tmp_path_factory.mktemp("evidence") / "auction.zip")
    done = run("evidence", "export", number, "--data", data, "-o", file)
    assert done.returncode == 0, done.stderr
    root = shutil.copy(os.path.join(data, "root.vkey"), os.path.dirname(file))
    return file, root, number


def test_every_case_ends_as_it_should(played):
    _, result = played
    assert result["ok"] is True
    assert {m["case"]: m["state"] for m in result["matters"]} == EXPECTED
    for matter in result["matters"]:
        organisation, _, document = matter["number"].partition(":")
        assert organisation.endswith(".demo") and document
        assert matter["instrument"] == "INQ"
        assert matter["acts"] >= 7


def test_playing_again_shows_the_same_cases(played):
    data, result = played
    again = run("demo", "--once", "--json", "--data", data)
    assert again.returncode == 0
    assert json.loads(again.stdout) == result


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("keep me")
    result = run("demo", "--once", "--json", "--data", str(tmp_path))
    assert result.returncode == 1
    assert json.loads(result.stdout)["code"] == "CONFLICT"
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_rebuild_finds_nothing_to_change(played):
    data, _ = played
    result = run("rebuild", "--check", "--json", "--data", data)
    assert result.returncode == 0, result.stdout
    told = json.loads(result.stdout)
    assert told["differing"] == 0 and told["matters"] > 30


def test_evidence_tells_who_did_what_when(evidence):
    file, root, number = evidence
    result = run("evidence", "verify", file, "--root", root, "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert f"{told['org']}:{told['number']}" == number
    kinds = [act["kind"] for act in told["acts"]]
    assert kinds[0] == "inquiry.drafted" and "inquiry.approved" in kinds and "answer.released" in kinds
    approval = next(act for act in told["acts"] if act["kind"] == "inquiry.approved")
    names = [signature["name"] for signature in approval["signatures"]]
    assert names[0] == f"{told['org']}/sign" and names[1].startswith(f"{told['org']}/person/")
    assert all(act["effect"] == "APPLIED" for act in told["acts"])
    # internal acts of one's own side only
    assert all(act["org"] == told["org"] for act in told["acts"] if act["kind"].startswith(("intake.", "work.", "legal.")))


def test_evidence_of_the_other_side(played, evidence, tmp_path):
    data, _ = played
    _, root, number = evidence
    file = str(tmp_path / "provider.zip")
    assert run("evidence", "export", number, "--as", "portal.demo", "--data", data, "-o", file).returncode == 0
    told = json.loads(run("evidence", "verify", file, "--root", root, "--json").stdout)
    assert told["org"] == "portal.demo"
    kinds = [act["kind"] for act in told["acts"]]
    assert "work.looked_up" in kinds and "inquiry.drafted" not in kinds


def test_the_archive_is_a_plain_zip(evidence):
    with zipfile.ZipFile(evidence[0]) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names)
        assert "manifest" in names and "directory/checkpoint" in names and "paper.pdf" in names
        assert all(info.compress_type == zipfile.ZIP_STORED and info.date_time == (1980, 1, 1, 0, 0, 0) and not info.extra for info in archive.infolist())
        assert archive.read("paper.pdf").startswith(b"%PDF-")


def test_any_changed_byte_is_found(evidence, tmp_path):
    file, root, _ = evidence
    original = open(file, "rb").read()
    chosen = random.Random(20261121)
    changed = str(tmp_path / "changed.zip")
    for _ in range(80):
        content = bytearray(original)
        content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
        with open(changed, "wb") as out:
            out.write(content)
        result = run("evidence", "verify", changed, "--root", root)
        assert result.returncode == 1, result.stdout
        assert "EVIDENCE_INVALID at " in result.stderr


def plain_zip(entries):
    """The one spelling of docs/formats.md, written here a second time and independently."""
    local, central = b"", b""
    for name in sorted(entries):
        content, raw = entries[name], name.encode()
        head = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(raw), 0)
        central += b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + raw
        local += b"PK\x03\x04" + head + raw + content
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(central), len(local), 0)


def test_our_writer_and_the_second_one_agree(evidence, tmp_path):
    out = str(tmp_path / "same.zip")
    rewrite(evidence[0], out, lambda entries: None)
    assert open(out, "rb").read() == open(evidence[0], "rb").read()


def rewrite(file, out, change):
    """The same archive with entries changed and everything around them made consistent again, as a forger with a ZIP tool would."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with open(out, "wb") as file_out:
        file_out.write(plain_zip(entries))


@pytest.mark.parametrize("name", ["acts/000002", "bodies/000002", "directory/entries/000003", "directory/checkpoint", "paper.pdf", "manifest"])
def test_a_forged_entry_is_named(evidence, tmp_path, name):
    file, root, _ = evidence
    out = str(tmp_path / "forged.zip")

    def change(entries):
        entries[name] = entries[name].replace(b"e", b"f", 1)

    rewrite(file, out, change)
    result = run("evidence", "verify", out, "--root", root)
    assert result.returncode == 1
    assert name in result.stderr


@pytest.mark.parametrize("name", ["acts/000002", "bodies/000004", "directory/entries/000000", "paper.pdf"])
def test_a_missing_entry_is_named(evidence, tmp_path, name):
    file, root, _ = evidence
    out = str(tmp_path / "short.zip")
    rewrite(file, out, lambda entries: entries.pop(name))
    result = run("evidence", "verify", out, "--root", root)
    assert result.returncode == 1
    assert name in result.stderr


def test_an_added_entry_is_named(evidence, tmp_path):
    file, root, _ = evidence
    out = str(tmp_path / "more.zip")
    rewrite(file, out, lambda entries: entries.update({"bodies/999999": b"{}"}))
    result = run("evidence", "verify", out, "--root", root)
    assert result.returncode == 1
    assert "bodies/999999" in result.stderr


def test_other_keys_do_not_vouch(evidence, tmp_path):
    file, _, _ = evidence
    other = str(tmp_path / "other")
    assert run("demo", "--once", "--data", other, "--customers", "200").returncode == 0
    result = run("evidence", "verify", file, "--root", os.path.join(other, "root.vkey"))
    assert result.returncode == 1
    assert "directory/checkpoint" in result.stderr


def test_no_root_no_verdict(evidence, tmp_path):
    file, _, _ = evidence
    assert run("evidence", "verify", file).returncode == 2
    assert run("evidence", "verify", file, "--root", str(tmp_path / "absent")).returncode == 2
    broken = tmp_path / "broken.vkey"
    broken.write_text("log nonsense\n")
    assert run("evidence", "verify", file, "--root", str(broken)).returncode == 2
    for root, code in (([], "MISSING_FIELD"), (["--root", str(tmp_path / "absent")], "NOT_FOUND"), (["--root", str(broken)], None)):
        result = run("evidence", "verify", file, "--json", *root)
        told = json.loads(result.stdout)
        assert (result.returncode, told["ok"]) == (2, False) and told["ja"] and told["en"] and told["code"] == (code or told["code"])


def test_one_number_of_two_agencies_is_each_agencys_own(played, tmp_path):
    """A provider may hold the same document number twice: numbers are their agency's to give."""
    data = shutil.copytree(played[0], tmp_path / "data")
    by_case = {m["case"]: m["number"].partition(":")[2] for m in played[1]["matters"]}
    document, theirs = by_case["transfer-fraud-kakuu"], by_case["transfer-fraud-mihon"]
    with sqlite3.connect(data / "bank.demo" / "office.sqlite") as store:
        (matter,) = store.execute("SELECT matter FROM matter WHERE number = ?", (document,)).fetchone()
        (other,) = store.execute("SELECT matter FROM matter WHERE number = ?", (theirs,)).fetchone()
        store.execute("UPDATE matter SET (number, number_key) = (SELECT number, number_key FROM matter WHERE matter = ?) WHERE matter = ?", (matter, other))
        store.execute("UPDATE matter_doc SET doc = replace(doc, ?, ?)", (theirs, document))
    for agency, expected in (("kakuu-police.demo", matter), ("mihon-police.demo", other)):
        file = str(tmp_path / f"{agency}.zip")
        assert run("evidence", "export", f"{agency}:{document}", "--as", "bank.demo", "--data", str(data), "-o", file).returncode == 0
        told = json.loads(run("evidence", "verify", file, "--root", str(data / "root.vkey"), "--json").stdout)
        assert told["matter"] == expected.hex() and agency in {act["org"] for act in told["acts"]}
    login = next(one["login"] for one in json.loads((data / "demo-accounts.json").read_text()) if one["organisation"] == "bank.demo" and "intake" in one["roles"])
    who = ["--data", str(data), "--org", "bank.demo", "--as", login, "--json"]
    told = json.loads(run("inquiry", "show", document, *who).stdout)
    assert told["code"] == "CONFLICT" and matter.hex() in told["detail"] and other.hex() in told["detail"]
    assert json.loads(run("inquiry", "show", other.hex(), *who).stdout)["row"]["matter"] == other.hex()
    for agency, house in (("coin.demo", "bank.demo"), ("kakuu-police.demo", "mihon-police.demo")):
        result = run("evidence", "export", f"{agency}:{document}", "--as", house, "--data", str(data), "-o", str(tmp_path / "none.zip"), "--json")
        assert json.loads(result.stdout)["code"] == "NOT_FOUND", result.stdout


def test_wrong_use_is_said():
    assert run("demo").returncode == 2
    assert run("evidence", "export", "x").returncode == 2
    assert run("no-such-command").returncode == 2
    assert run("--version").stdout.startswith("warifu ")
