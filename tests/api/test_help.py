"""Help, wrong use, man page and completions. The completions are loaded into the shells they are for and asked what they offer."""
import json
import os
import re
import shutil
import subprocess

import pytest

from cli_support import run
from conftest import BIN, ROOT

# Their output has a form of its own: a description in JSON, a page, a script.
WITHOUT_JSON = {("openapi",), ("help",), ("completion",)}


def leaves(path=()):
    text = run(*path, "--help").stdout
    if "\nSubcommands:" not in text:
        yield path, text
        return
    for name in re.findall(r"^  ([a-z-]+) {2,}", text.split("\nSubcommands:")[1], re.M):
        yield from leaves((*path, name))


def test_every_command_has_help_and_json():
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    all_of_them = dict(leaves())
    assert len(all_of_them) > 50
    for path, text in all_of_them.items():
        assert text.splitlines()[0] and "Usage: warifu " + " ".join(path) in text, path
        assert ("--json" in text) != (path in WITHOUT_JSON), path
    assert json.loads(run("openapi").stdout)["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    "words",
    [
        ["org", "join", "{}", "--data", "{}.node"],
        ["log", "vkey", "--data", "{}"],
        ["key", "show", "{}"],
        ["key", "sign", "{}", "--keyfile", "{}.key", "--device", "{}.device", "--pin-stdin"],
        ["evidence", "verify", "{}.zip", "--root", "{}"],
        ["init", "--role", "witness", "--org", "w.example", "--data", "{}.witness", "--network", "{}"],
    ],
)
def test_a_file_that_is_not_there_is_named_in_the_sentence(tmp_path, words):
    absent = str(tmp_path / "absent")
    told = json.loads(run(*(word.replace("{}", absent) for word in words), "--json", stdin="x\n").stdout)
    assert told["code"] == "NOT_FOUND" and told["where"].startswith(absent), told
    assert told["where"] in told["ja"] and told["where"] in told["en"]
    assert list(tmp_path.iterdir()) == []


def test_wrong_use_is_said_in_both_languages():
    for args in (["inquiry"], ["init"], ["serve", "--no-such-option"], ["inquiry", "withdraw", "x", "--data", "d"], ["completion", "csh"], ["no-such-command"], [],
                 ["inquiry", "list", "--data", "d", "--server", "https://x.example"]):
        result = run(*args)
        assert result.returncode == 2, args
        assert "使い方が違います" in result.stderr and "--help" in result.stderr
    told = run("inquiry", "list", "--data", "/nonexistent", "--as", "x")
    assert told.returncode == 1 and "NOT_FOUND" in told.stderr and "見つからない" in told.stderr and told.stdout == ""
    assert run("--version").stdout.startswith("warifu ")


