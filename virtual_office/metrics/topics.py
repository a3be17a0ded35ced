"""What an owner asks about beside metrics, and the English and German words by which it is recognised."""

from collections.abc import Sequence
from enum import StrEnum


class Topic(StrEnum):
    """Questions that need more than one metric, or none."""

    OWED = "owed"
    WORST_STAND = "worst_stand"
    TODAY = "today"
    WAITING = "waiting"
    NOTHING = "nothing"
    HOW = "how"
    CASH = "cash"
    CHANNELS = "channels"
    LOSING = "losing"
    ADS = "ads"
    EXPENSIVE = "expensive"
    DEAL = "deal"
    LEAVING = "leaving"
    DECISIONS = "decisions"
    SURE = "sure"
    RUN_OUT = "run_out"
    WHY_ITEM = "why_item"


def _any(*patterns: str) -> str:
    return "|".join(patterns)


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


_I = "(i|we)"
_ICH = "(ich|wir)"
_MINE = "(my|our|the)"
_MEIN = "(mein|meine|unser|unsere|das|die)"
TOPICS: Sequence[tuple[Topic, str]] = (
    (
        Topic.NOTHING,
        _any(
            f"what( happens| would happen)? if {_I} (do|did) nothing",
            "what does (it cost to do|doing) nothing( cost)?",
            f"was( passiert)? wenn {_ICH} nichts (tue|tun|mache|machen|täte|täten)",
            "was kostet (es )?nichts ?(zu )?tun",
        ),
    ),
    (
        Topic.TODAY,
        _any(
            f"what (should|shall|must|do|can|could) {_I} ((have|need) to )?do( today| now| first| next)?",
            "what (needs|has) to be done( today| now)?",
            "what is there to do( today| now)?",
            f"was (soll|sollen|sollte|sollten|muss|müssen|kann|können) {_ICH} (heute |jetzt |zuerst )?(tun|machen)",
            "was ist (heute |jetzt )?zu tun",
            "was steht (heute )?an",
        ),
    ),
    (
        Topic.WAITING,
        _any(
            "what( is|s|'s)? (still )?(waiting|waits)( for (me|us))?",
            f"what( is|s|'s)? (in )?{_MINE} inbox",
            "what (needs|need) (my|our) (approval|yes)",
            "was wartet( noch)?( auf (mich|uns))?",
            "was liegt( noch)? an",
            "was ist noch offen",
            "was braucht (mein|unser|ein) ja",
        ),
    ),
    (
        Topic.HOW,
        _any(
            "how( is|s|'s| was) (it|everything|business) (going|doing|looking)( so far)?",
            f"how( is|s|'s| was) {_MINE} (business|shop|brand|company)( going| doing)?",
            "how are (we|things)( going| doing| looking)?",
            f"how did {_I} do",
            "wie (läuft|lief)( es|s|'s| das geschäft| der laden)?( so)?",
            "wie geht( es|s|'s)( uns)?",
            "wie stehen wir( da)?",
        ),
    ),
    (
        Topic.CASH,
        _any(
            f"(is|will) {_MINE} (money|cash) (be )?enough",
            "(is|will) there (be )?enough (money|cash)",
            f"(do|will) {_I} have enough (money|cash)",
            f"(will|when will|do|could) {_I} run out of (money|cash)",
            f"(will|when will|does|could) {_MINE} (money|cash) run out",
            f"how long (does|will) {_MINE} (money|cash) last",
            f"(will|does) {_MINE} (money|cash) last",
            f"reicht {_MEIN} (geld|kasse|liquidität)",
            "haben wir genug geld",
            "(geht|wird) (mir|uns) das geld( bald)? (aus|knapp)",
            f"wie lange reicht {_MEIN} (geld|kasse)",
        ),
    ),
    (
        Topic.OWED,
        _any(
            "who (still )?owes( (me|us))?( any| how much)?( money)?",
            "how much (do|does|am|are) (customers?|dealers?|they|i|we) (still )?owed?( (me|us))?",
            "who (has|have) (not|n't) paid( yet)?",
            "who (hasn't|hasnt|did not|didn't) (paid|pay)( yet)?",
            "wer schuldet( (mir|uns))?( noch)?( geld)?",
            "wer hat (noch )?nicht (ge|be)zahlt",
            "wer muss( (mir|uns))? noch (be)?zahlen",
        ),
    ),
    (
        Topic.WORST_STAND,
        _any(
            "(which|what) stands? (is|are|does|do) (the )?(worst|weakest|poorest)",
            "(which|what) stands? (lose|loses|is losing|are losing)( the)? most( to empty shelves| by empty shelves)?",
            "(the |our )?(worst|weakest) stands?",
            "stands? that (lose|loses) (the )?most( to empty shelves)?",
            "welche[rs]? stände? (ist|sind|läuft|laufen) (der |die |am )?(schlechteste|schwächste)[nr]?",
            "welche[rs]? stand (ist|läuft) (der |die |am )?(schlechteste|schwächste)[nr]?",
            "welche[rs]? st(and|ände) (verliert|verlieren) (am )?meisten( durch leere regale)?",
            "(der |die )?(schlechteste|schwächste)[rn]? st(and|ände)",
        ),
    ),
    (
        Topic.CHANNELS,
        _any(
            "(which|what) (sales )?channels? (earns?|makes?|brings?)( us| me)?( in)?( the)? most( money)?",
            "(our |the )?best channel",
            "welche[rs]? (vertriebs|verkaufs)?kanal (verdient|bringt|macht)( uns| mir)?( am meisten| das meiste geld)"
            "( ein)?",
            "(der |unser )?beste[rn]? kanal",
        ),
    ),
    (
        Topic.LOSING,
        _any(
            "(which|what) (products?|articles?|items?) (lose|loses|are losing|is losing)( us| me)?( money)?",
            "(are there )?loss-?making products",
            f"(am i|are we|do {_I}) (losing|lose) money (on|with)( any| which)?( products?)?",
            "welche[sr]? (produkte?|artikel) (verlieren|verliert|machen|macht|bringen|bringt) (geld|verluste?)",
            "womit (verliere ich|verlieren wir) geld",
            "verlustbringer",
        ),
    ),
    (
        Topic.ADS,
        _any(
            f"should {_I} (spend|invest|put) (more|less)( money)? (on|in|into) (ads?|advertising|marketing)",
            "(does|do|is|are) (our |the )?(advertising|ads?) (pay( off)?|worth (it|while)|work(ing)?)",
            f"soll(en|te|ten)? {_ICH} (mehr|weniger)( geld)? (für|in) (die )?werbung (ausgeben|stecken|geben)",
            "lohnt sich (die |unsere )?werbung",
        ),
    ),
    (
        Topic.EXPENSIVE,
        _any(
            "(am i|are we|is|are) too (expensive|dear)",
            "(is|are) (my |our |the )?prices? too high",
            "(bin ich|sind wir|ist|sind) zu teuer",
            "(ist|sind) (mein|meine|unser|unsere|der|die) preise? zu hoch",
        ),
    ),
    (
        Topic.DEAL,
        _any(
            "(was|were|are|is) (the |our )?(black friday|cyber monday|black week|last (deal|promotion|sale)|deals?|"
            "promotions?) worth (it|while)",
            "did (the |our )?(black friday|last (deal|promotion|sale)|promotion|deal) (pay( off)?|work)",
            "(hat|haben) sich (der |die |unsere? )?(letzte )?(black friday|black week|(rabatt)?aktion(en)?) gelohnt",
            "lohnen sich (unsere |die )?(rabatt)?aktionen",
        ),
    ),
    (
        Topic.LEAVING,
        _any(
            f"(which|what) customers? (am i|are we|do {_I}) (losing|lose)",
            "(am i|are we) losing (any )?customers?",
            "who (has )?stopped buying",
            "welche kunden (verliere ich|verlieren wir|springen ab)",
            "(verliere ich|verlieren wir) kunden",
            "wer kauft nicht mehr",
        ),
    ),
    (
        Topic.DECISIONS,
        _any(
            "what (became|has become|came|happened) (of|to) (the |our |my )?(last week'?s |last |earlier )?"
            "(decisions?|promises)( of last week| from last week)?",
            "was wurde aus (den |unseren |euren )?(letzten )?(beschlüssen|entscheidungen|versprechen)"
            "( der (letzten|vorigen) woche| (der |von )?letzter? woche)?",
            "was ist aus (den |unseren )?(beschlüssen|entscheidungen) (der letzten woche )?geworden",
        ),
    ),
    (
        Topic.SURE,
        _any(
            "how (sure|certain|reliable|accurate) are (you|your (promises|forecasts|numbers))",
            f"can {_I} (trust|believe) you(r (promises|forecasts|numbers))?",
            "wie sicher (seid ihr|sind sie|bist du)( euch| sich)?",
            f"(kann|können) {_ICH} (euch|ihnen|dir) (glauben|trauen|vertrauen)",
        ),
    ),
    (
        Topic.RUN_OUT,
        _any(
            f"when (will|do|does|shall) ({_I} )?(run|runs) out( of)?",
            f"when (are|am) {_I} (running )?out of",
            "when (will|is|does)( be| run| go)? (sold out|out|out of stock)",
            "how long (will|does|do) (the )?(stock( of)? )?last",
            "wann (geht|gehen|ist|sind|wird) ((uns|mir) )?(aus|leer|alle|ausverkauft)",
            "wie lange (reicht|reichen)( der bestand( von| an)?)?",
        ),
    ),
)
WHY_ITEM = _any(
    "why( (do (i|we) (pay|order|spend)|so (much|many)|this (much|order|trip)|that much|order|buy|pay))?",
    "(warum|wieso|weshalb)( (bestellen wir|so viel|so viele|diese (bestellung|tour)|zahlen wir))?",
)
AMOUNT = r"(€|\$|£)? ?\d[\d.,]*( ?(k|m|tsd|mio|€|\$|£|euro?s?|eur|usd))?(?= |$)"
IDLE = _words(
    "to from for at with order trip supplier delivery by of the this now that go going send an nach bei von zu für",
    "bestellung lieferant lieferung tour fahrt zum zur den der die das jetzt und we should pay buy orders",
)
"""Words beside the name of what an action item is about."""
OF_A_PERIOD = frozenset({Topic.HOW, Topic.CHANNELS})
"""Topics that may be asked about for days of one's own."""
ABOUT: dict[str, str] = {
    "customer": (
        "customer kunde kunden customers buyer käufer segment happy happiness satisfied zufrieden debtor schuldner"
    ),
    "stand": "stand stands stände regal regale shelf shelves trip tour driver fahrer refill auffüllen",
    "stock": (
        "stock bestand lager inventory warehouse sold ausverkauft lieferung delivery supplier lieferant "
        "order bestellung"
    ),
    "money": ("cash money geld konto bank liquidity liquidität pay zahlen bill rechnung invoice credit kredit loan"),
    "price": (
        "price prices preis preise expensive teuer cheap günstig competitor competitors wettbewerber rival discount"
    ),
    "ads": "ads advertising werbung marketing campaign kampagne social search google facebook instagram",
    "deal": "deal promotion aktion rabatt coupon friday sale",
    "product": "product products produkt produkte artikel bestseller seller sellers sku",
    "channel": "channel channels kanal kanäle marketplace marktplatz shop online dealers händler amazon",
    "sales": "sales umsatz revenue turnover sell sold verkauf verkäufe absatz units growth wachstum",
    "margin": "margin marge contribution deckungsbeitrag profit gewinn earn verdienen profitable",
    "decisions": (
        "decision decisions beschluss beschlüsse entscheidung do tun todo task aufgabe approve "
        "freigeben inbox meeting sitzung minutes protokoll plan risk risiko risks risiken"
    ),
}
"""What words are about, for questions that are not understood."""
JUDGING = _words("happy happiness satisfied zufrieden expensive teuer cheap günstig profitable")
"""Words among these that ask for a measure."""
