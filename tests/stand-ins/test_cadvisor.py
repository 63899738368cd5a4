"""The stand-in for cAdvisor, beside a Docker that says little."""
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE / "cadvisor"), str(HERE / "base")]

import cadvisor  # noqa: E402
import files  # noqa: E402

LISTED = {"Names": ["/app"], "Image": "app:1", "Labels": {"com.docker.compose.project": "app", "secret": "x"}}
STATS = {
    "cpu_stats": {"cpu_usage": {"total_usage": 2_500_000_000}},
    "memory_stats": {"usage": 1000, "stats": {"inactive_file": 300, "anon": 500}},
    "networks": {"eth0": {"rx_bytes": 1, "rx_errors": 0, "tx_bytes": 2, "tx_errors": 0}},
}


class Docker:
    """One container that runs, and one that is gone before it is looked at."""

    def get(self, path):
        if path == "/containers/json":
            return [{"Id": "one", **LISTED}, {"Id": "gone", **LISTED}]
        if path.startswith("/containers/gone"):
            return None
        if path.endswith("/json"):
            return {"State": {"Running": True, "StartedAt": "2026-01-02T03:04:05.123456789Z"}, "HostConfig": {"Memory": 64}}
        return STATS if "/stats" in path else {}


class CAdvisor(unittest.TestCase):
    def text(self, *arguments):
        return cadvisor.collect(Docker(), cadvisor.flags(arguments))

    def test_names_and_labels_are_cadvisors(self):
        text = self.text("--store_container_labels=false", "--whitelisted_container_labels=com.docker.compose.project")
        labels = 'id="/system.slice/docker-one.scope",image="app:1",name="app",container_label_com_docker_compose_project="app"'
        for line in (f'container_cpu_usage_seconds_total{{{labels},cpu="total"}} 2.5',
                     f"container_memory_working_set_bytes{{{labels}}} 700",
                     f'container_network_receive_bytes_total{{{labels},interface="eth0"}} 1',
                     f"container_spec_memory_limit_bytes{{{labels}}} 64",
                     f"container_start_time_seconds{{{labels}}} 1767323045.0"):  # fmt: skip
            self.assertIn(line + "\n", text)
        self.assertIn("machine_cpu_cores ", text)

    def test_the_machine_itself_has_no_name(self):
        self.assertIn('container_memory_working_set_bytes{id="/",image="",name=""}', self.text())
        self.assertNotIn('id="/"', self.text("--disable_root_cgroup_stats=true"))

    def test_every_label_of_a_container_is_there_unless_told_otherwise(self):
        self.assertIn('container_label_secret="x"', self.text())

    def test_a_container_that_went_is_left_out(self):
        self.assertNotIn("docker-gone", self.text())

    def test_control_groups_of_both_versions_are_found(self):
        for controller, place in (("memory", "docker/one"), (".", "system.slice/docker-one.scope")):
            with self.subTest(place), tempfile.TemporaryDirectory() as folder:
                wanted = pathlib.Path(folder) / controller / place
                wanted.mkdir(parents=True)
                self.assertEqual(files.group(controller, "one", [folder]), wanted)
                self.assertIsNone(files.group(controller, "two", [folder]))

    def test_the_network_of_a_process_is_read_only_if_it_is_the_containers(self):
        with tempfile.TemporaryDirectory() as folder:
            process = pathlib.Path(folder) / "7"
            (process / "net").mkdir(parents=True)
            (process / "cgroup").write_text("0::/docker/one\n")
            (process / "net" / "dev").write_text("x\nx\n  lo: 9 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0\neth0: 1 0 2 0 0 0 0 0 3 0 4 0 0 0 0 0\n")
            expected = {"eth0": {"rx_bytes": 1, "rx_errors": 2, "tx_bytes": 3, "tx_errors": 4}}
            self.assertEqual(files.network(7, "one", [folder]), expected)
            self.assertEqual(files.network(7, "two", [folder]), {})

    def test_an_unknown_flag_is_refused(self):
        with self.assertRaises(ValueError):
            cadvisor.flags(["--dokcer_only"])


if __name__ == "__main__":
    unittest.main()
