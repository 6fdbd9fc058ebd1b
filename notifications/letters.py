"""The message of a delivery, from its key: one notification, or the day's digest of those that share it."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from notifications.channels import Message
from notifications.digest import digest
from notifications.messages import plain, texts
from notifications.tables import Notification
from states.errors import NotFound
from states.people.tables import Person

HEAD = "【招落服】"
FOOT = "本消息由系统按规则自动发出，请勿直接回复；系统内不得录入涉密内容。"


def letter(session: Session, key: str, person_id: int, now: datetime, public_url: str) -> Message:
    """The message of a delivery: one notification, or the digest of those that share its key."""
    person = session.get_one(Person, person_id)
    query = select(col(Notification.event_id)).where(
        col(Notification.delivery_key) == key, col(Notification.person_id) == person_id
    )
    ids = [*session.execute(query.order_by(col(Notification.event_id))).scalars()]
    if not ids:
        raise NotFound("发送记录没有对应的通知。")
    name = plain(person.name)
    found = texts(session, ids, public_url)
    if key.startswith("digest:"):
        subject, text = digest(name, [found[each] for each in ids], now, public_url)
    else:
        one = found[ids[0]]
        subject, text = one.subject, f"{name}：\n{one.subject}\n\n{one.text}"
    return Message(key, name, person.email, HEAD + subject, f"{text}\n\n{FOOT}\n")
