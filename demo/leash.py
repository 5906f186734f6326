"""Run a module until standard input closes: `python leash.py FOLDER MODULE [ARGUMENT...]`.

Whoever starts it holds the other end of standard input and never writes to it. When
that process goes, however it goes, the end closes and this one ends too and removes
FOLDER (unless it is `-`), so that a killed test run leaves nothing behind. Runs in the
interpreter of what it starts, and so imports nothing but the standard library.
"""

import os
import runpy
import shutil
import signal
import sys
import threading


def _end_with_the_parent(folder: str) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    if folder != "-":
        shutil.rmtree(folder, ignore_errors=True)
    # Nobody is left to whom an orderly end would matter.
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _, folder, *sys.argv = sys.argv
    threading.Thread(target=_end_with_the_parent, args=[folder], daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
