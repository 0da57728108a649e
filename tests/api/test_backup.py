"""Backup and restore: what a copy holds, that it restores to the same node, and that one in which anything was changed is refused and named."""
import os
import shutil
import stat
import tarfile

import pytest

from cli_support import AGENCY, PROVIDER, World, done, made_on_the_folder, refused
from conftest import BIN


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    world = made_on_the_folder(World(tmp_path_factory.mktemp("backup")))
    world.local(AGENCY, "tantou", "inquiry", "draft", world.draft_file(), "--case", "R8-1", "--ready")
    return world


@pytest.mark.parametrize("name", ["new/", "./new/", ".", "here/.."])
def test_a_target_may_be_written_as_a_folder(world, tmp_path, name, monkeypatch):
    """What is half made lies beside the target, never in it."""
    copy = tmp_path / "copy"
    assert done("backup", "--data", world.data, "-o", f"{copy}/", "--with-keys")["files"] > 5
    where = tmp_path / "place"
    (where / "here").mkdir(parents=True) if name == "here/.." else where.mkdir()
    monkeypatch.chdir(where)
    if name == "here/..":  # not empty: "here" lies in it
        assert refused("restore", copy, "--data", name)["code"] == "CONFLICT"
        return
    assert done("restore", copy, "--data", name)["ok"] is True
    assert done("rebuild", "--check", "--data", where / name)["differing"] == 0
    assert not list(tmp_path.rglob("*.partial*"))


def test_nothing_is_written_over(world, tmp_path):
    copy = tmp_path / "copy.tar"
    copy.write_text("precious", encoding="utf-8")
    assert refused("backup", "--data", world.data, "-o", copy)["code"] == "CONFLICT"
    assert copy.read_text(encoding="utf-8") == "precious"
    copy.unlink()
    done("backup", "--data", world.data, "-o", copy)
    target = tmp_path / "target"
    target.mkdir()
    (target / "mine").write_text("precious", encoding="utf-8")
    assert refused("restore", copy, "--data", target)["code"] == "CONFLICT"
    assert [path.name for path in target.iterdir()] == ["mine"]


def test_what_is_on_its_way_in_is_not_copied(world, tmp_path):
    """Gigabytes that arrive, or are half written: they come again. What waits to leave goes with the copy."""
    left_out = [f"attachments/in/{'0' * 32}/{'a' * 64}/000000", f"attachments/in/{'0' * 32}/{'a' * 64}.plain", "tmp/upload-abc", f"{AGENCY}/files/part-1",
                "attachments/one.age.partial"]
    kept = ["attachments/one.age", "attachments/one.age.parts"]
    for name in left_out + kept:
        (world.data / name).parent.mkdir(parents=True, exist_ok=True)
        (world.data / name).write_text("x", encoding="utf-8")
    done("backup", "--data", world.data, "-o", tmp_path / "copy.tar")
    with tarfile.open(tmp_path / "copy.tar") as archive:
        names = archive.getnames()
    assert set(kept) <= set(names) and not set(left_out) & set(names), names
    for name in left_out + kept:
        (world.data / name).unlink(missing_ok=True)


def test_a_restored_backup_is_the_same_node(world):
    copy = world.folder / "whole.tar"
    made = done("backup", "--data", world.data, "-o", copy, "--with-keys")
    assert made["files"] > 5 and stat.S_IMODE(copy.stat().st_mode) == 0o600
    with tarfile.open(copy) as archive:
        names = archive.getnames()
    assert names[:2] == ["manifest.note", "manifest"] and f"{AGENCY}/office.sqlite" in names and "lock" not in names
    target = world.folder / "restored"
    assert done("restore", copy, "--data", target)["keys"] is True
    assert done("rebuild", "--check", "--data", target)["differing"] == 0
    both = [done("inquiry", "list", "--data", data, "--org", AGENCY, "--as", "tantou")["rows"] for data in (world.data, target)]
    assert both[0] and both[0] == both[1]
    assert refused("restore", copy, "--data", target)["code"] == "CONFLICT"  # never over something


def test_without_keys_a_backup_holds_none(world):
    folder = world.folder / "no-keys"
    assert done("backup", "--data", world.data, "-o", folder)["keys"] is False
    assert not [path for path in folder.rglob("*") if path.suffix == ".key" or path.name == "keys"]
    target = world.folder / "restored-no-keys"
    assert done("restore", folder, "--data", target)["keys"] is False
    # Which key is missing, where its file belongs, and that no backup brings it.
    for org in ("hub", AGENCY, PROVIDER):
        told = refused("serve", "--check", "--data", target)
        assert told["code"] == "NOT_FOUND" and told["where"].startswith("" if org == "hub" else f"{org}/"), told
        for words in (told["ja"], told["en"]):
            assert f"{target}/{org}/keys/{told['where'].replace('/', '_')}.key" in words and "--with-keys" in words, told
        shutil.copytree(world.data / org / "keys", target / org / "keys")
    assert done("serve", "--check", "--data", target)["ok"] is True
    assert done("rebuild", "--check", "--data", target)["differing"] == 0


@pytest.mark.parametrize("what", ["changed", "missing", "added", "manifest", "note", "foreign"])
def test_an_altered_backup_is_refused_and_named(world, tmp_path, what):
    folder = tmp_path / "copy"
    done("backup", "--data", world.data, "-o", folder, "--with-keys")
    name, root = f"{AGENCY}/office.sqlite", []
    if what == "changed":
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
    elif what == "missing":
        (folder / name).unlink()
    elif what == "added":
        name = f"{AGENCY}/sources.toml"
        (folder / name).write_text("", encoding="utf-8")
    elif what == "manifest":
        name = "manifest"
        (folder / name).write_text((folder / name).read_text(encoding="utf-8").replace("root.vkey", "boot.vkey"), encoding="utf-8")
    elif what == "note":
        name = "manifest.note"
        (folder / name).write_text((folder / name).read_text(encoding="utf-8").replace("\nkeys\n", "\nno-keys\n"), encoding="utf-8")
    else:
        name = "manifest.note"
        other = tmp_path / "other"
        done("init", "--data", other, "--org", "other.example", "--name-ja", "別", "--name-en", "Other", "--side", "agency")
        root = ["--root", other / "root.vkey"]
    told = refused("restore", folder, "--data", tmp_path / "target", *root)
    assert told["code"] == "STORE_CORRUPT" and told["where"] == name
    assert not (tmp_path / "target").exists() and not list(tmp_path.glob("target.partial*"))


def test_a_broken_archive_restores_nothing(world, tmp_path):
    copy = tmp_path / "copy.tar"
    done("backup", "--data", world.data, "-o", copy)
    content = copy.read_bytes()
    for broken in (content[: len(content) // 2], b"x" + content[1:], content[:512].replace(b"manifest.note", b"../fest.note.") + content[512:]):
        bad = tmp_path / "bad.tar"
        bad.write_bytes(broken)
        assert refused("restore", bad, "--data", tmp_path / "target")["code"] == "STORE_CORRUPT"
        assert not (tmp_path / "target").exists() and not list(tmp_path.glob("target.partial*"))
