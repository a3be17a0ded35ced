"""Effects on demand of the brand's own recent price changes: read once a run, product by product."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from analytics.pricing.price_shift import PriceMove
from analytics.statistics.errors import InvalidNumbers
from store.reads.pricing import prices as reads
from store.reads.pricing.charged import Shown, charged_in
from store.reads.products import products_by_id
from store.reads.sales import channel_shares
from store.session import BrandSession
from tools.base import ToolEnv
from tools.pricing.analysis import belief_of
from tools.pricing.situation import situation_of

LOOK_BACK_WEEKS = 13
"""A change longer ago has had a quarter to show in what sold."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ProductMoves:
    """A product's moves, and the prices that made them."""

    moves: tuple[PriceMove, ...] = ()
    price_ids: tuple[UUID, ...] = ()


def price_moves(session: BrandSession, env: ToolEnv) -> Mapping[UUID, ProductMoves]:
    """Moves by product, without those of prices that are not charged, or whose elasticity cannot be trusted."""
    return env.once(("price moves",), lambda: _read(session, env))


def _read(session: BrandSession, env: ToolEnv) -> Mapping[UUID, ProductMoves]:
    now = session.ctx.known_until
    changed = reads.changes_since(session, now - timedelta(weeks=LOOK_BACK_WEEKS))
    shares = channel_shares(session, LOOK_BACK_WEEKS) if changed else {}
    moves: dict[UUID, ProductMoves] = defaultdict(ProductMoves)
    products, channels = products_by_id(session), {row.id: row for row in reads.channels(session)}
    for change in changed:
        product, channel = products[change.product_id], channels[change.channel_id]
        charged = charged_in(session, change.channel_id).get(change.price_id)
        if charged is not None and charged.shown is Shown.NOT_CHARGED:
            continue  # nothing moved but the list
        share = shares.get(change.product_id, {}).get(change.channel_id, 0.0)
        belief = belief_of(session, env, situation_of(session, env, product.sku, channel.code)) if share else None
        if belief is None:
            continue
        elasticity, standard_error, _ = belief
        days = max((now - change.changed_at) / _DAY, 0.0)
        try:
            move = PriceMove(
                channel.code, share, change.from_minor, change.to_minor, days, min(elasticity, 0.0), standard_error
            )
        except InvalidNumbers:  # a price of nothing
            continue
        known = moves[change.product_id]
        moves[change.product_id] = ProductMoves((*known.moves, move), (*known.price_ids, change.price_id))
    return moves
