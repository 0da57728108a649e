"""The separate demo: a hub and one node per organisation, each its own process and folder."""

import base64
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from conftest import BIN
from hub_support import Key

AGENCIES = ["kakuu-police.demo", "mihon-police.demo"]
PROVIDERS = ["portal.demo", "net.demo", "mvno.demo", "bank.demo", "coin.demo"]

# What stands in the played cases and nowhere else: selectors, purposes, reasons, names of officers.
PORTAL_ONLY = ["rei000042", "代金を支払ったが商品が届かない", "出品者の特定のため", "会員の確認のため"]
BANK_ONLY = ["被害者が現金を振り込んだ口座"]
PEOPLE = ["架空 花子", "例田 一郎", "答野 花子", "確井 三郎"]


def play(folder, *more):
    done = subprocess.run(
        [BIN, "demo", "--once", "--json", "--customers", "500", "--data", str(folder), *more], capture_output=True, text=True, timeout=600, check=False
    )
    return done


def processes_of(folder):
    out = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(folder) in line and int(entry.name) != os.getpid():
            out.append((int(entry.name), line))
    return out


@pytest.fixture(scope="module")
def separate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("separate") / "demo"
    done = play(folder, "--separate")
    logs = "\n".join(f"== {log.name}\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}" for log in folder.glob("*.log"))
    assert done.returncode == 0, done.stdout + done.stderr + logs
    return folder, json.loads(done.stdout)


def test_the_same_result_as_in_one_process(separate, tmp_path):
    _, apart = separate
    together = play(tmp_path / "together")
    assert together.returncode == 0, together.stderr
    assert apart == json.loads(together.stdout)
    assert len(apart["matters"]) == 8


def test_nothing_that_was_started_goes_on(separate):
    folder, _ = separate
    assert processes_of(folder) == []


def test_each_organisation_has_its_own_folder(separate):
    folder, _ = separate
    for organisation in AGENCIES + PROVIDERS:
        assert (folder / organisation / "office.sqlite").is_file()
        assert (folder / organisation / "network").read_text() == (folder / "hub" / "network").read_text()
        assert not (folder / organisation / "hub").exists()
    assert (folder / "root.vkey").read_text().startswith("log hub.demo/keys+")


def found_in(folder, texts):
    wanted = [text.encode() for text in texts]
    out = []
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            out += [(str(file), text.decode()) for text in wanted if text in content]
    return out


def test_the_hub_can_read_nothing(separate):
    folder, _ = separate
    assert found_in(folder / "hub", PORTAL_ONLY + BANK_ONLY + PEOPLE) == []


def test_nobody_holds_what_was_not_for_him(separate):
    folder, _ = separate
    for provider in PROVIDERS:
        foreign = [text for text in PORTAL_ONLY if provider != "portal.demo"] + [text for text in BANK_ONLY if provider != "bank.demo"]
        assert found_in(folder / provider, foreign) == []
    assert found_in(folder / "mihon-police.demo", PORTAL_ONLY) == []
    # Texts lie sealed in a node's store; which matters it has acts of does not.
    held = {}
    for organisation in AGENCIES + PROVIDERS:
        with sqlite3.connect(f"file:{folder / organisation / 'office.sqlite'}?mode=ro", uri=True) as office:
            held[organisation] = {matter for (matter,) in office.execute("SELECT DISTINCT matter FROM act WHERE is_shared = 1")}
        assert held[organisation]
    for side in (AGENCIES, PROVIDERS):
        for one in side:
            assert not any(held[one] & held[other] for other in side if other != one), one


