"""Reading a meeting loads nothing of what holding one needs: neither the agents' graph nor scipy."""

import subprocess
import sys


def test_summaries_and_minutes_load_no_graph_and_no_scipy() -> None:
    heavy = "{'langgraph', 'langchain_core', 'scipy'}"
    code = f"import sys, virtual_office.minutes.summary; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
