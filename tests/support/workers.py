"""Runs tests in several processes, forked once all tests are collected: `-n N`, 0 for none.

Processes that each import and collect everything take a third of a minute of processor time apiece before their first test.
A worker takes one file after another, so that what a file shares is made once. When a worker dies, the test that it ran fails
and another goes on behind it.
"""

from __future__ import annotations

import atexit
import os
import sys
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

Files = deque[list[int]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    # Short options in small letters are pytest's own, but for those who know it.
    add = parser.getgroup("workers")._addoption
    add("-n", "--workers", type=int, default=0, metavar="N", help="processes to run tests in; 0: this one")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run all tests in workers, unless there is one file or no worker."""
    files = _by_file(session.items)
    count = min(session.config.getoption("--workers"), len(files))
    if count < 2 or session.testsfailed or session.config.option.collectonly:
        return None
    run = _Run(session, files)
    try:
        run.start(count)
        run.follow()
    finally:
        run.end()
    return True


def _by_file(items: list[pytest.Item]) -> Files:
    numbered = groupby(enumerate(items), key=lambda pair: _shared_by(pair[1]))
    return deque([number for number, _ in group] for _, group in numbered)


def _shared_by(item: pytest.Item) -> Path:
    """Return the file of a test; its folder where a browser is needed, which takes seconds to start in each worker."""
    return item.path.parent if item.get_closest_marker("browser") else item.path


@dataclass(eq=False)
class _Worker:
    """A process, what it has yet to run, and the test that it runs."""

    pid: int
    pipe: Connection
    todo: deque[int] = field(default_factory=deque)
    running: int | None = None


class _Run:
    """The side of the process that collected: it hands out files and reports what comes back."""

    def __init__(self, session: pytest.Session, files: Files) -> None:
        self._session = session
        self._files = files
        self._workers: list[_Worker] = []
        self._started = 0
        self._folders = session.config._tmp_path_factory  # type: ignore[attr-defined]
        self._folders.getbasetemp()

    def start(self, count: int) -> None:
        """Start so many workers, each with a file."""
        for _ in range(count):
            self._start(self._next_file())

    def follow(self) -> None:
        """Report until every test was run."""
        while self._workers:
            by_pipe = {worker.pipe: worker for worker in self._workers}
            for pipe in wait(list(by_pipe)):
                self._hear(by_pipe[cast(Connection, pipe)])
                if self._session.shouldfail:
                    raise self._session.Failed(self._session.shouldfail)
                if self._session.shouldstop:
                    raise self._session.Interrupted(self._session.shouldstop)

    def end(self) -> None:
        """End every worker that is left."""
        for worker in self._workers:
            os.kill(worker.pid, 9)
            os.waitpid(worker.pid, 0)
            worker.pipe.close()

    def _next_file(self) -> deque[int]:
        return deque(self._files.popleft()) if self._files else deque()

    def _start(self, todo: deque[int]) -> None:
        ours, theirs = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._started += 1
        pid = os.fork()
        if pid == 0:
            ours.close()
            for other in self._workers:
                other.pipe.close()
            _work(self._session, theirs, self._folders, self._started)
        theirs.close()
        self._workers.append(_Worker(pid, ours, todo))
        ours.send(list(todo))

    def _hear(self, worker: _Worker) -> None:
        try:
            kind, value = worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            self._bury(worker)
            return
        if kind == "more":
            more = self._next_file()
            worker.todo.extend(more)
            worker.pipe.send(list(more))
        elif kind == "started":
            worker.running = value
            worker.todo.remove(value)
            self._session.config.hook.pytest_runtest_logstart(**_place(self._session.items[value]))
        elif kind == "ended":
            worker.running = None
            self._session.config.hook.pytest_runtest_logfinish(**_place(self._session.items[value]))
        else:
            config = self._session.config
            self._report(config.hook.pytest_report_from_serializable(config=config, data=value))

    def _report(self, report: Any) -> None:
        self._session.config.hook.pytest_runtest_logreport(report=report)

    def _bury(self, worker: _Worker) -> None:
        """Say which test a worker that died has run, and let another go on behind it."""
        _, status = os.waitpid(worker.pid, 0)
        worker.pipe.close()
        self._workers.remove(worker)
        if status == 0 and not worker.todo and worker.running is None:
            return
        number = worker.running if worker.running is not None else worker.todo.popleft()
        item = self._session.items[number]
        why = f"The process of this test ended with {os.waitstatus_to_exitcode(status)}."
        keywords = dict.fromkeys(item.keywords, 1)
        self._report(pytest.TestReport(item.nodeid, item.location, keywords, "failed", why, "call"))
        if worker.todo or self._files:
            self._start(worker.todo or self._next_file())


def _place(item: pytest.Item) -> dict[str, Any]:
    return {"nodeid": item.nodeid, "location": item.location}


def _work(session: pytest.Session, pipe: Connection, folders: Any, number: int) -> NoReturn:
    """Run what comes through the pipe; the whole life of a worker."""
    try:
        _settle(session, pipe, folders, number)
        queue = _Queue(pipe)
        item = next(queue, None)
        while item is not None:
            following = next(queue, None)
            pipe.send(("started", item))
            _run_one(session, item, following)
            pipe.send(("ended", item))
            item = following
        atexit._run_exitfuncs()
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


class _Queue(Iterator[int]):
    """The tests of a worker; it asks for a file when it has none left, and ends with an empty one."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._todo: deque[int] = deque(pipe.recv())
        self._is_over = False

    def __next__(self) -> int:
        if not self._todo and not self._is_over:
            self._pipe.send(("more", None))
            self._todo.extend(self._pipe.recv())
            self._is_over = not self._todo
        if not self._todo:
            raise StopIteration
        return self._todo.popleft()


def _settle(session: pytest.Session, pipe: Connection, folders: Any, number: int) -> None:
    """Set the folder, the captured output and the reporter of a worker."""
    folders._basetemp = folders.getbasetemp() / f"worker-{number}"
    folders._basetemp.mkdir(mode=0o700)
    plugins = session.config.pluginmanager
    plugins.unregister(plugins.get_plugin("terminalreporter"))
    capture: Any = plugins.get_plugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    plugins.register(_Reporter(session.config, pipe))


class _Reporter:
    """Sends every report to the process that collected."""

    def __init__(self, config: pytest.Config, pipe: Connection) -> None:
        self._config = config
        self._pipe = pipe

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Send one."""
        self._pipe.send(("report", self._config.hook.pytest_report_to_serializable(config=self._config, report=report)))


def _run_one(session: pytest.Session, item: int, following: int | None) -> None:
    after = None if following is None else session.items[following]
    session.items[item].config.hook.pytest_runtest_protocol(item=session.items[item], nextitem=after)
