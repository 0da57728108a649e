"""The checker finds what it is for, each fault by its own sentence, and nothing in a clean tree."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_deps  # noqa: E402

RULES = r"""
[floors]
base = 0
json = 1
crypto = 1
law = 2
store = 3
search = 3
app = 9

[[library]]
name = "Boost.JSON"
includes = ["boost/json"]
headers = ["json"]
shown = ["json"]

[[library]]
name = "Boost"
includes = ["boost/"]
headers = []

[[library]]
name = "SQLite"
includes = ["sqlite3.h"]
headers = ["store"]
sources = ["store"]

[[word]]
pattern = 'forbidden-\w'
why = "a path of one person's machine"
allow = ["notes/*"]
"""

CMAKE = """
warifu_room(base LIBS fmt::fmt)
warifu_room(json ROOMS base LIBS Boost::json)   # warifu_room(ghost)
warifu_room(crypto ROOMS base)
warifu_room(law ROOMS json base)
warifu_room(store ROOMS law json
            base LIBS SQLite::SQLite3)
warifu_room(search ROOMS base)
warifu_app()
"""

CLEAN = {
    "src/base/error.h": "#pragma once\n#include <string>\n",
    "src/json/value.h": '#pragma once\n#include <boost/json/fwd.hpp>\n#include "base/error.h"\n',
    "src/law/catalogue.cpp": '#include "law/catalogue.h"\n#include <boost/json.hpp>\n#include "json/value.h"\n',
    "src/store/sqlite.cpp": '#include <sqlite3.h>\n#include "law/catalogue.h"\n',
    "src/store/handle.h": "#include <sqlite3.h>\n",
    "src/store/pool.h": '#include "store/handle.h"\n',
    "src/store/pool.cpp": '#include "store/pool.h"\n',
    "src/app/main.cpp": '#include "store/sqlite.h"\n#include "search/index.h"\n',
    "notes/where.txt": "forbidden-word\n",
}


def findings(tmp_path, extra, rules=RULES, cmake=CMAKE):
    for name, text in {**CLEAN, "deps.toml": rules, "CMakeLists.txt": cmake, **extra}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [f"{path}:{number}: {text}" for path, number, text in check_deps.check(tmp_path)]


def test_clean_tree_has_no_findings(tmp_path):
    assert findings(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("src/base/up.h", '#include "json/value.h"\n', "src/base/up.h:1: \"json/value.h\": room json (floor 1) stands above base"),
        ("src/crypto/side.cpp", '\n#include "json/value.h"\n', 'src/crypto/side.cpp:2: "json/value.h": room json stands beside crypto'),
        ("src/law/unlisted.cpp", '#include "crypto/key.h"\n', '"crypto/key.h": CMakeLists.txt does not list crypto for room law'),
        ("src/law/leak.h", "#include <boost/json.hpp>\n", "<boost/json.hpp> (Boost.JSON) in a header of room law; allowed in: json"),
        ("src/json/asio.h", "#  include <boost/asio.hpp>\n", "<boost/asio.hpp> (Boost) in a header of room json; allowed in: none"),
        ("src/law/sql.cpp", "#include <sqlite3.h>\n", "<sqlite3.h> (SQLite) in a source of room law; allowed in: store"),
        ("src/law/sql.h", "#include <sqlite3.h>\n", "<sqlite3.h> (SQLite) in a header of room law; allowed in: store"),
        ("src/app/peek.cpp", '#include "store/handle.h"\n', '"store/handle.h": brings SQLite along; that header is for room store alone'),
        ("src/app/far.cpp", '#include "store/pool.h"\n', '"store/pool.h": brings SQLite along; that header is for room store alone'),
        ("src/law/short.cpp", '#include "catalogue.h"\n', 'spell it "<room>/<file>.h"'),
        ("src/law/dots.cpp", '#include "../base/error.h"\n', 'spell it "<room>/<file>.h"'),
        ("src/law/quoted.cpp", '#include "fmt/core.h"\n', "no room fmt"),
        ("src/cellar/box.cpp", "int x;\n", "unknown room cellar"),
        ("src/ghost/box.cpp", "int x;\n", "unknown room ghost"),
        ("src/law/deep/box.cpp", "int x;\n", "sources stand directly in src/<room>/"),
        ("src/stray.cpp", "int x;\n", "sources stand directly in src/<room>/"),
        ("docs/page.md", "a\nsee forbidden-word\n", "docs/page.md:2: 'forbidden-w': a path of one person's machine"),
    ],
)
def test_broken_tree_is_found(tmp_path, name, text, expected):
    found = findings(tmp_path, {name: text})
    assert len(found) == 1, found
    assert expected in found[0]


def test_includes_in_comments_do_not_count(tmp_path):
    text = '/*\n#include "store/sqlite.h"\n*/\n// #include "store/sqlite.h"\n'
    assert findings(tmp_path, {"src/base/comment.h": text}) == []


def test_rooms_may_list_lower_floors_only(tmp_path):
    found = findings(tmp_path, {}, cmake=CMAKE.replace("search ROOMS base", "search ROOMS store base"))
    assert found == ["CMakeLists.txt:1: room search (floor 3) lists store (floor 3); only lower floors"]


@pytest.mark.parametrize("rules", ["", "[floors", "[floors]\n"])
def test_unreadable_rules_are_an_error(tmp_path, rules):
    with pytest.raises(check_deps.BadRules):
        findings(tmp_path, {}, rules=rules)


def test_exit_codes(tmp_path, capsys):
    findings(tmp_path, {})
    assert check_deps.main(["--root", str(tmp_path)]) == 0
    (tmp_path / "src/base/up.h").write_text('#include "json/value.h"\n', encoding="utf-8")
    assert check_deps.main(["--root", str(tmp_path)]) == 1
    assert check_deps.main(["--root", str(tmp_path), str(tmp_path / "src/base/up.h")]) == 1
    assert check_deps.main(["--root", str(tmp_path), str(tmp_path / "src/base/error.h")]) == 0
    (tmp_path / "deps.toml").unlink()
    assert check_deps.main(["--root", str(tmp_path)]) == 2
    assert "deps.toml" in capsys.readouterr().err
