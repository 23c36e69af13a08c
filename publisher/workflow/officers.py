"""三员分立: what the system administrator does alone only while nobody is security administrator."""

from __future__ import annotations

from publisher.domain.errors import Reason, refuse
from publisher.domain.people import ACT_LABELS, Act, Person, Role, require
from publisher.store.unit_of_work import Reading
from publisher.workflow.acts import Actor


def security_administrators(reading: Reading, besides: str = "") -> list[Person]:
    """Active security administrators, without one account."""
    return [p for p in reading.people.with_role(Role.SECURITY_ADMINISTRATOR) if p.name != besides]


def check_officer(reading: Reading, actor: Actor, act: Act, about: str) -> None:
    """Refuse unless this person may do an act of security to the account `about`.

    It is the security administrator's. Where there is none besides the person concerned, it falls to the system
    administrator: else nobody could help a security administrator who forgot the password.
    """
    require(act, actor.person)
    officers = security_administrators(reading, besides=about)
    if Role.SECURITY_ADMINISTRATOR in actor.person.roles or not officers:
        return
    names = "、".join(p.display for p in officers)
    raise refuse(
        Reason.NOT_PERMITTED,
        f"本单位有安全管理员，“{ACT_LABELS[act]}”由安全管理员办",
        field="actor",
        allowed=f"请找{names}",
        english=f"{act.value} is for the security administrator",
    )


def check_not_self(actor: Actor, about: str, words: str, english: str) -> None:
    """Refuse what nobody does to their own account."""
    if actor.name == about:
        raise refuse(
            Reason.NOT_PERMITTED, words, field="actor", allowed="请另一位管理员办理", english=english
        )
