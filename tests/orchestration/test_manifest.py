"""The manifest on a fresh checkout that several processes meet at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_FIND = """
import sys
from pathlib import Path
import orjson
from orchestration import manifest
manifest.TARGET = Path(sys.argv[1])
parse = manifest._parse
def noted():
    print("parsed")
    parse()
manifest._parse = noted
nodes = orjson.loads(manifest.manifest_path().read_bytes())["nodes"]
print(len(nodes) > 100)
"""


@pytest.mark.long
def test_one_of_many_processes_parses_and_none_reads_half_a_file(tmp_path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", _FIND, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    told = [process.communicate(timeout=180)[0].split() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert sorted(told) == [["True"], ["True"], ["parsed", "True"]]
