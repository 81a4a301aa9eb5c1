# SPDX-License-Identifier: GPL-2.0-only
# lit's configuration for the tests of sfictl and sfid. Parameter "build": the CMake
# binary folder (default: build/tools of this tree).
import os

import lit.formats

here = os.path.dirname(os.path.abspath(__file__))
tools = lit_config.params.get(
    "build", os.path.join(here, "..", "..", "build", "tools")
)

config.name = "agent"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".test"]
config.excludes = ["Inputs"]
config.test_source_root = here
config.test_exec_root = os.path.join(tools, "test", "agent")
config.substitutions.append(("%sfictl", os.path.join(tools, "runtime", "agent", "sfictl")))
config.substitutions.append(("%sfid", os.path.join(tools, "runtime", "agent", "sfid")))
config.substitutions.append(("%make_sysfs", "sh " + os.path.join(here, "Inputs", "make-sysfs.sh")))
config.substitutions.append(("%FileCheck", "FileCheck-19 --match-full-lines --strict-whitespace"))
config.substitutions.append(("%inputs", os.path.join(here, "Inputs")))
# What sfictl reads of its environment; each test sets its own.
config.environment.pop("NO_COLOR", None)
config.environment["TERM"] = "xterm"
config.environment["LC_ALL"] = "C"
