"""Channels by the settings. Secrets go from there into the channels and nowhere else."""

from collections.abc import Callable
from datetime import datetime

from notifications.announce import EMAIL, WEBHOOK
from notifications.channels import Channel
from notifications.channels.email import Email
from notifications.channels.webhook import Webhook
from states.settings import Settings


def channels_from(settings: Settings, wall: Callable[[], datetime]) -> dict[str, Channel]:
    """The channels that are configured, by name; without an SMTP server e-mail waits. Malformed: unusable settings."""
    made: dict[str, Channel] = {}
    if settings.smtp_host:
        made[EMAIL] = Email(
            settings.smtp_host,
            settings.smtp_port,
            settings.mail_from,
            wall,
            settings.smtp_user,
            settings.smtp_password,
            settings.smtp_starttls,
        )
    if settings.webhook_url is not None:
        made[WEBHOOK] = Webhook(settings.webhook_url, settings.webhook_secret, wall)
    return made
