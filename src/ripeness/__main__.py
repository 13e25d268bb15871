"""`python -m ripeness` is the command line."""

from ripeness.cli import main

if __name__ == "__main__":
    main()
