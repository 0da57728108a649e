"""kill -9 and failing writes at every durable write of a node that an inquiry passes (src/base/failpoint.h): whatever was answered is there
afterwards, nothing is there twice, and the inquiry goes on to its end."""
import os
import shutil

import pytest
from support import BIN, IS_LONG, Mortal, check_nothing_lost, play, warifu

# Places that a played inquiry must pass; more may come.
EXPECTED = {"store.commit.before", "store.commit.after", "outbox.delivered", "matter_file.write", "matter_file.rename", "matter_file.renamed", "matter_file.written"}
CAN_FAIL = ("store.commit.before", "matter_file.write", "matter_file.rename")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A demo that has been made and stopped; each test plays in a copy of it."""
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    folder = tmp_path_factory.mktemp("made") / "data"
    made = warifu("demo", "--once", "--json", "--data", folder, "--customers", "100")
    assert made.returncode == 0, made.stderr
    return folder


class Round:
    """One inquiry in a copy of the demo, under orders."""

    def __init__(self, made, folder, orders):
        shutil.copytree(made, folder / "data")
        self.mortal = Mortal(folder / "data", folder, orders)
        try:
            self.number, self.provider = play(self.mortal)
            self.kinds = check_nothing_lost(self.mortal, self.number, self.provider)
        finally:
            self.mortal.demo.stop()
        self.deaths, self.refusals = self.mortal.deaths, self.mortal.refusals
        shutil.rmtree(folder / "data")


@pytest.fixture(scope="module")
def undisturbed(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    played = Round(made, folder, f"trace:{folder / 'trace'}")
    assert (played.deaths, played.refusals) == (0, 0)
    played.places = (folder / "trace").read_text().split()
    return played


def test_an_inquiry_passes_the_places_that_are_known(undisturbed):
    assert set(undisturbed.places) >= EXPECTED


def chosen_times(places):
    """Of each place, in the short form, one time in the second half of what was passed; in the long form every one."""
    for name in sorted(set(places)):
        count = places.count(name)
        if IS_LONG:
            yield from ((name, n) for n in range(1, count + 1))
        else:
            yield name, max(1, count * 2 // 3)


def test_killed_at_every_durable_write(made, undisturbed, tmp_path):
    for name, n in chosen_times(undisturbed.places):
        played = Round(made, tmp_path, f"{name}#{n}=kill")
        assert played.kinds == undisturbed.kinds, f"{name}#{n}"
        # Threads share the places: late ones may not come again in this run.
        assert played.deaths == 1 or n > 1, f"{name}#{n}"


def test_killed_again_and_again(made, undisturbed, tmp_path):
    """Each restart is killed too, a little later than the one before."""
    shutil.copytree(made, tmp_path / "data")
    mortal = Mortal(tmp_path / "data", tmp_path)
    mortal.stop()
    start, left = mortal.start, iter([6, 12, 30, 45, 60])  # the first ones die while they start
    mortal.start = lambda orders="": start(orders or (f"any#{n}=kill" if (n := next(left, None)) else ""))
    mortal.start()
    try:
        number, provider = play(mortal)
        assert check_nothing_lost(mortal, number, provider) == undisturbed.kinds
    finally:
        mortal.demo.stop()
    assert mortal.deaths >= 2


@pytest.mark.parametrize("action", ["io", "full"])
@pytest.mark.parametrize("name", CAN_FAIL)
def test_a_write_that_fails_is_refused_and_works_when_repeated(made, undisturbed, tmp_path, name, action):
    played = Round(made, tmp_path, f"{name}#{max(1, undisturbed.places.count(name) // 3)}={action}")
    assert played.deaths == 0
    assert played.kinds == undisturbed.kinds


def test_orders_that_are_none_keep_the_program_from_starting(tmp_path):
    from support import ordered

    with ordered("store.commit.before"):
        refused = warifu("demo", "--once", "--data", tmp_path / "data")
    assert refused.returncode == 1 and "BAD_VALUE" in refused.stderr
    assert not (tmp_path / "data").exists()
