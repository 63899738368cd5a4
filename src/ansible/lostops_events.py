# -*- coding: utf-8 -*-
# Copyright: the lostops contributors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells what a play does, as it does it: one JSON object a line, into the pipe that LOSTOPS_EVENTS names.

It imports Ansible, whose licence it therefore has; the program that reads the lines does not.
"""

from __future__ import annotations

DOCUMENTATION = """
    name: lostops_events
    type: aggregate
    short_description: one JSON object a line for each thing that happens
    description:
      - Writes events into the pipe that the environment variable LOSTOPS_EVENTS names, and leaves standard output alone.
      - Facts are left out, and whatever C(no_log) hides stays hidden.
    requirements:
      - enabled by ANSIBLE_CALLBACKS_ENABLED
"""

import json
import os
import re
import signal
import time

from ansible.plugins.callback import CallbackBase

# All of a result that anybody reads.
KEPT = ("msg", "rc", "stderr", "stdout", "diff", "attempts", "retries", "skip_reason", "reason")
# Texts longer than this are cut: a line must stay one that a person could read.
LONGEST = 20000

# Of apt's words: what it is going to do, a count that ends it, and a line for each package as it does it or would.
ANNOUNCED = re.compile(r"\S.*:$|  \S")
COUNTED = re.compile(r"\d+ upgraded, ")
DONE = re.compile(r"(?:Inst|Remv|Purg|Unpacking|Removing) \S")
# More than a server's packages take, and less than a pipe minds.
MOST_LINES = 3000
MOST_NAMES = 500
LONGEST_LINE = 200


def packages(result):
    """What apt says of packages, and the names by which its task asks for them; what else it prints stays where it is."""
    words = result.get("stdout")
    lines, counted = [], False
    for line in words.splitlines() if isinstance(words, str) else ():
        if COUNTED.match(line) or DONE.match(line) or not counted and ANNOUNCED.match(line):
            lines.append(line[:LONGEST_LINE])
        counted = counted or bool(COUNTED.match(line))
    said = {"lines": lines[:MOST_LINES]}
    invocation = result.get("invocation")
    asked = invocation.get("module_args") if isinstance(invocation, dict) else None
    names = []
    if isinstance(asked, dict):
        # The first two are one and the same under two names.
        names = asked.get("package") or asked.get("name") or asked.get("deb") or []
        names = [str(name)[:LONGEST_LINE] for name in (names if isinstance(names, list) else [names])]
        said["names"] = names[:MOST_NAMES]
    if len(lines) > MOST_LINES or len(names) > MOST_NAMES:
        said["cut"] = True
    return said


def clipped(value):
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + "…"
    if isinstance(value, dict):
        return {str(key): clipped(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [clipped(inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return clipped(str(value))


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "lostops_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.pipe = None
        self.begun = {}

    def set_options(self, *args, **kwargs):
        super().set_options(*args, **kwargs)
        path = os.environ.get("LOSTOPS_EVENTS")
        if path and self.pipe is None:
            # Workers must not hold it: its end is how the reader knows ours.
            self.pipe = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def tell(self, event, **more):
        if self.pipe is None:
            return
        line = json.dumps({"ev": event, "t": round(time.time(), 3), **more}, default=str) + "\n"
        rest = line.encode("utf-8", "replace")
        try:
            # A pipe that is full takes a part.
            while rest:
                rest = rest[os.write(self.pipe, rest):]
        except BrokenPipeError:
            # Whoever started this was killed: the next run must not find it still at work.
            self.pipe = None
            os.kill(os.getpid(), signal.SIGTERM)

    # What goes on

    def v2_playbook_on_start(self, playbook):
        self.tell("start", playbook=os.path.basename(playbook._file_name))

    def v2_playbook_on_play_start(self, play):
        hosts = []
        manager = play.get_variable_manager()
        if manager is not None and manager._inventory is not None:
            hosts = [host.name for host in manager._inventory.get_hosts(play.hosts)]
        self.tell("play", id=play._uuid, name=play.get_name(), hosts=hosts, tasks=self.number_of_tasks(play))

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.task(task)

    def v2_playbook_on_cleanup_task_start(self, task):
        self.task(task)

    def v2_playbook_on_handler_task_start(self, task):
        self.task(task, handler=True)

    def v2_runner_on_start(self, host, task):
        self.begun[host.name, task._uuid] = time.monotonic()
        self.tell("begin", host=host.name, task=task._uuid)

    def v2_playbook_on_include(self, included_file):
        hosts = [host.name for host in included_file._hosts]
        self.tell("include", file=str(included_file._filename), hosts=hosts)

    def v2_playbook_on_stats(self, stats):
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        self.tell("stats", hosts=hosts)

    # How it ended

    def v2_runner_on_ok(self, result):
        self.ended("ok", result)

    def v2_runner_on_skipped(self, result):
        self.ended("skipped", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.ended("failed", result, ignored=bool(ignore_errors))

    def v2_runner_on_unreachable(self, result):
        task = result._task
        self.ended("unreachable", result, ignored=bool(getattr(task, "ignore_unreachable", False)))

    def v2_runner_retry(self, result):
        self.ended("retry", result)

    def v2_runner_item_on_ok(self, result):
        self.ended("item_ok", result)

    def v2_runner_item_on_failed(self, result):
        self.ended("item_failed", result)

    # Inside

    def task(self, task, **more):
        role = getattr(task, "_role", None)
        if role is not None:
            more["role"] = role.get_name()
        if task.no_log:
            more["no_log"] = True
        self.tell("task", id=task._uuid, name=task.name or "", action=task.action, path=task.get_path() or "", **more)

    def ended(self, event, result, **more):
        host, task = result._host, result._task
        begun = self.begun.get((host.name, task._uuid))
        if begun is not None:
            more["secs"] = round(time.monotonic() - begun, 3)
        whole = result._result
        if whole.get("changed"):
            more["changed"] = True
        self.tell(event, host=host.name, task=task._uuid, res=self.kept(whole, task, event), **more)

    def kept(self, whole, task, event):
        if task.no_log or whole.get("_ansible_no_log") or "censored" in whole:
            return {"censored": True}
        kept = {name: clipped(whole[name]) for name in KEPT if name in whole}
        if event in ("ok", "item_ok", "skipped"):
            # What went well needs no words.
            for name in ("stdout", "stderr", "msg"):
                kept.pop(name, None)
        if event in ("ok", "failed") and "results" in whole and "diff" not in kept:
            diffs = [item["diff"] for item in whole["results"] if isinstance(item, dict) and item.get("diff")]
            if diffs:
                kept["diff"] = clipped(diffs)
        if event in ("ok", "failed") and task.action.rpartition(".")[2] in ("apt", "package"):
            rounds = whole["results"] if isinstance(whole.get("results"), list) else [whole]
            said = [packages(result) for result in rounds if isinstance(result, dict)]
            if any(one["lines"] for one in said):
                kept["apt"] = said
        label = whole.get("_ansible_item_label", whole.get("item"))
        if label is not None:
            kept["item"] = clipped(label if isinstance(label, str) else json.dumps(label, default=str))
        return kept

    def number_of_tasks(self, play):
        """How many tasks are known before the play begins; what is included later comes on top."""
        try:
            blocks = play.compile()
            return sum(self.number_in(block) for block in blocks) + (0 if play.gather_facts is False else 1)
        except Exception:  # a mistake in the play is told by whoever runs it
            return 0

    def number_in(self, block):
        number = 0
        for one in block.block + block.always:
            if hasattr(one, "block"):
                number += self.number_in(one)
            elif one.action not in ("meta", "ansible.builtin.meta", "ansible.legacy.meta") and not one.implicit:
                number += 1
        return number
