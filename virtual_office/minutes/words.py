"""Every sentence that a meeting itself says, in both languages: the chair's reasons, the minutes' heads, approvers."""

from collections.abc import Callable, Iterable, Mapping

from domain.language import Language


class Sentence(str):
    """An English sentence that brings its German along: wherever only words are wanted, it is the English."""

    german: str

    def __new__(cls, english: str, german: str) -> "Sentence":
        sentence = super().__new__(cls, english)
        sentence.german = german
        return sentence


Value = str | Callable[[Language], str]
_DE = Language.DE


def both(key: str, **values: Value) -> Sentence:
    """The catalogue's sentence with these values in it; a value that the languages write differently is a function."""
    english, german = (
        say(key, language, **{name: v if isinstance(v, str) else v(language) for name, v in values.items()})
        for language in Language
    )
    return Sentence(english, german)


def joined(*sentences: str) -> Sentence:
    """Sentences' parts one after the other, in both languages."""
    return Sentence("".join(sentences), "".join(getattr(part, "german", part) for part in sentences))


def say(key: str, language: Language, **values: str) -> str:
    """The catalogue's sentence in one language."""
    english, german = _CATALOGUE[key]
    return (german if language is _DE else english).format(**values)


def german_of(sentences: Iterable[str]) -> dict[str, str]:
    """The German of those sentences that brought theirs along, by their English: what a record keeps of them."""
    return {str(sentence): sentence.german for sentence in sentences if isinstance(sentence, Sentence)}


def agent_title(name: str, english: str, language: Language) -> str:
    """The title of an agent in this language."""
    return _AGENTS.get(name, english) if language is _DE else english


def approver(gate: str, language: Language) -> str:
    """Who opens a gate."""
    return say(f"gate.{gate}", language) if f"gate.{gate}" in _CATALOGUE else gate


_AGENTS = {
    "pricing_director": "Preisleitung",
    "inventory_forecaster": "Bestandsplanung",
    "stand_coach": "Standbetreuung",
    "crm_manager": "Kundenbetreuung",
    "marketing_director": "Marketingleitung",
    "loyalty_manager": "Treueprogramm",
    "sales_manager": "Vertriebsleitung",
    "partner_advisor": "Partnerberatung",
    "white_label_advisor": "White-Label-Beratung",
    "finance_analyst": "Finanzanalyse",
    "operations_manager": "Betriebsleitung",
    "influencer_scout": "Influencer-Suche",
    "seo_engine": "Suchmaschinenoptimierung",
    "content_factory": "Inhaltsredaktion",
}

