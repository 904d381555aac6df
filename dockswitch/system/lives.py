"""Whether a process lives, where there is no /proc to tell."""

import os
import sys

_MAY_WAIT = 0x00100000  # SYNCHRONIZE, of OpenProcess
_STILL = 0x102  # WAIT_TIMEOUT, of WaitForSingleObject
_DENIED = 5  # ERROR_ACCESS_DENIED


def lives(pid: int) -> bool:
    """One of somebody else's lives too; a zombie that nobody waited for does."""
    if sys.platform == "win32":  # os.kill would end it there, whatever the signal
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        opened = kernel.OpenProcess(_MAY_WAIT, 0, pid)
        if not opened:
            return ctypes.get_last_error() == _DENIED
        still: bool = kernel.WaitForSingleObject(ctypes.c_void_p(opened), 0) == _STILL
        kernel.CloseHandle(ctypes.c_void_p(opened))
        return still
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
