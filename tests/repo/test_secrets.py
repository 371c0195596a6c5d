"""No secret is in the tree: neither what looks like a known kind of key, nor what is too random to be a word.

A digest of a lock or a commit is random too, but of hexadecimal digits only, so it is looked at where it is assigned
to something that is called a secret.
"""

from __future__ import annotations

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# Each is split, so that this file is not found by itself.
SHAPES = tuple(
    re.compile(first + rest)
    for first, rest in (
        ("AKI", r"A[0-9A-Z]{16}"),
        ("gh", r"[pousr]_[A-Za-z0-9]{36}"),
        ("xox", r"[abprs]-[A-Za-z0-9-]{10,}"),
        ("sk", r"-(?:ant-|proj-)?[A-Za-z0-9_-]{24,}"),
        ("AIz", r"a[A-Za-z0-9_-]{35}"),
        ("eyJ", r"[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
        ("-----BEG", r"IN [A-Z ]*PRIVATE KEY"),
        (r"://[\w.-]+:", r"(?!(?:password|secret-word)@)[^\s:@/{}$<>]{6,}@"),
    )
)
ASSIGNED = re.compile(
    r"(?i)(?:key|secret|token|passw(?:or)?d|credential)\w*[\"']?\s*[:=]\s*[\"']?([0-9a-f]{24,})\b",
)
WORD = re.compile(r"[A-Za-z0-9_+=]{24,}")
BITS = 4.2


def findings(text: str) -> Iterator[str]:
    """Everything in a text that looks like a secret."""
    for shape in SHAPES:
        yield from (found.group() for found in shape.finditer(text))
    yield from (found.group(1) for found in ASSIGNED.finditer(text))
    yield from (word for word in WORD.findall(text) if _is_random(word))


def _is_random(word: str) -> bool:
    kinds = all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    shares = [count / len(word) for count in Counter(word).values()]
    return kinds and -sum(share * math.log2(share) for share in shares) >= BITS


def test_no_file_of_the_tree_holds_a_secret() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True)
    paths = [PROJECT / name for name in listed.stdout.split()]
    read = [path for path in paths if path.is_file() and path.suffix not in (".png", ".lock")]
    assert len(read) > 500
    found = {
        path.relative_to(PROJECT).as_posix(): told
        for path in read
        if (told := list(findings(path.read_text(errors="ignore"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        "AKI" + "AIOSFODNN7EXAMPLE",
        "gh" + "p_" + "a1B2" * 9,
        "-----BEG" + "IN RSA PRIVATE KEY-----",
        "postgres://unwind:" + "hunter22" + "@db/unwind",
        "api_" + 'key = "' + "0f1e2d3c4b5a69788796a5b4c3d2e1f0" + '"',
        "wJalrXUtnFEMIK7MDENG" + "bPxRfiCYEXAMPLEKEY",
    ],
)
def test_the_scan_would_find_one(planted: str) -> None:
    assert list(findings(f"before {planted} after"))


def test_names_digests_and_examples_are_none() -> None:
    innocent = "test_a_kill_leaves_the_old_release_or_the_new --hash=sha256:" + "0f1e" * 16 + " mailto://user:password@"
    assert list(findings(innocent)) == []
