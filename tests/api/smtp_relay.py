"""A mail relay on the loopback address, for tests of notices: plain, with STARTTLS and a log-in, or down."""
import base64
import socket
import ssl
import threading

from conftest import free_port


class Relay:
    """While `is_down`, it refuses. With a certificate it offers STARTTLS; with `users` it takes mail only after AUTH over TLS."""

    def __init__(self, certificate=None, users=None):
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.users, self.mails, self.refused, self.is_down = users, [], 0, False
        self.passwords_in_clear = 0
        self.socket = socket.create_server(("127.0.0.1", free_port()))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            client.settimeout(30)
            try:
                self.talk(client)
            except OSError:
                pass  # the client went away, or no handshake came about
            finally:
                client.close()

    def talk(self, client):
        stream = client.makefile("rwb", buffering=0)
        if self.is_down:
            self.refused += 1
            stream.write(b"421 not now\r\n")
            return
        stream.write(b"220 relay.example\r\n")
        is_encrypted, user, to = False, None, None
        while line := stream.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                offers = [b"relay.example"]
                offers += [b"STARTTLS"] if self.context and not is_encrypted else []
                offers += [b"AUTH PLAIN LOGIN"] if self.users else []
                stream.write(b"".join(b"250" + (b" " if i == len(offers) - 1 else b"-") + offer + b"\r\n" for i, offer in enumerate(offers)))
            elif word == b"STARTTLS" and self.context:
                stream.write(b"220 go on\r\n")
                client = self.context.wrap_socket(client, server_side=True)
                stream, is_encrypted = client.makefile("rwb", buffering=0), True
            elif word == b"AUTH":
                user = self.authenticate(stream, line)
                if not is_encrypted:
                    self.passwords_in_clear += 1
                stream.write(b"235 welcome\r\n" if user else b"535 no\r\n")
            elif word == b"MAIL" and self.users and not user:
                self.refused += 1
                stream.write(b"530 log in first\r\n")
            elif word == b"RCPT":
                to = line.decode().split("<")[1].split(">")[0]
                stream.write(b"250 ok\r\n")
            elif word == b"DATA":
                stream.write(b"354 go on\r\n")
                lines = []
                for part in iter(stream.readline, b".\r\n"):
                    if part == b"":
                        return
                    lines.append(part)
                self.mails.append((to, b"".join(lines), is_encrypted, user))
                stream.write(b"250 ok\r\n")
            elif word == b"QUIT":
                stream.write(b"221 bye\r\n")
                return
            else:
                stream.write(b"250 ok\r\n")

    def authenticate(self, stream, line):
        words = line.decode().split()
        if words[1].upper() == "PLAIN":
            if len(words) == 2:
                stream.write(b"334 \r\n")
                words.append(stream.readline().decode().strip())
            _, user, password = base64.b64decode(words[2]).decode().split("\0")
        else:
            given = []
            for question in (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n"):
                stream.write(question)
                given.append(base64.b64decode(stream.readline()).decode())
            user, password = given
        return user if (self.users or {}).get(user) == password else None

    def to(self, address):
        return [mail for mail in self.mails if mail[0] == address]

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


def text_of(mail):
    head, _, body = mail[1].partition(b"\r\n\r\n")
    return head.decode(), base64.b64decode(body.replace(b"\r\n", b"")).decode()
