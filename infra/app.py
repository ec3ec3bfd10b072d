"""`cdk` runs this: the stack, held against the rules of AwsSolutions."""

import os
import sys
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.options import Options
from infra.packages import DIST
from infra.stack import ClientEngagementStack


def main() -> None:
    app = App()
    try:
        options = Options.read(app.node, os.environ)
    except ValueError as error:
        sys.exit(f"winback: {error}")
    packages = app.node.try_get_context("packages") or DIST
    ClientEngagementStack(app, options=options, packages=Path(packages))
    # A finding that nobody acknowledged fails the synthesis.
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


if __name__ == "__main__":
    main()
