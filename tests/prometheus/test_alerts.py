"""Alerts: each has the form that Grafana's rules are made from, leads to a panel that is there, and is seen to fire and to end."""
import json
import pathlib
import re
import unittest

import yaml

HERE = pathlib.Path(__file__).parent
FILES = HERE.parent.parent / "ansible/roles/monitoring/files"
RULES = {path.stem: yaml.safe_load(path.read_text())["groups"] for path in (FILES / "prometheus/rules").glob("*.yml")}
ALERTS = [rule for group in RULES["alerts"] for rule in group["rules"]]
BOARDS = {path.stem: json.loads(path.read_text()) for path in (FILES / "grafana/dashboards").glob("*.json")}
TESTS = [test for path in sorted(HERE.glob("*.test.yml")) for test in yaml.safe_load(path.read_text())["tests"]]
FORM = re.compile(r"(?P<quantity>.+?)\s*(?P<than>[<>])\s*(?P<number>[0-9]+(\.[0-9]+)?)\s*", re.DOTALL)


def top_level(text):
    """The text without what stands in brackets or quotes."""
    text = re.sub(r'"(\\.|[^"\\])*"', '""', text)
    while re.search(r"[(\[{]", text):
        shorter = re.sub(r"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}", "", text)
        assert shorter != text, f"brackets do not match: {text}"
        text = shorter
    return text


def each_alert(check):
    """A test that is made with every alert."""

    def test(self):
        self.assertTrue(ALERTS)
        for alert in ALERTS:
            with self.subTest(alert.get("alert")):
                check(self, alert)

    return test


class Alerts(unittest.TestCase):
    def test_names_are_used_once(self):
        names = [alert["alert"] for alert in ALERTS]
        self.assertEqual(len(names), len(set(names)))
        groups = [group["name"] for groups in RULES.values() for group in groups]
        self.assertEqual(len(groups), len(set(groups)))

    def test_only_alerts_are_among_the_alerts_and_the_others_are_recorded(self):
        for alert in ALERTS:
            self.assertLessEqual(set(alert), {"alert", "expr", "for", "labels", "annotations"})
        recorded = [rule for group in RULES["recording"] for rule in group["rules"]]
        for rule in recorded:
            self.assertEqual(set(rule), {"record", "expr"})

    def test_what_is_recorded_is_looked_at(self):
        everything = json.dumps([RULES, BOARDS])
        for group in RULES["recording"]:
            for rule in group["rules"]:
                with self.subTest(rule["record"]):
                    self.assertGreater(len(re.findall(re.escape(rule["record"]) + r"(?![a-z0-9_])", everything)), 1)

    @each_alert
    def test_an_expression_is_a_quantity_and_a_number(self, alert):
        match = FORM.fullmatch(alert["expr"])
        self.assertTrue(match, alert["expr"])
        outside = top_level(match["quantity"])
        # What binds as weakly as the comparison, or more so, would split the quantity.
        self.assertNotRegex(outside, r"[<>=]|\b(and|or|unless)\b")

    @each_alert
    def test_labels_and_annotations_are_those_that_grafana_gets(self, alert):
        self.assertEqual(list(alert["labels"]), ["severity"])
        self.assertIn(alert["labels"]["severity"], ("critical", "warning"))
        self.assertEqual(list(alert["annotations"]), ["summary", "description", "dashboard", "panel"])
        self.assertNotIn("$value", alert["annotations"]["summary"])
        for text in alert["annotations"].values():
            rest = re.sub(r"\{\{ \$labels\.[a-z]+ \}\}", "", text)
            rest = re.sub(r"\{\{ \$value \| (humanizePercentage|humanizeDuration|humanize1024|humanize) \}\}", "", rest)
            self.assertNotRegex(rest, r"[$\n]|\{\{|\}\}")
        self.assertLessEqual(len(alert["annotations"]["summary"]), 100)
        self.assertNotIn("$", alert["expr"])

    @each_alert
    def test_the_panel_is_there(self, alert):
        annotations = alert["annotations"]
        self.assertRegex(annotations["panel"], r"^[0-9]+$")
        self.assertIn(annotations["dashboard"], BOARDS)
        self.assertIn(int(annotations["panel"]), [panel["id"] for panel in BOARDS[annotations["dashboard"]]["panels"]])

    def test_the_fleets_page_has_words_for_it(self):
        panels = {panel["id"]: panel for panel in BOARDS["fleet"]["panels"]}
        words = next(one for one in panels[7]["fieldConfig"]["overrides"] if one["matcher"]["options"] == "What")
        known = next(one["value"] for one in words["properties"] if one["id"] == "mappings")[0]["options"]
        self.assertEqual(set(known), {alert["alert"] for alert in ALERTS} | {"nothing"})

    @each_alert
    def test_it_is_seen_not_to_fire_to_fire_and_to_end(self, alert):
        fired = False
        for test in TESTS:
            moments = [one for one in test["alert_rule_test"] if one["alertname"] == alert["alert"]]
            firing = [bool(one["exp_alerts"]) for one in moments]
            # Before, while and after, in one and the same test.
            fired = fired or re.search("01+0", "".join(str(int(one)) for one in firing)) is not None
            for one in moments:
                for expected in one["exp_alerts"]:
                    self.assertEqual(set(expected["exp_annotations"]), set(alert["annotations"]))
                    self.assertIn("server", expected["exp_labels"])
                    self.assertNotIn("instance", expected["exp_labels"])
        self.assertTrue(fired, "no test sees it quiet, then firing, then quiet again")


if __name__ == "__main__":
    unittest.main()
