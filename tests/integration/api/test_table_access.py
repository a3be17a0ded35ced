"""Who may read which table: written here by hand, for every table that is served and every role."""

import pytest

from domain.actor import Role
from identity.people import UserDirectory
from store.tables import Membership
from tests.integration.api.conftest import PASSWORD, Client, Town, error_of
from tests.integration.table_rows import fill_tables, newest_ids

API, MINE = "/api/v1", {"X-Brand": "mine"}
ROLES = [
    Role.SUPER_ADMIN, Role.PLATFORM_ADMIN, Role.COMPANY_ADMIN, Role.BRAND_OWNER, Role.BRAND_MANAGER, Role.OPERATOR,
    Role.SALES_MANAGER, Role.SALES_REP, Role.DEALER, Role.STAND_PARTNER, Role.AFFILIATE, Role.WL_OWNER, Role.MARKETING,
    Role.FINANCE, Role.AI_ENGINEER,
]  # fmt: skip
MAY_READ = """
    brand/channels                 x x x x x x x . . . . . x x .
    product/products               x x x x x x x x x x x x x x .
    purchasing/product-costs       x . x x x x . . . . . . . x .
    purchasing/suppliers           x . x x x x . . . . . . . x .
    purchasing/supplier-offers     x . x x x x . . . . . . . x .
    purchasing/purchase-orders     x . x x x x . . . . . . . x .
    pricing/prices                 x . x x x x x x . . . . x x .
    pricing/price-history          x . x x x x x x . . . . x x .
    pricing/price-drafts           x . x x x x x x . . . . x x .
    pricing/promotions             x . x x x x x x . . . . x x .
    competitor/prices              x . x x x x x . . . . . x x .
    crm/customers                  x . x x x x x . . . . . x x .
    crm/leads                      x . x x x x x . . . . . x x .
    crm/messages                   x . x x x x x . . . . . x x .
    crm/message-sends              x . x x x x x . . . . . x x .
    sales/orders                   x . x x x x x . . . . . . x .
    sales/order-lines              x . x x x x x . . . . . . x .
    sales/reported-sales           x . x x x x x . . . . . . x .
    inventory/locations            x . x x x x x . . . . . . x .
    inventory/stock-items          x . x x x x x . . . . . . x .
    inventory/movements            x . x x x x x . . . . . . x .
    stands/refill-orders           x . x x x x x . . . . . . x .
    stands/bonuses                 x . x x x x x . . . . . . x .
    stands/visits                  x . x x x x x . . . . . . x .
    marketing/campaign-budgets     x . x x x x . . . . . . x x .
    finance/invoices               x . x x x x . . . . . . . x .
    finance/payments               x . x x x x . . . . . . . x .
    finance/reminders              x . x x x x . . . . . . . x .
    finance/expenses               x . x x x x . . . . . . . x .
    finance/expense-flags          x . x x x x . . . . . . . x .
    finance/expected-expenses      x . x x x x . . . . . . . x .
    finance/bank-balances          x . x x x x . . . . . . . x .
    finance/ledger-entries         x . x x x x . . . . . . . x .
    operations/tasks               x . x x x x . . . . . . . x .
    connections/imports            x x x x x . . . . . . . . . .
    guardrails/brand-rules         x x x x x . . . . . . . . . x
    guardrails/agent-settings      x x x x x . . . . . . . . . x
    journal/outcomes               x . x x x x . . . . . . . x x
"""
"""A column a role, in the order of ROLES: x may read all; who is to read only what is their own reads none yet."""
EXPECTED = {
    f"/{path}": dict(zip(ROLES, marks, strict=True)) for path, *marks in map(str.split, MAY_READ.split("\n")[1:-1])
}


