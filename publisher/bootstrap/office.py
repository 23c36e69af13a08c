"""Everything of one home folder, plugged together."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from channels.contract import Channel, ChannelProfile, Ports
from channels.http import Http, LateClient
from channels.registry import KINDS
from publisher.audit.keys import PublicKey, load_key_file, public_key_of
from publisher.bootstrap.calendar import announced_calendar
from publisher.bootstrap.post import NO_POST, open_post
from publisher.bootstrap.rules import release_rules
from publisher.domain.alerting import Post
from publisher.domain.catalogue import Bureau, ChannelPlan, Column
from publisher.domain.correction import CorrectionRule
from publisher.domain.errors import Problem
from publisher.domain.identifiers import ItemId, posting_key
from publisher.domain.quota import CallQuota
from publisher.notices.messenger import Messenger
from publisher.settings import (
    ChannelPart,
    Settings,
    SettingsRefused,
    checked,
    os_user,
    read_settings,
    resolve_secrets,
)
from publisher.store.blobs import Blobs
from publisher.store.engine import Target
from publisher.store.migrate import is_current, read_meta, upgrade
from publisher.store.unit_of_work import Store
from publisher.store.workers import new_worker_name
from publisher.workflow import staff
from publisher.workflow.account import StoreAccount, StoreMeter
from publisher.workflow.acts import Actor, perform
from publisher.workflow.journal import StoreJournal
from publisher.workflow.outlets import JournalFactory, Outlets
from publisher.workflow.seal import Seal

if TYPE_CHECKING:
    from publisher.render.renderer import Renderer

DATABASE = "gongkai.db"
KEY = "keys/log.key"
ANCHOR = "anchors/checkpoints.txt"

T = TypeVar("T")
Now = Callable[[], datetime]


def wall_clock() -> datetime:
    """Business time in production: the host's clock, aware, UTC, whatever the host's zone."""
    return datetime.now(UTC)


@dataclass
class Office:
    """One public body's product, ready to use. Close it when done."""

    home: Path
    settings: Settings
    store: Store
    outlets: Outlets
    templates: Callable[[], Renderer]
    seal: Seal
    public_key: PublicKey
    profiles: Mapping[str, ChannelProfile]
    options: Mapping[str, Any]
    client: LateClient
    clock: Now = wall_clock
    secrets: tuple[str, ...] = field(default=(), repr=False)
    post: Post = NO_POST
    messenger: Messenger = field(default_factory=lambda: Messenger({}), repr=False)

    def now(self) -> datetime:
        """Business time."""
        return self.clock()

    @property
    def renderer(self) -> Renderer:
        """Fills the templates; made at its first use, because its library is a slow import."""
        return self.templates()

    def prove(self, name: str, *, token: str = "", password: str = "", changing: bool = False) -> Actor:
        """The person, with the operating-system user beside; a failed proof is refused and recorded.

        `changing`: only to set a password of their own, for which a one-time password is enough.
        """
        return staff.prove(
            self.store,
            self.now(),
            name,
            token=token,
            password=password,
            os_user=os_user(),
            changing=changing,
        )

    def perform(self, actor: Actor, use_case: Callable[..., T], request: object, **tools: Any) -> T:
        """Run a use case; a refusal is recorded and raised again."""
        return perform(self.store, self.now(), actor, use_case, request, **tools)

    def submit_tools(self) -> dict[str, Any]:
        """What `submit` needs beside its request."""
        return {"renderer": self.renderer, "profiles": self.profiles}

    def close(self) -> None:
        """Close the connections to platforms and the database."""
        self.client.close()
        self.store.close()


class _Files:
    """The `Files` port: kept files, then the pictures that ship with the templates."""

    def __init__(self, blobs: Blobs, shipped: Callable[[], Mapping[str, bytes]]) -> None:
        self._blobs = blobs
        self._shipped = shipped

    def open(self, digest: str) -> BinaryIO:
        data = self._shipped().get(digest)
        return self._blobs.open(digest) if data is None else io.BytesIO(data)


