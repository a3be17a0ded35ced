"""`mhos worker`: carry out what is due, again and again, until it is stopped."""

import signal
from threading import Event
from typing import Annotated

import typer

from cli.options import AsProfile
from cli.output import console
from cli.session import errors_as_sentences, open_office


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)


def worker(
    every: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds between two looks round.")] = 2.0,
    processes: Annotated[int, typer.Option(min=1, max=64, help="With a broker: how many work side by side.")] = 2,
    profile: AsProfile = None,
) -> None:
    """Run what is due in all your brands until Ctrl-C: alone, or with others behind MHOS_BROKER_URL."""
    with open_office(as_json=False) as office:
        from identity.open_context import own_contexts

        brands = [ctx.brand for ctx in own_contexts(office.database, office.settings.home, profile)]
        url = office.settings.broker_url.get_secret_value() if office.settings.broker_url else None
    with errors_as_sentences(as_json=False):
        from bootstrap.workers import run_alone, run_with_broker

        if url is not None:
            from automation.broker import probe

            probe(url)
        how = "alone" if url is None else f"{processes} processes, woken by {url.partition(':')[0]}"
        console().print(f"Working for {', '.join(brands) or 'no brand yet'} ({how}).", soft_wrap=True)
        if url is not None:
            run_with_broker(profile, url, every, processes)
            return
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        run_alone(profile, every, lambda: False, stopped)
