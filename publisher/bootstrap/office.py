"""Everything of one home folder, plugged together."""

from __future__ import annotations

import io
import threading
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
from publisher.bootstrap.overlay import Raw, Rules, only_running, template_folder
from publisher.bootstrap.plan import Plan, plan_of
from publisher.bootstrap.post import NO_POST
from publisher.domain.alerting import Post
from publisher.domain.errors import Problem
from publisher.notices.messenger import Messenger
from publisher.settings import Settings, SettingsRefused, os_user, read_raw
from publisher.store.blobs import Blobs
from publisher.store.engine import Target
from publisher.store.migrate import is_current, read_meta, upgrade
from publisher.store.unit_of_work import Store
from publisher.store.vault import Vault
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
ACCOUNTS_KEY = "keys/accounts.key"
ANCHOR = "anchors/checkpoints.txt"

T = TypeVar("T")
Now = Callable[[], datetime]


def wall_clock() -> datetime:
    """Business time in production: the host's clock, aware, UTC, whatever the host's zone."""
    return datetime.now(UTC)


def _no_channel(name: str) -> Channel:
    raise LookupError(name)


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
    plan: Plan = field(repr=False, kw_only=True)
    raw: Raw = field(repr=False, kw_only=True)
    rules_id: int = 0
    unapplied: SettingsRefused | None = None
    channels: dict[str, Channel] = field(default_factory=dict, repr=False)
    build: Callable[[str], Channel] = field(default=_no_channel, repr=False)
    on_change: list[Callable[[Office], None]] = field(default_factory=list, repr=False)
    _refused_id: int = 0
    _taking_up: threading.Lock = field(default_factory=threading.Lock, repr=False)

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

    def take_up(self) -> bool:
        """Take up what was changed in the console since; False when nothing was. One small question.

        What a version refuses together with the file or its secret files stays as it was, `unapplied` says why.
        A new channel begins when the process is started again; alarms go to new targets from then on too.
        """
        with self.store.glance() as reading:
            newest = reading.rules.newest_id()
        if newest in (self.rules_id, self._refused_id):
            return False
        with self._taking_up:
            rules_id, rules = _rules_in(self.store)
            if rules_id == self.rules_id:
                return False
            running = frozenset(self.channels)
            try:
                plan = plan_of(self.home, self.raw, only_running(rules, self.raw, running))
            except SettingsRefused as why:
                self.unapplied, self._refused_id = why, rules_id
                return False
            self._change_to(plan, rules_id)
        for told in self.on_change:
            told(self)
        return True

    def _change_to(self, plan: Plan, rules_id: int) -> None:
        before, self.plan = self.plan, plan
        self.settings, self.options, self.profiles = plan.settings, plan.options, plan.profiles
        self.post, self.messenger, self.secrets = plan.post, plan.messenger, plan.secrets
        self.store.bureau = plan.bureau
        if isinstance(self.templates, Templates):
            self.templates.renew(plan)
        for name, part in plan.settings.channels.items():
            same = part == before.settings.channels.get(name) and plan.options[name] == before.options.get(
                name
            )
            if name in self.channels and not same:
                self.channels[name] = self.build(name)
        self.unapplied, self._refused_id, self.rules_id = None, 0, rules_id

    @property
    def vault(self) -> Vault:
        """Seals the secrets of second factors, with a key beside the database."""
        return Vault(self.home / ACCOUNTS_KEY)

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
    raw = read_raw(home)
    plan = plan_of(home, raw, {})
    target = target_of(home, plan.settings)
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
    store = Store(target, plan.bureau, Blobs(home / "blobs"), log_id)
    try:
        rules_id, rules = _rules_in(store)
        plan = plan_of(home, raw, rules) if rules else plan
    except SettingsRefused:
        store.close()
        raise
    store.bureau = plan.bureau
    templates = Templates(home, plan)
    client = LateClient()
    web = http or Http(client)
    outlets: dict[str, Channel] = {}
    office = Office(
        home=home,
        settings=plan.settings,
        store=store,
        outlets=Outlets(outlets, clock, worker=new_worker_name(), journal=journal),
        templates=templates,
        seal=Seal(load_key_file(home / KEY), home / (plan.settings.audit.anchor or ANCHOR)),
        public_key=public_key_of(load_key_file(home / KEY), log_id),
        profiles=plan.profiles,
        options=plan.options,
        client=client,
        clock=clock,
        secrets=plan.secrets,
        post=plan.post,
        messenger=plan.messenger,
        plan=plan,
        raw=raw,
        rules_id=rules_id,
    )
    office.channels = outlets
    office.build = lambda name: _channel(office, name, templates, web)
    for name in plan.settings.channels:
        outlets[name] = office.build(name)
    _register(office)
    return office


def _rules_in(store: Store) -> tuple[int, Rules]:
    """The newest version's number, and the newest value of each area that was ever changed in the console."""
    with store.read() as reading:
        current = reading.rules.current()
    return max((rule.id for rule in current.values()), default=0), {
        area: rule.value for area, rule in current.items()
    }


def target_of(home: Path, settings: Settings) -> Target:
    """The database: that of `[database]`, else the file in the home folder."""
    return settings.database.address(home) or home / DATABASE


class Templates:
    """Gives the renderer; made at its first use, because its library is a slow import, and anew after a change."""

    def __init__(self, home: Path, plan: Plan) -> None:
        """The bureau's own folders go before the shipped one, what was written in the console before both."""
        self._home = home
        self.renew(plan)

    def renew(self, plan: Plan) -> None:
        """From the next call on, templates and rules are those of this plan."""
        self._made = cache(lambda: renderer_of(self._home, plan))

    def __call__(self) -> Renderer:
        """The renderer."""
        return self._made()


def renderer_of(home: Path, plan: Plan) -> Renderer:
    """What fills the templates under a plan."""
    from publisher.render.renderer import Renderer

    written = template_folder(plan.rules)
    own = home / plan.settings.templates if plan.settings.templates else None
    return Renderer([folder for folder in (written, own) if folder is not None], plan.bureau, plan.sites)


def _channel(office: Office, name: str, templates: Templates, http: Http) -> Channel:
    """One channel as the settings have it now."""
    store, plan = office.store, office.plan
    kind = KINDS[plan.settings.channels[name].kind]
    ports = Ports(
        account=StoreAccount(store, name),
        meter=StoreMeter(store, name, plan.bureau.channels[name].quotas, office.clock),
        files=_Files(store.blobs, lambda: templates().shipped_files()),
        pages=lambda template, values: templates().page(template, values),
        now=office.clock,
    )
    return kind.build(plan.options[name], ports, http)


def _register(office: Office) -> None:
    """Make configured channels known to the database."""
    store, settings = office.store, office.settings
    with store.read() as reading:
        known = {channel.name for channel in reading.accounts.channels()}
    if set(settings.channels) - known:
        with store.write() as uow:
            for name, part in settings.channels.items():
                uow.accounts.ensure_channel(name, body=store.bureau.body, kind=part.kind, now=office.clock())
            uow.commit()
