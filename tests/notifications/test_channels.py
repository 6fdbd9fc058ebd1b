"""What becomes of a message over a channel that is well, ill, slow or malicious."""

import base64
import hashlib
import hmac
import socket
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from pydantic import SecretStr

from notifications.channels import Message, Outcome
from notifications.channels.email import Email, compose, is_address, message_id
from notifications.channels.webhook import Webhook, retry_after
from states.errors import Malformed
from tests.notifications import receivers
from tests.notifications.receivers import Answer, Mailbox, answer

AT = datetime(2018, 7, 2, 0, 30, tzinfo=UTC)
SECRET = base64.b64encode(b"canary-secret-0123456789").decode()
MESSAGE = Message(
    "n:7:9", "张专员", "zhang@example.cn", "【招落服】催办：光电产业园", "到期日：2018-06-29，已逾期3天\n"
)


def hook(url: str, seconds: float = 0.5) -> Webhook:
    return Webhook(SecretStr(url), SecretStr("whsec_" + SECRET), lambda: AT, seconds)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer(200, b"ok"), Outcome("sent", "HTTP 200")),
        (answer(204), Outcome("sent", "HTTP 204")),
        (answer(200, b'{"errcode":0,"errmsg":"ok"}'), Outcome("sent", "HTTP 200")),
        (answer(200, b'{"errcode":45009}'), Outcome("retry", "HTTP 200 errcode 45009")),
        (answer(200, b'{"code":11232,"msg":"x"}'), Outcome("retry", "HTTP 200 code 11232")),
        (answer(500), Outcome("retry", "HTTP 500")),
        (answer(429, Retry_After="120"), Outcome("retry", "HTTP 429", timedelta(minutes=2))),
        (answer(408), Outcome("retry", "HTTP 408")),
        (answer(302, Location="http://127.0.0.1:1/inside"), Outcome("retry", "HTTP 302")),
        (answer(404), Outcome("dead", "HTTP 404")),
        (receivers.hang, Outcome("uncertain", "无应答 超过时限")),
        (answer(200, b"", X="1"), Outcome("sent", "HTTP 200")),
        (receivers.reset, Outcome("uncertain", "无应答 ConnectionResetError")),
    ],
)
def test_a_webhook_is_judged_by_what_it_answers(reply: Answer, expected: Outcome) -> None:
    with receivers.webhook(reply) as (url, got):
        assert hook(url).send(MESSAGE) == expected
        assert len(got) == 1


@pytest.mark.parametrize("reply", [receivers.hang, receivers.drip, receivers.drip_body])
def test_the_deadline_is_total(reply: Answer) -> None:
    with receivers.webhook(reply) as (url, _):
        began = monotonic()
        assert hook(url, 0.4).send(MESSAGE).result == "uncertain"
        assert monotonic() - began < 1.5


def test_nobody_there_is_tried_again() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert hook(f"http://127.0.0.1:{port}/").send(MESSAGE).result == "retry"


def test_a_webhook_is_signed_by_standard_webhooks() -> None:
    with receivers.webhook(answer(200)) as (url, got):
        hook(url).send(MESSAGE)
        hook(url).send(MESSAGE)
    headers, body = got[0]
    signed = f"{headers['webhook-id']}.{int(AT.timestamp())}.".encode() + body
    mac = hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert headers["webhook-id"] == got[1][0]["webhook-id"]
    assert receivers.data(body) == {"to": MESSAGE.to_name, "subject": MESSAGE.subject, "text": MESSAGE.text}


@pytest.mark.parametrize(
    "url", ["ftp://h/x", "file:///etc/passwd", "http://user:pw@h/", "nonsense", "http://"]
)
def test_only_a_plain_http_address_is_taken(url: str) -> None:
    with pytest.raises(Malformed):
        hook(url)


