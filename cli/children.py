"""Child processes kept alive: started, restarted with back-off, ended with their whole process group."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_WAIT, LONGEST_WAIT, STEADY = 2.0, 60.0, 60.0
POLITE = 10.0


class Child:
    """One supervised process. A thread of its own starts it and waits for it, so that it ends when we do."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        say: Callable[[str], None],
        after: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name, self._command, self._log, self._say, self._after = name, command, log, say, after
        path = os.pathsep.join(filter(None, (str(ROOT), env.get("PYTHONPATH"))))
        self._env = {**env, "PYTHONPATH": path, "ZLF_PARENT": str(os.getpid())}
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._mind, name=name, daemon=True)

    def start(self) -> None:
        """Start as soon as what it stands on (`after`) is there."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def stop(self) -> None:
        """End the process and all that it started; forcibly after ten seconds."""
        self._stopping.set()
        self._end(signal.SIGTERM)
        self._thread.join(POLITE)
        self._end(signal.SIGKILL)
        self._thread.join(POLITE)

    def _mind(self) -> None:
        wait = FIRST_WAIT
        while not self._stopping.is_set():
            if not self._after():
                self._stopping.wait(0.5)
                continue
            began = time.monotonic()
            code = self._run()
            if self._stopping.is_set():
                return
            wait = FIRST_WAIT if time.monotonic() - began > STEADY else wait
            self._say(
                f"{self.name}已退出（{code}），{wait:.0f} 秒后重启；其间到期的事项由心跳办理。日志：{self._log}"
            )
            self._stopping.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _run(self) -> int:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own modules, with our own interpreter
                [sys.executable, *self._command],
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if self._stopping.is_set():
            self._end(signal.SIGTERM)
        code = self._process.wait()
        self._end(signal.SIGKILL)  # whatever it left behind in its group
        return code

    def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is not None:
            try:
                os.killpg(process.pid, how)
            except (ProcessLookupError, PermissionError):
                return
