"""The only reader of the environment and of the settings file. Refusals name the key and never show a value."""

from __future__ import annotations

import getpass
import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from publisher.domain.errors import Problem
from publisher.domain.identifiers import CHANNEL_NAME

FILE_NAME = "gongkai.toml"
POSTGRESQL = re.compile(r"postgresql://[^:@/\s]+@\S*")
"""An address without a password: that one stands in a file."""

WORDS = {  # pydantic's error type → words; values are never shown, they may be secrets
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项设置",
    "string_type": "应为文字",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "dict_type": "应为一组设置",
    "model_type": "应为一组设置",
    "list_type": "应为列表",
    "path_type": "应为路径",
    "string_pattern_mismatch": "格式不对",
    "date_type": "应为日期",
    "date_from_datetime_parsing": "应为日期",
    "date_parsing": "应为日期",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "string_too_short": "不能为空",
    "too_short": "不能为空",
    "string_too_long": "太长",
    "ip_v4_address": "应为 IPv4 地址",
}

ALLOWED = {  # pydantic's error type → what is allowed instead
    "missing": "写上这一项；密钥写进文件，用“名称_file”指向它",
    "string_type": '引号里的文字，如 "tzgg"',
    "string_too_short": "至少一个字",
    "too_short": "至少一个字",
    "string_too_long": "短一些的文字",
    "int_type": "不带引号的整数，如 100",
    "int_parsing": "不带引号的整数，如 100",
    "bool_type": "true 或 false，不带引号",
    "bool_parsing": "true 或 false，不带引号",
    "list_type": '方括号里的列表，如 ["a", "b"]',
    "ip_v4_address": "如 192.0.2.10",
    "date_type": "如 2026-12-13",
    "date_from_datetime_parsing": "如 2026-12-13",
    "date_parsing": "如 2026-12-13",
}
SEE = "见设置说明"


class SettingsRefused(Exception):
    """The settings cannot be used. Nothing was opened. `problems` name each key, why, and what is allowed."""

    def __init__(self, *problems: Problem) -> None:
        """At least one problem."""
        super().__init__("；".join(p.sentence() for p in problems))
        self.problems = problems


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BureauPart(_Part):
    """`[bureau]`: the public body."""

    name: str = Field(
        min_length=1, max_length=60, title="单位名称", description="页面和稿件里的发布机构，1 至 60 个字"
    )
    organisation: str = Field(
        pattern=r"^[0-9A-Z-]{9,18}$",
        title="机构代码",
        description="索引号的第一段，9 至 18 位数字、大写字母和短横",
    )
    body: str = Field(default="bureau", pattern=r"^[a-z][a-z0-9-]{0,39}$")
    chain: str = Field(
        default="small",
        pattern=r"^(small|full)$",
        title="审签链",
        description="三人即可：初审和保密审查可以是一个人；各不相同：也须两人",
    )
    link_portal: str = Field(
        default="", title="链接到哪个门户", description="其余渠道的链接指向它；不选就是最后一个门户"
    )
    default_column: str = Field(
        default="", title="缺省栏目", description="稿件没有写栏目时用；不选就是第一个"
    )
    default_editor: str = Field(default="", title="缺省责任编辑", description="姓名；空着就用拟稿的责任编辑")
    default_subject: str = Field(
        default="农业、林业、水利\\水利", title="缺省主题分类", description="稿件没有写主题分类时用"
    )
    summary_limit_chars: int = Field(
        default=100, ge=20, le=500, title="内容概述最多几字", description="20 至 500"
    )


class ColumnPart(_Part):
    """`[[columns]]`: one column of the portals."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,30}$",
        title="代码",
        description="小写字母开头，是网址的一段，用过以后不改",
    )
    title: str = Field(min_length=1, max_length=30, title="栏目名称", description="1 至 30 个字")
    description: str = Field(default="", title="栏目说明", description="写进页面标签")
    keywords: str = Field(default="", title="关键词", description="逗号分开，写进页面标签")
    kind: str = Field(default="公开信息", title="栏目类别", description="写进页面标签，一般不改")


class UnitPart(_Part):
    """`[[units]]`: a subordinate body whose people draft and see their own items alone."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    title: str = Field(min_length=1, max_length=40)


