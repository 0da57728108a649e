"""What an installation lays down, from the build that is tested: `cmake --install` into an empty folder."""
import gzip
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from conftest import BIN, ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    build = Path(BIN).resolve().parent
    if not (build / "cmake_install.cmake").exists():
        pytest.skip(f"{build} is not a build folder")
    root = tmp_path_factory.mktemp("installed")
    done = subprocess.run(["cmake", "--install", build, "--prefix", "/usr"], capture_output=True, text=True, env={**os.environ, "DESTDIR": str(root)})
    assert done.returncode == 0, done.stderr
    return root


def test_everything_is_where_the_system_looks_for_it(installed):
    there = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert there == {
        "usr/bin/warifu", "etc/warifu/warifu.toml", "usr/lib/systemd/system/warifu.service", "usr/lib/sysusers.d/warifu.conf", "usr/share/man/man1/warifu.1.gz",
        "usr/share/bash-completion/completions/warifu", "usr/share/zsh/vendor-completions/_warifu", "usr/share/fish/vendor_completions.d/warifu.fish",
        *(f"usr/share/doc/warifu/{name}" for name in ("copyright", "README.md", "README.ja.md", "changelog.gz", "operations.md", "cli.md", "sources.md", "jp.toml")),
    }
    assert gzip.decompress((installed / "usr/share/man/man1/warifu.1.gz").read_bytes()).startswith(b".TH WARIFU 1")
    assert not stat.S_IMODE((installed / "etc/warifu/warifu.toml").stat().st_mode) & 0o007
    assert subprocess.run([installed / "usr/bin/warifu", "--version"], capture_output=True, check=True).stdout.startswith(b"warifu ")


def test_the_debian_package_holds_the_same_and_keeps_settings(installed, tmp_path):
    build = Path(BIN).resolve().parent
    done = subprocess.run(["cpack", "-G", "DEB", "-B", tmp_path], cwd=build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    package = next(tmp_path.glob("warifu_*.deb"))

    def told(*words):
        return subprocess.run(["dpkg-deb", *words], capture_output=True, text=True, check=True).stdout

    there = {line.split()[5].removeprefix("./") for line in told("-c", package).splitlines() if not line.endswith("/")}
    assert there == {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    needs = told("-f", package, "Depends")
    assert all(name in needs for name in ("libpq5", "libsqlite3-0", "libssl3", "fonts-ipaexfont", "tzdata"))
    told("-e", package, tmp_path / "control")
    assert (tmp_path / "control/conffiles").read_text(encoding="utf-8") == "/etc/warifu/warifu.toml\n"
    for script in ("postinst", "prerm", "postrm"):
        assert os.access(tmp_path / "control" / script, os.X_OK) and subprocess.run(["sh", "-n", tmp_path / "control" / script]).returncode == 0


def test_the_example_configuration_has_only_settings_that_exist(tmp_path):
    """Also those that stand in comments."""
    text = (ROOT / "packaging/warifu.toml").read_text(encoding="utf-8")
    file = tmp_path / "w.toml"
    file.write_text(re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.M), encoding="utf-8")
    told = subprocess.run([BIN, "serve", "--config", file, "--check"], capture_output=True, text=True)
    # It is read to the end; what is missing is the folder's certificate, which the example only names.
    assert told.returncode == 1 and "CONFIG at tls.key" in told.stderr, told.stderr


def test_the_unit_is_understood_and_closed_in(installed, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    unit = installed / "usr/lib/systemd/system/warifu.service"
    copy = tmp_path / "warifu.service"
    copy.write_text(unit.read_text(encoding="utf-8").replace("/usr/bin/warifu", str(installed / "usr/bin/warifu")), encoding="utf-8")
    told = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True)
    assert "warifu.service" not in told.stderr, told.stderr
    # In tenths, 0 to 100: what systemd calls OK ends at 45; a unit with no limits has 96.
    exposed = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20", copy], capture_output=True, text=True)
    assert exposed.returncode == 0, exposed.stdout[-300:] + exposed.stderr
