"""The work that is compared: twelve agents who look two numbers up, and a chair who sums up what they said."""

AGENTS = ("ceo", "cfo", "coo", "cto", "cmo", "cpo", "chro", "legal", "sales", "support", "data", "security")
CHAIR = "chair"
SYSTEM = "You are {name}, in a company meeting. Use get_metric to look up the numbers you need, then answer briefly."
PROMPT = "Review last week's numbers and tell the meeting what we should do next."
SUMMARISE = "Summarize these statements into one decision:\n"


def metric(name: str, day: str) -> int:
    """The number that is looked up: the same for everybody."""
    return {"revenue": 101, "churn": 102}.get(name, 7)
