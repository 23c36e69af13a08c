"""Every page there is, as people see it: each GET route with real ids, in both languages, and what is foreign in it."""

from __future__ import annotations

import re
from collections.abc import Collection
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
from fastapi.routing import APIRoute

from tests.attacks.instance import PEOPLE, Instance

RUNS = ("javascript:", "vbscript:", "data:")
GOES = frozenset({"href", "src", "action", "formaction", "srcdoc", "data", "xlink:href"})
ASIDE = ("/oidc/", "/static/", "/language/", "/login", "/first-run")
"""Routes without a person, attacked by name elsewhere."""
WATCHERS = ("ma", "shen2", "qin2", "wang", "bao", "an2")
assert set(WATCHERS) == set(PEOPLE)


class Foreign(HTMLParser):
    """Collects the elements and attributes of a page that none of our templates writes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag of ours has no handler, no address that runs, and no script of its own."""
        values = {name: value or "" for name, value in attrs}
        if tag.startswith("xss-"):
            self.found.add(tag.rstrip("'\""))
        self.found |= {f"{tag} {name}" for name in values if name.startswith("on")}
        self.found |= {
            f"{tag} {name}={value[:40]}"
            for name, value in values.items()
            if name in GOES and "".join(value.split()).lower().startswith(RUNS)
        }
        if any("7*7" not in value and "onx=1>49" in value for value in values.values()):
            self.found.add("49")
        if tag == "script" and not values.get("src", "").startswith("/static/"):
            self.found.add("script")

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        """Words that were reckoned with were taken for a template."""
        if "onx=1>49" in data:
            self.found.add("49")


def foreign(page: str) -> set[str]:
    """What is foreign in a page."""
    looked = Foreign()
    looked.feed(page)
    looked.close()
    return looked.found


def payload(field: str) -> str:
    """Words that become an element of this field's name wherever they are not escaped, in text or attribute."""
    return f"水'\"><xss-{field} onx=1>{{{{7*7}}}}"


def routes(instance: Instance) -> list[str]:
    """The paths of all GET routes of the console, with their parameters."""
    found = {r.path for r in instance.app.routes if isinstance(r, APIRoute) and "GET" in r.methods}
    return sorted(path for path in found if not path.startswith(ASIDE))


def paths(instance: Instance) -> dict[str, list[str]]:
    """Route → addresses with what is there. A parameter that nobody knows is the key of an empty list."""
    made: dict[str, list[str]] = {}
    for route in routes(instance):
        ways = [route]
        for name in re.findall(r"{(\w+)(?::\w+)?}", route):
            first = route.strip("/").partition("/")[0]
            values = _values(instance, route, first, name)
            ways = [re.sub(rf"{{{name}(:\w+)?}}", value, way) for way in ways for value in values]
        made[route] = ways
    return made


def _values(instance: Instance, route: str, first: str, name: str) -> list[str]:
    known = instance.ids
    for key in (f"{route} {name}", f"{first} {name}", name):
        if key in known:
            return known[key].split()
    return []


def seen_by(instance: Instance, path: str) -> tuple[str, httpx.Response | None]:
    """The first person who may see an address, and what they see."""
    plain = path.partition("?")[0]
    first = instance.seers.get(plain, "")
    for who in (first,) if first else WATCHERS:
        answer = instance.seat(who).get(path)
        if answer.status_code == 200:
            instance.seers[plain] = who
            return who, answer
    return "", None


def walk(instance: Instance, query: str = "", *, only: Collection[str] = ()) -> dict[str, set[str]]:
    """Address → what is foreign there, in both languages, to the first who may see it. Walked once an instance.

    `only` these routes, where not all were walked already. With a `query`, one address of each route.
    """
    if f"walk {query}" in instance.known:
        whole: dict[str, set[str]] = instance.known[f"walk {query}"]
        return whole
    found = {
        path: _look(instance, path, query)
        for route, ways in paths(instance).items()
        if not only or route in only
        for path in ways[: 1 if query else 4]
    }
    if not only:
        instance.known[f"walk {query}"] = found
    return found


def _look(instance: Instance, path: str, query: str) -> set[str]:
    who, answer = seen_by(instance, path + query)
    if answer is None or not answer.headers["content-type"].startswith("text/html"):
        return set()
    client = instance.seat(who).client
    client.cookies.set("gongkai-lang", "en")
    english = client.get(path + query)
    client.cookies.delete("gongkai-lang")
    return foreign(answer.text) | foreign(english.text)


def reflected(*names: str) -> str:
    """A query in which each name has a payload of its own."""
    return "?" + urlencode({name: payload(f"query-{name}") for name in names})
