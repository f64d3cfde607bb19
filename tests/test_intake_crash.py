"""The real server, killed at random times while it accepts and builds: published exactly once."""

import os
import random
import signal
import time
from pathlib import Path

from collector.intake.worker import Builds
from publisher.catalogue import open_office
from publisher.ledger import read_ledger
from tests.intake_app import URL, make_staff_office, opened
from tests.intake_server import SECRET, start
from tests.submitted import PROCEDURES
from tests.survey_server import free_port
from tests.test_intake_files import csv_of, hand_in, key_of

KILLS = 4


def test_an_approved_file_is_published_exactly_once_however_often_the_server_is_killed(tmp_path: Path) -> None:
    root = make_staff_office(
        tmp_path / "office", datasets={"procedures": {}}, intake={"url": URL, "build_after_minutes": 0}
    )
    with opened(root, secret_key=SECRET) as desk:
        clerk, approver = desk.join("clerk", ("clerk",), ("00004",)), desk.join("approver", ("approver",), ("*",))
        key = key_of(hand_in(clerk, csv_of(desk, PROCEDURES)))
        clerk.act(f"/tep/{key}/gui")
        approver.send(approver.open(f"/tep/{key}"), action="/duyet")
        database = desk.intake.database
        order = random.Random(7)
        for _ in range(KILLS):
            process = start(root, free_port(), tmp_path / "server.log")
            time.sleep(order.uniform(1, 9))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            assert len(read_ledger(open_office(root)).lines) <= 1
        process = start(root, free_port(), tmp_path / "server.log")
        builds = Builds(database, desk.clock.now)
        try:
            for _ in range(600):
                if (latest := builds.latest(1)) and latest[0].state == "done":
                    break
                assert not latest or latest[0].state != "failed", latest
                time.sleep(0.2)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        upload = desk.intake.uploads.get(key)
        assert upload
        assert upload.state == "accepted"
        (line,) = read_ledger(open_office(root)).lines
        assert (line.unit, line.sha256) == ("00004", upload.candidate)
        page = (root / "site" / "current" / "don-vi" / "phuong-ba-dinh" / "index.html").read_text(encoding="utf-8")
        assert 'data-of="procedures/on_time_pct/00004/2026-06/month"' in page
        assert not list((root / "site" / "releases").glob(".partial-*"))
