"""The detector beside Presidio: real tweets, numbers with check digits, Presidio's own cases, and what a message costs.

    python -m bench.detector [--quick] [--data ../shared/data] [--json FILE]

The tweets are split into halves by a hash of their id. Times are of the tweets, which are longer and hold more than the
ordinary messages (questions to assistants, none with personal data) of which alerts are counted.
"""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from bench import numbers
from bench.measure import Figures, percentile
from bench.process import CHECKOUT
from bench.report import Bar, Options, Row, options, say
from bench.report import finish as finish_report
from bench.rivals.contenders import PRESIDIO, install_presidio
from gateway.privacy.detect import Detector

_STRICT: Final = frozenset({"BOOKING_REF", "LOYALTY_ID", "TICKET_NUMBER", "PHONE", "EMAIL", "IP_ADDRESS"})
_NAMES: Final = frozenset({"PERSON"})
"""Labels that the detector does not claim."""
_VAGUE: Final = frozenset({"PERSON", "LOCATION", "NRP", "ORGANIZATION", "DATE_TIME", "URL"})
"""Presidio's types that are seldom an identifier."""
_SURE: Final = 0.4
_START: Final = "from gateway.privacy.detect import Detector; Detector().find('my order is 104217')"


class Found(msgspec.Struct, frozen=True):
    """What a detector said of a text."""

    type: str
    start: int
    end: int
    score: float = 1.0


class Scan(msgspec.Struct):
    """What a detector said of many texts, and its time for each in milliseconds of CPU."""

    findings: list[list[Found]]
    ms: list[float]
    start: float
    """Seconds until the first text was looked at."""


Scanner = Callable[[Sequence[str]], Scan]


def main() -> None:
    """Run it."""
    default = CHECKOUT.parent / "shared" / "data"
    opts = options(
        __doc__.split("\n")[0], [("--data", {"default": default, "type": Path, "help": "where the data lies"})]
    )
    data: Path = opts.extra.data
    tweets = [json.loads(line) for line in (data / "sensitive" / "tweets_dev.jsonl").read_text().splitlines()]
    ordinary = _ordinary(data, 300 if opts.quick else 2000)
    texts = [tweet["text"] for tweet in tweets]
    say(f"versions: {PRESIDIO}")
    rows: list[Row] = []
    figures: dict[str, Figures] = {}
    for name, scanner in (("Aside", aside), ("Presidio", presidio)):
        say(name)
        scan = scanner([*texts, *ordinary])
        for part in ("all", "tune", "held out"):
            figures[f"{name}, {part}"] = _measured(tweets, ordinary, scan, part)
            rows.append({"detector": name, "tweets": part, **figures[f"{name}, {part}"]})
        if name == "Presidio":
            kept = [[one for one in found if one.type not in _VAGUE and one.score >= _SURE] for found in scan.findings]
            sure = _measured(tweets, ordinary, Scan(kept, scan.ms, scan.start), "all")
            rows.append({"detector": "Presidio, numbers and addresses only", "tweets": "all", **sure})
    finish_report("detector", opts, rows, _bars(opts, data, figures))


def _bars(opts: Options, data: Path, figures: dict[str, Figures]) -> list[Bar]:
    ours, held = figures["Aside, all"], figures["Aside, held out"]
    count = 100 if opts.quick else 1000
    bars = [
        Bar("strict recall, held out", held["strict recall"], 0.95, at_most=False),
        Bar("precision, held out", held["precision"], 0.90, at_most=False),
        Bar("alerts per 1,000 ordinary messages", ours["alerts per 1,000"], 5.0),
        Bar("p99 ms a message", ours["p99 ms"], 5.0),
        Bar("start s", ours["start s"], 3.0),
    ]
    detector = Detector()
    for type_, made in numbers.ALL.items():
        right, wrong = made(count)
        found = sum(type_ in {one.type for one in detector.find(text)} for text in right)
        taken = sum(type_ in {one.type for one in detector.find(text)} for text in wrong)
        bars.append(Bar(f"{type_}, valid, found of {count}", float(found), float(count), at_most=False))
        bars.append(Bar(f"{type_}, one digit off, taken of {count}", float(taken), 0.0))
    passed, cases = _presidios_cases(detector, data)
    bars.append(Bar(f"Presidio's {cases} cases of our types, as expected", passed / cases, 0.95, at_most=False))
    return bars


