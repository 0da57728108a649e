"""A network that can fail, for tests on the loopback: a TCP proxy that delays, cuts, truncates, duplicates and reorders what passes.

    with FaultProxy(to_port) as proxy:          # listens on proxy.port
        proxy.rule = Rule(delay_s=0.2)          # holds for connections made from now on
        proxy.cut()                             # every connection ends at once, with a reset
        proxy.down()                            # nobody is let in until proxy.up()

Under TCP a network duplicates and reorders packets without anybody noticing; what can be noticed is a whole request that arrives twice or late. So
both are done with requests: `twice` sends what one connection sent through a second connection as well and throws the answer away, and `late`
holds one connection's bytes back until the next connection's have passed. Both need clients that close or go on (no half-open waiting): a request
counts as whole when nothing has come for `quiet_s`.
"""
import dataclasses
import os
import random
import select
import socket
import struct
import threading
import time

PIECE = 65536
TICK_S = 0.02


@dataclasses.dataclass(frozen=True)
class Rule:
    delay_s: float = 0.0  # of every piece, in both directions
    jitter_s: float = 0.0  # up to so much more, by chance
    piece: int = PIECE  # bytes passed on at once
    up_max: int | None = None  # so many bytes of the client pass, then the connection is reset
    down_max: int | None = None  # so many bytes of the server's answer pass
    swallow: bool = False  # what the client sends arrives nowhere, and the connection stays open
    twice: bool = False
    late: bool = False
    quiet_s: float = 0.1


def listen(port=None):
    """On this port, or on a free one below 32768, where the system gives out none of its own."""
    for candidate in [port] if port is not None else range(26000 + os.getpid() % 3000, 32768):
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", candidate))
            server.listen(64)
            return server
        except OSError:
            server.close()
    raise RuntimeError("no free port")


def reset(sock):
    """Closes with a reset, as a cut line looks after a while."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    sock.close()


class Ended(Exception):
    """The line has been cut, or the proxy is closing."""


class FaultProxy:
    def __init__(self, to_port, rule=Rule(), seed=1, port=None):
        self.to_port, self.rule = to_port, rule
        self.connections = 0
        self.recorded = []  # what each connection's client sent, in order
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._threads, self._held = [], None
        self._cuts, self._is_up, self._is_ended = 0, True, False
        self._server = listen(port)
        self.port = self._server.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def down(self):
        self._is_up = False
        self.cut()

    def up(self):
        self._is_up = True

    def cut(self):
        """Returns when every connection there was has ended."""
        self._cuts += 1
        for thread in list(self._threads):
            thread.join(5)
        self._threads = [thread for thread in self._threads if thread.is_alive()]

    def close(self):
        self._is_ended = True
        try:
            self._server.shutdown(socket.SHUT_RDWR)  # wakes accept()
        except OSError:
            pass
        self._server.close()
        self._acceptor.join(5)
        self.cut()

    # --- inside: each connection has a thread of its own, and nobody else touches its sockets -----------------------------------

    def _accept(self):
        while not self._is_ended:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            if not self._is_up:
                reset(client)
                continue
            self.connections += 1
            recorded = bytearray()
            self.recorded.append(recorded)
            thread = threading.Thread(target=self._serve, args=(client, self.rule, recorded, self._cuts), daemon=True)
            thread.start()
            self._threads.append(thread)  # started: cut() waits for it, perhaps at this moment

    def _serve(self, client, rule, recorded, cuts):
        def check():
            if self._is_ended or self._cuts != cuts:
                raise Ended

        server, is_hard = None, True
        try:
            server = socket.create_connection(("127.0.0.1", self.to_port), timeout=10)
            way = self._hold_back if rule.late else self._pass_twice if rule.twice else self._pass
            way(client, server, rule, recorded, check)
            is_hard = False
        except (OSError, Ended):
            pass
        finally:
            for sock in (client, server):
                if sock is not None:
                    reset(sock) if is_hard else sock.close()

    def _sleep(self, seconds, check):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            check()
            time.sleep(min(left, TICK_S))

    def _readable(self, socks, check, wait_s=float("inf")):
        until = time.monotonic() + wait_s
        while True:
            check()
            ready, _, _ = select.select(socks, [], [], TICK_S)
            if ready or time.monotonic() >= until:
                return ready

    def _pass(self, client, server, rule, recorded, check):
        """Both directions until both have ended."""
        other, left = {client: server, server: client}, {client: rule.up_max, server: rule.down_max}
        ends = set()
        while len(ends) < 2:
            for sock in self._readable([sock for sock in other if sock not in ends], check):
                data = sock.recv(rule.piece)
                if not data:
                    ends.add(sock)
                    if not (sock is client and rule.swallow):
                        other[sock].shutdown(socket.SHUT_WR)
                    continue
                if sock is client:
                    recorded += data
                    if rule.swallow:
                        continue
                self._sleep(rule.delay_s + self._random.random() * rule.jitter_s, check)
                if left[sock] is not None:
                    data, left[sock] = data[: left[sock]], left[sock] - len(data)
                other[sock].sendall(data)
                if left[sock] is not None and left[sock] <= 0:
                    raise Ended

    def _whole_request(self, client, rule, recorded, check):
        while True:
            ready = self._readable([client], check, rule.quiet_s if recorded else 10)
            data = client.recv(PIECE) if ready else b""
            if not data:
                return bytes(recorded)
            recorded += data

    def _pass_twice(self, client, server, rule, recorded, check):
        request = self._whole_request(client, rule, recorded, check)
        with socket.create_connection(("127.0.0.1", self.to_port), timeout=10) as second:
            # At the same time, as a repetition after a lost answer may be.
            second.sendall(request)
            server.sendall(request)
            self._pass(client, server, rule, recorded, check)
            if self._readable([second], check, 10):
                second.recv(PIECE)

    def _hold_back(self, client, server, rule, recorded, check):
        request = self._whole_request(client, rule, recorded, check)
        mine = threading.Event()
        with self._lock:
            first, self._held = (self._held, None) if self._held else (None, mine)
        if first:  # this is the second of two: it goes first, and when its answer has begun the other follows
            try:
                server.sendall(request)
                self._readable([server], check, 10)
            finally:
                first.set()
        else:
            until = time.monotonic() + 10
            while not mine.wait(TICK_S) and time.monotonic() < until:
                check()
            server.sendall(request)
        self._pass(client, server, rule, recorded, check)