_CATALOGUE: Mapping[str, tuple[str, str]] = {
    # The chair's reasons
    "left.same_subject": (
        "another proposal for {subject} is expected to bring more",
        "ein anderer Vorschlag zu {subject} lässt mehr erwarten",
    ),
    "left.no_gain": ("it is expected to bring nothing", "er lässt keinen Ertrag erwarten"),
    "left.together": (
        "it cannot be had together with what the meeting has to adopt",
        "er ist mit dem, was die Sitzung beschließen muss, nicht zu vereinbaren",
    ),
    "left.rejected": ("rejected on {day}: {reason}", "abgelehnt am {day}: {reason}"),
    "left.undone": ("carried out, and taken back on {day}", "ausgeführt und am {day} zurückgenommen"),
    "left.agreed": (
        "approved already, and about to be carried out",
        "schon freigegeben und gleich ausgeführt",
    ),
    "left.struck_lately": (
        "struck on {day} by {person}: {reason}",
        "am {day} gestrichen von {person}: {reason}",
    ),
    "left.attention": (
        "the meeting's attention is spent on proposals that bring more, as far as their agents' promises have held",
        "die Aufmerksamkeit der Sitzung gilt Vorschlägen, die mehr bringen, soweit die Versprechen ihrer Agenten "
        "hielten",
    ),
    "left.attention_on_risks": (
        "the meeting's attention is spent on what answers a risk, which comes first, and on proposals that bring more, "
        "as far as their agents' promises have held",
        "die Aufmerksamkeit der Sitzung gilt dem, was einem Risiko begegnet und zuerst kommt, und Vorschlägen, die "
        "mehr bringen, soweit die Versprechen ihrer Agenten hielten",
    ),
    "as_proposed": ("As it was proposed:", "Wie vorgeschlagen:"),
    "left.cash": (
        "it needs {needed} of cash, and {left} is left",
        "er braucht {needed} an flüssigen Mitteln, und {left} sind übrig",
    ),
    "left.stock_money": (
        "it needs {needed} of the money for stock, and {left} is left",
        "er braucht {needed} vom Geld für Ware, und {left} sind übrig",
    ),
    "left.other": (
        "it needs {needed} of {limit}, and {left} is left",
        "er braucht {needed} von {limit}, und {left} sind übrig",
    ),
    "left.cost": (
        "; instead of {displaced} it would bring {loss} less",
        "; anstelle von {displaced} brächte er {loss} weniger",
    ),
    "and": (" and ", " und "),
    "more.attention": (
        "{by} more action item would be worth {worth}",
        "{by} Maßnahme mehr wäre {worth} wert",
    ),
    "more.cash": ("{by} more of cash would be worth {worth}", "{by} mehr an flüssigen Mitteln wären {worth} wert"),
    "more.stock_money": (
        "{by} more of the money for stock would be worth {worth}",
        "{by} mehr Geld für Ware wären {worth} wert",
    ),
    "more.other": ("{by} more of {limit} would be worth {worth}", "{by} mehr von {limit} wären {worth} wert"),
    # Who must approve
    "gate.operator": ("Operator", "Operator"),
    "gate.owner": ("Owner", "Inhaber"),
    "gate.superadmin": ("SuperAdmin", "SuperAdmin"),
    "owner.nobody": ("nobody: acts within its limits", "niemand: handelt innerhalb seiner Grenzen"),
    "owner.denied": ("nobody: refused by the guardrails", "niemand: von den Schutzregeln abgelehnt"),
    # The minutes
    "title": ("Meeting of {day}", "Sitzung vom {day}"),
    "english_only": (
        "What is only known in English stands here in English.",
        "Was nur auf Englisch vorliegt, steht hier auf Englisch.",
    ),
    "head.brand": ("Brand", "Marke"),
    "head.called_by": ("Called by", "Einberufen von"),
    "head.agenda": ("Agenda", "Tagesordnung"),
    "head.attendees": ("Attendees", "Teilnehmende"),
    "head.limits": ("No more than", "Höchstens"),
    "head.as_of": ("Data as of", "Datenstand"),
    "head.definition": ("By schedule", "Nach Plan"),
    "head.models": ("Models", "Modelle"),
    "head.meeting": ("Meeting", "Sitzung"),
    "models_cost": ("{calls} calls, {tokens} tokens, {usd} USD", "{calls} Anfragen, {tokens} Token, {usd} USD"),
    "models_cost_at_most": (
        "{calls} calls, at most {tokens} tokens and {usd} USD",
        "{calls} Anfragen, höchstens {tokens} Token und {usd} USD",
    ),
    "definition": ("{name}, version {version}", "{name}, Version {version}"),
    "nobody": ("nobody", "niemand"),
    "allowed.cash": ("{amount} of cash", "{amount} an flüssigen Mitteln"),
    "allowed.stock_money": ("{amount} on stock", "{amount} für Ware"),
    "allowed.attention": ("{amount} action items", "{amount} Maßnahmen"),
    "allowed.other": ("{amount} of {limit}", "{amount} von {limit}"),
    "section.points": ("On the agenda", "Auf der Tagesordnung"),
    "section.people": ("What people said", "Was gesagt wurde"),
    "before": ("Before", "Früher"),
    "section.since_last": ("Since last time", "Seit dem letzten Mal"),
    "section.summary": ("Summary", "Zusammenfassung"),
    "section.risk": ("Risks", "Risiken"),
    "section.attention": ("Worth attention", "Beachtenswert"),
    "section.info": ("Findings", "Feststellungen"),
    "section.challenges": ("Challenges", "Einwände"),
    "section.decisions": ("Decisions", "Beschlüsse"),
    "section.action_items": ("Action items", "Maßnahmen"),
    "section.limits": ("Limits that bound", "Grenzen, die banden"),
    "section.open_questions": ("Open questions", "Offene Fragen"),
    "adopted": ("Adopted", "Beschlossen"),
    "left_out": ("Left out", "Nicht beschlossen"),
    "dissent": ("Dissent", "Abweichende Meinung"),
    "because": ("Left out, because {reason}.", "Nicht beschlossen, denn {reason}."),
    "expected": ("Expected: {expected}.", "Erwartet: {expected}."),
    "interval": ("{value} ({low} to {high})", "{value} ({low} bis {high})"),
    "not_predicted": ("not predicted", "keine Vorhersage"),
    "nothing_proposed": ("Nothing was proposed.", "Es wurde nichts vorgeschlagen."),
    "nothing_adopted": ("Nothing was adopted.", "Es wurde nichts beschlossen."),
    "measured_on": ("To be measured on {day}.", "Wird am {day} gemessen."),
    "degraded": ("degraded: {reason}", "eingeschränkt: {reason}"),
    "column.what": ("What", "Was"),
    "column.owner": ("Owner", "Zuständig"),
    "column.expected": ("Expected", "Erwartet"),
    "column.check": ("Check date", "Prüfung am"),
    "page": ("Page {page} of {pages}", "Seite {page} von {pages}"),
}