def aside(texts: Sequence[str]) -> Scan:
    """Our detector, without a brand's own formats."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _START], cwd=CHECKOUT, check=True)
    start = time.perf_counter() - began
    detector = Detector()
    detector.find("warm 1, ana@mail.example, call me on 07700 900123")
    findings, times = [], []
    for text in texts:
        at = time.process_time()
        found = detector.find(text)
        times.append((time.process_time() - at) * 1000)
        findings.append([Found(one.type, one.start, one.end, one.score) for one in found])
    return Scan(findings, times, start)


def presidio(texts: Sequence[str]) -> Scan:
    """Presidio with its defaults and the small English model."""
    script = CHECKOUT / "bench" / "rivals" / "presidio" / "scan.py"
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = subprocess.run(
        [install_presidio(), str(script)], input=lines, capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    first, *others = map(json.loads, done.stdout.splitlines())
    findings = [msgspec.convert(line["findings"], list[Found]) for line in others]
    return Scan(findings, [line["ms"] for line in others], first["start s"])


def _measured(tweets: list[dict[str, Any]], ordinary: Sequence[str], scan: Scan, part: str) -> Figures:
    """Recall is of labelled pieces; precision of what was found in tweets, whatever the piece is called."""
    strict = hit = found = right = 0
    for tweet, findings in zip(tweets, scan.findings, strict=False):
        if part != "all" and _half(tweet["id"]) != part:
            continue
        spans = [span for span in tweet["spans"] if span["type"] not in _NAMES]
        wanted = [span for span in spans if span["type"] in _STRICT]
        strict += len(wanted)
        hit += sum(any(_meets(one, span) for one in findings) for span in wanted)
        found += len(findings)
        right += sum(any(_meets(one, span) for span in spans) for one in findings)
    alerts = sum(bool(findings) for findings in scan.findings[len(tweets) :])
    return {
        "strict recall": hit / strict,
        "precision": right / found if found else float("nan"),
        "alerts per 1,000": alerts * 1000 / len(ordinary),
        "p50 ms": percentile(scan.ms[: len(tweets)], 50),
        "p99 ms": percentile(scan.ms[: len(tweets)], 99),
        "start s": scan.start,
    }


def _ordinary(data: Path, count: int) -> list[str]:
    """Questions to assistants of many trades, none of which holds personal data, in an order of chance that stays."""
    rows = (data / "clinc150" / "full_test.csv").read_text().splitlines()[1:]
    rows += (data / "banking77" / "test.csv").read_text().splitlines()[1:]
    texts = [row.rpartition(",")[0].strip('"') for row in rows]
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())[:count]


def _presidios_cases(detector: Detector, data: Path) -> tuple[int, int]:
    """Of the cases of Presidio's own tests for the types that we claim: how many are as expected, of how many."""
    passed = cases = 0
    for line in (data / "presidio_cases" / "recognizer_cases.jsonl").read_text().splitlines():
        case = json.loads(line)
        entity = "PHONE_NUMBER" if case["recognizer"] == "phone_recognizer" else "".join(case["entities"])
        if entity in numbers.PRESIDIO and case["text"] is not None and case["expected_len"] is not None:
            ours = [one for one in detector.find(case["text"]) if one.type == numbers.PRESIDIO[entity]]
            passed += len(ours) == case["expected_len"]
            cases += 1
    return passed, cases


def _half(native_id: str) -> str:
    return ("tune", "held out")[int(hashlib.sha256(native_id.encode()).hexdigest(), 16) % 2]


def _meets(one: Found, span: dict[str, Any]) -> bool:
    return bool(one.start < span["end"] and span["start"] < one.end)


if __name__ == "__main__":
    main()
