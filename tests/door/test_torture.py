"""Whatever comes to the SIP port, Asterisk lives and takes the next call."""

import pytest

from tests.door.conftest import SERVICE_NUMBER, Desk, unbothered
from tests.door.messages import datagram
from tests.door.torture import MESSAGES

pytestmark = pytest.mark.xdist_group("door")

THEIRS = ("127.0.0.1", "127.0.0.2")  # the trunk's address, and a stranger's


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_message_that_torments_a_parser_does_no_harm(desk: Desk, name: str) -> None:
    for host in THEIRS:
        async with unbothered(desk), desk.door.knock(host) as knocker:
            raw = datagram(
                MESSAGES[name], server=str(desk.door.sip), host=host, port=knocker.port,
                branch=f"z9hG4bK{knocker.port}", number=SERVICE_NUMBER,
            )  # fmt: skip
            knocker.send(raw)
    assert not desk.dialled
