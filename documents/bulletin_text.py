"""The bulletin's sentences, from its JSON alone: templates in the manner of an office's own 月通报."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
NUMERALS = "一二三四五六七八九十"
NAMED_AT_MOST = 12


class Wording:
    """The words of one bulletin."""

    def __init__(self, figures: Json) -> None:
        self.figures = figures
        self.stages: dict[str, str] = figures["labels"]["stages"]
        self.bands: dict[str, str] = figures["labels"]["bands"]
        self.year, self.month = (int(part) for part in figures["month"]["period"].split("-"))

    @property
    def months(self) -> str:
        """ "1—6月", January: "1月"."""
        return f"1—{self.month}月" if self.month > 1 else "1月"

    @property
    def whole(self) -> str:
        """ "全市", "全县", "全区"."""
        name = self.figures["region"] or ""
        return f"全{name[-1]}" if name[-1:] in tuple("省市州盟县区旗") else name

    @property
    def title(self) -> str:
        return f"{self.figures['region'] or ''}{self.year}年{self.months}招商引资情况通报"

    @property
    def draft(self) -> str | None:
        """The mark of what is not published."""
        if self.figures["status"] == "published":
            return None
        return "（草稿）" if self.figures["ended"] else "（草稿·未满期）"

    @property
    def opening(self) -> str:
        clause = self.figures["definitions"][0]["clause"]
        return f"根据{clause}，现将{self.months}{self.whole}招商引资情况通报如下。数据截至{day(self.figures['as_of'])}。"

    def overall(self) -> Iterator[str]:
        """一、总体情况."""
        if "signed" in self.figures:
            yield self._signed(self.months, self.figures)
            if self.month > 1:
                yield self._signed(f"{self.month}月当月", self.figures["month"])
        if self.figures["events"]:
            yield self._events()

    def _signed(self, when: str, part: Json) -> str:
        signed, before, label = part["signed"], part["year_before"], self.stages["signed"]
        text = (
            f"{when}，{self.whole}新{label}项目{signed['count']}个{rose(before['yoy_count'])}，"
            f"投资额{signed['amount_yi']}亿元。"
        )
        if signed["count"]:
            kinds = (("工业", signed["industrial"]), ("非工业", signed["non_industrial"]))
            text += "其中，" + "；".join(_kind(name, row) for name, row in kinds) + "。"
            text += self._share(part)
        return text

    def _share(self, part: Json) -> str:
        text = f"工业项目数占比{part['signed']['industrial_share']}"
        if change := part["industrial_share_change"]:
            text += f"，{_moved(change)}"
        return f"{text}。"

    def _events(self) -> str:
        rows = [(key, value) for key, value in self.figures["events"].items()]
        now = "、".join(f"新{self.stage_of(key)}{row['count']}个" for key, row in rows)
        text = f"{self.months}，{self.whole}项目{now}（含以前年度{self.stages.get('signed', '登记')}的项目）"
        if self.month > 1:
            month = self.figures["month"]["events"].items()
            alone = "、".join(f"{self.stage_of(key)}{row['count']}个" for key, row in month)
            text += f"；{self.month}月当月{alone}"
        return f"{text}。"

    def stage_of(self, key: str) -> str:
        """The stage in "started_in_2018H1"."""
        return self.stages[key.split("_in_")[0]]

    def band(self, key: str) -> str:
        """二、重点项目, one band."""
        row, month = self.figures["bands"][key], self.figures["month"]["bands"][key]
        text = f"{self.months}新{self.stages['signed']}{row['count']}个"
        if row["count"]:
            text += f"，其中工业{row['industrial']}个、非工业{row['non_industrial']}个"
        if row["completion"]:
            text += f"，完成年度目标（{row['target']}个）的{row['completion']}"
        text += f"；{self.month}月当月{month['count']}个。" if self.month > 1 else "。"
        events = [(key_, value["bands"][key]) for key_, value in self.figures["events"].items()]
        if events:
            text += f"{self.months}" + "、".join(f"新{self.stage_of(name)}{n}个" for name, n in events)
            text += "（含以前年度签约的项目）。".replace("签约", self.stages["signed"])
        return text

    def leaders(self) -> Iterator[str]:
        """三、各地情况: who leads, who has nothing yet."""
        rows = [row for row in self.figures["locality_table"] if row["count"]]
        if len(rows) > 3:
            by_count = _first(rows, lambda row: row["count"], lambda row: f"{row['count']}个")
            by_amount = _first(
                rows, lambda row: float(row["amount_yi"]), lambda row: f"{row['amount_yi']}亿元"
            )
            yield f"新{self.stages['signed']}项目数居前的是{by_count}；投资额居前的是{by_amount}。"
        if without := self.figures["localities_without_signing"]:
            yield f"{self.months}没有新{self.stages['signed']}项目的：{'、'.join(without)}。"

    def funds(self) -> str:
        """四、到位资金."""
        row, month = self.figures["funds"], self.figures["month"]["funds"]
        text = f"{self.months}，{self.whole}到位资金{row['amount_yi']}亿元"
        if row["completion"]:
            text += f"，完成年度目标（{row['target_yi']}亿元）的{row['completion']}"
        return f"{text}；{self.month}月当月到位{month['amount_yi']}亿元。" if self.month > 1 else f"{text}。"

    def cohort_title(self, key: str) -> str:
        """ "2017年签约的10亿元以上项目"."""
        year, band = key.split(" ", 1)
        return f"{year}年{self.stages['signed']}的{self.bands[band]}项目"

    def cohort_name(self, key: str) -> str:
        """The same in a table: "2017年10亿元以上"."""
        year, band = key.split(" ", 1)
        return f"{year}年{self.bands[band]}"

    def cohort(self, key: str) -> str:
        """五、履约情况, one cohort: to date, in the period, named productions."""
        row = self.figures["cohorts"][key]
        if not row["n"]:
            return "没有项目。"
        parts = [
            f"已{label}{row[role]}个，{label}率{row[f'{role}_rate']}"
            for role, label in self.stages.items()
            if role != "signed"
        ]
        text = f"共{row['n']}个，" + "；".join(parts) if parts else f"共{row['n']}个"
        return f"{text}。{self._in_period(key, row)}{self._named(key, row)}"

    def _in_period(self, key: str, row: Json) -> str:
        suffix = f"_in_{self.figures['labels']['suffix']}"
        parts = [
            f"{self.stages[name.removesuffix(suffix)]}{n}个"
            for name, n in row.items()
            if name.endswith(suffix)
        ]
        if not parts or key.startswith(str(self.year)):
            return ""
        return f"其中{self.months}新{'、新'.join(parts)}。"

    def _named(self, key: str, row: Json) -> str:
        """By name; those of a higher band stand there, not twice."""
        names = row.get("produced_named") or []
        higher, label = self._higher(key)
        own = [name for name in names if name not in higher]
        done = f"已{self.stages.get('produced', '')}的"
        if not names:
            return ""
        if not own:
            return f"{done}均为{label}项目，名单见下。"
        shown = "、".join(own[:NAMED_AT_MOST]) + (f"等{len(own)}个" if len(own) > NAMED_AT_MOST else "")
        return f"{done}是：{shown}{f'；{label}的见下' if higher else ''}。"

    def _higher(self, key: str) -> tuple[set[str], str]:
        """Names under the next band of the same year, and that band's label."""
        year, band = key.split(" ", 1)
        keys = list(self.bands)
        position = keys.index(band) + 1
        if position == len(keys):
            return set(), ""
        above = self.figures["cohorts"][f"{year} {keys[position]}"]
        return set(above.get("produced_named") or []), self.bands[keys[position]]

    def definitions(self) -> Iterator[str]:
        """附: 口径说明, with clauses."""
        for n, row in enumerate(self.figures["definitions"], start=1):
            yield f"{n}. {row['term']}：{row['text']}（{row['clause']}）"


