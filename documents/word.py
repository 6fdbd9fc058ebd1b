"""Word documents in the form of GB/T 9704: page, type, lines, page numbers, tables.

Sizes: A4; 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm; 22 lines of exactly 28.95 pt; 标题 2号 (22 pt), 正文 3号 (16 pt),
页码 4号 (14 pt). The fonts are named as offices have them; where one is missing the reader's program substitutes.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt

from documents.cleaning import clean, width
from documents.word_table import HEI, LATIN, SONG, Align, Column, table_markup

TITLE = "方正小标宋简体"
BODY = "仿宋_GB2312"
KAI = "楷体_GB2312"
LINE = Pt(28.95)
AFTER_SNAP = ("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:textAlignment", "w:outlineLvl", "w:rPr")
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


class Paper:
    """An official document being written from top to bottom."""

    def __init__(self, title: str) -> None:
        self._doc: Any = docx.Document()
        self._doc.core_properties.title = clean(title)
        self._doc.core_properties.author = ""
        self._doc.core_properties.comments = ""
        self._doc.settings.odd_and_even_pages_header_footer = True
        _defaults(self._doc)
        _page(self._doc.sections[0], landscape=False)
        _numbers(self._doc.sections[0])

    def title(self, *lines: str) -> None:
        """2号小标宋, centred; the caller breaks it by meaning, a line never ends in one orphan character."""
        paragraph = self._paragraph(align="center", line=Pt(34))
        for n, line in enumerate(lines):
            run = self._run(paragraph, line, TITLE, 22)
            if n < len(lines) - 1:
                run.add_break(WD_BREAK.LINE)

    def mark(self, text: str) -> None:
        """A line under the title: draft mark, number, date."""
        self._run(self._paragraph(align="center"), text, KAI, 16)

    def blank(self) -> None:
        """An empty line."""
        self._paragraph()

    def heading(self, text: str) -> None:
        """一级标题: 黑体."""
        paragraph = self._paragraph(indent=True, keep=True)
        self._run(paragraph, text, HEI, 16)

    def text(self, text: str, *, keep: bool = False) -> None:
        """A paragraph of 正文, indented by two characters; `keep`: on one page with what follows."""
        self.lead("", text, keep=keep)

    def lead(self, heading: str, text: str, *, keep: bool = False) -> None:
        """A paragraph that begins with its 二级标题 in 楷体."""
        paragraph = self._paragraph(indent=True, keep=keep)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        if heading:
            self._run(paragraph, heading, KAI, 16)
        self._run(paragraph, text, BODY, 16)

    def small(self, text: str) -> None:
        """A note in smaller type."""
        paragraph = self._paragraph()
        _spaced(paragraph, Pt(19), grid=False)
        self._run(paragraph, text, BODY, 12)

    def caption(self, text: str) -> None:
        """The heading of a table; stays with it."""
        paragraph = self._paragraph(align="center", keep=True)
        self._run(paragraph, text, HEI, 14)

    def signature(self, name: str | None, date: str) -> None:
        """署名 and 成文日期 as for a sealed paper: the date four characters from the edge, the name centred over it."""
        self.blank()
        over = 4 + (width(date) - width(name or "")) / 2
        for text, chars in ((name, max(0, round(over * 100))), (date, 400)):
            if text:
                paragraph = self._paragraph(align="right")
                _indent(paragraph, "right", chars, 16)
                self._run(paragraph, text, BODY, 16)

    def new_page(self) -> None:
        """What follows begins on a new page."""
        self._paragraph().add_run().add_break(WD_BREAK.PAGE)

    def landscape(self) -> None:
        """What follows stands on turned pages, for wide lists."""
        _page(self._doc.add_section(WD_SECTION.NEW_PAGE), landscape=True)

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[object]],
        *,
        total: bool = False,
        size: float = 10.5,
    ) -> None:
        """A ruled table; its heading row repeats on every page, no row is split, `total`: the last row is bold."""
        markup = table_markup(columns, rows, total=total, size=size)
        self._doc.element.body.insert_element_before(parse_xml(markup), "w:sectPr")
        self._paragraph(line=Pt(10))

    def save(self) -> bytes:
        """The .docx."""
        out = BytesIO()
        self._doc.save(out)
        return out.getvalue()

    def _paragraph(
        self, *, align: Align | None = None, line: Length = LINE, indent: bool = False, keep: bool = False
    ) -> Any:
        paragraph = self._doc.add_paragraph()
        _spaced(paragraph, line)
        if align:
            paragraph.alignment = ALIGN[align]
        if indent:
            _indent(paragraph, "firstLine", 200, 16)
        paragraph.paragraph_format.keep_with_next = keep or None
        return paragraph

    def _run(self, paragraph: Any, text: str, font: str, size: float) -> Any:
        run = paragraph.add_run(clean(text))
        run.font.size = Pt(size)
        fonts(run._r.get_or_add_rPr(), font)
        return run


def fonts(properties: Any, east: str, latin: str = LATIN) -> None:
    """Name the fonts in full: python-docx sets no w:eastAsia, without which Word takes the theme's (MS Mincho)."""
    named = properties.get_or_add_rFonts()
    for attribute in list(named.attrib):
        del named.attrib[attribute]
    _set(named, ascii=latin, hAnsi=latin, eastAsia=east, cs=latin, hint="eastAsia")
    _set(
        _child(properties, "w:lang", "w:eastAsianLayout", "w:specVanish", "w:oMath"),
        val="en-US",
        eastAsia="zh-CN",
    )


