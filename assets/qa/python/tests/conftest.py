"""What the tests of this package share."""

pytest_plugins = ["pytester"]
