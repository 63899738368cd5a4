# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lostops_config does to files and units, with a systemd that only remembers."""

import getpass
import os
import stat
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "ansible" / "library"))
import lostops_config  # noqa: E402


class Server:
    """Stands for Ansible's module and for the server under it: programs are functions, systemd is a dict."""

    def __init__(self, folder):
        self.folder = folder
        self.tmpdir = str(folder)
        self.units = {}
        self.ran = []
        self.in_force = "as loaded"
        self.refused = set()

    def run_command(self, words, environ_update=None):
        self.ran.append(" ".join(words))
        if words[0] == "cat":
            return 0, self.in_force, ""
        if words[0] == "systemctl":
            return self.systemctl(words[1:])
        return (1, "", f"{words[-1]}: wrong") if words[0] in self.refused else (0, "", "")

    def systemctl(self, words):
        if words[0] == "show":
            blocks = []
            for name in words[words.index("--") + 1 :]:
                state = self.units.get(name, {"LoadState": "not-found", "ActiveState": "inactive", "UnitFileState": ""})
                blocks.append("".join(f"{key}={value}\n" for key, value in state.items()))
            return 0, "\n".join(blocks), ""
        if words[0] == "daemon-reload":
            return 0, "", ""
        unit = self.units.get(words[1])
        if unit is None or "systemctl" in self.refused:
            return 5, "", f"Unit {words[1]} not found."
        if words[0] == "start":
            unit["ActiveState"] = unit.pop("Becomes", "active")
        if words[0] in ("enable", "mask"):
            unit["UnitFileState"] = words[0] + "d" if words[0] == "enable" else "masked"
        return 0, "", ""

    def did(self):
        return [line for line in self.ran if line.startswith("systemctl") and " show " not in line]


