"""首次使用: the first administrator gets in with a code that only the console of the host shows."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from publisher.domain.errors import Reason, refuse
from publisher.domain.passwords import check_password, one_time_password
from publisher.domain.people import Role
from publisher.store.people import token_digest
from publisher.store.unit_of_work import Reading, Store
from publisher.workflow.sessions import Entered, begin_session
from publisher.workflow.staff import AddUserRequest, hash_password, write_user


@dataclass(frozen=True, slots=True)
class FirstRunRequest:
    """The code that the host showed, and the first administrator."""

    code: str = field(repr=False)
    name: str = ""
    display: str = ""
    password: str = field(default="", repr=False)


def nobody_can_enter(reading: Reading) -> bool:
    """Whether no active administrator has a way into the console: a password or an account elsewhere."""
    return not any(
        a.person.active and Role.ADMINISTRATOR in a.person.roles and (a.password_hash or a.subject)
        for a in reading.people.accounts()
    )


def new_first_code(store: Store) -> str:
    """A new code, to be shown at the host, that replaces the one before; "" when somebody can enter already."""
    with store.write() as uow:
        if not nobody_can_enter(uow):
            return ""
        code = one_time_password(uow.entropy(16))
        uow.people.keep_first_code(token_digest(code))
        uow.commit()
    return code


def make_first(
    store: Store, now: datetime, request: FirstRunRequest, *, address: str = "", agent: str = ""
) -> Entered:
    """The first administrator with a password, signed in; the code is worth nothing afterwards.

    The account that `init` made, which has a token and no password, is given one; another name is added.
    """
    with store.write() as uow:
        kept = uow.people.first_code()
        given = token_digest(request.code.strip().lower())
        if not kept or not nobody_can_enter(uow) or not hmac.compare_digest(kept, given):
            raise refuse(
                Reason.NOT_PROVED,
                "启用码不对",
                field="code",
                allowed="运行 publisher run 的窗口里显示的那一个",
                english="wrong code",
            )
        known = uow.people.account(request.name)
        if known is None:
            asked = AddUserRequest(
                request.name, request.display, (Role.ADMINISTRATOR.value,), request.password
            )
            write_user(uow, now, asked)
            uow.people.change(request.name, token_hash="")
        elif Role.ADMINISTRATOR in known.person.roles and known.person.active and not known.password_hash:
            check_password(request.password, request.name, known.person.display)
            uow.people.change(request.name, password_hash=hash_password(request.password), password_at=now)
        else:
            raise refuse(
                Reason.WRONG_STATE,
                "这个账号已经有了，不是系统管理员",
                field="name",
                allowed="另一个账号名",
                english="that account exists and is no administrator",
            )
        uow.people.keep_first_code("")
        kind = "person:user:added" if known is None else "person:user:password"
        uow.record(now, kind, "system", f"user:{request.name}", facts={"by": "first_run"})
        uow.commit()
        account = uow.people.account(request.name)
    if account is None:
        raise refuse(Reason.NOT_FOUND, "没有账号", field="name", english="no such account")
    return begin_session(store, now, account, address=address, agent=agent)
