"""Chats and the rest through Apprise itself, at a server of this machine: said once, tried again, given up, retried."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from automation.dead_letters import jobs, retry_job
from automation.delivery_log import attempts_at, deliveries
from automation.endpoints import add_endpoint
from store.jobs import DEAD
from store.tables import Delivery
from tests.integration.automation.conftest import Works

RULE = """
name: say
title: Say it to the team
on: trial.happened
do:
  - {kind: chat, endpoint: team, title: "{subject} runs low", body: "{data.units} left: a, b & Öl"}
"""


class Chat:
    """A server that takes what Apprise's `json://` sends."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.status, self.asked = 200, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.asked += 1
                if outer.status == 200:
                    outer.said.append(body)
                self.send_response(outer.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/in"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def chat() -> Iterator[Chat]:
    endpoint = Chat()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()


def begin(works: Works, url: str) -> None:
    with works.shop.database.begin(works.ctx) as session:
        add_endpoint(session, works.office.parts.secrets, "team", url, chat=True, allow_private=True)
    works.set("rule", RULE)
    works.emit(units=3)


def test_what_is_said_in_a_chat_arrives_once(works: Works, chat: Chat) -> None:
    begin(works, chat.url)
    works.work()
    works.work()
    works.work(minutes=5)
    (said,) = chat.said
    assert (said["title"], said["message"]) == ("S-1 runs low", "3 left: a, b & Öl")
    assert [(row.status, row.attempts) for row in works.shop.rows(Delivery)] == [("sent", 1)]


def test_a_chat_that_is_down_is_tried_again_given_up_inspected_and_retried(works: Works, chat: Chat) -> None:
    begin(works, chat.url)
    chat.status = 503
    works.work()
    works.work(seconds=30)
    assert chat.asked == 1  # a minute passes before the second try
    for _ in range(6):
        works.work(hours=1)
    assert chat.asked == 5
    assert works.notifications() == ["The job delivery.send was given up"]
    with works.shop.database.begin(works.ctx) as session:
        (delivery,) = deliveries(session, 10, statuses=("failed",), target="team")
        assert delivery.last_error == "The chat did not take it."
        assert [tried["outcome"] for tried in attempts_at(session, delivery.id)] == ["failed"] * 5
        (dead,) = jobs(session, (DEAD,), 10)
        retry_job(session, dead.id)
    chat.status = 200
    works.work()
    works.work()
    assert len(chat.said) == 1
    assert [(row.status, row.attempts) for row in works.shop.rows(Delivery)] == [("sent", 6)]


def test_a_chat_that_nobody_listens_to_is_not_said_to_have_been_told(works: Works, chat: Chat) -> None:
    begin(works, "json://127.0.0.1:1/in")
    works.work()
    (row,) = works.shop.rows(Delivery)
    assert (row.status, row.last_error) == ("queued", "The chat did not take it.")


def test_a_url_that_apprise_does_not_know_is_a_dead_letter_at_once(works: Works) -> None:
    begin(works, "nonsense://secret-token")
    works.work()
    assert works.notifications() == ["The job delivery.send was given up"]
    (row,) = works.shop.rows(Delivery)
    assert (row.status, row.last_error) == ("failed", "Apprise does not know this URL.")