def test_retry_after_in_both_forms() -> None:
    assert retry_after("Mon, 02 Jul 2018 00:31:00 GMT", AT) == timedelta(minutes=1)
    assert retry_after("999999", AT) == timedelta(hours=6)
    assert retry_after("soon", AT) is None
    assert retry_after("-5", AT) is None


def mail(port: int, seconds: float = 2, **more: object) -> Email:
    return Email("127.0.0.1", port, "office@example.cn", lambda: AT, deadline_seconds=seconds, **more)  # type: ignore[arg-type]


def test_a_mail_arrives_with_chinese_text() -> None:
    box = Mailbox()
    with receivers.smtp(box) as port:
        assert mail(port).send(MESSAGE) == Outcome("sent", "SMTP 250")
    (got,) = box.mails
    assert (got["Subject"], got["To"], got["Message-ID"]) == (
        MESSAGE.subject,
        MESSAGE.to_address,
        message_id(MESSAGE.key),
    )
    assert got.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert got.get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (Mailbox(at_rcpt="550 no such user"), Outcome("dead", "收发件人 SMTP 550")),
        (Mailbox(at_rcpt="450 greylisted"), Outcome("retry", "收发件人 SMTP 450")),
        (Mailbox(at_data="554 rejected"), Outcome("dead", "正文 SMTP 554")),
        (Mailbox(at_data="451 later"), Outcome("retry", "正文 SMTP 451")),
    ],
)
def test_a_mail_server_is_judged_by_its_code(box: Mailbox, expected: Outcome) -> None:
    with receivers.smtp(box) as port:
        assert mail(port).send(MESSAGE) == expected


def test_a_mail_taken_but_never_confirmed_is_uncertain() -> None:
    with receivers.smtp(Mailbox(slow=2)) as port:
        began = monotonic()
        assert mail(port, 0.8).send(MESSAGE).result == "uncertain"
        assert monotonic() - began < 1.8


@pytest.mark.parametrize("greeting", [b"", b"220-"])
def test_a_silent_or_dripping_mail_server_is_tried_again(greeting: bytes) -> None:
    with receivers.raw(greeting, drip_seconds=len(greeting)) as port:
        began = monotonic()
        assert mail(port, 0.4).send(MESSAGE).result == "retry"
        assert monotonic() - began < 1.5


def test_a_server_without_starttls_gets_no_password() -> None:
    box = Mailbox()
    with receivers.smtp(box) as port:
        sent = mail(port, user="u", password=SecretStr("canary-password"), starttls=True).send(MESSAGE)
    assert sent.result == "retry"
    assert box.mails == []


@pytest.mark.parametrize(
    "address",
    ["a@b.cn\r\nBcc: x@y.cn", "a b@c.cn", "a@b.cn, c@d.cn", "<a@b.cn>", "@b.cn", "a@", "张@b.cn", ""],
)
def test_an_address_that_could_break_a_header_is_none(address: str) -> None:
    assert not is_address(address)
    sent = mail(1).send(Message("k", "n", address, "s", "t"))
    assert sent == Outcome("dead", "无可用邮箱地址")


def test_a_subject_cannot_add_a_header() -> None:
    with pytest.raises(ValueError, match="CR|linefeed|newline|header"):
        compose(Message("k", "n", "a@b.cn", "x\r\nBcc: z@z.cn", "t"), "o@x.cn", AT)


def test_no_secret_is_in_what_a_channel_shows() -> None:
    with receivers.webhook(receivers.reset) as (url, _):
        channel = hook(url)
        shown = repr(channel) + repr(channel.send(MESSAGE))
    shown += repr(mail(1, user="u", password=SecretStr("canary-password")))
    with pytest.raises(Malformed) as refused:
        Webhook(SecretStr("http://h/?canary"), SecretStr("whsec_canary!"), lambda: AT)
    shown += repr(refused.value) + repr(refused.value.__cause__) + repr(refused.value.__context__)
    assert "canary" not in shown
    assert SECRET not in shown