def test_evidence_is_held_against_the_admitters_of_the_published_file(separate, tmp_path):
    folder, result = separate
    root, bundle = folder / "root.vkey", tmp_path / "evidence.zip"
    number = result["matters"][0]["number"]
    subprocess.run([BIN, "evidence", "export", number, "--data", str(folder / "kakuu-police.demo"), "-o", str(bundle)], capture_output=True, check=True)
    lines = root.read_text().splitlines()
    admits = [line for line in lines if line.startswith("# admit hub.demo/admit/")]
    assert len(admits) == 2
    assert [line[2:] for line in admits] == [line for line in (folder / "hub" / "network").read_text().splitlines() if line.startswith("admit ")]

    def verify(text):
        (tmp_path / "root.vkey").write_text("\n".join(text) + "\n")
        done = subprocess.run([BIN, "evidence", "verify", str(bundle), "--root", str(tmp_path / "root.vkey"), "--json"], capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout or done.stderr)
    code, report = verify(lines)
    assert code == 0 and report["admission_unchecked"] is False
    code, report = verify([line for line in lines if line not in admits])
    assert code == 0 and report["admission_unchecked"] is True
    # Other people of the same names: as if the hub had admitted everybody by itself.
    foreign = [f"# admit {Key(f'hub.demo/admit/{n}').vkey}" for n in (1, 2)]
    code, report = verify([line for line in lines if line not in admits] + foreign)
    assert code == 1 and report["where"].startswith("directory/entries/"), report
    code, report = verify(lines + ["# admit nonsense"])
    assert code == 2


def test_every_message_was_acknowledged_and_logged(separate):
    folder, _ = separate
    for organisation in AGENCIES + PROVIDERS:
        listed = subprocess.run(
            [BIN, "envelope", "list", "--data", str(folder / organisation), "--limit", "1000", "--json"], capture_output=True, text=True, check=True
        )
        messages = json.loads(listed.stdout)["messages"]
        assert messages
        for message in messages:
            assert message["accepted"]
            assert message["refused"] == ""
            if message["type"] == "acts":
                assert message["delivered"]
        incidents = subprocess.run([BIN, "incidents", "--data", str(folder / organisation), "--json"], capture_output=True, text=True, check=True)
        assert json.loads(incidents.stdout)["incidents"] == []


def test_a_member_reads_its_own_policy_at_the_start_and_starts_with_no_other(separate, tmp_path):
    folder, _ = separate
    house = shutil.copytree(folder / "kakuu-police.demo", tmp_path / "house")
    policy = house / "root.vkey"
    logs = [line for line in policy.read_text().splitlines() if line.startswith("log ")]

    def told(*lines, code):
        policy.write_text("".join(line + "\n" for line in lines))
        result = subprocess.run([BIN, "envelope", "list", "--data", str(house), "--json"], capture_output=True, text=True, check=False)
        assert result.returncode == code, result.stdout + result.stderr
        return json.loads(result.stdout)

    listed = subprocess.run([BIN, "key", "list", "--data", str(folder / "portal.demo"), "--json"], capture_output=True, text=True, check=True)
    (key,) = [key["key"] for key in json.loads(listed.stdout)["keys"] if key["purpose"] == "witness"]
    typed = b"\4" + base64.b64decode(key)
    name = "portal.demo/witness"
    vkey = f"{name}+{hashlib.sha256(name.encode() + bytes([10]) + typed).digest()[:4].hex()}+{base64.b64encode(typed).decode()}"
    assert told(*logs, f"witness p {vkey}", "quorum p", code=0)["messages"]
    for lines in ([], ["quorum none"], [logs[0], "quorum none"], [*logs, "quorum p"], [*logs, "witness p x", "quorum p"], [*logs]):
        refused = told(*lines, code=1)
        assert refused["code"] == "CONFIG" and refused["where"].endswith("root.vkey"), lines
    assert told(*logs, "quorum none", code=0)["messages"]


