"""The reasons of CRM's analysis as words that stand after a colon, in English and German."""

from collections.abc import Iterable, Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "no_orders": ("no order of a known customer is there", "es liegt keine Bestellung eines bekannten Kunden vor"),
    "no_contribution": (
        "what is left of an order is not known: import sales and the costs of products",
        "was von einer Bestellung bleibt, ist nicht bekannt: importieren Sie Verkäufe und Produktkosten",
    ),
    "too_few_customers": (
        "too few customers may be written to for a holdout to tell anything",
        "zu wenige Kunden dürfen angeschrieben werden, als dass eine Kontrollgruppe etwas zeigen könnte",
    ),
    "no_evidence": (
        "no message of this brand has been measured yet; the guess is wide, and rests on a fraction of what the public "
        "Hillstrom e-mail trial found",
        "noch keine Nachricht dieser Marke wurde gemessen; die Annahme ist weit und beruht auf einem Bruchteil dessen, "
        "was der öffentliche E-Mail-Versuch von Hillstrom ergab",
    ),
    "still_uncertain": (
        "what was measured does not tell yet whether a message pays",
        "die bisherigen Messungen zeigen noch nicht, ob sich eine Nachricht lohnt",
    ),
    "pays": (
        "the holdouts say that it pays, those who would have bought anyway left out",
        "die Kontrollgruppen zeigen, dass es sich lohnt, ohne die Kunden, die ohnehin gekauft hätten",
    ),
    "bought_anyway": (
        "those written to bought no more than those held out: they would have bought anyway",
        "die Angeschriebenen kauften nicht mehr als die Kontrollgruppe: sie hätten ohnehin gekauft",
    ),
    "costs_more": (
        "it would cost more than it brings, those who turn away counted in",
        "es würde mehr kosten als bringen, einschließlich der Kunden, die sich abwenden",
    ),
    "under_way": (
        "a message is under way and has not been counted yet",
        "eine Nachricht ist unterwegs und noch nicht ausgewertet",
    ),
    "weekly_limit": (
        "the brand's weekly limit is spent on what brings more",
        "das Wochenlimit der Marke ist für Einträglicheres verbraucht",
    ),
    "in_the_test": ("it is part of the test with all buyers", "es ist Teil des Tests mit allen Käufern"),
    "cannot_be_computed": ("its numbers do not allow it to be computed", "die Zahlen erlauben keine Berechnung"),
    "no_leads": ("no lead is known: import leads", "es sind keine Anfragen bekannt: importieren Sie leads.csv"),
    "few_closed_leads": (
        "too few leads have been closed to tell how often one is won",
        "zu wenige Anfragen sind abgeschlossen, um eine Abschlussquote zu nennen",
    ),
    "in_hand": ("somebody is to get back to it already", "es kümmert sich bereits jemand darum"),
    "followed_already": (
        "a person has got back to it; the answer is theirs",
        "es wurde bereits nachgefasst; nun sind sie am Zug",
    ),
    "too_old": (
        "it is too old for a follow-up to make a difference",
        "sie ist zu alt, als dass Nachfassen etwas ändern würde",
    ),
    "worth_a_call": (
        "nobody has got back to it, and doing so should win more of such leads",
        "niemand hat nachgefasst, und das sollte mehr solcher Anfragen gewinnen",
    ),
    "nothing_due": ("no open lead waits for anybody", "keine offene Anfrage wartet auf jemanden"),
    "small": ("it is worth less than a person's time", "sie ist weniger wert als die Zeit eines Mitarbeiters"),
}


def in_words(reasons: Iterable[str]) -> list[str]:
    """Each reason in words."""
    return [_WORDS[reason][0] if reason in _WORDS else reason.replace("_", " ") for reason in reasons]


def in_german(reasons: Iterable[str]) -> list[str]:
    """Each reason in German; one that has no words here stays as it is."""
    return [GERMAN.get(reason, reason.replace("_", " ")) for reason in reasons]


GERMAN: Mapping[str, str] = {name: german for name, (_, german) in _WORDS.items()}
"""Each reason in German."""
