"""Tests run in workers give what they give in one process, also when a worker dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "test_a.py": "import os\n\ndef test_one(capsys):\n    print('x')\n    assert capsys.readouterr().out == 'x\\n'\n",
    "test_b.py": "def test_two(tmp_path):\n    assert tmp_path.name == 'else'\n",
    "test_c.py": (
        "import os\nimport signal\n\ndef test_three():\n    os.kill(os.getpid(), signal.SIGKILL)\n\n"
        "def test_four():\n    pass\n"
    ),
    "test_d.py": "import pytest\n\n@pytest.mark.skip(reason='later')\ndef test_five():\n    pass\n",
    "test_e.py": (
        "import pytest\n\n@pytest.fixture(scope='session', autouse=True)\ndef left():\n    yield\n"
        "    open('left', 'a').write('e')\n\ndef test_six():\n    pass\n"
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.workers", "-p", "no:cacheprovider", *words]
    # What is installed beside pytest is not loaded, so that it starts fast.
    env = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_every_result_is_reported_and_a_worker_that_dies_fails_its_test_alone(folder: Path) -> None:
    code, text = run(folder, "-n", "2")

    assert code == 1
    assert "2 failed, 3 passed, 1 skipped" in text
    assert "The process of this test ended with -9." in text
    assert "FAILED test_c.py::test_three" in text
    assert "tmp_path.name == 'else'" in text
    assert (folder / "left").read_text("utf-8") == "e"


def test_the_first_failure_ends_all_workers_where_that_is_asked(folder: Path) -> None:
    code, text = run(folder, "-n", "2", "-x")

    assert code == 1
    assert "1 failed" in text
    assert "stopping after 1 failures" in text


def test_a_file_that_cannot_be_collected_fails_the_run(folder: Path, tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text((folder / name).read_text("utf-8"), encoding="utf-8")
    (tmp_path / "test_f.py").write_text("import nothing_of_this_name\n", encoding="utf-8")

    code, text = run(tmp_path, "-n", "2")

    assert code == 2
    assert "1 error" in text
    assert "test_five" not in text
