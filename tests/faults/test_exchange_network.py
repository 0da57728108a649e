"""The network between two members and their hub fails in every way that a network can: lines that are cut, slow, deaf or dead, bytes that stop in the
middle, and whole requests that come twice, in another order, or whose answer is lost. Everything arrives once, and nothing that was answered is lost.
And what somebody recorded of it can be sent again, without effect."""
import contextlib
import os
import random
import shutil
import signal
import threading
import time

from cli_support import done
from exchange import AGENCY, HUB, Exchange, check_at_rest, check_everything, kinds_on_both_sides
from hub_support import PART, Hub, Member, frames, id_of, leaf_hash, note, sha, text_of
from line import ChangePlaces, Line, LoseAnswers, Request, lead_over, straight, twice
from proxy import FaultProxy, Rule
from support import IS_LONG, check_answers, play

# Of each inquiry. Members that find nobody wait longer and longer, so that a trouble of minutes would be minutes of waiting.
TROUBLE_S = 12 if IS_LONG else 2

# ── troubles of a line: each is called again and again ──


def is_cut(proxy, chance):
    time.sleep(chance.uniform(0.1, 0.6))
    proxy.cut()


def is_slow(proxy, chance):
    proxy.rule = Rule(delay_s=0.01, jitter_s=0.04, piece=chance.choice([500, 4096, 65536]))
    time.sleep(0.5)


def breaks_off(proxy, chance):
    """Each connection ends after so many bytes, of a request or of an answer; few come through whole."""
    many = chance.choice([300, 3_000, 12_000, 60_000])
    proxy.rule = Rule(up_max=many) if chance.random() < 0.5 else Rule(down_max=many)
    time.sleep(0.2)


def is_out(proxy, chance):
    """Deaf for a while, then dead, then well."""
    proxy.rule = Rule(swallow=True)
    proxy.cut()
    time.sleep(chance.uniform(0.3, 0.8))
    proxy.down()
    time.sleep(chance.uniform(0.3, 0.8))
    proxy.rule = Rule()
    proxy.up()
    time.sleep(0.4)


class Road:
    """How one member reaches the hub: through a proxy that may fail, and when it is asked to, past somebody who opens the line."""

    def __init__(self, folder, organisation, hub_port, seed):
        self.hub_port, self.chance = hub_port, random.Random(seed)
        self.line = Line(folder / HUB, folder / organisation, hub_port)
        self.proxy = FaultProxy(hub_port, seed=seed)
        lead_over(folder / organisation, self.proxy.port)

    def close(self):
        self.proxy.close()
        self.line.__exit__()

    def well(self):
        self.proxy.rule = Rule()
        self.proxy.up()
        self.proxy.cut()  # what is rules of new connections

    @contextlib.contextmanager
    def in_trouble(self, trouble):
        ended = threading.Event()

        def run():
            until = time.monotonic() + TROUBLE_S
            while not ended.is_set() and time.monotonic() < until:
                trouble(self.proxy, self.chance)
            self.well()
        thread = threading.Thread(target=run, daemon=True)
        self.proxy.cut()
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(30)

    @contextlib.contextmanager
    def opened(self, rule):
        self.line.rule, self.proxy.to_port = rule, self.line.port
        self.proxy.cut()
        try:
            yield
        finally:
            self.line.rule, self.proxy.to_port = straight, self.hub_port
            self.proxy.cut()


@contextlib.contextmanager
def exchange_over_roads(apart, provider, work, seed=1):
    shutil.copytree(apart, work / "data")
    url = (work / "data" / HUB / "network").read_text(encoding="utf-8").split("\nurl ")[1].split("\n")[0]
    roads = [Road(work / "data", organisation, int(url.rsplit(":", 1)[1]), seed + i) for i, organisation in enumerate((AGENCY, provider))]
    exchange = Exchange(work / "data", work, provider=provider)
    try:
        yield exchange, roads
    finally:
        exchange.end()
        for road in roads:
            road.close()
        shutil.rmtree(work / "data")


