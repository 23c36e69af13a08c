"""Where other people's clients lie, and how one is run: in a process of its own that sees nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / ".clients"
ARCHIVES, SITE, SOURCES = CLIENTS / "archives", CLIENTS / "site", CLIENTS / "sources"
LOCK = ROOT / "requirements-clients.lock"
PROGRAMS = Path(__file__).parent / "programs"
WEIBO = SOURCES / "weibo-0.2.2"
ARCHIVE_OF = {
    "wechatpy": "wechatpy-2.0.0a26-py3-none-any.whl",
    "wechat-publish": "wechat_publish-1.0.1-py3-none-any.whl",
    "runspool-wechat": "runspool_wechat-0.2.1-py3-none-any.whl",
    "wechat-article-uploader": "wechat_article_uploader-0.1.0-py3-none-any.whl",
    "weibo": "weibo-0.2.2.tar.gz",
}


def run(program: str, base: str, *values: object) -> dict[str, Any]:
    """Run a program against a practice platform; the last line that it prints, as JSON."""
    arguments = [value if isinstance(value, str) else json.dumps(value) for value in values]
    done = subprocess.run(
        [sys.executable, "-S", "-B", str(PROGRAMS / program), base, *arguments],
        env={"PYTHONPATH": f"{SITE}:{WEIBO}", "PYTHONIOENCODING": "utf-8", "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]
