"""A disk that is full and a database that is gone: refused with a code, nothing lost or half-done, and everything works afterwards."""
import copy
import os
import shutil
import signal
import subprocess
import threading
import time
import uuid
from pathlib import Path

import pytest
from conftest import BIN, Demo, draft_for, free_port, refused

AGENCY, PROVIDER = "kakuu-police.demo", "portal.demo"
POSTGRES = Path("/usr/lib/postgresql/15/bin")
IS_ROOT = os.geteuid() == 0
OWN_MOUNTS = ["unshare", "-m"] if IS_ROOT else ["unshare", "-Urm"]


def matters(browser):
    """Of this person, newest first, over all pages."""
    found, cursor = [], ""
    while True:
        page = browser.get("/api/matters?limit=200" + (f"&cursor={cursor}" if cursor else "")).json
        found += [row["matter"] for row in page["rows"]]
        cursor = page["next"]
        if not cursor:
            return found


# --- disk -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A demo whose data folder lies on a file system of 64 MB that only it can see."""
    folder = tmp_path_factory.mktemp("small")
    if subprocess.run([*OWN_MOUNTS, "mount", "-t", "tmpfs", "warifu", str(folder)], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount a file system of his own")
    script = 'mount -t tmpfs -o size=64m,mode=700 warifu "$0" && exec "$@"'
    demo = Demo(folder / "data", free_port(), customers=100, launcher=[*OWN_MOUNTS, "sh", "-c", script, str(folder)])
    yield demo
    assert demo.stop() == 0, "".join(demo.lines)


def fill(path):
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    os.write(file, b"x" * size)
            except OSError:
                continue
    finally:
        os.close(file)


def test_a_full_disk(small_disk):
    investigator, operator = small_disk.enter("investigator", AGENCY), small_disk.enter("operator", PROVIDER)
    draft = draft_for(investigator)
    large = copy.deepcopy(draft)
    item = large["items"][0]
    large["items"] = [{**item, "selector": {**item["selector"], "value": f"x{n:05}-" + "y" * 80}, "necessity": "必" * 190} for n in range(200)]
    before = matters(investigator)
    ballast = small_disk.inside / "ballast"
    fill(ballast)

    # The log of the store has some room of its own: write until it is used up, by large pieces, then by small ones.
    written, refused_key = {}, {}
    for size, body in (("large", large), ("small", draft)):
        for _ in range(1000):
            key = uuid.uuid4().hex
            reply = investigator.post("/api/inquiries", body, key=key)
            if reply.status != 201:
                break
            written[key] = (body, reply.json["matter"])
        refused(reply, 507, "DISK_FULL")
        refused_key[size] = key
    upload = operator.post("/api/matters/" + "a" * 32 + "/files?name=a.csv", b"a,b\r\n" * 100_000, content_type="text/csv")
    refused(upload, 507, "DISK_FULL")
    # Reading goes on.
    assert sorted(matters(investigator)) == sorted([*before, *(matter for _, matter in written.values())])

    ballast.unlink()
    for key, (body, matter) in written.items():
        assert investigator.post("/api/inquiries", body, key=key).json["matter"] == matter
    again = [investigator.post("/api/inquiries", body, key=refused_key[size]) for size, body in (("large", large), ("small", draft))]
    assert [reply.status for reply in again] == [201, 201]
    assert sorted(matters(investigator)) == sorted([*before, *(matter for _, matter in written.values()), *(reply.json["matter"] for reply in again)])
    assert investigator.post(f"/api/matters/{before[0]}/view", {}).status == 200
    inside = ["nsenter", "-t", str(small_disk.process.pid), "-m"] + ([] if IS_ROOT else ["-U", "--preserve-credentials"])
    checked = subprocess.run([*inside, BIN, "rebuild", "--check", "--data", str(small_disk.folder)], capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout + checked.stderr


# --- database ---------------------------------------------------------------------------------------------------------------------


class Postgres:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        if IS_ROOT:
            shutil.chown(folder, "postgres", "postgres")
        self.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "warifu", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8")
        self.start()

    @property
    def url(self):
        return f"postgresql://warifu@127.0.0.1:{self.port}/postgres"

    def run(self, program, *words):
        user = ["runuser", "-u", "postgres", "--"] if IS_ROOT else []
        subprocess.run([*user, str(POSTGRES / program), *words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=True, timeout=60)

    def control(self, *words):
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), *words)

    def start(self):
        self.control("-o", f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}", "start")

    def stop(self, mode):
        self.control("-m", mode, "stop")


@pytest.fixture(scope="module")
def postgres():
    if not (POSTGRES / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed")
    folder = Path("/tmp") / f"warifu-gone-{uuid.uuid4().hex[:12]}"  # short: sockets have short names; readable by the unprivileged user
    folder.mkdir(mode=0o700)
    server = Postgres(folder)
    yield server
    server.stop("immediate")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def on_postgres(postgres, tmp_path_factory):
    demo = Demo(tmp_path_factory.mktemp("gone") / "data", free_port(), customers=100, more=["--store", postgres.url])
    yield demo
    assert demo.stop() == 0, "".join(demo.lines)


def until_healthy(browser, seconds=30):
    end = time.monotonic() + seconds
    while browser.get("/healthz").status != 200:
        assert time.monotonic() < end, "the node did not come back"
        time.sleep(0.1)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_that_is_gone(postgres, on_postgres, mode):
    investigator = on_postgres.enter("investigator", AGENCY)
    draft, key = draft_for(investigator), uuid.uuid4().hex
    before = matters(investigator)
    postgres.stop(mode)
    try:
        health = investigator.get("/healthz")
        assert health.status == 503 and health.json == {"status": "failing", "code": "STORE_UNAVAILABLE"}
        for reply in (
            investigator.get("/api/matters"),
            investigator.get("/api/session"),
            investigator.post("/api/inquiries", draft, key=key),
            investigator.post(f"/api/matters/{before[0]}/view", {}),
            on_postgres.browser().post("/api/session", {name: investigator.account[name] for name in ("organisation", "login", "password")}),
        ):
            refused(reply, 503, "STORE_UNAVAILABLE")
            assert int(reply.headers["retry-after"]) >= 1
        # What needs no store is there, and tells of the trouble.
        assert investigator.get("/api/node").status == 200
        assert 'warifu_store_up{organisation="' + AGENCY + '"} 0' in investigator.get("/metrics").body.decode()
    finally:
        postgres.start()
    until_healthy(investigator)
    assert matters(investigator) == before
    first = investigator.post("/api/inquiries", draft, key=key)
    assert first.status == 201, first.body
    assert investigator.post("/api/inquiries", draft, key=key).body == first.body
    assert matters(investigator) == [first.json["matter"], *before]


def test_a_database_that_hangs(postgres, on_postgres):
    """It takes what it is sent and answers nothing: whoever waits is told within a bound, and nothing is lost when it goes on."""
    investigator = on_postgres.enter("investigator", AGENCY)
    draft, key = draft_for(investigator), uuid.uuid4().hex
    before = matters(investigator)
    head = int((postgres.folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
    stopped = [head, *map(int, children)]
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        refused(investigator.get("/api/matters"), 503, "STORE_UNAVAILABLE")
        refused(investigator.post("/api/inquiries", draft, key=key), 503, "STORE_UNAVAILABLE")
        assert time.monotonic() - begun < 45  # two waits for the server, one after the other
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)
    until_healthy(investigator)
    first = investigator.post("/api/inquiries", draft, key=key)
    assert first.status == 201, first.body
    assert investigator.post("/api/inquiries", draft, key=key).body == first.body
    assert matters(investigator) == [first.json["matter"], *before]


def test_a_database_that_goes_while_people_write(postgres, on_postgres):
    """Whoever repeats with the same key until it is done has written once, wherever the connection broke."""
    account = on_postgres.account("investigator", AGENCY)
    browser = on_postgres.log_in(account, "investigator")
    draft = draft_for(browser)
    before = set(matters(browser))
    stop, done, wrong = threading.Event(), {}, []

    def write():
        own = on_postgres.browser()
        own.cookie, own.csrf = browser.cookie, browser.csrf
        while not stop.is_set():
            key = uuid.uuid4().hex
            end = time.monotonic() + 60
            while (reply := own.post("/api/inquiries", draft, key=key)).status == 503 and time.monotonic() < end:
                time.sleep(0.05)
            if reply.status != 201:
                wrong.append(reply.body)
                return
            done[key] = reply.json["matter"]

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(3):
            time.sleep(0.5)
            postgres.stop("immediate")
            postgres.start()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert wrong == []
    until_healthy(browser)
    assert len(set(done.values())) == len(done) > 10
    written = set(matters(browser)) - before
    assert set(done.values()) <= written  # nothing that was acknowledged is lost
    # … and no repetition wrote a second time: the answer to its key stands in the transaction of the act.
    assert written == set(done.values())
