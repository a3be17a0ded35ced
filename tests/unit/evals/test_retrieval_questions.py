"""The labelled questions of the retrieval benchmark stand on passages that are there."""

from evals.retrieval_answers import QUESTIONS, cases, passages


def test_most_questions_have_their_passage_and_few_words_of_it() -> None:
    texts = passages()
    asked = cases(texts)
    assert len(asked) >= 45, f"the documents have changed: look through {QUESTIONS.name}"
    assert len({case.question for case in asked}) == len(asked)
    assert all(len(case.answers) <= 3 for case in asked)