def _defaults(doc: Any) -> None:
    styles = doc.styles.element
    for properties in styles.iter(qn("w:rPr")):
        if properties.find(qn("w:rFonts")) is not None:
            fonts(properties, BODY)
    normal = doc.styles["Normal"]
    normal.font.size = Pt(16)
    fonts(normal.element.get_or_add_rPr(), BODY)
    _spaced(normal, LINE)


def _page(section: Any, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    long, short = Mm(297), Mm(210)
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    top, right, bottom, left = (28, 35, 26, 37) if landscape else (37, 26, 35, 28)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance = Mm(15)
    section.footer_distance = Mm(12 if landscape else 22)
    _set(
        _child(section._sectPr, "w:docGrid", "w:printerSettings", "w:sectPrChange"),
        type="lines",
        linePitch="579",
    )


def _numbers(section: Any) -> None:
    """ "— 1 —" in 4号: odd pages at the right, even ones at the left, one character from the edge."""
    for footer, align, side in (
        (section.footer, "right", "right"),
        (section.even_page_footer, "left", "left"),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = ALIGN[align]
        _indent(paragraph, side, 100, 14)
        _spaced(paragraph, Pt(16))
        for text, field in (("— ", None), ("", "PAGE"), (" —", None)):
            run = paragraph.add_run(text)
            run.font.size = Pt(14)
            fonts(run._r.get_or_add_rPr(), SONG, SONG)
            if field:
                _field(run, field)


def _indent(paragraph: Any, side: str, chars: int, size: int) -> None:
    """In hundredths of a character, and in twips for programs that read no characters."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    _set(indent, **{f"{side}Chars": str(chars), side: str(chars * size // 5)})


def _field(run: Any, code: str) -> None:
    for kind in ("begin", "instr", "separate", "text", "end"):
        if kind == "instr":
            part = OxmlElement("w:instrText")
            part.text = f" {code} "
        elif kind == "text":
            part = OxmlElement("w:t")
            part.text = "1"
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def _spaced(paragraph: Any, line: Length, *, grid: bool = True) -> None:
    """Exact lines; off the page's grid in tables and notes, which it would pull apart."""
    form = paragraph.paragraph_format
    if not grid:
        _set(_child(paragraph._p.get_or_add_pPr(), "w:snapToGrid", *AFTER_SNAP), val="0")
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = line
    form.space_before = form.space_after = Pt(0)
    form.widow_control = False


def _child(parent: Any, tag: str, *before: str) -> Any:
    """The child of that tag, made where the schema wants it: before the given ones. Word minds the order."""
    found = parent.find(qn(tag))
    if found is None:
        found = OxmlElement(tag)
        if before:
            parent.insert_element_before(found, *before)
        else:
            parent.append(found)
    return found


def _set(element: Any, **values: str) -> None:
    for name, value in values.items():
        element.set(qn(f"w:{name}"), value)
