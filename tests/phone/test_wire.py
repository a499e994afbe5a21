"""A message of the trace is read as it was sent."""

import pytest

from ivr.phone.wire import SipMessage

INVITE = """INVITE sip:0291512360@127.0.0.1:5060 SIP/2.0\r
v: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK1\r
f: {sender};tag=1\r
To: <sip:0291512360@127.0.0.1:5060>\r
i: abc@example\r
CSeq: 17 INVITE\r
Content-Type: application/sdp\r
\r
v=0\r
m=audio 4002 RTP/AVP 8"""

SENDERS = [
    ('"SV Lapsiperheet 3:40" <sip:0291512360@127.0.0.1>', "SV Lapsiperheet 3:40", "0291512360"),
    ('"Anonymous" <sip:anonymous@anonymous.invalid>', "Anonymous", "anonymous"),
    ("<sip:+358401234567@127.0.0.1>", "", "+358401234567"),
    ("Plain Name <sip:1@127.0.0.1>", "Plain Name", "1"),
    (r'"a \"b\" \\ <c>" <sip:2@127.0.0.1>', r'a "b" \ <c>', "2"),
    ("sip:3@127.0.0.1", "", "3"),
    ("<sip:127.0.0.1>", "", ""),
]


def read(text: str) -> SipMessage:
    return SipMessage.read(text, at=1.5, sent=False)


def test_a_request_is_read_with_its_body_and_compact_headers() -> None:
    message = read(INVITE.format(sender=SENDERS[0][0]))
    assert (message.method, message.status, message.reason) == ("INVITE", 0, "")
    assert (message.cseq, message.cseq_method) == (17, "INVITE")
    assert message.call_id == "abc@example"
    assert message.headers["via"].endswith("branch=z9hG4bK1")
    assert message.body.endswith("RTP/AVP 8")
    assert str(message) == "← INVITE"


@pytest.mark.parametrize(("sender", "name", "number"), SENDERS)
def test_the_caller_is_read_from_the_from_header(sender: str, name: str, number: str) -> None:
    message = read(INVITE.format(sender=sender))
    assert message.display_name == name
    assert message.number == number


def test_a_response_tells_what_it_answers() -> None:
    message = read(
        "SIP/2.0 183 Session Progress\r\nVia: one\r\nVia: two\r\nCall-ID: x\r\nCSeq: 3 INVITE"
    )
    assert (message.method, message.status, message.reason) == ("", 183, "Session Progress")
    assert message.answers("INVITE", 183)
    assert not message.answers("BYE", 183)
    assert message.headers["via"] == "one"
    assert str(message) == "← 183 Session Progress (INVITE)"


@pytest.mark.parametrize(
    "text", ["", "\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "BYE sip:a SIP/2.0\r\nCall-ID: x\r\n\r\n"]
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no SIP message"):
        read(text)
