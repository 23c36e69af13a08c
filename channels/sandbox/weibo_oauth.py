"""Consent on the practice Weibo: the page where a person says yes or no, codes, tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from html import escape
from urllib.parse import urlencode

from channels.sandbox.call import Reply
from channels.sandbox.weibo_request import Asked
from channels.sandbox.weibo_world import Refusal, Token, World

DENIED = {"error": "access_denied", "error_code": "21330", "error_uri": "/oauth2/authorize"}


def authorize(world: World, asked: Asked) -> Reply:
    """The form, then the redirect with a code that works once, or with the refusal."""
    if asked.get("client_id") != world.app.key:
        raise Refusal(21324)
    if asked.get("redirect_uri") != world.app.redirect_uri:
        raise Refusal(21322)
    if asked.get("response_type") not in ("", "code"):
        raise Refusal(21329)
    if asked.call.method == "GET":
        return Reply.html(_form(world, asked))
    answer = dict(DENIED, error_description="user denied your request.")
    if asked.get("answer") == "allow":
        if asked.get("uid") not in world.users:
            raise Refusal(21323)
        code = secrets.token_hex(16)
        world.grants[code] = asked.get("uid")
        answer = {"code": code}
    if asked.get("state"):
        answer["state"] = asked.get("state")
    mark = "&" if "?" in world.app.redirect_uri else "?"
    return Reply(302, headers=(("Location", world.app.redirect_uri + mark + urlencode(answer)),))


def _form(world: World, asked: Asked) -> str:
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked.get(name))}">'
        for name in ("client_id", "redirect_uri", "response_type", "state")
    )
    people = "".join(
        f'<p><label><input type="radio" name="uid" value="{escape(user.uid)}" required> {escape(user.name)}</label></p>'
        for user in world.users.values()
    )
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1"><meta name="robots" content="noindex, nofollow">'
        '<title>【练习】微博授权</title><link rel="stylesheet" href="/readers.css"></head><body>'
        '<header class="practice"><div><b>练习模式</b><h1>微博授权页。这里不会用到真实账号。</h1></div></header>'
        f'<main class="stage"><div class="frame"><div class="feed"><form class="post" method="post" '
        f'action="/oauth2/authorize"><h2>{escape(world.app.name)} 请求用你的账号发微博</h2>{kept}{people}'
        '<p><button name="answer" value="allow">授权</button> '
        '<button name="answer" value="deny" formnovalidate>拒绝</button></p>'
        '<p><span class="chip">练习</span></p></form></div></div></main></body></html>'
    )


def default_page(world: World, asked: Asked) -> Reply:
    """Where the browser ends when the app has no page of its own: the answer stands in the address."""
    told = "已拒绝" if asked.get("error") else "已授权"
    return Reply.html(
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1"><meta name="robots" content="noindex, nofollow">'
        '<title>【练习】微博授权结果</title><link rel="stylesheet" href="/readers.css"></head><body>'
        '<header class="practice"><div><b>练习模式</b><h1>微博授权页。这里不会用到真实账号。</h1></div></header>'
        f'<main class="stage"><div class="frame"><div class="feed"><div class="post"><h2>{told}</h2>'
        f"<p>{escape(world.app.name)}：请把浏览器地址栏里的整个网址复制下来，交给发布系统。</p>"
        '<p><span class="chip">练习</span></p></div></div></div></main></body></html>'
    )


def access_token(world: World, asked: Asked) -> Reply:
    """A code for a token, once. Fields come in the form or in the query."""
    if asked.get("client_id") != world.app.key or asked.get("client_secret") != world.app.secret:
        raise Refusal(21324)
    if asked.get("grant_type") != "authorization_code":
        raise Refusal(21328)
    if asked.get("redirect_uri") != world.app.redirect_uri:
        raise Refusal(21322)
    uid = world.grants.pop(asked.get("code"), "")
    if not uid:
        raise Refusal(21325)
    token = world.grant(uid)
    return Reply.json(
        {
            "access_token": token.value,
            "remind_in": str(token.lifetime_s),
            "expires_in": token.lifetime_s,
            "uid": uid,
            "isRealName": "true",
        }
    )


def get_token_info(world: World, asked: Asked) -> Reply:
    """How long it lives. An expired one still answers, with a negative time; the field names are the platform's."""
    token = _held(world, asked.get("access_token") or asked.token)
    created, left = int(_epoch(token)), token.left_s(world.now())
    facts = {
        "uid": int(token.uid),
        "appkey": world.app.key,
        "scope": None,
        "create_at": created,
        "expire_in": left,
    }
    return Reply.json(facts)


def revoke(world: World, asked: Asked) -> Reply:
    """Ends a token; "true" is a string."""
    _held(world, asked.token).revoked = True
    return Reply.json({"result": "true"})


def _held(world: World, value: str) -> Token:
    token = world.tokens.get(value)
    if token is None or token.revoked:
        raise Refusal(21332 if token is None else 21316)
    return token


def _epoch(token: Token) -> float:
    created: datetime = token.created_at
    return created.timestamp()


ROUTES: dict[str, tuple[tuple[str, ...], Callable[[World, Asked], Reply]]] = {
    "/oauth2/authorize": (("GET", "POST"), authorize),
    "/oauth2/default.html": (("GET",), default_page),
    "/oauth2/access_token": (("POST",), access_token),
    "/oauth2/get_token_info": (("POST",), get_token_info),
    "/oauth2/revokeoauth2": (("GET", "POST"), revoke),
}
