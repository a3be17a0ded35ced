"""All that a brand's clockwork does: which job is run by what, and who queues what has become due."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from automation.carry_out import delivery_settled
from automation.crossings import LOOK_JOB, look, queue_look
from automation.deeds import MEET_JOB
from automation.deliveries import SEND_JOB, given_up, send
from automation.slots import wake_at_slots
from automation.watchdog import watch
from automation.worker import JobHandler, Together, Worker

if TYPE_CHECKING:
    from bootstrap.office import Office
    from connectors.sending import Outgoing
    from store.tables import Endpoint


def clockwork(office: "Office", handlers: Mapping[str, JobHandler], together: Mapping[str, Together]) -> Worker:
    """A worker that does everything: `handlers` and `together` are those of every worker."""
    from bootstrap.held_runs import HOLD_RUN, hold_run
    from bootstrap.schedules import go_on_unasked, hold_called, hold_scheduled
    from virtual_office.schedule.due import GO_ON_JOB, HOLD_JOB, queue_due_meetings, queue_ended_waits

    more: Mapping[str, JobHandler] = {
        HOLD_JOB: partial(hold_scheduled, office),
        GO_ON_JOB: partial(go_on_unasked, office),
        HOLD_RUN: partial(hold_run, office),
        MEET_JOB: partial(hold_called, office),
        LOOK_JOB: partial(look, office.database),
        SEND_JOB: partial(send, office.database, partial(send_out, office), delivery_settled),
    }
    planners = [queue_due_meetings, queue_ended_waits, wake_at_slots, queue_look, watch]
    last_words = {SEND_JOB: partial(given_up, delivery_settled)}
    return Worker(office.database, {**handlers, **more}, planners, last_words, together)


def send_out(office: "Office", going: "Outgoing", endpoint: "Endpoint | None") -> str:
    """Send one message by its channel. Raises NotSendable where the settings do not allow it."""
    from connectors.sending import NotSendable

    settings = office.settings
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

    secret = office.secrets.secret_of(endpoint.secret)
    return send_webhook(endpoint.url, secret, going, allow_private=settings.webhook_private)
