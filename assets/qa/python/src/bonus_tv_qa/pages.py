"""The screens of the menu as page objects: what a viewer does there, by real keys.

A method that leads to another screen returns its page, which waits until that screen has come. All pages stand in one
file because each leads to others.
"""

from __future__ import annotations

from bonus_tv_qa.errors import ElementNotFound
from bonus_tv_qa.page import P, Page, first_of, points
from bonus_tv_qa.values import Node
from bonus_tv_qa.walking import walk_until

__all__ = [
    "About",
    "Basket",
    "Catalogue",
    "Confirmation",
    "ExitQuestion",
    "History",
    "Home",
    "Join",
    "MyOptions",
    "OfferPage",
    "Outcome",
    "Page",
    "PinQuestion",
    "Player",
    "Processing",
    "Refusal",
    "Settings",
    "SignIn",
    "SignOutQuestion",
    "Status",
    "points",
]


class WithTabs(Page):
    """A screen with the bar of tabs above it."""

    @property
    def balance(self) -> int:
        """The points in the bar."""
        return points(self.node("balance").value)

    @property
    def tabs(self) -> list[str]:
        """The names of the tabs, such as `catalog`."""
        return [node.id.removeprefix("tab:") for node in self.tree.starting_with("tab:")]

    def _open(self, page: type[P], tab: str) -> P:
        # A tab opens its screen as soon as it has the focus.
        self.walk_to(f"tab:{tab}")
        return page(self.box)

    def open_home(self) -> Home:
        return self._open(Home, "home")

    def open_catalogue(self) -> Catalogue:
        return self._open(Catalogue, "catalog")

    def open_my_options(self) -> MyOptions:
        return self._open(MyOptions, "my-options")

    def open_status(self) -> Status:
        return self._open(Status, "points")

    def open_history(self) -> History:
        # The second page of the tab; a chip shows its page as soon as it has the focus.
        self.open_status().walk_to("chip:history")
        return History(self.box)

    def open_basket(self) -> Basket:
        """Opens the basket, which stands at the end of the tabs while it holds something."""
        return self._open(Basket, "basket")

    def open_settings(self) -> Settings:
        return self._open(Settings, "settings")


class WithRows(WithTabs):
    """A screen with a list of rows, of which the tree holds those near the picture."""

    @property
    def rows(self) -> list[Node]:
        return self.tree.starting_with("item:")

    def row(self, label: str) -> Node:
        """The row with these words near the picture. Raises `ElementNotFound`."""
        rows = self.rows
        found = next((row for row in rows if row.label == label), None)
        if found is None:
            raise ElementNotFound(f"no row is called {label!r}; there are: {', '.join(row.label for row in rows)}")
        return found

    def walk_to_row(self, name: int | str) -> Node:
        """Walks to the row with this number, counted from 0, or with this name where rows have one."""
        id = f"item:{name}"
        walk_until(self.box, "DOWN", lambda tree: tree.find(id) is not None, id)
        return self.walk_to(id)


class SignIn(Page):
    """The code that a phone confirms."""

    screen = "SignIn"

    @property
    def code(self) -> str:
        """The code as it is shown, such as `NCJD-BRFG`."""
        return self.text("code")

    @property
    def address(self) -> str:
        return self.text("address")

    def sign_in(self, scenario: str) -> Home:
        """Confirms the code as a phone would, with a test subscriber who is in the programme."""
        self.box.sign_in(scenario)
        return Home(self.box)

    def sign_in_new(self, scenario: str) -> Join:
        """The same, with a subscriber who has not joined yet."""
        self.box.sign_in(scenario)
        return Join(self.box)


class Join(Page):
    """The terms of the programme."""

    screen = "Join"

    @property
    def can_join(self) -> bool:
        return not self.node("button:join").disabled

    def tick_consent(self) -> None:
        self.choose("consent")

    def join(self) -> Home:
        self.choose("button:join")
        return Home(self.box)


