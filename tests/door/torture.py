"""The messages that RFC 4475 torments a SIP parser with, written anew from what it says of each."""

from collections.abc import Mapping

from tests.door.messages import SDP, message, response

_SHORT_TORTUOUS = (
    """INVITE sip:{number}@{server};unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: {branch}wsinv.ndaksdj@192.0.2.1
Content-Length   : auto
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    {host}:{port};branch={branch};rport
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

"""
    + SDP
)

_OLD_SYNTAX = """INVITE sip:{number}@{server} SIP/2.0
Via: SIP/2.0/UDP {host}:{port}
From: <sip:caller@example.com>
To: sip:user@example.com
Call-ID: {branch}inv2543
CSeq: 56 INVITE

"""

_MULTIPART = (
    "--7a9cbec02ceef655\nContent-Type: text/plain\nContent-Transfer-Encoding: binary\n\n"
    "Hello\n--7a9cbec02ceef655\nContent-Type: application/octet-stream\n\n"
    "0\u0082\u0001R\u0006\t*\u0086H\n--7a9cbec02ceef655--\n"
)
_LONG = "a" * 2000

# §3.1.1: odd, and valid.
VALID: Mapping[str, str] = {
    "3.1.1.1 wsinv: white space everywhere": _SHORT_TORTUOUS,
    "3.1.1.2 intmeth: every character that may stand": message(
        "!interesting-Method0123456789_*+`.%indeed'~",
        'extensionHeader-!.%*+_`\'~:\u2603\u0436',
        uri="sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too."
        "(doesn't-it)@example.com",
        To='"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/'
        ";;*@example.com>",
        From="token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440"
        "\";tag=_token~1'+`*%!-.",
    ),
    "3.1.1.3 esc01: escapes that are valid": message(
        "INVITE", uri="sip:sips%3Auser%40example.com@{server}", body=SDP,
        To="sip:%75se%72@example.com", From="<sip:I%20have%20spaces@example.net>;tag=938",
        Contact="<sip:cal%6Cer@{host}:{port};%6C%72;n%61me=v%61lue%25%34%31>",
    ),
    "3.1.1.4 escnull: escaped nulls": message(
        "REGISTER", "Contact: <sip:%00@host5.example.com>", "L:0", uri="sip:{server}",
        To="sip:null-%00-null@example.com", From="sip:null-%00-null@example.com;tag=839923423",
        Contact="<sip:%00%00@{host}:{port}>", without=("Content-Length",),
    ),
    "3.1.1.5 esc02: percent that is no escape": message(
        "RE%47IST%45R", uri="sip:{server}", To='"%Z%45" <sip:resource@example.com>',
        From='"%Z%45" <sip:resource@example.com>;tag=f232jadfj23',
    ),
    "3.1.1.6 lwsdisp: a name without a space after it": message(
        "OPTIONS", From="caller<sip:caller@example.com>;tag=323"
    ),
    "3.1.1.7 longreq: long values": message(
        "INVITE", *(f"Via: SIP/2.0/TCP sip{n}.example.com" for n in range(30)),
        f"Unknown-{'Long' * 80}-Name: {_LONG}", f"Unk{_LONG}: v", body=SDP,
        To=f'"I have a user name of extreme proportion" <sip:user@example.com:6000;{_LONG}=b>',
        From=f"sip:{_LONG}@example.net;tag={_LONG};{_LONG}=none", Call_ID="{branch}" + _LONG,
        Contact=f"<sip:{_LONG}@{{host}}:{{port}}>",
    ),
    "3.1.1.8 dblreq: a second request after the first": message(
        "REGISTER", uri="sip:{server}", Content_Length="0"
    )
    + message("INVITE", body=SDP, Call_ID="second-{branch}"),
    "3.1.1.9 semiuri: parameters in the user part": message(
        "OPTIONS", uri="sip:user;par=u%40example.net@{server}"
    ),
    "3.1.1.10 transports: unknown transports": message(
        "OPTIONS", *(f"Via: SIP/2.0/{name} t{n}.example.com;branch=z9hG4bK{n}" for n, name in
                     enumerate(("SCTP", "TLS", "UNKNOWN", "TCP")))
    ),
    "3.1.1.11 mpart01: a body of several parts, binary": message(
        "MESSAGE", body=_MULTIPART, Content_Type="multipart/mixed;boundary=7a9cbec02ceef655"
    ),
    "3.1.1.12 unreason: an unusual reason": response(
        "SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e"
    ),
    "3.1.1.13 noreason: no reason": response("SIP/2.0 100 "),
}  # fmt: skip

