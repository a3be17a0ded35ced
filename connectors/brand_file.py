"""The brand itself as a folder describes it: name, currency, zone, rules."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from connectors.mapping import read_mapping
from domain.errors import InvalidInput
from domain.language import Language
from domain.money import Currency, to_minor

_Percent = Field(ge=0, le=100)


_WHOLE = (
    "max_cover_days", "trip_most_stops", "max_messages_a_week", "message_rest_days", "language",
    "max_price_changes_a_week", "dealer_list_months",
)  # fmt: skip


class RulesFile(BaseModel):
    """The owner's limits as people write them. Left out means the product's default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_margin_percent: Decimal | None = Field(default=None, ge=-100, le=99)
    max_price_change_percent_per_day: Decimal | None = Field(default=None, gt=0, le=100)
    corridor_low_percent: Decimal | None = Field(default=None, gt=0, le=100, description="of the year's median price")
    corridor_high_percent: Decimal | None = Field(default=None, ge=100, le=1_000)
    price_step: Decimal | None = Field(default=None, gt=0)
    max_price_changes_a_week: int | None = Field(
        default=None, ge=0, le=10**6, description="of one channel's list; more need the owner"
    )
    dealer_list_months: int | None = Field(
        default=None, ge=0, le=12, description="dealers' lists change so many months apart; 0: on any day"
    )
    owner_gate: Decimal | None = Field(default=None, ge=0, description="money at stake that needs the owner")
    holding_percent_a_year: Decimal | None = Field(default=None, ge=0, le=200, description="of the goods' cost")
    max_cover_days: int | None = Field(default=None, ge=1, le=3_650, description="stock for longer needs the owner")
    language: Language | None = Field(default=None, description="of minutes and action items: en or de")

    trip_fixed: Decimal | None = Field(default=None, ge=0, description="what a driver's trip costs, once")
    trip_stop: Decimal | None = Field(default=None, ge=0, description="and for each stand called at")
    trip_most_stops: int | None = Field(default=None, ge=1, le=200, description="stands on one trip")
    coaching_visit: Decimal | None = Field(default=None, ge=0, description="what a visit to a stand's partner costs")
    bonus_gate_percent: Decimal | None = Field(default=None, ge=0, le=100, description="of sales; more needs the owner")
    max_messages_a_week: int | None = Field(default=None, ge=0, le=10**9, description="recipients in any seven days")
    message_rest_days: int | None = Field(default=None, ge=0, le=3_650, description="who was written to is left alone")
    message_cost_per_thousand: Decimal | None = Field(default=None, ge=0)

    def as_columns(self, currency: str) -> dict[str, Any]:
        """The columns of `brand_rules` that are said."""
        percent = {
            "min_margin_bps": self.min_margin_percent,
            "max_price_change_bps_per_day": self.max_price_change_percent_per_day,
            "corridor_low_bps": self.corridor_low_percent,
            "corridor_high_bps": self.corridor_high_percent,
            "holding_bps_a_year": self.holding_percent_a_year,
            "bonus_gate_bps": self.bonus_gate_percent,
        }
        money = {
            "price_step_minor": self.price_step,
            "owner_gate_minor": self.owner_gate,
            "trip_fixed_minor": self.trip_fixed,
            "trip_stop_minor": self.trip_stop,
            "coaching_visit_minor": self.coaching_visit,
            "message_cost_per_thousand_minor": self.message_cost_per_thousand,
        }
        columns: dict[str, Any] = {name: round(value * 100) for name, value in percent.items() if value is not None}
        columns |= {name: to_minor(value, currency) for name, value in money.items() if value is not None}
        whole = {name: getattr(self, name) for name in _WHOLE}
        return columns | {name: value for name, value in whole.items() if value is not None}


class BrandProfile(BaseModel):
    """`brand.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    currency: Currency
    zone: str = "UTC"
    description: str = ""
    rules: RulesFile = RulesFile()

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"there is no time zone {zone!r}") from error
        return zone


def read_brand_file(folder: Path, mapping: Path | None) -> BrandProfile:
    """From the mapping where one is given, else from `brand.yaml` in the folder. Raises InvalidInput."""
    if mapping is not None:
        brand = read_mapping(mapping)
        return _profile(
            mapping,
            {"name": brand.name or folder.name, "currency": brand.currency, "zone": brand.zone, "rules": brand.rules},
        )
    path = folder / "brand.yaml"
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is not a folder.", remedy="Give the folder that holds the CSV files.")
    try:
        return _profile(path, yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise InvalidInput(
            f"{folder} has no brand.yaml, which says name and currency.",
            remedy="Write one (see docs/import.md), or map foreign files with --mapping.",
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} is not YAML: {' '.join(str(error).split())}") from error


def _profile(path: Path, document: Any) -> BrandProfile:
    try:
        return BrandProfile.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the top"
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{path.name}, at {where}: {reason}", remedy="See docs/import.md.") from error
