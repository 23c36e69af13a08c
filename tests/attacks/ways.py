"""Attacks by addresses, names and files: ways out and in, headers, uploads, bombs, what logs and spreadsheets keep."""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import re
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx

from publisher.render import environment
from tests.attacks.instance import Browser, Instance
from tests.attacks.poison import save
from tests.seats import PASSWORD, sign_in

Evidence = str | None
AWAY = (
    *("https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "///evil.example"),
    *(
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "https:evil.example",
        "%2f%2fevil.example",
    ),
    *("/../..//evil.example", "http:///evil.example", "/%09/evil.example", "@evil.example", ".evil.example"),
)
UP = ("..", "%2e%2e", "..%2f", "%2e%2e%2f", "..%5c", "....//", "%252e%252e%252f", "..%c0%af", "%2e%2e/")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
POLYGLOT = b"GIF89a/*\x01\x00\x01\x00\x00\x00\x00*/=1;<script>pwned()</script><html>\x3b"
TYPED = "typed-into-the-name-1998"
CODE = "authorisation-code-41c0ffee"


# ---------------------------------------------------------------- ways out


def leads_elsewhere(instance: Instance) -> Evidence:
    """An address of ours that leads to another site."""
    client = instance.browser()
    for away in AWAY:
        answer = client.get("/language/en", params={"back": away})
        target = httpx.URL(instance.base).join(answer.headers.get("location", "/"))
        if target.host != "127.0.0.1" or target.scheme != "http":
            return f"{away!r} leads to {target}"
    return None


def asks_what_the_attacker_names(instance: Instance) -> Evidence:
    """Whoever confirms a posting names an address: does our server ask there, inside the network?"""
    at, key = instance.seat("ma"), instance.ids["unknown"]
    with _listening() as (base, asked):
        for url in (
            f"{base}/latest/meta-data",
            f"{base}@mp.weixin.qq.com/s/x",
            f"{base}\\@mp.weixin.qq.com/",
        ):
            at.post(f"/postings/{key}/confirm", {"url": url, "shown": _shown(at, f"/postings/{key}")})
        return f"asked for {asked}" if asked else None


def pictures_of_a_text(instance: Instance) -> Evidence:
    """A text that names pictures and pages elsewhere: does our server fetch them when it is kept, shown or imported?"""
    at = instance.seat("ma")
    with _listening() as (base, asked):
        words = f'<p>停水<img src="{base}/a.png"><a href="{base}/b">二</a></p>'
        at.post(
            "/items/import", {"once": "b" * 32}, [("file", ("a.md", f"# 停水\n\n![]({base}/c)".encode(), ""))]
        )
        at.post("/items/import", {"once": "c" * 32}, [("file", ("a.html", words.encode(), "text/html"))])
        at.post(f"/items/{instance.ids['draft']}/preview", {"body": words})
        return f"asked for {asked}" if asked else None


@contextlib.contextmanager
def _listening() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def _shown(at: Browser, path: str) -> str:
    found = re.search(r'name="shown" value="([^"]*)"', at.get(path).text)
    return found[1] if found else ""


# ---------------------------------------------------------------- ways in


def climbs_out(instance: Instance) -> Evidence:
    """A path that leaves its folder, to the settings, the database or the code."""
    at = instance.seat("ma")
    draft = instance.ids["draft"]
    goals = (("/static/", 1, "base.html"), ("/static/", 12, "etc/passwd"))
    goals += (("/settings/channels/", 2, "gongkai.toml"), (f"/items/{draft}/files/", 4, "gongkai.toml"))
    for root, depth, name in goals:
        for up in UP:
            slash = "" if up.endswith(("/", "f", "c")) else "/"
            answer = _raw(at, root + (up + slash) * depth + name)
            if "{% " in answer or "[bureau]" in answer or "root:x" in answer:
                return f"{root}{up}… gave {name}"
    return None


def _raw(at: Browser, path: str) -> str:
    """What is answered to a path that no client tidies up."""
    request = at.client.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())
    return at.client.send(request).text


# ---------------------------------------------------------------- headers


