"""All scenarios, in the order of the table."""

# Each puts its own on the list, so their order is that of the table.
from . import shopping, films, remote, screen, television, system, board, network, disk  # noqa: F401  # isort: skip
