"""The reasons of the Stand Coach's analyses as words that stand after a colon, in English and in German."""

from collections.abc import Iterable, Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "no_stands": ("no stand is known", "kein Stand ist bekannt"),
    "no_trip_cost": (
        "what a driver's trip costs and how many stands it can reach are not among the brand's rules",
        "was eine Tour kostet und wie viele Stände sie erreicht, steht nicht in den Regeln der Marke",
    ),
    "no_warehouse": ("no warehouse's stock is known", "kein Lagerbestand ist bekannt"),
    "no_visit_rhythm": (
        "how often it is visited by plan is not known",
        "wie oft er planmäßig besucht wird, ist nicht bekannt",
    ),
    "never_counted": ("it was not counted lately", "er wurde in letzter Zeit nicht gezählt"),
    "reports_are_old": (
        "its last report is more than a fortnight old",
        "seine letzte Meldung ist mehr als zwei Wochen alt",
    ),
    "no_sales": ("no sales of it are known", "von ihm sind keine Verkäufe bekannt"),
    "no_margin": ("what a unit earns is not known", "was eine Einheit einbringt, ist nicht bekannt"),
    "call_costs_more": (
        "a call would cost more than what is lost until the next planned one",
        "ein Halt würde mehr kosten, als bis zum nächsten planmäßigen verloren geht",
    ),
    "trip_costs_more": (
        "the trip would cost more than it earns",
        "die Tour würde mehr kosten, als sie einbringt",
    ),
    "warehouse_is_short": (
        "the warehouse holds too little of what it needs",
        "das Lager hat zu wenig von dem, was er braucht",
    ),
    "already_planned": ("a trip is on its way there", "eine Tour dorthin ist schon unterwegs"),
    "runs_low": (
        "it would lose more until the next planned call than a call costs",
        "bis zum nächsten planmäßigen Halt ginge mehr verloren, als ein Halt kostet",
    ),
    "nothing_is_due": ("no stand has to be called at yet", "kein Stand muss schon angefahren werden"),
    "too_little_history": ("too few weeks of its sales are known", "zu wenige Wochen seiner Verkäufe sind bekannt"),
    "too_few_stands": ("too few stands to compare with", "zu wenige Stände zum Vergleichen"),
    "shelves_not_full": (
        "its shelves were not full, which explains less of sales",
        "seine Regale waren nicht voll, was geringere Verkäufe erklärt",
    ),
    "goes_with_the_others": (
        "it goes as the other stands do, within chance",
        "er läuft wie die anderen Stände, im Rahmen des Zufalls",
    ),
    "falls_behind": (
        "it falls behind the other stands though its shelves are full",
        "er fällt hinter die anderen Stände zurück, obwohl seine Regale voll sind",
    ),
    "seen_to_lately": ("it was visited or rewarded lately", "er wurde kürzlich besucht oder belohnt"),
    "no_visit_cost": (
        "what a visit costs is not among the brand's rules",
        "was ein Besuch kostet, steht nicht in den Regeln der Marke",
    ),
    "would_not_pay": (
        "what could be won back is less than it costs",
        "was zurückzugewinnen wäre, ist weniger, als es kostet",
    ),
    "no_evidence_for_bonuses": (
        "no earlier bonus was measured, so nothing says that one pays",
        "kein früherer Bonus wurde gemessen, also spricht nichts dafür, dass sich einer lohnt",
    ),
    "bonuses_did_not_pay": ("earlier bonuses did not pay", "frühere Boni haben sich nicht gelohnt"),
    "nobody_falls_behind": (
        "no stand falls behind the others by more than chance",
        "kein Stand fällt mehr als zufällig hinter die anderen zurück",
    ),
}


def in_words(reasons: Iterable[str]) -> list[str]:
    """Each reason in English words."""
    return [_WORDS[reason][0] for reason in reasons]


def in_german(reasons: Iterable[str]) -> list[str]:
    """Each reason in German words."""
    return [_WORDS[reason][1] for reason in reasons]
