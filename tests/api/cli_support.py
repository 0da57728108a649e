"""For the tests of the command line: the executable run as a person would run it, a node that serves, and a node in earnest with two
organisations whose people are all admitted."""
import http.client
import json
import os
import signal
import ssl
import subprocess
import time
from pathlib import Path

from conftest import BIN, free_port

AGENCY, PROVIDER = "kakuu-police.example", "portal.example"
PASSWORD = "a long enough password 1"
PEOPLE = {
    AGENCY: {"admin": ["admin"], "tantou": ["investigator"], "kakarichou": ["supervisor"], "kachou": ["approver"], "shomu": ["registrar"]},
    PROVIDER: {"admin": ["admin"], "uketsuke": ["intake"], "tantou": ["operator"], "kakunin": ["releaser"]},
}
PROFILE = {
    "organisation": PROVIDER, "version": 1, "usual_days": 7, "media": ["text/csv"], "contact_ja": "平日", "contact_en": "Weekdays",
    "entries": [{"selector": "ACCOUNT_ID", "services": [PROVIDER], "categories": ["K1"], "needs_period": False, "note_ja": "", "note_en": ""}],
}


PASSPHRASE = "of every admitter here"


def pin_of(org, login):
    return f"pin-{login}-{len(org)}"


def run(*args, stdin="", env=None, timeout=120):
    return subprocess.run([BIN, *map(str, args)], input=stdin, capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, "WARIFU_PASSPHRASE": PASSPHRASE, **(env or {})})


def done(*args, stdin="", env=None):
    result = run(*args, "--json", stdin=stdin, env=env)
    assert result.returncode == 0, f"{args}\n{result.stdout}{result.stderr}"
    return json.loads(result.stdout)


def refused(*args, stdin="", env=None):
    result = run(*args, "--json", stdin=stdin, env=env)
    assert result.returncode == 1, f"{args}\n{result.stdout}{result.stderr}"
    told = json.loads(result.stdout)
    assert told["ok"] is False and told["ja"] and told["en"]
    return told


