"""Every package the project installs has its reason and licence in docs/dependencies.md, and nothing else stands there."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ON_DEMAND = {"nodejs", "npm"}  # installed by ./dev only where no npm is there


def installed():
    lines = (ROOT / "tools/packages.txt").read_text(encoding="utf-8").splitlines()
    names = {line.split("#")[0].strip() for line in lines} - {""}
    for manifest in ("ui/package.json", "tools/node/package.json"):
        path = ROOT / manifest
        if path.exists():
            package = json.loads(path.read_text(encoding="utf-8"))
            for kind in ("dependencies", "devDependencies", "optionalDependencies"):
                names |= set(package.get(kind, {}))
    return names


def documented():
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", (ROOT / "docs/dependencies.md").read_text(encoding="utf-8"), re.M)
    return {name: (reason, licence) for name, reason, licence in rows if name != "package"}


def test_every_package_is_documented_and_no_other():
    assert sorted(installed() - set(documented())) == []
    assert sorted(set(documented()) - installed() - ON_DEMAND) == []


def test_lock_files_name_no_registry_and_run_no_scripts():
    for lock in (ROOT / "ui/package-lock.json", ROOT / "tools/node/package-lock.json"):
        if lock.exists():
            packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
            assert [name for name, entry in packages.items() if "resolved" in entry and not entry.get("link")] == []
            # An install script would be skipped by --ignore-scripts; of an optional package (fsevents on macOS) that is no loss.
            assert [name for name, entry in packages.items() if entry.get("hasInstallScript") and not entry.get("optional")] == []
