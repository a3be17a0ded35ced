"""Answers are told as what they are, in the brand's words: a second yes, one's own yes, a value that does not fit."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from actions.approvals import approve
from actions.edits import Foreseen, edit
from actions.gateway import undo
from domain.action import ItemStatus
from domain.context import Context
from domain.errors import Conflict, DomainError
from domain.language import Language
from language.errors import error_document, error_text
from tests.integration.actions.test_gateway import set_owner_gate
from tests.integration.conftest import Shop

EN, DE = Language.EN, Language.DE
AT_ONCE = timedelta(0)


def refused(do: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        do()
    return refusal.value


def say_yes(shop: Shop, item: str, who: Context) -> None:
    approve(shop.database, who, shop.engine, item, AT_ONCE)


def test_approving_twice_is_told_as_that_with_who_and_when(shop: Shop) -> None:
    item = str(shop.propose().id)
    say_yes(shop, item, shop.operator)
    again = refused(lambda: say_yes(shop, item, shop.owner))
    at = shop.operator.now()
    assert isinstance(again, Conflict)
    assert error_text(again) == f"Already approved by {shop.operator.actor.name}, on {at.day} March 2026, {at:%H:%M}."
    assert error_text(again, DE) == (
        f"Schon freigegeben von {shop.operator.actor.name}, am {at.day}. März 2026, {at:%H:%M} Uhr."
    )


def test_a_value_that_does_not_fit_is_refused_in_words_that_people_use(shop: Shop) -> None:
    item = str(shop.propose().id)

    def wrong() -> None:
        with shop.database.begin(shop.operator) as session:
            edit(session, shop.engine, item, {"price_minor": "abc"}, "", lambda *_: Foreseen())

    error = refused(wrong)
    assert error_text(error) == "price: it has to be a whole number."
    assert error_text(error, DE) == "price: es muss eine ganze Zahl sein."
    assert error_document(error, DE)["error"]["details"]["remedy"] == "Bitte einen anderen Wert angeben."


def test_what_cannot_be_undone_says_where_it_stands(shop: Shop) -> None:
    item = str(shop.propose().id)
    error = refused(lambda: undo(shop.database, shop.owner, item))
    assert error_text(error) == "This is proposed: there is nothing to undo."
    assert error_text(error, DE) == "Der Stand ist „vorgeschlagen“: zurückzunehmen ist nichts."


def test_who_has_said_yes_is_told_so_while_another_yes_is_missing(shop: Shop) -> None:
    set_owner_gate(shop, 1)
    item = str(shop.propose().id)
    say_yes(shop, item, shop.operator)
    error = refused(lambda: say_yes(shop, item, shop.operator))
    assert error_text(error).startswith("You have said yes to this already, on ")
    assert error_document(error, DE)["error"]["details"]["remedy"] == "Es wartet noch auf Inhaber."
    say_yes(shop, item, shop.owner)
    assert shop.item(UUID(item)).status == ItemStatus.APPROVED
