"""Rendered rows are kept by key, the most recently shown of them."""

from api.rendered import Rendered


def test_what_is_kept_is_not_rendered_again_and_another_version_is() -> None:
    kept = Rendered[str](most=9)
    rendered: list[int] = []

    def render(version: int) -> str:
        rendered.append(version)
        return f"version {version}"

    shown = [kept.of(("item", version), lambda version=version: render(version)) for version in (1, 1, 2, 1)]
    assert shown == ["version 1", "version 1", "version 2", "version 1"]
    assert rendered == [1, 2]


def test_what_was_not_shown_for_longest_makes_room() -> None:
    kept = Rendered[str](most=2)
    for key in ("first", "second"):
        kept.keep(key, key)
    assert kept.get("first") == "first"
    kept.keep("third", "third")
    assert [kept.get(key) for key in ("first", "second", "third")] == ["first", None, "third"]
