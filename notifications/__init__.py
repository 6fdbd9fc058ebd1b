"""What happened becomes what people are told: inbox rows in the caller's commit, messages afterwards."""

from notifications.announce import announce, transaction
from notifications.inbox import acknowledge, inbox, read
from notifications.outbox import Pumped, pump
from notifications.setup import channels_from
from notifications.unresolved import resolve, undelivered

__all__ = [
    "Pumped",
    "acknowledge",
    "announce",
    "channels_from",
    "inbox",
    "pump",
    "read",
    "resolve",
    "transaction",
    "undelivered",
]
