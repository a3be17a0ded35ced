"""The canary's automation rows: a rule, a workflow, words, an endpoint, a notification, a dead letter."""

from sqlalchemy import select
from sqlmodel import col

from automation.definition_file import parse
from automation.definitions import set_definition
from automation.deliveries import Post, post
from automation.endpoints import add_endpoint
from automation.notifications import Note, notify
from connectors.endpoint_secret import SecretMaker
from domain.context import Context
from domain.severity import Severity
from store.database import Database
from store.jobs import DEAD, enqueue
from store.outbox import emit
from store.tables import Job

_DEED = "{{kind: notify, title: '{word}-told-{{data.secret}}'}}"
_DOCUMENTS = {
    "rule": "name: {word}-rule\ntitle: {word}-rule-title\non: {word}.happened\ndo:\n  - " + _DEED + "\n",
    "workflow": "name: {word}-flow\ntitle: {word}-flow-title\nsteps:\n  - {{kind: do, name: tell, deed: "
    + _DEED
    + "}}\n",
    "template": "name: {word}-words\ntitle: {word}-words-title\nbody: {word}-words-body\n",
}


def automate(database: Database, ctx: Context, word: str) -> None:
    """Each of them says this word, in every place where words can stand."""
    with database.begin(ctx) as session:
        for kind, text in _DOCUMENTS.items():
            document = parse(text.replace("{word}", word).replace("{{", "{").replace("}}", "}"), "x.yaml", kind)
            set_definition(session, kind, document, f"{word}-reason-31")
        add_endpoint(
            session,
            SecretMaker(word),
            f"{word}-hook",
            f"https://{word}.example.org/in",
            chat=False,
            allow_private=False,
        )
        sent = {"type": f"{word}.happened", "data": {"secret": f"{word}-sent-55"}}
        post(session, Post(f"{word}-delivery", "webhook", f"{word}-hook", sent))
        notify(
            session, Note(f"{word}-key", Severity.INFO, "brand", f"{word}-note-77", f"{word}-source", f"{word}-body")
        )
        emit(session, f"{word}.happened", f"{word}-subject", {"secret": f"{word}-event-88"})
        enqueue(session, "outcome.measure", f"{word}-job", {"item": f"{word}-payload-99"}, ctx.now())
        session.flush()
        job = session.scalars(select(Job).where(col(Job.key) == f"{word}-job")).one()
        job.status, job.last_error, job.attempts = DEAD, f"{word}-error-66", 5
