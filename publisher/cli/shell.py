"""What every command is given: where the home is, in which language, who acts, and where the answer goes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from publisher.domain.errors import Refused

if TYPE_CHECKING:
    from rich.console import RenderableType

    from publisher.bootstrap import Office
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.acts import Actor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shell:
    """The shared options of one command line. `who` is empty where nobody acts."""

    home: Path | None = None
    lang: str = "zh"
    as_json: bool = False
    who: str = ""
    token_file: Path | None = field(default=None, repr=False)
    password_stdin: bool = False

    def say(self, chinese: str, english: str) -> str:
        """One of two texts."""
        return english if self.lang == "en" else chinese

    def folder(self) -> Path:
        """The home folder: `--home`, else what the settings say."""
        from publisher.settings import home_from_environment

        return self.home or home_from_environment()

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The opened home; closed again whatever happens. Raises what `open_office` raises."""
        from publisher.bootstrap import open_office

        office = open_office(self.folder())
        try:
            yield office
        finally:
            office.close()

    @contextmanager
    def reading(self) -> Iterator[tuple[Office, Reading]]:
        """The opened home and one reading transaction."""
        with self.office() as office, office.store.read() as reading:
            yield office, reading

    def actor(self, office: Office, *, changing: bool = False) -> Actor:
        """The person of `--as`, proved. Raises `Refused`; a failed proof is on record then.

        `changing`: to set their own password, for which a one-time password is proof enough.
        """
        token, password = self._proof()
        return office.prove(self.who, token=token, password=password, changing=changing)

    def _proof(self) -> tuple[str, str]:
        from publisher.cli.proof import ask_password, read_line, read_token
        from publisher.settings import proof_from_environment

        if self.token_file is not None:
            return read_token(self.token_file), ""
        if self.password_stdin:
            return "", read_line()
        token = proof_from_environment()
        return (
            (token, "")
            if token
            else ("", ask_password(self.say(f"{self.who} 的口令", f"password of {self.who}")))
        )

    def act(
        self,
        use_case: Callable[..., T],
        request: Callable[[Reading], Any],
        tools: Callable[[Office, Any], Mapping[str, Any]] = lambda _office, _request: {},
    ) -> tuple[T, Any]:
        """Let the person do one thing; returns the use case's answer and the request that was made.

        `request` is made from what the store knows, `tools` with nothing open. A refusal in either is on
        record like one of the use case itself.
        """
        with self.office() as office:
            actor = self.actor(office)
            with noted(office, actor, use_case.__name__):
                with office.store.read() as reading:
                    made = request(reading)
                given = tools(office, made)
            return office.perform(actor, use_case, made, **given), made

    def show(
        self,
        document: Mapping[str, Any],
        *shown: RenderableType | Callable[[], RenderableType | list[RenderableType]],
    ) -> None:
        """The answer: one JSON document with `--json`, else what is made for people."""
        if self.as_json:
            sys.stdout.write(as_json(document))
            return
        from publisher.cli.tables import console

        out = console(sys.stdout)
        for part in shown:
            made = part() if callable(part) else part
            for piece in made if isinstance(made, list) else [made]:
                uncut = isinstance(piece, str) or getattr(piece, "uncut", False)
                out.print(piece, soft_wrap=uncut, markup=False)


@contextmanager
def noted(office: Office, actor: Actor, act: str) -> Iterator[None]:
    """Put a refusal raised inside into the log before it goes on: who tried what, and why not."""
    try:
        yield
    except Refused as why:
        from publisher.workflow.acts import note_refusal

        note_refusal(office.store, office.now(), actor, act, None, why)
        raise


def as_json(document: Mapping[str, Any]) -> str:
    """One JSON document with a newline. Instants are ISO 8601 with their zone."""
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    return list(value)
