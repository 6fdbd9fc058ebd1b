"""Downloads: an office document as an attachment under a Chinese name."""

from typing import Any, Literal
from urllib.parse import quote

from fastapi import Response

Form = Literal["docx", "xlsx"]
MEDIA: dict[Form, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def attachment(body: bytes, name: str, form: Form) -> Response:
    """The file; `name` without its ending (RFC 6266)."""
    quoted = quote(f"{name}.{form}", safe="")
    headers = {"Content-Disposition": f"attachment; filename=\"report.{form}\"; filename*=UTF-8''{quoted}"}
    return Response(body, headers=headers, media_type=MEDIA[form])


def told(form: Form) -> dict[int | str, dict[str, Any]]:
    """The 200 of a download in the OpenAPI document."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": "文件", "content": {MEDIA[form]: schema}}}
