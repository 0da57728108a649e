"""The proxy does what it says: bytes pass unchanged, late, cut, truncated, twice, or after those of the next connection."""
import socket
import socketserver
import threading
import time

import pytest
from proxy import FaultProxy, Rule


class Echo(socketserver.ThreadingTCPServer):
    """Answers a whole request (until nothing comes for a moment, or the end) with its length and its bytes; remembers the order."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        self.seen = []
        self.lock = threading.Lock()
        for port in range(29000, 32768):
            try:
                super().__init__(("127.0.0.1", port), Handler)
                break
            except OSError:
                continue


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data = b""
        while not data.endswith(b"\n"):
            piece = self.request.recv(65536)
            if not piece:
                break
            data += piece
        with self.server.lock:
            self.server.seen.append(data)
        self.request.sendall(b"%d:" % len(data) + data)


@pytest.fixture
def echo():
    server = Echo()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def ask(port, data, wait_s=10):
    with socket.create_connection(("127.0.0.1", port), timeout=wait_s) as sock:
        sock.sendall(data)
        answer = b""
        while True:
            piece = sock.recv(65536)
            if not piece:
                return answer
            answer += piece


def test_bytes_pass_unchanged_also_in_small_pieces(echo):
    request = bytes(range(1, 200)).replace(b"\n", b"") * 400 + b"\n"
    for rule in (Rule(), Rule(piece=1000), Rule(piece=4096, jitter_s=0.001)):
        with FaultProxy(echo.server_address[1], rule) as proxy:
            assert ask(proxy.port, request) == b"%d:" % len(request) + request
            assert bytes(proxy.recorded[0]) == request


def test_a_delay_delays(echo):
    with FaultProxy(echo.server_address[1], Rule(delay_s=0.15)) as proxy:
        start = time.monotonic()
        assert ask(proxy.port, b"x\n") == b"2:x\n"
        assert time.monotonic() - start >= 0.3


def test_a_cut_ends_the_connection_and_down_lets_nobody_in(echo):
    with FaultProxy(echo.server_address[1], Rule(swallow=True)) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as sock:
            sock.sendall(b"x\n")
            time.sleep(0.1)
            assert echo.seen == []
            proxy.cut()
            with pytest.raises(OSError):
                while sock.recv(10):
                    pass
                raise ConnectionResetError
        proxy.rule = Rule()
        proxy.down()
        with pytest.raises(OSError):
            assert ask(proxy.port, b"x\n") == b""
            raise ConnectionResetError
        proxy.up()
        assert ask(proxy.port, b"x\n") == b"2:x\n"


@pytest.mark.parametrize("rule", [Rule(up_max=3), Rule(down_max=3)])
def test_truncation(echo, rule):
    with FaultProxy(echo.server_address[1], rule) as proxy:
        try:
            answer = ask(proxy.port, b"0123456789\n")
        except OSError:
            answer = b""
        assert len(answer) <= 3
    time.sleep(0.1)
    assert echo.seen in ([b"012"], []) if rule.up_max else echo.seen == [b"0123456789\n"]


def test_a_request_arrives_twice_and_is_answered_once(echo):
    with FaultProxy(echo.server_address[1], Rule(twice=True)) as proxy:
        assert ask(proxy.port, b"once\n") == b"5:once\n"
    assert echo.seen == [b"once\n", b"once\n"]


def test_two_requests_change_places(echo):
    with FaultProxy(echo.server_address[1], Rule(late=True)) as proxy:
        answers = {}
        first = threading.Thread(target=lambda: answers.update(first=ask(proxy.port, b"first\n")))
        first.start()
        time.sleep(0.3)
        answers["second"] = ask(proxy.port, b"second\n")
        first.join(10)
    assert answers == {"first": b"6:first\n", "second": b"7:second\n"}
    assert echo.seen == [b"second\n", b"first\n"]