class ChannelPart(BaseModel):
    """`[channels.<name>]`: kind, label, practice, quotas, gap, correction, and the options of its kind.

    `<option>_file` reads a secret. `correction` overrides how its kind corrects what is out.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    label: str = Field(
        min_length=1, max_length=40, title="渠道名称", description="页面和报告里这样称呼它，1 至 40 个字"
    )
    practice: bool = False
    quotas: dict[str, Annotated[int, Field(ge=0)]] = {}
    gap_s: int | None = Field(
        default=None,
        ge=0,
        le=86_400,
        title="补发间隔（秒）",
        description="积压的内容至少隔这么久发一条；空着按渠道种类",
    )
    callback: dict[str, Any] | None = None
    correction: str = Field(
        default="",
        pattern=r"^(|amend|post|replace|none)$",
        title="更正办法",
        description="不选按渠道种类",
    )

    def options(self) -> dict[str, Any]:
        """What belongs to the kind; checked by the kind's own settings class."""
        return dict(self.model_extra or {})


class AuditPart(_Part):
    """`[audit]`: where checkpoints are anchored. Best a file on another host's disk."""

    anchor: Path | None = None


class PacePart(_Part):
    """`[pace]`: how often the service looks for work, in seconds."""

    idle_s: float = Field(default=1.0, gt=0, le=60)
    sweep_s: float = Field(default=1.0, gt=0, le=60)
    lease_s: float = Field(default=180, ge=1, le=3600)
    renew_s: float = Field(default=20, gt=0, le=600)


class DatabasePart(_Part):
    """`[database]`: where the data lies; without it in `gongkai.db` of the home folder."""

    url: str = ""
    password_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _form(cls, value: str) -> str:
        if value and not POSTGRESQL.fullmatch(value):
            raise ValueError("应为 postgresql://用户@主机/库，不写密码")
        return value

    def address(self, home: Path) -> str:
        """The address with the password, never to be shown; "" for the file of the home folder.

        Raises `SettingsRefused` when the password's file cannot be read.
        """
        if not self.url:
            return ""
        part = urlsplit(self.url)
        user, _, host = part.netloc.rpartition("@")
        if self.password_file is not None:
            options = {"password_file": str(self.password_file)}
            user += ":" + quote(resolve_secrets(home, options, "database")["password"], safe="")
        return urlunsplit(part._replace(scheme="postgresql+psycopg", netloc=f"{user}@{host}"))


class WindowPart(_Part):
    """`[[windows]]` 发布时段: when these kinds may go to these channels. Empty lists mean all of them."""

    kinds: tuple[str, ...] = Field(default=(), title="哪些类别", description="不选就是全部；急件不受限制")
    channels: tuple[str, ...] = Field(default=(), title="哪些渠道", description="不选就是全部")
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        default=(1, 2, 3, 4, 5, 6, 7), title="星期几", description="都选就是每天"
    )
    working_days: bool = Field(
        default=False, title="只在工作日", description="按公布的日历：调休上班的周六算，放假的周一不算"
    )
    hours: str = Field(
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$",
        title="几点到几点",
        description="如 08:30-17:30，可到 24:00；跨零点写两条",
    )

    @field_validator("hours")
    @classmethod
    def _forward(cls, value: str) -> str:
        opens, _, closes = value.partition("-")
        if opens >= closes:
            raise ValueError("结束时间要晚于开始时间；跨零点的时段写成两条")
        return value


