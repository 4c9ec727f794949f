"""A service with a leaklab::endpoint: how its address may be written, how it is asked, what its profiles say as data."""
import contextlib
import http.client
import json
import re
import socket
import ssl
import urllib.parse

ACCEPTED = "http://HOST:PORT, HOST:PORT, a port of this machine, or unix:PATH"
TIMEOUT = 60  # seconds for one answer; a heap profile of a large program takes some


class Unusable(Exception):
    """Nobody can be asked there: one line that says why, and what would do."""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT)
        self.sock.connect(self.path)


class Service:
    def __init__(self, address, token=None):
        self.token = token
        self.path, self.prefix, self.secure = None, "", False
        if address.startswith("unix:"):
            self.path, self.url = address[len("unix:"):], "http://localhost"
            return
        if re.fullmatch(r"\d+", address):
            address = f"127.0.0.1:{address}"
        url = urllib.parse.urlsplit(address if "://" in address else f"http://{address}")
        try:
            self.host, self.port = url.hostname, url.port
        except ValueError:  # a port that is none
            self.host = None
        nowhere = self.port == 0 or self.port is None and "://" not in address if self.host else True
        if nowhere or url.scheme not in ("http", "https"):
            raise Unusable(f'"{address}" is no address; accepted is {ACCEPTED}')
        self.secure = url.scheme == "https"
        self.port = self.port or (443 if self.secure else 80)
        self.prefix = re.sub(r"/(debug(/.*)?)?$", "", url.path)
        self.url = f"{url.scheme}://{url.netloc.rpartition('@')[2]}{self.prefix}"

    def __str__(self):
        return f"unix:{self.path}" if self.path else self.url

    def curl(self):
        """What curl needs besides the URL."""
        options = f" --unix-socket {self.path}" if self.path else ""
        return f'curl{options} -H "Authorization: Bearer $(cat TOKEN-FILE)"' if self.token else f"curl{options}"

    def connection(self):
        if self.path:
            return UnixConnection(self.path)
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        return kind(self.host, self.port, timeout=TIMEOUT)

    def answer(self, path):
        """Status and text."""
        headers = {"Connection": "close", **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        try:
            with contextlib.closing(self.connection()) as connection:
                connection.request("GET", self.prefix + path, headers=headers)
                response = connection.getresponse()
                return response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as fault:
            why = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault) or type(fault).__name__
            raise Unusable(f"{self} does not answer: {why.lower()}; {self.hint(fault)}") from None

    def hint(self, fault):
        """What may be wrong with an address at which nobody answers."""
        if isinstance(fault, ssl.SSLError):
            return "an endpoint of the lab speaks http://, and https:// needs a proxy before it"
        if isinstance(fault, socket.gaierror):
            return "is the host's name right?"
        return f"is it the {'path' if self.path else 'port'} that the program printed?"

    def checked(self, path):
        """Status and text, unless this endpoint does not talk to us at all."""
        status, text = self.answer(path)
        if status == 401:
            why = "that one is not it" if self.token else "name its file with --token-file FILE"
            raise Unusable(f"{self} wants a token: {why}")
        if status == 403:
            raise Unusable(f"{self} refuses this name of its host: ask for 127.0.0.1, or allow it with --allow-host NAME")
        return status, text

    def ask(self, path):
        """The text, or None where this endpoint has no such answer: another allocator, a part that is not linked."""
        status, text = self.checked(path)
        if status in (429, 503):
            raise Unusable(f"{self} has no time to answer {path} (status {status}): ask again")
        return text if status == 200 else None

    def ask_or_why(self, path):
        """The text, or None and why not, in one line; that is empty where this endpoint has no such path."""
        status, text = self.checked(path)
        if status == 200:
            return text, ""
        return None, "" if status == 404 else " ".join(text.split()) or f"status {status}"

    def report(self):
        """/debug/leaks, which every endpoint has."""
        try:
            report = json.loads(self.ask("/debug/leaks?format=json") or "")
            report["verdict"], report["findings"], report["figures"]  # what no other service has
            return report
        except (ValueError, KeyError, TypeError):
            raise Unusable(f"{self} answers, and is no leaklab::endpoint: it has no /debug/leaks?format=json") from None

    def variables(self):
        return json.loads(self.ask("/debug/vars") or "{}")

    def tasks(self):
        """Up to 10,000 tasks, and whether these are all."""
        listed = json.loads(self.ask("/debug/tasks?limit=10000") or '{"tasks": [], "total": 1, "shown": 0}')
        return listed["tasks"], listed["shown"] == listed["total"]

    def stacks(self, path):
        """The rows of a profile, none where this endpoint has no such profile."""
        return rows(self.ask(path) or "")


def rows(profile):
    """Each row of a profile as text: how many, how many bytes if it says so, the frames as (function, file, line)."""
    found = []
    for line in profile.splitlines():
        if head := re.match(r"(\d+)(?:: (\d+) \[.*?\])? @ (.*)", line):
            found.append({"count": int(head[1]), "bytes": int(head[2] or 0), "key": head[3], "frames": []})
        elif found and line.startswith("#\t"):
            cells = (line.split("\t") + ["", ""])[2:4]
            file, _, number = cells[1].rpartition(":")
            found[-1]["frames"].append((cells[0], file, int(number) if number.isdigit() else 0))
    return found
