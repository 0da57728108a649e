"""Start-up of a node in earnest: it refuses what belongs to a demo, what everybody knows, what others can read, and settings it does not know."""
import json
import sqlite3
import subprocess

import pytest

from cli_support import Served, certificate, done, refused, run


def test_a_demo_id_has_no_place_in_production(tmp_path):
    told = refused("init", "--data", tmp_path / "n", "--org", "police.demo", "--name-ja", "x", "--name-en", "x", "--side", "agency")
    assert told["code"] == "CONFIG" and not (tmp_path / "n").exists()
    assert refused("init", "--data", tmp_path / "n", "--org", "Not A Name", "--name-ja", "x", "--name-en", "x", "--side", "agency")["where"].startswith("--org")
    assert refused("init", "--data", tmp_path / "n", "--org", "a.example", "--name-ja", "x", "--name-en", "x", "--side", "both")["code"] == "BAD_VALUE"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    data = tmp_path_factory.mktemp("small") / "node"
    done("init", "--data", data, "--org", "small.example", "--name-ja", "小", "--name-en", "Small", "--side", "provider")
    return data


def start_error(data, *more, env=None):
    result = run("serve", "--data", data, "--check", *more, env=env)
    assert result.returncode == 1, result.stdout
    return result.stderr


def test_start_up_refuses_what_is_unsafe(small, tmp_path):
    assert run("serve", "--data", small, "--check").stdout == "http://localhost:8080\n"
    assert "CONFIG at listen" in start_error(small, "--listen", "0.0.0.0:8443")
    assert "CONFIG at origin" in start_error(small, "--origin", "http://desk.example")
    cert, key = certificate(tmp_path, "desk.example")
    key.chmod(0o644)
    tls = {"WARIFU_TLS_CERTIFICATE": str(cert), "WARIFU_TLS_KEY": str(key), "WARIFU_ORIGIN": "https://desk.example"}
    assert "CONFIG at tls.key" in start_error(small, "--listen", "0.0.0.0:8443", env=tls)
    key.chmod(0o600)
    assert run("serve", "--data", small, "--check", "--listen", "0.0.0.0:8443", env=tls).stdout == "https://desk.example\n"
    assert "CONFIG at tls.certificate" in start_error(small, env={"WARIFU_TLS_KEY": str(key)})
    secret = tmp_path / "mail.password"
    secret.write_text("change-me\n", encoding="utf-8")
    secret.chmod(0o600)
    mail = {"WARIFU_MAIL_URL": "smtp://127.0.0.1:9", "WARIFU_MAIL_FROM": "warifu@small.example", "WARIFU_MAIL_PASSWORD_FILE": str(secret)}
    assert "CONFIG at mail.password_file" in start_error(small, env=mail)


def test_start_up_refuses_keys_that_others_read(small):
    file = next((small / "small.example" / "keys").glob("*sign.key"))
    file.chmod(0o640)
    try:
        assert "small.example" in start_error(small)
    finally:
        file.chmod(0o600)


def test_start_up_refuses_a_demo_and_its_key_files(small, tmp_path):
    data = tmp_path / "demo"
    assert run("demo", "--once", "--data", data, "--customers", "200").returncode == 0
    assert "CONFIG at data" in start_error(data)
    devices = small / "small.example" / "devices"
    devices.mkdir()
    try:
        assert "devices" in start_error(small)
    finally:
        devices.rmdir()


def test_start_up_refuses_the_demos_password(tmp_path):
    data = tmp_path / "node"
    code = done("init", "--data", data, "--org", "pass.example", "--name-ja", "合", "--name-en", "Pass", "--side", "agency")["invitation"]
    with Served(data) as server:
        done("key", "enrol", "--server", server.url, "--org", "pass.example", "--login", "admin", "--code", code, "--password-stdin", "--pin-stdin",
             "--keyfile", tmp_path / "k", "--device", tmp_path / "d", stdin="warifu-demo-2026\n123456\n")
    assert "pass.example admin" in start_error(data)


