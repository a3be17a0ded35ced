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
    "held_at_ladder_edge": "a better price would break the ladder of its channels, so it stops at the edge",
    "would_break_ladder": "any better price would break the ladder of its channels",
    "no_competitor_prices": "no competitor's prices are known",
    "no_price_list": "nothing is priced in that channel",
    "too_few_price_changes": "there are too few weeks, products or price changes to tell",
    "rivals_follow": "rivals follow the brand's changes beyond doubt",
    "rivals_do_not_follow": "rivals are not seen to follow",
    "no_roles": "which channel is the own shop, and which the dealers', cannot be told",
    "no_comparable": "too few comparable products are sold there",
    "no_deals": "too few past deals are known to tell what one brings",
    "deal_pays": "the gain after the dip and what it takes from its category is positive at its lower bound",
    "clears_surplus": "there is more of it than will sell in time, and the deal brings more than keeping it",
    "deal_does_not_pay": "what it brings while it runs is lost again after it, and to its category",
    "lately_on_deal": "it has been on a deal lately, and what was bought ahead is still missing",
    "below_margin_floor": "the promoted price would not keep the brand's margin floor",
    "no_recent_sales": "it hardly sells, so nothing says what a deal would bring",
}

GERMAN: Mapping[str, str] = {
    "lowest_heldout_error": "so ließen sich nicht gesehene Wochen am besten vorhersagen",
    "tied_prefers_common_shocks_removed": (
        "so ließen sich nicht gesehene Wochen so gut vorhersagen wie sonst nur, und Feiertage können nicht täuschen"
    ),
    "identified_over_time_only": (
        "alle Orte verlangen dasselbe, sodass sich nur Änderungen im Lauf der Zeit vergleichen ließen"
    ),
    "too_few_weeks": "es sind zu wenige Verkaufswochen bekannt",
    "too_few_rows": "es sind zu wenige Verkaufszeilen bekannt",
    "too_few_distinct_prices": "es wurde zu zu wenigen verschiedenen Preisen verkauft",
    "too_little_price_variation": "der Preis hat sich kaum bewegt",
    "too_many_weeks_without_sales": "in zu vielen Wochen wurde nichts verkauft",
    "no_model_identified": "kein Modell konnte die Wirkung des Preises von allem anderen trennen",
    "prices_follow_demand": (
        "der Preis ist der Nachfrage gefolgt, sodass die Verkäufe nicht zeigen, was der Preis bewirkt"
    ),
    "elasticity_not_negative": "der Absatz sank nicht, als der Preis stieg; darauf lässt sich kein Preis gründen",
    "elasticity_not_significant": "die Wirkung des Preises ist vom Zufall nicht zu unterscheiden",
    "gain_is_likely": "ein Gewinn ist wahrscheinlich genug",
    "gain_not_convincing": "ein Gewinn ist nicht wahrscheinlich genug",
    "already_best": "der Preis ist schon der beste der erlaubten",
    "day_limit_used_up": "der Preis wurde heute schon so weit geändert, wie die Regeln der Marke es erlauben",
    "no_price_within_bounds": "kein Preis hält heute alle Regeln der Marke ein",
    "best_price_is_at_a_bound": "er geht so weit, wie die Regeln der Marke es heute erlauben",
    "no_sales": "es sind keine Verkäufe bekannt",
    "no_unit_cost": "die Stückkosten sind nicht bekannt",
}


def in_words(reasons: Iterable[str]) -> list[str]:
    """Each reason as part of a sentence."""
    return [REASONS.get(reason, reason.replace("_", " ")) for reason in reasons]


def in_german(reasons: Iterable[str]) -> list[str]:
    """Each reason as part of a German sentence; in English where there is no German."""
    return [GERMAN.get(reason) or in_words([reason])[0] for reason in reasons]
