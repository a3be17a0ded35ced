"""The English and German words by which questions name metrics, periods, comparisons and splits; and idle words."""

from collections.abc import Sequence

from domain.metrics import Comparison, Metric, Period, Split

Known = Sequence[tuple[str, object]]


def _any(*patterns: str) -> str:
    return "|".join(patterns)


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


_LAST_EN, _LAST_DE = "(last|the past|the previous|previous)", "(letzte|vorige|vergangene)[nrms]*"
_THIS_EN, _THIS_DE = "(this|the current)", "(diese|laufende)[nrms]*"

METRICS: Sequence[tuple[str, Metric]] = (
    (
        _any(
            "(contribution |gross )?margin (rate|percentage|percent|in percent|share)",
            "margin %",
            "margenquote",
            "contribution in (%|percent)( of (net )?sales)?",
            "deckungsbeitrag in (%|prozent)( vom (netto)?umsatz)?",
            "deckungsbeitragsquote",
            "marge in (%|prozent)",
        ),
        Metric.MARGIN_RATE,
    ),
    (
        _any(
            "(contribution |gross )?margins?",
            "contribution",
            "gross profit",
            "deckungsbeitr(ag|äge)",
            "margen?",
            "rohertrag",
        ),
        Metric.MARGIN,
    ),
    (
        _any("average (selling )?price", "durchschnittspreise?", "durchschnittliche[rn]? (verkaufs)?preis"),
        Metric.AVERAGE_PRICE,
    ),
    (_any("stock-?outs?", "out of stock", "sold out", "ausverkauft", "fehlbest(and|ände)"), Metric.STOCK_OUTS),
    (
        _any(
            "revenues?",
            "turnover",
            "net sales",
            "sales revenue",
            "sales",
            "(netto)?umsatz",
            "(netto)?umsätze",
            "erlöse?",
        ),
        Metric.REVENUE,
    ),
    (
        _any("units sold", "units", "sales volume", "pieces", "absatz", "verkaufte stück", "stückzahl(en)?", "stück"),
        Metric.UNITS,
    ),
    (
        _any("stock on hand", "stock levels?", "inventory", "stock", "(lager)?best(and|ände)", "lager"),
        Metric.STOCK,
    ),
    (_any("overdue( invoices| receivables)?", "überfällige?n?( rechnungen| forderungen)?"), Metric.OVERDUE),
    (
        _any(
            "(accounts )?receivables?",
            "open invoices",
            "offene[n]? (rechnungen|posten|forderungen)",
            "forderungen",
            "außenstände",
        ),
        Metric.RECEIVABLES,
    ),
    (
        _any(
            "cash( balance| in hand)?", "bank balance", "liquidity", "kontostand", "liquidität", "kasse", "bankguthaben"
        ),
        Metric.CASH,
    ),
)
COMPARED = (
    "(compared (to|with)|in comparison (to|with)|vs\\.?|versus|against|than|verglichen mit|im vergleich (zum|zur|zu)|"
    "gegenüber( der| dem)?|als)"
)
_YEAR = "((the |a |one )?(year before|last year|previous year|year ago)|((im )?|dem )(vorjahr|letzten jahr))"
_BEFORE = _any(
    "(the )?(day|week|month|quarter|period)s? before",
    "(the )?(previous|prior|last) (day|week|month|quarter|period)",
    "((in )?der |(im )?|dem )(vortag|vorwoche|vormonat|vorquartal|vorperiode)",
    "((in )?der )?(woche|zeit) davor",
    "(am |im )?(tag|monat|quartal) davor",
)
COMPARISONS: Sequence[tuple[str, Comparison]] = (
    (_any(f"{COMPARED} {_YEAR}", "year on year", "yoy"), Comparison.YEAR_BEFORE),
    (f"{COMPARED} ({_BEFORE})", Comparison.PERIOD_BEFORE),
)
PERIODS: Sequence[tuple[str, Period]] = (
    (_any("today", "heute"), Period.TODAY),
    (_any("yesterday", "gestern"), Period.YESTERDAY),
    (_any(f"{_THIS_EN} week", f"{_THIS_DE} woche"), Period.THIS_WEEK),
    (_any(f"{_LAST_EN} week", f"{_LAST_DE} woche", "vorwoche"), Period.LAST_WEEK),
    (_any(f"{_THIS_EN} month", f"{_THIS_DE} monats?"), Period.THIS_MONTH),
    (_any(f"{_LAST_EN} month", f"{_LAST_DE} monats?", "vormonat"), Period.LAST_MONTH),
    (_any(f"{_THIS_EN} quarter", f"{_THIS_DE} quartals?"), Period.THIS_QUARTER),
    (_any(f"{_LAST_EN} quarter", f"{_LAST_DE} quartals?", "vorquartal"), Period.LAST_QUARTER),
    (_any(f"{_THIS_EN} year", "year to date", f"{_THIS_DE} jahre?s?"), Period.THIS_YEAR),
    (_any(f"{_LAST_EN} year", f"{_LAST_DE} jahre?s?", "vorjahr"), Period.LAST_YEAR),
    (
        _any(
            "right now",
            "now",
            "currently",
            "at the moment",
            "at present",
            "jetzt",
            "aktuell",
            "derzeit",
            "gerade",
            "im moment",
        ),
        Period.NOW,
    ),
)
_EACH_EN, _EACH_DE = "(by|per|for each|for every)", "(nach|je|pro)"
SPLITS: Sequence[tuple[str, Split]] = (
    (_any(f"{_EACH_EN} (product|sku|article)s?", f"{_EACH_DE} (produkt(en)?|artikeln?|sku)"), Split.PRODUCT),
    (
        _any(f"{_EACH_EN} (sales )?channels?", f"{_EACH_DE} (vertriebs|verkaufs)?kan(al|älen)"),
        Split.CHANNEL,
    ),
    (
        _any(f"{_EACH_EN} (location|place|stand|store)s?", f"{_EACH_DE} (standort(en)?|ort(en)?|lager|st(and|änden))"),
        Split.LOCATION,
    ),
    (_any(f"{_EACH_EN} weeks?", "weekly", "week by week", f"{_EACH_DE} (kalender)?wochen?", "wöchentlich"), Split.WEEK),
    (_any(f"{_EACH_EN} months?", "monthly", "month by month", f"{_EACH_DE} monat(en)?", "monatlich"), Split.MONTH),
    (_any(f"{_EACH_EN} (customer|debtor)s?", f"{_EACH_DE} (kunden?|schuldnern?)"), Split.CUSTOMER),
)
BEST_SELLERS = _any(
    "best[- ]?sellers?", "best ?selling( products?)?", "top ?sellers?", "(sells?|selling|sold)( the)? best",
    "am besten", "(verkaufs)?renner", "meistverkauften?",
)  # fmt: skip
COMPARE = _any("compare", "comparison( of)?", "vergleiche?n?( bitte)?")
WHY = _any(
    "why", "how come", "what (caused|drove|explains|is behind)", "warum", "wieso", "weshalb", "woran lag( es)?",
)  # fmt: skip
FELL = _any(
    "fall(en)?", "fell", "drop(ped)?", "declined?", "decreased?", "shrink", "shrank", "go down", "went down", "lower",
    "sink(en|t)?", "sank", "gesunken", "gefallen", "fiel", "zurückgegangen", "zurückging", "geschrumpft", "niedriger",
    "weniger",
)  # fmt: skip
ROSE = _any(
    "rise", "risen", "rose", "grow", "grown", "grew", "increased?", "go up", "went up", "higher", "climb(ed)?",
    "steigt", "stieg", "gestiegen", "gewachsen", "wuchs", "zugenommen", "höher", "mehr",
)  # fmt: skip
CHANGED = _any(
    "changed?", "developed?", "moved?", "geändert", "verändert", "entwickelt", "änderte", "veränderte",
)  # fmt: skip
BY_HAND = (
    "(?P<month>{months})(?P<year> \\d{{4}})? (with|to|and|against|vs|versus|mit|und|zu|zum|gegen) "
    "((the )?(last|previous)( one| year)?|(dem |der |den )?(letzten|letztem|vorigen|vorigem)|dem vorjahr)(?= *$)|"
    "(with|to|mit|zu|gegen) ((the )?last|(dem |den )?(letzten|vorigen)) (?P<named>{months})(?= *$)"
)
"""`November with last`: the same month a year ago."""
MONTHS = (
    ("january", "januar"), ("february", "februar"), ("march", "märz"), ("april",), ("may", "mai"), ("june", "juni"),
    ("july", "juli"), ("august",), ("september",), ("october", "oktober"), ("november",), ("december", "dezember"),
)  # fmt: skip
ORDINALS = (
    ("first", "1st", "1", "erste", "ersten", "erstes"), ("second", "2nd", "2", "zweite", "zweiten", "zweites"),
    ("third", "3rd", "3", "dritte", "dritten", "drittes"), ("fourth", "4th", "4", "vierte", "vierten", "viertes"),
)  # fmt: skip
NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5,
    "sechs": 6, "zehn": 10,
}  # fmt: skip
LAST_SO_MANY = (
    "(?:in |over |during )?(?:the |den |der |die )?(?:last|past|letzten|vergangenen) "
    f"(\\d{{1,4}}|{'|'.join(NUMBERS)}) (days?|weeks?|months?|tagen?|tage|wochen?|monaten?|monate)"
)
_BEST = "(?:top|best(?:-| )?(?:selling)?|largest|biggest|größten?|besten?|stärksten?|umsatzstärksten?)"
_SO_MANY = f"(?P<{{}}>\\d{{{{1,2}}}}|{'|'.join(NUMBERS)})"
_KINDS = (
    "(?:(?P<product>products?|skus?|articles?|produkten?|produkte|artikeln?)|(?P<channel>channels?|kanälen?|kanal)|"
    "(?P<customer>customers?|debtors?|kunden?|schuldner))"
)
TOP = f"(?:{_BEST}(?: {_SO_MANY.format('many')})?|{_SO_MANY.format('before')} {_BEST}) {_KINDS}"
GERMAN = _words(
    "wer wann wem soll ich mir reicht geld läuft heute tun stand schuldet bin zu teuer hat sich gelohnt kunden mein "
    "meine verdient meisten verlieren beschlüssen wartet auf mich sicher seid ihr werbung mehr ausgeben nicht gegen "
    "warum wieso weshalb wie was ist war waren sind der die das den dem des unser unsere unserer wir hoch viel",
    "viele letzte letzten letzter diese dieser woche monat quartal jahr heute gestern umsatz marge bestand und im",
    "am für nach je pro hat haben gesunken gestiegen gefallen kasse forderungen absatz lager welche welcher wurde",
    "wurden quartal quartals dritten ersten zweiten vierten nach produkt produkte kanal woche monat verglichen mit",
)
ENGLISH = _words(
    "who when my am i me it is to from at who owes money should "
    "why what how much many did do does was were is are the our we last this week month quarter year today",
    "yesterday of revenue margin stock cash receivables units fall rise drop by per in on for and which have has",
)
FILLERS = _words(
    "what whats what's which was were is are am be been being the a an our ours my we us i you it its of in on at",
    "for from to with and by how much many high big large did do does have has had made make makes get got show",
    "tell give me please total overall altogether there so far during over owe owed owing sell sold value level",
    "levels that this all product products item items brand business company wie welche welcher welches ist war",
    "waren sind der die das den dem des ein eine einen einer unser unsere unserer unseren wir uns es ich hoch",
    "viel viele groß hat haben hatte hatten wurde wurden im am an auf für von vom zum zur mit und bei nach zeig",
    "zeige mir bitte insgesamt gesamt nennen sag sage aus als denn gemacht machen gehabt gab gibt liegt lag noch",
    "produkt produkte artikel marke sich mein meine meiner meinen meinem dieses diesen this these currently now sind "
    "going so wo läuft laufen verkauft verkaufen geht gehen sells",
)