def splits_headers(instance: Instance) -> Evidence:
    """Line ends and quotes in what becomes a header: the way back, the language, a file's name."""
    client, at = instance.browser(), instance.seat("ma")
    for words in ("/%0d%0aX-Evil:%201", "/%0aSet-Cookie:%20gongkai=1", "/%E5%98%8D%E5%98%8AX-Evil:1"):
        answer = client.get(f"/language/en?back={words}")
        if "x-evil" in answer.headers or "gongkai=1" in answer.headers.get("set-cookie", ""):
            return f"{words} became a header"
    for name in (
        'a"; filename="b.html',
        "a.html\u202e.pdf",
        "a\r\nX-Evil: 1.pdf",
        "x.pdf;filename*=UTF-8''b.html",
    ):
        item = _drafted(at, [("attachment", (name, b"%PDF-1.4\n" + name.encode(), "text/html"))])
        for path in _files(at, item):
            kept = at.get(path).headers.get("content-disposition", "")
            if re.search(r"\.html(?!%)", kept) or "x-evil" in kept.lower():
                return f"{name!r} became {kept}"
    return None


def _drafted(at: Browser, files: list[tuple[str, tuple[str, bytes, str]]]) -> str:
    """A draft with files, or without them where they are refused."""
    once = f"{time.monotonic_ns():032x}"[-32:]
    item = at.done("/items/new", {"once": once, "title": "停水", "kind": "notice"}).split("/")[2]
    with contextlib.suppress(AssertionError):
        save(at, item, files)
    return item


def _files(at: Browser, item: str) -> list[str]:
    page = at.get(f"/items/{item}/edit").text
    return [f"/items/{item}/files/{one}" for one in sorted(set(re.findall(r"[0-9a-f]{64}", page)))]


# ---------------------------------------------------------------- files


def file_served_as_a_page(instance: Instance) -> Evidence:
    """HTML, SVG and files that are two things at once, uploaded under harmless names: does one come back as a page?"""
    at = instance.seat("ma")
    page = b"<html><script>pwned()</script></html>"
    files = [
        ("image", ("a.gif", POLYGLOT, "text/html")),
        ("image", ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'/>", "image/svg+xml")),
        ("attachment", ("a.html", page, "text/html")),
        ("attachment", ("a.txt", page, "text/html")),
        ("attachment", ("a.pdf", b"%PDF-1.4\n" + page, "text/html")),
    ]
    for file in files:
        for path in _files(at, _drafted(at, [file])):
            evidence = _shown_as_page(at.get(path), file[1][0])
            if evidence:
                return evidence
    return None


def _shown_as_page(answer: httpx.Response, name: str) -> Evidence:
    """Only a picture may be shown, and then neither guessed at nor with any script."""
    headers = answer.headers
    if answer.status_code != 200:
        return None
    kept = headers.get("content-disposition", "").startswith("attachment")
    shut = "sandbox" in headers.get("content-security-policy", "")
    plain = headers.get("x-content-type-options") == "nosniff"
    kind = headers.get("content-type", "").partition(";")[0]
    picture = kind in ("image/png", "image/jpeg", "image/gif")
    return None if plain and shut and (kept or picture) else f"{name} came back as {kind or 'whatever it is'}"


def bombs(instance: Instance) -> Evidence:
    """Small files that unpack to huge ones: entities within entities, zeros without end."""
    at = instance.seat("ma")
    for name, data in (("entities", _entities()), ("zeros", _zeros())):
        began = time.monotonic()
        once = f"{time.monotonic_ns():032x}"[-32:]
        answer = at.post("/items/import", {"once": once}, [("file", ("甲.docx", data, DOCX))])
        if not 400 <= answer.status_code < 500 or time.monotonic() - began > 8:
            return f"{name}: answered {answer.status_code}"
    return None


def _word(document: bytes) -> bytes:
    out = io.BytesIO()
    kinds = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>'
    )
    ties = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/officeDocument'
        '/2006/relationships/officeDocument"/></Relationships>'
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", kinds)
        archive.writestr("_rels/.rels", ties)
        archive.writestr("word/document.xml", document)
    return out.getvalue()


def _body(words: str, head: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document xmlns:w="{space}"><w:body><w:p><w:r>'
        f"<w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
    ).encode()


