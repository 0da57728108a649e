"""The command line through the real executable: an inquiry from the draft to the answer with keys that stay in their files, beside and over a
running server; keys, sources, the law; help, man page and completions."""
import json
import os
import pty
import select
import shutil
import stat
import subprocess
import time

import pytest

from cli_support import AGENCY, PASSWORD, PEOPLE, PROVIDER, Served, World, done, made_on_the_folder, pin_of, refused, run
from conftest import BIN, ROOT


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A production node with two organisations, every person admitted: the first two under the root key, the others by a second person."""
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    return made_on_the_folder(World(tmp_path_factory.mktemp("cli")))


def approved(world, name):
    """An inquiry up to its approval on the folder."""
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", world.draft_file(name), "--case", "R8-1", "--ready")["matter"]
    assert world.local(AGENCY, "kakarichou", "inquiry", "check", matter, "--comment", "確認した。")["state"] == "CHECKED"
    world.local(AGENCY, "kachou", "inquiry", "approve", matter, signs=True)
    return matter


def dispatched(world, name):
    """The same, numbered and sent; its number."""
    matter = approved(world, name)
    number = world.local(AGENCY, "shomu", "inquiry", "number", matter)["number"]
    assert world.local(AGENCY, "shomu", "inquiry", "dispatch", number, signs=True)["state"] in ("DISPATCHED", "DELIVERED")
    return number


def test_people_and_units_are_listed(world):
    people = done("user", "list", "--data", world.data, "--org", AGENCY)["people"]
    assert {person["login"] for person in people} == set(PEOPLE[AGENCY])
    assert [unit["name_ja"] for unit in done("unit", "list", "--data", world.data, "--org", AGENCY)["units"]] == ["サイバー犯罪対策課"]
    listed = done("org", "list", "--data", world.data)["organisations"]
    assert {one["id"] for one in listed} == {AGENCY, PROVIDER} and all(one["hosted"] for one in listed)


def test_an_inquiry_from_draft_to_answer_on_the_folder(world):
    number = dispatched(world, "whole")
    assert number.startswith("架空警サ発令")

    inbox = world.local(PROVIDER, "uketsuke", "inquiry", "list", "--mine")["rows"]
    assert number in [row["number"] for row in inbox]
    world.local(PROVIDER, "uketsuke", "inquiry", "triage", number)
    world.local(PROVIDER, "uketsuke", "inquiry", "accept", number)
    world.local(PROVIDER, "uketsuke", "inquiry", "assign", number, "tantou")
    upload = world.folder / "record.csv"
    upload.write_text("id,name\nex-1001,架空 太郎\n", encoding="utf-8")
    file = world.local(PROVIDER, "tantou", "inquiry", "attach", number, upload)
    assert upload.exists()  # a copy was taken: it is still its owner's
    answer = {"items": [{"no": 1, "result": "ANSWERED", "message": "", "provenance": [], "files": [file],
                         "tables": [{"columns": ["会員ID", "氏名"], "rows": [["ex-1001", "架空 太郎"]]}]}],
              "reference": "R-1", "preparer": "架空 tantou", "completeness": "すべてです。", "minutes": 12, "yen": 0}
    (world.folder / "answer.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    world.local(PROVIDER, "tantou", "inquiry", "collect", number, world.folder / "answer.json", "--ready")
    wrong = refused("inquiry", "check-answer", number, "--rows", "1=7", "--data", world.data, "--org", PROVIDER, "--as", "kakunin")
    assert wrong["code"] == "ROW_COUNT_DIFFERS"
    world.local(PROVIDER, "kakunin", "inquiry", "check-answer", number, "--rows", "1=1")
    world.local(PROVIDER, "kakunin", "inquiry", "release", number, signs=True)

    world.local(AGENCY, "tantou", "inquiry", "retrieve", number)
    assert world.local(AGENCY, "tantou", "inquiry", "open", number, "--reason", "被疑者の特定のため")["state"] == "ANSWERED"
    papers_and_books(world, number)
    shown = run("inquiry", "show", number, "--data", world.data, "--org", AGENCY, "--as", "tantou")
    assert shown.returncode == 0 and "架空 太郎" in shown.stdout and "inquiry.approved" not in shown.stderr
    world.local(AGENCY, "tantou", "inquiry", "feedback", number, "--outcome", "SUSPECT_IDENTIFIED", "--message", "感謝します。")
    assert world.local(AGENCY, "tantou", "inquiry", "close", number)["state"] == "CLOSED"
    assert done("rebuild", "--check", "--data", world.data)["differing"] == 0
    file = world.folder / "evidence.zip"
    assert run("evidence", "export", f"{AGENCY}:{number}", "--data", world.data, "-o", file).returncode == 0
    assert run("evidence", "verify", file, "--root", world.data / "root.vkey").returncode == 0


def papers_and_books(world, number):
    """What is printed and kept of an inquiry that has been answered, and the books it stands in."""
    folder = world.folder

    def kept(name):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        return (folder / name).read_bytes()

    assert world.local(AGENCY, "tantou", "inquiry", "paper", number, "-o", folder / "form.pdf")["bytes"] == len(kept("form.pdf"))
    world.local(AGENCY, "tantou", "inquiry", "cover", number, "-o", folder / "cover.pdf")
    assert kept("form.pdf").startswith(b"%PDF-") and kept("cover.pdf").startswith(b"%PDF-")
    world.local(AGENCY, "tantou", "inquiry", "file", number, "record.csv", "-o", folder / "again.csv")
    assert kept("again.csv") == (folder / "record.csv").read_bytes()
    who = ["--data", world.data, "--org", AGENCY, "--as", "tantou"]
    assert refused("inquiry", "file", number, "other.csv", "-o", folder / "other.csv", *who)["code"] == "NOT_FOUND"
    assert not (folder / "other.csv").exists()

    assert number in [line["numbering"]["document_number"] for line in world.local(AGENCY, "shomu", "register", "show")["lines"]]
    table = run("register", "show", "サイバー犯罪対策課", "--data", world.data, "--org", AGENCY, "--as", "shomu")
    assert table.returncode == 0 and number in table.stdout and table.stderr == ""
    world.local(AGENCY, "shomu", "register", "show", "-o", folder / "register.pdf")
    assert kept("register.pdf").startswith(b"%PDF-")
    wrong = ["register", "show", "-o", folder / "register.doc", "--data", world.data, "--org", AGENCY, "--as", "shomu"]
    assert refused(*wrong)["where"] == "--out"

    world.local(PROVIDER, "kakunin", "statement", "make", AGENCY, time.strftime("%Y-%m", time.gmtime(time.time() + 9 * 3600)))
    (row,) = world.local(AGENCY, "shomu", "statement", "list")["statements"]
    of_month = row["head"]["id"]
    assert number in run("statement", "show", of_month, "--data", world.data, "--org", AGENCY, "--as", "shomu").stdout
    world.local(PROVIDER, "kakunin", "statement", "show", of_month, "-o", folder / "statement.csv")
    assert number in kept("statement.csv").decode("utf-8-sig")
    assert world.local(AGENCY, "shomu", "statement", "reconcile", of_month)["result"]["unknown"] == 0


def test_what_would_be_asked_is_judged_read_from_a_table_and_told_by_telephone(world):
    told = world.local(AGENCY, "tantou", "inquiry", "judge", world.draft_file("judged", "ex-5005"))
    assert told["items"][0]["errors"] == [] and told["items"][0]["judgement"]["lane"]
    table = world.folder / "items.csv"
    table.write_text("対象の種類,値,サービス,求める情報,使用目的,必要性\nACCOUNT_ID,ex-6001,portal.example,K1,特定のため,出品者であるため。\n", encoding="utf-8")
    read = world.local(AGENCY, "tantou", "inquiry", "import", table)
    assert read["errors"] == [] and read["items"][0]["selector"]["value"] == "ex-6001"
    table.write_text("対象の種類,値\nIP_ADDRESS,not an address\n", encoding="utf-8")
    assert world.local(AGENCY, "tantou", "inquiry", "import", table)["errors"][0]["row"] == 2
    spoken = world.local(AGENCY, "tantou", "inquiry", "oral", "--case", "R8-1", "--to", PROVIDER, "--summary", "会員の有無を至急照会した。")
    assert spoken["state"] == "ORAL"
    who = ["--data", world.data, "--org", AGENCY, "--as", "tantou"]
    assert refused("inquiry", "oral", "--case", "R8-9", "--to", PROVIDER, "--summary", "x", *who)["code"] == "CASE_UNKNOWN"


def test_a_profile_is_shown_and_published(world):
    shown = world.local(AGENCY, "tantou", "profile", "show", PROVIDER)
    assert shown["usual_days"] == 7
    (world.folder / "next.json").write_text(json.dumps({**shown, "usual_days": 5}), encoding="utf-8")
    assert world.local(PROVIDER, "admin", "profile", "publish", world.folder / "next.json")["usual_days"] == 5
    assert refused("profile", "publish", world.folder / "next.json", "--data", world.data, "--org", PROVIDER, "--as", "tantou")["code"] == "ROLE_MISSING"


def test_figures_are_shown_and_the_table_to_be_published_is_a_file(world):
    shown = world.local(AGENCY, "shomu", "figures", "show", "--from", "2020-01-01", "--until", "2020-12-31")["figures"]
    assert (shown["from"], shown["until"], shown["inquiries"]) == ("2020-01-01", "2020-12-31", 0)
    before = world.local(AGENCY, "shomu", "figures", "show")["figures"]["inquiries"]
    dispatched(world, "figures")
    assert world.local(AGENCY, "shomu", "figures", "show")["figures"]["inquiries"] == before + 1
    told = world.local(AGENCY, "shomu", "figures", "public", "2020-H2")
    assert (told["period"], told["is_final"]) == ("2020-H2", True) and told["rows"]
    table = world.folder / "public.csv"
    assert world.local(AGENCY, "shomu", "figures", "public", "2020-H2", "-o", table)["bytes"] == table.stat().st_size > 0
    who = ["--data", world.data, "--org", AGENCY, "--as"]
    assert refused("figures", "public", "2020-H3", *who, "shomu")["where"] == "/period"
    assert refused("figures", "show", *who, "tantou")["code"] in ("FORBIDDEN", "ROLE_MISSING")


def test_an_auditor_sees_a_month_and_finds_acts_and_nobody_else_does(world):
    here = ["--data", world.data, "--org", AGENCY]
    done("user", "add", "kansatsu", "--name", "架空 監察官", "--post", "監察官", "--has", "auditor", "--no-invitation", *here)
    dispatched(world, "inspected")
    month = world.local(AGENCY, "kansatsu", "inspection", "show")
    assert month["matters"] >= 1 and isinstance(month["findings"], list)
    assert world.local(AGENCY, "kansatsu", "inspection", "show", "2020-01")["matters"] == 0
    matter = world.local(AGENCY, "tantou", "inquiry", "list")["rows"][0]["matter"]
    act = world.local(AGENCY, "tantou", "inquiry", "show", matter)["timeline"][0]["act"]
    found = world.local(AGENCY, "kansatsu", "inspection", "acts", act[:16])["acts"]
    assert [(one["act"], one["matter"]) for one in found] == [(act, matter)]
    assert f"{act}\t{AGENCY}" in run("inspection", "acts", act[:16], *here, "--as", "kansatsu").stdout
    for args in (["show"], ["acts", act]):
        assert refused("inspection", *args, *here, "--as", "tantou")["code"] == "ROLE_MISSING"


def test_an_auditor_writes_down_what_was_found_out_about_a_statement(world):
    here = ["--data", world.data, "--org", AGENCY]
    done("user", "add", "kansatsu2", "--name", "架空 監察官", "--post", "監察官", "--has", "auditor", "--no-invitation", *here)
    dispatched(world, "stated")
    world.local(PROVIDER, "kakunin", "statement", "make", AGENCY, time.strftime("%Y-%m", time.gmtime(time.time() + 9 * 3600)))
    row = world.local(AGENCY, "kansatsu2", "statement", "list", "--role", "auditor")["statements"][0]
    words = ["statement", "finding", row["head"]["id"], "--rule", "STATEMENT_UNKNOWN", "--text", "交付簿と照合した。"]
    assert refused(*words, *here, "--as", "shomu")["code"] == "ROLE_MISSING"
    assert world.local(AGENCY, "kansatsu2", *words)["head"]["examined"]
    missing = ["statement", "finding", "0" * 32, *words[3:], *here, "--as", "kansatsu2"]
    assert refused(*missing)["code"] == "NOT_FOUND"


def test_a_template_is_saved_replaced_and_deleted(world):
    saved = world.local(AGENCY, "tantou", "template", "save", "会員の確認", world.draft_file("template", "ex-7001"))
    listed = world.local(AGENCY, "tantou", "template", "list")["templates"]
    assert [(one["id"], one["name"]) for one in listed] == [(saved["id"], "会員の確認")]
    assert listed[0]["draft"]["items"][0]["categories"] and "ex-7001" not in json.dumps(listed)  # nobody's number is kept for everybody
    next_ = world.draft_file("template2", "ex-7002")
    again = world.local(AGENCY, "tantou", "template", "save", "会員の再確認", next_, "--replaces", "会員の確認")
    assert again["id"] == saved["id"]
    other = world.local(AGENCY, "tantou", "template", "save", "会員の再確認", next_)
    who = ["--data", world.data, "--org", AGENCY, "--as"]
    assert refused("template", "delete", "会員の再確認", *who, "tantou")["code"] == "CONFLICT"
    assert refused("template", "delete", "会員の確認", *who, "tantou")["code"] == "NOT_FOUND"
    assert refused("template", "save", "x", next_, *who, "kachou")["code"] == "ROLE_MISSING"
    world.local(AGENCY, "tantou", "template", "delete", other["id"])
    world.local(AGENCY, "tantou", "template", "delete", "会員の再確認")
    assert world.local(AGENCY, "tantou", "template", "list")["templates"] == []


def test_house_rules_are_set_by_legal_staff_and_only_tighten(world):
    here = ["--data", world.data, "--org", PROVIDER]
    done("user", "add", "houmu", "--name", "架空 法務", "--post", "法務", "--has", "legal", "--no-invitation", *here)
    assert world.local(PROVIDER, "houmu", "house-rules", "show")["rules"] == []
    rule = {"instrument": "INQ", "category": "K1", "outcome": "LEGAL_REVIEW", "ja": "法務が確認する", "en": "legal staff look first"}
    rules = world.folder / "rules.json"
    rules.write_text(json.dumps({"rules": [rule]}), encoding="utf-8")
    assert refused("house-rules", "set", rules, *here, "--as", "tantou")["code"] == "ROLE_MISSING"
    lax = world.folder / "lax.json"
    lax.write_text(json.dumps({"rules": [{**rule, "category": "K3", "outcome": "ALLOW"}]}), encoding="utf-8")
    assert refused("house-rules", "set", lax, *here, "--as", "houmu")["code"] == "NOT_ALLOWED_BY_LAW"
    assert world.local(PROVIDER, "houmu", "house-rules", "set", rules)["rules"] == [rule]
    assert world.local(PROVIDER, "houmu", "house-rules", "show")["rules"] == [rule]
    rules.write_text('{"rules": []}', encoding="utf-8")
    assert world.local(PROVIDER, "houmu", "house-rules", "set", rules)["rules"] == []


def test_a_device_is_listed_and_ended_by_its_owner_or_an_administrator(world):
    here = ["--data", world.data, "--org", AGENCY]
    person = done("user", "add", "tanmatsu", "--name", "架空 端末", "--post", "担当", "--has", "supervisor", "--no-invitation", *here)["person"]
    vkeys = []
    for name in ("first", "second"):
        key = ["--keyfile", world.folder / f"{name}.key", "--device", world.folder / f"{name}.device", "--pin-stdin"]
        vkeys.append(done("key", "new", "--org", AGENCY, "--person", person["id"], *key, stdin="pin-of-a-device\n")["vkey"])
        done("user", "enrol", "tanmatsu", "--vkey", vkeys[-1], *here)
    assert {one["vkey"] for one in world.local(AGENCY, "tanmatsu", "device", "list")["devices"]} == set(vkeys)
    assert world.local(AGENCY, "admin", "device", "list", "tanmatsu") == world.local(AGENCY, "tanmatsu", "device", "list")
    who = [*here, "--as"]
    assert refused("device", "list", "tanmatsu", *who, "tantou")["code"] == "FORBIDDEN"
    assert refused("device", "end", vkeys[0], "--of", "tanmatsu", *who, "tantou")["code"] == "FORBIDDEN"
    assert refused("device", "end", vkeys[0], *who, "admin")["code"] == "NOT_FOUND"  # not one's own
    world.local(AGENCY, "tanmatsu", "device", "end", vkeys[0])
    world.local(AGENCY, "admin", "device", "end", vkeys[1], "--of", "tanmatsu")
    assert all(one["is_revoked"] for one in world.local(AGENCY, "tanmatsu", "device", "list")["devices"])
    assert refused("password", *who, "tanmatsu")["where"] == "--server"  # on the folder nobody logs in


def test_a_delegation_is_signed_shown_and_ended_and_so_is_the_delegates_key(world):
    here = ["--data", world.data, "--org", AGENCY]
    person = done("user", "add", "daiketsu", "--name", "架空 次席", "--post", "次席", "--has", "approver", "--unit", "サイバー犯罪対策課", "--no-invitation", *here)["person"]
    vkey = done("key", "new", "--org", AGENCY, "--person", person["id"], *world.key(AGENCY, "daiketsu"), stdin=pin_of(AGENCY, "daiketsu") + "\n")["vkey"]
    done("user", "enrol", "daiketsu", "--vkey", vkey, *here)
    world.local(AGENCY, "admin", "user", "admit", "daiketsu", signs=True)

    def as_kachou(*args, code=None):
        args = [*args, *here, "--as", "kachou", *world.key(AGENCY, "kachou")]
        pin = pin_of(AGENCY, "kachou") + "\n"
        return refused(*args, stdin=pin)["code"] == code if code else done(*args, stdin=pin)

    assert as_kachou("delegation", "end", "daiketsu", code="NOT_FOUND")
    assert as_kachou("delegation", "add", "daiketsu", "--until", "not a day", code="BAD_TIME")
    last = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9 * 3600 + 7 * 86400))  # a day of Japan, which is over at 15:00 UTC
    made = as_kachou("delegation", "add", "daiketsu", "--until", last)["delegation"]
    assert made["until"] == f"{last}T15:00:00Z"
    listed = world.local(AGENCY, "kachou", "delegation", "list")["delegations"]
    assert [(one["delegate_login"], one["delegator_login"], one["state"]) for one in listed] == [("daiketsu", "kachou", "IN_FORCE")]
    # a delegate does not end his own, and another's key signs nothing
    told = refused("delegation", "end", "daiketsu", *here, "--as", "daiketsu", *world.key(AGENCY, "daiketsu"), stdin=pin_of(AGENCY, "daiketsu") + "\n")
    assert told["code"] == "SEPARATION_OF_DUTIES"
    told = refused("delegation", "end", "daiketsu", *here, "--as", "kachou", *world.key(AGENCY, "shomu"), stdin=pin_of(AGENCY, "shomu") + "\n")
    assert told["code"] == "KEY_UNKNOWN"
    assert as_kachou("delegation", "end", "daiketsu")["delegation"]["until"] < made["until"]
    assert world.local(AGENCY, "kachou", "delegation", "list")["delegations"][0]["state"] == "ENDED"
    assert as_kachou("delegation", "end", "daiketsu", code="NOT_FOUND")

    keys = world.local(AGENCY, "admin", "user", "keys")
    assert vkey in [key["vkey"] for key in keys["admitted"]] and keys["waiting"] == []
    assert world.local(AGENCY, "admin", "user", "end-key", "daiketsu", signs=True)["ended"] == 1
    assert vkey not in [key["vkey"] for key in world.local(AGENCY, "admin", "user", "keys")["admitted"]]


def in_terminal(args, answer):
    """Runs the command with a terminal of its own; types the answer when it is asked for."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(BIN, [BIN, *map(str, args)])
    seen = b""
    is_typed = False
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
        if not is_typed and b"PIN" in seen and seen.rstrip().endswith(b":"):
            os.write(terminal, answer.encode() + b"\n")
            is_typed = True
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), seen.decode(errors="replace")


