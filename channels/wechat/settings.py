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

    appid: str = Field(
        min_length=1,
        pattern=r"^[0-9A-Za-z_-]+$",
        title="开发者编号",
        description="公众平台，设置与开发，基本配置里的 AppID",
    )
    secret: SecretStr = Field(min_length=1, title="开发者密码", description="同一页的 AppSecret")
    base_url: str = Field(
        default="https://api.weixin.qq.com",
        pattern=r"^https?://[^/?#\s]+$",
        title="接口地址",
        description="不改",
    )
    author: str = Field(
        default="", max_length=16, title="作者", description="条目没有写作者时用，最多 16 个字"
    )
    publish_mode: Literal["publish", "draft", "mass"] = Field(
        default="publish",
        title="发出方式",
        description="publish 发布，粉丝不收通知；mass 群发，粉丝收得到通知；draft 只建草稿，由人发",
    )
    label: str = Field(default="微信公众号", min_length=1, max_length=40)
