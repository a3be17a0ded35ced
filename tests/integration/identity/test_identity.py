"""A person's identity decides what they see and may do; nobody grants themselves access."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from domain.actor import ActorKind, Permission, Role
from domain.clock import FixedClock, SystemClock
from domain.context import Context, parse_moment
from domain.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound, NotSignedIn
from domain.ids import TimeOrderedIds
from identity.agents import agent_actor
from identity.brands import NewBrand, create_brand
from identity.local import create_local_brand
from identity.logins import Logins
from identity.open_context import open_context
from identity.people import UserDirectory
from identity.profiles import Profile, load_profile, save_profile
from identity.roles import GRANTS, permissions_of
from store.database import Database
from store.tables import AuditEntry, BrandRules, LoginSession, Task, User

pytestmark = pytest.mark.own_database

ACME = NewBrand(slug="acme", name="Acme", currency="EUR")
SECRET = "correct horse battery"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def people(database: Database) -> tuple[UserDirectory, Logins]:
    clock = SystemClock()
    ids = TimeOrderedIds(clock)
    return UserDirectory(database, clock, ids), Logins(database, clock, ids)


def stranger(database: Database, home: Path, name: str = "stranger") -> None:
    """Someone with a login and a profile, and no brand."""
    crowd, logins = people(database)
    user = crowd.add(name, SECRET)
    save_profile(home, Profile(name=name, login=name, token=logins.issue(user, "test", timedelta(days=1))))


def test_the_first_brand_makes_three_local_people(database: Database, home: Path) -> None:
    create_local_brand(database, home, None, ACME)
    rights = {
        name: open_context(database, home, name, brand="acme").actor for name in ("owner", "operator", "superadmin")
    }
    assert {name: sorted(actor.roles) for name, actor in rights.items()} == {
        "owner": [Role.BRAND_OWNER],
        "operator": [Role.OPERATOR],
        "superadmin": [Role.SUPER_ADMIN],
    }
    assert not rights["owner"].can(Permission.CONFIG_WRITE)
    assert not rights["operator"].can(Permission.DATA_IMPORT)
    assert rights["superadmin"].permissions == frozenset(Permission)


def test_a_second_brand_is_open_to_the_same_people(database: Database, home: Path) -> None:
    for slug in ("acme", "zeta"):
        create_local_brand(database, home, None, replace(ACME, slug=slug))
    assert open_context(database, home, "operator", brand="zeta").brand == "zeta"
    with pytest.raises(InvalidInput, match="Which brand"):
        open_context(database, home, "owner")


def test_somebody_elses_brand_and_no_brand_sound_the_same(database: Database, home: Path) -> None:
    create_local_brand(database, home, None, ACME)
    stranger(database, home)
    answers = set()
    for slug in ("acme", "nowhere"):
        with pytest.raises(NotFound) as caught:
            open_context(database, home, "stranger", brand=slug)
        answers.add(caught.value.message.replace(slug, "X") + caught.value.remedy)
    assert len(answers) == 1


def test_nobody_lets_themselves_into_a_brand(database: Database, home: Path) -> None:
    brand_id = create_local_brand(database, home, None, ACME)
    stranger(database, home)
    crowd, _ = people(database)
    user = crowd.find("stranger")
    assert user is not None
    with pytest.raises(Exception, match="row-level security"):
        crowd.join(user, brand_id, [Role.BRAND_OWNER], by=user)
    operator = crowd.find("operator")
    assert operator is not None
    with pytest.raises(Exception, match=r"row-level security|no row|0 rows|matched"):
        crowd.join(operator, brand_id, [Role.BRAND_OWNER], by=operator)
    assert open_context(database, home, "operator", brand="acme").actor.roles == frozenset({Role.OPERATOR})
    assert crowd.brands_of(user) == []


def test_a_brand_name_is_taken_once(database: Database, home: Path) -> None:
    create_local_brand(database, home, None, ACME)
    stranger(database, home)
    with pytest.raises(Conflict):
        create_local_brand(database, home, "stranger", ACME)


@pytest.mark.parametrize("slug", ["", "Acme", "a b", "../x", "x" * 70])
def test_a_brand_name_is_plain(slug: str, database: Database, home: Path) -> None:
    with pytest.raises(InvalidInput):
        create_local_brand(database, home, None, replace(ACME, slug=slug))


def test_a_password_opens_and_a_wrong_one_says_no_more_than_an_unknown_login(database: Database) -> None:
    crowd, logins = people(database)
    user = crowd.add("ada", SECRET)
    token = logins.by_password("ada", SECRET, timedelta(hours=1))
    assert logins.by_token(token).user_id == user
    answers = set()
    for login, password in (("ada", "wrong"), ("nobody", SECRET)):
        with pytest.raises(NotSignedIn) as caught:
            logins.by_password(login, password, timedelta(hours=1))
        answers.add(caught.value.message)
    assert len(answers) == 1
    with pytest.raises(Conflict):
        crowd.add("ada", SECRET)
    with pytest.raises(InvalidInput):
        crowd.add("bob", "short")


def test_neither_password_nor_token_is_kept(database: Database) -> None:
    crowd, logins = people(database)
    token = logins.issue(crowd.add("ada", SECRET), "test", timedelta(hours=1))
    with database.platform() as session:
        user, login = session.scalars(select(User)).one(), session.scalars(select(LoginSession)).one()
    assert user.password_hash.startswith("$argon2id$")
    assert SECRET not in user.password_hash
    assert token not in login.token_hash


def test_a_token_ends_by_time_by_revocation_and_with_its_user(database: Database) -> None:
    crowd, logins = people(database)
    user = crowd.add("ada", SECRET)
    tokens = [logins.issue(user, "test", timedelta(hours=1)) for _ in range(3)]
    later = replace(logins, clock=FixedClock(logins.clock.now() + timedelta(hours=2)))
    with pytest.raises(NotSignedIn):
        later.by_token(tokens[0])
    logins.revoke(logins.by_token(tokens[1]).session_id)
    with pytest.raises(NotSignedIn):
        logins.by_token(tokens[1])
    crowd.disable(user)
    for attempt in (lambda: logins.by_token(tokens[2]), lambda: logins.by_password("ada", SECRET, timedelta(hours=1))):
        with pytest.raises(NotSignedIn):
            attempt()


def test_a_profile_that_others_can_read_is_refused(database: Database, home: Path) -> None:
    create_local_brand(database, home, None, ACME)
    path = home / "profiles" / "owner.json"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    path.chmod(0o644)
    with pytest.raises(NotSignedIn, match="Others can read"):
        open_context(database, home, "owner", brand="acme")


@pytest.mark.parametrize("name", ["../owner", "a/b", "", ".", "x" * 65, "owner.json"])
def test_a_profile_name_is_no_path(name: str, home: Path) -> None:
    with pytest.raises(DomainError):
        load_profile(home, name or "/")


def test_an_unknown_a_broken_and_a_forged_profile_do_not_open(database: Database, home: Path) -> None:
    create_local_brand(database, home, None, ACME)
    save_profile(home, Profile(name="forged", login="owner", token="x" * 43))
    save_profile(home, Profile(name="broken", login="owner", token=""))
    (home / "profiles" / "broken.json").write_text("{")
    for name in ("unknown", "broken", "forged"):
        with pytest.raises(NotSignedIn):
            open_context(database, home, name, brand="acme")


def test_every_use_of_a_profile_is_audited(database: Database, home: Path) -> None:
    create_local_brand(database, home, None, ACME)
    ctx = open_context(database, home, "operator", brand="acme")
    open_context(database, home, "operator", brand="acme")
    with database.read(ctx) as session:
        uses = [row for row in session.scalars(select(AuditEntry)) if row.action == "login.used"]
    assert [row.actor for row in uses] == ["person:operator"] * 2


def test_as_of_moves_clock_and_knowledge_together(database: Database, home: Path) -> None:
    create_local_brand(database, home, None, ACME)
    past = parse_moment("1991-06-20")
    ctx = open_context(database, home, "owner", brand="acme", as_of=past)
    assert ctx.now() == ctx.known_until == past


def test_roles_without_rights_may_do_nothing(new_brand: Callable[..., Context]) -> None:
    ctx = new_brand()
    dealer = replace(
        ctx, actor=ctx.actor.model_copy(update={"permissions": permissions_of([Role.DEALER, Role.AFFILIATE])})
    )
    for permission in Permission:
        with pytest.raises(Forbidden):
            dealer.require(permission)
    assert set(GRANTS) == set(Role)


def test_an_agent_never_has_more_rights_than_its_delegator(new_brand: Callable[..., Context]) -> None:
    ctx = new_brand()
    reader = replace(ctx, actor=ctx.actor.model_copy(update={"permissions": frozenset({Permission.DATA_READ})}))
    wanted = {Permission.DATA_READ, Permission.ACTION_PROPOSE, Permission.ACTION_APPROVE}
    agent = agent_actor(reader, "pricing_director", wanted)
    assert (agent.kind, agent.permissions) == (ActorKind.AGENT, frozenset({Permission.DATA_READ}))
    assert agent.delegator == ctx.actor.id
    assert agent.id == agent_actor(ctx, "pricing_director", wanted).id
    nested = replace(reader, actor=agent)
    assert agent_actor(nested, "other", wanted).permissions <= agent.permissions


def test_a_founding_that_was_cut_off_can_be_done_again(database: Database, home: Path) -> None:
    crowd, _ = people(database)
    user = crowd.add("ada", SECRET)
    clock = SystemClock()
    brand_id = create_brand(database, clock, TimeOrderedIds(clock), user, ACME)
    with psycopg.connect(
        database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as owner:
        for table in ("brand_rules", "audit_entry", "audit_head"):
            owner.execute(f"alter table {table} disable trigger user")  # type: ignore[arg-type]
            owner.execute(f"delete from {table}")  # type: ignore[arg-type]
            owner.execute(f"alter table {table} enable trigger user")  # type: ignore[arg-type]
    brands = crowd.brands_of(user)
    assert [brand.id for brand in brands] == [brand_id]
    _, logins = people(database)
    save_profile(home, Profile(name="ada", login="ada", token=logins.issue(user, "t", timedelta(days=1))))
    ctx = open_context(database, home, "ada", brand="acme")
    with database.begin(ctx) as session:
        session.add(Task(title="works"))


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_brand_is_founded_as_a_whole_or_not_at_all(
    database: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("identity.brands.append_audit", die)
        create_local_brand(database, home, None, ACME)
    with pytest.raises(NotFound):
        open_context(database, home, "owner", brand="acme")
    create_local_brand(database, home, None, ACME)
    assert open_context(database, home, "operator", brand="acme").actor.can(Permission.ACTION_APPROVE)
    with database.read(open_context(database, home, "owner", brand="acme")) as session:
        assert [rules.version for rules in session.scalars(select(BrandRules))] == [1]


def test_profiles_that_were_half_made_are_completed(
    database: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_embedded", True)
    saved = 0

    def save_one(folder: Path, profile: Profile) -> None:
        nonlocal saved
        if saved == 1:
            raise Killed
        saved += 1
        save_profile(folder, profile)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("identity.local.save_profile", save_one)
        create_local_brand(database, home, None, ACME)
    create_local_brand(database, home, None, ACME)
    for name in ("owner", "operator", "superadmin"):
        assert open_context(database, home, name, brand="acme").actor.permissions