def test_the_configuration_explains_itself_as_json_too(small):
    told = {one["setting"]: one for one in done("config", "--print-defaults")["settings"]}
    assert {one["setting"]: one for one in done("config")["settings"]} == told  # the command has nothing else to say
    assert run("config").stdout == run("config", "--print-defaults").stdout
    assert told["tls.certificate"]["variable"] == "WARIFU_TLS_CERTIFICATE" and all(one["ja"] and one["en"] for one in told.values())
    assert done("serve", "--data", small, "--check") == {"ok": True, "origin": "http://localhost:8080"}
    assert refused("serve", "--data", small, "--check", "--listen", "0.0.0.0:8443")["code"] == "CONFIG"


def has_ml_kem():
    """Whether the system's OpenSSL is 3.5 or later: the program asks the same library."""
    return "ML-KEM-768" in subprocess.run(["openssl", "list", "-kem-algorithms"], capture_output=True, text=True, check=False).stdout


def test_a_post_quantum_seal_key_is_made_where_the_library_can_and_refused_where_it_cannot(small, tmp_path):
    words = ["init", "--org", "seal.example", "--name-ja", "封", "--name-en", "Seal", "--side", "agency", "--data", tmp_path / "node"]
    hybrid = {"WARIFU_KEYS_SEAL": "mlkem768x25519"}
    assert "CONFIG at WARIFU_KEYS_SEAL" in start_error(small, env={"WARIFU_KEYS_SEAL": "rsa"})
    module = refused("serve", "--data", small, "--check", env=hybrid | {"WARIFU_KEYS_MODULE": "/nowhere.so"})
    assert (module["code"], module["where"]) == ("CONFIG", "keys.seal")  # no key of this kind lies in a security module
    if not has_ml_kem():
        told = refused(*words, "--keys-seal", "mlkem768x25519")
        assert (told["code"], told["where"]) == ("CONFIG", "keys.seal") and not (tmp_path / "node").exists()
        assert "CONFIG at keys.seal" in start_error(small, env=hybrid)
        # A key made elsewhere: no spoiled file, and told before the first message comes.
        key = small / "small.example" / "keys" / "small.example_seal_2.key"
        key.write_text("# warifu-seal/v1\n# small.example/seal/2\n# age1pq1x\nAGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG\n", encoding="utf-8")
        key.chmod(0o600)
        try:
            told = refused("serve", "--data", small, "--check")
        finally:
            key.unlink()
        assert (told["code"], told["where"]) == ("CRYPTO", "mlkem768x25519")
        assert done(*words, "--keys-seal", "curve")["ok"]
        return
    done(*words, "--keys-seal", "mlkem768x25519")
    keys = lambda: done("key", "list", "--data", tmp_path / "node")
    assert [key["algorithm"] for key in keys()["keys"] if key["purpose"] == "seal"] == ["mlkem768x25519"]
    assert [key["recipient"][:7] for key in keys()["seal_keys"]] == ["age1pq1"]
    # The next one is of the same kind, and back again is a setting.
    done("key", "rotate", "--data", tmp_path / "node", "--purpose", "seal")
    done("key", "rotate", "--data", tmp_path / "node", "--purpose", "seal", env={"WARIFU_KEYS_SEAL": "curve"})
    assert [key["recipient"][:7] == "age1pq1" for key in keys()["seal_keys"]] == [True, True, False]


@pytest.mark.parametrize("store", ["postgresql://warifu@127.0.0.1:9/none", "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"])
def test_an_init_that_fails_leaves_nothing_in_the_way(tmp_path, store):
    words = ["init", "--org", "small.example", "--name-ja", "小", "--name-en", "Small", "--side", "provider", "--data", tmp_path / "node"]
    assert refused(*words, "--store", store)["code"] == "STORE_UNAVAILABLE"
    assert not (tmp_path / "node").exists()
    (tmp_path / "node").mkdir()
    assert refused(*words, "--store", store)["code"] == "STORE_UNAVAILABLE"
    assert list((tmp_path / "node").iterdir()) == []
    assert done(*words)["invitation"]
    assert refused(*words)["code"] == "CONFLICT"


