"""Text at the edge of a document: what XML, Word and Excel cannot hold, or what would lie to a reader, is taken out."""

import re

# C0/C1 controls (tab and newline become blanks), surrogates, non-characters, bidi controls and zero-width marks
UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
BREAKS = re.compile("[\t\n\r\x85\u2028\u2029]+")


def clean(text: object) -> str:
    """The text without control, bidi and unpaired characters; line breaks and tabs become one blank."""
    return UNFIT.sub("", BREAKS.sub(" ", str(text)))


def width(text: str) -> float:
    """How wide a text stands, in full characters: Latin letters and digits are half as wide."""
    return sum(1 if ord(char) > 0x2E7F or char in "—…“”‘’·×" else 0.5 for char in text)