class Home(WithTabs):
    """The first screen."""

    screen = "Home"

    @property
    def offers(self) -> list[str]:
        """The ids of the offers in the rows; a second card of an offer ends in `#2`."""
        return [node.id.removeprefix("offer:") for node in self.tree.starting_with("offer:")]

    def panel(self, name: str) -> str:
        """The words of a panel: `balance`, `status`, `exchange`."""
        return self.text(f"panel:{name}")

    def open_offer(self, offer: str) -> OfferPage:
        """Opens an offer of the rows, such as `film-potemkin`."""
        self.choose(f"offer:{offer}")
        return OfferPage(self.box)

    def watch(self, offer: str) -> Player:
        """Starts a film that can be watched."""
        self.choose(f"offer:{offer}")
        return Player(self.box)

    def leave(self) -> ExitQuestion:
        """Presses BACK where it asks whether to leave the menu."""
        walk_until(self.box, "BACK", lambda _: self.box.state().dialog is not None, "the question")
        return ExitQuestion(self.box)


class Catalogue(WithTabs):
    """The offers by category."""

    screen = "Catalog"

    @property
    def categories(self) -> list[str]:
        """The words on the chips."""
        return [node.label for node in self.tree.starting_with("chip:")]

    @property
    def offers(self) -> list[str]:
        """The ids of the offers near the picture."""
        return [node.id.removeprefix("offer:") for node in self.tree.starting_with("offer:")]

    def open_category(self, category: int | str) -> None:
        """Shows the category with this number, counted from 0, or with these words on its chip.

        Raises `ElementNotFound`.
        """
        chips = self.tree.starting_with("chip:")
        found = chips[category : category + 1] if isinstance(category, int) else [c for c in chips if c.label == category]
        if not found:
            raise ElementNotFound(f"no category is {category!r}; there are: {', '.join(chip.label for chip in chips)}")
        # A chip shows its category as soon as it has the focus.
        self.walk_to(found[0].id)

    def walk_to_offer(self, offer: str) -> Node:
        """Walks to an offer of the category, downwards through its lines."""
        id = f"offer:{offer}"
        walk_until(self.box, "DOWN", lambda tree: tree.find(id) is not None, id)
        return self.walk_to(id)

    def open_offer(self, offer: str) -> OfferPage:
        self.walk_to_offer(offer)
        self.press("OK")
        return OfferPage(self.box)

    def put_into_basket(self, offer: str) -> None:
        """Ticks an offer with the green key."""
        self.walk_to_offer(offer)
        self.press("GREEN")


class OfferPage(Page):
    """An offer with its price and what can be done with it."""

    screen = "Offer"

    @property
    def price(self) -> int:
        return points(self.text("price"))

    @property
    def buttons(self) -> list[str]:
        """The names of the buttons, such as `exchange-for`."""
        return [node.id.removeprefix("button:") for node in self.tree.starting_with("button:")]

    def exchange(self) -> Confirmation:
        self.choose(first_of(self, "button:exchange-for", "button:exchange"))
        return Confirmation(self.box)

    def add_to_basket(self) -> None:
        self.choose("button:add")

    def explain(self) -> Refusal:
        """Asks why the offer cannot be exchanged."""
        self.choose("button:explain")
        return Refusal(self.box)

    def back_to(self, page: type[P]) -> P:
        self.press("BACK")
        return page(self.box)


class Basket(WithRows):
    """What was ticked."""

    screen = "Basket"

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def total(self) -> int:
        return points(self.fact("charged"))

    def exchange(self) -> Confirmation:
        self.choose(first_of(self, "button:exchange-for", "button:exchange"))
        return Confirmation(self.box)

    def clear(self) -> None:
        self.choose("button:clear")


class Confirmation(Page):
    """The last question before points are taken."""

    screen = "Confirm"

    @property
    def charged(self) -> int:
        """What will be taken."""
        return points(self.fact("charged"))

    @property
    def balance_after(self) -> int:
        return points(self.fact("balance-after"))

    def cancel(self) -> OfferPage:
        self.choose("button:cancel")
        return OfferPage(self.box)

    def confirm(self) -> Outcome:
        """Orders, and waits for how it ends."""
        self.choose("button:exchange-for")
        return Outcome(self.box)

    def confirm_without_answer(self) -> Processing:
        """Orders while a fault keeps the answer back; without one, the next screen may have gone by."""
        self.walk_to("button:exchange-for")
        self.box.press("OK", settle=False)
        return Processing(self.box)

    def confirm_with_pin(self) -> PinQuestion:
        """Orders what wants the PIN first."""
        self.choose("button:exchange-for")
        return PinQuestion(self.box)