# §3.1.2: not valid.
INVALID: Mapping[str, str] = {
    "3.1.2.1 badinv01: separators too many": message(
        "INVITE", Via="SIP/2.0/UDP {host}:{port};;,;,,", Contact='"Joe" <sip:joe@example.org>;;;;',
        body=SDP,
    ),
    "3.1.2.2 clerr: shorter than it says": message("INVITE", body=SDP, Content_Length="9999"),
    "3.1.2.3 ncl: a negative length": message("INVITE", body=SDP, Content_Length="-999"),
    "3.1.2.4 scalar02: figures too large": message(
        "REGISTER", "Expires: 10000000000000000000000000000000000000000000000000000000000000000000",
        uri="sip:{server}", Max_Forwards="300", CSeq="36893488147419103232 REGISTER",
        Contact="<sip:user@{host}:{port}>;expires=280297596632815",
    ),
    "3.1.2.5 scalarlg: figures too large in an answer": response(
        "SIP/2.0 503 Service Unavailable", CSeq="9292394834772304023312 OPTIONS",
        Retry_After="949302838503028349304023988", Warning='1812 overture "In Progress"',
    ),
    "3.1.2.6 quotbal: a quote that never ends": message(
        "INVITE", To='"Mr. J. User <sip:j.user@example.com>', body=SDP
    ),
    "3.1.2.7 ltgtruri: the address in brackets": message(
        "INVITE", uri="<sip:{number}@{server}>", body=SDP
    ),
    "3.1.2.8 lwsruri: white space in the address": message(
        "INVITE", uri="sip:{number}@{server}; lr", body=SDP
    ),
    "3.1.2.9 lwsstart: more than one space": message(
        "INVITE", first="INVITE  sip:{number}@{server}  SIP/2.0", body=SDP
    ),
    "3.1.2.10 trws: spaces at the end": message(
        "OPTIONS", first="OPTIONS sip:{server} SIP/2.0  "
    ),
    "3.1.2.11 escruri: headers in the address": message(
        "INVITE", uri="sip:{number}@{server}?Route=%3Csip:example.com%3E", body=SDP
    ),
    "3.1.2.12 baddate: a date of another zone": message(
        "INVITE", "Date: Fri, 01 Jan 2010 16:00:00 EST", body=SDP
    ),
    "3.1.2.13 regbadct: a contact that wants brackets": message(
        "REGISTER", uri="sip:{server}",
        Contact="sip:user@example.com?Route=%3Csip:sip.example.com%3E",
    ),
    "3.1.2.14 badaspec: spaces in an address": message(
        "OPTIONS", To='"Watson, Thomas" < sip:t.watson@example.org >'
    ),
    "3.1.2.15 baddn: a name of signs": message(
        "OPTIONS", From="Bell, Alexander <sip:a.g.bell@example.com>;tag=43"
    ),
    "3.1.2.16 badvers: SIP/7.0": message("OPTIONS", first="OPTIONS sip:{server} SIP/7.0"),
    "3.1.2.17 mismatch01: two methods": message("OPTIONS", CSeq="8 INVITE"),
    "3.1.2.18 mismatch02: two methods, one unknown": message("NEWMETHOD", CSeq="8 INVITE"),
    "3.1.2.19 bigcode: a status too large": response("SIP/2.0 4294967301 better not break"),
}  # fmt: skip

