"""The line between a member's node and its hub, opened: a relay that speaks TLS to both with their own keys, which the test has and no network has.
Under TLS a network can only delay, cut and lose; whole requests that come twice, late or in another order, and what a recording would give away, need
this. Every request is kept.

    with Line(hub_folder, member_folder, hub_port) as line:      # the node's network file names line.port
        line.rule = twice                                        # how the next requests pass: rule(request, send) -> Answer
"""
import dataclasses
import http.client
import http.server
import ssl
import threading
import time

from proxy import listen

HOLD_S = 0.4
PATIENCE_S = 40


@dataclasses.dataclass
class Request:
    method: str
    target: str
    content_type: str
    body: bytes

    @property
    def kind(self):
        """The row of the hub's interface: its path without names and numbers."""
        parts = self.target.split("?")[0].split("/")
        return self.method + " " + "/".join("*" if len(part) == 64 or part.isdigit() else part for part in parts)


@dataclasses.dataclass
class Answer:
    status: int
    content_type: str
    body: bytes


class Lost(Exception):
    """The answer went astray: the connection ends without one."""


def straight(request, send):
    return send(request)


def quietly(send, request):
    try:
        send(request)
    except (OSError, http.client.HTTPException):
        pass


def twice(request, send):
    """As when an answer is late and the request comes again: both at the same time, and the second one is answered."""
    if request.method == "GET":
        return send(request)
    first = threading.Thread(target=quietly, args=(send, request))
    first.start()
    answer = send(request)
    first.join(PATIENCE_S)
    return answer


class ChangePlaces:
    """Every other write waits until a later one has passed, or for a moment."""

    def __init__(self):
        self.lock, self.waiting, self.count = threading.Lock(), None, 0

    def __call__(self, request, send):
        if request.method == "GET" and "wait=" in request.target:
            return send(request)
        with self.lock:
            before, mine = self.waiting, threading.Event()
            self.count += 1
            self.waiting = mine if before is None and self.count % 2 else None
            is_held = self.waiting is mine
        if is_held:
            mine.wait(HOLD_S)
            with self.lock:
                if self.waiting is mine:
                    self.waiting = None
        try:
            return send(request)
        finally:
            if before is not None:
                before.set()


class LoseAnswers:
    """The hub takes the request; of every kind of write the first answers never arrive."""

    def __init__(self, times=2):
        self.times, self.lost, self.lock = times, {}, threading.Lock()

    def __call__(self, request, send):
        answer = send(request)
        with self.lock:
            count = self.lost[request.kind] = self.lost.get(request.kind, 0) + 1
        if request.method != "GET" and count <= self.times:
            raise Lost
        return answer


class Line(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, hub_folder, member_folder, hub_port):
        self.to_port, self.rule = hub_port, straight
        self.recorded = []  # (request, answer), in the order of the answers
        self.upstream = ssl.create_default_context(cafile=hub_folder / "tls.crt")
        self.upstream.load_cert_chain(member_folder / "tls.crt", member_folder / "tls.key")
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.minimum_version = ssl.TLSVersion.TLSv1_3
        self.tls.load_cert_chain(hub_folder / "tls.crt", hub_folder / "tls.key")
        free = listen()
        super().__init__(free.getsockname(), Passing, bind_and_activate=False)
        self.socket.close()
        self.socket, self.port = free, free.getsockname()[1]
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        self.thread.join(5)

    def server_close(self):
        self.socket.close()  # threads that wait at the hub end with it

    def handle_error(self, request, client_address):
        pass  # whoever ends a connection has his reasons

    def send(self, request):
        """To the hub, as this member."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.to_port, context=self.upstream, timeout=PATIENCE_S)
        try:
            headers = {"Content-Type": request.content_type} if request.content_type else {}
            connection.request(request.method, request.target, request.body or None, headers)
            told = connection.getresponse()
            answer = Answer(told.status, told.getheader("Content-Type", ""), told.read())
        finally:
            connection.close()
        self.recorded.append((request, answer))
        return answer


class Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.request.settimeout(PATIENCE_S)
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        self.request.close()

    def log_message(self, *_):
        pass

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, self.path, self.headers.get("Content-Type", ""), body)
        try:
            answer = self.server.rule(request, self.server.send)
        except (Lost, OSError, http.client.HTTPException):
            self.close_connection = True
            return
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = pass_on


def lead_over(member_folder, port):
    """The member reaches its hub over that port from now on: it knows the hub by its key, not by its address."""
    network = member_folder / "network"
    lines = network.read_text(encoding="utf-8").splitlines()
    network.write_text("".join((f"url https://127.0.0.1:{port}" if line.startswith("url ") else line) + "\n" for line in lines), encoding="utf-8")


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
    return found
