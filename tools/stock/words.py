"""The reasons of purchasing's analysis as words that stand after a colon."""

from collections.abc import Iterable, Mapping

_WORDS: Mapping[str, str] = {
    "below_reorder_point": "stock and orders under way are below the point where waiting costs more than ordering",
    "above_reorder_point": "stock and orders under way last until a later review",
    "no_margin": "a unit sold brings no more than it costs",
    "never_pays_to_stock": "keeping it costs more than it earns",
    "loses_money_but_service_asks_for_it": "it loses money, and the service level asks for it",
    "lead_time_is_assumed": "no delivery of this supplier is known, so its promise is taken at its word",
    "more_stock_than_needed": "there is more than is needed",
    "slow_mover": "it moves slowly",
    "economic": "the quantity costs least over a year",
    "price_break": "a larger order is cheaper by the unit",
    "minimum": "the supplier takes no less",
    "need": "as much as is needed",
    "pack": "in whole packs",
    "shelf_life": "no more than sells before it expires",
    "cash": "no more than the accounts hold",
    "one_year": "no more than a year's use",
    "no_demand": "nobody asked for it lately",
    "minimum_above_shelf_life": "the least that the supplier takes would not sell before it expires",
    "minimum_above_cash": "the accounts do not hold what the least order costs",
    "waits_for_cash": "the accounts do not hold enough for it beside what brings more for its money",
    "never_in_stock": "there was never stock of it for long, so nothing says how much is asked for",
    "cannot_be_computed": "its numbers do not allow it to be computed: see its offer and the supplier's lead time",
    "no_sales": "no sales of it are known, so nothing says what a unit brings",
    "too_few_weeks": "too few weeks of stock movements are known",
    "no_lead_time": "neither a delivery nor a promised lead time of this supplier is known",
    "no_offer": "this supplier's offers are not known",
    "nothing_is_due": "no product has to be ordered yet",
    "below_minimum_order_value": "the order would be less than the supplier takes, and more of it would not pay",
    "minimum_order_value_unclear": "what an order has to come to is not clear from the supplier's documents",
}

_GERMAN: Mapping[str, str] = {
    "below_reorder_point": (
        "Bestand und laufende Bestellungen liegen unter dem Punkt, ab dem Warten mehr kostet als Bestellen"
    ),
    "above_reorder_point": "Bestand und laufende Bestellungen reichen bis zu einer späteren Durchsicht",
    "no_margin": "ein verkauftes Stück bringt nicht mehr ein, als es kostet",
    "never_pays_to_stock": "die Lagerung kostet mehr, als sie einbringt",
    "loses_money_but_service_asks_for_it": "es bringt Verlust, und der Servicegrad verlangt es",
    "lead_time_is_assumed": "von diesem Lieferanten ist keine Lieferung bekannt, daher gilt seine Zusage",
    "more_stock_than_needed": "es ist mehr da, als gebraucht wird",
    "slow_mover": "es verkauft sich langsam",
    "economic": "diese Menge kostet über ein Jahr am wenigsten",
    "price_break": "eine größere Bestellung ist je Stück günstiger",
    "minimum": "weniger nimmt der Lieferant nicht an",
    "need": "so viel, wie gebraucht wird",
    "pack": "in ganzen Gebinden",
    "shelf_life": "nicht mehr, als vor dem Ablauf verkauft wird",
    "cash": "nicht mehr, als die Konten hergeben",
    "one_year": "nicht mehr als ein Jahresbedarf",
    "no_demand": "zuletzt hat niemand danach gefragt",
    "minimum_above_shelf_life": "die Mindestmenge des Lieferanten würde vor dem Ablauf nicht verkauft",
    "minimum_above_cash": "die Konten geben nicht her, was die kleinste Bestellung kostet",
    "waits_for_cash": "die Konten geben dafür nicht genug her neben dem, was für sein Geld mehr bringt",
    "never_in_stock": "es lag nie lange auf Lager, sodass nichts sagt, wie viel gefragt ist",
    "cannot_be_computed": (
        "die Zahlen lassen keine Berechnung zu: prüfen Sie das Angebot und die Lieferzeit des Lieferanten"
    ),
    "no_sales": "es sind keine Verkäufe bekannt, sodass nichts sagt, was ein Stück einbringt",
    "too_few_weeks": "es sind zu wenige Wochen mit Lagerbewegungen bekannt",
    "no_lead_time": "von diesem Lieferanten ist weder eine Lieferung noch eine zugesagte Lieferzeit bekannt",
    "no_offer": "die Angebote dieses Lieferanten sind nicht bekannt",
    "nothing_is_due": "noch muss kein Produkt bestellt werden",
    "below_minimum_order_value": (
        "die Bestellung wäre kleiner, als der Lieferant annimmt, und mehr davon würde sich nicht lohnen"
    ),
    "minimum_order_value_unclear": (
        "aus den Unterlagen des Lieferanten geht nicht klar hervor, auf wie viel sich eine Bestellung belaufen muss"
    ),
}


def in_words(reasons: Iterable[str]) -> list[str]:
    """Each reason in words."""
    return [_WORDS.get(reason, reason.replace("_", " ")) for reason in reasons]


def in_german(reasons: Iterable[str]) -> list[str]:
    """Each reason in German; in English where there is no German."""
    return [_GERMAN.get(reason) or in_words([reason])[0] for reason in reasons]
