"""The walls: a role that owns nothing, row-level security, append-only tables, kept history, checkpoints."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP_ROLE = "mhos_app"

APPEND_ONLY = (
    "ai_config", "approval", "audit_entry", "brand_rules", "competitor_price", "effect", "event", "expense", "figure",
    "finding", "import_batch", "inventory_movement", "invoice", "money_ledger", "order_line", "outcome", "payment",
    "price_history", "product_cost", "proposal", "receipt", "sales_fact", "sales_order",
)  # fmt: skip
CHANGING = (
    "action_item", "channel", "customer", "job", "location", "price", "product", "purchase_order", "run", "stock_item",
    "supplier", "task",
)  # fmt: skip
KEEPS_HISTORY = ("channel", "customer", "location", "price", "product", "purchase_order", "stock_item", "supplier", "task")
CHECKPOINTS = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")

THIS_BRAND = "(select nullif(current_setting('mhos.brand_id', true), '')::uuid)"
THIS_USER = "(select nullif(current_setting('mhos.user_id', true), '')::uuid)"


def upgrade() -> None:
    create_role()
    create_history()
    create_checkpoints()
    for table in APPEND_ONLY:
        wall(table, f"brand_id = {THIS_BRAND}", "select, insert")
        forbid_change(table)
    for table in (*CHANGING, "audit_head"):
        wall(table, f"brand_id = {THIS_BRAND}", "select, insert, update, delete")
    wall("row_history", f"brand_id = {THIS_BRAND}", "select, insert")
    forbid_change("row_history")
    for table in KEEPS_HISTORY:
        keep_history(table)
    for table in CHECKPOINTS:
        wall(table, f"split_part(thread_id, ':', 1) = {THIS_BRAND}::text", "select, insert, update, delete")
    open_identity()


def create_role() -> None:
    op.execute(
        f"""do $$ begin
            if not exists (select from pg_roles where rolname = '{APP_ROLE}') then
                create role {APP_ROLE} login nosuperuser nocreatedb nocreaterole nobypassrls;
            end if;
        end $$"""
    )
    op.execute("revoke create on schema public from public")
    op.execute(f"grant usage on schema public to {APP_ROLE}")
    op.execute(f"grant select on alembic_version to {APP_ROLE}")


def wall(table: str, condition: str, rights: str) -> None:
    op.execute(f"grant {rights} on {table} to {APP_ROLE}")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy brand_scope on {table} to {APP_ROLE} using ({condition}) with check ({condition})")


def forbid_change(table: str) -> None:
    op.execute(
        f"create trigger append_only before update or delete on {table} for each row execute function refuse_change()"
    )
    op.execute(
        f"create trigger append_only_truncate before truncate on {table} for each statement "
        "execute function refuse_change()"
    )


def create_history() -> None:
    op.execute(
        """create function refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception '% is append-only: write a compensating row instead', tg_table_name
                using errcode = 'restrict_violation';
        end $$"""
    )
    op.execute(
        """create table row_history (
            brand_id uuid not null, table_name text not null, row_id uuid not null, changed_at timestamptz not null,
            before jsonb not null, seq bigint generated always as identity primary key)"""
    )
    op.execute("create index row_history_row on row_history (brand_id, table_name, row_id, seq)")
    op.execute(
        """create function keep_history() returns trigger language plpgsql as $$
        begin
            insert into row_history (brand_id, table_name, row_id, changed_at, before)
            values (old.brand_id, tg_table_name, old.id, transaction_timestamp(), to_jsonb(old));
            return null;
        end $$"""
    )


def keep_history(table: str) -> None:
    op.execute(
        f"create trigger keep_history after update or delete on {table} for each row execute function keep_history()"
    )


def create_checkpoints() -> None:
    """LangGraph's PostgresSaver tables, as its own migrations 0 to 9 make them."""
    op.execute("create table checkpoint_migrations (v integer primary key)")
    op.execute("insert into checkpoint_migrations select generate_series(0, 9)")
    op.execute(
        """create table checkpoints (
            thread_id text not null, checkpoint_ns text not null default '', checkpoint_id text not null,
            parent_checkpoint_id text, type text, checkpoint jsonb not null, metadata jsonb not null default '{}',
            primary key (thread_id, checkpoint_ns, checkpoint_id))"""
    )
    op.execute(
        """create table checkpoint_blobs (
            thread_id text not null, checkpoint_ns text not null default '', channel text not null,
            version text not null, type text not null, blob bytea,
            primary key (thread_id, checkpoint_ns, channel, version))"""
    )
    op.execute(
        """create table checkpoint_writes (
            thread_id text not null, checkpoint_ns text not null default '', checkpoint_id text not null,
            task_id text not null, idx integer not null, channel text not null, type text, blob bytea not null,
            task_path text not null default '',
            primary key (thread_id, checkpoint_ns, checkpoint_id, task_id, idx))"""
    )
    for table in CHECKPOINTS:
        op.execute(f"create index {table}_thread_id_idx on {table} (thread_id)")
    op.execute(f"grant select on checkpoint_migrations to {APP_ROLE}")


def open_identity() -> None:
    """People and logins stand above brands; a brand is seen from inside it or by its members.

    Whoever is signed in may found a brand; only its owners, its founder while it has nobody yet, and SuperAdmins let
    people in. The functions run as the tables' owner, so that the policies on `membership` need not read themselves.
    """
    create_membership_functions()
    op.execute(f"grant select, insert, update on app_user, login_session to {APP_ROLE}")
    manages = f"may_manage(brand_id, {THIS_USER})"
    op.execute(f"grant select, insert, update, delete on membership to {APP_ROLE}")
    op.execute("alter table membership enable row level security")
    seen = f"brand_id = {THIS_BRAND} or user_id = {THIS_USER} or {manages}"
    founds = f"user_id = {THIS_USER} and has_nobody(brand_id)"
    policy("membership", "read", "for select", f"using ({seen})")
    policy("membership", "let_in", "for insert", f"with check ({manages} or ({founds}))")
    policy("membership", "change", "for update", f"using ({manages}) with check ({manages})")
    policy("membership", "let_go", "for delete", f"using ({manages})")
    op.execute(f"grant select, insert, update on brand to {APP_ROLE}")
    op.execute("alter table brand enable row level security")
    mine = f"id = {THIS_BRAND} or id in (select brand_id from membership where user_id = {THIS_USER})"
    policy("brand", "read", "for select", f"using ({mine} or may_manage(id, {THIS_USER}))")
    policy("brand", "found", "for insert", f"with check ({THIS_USER} is not null)")
    policy("brand", "change", "for update", f"using (may_manage(id, {THIS_USER}))")


def policy(table: str, name: str, applies_to: str, condition: str) -> None:
    op.execute(f"create policy {name} on {table} {applies_to} to {APP_ROLE} {condition}")


def create_membership_functions() -> None:
    op.execute(
        """create function may_manage(brand uuid, person uuid) returns boolean language sql stable security definer
        set search_path = public as $$
            select exists (select from membership m join app_user u on u.id = m.user_id where m.brand_id = brand
                and m.user_id = person and not u.disabled
                and m.roles ?| array['BRAND_OWNER', 'COMPANY_ADMIN', 'BRAND_MANAGER'])
            or exists (select from app_user u where u.id = person and u.is_super_admin and not u.disabled) $$"""
    )
    op.execute(
        """create function has_nobody(brand uuid) returns boolean language sql stable security definer
        set search_path = public as $$ select not exists (select from membership m where m.brand_id = brand) $$"""
    )


def downgrade() -> None:
    raise RuntimeError("the walls are not taken down: restore a backup instead")