@pytest.mark.parametrize("url", ["http://desk.example", "http://localhost.example", "http://127.0.0.1.example:8080", "http://localhost:80@desk.example", "ftp://localhost"])
def test_only_this_machine_gets_a_password_unencrypted(tmp_path, url):
    told = refused("inquiry", "list", "--server", url, "--org", "small.example", "--as", "tantou", env={"WARIFU_PASSWORD": "a long enough password 1"})
    assert told["code"] == "CONFIG"
    told = refused("key", "enrol", "--server", url, "--org", "small.example", "--login", "tantou", "--code", "x", "--password-stdin", "--pin-stdin",
                   "--keyfile", tmp_path / "k", "--device", tmp_path / "d", stdin="a long enough password 1\n123456\n")
    assert told["code"] == "CONFIG" and not (tmp_path / "k").exists()


def test_configuration_is_read_strictly(small, tmp_path):
    defaults = run("config", "--print-defaults")
    assert defaults.returncode == 0 and "WARIFU_TLS_CERTIFICATE" in defaults.stdout
    file = tmp_path / "w.toml"
    file.write_text(defaults.stdout, encoding="utf-8")
    assert run("serve", "--config", file, "--data", small, "--check").returncode == 0
    for bad, where in (("lisen = 'x'\n", "lisen"), ("workers = 'four'\n", "workers"), ("workers = 0\n", "workers"), ("[log]\nlevel = 'loud'\n", "log.level"), ("[tls\n", "line 1")):
        file.write_text(bad, encoding="utf-8")
        assert f"CONFIG at {where}" in start_error(small, "--config", file)
    assert "CONFIG at WARIFU_WORKERS" in start_error(small, env={"WARIFU_WORKERS": "many"})
    file.write_text(f"data = '{small}'\nlisten = '127.0.0.1:8123'\n", encoding="utf-8")
    assert run("serve", "--config", file, "--check").stdout == "http://localhost:8123\n"
    assert run("serve", "--config", file, "--check", env={"WARIFU_LISTEN": "127.0.0.1:8124"}).stdout == "http://localhost:8124\n"
    assert run("serve", "--config", tmp_path / "absent.toml", "--check").returncode == 1


def web_entries(data):
    """Address and period of every entry of the key log that says where passkeys count."""
    with sqlite3.connect(f"file:{data}/hub/directory.sqlite?mode=ro", uri=True) as database:
        notes = [note.split("\n") for (note,) in database.execute("SELECT note FROM entry ORDER BY seq")]
    found = [dict(line.split(" ", 1) for line in note if " " in line) for note in notes if "purpose web" in note]
    return [(entry["key"], *map(int, entry["valid"].split()), entry["prev"] != "-") for entry in found]


def test_the_address_that_people_open_stands_in_the_key_log(tmp_path):
    data = tmp_path / "node"
    done("init", "--data", data, "--org", "address.example", "--name-ja", "場", "--name-en", "Address", "--side", "agency")
    with Served(data):
        pass
    assert web_entries(data) == []  # http://localhost is an address of demonstrations only
    for _ in range(2):  # once, however often it starts
        with Served(data, "--origin", "https://desk.address.example"):
            pass
        first = web_entries(data)
        assert [entry[0] for entry in first] == ["web https://desk.address.example desk.address.example"]
    with Served(data, "--origin", "https://desk2.address.example:8443"):
        pass
    before, ended, now = web_entries(data)
    assert before == first[0] and ended[0] == before[0] and ended[3] and ended[2] <= now[1] < before[2]
    assert now[0] == "web https://desk2.address.example:8443 desk2.address.example" and not now[3]
