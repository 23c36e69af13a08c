"""Drives wechatpy 2.0.0a26 as its readers do. Arguments: base address, what to do, JSON of values. Prints JSON."""

import json
import sys
from pathlib import Path

from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry
from wechatpy import WeChatClient, WeChatClientException

BASE = sys.argv[1]


class Pointed(WeChatClient):
    """Pointed at the practice platform, as wechatpy's own documentation has it for other hosts."""

    API_BASE_URL = f"{BASE}/cgi-bin/"

    def fetch_access_token(self):
        asked = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(url=f"{BASE}/cgi-bin/token", params=asked)


def upload(client, path):
    with Path(path).open("rb") as stream:
        return client.material.add("image", stream)


def article(client, values):
    cover = upload(client, values["cover"])["media_id"]
    return {
        "title": values["title"],
        "content": values["content"],
        "thumb_media_id": cover,
        "author": "编辑部",
    }


def material(client, values):
    made = upload(client, values["cover"])
    count = client.material.get_count()["image_count"]
    listed = client.material.batchget("image")["item"][0]
    content = client.material.get(made["media_id"]).content
    client.material.delete(made["media_id"])
    left = client.material.get_count()["image_count"]
    return {"made": made, "count": count, "name": listed["name"], "bytes": len(content), "left": left}


def draft(client, values):
    media_id = client.draft.add([article(client, values)])["media_id"]
    kept = client.draft.get(media_id)["news_item"][0]
    client.draft.update(media_id, 0, {**kept, "title": values["title"] + "（改）"})
    listed = client.draft.batchget(no_content=1)["item"][0]["content"]["news_item"][0]["title"]
    count = client.draft.count()["total_count"]
    client.draft.delete(media_id)
    return {
        "kept": kept["title"],
        "listed": listed,
        "count": count,
        "left": client.draft.count()["total_count"],
    }


def publish(client, values):
    media_id = client.draft.add([article(client, values)])["media_id"]
    job = client.freepublish.submit(media_id)
    state = client.freepublish.get(str(job["publish_id"]))
    news = client.freepublish.getarticle(state["article_id"])["news_item"][0]
    total = client.freepublish.batchget(0, 20, 1)["total_count"]
    return {"job": job, "state": state, "title": news["title"], "url": news["url"], "total": total}


def remove(client, values):
    return client.freepublish.delete(values["article_id"], 1)


def mass(client, values):
    media_id = client.draft.add([article(client, values)])["media_id"]
    preview = client.message.send_mass_article(media_id, "somebody", preview=True)
    sent = client.message.send_mass_article(media_id, is_to_all=True, client_msg_id="k" * 32)
    state = client.message.get_mass(sent["msg_id"])
    again = None
    try:
        client.message.send_mass_article(media_id, is_to_all=True, client_msg_id="k" * 32)
    except WeChatClientException as why:
        again = why.errcode
    return {"preview": preview, "sent": sent, "state": state, "again": again}


def unsend(client, values):
    return client.message.delete_mass(values["msg_id"])


def submit_blindly(client, values):
    """What many programs do: requests' own retry, switched on for POST as well."""
    media_id = client.draft.add([article(client, values)])["media_id"]
    retry = Retry(total=2, allowed_methods=None, backoff_factor=0)
    client._http.mount("http://", HTTPAdapter(max_retries=retry))
    return client.freepublish.submit(media_id)


client = Pointed("wx0000000000000001", "practice-secret")
print(json.dumps(globals()[sys.argv[2]](client, json.loads(sys.argv[3])), ensure_ascii=False))