def _entities() -> bytes:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return _word(_body("&a9;", f'<!DOCTYPE x [<!ENTITY a0 "水">{levels}]>'))


def _zeros() -> bytes:
    return _word(_body("停水" + " " * 8_000_000))


# ---------------------------------------------------------------- what is kept


def password_in_the_log(instance: Instance) -> Evidence:
    """Somebody types the password into the field of the name, as people do, then signs in: who can read it later?"""
    client = instance.browser()
    sign_in(client, TYPED, "x")
    sign_in(client, instance.hire("zhu"), PASSWORD)
    rows = instance.world.rows("SELECT canonical FROM log_entries ORDER BY seq DESC LIMIT 20")
    kept = " ".join(
        bytes(r["canonical"]).decode() if isinstance(r["canonical"], bytes) else r["canonical"] for r in rows
    )
    if TYPED in kept or PASSWORD in kept or str(client.cookies["gongkai"]) in kept:
        return "stands in the audit log"
    return None


def codes_in_the_running_log(instance: Instance) -> Evidence:
    """Addresses that carry codes and signatures: do they stand in what the service writes about requests?"""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handlers = [logging.getLogger(name) for name in ("", "uvicorn.access", "uvicorn.error", "httpx")]
    for one in handlers:
        one.addHandler(handler)
    try:
        with contextlib.redirect_stdout(lines), contextlib.redirect_stderr(lines):
            instance.browser().get("/oidc/callback", params={"state": "x", "code": CODE})
            instance.browser(Authorization=f"Bearer {CODE}").get("/api/v1/items")
            sign_in(instance.browser(), "nobodyhere", CODE)
    finally:
        for one in handlers:
            one.removeHandler(handler)
    ours = [line for line in lines.getvalue().splitlines() if not line.startswith("HTTP Request:")]
    return f"{ours[0]}" if any(CODE in line for line in ours) else None


def faults_told(instance: Instance) -> Evidence:
    """Odd addresses and fields: is there a fault, and does a page tell of the inside?"""
    at = instance.seat("ma")
    odd = ("%00", "9" * 400, "%F0%9F%98%80", "-1", "../", "a" * 3000, "%FF", "1e9", "%ED%A0%80")
    for route in (
        "/items/{}",
        "/postings?page={}",
        "/items?q={}&page={}",
        "/strangers?page={}",
        "/people/{}",
    ):
        for one in odd:
            answer = at.get(route.replace("{}", one))
            if answer.status_code >= 500 or "Traceback" in answer.text:
                return f"{route} {one[:9]}: {answer.status_code}"
    for one in ("\x00", "9" * 400, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "a" * 30_000):
        for path in ("/own/tokens", "/stop", f"/items/{instance.ids['draft']}/withdraw", "/strangers"):
            fields = dict.fromkeys(("name", "reason", "what", "days", "remote_id", "channel", "version"), one)
            answer = at.post(path, fields)
            if answer.status_code >= 500 or "Traceback" in answer.text:
                return f"{path} {one[:9]!r}: {answer.status_code}"
    return None


# ---------------------------------------------------------------- files that others open


def formula_in_the_ledger(instance: Instance) -> Evidence:
    """A title that a spreadsheet reckons with, in the ledger as a file."""
    from publisher.cli import report
    from publisher.workflow.report import ledger

    world = instance.world
    with world.office.store.read() as reading:
        lines = list(ledger(reading, world.clock.now.replace(year=2000), world.clock.now.replace(year=2100)))
    assert any(line.title.startswith("=HYPERLINK") for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        report._write(path, lines)
        cells = [cell for row in csv.reader(path.read_text("utf-8-sig").splitlines()) for cell in row]
    formulas = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    return f"{formulas[0]}" if formulas else None


def template_reaches_the_inside(_instance: Instance) -> Evidence:
    """A template of the bureau's own that climbs from a text to everything that Python has loaded."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "x.txt").write_text("{{ ''.__class__.__mro__[1].__subclasses__() | length }}", "utf-8")
        try:
            made = environment.environment(environment.Folders([Path(folder)])).get_template("x.txt").render()
        except Exception:  # noqa: BLE001 whatever it is called, it did not get there
            return None
    return f"found {made} classes" if made.isdigit() and int(made) > 0 else None