def test_an_alarm_ends_with_what_an_auditor_found_out_which_is_an_act(separate, tmp_path):
    folder, _ = separate
    house = shutil.copytree(folder / "kakuu-police.demo", tmp_path / "house")
    with sqlite3.connect(house / "office.sqlite") as store:
        store.execute("INSERT INTO incident (code, about, evidence, at_us) VALUES ('KEY_UNKNOWN', 'keys 7', 'an entry', 1795267200000000)")
        acts = store.execute("SELECT count(*) FROM act").fetchone()[0]

    def told(*arguments, code=0):
        result = subprocess.run([BIN, "incidents", "--data", str(house), "--json", *arguments], capture_output=True, text=True, check=False)
        assert result.returncode == code, result.stdout + result.stderr
        return json.loads(result.stdout)

    assert told()["more"] is False
    (incident,) = told()["incidents"]
    assert incident["examined"] == "" and incident["code"] == "KEY_UNKNOWN"
    number = str(incident["number"])
    assert told("--evidence", number)["incidents"][0]["evidence"] == "an entry"
    auditor = ["--as", "kansatsu", "--examined"]
    assert told("--examined", number, "--comment", "確認した", code=1)["where"] == "--as", "the owner of the folder ends nothing"
    assert told("--as", "tantou", "--examined", number, "--comment", "確認した", code=1)["code"] in ("FORBIDDEN", "ROLE_MISSING")
    assert told(*auditor, number, code=1)["where"] == "--comment"
    assert told(*auditor, "99", "--comment", "確認した", code=1)["code"] == "NOT_FOUND"
    assert told()["incidents"] == [incident]
    (examined,) = told(*auditor, number, "--comment", "運用者に確認した。")["incidents"]
    assert examined["examined"] and {**examined, "examined": ""} == incident
    assert told(*auditor, number, "--comment", "二度目", code=1)["code"] == "CONFLICT"
    with sqlite3.connect(house / "office.sqlite") as store:
        assert store.execute("SELECT count(*) FROM act").fetchone()[0] == acts + 1
        (note,) = store.execute("SELECT note FROM act ORDER BY seq DESC LIMIT 1").fetchone()
    assert "kind office.changed" in note and " auditor " in note

    # Whoever looks at the folder is told when older ones are left out; an open one stands there however old it is.
    with sqlite3.connect(house / "office.sqlite") as store:
        store.execute("INSERT INTO incident (code, about, evidence, at_us) VALUES ('KEY_UNKNOWN', 'open', 'e', 1)")
        many = [(f"examined {n}", n) for n in range(1001)]
        store.executemany("INSERT INTO incident (code, about, evidence, at_us, examined_us) VALUES ('KEY_UNKNOWN', ?, 'e', ?, 1)", many)
    listed = told()
    assert listed["more"] is True and len(listed["incidents"]) == 1001
    assert listed["incidents"][-1]["about"] == "open" and listed["incidents"][0]["about"] == "examined 1000"
    assert told("--evidence", number, code=1)["code"] == "NOT_FOUND"


