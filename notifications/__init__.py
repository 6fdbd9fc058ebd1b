"""What happened becomes what people are told: inbox rows in the caller's commit, messages afterwards."""

from notifications.announce import announce, transaction

__all__ = ["announce", "transaction"]
