"""The form of an action kind: its parameters as people write them, read into what the action stores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from domain.action import Action, parse_action
from domain.errors import InvalidInput
from domain.kind import EACH, ActionKind
from domain.message import message
from domain.money import BPS, exponent, to_minor_exactly
from domain.refused import refusal_of

CURRENCY = "currency"
_LISTED, _WITHIN = re.compile(r"(?<!\\),"), re.compile(r"(?<!\\):")
_ESCAPED = re.compile(r"\\([,:])")


@dataclass(frozen=True)
class FormField:
    """One parameter: the `word` that people write, how its value is written, and whether it may be left out."""

    word: str
    name: str
    expected: str
    example: str
    required: bool
    about: str = ""
    sort: Literal["text", "amount", "share", "day", "number", "choice"] = "text"
    many: bool = False
    entry: tuple["FormField", ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def sample(self) -> str:
        """`price=12.90`."""
        return f"{self.word}={self.example}"


def form_of(kind: ActionKind, currency: str = "EUR") -> tuple[FormField, ...]:
    """The fields of a kind's form, in the order of its parameters; examples of amounts are of this currency."""
    fields = kind.parameters.model_fields.items()
    return tuple(_field(name, info, kind, name, currency) for name, info in fields if name != "kind")


def usage(kind: ActionKind, currency: str = "EUR") -> str:
    """`price.update sku=SKU channel=CHANNEL [zone=ZONE] price=12.90`."""
    shown = [field for field in form_of(kind, currency) if field.name != CURRENCY]
    return " ".join([kind.name, *(field.sample if field.required else f"[{field.sample}]" for field in shown)])


def read_form(kind: ActionKind, given: Iterable[str], currency: str) -> dict[str, Any]:
    """The parameters that these `NAME=VALUE` say, as the action stores them; the brand's currency where none is said.

    Raises InvalidInput, which names the parameter, what is expected and an example.
    """
    pairs = [_split(kind, text) for text in given]
    currency = next((value for word, value in pairs if word == CURRENCY), currency)
    fields = {field.word: field for field in form_of(kind, currency)}
    read: dict[str, Any] = {"kind": kind.name, CURRENCY: currency}
    seen: set[str] = set()
    for word, value in pairs:
        field = fields.get(word)
        if field is None:
            raise InvalidInput(f"{kind.name} has no {word[:64]!r}.", remedy=f"Write: {usage(kind, currency)}")
        if word in seen and not field.many:
            raise InvalidInput(f"{word} is given twice.", remedy=f"Give it once, such as {field.sample}.")
        seen.add(word)
        read[field.name] = (
            [*read.get(field.name, ()), *_values(field, value, currency)]
            if field.many
            else read_value(field, value, currency)
        )
    return read


def action_of_form(kind: ActionKind, parameters: Mapping[str, Any]) -> Action:
    """The typed action. Raises InvalidInput for what is missing or makes no sense, naming it as people write it."""
    fields = {field.name: field for field in form_of(kind, str(parameters[CURRENCY]))}
    stored = kind.parameters.model_fields
    if missing := [field for name, field in fields.items() if stored[name].is_required() and name not in parameters]:
        words = ", ".join(field.word for field in missing)
        raise InvalidInput(
            f"{words} {'is' if len(missing) == 1 else 'are'} missing: {missing[0].word} is {missing[0].expected}.",
            remedy=f"Add {' '.join(field.sample for field in missing)}.",
        )
    try:
        return parse_action(parameters)
    except ValidationError as error:
        where = [part for part in error.errors()[0]["loc"][1:] if isinstance(part, str)]
        field, refusal = _innermost(fields, where), refusal_of(error)
        if field is None:
            said = message("value.sentence", reason=refusal)
            raise InvalidInput("That does not fit.", remedy=f"Write: {usage(kind)}", said=said) from error
        raise InvalidInput(
            f"{field.word} is {field.expected}.",
            remedy=f"Write it such as {fields[where[0]].sample}.",
            said=message("value.form", reason=refusal, expected=field.expected),
        ) from error


def read_value(field: FormField, value: str, currency: str) -> Any:
    """One value as the action stores it. Raises InvalidInput."""
    text = value.strip()
    match field.sort:
        case "amount":
            return _amount(field, text, currency)
        case "share":
            return _share(field, text)
        case "day":
            return _day(field, text)
        case "number":
            if not re.fullmatch(r"-?\d{1,18}", text):
                raise _not_expected(field, value)
            return int(text)
        case "choice":
            if text not in field.choices:
                raise _not_expected(field, value)
            return text
        case _:
            return text


def word_of(name: str) -> str:
    """How people write a parameter: `price` of `price_minor`, `off` of `off_bps`."""
    return name.removesuffix("_minor").removesuffix("_bps")


