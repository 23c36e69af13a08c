"""What the callback endpoint needs and nothing else: the database and the callback secrets; no key, no token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from channels.contract import Receiver
from channels.registry import KINDS
from publisher.bootstrap.calendar import announced_calendar
from publisher.bootstrap.office import DATABASE, target_of, wall_clock
from publisher.domain.catalogue import Bureau, ChannelPlan
from publisher.domain.errors import Problem
from publisher.settings import Settings, SettingsRefused, checked, read_settings, resolve_secrets
from publisher.store.blobs import Blobs
from publisher.store.migrate import is_current, read_meta
from publisher.store.unit_of_work import Store
from publisher.workflow.inbox import CallbackDesk


@dataclass
class CallbackOffice:
    """An open callback desk. Close it when done."""

    desk: CallbackDesk
    host: str
    port: int
    clock: Callable[[], datetime] = wall_clock
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def close(self) -> None:
        """Close the database."""
        self.desk.store.close()


def open_callbacks(home: Path, *, clock: Callable[[], datetime] = wall_clock) -> CallbackOffice:
    """Open the desk over an installation that is set up and current; never changes the schema.

    Raises `SettingsRefused` when no channel has callbacks, a secret cannot be read, or the database is older
    than this program.
    """
    settings = read_settings(home)
    receivers, secrets = _receivers(home, settings)
    if not receivers:
        raise SettingsRefused(
            Problem("channels", "没有渠道设置了回调", "在渠道下写 [channels.<name>.callback]", "no callbacks")
        )
    target = target_of(home, settings)
    log_id = read_meta(target, "log_id") if is_current(target) else None
    if log_id is None:
        raise SettingsRefused(
            Problem(DATABASE, "数据库不是这个版本的", "先启动一次主服务", "start the main service once")
        )
    store = Store(target, _labels(settings), Blobs(home / "blobs"), log_id)
    part = settings.callbacks
    return CallbackOffice(CallbackDesk(store, receivers), part.host, part.port, clock, secrets)


def desk_over(home: Path, settings: Settings, store: Store) -> tuple[CallbackDesk, tuple[str, ...]]:
    """The desk over a store that is open already, and its secrets: for the service that serves callbacks too."""
    receivers, secrets = _receivers(home, settings)
    return CallbackDesk(store, receivers), secrets


def _receivers(home: Path, settings: Settings) -> tuple[dict[str, Receiver], tuple[str, ...]]:
    receivers: dict[str, Receiver] = {}
    secrets: list[str] = []
    for name, part in settings.channels.items():
        if part.callback is None:
            continue
        prefix = f"channels.{name}.callback"
        kind = KINDS.get(part.kind)
        if kind is None or kind.receiving is None:
            raise SettingsRefused(Problem(prefix, "这种渠道没有回调", "删去这一组设置", "has no callbacks"))
        model = kind.receiving.settings
        shared = {key: value for key, value in part.options().items() if key in model.model_fields}
        options = checked(model, {**shared, **resolve_secrets(home, part.callback, prefix)}, prefix)
        receivers[name] = kind.receiving.build(options)
        secrets += [v.get_secret_value() for _, v in options if hasattr(v, "get_secret_value")]
    return receivers, tuple(secrets)


def _labels(settings: Settings) -> Bureau:
    """As much of the body as an alarm needs: what its channels are called."""
    plans = {
        name: ChannelPlan(name, part.kind, part.label, False, part.practice, "")
        for name, part in settings.channels.items()
    }
    part = settings.bureau
    return Bureau(part.body, part.name, part.organisation, {}, plans, announced_calendar())
