"""``python -m hsunmix`` is the command ``hsunmix``."""

from hsunmix.cli.main import main

main()
