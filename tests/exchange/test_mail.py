"""The e-mail draft: what it says, and that every attachment arrives as it left."""

from __future__ import annotations

import email
from datetime import datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock
from kjxm_desktop.exchange import mail
from kjxm_desktop.exchange.mail import Letter
from tests.cli_run import AGRI, CALLS, KJXM

CALL = calls.load(paths.schemas() / KJXM)
NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)
LETTER = Letter("a@example.cn", "项目建议书：余热利用", "您好：\n\n随信寄上。\n")


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def attached(message: EmailMessage) -> list[tuple[str | None, bytes]]:
    return [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_attachments()]  # pyright: ignore[reportReturnType]


def test_the_letter_is_addressed_and_worded_by_the_call() -> None:
    told = {
        "project": {"title": "余热\u3000利用", "kind": "key_tech"},
        "people": {"leader": {"name": "贺示例"}, "applicant": {"name": "上海交通大学"}},
    }
    letter = mail.letter(CALL, told, ["甲.docx", "乙.pdf"])
    assert letter.to == "sjtunmg@126.com"
    assert "余热 利用" in letter.subject
    assert "\n" not in letter.subject
    assert "1. 甲.docx\n2. 乙.pdf" in letter.body
    assert "key_tech" not in letter.body
    assert "手机：未填" in letter.body
    assert "{" not in letter.subject + letter.body


def test_a_choice_and_a_month_are_worded_as_print_words_them() -> None:
    farm = calls.load(CALLS / AGRI)
    told = {"thing": {"trade": "raising", "one_line": "接羔"}, "field": {"start": "2026-04"}}
    body = mail.letter(farm, told, []).body
    assert "属于养殖" in body
    assert "2026 年 4 月" in body


def test_a_title_cannot_write_headers() -> None:
    letter = mail.letter(CALL, {"project": {"title": "甲\r\nBcc: b@example.cn\u2028Cc: c@example.cn"}}, [])
    message = parsed(mail.draft(letter, [], NOW))
    assert message["Bcc"] is None
    assert message["Cc"] is None


def test_the_draft_is_not_sent_has_no_sender_and_says_what_the_letter_says() -> None:
    message = parsed(mail.draft(LETTER, [("甲.pdf", b"%PDF")], NOW))
    assert message["X-Unsent"] == "1"
    assert message["From"] is None
    assert message["To"] == LETTER.to
    assert message["Subject"] == LETTER.subject
    assert message["Date"].datetime == NOW
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == LETTER.body


NAMES = st.sampled_from(
    ["甲.pdf", "项目建议书.docx", "a b.png", "表.xlsx", "说明.txt", "信.eml", "无后缀", "题" * 70 + ".pdf"]
)


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(NAMES, st.binary(max_size=3000) | st.sampled_from([b"\r\n.\r\n", b"From x\n", b"\n" * 99])))
def test_every_attachment_arrives_byte_by_byte_under_its_name(files: dict[str, bytes]) -> None:
    data = mail.draft(LETTER, list(files.items()), NOW)
    assert attached(parsed(data)) == list(files.items())
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert data.isascii()
    assert data == mail.draft(LETTER, list(files.items()), NOW)


@pytest.mark.parametrize(
    ("size", "warning"),
    [(0, None), (15_000_000, None), (15_000_001, "large"), (20_000_000, "large"), (20_000_001, "too_large")],
)
def test_a_large_mail_is_warned_of(size: int, warning: str | None) -> None:
    assert mail.size_warning(size) == warning
