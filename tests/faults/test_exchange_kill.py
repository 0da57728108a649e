"""kill -9 at every durable write of hub, agency and provider that an inquiry passes while it crosses (src/base/failpoint.h): whatever was
answered is there afterwards, on both sides once, and every message has its receipt."""
import shutil

import pytest
from exchange import AGENCY, HUB, Exchange, check_everything
from support import IS_LONG, play

# Of each process, places that an inquiry must pass; more may come.
EXPECTED = {
    HUB: {"hub.post.committed", "hub.state.swapped", "hub.checkpoint.written", "store.commit.before", "store.commit.after"},
    AGENCY: {"courier.message.sealed", "courier.promise.kept", "courier.message.applied", "store.commit.after"},
    "provider": {"courier.message.sealed", "courier.promise.kept", "courier.message.applied", "store.commit.after"},
}
# In the short form: the steps where an exchange is different from one node.
SHORT = {
    HUB: ("hub.post.committed", "hub.state.swap", "hub.checkpoint.write"),
    AGENCY: ("courier.message.sealed", "courier.promise.keep", "courier.message.applied"),
    "provider": ("courier.batch.posted", "courier.message.apply"),
}


def play_round(apart, work, provider, orders):
    """An inquiry in a copy of the exchange, under orders by part; what its acts were, and how often something died."""
    shutil.copytree(apart, work / "data")
    exchange = Exchange(work / "data", work, {provider if part == "provider" else part: order for part, order in orders.items()}, provider)
    try:
        number, to = play(exchange)
        assert to == provider
        kinds = check_everything(exchange, number, provider)
    finally:
        exchange.end()
    shutil.rmtree(work / "data")
    return kinds, exchange.deaths


@pytest.fixture(scope="module")
def undisturbed(apart, provider, tmp_path_factory):
    work = tmp_path_factory.mktemp("calm")
    kinds, deaths = play_round(apart, work, provider, {part: f"trace:{work / part}.trace" for part in EXPECTED})
    assert deaths == 0
    return kinds, {part: (work / f"{part}.trace").read_text().split() for part in EXPECTED}


def test_an_inquiry_passes_the_places_that_are_known(undisturbed):
    _, places = undisturbed
    for part, expected in EXPECTED.items():
        assert set(places[part]) >= expected, part


def chosen(places):
    for part, names in places.items():
        for name in sorted(set(names)) if IS_LONG else SHORT[part]:
            count = names.count(name)
            assert count > 0, f"{part} does not pass {name}"
            for n in range(1, count + 1) if IS_LONG else [max(1, count // 2)]:
                yield part, name, n


def test_killed_at_every_durable_write(apart, provider, undisturbed, tmp_path):
    kinds, places = undisturbed
    for part, name, n in chosen(places):
        seen, deaths = play_round(apart, tmp_path, provider, {part: f"{name}#{n}=kill"})
        assert seen == kinds, f"{part} {name}#{n}"
        assert deaths == 1 or n > 1, f"{part} {name}#{n}"


def test_all_three_are_killed_in_one_inquiry(apart, provider, undisturbed, tmp_path):
    kinds, places = undisturbed
    orders = {part: f"any#{len(names) // 2}=kill" for part, names in places.items()}
    seen, deaths = play_round(apart, tmp_path, provider, orders)
    assert seen == kinds
    assert deaths >= 2
