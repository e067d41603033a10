"""A broken file is said in one sentence with its place; a model is served only if it is the one that was trained."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot import environment
from bot.serve import channel_credentials
from bot.training import train
from bot.training.fingerprint import fingerprint
from bot.training.manifest import Manifest, ManifestError
from tests.bot.assistant import BOT_PYTHON, ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of all that a trainer edits, in which the commands work."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copytree(ROOT / "bot" / "domain", tmp_path / "bot" / "domain")
    shutil.copy(ROOT / "bot" / "config.yml", tmp_path / "bot" / "config.yml")
    for name in ("DATA", "DOMAIN", "POLICY", "CONFIG", "MODELS"):
        monkeypatch.setattr(environment, name, tmp_path / getattr(environment, name).relative_to(ROOT))
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    return tmp_path


def changed(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


BROKEN = {
    "invalid YAML": ("data/nlu/talk.yml", "  - intent: greet\n", "  - intent: [greet\n", "not valid YAML"),
    "unknown intent in the data": ("data/nlu/talk.yml", "- intent: greet\n", "- intent: greeet\n", "'greeet'"),
    "intent without a row": ("bot/domain/policy.yml", "  greet: {public: answer, private: answer}\n", "", "no row"),
    "row without an intent": ("bot/domain/intents.yml", "  - jobs\n", "", "'jobs' is not in the domain"),
    "row of a channel without a usual one": (
        "bot/domain/policy.yml",
        "channels: {}\n",
        "channels:\n  twitter:\n    parking: {public: move}\n",
        "no usual row",
    ),
    "form in public on one channel": (
        "bot/domain/policy.yml",
        "channels: {}\n",
        "channels:\n  twitter:\n    refund_status: {public: answer}\n",
        "starts a form",
    ),
    "wrong decision": ("bot/domain/policy.yml", "greet: {public: answer", "greet: {public: shout", "'shout'"),
    "form in public": (
        "bot/domain/policy.yml",
        "where_is_my_order: {public: move",
        "where_is_my_order: {public: answer",
        "starts a form",
    ),
    "missing response": ("bot/domain/questions.yml", "  utter_jobs:\n", "  utter_job:\n", "'utter_jobs'"),
    "unknown action": (
        "data/rules/talk.yml",
        "- action: action_take_up",
        "- action: action_take_off",
        "action_take_off",
    ),
    "intent without a rule": (
        "data/rules/talk.yml",
        "  - rule: greet\n    steps:\n      - intent: greet\n      - action: utter_greet\n",
        "",
        "no rule",
    ),
    "one example, two intents": ("data/nlu/talk.yml", "      - bye\n", "      - bye\n      - hours?\n", "too"),
    "broken mark": ("data/nlu/talk.yml", "      - bye\n", "      - bye\n      - bye [foo(bar)\n", "not whole"),
    "mark without its name": ("data/nlu/talk.yml", "      - bye\n", "      - bye\n      - bye [foo]\n", "not whole"),
    "mark of nothing": ("data/nlu/talk.yml", "      - bye\n", "      - bye\n      - bye [1](ordr)\n", "'ordr'"),
    "long public text": ("bot/domain/talk.yml", "You're very welcome!", "welcome " * 40, "characters"),
    "image": ("bot/domain/talk.yml", '- text: "You\'re very welcome!"', '- image: "https://x.example"', "'image'"),
    "button to nowhere": ("bot/domain/talk.yml", "payload: /human", "payload: /humann", "'humann'"),
    "form without words": ("bot/domain/forms.yml", "  utter_ask_email:\n", "  utter_ask_mail:\n", "utter_ask_email"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_one_sentence_with_its_place(
    project: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    file, old, new, words = BROKEN[case]
    changed(project / file, old, new)
    assert train.main([]) == 1
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert words in said
    name, line, _ = said.split(":", 2)
    assert (project / name).is_file()
    assert int(line) >= 1


def test_the_place_is_the_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "data" / "nlu" / "talk.yml"
    changed(path, "- intent: thanks\n", "- intent: thankz\n")
    line = path.read_text(encoding="utf-8").splitlines().index("  - intent: thankz") + 1
    train.main([])
    assert capsys.readouterr().err.startswith(f"data/nlu/talk.yml:{line}: ")


def test_an_intent_without_examples_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(project / "bot/domain/intents.yml", "  - jobs\n", "  - jobs\n  - parking\n")
    changed(project / "bot/domain/policy.yml", "  jobs: {", "  parking: {public: answer, private: answer}\n  jobs: {")
    changed(
        project / "data/rules/talk.yml",
        "rules:\n",
        "rules:\n  - rule: parking\n    steps:\n      - intent: parking\n      - action: utter_greet\n",
    )
    assert train.main([]) == 1
    assert "'parking' has 0 examples" in capsys.readouterr().err


def test_nothing_is_trained_twice(model: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main([]) == 0
    assert "nothing changed" in capsys.readouterr().out


def test_a_changed_file_changes_the_fingerprint(project: Path) -> None:
    before = fingerprint([project / "data"])
    assert before == fingerprint([project / "data"])
    changed(project / "data" / "nlu" / "talk.yml", "- hiya\n", "- hiya!\n")
    assert fingerprint([project / "data"]) != before


def test_a_model_that_was_tampered_with_is_not_served(tmp_path: Path) -> None:
    file = tmp_path / "aside-x.tar.gz"
    file.write_bytes(b"model")
    Manifest.of_trained(file, "fingerprint", {"talk": {}}).write()
    Manifest.read(tmp_path).verify()
    file.write_bytes(b"another")
    with pytest.raises(ManifestError, match="not the one that was trained"):
        Manifest.read(tmp_path).verify()


def test_no_model_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no trained model"):
        Manifest.read(tmp_path)


def test_rasa_gets_no_channel_but_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASIDE_BOT_TOKEN", "secret")
    monkeypatch.setenv("TELEGRAM_ACCESS_TOKEN", "telegram-secret")
    assert channel_credentials() == {"token": "secret"}


def test_without_a_token_nothing_is_served(model: None) -> None:
    environment_without_token = {name: value for name, value in os.environ.items() if name != "ASIDE_BOT_TOKEN"}
    run = subprocess.run(
        [str(BOT_PYTHON), "-m", "bot.serve"],
        cwd=ROOT,
        env=environment_without_token,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 1
    assert "ASIDE_BOT_TOKEN" in run.stderr
    assert "Traceback" not in run.stderr
