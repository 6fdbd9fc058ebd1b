"""Annual targets as the bulletin needs them: which measure a written indicator means, and its value."""

import re
import unicodedata
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from states.dispatch.tables import Target
from states.policy.schema import Band, Pack

FUNDS = "funds"
FUND_WORDS = re.compile(r"(年度)?(招商引资)?(实际)?(到位资金|资金到位)(总额|额)?")
SIGNED_WORDS = r"(招商引资)?新?签约(招商引资)?(项目)?(个数|数量|数)?"


def signed_in(band: Band) -> str:
    """The measure "signed in the band", e.g. `signed:>=1亿`."""
    return f"signed:{band.key}"


def measure_of(pack: Pack, written: str) -> str | None:
    """ "亿元以上新签约项目" → `signed:>=1亿`, "到位资金" → `funds`; None for an indicator of another kind.

    A measure's own key is understood too. The whole text must match: 亿元以上工业项目 is another indicator.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", written))
    if text == FUNDS or FUND_WORDS.fullmatch(text):
        return FUNDS
    for band in pack.band:
        label = re.escape(unicodedata.normalize("NFKC", band.label))
        if text == signed_in(band) or re.fullmatch(f"(新签约)?{label}{SIGNED_WORDS}", text):
            return signed_in(band)
    return None


def targets(
    session: Session, pack: Pack, region_id: int | None, year: int, known: datetime
) -> dict[str, int]:
    """Measure → target (个 or whole yuan) of a region and year as known; a measure without one is absent."""
    query = (
        select(col(Target.indicator), col(Target.value))
        .where(
            col(Target.region_id) == region_id,
            col(Target.year) == year,
            col(Target.known_at) <= known,
            or_(col(Target.superseded_at).is_(None), col(Target.superseded_at) > known),
        )
        .order_by(col(Target.known_at), col(Target.id))
    )
    found = ((measure_of(pack, written), value) for written, value in session.execute(query))
    return {measure: value for measure, value in found if measure is not None}
