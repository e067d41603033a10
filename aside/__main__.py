"""`python -m aside` is `aside`."""

from aside.cli import main

main()
