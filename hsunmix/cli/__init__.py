"""The command line: one file a subcommand."""

import sys

from hsunmix.cli._shell import quiet_hook

sys.excepthook = quiet_hook(sys.excepthook)  # also while the rest is being imported
