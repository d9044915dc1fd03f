"""The real server: starts, answers, runs jobs, stops cleanly, leaves nothing behind."""

import contextlib
import http.cookiejar
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

PASSWORD = "海棠-Vessel-4410"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """A home of its own with a company, and the processes that run on it."""

    def __init__(self, home):
        self.home, self.port, self.processes = home, free_port(), []
        self.cookies = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        )
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name
            not in ("DJANGO_SETTINGS_MODULE", "GUANZHANG_DATABASE_URL", "GUANZHANG_HOSTS")
        } | {"GUANZHANG_HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        done = self.run(
            "init", "--company", "远航报关", "--admin", "boss", "--password", PASSWORD
        )
        assert done.returncode == 0, done.stderr

    def run(self, *arguments):
        command = [sys.executable, "-m", "guanzhang.cli.main", *arguments]
        return subprocess.run(
            command,
            check=False,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, *arguments):
        command = [sys.executable, "-m", "guanzhang.cli.main", *arguments]
        process = subprocess.Popen(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        return process

    def serve(self, *arguments):
        process = self.start("serve", "--port", str(self.port), *arguments)
        wait_for(lambda: self.get("/login/")[0] == 200)
        return process

    def get(self, path, data=None, timeout=30):
        """(status, text); status 0 when nobody answers. Keeps its cookies and sends the CSRF token."""
        url = f"http://127.0.0.1:{self.port}{path}"
        token = next((c.value for c in self.cookies if c.name == "csrftoken"), "")
        body = (
            urllib.parse.urlencode(data | {"csrfmiddlewaretoken": token}).encode()
            if data
            else None
        )
        try:
            with self.browser.open(url, body, timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    @contextlib.contextmanager
    def database(self):
        connection = sqlite3.connect(
            self.home / "guanzhang.sqlite3", timeout=20, isolation_level=None
        )
        try:
            yield connection
        finally:
            connection.close()

    def value(self, question):
        with self.database() as connection:
            return connection.execute(question).fetchone()[0]

    def enqueue(self):
        with self.database() as connection:
            return connection.execute(
                "INSERT INTO work_job (book_id, kind, title, parameters, state, done, step, error, "
                "cancel_wanted, attempts, user_id, created_at) VALUES "
                "(1, 'trail.verify', '校验', '{}', 'queued', 0, '', '', 0, 0, 1, '2026-01-01')"
            ).lastrowid

    def state(self, job):
        return self.value(f"SELECT state FROM work_job WHERE id = {job}")


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def children(pid):
    done = subprocess.run(
        ["pgrep", "-P", str(pid)], check=False, capture_output=True, text=True
    )
    return [int(line) for line in done.stdout.split()]


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path)
    yield made
    for process in made.processes:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def test_the_server_answers_runs_jobs_and_stops_on_sigterm(installation):
    server = installation.serve()
    status, page = installation.get("/login/")
    assert status == 200
    assert "关账" in page
    job = installation.enqueue()
    wait_for(lambda: installation.state(job) == "done")
    below = children(server.pid)
    assert below
    server.send_signal(signal.SIGTERM)
    assert server.wait(15) == 0
    text = server.stdout.read()
    assert f"关账正在运行：http://127.0.0.1:{installation.port}/" in text
    assert text.endswith("已停止。\n")
    assert "Traceback" not in text
    wait_for(lambda: not any(map(alive, below)), 5)
    assert installation.get("/login/")[0] == 0


def test_without_a_worker_jobs_wait_for_the_worker_command(installation):
    installation.serve("--no-worker")
    job = installation.enqueue()
    time.sleep(1.5)
    assert installation.state(job) == "queued"
    worker = installation.start("worker")
    wait_for(lambda: installation.state(job) == "done")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert worker.stdout.read().endswith("已停止。\n")


def test_a_request_in_flight_is_answered_after_sigterm(installation):
    """A login has to wait for the write lock held here; the server is told to stop meanwhile."""
    server = installation.serve()
    answers = []

    def log_in():
        wrong = {"username": "boss", "password": "wrong"}
        answers.append(installation.get("/login/", wrong, timeout=40))

    with installation.database() as connection:
        connection.execute("BEGIN IMMEDIATE")
        person = threading.Thread(target=log_in)
        person.start()
        time.sleep(1)
        server.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert answers == []
        connection.execute("ROLLBACK")
    person.join(30)
    assert [status for status, _text in answers] == [422], answers
    assert server.wait(30) == 0
    assert (
        installation.value(
            "SELECT count(*) FROM trail_auditrecord WHERE action = 'login.refused'"
        )
        == 1
    )


def test_the_serving_process_ends_when_its_parent_is_killed(installation):
    server = installation.serve()
    below = children(server.pid)
    server.kill()
    server.wait()
    wait_for(lambda: not any(map(alive, below)), 40)
    assert installation.get("/login/")[0] == 0


def test_a_second_server_on_the_same_port_is_refused(installation):
    installation.serve()
    second = installation.run("serve", "--port", str(installation.port))
    assert second.returncode == 1
    assert f"端口 {installation.port} 上监听：已被占用" in second.stderr


def test_the_command_line_starts_fast(installation):
    start = time.monotonic()
    assert installation.run("--help").returncode == 0
    assert time.monotonic() - start < 3
