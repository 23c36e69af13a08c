"""Drives wechat-publish 1.0.1. Arguments: base address, JSON of articles. Prints the draft's id as JSON."""

import json
import sys

import wechat_publish.core

wechat_publish.core.BASE = f"{sys.argv[1]}/cgi-bin"
media_id = wechat_publish.core.push_articles(
    "wx0000000000000001", "practice-secret", json.loads(sys.argv[2]), author="编辑部", publish_now=True
)
print(json.dumps({"media_id": media_id}))
