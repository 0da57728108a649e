"""Lookup sources of a provider, from the file through `warifu source test` to the rows in an operator's answer: SQLite, PostgreSQL, CSV and by
hand. And the law as data."""
import json
import os
import sqlite3

import pytest

from cli_support import AGENCY, PROVIDER, Served, World, done, made_on_the_folder, refused, run
from conftest import BIN, ROOT

QUERY = """
  [[source.query]]
  name = "by account"
  selector = "ACCOUNT_ID"
  services = ["portal.example"]
  categories = ["K1"]
  columns_ja = ["会員ID", "氏名"]
  columns_en = ["Account", "Name"]
"""
SQL = """  sql = "SELECT account, name FROM member WHERE account = $value ORDER BY account LIMIT $limit"
"""


def source(name, kind, settings, query):
    return f'[[source]]\nname = "{name}"\ntitle_ja = "会員台帳"\ntitle_en = "Members"\nkind = "{kind}"\n{settings}\n{QUERY}{query}\n'


@pytest.fixture(scope="module")
def world(tmp_path_factory, postgres):
    """A provider with the same member in four places."""
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    world = made_on_the_folder(World(tmp_path_factory.mktemp("sources")))
    folder = world.data / PROVIDER
    with sqlite3.connect(folder / "members.sqlite") as database:
        database.execute("CREATE TABLE member (account TEXT PRIMARY KEY, name TEXT)")
        database.execute("INSERT INTO member VALUES ('ex-1001', '架空 太郎')")
    world.database = postgres.fresh()
    postgres.psql("CREATE TABLE member (account text PRIMARY KEY, name text); INSERT INTO member VALUES ('ex-1001', '架空 太郎')", world.database.rsplit("/", 1)[1])
    (folder / "members.csv").write_text("account,name\nex-1001,架空 太郎\n", encoding="utf-8")
    world.sources = folder / "sources.toml"
    world.good = "\n".join([
        source("in-sqlite", "sql", 'url = "sqlite:members.sqlite"', SQL),
        source("in-postgresql", "sql", f'url = "{world.database}"', SQL),
        source("in-csv", "csv", 'file = "members.csv"', '  match = "account"\n  take = ["account", "name"]\n'),
        source("by-hand", "hand", "", ""),
    ])
    world.sources.write_text(world.good, encoding="utf-8")
    return world


def source_test(world, *words):
    return ["source", "test", *words, "--data", world.data, "--org", PROVIDER]


def test_every_kind_of_source_is_tried(world):
    told = done(*source_test(world))
    assert [(one["name"], one["kind"].lower(), one["queries"], one["ok"]) for one in told["sources"]] == [
        ("in-sqlite", "sql", 1, True), ("in-postgresql", "sql", 1, True), ("in-csv", "csv", 1, True), ("by-hand", "hand", 1, True)]
    assert [one["name"] for one in done(*source_test(world, "in-csv"))["sources"]] == ["in-csv"]
    shown = run(*source_test(world))
    assert shown.returncode == 0 and shown.stdout.count(" ok") == 4
    # also beside a server, whose folder is locked
    with Served(world.data, port=world.port):
        assert done(*source_test(world))["ok"] is True


def failing(world, name):
    """One source fails, the others are told to be well: exit 1 with the whole list."""
    result = run(*source_test(world), "--json")
    assert result.returncode == 1, result.stdout
    by_name = {one["name"]: one for one in json.loads(result.stdout)["sources"]}
    bad = by_name.pop(name)
    assert not bad["ok"] and bad["ja"] and bad["en"] and all(one["ok"] for one in by_name.values())
    assert "架空 太郎" not in result.stdout + result.stderr
    return bad["code"]


def test_what_is_away_is_named_and_the_others_are_still_tried(world, postgres):
    csv = world.data / PROVIDER / "members.csv"
    csv.rename(csv.with_suffix(".away"))
    try:
        assert failing(world, "in-csv") in ("SOURCE_UNAVAILABLE", "SOURCE_CONFIG")
    finally:
        csv.with_suffix(".away").rename(csv)
    database = world.data / PROVIDER / "members.sqlite"
    database.rename(database.with_suffix(".away"))
    try:
        assert failing(world, "in-sqlite") == "SOURCE_UNAVAILABLE"
        assert not database.exists()  # trying does not make one
    finally:
        database.with_suffix(".away").rename(database)
    postgres.halt()
    try:
        assert failing(world, "in-postgresql") == "SOURCE_UNAVAILABLE"
    finally:
        postgres.start()
    assert done(*source_test(world))["ok"] is True


