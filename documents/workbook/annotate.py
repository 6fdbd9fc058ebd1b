"""The user's own file back, with the wrong cells filled and commented."""

from collections.abc import Sequence
from dataclasses import asdict

from documents.workbook import confined
from states.projects.ledger import Refusal


def annotate(data: bytes, refused: Sequence[Refusal]) -> bytes:
    """Values, formulas, formats, merges, validations and comments stay; charts and shapes do not survive (openpyxl).

    Each cell's comment gives every reason. Raises `WorkbookRefused`, also for a sheet that the file does not have.
    """
    task = {"do": "annotate", "refused": [asdict(one) for one in refused]}
    with confined.run(task, data, seconds=confined.SECONDS * 2) as (messages, rest):
        for _ in messages:
            pass
        return rest.read()
