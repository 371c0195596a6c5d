"""The files of deploy/ hold together: nothing listens to the world, nothing is secret, everything named is there.

What they describe is started by `make test-soak`; no container engine is needed for either.
"""

from __future__ import annotations

import re
import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.end_to_end.children import BIN, PROJECT

DEPLOY = PROJECT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
# Flags that these programs have for the address they listen on.
HOST = "--host"
LISTENING = ("dagster-webserver", "dagster api grpc")


def _unit(path: Path) -> ConfigParser:
    unit = ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read_string(path.read_text())
    return unit


def _listens_on(command: list[str]) -> str | None:
    if not " ".join(Path(part).name if part.startswith("/") else part for part in command).startswith(LISTENING):
        return None
    assert HOST in command, command
    return command[command.index(HOST) + 1]


def _documented(path: Path) -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_names_every_address_of_the_machine(path: Path) -> None:
    assert "0.0.0.0" not in path.read_text()
    assert "[::]" not in path.read_text()


def test_only_the_ui_has_a_port_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["webserver"]
    assert all(port.startswith("127.0.0.1:") for port in published["webserver"])
    assert not any(service.get("network_mode") == "host" for service in SERVICES.values())


def test_a_container_listens_on_its_own_address_alone() -> None:
    addresses = {name: _listens_on(service.get("command", [])) for name, service in SERVICES.items()}
    assert {name: host for name, host in addresses.items() if host} == {"code": "code", "webserver": "webserver"}
    assert all(SERVICES[name]["hostname"] == host for name, host in addresses.items() if host)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_not_root_and_keeps_to_loopback(path: Path) -> None:
    service = _unit(path)["Service"]
    assert service["User"] == "unwind"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert _listens_on(shlex.split(service["ExecStart"])) in ("127.0.0.1", None)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_program_that_set_up_installs(path: Path) -> None:
    program = Path(shlex.split(_unit(path)["Service"]["ExecStart"])[0])
    assert program.parent == Path("/opt/unwind/.venv/bin")
    assert (BIN / program.name).exists()


def test_units_and_services_do_the_same() -> None:
    def bare(command: list[str]) -> list[str]:
        skipped = [*command]
        if HOST in skipped:
            skipped.pop(skipped.index(HOST) + 1)
        return [Path(part).name for part in skipped]

    by_unit = {
        path.stem.removeprefix("unwind-"): bare(shlex.split(_unit(path)["Service"]["ExecStart"])) for path in UNITS
    }
    assert by_unit == {name: bare(SERVICES[name]["command"]) for name in by_unit}
    assert set(SERVICES) == {*by_unit, "postgres", "reader"}


def test_images_are_pinned() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    foreign = [SERVICES["postgres"]["image"], *re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)]
    for image in foreign:
        assert re.search(r":\d+\.\d+(\.\d+)?-", image), image
    assert "latest" not in "".join(foreign)


def test_the_image_installs_by_hash_and_is_not_root() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    for line in re.findall(r"pip install(.*?)(?:\n[A-Z ]|\Z)", dockerfile.replace("\\\n", " "), re.DOTALL):
        assert "--require-hashes" in line or "--editable ." in line
        assert "--no-deps" in line
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) == ["unwind"]
    sources = [
        source
        for copied in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for source in copied.split()[:-1]
    ]
    assert all((PROJECT / source).exists() for source in sources)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignored[1] == "*", "only what is named goes into the image"
    assert {source.rstrip("/") for source in sources} == {line[1:] for line in ignored if line.startswith("!")}


def test_every_service_says_whether_it_is_well_and_starts_after_what_it_needs() -> None:
    standing = {name: service for name, service in SERVICES.items() if "profiles" not in service}
    assert all("healthcheck" in service for service in standing.values())
    assert all(service["restart"] == "unless-stopped" for service in standing.values())
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in SERVICES[needed]


