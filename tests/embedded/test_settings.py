from pathlib import Path

import pytest

from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, Address, PortRange, Settings


def test_nothing_set_means_the_embedded_servers_on_loopback():
    settings = Settings.from_environment({})

    assert settings.database_url is None
    assert settings.ari is None
    assert settings.state_dir == PROJECT_ROOT / "var"
    assert settings.sip_bind == Address(host="127.0.0.1", port=5060)
    assert settings.http_bind == Address(host="127.0.0.1", port=8080)
    assert settings.rtp_ports == PortRange(first=10000, last=19999)


def test_an_empty_variable_counts_as_not_set():
    names = ("IVR_DATABASE_URL", "IVR_ARI_URL", "IVR_STATE_DIR", "IVR_SIP_BIND", "IVR_RTP_PORTS")

    assert Settings.from_environment(dict.fromkeys(names, "")) == Settings.from_environment({})


def test_a_relative_state_folder_is_made_absolute():
    settings = Settings.from_environment({"IVR_STATE_DIR": "elsewhere"})

    assert settings.state_dir == Path.cwd() / "elsewhere"


def test_an_address_may_be_of_ip_version_6():
    settings = Settings.from_environment({"IVR_SIP_BIND": "[::1]:5070"})

    assert str(settings.sip_bind) == "[::1]:5070"


def test_a_carrier_is_called_only_where_one_is_named():
    named = Settings.from_environment({"IVR_SIP_TRUNK": "192.0.2.1:5060"})

    assert named.sip_trunk == Address(host="192.0.2.1", port=5060)
    assert Settings.from_environment({"IVR_SIP_TRUNK": ""}).sip_trunk is None


def test_the_prompts_may_be_spoken_by_a_command_of_ones_own():
    command = "piper -m '/opt/voices/my {language}.onnx' --length-scale {stretch} -f {output}"
    words = Settings.from_environment({"IVR_SPEECH_COMMAND": command}).speech_command

    assert words is not None
    assert words[2] == "/opt/voices/my {language}.onnx"
    assert Settings.from_environment({"IVR_SPEECH_COMMAND": ""}).speech_command is None


@pytest.mark.parametrize(
    ("command", "cure"),
    [
        ("speak {output}", "it must hold {language}"),
        ("speak", "it must hold {language} and {output}; the text comes on its input"),
        (
            "speak {language} {output} {rate}",
            "there is no {rate}; it may hold {language}, {output}",
        ),
        ("speak '{language} {output}", "No closing quotation"),
    ],
)
def test_a_command_that_cannot_speak_is_refused(command: str, cure: str):
    with pytest.raises(Refusal, match="IVR_SPEECH_COMMAND: ") as refused:
        Settings.from_environment({"IVR_SPEECH_COMMAND": command})
    assert cure in str(refused.value)


def _tls(folder: Path) -> dict[str, str]:
    for name in ("certificate.pem", "key.pem"):
        (folder / name).touch()
    return {
        "IVR_SIP_TLS_BIND": "127.0.0.1:5061",
        "IVR_SIP_TLS_CERT": str(folder / "certificate.pem"),
        "IVR_SIP_TLS_KEY": str(folder / "key.pem"),
    }


def test_tls_is_taken_with_its_certificate(tmp_path: Path):
    tls = Settings.from_environment(_tls(tmp_path)).sip_tls

    assert tls is not None
    assert str(tls.bind) == "127.0.0.1:5061"
    assert (tls.certificate.name, tls.key.name) == ("certificate.pem", "key.pem")
    assert Settings.from_environment({}).sip_tls is None


@pytest.mark.parametrize("missing", ["IVR_SIP_TLS_BIND", "IVR_SIP_TLS_CERT", "IVR_SIP_TLS_KEY"])
def test_half_of_tls_is_refused_and_the_missing_half_named(missing: str, tmp_path: Path):
    given = _tls(tmp_path)
    del given[missing]

    with pytest.raises(Refusal, match=missing):
        Settings.from_environment(given)


