"""The promises of every channel (design 5). An adapter's test inherits a class here and brings only its rig.

    class TestWeibo(HttpChannelContract):
        @pytest.fixture
        def rig(self) -> HttpRig: ...

A promise that is not here is not a promise. `docs/specs/channel-contract.md` tells each one in words.
"""

from __future__ import annotations

import traceback
from dataclasses import replace

import pytest

from channels.contract import (
    Absent,
    Accepted,
    CannotSee,
    ChannelError,
    ChannelRefused,
    CredentialsRefused,
    Found,
    Gone,
    Health,
    NeedsHand,
    OutcomeUnknown,
    QuotaSpent,
    RateLimited,
    Receipt,
    Rejected,
    Seen,
    StepChanged,
    StepState,
    Unavailable,
    Withdrawn,
)
from channels.reading import comparable
from channels.sandbox.call import Do, Fault
from tests.contract.fakes import Died, MemoryJournal, Point
from tests.contract.rig import HttpRig, Rig, arrived, deliver, found_receipt, settled

LONG = "临澜市水利局关于做好防汛工作的通知" * 500
LATE = 1.0
"""Stands for one second past the profile's own call time-out."""


class ChannelContract:
    """What holds for every adapter, also where no network lies between."""

    @pytest.fixture
    def rig(self) -> Rig:
        """The adapter on its practice platform, with nothing out."""
        raise NotImplementedError("bring a rig")

    # ------------------------------------------------------------------ out, once

    def test_what_was_published_is_out_and_is_one_thing(self, rig: Rig) -> None:
        receipt = deliver(rig, rig.message(key="k1"), rig.journal())
        assert rig.public_things() == 1
        assert receipt.remote_id
        assert [part.position for part in receipt.parts] == [0]
        assert receipt.parts[0].remote_id

    def test_what_was_published_is_found_by_its_key(self, rig: Rig) -> None:
        message, journal = rig.message(key="k1"), rig.journal()
        receipt = deliver(rig, message, journal)
        rig.restart()
        found = settled(rig, message, journal)
        assert isinstance(found, Found)
        assert found_receipt(rig, found) == receipt

    def test_publishing_twice_publishes_once(self, rig: Rig) -> None:
        message, journal = rig.message(key="k1"), rig.journal()
        first = arrived(rig, rig.channel.publish(message, journal))
        rig.restart()
        second = arrived(rig, rig.channel.publish(message, journal))
        assert second == first
        assert rig.public_things() == 1

    def test_two_postings_are_two_things(self, rig: Rig) -> None:
        one = deliver(rig, rig.message(key="k1"), rig.journal())
        other = deliver(rig, rig.message(key="k2"), rig.journal())
        assert one.parts[0].remote_id != other.parts[0].remote_id
        assert rig.public_things() == 2

    def test_an_unused_key_is_absent(self, rig: Rig) -> None:
        deliver(rig, rig.message(key="k1"), rig.journal())
        assert isinstance(settled(rig, rig.message(key="k2"), rig.journal()), Absent)

    def test_a_done_step_refuses_other_content(self, rig: Rig) -> None:
        journal = rig.journal()
        deliver(rig, rig.message(key="k1", text="停水从二十二时开始。"), journal)
        with pytest.raises(StepChanged):
            rig.channel.publish(rig.message(key="k1", text="停水从二十三时开始。"), journal)
        assert rig.public_things() == 1

    # ------------------------------------------------------------------ refused, unreachable, killed

    def test_what_is_too_long_is_refused_before_any_step(self, rig: Rig) -> None:
        journal = rig.journal()
        with pytest.raises(Rejected) as refusal:
            rig.channel.publish(rig.message(key="k1", title=LONG, text=LONG), journal)
        assert refusal.value.before_execution
        assert refusal.value.field
        assert journal.begun == []
        assert rig.public_things() == 0

    def test_a_platform_that_cannot_be_reached_has_nothing_and_gets_it_later(self, rig: Rig) -> None:
        message, journal = rig.message(key="k1"), rig.journal()
        with rig.unreachable(), pytest.raises(Unavailable):
            rig.channel.publish(message, journal)
        assert rig.public_things() == 0
        assert StepState.OPEN not in {step.state for step in journal.steps.values()}
        deliver(rig, message, journal)
        assert rig.public_things() == 1

    @pytest.mark.parametrize("point", list(Point))
    def test_killed_at_any_step_it_goes_out_once(self, rig: Rig, point: Point) -> None:
        for number, step in enumerate(self.steps(rig)):
            message, journal = rig.message(key=f"kill-{number}"), rig.journal()
            before = rig.public_things()
            journal.die(point, skip=number)
            with pytest.raises(Died):
                arrived(rig, rig.channel.publish(message, journal))
            rig.restart()
            deliver(rig, message, journal, before=before)
            assert rig.public_things() - before == 1, f"killed {point} of {step}"

    @staticmethod
    def steps(rig: Rig) -> list[str]:
        """Names of the steps that one publishing walks through."""
        journal = rig.journal()
        deliver(rig, rig.message(key="walk"), journal)
        assert journal.begun, "nothing went through the journal"
        return journal.begun

    # ------------------------------------------------------------------ looking

    def test_a_reader_finds_what_was_sent(self, rig: Rig) -> None:
        message = rig.message(key="k1")
        receipt = deliver(rig, message, rig.journal())
        seen = rig.channel.see(receipt.parts[0])
        assert isinstance(seen, Seen)
        assert seen.level is rig.channel.profile.visible
        assert comparable(message.articles[0].text) in comparable(seen.text)
        assert all(image.answers for image in seen.images)

    def test_what_was_removed_there_is_gone(self, rig: Rig) -> None:
        receipt = deliver(rig, rig.message(key="k1"), rig.journal())
        rig.vanish(receipt.parts[0])
        assert isinstance(rig.channel.see(receipt.parts[0]), Gone)

    def test_a_look_that_fails_is_never_gone(self, rig: Rig) -> None:
        receipt = deliver(rig, rig.message(key="k1"), rig.journal())
        with rig.blind():
            assert isinstance(rig.channel.see(receipt.parts[0]), CannotSee)
        assert isinstance(rig.channel.see(receipt.parts[0]), Seen)

    def test_looking_finding_and_probing_change_nothing(self, rig: Rig) -> None:
        message, journal = rig.message(key="k1"), rig.journal()
        receipt = deliver(rig, message, journal)
        steps = dict(journal.steps)
        assert isinstance(rig.channel.probe(), Health)
        rig.channel.see(receipt.parts[0])
        rig.channel.find(message, journal)
        rig.channel.find(rig.message(key="k2"), rig.journal())
        assert rig.public_things() == 1
        assert journal.steps == steps

    # ------------------------------------------------------------------ taking back

    def test_what_is_withdrawn_is_gone_and_withdrawing_again_is_harmless(self, rig: Rig) -> None:
        kept = deliver(rig, rig.message(key="k1"), rig.journal())
        taken = deliver(rig, rig.message(key="k2"), rig.journal())
        first, again = (rig.channel.withdraw(taken.parts[0], rig.journal()) for _ in range(2))
        if rig.channel.profile.withdrawable:
            assert isinstance(first, Withdrawn)
            assert isinstance(again, Withdrawn)
            rig.settle()
            assert isinstance(rig.channel.see(taken.parts[0]), Gone)
            assert rig.public_things() == 1
        else:
            assert isinstance(first, NeedsHand)
            assert isinstance(again, NeedsHand)
            assert rig.public_things() == 2
        assert isinstance(rig.channel.see(kept.parts[0]), Seen)

    @pytest.mark.parametrize("point", list(Point))
    def test_a_withdrawal_that_was_killed_is_finished_by_the_next(self, rig: Rig, point: Point) -> None:
        if not rig.channel.profile.withdrawable:
            return
        part = deliver(rig, rig.message(key="k1"), rig.journal()).parts[0]
        journal = rig.journal()
        journal.die(point)
        with pytest.raises(Died):
            rig.channel.withdraw(part, journal)
        rig.restart()
        assert isinstance(rig.channel.withdraw(part, journal), Withdrawn)
        assert isinstance(rig.channel.see(part), Gone)

    def test_a_correction_in_place_keeps_the_address(self, rig: Rig) -> None:
        if not rig.channel.profile.amendable:
            return
        receipt = deliver(rig, rig.message(key="k1", text="停水从二十二时开始。"), rig.journal())
        mended = rig.message(key="k1", text="停水从二十三时开始。")
        again = rig.channel.amend(receipt, mended, rig.journal())
        assert again == receipt
        seen = rig.channel.see(again.parts[0])
        assert isinstance(seen, Seen)
        assert "停水从二十三时开始。" in seen.text
        assert "二十二时" not in seen.text
        assert rig.public_things() == 1

    # ------------------------------------------------------------------ secrets

    def test_no_secret_is_shown(self, rig: Rig) -> None:
        shown = [
            repr(rig.channel),
            str(rig.channel),
            repr(rig.channel.probe()),
            repr(getattr(rig.channel, "__dict__", {})),
        ]
        shown += self.errors_shown(rig)
        assert shown
        for text in shown:
            assert not [secret for secret in rig.secrets if secret in text]

    @staticmethod
    def shown_by(error: ChannelError) -> list[str]:
        """Every text that a log could take from an error and what caused it."""
        return [repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]

    def errors_shown(self, rig: Rig) -> list[str]:
        """All that an error of this adapter tells, with the errors below it and the lines of code."""
        with rig.unreachable(), pytest.raises(ChannelError) as why:
            rig.channel.publish(rig.message(key="s0"), rig.journal())
        return self.shown_by(why.value)


