"""The table of attacks: what each does, and the defence without which it succeeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks import forms, scripts, ways
from tests.attacks.instance import Instance
from tests.attacks.poison import ANSWERED, WRITTEN


@dataclass(frozen=True)
class Attack:
    """`run` says what it got, or None when it got nothing; `without` is a row of `weaken.WEAKENED`.

    `looks`: it only looks at what the walk through all pages has seen. `apart`: it leaves an application that turns
    its address or session away for a while, so it gets one of its own.
    """

    name: str
    run: Callable[[Instance], str | None]
    without: str
    looks: bool = False
    apart: bool = False


ESCAPING = "no escaping in pages"
ATTACKS = (
    *(
        Attack(f"markup in {field}", scripts.stored(field), ESCAPING, looks=True)
        for field in (*WRITTEN, *ANSWERED)
    ),
    Attack("markup in words on an English page", scripts.on_english_pages, "no escaping of marked words"),
    Attack("markup in the address", scripts.from_the_address, ESCAPING),
    Attack("markup in a text", scripts.markup_in_a_text, "no sanitiser"),
    Attack("links that run", scripts.links_that_run, "any link"),
    Attack("words as a template", scripts.words_as_template, "words are templates"),
    Attack("a script runs in a browser", scripts.a_script_runs, "no escaping and no policy"),
    Attack("another page frames ours", scripts.other_pages_frame_us, "no content security policy"),
    Attack("a forged form", forms.forged_form, "forms from anywhere"),
    Attack("every form forged", forms.every_form_forged, "forms from anywhere"),
    Attack("the token of another session", forms.token_of_another_session, "no form token"),
    Attack("a forged sign-in", forms.forged_sign_in, "sign-in from anywhere"),
    Attack("a look that acts", forms.a_look_that_acts, "a page that acts"),
    Attack("a cookie without flags", forms.cookie_without_flags, "bare cookie"),
    Attack("a session fixed before", forms.session_fixed, "session kept over sign-in"),
    Attack("a cookie after sign-out", forms.cookie_after_sign_out, "sign-out forgets only the cookie"),
    Attack("many passwords", forms.passwords_tried, "no lock", apart=True),
    Attack("many accounts", forms.accounts_tried, "no limit of addresses", apart=True),
    Attack("accounts told apart", forms.accounts_told_apart, "strangers never lock", apart=True),
    Attack("a flood of forms", forms.forms_in_a_flood, "no limit of forms", apart=True),
    Attack("a room of others", forms.another_room, "everybody sees every room"),
    Attack("an act of others", forms.another_act, "everybody may"),
    Attack("items of others", forms.items_of_others, "units see all"),
    Attack("an address that leads elsewhere", ways.leads_elsewhere, "leads anywhere"),
    Attack("an address inside the network", ways.asks_what_the_attacker_names, "any address is looked at"),
    Attack("a path that climbs out", ways.climbs_out, "static opens what is asked"),
    Attack("headers split", ways.splits_headers, "names as they come"),
    Attack("a file served as a page", ways.file_served_as_a_page, "files are what they say"),
    Attack("a file that unpacks without end", ways.bombs, "no bombs"),
    Attack("a password in the log", ways.password_in_the_log, "the log keeps what is typed"),
    Attack("a code in the running log", ways.codes_in_the_running_log, "requests are logged"),
    Attack("faults that tell", ways.faults_told, "faults are told"),
    Attack("a formula in the ledger", ways.formula_in_the_ledger, "cells as they come"),
    Attack("a template that climbs", ways.template_reaches_the_inside, "bare templates"),
)
ALONE = (
    Attack("a picture elsewhere", ways.pictures_of_a_text, ""),
    Attack("nobody signed in", forms.anonymous, ""),
)
"""Attacks against which no single defence stands: nothing in the product does what they want."""
