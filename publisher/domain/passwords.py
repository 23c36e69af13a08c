"""What a password may be (R9.01), how long it serves, and how a one-time password is made."""

from __future__ import annotations

from datetime import datetime, timedelta

from publisher.domain.errors import Problem, Reason, Refused

MIN_CHARS = 12
MAX_CHARS = 200
KEPT = 5
"""The last so many passwords are not used again."""

ONE_TIME_FOR = timedelta(days=3)
"""So long a one-time password opens the account; then another is made."""

DIFFERENT = 5
"""Fewer different characters than this are a pattern, however long."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No character that is mistaken for another when it is read out."""

COMMON = (  # what guessing programs try first, whatever stands around it
    "123456",
    "654321",
    "111111",
    "888888",
    "password",
    "passw0rd",
    "p@ssw0rd",
    "qwerty",
    "1qaz2wsx",
    "asdfgh",
    "zxcvbn",
    "abc123",
    "abcdef",
    "admin",
    "woaini",
    "5201314",
    "gongkai",
    "letmein",
    "welcome",
    "密码",
    "口令",
)


def password_problems(password: str, name: str, display: str) -> list[Problem]:
    """Why this cannot be the password of an account; empty when it can. The password stands in no problem."""
    low = password.lower()
    found: list[tuple[str, str, str]] = []
    if len(password) < MIN_CHARS:
        found.append(("口令太短", f"至少 {MIN_CHARS} 个字符", f"at least {MIN_CHARS} characters"))
    if len(password) > MAX_CHARS:
        found.append(("口令太长", f"至多 {MAX_CHARS} 个字符", f"at most {MAX_CHARS} characters"))
    if any(len(word) > 1 and word.lower() in low for word in (name, display)):
        found.append(("口令里有账号或姓名", "和账号、姓名无关的口令", "the account or the name stands in it"))
    if any(word in low for word in COMMON) or (password and len(set(low)) < DIFFERENT):
        found.append(
            ("口令太常见，容易猜到", "例如一句自己记得住的话，再加几个数字", "too common, easily guessed")
        )
    return [Problem("password", why, allowed, english) for why, allowed, english in found]


def check_password(password: str, name: str, display: str) -> None:
    """Raises `Refused` with everything that is wrong with a new password."""
    problems = password_problems(password, name, display)
    if problems:
        raise Refused(Reason.BAD_INPUT, *problems)


def one_time_password(entropy: bytes) -> str:
    """Four groups of four characters, from at least 16 random bytes: 78 bits."""
    signs = [ALPHABET[byte % len(ALPHABET)] for byte in entropy[:16]]
    return "-".join("".join(signs[at : at + 4]) for at in range(0, 16, 4))


def too_old(made_at: datetime | None, now: datetime, days: int) -> bool:
    """Whether a password is due to be changed; never with 0 days, and never for one whose age nobody knows."""
    return bool(days) and made_at is not None and now - made_at >= timedelta(days=days)
