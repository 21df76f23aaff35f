"""The demo that `scripts/scan` scans: who is signed in there, what its pages lead to, and one request of every route.

Invariant: no route of the table is left without a request unless `targets` says so and why; ids, tokens and fields are such as
the program takes, so that what lies behind its checks is reached."""

import asyncio
import base64
import collections
import hashlib
import hmac
import html
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "leangzbotchat.localhost"
PORT = 8480
WEB = f"http://{HOST}:{PORT}"
# Who signs up.
USER, PASSWORD = "user@shop.example", "a long password of this day"
# Begins the notes of a scan.
MARK = "= "
# Where HOST leads for scanners: to the forwarder. The program itself and this script's own requests are at 127.0.0.1.
FORWARDER = "127.0.0.2"
SIMULATOR = 8481
# What ends a session or takes away what others are tried on.
ENDS = re.compile(r"/logout|/erase|/account/not-me|/account/own|/sessions|/password|/address|/my/close|/leave|/account/prove|/revoke|/two-factor|/support/[^/]+/(end|code)|^/support$|^/admin/billing/secret")
TAKES_AWAY = re.compile(r"/(delete|retire|cancel|withdraw|drop|remove|close|end|start|undo)$")
# What stands for the token of a form, by whose session it belongs to: as long as a token.
TOKENS = {"session": "ac5f" * 16, "my": "0c5f" * 16, "support": "5c5f" * 16}
ID = re.compile(r"[a-z]{3}_[0-9a-f]{32}")
REQUEST = re.compile(rb"([A-Z]+ \S+) HTTP/1\.1\r\n")
# What Meta or a payment provider's glue signs: a scanner's request is signed on its way, so that what lies behind the signature is tried.
SIGNED = re.compile(rb"POST /(webhooks/messenger|billing/webhook|facebook/[\w-]+)[ ?]")
# Where whoever is nobody, or has something to do first, is sent on to.
DOORS = re.compile(r"/(login|account/prove|account/second-factor|account/decide|support|my)(\?|$)")
# What of an address is an id, by the part before it.
NAMED = {"pages": "pag", "leads": "led", "broadcasts": "brd", "templates": "tpl", "tags": "tag", "plans": "pla", "accounts": "acc", "requests": "req", "tokens": "tok",
         "breaches": "bre", "support": "sup", "audit": "aud", "sessions": "ses", "passkeys": "pky"}
# Fields of routes that no page has a form for.
FIELDS = {"/my/": ["purpose", "answer"], "/support/": ["reason", "id"],
          "": ["name"]}


def ask(method, path, fields=None, headers=None, port=PORT, body=None):
    """One plain request to the demo: status, headers, body."""
    body = urllib.parse.urlencode(fields).encode() if fields is not None else body
    lines = {"Host": f"{HOST}:{PORT}", "Accept": "text/html", "Connection": "close", **(headers or {})}
    if body is not None:
        lines = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)), **lines}
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(head.encode() + b"\r\n" + (body or b""))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    top, _, rest = answer.partition(b"\r\n\r\n")
    first, *fields = top.decode("latin-1").split("\r\n")
    told = dict(field.split(": ", 1) for field in fields if ": " in field)
    told = {name.lower(): value for name, value in told.items()}
    if told.get("transfer-encoding") == "chunked":
        rest = b"".join(re.split(rb"(?:^|\r\n)[0-9a-f]+\r\n", rest))
    return int(first.split()[1]), told, rest.decode(errors="replace")


def simulator(path, body=None):
    """What the simulator answers, as a text."""
    headers = {"Host": f"127.0.0.1:{SIMULATOR}", **({"Content-Type": "application/json"} if body else {})}
    return ask("POST" if body else "GET", path, port=SIMULATOR, headers=headers, body=body)[2]


def simulated(path, what):
    """What the simulator says of something; nothing where it says something else."""
    text = simulator(path)
    return json.loads(text)[what] if f'"{what}"' in text else []


def people_of(page):
    """Who there is on a page, by their ids."""
    people = simulated(f"/simulator/pages/{page}/people", "people")
    return [person if isinstance(person, str) else person.get("person") or person.get("psid") for person in people]


def now_of_demo():
    """Seconds since 1970 by the demo's clock, which is turned."""
    return simulated("/simulator/clock", "now_millis") // 1000


