"""The Inventory Forecaster's tools."""

from tools.base import Access, NoArguments, Tool
from tools.stock.arguments import PurchaseArguments, SupplierArguments
from tools.stock.order_advice import list_suppliers, order_advice
from tools.stock.order_proposal import propose_purchase_order_create
from tools.stock.results import OrderAdviceView, ProposedOrder, SupplierList

BUYING_TOOLS: tuple[Tool, ...] = (
    Tool("list_suppliers", Access.READ, NoArguments, SupplierList, list_suppliers),
    Tool("order_advice", Access.ANALYSE, SupplierArguments, OrderAdviceView, order_advice),
    Tool(
        "propose_purchase_order_create", Access.PROPOSE, PurchaseArguments, ProposedOrder, propose_purchase_order_create
    ),
)