def test_an_approval_shows_the_whole_text_before_it_asks_for_the_pin(world):
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", world.draft_file("shown", "ex-3003"), "--case", "R8-1", "--ready")["matter"]
    world.local(AGENCY, "kakarichou", "inquiry", "check", matter)
    args = ["inquiry", "approve", matter, "--data", world.data, "--org", AGENCY, "--as", "kachou", *world.key(AGENCY, "kachou")[:-1]]
    code, seen = in_terminal(args, "wrong-pin")
    assert code == 1 and "WRONG_PIN" in seen, seen
    code, seen = in_terminal(args, pin_of(AGENCY, "kachou"))
    assert code == 0, seen
    before = seen[: seen.index("PIN")]
    for part in ("ex-3003", "出品者の特定のため", "架空ポータル", "warifu-act/v1", "inquiry.approved", "詐欺"):
        assert part in before, part
    assert pin_of(AGENCY, "kachou") not in seen  # no echo


def test_another_ones_key_does_not_sign(world):
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", world.draft_file("foreign"), "--case", "R8-1", "--ready")["matter"]
    world.local(AGENCY, "kakarichou", "inquiry", "check", matter)
    told = refused("inquiry", "approve", matter, "--data", world.data, "--org", AGENCY, "--as", "kachou", *world.key(AGENCY, "shomu"), stdin=pin_of(AGENCY, "shomu") + "\n")
    assert told["code"] == "KEY_UNKNOWN"
    # and nobody approves what he drafted
    told = refused("inquiry", "approve", matter, "--data", world.data, "--org", AGENCY, "--as", "tantou", *world.key(AGENCY, "tantou"), stdin=pin_of(AGENCY, "tantou") + "\n")
    assert told["code"] in ("ROLE_MISSING", "SEPARATION_OF_DUTIES", "FORBIDDEN")


