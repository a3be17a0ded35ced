"""Every topic and its reply."""

from collections.abc import Callable, Mapping

from virtual_office.metrics.topics import Topic
from virtual_office.questions.replies import decisions, market, money, sales, shelves
from virtual_office.questions.replies.asked import Asked
from virtual_office.questions.sheet import Refused, Told

REPLIES: Mapping[Topic, Callable[[Asked], Told | Refused]] = {
    Topic.OWED: money.owed,
    Topic.WORST_STAND: shelves.worst_stand,
    Topic.TODAY: decisions.today,
    Topic.WAITING: decisions.waiting,
    Topic.NOTHING: decisions.nothing,
    Topic.HOW: sales.how,
    Topic.CASH: money.cash,
    Topic.CHANNELS: sales.channels,
    Topic.LOSING: sales.losing,
    Topic.ADS: money.ads,
    Topic.EXPENSIVE: market.expensive,
    Topic.DEAL: market.deal,
    Topic.LEAVING: market.leaving,
    Topic.DECISIONS: decisions.decisions,
    Topic.SURE: decisions.sure,
    Topic.RUN_OUT: shelves.run_out,
    Topic.WHY_ITEM: decisions.why_item,
}