def test_age_opens_a_sealed_object(separate, tmp_path):
    folder, apart = separate
    number = next(matter["number"] for matter in apart["matters"] if matter["case"] == "auction-fraud").split(":")[1]
    sealed, opened = tmp_path / "sealed.age", tmp_path / "opened"
    subprocess.run(
        [BIN, "envelope", "export", number, "--sealed", "--data", str(folder / "kakuu-police.demo"), "-o", str(sealed)], check=True, capture_output=True
    )
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert "rei000042".encode() not in sealed.read_bytes()
    (key,) = (folder / "portal.demo" / "keys").glob("*_seal_*.key")
    subprocess.run(["age", "-d", "-i", str(key), "-o", str(opened), str(sealed)], check=True, capture_output=True)
    content = opened.read_bytes()
    size = int.from_bytes(content[:4], "big")
    assert content[4 : 4 + size].startswith(b"warifu-msg/v1\n")
    # Nobody else's key opens it.
    (other,) = (folder / "bank.demo" / "keys").glob("*_seal_*.key")
    assert subprocess.run(["age", "-d", "-i", str(other), str(sealed)], capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_is_cut_short_leaves_nothing_running(tmp_path, wanted):
    folder = tmp_path / "cut"
    process = subprocess.Popen(
        [BIN, "demo", "--once", "--json", "--separate", "--customers", "100", "--data", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    # One look counts: commands of the demo come and go between two looks.
    until = time.monotonic() + 60
    while len(running := processes_of(folder)) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(running) >= 4, running
    process.send_signal(wanted)
    process.wait(timeout=60)
    until = time.monotonic() + 20
    while processes_of(folder) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_of(folder) == []
    assert process.returncode != 0


def test_a_matter_tells_how_it_travelled_and_proves_each_act(separate, tmp_path):
    folder, apart = separate
    number = next(matter["number"] for matter in apart["matters"] if matter["case"] == "auction-fraud").split(":")[1]
    house = shutil.copytree(folder / "kakuu-police.demo", tmp_path / "house")
    who = ["--data", str(house), "--org", "kakuu-police.demo", "--as", "tantou", "--json"]

    def told(*arguments):
        return json.loads(subprocess.run([BIN, *arguments, *who], capture_output=True, text=True, check=True).stdout)

    view = told("inquiry", "show", number)
    steps = [(step["step"], "at" in step, step["is_late"]) for step in view["evidence"]]
    names = [name for name, _, _ in steps]
    assert names[:2] == ["DISPATCHED", "HUB_ACCEPTED"] and "LOGGED" in names and names[-1] == "RETRIEVED"
    assert all(is_there and not is_late for _, is_there, is_late in steps), "no open step stands before one that is proven"

    crossed = 0
    for act in view["timeline"]:
        proof = told("api", "GET", f"/api/matters/{view['row']['matter']}/acts/{act['act']}/proof")
        assert proof["act"] == act["act"] and proof["signatures"]
        assert ("crossing" in proof) == act["is_shared"], act["kind"]
        if "crossing" in proof:
            crossed += 1
            assert proof["crossing"]["from"] == act["org"] and proof["crossing"]["log"] == "hub.demo/log"
            assert proof["crossing"]["log_size"] > proof["crossing"]["index"] and proof["crossing"]["cosigned_by"]
    assert crossed >= 6


def test_a_members_backup_is_taken_whole_and_vouched_for_by_its_own_key(separate, tmp_path):
    folder, _ = separate
    house = shutil.copytree(folder / "kakuu-police.demo", tmp_path / "house")

    def told(*arguments, code=0):
        result = subprocess.run([BIN, *map(str, arguments), "--json"], capture_output=True, text=True, check=False)
        assert result.returncode == code, result.stdout + result.stderr
        return json.loads(result.stdout)

    without = tmp_path / "without"
    assert told("backup", "--data", house, "-o", without)["keys"] is False
    assert not [path for path in without.rglob("*.key") if path.is_file()] and not (without / "keys").exists()
    # Restored from it, the house says which of its key files is not back in its place yet.
    bare = tmp_path / "bare"
    told("restore", without, "--data", bare)
    keys = sorted((house / "keys").iterdir())
    assert any("_seal_" in key.name for key in keys)
    (bare / "keys").mkdir(mode=0o700)
    missing = []
    while (answer := subprocess.run([BIN, "rebuild", "--check", "--data", bare, "--json"], capture_output=True, text=True, check=False)).returncode != 0:
        refusal = json.loads(answer.stdout)
        assert refusal["code"] == "NOT_FOUND" and "--with-keys" in refusal["ja"] and "--with-keys" in refusal["en"], refusal
        file = bare / re.search(f"{bare}/([^ \"」]+)", refusal["en"]).group(1)
        assert str(file) in refusal["ja"] and not file.exists()
        missing.append(refusal["where"])
        shutil.copy2(house / file.relative_to(bare), file)
    assert missing == [f"kakuu-police.demo/{name}" for name in ("sign", "tls", "seal", "witness")]
    copy = tmp_path / "copy"
    assert told("backup", "--data", house, "-o", copy, "--with-keys")["keys"] is True
    root = shutil.copy(copy / "backup.vkey", tmp_path / "kept.vkey")
    back = tmp_path / "back"
    assert told("restore", copy, "--data", back, "--root", root)["root"] == "given"
    assert told("rebuild", "--check", "--data", back)["differing"] == 0
    assert told("envelope", "list", "--data", back) == told("envelope", "list", "--data", house)
    assert not (back / "backup.vkey").exists()
    # Another member's key vouches for nothing here, and nothing may be changed.
    other = shutil.copytree(folder / "bank.demo", tmp_path / "other")
    told("backup", "--data", other, "-o", tmp_path / "theirs")
    told("restore", copy, "--data", tmp_path / "x", "--root", tmp_path / "theirs" / "backup.vkey", code=1)
    for changed in ("directory.sqlite", "network", "tls.key"):
        altered = shutil.copytree(copy, tmp_path / f"altered-{changed}")
        content = bytearray((altered / changed).read_bytes())
        content[len(content) // 2] ^= 1
        (altered / changed).write_bytes(content)
        assert told("restore", altered, "--data", tmp_path / "y", code=1)["where"] == changed