def day(iso: str) -> str:
    """2018-06-30 → 2018年6月30日."""
    year, month, on = (int(part) for part in iso[:10].split("-"))
    return f"{year}年{month}月{on}日"


def rose(growth: str | None) -> str:
    """ "，同比增长39.5%", "，同比下降3.2%", "，与上年同期持平"; nothing where it is not defined."""
    if growth is None:
        return ""
    size = growth.removeprefix("-")
    if not size.rstrip("%").strip("0."):
        return "，与上年同期持平"
    return f"，同比{'下降' if growth.startswith('-') else '增长'}{size}"


def _kind(name: str, row: Json) -> str:
    return f"{name}项目{row['count']}个{rose(row['yoy_count'])}，投资额{row['amount_yi']}亿元"


def _moved(change: str) -> str:
    if change.startswith("+"):
        return f"比上年同期提高{change[1:]}"
    return f"比上年同期下降{change[1:]}" if change.startswith("-") else "与上年同期持平"


def _first(rows: list[Json], size: Any, shown: Any) -> str:
    """The first three, and who ties with the third."""
    third = sorted((size(row) for row in rows), reverse=True)[2]
    best = sorted((row for row in rows if size(row) >= third), key=size, reverse=True)
    return "、".join(f"{row['name']}（{shown(row)}）" for row in best)
