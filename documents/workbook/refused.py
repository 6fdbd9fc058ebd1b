"""A workbook that is not read at all, as against a row that is refused."""

from states.errors import DomainError


class WorkbookRefused(DomainError):
    """Not an .xlsx, encrypted, damaged, or larger than what is safe to open. The message says what to do."""

    status = 422
    code = "workbook"
    title = "工作簿无法读取"