# §3.2 to §3.4: the transaction, the application, and the syntax before RFC 3261.
MEANING: Mapping[str, str] = {
    "3.2.1 badbranch: no transaction": message(
        "OPTIONS", Via="SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK"
    ),
    "3.3.1 insuf: headers missing": message(
        "INVITE", without=("From", "To", "Call-ID", "Max-Forwards"), body=SDP
    ),
    "3.3.2 unkscm: an unknown scheme": message(
        "OPTIONS", uri="nobodyKnowsThisScheme:totallyopaque"
    ),
    "3.3.3 novelsc: another scheme": message("OPTIONS", uri="soap.beep://192.0.2.103:3002"),
    "3.3.4 unksm2: unknown schemes in headers": message(
        "REGISTER", uri="sip:{server}", To="isbn:2983792873",
        From="<http://www.example.com>;tag=3234233", Contact="<name:John_Smith>",
    ),
    "3.3.5 bext01: what is required is unknown": message(
        "OPTIONS", "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis",
        "Require: nothingSupportsThis, nothingSupportsThisEither",
    ),
    "3.3.6 invut: an unknown kind of body": message(
        "INVITE", Content_Type="application/unknownformat",
        body="<audio>\n <pcmu port='443'/>\n</audio>\n",
    ),
    "3.3.7 regaut01: an unknown way to log in": message(
        "REGISTER", "Authorization: NoOneKnowsThisScheme opaque-data=here", uri="sip:{server}"
    ),
    "3.3.8 multi01: two of what there is one of": message(
        "INVITE", "CSeq: 59 INVITE", "Call-ID: 2@example.com", "Max-Forwards: 5",
        "From: other <sip:other@example.net>;tag=3413415", "To: <sip:someone@example.org>",
        body=SDP,
    ),
    "3.3.9 mcl01: two lengths": message("OPTIONS", "Content-Length: 5", Content_Length="13",
                                         body="There's no way to know how many octets"),
    "3.3.10 bcast: an answer through everybody": response(
        "SIP/2.0 200 OK", Via="SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23"
    ),
    "3.3.11 zeromf: no hop left": message("OPTIONS", Max_Forwards="0"),
    "3.3.12 cparam01: a parameter of the contact": message(
        "REGISTER", uri="sip:{server}", Contact="sip:+19725552222@{host}:{port};unknownparam"
    ),
    "3.3.13 cparam02: a parameter of its address": message(
        "REGISTER", uri="sip:{server}", Contact="<sip:+19725552222@{host}:{port};unknownparam>"
    ),
    "3.3.14 regescrt: an escaped Route": message(
        "REGISTER", uri="sip:{server}",
        Contact="<sip:user@example.com?Route=%3Csip:sip.example.com%3E>",
    ),
    "3.3.15 sdp01: no answer wanted that we give": message(
        "INVITE", "Accept: text/nobodyKnowsThis", body=SDP
    ),
    "3.4.1 inv2543: before RFC 3261": _OLD_SYNTAX + SDP,
}  # fmt: skip

# What the RFC does not have: no SIP at all, and SIP without an end.
NO_SIP: Mapping[str, str] = {
    "nothing": "",
    "two line ends": "\n\n",
    "zeros": "\x00" * 1200,
    "HTTP": "GET / HTTP/1.1\nHost: {server}\n\n",
    "RTP": "\x80\x08\x00\x01" + "\x00" * 168,
    "a header without an end": "INVITE sip:{number}@{server} SIP/2.0\nVia: " + "a" * 60_000,
    "ten thousand headers": message("OPTIONS", *("X: y" for _ in range(10_000))),
    "a hundred Via": message(
        "OPTIONS", *("Via: SIP/2.0/UDP a;branch=z9hG4bKa" for _ in range(100))
    ),
    "brackets without end": message("OPTIONS", From="<" * 5000),
    "a language tag of expressions": message("INVITE", "X-A: ${{SHELL(id)}}", body=SDP,
                                              From="<sip:${{SHELL(id)}}@x>;tag=1"),
    "SDP without end": message("INVITE", body=SDP + "a=x\n" * 12_000),
    "SDP of ports that are none": message("INVITE", body=SDP.replace("49217", "99999999999")),
}  # fmt: skip

MESSAGES: Mapping[str, str] = {**VALID, **INVALID, **MEANING, **NO_SIP}