def test_one_service_writes_data_and_a_reader_cannot() -> None:
    writing, reading = set(), set()
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            if isinstance(volume, str) and volume.startswith("data:"):
                writing.add(name)
            elif isinstance(volume, dict) and volume["source"] == "data":
                assert volume["read_only"] is True
                assert volume["volume"]["subpath"] == "published"
                reading.add(name)
    assert (writing, reading) == ({"code"}, {"reader"})
    assert SERVICES["reader"]["network_mode"] == "none"
    assert all(SERVICES[name]["read_only"] for name in SERVICES if name != "postgres")
    assert set(COMPOSE["volumes"]) == {"data", "postgres"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_secret_stands_in_a_file(path: Path) -> None:
    for line in path.read_text().splitlines():
        found = re.match(r"\s*[\"']?\w*(?:password|secret|token|api_key)\w*[\"']?\s*[:=]\s*(.+)", line, re.IGNORECASE)
        if found:
            value = found.group(1).strip()
            assert value.startswith(("${", "{env:", "os.environ[")), f"{path.name}: {line}"


def test_every_variable_is_documented() -> None:
    told = _documented(DEPLOY / ".env.example") | _documented(PROJECT / ".env.example")
    used: set[str] = set()
    for path in (DEPLOY / "compose.yml", DEPLOY / "dagster.yaml", DEPLOY / "workspace.yaml"):
        text = path.read_text()
        used |= set(re.findall(r"\$\{([A-Z0-9_]+)", text)) | set(re.findall(r"env: ([A-Z0-9_]+)", text))
    for service in SERVICES.values():
        used |= set(service.get("environment") or {})
    used |= set(re.findall(r"^(?:ENV )?\s*(UNWIND_\w+|DAGSTER_\w+|DO_NOT_TRACK)=", (DEPLOY / "Dockerfile").read_text()))
    assert used <= told, used - told
    unused = _documented(DEPLOY / ".env.example") - used - {"UNWIND_ALERT_URLS", "DAGSTER_HOME", "DO_NOT_TRACK"}
    assert unused <= {"DAGSTER_EVENT_BATCH_SIZE"}, unused


def test_only_the_password_has_no_default() -> None:
    text = (DEPLOY / "compose.yml").read_text()
    assert set(re.findall(r"\$\{([A-Z0-9_]+):\?", text)) == {"POSTGRES_PASSWORD"}
    assert set(re.findall(r"\$\{([A-Z0-9_]+)[}:]", text)) - set(re.findall(r"\$\{([A-Z0-9_]+):[-?]", text)) == set()


def test_other_engines_are_started_by_the_same_dbt() -> None:
    lock, ours = (path.read_text() for path in (DEPLOY / "engines.lock", PROJECT / "requirements.lock"))
    shared = [re.findall(r"^dbt-(?:core|adapters|common)==\S+", text, re.MULTILINE) for text in (lock, ours)]
    assert shared[0] == shared[1]
    assert len(shared[0]) == 3
    assert "://" not in lock
    assert lock.count("==") <= lock.count("--hash=")


def test_both_instances_of_dagster_keep_the_same_rules() -> None:
    server = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())
    laptop = yaml.safe_load((PROJECT / "orchestration" / "dagster.yaml").read_text())
    assert {key for key in server if server[key] != laptop.get(key)} == {"storage"}
    assert {key for key in laptop if key not in server} == {"event_log_storage"}, "its class is for SQLite alone"
    assert server["run_retries"]["retry_on_asset_or_op_failure"] is False
    assert server["run_monitoring"]["enabled"] is True


def test_what_the_server_adds_is_locked_and_what_it_shares_is_the_same() -> None:
    ours = (PROJECT / "requirements.lock").read_text()
    lock = (DEPLOY / "requirements.lock").read_text()
    added = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    assert set(added) == {"dagster-postgres", "psycopg2-binary"}
    assert not any(re.search(rf"^{name}==", ours, re.MULTILINE) for name in added)
    assert "://" not in lock
    assert lock.count("==") <= lock.count("--hash=")
    [libraries] = re.findall(r"^dagster-dbt==(\S+)", ours, re.MULTILINE)
    assert added["dagster-postgres"] == libraries, "Dagster's libraries are released together"