class BlackoutPart(_Part):
    """`[[blackouts]]` 停发日: days on which nothing of these kinds goes out, and the reason that is shown."""

    first: date = Field(title="第一天", description="如 2026-12-13")
    last: date = Field(title="最后一天", description="同一天就写同一天，最长 60 天")
    kinds: tuple[str, ...] = Field(default=(), title="哪些类别", description="不选就是全部；急件不受限制")
    channels: tuple[str, ...] = Field(default=(), title="哪些渠道", description="不选就是全部")
    reason: str = Field(min_length=1, max_length=60, title="理由", description="等待的推送上会写")

    @field_validator("last")
    @classmethod
    def _after(cls, value: date, info: ValidationInfo) -> date:
        first = info.data.get("first")
        if first is not None and not first <= value <= first + timedelta(days=60):
            raise ValueError("结束日期不早于开始日期，最长 60 天")
        return value


class CallbacksPart(_Part):
    """`[callbacks]`: where the platforms' callbacks are taken in, behind the bureau's web server."""

    host: str = Field(default="127.0.0.1", pattern=r"^[0-9A-Za-z.:-]+$")
    port: int = Field(default=8090, ge=0, le=65535)
    in_service: bool = False


class HealthPart(_Part):
    """`[health]`: where the service answers `/readyz`. Port 0: nowhere."""

    host: str = Field(default="127.0.0.1", pattern=r"^[0-9A-Za-z.:-]+$")
    port: int = Field(default=0, ge=0, le=65535)


class OidcPart(_Part):
    """`[console.oidc]`: where people may sign in with an account elsewhere, by OpenID Connect."""

    issuer: str = Field(pattern=r"^https?://[^?#]+$")
    client_id: str = Field(min_length=1, max_length=200)
    client_secret_file: Path
    label: str = Field(min_length=1, max_length=40)

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        if urlsplit(value).scheme != "https" and urlsplit(value).hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("要用 https")
        return value


class ConsolePart(_Part):
    """`[console]`: where the service serves the console to people. Port 0: nowhere.

    `https` is whether they come over HTTPS, through the bureau's web server: the sign-in is then bound to it.
    `password_days` is how long a password serves; 0 for ever. `second_factor` is whether people may or must use one.
    """

    host: str = Field(default="127.0.0.1", pattern=r"^[0-9A-Za-z.:-]+$")
    port: int = Field(default=0, ge=0, le=65535)
    https: bool = False
    password_days: int = Field(default=180, ge=0, le=3650)
    oidc: OidcPart | None = None
    second_factor: str = Field(default="allowed", pattern=r"^(off|allowed|required)$")


class TargetPart(_Part):
    """`[[alerts.targets]]`: one recipient. Its address stands in the file `url_file`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", title="代码", description="小写字母开头，如 duty")
    url_file: Path = Field(title="地址", description="群机器人或邮箱的地址，只写入，不显示")
    roles: tuple[str, ...] = Field(
        default=(), title="哪些角色", description="只收与这些角色有关的；角色和人都空着就全收"
    )
    people: tuple[str, ...] = Field(default=(), title="哪些人", description="账号，逗号分开")
    levels: tuple[str, ...] = Field(
        default=("urgent", "ordinary"), title="哪些级别", description="静默时段只发紧急的"
    )


class AlertsPart(_Part):
    """`[alerts]`: who is told of alarms and of what waits for them, and in which hours only of urgent causes."""

    quiet_from: str = Field(
        default="21:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        title="静默从几点",
        description="从这时起只发紧急告警",
    )
    quiet_to: str = Field(
        default="07:30",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        title="静默到几点",
        description="两个时间相同就没有静默时段",
    )
    targets: tuple[TargetPart, ...] = ()

    @field_validator("targets")
    @classmethod
    def _names(cls, value: tuple[TargetPart, ...]) -> tuple[TargetPart, ...]:
        if len({target.name for target in value}) < len(value):
            raise ValueError("目标的名称不能重复")
        return value


class Settings(BaseSettings):
    """All settings of one home folder."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="GONGKAI_CONFIG_")

    bureau: BureauPart
    columns: tuple[ColumnPart, ...] = Field(min_length=1)
    channels: dict[str, ChannelPart] = Field(min_length=1)
    units: tuple[UnitPart, ...] = ()
    audit: AuditPart = AuditPart()
    database: DatabasePart = DatabasePart()
    pace: PacePart = PacePart()
    windows: tuple[WindowPart, ...] = ()
    blackouts: tuple[BlackoutPart, ...] = ()
    callbacks: CallbacksPart = CallbacksPart()
    alerts: AlertsPart = AlertsPart()
    health: HealthPart = HealthPart()
    console: ConsolePart = ConsolePart()
    templates: Path | None = None

    @field_validator("channels")
    @classmethod
    def _names(cls, value: dict[str, ChannelPart]) -> dict[str, ChannelPart]:
        for name in value:
            if not CHANNEL_NAME.fullmatch(name):
                raise ValueError("渠道名只用小写字母、数字、. 和 -，以字母开头")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The file alone: one truth. The environment only says where the home is and who acts."""
        return (init_settings,)


class Environment(BaseSettings):
    """What may come from the environment: `GONGKAI_HOME` and `GONGKAI_TOKEN`."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_", extra="ignore", frozen=True)

    home: Path = Path("gongkai")
    token: SecretStr = SecretStr("")


