"""The reasons of the price analysis in words that people read."""

from collections.abc import Iterable, Mapping

REASONS: Mapping[str, str] = {
    "lowest_heldout_error": "it foresaw unseen weeks best",
    "tied_prefers_common_shocks_removed": "it foresaw unseen weeks as well as any, and holidays cannot mislead it",
    "identified_over_time_only": "all locations charge alike, so that only changes over time could be compared",
    "too_few_weeks": "too few weeks of sales are known",
    "too_few_rows": "too few rows of sales are known",
    "too_few_distinct_prices": "it was sold at too few different prices",
    "too_little_price_variation": "its price has hardly varied",
    "too_many_weeks_without_sales": "it went unsold in too many weeks",
    "no_model_identified": "no model could tell the effect of the price from everything else",
    "prices_follow_demand": "its price has followed demand, so that sales do not show what the price does",
    "elasticity_not_negative": "sales did not fall when the price rose, which no price can be built on",
    "elasticity_not_significant": "the effect of the price cannot be told from chance",
    "gain_is_likely": "a gain is likely enough",
    "gain_not_convincing": "a gain is not likely enough",
    "already_best": "the price is already the best of those allowed",
    "day_limit_used_up": "its price has been changed today by as much as the brand's rules allow",
    "no_price_within_bounds": "no price satisfies all of the brand's rules today",
    "best_price_is_at_a_bound": "it goes as far as the brand's rules allow today",
    "no_sales": "no sales are known",
    "no_unit_cost": "its unit cost is not known",
}


def in_words(reasons: Iterable[str]) -> list[str]:
    """Each reason as part of a sentence."""
    return [REASONS.get(reason, reason.replace("_", " ")) for reason in reasons]