def certificate(folder, name="localhost"):
    """A certificate of one's own for `name`, and its key."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    key.chmod(0o600)
    return cert, key


class Served:
    """`warifu serve` on a free port of the loopback address, by options or by a configuration alone; over TLS when `ca` is given."""

    def __init__(self, data, *more, port=None, env=None, config=None, ca=None):
        self.port = port or free_port()
        self.ca = ca
        self.url = f"{'https' if ca else 'http'}://localhost:{self.port}"
        self.log = open(Path(data).parent / f"serve-{self.port}.log", "a+", encoding="utf-8")
        where = ["--config", str(config)] if config else ["--data", str(data), "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            [BIN, "serve", *where, *map(str, more)], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**os.environ, **(env or {})},
        )
        until = time.monotonic() + 60
        while self.get("/healthz") != 200:
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise AssertionError(Path(self.log.name).read_text(encoding="utf-8"))
            time.sleep(0.05)

    def get(self, path, body=False):
        try:
            if self.ca:
                connection = http.client.HTTPSConnection("localhost", self.port, timeout=10, context=ssl.create_default_context(cafile=self.ca))
            else:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", path)
            answer = connection.getresponse()
            content = answer.read().decode()
            return content if body else answer.status
        except (OSError, http.client.HTTPException):
            return None

    def figure(self, name, org):
        """The value of one figure of /metrics; None while there is none."""
        for line in self.get("/metrics", body=True).splitlines():
            if line.startswith(f'{name}{{organisation="{org}"}} '):
                return float(line.rsplit(" ", 1)[1])
        return None

    def text(self):
        self.log.flush()
        return Path(self.log.name).read_text(encoding="utf-8")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait(5)
        self.log.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        code = self.stop()
        assert kind or code == 0


def wait_until(condition, seconds, told=lambda: ""):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, told()
        time.sleep(0.2)


class World:
    """A node in `folder`/node; `store` is the URL of a PostgreSQL database or empty."""

    def __init__(self, folder, store=""):
        self.folder, self.data, self.store, self.port, self.ca = folder, folder / "node", store, None, None
        self.init_options, self.root_folder = [], None  # of `warifu init`; where the root keys lie when they lie offline

    def key(self, org, login):
        return ["--keyfile", self.folder / f"{org}-{login}.key", "--device", self.folder / f"{org}-{login}.device", "--pin-stdin"]

    def local(self, org, login, *args, signs=False):
        """On the folder. Arguments before the options, which any position allows."""
        more = self.key(org, login) if signs else []
        return done(*args, "--data", self.data, "--org", org, "--as", login, *more, stdin=pin_of(org, login) + "\n" if signs else "")

    def access(self, url, org, login):
        ca = ["--cacert", self.ca] if self.ca else []
        return ["--server", url, "--org", org, "--as", login, "--password-stdin", *self.key(org, login), *ca]

    def remote(self, url, org, login, *args):
        return done(*args, *self.access(url, org, login), stdin=f"{PASSWORD}\n{pin_of(org, login)}\n")

    def remote_refused(self, url, org, login, *args):
        return refused(*args, *self.access(url, org, login), stdin=f"{PASSWORD}\n{pin_of(org, login)}\n")

    def enrol(self, url, org, login, code):
        ca = ["--cacert", self.ca] if self.ca else []
        return done("key", "enrol", "--server", url, "--org", org, "--login", login, "--code", code, "--password-stdin", *self.key(org, login), *ca,
                    stdin=f"{PASSWORD}\n{pin_of(org, login)}\n")

    def root(self, org):
        return ["--root", self.root_folder / f"{org}_root.key"] if self.root_folder else []

    def init(self):
        """Both organisations and everybody in the books; the invitation codes by organisation and login."""
        store = ["--store", self.store] if self.store else []
        offline = ["--root-offline", self.root_folder] if self.root_folder else []
        made = done("init", "--data", self.data, "--org", AGENCY, "--name-ja", "架空県警察", "--name-en", "Kakuu Prefectural Police", "--side", "agency",
                    "--address", "架空県架空市1-1", "--telephone", "03-0000-0110", "--admin-name", "仮野 花子", *store, *offline, *self.init_options)
        codes = {(AGENCY, "admin"): made["invitation"]}
        done("org", "add", "--data", self.data, "--org", PROVIDER, "--name-ja", "架空ポータル", "--name-en", "Kakuu Portal", "--side", "provider", "--kind", "portal",
             *offline)
        done("unit", "add", "サイバー犯罪対策課", "--name-en", "Cyber", "--prefix", "架空警サ", "--register-office", "--data", self.data, "--org", AGENCY)
        for org, people in PEOPLE.items():
            for login, roles in people.items():
                if (org, login) in codes:
                    continue
                unit = ["--unit", "サイバー犯罪対策課"] if org == AGENCY and roles != ["admin"] else []
                head = ["--unit-head"] if roles == ["approver"] else []
                added = done("user", "add", login, "--name", f"架空 {login}", "--post", "担当", "--has", *roles, "--mail", f"{login}@{org}", *unit, *head,
                             "--data", self.data, "--org", org)
                codes[org, login] = added["invitation"]
                assert added["person"]["login"] == login
        return codes

    def admit_first_two(self):
        for org, second in ((AGENCY, "kachou"), (PROVIDER, "kakunin")):
            for login in ("admin", second):
                assert done("user", "admit", login, "--data", self.data, "--org", org, *self.root(org))["admitted"] == 1

    def profile_file(self):
        path = self.folder / "profile.json"
        path.write_text(json.dumps(PROFILE), encoding="utf-8")
        return path

    def draft_file(self, name="draft", account="ex-1001"):
        draft = {
            "to": PROVIDER,
            "items": [{"selector": {"type": "ACCOUNT_ID", "value": account, "service": PROVIDER}, "categories": ["K1"], "purpose": "出品者の特定のため",
                       "necessity": "被害届の出品者であるため。"}],
            "answer_how": "本システムにより回答願います。",
        }
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(draft, ensure_ascii=False), encoding="utf-8")
        return path

    def answer_file(self, name="answer", **item):
        answer = {"items": [{"no": 1, "result": "ANSWERED", "message": "", "provenance": [], "files": [],
                             "tables": [{"columns": ["会員ID", "氏名"], "rows": [["ex-1001", "架空 太郎"]]}], **item}],
                  "reference": "R-1", "preparer": "架空 tantou", "completeness": "すべてです。", "minutes": 12, "yen": 0}
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
        return path


def made_on_the_folder(world):
    """Everybody enrolled over a server that runs only for it; the first two admitted under the root key, the others by a second person."""
    codes = world.init()
    with Served(world.data) as server:
        for (org, login), code in codes.items():
            assert world.enrol(server.url, org, login, code)["vkey"].startswith(f"{org}/person/")
        world.port = server.port
    world.admit_first_two()
    for org, second in ((AGENCY, "kachou"), (PROVIDER, "kakunin")):
        for login in PEOPLE[org]:
            if login not in ("admin", second):
                assert world.local(org, "admin", "user", "admit", login, signs=True)["admitted"] == 1
    world.local(PROVIDER, "admin", "api", "PUT", "/api/profile", world.profile_file())
    world.local(AGENCY, "tantou", "case", "add", "R8-1", "--title", "架空オークション詐欺事件", "--offence", "詐欺")
    return world
