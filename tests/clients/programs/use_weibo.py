"""Drives weibo 0.2.2. Arguments: base address, what to do, JSON of values. Prints JSON."""

import json
import sys
from pathlib import Path

from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry
from weibo import Client

BASE, values = sys.argv[1], json.loads(sys.argv[3])
client = Client("100000001", "hush", "http://127.0.0.1/callback")
client.site = f"{BASE}/"
client.authorization_url = f"{BASE}/oauth2/authorize"
client.token_url = f"{BASE}/oauth2/access_token"
client.api_url = f"{BASE}/2/"


def said(act):
    try:
        return act()
    except RuntimeError as why:
        return str(why)


def consent():
    return {"url": client.authorize_url}


def whole_day():
    client.set_code(values["code"])
    again = said(lambda: client.set_code(values["code"]))
    rip = "203.0.113.9"
    plain = client.post("statuses/share", status=values["status"], rip=rip)
    with Path(values["picture"]).open("rb") as pic:
        pictured = client.post("statuses/share", status=values["pictured"], rip=rip, pic=pic)
    repeated = said(lambda: client.post("statuses/share", status=values["status"], rip=rip))
    listed = client.get("statuses/user_timeline", count=5)["statuses"]
    removed = client.post("statuses/destroy", id=plain["idstr"])
    return {
        "alive": client.alive,
        "again": again,
        "plain": plain,
        "pictured": pictured,
        "repeated": repeated,
        "listed": [post["idstr"] for post in listed],
        "removed": removed["idstr"],
        "closed": said(lambda: client.post("statuses/update", status="a")),
    }


def share_blindly():
    client.set_code(values["code"])
    retry = Retry(total=2, allowed_methods=None, backoff_factor=0)
    client.session.mount("http://", HTTPAdapter(max_retries=retry))
    return {"said": said(lambda: client.post("statuses/share", status=values["status"], rip="203.0.113.9"))}


print(json.dumps(globals()[sys.argv[2]](), ensure_ascii=False))
