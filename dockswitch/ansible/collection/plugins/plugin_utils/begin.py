"""What a host's Python is given to run: it begins the program that lies there, if it is that one.

It is read by whatever Python a host has, and never imported.
"""

import sys

if sys.version_info < (3, 10):
    sys.exit(98)

import hashlib
import json
import os
import runpy

wanted = json.loads(sys.argv[1])


def lies_there(path, digest):
    try:
        with open(path, "rb") as opened:
            return hashlib.sha256(opened.read()).hexdigest() == digest
    except OSError:
        return False


missing = [name for name, (path, digest) in wanted["files"].items() if not lies_there(path, digest)]
if wanted["link"] and not os.path.lexists(wanted["link"]):
    missing.append("link")
if missing and not wanted["once"]:
    print(json.dumps({"missing": missing}))
    sys.exit(97)
program = wanted["files"]["program"][0]
if "lock" in wanted["files"]:
    os.chdir(os.path.dirname(wanted["files"]["lock"][0]))
sys.argv = [program, *sys.argv[2:]]
runpy.run_path(program, run_name="__main__")