@pytest.mark.parametrize("before, after", [
    ('kind = "csv"', 'kind = "exel"'),
    ('take = ["account", "name"]', 'take = ["account", "nmae"]'),
    ('columns_ja = ["会員ID", "氏名"]', 'columns_ja = ["会員ID"]'),
    ('file = "members.csv"', 'file = "members.csv"\nflie = "x"'),
    ('selector = "ACCOUNT_ID"', 'selector = "ACCOUNT"'),
    ('categories = ["K1"]', 'categories = ["K99"]'),
    ("SELECT account, name FROM member", "SELECT account FROM member"),
    ("SELECT account, name FROM member", "SELECT account, name FROM members"),
    ("SELECT account, name FROM member", "UPDATE member SET name = account"),
    ("SELECT account, name FROM member WHERE account = $value", "DELETE FROM member WHERE account = $value RETURNING account, name"),
    ("account = $value", "account = '$value'"),
    ("account = $value", "account = $vaule"),
    ("account = $value ORDER", "account = $value; DROP TABLE member; SELECT 1, 2 ORDER"),
])
def test_a_mistake_in_the_file_is_found_before_anybody_relies_on_it(world, before, after):
    assert before in world.good
    try:
        world.sources.write_text(world.good.replace(before, after), encoding="utf-8")
        result = run(*source_test(world), "--json")
        assert result.returncode == 1
        told = json.loads(result.stdout)
        codes = {told["code"]} if "code" in told else {one["code"] for one in told["sources"] if not one["ok"]}
        assert codes == {"SOURCE_CONFIG"}, told
    finally:
        world.sources.write_text(world.good, encoding="utf-8")
    assert sqlite3.connect(world.data / PROVIDER / "members.sqlite").execute("SELECT count(*) FROM member").fetchone() == (1,)


def test_a_name_that_no_source_has_is_refused(world):
    assert refused(*source_test(world, "nothing"))["code"] == "NOT_FOUND"
    told = refused("source", "test", "--data", world.data, "--org", AGENCY)
    assert told["code"] in ("NOT_FOUND", "SOURCE_CONFIG")


def test_rows_of_every_kind_reach_the_answer(world):
    draft = json.loads(world.draft_file("looked-up").read_text(encoding="utf-8"))
    (world.folder / "looked-up.json").write_text(json.dumps(draft, ensure_ascii=False), encoding="utf-8")
    matter = world.local(AGENCY, "tantou", "inquiry", "draft", world.folder / "looked-up.json", "--case", "R8-1", "--ready")["matter"]
    world.local(AGENCY, "kakarichou", "inquiry", "check", matter)
    world.local(AGENCY, "kachou", "inquiry", "approve", matter, signs=True)
    number = world.local(AGENCY, "shomu", "inquiry", "number", matter)["number"]
    world.local(AGENCY, "shomu", "inquiry", "dispatch", number, signs=True)
    for words in (["triage", number], ["accept", number], ["assign", number, "tantou"]):
        world.local(PROVIDER, "uketsuke", "inquiry", *words)
    tables, provenance = [], []
    for name in ("in-sqlite", "in-postgresql", "in-csv", "by-hand"):
        found = world.local(PROVIDER, "tantou", "inquiry", "lookup", number, "--item", "1", "--source", name)
        if name == "by-hand":
            assert found["table"]["columns"] == ["会員ID", "氏名"] and len(found["table"]["rows"]) <= 1
            found["table"]["rows"] = [["ex-1001", "架空 太郎"]]
        assert found["table"]["rows"] == [["ex-1001", "架空 太郎"]], name
        tables.append(found["table"])
        provenance.append(found["provenance"])
    answer = world.answer_file("all-sources", tables=tables, provenance=provenance)
    world.local(PROVIDER, "tantou", "inquiry", "collect", number, answer, "--ready")
    world.local(PROVIDER, "kakunin", "inquiry", "check-answer", number, "--rows", "1=4")
    assert world.local(PROVIDER, "kakunin", "inquiry", "release", number, signs=True)["state"] == "ANSWERED"


def test_the_law_is_checked(tmp_path):
    told = done("law", "check", ROOT / "law" / "jp.toml")
    assert told["ok"] is True and told["rules"] > 10
    text = (ROOT / "law" / "jp.toml").read_text(encoding="utf-8")
    bad = tmp_path / "jp.toml"
    for before, after in (('outcome = "DENY"', 'outcome = "MAYBE"'), ('outcome = "DENY"', 'outcomes = "DENY"'), ("[retention]", "[retention"), ("ledger_years = 5", "ledger_years = -5")):
        assert before in text
        bad.write_text(text.replace(before, after, 1), encoding="utf-8")
        assert refused("law", "check", bad)["code"] == "LAW_DATA", after
    assert refused("law", "check", tmp_path / "absent.toml")["code"] in ("NOT_FOUND", "LAW_DATA")
