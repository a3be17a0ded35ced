"""Why an outcome cannot be measured, in German: the sentences that measuring gives, by their English."""

import re
from collections.abc import Sequence

_GERMAN: Sequence[tuple[str, str]] = (
    ("it was never carried out", "es wurde nie ausgeführt"),
    ("it was undone before its check date", "es wurde vor dem Prüftag rückgängig gemacht"),
    ("too few weeks of sales were known before the change", "vor der Änderung sind zu wenige Wochen bekannt"),
    ("too few weeks of sales are known after the change", "nach der Änderung sind zu wenige Wochen bekannt"),
    ("too few weeks of sales were known before", "davor sind zu wenige Verkaufswochen bekannt"),
    ("too few weeks of sales are known after", "danach sind zu wenige Verkaufswochen bekannt"),
    (
        "no other product of the channel sold through the whole time, to compare with",
        "kein anderes Produkt des Kanals verkaufte sich die ganze Zeit über, um es zu vergleichen",
    ),
    (
        "no other stand sold through the whole time, to compare with",
        "kein anderer Stand verkaufte die ganze Zeit über, um ihn zu vergleichen",
    ),
    ("sales of some weeks are missing", "die Verkäufe einiger Wochen fehlen"),
    (
        "other products do not foresee this one's profit well enough, even before the change",
        "andere Produkte sagen den Gewinn dieses Produkts schon vor der Änderung nicht gut genug voraus",
    ),
    (
        "the other stands do not foresee this one's profit well enough, even before",
        "die anderen Stände sagen den Gewinn dieses Stands schon davor nicht gut genug voraus",
    ),
    ("the interval has no end", "das Intervall hat kein Ende"),
    (
        r"the new price was charged in only (\d+) of (\d+) weeks after the change",
        r"der neue Preis galt nur in \1 von \2 Wochen nach der Änderung",
    ),
    (
        "prices by zone are not measured apart from the rest of their channel yet",
        "Preise einzelner Zonen werden noch nicht getrennt vom übrigen Kanal gemessen",
    ),
    (
        "no sales of this product are known around the change",
        "rund um die Änderung sind keine Verkäufe dieses Produkts bekannt",
    ),
    (
        "no sales of this product are known around the promotion",
        "rund um die Aktion sind keine Verkäufe dieses Produkts bekannt",
    ),
    (
        "the weeks after it, in which what was bought ahead is missing, are not over",
        "die Wochen danach, in denen das Vorgezogene fehlt, sind noch nicht vorbei",
    ),
    (
        "no sales at the discount were reported of most of its days",
        "von den meisten ihrer Tage sind keine Verkäufe zum Aktionspreis gemeldet",
    ),
    ("the order is not known any more", "die Bestellung ist nicht mehr bekannt"),
    (
        r"(\d+) of its (\d+) products had not come, or not for a week",
        r"\1 von \2 Produkten waren nicht da oder noch keine Woche",
    ),
    ("no movement of stock shows that the goods came", "keine Lagerbewegung zeigt, dass die Ware kam"),
    ("no movement of stock shows that the units came", "keine Lagerbewegung zeigt, dass die Ware kam"),
    (
        "the eight weeks that it is counted over are not over",
        "die acht Wochen, über die gezählt wird, sind noch nicht vorbei",
    ),
    (
        "the place that they came from ran out as well, and what that lost is not known",
        "auch der Ort, von dem sie kamen, lief leer, und was das kostete, ist nicht bekannt",
    ),
    ("no stop of the trip is reported as made", "kein Halt der Tour ist als gefahren gemeldet"),
    (
        r"how often (.+) is visited by plan is not known any more",
        r"wie oft \1 planmäßig besucht wird, ist nicht mehr bekannt",
    ),
    (
        r"no count or movement shows that the goods came to (.+)",
        r"keine Zählung oder Bewegung zeigt, dass die Ware zu \1 kam",
    ),
    (
        r"sales of (.+) are not reported up to its planned call",
        r"die Verkäufe von \1 sind nicht bis zum planmäßigen Halt gemeldet",
    ),
    ("what a unit earns is not known", "was eine Einheit einbringt, ist nicht bekannt"),
    ("no weekly sales of stands are known around it", "rundherum sind keine Wochenverkäufe von Ständen bekannt"),
    (
        "it had been reminded before, so what it does without cannot be told",
        "es war schon vorher gemahnt worden, also ist nicht zu sagen, was ohne Mahnung gewesen wäre",
    ),
    ("the reminders are not known any more", "die Mahnungen sind nicht mehr bekannt"),
    (r"the budget of (.+) before is not known", r"das frühere Budget von \1 ist nicht bekannt"),
    (r"no spend of (.+) is known", r"von \1 sind keine Ausgaben bekannt"),
    (
        "whether it was wrong is for a person to say, and nothing recurs to compare",
        "ob es falsch war, muss ein Mensch sagen, und nichts kehrt wieder, um es zu vergleichen",
    ),
    ("it has been neither won nor lost yet", "noch ist es weder gewonnen noch verloren"),
    ("what is left of an order is not known", "was von einer Bestellung bleibt, ist nicht bekannt"),
    (
        r"only (\d+) leads that nobody got back to were closed so far",
        r"bisher sind nur \1 Anfragen abgeschlossen, bei denen niemand nachfasste",
    ),
    (
        "the days over which it counts are not over, or nobody was drawn",
        "die Tage, die zählen, sind noch nicht vorbei, oder niemand wurde ausgelost",
    ),
    ("too few of either group bought anything", "aus beiden Gruppen haben zu wenige etwas gekauft"),
    ("nobody was held out", "niemand blieb unangeschrieben"),
    ("too few were held out", "zu wenige blieben unangeschrieben"),
    ("nobody was written to", "niemand wurde angeschrieben"),
    ("too few were written to", "zu wenige wurden angeschrieben"),
)
_PATTERNS = tuple((re.compile(english), german) for english, german in _GERMAN)


def reason_in_german(reason: str) -> str:
    """The reason in German; empty for one that is not known here, as when the data themselves are refused."""
    for pattern, german in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return found.expand(german) if found.groups() else german
    return ""
