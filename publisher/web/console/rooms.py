"""The rooms of the console. Each adds its pages and forms."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from publisher.web.console import calendar
from publisher.web.console import audit
from publisher.web.console import channels
from publisher.web.console import deliveries
from publisher.web.console import editor
from publisher.web.console import editor_files
from publisher.web.console import help as help_pages
from publisher.web.console import items
from publisher.web.console import own
from publisher.web.console import oidc
from publisher.web.console import people
from publisher.web.console import settings
from publisher.web.console import ledger
from publisher.web.console import reports
from publisher.web.console import review
from publisher.web.console import first_run, second_factor
from publisher.web.console import sign_in
from publisher.web.console import tokens
from publisher.web.console import workbench
from publisher.web.console.console import Console

ROOMS: tuple[Callable[[FastAPI, Console], None], ...] = (
    sign_in.add,
    workbench.add,
    own.add,
    editor.add,
    editor_files.add,
    people.add,
    second_factor.add,
    first_run.add,
    oidc.add,
    items.add,
    tokens.add,
    help_pages.add,
    review.add,
    channels.add,
    settings.add,
    calendar.add,
    deliveries.add,
    audit.add,
    reports.add,
    ledger.add,
)
