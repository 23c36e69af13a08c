"""`init`: a new home folder with settings, keys, database and the first administrator."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.audit.chain import Head, epoch_draft, new_log_id
from publisher.audit.keys import create_key_file, public_key_of
from publisher.bootstrap.calendar import announced_calendar
from publisher.bootstrap.office import ANCHOR, DATABASE, KEY, wall_clock
from publisher.domain.catalogue import Bureau
from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Role
from publisher.settings import FILE_NAME, DatabasePart, os_user
from publisher.store.blobs import Blobs
from publisher.store.engine import Target
from publisher.store.migrate import read_meta, upgrade, write_meta
from publisher.store.unit_of_work import Store
from publisher.workflow.seal import Seal, sign_checkpoint
from publisher.workflow.staff import AddUserRequest, check_account, write_user

SETTINGS = """# {body_name}：公开信息发布系统的设置。密钥不写在这里，写在 secrets/ 下的文件里。
[bureau]
name = "{body_name}"
organisation = "99000123-4"          # 机构代码，索引号的前一段，请改为本单位的
chain = "small"                      # 审签链：small（三人即可）或 full（各不相同）
link_portal = "bureau-portal"        # 微信、微博里链接到哪个门户
default_column = "tzgg"

[[columns]]
name = "tzgg"
title = "通知公告"
description = "{body_name}发布的通知、公告和公示"
keywords = "通知,公告,公示"

[[columns]]
name = "zfxxgknb"
title = "政府信息公开年报"
description = "{body_name}历年政府信息公开工作年度报告"
keywords = "政府信息公开,年度报告"

[[columns]]
name = "yjxx"
title = "预警信息"
description = "水旱灾害预警信息"
keywords = "预警,防汛,抗旱"

[[columns]]
name = "gzdt"
title = "工作动态"
description = "{body_name}工作动态"
keywords = "水利,工作动态"

{channels}
[audit]
anchor = "{anchor}"                  # 检查点存到哪里；最好放在另一台机器的磁盘上
"""

PRACTICE_CHANNELS = """[channels.city-portal]
kind = "portal"
label = "市政府门户网站"
practice = true
folder = "sites/city-portal"
base_url = "http://127.0.0.1:{city}"
site_name = "临澜市人民政府（练习）"
site_domain = "www.example.gov.cn"
site_id_code = "9999990000"

[channels.bureau-portal]
kind = "portal"
label = "局门户网站"
practice = true
folder = "sites/bureau-portal"
base_url = "http://127.0.0.1:{bureau}"
site_name = "{body_name}（练习）"
site_domain = "slj.example.gov.cn"
site_id_code = "9999990001"

[channels.wechat]
kind = "wechat"
label = "微信公众号"
practice = true
appid = "wx0000000000000001"
secret_file = "secrets/wechat.secret"
base_url = "http://127.0.0.1:{wechat}"

[channels.weibo]
kind = "weibo"
label = "微博"
practice = true
app_key = "100000001"
app_secret_file = "secrets/weibo.secret"
access_token_file = "secrets/weibo.token"
redirect_uri = "http://127.0.0.1:{weibo}/oauth2/default.html"
uid = "1000000001"
rip = "192.0.2.10"
safe_domain = "127.0.0.1"
base_url = "http://127.0.0.1:{weibo}"
reader_url = "http://127.0.0.1:{weibo}"
"""

REAL_CHANNELS = """[channels.bureau-portal]
kind = "portal"
label = "局门户网站"
folder = "sites/bureau-portal"       # 网站服务器提供的文件夹
base_url = "https://slj.example.gov.cn"
site_name = "{body_name}"
site_domain = "slj.example.gov.cn"
site_id_code = "9999990001"          # 政府网站标识码，请改为本站的

# 微信公众号、微博：去掉注释，填好，密钥写进 secrets/ 下的文件（权限 600）。
# [channels.wechat]
# kind = "wechat"
# label = "微信公众号"
# appid = ""
# secret_file = "secrets/wechat.secret"
#
# [channels.weibo]
# kind = "weibo"
# label = "微博"
# app_key = ""
# app_secret_file = "secrets/weibo.secret"
# access_token_file = "secrets/weibo.token"   # 或不写，用 publisher channel authorise 授权
# redirect_uri = "https://api.weibo.com/oauth2/default.html"   # 与开放平台登记的一字不差
# uid = ""
# rip = ""
# safe_domain = "slj.example.gov.cn"
"""

PRIVATE = ("secrets", "keys", "anchors", "blobs")
PUBLIC = ("sites", "sites/city-portal", "sites/bureau-portal")
"""What the web server reads as another user; the home folder itself can be passed through but not listed."""


@dataclass(frozen=True, slots=True)
class Created:
    """A new home. The administrator's token is shown once and kept only as a digest."""

    home: Path
    config: Path
    admin_token: str
    public_key: str


