"""A caller of the practice WeChat that knows nothing of our adapter, in process."""

from __future__ import annotations

import json
from typing import Any

import httpx

from channels.http import open_client
from channels.sandbox.stage import InProcess
from tests.contract.wechat_rig import HOST, SECRET, World, picture

BASE = f"http://{HOST}"


class Caller:
    """Calls one practice account, with a token of its own."""

    def __init__(self, world: World) -> None:
        self.http = open_client(transport=InProcess(world.stages))
        self.world = world
        self.token = self.get_token()["access_token"]

    def get_token(self, **more: str) -> dict[str, Any]:
        asked = {"grant_type": "client_credential", "appid": self.world.sim.appid, "secret": SECRET, **more}
        return self.http.get(f"{BASE}/cgi-bin/token", params=asked).json()  # type: ignore[no-any-return]

    def stable(self, *, force: bool = False) -> dict[str, Any]:
        asked = {"grant_type": "client_credential", "appid": self.world.sim.appid, "secret": SECRET}
        answer = self.http.post(f"{BASE}/cgi-bin/stable_token", json={**asked, "force_refresh": force})
        return answer.json()  # type: ignore[no-any-return]

    def raw(self, path: str, body: bytes) -> httpx.Response:
        return self.http.post(f"{BASE}/cgi-bin/{path}", params={"access_token": self.token}, content=body)

    def ask(self, path: str, body: object) -> dict[str, Any]:
        return self.raw(path, json.dumps(body, ensure_ascii=False).encode()).json()  # type: ignore[no-any-return]

    def upload(self, path: str, content: bytes, name: str = "a.png", **params: str) -> dict[str, Any]:
        query = {"access_token": self.token, **params}
        answer = self.http.post(f"{BASE}/cgi-bin/{path}", params=query, files={"media": (name, content)})
        return answer.json()  # type: ignore[no-any-return]

    def cover(self, size: tuple[int, int] = (900, 383)) -> str:
        content = picture("c", size=size)
        return str(self.upload("material/add_material", content, type="image")["media_id"])

    def article(self, **more: object) -> dict[str, object]:
        return {"title": "停水通告", "content": "<p>正文</p>", "thumb_media_id": self.cover(), **more}

    def draft(self, **more: object) -> str:
        return str(self.ask("draft/add", {"articles": [self.article(**more)]})["media_id"])

    def stored(self, media_id: str) -> dict[str, Any]:
        return self.ask("draft/get", {"media_id": media_id})["news_item"][0]  # type: ignore[no-any-return]

    def send_all(self, media_id: str, **more: object) -> dict[str, Any]:
        """`message/mass/sendall` of a draft to everybody."""
        body = {"filter": {"is_to_all": True}, "mpnews": {"media_id": media_id}, "msgtype": "mpnews", **more}
        return self.ask("message/mass/sendall", body)

    def mass_state(self, msg_id: int) -> str:
        """The state that `message/mass/get` gives."""
        return str(self.ask("message/mass/get", {"msg_id": msg_id})["msg_status"])

    def page(self, path: str = "/reader") -> str:
        """What a reader gets."""
        return self.http.get(path if path.startswith("http") else BASE + path).text
