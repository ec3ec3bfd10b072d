"""`python -m winback` is `winback`."""

from winback.cli.main import run

if __name__ == "__main__":
    run()
