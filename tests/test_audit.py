"""The audit of `make check` finds each fault: each test gives it one fault that must not pass."""

from __future__ import annotations

import base64
import hashlib
import re
import runpy
import shutil
import subprocess
import sys
from importlib.metadata import Distribution, version
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
AUDIT: Final = ROOT / ".ci" / "audit.py"
PROGRAM: Final = runpy.run_path(str(AUDIT))
HASH: Final = "0" * 64


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the files that the audit reads."""
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def audited(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(AUDIT), str(folder)], capture_output=True, text=True)


def installed(folder: Path, *, licence: str = "MIT", body: bytes = b"x = 1\n") -> Distribution:
    """Make a package as an installer leaves it, and return its metadata."""
    info = folder / "thing-1.0.dist-info"
    info.mkdir()
    (folder / "thing.py").write_bytes(body)
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=").decode()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: thing\nVersion: 1.0\nLicense-Expression: {licence}\n")
    (info / "RECORD").write_text(f"thing.py,sha256={digest},6\nthing-1.0.dist-info/RECORD,,\n")
    return Distribution.at(info)


def test_the_installed_packages_are_those_that_the_lock_pins() -> None:
    result = audited(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "no advisory was asked for" in result.stdout


def test_another_version_than_the_one_pinned_and_a_requirement_that_is_not_pinned_are_found(checkout: Path) -> None:
    lock, project = checkout / "requirements.lock", checkout / "pyproject.toml"
    lock.write_text(re.sub(r"(?m)^starlette==\S+", "starlette==0.1", lock.read_text("utf-8")), encoding="utf-8")
    project.write_text(re.sub('"alembic>=[^"]+"', '"alembic>=99", "nowhere"', project.read_text("utf-8")), "utf-8")

    result = audited(checkout)

    assert result.returncode == 1
    assert set(result.stdout.splitlines()) == {
        f"alembic>=99 is asked for, and the lock has alembic=={version('alembic')}",
        "nowhere is asked for, and the lock has nothing",
        "starlette>=1.2,<2 is asked for, and the lock has starlette==0.1",
        f"starlette: the lock has 0.1, installed is {version('starlette')}",
    }


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (f"thing>=1 --hash=sha256:{HASH}", "thing is not pinned to one version"),
        (f"thing==1.* --hash=sha256:{HASH}", "thing is not pinned to one version"),
        (f"thing @ file:///thing.whl --hash=sha256:{HASH}", "thing is not pinned to one version"),
        ("thing==1", "thing is not pinned by SHA-256"),
        ("thing==1 --hash=md5:0123", "thing is not pinned by SHA-256"),
        ("-r other.lock", "the lock says what names no package: -r other.lock"),
    ],
)
def test_a_line_that_pins_too_little_is_found(entry: str, says: str) -> None:
    assert PROGRAM["read_lock"](f"# a comment\n{entry}\n").wrong == (says,)


def test_a_line_that_pins_one_version_by_hash_for_one_platform_is_in_order() -> None:
    lock = PROGRAM["read_lock"](f"thing==1 ; sys_platform == 'win32' \\\n    --hash=sha256:{HASH}\n")

    assert (lock.wrong, list(lock)) == ((), ["thing"])


def test_a_file_that_was_changed_after_it_was_installed_is_found(tmp_path: Path) -> None:
    one = installed(tmp_path, body=b"x = 2\n")

    assert list(PROGRAM["changed"](one)) == ["thing: thing.py is not what was installed"]


def test_an_unchanged_package_is_in_order(tmp_path: Path) -> None:
    one = installed(tmp_path)

    assert [*PROGRAM["changed"](one), *PROGRAM["unfit"](one)] == []


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "GPL-3.0-or-later", "LicenseRef-Proprietary", ""])
def test_a_licence_not_on_the_list_of_allowed_licences_is_named(tmp_path: Path, licence: str) -> None:
    assert len(list(PROGRAM["unfit"](installed(tmp_path, licence=licence)))) == 1


@pytest.mark.parametrize(("text", "named"), [("The MIT License (MIT)\n", 0), ("All rights reserved\n", 1)])
def test_a_package_that_names_only_a_licence_file_is_judged_by_it(tmp_path: Path, text: str, named: int) -> None:
    one = installed(tmp_path, licence="")
    info = tmp_path / "thing-1.0.dist-info"
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nLicense-File: LICENSE\n")
    (info / "LICENSE").write_text(text)

    assert len(list(PROGRAM["unfit"](one))) == named


@pytest.mark.parametrize("licence", ["MIT", "LGPL-3.0-only", "Apache-2.0 OR BSD-3-Clause", "MPL-2.0"])
def test_an_allowed_licence_is_in_order(tmp_path: Path, licence: str) -> None:
    assert list(PROGRAM["unfit"](installed(tmp_path, licence=licence))) == []


def unowned(site: Path, one: Distribution) -> list[str]:
    """Return the files that belong to no package, but for the metadata that `installed` puts in no RECORD."""
    return [line for line in PROGRAM["unowned"](site, [one], ROOT) if not line.startswith("thing-1.0.dist-info")]


@pytest.mark.parametrize("name", ["evil.pth", "sitecustomize.py", "thing/extra.so", "muster.pth"])
def test_a_file_that_belongs_to_no_package_is_found(tmp_path: Path, name: str) -> None:
    one = installed(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("import os\n")

    assert unowned(tmp_path, one) == [f"{name} belongs to no package"]


def test_the_file_that_names_this_checkout_is_ours(tmp_path: Path) -> None:
    one = installed(tmp_path)
    (tmp_path / "muster.pth").write_text(f"{ROOT}\n")

    assert unowned(tmp_path, one) == []


def test_a_module_that_python_runs_at_every_start_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(PROGRAM["customized"]()) == []

    (tmp_path / "usercustomize.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)

    assert list(PROGRAM["customized"]()) == [f"{tmp_path / 'usercustomize.py'} runs at every start of Python"]
    # In the standard library, where Debian ships one, it is part of Python.
    assert not any("usercustomize" in line for line in PROGRAM["customized"](str(tmp_path)))


def test_a_file_that_was_changed_together_with_its_record_is_found(tmp_path: Path) -> None:
    one = installed(tmp_path)
    seal = PROGRAM["sealed"]([one])
    assert list(PROGRAM["unsealed"](seal, [one])) == []

    (tmp_path / "thing.py").write_bytes(b"x = 2\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"x = 2\n").digest()).rstrip(b"=").decode()
    record = tmp_path / "thing-1.0.dist-info" / "RECORD"
    record.write_text(f"thing.py,sha256={digest},6\nthing-1.0.dist-info/RECORD,,\n")

    assert list(PROGRAM["changed"](one)) == []
    assert list(PROGRAM["unsealed"](seal, [one])) == ["thing: its RECORD is not the one that was installed"]
