"""What a host's Python is given to run: it begins the program that lies there, if it is that one.

It is read by whatever Python a host has, and never imported: what is new in Python 3 stands below
the first lines only as far as all of them can read it.
"""

import sys

if sys.version_info < (3, 10):  # noqa: UP036 -- hosts may have any
    sys.exit(98)

import hashlib
import json
import os
import zipimport

wanted = json.loads(sys.argv[1])
missing = [] if os.path.lexists(wanted["link"] or "/") else ["link"]
for name, (path, digest) in wanted["files"].items():
    try:
        with open(path, "rb") as opened:
            lies_there = hashlib.sha256(opened.read()).hexdigest() == digest
    except OSError:
        lies_there = False
    if not lies_there:
        missing.append(name)
if missing and wanted["asks"]:
    sys.stdout.write(json.dumps({"missing": missing}))
    sys.exit(97)
program = wanted["files"]["program"][0]
if "lock" in wanted["files"]:
    os.chdir(os.path.dirname(wanted["files"]["lock"][0]))
sys.argv[:2] = [program]
archive = zipimport.zipimporter(program)
# Where shiv unpacked it once nothing is left to be done but to start: its own way to see that costs
# as much as all of Python's start.
build = json.loads(archive.get_data("environment.json")).get("build_id")
shelf = os.environ.get("SHIV_ROOT") or ("" if os.geteuid() else "/var/cache/dockswitch.pyz")
unpacked = os.path.join(shelf, f"{os.path.basename(program)}_{build}", "site-packages")
if shelf and os.path.isdir(unpacked):
    sys.path[0] = unpacked
    from dockswitch.cli.main import main

    main()
else:
    sys.path[0] = program
    exec(archive.get_code("__main__"), {"__name__": "__main__"})  # noqa: S102 -- it is ours
