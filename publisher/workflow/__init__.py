"""The steps of the trip: intake, screen, review, schedule, release, deliver, verify, withdraw, seal, report.

Each use case is `name(uow, now, actor, request)`: load, decide, save, record, commit. What the system does
by itself takes no actor.
"""
