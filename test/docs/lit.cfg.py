# SPDX-License-Identifier: GPL-2.0-only
# lit's configuration for the tests of the documentation: what it names must be
# there. Parameter "build": the CMake binary folder (default: build/tools).
import os

import lit.formats

here = os.path.dirname(os.path.abspath(__file__))
top = os.path.abspath(os.path.join(here, "..", ".."))
tools = lit_config.params.get("build", os.path.join(top, "build", "tools"))

config.name = "docs"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".test"]
config.test_source_root = here
config.test_exec_root = os.path.join(tools, "test", "docs")
config.substitutions.append(("%top", top))
config.environment["LC_ALL"] = "C"