def troubles(chance):
    """For each inquiry what happens on the agency's road and on the provider's."""
    in_order = [
        (Road.in_trouble, is_cut, Road.opened, twice),
        (Road.opened, twice, Road.in_trouble, is_cut),
        (Road.in_trouble, breaks_off, Road.opened, LoseAnswers()),
        (Road.opened, ChangePlaces(), Road.in_trouble, breaks_off),
        (Road.in_trouble, is_out, Road.in_trouble, is_slow),
    ]
    if not IS_LONG:
        return in_order
    ways = [(Road.in_trouble, is_cut), (Road.in_trouble, is_slow), (Road.in_trouble, breaks_off), (Road.in_trouble, is_out), (Road.opened, twice)]
    opened = [lambda: (Road.opened, ChangePlaces()), lambda: (Road.opened, LoseAnswers(chance.randint(1, 4)))]
    pick = [lambda: chance.choice(ways), lambda: chance.choice(opened)()]
    return in_order + [chance.choice(pick)() + chance.choice(pick)() for _ in range(20)]


def test_everything_arrives_once_whatever_the_network_does_and_a_recording_is_worth_nothing(apart, provider, tmp_path):
    with exchange_over_roads(apart, provider, tmp_path) as (exchange, roads):
        with roads[0].opened(straight), roads[1].opened(straight):
            calm, to = play(exchange)
        assert to == provider
        numbers = []
        for at_agency, here, at_provider, there in troubles(random.Random(7)):
            with at_agency(roads[0], here), at_provider(roads[1], there):
                number, _ = play(exchange)
                numbers.append((number, getattr(here, "__name__", here), getattr(there, "__name__", there)))
        exchange.settle()
        check_answers(exchange)
        check_recording(exchange, roads, provider)
        exchange.stop()
        check_at_rest(exchange, provider)
        expected = kinds_on_both_sides(exchange, calm, provider)
        for number, here, there in numbers:
            assert kinds_on_both_sides(exchange, number, provider) == expected, (here, there)
        assert exchange.deaths == 0


def check_recording(exchange, roads, provider):
    """The members rest and the hub starts anew; everything that they ever sent over an opened line comes again, as they sent it."""
    for organisation in (AGENCY, provider):
        assert exchange.parts[organisation].stop() == 0
    sizes = log_sizes(exchange.folder / HUB)
    assert exchange.parts[HUB].stop() == 0
    exchange.start(HUB)
    kinds = set()
    for road in roads:
        for request, answer in list(road.line.recorded):
            kinds.add(request.kind)
            if request.method == "GET" and "/tile/" not in request.target:
                continue  # the log grows, boxes empty themselves
            again = road.line.send(request)
            if ".p/" in request.target and again.status == 404:
                continue  # a partial tile goes when the full one is there
            if request.kind.endswith("/cosignature"):
                assert again.status in (answer.status, 204, 409), request  # the log has grown past it
            elif request.kind.endswith(("/status", "/objects/*")):
                assert again.status == answer.status  # more is known, or here, by now
            else:
                assert (again.status, again.body) == (answer.status, answer.body), request
    # Whether anybody had to ask for a status depends on how quickly everything came; every row of the interface comes again further down.
    assert {"POST /exchange/v1/messages", "POST /exchange/v1/acknowledged", "GET /exchange/v1/messages"} <= kinds, kinds
    assert any(kind.endswith("/cosignature") for kind in kinds), kinds
    time.sleep(1.5)  # what the hub had taken would be in the log by now
    assert log_sizes(exchange.folder / HUB) == sizes
    for road in roads:
        assert road.line.send(Request("GET", "/exchange/v1/messages?after=0", "", b"")).body == b"", "nothing lies in anybody's box again"


def log_sizes(hub):
    return [int((hub / "logs" / log / "checkpoint").read_text(encoding="utf-8").split("\n")[1]) for log in ("log", "keys")]


