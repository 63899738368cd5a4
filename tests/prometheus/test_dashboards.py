"""Dashboards: their form, and that they ask one Prometheus for labels that every series has."""
import collections
import json
import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "stand-ins" / "base"))

import schema  # noqa: E402

FILES = sorted((HERE.parent.parent / "ansible/roles/monitoring/files/grafana/dashboards").glob("*.json"))
BOARDS = {path.stem: json.loads(path.read_text()) for path in FILES}
SCHEMA = json.loads((HERE.parent / "stand-ins/schemas/grafana-dashboard.json").read_text())
SOURCE = {"type": "prometheus", "uid": "prometheus"}
UNITS = {"none", "short", "percentunit", "bytes", "Bps", "s", "reqps", "suffix: days", "suffix: a second", "suffix: a minute"}
KINDS = {"stat", "timeseries", "gauge", "bargauge", "table", "text"}
COLUMNS = 24


def each_board(check):
    """A test that is made with every dashboard."""

    def test(self):
        for name, board in BOARDS.items():
            with self.subTest(name):
                check(self, name, board)

    return test


def each_panel(check):
    def test(self):
        for name, board in BOARDS.items():
            for panel in board["panels"]:
                with self.subTest(f"{name} {panel['id']} {panel['title']}"):
                    check(self, board, panel)

    return test


class Dashboards(unittest.TestCase):
    def test_there_are_five(self):
        self.assertEqual(set(BOARDS), {"fleet", "server", "mysql", "web", "prometheus"})
        titles = [board["title"] for board in BOARDS.values()]
        self.assertEqual(len(titles), len(set(titles)))

    @each_board
    def test_each_is_called_as_its_file_and_leads_to_the_others(self, name, board):
        self.assertEqual(board["uid"], name)
        self.assertEqual(schema.errors(board, SCHEMA), [])
        self.assertNotIn("id", board)
        self.assertIs(board["editable"], False)
        self.assertEqual((board["refresh"], board["tags"]), ("30s", ["lostops"]))
        self.assertGreaterEqual(board["schemaVersion"], 39)
        self.assertEqual([link["tags"] for link in board["links"]], [["lostops"]])
        for variable in board["templating"]["list"]:
            self.assertEqual(variable["datasource"], SOURCE)

    @each_board
    def test_numbers_of_panels_are_used_once(self, _name, board):
        numbers = collections.Counter(panel["id"] for panel in board["panels"])
        self.assertEqual(max(numbers.values()), 1)

    @each_board
    def test_panels_lie_beside_each_other_without_holes(self, _name, board):
        cells = collections.Counter()
        for panel in board["panels"]:
            place = panel["gridPos"]
            cells.update((x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"]))
        self.assertEqual(max(cells.values()), 1)
        self.assertEqual({x for x, _ in cells}, set(range(COLUMNS)))
        self.assertEqual(len(cells), COLUMNS * (1 + max(y for _, y in cells)))

    @each_panel
    def test_every_panel_says_what_it_shows_and_in_which_unit(self, _board, panel):
        self.assertIn(panel["type"], KINDS)
        self.assertTrue(panel["title"].strip())
        self.assertTrue(panel["description"].strip().endswith("."))
        if panel["type"] != "text":
            units = [panel["fieldConfig"]["defaults"]["unit"]]
            units += [one["value"] for by in panel["fieldConfig"]["overrides"] for one in by["properties"] if one["id"] == "unit"]
            self.assertLessEqual(set(units), UNITS)
            self.assertTrue(panel["fieldConfig"]["defaults"]["thresholds"]["steps"])

    @each_panel
    def test_everything_comes_from_the_one_prometheus(self, _board, panel):
        self.assertEqual(panel["datasource"], SOURCE)
        for target in panel["targets"]:
            self.assertEqual(target["datasource"], SOURCE)
            self.assertEqual(target["instant"], panel["type"] != "timeseries")
            self.assertEqual(target["range"], not target["instant"])

    @each_panel
    def test_queries_name_what_is_there(self, board, panel):
        known = {variable["name"] for variable in board["templating"]["list"]} | {"__rate_interval"}
        for target in panel["targets"]:
            self.assertLessEqual(set(re.findall(r"\$([A-Za-z_]+)", target["expr"])), known)
            self.assertNotIn("instance", target["expr"])
            # The query of one moment has no steps, so Grafana has no sensible $__rate_interval for it.
            self.assertFalse(target["instant"] and "$__rate_interval" in target["expr"])

    def test_servers_are_chosen_by_their_names(self):
        wanted = {"server": "label_values(up, server)", "mysql": 'label_values(up{role="database"}, server)', "web": 'label_values(up{job="traefik"}, server)'}
        found = {name: board["templating"]["list"][0]["definition"] for name, board in BOARDS.items() if board["templating"]["list"]}
        self.assertEqual(found, wanted)

    def test_files_are_written_so_that_changes_can_be_read(self):
        for path in FILES:
            with self.subTest(path.name):
                text = path.read_text()
                self.assertTrue(text.startswith('{\n  "uid"') and text.endswith("}\n"))
                self.assertNotIn("\t", text)


if __name__ == "__main__":
    unittest.main()
