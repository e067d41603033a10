"""What the second reader sees of a sentence: its words, their kinds, and how these follow each other.

sentence -> words, with data's names as one sign -> words, kinds and signs in twos to fives -> a set of strings
For folded, lower-case sentences. Whoever changes this trains the weights anew (`scripts/train_reader.py`).
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.privacy.personal import PERSONAL

_KINDS: Final = {
    # To hand something over.
    "G": "send share give tell provide drop pop post confirm quote add include type leave paste mention supply"
    " forward state list submit upload attach show dm pm message tweet ping fire shoot chuck stick whack"
    " bung sling fling hand write enter specify furnish advise intimate resend repeat revert giving"
    " sharing sending telling providing dropping confirming popping posting quoting gimme spell put copy"
    " verify remind snap pass slide reply comment respond answer replying",
    "H": "have get take grab know see borrow receive having getting got had keep kept",
    "N": "need require want needed required missing needing lacking requiring wants needs requires",
    "W": "what which who whose whom where when whats wot wat what's which's who's where's when's how how's whos wheres",
    "T": "the a an any that this some its it's",
    # What identifies.
    "I": "number no nr num nbr id code ref reference numbers codes ids digits pin tag locator",
    "P": "name surname email mail address postcode zip phone mobile landline dob birth birthday username"
    " initials iban passport handle gamertag details particulars names emails addresses mob tel cell",
    "O": "order booking account acct reservation ticket case claim policy customer membership member invoice"
    " receipt parcel tracking serial meter contract card bill loyalty registration reg imei order's"
    " account's client subscription payment transaction delivery",
    # What is nobody's.
    "S": "store branch shop model product item flavour version app error bus train route station stop size"
    " colour device date time town city episode song film game server barcode batch link restaurant"
    " location platform channel issue problem make browser screen offer light lights page website",
    "U": "us me",
    "E": "we i we'd i'd we'll i'll we're i'm we've i've",
    "C": "can could may might would will shall",
    "Y": "you u ya",
    "R": "your ur yr yer",
    "X": "not never no don't dont cannot can't won't without nobody doesn't isn't aren't shouldn't wouldn't"
    " didn't haven't",
    "L": "please pls plz kindly",
    "K": "look check see help assist investigate sort find locate chase verify search",
    "V": "use log change update reset visit call ring contact bring track sign collect",
}
_KIND: Final = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_DATA: Final = "§"
_SIGNS: Final = frozenset((*_KINDS, "?", _DATA, "~"))
_WORD: Final = re.compile(rf"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[#?!:&+~{_DATA}]")
_NOISE: Final = re.compile(r"https?://\S+|www\.\S+|@\w+|\s[\^/*~-]\s?[a-z]{1,12}\W*$")
_DIGITS: Final = re.compile(r"\d+")
_AHEAD: Final = 10  # words from one sign to another that follows it
_LONGEST: Final = 6  # in steps of four words


def wordings(sentence: str, *, named: bool) -> set[str]:
    """The features of a sentence; `named`: data has been named in a sentence before it."""
    plain = _DIGITS.sub("0", _NOISE.sub(" ", sentence)).replace("e-mail", "email").replace("post code", "postcode")
    words = ["<", *_WORD.findall(plain), ">"]
    masked = ["<", *_WORD.findall(PERSONAL.sub(f" {_DATA} ", plain)), ">"]
    kinds = [_KIND.get(word, word) for word in masked]
    found = {*_runs("w", words, 1, 3), *_runs("k", [_KIND.get(word, word) for word in words], 2, 5)}
    if _DATA in masked:
        found.update(_runs("m", masked, 2, 4))
    present = sorted(_SIGNS.intersection(kinds))
    for index, sign in enumerate(present):
        found.add(f"p{sign}")
        found.update(f"p{sign}{other}" for other in present[index + 1 :])
    for index, sign in enumerate(kinds):
        if sign in _SIGNS:
            found.update(f"o{sign}{other}" for other in kinds[index + 1 : index + _AHEAD] if other in _SIGNS)
    found.add(f"l{min(len(words) // 4, _LONGEST)}")
    if named:
        found.add("named")
        found.update(f"n{kind}" for kind in kinds[:4])
    return found


def _runs(tag: str, words: list[str], shortest: int, longest: int) -> Iterator[str]:
    for length in range(shortest, longest + 1):
        for start in range(len(words) - length + 1):
            yield tag + " ".join(words[start : start + length])
