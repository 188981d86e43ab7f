"""Why there is no answer: errors of a vendor, and our own restraint, as the reasons of gaps."""

from __future__ import annotations

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, UpstreamError
from data.models.market import GapReason


class NoAnswer(Exception):
    """The gateway did not ask, or had no time to wait: nothing is known of the vendor."""

    def __init__(self, reason: GapReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def reason_of(error: UpstreamError) -> GapReason:
    """Name an error as a gap."""
    match error:
        case NotListed():
            return GapReason.NOT_LISTED
        case RateLimited():
            return GapReason.RATE_LIMITED
        case BadPayload():
            return GapReason.BAD_PAYLOAD
        case KeyRejected():
            return GapReason.KEY_REJECTED
        case _:
            return GapReason.TIMEOUT if isinstance(error.__cause__, TimeoutError) else GapReason.UNAVAILABLE
