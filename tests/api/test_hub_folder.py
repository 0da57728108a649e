"""A hub's folder in which something belongs to another hub: it does not start, and signs nothing in its name."""
import shutil
import subprocess

import pytest
from cli_support import BIN, done, free_port, refused
from hub_support import Key


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hubs") / "hub"
    done("init", "--role", "hub", "--data", folder, "--org", "hub.example", "--url", f"https://127.0.0.1:{free_port()}")
    return folder


def serve(folder):
    """What it says when it does not start."""
    told = subprocess.run([BIN, "serve", "--data", folder, "--listen", f"127.0.0.1:{free_port()}"], capture_output=True, text=True, timeout=60)
    assert told.returncode == 1, told.stdout + told.stderr
    return told.stdout + told.stderr


@pytest.mark.parametrize("name", ["hub.example/log", "hub.example/keys", "hub.example/sign"])
def test_a_hub_whose_key_is_not_the_one_of_its_network_file_does_not_start(made, tmp_path, name):
    hub = shutil.copytree(made, tmp_path / "hub")
    network = (hub / "network").read_text(encoding="utf-8")
    word = next(line for line in network.splitlines() if f" {name}+" in line)
    (hub / "network").write_text(network.replace(word, word.split(" ")[0] + " " + Key(name).vkey), encoding="utf-8")
    assert "keys of DIR/network" in serve(hub)
    for log in ("log", "keys"):
        assert (hub / "logs" / log / "checkpoint").read_bytes() == (made / "logs" / log / "checkpoint").read_bytes(), "nothing was signed"


def test_a_hub_with_the_network_file_of_another_hub_does_not_start(made, tmp_path):
    hub = shutil.copytree(made, tmp_path / "hub")
    other = tmp_path / "other"
    done("init", "--role", "hub", "--data", other, "--org", "other.example", "--url", f"https://127.0.0.1:{free_port()}")
    shutil.copy(other / "network", hub / "network")
    assert "hub.example" in serve(hub)
    told = refused("org", "pending", "--data", hub)
    assert told["code"] == "CONFIG" and told["where"] == "network"
    shutil.rmtree(hub)
    assert refused("org", "pending", "--data", hub)["code"] in ("NOT_FOUND", "IO")
