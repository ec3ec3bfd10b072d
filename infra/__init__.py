"""The stack on AWS: `app.py` is what the CDK runs, `stack.py` puts the constructs together."""
