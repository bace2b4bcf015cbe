"""One test for each page object, and each proves what its page says against the box."""

from __future__ import annotations

import pytest

from bonus_tv_qa import Box, ElementNotFound
from bonus_tv_qa.pages import (
    ExitQuestion,
    Home,
    Join,
    PinQuestion,
    Player,
    Refusal,
    SignIn,
    points,
)


def test_sign_in_shows_a_code_and_joins_a_subscriber(box: Box) -> None:
    page = SignIn(box)
    assert len(page.code) == 9 and page.code[4] == "-"
    assert page.address.endswith("/tv")
    home = page.sign_in("vip")
    assert home.state.member == "m-vip"


@pytest.mark.bonus_tv(scenario="new")
def test_join_wants_the_consent_first(box: Box) -> None:
    page = Join(box)
    assert not page.can_join
    page.tick_consent()
    assert page.can_join
    home = page.join()
    assert home.balance == 0, "the gift comes within a day"
    assert [request.status for request in box.requests("POST", "/v1/enrolment")] == [200]


@pytest.mark.bonus_tv(scenario="vip")
def test_home_has_tabs_offers_and_panels(box: Box) -> None:
    home = Home(box)
    assert home.tabs == ["home", "catalog", "my-options", "points", "settings"]
    assert home.balance == 24090
    assert points(home.panel("balance")) == 24090
    assert "film-potemkin" in home.offers
    offer = home.open_offer("film-potemkin")
    assert offer.back_to(Home).focus == "offer:film-potemkin"


@pytest.mark.bonus_tv(scenario="vip")
def test_catalogue_goes_through_categories_and_lines(box: Box) -> None:
    catalogue = Home(box).open_catalogue()
    assert len(catalogue.categories) == 7
    assert "film-potemkin" in catalogue.offers, "what the points are enough for comes first"
    catalogue.open_category(2)
    packages = catalogue.offers
    catalogue.open_category(1)
    assert catalogue.offers and not set(catalogue.offers) & set(packages)
    assert catalogue.open_offer("film-earth").price == 680


@pytest.mark.bonus_tv(scenario="offers-500")
def test_catalogue_finds_an_offer_far_below_the_picture(box: Box) -> None:
    catalogue = Home(box).open_catalogue()
    assert "generated-00024" not in catalogue.offers
    catalogue.walk_to_offer("generated-00024")
    assert catalogue.focus == "offer:generated-00024"


@pytest.mark.bonus_tv(scenario="vip")
def test_an_offer_that_is_not_there_is_named_with_those_that_are(box: Box) -> None:
    catalogue = Home(box).open_catalogue()
    with pytest.raises(ElementNotFound, match="offer:no-such-offer is not .* offer:film-berlin"):
        catalogue.walk_to_offer("no-such-offer")
    with pytest.raises(ElementNotFound, match="no category is 'Нет такой'; there are: Хватает баллов, "):
        catalogue.open_category("Нет такой")


@pytest.mark.bonus_tv(scenario="vip")
def test_offer_has_its_price_and_leads_to_the_confirmation(box: Box) -> None:
    offer = Home(box).open_offer("film-potemkin")
    assert offer.price == 680
    assert offer.buttons == ["exchange-for", "add", "back"]
    assert offer.exchange().charged == 680


@pytest.mark.bonus_tv(scenario="vip")
def test_basket_sums_up_what_was_ticked(box: Box) -> None:
    catalogue = Home(box).open_catalogue()
    catalogue.open_category("Пакеты телеканалов")
    catalogue.put_into_basket("package-our-football")
    basket = catalogue.open_basket()
    assert not basket.is_empty
    assert basket.exchange().charged == 3145
    box.press("BACK")
    basket = type(basket)(box)
    assert basket.total == 3145
    basket.clear()
    assert basket.is_empty


@pytest.mark.bonus_tv(scenario="vip")
def test_confirmation_can_be_cancelled_and_takes_nothing(box: Box) -> None:
    before = box.ledger()
    confirmation = Home(box).open_offer("film-potemkin").exchange()
    assert confirmation.balance_after == 24090 - confirmation.charged
    confirmation.cancel()
    assert box.ledger() == before
    assert box.requests("POST", "/v1/exchanges") == []


