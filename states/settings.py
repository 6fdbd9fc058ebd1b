"""Settings from the environment (prefix ZLF_). Secrets come from here only and are never printed."""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting has a default that works on one machine without services."""

    model_config = SettingsConfigDict(env_prefix="ZLF_", extra="ignore")

    database_url: str = "sqlite:///var/zhaoluofu.db"
    seal_key: SecretStr | None = None
    seal_key_file: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = False
    mail_from: str = "zhaoluofu@localhost"
    webhook_url: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    heartbeat_seconds: int = Field(default=60, ge=1, le=3600)

    @property
    def heartbeat(self) -> timedelta:
        """How often the heartbeat of `zlf up` beats."""
        return timedelta(seconds=self.heartbeat_seconds)


@lru_cache
def settings() -> Settings:
    """The settings of this process; read once."""
    return Settings()