def signed(request, keys):
    """A whole request as its sender would have signed it."""
    head, _, body = request.partition(b"\r\n\r\n")
    path = head.split(b" ")[1]
    lines = [line for line in head.split(b"\r\n") if not re.match(rb"(?i)(content-length|x-hub-signature-256|entente-signature):", line)]
    if path.startswith(b"/facebook/"):
        fields = urllib.parse.parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")

        def sealed(payload):
            text = base64.urlsafe_b64encode(payload.encode("latin-1")).rstrip(b"=")
            return (base64.urlsafe_b64encode(hmac.digest(keys["meta"].encode(), text, "sha256")).rstrip(b"=") + b"." + text).decode()

        body = urllib.parse.urlencode([(name, sealed(value) if name == "signed_request" else value) for name, value in fields], encoding="latin-1").encode()
    elif path.startswith(b"/billing/"):
        at = str(now_of_demo()).encode()
        lines.append(b"Entente-Signature: t=" + at + b",v1=" + hmac.new(keys["billing"].encode(), at + b"." + body, "sha256").hexdigest().encode())
    else:
        lines.append(b"X-Hub-Signature-256: sha256=" + hmac.new(keys["meta"].encode(), body, "sha256").hexdigest().encode())
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])


class Forwarder:
    """Each connection comes to the program from another place, so that limits by place do not stand before what is scanned; what stands
    for a session's secret or a form's token becomes the one of now, and on the way back a token becomes what stands for it; what only
    comes signed is signed. Notes status, method and address of each request, and where it was sent on to."""

    def __init__(self, notes, stands_for, keys):
        self.notes, self.stands_for, self.keys = notes, stands_for, keys
        self.child = os.fork()
        if self.child == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                asyncio.run(self.serve())
            finally:
                os._exit(0)

    async def serve(self):
        notes = self.notes.open("a", buffering=1)

        def note_request(part, asked):
            if found := REQUEST.match(part):
                asked.append(found.group(1).decode("latin-1"))

        def note_answer(part, asked):
            # The next request comes only once this one has its answer.
            if asked and (found := re.match(rb"HTTP/1\.1 (\d+)", part)):
                to = re.search(rb"(?i)\r\nlocation: ([^\r\s]*)", part.partition(b"\r\n\r\n")[0])
                notes.write(" ".join([found.group(1).decode(), asked.pop(0), *([f"> {to.group(1).decode('latin-1')}"] if to else [])]) + "\n")

        async def whole(part, reader):
            """All of a request whose body's length is told."""
            while b"\r\n\r\n" not in part and (more := await reader.read(65536)):
                part += more
            head, _, body = part.partition(b"\r\n\r\n")
            length = int((re.search(rb"(?i)\r\ncontent-length: *(\d+)", head) or [0, 0])[1])
            while len(body) < length and (more := await reader.read(65536)):
                body += more
            return head + b"\r\n\r\n" + body

        async def carry(reader, writer, note, asked, pairs):
            try:
                while part := await reader.read(65536):
                    note(part, asked)
                    is_signed = SIGNED.match(part) and self.keys.exists()
                    part = await whole(part, reader) if is_signed else part
                    for before, after in pairs:
                        part = part.replace(before, after)
                    if is_signed:
                        part = await asyncio.to_thread(signed, part, json.loads(self.keys.read_text()))
                    writer.write(part)
                    await writer.drain()
                writer.write_eof()
            except OSError:
                writer.close()

        async def forward(reader, writer):
            place = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
            try:
                back, there = await asyncio.open_connection("127.0.0.1", PORT, local_addr=(place, 0))
            except OSError:
                writer.close()
                return
            asked = []
            pairs = [(name.encode(), secret.encode()) for name, secret in json.loads(self.stands_for.read_text()).items()]
            # Compressed, a token is not seen on its way back.
            there_pairs = [*pairs, (b"gzip, deflate, br", b"identity"), (b"gzip,deflate", b"identity")]
            back_pairs = [(secret, name) for name, secret in pairs if len(secret) == len(name)]
            await asyncio.gather(carry(reader, there, note_request, asked, there_pairs), carry(back, writer, note_answer, asked, back_pairs))
            for one in (writer, there):
                one.close()

        # Held, or they could be swept away while they wait.
        under_way = set()

        def begin(reader, writer):
            task = asyncio.get_running_loop().create_task(forward(reader, writer))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

        async with await asyncio.start_server(begin, FORWARDER, PORT, backlog=512) as server:
            await server.serve_forever()

    def stop(self):
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)


