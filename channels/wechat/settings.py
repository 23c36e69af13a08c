"""What one WeChat account needs to be told. Read by the product's settings, never from the environment here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class WeChatSettings(BaseModel):
    """One account. Unknown keys are refused.

    `author` stands where an article names none (at most 16 characters); `base_url` is the API's address
    without a path; `publish_mode` is how an article comes out: published by a call (no notification to
    followers), left as a draft for staff, or sent to all followers; `label` is the channel's label.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    appid: str = Field(min_length=1, pattern=r"^[0-9A-Za-z_-]+$")
    secret: SecretStr = Field(min_length=1)
    base_url: str = Field(default="https://api.weixin.qq.com", pattern=r"^https?://[^/?#\s]+$")
    author: str = Field(default="", max_length=16)
    publish_mode: Literal["publish", "draft", "mass"] = "publish"
    label: str = Field(default="微信公众号", min_length=1, max_length=40)
