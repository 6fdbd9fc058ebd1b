"""Ways out of the machine. A channel takes one message to one recipient and says what became of it.

`sent` arrived; `retry` surely did not arrive; `dead` never will; `uncertain` may have: a person decides.
What may have arrived is never sent again by itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

Result = Literal["sent", "retry", "dead", "uncertain"]
DEADLINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Message:
    """Plain text for one person. `key` is the delivery's: the same for every attempt."""

    key: str
    to_name: str
    to_address: str | None
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. `note` is a fixed word and a code: never an address, a body or an exception's text."""

    result: Result
    note: str
    after: timedelta | None = None


class Channel(Protocol):
    """One way out; `send` never raises for what a network or a receiver does."""

    def send(self, message: Message) -> Outcome:
        """Send within the channel's total deadline."""
        ...