class Forms(HTMLParser):
    """The forms of a page: (is_post, action, fields), each field with what stands in it or something that it takes."""

    def __init__(self, text):
        super().__init__()
        self.all, self.form, self.select, self.area = [], None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        has = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.form = []
            self.all.append((has.get("method", "get").lower() == "post", has.get("action", ""), self.form))
        elif self.form is None:
            return
        elif tag == "input" and has.get("name"):
            kind, value = has.get("type", "text"), has.get("value", "")
            if kind == "radio" and any(name == has["name"] for name, _ in self.form) and "checked" not in has:
                return
            kind = "number" if has.get("inputmode") == "numeric" else kind
            taken = {"email": "scan@shop.example", "url": "https://localhost/scan", "image": "https://localhost/scan.png", "number": has.get("min", "1"), "checkbox": "on", "file": "1",
                     "date": time.strftime("%Y-%m-%d"), "datetime-local": time.strftime("%Y-%m-%dT%H:%M"), "color": "#336699"}
            self.form.append((has["name"], value or taken.get(kind, "1" if "minlength" not in has and "required" not in has else "a scan of this day")))
        elif tag == "button" and has.get("name"):
            if not any(name == has["name"] for name, _ in self.form):
                self.form.append((has["name"], has.get("value", "")))
        elif tag == "select":
            self.select = has.get("name")
        elif tag == "option" and self.select:
            if not any(name == self.select for name, _ in self.form):
                self.form.append((self.select, has.get("value", "")))
            elif "selected" in has:
                self.form[:] = [(name, has.get("value", "") if name == self.select else value) for name, value in self.form]
        elif tag == "textarea" and has.get("name"):
            self.area = (has["name"], [], "required" in has or "minlength" in has)

    def handle_data(self, data):
        if self.area:
            self.area[1].append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            name, text, is_needed = self.area
            self.form.append((name, "".join(text).strip()[:2000] or ("a scan of this day" if is_needed else "1")))
            self.area = None


