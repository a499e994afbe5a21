"""SIP messages that are right but for what a test says, with places for what it learns late.

`{server}`, `{host}`, `{port}`, `{branch}` and `{number}` stand for the addresses of the two
sides, an id of this message and a number that can be dialled. The one `Content-Length: auto`
is counted.
"""

SDP = (
    "v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.3\ns=-\nc=IN IP4 192.0.2.4\nt=0 0\n"
    "m=audio 49217 RTP/AVP 0 12\na=rtpmap:31 LPC\n"
)
_HEADERS = {
    "Via": "SIP/2.0/UDP {host}:{port};rport;branch={branch}",
    "Max-Forwards": "70",
    "From": "<sip:caller@example.com>;tag=242etr",
    "To": "<sip:user@example.com>",
    "Call-ID": "{branch}@example.com",
    "CSeq": "1 METHOD",
    "Contact": "<sip:caller@{host}:{port}>",
    "Content-Length": "auto",
}


def message(
    method: str,
    *more: str,
    uri: str = "sip:{number}@{server}",
    first: str | None = None,
    body: str = "",
    without: tuple[str, ...] = (),
    **changed: str,
) -> str:
    """A request that is right but for what is `changed`, `without`, or `more` of it."""
    headers = _HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}
    kind = ["Content-Type: application/sdp"] if body and "Content-Type" not in headers else []
    lines = [f"{name}: {value}" for name, value in headers.items() if name not in without]
    start = first or f"{method} {uri} SIP/2.0"
    text = "\n".join([start, *lines, *more, *kind]).replace("METHOD", method)
    return f"{text}\n\n{body}"


def response(start: str, **changed: str) -> str:
    """An answer to a request that nobody sent."""
    return message("INVITE", first=start, uri="", body="", without=(), **changed)


def datagram(text: str, *, server: str, host: str, port: int, branch: str, number: str) -> bytes:
    """The bytes of a case."""
    filled = text.format(server=server, host=host, port=port, branch=branch, number=number)
    raw = filled.replace("\n", "\r\n").encode()
    length = len(raw.partition(b"\r\n\r\n")[2])
    return raw.replace(b": auto", b": %d" % length, 1)[:65_000]