def test_beside_a_server_the_folder_is_locked_and_the_server_is_the_way(world):
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", world.draft_file("remote", "ex-4004"), "--case", "R8-1", "--ready")["matter"]
    with Served(world.data, port=world.port) as server:
        told = refused("inquiry", "list", "--data", world.data, "--org", AGENCY, "--as", "tantou")
        assert told["code"] == "STORE_LOCKED" and str(server.process.pid) in told["where"] + told["detail"]
        for args in (["org", "add", "--org", "x.example", "--name-ja", "x", "--name-en", "x", "--side", "agency"], ["user", "invite", "tantou", "--org", AGENCY], ["rebuild"]):
            assert refused(*args, "--data", world.data)["code"] == "STORE_LOCKED"

        assert matter in [row["matter"] for row in world.remote(server.url, AGENCY, "tantou", "inquiry", "list")["rows"]]
        assert world.remote(server.url, AGENCY, "kakarichou", "inquiry", "check", matter)["state"] == "CHECKED"
        assert world.remote(server.url, AGENCY, "kachou", "inquiry", "approve", matter)["state"] == "APPROVED"
        number = world.remote(server.url, AGENCY, "shomu", "inquiry", "number", matter)["number"]
        world.remote(server.url, AGENCY, "shomu", "inquiry", "dispatch", number)
        until = time.monotonic() + 30
        while not any(row["number"] == number for row in world.remote(server.url, PROVIDER, "uketsuke", "inquiry", "list")["rows"]):
            assert time.monotonic() < until

        # a change of the password: the old one opens nothing any more, and the session in between has ended
        who = ["--server", server.url, "--org", AGENCY, "--as", "tantou", "--password-stdin", *world.key(AGENCY, "tantou")]
        pin, second = pin_of(AGENCY, "tantou"), "another long password 2"
        assert refused("password", *who, stdin=f"{PASSWORD}\n{pin}\nshort\n")["where"] == "/new_password"
        assert done("password", *who, stdin=f"{PASSWORD}\n{pin}\n{second}\n") == {"ok": True, "login": "tantou"}
        assert refused("device", "list", *who, stdin=f"{PASSWORD}\n{pin}\n")["code"] == "WRONG_LOGIN"
        assert done("device", "list", *who, stdin=f"{second}\n{pin}\n")["devices"]
        done("password", *who, stdin=f"{second}\n{pin}\n{PASSWORD}\n")

        wrong = refused("inquiry", "list", "--server", server.url, "--org", AGENCY, "--as", "tantou", env={"WARIFU_PASSWORD": "not the password at all"})
        assert wrong["code"] == "WRONG_LOGIN"
        assert refused("inquiry", "show", "no-such-number", "--server", server.url, "--org", AGENCY, "--as", "tantou", "--password-stdin", *world.key(AGENCY, "tantou"),
                       stdin=f"{PASSWORD}\n{pin_of(AGENCY, 'tantou')}\n")["code"] == "NOT_FOUND"
        # an address that is not the server's own gets no signature
        other = refused("inquiry", "list", "--server", f"http://127.0.0.1:{server.port}", "--org", AGENCY, "--as", "tantou", "--password-stdin", *world.key(AGENCY, "tantou"),
                        stdin=f"{PASSWORD}\n{pin_of(AGENCY, 'tantou')}\n")
        assert other["code"] == "TEXT_DIFFERS"

        figures = server.get("/metrics", body=True)
        assert f'warifu_acts_delivered_total{{organisation="{AGENCY}"}}' in figures and "warifu_outbox" in figures
        # the copy of a node that runs is whole
        copy = world.folder / "running.tar"
        assert done("backup", "--data", world.data, "-o", copy, "--with-keys")["keys"] is True
    restored = world.folder / "restored-running"
    done("restore", copy, "--data", restored, "--root", world.data / "root.vkey")
    assert done("rebuild", "--check", "--data", restored)["differing"] == 0