class Demo:
    """A whole run of `entente demo` with few people, and somebody signed in as its admin."""

    def __init__(self, binary, place, on_postgres=False):
        self.said, self.lock, self.is_over = place / "demo.txt", threading.Lock(), threading.Event()
        self.server, databases = self.start_server() if on_postgres else (None, [])
        with self.said.open("wb") as out:
            command = [binary, "demo", "--leads", "40", "--pages", "5", "--listen", f"127.0.0.1:{PORT}", "--data", place / "demo", *databases]
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=place)
        end = time.monotonic() + 600
        while "Press Ctrl-C" not in self.said.read_text():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the demo did not come up:\n" + self.said.read_text()[-2000:])
            time.sleep(0.5)
        self.stands_for = place / "stands-for.json"
        self.stands_for.write_text("{}")
        self.notes = place / "forwarded.txt"
        self.keys = place / "keys.json"
        self.forwarder = Forwarder(self.notes, self.stands_for, self.keys)
        text = self.said.read_text()
        self.token = re.search(rf"{re.escape(HOST)}.*API token (\S+?)\)", text).group(1)
        self.email, self.password = re.search(r"Sign in there as (\S+) with the password (\S+) of this run", text).groups()
        self.way_out = re.search(r"/u/([\w-]+)", text).group(1)
        # The demo's clock is turned whenever something waits, by days within minutes: whoever is somebody has to become so again and again.
        self.secrets, self.again, self.token_of_forms, self.own_page_from = {}, 0, "", 0.0
        self.sign_in()
        self.seed()
        threading.Thread(target=self.keep, daemon=True).start()

    @staticmethod
    def start_server():
        """A PostgreSQL of this scan's own, and what names its two schemas. It ends with its standard input."""
        server = subprocess.Popen([ROOT / "scripts/postgres", "own"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        url = server.stdout.readline().strip()
        if not url:
            raise SystemExit("no PostgreSQL: scripts/postgres own")
        subprocess.run(["psql", "-q", url, "-c", "CREATE SCHEMA data", "-c", "CREATE SCHEMA keys"], check=True)
        at = "&" if "?" in url else "?"
        return server, [word for name, schema in (("--database", "data"), ("--keys", "keys")) for word in (name, f"{url}{at}options=-csearch_path%3D{schema}")]

    @property
    def cookie(self):
        """Of all who are somebody: the admin, a lead on their own page, a helper."""
        return "; ".join(f"__Host-{name}={secret}" for name, secret in self.secrets.items() if name in TOKENS)

    # The same for scanners, which keep it for longer than a session lasts: the forwarder puts in the secrets of now.
    lasting_cookie = "; ".join(f"__Host-{name}=secret-of-the-{name}-of-now" for name in TOKENS)
    # Of who has a second factor, before it was given.
    half_cookie = "__Host-session=secret-of-the-half-of-now"

    def csrf(self, path="/app"):
        """What stands for a form's token."""
        return TOKENS["my" if path.startswith("/my") else "support" if path.startswith("/support") else "session"]

    def fill(self, text):
        for name, secret in self.now().items():
            text = text.replace(name, secret)
        return text

    def now(self):
        """Secrets and tokens, by what stands for them."""
        told = {"secret-of-the-half-of-now": self.secrets.get("half", "")}
        for name, stand_in in TOKENS.items():
            secret = self.secrets.get(name, "")
            told[f"secret-of-the-{name}-of-now"] = secret
            told[stand_in] = self.token_of_forms if name == "session" else hashlib.sha256(b"entente/form/1" + secret.encode()).hexdigest()
        return told

    def remember(self, headers, name, whose=""):
        if found := re.match(rf"__Host-{name}=([^;]+)", headers.get("set-cookie", "")):
            self.secrets[whose or name] = found.group(1)
            beside = self.stands_for.with_suffix(".new")
            beside.write_text(json.dumps(self.now()))
            beside.rename(self.stands_for)
        return bool(found)

    def sign_in(self):
        status, headers, _ = ask("POST", "/login", {"email": self.email, "password": self.password, "keep": "90", "next": ""})
        if status != 303 or not self.remember(headers, "session"):
            raise SystemExit(f"signing in was answered with {status}")
        # It is made of what stays while a session's secret turns, and stands in each form.
        _, _, page = ask("GET", "/app", headers={"Cookie": self.cookie})
        token = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
        if not token:
            raise SystemExit("a form has no token")
        self.token_of_forms = token.group(1)
        if not self.prove():
            raise SystemExit("the password was no proof")

    def prove(self):
        """Opens the quarter of an hour after a proof, in which weighty pages are open."""
        status, headers, _ = ask("POST", "/account/prove", {"password": self.password, "csrf": self.fill(self.csrf()), "next": "/app"}, {"Cookie": self.cookie})
        # The session goes on under another secret.
        return status == 303 and self.remember(headers, "session")

    def keep(self):
        """Keeps the proof young, and comes in anew where a scan or the clock ended what was open."""
        while not self.is_over.wait(5):
            try:
                with self.lock:
                    self.renew()
            except (OSError, SystemExit):
                # It was busy, or a limit was reached: the next time.
                continue

    def begins(self, scan, who):
        """From here on what is noted is of this scan."""
        with self.notes.open("a") as notes:
            notes.write(f"{MARK}{scan}, {who.split(' as ')[0]}\n")

    def renew(self):
        if not self.is_signed_in():
            self.again += 1
            self.sign_in()
        # A proof turns the session's secret, under what is on its way: only once the last one is too old.
        elif ask("GET", "/admin/brand/end", headers={"Cookie": self.cookie})[0] != 200 and not self.prove():
            return
        headers = {"Cookie": self.cookie}
        if ask("GET", "/support/desk", headers=headers)[0] != 200:
            self.helper()
        if ask("GET", "/my", headers=headers)[0] != 200:
            self.own_page()
        if ask("GET", "/login/second", headers={"Cookie": f"__Host-session={self.secrets.get('half', '')}"})[0] != 200:
            self.half()

    def is_signed_in(self):
        return ask("GET", "/app", headers={"Cookie": self.cookie})[0] == 200

    def submit(self, page, action, **more):
        """Sends the form of a page as it stands there."""
        _, _, text = ask("GET", page, headers={"Cookie": self.cookie})
        return self.send(page, text, action, more)

    def send(self, page, text, action, more):
        for is_post, at, fields in Forms(text).all:
            at = at or page
            if is_post and at.split("?")[0] == action:
                return ask("POST", at, [(name, more.get(name, value)) for name, value in fields], {"Cookie": self.cookie})
        return 0, {}, ""

    def seed(self):
        """What there has to be so that every address with an id leads somewhere."""
        for page, action in [("/admin/breaches", "/admin/breaches"), ("/admin/requests", "/admin/requests"), ("/app/tags", "/app/tags"), ("/app/tokens", "/app/tokens"), ("/admin/plans", "/admin/plans")]:
            self.submit(page, action)
        self.submit("/app/templates/new", "/app/templates", name="a_scan_of_this_day", body="Your order is ready at the counter.", examples="", link_title="", link_url="")
        self.senders()
        self.user()
        self.brand_end()
        self.breach()
        self.helper()
        self.own_page()

    def senders(self):
        """What those sign with who send something signed: the app's secret, and that of the brand's signed calls."""
        app = next(app for app in simulated("/simulator/apps", "apps") if app["default"])
        self.verify_token = app["verify_token"]
        _, _, text = self.submit("/admin/billing", "/admin/billing/secret")
        secret = re.search(r'class="e-secret"[^>]*>([^<]+)<', text)
        if not secret:
            raise SystemExit("no secret of signed calls")
        self.keys.write_text(json.dumps({"meta": app["secret"], "billing": html.unescape(secret.group(1)).strip()}))

    def of_meta(self):
        """Deliveries of Meta about somebody who is there, one of each kind."""
        page = simulated("/simulator/pages", "pages")[0]["page"]
        person = people_of(page)[0]
        now = now_of_demo() * 1000
        events = [{"message": {"mid": "m_scan1", "text": "a scan", "quick_reply": {"payload": "SCAN"}, "nlp": {"1": "1"}}},
                  {"message": {"mid": "m_scan2", "attachments": [{"type": "image", "payload": {"url": "https://localhost/scan.png"}}], "reply_to": {"mid": "m_scan1"}}},
                  {"message": {"mid": "m_scan3", "text": "a scan", "is_echo": True, "app_id": 1, "metadata": "scan"}},
                  {"postback": {"mid": "m_scan4", "title": "a scan", "payload": "SCAN", "referral": {"ref": "scan", "source": "SHORTLINK", "type": "OPEN_THREAD"}}},
                  {"referral": {"ref": "scan", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
                  {"read": {"watermark": now}}, {"delivery": {"mids": ["m_scan3"], "watermark": now}}]
        return [{"object": "page", "entry": [{"id": page, "time": now, "messaging": [{"sender": {"id": person}, "recipient": {"id": page}, "timestamp": now, **event}]}]} for event in events]

    def user(self):
        """Somebody who is no admin, with a code by an app, who gave the password and not yet a code."""
        _, _, text = ask("GET", "/register")
        fields = next(fields for is_post, _, fields in Forms(text).all if is_post)
        ask("POST", "/register", [(name, {"email": USER, "password": PASSWORD}.get(name, value)) for name, value in fields])
        end = time.monotonic() + 20
        while not (link := re.search(r"/account/confirm/[\w-]+", ask("GET", "/mailbox")[2])):
            if time.monotonic() > end:
                raise SystemExit("no mail came to who signed up")
            time.sleep(0.3)
        ask("POST", link.group(0), {"password": PASSWORD})
        _, headers, _ = ask("POST", "/login", {"email": USER, "password": PASSWORD})
        headers = {"Cookie": headers["set-cookie"].split(";")[0]}
        form = {"csrf": re.search(r'name="csrf" value="([0-9a-f]{64})"', ask("GET", "/account", headers=headers)[2]).group(1)}
        _, proved, _ = ask("POST", "/account/prove", {**form, "password": PASSWORD, "next": "/app"}, headers)
        headers = {"Cookie": proved["set-cookie"].split(";")[0]}
        _, _, text = ask("POST", "/account/two-factor", form, headers)
        key = base64.b32decode(re.search(r">([A-Z2-7]{32})<", text).group(1))
        code = hmac.digest(key, struct.pack(">Q", now_of_demo() // 30), "sha1")
        code = struct.unpack_from(">I", code, code[-1] & 15)[0] & 0x7FFF_FFFF
        status, _, _ = ask("POST", "/account/two-factor/confirm", {**form, "code": f"{code % 1_000_000:06}"}, headers)
        if status != 303 or not self.half():
            raise SystemExit(f"the second factor was answered with {status}")

    def half(self):
        """The password of who has a second factor: it is asked for."""
        _, headers, _ = ask("POST", "/login", {"email": USER, "password": PASSWORD})
        return headers.get("location", "").startswith("/login/second") and self.remember(headers, "session", "half")

    def brand_end(self):
        """An end of the brand that was announced and called off: the clock that turns would bring one that is not."""
        page = "/admin/brand/end"
        _, _, text = self.submit(page, page, **{"end-day": time.strftime("%Y-%m-%d", time.gmtime(time.time() + 200 * 86400))})
        self.send(page, text, page, {})
        self.submit(page + "/off", page + "/off")

    def breach(self):
        """A drill of which one is aware, with the mail to the authority written and not sent."""
        _, headers, _ = self.submit("/admin/breaches", "/admin/breaches", drill="yes")
        page = headers.get("location", "").split("?")[0]
        if ID.search(page):
            self.submit(page, page + "/aware")
            self.submit(page + "/mail", page + "/mail/draft", reason="a scan of this day")

    def another_token(self):
        _, _, text = self.submit("/app/tokens", "/app/tokens")
        found = re.search(r"ent_[\w-]{40,}", text)
        return found.group(0) if found else self.token

    def helper(self):
        _, headers, _ = self.submit("/admin/support", "/admin/support", hours="72")
        if not (grant := ID.search(headers.get("location", ""))):
            return
        page = f"/admin/support/{grant.group(0)}"
        _, _, text = self.submit(page, page + "/code")
        if code := re.search(r'class="e-secret"[^>]*>([^<]+)<', text):
            _, headers, _ = ask("POST", "/support", {"support-code": html.unescape(code.group(1))}, {"Cookie": self.cookie})
            self.remember(headers, "support")

    def own_page(self):
        """A lead writes and opens their own page by the link they get. Where nobody gets one it is not tried again at once: others wait meanwhile."""
        if time.monotonic() < self.own_page_from:
            return
        # A scan may have paused the page that answers.
        if found := re.search(r"/app/pages/pag_[0-9a-f]{32}", ask("GET", "/app/pages", headers={"Cookie": self.cookie})[2]):
            self.submit(found.group(0), found.group(0) + "/resume")
        give_up = time.monotonic() + 40
        self.own_page_from = give_up + 60
        for page in simulated("/simulator/pages", "pages"):
            for person in people_of(page["page"])[:6]:
                at = f"/simulator/people/{person}"
                simulator(at + "/act", b'{"do":"write","text":"my data"}')
                end = min(give_up, time.monotonic() + 5)
                while time.monotonic() < end:
                    if link := re.findall(rf"{HOST}:{PORT}/my/([\w-]+)", simulator(at + "/transcript")):
                        _, headers, _ = ask("POST", f"/my/{link[-1]}", {})
                        if self.remember(headers, "my"):
                            self.own_page_from = 0.0
                            return
                    time.sleep(0.3)

    def stop(self):
        self.is_over.set()
        self.forwarder.stop()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        if self.server:
            self.server.stdin.close()
            self.server.wait(60)


def routes():
    """Method, path and caller of every route, from the table itself."""
    text = (ROOT / "crates/web/src/routes.rs").read_text()
    constants = dict(re.findall(r'const (\w+): &str = "(/[^"]*)"', text))
    found = re.findall(r'route\(\s*Method::(\w+),\s*(?:"(/[^"]*)"|([A-Z_]+)),\s*(\w+)', text)
    return [(method, path or constants[constant], caller) for method, path, constant, caller in found]


def links(demo, cookie):
    """Pages that one gets to by links from the start, with ids that are there."""
    # Pages that no link leads to are begun from, too.
    found, open_ = [], ["/", *(path for method, path, _ in routes() if method == "GET" and "{" not in path and not path.startswith(("/api/", "/webhooks", "/witness", "/.well-known")))]
    kinds_seen = {}
    while open_ and len(found) < 400:
        path = open_.pop(0)
        kind = ID.sub("{}", path)
        # Of a list's rows a few are enough.
        kinds_seen[kind] = kinds_seen.get(kind, 0) + 1
        if path in found or kinds_seen[kind] > 4 or re.search(r"/logout", path):
            continue
        status, headers, body = ask("GET", path, headers={"Cookie": cookie} if cookie else {})
        if status in (303, 307) and headers.get("location", "").startswith("/"):
            open_.append(headers["location"])
        if status not in (200, 404) or "html" not in headers.get("content-type", ""):
            continue
        if status == 200:
            found.append(path)
        for href in re.findall(r'(?:href|hx-get|action)="(/[^"#]*)"', body):
            href = html.unescape(href)
            if not href.startswith("/assets/") and href not in open_:
                open_.append(href)
    return found


def reached(noted):
    """What scanners asked of each route: {(method, path): {scan: Counter of answers}}, and how many requests were for none of them. An answer
    is a status, or `door` where it sent to one."""
    matchers = [(method, pattern(path), path) for method, path, _ in sorted(routes(), key=lambda one: one[1].count("{"))]
    asked, elsewhere, scan, known = {(method, path): {} for method, path, _ in routes()}, collections.Counter(), "", {}
    for line in noted:
        if line.startswith(MARK):
            scan = line.removeprefix(MARK)
            continue
        status, method, target, to = noted_request(line)
        at = (method, target.split("?")[0])
        if at not in known:
            known[at] = next((path for of, matcher, path in matchers if of == at[0] and matcher.fullmatch(at[1])), None)
        if known[at] is None:
            elsewhere[scan] += 1
            continue
        answer = "door" if DOORS.match(to) and not at[1].startswith(to.split("?")[0]) else status
        asked[(method, known[at])].setdefault(scan, collections.Counter())[answer] += 1
    return asked, elsewhere


def pattern(path):
    """What addresses of a route look like."""
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


def noted_request(line):
    """Status, method, address of a line of the forwarder's, and where it was sent on to."""
    request, _, to = line.partition(" > ")
    status, method, target = (request.split(" ", 2) + ["", ""])[:3]
    return status, method, target, to


def kinds(paths):
    """One address of each kind: the ids in it made alike."""
    seen = {}
    for path in paths:
        kind = ID.sub("{id}", path.split("?")[0]) + "?" + "&".join(sorted(set(re.findall(r"[?&](\w+)=", path))))
        seen.setdefault(kind, path)
    return list(seen.values())


def example(schema, description, known, name=""):
    """A value that a schema of the API's description takes; `known` has what is there, by name and by an id's first letters."""
    while "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for many in ("oneOf", "anyOf", "allOf"):
        if many in schema:
            return example(next(one for one in schema[many] if one.get("type") != "null"), description, known, name)
    kind = schema.get("type")
    kind = next(one for one in kind if one != "null") if isinstance(kind, list) else kind
    if "const" in schema or "enum" in schema or "example" in schema:
        return schema.get("const", schema.get("example", (schema.get("enum") or [None])[0]))
    if kind == "object" or "properties" in schema:
        return {name: example(one, description, known, name) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema.get("items", {}), description, known, name)]
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1))
    if kind == "boolean":
        return True
    return "2027-01-01T00:00:00Z" if schema.get("format") == "date-time" else known.get(NAMED.get(name, name), known.get(NAMED.get(name + "s", ""), known.get(name, "1")))


def targets(demo, cookie):
    """Every route of the table: (method, address, body, kind of body, how) and those for which there is nothing to ask, with the reason. `*`
    stands behind what is put into the path; how is "", "door" for a route that is for others, "headers" for what is tried in those, or "alone" for what ends a session and gets one of its
    own."""
    pages = links(demo, cookie)
    headers = {"Cookie": cookie} if cookie else {}
    texts = {path: ask("GET", path, headers=headers)[2] for path in pages}
    # Of somebody signed out too: strangers may have an id from elsewhere.
    ids = {match.split("_")[0]: match for path in links(demo, demo.cookie) for match in ID.findall(path)}
    status, _, text = ask("GET", "/api/v1/openapi.json")
    description = json.loads(text)
    for kind in ("templates", "tags"):
        _, _, text = ask("GET", f"/api/v1/{kind}?limit=1", headers={"Authorization": f"Bearer {demo.token}"})
        ids.update((match.split("_")[0], match) for match in ID.findall(text))
    known = {"language": "en", "level": "confirmed", "url": "https://localhost/scan", "image": "https://localhost/scan.png", "why": "a scan of this day", "form": "csv", **{name: value for path in pages for name, value in re.findall(r"[?&](\w+)=([\w.-]+)", path)}, **ids}
    nothing = "0123456789abcdef" * 2
    strange = "A" * 43

    # What pages and mails lead to, for the parts of an address that are no ids.
    led_to = sorted(set(re.findall(r'(?:href|src|action)="(/[^"?#]+)', "".join(texts.values()))) | set(re.findall(rf"{HOST}:{PORT}(/[^\s\"<?#]+)", ask("GET", "/mailbox")[2])) - {path for _, path, _ in routes()})

    def filled(method, path):
        parts = path.split("/")
        if re.search(r"\{(?!id\}|language\})", path) and (found := next((one for one in led_to if pattern(path).fullmatch(one)), None)):
            return "/".join(value + "*" * part.startswith("{") for part, value in zip(parts, found.split("/")))
        for at, part in enumerate(parts):
            if not part.startswith("{"):
                continue
            before = parts[at - 1]
            kind = NAMED.get(before)
            if part == "{id}" and kind:
                # What is erased or ends a session is something that is not there.
                gone = method == "DELETE" or path.endswith(("/erase", "/sessions/end")) or before == "sessions"
                value = f"{kind}_{nothing}" if gone else ids.get(kind, f"{kind}_{nothing}")
            else:
                value = {"{kind}": "terms", "{language}": "en", "{part}": "name", "{file}": "app.css", "{code}": strange, "{log}": nothing * 2}.get(part, "1")
                value = (demo.way_out if before == "u" else strange) if part == "{token}" else value
            parts[at] = value + "*"
        return "/".join(parts)

    def shape(method, path):
        return method, re.sub(r"[^/]*\*|" + ID.pattern, "{}", path.split("?")[0])

    asked, seen = [], set()
    callers = {shape(method, filled(method, path)): caller for method, path, caller in routes()}

    def add(method, target, body="", kind="application/x-www-form-urlencoded"):
        how = "alone" if ENDS.search(target.split("?")[0]) and cookie and method != "GET" else ""
        how = "door" if not cookie and callers.get(shape(method, target)) not in (None, "Anyone", "Visitor", "Holder", "Meta", "Billing") else how
        asked.append((method, target, body, kind if body else "", how))
        seen.add(shape(method, target))

    # What a browser says of itself and its session, on a page of each.
    for path in ("/", "/app?done=changed"):
        asked.append(("GET", path, "", "", "headers"))
        seen.add(shape("GET", path))
    for path in kinds([path for path in pages if "?" in path and not ("lang=" in path and path.startswith(("/a", "/documents", "/support")))]):
        add("GET", path)
    forms = {}
    for path, text in texts.items():
        for is_post, action, fields in Forms(text).all:
            action = (action or path.split("?")[0]).split("#")[0]
            names = tuple(sorted({name for name, _ in fields}))
            if fields and action.startswith("/"):
                forms.setdefault((is_post, ID.sub("{}", action.split("?")[0]), names), (action, fields))
    for (is_post, _, names), (action, fields) in forms.items():
        fields = [(name, demo.csrf(action) if name == "csrf" else "not the password" if name == "password" and "/login" not in action else value) for name, value in fields]
        if not is_post:
            add("GET", action.split("?")[0] + "?" + urllib.parse.urlencode(fields))
        elif set(names) - {"csrf"}:
            path = action.split("?")[0]
            # What is in the path is tried with the route itself, below.
            add("POST", ID.sub(lambda found: found.group(0) + "*", path) if not ENDS.search(path) else action, urllib.parse.urlencode(fields))
    for path in ("/login/second", "/login/second?with=recovery") if cookie else ():
        _, _, text = ask("GET", path, headers={"Cookie": f"__Host-session={demo.secrets['half']}"})
        for _, _, fields in [form for form in Forms(text).all if form[0]]:
            add("POST", path, urllib.parse.urlencode(fields))
        add("GET", path + ("&" if "?" in path else "?") + "next=%2Fapp&keep=1")
    left = []
    operations = {(method.upper(), path): one for path, all_ in description["paths"].items() for method, one in all_.items() if isinstance(one, dict)}
    for method, path, _ in sorted(routes(), key=lambda one: (bool(TAKES_AWAY.search(one[1])), one[0] == "DELETE")):
        target = filled(method, path)
        if shape(method, target) in seen:
            continue
        operation = operations.get((method, path))
        known["state"] = "subscribed" if "leads" in path else "sent"
        if path.startswith("/api/") and operation:
            parameters = [one for one in operation.get("parameters", []) if one.get("in") == "query"]
            values = {one["name"]: example(one.get("schema", {}), description, known, one["name"]) for one in parameters}
            if "after" in values:
                # A list's own cursor, where it has one.
                _, _, text = ask("GET", target.replace("*", "") + "?limit=1", headers={"Authorization": f"Bearer {demo.token}"})
                values["after"] = (re.findall(r'"next":"([^"]+)"', text) or [f"{'exp' if 'exports' in path else NAMED.get(path.split('/')[3], 'brd')}_{nothing}"])[0]
            query = urllib.parse.urlencode(values)
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            body = example(schema, description, known) if schema else None
            if path == "/api/v1/broadcasts":
                # Promotions have none.
                body.pop("template", None) if body else None
            add(method, target + ("?" + query if query else ""), json.dumps(body) if schema else "", "application/json")
        elif path == "/webhooks/messenger" and method == "POST":
            for delivery in demo.of_meta():
                add(method, target, json.dumps(delivery), "application/json")
        elif path == "/webhooks/messenger":
            add(method, target + "?" + urllib.parse.urlencode({"hub.mode": "subscribe", "hub.verify_token": demo.verify_token, "hub.challenge": "1"}))
        elif path.startswith("/billing"):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_of_demo() - 60))
            add(method, target, json.dumps({"id": "evt_scan", "occurred_at": at, "account": ids.get("acc", "1"), "plan": ids.get("pla", "1"), "state": "active"}), "application/json")
        elif path.startswith("/facebook/"):
            payload = json.dumps({"user_id": "1*", "algorithm": "HMAC-SHA256", "issued_at": now_of_demo()})
            add(method, target, "signed_request=" + urllib.parse.quote(payload, safe="*"))
        elif path.startswith("/witness/add"):
            add(method, target, "old 0\n\n1\n1\n1\n", "text/plain")
        elif method == "POST":
            names = next(names for begin, names in FIELDS.items() if path.startswith(begin))
            add(method, target, urllib.parse.urlencode([("csrf", demo.csrf(path)), *((name, "1") for name in names)]))
        elif "*" in target:
            add(method, target)
        elif not any(one[0] == method and one[1].split("?")[0] == target for one in asked):
            # Its address has no part, no page asks it with a query: what it takes nevertheless is tried.
            add(method, target + "?" + urllib.parse.urlencode({name: "1" for name in ("before",)}))
    lacking = set(callers) - seen
    left += [f"{method} {path}" for method, path in sorted(lacking)]
    return asked, left
