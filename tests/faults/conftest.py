"""The exchange that the tests of this folder work on, each in a copy of its own. Also what modules of tests/api look for under this name."""
import os
import shutil

import pytest
from exchange import AGENCY, Exchange
from support import BIN, _Found, api, warifu

free_port = api.free_port


@pytest.fixture(scope="session")
def apart(tmp_path_factory):
    """A separate demo that has been played and has ended."""
    if not os.access(BIN, os.X_OK):
        pytest.skip(f"there is no executable {BIN}")
    folder = tmp_path_factory.mktemp("apart") / "data"
    done = warifu("demo", "--once", "--json", "--separate", "--data", folder, "--customers", "100", timeout=600)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def provider(apart, tmp_path_factory):
    """To whom the inquiry of support.play() goes, as the agency's own node says."""
    folder = tmp_path_factory.mktemp("who") / "data"
    shutil.copytree(apart, folder)
    exchange = Exchange(folder, folder.parent)
    try:
        investigator = exchange.enter("investigator", AGENCY)
        return exchange.again(lambda: _Found(api.draft_for(investigator))).value["to"]
    finally:
        exchange.end()
