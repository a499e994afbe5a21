"""What Asterisk is told of the carrier: whose calls are the trunk's, and how it is called."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ivr.settings import Address
from ivr.trunk import TrunkLogin

# The part of our contact before the @. A carrier that calls what was registered, and not the
# number dialled, meets the extension of this name in extensions.conf.
CONTACT = "trunk"

# The section that registers us.
REGISTRATION = "trunk-registration"

# A carrier that has forgotten us, or was away, knows us again within this time.
_REGISTERED_S = 300
_RETRY_S = 30


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """`peers` are where calls come from; `address` is where ours go, None where we make none.

    `sound` are the settings that say where sound is taken.
    """

    peers: Iterable[str]
    address: Address | None
    login: TrunkLogin | None
    sound: str


def trunk(carrier: Carrier) -> str:
    """The text of `local/trunk.conf`; it goes on with the endpoint `trunk` of pjsip.conf."""
    return "\n".join(_sections(carrier))


def _sections(carrier: Carrier) -> Iterator[str]:
    matches = "".join(f"match={peer}\n" for peer in dict.fromkeys(carrier.peers))
    yield f"[trunk-addresses]\ntype=identify\nendpoint=trunk\n{matches}"
    login, address = carrier.login, carrier.address
    aor = "aors=trunk\n" if address else ""
    account = _endpoint(login, address) if login and address else ""
    yield f"[trunk](+)\n{carrier.sound}{aor}{account}"
    if address:
        host = login.domain if login and login.domain else str(address)
        yield f"[trunk]\ntype=aor\ncontact=sip:{host}\n"
    if login and address:
        yield _auth(login)
        yield _registration(login, address)


def _endpoint(login: TrunkLogin, address: Address) -> str:
    domain = f"from_domain={login.domain}\n{_proxy(address)}" if login.domain else ""
    return f"outbound_auth=trunk-account\n{domain}"


def _auth(login: TrunkLogin) -> str:
    password = login.password.replace(";", r"\;")
    return (
        "[trunk-account]\ntype=auth\nauth_type=digest\n"
        f"username={login.user}\npassword={password}\n"
    )


def _registration(login: TrunkLogin, address: Address) -> str:
    """Left to itself Asterisk gives up: after ten failures, and at once after a refusal."""
    host = login.domain or str(address)
    proxy = _proxy(address) if login.domain else ""
    return (
        f"[{REGISTRATION}]\ntype=registration\noutbound_auth=trunk-account\n"
        f"server_uri=sip:{host}\nclient_uri=sip:{login.user}@{login.domain or address.host}\n"
        f"{proxy}contact_user={CONTACT}\nexpiration={_REGISTERED_S}\n"
        "max_random_initial_delay=0\nmax_retries=1000000\nauth_rejection_permanent=no\n"
        f"retry_interval={_RETRY_S}\nforbidden_retry_interval={_RETRY_S}\n"
        f"fatal_retry_interval={_RETRY_S}\n"
    )


def _proxy(address: Address) -> str:
    r"""The address is asked for no name: `\;` is a `;` that begins no comment."""
    return f"outbound_proxy=sip:{address}\\;lr\n"
