"""A child process that ends with its parent, also when the parent is killed with SIGKILL."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Linux: be terminated when the thread that started this process ends. Elsewhere nothing."""
    if sys.platform != "linux":
        return
    parent = os.environ.get("ZLF_PARENT")
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if parent is not None and os.getppid() != int(parent):  # it ended before the line above
        os.kill(os.getpid(), signal.SIGTERM)