def open_office(
    home: Path, *, clock: Now = wall_clock, journal: JournalFactory = StoreJournal, http: Http | None = None
) -> Office:
    """Open an installation. Brings the database to the newest schema.

    `journal` and `http` are handed to the channels as they are: tests wrap them. Raises `SettingsRefused`
    before anything is opened, `StoreUnavailable` when the database cannot be used.
    """
    settings = read_settings(home)
    options, secrets = _channel_options(home, settings)
    post, messenger, addresses = open_post(home, settings.alerts)
    target = target_of(home, settings)
    if isinstance(target, Path) and not target.exists():
        raise SettingsRefused(
            Problem(DATABASE, "数据库还没有建立", "先运行 publisher init", "run: publisher init")
        )
    if not is_current(target):
        upgrade(target)
    log_id = read_meta(target, "log_id")
    if log_id is None:
        raise SettingsRefused(
            Problem(DATABASE, "数据库没有初始化完", "在空目录重新运行 publisher init", "incomplete")
        )
    bureau = bureau_of(home, settings, options)
    store = Store(target, bureau, Blobs(home / "blobs"), log_id)
    folders = [home / settings.templates] if settings.templates else []
    templates = _late_renderer(folders, bureau, _sites(options))
    client = LateClient()
    channels = _build(store, settings, options, templates, clock, http or Http(client))
    signer = load_key_file(home / KEY)
    anchor = home / (settings.audit.anchor or ANCHOR)
    return Office(
        home=home,
        settings=settings,
        store=store,
        outlets=Outlets(channels, clock, worker=new_worker_name(), journal=journal),
        templates=templates,
        seal=Seal(signer, anchor),
        public_key=public_key_of(signer, log_id),
        profiles={name: KINDS[part.kind].profile for name, part in settings.channels.items()},
        options=options,
        client=client,
        clock=clock,
        secrets=(*secrets, *addresses),
        post=post,
        messenger=messenger,
    )


def _late_renderer(
    folders: list[Path], bureau: Bureau, sites: Mapping[str, Mapping[str, str]]
) -> Callable[[], Renderer]:
    @cache
    def made() -> Renderer:
        from publisher.render.renderer import Renderer

        return Renderer(folders, bureau, sites)

    return made


def target_of(home: Path, settings: Settings) -> Target:
    """The database: that of `[database]`, else the file in the home folder."""
    return settings.database.address(home) or home / DATABASE


def _channel_options(home: Path, settings: Settings) -> tuple[dict[str, Any], tuple[str, ...]]:
    options: dict[str, Any] = {}
    secrets: list[str] = []
    for name, part in settings.channels.items():
        prefix = f"channels.{name}"
        if part.kind not in KINDS:
            raise SettingsRefused(
                Problem(f"{prefix}.kind", f"没有“{part.kind}”这种渠道", "、".join(KINDS), "unknown kind")
            )
        raw = resolve_secrets(home, part.options(), prefix)
        kind = KINDS[part.kind].settings
        if "folder" in raw:
            raw["folder"] = home / str(raw["folder"])
        told = {"label": part.label, "practice": part.practice}
        raw |= {key: value for key, value in told.items() if key in kind.model_fields}
        options[name] = checked(kind, raw, prefix)
        secrets += [v.get_secret_value() for _, v in options[name] if hasattr(v, "get_secret_value")]
    _refuse_shared_accounts(settings, options)
    return options, tuple(secrets)


def _refuse_shared_accounts(settings: Settings, options: Mapping[str, Any]) -> None:
    """Two channels of one account, or of one folder, would send everything there twice."""
    owners: dict[object, str] = {}
    for name, part in settings.channels.items():
        field = KINDS[part.kind].account
        account = str(getattr(options[name], field))
        owner = owners.setdefault(account if field == "folder" else (part.kind, account), name)
        if owner != name:
            words = f"和渠道“{owner}”是同一个账号或目录，会重复发布"
            raise SettingsRefused(
                Problem(f"channels.{name}.{field}", words, "每个账号一个渠道", f"same account as {owner}")
            )


