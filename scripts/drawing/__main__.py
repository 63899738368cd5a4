"""The page of scripts/dashboards: PROMETHEUS_URL DASHBOARD.json MINUTES. HTML to standard output; exit code 4 when a query was empty."""
import html
import json
import os
import pathlib
import sys

import asking
import lines
import panels

WIDTH, ROW, GAP, TOP = 1400, 30, 8, 92
STYLE = """
* { box-sizing: border-box; }
body { margin: 0; background: #111217; color: #ccccdc; font: 14px/1.4 "Liberation Sans", "DejaVu Sans", sans-serif; position: relative; }
.top { padding: 12px 16px 0; } .top b { font-size: 18px; font-weight: 500; } .grey { color: #9a9ba5; }
.bar { display: flex; gap: 8px; padding: 8px 16px; font-size: 13px; align-items: center; }
.bar span { border: 1px solid #34363d; border-radius: 2px; padding: 3px 10px; background: #181b1f; } .bar i { flex: 1; }
.panel { position: absolute; background: #181b1f; border: 1px solid #25272d; border-radius: 2px; overflow: hidden; display: flex; flex-direction: column; }
.title { padding: 6px 10px 2px; font-size: 14px; font-weight: 500; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.body { flex: 1; min-height: 0; padding: 2px 8px 6px; }
.stats { display: flex; height: 100%; gap: 4px; } .stat { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; border-radius: 3px; white-space: nowrap; }
.bars { display: flex; flex-direction: column; height: 100%; gap: 5px; justify-content: space-evenly; } .row { display: flex; align-items: center; gap: 10px; flex: 1; max-height: 44px; }
.row.above { flex-wrap: wrap; max-height: 62px; gap: 2px 10px; } .row.above .name { width: 100%; text-align: left; } .row.above .track { height: 24px; }
.row .name { width: 36%; text-align: right; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 13px; } .track { flex: 1; background: #22252b; height: 80%; }
.row .value { width: 96px; font-size: 17px; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: 13px; table-layout: fixed; } th { text-align: left; color: #6e9fff; font-weight: 500; } th, td { padding: 5px 8px; border-bottom: 1px solid #25272d; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.cell { display: flex; align-items: center; gap: 8px; } .cell .track { height: 16px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 14px; font-size: 12px; padding: 0 4px; } .legend i { display: inline-block; width: 14px; height: 4px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
.empty { height: 100%; display: flex; align-items: center; justify-content: center; color: #9a9ba5; }
"""


def drawn(panel, prometheus, names):
    """A panel, as HTML, and its queries that were empty."""
    place = panel["gridPos"]
    column = (WIDTH - 2 * GAP) / 24
    width, height = place["w"] * column - GAP, place["h"] * (ROW + GAP) - GAP
    left, top = GAP + place["x"] * column + GAP / 2, TOP + place["y"] * (ROW + GAP)
    found, empty = [], []
    for target in panel.get("targets", []):
        series = prometheus.series(target, names)
        found.append((target, series))
        if not any(asking.numbers(one) for one in series):
            empty.append(asking.filled(target["expr"], names))
    inner = (round(width) - 18, round(height) - 36)
    kind = panel["type"]
    if kind == "timeseries":
        body = lines.chart(panel, found, inner, prometheus.span)
    else:
        body = getattr(panels, kind)(panel, found, inner)
    style = f"left:{left:.0f}px;top:{top:.0f}px;width:{width:.0f}px;height:{height:.0f}px"
    return f'<div class="panel" style="{style}"><div class="title">{html.escape(panel["title"])}</div><div class="body">{body}</div></div>', empty


def titles(path):
    """Of all dashboards beside this one: each page has links to the others."""
    for other in sorted(pathlib.Path(path).parent.glob("*.json")):
        yield json.loads(other.read_text(encoding="utf-8"))["title"]


def main():
    url, path, minutes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    prometheus = asking.Prometheus(url, minutes)
    names, shown, empty = {}, [], 0
    for variable in dashboard["templating"]["list"]:
        names[variable["name"]], words = prometheus.variable(variable, os.environ.get(variable["name"].upper()))
        shown.append(f'<span><span class="grey" style="border:0;padding:0">{html.escape(variable["label"])}</span>&ensp;{html.escape(words)} ▾</span>')
    parts = []
    for panel in dashboard["panels"]:
        body, missing = drawn(panel, prometheus, names)
        parts.append(body)
        for query in missing:
            print(f"dashboards: {dashboard['uid']}: {panel['title']!r} (panel {panel['id']}): nothing from {query}", file=sys.stderr)
        empty += len(missing)
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
    height = TOP + bottom * (ROW + GAP) + GAP
    print(f'<!doctype html><!-- {WIDTH},{height} --><meta charset="utf-8"><style>{STYLE}</style><body style="height:{height}px">')
    print(f'<div class="top"><span class="grey">Dashboards › lostops › </span><b>{html.escape(dashboard["title"])}</b></div>')
    others = "".join(f"<span>↗ {html.escape(title)}</span>" for title in titles(path) if title != dashboard["title"])
    print(f'<div class="bar">{"".join(shown)}{others}<i></i><span>Last {minutes} minutes</span><span>⟳ {html.escape(dashboard["refresh"])}</span></div>')
    print("\n".join(parts))
    return 4 if empty else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except asking.Refused as error:
        print(f"dashboards: {error}", file=sys.stderr)
        sys.exit(2)
