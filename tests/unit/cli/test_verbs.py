"""A verb stands in the file of its name, so that the others need not be loaded."""

import subprocess
import sys

from cli import VERBS, command_line
from mhos import CHECKOUT


def test_each_file_has_the_verb_of_its_name() -> None:
    for file in VERBS:
        app = command_line([file])
        named = [verb.name for verb in (*app.registered_commands, *app.registered_groups)]
        assert named == [file.rstrip("_").replace("_", "-")]


def test_a_verb_loads_no_other_verb_and_none_of_what_it_does_not_need() -> None:
    look = "import sys, mhos; sys.argv = ['mhos', 'inbox', '--help']\ntry: mhos.main()\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "cli.inbox" in loaded
    assert not loaded & {"cli.show", "numpy", "scipy", "sqlalchemy", "structlog", "cedarpy", "langgraph"}


def test_what_reads_an_item_or_answers_a_question_loads_no_library_of_the_crew() -> None:
    rooms = "bootstrap.office", "actions.items", "virtual_office.questions.item_view", "virtual_office.questions.asking"
    look = f"import sys, {', '.join(rooms)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "scipy", "structlog", "cedarpy", "langgraph", "langsmith", "tools.registry"}
