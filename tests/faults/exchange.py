"""A hub, an agency's node and a provider's, each its own process in the folder of a played separate demo, any of which may be killed and is then
started again."""
import json
import re
import signal
import subprocess
import time
import urllib.request
import uuid
from pathlib import Path

from support import AGENCY, BIN, Persistent, api, check_answers, check_projections, kinds_of, ordered, warifu

HUB = "hub"
START_S = 120
SETTLED = ("warifu_outbox", "warifu_messages_undelivered", "warifu_messages_unproven")  # figures that are nought when nothing is on its way


def is_well(url):
    try:
        with urllib.request.urlopen(url + "/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


class Part:
    """One process and the folder it works in."""

    def __init__(self, folder, words, port):
        self.folder, self.words, self.port = folder, words, port
        self.log = open(folder.parent / f"{folder.name}.faults.log", "a+", encoding="utf-8")
        self.process, self.said_before = None, 0

    def start(self, orders=""):
        self.said_before = self.log.seek(0, 2)
        with ordered(orders):
            self.process = subprocess.Popen([BIN, *self.words], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def is_dead(self):
        return self.process.poll() is not None

    def stop(self):
        if not self.is_dead():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        return self.process.returncode

    def text(self):
        """What this run of the process has said."""
        self.log.seek(self.said_before)
        return self.log.read()


class Hub(Part):
    def __init__(self, folder):
        self.url = re.search(r"^url (\S+)$", (folder / "network").read_text(encoding="utf-8"), re.M)[1]
        port = int(self.url.rsplit(":", 1)[1])
        super().__init__(folder, ["serve", "--data", str(folder), "--listen", f"127.0.0.1:{port}"], port)

    def is_ready(self):
        return f":{self.port})" in self.text()


class Node(Part):
    def __init__(self, folder, organisation):
        self.organisation = organisation
        port = api.free_port()
        super().__init__(folder, ["demo-node", "--data", str(folder), "--org", organisation, "--invitation", str(folder) + ".invitation", "--listen", f"127.0.0.1:{port}"], port)
        self.accounts = json.loads((folder / "demo-accounts.json").read_text(encoding="utf-8"))

    def is_ready(self):
        return is_well(f"http://127.0.0.1:{self.port}")

    def account(self, role, organisation):
        return next(account for account in self.accounts if role in account["roles"] and account["organisation"] == organisation)

    def browser(self):
        return api.Browser(self.port)

    def sign(self, browser, text, work):
        device = self.folder / "devices" / browser.session["person"]
        file = Path(work) / f"text-{uuid.uuid4().hex}"
        file.write_text(text, encoding="utf-8", newline="")
        done = subprocess.run(
            [BIN, "key", "sign", "--keyfile", f"{device}.keyfile", "--device", f"{device}.device", "--pin-stdin", "--json", str(file)],
            input=browser.account["pin"] + "\n", capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)["signature"]

    def figure(self, name):
        """The value of a figure of /metrics for this organisation; None while there is none."""
        text = self.browser().get("/metrics").body.decode()
        found = re.search(rf'^{name}\{{organisation="{re.escape(self.organisation)}"\}} (\S+)$', text, re.M)
        return float(found[1]) if found else None


class Exchange(Persistent):
    """`orders` by part: hub, or the organisation."""

    def __init__(self, folder, work, orders=None, provider=None):
        super().__init__(work)
        self.folder, self.orders = folder, orders or {}
        self.parts = {HUB: Hub(folder / "hub"), AGENCY: Node(folder / AGENCY, AGENCY)}
        if provider:
            self.add(provider)
        for name in self.parts:
            self.start(name, self.orders.get(name, ""))

    def add(self, provider):
        self.parts[provider] = Node(self.folder / provider, provider)

    def start(self, name, orders=""):
        part = self.parts[name]
        part.start(orders)
        until = time.monotonic() + START_S
        while not part.is_ready():
            if part.is_dead() and part.process.returncode == -signal.SIGKILL:
                self.deaths += 1
                return self.start(name)
            assert not part.is_dead() and time.monotonic() < until, part.text()
            time.sleep(0.05)

    @property
    def hub_port(self):
        return self.parts[HUB].port

    def look_after(self):
        """Starts what was killed. Anything else that ends has broken a promise."""
        for name, part in self.parts.items():
            if part.is_dead():
                assert part.process.returncode == -signal.SIGKILL, part.text()
                self.deaths += 1
                self.start(name)

    def revive(self):
        until = time.monotonic() + 10
        while not any(part.is_dead() for part in self.parts.values()):
            assert time.monotonic() < until, "a process that lives does not answer"
            time.sleep(0.02)
        self.look_after()

    def again(self, action, is_done=lambda reply: reply.status < 500):
        def watched():
            self.look_after()
            return action()

        return super().again(watched, is_done)

    def demo_of(self, organisation):
        return self.parts[organisation]

    def until(self, look, seconds=90):
        return super().until(look, seconds)

    def settle(self):
        """Everything has its receipt and its proof, for as long as the figures need to become true."""
        quiet_since = time.monotonic()
        until = quiet_since + 120
        while time.monotonic() - quiet_since < 3:
            self.look_after()
            try:
                figures = [part.figure(name) for part in self.parts.values() if isinstance(part, Node) for name in SETTLED]
            except OSError:
                figures = [None]
            if any(value != 0 for value in figures):
                quiet_since = time.monotonic()
            assert time.monotonic() < until, figures
            time.sleep(0.1)

    def stop(self):
        for part in self.parts.values():
            assert part.stop() == 0, part.text()

    def end(self):
        for part in self.parts.values():
            part.stop()
            part.log.close()


def check_everything(exchange, number, provider):
    """Of an exchange with one inquiry: answers are repeated in the same words, then everything is stopped and checked at rest. The kinds of both
    sides' acts, from evidence that was verified."""
    exchange.settle()
    check_answers(exchange)
    exchange.stop()
    check_at_rest(exchange, provider)
    return kinds_on_both_sides(exchange, number, provider)


def check_at_rest(exchange, provider):
    """Lists equal the fold on both sides; every message has its receipt, nothing is reported as an incident, the logs stand as the hub signed them."""
    for organisation in (AGENCY, provider):
        data = exchange.folder / organisation
        check_projections(data)
        incidents = warifu("incidents", "--data", data, "--json")
        assert incidents.returncode == 0 and json.loads(incidents.stdout)["incidents"] == [], incidents.stdout
        listed = warifu("envelope", "list", "--data", data, "--limit", "1000", "--json")
        for message in json.loads(listed.stdout)["messages"]:
            assert message["accepted"] and message["refused"] == "", message
            assert message["delivered"] or message["type"] != "acts", message
    for log in ("log", "keys"):
        checked = warifu("log", "serve-files", exchange.folder / "hub/logs" / log, "--check", "--json")
        assert checked.returncode == 0, checked.stdout + checked.stderr


def kinds_on_both_sides(exchange, number, provider):
    return {organisation: kinds_of(exchange.folder / organisation, number, organisation, exchange.work) for organisation in (AGENCY, provider)}
