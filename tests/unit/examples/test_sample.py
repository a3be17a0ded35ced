"""The sample brand is what its maker makes, byte for byte, and says that it is synthetic."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
SAMPLE = CHECKOUT / "examples" / "hairoticmen_sample"


def test_the_sample_can_be_made_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(CHECKOUT / "examples" / "make_sample.py"), str(tmp_path)], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in SAMPLE.glob("*.csv")}
    assert sorted(made) == sorted(shipped)
    assert made == shipped


def test_the_sample_says_that_it_is_synthetic() -> None:
    assert "Synthetic" in (SAMPLE / "brand.yaml").read_text()
