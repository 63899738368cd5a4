#!/usr/bin/python
# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts configuration files in place and has the units that read them apply them, in one round trip."""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import shutil
import stat
import tempfile
import time

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
---
module: lostops_config
short_description: Configuration files, and the systemd units that read them, in one task
description:
  - Writes only what differs, each file at once (a new file takes the old one's place), after every file was validated.
  - A unit applies what it reads when that differs from what it has applied last. What it has applied is kept in
    C(/var/lib/lostops/applied), so that a run that was cut off between the file and the unit is finished by the next one.
  - Supports check mode, on a server where neither programs nor units are there yet too, and diff.
options:
  folders:
    description: Folders that are there, with what is in them left alone.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Where.
        type: path
        required: true
      mode:
        description: Its mode.
        type: str
        default: "0755"
      owner:
        description: Its owner, a name or a number; its group is that user's own, or the same number.
        type: str
        default: root
      keep:
        description: Whether one that is there keeps its mode and owner, as a container has chosen them.
        type: bool
        default: false
  files:
    description: The files.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Where; C(~user) is that user's home.
        type: path
        required: true
      content:
        description: All of it. An empty file is refused, because that is never meant.
        type: str
      secret:
        description: The same as O(files[].content) for what nobody may see, in no diff and no log.
        type: str
      state:
        description: Whether there is to be such a file.
        type: str
        choices: [present, absent]
        default: present
      mode:
        description: Its mode.
        type: str
        default: "0644"
      directory_mode:
        description: The mode of the folders above it that are made; they get the file's owner.
        type: str
        default: "0755"
      owner:
        description: Its owner, a name or a number; its group is that user's own, or the same number.
        type: str
        default: root
      validate:
        description: A program and its arguments, with C(%s) for the file; a failure refuses the whole task.
        type: list
        elements: str
        default: []
      diff:
        description: Whether a diff may show it.
        type: bool
        default: true
  verify:
    description: A program and its arguments, run once the files are in place; its failure puts the old files back.
    type: list
    elements: str
    default: []
  units:
    description: The units.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The unit, with its suffix.
        type: str
        required: true
      enabled:
        description: Whether to have it start with the server.
        type: bool
        default: false
      masked:
        description: Whether to keep everybody from starting it; what runs of it is not stopped.
        type: bool
        default: false
      started:
        description: Whether to start it if it does not run, unless a condition of its own says no. Nothing is ever stopped.
        type: bool
        default: false
      reads:
        description: The files that it reads, all named in O(files).
        type: list
        elements: path
        default: []
      apply:
        description: How it takes a change of them.
        type: str
        choices: [reload, restart]
        default: restart
      probe:
        description: A program and its arguments that print what the unit has in force; other output than after it applied its files counts as a change.
        type: list
        elements: str
        default: []
author:
  - the lostops authors
"""

EXAMPLES = r"""
- name: Let the time daemon use our server
  lostops_config:
    files:
      - path: /etc/systemd/timesyncd.conf.d/lostops.conf
        content: |
          [Time]
          NTP=time.example.org
    units:
      - name: systemd-timesyncd.service
        enabled: true
        started: true
        reads: [/etc/systemd/timesyncd.conf.d/lostops.conf]
"""

RETURN = r"""
paths:
  description: The files that were changed, or would be.
  returned: always
  type: list
  elements: str
units:
  description: What was done to units, or would be.
  returned: always
  type: list
  elements: str
"""

RECORDS = "/var/lib/lostops/applied"
UNITS = "/etc/systemd/system/"
# Seconds until a program that cannot start has ended.
SETTLE = 1


class Failure(Exception):
    """Something that ends the task; its text is for people."""


def belonging(options):
    """(uid, gid) of an owner. Users of containers have numbers here and no names."""
    owner = options["owner"]
    if owner.isdigit():
        return int(owner), int(owner)
    try:
        user = pwd.getpwnam(owner)
    except KeyError as error:
        raise Failure(f"{options['path']} is to belong to {owner}, and this server has no such user") from error
    return user.pw_uid, user.pw_gid


class Folder:
    """One folder that is to be there."""

    def __init__(self, options):
        self.path = options["path"]
        if not os.path.isabs(self.path):
            raise Failure(f"{self.path} is no absolute path")
        self.mode = int(options["mode"], 8)
        self.keep = options["keep"]
        self.uid, self.gid = belonging(options)

    def changed(self):
        try:
            status = os.lstat(self.path)
        except FileNotFoundError:
            return True
        if not stat.S_ISDIR(status.st_mode):
            raise Failure(f"{self.path} is no folder: move it away")
        return not self.keep and (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) != (self.mode, self.uid, self.gid)

    def make(self):
        os.makedirs(self.path, exist_ok=True)
        os.chown(self.path, self.uid, self.gid)
        os.chmod(self.path, self.mode)


class File:
    """One file: as it is, and as it is to be."""

    def __init__(self, options):
        self.path = options["path"]
        self.absent = options["state"] == "absent"
        self.show = options["diff"] and not options["secret"]
        self.validate = options["validate"]
        self.content = (options["content"] or options["secret"] or "").encode()
        if not os.path.isabs(self.path):
            raise Failure(f"{self.path} is no absolute path, or this server has no such user")
        if not self.absent and not self.content.strip():
            raise Failure(f"{self.path} would be empty: give it content, or say state: absent")
        self.mode = int(options["mode"], 8)
        self.directory_mode = int(options["directory_mode"], 8)
        self.uid, self.gid = belonging(options)
        self.before = self.found()

    def found(self):
        """(content, mode, uid, gid) of the file in place; what is not a plain file is as good as none."""
        try:
            status = os.lstat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if stat.S_ISDIR(status.st_mode):
            raise Failure(f"{self.path} is a folder: move it away")
        if not stat.S_ISREG(status.st_mode):
            return (None, 0, status.st_uid, status.st_gid)
        with open(self.path, "rb") as file:
            return (file.read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)

    def after(self):
        return None if self.absent else (self.content, self.mode, self.uid, self.gid)

    def changed(self):
        return self.before != self.after()

    def difference(self):
        def side(state):
            if state is None:
                return ("absent", "")
            content, mode, uid, gid = state
            owner = f"{name(pwd.getpwuid, uid)}:{name(grp.getgrgid, gid)}"
            text = (content or b"").decode(errors="replace") if self.show else "(not shown)\n"
            return (f"{self.path} ({owner} {mode:04o})", text)

        before, after = side(self.before), side(self.after())
        return {"before_header": before[0], "before": before[1], "after_header": after[0], "after": after[1]}

    def put(self, state):
        """Makes the file what `state` says, at once: whoever reads it sees the old one or the new one."""
        if state is None or state[0] is None:
            if os.path.lexists(self.path):
                os.unlink(self.path)
            return
        content, mode, uid, gid = state
        folder = os.path.dirname(self.path)
        self.make(folder)
        # Hidden and without the suffix: no program that reads a folder of *.conf takes it for one of its own.
        handle, fresh = tempfile.mkstemp(prefix=".lostops-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                os.fchown(file.fileno(), uid, gid)
                os.fchmod(file.fileno(), mode)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self.path)
        except BaseException:
            os.unlink(fresh)
            raise

    def make(self, folder):
        if os.path.isdir(folder):
            return
        self.make(os.path.dirname(folder))
        os.mkdir(folder)
        os.chown(folder, self.uid, self.gid)
        os.chmod(folder, self.directory_mode)


def name(look, number):
    try:
        return look(number)[0]
    except KeyError:
        return str(number)


class Task:
    """The whole task, with what it has done so far."""

    def __init__(self, module):
        self.module = module
        self.check = module.check_mode
        self.folders = [Folder(options) for options in module.params["folders"]]
        self.files = [File(options) for options in module.params["files"]]
        self.paths, self.did, self.warnings = [], [], []

    def run(self):
        changed = [file for file in self.files if file.changed()]
        for file in changed:
            self.validate(file)
        missing = [folder for folder in self.folders if folder.changed()]
        self.paths = [f"{folder.path}/" for folder in missing] + [file.path for file in changed]
        if not self.check:
            for folder in missing:
                folder.make()
            self.write(changed)
        units = self.module.params["units"]
        if units:
            self.apply(units)

    def validate(self, file):
        if file.absent or not file.validate:
            return
        handle, fresh = tempfile.mkstemp(dir=self.module.tmpdir)
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.content)
        try:
            self.program([word.replace("%s", fresh) for word in file.validate], f"{file.path} is not valid, nothing was changed", (fresh, file.path))
        finally:
            os.unlink(fresh)

    def write(self, changed):
        done = []
        try:
            for file in changed:
                done.append(file)
                try:
                    file.put(file.after())
                except OSError as error:
                    raise Failure(f"could not write {file.path}: {error.strerror}") from error
            if changed and self.module.params["verify"]:
                self.program(self.module.params["verify"], "refused with the new files, the old ones are back")
        except BaseException:
            for file in done:
                if file.found() != file.before:
                    file.put(file.before)
            raise

    def program(self, words, wrong, hidden=("", "")):
        """Runs a program that must succeed. Where it is not installed yet, a check has nothing to say."""
        if self.check and shutil.which(words[0]) is None:
            self.warnings.append(f"{words[0]} is not on this server yet: not validated")
            return ""
        code, out, err = self.call(words)
        if code != 0:
            said = (err.strip() or out.strip()).replace(*hidden)
            raise Failure(f"{wrong}: {' '.join(words[:2])} ended with {code}: {said}")
        return out

    def call(self, words):
        if shutil.which(words[0]) is None:
            return 127, "", f"{words[0]} is not on this server"
        return self.module.run_command(words, environ_update={"LC_ALL": "C.UTF-8"})

    # --- units ---------------------------------------------------------------------------------------------------

    def apply(self, units):
        names = [unit["name"] for unit in units]
        found = self.show(names)
        fresh = any(path.startswith(UNITS) for path in self.paths)
        if not self.check and (fresh or any(state.get("NeedDaemonReload") == "yes" for state in found.values())):
            self.systemctl("daemon-reload")
            found = self.show(names)
        for unit in units:
            self.unit(unit, found[unit["name"]])

    def show(self, names):
        wanted = "LoadState,Type,ActiveState,SubState,UnitFileState,ConditionResult,ConditionTimestampMonotonic,NeedDaemonReload"
        code, out, err = self.call(["systemctl", "show", "--property", wanted, "--", *names])
        if code != 0:
            raise Failure(f"could not ask systemd for {', '.join(names)}: {err.strip()}")
        blocks = out.strip("\n").split("\n\n")
        return {name: dict(line.split("=", 1) for line in block.splitlines()) for name, block in zip(names, blocks)}

    def unit(self, unit, state):
        name = unit["name"]
        if unit["masked"] and state.get("UnitFileState") != "masked":
            self.systemctl("mask", name)
        if unit["enabled"] and state.get("UnitFileState") not in ("enabled", "static", "alias", "indirect", "generated"):
            self.systemctl("enable", name)
        running = state.get("ActiveState") in ("active", "activating", "reloading") and state.get("SubState") != "auto-restart"
        refused = state.get("ConditionResult") == "no" and state.get("ConditionTimestampMonotonic", "0") != "0"
        if running:
            if self.stale(unit):
                self.systemctl(unit["apply"], name)
                self.stays(name)
        elif unit["started"] and not refused:
            self.systemctl("start", name)
            self.stays(name)
        self.record(unit)

    def stays(self, name):
        """Of a unit that is started without a word of its own, systemd cannot say at once that it has failed."""
        if self.check:
            return
        state = self.show([name])[name]
        if state.get("Type") in ("simple", "exec", "idle"):
            time.sleep(SETTLE)
            state = self.show([name])[name]
        if state.get("ActiveState") not in ("active", "reloading") and state.get("ConditionResult") != "no":
            raise Failure(f"{name} does not stay up: it is {state.get('ActiveState')}\n{self.journal(name)}".rstrip())

    def journal(self, name):
        """The last words of what the unit runs, without systemd's own: what became of it is said already."""
        lines = self.call(["journalctl", "--no-pager", "--output=cat", "--lines=30", f"_SYSTEMD_UNIT={name}"])[1].splitlines()
        return "\n".join([line for line in lines if line.strip()][-12:])

    def systemctl(self, verb, *name):
        if name:
            self.did.append(" ".join([verb, *name]))
        if self.check:
            return
        code, _out, err = self.call(["systemctl", verb, *name])
        if code != 0:
            journal = self.journal(name[0]) if name else ""
            # What the unit says itself goes before systemd's advice to look there.
            why = f"\n{journal}" if journal else f": {err.strip()}"
            raise Failure(f"could not {verb} {' '.join(name)}{why}")

    def applied(self, unit):
        """What stands for all that the unit reads and has in force."""
        files = {file.path: hashlib.sha256(file.content).hexdigest() for file in self.files if file.path in unit["reads"] and not file.absent}
        force = self.call(unit["probe"])[1] if unit["probe"] else ""
        return json.dumps({"files": files, "force": hashlib.sha256(force.encode()).hexdigest()}, sort_keys=True) + "\n"

    def stale(self, unit):
        if not unit["reads"]:
            return False
        try:
            with open(os.path.join(RECORDS, unit["name"]), encoding="utf-8") as file:
                return file.read() != self.applied(unit)
        except FileNotFoundError:
            return True

    def record(self, unit):
        if self.check or not unit["reads"] or not self.stale(unit):
            return
        path = os.path.join(RECORDS, unit["name"])
        options = {"path": path, "content": self.applied(unit), "secret": None, "state": "present", "mode": "0600"}
        file = File({**options, "directory_mode": "0755", "owner": "root", "validate": [], "diff": False})
        file.put(file.after())


def main():
    file = {
        "path": {"type": "path", "required": True},
        "content": {"type": "str"},
        "secret": {"type": "str", "no_log": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "mode": {"type": "str", "default": "0644"},
        "directory_mode": {"type": "str", "default": "0755"},
        "owner": {"type": "str", "default": "root"},
        "validate": {"type": "list", "elements": "str", "default": []},
        "diff": {"type": "bool", "default": True},
    }
    folder = {
        "path": {"type": "path", "required": True},
        "mode": {"type": "str", "default": "0755"},
        "owner": {"type": "str", "default": "root"},
        "keep": {"type": "bool", "default": False},
    }
    unit = {
        "name": {"type": "str", "required": True},
        "enabled": {"type": "bool", "default": False},
        "masked": {"type": "bool", "default": False},
        "started": {"type": "bool", "default": False},
        "reads": {"type": "list", "elements": "path", "default": []},
        "apply": {"type": "str", "choices": ["reload", "restart"], "default": "restart"},
        "probe": {"type": "list", "elements": "str", "default": []},
    }
    spec = {
        "folders": {"type": "list", "elements": "dict", "options": folder, "default": []},
        "files": {"type": "list", "elements": "dict", "options": file, "default": []},
        "verify": {"type": "list", "elements": "str", "default": []},
        "units": {"type": "list", "elements": "dict", "options": unit, "default": []},
    }
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    task = None
    try:
        task = Task(module)
        task.run()
    except (Failure, OSError) as failure:
        done = {"paths": task.paths, "units": task.did} if task else {}
        module.fail_json(msg=str(failure), **done)
    for warning in task.warnings:
        module.warn(warning)
    result = {"changed": bool(task.paths or task.did), "paths": task.paths, "units": task.did}
    if module._diff:
        result["diff"] = [file.difference() for file in task.files if file.changed()]
        if task.did:
            result["diff"].append({"prepared": "".join(f"systemctl {did}\n" for did in task.did)})
    module.exit_json(**result)


if __name__ == "__main__":
    main()
