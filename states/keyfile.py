"""The seal key: made by `zlf init`, beside the database but never in it. For edges only."""

import os
import secrets
from pathlib import Path

from sqlalchemy import make_url

from states.errors import NotAllowedNow
from states.settings import Settings


def key_path(settings: Settings) -> Path:
    """Where the key lies: ZLF_SEAL_KEY_FILE, else beside the SQLite file, else var/seal.key."""
    if settings.seal_key_file is not None:
        return settings.seal_key_file
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return Path(f"{url.database}.sealkey")
    return Path("var") / f"{url.database or 'zhaoluofu'}.sealkey"


def make_key(settings: Settings) -> Path | None:
    """Make the key file (0600) unless there is one or ZLF_SEAL_KEY is set; the path of a key just made."""
    path = key_path(settings)
    if settings.seal_key is not None or path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path


def seal_key(settings: Settings) -> bytes:
    """The key's bytes. NotAllowedNow where there is none."""
    if settings.seal_key is not None:
        return settings.seal_key.get_secret_value().encode()
    path = key_path(settings)
    if not path.exists():
        raise NotAllowedNow(f"找不到封存密钥 {path}。请从备份恢复该文件，或设置 ZLF_SEAL_KEY；切勿另造密钥。")
    return path.read_text().strip().encode()