def test_a_large_file_crosses_in_parts_over_a_line_that_breaks_off(apart, provider, tmp_path):
    content = ("x" * 998 + "\r\n") * (2 * PART // 1000 + 10)
    with exchange_over_roads(apart, provider, tmp_path) as (exchange, roads):
        with roads[0].opened(straight), roads[1].opened(LoseAnswers(1)):
            number, _ = play(exchange, content)
        for road, method in ((roads[1], "PUT"), (roads[0], "GET")):
            parts = {request.target.rsplit("/", 1)[1] for request, answer in road.line.recorded
                     if request.kind == f"{method} /exchange/v1/objects/*/parts/*" and answer.status in (200, 204)}
            assert parts == {"0", "1", "2"}, (method, parts)
        assert check_everything(exchange, number, provider)[AGENCY]


def join(hub, member):
    """As Member.join(); what it applied with, and its entry for sealing."""
    keys = member.first_keys()
    application = frames(member.invite(), frames(note(member.member_text(), member.root), *member.document(), *keys))
    for _ in range(2):
        assert member.send("POST", "/exchange/v1/applications", application).status == 202
    for number in (1, 2):
        done("org", "admit", member.org, "--data", hub.folder, "--admitter", hub.folder / "admitters" / f"hub.example_admit_{number}.key")
    hub.until(lambda: member.send("GET", "/exchange/v1/documents").status == 200)
    return application, keys[2]


def test_every_kind_of_request_comes_again_after_a_fall_of_the_hub(tmp_path):
    """Of members that are strangers to our code, so that each row of the interface is there."""
    hub = Hub(tmp_path / "hub")
    try:
        agency, provider = Member(hub, tmp_path, "kakuu-police.example"), Member(hub, tmp_path, "portal.example", "provider").join()
        application, seal = join(hub, agency)
        sent = []

        def send(member, method, target, body=None, status=(200, 204)):
            answer = member.send(method, target, body)
            assert answer.status in status, (target, answer.body)
            sent.append((member, method, target, body, answer))
            return answer
        message = agency.message(provider.org)
        large = os.urandom(PART + 5)
        carried = agency.message(provider.org, object_bytes=large)
        at = "/exchange/v1/objects/" + sha(large).hex()
        listing = f"{len(large)}\n{leaf_hash(large[:PART]).hex()}\n{leaf_hash(large[PART:]).hex()}\n"
        send(agency, "POST", "/exchange/v1/messages", frames(*message, *message))
        assert send(agency, "PUT", at, listing).status == 200
        send(agency, "PUT", at + "/parts/0", large[:PART])
        send(agency, "PUT", at + "/parts/1", large[PART:])
        send(agency, "POST", "/exchange/v1/messages", frames(carried[0], carried[1], b""))
        hub.until(lambda: len(provider.fetch()) == 2)
        send(provider, "GET", at)
        send(provider, "GET", at + "/parts/1")
        hub.until(lambda: b"" not in agency.send("POST", "/exchange/v1/status", id_of(message) + "\n").frames)
        send(agency, "POST", "/exchange/v1/status", id_of(message) + "\n")
        send(provider, "POST", "/exchange/v1/acknowledged", id_of(message) + "\n" + id_of(carried) + "\n")
        send(provider, "GET", "/exchange/v1/messages?after=0")
        successor = agency.key_entry("seal", "x25519", os.urandom(32), previous=leaf_hash(seal).hex())
        send(agency, "POST", "/exchange/v1/entries", successor)
        send(agency, "POST", "/exchange/v1/documents", frames(*agency.document(telephone="000-0000")))
        send(agency, "GET", "/exchange/v1/documents?after=0")
        hub.until(lambda: hub.log_size() == 2 and successor.encode() in hub.request("GET", f"/keys/tile/entries/000.p/{hub.log_size('keys')}").body)
        for log in ("log", "keys"):
            text = text_of(hub.log_text(log + "/checkpoint"))
            send(agency, "POST", f"/exchange/v1/{log}/cosignature", frames(text, agency.witness.cosign(text)))
            send(agency, "GET", f"/{log}/tile/entries/000.p/{hub.log_size(log)}")

        sizes = [hub.log_size(log) for log in ("log", "keys")]
        for with_signal in (signal.SIGTERM, signal.SIGKILL):
            hub.stop(with_signal)
            hub.start()
            for member, method, target, body, first in sent:
                again = member.send(method, target, body)
                if method == "PUT" and target == at:  # what is here has changed since
                    assert again.body == first.body.replace(b" 0\n", b" 1\n")
                    continue
                assert (again.status, again.body) == (first.status, first.body), target
            gone = agency.send("POST", "/exchange/v1/applications", application)
            assert gone.code == "INVITATION_INVALID", "who is a member does not apply"
            assert provider.fetch() == []
            time.sleep(1.5)
            assert [hub.log_size(log) for log in ("log", "keys")] == sizes
    finally:
        hub.stop()
