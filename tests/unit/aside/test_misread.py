"""What is written into `credentials.yml` and `.env` that nothing reads is said, with the way out."""

from pathlib import Path

import pytest

from aside import misread
from aside.findings import Line, Verdict, broken, look
from aside.misread import everything, in_assistant, in_credentials, in_env
from gateway.errors import SettingsError

ASSISTANT = "bot.channels.gateway.GatewayInput:\n  token: ${ASIDE_BOT_TOKEN}\n"


def credentials(tmp_path: Path, text: str) -> list[Line]:
    path = tmp_path / "credentials.yml"
    path.write_text(text)
    return list(in_credentials(path))


def env(tmp_path: Path, text: str, **environ: str) -> list[str]:
    path = tmp_path / ".env"
    path.write_text(text)
    return [line.words for line in in_env(path, environ)]


def test_what_this_checkout_ships_is_read_as_a_whole() -> None:
    assert [line for line in everything() if line.name == "credentials.yml"] == []


@pytest.mark.parametrize(
    ("text", "words", "verdict"),
    [
        ("telegram:\n  acces_token: ${TELEGRAM_ACCESS_TOKEN}\n", "Did you mean `access_token`?", Verdict.BROKEN),
        ("facebook:\n  page-acess-token: ${F}\n", "Did you mean `page_access_token`?", Verdict.BROKEN),
        ("telegramm:\n  access_token: ${T}\n", "Did you mean `telegram`?", Verdict.BROKEN),
        ("rest:\n", "Nothing reads the section `rest`", Verdict.LOOK),
        ("telegram:\n  access_token: 123:geheim\n", "holds the secret itself", Verdict.LOOK),
        ("telegram:\n  access_token: ${telegram_token}\n", "does not name one setting", Verdict.BROKEN),
    ],
)
def test_what_is_wrong_in_a_channels_section_is_said_with_the_way_out(
    tmp_path: Path, text: str, words: str, verdict: Verdict
) -> None:
    (line,) = credentials(tmp_path, text + ASSISTANT)
    assert words in line.words
    assert line.verdict is verdict
    assert line.advice
    assert "geheim" not in line.words + line.advice


def test_an_address_or_an_id_may_stand_in_the_file_itself(tmp_path: Path) -> None:
    text = "facebook:\n  page_id: 104288817354101\n  api_root: http://127.0.0.1:9\n"
    assert credentials(tmp_path, text + ASSISTANT) == []


@pytest.mark.parametrize("text", ["telegram:\n", "bot.channels.gateway.GatewayInput:\n  tokn: x\n"])
def test_a_file_without_the_assistants_token_names_the_section_and_how_it_is_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials.yml"
    path.write_text(text)
    (line,) = in_assistant(path)
    assert line.verdict is Verdict.BROKEN
    assert "bot.channels.gateway.GatewayInput" in line.words
    assert "token: ${ASIDE_BOT_TOKEN}" in line.advice


def test_a_misspelt_name_in_env_is_answered_with_the_right_one(tmp_path: Path) -> None:
    said = env(tmp_path, "TELEGRAM_ACESS_TOKEN=geheim\nASIDE_LIMIT=x\nTWITTER_FOO_BAR=1\nRASA_PORT=5\nRASA_OWN=1\n")
    assert said == [
        "Nothing reads TELEGRAM_ACESS_TOKEN. Did you mean TELEGRAM_ACCESS_TOKEN?",
        "Nothing reads ASIDE_LIMIT. Did you mean ASIDE_LIMITS?",
        "Nothing reads TWITTER_FOO_BAR.",
    ]


def test_in_the_environment_only_what_is_nearly_right_is_said(tmp_path: Path) -> None:
    said = env(tmp_path, "", ASIDE_PROT="1", FACEBOOK_OF_ANOTHER_PROGRAM="1", ASIDE_PORT="8080")
    assert said == ["Nothing reads ASIDE_PROT. Did you mean ASIDE_PORT?"]


def test_a_line_of_env_that_cannot_be_read_is_named_by_its_number_and_not_shown(tmp_path: Path) -> None:
    (said,) = env(tmp_path, "ASIDE_PORT=8080\ngeheim ist das\n")
    assert said == "Line 2 of .env is not of the form NAME=value, and is skipped."


def test_what_is_misread_is_said_once_at_the_start_and_stops_only_what_could_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grave = broken("settings", "credentials.yml", "It lacks a section.", "Write it.")
    monkeypatch.setattr(
        misread, "everything", lambda: [grave, look("settings", ".env", "Nothing reads X.", "Correct it.")]
    )
    monkeypatch.setattr(misread, "in_assistant", lambda: iter([grave]))
    misread.say()
    assert (
        capsys.readouterr().err
        == "credentials.yml: It lacks a section. Write it.\n.env: Nothing reads X. Correct it.\n"
    )
    with pytest.raises(SettingsError, match=r"^credentials\.yml: It lacks a section\. Write it\.$"):
        misread.say(with_assistant=True)
    assert capsys.readouterr().err == ".env: Nothing reads X. Correct it.\n"
