"""Which project of the office a ledger row means: by contract number, else by name, locality and investor."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from states.projects.intake import Entry, name_key, own_key
from states.projects.ledger import Refusal, Row
from states.projects.tables import Investor, ProjectInvestor, ProjectRevision

NameKey = tuple[str, int, str]


@dataclass(slots=True)
class Known:
    """The keys of all projects on record."""

    contracts: dict[str, int] = field(default_factory=dict)
    unsigned: dict[NameKey, set[int]] = field(default_factory=dict)
    signed: dict[NameKey, set[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session) -> "Known":
        """One statement over what is believed and still so."""
        known = cls()
        query = (
            select(
                col(ProjectRevision.project_id),
                col(ProjectRevision.name),
                col(ProjectRevision.locality_id),
                col(ProjectRevision.contract_no),
                col(Investor.name),
            )
            .outerjoin(ProjectInvestor, col(ProjectInvestor.project_id) == col(ProjectRevision.project_id))
            .outerjoin(Investor, col(Investor.id) == col(ProjectInvestor.investor_id))
            .where(col(ProjectRevision.superseded_at).is_(None), col(ProjectRevision.to_on).is_(None))
        )
        for project_id, name, locality_id, contract_no, investor in session.execute(query):
            if contract_no is not None:
                known.contracts[contract_no] = project_id
            names = known.unsigned if contract_no is None else known.signed
            names.setdefault(name_key(name, locality_id, investor), set()).add(project_id)
        return known


@dataclass(slots=True)
class Matcher:
    """Matches the rows of one file, in order; each project is meant by one row at most.

    `own`: name keys of the file's rows without contract number. Such a row is its project's own, so that a signed row
    of the same name is another project and does not take it over.
    """

    known: Known
    own: set[NameKey]
    _seen: dict[str | NameKey, Row] = field(default_factory=dict)
    _claimed: dict[int, Row] = field(default_factory=dict)

    def match(self, entry: Entry) -> int | Refusal | None:
        """The project's id, None for a new one, or why the row cannot be told apart."""
        key = own_key(entry)
        if key in self._seen:
            return self._twice(entry, self._seen[key])
        found = self._find(entry)
        if isinstance(found, Refusal):
            return found
        if found is not None and found in self._claimed:
            return self._twice(entry, self._claimed[found])
        self._seen[key] = entry.row
        if found is not None:
            self._claimed[found] = entry.row
        return found

    def namesakes(self, entry: Entry) -> bool:
        """Whether a signed project of the same name, locality and investor, but another contract, is on record."""
        if entry.contract_no is None or not self.known.signed:
            return False
        return name_key(entry.name, entry.locality_id, entry.investor) in self.known.signed

    def _find(self, entry: Entry) -> int | Refusal | None:
        if entry.contract_no is not None:
            found = self.known.contracts.get(entry.contract_no)
            if found is not None or not self.known.unsigned:
                return found
        key = name_key(entry.name, entry.locality_id, entry.investor)
        if entry.contract_no is not None:
            return None if key in self.own else self._one(entry, self.known.unsigned.get(key, set()))
        return self._one(entry, self.known.unsigned.get(key) or self.known.signed.get(key, set()))

    @staticmethod
    def _one(entry: Entry, found: set[int]) -> int | Refusal | None:
        if len(found) > 1:
            return entry.refuse(
                "name",
                f"“{entry.name}”在本属地同一投资方名下已有 {len(found)} 个项目，无法判断是哪一个：请填写合同编号",
            )
        return next(iter(found), None)

    @staticmethod
    def _twice(entry: Entry, first: Row) -> Refusal:
        where = (
            f"第 {first.row} 行" if first.sheet == entry.row.sheet else f"“{first.sheet}”第 {first.row} 行"
        )
        same = (
            f"合同编号 {entry.contract_no} 相同"
            if entry.contract_no is not None and entry.contract_no == first.values.get("contract_no")
            else "项目名称、属地、投资方相同"
            if entry.contract_no is None
            else "指同一项目"
        )
        return entry.refuse(
            "name",
            f"与{where}重复（{same}）：同一项目只填一行，请删去本行；若是另一项目，请填写其自己的合同编号",
        )
