"""Phones of which the running line knows as soon as the test has them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.domain.service import Counsellor, SignsIn
from ivr.phone.phone import Phone, Telephony
from tests.e2e.line import Line


@dataclass(frozen=True, kw_only=True)
class KnownPhones:
    """Implements `ivr.phone.phone.Telephony`.

    Asterisk tells the phone that it is registered a moment before it tells the line: a code
    dialled between the two would find its counsellor absent.
    """

    phones: Telephony
    lines: Sequence[Line]
    counsellors: Sequence[Counsellor]

    async def citizen(self, number: str | None) -> Phone:
        """See `Telephony`."""
        return await self.phones.citizen(number)

    async def counsellor(self, account: str, secret: str) -> Phone:
        """See `Telephony`; returns once whoever's own phone it is has been signed in with it."""
        phone = await self.phones.counsellor(account, secret)
        for line in self.lines:
            for counsellor in self.counsellors:
                own = counsellor.account == account and counsellor.signs_in is SignsIn.WITH_PHONE
                if own and line.runs:
                    who, where = re.escape(counsellor.id), re.escape(account)
                    await line.says(rf"^\S+  {who} +(signed in|phone here) +{where}$")
        return phone
