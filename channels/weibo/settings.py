"""What one Weibo account needs to be told. Nothing here is read from the environment."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

HOST = re.compile(r"[0-9a-z](?:[0-9a-z.-]*[0-9a-z])?")
RESERVED = (".test", ".localhost")
"""Names that no public server can have (RFC 6761); practice and tests may be spoken to without TLS."""


class WeiboSettings(BaseModel):
    """One account on Weibo.

    `access_token` comes from a person's consent in the browser; a token that the account store holds under
    `token` is used before it. `redirect_uri` is the callback address registered in the app's console, letter
    for letter; the platform's own page serves where the answer is pasted by hand. `uid` is the account's
    number, `rip` our server's public IPv4 address, which the platform demands with each post, `safe_domain`
    the one host name bound in the app's console (安全域名). Addresses other than the platform's own are for
    practice and need TLS unless they are local.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_key: str = Field(
        min_length=1, title="应用编号", description="开放平台，我的应用，应用信息里的 App Key"
    )
    app_secret: SecretStr = Field(title="应用密钥", description="同一页的 App Secret")
    access_token: SecretStr | None = Field(
        default=None, title="授权令牌", description="一般不填：在渠道页授权后系统自己保存"
    )
    redirect_uri: str = Field(
        default="https://api.weibo.com/oauth2/default.html",
        title="授权回调地址",
        description="与开放平台登记的一字不差",
    )
    uid: str = Field(pattern=r"^[1-9][0-9]{0,18}$", title="账号数字编号", description="发布账号的 UID")
    rip: IPv4Address = Field(title="本机公网地址", description="平台要求每条都写明，IPv4")
    safe_domain: str = Field(title="安全域名", description="开放平台绑定的一个主机名，不带协议和路径")
    base_url: str = Field(default="https://api.weibo.com", title="接口地址", description="不改")
    reader_url: str = Field(default="https://weibo.com", title="读者地址", description="不改")

    @field_validator("safe_domain")
    @classmethod
    def _one_host(cls, value: str) -> str:
        host = value.strip().lower()
        if not HOST.fullmatch(host):
            raise ValueError("安全域名只写主机名，例如 slj.example.gov.cn，不带协议、端口和路径")
        return host

    @field_validator("redirect_uri")
    @classmethod
    def _callback(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
            raise ValueError("授权回调地址要与开放平台登记的一字不差，例如 https://主机名/路径")
        return value

    @field_validator("base_url", "reader_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("地址要写成 https://主机名")
        if parts.username or parts.password:
            raise ValueError("地址里不写用户名和密码")
        if parts.scheme == "http" and not _local(parts.hostname):
            raise ValueError("地址要用 https；http 只能用于本机练习")
        return value.rstrip("/")


def _local(host: str) -> bool:
    if host == "localhost" or host.endswith(RESERVED):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