class Processing(Page):
    """An order is under way, and its end is not known."""

    screen = "Processing"
    settles = False


class Outcome(Page):
    """An order has been carried out."""

    screen = "Outcome"

    @property
    def charged(self) -> int:
        return points(self.fact("charged-done"))

    @property
    def balance(self) -> int:
        return points(self.fact("balance-now"))

    @property
    def lines(self) -> list[str]:
        """What was ordered, in words."""
        return [node.text for node in self.tree.starting_with("line:")]

    def go_home(self) -> Home:
        self.choose("button:home")
        return Home(self.box)


class Refusal(Page):
    """Why something cannot be exchanged."""

    screen = "Refusal"

    @property
    def causes(self) -> list[str]:
        """The names of the causes, such as `debt-of`."""
        return [node.id.removeprefix("cause:") for node in self.tree.starting_with("cause:")]

    def understood(self) -> OfferPage:
        self.choose("button:understood")
        return OfferPage(self.box)


class MyOptions(WithRows):
    """What the subscriber has."""

    screen = "MyOptions"

    def switch_renewal(self, index: int) -> str:
        """Presses OK on an option with a paid renewal; what the box says to it."""
        self.walk_to_row(index)
        self.press("OK")
        return self.text("notice")


class History(WithRows):
    """The ledger as the viewer sees it, newest first."""

    screen = "History"

    @staticmethod
    def amount(row: Node) -> int:
        """The points of a line, negative where they were taken."""
        return points(row.value.rsplit("·", 1)[-1])

    @property
    def amounts(self) -> list[int]:
        """The points of the lines near the picture."""
        return [self.amount(row) for row in self.rows]


class Status(WithRows):
    """The statuses of the programme, and the ways to earn."""

    screen = "Status"

    @property
    def current(self) -> str:
        """The name of the subscriber's status."""
        return next(node.label for node in self.tree.starting_with("status:") if node.selected)


class Settings(WithRows):
    """Settings, each a row."""

    screen = "Settings"

    LANGUAGE = "setting-language"
    ABOUT = "about-title"
    SIGN_OUT = "setting-sign-out"

    def change_language(self) -> str:
        """Chooses the next language; its code."""
        self.walk_to_row(self.LANGUAGE)
        self.press("OK")
        return self.box.state().language

    def open_about(self) -> About:
        self.walk_to_row(self.ABOUT)
        self.press("OK")
        return About(self.box)

    def sign_out(self) -> SignOutQuestion:
        self.walk_to_row(self.SIGN_OUT)
        self.press("OK")
        return SignOutQuestion(self.box)


class About(Page):
    """Version and licences."""

    screen = "About"

    @property
    def version(self) -> str:
        return self.fact("version")

    def close(self) -> Settings:
        self.choose("button:back")
        return Settings(self.box)


class Player(Page):
    """A film; the emulator shows a card where it has no player."""

    screen = "Player"

    def stop(self) -> Home:
        self.press("STOP")
        return Home(self.box)


class ExitQuestion(Page):
    """Whether to leave the menu."""

    screen = "Home"
    dialog = "Exit"

    def stay(self) -> Home:
        self.choose("button:stay")
        return Home(self.box)

    def leave(self) -> None:
        """Leaves the menu; `Box.open` brings the viewer back."""
        self.choose("button:leave")


class SignOutQuestion(Page):
    """Whether to sign out."""

    screen = "Settings"
    dialog = "SignOut"

    def stay(self) -> Settings:
        self.choose("button:stay")
        return Settings(self.box)

    def sign_out(self) -> SignIn:
        self.choose("button:action-sign-out")
        return SignIn(self.box)


class PinQuestion(Page):
    """Four digits before points are taken."""

    screen = "Confirm"
    dialog = "Pin"

    @property
    def error(self) -> str:
        """What is wrong with the digits before; empty if nothing is."""
        return self.text("pin-error") if self.has("pin-error") else ""

    def enter(self, digits: str) -> Outcome:
        """Types the right PIN and waits for the end of the order."""
        self.box.keys(" ".join(digits))
        return Outcome(self.box)

    def enter_wrong(self, digits: str) -> str:
        """Types another PIN; what the box says to it."""
        self.box.keys(" ".join(digits))
        return PinQuestion(self.box).error
