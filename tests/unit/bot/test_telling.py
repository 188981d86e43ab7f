"""What is said of a single sending: that it is late, and that it may be there already."""

from __future__ import annotations

from datetime import timedelta

from bot.telling import DOUBT, form_of, marked
from data.models.delivery import Channel, Delivery, Notice, Stream, Target, Urgency
from handlers.reply import Reply, text
from tests.fakes.clock import START

NOTICE = Notice(
    key="k", kind="note", stream=Stream.RADAR, body="{}", at=START, urgency=Urgency.SIGNAL,
    expires_at=START + timedelta(seconds=30),
)  # fmt: skip
DELIVERY = Delivery(
    id=5, notice_id=3, notice=NOTICE, target=Target(channel=Channel.TELEGRAM, address="1"), due_at=START
)


def test_a_reply_says_first_that_it_is_late_and_last_that_it_may_be_a_repeat() -> None:
    reply = Reply(body=text("words"), footer=text("source"))
    told = marked(reply, late="12m", doubtful=True)
    assert told.body.plain == "Late: this is 12m old.\nwords"
    assert told.footer.plain == f"source\n{DOUBT}"
    assert marked(reply, late="", doubtful=False) == reply
    assert marked(Reply(title=text("x")), late="1m", doubtful=True).footer.plain == DOUBT


def test_the_age_is_said_only_after_its_time_and_so_that_many_share_a_form() -> None:
    def late(seconds: float) -> str:
        return form_of(DELIVERY, (), START + timedelta(seconds=seconds), doubtful=False).late

    assert [late(30), late(31), late(59), late(125), late(7200)] == ["", "1m", "1m", "2m", "2h"]
    assert form_of(DELIVERY, (1, 2), START, doubtful=True).told == (1, 2)
