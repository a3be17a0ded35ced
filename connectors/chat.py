"""Chats and the rest through Apprise, where it is installed: `pip install apprise`."""

from connectors.sending import NotSendable, NotSent, Outgoing


def send_chat(url: str, going: Outgoing) -> str:
    """Say title and body where an Apprise URL leads. Raises NotSendable without Apprise, NotSent where it failed."""
    try:
        import apprise  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise NotSendable("Chats need Apprise, which is not installed.", remedy="uv pip install apprise") from error
    chat = apprise.Apprise()
    if not chat.add(url):
        raise NotSendable("Apprise does not know this URL.", remedy="See the Apprise wiki for the form of yours.")
    if not chat.notify(title=str(going.message["title"]), body=str(going.message.get("body") or " ")):
        raise NotSent("The chat did not take it.")
    return "said"
