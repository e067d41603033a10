"""Writes and trains a stock assistant from Aside's own data: the same examples, one rule and one answer an intent.

`python prepare.py CHECKOUT FOLDER [light]`, in the environment of Rasa. `light` leaves out the policies that learn from
stories, and the stories. Does nothing where FOLDER holds what it would write.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_yaml = YAML()
_yaml.width = 4096
_ANSWER = "Thank you, we have got that. A colleague of ours looks at it and comes back to you here."


_LEARNING = ("UnexpecTEDIntentPolicy", "TEDPolicy")


def main(checkout: Path, folder: Path, *, light: bool) -> int:
    """Prepare FOLDER; the exit status of the training."""
    here = Path(__file__).parent
    digest = hashlib.sha256(b"light" if light else b"")
    nlu = sorted((checkout / "data" / "nlu").glob("*.yml"))
    for file in [*nlu, *sorted((checkout / "bot" / "domain").glob("*.yml")), here / "config.yml", Path(__file__)]:
        digest.update(file.read_bytes())
    mark = folder / "fingerprint"
    if mark.exists() and mark.read_text() == digest.hexdigest():
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data" / "nlu").mkdir(parents=True)
    for file in nlu:
        shutil.copy(file, folder / "data" / "nlu" / file.name)
    config = _yaml.load((here / "config.yml").read_text(encoding="utf-8"))
    if light:
        config["policies"] = [policy for policy in config["policies"] if policy["name"] not in _LEARNING]
    _write(folder / "config.yml", config)
    intents, entities = _named(nlu)
    answers = _answers(checkout / "bot" / "domain")
    _write(
        folder / "domain.yml",
        {
            "version": "3.1",
            "intents": intents,
            "entities": entities,
            "responses": {f"utter_{name}": [{"text": answers.get(f"utter_{name}", _ANSWER)}] for name in intents}
            | {"utter_default": [{"text": "Sorry, could you say that in other words?"}]},
            "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
        },
    )
    rules = [{"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in intents]
    fallback = {"rule": "fallback", "steps": [{"intent": "nlu_fallback"}, {"action": "utter_default"}]}
    _write(folder / "data" / "rules.yml", {"version": "3.1", "rules": [*rules, fallback]})
    if not light:
        _write(folder / "data" / "stories.yml", {"version": "3.1", "stories": [_story(name) for name in intents]})
    _write(folder / "endpoints.yml", {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "tracker.db"}})
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "stock", "--force"]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"}
    status = subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    if status == 0:
        mark.write_text(digest.hexdigest())
    return status


def _story(name: str) -> dict[str, Any]:
    """Somebody greets, asks and thanks."""
    steps = []
    for intent in ("greet", name, "thanks"):
        steps += [{"intent": intent}, {"action": f"utter_{intent}"}]
    return {"story": name, "steps": steps}


def _named(nlu: list[Path]) -> tuple[list[str], list[str]]:
    """The intents and the entities of the examples."""
    intents, entities = [], set()
    for file in nlu:
        for section in _yaml.load(file.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in section:
                intents.append(str(section["intent"]))
                for example in str(section["examples"]).split("](")[1:]:
                    entities.add(example.split(")")[0].split(":")[0])
                for example in str(section["examples"]).split('"entity":')[1:]:
                    entities.add(example.split('"')[1])
            elif "regex" in section:
                entities.add(str(section["regex"]))
    return sorted(set(intents)), sorted(entities)


def _answers(domain: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in domain.glob("*.yml"):
        for name, variations in (_yaml.load(file.read_text(encoding="utf-8")).get("responses") or {}).items():
            found[name] = str(variations[0]["text"])
    return found


def _write(path: Path, document: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        _yaml.dump(document, file)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), light="light" in sys.argv[3:]))
