"""Each house rule fires on what it forbids, and the house itself is in order."""

import pytest

from tests.lint.house import main, problems

BAD = {
    "a clock": ("tools/x.py", "from datetime import datetime\ndatetime.now()"),
    "today": ("tools/x.py", "from datetime import date\ndate.today()"),
    "wall time": ("tools/x.py", "import time\ntime.time()"),
    "an id": ("store/x.py", "from uuid import uuid4\nuuid4()"),
    "randomness": ("actions/x.py", "import random\nrandom.random()"),
    "a secret": ("tools/x.py", "import secrets\nsecrets.token_hex()"),
    "raw SQL": ("tools/x.py", "from sqlalchemy import text\ntext('select')"),
    "driver SQL": ("api/x.py", "def f(c):\n    c.exec_driver_sql('select')"),
    "no sentence": ("tools/x.py", None),
    "two rooms": ("tools/x.py", "\n" * 401),
    "no name": ("tools/utils.py", ""),
    "the shared folder": ("tools/x.py", "DATA = '../shared'"),
    "an open table": ("store/tables/x.py", "class T(SQLModel, table=True):\n    pass"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_rule_fires_on(name: str) -> None:
    path, body = BAD[name]
    text = "x = 1\n" if body is None else f'"""A room."""\n{body}\n'
    assert problems(path, text)


def test_a_good_file_passes() -> None:
    good = '"""A room."""\nimport time\n\n\ndef f(ctx):\n    time.monotonic()\n    return ctx.now(), ctx.new_id()\n'
    assert problems("tools/x.py", good) == []


def test_the_house_is_in_order() -> None:
    assert main() == 0
