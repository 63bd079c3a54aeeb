"""Entry point of `python -m data_generator`."""

import sys

from data_generator.cli import main

if __name__ == "__main__":
    sys.exit(main())
