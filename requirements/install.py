"""Set-up with the standard library alone: a virtual environment, then the locked packages, checked by hash.

Uses uv where there is one (about five times faster), plain pip otherwise; both install the same files.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {name: ROOT / "requirements" / f"{name}.lock" for name in ("runtime", "dev")}
WHEELS = ROOT / "wheelhouse"
PACKAGES = ("cli", "api", "flows", "notifications", "documents", "states", "migrations")


def say(text: str) -> None:
    """To the person who waits."""
    sys.stderr.write(f"[安装] {text}\n")
    sys.stderr.flush()


def run(*command: str | Path) -> None:
    """Run a step; stop with its output where it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode:
        say(f"失败：{' '.join(str(part) for part in command)}")
        sys.exit(done.returncode)


def environment() -> None:
    """Make .venv unless it works already."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "pass"], check=False).returncode == 0:
        return
    say("建立 .venv")
    venv.create(VENV, with_pip=True, clear=VENV.exists())


def pip() -> list[str]:
    """How packages are installed here."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON)]
    if subprocess.run([PYTHON, "-m", "pip", "--version"], check=False, capture_output=True).returncode:
        run(PYTHON, "-m", "ensurepip", "--upgrade")
    return [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]


def install(which: str) -> None:
    """Install a lock and, without its dependencies, the project itself (editable)."""
    if sys.version_info < (3, 11):  # noqa: UP036  # the one place where an older interpreter may arrive
        say("需要 Python 3.11 或更新版本")
        sys.exit(1)
    environment()
    say(f"安装锁定的依赖（{which}），首次约需一两分钟")
    source = (
        ["--no-index", "--find-links", str(WHEELS)] if WHEELS.is_dir() and "--offline" in sys.argv else []
    )
    run(*pip(), *source, "--no-deps", "--require-hashes", "-r", LOCKS[which])
    run(*pip(), *source, "--no-deps", "--no-build-isolation", "--editable", ".")
    run(PYTHON, "-m", "compileall", "-q", *PACKAGES)  # so that the first start is as quick as the next
    say("完成")


def wheelhouse() -> None:
    """Collect every wheel of the runtime lock for a site without a network."""
    WHEELS.mkdir(exist_ok=True)
    if subprocess.run([PYTHON, "-m", "pip", "--version"], check=False, capture_output=True).returncode:
        run(PYTHON, "-m", "ensurepip", "--upgrade")
    run(
        PYTHON,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "-r",
        LOCKS["runtime"],
        "-d",
        WHEELS,
    )
    say(f"共 {len(list(WHEELS.iterdir()))} 个安装包。连同本项目复制到隔离网络后运行：")
    say("python3 requirements/install.py runtime --offline")


def lock() -> None:
    """Pin both sets anew."""
    for name in ("runtime", "dev"):
        run(
            *(
                "uv",
                "pip",
                "compile",
                "--quiet",
                "--generate-hashes",
                "--no-emit-index-url",
                "--no-emit-find-links",
            ),
            *("--no-annotate", "--no-header", "--python-version", "3.11"),
            *(f"requirements/{name}.in", "-o", LOCKS[name]),
        )


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else "runtime"
    {
        "runtime": lambda: install("runtime"),
        "dev": lambda: install("dev"),
        "wheelhouse": wheelhouse,
        "lock": lock,
    }[asked]()