def bureau_of(home: Path, settings: Settings, options: Mapping[str, Any]) -> Bureau:
    """The rules in force, from the settings. Raises `SettingsRefused` for a default that does not exist."""
    part = settings.bureau
    gates = [
        name
        for name, channel in settings.channels.items()
        if KINDS[channel.kind].profile.amendable and hasattr(options[name], "site")
    ]
    if not gates:
        raise SettingsRefused(
            Problem("channels", "至少要有一个门户", 'kind = "portal"', "a portal is needed")
        )
    link = part.link_portal or gates[-1]
    columns = {c.name: Column(c.name, c.title, c.description, c.keywords, c.kind) for c in settings.columns}
    faults = [
        Problem(f"bureau.{key}", f"“{value}”不存在", "、".join(allowed), f"unknown {key}")
        for key, value, allowed in (
            ("link_portal", link, gates),
            ("default_column", part.default_column or settings.columns[0].name, list(columns)),
        )
        if value not in allowed
    ]
    if faults:
        raise SettingsRefused(*faults)
    longest = max((_longest(options[name].root_url, columns) for name in gates), key=len)
    plans = {
        name: ChannelPlan(
            name,
            c.kind,
            c.label,
            name in gates,
            c.practice,
            longest,
            quotas=quotas_in_force(name, c, options[name]),
            gap_s=KINDS[c.kind].profile.gap_s if c.gap_s is None else c.gap_s,
            correction=_correction(name, c),
        )
        for name, c in settings.channels.items()
    }
    return Bureau(
        body=part.body,
        name=part.name,
        organisation=part.organisation,
        columns=columns,
        channels=plans,
        calendar=announced_calendar(home),
        release_rules=release_rules(settings),
        units={unit.name: unit.title for unit in settings.units},
        chain=part.chain,
        link_portal=link,
        default_column=part.default_column or settings.columns[0].name,
        default_editor=part.default_editor,
        summary_limit_chars=part.summary_limit_chars,
        default_subject=part.default_subject,
    )


def quotas_in_force(name: str, part: ChannelPart, options: Any) -> tuple[CallQuota, ...]:
    """The kind's quotas with the account's own numbers. Raises `SettingsRefused` for a call that it has not."""
    kind = KINDS[part.kind]
    known = kind.quotas(options) if kind.quotas else kind.profile.quotas
    calls = {quota.call for quota in known}
    strange = [
        Problem(f"channels.{name}.quotas.{call}", "没有这一项额度", "、".join(sorted(calls)), "unknown call")
        for call in part.quotas
        if call not in calls
    ]
    if strange:
        raise SettingsRefused(*strange)
    return tuple(CallQuota(q.call, q.window, part.quotas.get(q.call, q.limit), q.sending) for q in known)


def _correction(name: str, part: ChannelPart) -> CorrectionRule:
    profile = KINDS[part.kind].profile
    rule = CorrectionRule(part.correction or profile.correction.value)
    possible = [r for r in CorrectionRule if (r is CorrectionRule.AMEND) <= profile.amendable]
    if rule not in possible:
        raise SettingsRefused(
            Problem(
                f"channels.{name}.correction",
                f"{profile.label}不能原址更正",
                "、".join(possible),
                f"{part.kind} cannot amend in place",
            )
        )
    return rule


def _longest(root_url: str, columns: Mapping[str, Column]) -> str:
    column = max(columns, key=len)
    key = posting_key(ItemId(""), "", "", 0)
    return f"{root_url}/{column}/2000/01/20000101-{key}.html?m={key}"


def _sites(options: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {name: option.site() for name, option in options.items() if hasattr(option, "site")}


def _build(
    store: Store,
    settings: Settings,
    options: Mapping[str, Any],
    templates: Callable[[], Renderer],
    clock: Now,
    http: Http,
) -> dict[str, Channel]:
    shipped: dict[str, bytes] = {}

    def pictures() -> Mapping[str, bytes]:
        if not shipped:
            shipped.update(templates().shipped_files())
        return shipped

    files = _Files(store.blobs, pictures)
    channels: dict[str, Channel] = {}
    for name, part in settings.channels.items():
        kind = KINDS[part.kind]
        ports = Ports(
            account=StoreAccount(store, name),
            meter=StoreMeter(store, name, store.bureau.channels[name].quotas, clock),
            files=files,
            pages=lambda template, values: templates().page(template, values),
            now=clock,
        )
        channels[name] = kind.build(options[name], ports, http)
    with store.read() as reading:
        known = {channel.name for channel in reading.accounts.channels()}
    if set(channels) - known:
        with store.write() as uow:
            for name in channels:
                kind_name = settings.channels[name].kind
                uow.accounts.ensure_channel(name, body=store.bureau.body, kind=kind_name, now=clock())
            uow.commit()
    return channels