# ── keys ──


def test_a_key_is_made_shown_and_signs(tmp_path):
    files = ["--keyfile", tmp_path / "k", "--device", tmp_path / "d"]
    person = "0123456789abcdef0123456789abcdef"
    made = done("key", "new", "--org", AGENCY, "--person", person, *files, "--pin-stdin", stdin="a good pin\n")
    assert made["vkey"].startswith(f"{AGENCY}/person/{person}+")
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600 and stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o600
    assert done("key", "show", tmp_path / "k")["vkey"] == made["vkey"]
    (tmp_path / "t").write_text("hello\n", encoding="utf-8")
    first = done("key", "sign", tmp_path / "t", *files, "--pin-stdin", stdin="a good pin\n")["signature"]
    assert first.startswith(f"— {AGENCY}/person/{person} ")
    assert done("key", "sign", tmp_path / "t", *files, "--pin-stdin", stdin="a good pin\n")["signature"] == first
    assert refused("key", "sign", tmp_path / "t", *files, "--pin-stdin", stdin="another pin\n")["code"] == "WRONG_PIN"
    assert refused("key", "sign", tmp_path / "t", *files, "--pin-stdin")["code"] == "MISSING_FIELD"
    (tmp_path / "t").write_bytes(b"no line feed at the end")
    assert refused("key", "sign", tmp_path / "t", *files, "--pin-stdin", stdin="a good pin\n")["code"] == "BAD_NOTE"
    assert refused("key", "new", "--org", AGENCY, "--person", person, *files, "--pin-stdin", stdin="a good pin\n")["code"] == "CONFLICT"
    other = ["--keyfile", tmp_path / "k2", "--device", tmp_path / "d2"]
    assert run("key", "new", "--org", AGENCY, "--person", person, *other, "--pin-stdin", stdin="12345\n").returncode == 1
    assert not (tmp_path / "k2").exists()
