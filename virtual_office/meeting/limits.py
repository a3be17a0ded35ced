"""The resources that people can limit in a meeting."""

CASH, STOCK_MONEY = "cash", "stock_money"
RESOURCES = ("attention", CASH, STOCK_MONEY)