def _field(name: str, info: FieldInfo, kind: ActionKind, path: str, currency: str) -> FormField:
    annotation, many = _of_list(info.annotation)
    required = info.is_required() and path not in kind.filled_in and name != CURRENCY
    about = info.description or ""
    word = word_of(name)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = annotation.model_fields.items()
        entry = tuple(_field(each, of, kind, f"{path}{EACH}{each}", currency) for each, of in inner)
        names = ":".join(part.word.upper() if part.required else f"[{part.word.upper()}]" for part in entry)
        shape = names.replace(":[", "[:")
        example = ":".join(part.example for part in entry if part.required)
        return FormField(word, name, f"{shape}, with commas between several", example, required, about,
                         many=True, entry=entry)  # fmt: skip
    sort, expected, example, choices = _value_form(name, annotation, currency)
    if many:
        expected, example = f"{expected}, with commas between several", f"{example},{example}-2"
    return FormField(word, name, expected, example, required, about, sort, many, choices=choices)


def _of_list(annotation: Any) -> tuple[Any, bool]:
    """The type of a list's entries, and True; a type that is no list, and False."""
    if get_origin(annotation) is not tuple:
        return annotation, False
    inner = get_args(annotation)[0]
    return (get_args(inner)[0] if hasattr(inner, "__metadata__") else inner), True


def _value_form(name: str, annotation: Any, currency: str) -> tuple[Any, str, str, tuple[str, ...]]:
    """Sort, what is expected, an example, and the choices."""
    amount = f"{Decimal(1290).scaleb(-exponent(currency))}"
    if name.endswith("_minor"):
        return "amount", f"an amount in {currency}, such as {amount}", amount, ()
    if name.endswith("_bps"):
        return "share", "a share in percent, such as 15 or 12.5%", "15", ()
    if annotation is date:
        return "day", "a day, such as 2026-12-05", "2026-12-05", ()
    if choices := _choices(annotation):
        return "choice", f"one of {', '.join(choices)}", choices[0], choices
    if annotation is int:
        return "number", "a whole number, such as 4", "4", ()
    if name == CURRENCY:
        return "text", "a currency of ISO 4217, such as EUR", currency, ()
    return "text", "a code, as your data has it", name.upper().removesuffix("S"), ()


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(choice) for choice in get_args(annotation))
    if isinstance(annotation, type) and not isinstance(annotation, UnionType) and issubclass(annotation, Enum):
        return tuple(str(choice.value) for choice in annotation)
    return ()


def _split(kind: ActionKind, text: str) -> tuple[str, str]:
    word, equals, value = text.partition("=")
    if not equals or not word.strip():
        raise InvalidInput(f"{text[:80]!r} is no NAME=VALUE.", remedy=f"Write: {usage(kind)}")
    return word.strip(), value


def _values(field: FormField, value: str, currency: str) -> list[Any]:
    """The values of a list, between commas; a comma or colon within a name has a backslash before it."""
    parts = [part for part in _LISTED.split(value) if part.strip()]
    if not parts:
        raise _not_expected(field, value)
    return [_entry(field, part, currency) if field.entry else _plain(part) for part in parts]


def _entry(field: FormField, text: str, currency: str) -> dict[str, Any]:
    values = _WITHIN.split(text)
    least = sum(part.required for part in field.entry)
    if not least <= len(values) <= len(field.entry):
        raise _not_expected(field, text)
    return {
        part.name: read_value(part, _plain(value), currency) for part, value in zip(field.entry, values, strict=False)
    }


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text.strip())


def _amount(field: FormField, text: str, currency: str) -> int:
    try:
        return to_minor_exactly(text, currency)
    except InvalidInput as error:
        raise InvalidInput(
            f"{field.word}: {error.message.rstrip('.')}. It is {field.expected}.", remedy=f"Write {field.sample}."
        ) from error


def _share(field: FormField, text: str) -> int:
    try:
        bps = Decimal(text.removesuffix("%").strip()) * 100
        if 0 <= bps <= BPS and bps == int(bps):
            return int(bps)
    except (InvalidOperation, ValueError):
        pass
    raise _not_expected(field, text)


def _day(field: FormField, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _not_expected(field, text) from None


def _not_expected(field: FormField, value: str) -> InvalidInput:
    return InvalidInput(
        f"{field.word}: {value.strip()[:80]!r} is not {field.expected}.", remedy=f"Write {field.sample}."
    )


def _innermost(fields: Mapping[str, FormField], where: Sequence[str]) -> FormField | None:
    """The field that a place in the parameters is about; None for the action as a whole."""
    if not where:
        return None
    field = fields[where[0]]
    return next((part for part in field.entry if part.name == where[-1]), field)
