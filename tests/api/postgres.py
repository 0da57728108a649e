"""A PostgreSQL of the test's own: on the loopback address, under an unprivileged user, data and socket in a temporary folder."""
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from conftest import free_port

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Postgres:
    def __init__(self):
        # Below /tmp, since the folders of the tests are closed to that user.
        self.folder = Path(tempfile.mkdtemp(prefix="warifu-pg-"))
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if self.user:
            person = pwd.getpwnam("postgres")
            os.chown(self.folder, person.pw_uid, person.pw_gid)
        self.port = free_port()
        self.databases = 0
        with open(self.folder / "log", "w", encoding="utf-8") as log:
            subprocess.run([PROGRAMS / "initdb", "-D", self.folder / "data", "-U", "warifu", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"],
                           check=True, stdout=log, stderr=log, cwd="/", **self.user)
        self.process = None
        self.start()

    def start(self):
        with open(self.folder / "log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **self.user)
        until = time.monotonic() + 60
        while subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.05)

    def psql(self, sql, database="postgres"):
        shown = subprocess.run([PROGRAMS / "psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", sql], capture_output=True, text=True, check=True)
        return shown.stdout.strip()

    def url(self, database):
        return f"postgresql://warifu@127.0.0.1:{self.port}/{database}"

    def fresh(self):
        """The URL of a new, empty database."""
        self.databases += 1
        self.psql(f"CREATE DATABASE warifu_{self.databases}")
        return self.url(f"warifu_{self.databases}")

    def halt(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(10)

    def stop(self):
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)
