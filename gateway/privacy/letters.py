"""Letters that form no word: booking codes are drawn by chance, words are not."""

from typing import Final

# Pairs of letters that hardly ever stand beside each other within words of English, German, French, Spanish, Italian,
# Dutch and Portuguese: a letter, and what does not follow it. Five pairs in a code of six: nine codes in ten have one.
_APART: Final = {
    "a": "x", "b": "cdfghjkmnpqvwxyz", "c": "bdfgjmnpqvwxz", "d": "bcfhjkmpqwxz", "f": "bcdghjkmnpqsvwxyz",
    "g": "bcdfjkmpqvwxz", "h": "bcdfghjkpqvxz", "i": "iwy", "j": "bcfghijlmpqrstvwxyz", "k": "bcdfghjmpqvwxyz",
    "l": "jnqrxz", "m": "cdfghjklnqrvwxz", "n": "bprwx", "o": "qx", "p": "bcdfgjkmnqvwxyz",
    "q": "abcdefghijklmnopqrstvwxyz", "r": "jx", "s": "gjrvxz", "t": "bdfgjknpqvx", "u": "qy",
    "v": "bcdfghjklmnpqstvwxyz", "w": "bcdfgjklmpqtvwxyz", "x": "bdfghjklmnoqrsuvwxyz", "y": "bcdfghjknqruvwxyz",
    "z": "bcdfghjklmnpqrsvxy",
}  # fmt: skip
_PAIRS: Final = frozenset(first + second for first, others in _APART.items() for second in others)
# Words of six letters that have such a pair, as people shout them; and airports, which are said in pairs.
_WORDS_TEXT: Final = (
    "growth anyway sexual israel buying update lawyer slowly object nearby sydney edward output oxford luxury lyrics "
    "column galaxy submit autumn oxygen powder outfit hawaii boxing upgrade newton cowboy subway puzzle unpaid upward "
    "input inputs webcam napkin riyadh sphinx damned asthma rhythm trying flying saying paying laying staying playing "
    "skiing taiwan upbeat upkeep bhutan tmobil hsbcuk website nikexx btwice wtfffff omfggg lmaooo pmsing dming txting "
    "thx thnx plsss pleasx wtaf nyfall delhi mumbai lbwell joyful lawful mayhem obvious abject hubcap"
)
_WORDS: Final = frozenset(_WORDS_TEXT.split())
_AIRPORTS_TEXT: Final = (
    "ams arn atl auh ber bcn bkk blr bna bom bos bru bud bwi can cdg clt cph cun cvg dal dca del den dfw doh dtw dub "
    "dus dxb edi ewr eze fco fll fra gdl gig gla gru gva gva ham hel hkg hnd hnl hou iad iah icn ist jfk jnb kul las "
    "lax lcy lga lgw lhr lis ltn mad man mci mco mdw mel mex mia mnl mru msp msy muc mxp nce nrt oak ord ory osl ott "
    "par pdx pek per phl phx pit pmi prg pvg rdu rno roc rsw sac san sat sea sfo sin sjc sju slc sna stl stn svo syd "
    "tlv tpa tpe txl vce vie waw yul yvr yyc yyz zrh"
)
_AIRPORTS: Final = frozenset(_AIRPORTS_TEXT.split())


def is_no_word(letters: str) -> bool:
    """Whether six letters are neither a word nor two airports: that they have no vowel, or a pair no word has."""
    lowered = letters.lower()
    if lowered in _WORDS or (lowered[:3] in _AIRPORTS and lowered[3:] in _AIRPORTS):
        return False
    if len(set(lowered)) < 4:
        return False
    pairs = [lowered[index : index + 2] for index in range(len(lowered) - 1)]
    return any(pair in _PAIRS for pair in pairs) or not set(lowered) & set("aeiouy")
