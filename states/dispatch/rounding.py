"""How figures are shown (default-pack.md, Bands and words): half up, in whole numbers, never in floats."""

YI = 100_000_000


def half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number; a half goes away from zero. `denominator` > 0."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def fixed(numerator: int, denominator: int, digits: int) -> str:
    """A fraction with exactly so many decimals."""
    scaled = half_up(numerator * 10**digits, denominator)
    sign, text = "-" if scaled < 0 else "", str(abs(scaled)).rjust(digits + 1, "0")
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def rate(part: int, whole: int, digits: int = 1) -> str | None:
    """ "25.2%", "60.0%"; None where there is nothing to divide by."""
    return f"{fixed(part * 100, whole, digits)}%" if whole > 0 else None


def completion(done: int, target: int | None, digits: int = 1) -> str | None:
    """ "115%", "92.5%": a trailing .0 is dropped. None without a target, or with a target of 0."""
    return f"{_bare(fixed(done * 100, target, digits))}%" if target else None


def growth(now: int, before: int, digits: int = 1) -> str | None:
    """Year on year, "39.5%" or "-3.2%"; None where last year is 0."""
    return rate(now - before, before, digits)


def points(now: tuple[int, int], before: tuple[int, int], digits: int = 1) -> str | None:
    """Growth of a share in percentage points, "+7.7个百分点", from the unrounded shares (part, whole)."""
    if now[1] <= 0 or before[1] <= 0:
        return None
    shown = fixed((now[0] * before[1] - before[0] * now[1]) * 100, now[1] * before[1], digits)
    sign = "" if shown.startswith("-") or not shown.strip("0.") else "+"
    return f"{sign}{shown}个百分点"


def yi(yuan: int, digits: int = 4) -> str:
    """亿元 with the fewest digits that are exact; beyond `digits` decimals rounded half up: "845.6", "133", "0"."""
    return _bare(fixed(yuan, YI, digits))


def _bare(text: str) -> str:
    """Without trailing decimal zeros."""
    bare = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if bare == "-0" else bare
