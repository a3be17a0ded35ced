"""Makes terminal.svg: `mhos demo`'s end, then one action item shown, approved and taken back, as a terminal shows it.

Run it from the checkout after `make setup`: `.venv/bin/python docs/images/make_terminal.py`.
"""

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
MHOS = HERE.parents[1] / "mhos.py"
WIDTH = 100
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def said(home: str, *words: str) -> str:
    """What a verb writes to a terminal, with its colours."""
    reader, writer = pty.openpty()
    environment = {**os.environ, "MHOS_HOME": home, "COLUMNS": str(WIDTH), "LINES": "50", "TERM": "xterm-256color"}
    process = subprocess.Popen([sys.executable, str(MHOS), *words], stdout=writer, stderr=writer, env=environment)
    os.close(writer)
    chunks = []
    while True:
        try:
            chunk = os.read(reader, 65_536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    process.wait()
    return b"".join(chunks).decode(errors="replace").replace("\r\n", "\n")


def main() -> None:
    """Write terminal.svg beside this file."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory(prefix="mhos-picture-") as home:
        said(home, "demo")
        inbox = said(home, "inbox")
        code = re.findall(r"\b[0-9a-f]{8}\b", Text.from_ansi(inbox).plain)[2]
        shown = [("inbox", inbox, 10)]
        for words in (f"show {code}", f"approve {code} --as operator", f"undo {code}"):
            shown.append((words, said(home, *words.split()), 40))
    for words, text, lines in shown:
        console.print(Text.assemble(("$ ", "bold green"), (f"mhos {words}", "bold")))
        console.print(Text.from_ansi("\n".join(text.rstrip().split("\n")[:lines])))
        console.print()
    svg = _FONT_FACE.sub("", console.export_svg(title="mhos"))
    (HERE / "terminal.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
