"""Tests of the bonus-tv menu: a box over HTTP, its process, page objects.

`Box` asks and drives a box that is served, `ServedBox` starts one, `bonus_tv_qa.pages` has the screens, and
`bonus_tv_qa.plugin` the fixtures of pytest. `bonus_tv_qa.stbt` is imported on its own, since it needs stbt-core.
"""

from bonus_tv_qa.box import Box
from bonus_tv_qa.emulator import Options, ServedBox, find_emulator
from bonus_tv_qa.errors import (
    BoxRefused,
    BoxUnreachable,
    ElementNotFound,
    EmulatorFailed,
    FocusLost,
    MalformedAnswer,
    NotInTime,
    QaError,
)
from bonus_tv_qa.values import (
    Bounds,
    Change,
    Clock,
    Fault,
    Ledger,
    LedgerLine,
    Node,
    Picture,
    SeenRequest,
    State,
    Tree,
)

__all__ = [
    "Bounds",
    "Box",
    "BoxRefused",
    "BoxUnreachable",
    "Change",
    "Clock",
    "ElementNotFound",
    "EmulatorFailed",
    "Fault",
    "FocusLost",
    "Ledger",
    "LedgerLine",
    "MalformedAnswer",
    "Node",
    "NotInTime",
    "Options",
    "Picture",
    "QaError",
    "SeenRequest",
    "ServedBox",
    "State",
    "Tree",
    "find_emulator",
]