@pytest.fixture
def staffed(town: Town) -> Town:
    """The town with a row in every table, and somebody whose role changes."""
    fill_tables(town.office.database, town.mine, "own")
    people = UserDirectory(town.office.database, town.mine.clock, town.mine.ids)
    somebody = people.add("somebody", PASSWORD)
    owner = people.find("owner")
    assert owner is not None
    people.join(somebody, town.mine.brand_id, [Role.AI_ENGINEER], owner)
    return town


def become(town: Town, *roles: Role) -> None:
    """The roles that `somebody` has from now on."""
    people = UserDirectory(town.office.database, town.mine.clock, town.mine.ids)
    with town.office.database.platform(str(people.find("owner"))) as session:
        membership = session.get_one(Membership, (people.find("somebody"), town.mine.brand_id))
        membership.roles = [role.value for role in roles]


def readable(client: Client, ids: dict[str, str], *, row_by_row: bool = False) -> dict[str, str]:
    """`x` for each table that is told, as a list or by the row; anything but a plain refusal fails."""
    marks = {}
    for path, row_id in ids.items():
        answer = client.get(f"{API}{path}/{row_id}" if row_by_row else f"{API}{path}?limit=1", headers=MINE)
        if answer.status_code == 200:
            row = answer.json() if row_by_row else answer.json()["data"][0]
            assert row["id"] == row_id, path
            marks[path] = "x"
            continue
        assert error_of(answer, 403)["code"] == "forbidden"
        assert "data" not in answer.text and row_id not in answer.text
        marks[path] = "."
    return marks


def test_each_role_reads_what_it_may_and_no_other_table(staffed: Town) -> None:
    ids = newest_ids(staffed.office.database, staffed.mine)
    assert set(ids) == set(EXPECTED)
    somebody = staffed.client("somebody")
    for role in ROLES:
        if role is Role.SUPER_ADMIN:
            marks = readable(staffed.client("superadmin"), ids)
        else:
            become(staffed, role)
            marks = readable(somebody, ids)
        assert marks == {path: row[role] for path, row in EXPECTED.items()}, role


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MARKETING, Role.DEALER, Role.AI_ENGINEER])
def test_a_row_by_its_id_is_told_to_whom_the_list_is_told(role: Role, staffed: Town) -> None:
    ids = newest_ids(staffed.office.database, staffed.mine)
    become(staffed, role)
    marks = readable(staffed.client("somebody"), ids, row_by_row=True)
    assert marks == {path: row[role] for path, row in EXPECTED.items()}


def test_several_roles_read_what_any_of_them_may(staffed: Town) -> None:
    ids = newest_ids(staffed.office.database, staffed.mine)
    become(staffed, Role.DEALER, Role.MARKETING)
    marks = readable(staffed.client("somebody"), ids)
    assert (marks["/product/products"], marks["/crm/customers"], marks["/sales/orders"]) == ("x", "x", ".")


def test_marketing_sees_customers_as_segments(staffed: Town) -> None:
    ids = newest_ids(staffed.office.database, staffed.mine)
    become(staffed, Role.MARKETING)
    client = staffed.client("somebody")
    hidden = {"/crm/customers": {"name", "email"}, "/crm/leads": {"company", "contact"}, "/crm/messages": {"text"}}
    for path, columns in hidden.items():
        row = client.get(f"{API}{path}/{ids[path]}").json()
        listed = client.get(f"{API}{path}").json()["data"]
        assert not columns & row.keys() and not any(columns & other.keys() for other in listed)
        for column in columns - {"text"}:
            error_of(client.get(f"{API}{path}", params={column: "own"}), 403)
            assert f"own-{path[5:-1]}-{column}" not in client.get(f"{API}{path}").text
        assert client.get(f"{API}{path}", params={"q": f"{path[5:-1]}-{min(columns)}"}).json()["data"] == []
    become(staffed, Role.MARKETING, Role.OPERATOR)
    assert client.get(f"{API}/crm/customers/{ids['/crm/customers']}").json()["name"] == "own-customer-name"
    assert client.get(f"{API}/crm/customers", params={"q": "customer-email"}).json()["data"] != []
