"""Drives runspool-wechat 0.2.1, whose api.py needs nothing else. Arguments: base, api.py, JSON. Prints JSON."""

import importlib.util
import json
import sys
from pathlib import Path

spec = importlib.util.spec_from_file_location("runspool_wechat_api", sys.argv[2])
api = importlib.util.module_from_spec(spec)
spec.loader.exec_module(api)
values = json.loads(sys.argv[3])
client = api.WeChatClient("wx0000000000000001", "practice-secret", base=f"{sys.argv[1]}/cgi-bin")
first, second = (
    client.access_token()[0],
    api.WeChatClient("wx0000000000000001", "practice-secret", base=f"{sys.argv[1]}/cgi-bin").access_token()[
        0
    ],
)
picture = client.upload_content_image(Path(values["picture"]))
article = {
    "title": values["title"],
    "content": f'<p>正文</p><p><img src="{picture}"></p>',
    "thumb_media_id": client.add_image_material(Path(values["picture"])),
}
media_id = client.add_draft(article)
client.update_draft(media_id, {**article, "title": values["title"] + "（改）"})
refused = None
try:
    client.add_draft({**article, "title": "题" * 33})
except api.WeChatError as why:
    refused = why.errcode
print(json.dumps({"same": first == second, "media_id": media_id, "picture": picture, "refused": refused}))
