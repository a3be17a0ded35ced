"""How an action would leave the house as things stand: by mail, by a person, or not at all; with the text."""

from actions.handler import Writes
from actions.kinds import handler_of
from domain.action import Action, parse_action
from domain.kind import LeavesHouse, Leaving, Way, Words
from domain.letter import Because, By, Leaves, Letter
from domain.message import Message
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem


def planned(session: BrandSession, action: Action) -> Leaves:
    """How an action would leave the house as things stand, with the text that would go."""
    handler = handler_of(action.kind)
    leaves = handler.kind.leaves_house
    if leaves.content is Leaving.NOTHING:
        return Leaves(by=By.NOBODY)
    letters = handler.letters(session, action, None) if isinstance(handler, Writes) else ()
    letter = letters[0] if letters else Letter()
    because = by_hand_because(session, leaves, letter)
    by = By.PERSON if because else By.MAIL
    return Leaves(by=by, because=because, sender=sender(session) if by is By.MAIL else "", letter=letter)


def shown_leaving(item: ActionItem) -> Leaves:
    """How an item was shown to leave the house."""
    if shown := item.preview.get("leaves"):
        return Leaves.model_validate(shown)
    nothing = handler_of(item.kind).kind.leaves_house.content is Leaving.NOTHING
    return Leaves(by=By.NOBODY if nothing else By.PERSON)


def leaving_sentence(item: ActionItem) -> Words:
    """What a yes does outside, as things stood when the item was shown."""
    leaves = handler_of(item.kind).kind.leaves_house
    return leaves.by_mail if shown_leaving(item).by is By.MAIL and leaves.by_mail else leaves.by_hand


def sender(session: BrandSession) -> str:
    """`Brand <address>`, as the mail of this brand is from."""
    name = brand_of(session).name.replace('"', "").replace("<", "").replace(">", "")
    return f"{name} <{session.mail_from}>" if session.mail_from else ""


def by_hand_because(session: BrandSession, leaves: LeavesHouse, letter: Letter) -> Because | None:
    """Why a person has to bring this letter out; None where it goes by mail."""
    if leaves.way is not Way.EMAIL or leaves.by_mail is None:
        return Because.NO_CHANNEL
    if session.mail_from is None:
        return Because.NO_MAIL
    return None if letter.address else Because.NO_ADDRESS


def leaving_moved(session: BrandSession, item: ActionItem) -> list[Message]:
    """The difference between how the item was shown to leave the house, and how it would now; empty where none."""
    shown, now = shown_leaving(item), planned(session, parse_action(item.action))
    same = shown.model_copy(update={"because": None}) == now.model_copy(update={"because": None})
    return [] if same else [Message(key="item.outside_moved")]