class Converging(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)
        records, which, owner = lostops_config.RECORDS, lostops_config.shutil.which, lostops_config.pwd.getpwnam
        self.addCleanup(setattr, lostops_config, "RECORDS", records)
        self.addCleanup(setattr, lostops_config.shutil, "which", which)
        self.addCleanup(setattr, lostops_config.pwd, "getpwnam", owner)
        lostops_config.RECORDS = str(self.folder / "records")
        self.addCleanup(setattr, lostops_config, "SETTLE", lostops_config.SETTLE)
        lostops_config.SETTLE = 0
        lostops_config.shutil.which = lambda program: None if program.startswith("absent") else program
        # Whoever runs the tests stands for root.
        lostops_config.pwd.getpwnam = lambda user: owner(getpass.getuser() if user == "root" else user)
        self.server = Server(self.folder)
        self.file = str(self.folder / "etc" / "thing.conf")

    def run_task(self, files=(), units=(), verify=(), folders=(), check=False):
        folder = {"mode": "0755", "owner": "root", "keep": False}
        file = {"content": None, "secret": None, "state": "present", "mode": "0644", "directory_mode": "0755", "owner": "root", "validate": [], "diff": True}
        unit = {"enabled": False, "masked": False, "started": False, "reads": [], "apply": "restart", "probe": []}
        self.server.params = {
            "folders": [{**folder, **options} for options in folders],
            "files": [{**file, "path": self.file, **options} for options in files],
            "units": [{**unit, "name": "thing.service", **options} for options in units],
            "verify": list(verify),
        }
        self.server.check_mode = check
        self.server.ran = []
        task = lostops_config.Task(self.server)
        task.run()
        return task

    def content(self):
        return Path(self.file).read_text(encoding="utf-8")

    def fails(self, words, **arguments):
        with self.assertRaises(lostops_config.Failure) as caught:
            self.run_task(**arguments)
        self.assertIn(words, str(caught.exception))

    # --- files -----------------------------------------------------------------------------------------------------

    def test_a_file_is_written_with_its_mode_and_the_second_run_changes_nothing(self):
        files = [{"content": "a\n", "mode": "0600", "directory_mode": "0700"}]
        self.assertEqual(self.run_task(files).paths, [self.file])
        self.assertEqual(self.content(), "a\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(self.file)).st_mode), 0o700)
        self.assertEqual(self.run_task(files).paths, [])

    def test_a_mode_that_was_changed_by_hand_is_put_right(self):
        self.run_task([{"content": "a\n"}])
        os.chmod(self.file, 0o777)
        self.assertEqual(self.run_task([{"content": "a\n"}]).paths, [self.file])
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o644)

    def test_a_link_is_replaced_and_what_it_leads_to_stays_as_it_is(self):
        victim = self.folder / "victim"
        victim.write_text("precious", encoding="utf-8")
        os.mkdir(os.path.dirname(self.file))
        os.symlink(victim, self.file)
        self.run_task([{"content": "a\n"}])
        self.assertFalse(os.path.islink(self.file))
        self.assertEqual(victim.read_text(encoding="utf-8"), "precious")

    def test_nothing_is_left_beside_the_file(self):
        self.run_task([{"content": "a\n"}])
        self.run_task([{"content": "b\n"}])
        self.assertEqual(os.listdir(os.path.dirname(self.file)), ["thing.conf"])

    def test_an_empty_file_is_refused(self):
        self.fails("would be empty", files=[{"content": " \n"}])
        self.assertFalse(os.path.exists(self.file))

    def test_a_user_who_does_not_exist_is_named(self):
        self.fails("nobody-of-that-name", files=[{"content": "a\n", "owner": "nobody-of-that-name"}])

    def test_the_home_of_a_user_who_does_not_exist_is_no_place(self):
        self.fails("no such user", files=[{"content": "a\n", "path": "~nobody-of-that-name/x"}])

    def test_one_file_that_is_not_valid_keeps_all_of_them_back(self):
        self.server.refused.add("judge")
        other = str(self.folder / "other.conf")
        files = [{"content": "a\n"}, {"content": "b\n", "path": other, "validate": ["judge", "%s"]}]
        self.fails("is not valid, nothing was changed: judge", files=files)
        self.assertFalse(os.path.exists(self.file))
        self.assertFalse(os.path.exists(other))

    def test_when_all_files_together_are_refused_the_old_ones_come_back(self):
        self.run_task([{"content": "old\n"}])
        self.server.refused.add("judge")
        other = str(self.folder / "new" / "other.conf")
        self.fails("the old ones are back", files=[{"content": "new\n"}, {"content": "b\n", "path": other}], verify=["judge"])
        self.assertEqual(self.content(), "old\n")
        self.assertFalse(os.path.exists(other))

    def test_a_disk_without_room_is_named_with_the_file_and_leaves_the_old_one(self):
        self.run_task([{"content": "old\n"}])
        replace, self.full = lostops_config.os.replace, OSError(28, "No space left on device")
        self.addCleanup(setattr, lostops_config.os, "replace", replace)
        lostops_config.os.replace = self.no_room
        self.fails(f"could not write {self.file}: No space left on device", files=[{"content": "new\n"}])
        self.assertEqual(self.content(), "old\n")
        self.assertEqual(os.listdir(os.path.dirname(self.file)), ["thing.conf"])

    def no_room(self, *_paths):
        raise self.full

    def test_a_file_that_is_not_wanted_is_removed_once(self):
        self.run_task([{"content": "a\n"}])
        self.assertEqual(self.run_task([{"state": "absent"}]).paths, [self.file])
        self.assertEqual(self.run_task([{"state": "absent"}]).paths, [])

    def test_a_check_writes_nothing_and_says_what_it_would(self):
        task = self.run_task([{"content": "a\n", "validate": ["absent-judge", "%s"]}], check=True)
        self.assertEqual(task.paths, [self.file])
        self.assertFalse(os.path.exists(self.file))
        self.assertIn("absent-judge", task.warnings[0])

    def test_a_judge_that_is_not_there_is_no_agreement(self):
        self.fails("absent-judge is not on this server", files=[{"content": "a\n", "validate": ["absent-judge", "%s"]}])

    def test_a_file_that_may_not_be_shown_is_not(self):
        task = self.run_task([{"content": "a secret\n", "diff": False}])
        self.assertNotIn("secret", str(task.files[0].difference()))

    # --- units -----------------------------------------------------------------------------------------------------

    def active(self, **more):
        self.server.units["thing.service"] = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", **more}

    def reading(self, content="a\n", **more):
        return {"files": [{"content": content}], "units": [{"reads": [self.file], "started": True, "enabled": True, **more}]}

    def test_a_unit_that_does_not_run_is_enabled_and_started_and_not_restarted_by_the_next_run(self):
        self.active(ActiveState="inactive", UnitFileState="disabled")
        self.run_task(**self.reading())
        self.assertEqual(self.server.did(), ["systemctl enable thing.service", "systemctl start thing.service"])
        self.assertEqual(self.run_task(**self.reading()).did, [])

    def test_a_unit_applies_the_file_that_was_changed_as_it_says(self):
        self.active()
        self.run_task(**self.reading())
        self.run_task(**self.reading("b\n", apply="reload"))
        self.assertEqual(self.server.did(), ["systemctl reload thing.service"])

    def test_a_run_that_was_cut_off_before_the_unit_is_finished_by_the_next(self):
        self.active()
        self.run_task(**self.reading())
        self.run_task(files=[{"content": "b\n"}])
        task = self.run_task(**self.reading("b\n"))
        self.assertEqual(task.paths, [])
        self.assertEqual(task.did, ["restart thing.service"])

    def test_a_unit_that_fails_to_apply_its_file_is_asked_again(self):
        self.active()
        self.run_task(**self.reading())
        self.server.refused.add("systemctl")
        self.fails("could not restart thing.service", **self.reading("b\n"))
        self.server.refused.clear()
        self.assertEqual(self.run_task(**self.reading("b\n")).did, ["restart thing.service"])

    def test_a_unit_that_falls_over_is_an_error_and_is_asked_again(self):
        self.active(ActiveState="inactive", Type="simple", Becomes="failed")
        self.fails("thing.service does not stay up: it is failed", **self.reading())
        self.assertEqual(self.run_task(**self.reading()).did, ["start thing.service"])

    def test_what_is_in_force_is_compared_too(self):
        self.active()
        probe = {"probe": ["cat", "in-force"], "apply": "reload"}
        self.run_task(**self.reading(**probe))
        self.assertEqual(self.run_task(**self.reading(**probe)).did, [])
        self.server.in_force = "flushed by hand"
        self.assertEqual(self.run_task(**self.reading(**probe)).did, ["reload thing.service"])

    def test_a_folder_is_made_and_what_is_in_it_left_alone(self):
        folder = {"path": str(self.folder / "data"), "mode": "0700", "owner": str(os.getuid())}
        self.assertEqual(self.run_task(folders=[folder], check=True).paths, [f"{folder['path']}/"])
        self.assertFalse(os.path.exists(folder["path"]))
        self.run_task(folders=[folder])
        Path(folder["path"], "rows").write_text("1", encoding="utf-8")
        os.chmod(folder["path"], 0o755)
        self.assertEqual(self.run_task(folders=[folder]).paths, [f"{folder['path']}/"])
        self.assertEqual(self.run_task(folders=[folder]).paths, [])
        self.assertEqual(stat.S_IMODE(os.stat(folder["path"]).st_mode), 0o700)
        self.assertTrue(Path(folder["path"], "rows").exists())
        os.chmod(folder["path"], 0o755)
        self.assertEqual(self.run_task(folders=[{**folder, "keep": True}]).paths, [])

    def test_a_secret_is_written_and_never_shown(self):
        task = self.run_task(files=[{"secret": "swordfish", "mode": "0600", "owner": str(os.getuid())}], check=True)
        self.assertNotIn("swordfish", str(task.files[0].difference()))
        self.run_task(files=[{"secret": "swordfish", "mode": "0600"}])
        self.assertEqual(self.content(), "swordfish")

    def test_a_unit_that_waits_for_its_next_try_is_started_now(self):
        self.active(ActiveState="activating", SubState="auto-restart")
        self.assertEqual(self.run_task(files=[{"content": "a\n"}], units=[{"started": True, "reads": [self.file]}]).did, ["start thing.service"])

    def test_a_unit_whose_own_condition_says_no_is_left_alone(self):
        self.active(ActiveState="inactive", ConditionResult="no", ConditionTimestampMonotonic="17")
        self.assertEqual(self.run_task(units=[{"started": True, "enabled": True}]).did, [])

    def test_a_unit_that_nobody_wants_started_is_not(self):
        self.active(ActiveState="inactive")
        self.assertEqual(self.run_task(files=[{"content": "a\n"}], units=[{"reads": [self.file]}]).did, [])

    def test_a_unit_is_masked_once_and_never_stopped(self):
        self.active()
        self.assertEqual(self.run_task(units=[{"masked": True}]).did, ["mask thing.service"])
        self.assertEqual(self.run_task(units=[{"masked": True}]).did, [])

    def test_systemd_reads_its_units_again_when_it_says_that_it_must(self):
        self.active(NeedDaemonReload="yes")
        self.run_task(units=[{"started": True}])
        self.assertEqual(self.server.did(), ["systemctl daemon-reload"])

    def test_a_check_on_a_server_without_the_unit_says_what_would_be_done(self):
        task = self.run_task(**self.reading(), check=True)
        self.assertEqual(task.did, ["enable thing.service", "start thing.service"])
        self.assertEqual(self.server.did(), [])

    def test_a_unit_that_is_not_there_is_an_error_of_a_run(self):
        self.fails("could not enable thing.service: Unit thing.service not found.", **self.reading())


if __name__ == "__main__":
    unittest.main()
