"""The calls below `message/mass/` of the practice WeChat, with their real paths and fields."""

from __future__ import annotations

import re
from collections.abc import Callable

from channels.sandbox.call import Call, Reply
from channels.sandbox.wechat_answers import done, reply
from channels.sandbox.wechat_gate import Refuse
from channels.sandbox.wechat_mass import SPEEDS, Mass, check_recipients
from channels.sandbox.wechat_press import Fields

Handler = Callable[[Call, Fields], Reply]
OPENID = re.compile(r"[A-Za-z0-9_-]{20,40}")
SUBMITTED = "send job submission success"
MN = re.compile(r"[?&]mid=(\d+)&idx=(\d+)")


def mass_calls(mass: Mass) -> dict[str, Handler]:
    """Path → what it does, for one account."""
    return {
        "message/mass/sendall": lambda _, body: _send(mass, body),
        "message/mass/send": lambda _, body: _send(mass, body),
        "message/mass/preview": lambda _, body: _preview(mass, body),
        "message/mass/get": lambda _, body: _get(mass, body),
        "message/mass/delete": lambda _, body: _delete(mass, body),
        "message/mass/speed/get": lambda _, body: _speed(mass),
        "message/mass/speed/set": lambda _, body: _set_speed(mass, body),
    }


def _send(mass: Mass, body: Fields) -> Reply:
    to_all, to = check_recipients(body)
    job = mass.send(body, to_all=to_all, to=to)
    answer: Fields = {"errcode": 0, "errmsg": SUBMITTED, "msg_id": job.msg_id}
    if job.articles:
        answer["msg_data_id"] = job.msg_data_id
    return reply(answer, creates=True)


def _preview(mass: Mass, body: Fields) -> Reply:
    if "towxname" in body:
        if not re.fullmatch(r"[A-Za-z][\w-]{5,19}", str(body["towxname"])):
            raise Refuse(40132, "invalid username")
    elif not OPENID.fullmatch(str(body.get("touser") or "")):
        raise Refuse(40003, "invalid openid")
    mass.check_content(body)
    return reply({"errcode": 0, "errmsg": "preview success", "msg_id": mass.preview_id()})


def _get(mass: Mass, body: Fields) -> Reply:
    job = mass.job(body.get("msg_id"))
    return reply({"msg_id": job.msg_id, "msg_status": job.status})


def _delete(mass: Mass, body: Fields) -> Reply:
    index = body.get("article_idx") or 0
    if not isinstance(index, int):
        raise Refuse(40060, "invalid article_idx")
    if body.get("url"):
        place = MN.search(str(body["url"]))
        push = next((p for p in mass.press.pushes if place and p.mass and str(p.mid) == place[1]), None)
        if push is None or place is None:
            raise Refuse(40059, "invalid msg id")
        mass.delete(mass.job(push.mass), int(place[2]))
    else:
        mass.delete(mass.job(body.get("msg_id")), index)
    return done()


def _speed(mass: Mass) -> Reply:
    return reply({"speed": mass.speed, "realspeed": SPEEDS[mass.speed]})


def _set_speed(mass: Mass, body: Fields) -> Reply:
    speed = body.get("speed")
    if not isinstance(speed, int) or speed not in SPEEDS:
        raise Refuse(45083, "speed must be between 0 and 4")
    mass.speed = speed
    return done(creates=False)