@pytest.mark.bonus_tv(scenario="vip")
def test_outcome_says_what_was_taken_and_leads_home(box: Box) -> None:
    outcome = Home(box).open_offer("film-potemkin").exchange().confirm()
    assert outcome.charged == 680
    assert outcome.balance == outcome.state.balance == 24090 - 680
    assert len(outcome.lines) == 1
    assert outcome.go_home().balance == 24090 - 680


@pytest.mark.bonus_tv(scenario="debt")
def test_refusal_names_the_debt(box: Box) -> None:
    offer = Home(box).open_offer("film-potemkin")
    refusal = offer.explain()
    assert refusal.causes == ["debt-of"]
    assert "450" in refusal.text("cause:debt-of")
    refusal.understood()


@pytest.mark.bonus_tv(scenario="refused-many")
def test_refusal_names_every_cause(box: Box) -> None:
    catalogue = Home(box).open_catalogue()
    catalogue.open_category("Пакеты телеканалов")
    catalogue.open_offer("package-family").explain()
    assert len(Refusal(box).causes) > 1


@pytest.mark.bonus_tv(scenario="ending-5d")
def test_my_options_switches_the_paid_renewal(box: Box) -> None:
    options = Home(box).open_my_options()
    assert len(options.rows) == 1
    before = options.rows[0].value
    assert options.switch_renewal(0)
    assert options.rows[0].value != before


@pytest.mark.bonus_tv(scenario="long-history")
def test_history_is_the_ledger_from_its_end(box: Box) -> None:
    history = Home(box).open_history()
    amounts = [line.amount for line in reversed(box.ledger().lines)]
    assert len(amounts) == 200
    shown = history.amounts
    assert shown == amounts[: len(shown)] != []
    row = history.walk_to_row(10)
    assert history.amount(row) == amounts[10]


@pytest.mark.bonus_tv(scenario="vip")
def test_status_marks_the_subscribers_own(box: Box) -> None:
    status = Home(box).open_status()
    assert status.current == "VIP"
    assert status.rows


@pytest.mark.bonus_tv(scenario="vip")
def test_settings_change_the_language_and_back(box: Box) -> None:
    settings = Home(box).open_settings()
    russian = settings.title
    assert settings.change_language() == "en"
    assert settings.title == "Settings" != russian
    assert settings.change_language() == "ru"
    assert settings.title == russian


@pytest.mark.bonus_tv(scenario="vip")
def test_about_tells_the_version(box: Box) -> None:
    about = Home(box).open_settings().open_about()
    assert about.version.count(".") == 2
    about.close()
    with pytest.raises(ElementNotFound, match="fact:version is not on About"):
        about.node("fact:version")


@pytest.mark.bonus_tv(scenario="rental-3h")
def test_player_stops_where_it_was_started(box: Box) -> None:
    player = Home(box).watch("film-potemkin")
    assert isinstance(player, Player)
    assert player.stop().focus == "offer:film-potemkin"


@pytest.mark.bonus_tv(scenario="vip")
def test_leaving_asks_first(box: Box) -> None:
    question = Home(box).leave()
    assert isinstance(question, ExitQuestion)
    question.stay()
    Home(box).leave().leave()
    assert box.state().has_left
    box.open()
    assert not Home(box).state.has_left


@pytest.mark.bonus_tv(scenario="vip")
def test_signing_out_asks_first_and_leads_to_a_code(box: Box) -> None:
    settings = Home(box).open_settings()
    settings = settings.sign_out().stay()
    assert settings.sign_out().sign_out().code
    assert not box.state().signed_in


@pytest.mark.bonus_tv(scenario="adult")
def test_pin_guards_what_is_for_adults(box: Box) -> None:
    catalogue = Home(box).open_catalogue()
    catalogue.open_category(5)
    question = catalogue.open_offer("package-night").exchange().confirm_with_pin()
    assert isinstance(question, PinQuestion)
    assert question.error == ""
    assert question.enter_wrong("0000") != ""
    assert question.enter("1234").charged == 2660
