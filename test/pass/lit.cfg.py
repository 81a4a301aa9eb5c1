# SPDX-License-Identifier: GPL-2.0-only
# lit's configuration for the tests of the compiler plugins. Parameter "build":
# the CMake binary folder (default: build/tools of this tree).
import os

import lit.formats

here = os.path.dirname(os.path.abspath(__file__))
tools = lit_config.params.get(
    "build", os.path.join(here, "..", "..", "build", "tools")
)
plugins = os.path.join(os.path.abspath(tools), "sfi-pass")
inputs = os.path.join(here, "Inputs")
policy = os.path.join(inputs, "policy.json")

config.name = "pass"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".c", ".ll", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = here
config.test_exec_root = os.path.join(tools, "test", "pass")

# The compiler as a driver's unit sees it, without and with the plugin, the latter
# with and without a policy. Kernel headers are those of Inputs/kernel.
plain = (
    "clang-19 -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone -mgeneral-regs-only"
    " -I " + inputs + "/kernel/include"
)
bare = plain + " -fplugin=" + plugins + "/sfi-pass.so"

config.substitutions += [
    ("%clang_plain", plain),
    ("%clang_bare", bare),
    ("%clang", bare + " -fplugin-arg-sfi-pass-policy=" + policy),
    # LLVM alone: passes sfi-early and sfi-late; the policy comes from SFI_POLICY.
    ("%opt", "opt-19 -load-pass-plugin=" + plugins + "/sfi-opt.so"),
    ("%sfi-cc", os.path.join(plugins, "sfi-cc")),
    ("%planter", os.path.join(plugins, "sfi-plant.so")),
    ("%plugin", os.path.join(plugins, "sfi-pass.so")),
    ("%policy", policy),
    ("%inputs", inputs),
    ("%FileCheck", "FileCheck-19"),
]
config.environment["SFI_POLICY"] = policy
config.environment["LC_ALL"] = "C"
for name in ("SFI_PLUGIN", "SFI_PLANT", "SFI_PLANT_PLUGIN", "SFI_PLANT_HEADER",
             "SFI_CLANG", "SFI_CC_PRINT", "SFI_REMARKS"):
    config.environment.pop(name, None)