def create_home(
    home: Path,
    *,
    admin: str,
    admin_display: str,
    body_name: str = "临澜市水利局",
    practice: bool = True,
    ports: Mapping[str, int] | None = None,
    database: DatabasePart | None = None,
) -> Created:
    """Make everything a new installation needs. Refused when the folder holds one already; nothing is overwritten.

    `practice` sets up simulated platforms on free loopback ports; else a sample to fill in. `database` names an
    empty PostgreSQL database instead of the file in the folder; one that another installation uses is refused.
    """
    check_account(AddUserRequest(admin, admin_display, (Role.ADMINISTRATOR.value,)))
    if len(body_name) > 60 or not body_name.isprintable() or set(body_name) & set('"\\{}'):
        raise refuse(
            Reason.BAD_INPUT,
            "机构名称不能用",
            field="body_name",
            allowed="1 至 60 个字，不含引号、反斜杠和花括号",
            english="the body's name has characters that it may not have",
        )
    if (home / DATABASE).exists() or (home / FILE_NAME).exists():
        raise refuse(
            Reason.WRONG_STATE,
            f"{home} 已经建立过",
            field="home",
            allowed="换一个空目录",
            english="this folder is set up already",
        )
    target = (database.address(home) if database else "") or home / DATABASE
    if not isinstance(target, Path):
        _refuse_used(target)
    home.mkdir(parents=True, exist_ok=True)
    for folder, mode in (("", 0o711), *((f, 0o700) for f in PRIVATE), *((f, 0o755) for f in PUBLIC)):
        (home / folder).mkdir(exist_ok=True)
        (home / folder).chmod(mode)
    for name in ("wechat.secret", "weibo.secret", "weibo.token"):
        _write_secret(home / "secrets" / name, secrets.token_hex(16))
    places = ports or _free_ports("city", "bureau", "wechat", "weibo")
    channels = (PRACTICE_CHANNELS if practice else REAL_CHANNELS).format(body_name=body_name, **places)
    text = SETTINGS.format(body_name=body_name, channels=channels, anchor=home.resolve() / ANCHOR)
    if database and database.url:
        text += f'\n[database]\nurl = "{database.url}"\n'
        text += f'password_file = "{database.password_file}"\n' if database.password_file else ""
    (home / FILE_NAME).write_text(text, encoding="utf-8")
    signer = create_key_file(home / KEY)
    log_id = new_log_id("gongkai", os.urandom(8))
    public = public_key_of(signer, log_id).text
    (home / "keys" / "log.pub").write_text(public + "\n", encoding="utf-8")
    store = _store(home, target, log_id, body_name)
    token = _first_rows(store, log_id, AddUserRequest(admin, admin_display, (Role.ADMINISTRATOR.value,)))
    sign_checkpoint(store, wall_clock(), Seal(signer, home / ANCHOR))
    store.close()
    return Created(home, home / FILE_NAME, token, public)


def _refuse_used(target: Target) -> None:
    upgrade(target)
    if read_meta(target, "log_id") is not None:
        raise refuse(
            Reason.WRONG_STATE,
            "这个数据库已经属于另一个安装",
            field="database",
            allowed="一个空的数据库",
            english="this database belongs to another installation",
        )


def _store(home: Path, target: Target, log_id: str, body_name: str) -> Store:
    upgrade(target)
    write_meta(target, "log_id", log_id)
    bureau = Bureau("bureau", body_name, "99000123-4", {}, {}, announced_calendar())
    return Store(target, bureau, Blobs(home / "blobs"), log_id)


def _first_rows(store: Store, log_id: str, request: AddUserRequest) -> str:
    now = wall_clock()
    with store.write() as uow:
        uow.append_sealed(epoch_draft(Head(log_id), actor="system", os_user=os_user()), now)
        token = write_user(uow, now, request)
        uow.record(
            now,
            "person:user:added",
            "system",
            f"user:{request.name}",
            os_user=os_user(),
            facts={"roles": ",".join(request.roles)},
            notes={"display": request.display},
        )
        uow.commit()
    return token


def _write_secret(path: Path, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text + "\n")


PRACTICE_PORTS = range(20_000, 32_000)
"""Below those that the kernel itself gives to outgoing connections: what is free now stays free until it is served."""


def _free_ports(*names: str) -> dict[str, int]:
    found: list[int] = []
    while len(found) < len(names):
        port = secrets.choice(PRACTICE_PORTS)
        if port not in found and _is_free(port):
            found.append(port)
    return dict(zip(names, found, strict=True))


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