def test_a_real_asterisk_is_taken_with_its_login():
    given = {"IVR_ARI_URL": "http://pbx:8088/ari/", "IVR_ARI_USER": "u", "IVR_ARI_PASSWORD": "p"}

    ari = Settings.from_environment(given).ari

    assert ari is not None
    assert (ari.url, ari.user, ari.password) == ("http://pbx:8088", "u", "p")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IVR_SIP_BIND", "5060"),
        ("IVR_SIP_BIND", "localhost:5060"),
        ("IVR_SIP_BIND", "127.0.0.1:0"),
        ("IVR_HTTP_BIND", "127.0.0.1:65536"),
        ("IVR_HTTP_BIND", "127.0.0.1:http"),
        ("IVR_SIP_TRUNK", "carrier.example"),
        ("IVR_SIP_TLS_BIND", "5061"),
        ("IVR_SIP_TLS_CERT", "/nowhere.pem"),
        ("IVR_RTP_PORTS", "10000"),
        ("IVR_RTP_PORTS", "20000-10000"),
        ("IVR_RTP_PORTS", "80-90"),
        ("IVR_STATE_DIR", __file__),
        ("IVR_DATABASE_URL", "mysql://u:hunter2@db/ivr"),
        ("IVR_DEBIAN_MIRROR", "mirror.example"),
        ("IVR_ARI_URL", "pbx:8088"),
    ],
)
def test_a_wrong_value_is_refused_and_the_variable_named(name: str, value: str):
    with pytest.raises(Refusal, match=f"^{name}: ") as refused:
        Settings.from_environment({name: value})

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("missing", ["IVR_ARI_URL", "IVR_ARI_USER", "IVR_ARI_PASSWORD"])
def test_half_a_login_is_refused_and_the_missing_half_named(missing: str):
    given = {"IVR_ARI_URL": "http://pbx:8088", "IVR_ARI_USER": "u", "IVR_ARI_PASSWORD": "p"}
    del given[missing]

    with pytest.raises(Refusal, match=missing):
        Settings.from_environment(given)


def test_a_password_is_not_in_the_settings_own_words():
    given = {"IVR_ARI_URL": "http://pbx:8088", "IVR_ARI_USER": "u", "IVR_ARI_PASSWORD": "hunter2"}

    assert "hunter2" not in repr(Settings.from_environment(given))


def test_how_far_the_outbox_may_grow_is_said_in_megabytes():
    assert Settings.from_environment({}).outbox_mb == 2000
    assert Settings.from_environment({"IVR_OUTBOX_MB": "150"}).outbox_mb == 150


@pytest.mark.parametrize("written", ["9", "1000001", "-5", "2 GB", "1.5", "²"])
def test_an_outbox_of_no_size_is_refused(written: str):
    with pytest.raises(Refusal, match=r"IVR_OUTBOX_MB.*10 to 1000000"):
        Settings.from_environment({"IVR_OUTBOX_MB": written})


def _ami(folder: Path) -> dict[str, str]:
    return {
        "IVR_AMI": "127.0.0.1:5038",
        "IVR_AMI_USER": "ivr",
        "IVR_AMI_PASSWORD": "hunter2",
        "IVR_ASTERISK_DIR": str(folder),
    }


def test_an_asterisk_of_ones_own_is_told_where_its_ami_and_its_folder_are_named(tmp_path: Path):
    ami = Settings.from_environment(_ami(tmp_path)).ami

    assert ami is not None
    assert (str(ami.address), ami.user, ami.folder) == ("127.0.0.1:5038", "ivr", tmp_path)
    assert "hunter2" not in repr(ami)
    assert Settings.from_environment({}).ami is None


@pytest.mark.parametrize(
    "missing", ["IVR_AMI", "IVR_AMI_USER", "IVR_AMI_PASSWORD", "IVR_ASTERISK_DIR"]
)
def test_a_part_of_ami_is_refused_and_what_is_missing_named(missing: str, tmp_path: Path):
    given = _ami(tmp_path)
    del given[missing]

    with pytest.raises(Refusal, match=f"^{missing} is not set"):
        Settings.from_environment(given)
