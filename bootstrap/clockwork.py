"""The workers of a brand's clockwork: which job is run by what, and who queues what has become due."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from automation.carry_out import carry_out, carry_out_together, delivery_settled
from automation.crossings import LOOK_JOB, look, queue_look
from automation.deeds import MEET_JOB
from automation.deliveries import SEND_JOB, given_up, send
from automation.execution import EXECUTE_JOB, execute_item
from automation.letters import LETTERS_JOB, letters_given_up, send_letters
from automation.outcomes import MEASURE_JOB, measure_item
from automation.read_back import LOOK_BACK_JOB, read_back
from automation.runs import RUN_JOB, TELL_JOB
from automation.slots import wake_at_slots
from automation.watchdog import watch
from automation.worker import JobHandler, Together, Worker
from bootstrap.meetings import Meetings
from bootstrap.parts import Parts

if TYPE_CHECKING:
    from connectors.mail import MailServer
    from connectors.sending import Outgoing
    from store.tables import Endpoint


def item_worker(parts: Parts) -> Worker:
    """A worker that carries out approved items and what rules do about events, and measures outcomes."""
    return Worker(parts.database, _item_jobs(parts), together=_together(parts))


def held_runs(meetings: Meetings) -> Worker:
    """A worker that holds the runs that people asked for and do not wait for."""
    from bootstrap.held_runs import HOLD_RUN, hold_run

    return Worker(meetings.database, {HOLD_RUN: partial(hold_run, meetings)})


def clockwork(parts: Parts, meetings: Meetings) -> Worker:
    """A worker that does everything that is due, meetings and what goes out of the house included."""
    import store.tables.every  # noqa: F401 - no table is made while other threads read
    from bootstrap.held_runs import HOLD_RUN, hold_run
    from bootstrap.schedules import go_on_unasked, hold_called, hold_scheduled
    from virtual_office.schedule.due import GO_ON_JOB, HOLD_JOB, queue_due_meetings, queue_ended_waits

    jobs: Mapping[str, JobHandler] = {
        **_item_jobs(parts),
        HOLD_JOB: partial(hold_scheduled, meetings),
        GO_ON_JOB: partial(go_on_unasked, meetings),
        HOLD_RUN: partial(hold_run, meetings),
        MEET_JOB: partial(hold_called, meetings),
        LOOK_JOB: partial(look, parts.database),
        SEND_JOB: partial(send, parts.database, partial(send_out, parts), delivery_settled),
        LETTERS_JOB: partial(send_letters, parts.database, partial(open_mail, parts)),
    }
    planners = [queue_due_meetings, queue_ended_waits, wake_at_slots, queue_look, watch]
    last_words = {SEND_JOB: partial(given_up, delivery_settled), LETTERS_JOB: letters_given_up}
    return Worker(parts.database, jobs, planners, last_words, _together(parts))


def _item_jobs(parts: Parts) -> dict[str, JobHandler]:
    return {
        EXECUTE_JOB: partial(execute_item, parts.database, parts.engine),
        MEASURE_JOB: partial(measure_item, parts.database),
        LOOK_BACK_JOB: partial(read_back, parts.database),
        RUN_JOB: partial(carry_out, parts.database, parts.engine),
        TELL_JOB: partial(carry_out, parts.database, parts.engine),
    }


def _together(parts: Parts) -> dict[str, Together]:
    return {TELL_JOB: partial(carry_out_together, parts.engine)}


def open_mail(parts: Parts) -> "MailServer":
    """The way to the mail server that the settings name. Raises NotSendable where they name none."""
    from connectors.mail import MailServer
    from connectors.sending import NotSendable

    settings = parts.settings
    if settings.smtp_url is None:
        raise NotSendable("No mail server is set.", remedy="Set MHOS_SMTP_URL, then: mhos jobs retry ID")
    return MailServer(settings.smtp_url.get_secret_value(), settings.mail_from)


def send_out(parts: Parts, going: "Outgoing", endpoint: "Endpoint | None") -> str:
    """Send one message by its channel. Raises NotSendable where the settings do not allow it."""
    from connectors.sending import NotSendable

    settings = parts.settings
    if going.channel == "email":
        from connectors.mail import send_mail

        if settings.smtp_url is None:
            raise NotSendable("No mail server is set.", remedy="Set MHOS_SMTP_URL, then: mhos jobs retry ID")
        return send_mail(settings.smtp_url.get_secret_value(), settings.mail_from, going)
    assert endpoint is not None
    if going.channel == "chat":
        from connectors.chat import send_chat

        return send_chat(endpoint.url, going)
    from connectors.webhook import send_webhook

    secret = parts.secrets.secret_of(endpoint.secret)
    return send_webhook(endpoint.url, secret, going, allow_private=settings.webhook_private)
