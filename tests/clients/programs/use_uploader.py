"""Drives wechat-article-uploader 0.1.0, which repeats any request that failed. Arguments: base, JSON. Prints JSON."""

import json
import sys
from pathlib import Path

import requests
from wechat_uploader.config import AppConfig
from wechat_uploader.wechat_client import WechatClient

BASE, values = sys.argv[1], json.loads(sys.argv[2])
config = AppConfig(
    app_id="wx0000000000000001",
    app_secret="practice-secret",
    default_author="编辑部",
    default_thumb_media_id="",
    default_content_source_url="",
    default_need_open_comment=0,
    default_only_fans_can_comment=0,
    request_timeout=5,
    retry_times=3,
    retry_backoff_seconds=0,
    token_cache_file=Path(values["cache"]),
    style_file=None,
    config_file=None,
)


class Here(requests.adapters.HTTPAdapter):
    """Its hosts stand in its code: the session's adapter sends the same requests to the practice platform."""

    def send(self, request, **options):
        request.url = request.url.replace("https://api.weixin.qq.com", BASE)
        return super().send(request, **options)


client = WechatClient(config)
client.session.mount("https://api.weixin.qq.com", Here())
cover = client.upload_material_image(Path(values["picture"]))
article = {"title": values["title"], "content": "<p>正文</p>", "thumb_media_id": cover.media_id}
print(json.dumps({"media_id": client.create_draft(article)}))
