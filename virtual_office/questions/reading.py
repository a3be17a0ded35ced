"""Reads a question by the brand's own names: into a typed query, a topic, or what of it is not understood."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import col

from domain.context import Context
from domain.message import message
from store.database import Database
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Channel, Product, SalesFact
from virtual_office.metrics.names import product_names
from virtual_office.metrics.reader import BrandNames, Unclear, Understood, quoted, read_question
from virtual_office.metrics.topic_reader import TopicAsked, read_topic

_MOST_SPELLINGS = 3


def read(database: Database, ctx: Context, question: str) -> tuple[BrandNames, Understood | TopicAsked | Unclear, date]:
    """What the question asks for; the brand's stands and suppliers are looked up where it is about no metric."""
    with database.read(ctx) as session:
        names, today = _names(session), ctx.known_until.astimezone(ZoneInfo(brand_of(session).zone)).date()
        reading = read_question(question, names, today)
        if isinstance(reading, Understood):
            return names, reading, today
        names = _with_places(session, names)
        topic = read_topic(question, names, today)
        if topic is None:
            again = read_question(question, names, today)
            return names, _spelt(again, names) if isinstance(again, Unclear) else again, today
        return names, _spelt(topic, names) if isinstance(topic, Unclear) else topic, today


def _spelt(unclear: Unclear, names: BrandNames) -> Unclear:
    """With the brand's own names that are nearest to words that say nothing here."""
    from difflib import get_close_matches

    called = {name.casefold(): name for name in (*names.products, *names.channels, *names.others)}
    words = [word for word in unclear.unknown if len(word) > 2]
    near = [called[name] for word in words for name in get_close_matches(word, called, _MOST_SPELLINGS, 0.7)]
    if not near:
        return unclear
    titles = list(dict.fromkeys(names.titles.get(_code(names, name), name) for name in near))[:_MOST_SPELLINGS]
    reason = message("metrics.unclear.no_such_name", words=quoted(unclear.unknown))
    product = next((names.products[name] for name in near if name in names.products), unclear.product)
    about = unclear.about | ({"product"} if product else set())
    return replace(unclear, reason=reason, near=titles, product=product, about=about)


def _code(names: BrandNames, name: str) -> str:
    return names.products.get(name) or names.channels.get(name) or names.others.get(name, "")


def _names(session: BrandSession) -> BrandNames:
    products = session.execute(select(col(Product.sku), col(Product.title))).all()
    channels = session.execute(select(col(Channel.code), col(Channel.title))).all()
    named, shared = product_names((sku, title) for sku, title in products)
    return BrandNames(
        products=named,
        shared=shared,
        channels={name: code for code, title in channels for name in (title, code) if len(name) > 1},
        titles={code: title for code, title in (*channels, *products) if title},
        newest=_newest(session),
    )


def _newest(session: BrandSession) -> date | None:
    """The last day that sales are reported for, by the brand's calendar."""
    ends = func.max(col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days)))
    end = session.execute(select(ends)).scalar_one()
    if end is None:
        return None
    return (end + timedelta(hours=12)).astimezone(ZoneInfo(brand_of(session).zone)).date() - timedelta(days=1)


def _with_places(session: BrandSession, names: BrandNames) -> BrandNames:
    """The names with stands and suppliers, too; a supplier also by a first word of its title that is its own."""
    from store.tables import Location, Supplier

    suppliers = session.execute(select(col(Supplier.code), col(Supplier.title))).all()
    places = session.execute(select(col(Location.code), col(Location.title))).all()
    others = {name: code for code, title in (*places, *suppliers) for name in (title, code) if len(name) > 1}
    firsts = [title.split()[0] for _, title in suppliers if title]
    short = {title.split()[0]: code for code, title in suppliers if title and firsts.count(title.split()[0]) == 1}
    taken = {name.casefold() for name in (*names.products, *names.channels, *others)}
    others |= {name: code for name, code in short.items() if len(name) > 2 and name.casefold() not in taken}
    titles = {**{code: title for code, title in (*places, *suppliers) if title}, **names.titles}
    return replace(names, others=others, titles=titles)
