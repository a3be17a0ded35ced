"""The reasons of finance's analysis as words that stand after a colon, in English and in German."""

from collections.abc import Iterable, Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "no_sales": (
        "no sales with a known cost in the last quarter of a year",
        "keine Verkäufe mit bekannten Kosten im letzten Vierteljahr",
    ),
    "no_balance": (
        "no bank balance is known: import bank balances",
        "kein Kontostand bekannt: bitte Kontostände importieren",
    ),
    "too_few_weeks": (
        "fewer than eight whole weeks of receipts and costs are known",
        "weniger als acht volle Wochen an Einnahmen und Kosten bekannt",
    ),
    "no_invoices": ("no invoices are known: import invoices", "keine Rechnungen bekannt: bitte Rechnungen importieren"),
    "too_few_paid": (
        "too few invoices were ever paid to tell how debtors pay",
        "zu wenige bezahlte Rechnungen, um Zahlungsgewohnheiten zu erkennen",
    ),
    "unknown_debtor": ("no invoice of this debtor is known", "keine Rechnung dieses Schuldners bekannt"),
    "nothing_overdue": ("nothing of it is overdue", "nichts davon ist überfällig"),
    "pays_anyway": (
        "it is no later than it always is, and about to pay anyway",
        "er ist nicht später dran als sonst und zahlt ohnehin bald",
    ),
    "reminded_lately": ("it was reminded only lately", "er wurde erst kürzlich erinnert"),
    "reminded_out": (
        "all that is overdue has had its last reminder: a person should call",
        "alles Überfällige ist schon zum letzten Mal gemahnt: hier sollte ein Mensch anrufen",
    ),
    "overdue": ("money is past its terms", "Geld ist über das Zahlungsziel hinaus offen"),
    "no_expenses": ("no expenses are known: import expenses", "keine Ausgaben bekannt: bitte Ausgaben importieren"),
    "no_budgets": (
        "no campaign budgets are known: import budgets",
        "keine Kampagnenbudgets bekannt: bitte Budgets importieren",
    ),
    "no_advertising": (
        "no advertising expenses by campaign are known",
        "keine Werbeausgaben je Kampagne bekannt",
    ),
    "too_little_history": ("too few weeks of spend and sales", "zu wenige Wochen an Ausgaben und Umsatz"),
    "spend_hardly_moved": (
        "the spend hardly moved, so what it does cannot be told",
        "die Ausgaben haben sich kaum bewegt, ihre Wirkung ist nicht erkennbar",
    ),
    "no_response_seen": (
        "its effect cannot be told from the ups and downs of sales",
        "seine Wirkung ist vom Auf und Ab des Umsatzes nicht zu unterscheiden",
    ),
    "fewer_than_two_measurable": (
        "the response to fewer than two campaigns is measurable",
        "die Wirkung von weniger als zwei Kampagnen ist messbar",
    ),
    "already_best": ("the split is about the best already", "die Aufteilung ist bereits etwa die beste"),
    "gain_not_convincing": ("a gain is not likely enough", "ein Gewinn ist nicht wahrscheinlich genug"),
    "loss_not_ruled_out": (
        "the interval of the gain does not rule out a loss",
        "der Bereich des Gewinns schließt einen Verlust nicht aus",
    ),
    "gain_is_likely": ("a gain is likely", "ein Gewinn ist wahrscheinlich"),
    "far_above": ("far above the pattern of its category", "weit über dem Muster seiner Kategorie"),
    "far_below": ("far below the pattern of its category", "weit unter dem Muster seiner Kategorie"),
    "never_changed_before": ("this amount never changed before", "dieser Betrag hatte sich noch nie geändert"),
    "commission_above_sales": (
        "the commission grew beyond what all sales explain",
        "die Provision wuchs stärker, als alle Verkäufe erklären",
    ),
}


def in_words(reasons: Iterable[str]) -> list[str]:
    """Each reason in words."""
    return [_WORDS[reason][0] if reason in _WORDS else reason.replace("_", " ") for reason in reasons]


def in_german(because: Iterable[str]) -> list[str]:
    """The same words in German; what is not known here stays."""
    known = dict(_WORDS.values())
    return [known.get(one, one) for one in because]
