"""What a post means does not depend on handles, links or how often a letter is held down: take them out."""

import re

_URL = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<!\w)@\w+")
_HASHTAG = re.compile(r"#([A-Za-z]\w*)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ORDER_NUMBER = re.compile(r"(?<![0-9A-VX-Za-vx-z])(?:#|W-?)?1\d{5}(?!\d)", re.IGNORECASE)
_ELONGATION = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_REPEATED_MARK = re.compile(r"([!?.,])\1+")
_SPACE = re.compile(r"[\s_\u200b]+")


def clean(text: str) -> str:
    """Return `text` in lower case as the featurizers should see it.

    E-mail addresses and order numbers become one word each, so that no two of them look different to the model;
    the entity extractor works on the text as it was written.
    """
    text = _URL.sub(" ", text)
    text = _EMAIL.sub(" emailaddress ", text)
    text = _HANDLE.sub(" ", text)
    text = _HASHTAG.sub(lambda tag: " " + _CAMEL.sub(" ", tag.group(1)) + " ", text)
    text = _ORDER_NUMBER.sub(" ordernumber ", text)
    text = _ELONGATION.sub(r"\1\1", text)
    text = _REPEATED_MARK.sub(r"\1", text)
    return _SPACE.sub(" ", text).strip().lower()