def home_from_environment() -> Path:
    """The home folder: `GONGKAI_HOME`, else `gongkai` below the working folder."""
    return Environment().home


def proof_from_environment() -> str:
    """The token of whoever acts: `GONGKAI_TOKEN`, or the empty text."""
    return Environment().token.get_secret_value()


def os_user() -> str:
    """The operating-system user, recorded beside each act."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def read_settings(home: Path) -> Settings:
    """Read and check `<home>/gongkai.toml`. Raises `SettingsRefused` with every problem."""
    settings: Settings = checked(Settings, read_raw(home))
    return settings


def read_raw(home: Path) -> dict[str, Any]:
    """What stands in `<home>/gongkai.toml`, not checked. Raises `SettingsRefused` for what is no such file."""
    path = home / FILE_NAME
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as why:
        raise SettingsRefused(
            Problem(
                FILE_NAME,
                "这里还没有建立",
                "先运行 publisher init",
                f"{home} is not set up, run: publisher init",
            )
        ) from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise SettingsRefused(Problem(FILE_NAME, f"读不懂：{why}", "TOML 格式", "not TOML")) from why
    except OSError as why:
        raise SettingsRefused(
            Problem(FILE_NAME, f"打不开：{why.strerror}", "可读的文件", "cannot be read")
        ) from why


def checked(kind: type[Any], raw: dict[str, Any], prefix: str = "") -> Any:
    """`raw` as a settings class, or `SettingsRefused` in plain words. No value is quoted."""
    try:
        return kind(**raw)
    except ValidationError as why:
        raise SettingsRefused(
            *(_problem(dict(e), kind, prefix) for e in why.errors(include_input=False))
        ) from None


def _problem(error: dict[str, Any], kind: type[BaseModel], prefix: str) -> Problem:
    place = ".".join(str(part) for part in (prefix, *error["loc"]) if str(part))
    allowed = ALLOWED.get(error["type"], SEE)
    if error["type"] == "extra_forbidden" and len(error["loc"]) == 1:
        allowed = "、".join(kind.model_fields)
    words = WORDS.get(error["type"]) or str(error.get("ctx", {}).get("error", "")) or "不合规定"
    return Problem(place, words, allowed, f"{place}: {error['type']}")


def resolve_secrets(home: Path, options: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Options with `<name>_file` replaced by the file's first line as `<name>`. Paths are below the home folder."""
    resolved: dict[str, Any] = {}
    for name, value in options.items():
        if not name.endswith("_file"):
            resolved[name] = value
            continue
        path = home / str(value)
        try:
            resolved[name.removesuffix("_file")] = path.read_text(encoding="utf-8").strip()
        except OSError as why:
            problem = Problem(
                f"{prefix}.{name}", "读不到密钥文件", "存在且本用户可读的文件", "secret file missing"
            )
            raise SettingsRefused(problem) from why
    return resolved