class HttpChannelContract(ChannelContract):
    """What holds besides for platforms that are reached by requests."""

    @pytest.fixture
    def rig(self) -> HttpRig:
        """The adapter on its simulator, with nothing out."""
        raise NotImplementedError("bring a rig")

    @staticmethod
    def answer(rig: HttpRig, what: str, *, times: int = 1) -> None:
        """The platform answers the write with its own words for `what`, without doing anything."""
        status, body = rig.answers[what]
        rig.stage.script(Fault(rig.write, Do.ANSWER, status=status, body=body, times=times))

    def test_too_long_means_no_request_at_all(self, rig: HttpRig) -> None:
        with pytest.raises(Rejected):
            rig.channel.publish(rig.message(key="k1", title=LONG, text=LONG), rig.journal())
        assert not any(line.creates for line in rig.stage.log.lines)
        assert not any(rig.asked(path) for path in rig.changing)

    # ------------------------------------------------------------------ answers that do not come

    @pytest.mark.parametrize(
        "fault",
        [
            Fault("", Do.DROP_AFTER),
            Fault("", Do.DROP_BEFORE),
            Fault("", Do.DELAY_BEFORE, seconds=LATE),
            Fault("", Do.DELAY_AFTER, seconds=LATE),
            Fault("", Do.TRUNCATE),
            Fault("", Do.ANSWER_AFTER, body="<html><title>网关</title>"),
            Fault("", Do.ANSWER_AFTER, status=502, body="<html>Bad Gateway</html>"),
            Fault("", Do.ANSWER_AFTER, status=400, body="<html>Bad Request</html>"),
            Fault("", Do.ANSWER, body="[]"),
        ],
        ids=lambda fault: f"{fault.do}-{fault.status}" if fault.body else str(fault.do),
    )
    def test_without_a_readable_answer_to_the_write_the_outcome_is_unknown(
        self, rig: HttpRig, fault: Fault
    ) -> None:
        message, journal = rig.message(key="k1"), rig.journal()
        rig.stage.script(self.at(fault, rig, rig.write))
        with pytest.raises(OutcomeUnknown):
            arrived(rig, rig.channel.publish(message, journal))
        with pytest.raises(OutcomeUnknown):
            rig.channel.publish(message, journal)
        assert rig.asked(rig.write) == 1, "the write was repeated blindly"
        deliver(rig, message, journal, before=0)
        assert rig.public_things() == 1

    @pytest.mark.parametrize(
        "do", [Do.DROP_AFTER, Do.DROP_BEFORE, Do.DELAY_BEFORE, Do.DELAY_AFTER, Do.TRUNCATE]
    )
    def test_whichever_answer_is_lost_it_goes_out_once(self, rig: HttpRig, do: Do) -> None:
        for number, path in enumerate(rig.changing, start=1):
            before, hits = rig.public_things(), rig.stage.hits
            rig.stage.script(self.at(Fault("", do, seconds=LATE), rig, path))
            deliver(rig, rig.message(key=f"lost-{number}"), rig.journal())
            assert rig.stage.hits == hits + 1, f"{path} was never asked"
            assert rig.public_things() - before == 1, f"{do} at {path}"

    def test_a_refusal_after_the_write_was_done_makes_at_most_one(self, rig: HttpRig) -> None:
        message, journal = rig.message(key="k1"), rig.journal()
        status, body = rig.answers["content_refused"]
        rig.stage.script(Fault(rig.write, Do.ANSWER_AFTER, status=status, body=body))
        for _ in range(2):
            try:
                deliver(rig, message, journal, before=0)
            except Rejected:
                journal.deny()
        rig.settle()
        assert rig.public_things() <= 1

    @staticmethod
    def at(fault: Fault, rig: HttpRig, path: str) -> Fault:
        """The same fault at this path, a delay just longer than a call may take."""
        return replace(
            fault, path=path, seconds=rig.channel.profile.call_timeout_s + LATE if fault.seconds else 0
        )

    # ------------------------------------------------------------------ the platform says no

    def test_a_spent_quota_says_until_when(self, rig: HttpRig) -> None:
        self.answer(rig, "quota")
        with pytest.raises(RateLimited) as why:
            rig.channel.publish(rig.message(key="k1"), rig.journal())
        assert why.value.until.tzinfo is not None
        assert why.value.until > rig.clock()
        assert rig.public_things() == 0

    def test_a_quota_of_ours_stops_before_the_request(self, rig: HttpRig) -> None:
        rig.close_quota()
        with pytest.raises(QuotaSpent):
            rig.channel.publish(rig.message(key="k1"), rig.journal())
        assert rig.asked(rig.write) == 0
        assert rig.public_things() == 0

    def test_a_stale_token_is_renewed_once_and_it_goes_out_once(self, rig: HttpRig) -> None:
        if not rig.token_path:
            return
        self.answer(rig, "token_refused")
        deliver(rig, rig.message(key="k1"), rig.journal())
        assert rig.public_things() == 1

    def test_a_token_that_stays_refused_is_credentials_refused(self, rig: HttpRig) -> None:
        deliver(rig, rig.message(key="k0"), rig.journal())
        renewed, written = self.asked_for_token(rig), rig.asked(rig.write)
        self.answer(rig, "token_refused", times=9)
        with pytest.raises(CredentialsRefused):
            rig.channel.publish(rig.message(key="k1"), rig.journal())
        assert rig.asked(rig.write) - written <= (2 if rig.token_path else 1)
        assert self.asked_for_token(rig) - renewed <= 1
        assert rig.public_things() == 1

    @staticmethod
    def asked_for_token(rig: HttpRig) -> int:
        """Requests for a new token so far."""
        return rig.asked(rig.token_path) if rig.token_path else 0

    def test_a_lost_permission_is_not_the_items_fault(self, rig: HttpRig) -> None:
        message, journal = rig.message(key="k1"), rig.journal()
        self.answer(rig, "permission_lost")
        with pytest.raises(ChannelRefused) as why:
            rig.channel.publish(message, journal)
        assert not isinstance(why.value, CredentialsRefused)
        assert rig.public_things() == 0
        deliver(rig, message, journal)
        assert rig.public_things() == 1

    def test_refused_content_is_rejected_with_the_platforms_words(self, rig: HttpRig) -> None:
        journal = rig.journal()
        self.answer(rig, "content_refused")
        with pytest.raises(Rejected) as why:
            arrived(rig, rig.channel.publish(rig.message(key="k1"), journal))
        assert why.value.words
        assert why.value.code
        assert rig.asked(rig.write) == 1
        assert rig.public_things() == 0

    def test_an_unknown_code_is_not_retried_blindly(self, rig: HttpRig) -> None:
        message, journal = rig.message(key="k1"), rig.journal()
        self.answer(rig, "unknown_code")
        with pytest.raises(OutcomeUnknown):
            rig.channel.publish(message, journal)
        with pytest.raises(OutcomeUnknown):
            rig.channel.publish(message, journal)
        assert rig.asked(rig.write) == 1
        deliver(rig, message, journal, before=0)
        assert rig.public_things() == 1

    # ------------------------------------------------------------------ secrets

    def errors_shown(self, rig: HttpRig) -> list[str]:  # type: ignore[override]
        """Also what each refusal of the platform tells, and what the request log keeps."""
        shown = super().errors_shown(rig)
        for number, what in enumerate(sorted(rig.answers), start=1):
            journal = rig.journal()
            self.answer(rig, what, times=9)
            with pytest.raises(ChannelError) as why:
                rig.channel.publish(rig.message(key=f"s{number}"), journal)
            rig.stage.faults.clear()
            shown += [*self.shown_by(why.value), repr(journal.steps)]
        shown += [repr(line) for line in rig.stage.log.lines]
        return shown


__all__ = ["Accepted", "ChannelContract", "HttpChannelContract", "HttpRig", "MemoryJournal", "Receipt", "Rig"]