def shown_in_documents():
    """The commands that README, CONTRIBUTING and docs show, as words: in backticks, and in the indented lines of the READMEs and the operations."""
    first = {path[0] for path, _ in leaves()}
    for file in [*ROOT.glob("README*.md"), ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        text = file.read_text(encoding="utf-8")
        lines = re.findall(r"^    (warifu .*)$", text, re.M) + re.findall(r"`((?:build/release/)?warifu [^`]+)`", text)
        if file.name == "cli.md":
            lines += [line for line in re.findall(r"`([a-z][^`]+)`", text) if line.split()[0] in first and " " in line]
        for line in lines:
            words = re.split(r"\s+#|\s*\||\s*&&", line)[0].split()
            yield file.name, words[1:] if words[0].endswith("warifu") else words


def test_every_command_in_the_documents_exists():
    known = dict(leaves())
    groups = {path[:size] for path in known for size in range(1, len(path) + 1)}
    checked = 0
    for file, words in shown_in_documents():
        told = f"{file}: warifu {' '.join(words)}"
        if words[0].startswith("-") or words[0].isupper():  # of any command
            continue
        path = max((tuple(words[:size]) for size in (1, 2, 3) if tuple(words[:size]) in groups), key=len, default=None)
        assert path is not None, told
        rest = words[len(path):]
        assert path in known or not rest or rest[0].startswith("--") or not rest[0].isidentifier(), told
        options = [word.strip("[],").split("=")[0] for word in rest if word.startswith(("--", "[--"))]
        text = known.get(path) or run(*path, "--help").stdout
        assert [option for option in options if option not in text] == [], told
        checked += 1
    assert checked > 40


def test_output_that_cannot_be_written_is_a_failure():
    with open("/dev/full", "w", encoding="utf-8") as full:
        for args in (["openapi"], ["help", "--man"], ["completion", "bash"], ["config", "--print-defaults"]):
            assert subprocess.run([BIN, *args], stdout=full, stderr=subprocess.DEVNULL).returncode == 1, args


def test_the_man_page_names_every_command_and_formats_cleanly(tmp_path):
    page = run("help", "--man")
    assert page.returncode == 0
    for path, _ in leaves():
        assert f".SS warifu {' '.join(path)}\n" in page.stdout.replace("\\-", "-"), path
    file = tmp_path / "warifu.1"
    file.write_text(page.stdout, encoding="utf-8")
    shown = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", file], capture_output=True, text=True, check=True)
    assert shown.stderr == ""
    shown = subprocess.run(["man", "--warnings", "-l", file], capture_output=True, text=True, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8", "PAGER": "cat"})
    assert shown.returncode == 0 and shown.stderr == "" and "EXIT STATUS" in shown.stdout


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """The folder with the three scripts, named as the shells look for them."""
    folder = tmp_path_factory.mktemp("completions")
    for shell, name in (("bash", "warifu"), ("zsh", "_warifu"), ("fish", "warifu.fish")):
        result = run("completion", shell)
        assert result.returncode == 0
        (folder / name).write_text(result.stdout, encoding="utf-8")
        assert subprocess.run([shell, "-n", folder / name], capture_output=True).returncode == 0, shell
    return folder


def bash_offers(scripts, *words):
    quoted = " ".join(repr(word) for word in words)
    script = f"source {scripts}/warifu; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _warifu; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()


def fish_offers(scripts, *words):
    script = f"source {scripts}/warifu.fish; complete -C '{' '.join(words)}'"
    shown = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, check=True, env={**os.environ, "HOME": str(scripts)})
    return [line.split("\t")[0] for line in shown.stdout.splitlines()]


# A terminal of zsh's own in which a line is typed and TAB pressed; what compadd is given is written down instead of shown.
ZSH = r"""
zmodload zsh/zpty
zpty -b offers zsh -f -i
ask() { zpty -w offers "$1"; }
ask "PROMPT=; fpath=($FOLDER \$fpath); autoload -U compinit; compinit -u -d $FOLDER/dump"
ask 'compadd() { local -a found; builtin compadd -O found "$@"; print -rl -- "${found[@]}" >> $FOLDER/offered; builtin compadd "$@" }'
ask 'bindkey "^I" complete-word'
ask ': > $FOLDER/ready'
until [[ -e $FOLDER/ready ]]; do zpty -r -t offers line; sleep 0.02; done
zpty -w -n offers "$LINE"$'\t'
ask ' ; : > $FOLDER/over'
for ((i = 0; i < 500; i++)); do [[ -e $FOLDER/over ]] && break; zpty -r -t offers line; sleep 0.02; done
zpty -d offers
"""


def zsh_offers(scripts, *words):
    for name in ("offered", "ready", "over"):
        (scripts / name).unlink(missing_ok=True)
    env = {**os.environ, "FOLDER": str(scripts), "LINE": " ".join(words), "HOME": str(scripts), "TERM": "dumb"}
    subprocess.run(["zsh", "-f", "-c", ZSH], capture_output=True, text=True, timeout=60, env=env)
    return (scripts / "offered").read_text(encoding="utf-8").split() if (scripts / "offered").exists() else []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands_and_options(scripts, shell):
    assert shutil.which(shell), f"{shell} is not installed (tools/packages.txt)"
    offers = {"bash": bash_offers, "zsh": zsh_offers, "fish": fish_offers}[shell]
    assert offers(scripts, "warifu", "ev") == ["evidence"]
    assert offers(scripts, "warifu", "inquiry", "appr") == ["approve"]
    assert "--pin-stdin" in offers(scripts, "warifu", "inquiry", "approve", "--p")
    assert offers(scripts, "warifu", "evidence", "verify", "--ro") == ["--root"]
    # the values of options before the word do not lead astray
    assert offers(scripts, "warifu", "inquiry", "--as", "kachou", "releas") == ["release"]
