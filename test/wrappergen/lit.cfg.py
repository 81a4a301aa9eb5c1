# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# lit's configuration for the tests of sfi-wrapgen. Parameter "build": the CMake
# binary folder (default: build/tools of this tree).
import os

import lit.formats

here = os.path.dirname(os.path.abspath(__file__))
inputs = os.path.join(here, "Inputs")
tools = lit_config.params.get(
    "build", os.path.join(here, "..", "..", "build", "tools")
)
wrapgen = os.path.join(os.path.abspath(tools), "wrappergen", "sfi-wrapgen")

config.name = "wrappergen"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".h", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = here
config.test_exec_root = os.path.join(os.path.abspath(tools), "test", "wrappergen")
config.substitutions.append(("%golden", "sh " + os.path.join(inputs, "golden.sh") + " " + wrapgen + " %t"))
config.substitutions.append(("%refused", "sh " + os.path.join(inputs, "refused.sh") + " " + wrapgen + " %t"))
config.substitutions.append(("%wrapgen", wrapgen))
config.substitutions.append(("%inputs", inputs))
config.substitutions.append(("%top", os.path.join(here, "..", "..")))
config.environment["LC_ALL"] = "C"
# Where LLVM keeps `not`.
config.environment["PATH"] = "/usr/lib/llvm-19/bin:" + config.environment["PATH"]
