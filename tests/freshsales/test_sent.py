"""The log of what we sent: in memory and in a file alike, and two processes that share one account."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from math import inf

import pytest

from tests.freshsales.account import TenantAccount
from tests.freshsales.clock import Clock
from workbench.freshsales.pacing import Pacer
from workbench.freshsales.plans import read_plans
from workbench.freshsales.sent import KEPT, OwnLog, SharedLog


@pytest.fixture(params=["own", "shared"])
def log(request, tmp_path):
    """A log of either kind."""
    log = OwnLog() if request.param == "own" else SharedLog(tmp_path / "deep" / "sent.sqlite")
    yield log
    if request.param == "shared":
        log.close()


def test_a_log_counts_from_a_moment_and_from_the_end(log):
    """What was noted comes back in order, whichever order it was noted in; the oldest are let go."""
    assert (log.newest(), log.count_since(0)) == (-inf, 0)
    for at in (100.0, 102.0, 101.0):
        with log.turn():
            log.add(at)

    assert (log.newest(), log.newest(2), log.newest(3), log.newest(4)) == (102, 101, 100, -inf)
    assert [log.count_since(moment) for moment in (0, 101, 101.5, 103)] == [3, 2, 1, 0]
    log.add(101.5 + KEPT)
    assert log.count_since(0) == 2


def test_a_turn_is_let_go_where_it_fails(tmp_path):
    """An error inside a turn does not lock the others out."""
    log = SharedLog(tmp_path / "sent.sqlite")
    with pytest.raises(KeyboardInterrupt), log.turn():
        raise KeyboardInterrupt
    with SharedLog(tmp_path / "sent.sqlite").turn():
        pass


@pytest.mark.parametrize("has_headers", [True, False])
@pytest.mark.parametrize("mood", ["polite", "cutover"])
def test_two_loads_on_one_account_share_what_is_ours(tmp_path, has_headers, mood):
    """Taking turns for two hours, both together send our share of each, and the customer's is left."""
    account = TenantAccount(quota_headers=has_headers)
    pacers = [account.pacer(mood=mood, sent=SharedLog(tmp_path / "sent.sqlite")) for _ in range(2)]
    end = account.clock() + 7200
    while account.clock() < end:
        for pacer in pacers:
            account.send(pacer)

    served = sum(at < end for at in account.served_at)
    assert 0.98 * 1600 <= served <= 1602
    assert account.refused == {}


def test_a_load_started_again_remembers_what_the_one_before_sent(tmp_path):
    """A process that was killed has still spent what it spent, also where the tenant says nothing of its quota."""
    account = TenantAccount(quota_headers=False)
    for _ in range(3):
        pacer = account.pacer(mood="cutover", sent=SharedLog(tmp_path / "sent.sqlite"))
        for _ in range(266):
            account.send(pacer)

    assert len(account.served_at) == 798
    pacer = account.pacer(mood="cutover", sent=SharedLog(tmp_path / "sent.sqlite"))
    for _ in range(3):
        account.send(pacer)
    assert account.served_at[-1] - account.served_at[0] == pytest.approx(3600, abs=1)


PROCESS = """
import sys, time
from dataclasses import replace
from pathlib import Path
from workbench.freshsales.pacing import Pacer
from workbench.freshsales.plans import read_plans
from workbench.freshsales.sent import SharedLog

path, quota = Path(sys.argv[1]), int(sys.argv[2])
plan = replace(read_plans()["growth"], requests_per_hour=quota, requests_per_minute=None)
class Spent(Exception):
    pass
def stop(seconds):
    raise Spent
pacer = Pacer(0.8, plan=plan, mood="cutover", sent=SharedLog(path), sleep=stop)
sent = 0
try:
    while True:
        pacer.wait_turn()
        sent += 1
        time.sleep(0.001)
except Spent:
    print(sent)
"""


def test_two_processes_at_once_send_our_share_together(tmp_path):
    """Real processes on one file, without headers: not one request more than the share, however they meet."""
    path = tmp_path / "sent.sqlite"
    commands = [[sys.executable, "-c", PROCESS, str(path), "1000"] for _ in range(2)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    sent = [int(process.communicate(timeout=60)[0]) for process in running]

    assert sum(sent) == 800
    assert min(sent) > 0
    assert SharedLog(path).count_since(time.time() - 3600) == 800


def test_pacing_by_a_shared_log_costs_next_to_nothing(tmp_path):
    """A turn takes milliseconds at most, where the quota lets a request through every second or so."""
    plan = replace(read_plans()["growth"], requests_per_hour=10**7, requests_per_minute=None)
    pacer = Pacer(1.0, plan=plan, mood="cutover", clock=Clock(), sent=SharedLog(tmp_path / "sent.sqlite"))
    start = time.process_time()
    for _ in range(300):
        pacer.wait_turn()
    assert (time.process_time() - start) / 300 < 0.005
