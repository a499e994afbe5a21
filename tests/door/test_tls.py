"""SIP over TLS and encrypted sound, once a certificate is named."""

import ssl
from contextlib import AbstractAsyncContextManager

import pytest

from ivr.domain.call import CallId, ChannelId
from tests.door.conftest import Desk, Door
from tests.door.knocking import until
from tests.door.secure import SecureKnocker, secure
from tests.e2e.rawsip import SDP

pytestmark = pytest.mark.xdist_group("door")

NEWEST = ssl.TLSVersion.TLSv1_3
# RFC 4568: a key of the caller's, 30 octets of base64.
CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
SECURE_SDP = SDP.replace("RTP/AVP", "RTP/SAVP") + CRYPTO


def _over_tls(
    door: Door, host: str, newest: ssl.TLSVersion = NEWEST
) -> AbstractAsyncContextManager[SecureKnocker]:
    return secure(door.tls, host, door.certificate, newest=newest)


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_the_trunk_is_known_by_its_address_over_tls_and_a_stranger_is_not(
    door: Door, newest: ssl.TLSVersion
) -> None:
    for host, status in (("127.0.0.1", 200), ("127.0.0.2", 401)):
        async with _over_tls(door, host, newest) as knocker:
            assert await knocker.final_or(knocker.request("OPTIONS")) == status


async def test_a_phone_registers_over_tls_and_calls_with_its_sound_encrypted(desk: Desk) -> None:
    door = desk.door
    async with _over_tls(door, "127.0.0.3") as phone:
        secret = door.password("anna")
        call = await phone.log_in("INVITE", "*1", "anna", secret, body=SECURE_SDP)
        await until(lambda: desk.dialled)
        await desk.connection.switch.answer(desk.dialled[0].channel)
        answer = await phone.answer(call)
        assert answer.status == 200
        assert "RTP/SAVP" in answer.body
        assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in answer.body
        await phone.answered(call)


async def test_a_phone_on_tls_is_rung_there_and_offered_encrypted_sound(desk: Desk) -> None:
    async with _over_tls(desk.door, "127.0.0.3") as phone:
        registered = await phone.log_in(
            "REGISTER", "", "anna", desk.door.password("anna"), to="<sip:anna@line>"
        )
        assert await phone.final_or(registered) == 200
        await until(lambda: [one for one in phone.came if one.method == "OPTIONS"])
        leg = ChannelId("leg2")
        await desk.connection.switch.ring(
            leg, call=CallId("n1-1"), account="anna", display="FI", number="029", ring_s=20
        )
        (invite, *_) = await until(lambda: [one for one in phone.came if one.method == "INVITE"])
        assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in invite.body
