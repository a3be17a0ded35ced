"""The walls as migrations up to 0017 put them up; later ones have them as text (`autogenerate.py`)."""

from alembic import op

APP_ROLE = "mhos_app"
THIS_BRAND = "(select nullif(current_setting('mhos.brand_id', true), '')::uuid)"


def wall_brand(table: str, rights: str) -> None:
    """Rows of the session's brand only, with these rights for the application's role."""
    condition = f"brand_id = {THIS_BRAND}"
    op.execute(f"grant {rights} on {table} to {APP_ROLE}")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy brand_scope on {table} to {APP_ROLE} using ({condition}) with check ({condition})")


def forbid_change(table: str) -> None:
    """Append-only, for everybody."""
    op.execute(
        f"create trigger append_only before update or delete on {table} for each row execute function refuse_change()"
    )
    op.execute(
        f"create trigger append_only_truncate before truncate on {table} for each statement "
        "execute function refuse_change()"
    )
