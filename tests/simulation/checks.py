"""What must hold when a simulated world has come to rest."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from bots.answer.answer_messages import CONTINUED
from bots.answer.placeholder import THINKING
from bots.errors import AccessEnded, DeliveryRefused, QuestionRefused
from bots.slack.outgoing.message import UNCONFIRMED
from bots.turn.handler import APOLOGY
from bots.turn.run import STOPPED
from tests.simulation.board import LIMIT, Message
from tests.simulation.process import INBOX, RECEIPT
from tests.simulation.queue_model import DEDUPLICATION_SECONDS
from tests.simulation.virtual_time import split
from tests.simulation.world import OVER, Question, World, turn_of

LATENESS = re.compile(r"(\n\n|^)_This took \d+ (seconds|minutes), because [^\n]+\._$")
"""The line below an answer that comes late; no run says it."""

SENTENCES = (APOLOGY, QuestionRefused.sentence, AccessEnded.sentence, STOPPED)
"""What is said in place of an answer; of a sentence nobody can look whether it has arrived."""
UNFINISHED = (THINKING, CONTINUED)
TELLING = (APOLOGY, QuestionRefused.sentence, DeliveryRefused.sentence)


def violations(world: World) -> list[str]:
    """Everything that is wrong with it, in words."""
    wrong = list(world.wrong)
    for name, queue in world.queues.items():
        if queue.messages:
            wrong.append(f"the queue {name} isn't empty")
    for turn, effects in world.runtime.effects.items():
        if effects > 1:
            wrong.append(f"{turn} had {effects} effects")
    wrong += _stored_twice(world)
    wrong += _receipts_sent_twice(world)
    wrong += _stopped_in_vain(world)
    for question in world.questions:
        runs = world.runtime.runs[question.turn]
        if runs > 1 and question.kind == "plain" and not world.disturbed:
            wrong.append(f"{question.turn} had {runs} runs, and nothing had failed")
        wrong += [f"{question.turn} ({question.kind}) {what}" for what in _wrong(world, question)]
    return wrong


def _stored_twice(world: World) -> Iterator[str]:
    """Events that the queue has taken twice within the time in which it drops a duplicate."""
    inbox = world.queues[INBOX]
    sent: dict[str, float] = {}
    for message in sorted([*inbox.deleted, *inbox.messages], key=lambda one: one.sent_at):
        turn = turn_of(message)
        waited = any(one.turn == turn and world.waited_for_link(one) for one in world.questions)
        twice = message.sent_at - sent.get(turn, -math.inf) < DEDUPLICATION_SECONDS
        if twice and not waited and not world.disturbed:
            yield f"{turn} is in the queue twice"
        sent[turn] = message.sent_at


def _receipts_sent_twice(world: World) -> Iterator[str]:
    """People who were told more often that they are linked than they were."""
    told: Counter[str] = Counter()
    for question in world.questions:
        told[question.chat_user.key] += world.board.told.get(question.turn, []).count(RECEIPT)
    for key, times in told.items():
        world.counts["receipts"] += times
        if times > world.linkings[key]:
            yield f"{key} was told {times} times of {world.linkings[key]} links"


def _stopped_in_vain(world: World) -> Iterator[str]:
    """Turns that were begun after their asker had stopped what still waited, and were run."""
    for heard_at, turns in world.heard_stops:
        for turn in turns:
            begun = world.row(turn).get("asked_at", {}).get("S")
            if begun is None or datetime.fromisoformat(begun).timestamp() <= heard_at:
                continue
            world.counts["stopped while they waited"] += 1
            if world.runtime.runs[turn]:
                yield f"{turn} was stopped before it was begun, and was run"


def _wrong(world: World, question: Question) -> Iterator[str]:
    row = world.row(question.turn)
    state = row.get("state", {}).get("S", "unknown")
    if world.left_to_the_alarm(question.turn):
        world.counts["left to the alarm"] += 1
    elif state not in OVER:
        yield f"is {state} in the ledger"
    elif "result" in row:
        yield "is over, and its result is still there"
    elif question.is_command:
        yield from _wrong_to_see_alone(world, question)
    else:
        yield from _wrong_to_see(world, question, state)


def _wrong_to_see(world: World, question: Question, state: str) -> Iterator[str]:
    shown = _shown(world, question)
    told = [one for one in world.board.told.get(question.turn, []) if one in TELLING]
    if told and question.accepted.conversation in world.board.archived:
        return  # what is visible there can't be edited any more
    if len(told) > 1:
        world.counts["told more than once"] += 1
    if shown and told:
        yield f"shows {shown} and was told {told}"
    elif not shown and not told:
        yield "has neither an answer nor a refusal"
    elif shown and not _final(world, question, shown):
        yield f"shows {shown}"
    elif state == "failed" and shown != [APOLOGY]:
        yield f"has failed and shows {shown}"


def _wrong_to_see_alone(world: World, question: Question) -> Iterator[str]:
    """A command's answer: once where it was sent, or once by direct message.

    Both only where nobody could know that the first had arrived, and then the second says so.
    """
    here = [LATENESS.sub("", one) for one in world.board.responses.get(question.turn, [])]
    echoes = [one for one in here if one.startswith("> ")]
    if len(echoes) > 1 or any(one.startswith("> ") for one in here[1:]):
        yield f"repeats the question in {here}"
    answers = [one for one in here if _is_whole(world, question, one)]
    direct = [LATENESS.sub("", one.text) for one in world.board.visible(question.turn)]
    unsure = [one for one in direct if one.startswith(UNCONFIRMED)]
    bare = [one.removeprefix(f"{UNCONFIRMED}\n\n") for one in direct]
    by_direct = [one for one in bare if _is_whole(world, question, one)]
    told = [one for one in world.board.told.get(question.turn, []) if one in TELLING]
    world.counts["answers that came twice, and said so"] += bool(answers and unsure)
    if not answers and not by_direct and not told:
        yield f"has no answer in {here}, {direct}"
    if len({*answers}) > 1 or (len(answers) > 1 and answers[0] not in SENTENCES):
        yield f"has more than one answer in {here}"
    if answers and len(by_direct) > len(unsure):
        yield f"has its answer in {here} and in {direct}"
    if len(by_direct) > 1:
        yield f"has more than one direct message: {direct}"


def _shown(world: World, question: Question) -> list[str]:
    """The texts of its messages, without placeholders whose ids were lost."""
    seen = world.board.visible(question.turn)
    kept = _kept(world, question)
    if question.accepted.platform != "slack":
        closed = [one for one in world.board.messages.values() if one.closed]
        replaced = any(one.turn == question.turn for one in closed)
        seen = [one for one in seen if not _lone_placeholder(one, kept)]
        seen = [one for one in seen if one.id in kept or not replaced]
    return [LATENESS.sub("", one.text) for one in seen]


def _kept(world: World, question: Question) -> set[str]:
    message = world.row(question.turn).get("message", {}).get("S", "")
    return {one.rstrip("!") for one in message.split(",")}


def _lone_placeholder(message: Message, kept: set[str]) -> bool:
    """Left by a death between "the platform took it" and "we know its id"."""
    return message.text in UNFINISHED and message.id not in kept


def _final(world: World, question: Question, shown: list[str]) -> bool:
    """Whether it is the whole of one run, or the one sentence why there is none."""
    if shown in ([APOLOGY], [QuestionRefused.sentence]):
        return True
    if shown == [AccessEnded.sentence] and question.chat_user.key in world.revoked:
        return True
    made = world.runtime.made.get(question.turn, [])
    if any(shown == split(one, LIMIT) for one in made):
        return True
    stopped = question.turn in world.stopped and shown[-1:] and shown[-1].endswith(STOPPED)
    return bool(stopped) and sum(f"#{n}" in "".join(shown) for n in range(1, 30)) <= 1


def _is_whole(world: World, question: Question, text: str) -> bool:
    """The same of one message that takes any answer."""
    made = text in world.runtime.made.get(question.turn, [])
    return made or _final(world, question, [text])
