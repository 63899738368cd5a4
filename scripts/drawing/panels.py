"""Panels that show one value of each series: stat, gauge, bargauge, table."""
import html
import math

import units


def last(found):
    """The last value of every series, with its name."""
    return [(one["name"], one["points"][-1][1]) for _, series in found for one in series if one["points"]]


def stat(panel, found, size):
    config, options, parts = panel["fieldConfig"]["defaults"], panel["options"], []
    values = last(found)
    named = options["textMode"] == "name" or (options["textMode"] == "auto" and len(values) > 1)
    for name, value in values:
        text, tint = units.shown(value, config)
        if options["textMode"] == "name":
            text, name = name, ""
        height = min(size[1] * 0.5, size[0] / len(values) / max(len(text), 3) * 1.55, 46)
        ground = f"background:linear-gradient(120deg, {tint}, color-mix(in srgb, {tint} 80%, black));color:#fff" if options["colorMode"] == "background" else f"color:{tint}"
        label = f'<div style="font-size:13px">{html.escape(name)}</div>' if named and name else ""
        parts.append(f'<div class="stat" style="{ground}">{label}<div style="font-size:{height:.0f}px;line-height:1.15">{html.escape(text)}</div></div>')
    return f'<div class="stats">{"".join(parts)}</div>' if parts else nothing()


def nothing():
    return '<div class="empty">No data</div>'


def arc(share, radius, width, tint, start=0.0):
    """A piece of the gauge's ring, which is open at the bottom."""
    low, high = (math.radians(210 - 240 * part) for part in (start, max(share, start + 0.001)))
    points = [f"{100 + radius * math.cos(angle):.1f} {100 - radius * math.sin(angle):.1f}" for angle in (low, high)]
    large = int(240 * (share - start) > 180)
    return f'<path d="M{points[0]} A{radius} {radius} 0 {large} 1 {points[1]}" fill="none" stroke="{tint}" stroke-width="{width}"/>'


def gauge(panel, found, size):
    config, values = panel["fieldConfig"]["defaults"], last(found)
    if not values:
        return nothing()
    value = values[0][1]
    text, tint = units.shown(value, config)
    low, high = config["min"], config["max"]
    share = min(max((value - low) / (high - low), 0), 1)
    ring, steps = "", config["thresholds"]["steps"]
    for step, after in zip(steps, [*steps[1:], None]):
        begin = 0 if step["value"] is None else (step["value"] - low) / (high - low)
        ring += arc((after["value"] - low) / (high - low) if after else 1, 88, 5, units.colour(step["color"]), begin)
    inner = arc(1, 73, 20, "#22252b") + arc(share, 73, 20, tint)
    return (f'<svg viewBox="5 8 190 140" width="100%" height="{size[1]}">{ring}{inner}'
            f'<text x="100" y="116" text-anchor="middle" font-size="34" fill="{tint}">{html.escape(text)}</text></svg>')  # fmt: skip


def track(value, config, largest):
    low, high = config.get("min", 0), config.get("max", largest)
    share = 100 * min(max((value - low) / ((high - low) or 1), 0), 1)
    return f'<div class="track"><div style="height:100%;width:{share:.1f}%;background:{units.shown(value, config)[1]}"></div></div>'


def bargauge(panel, found, size):
    config, values = panel["fieldConfig"]["defaults"], last(found)
    if not values:
        return nothing()
    largest, parts = max(value for _, value in values), []
    # As Grafana does: the name stands above its bar where there is room, else beside it.
    above = " above" if size[1] / len(values) >= 50 else ""
    for name, value in values:
        text, tint = units.shown(value, config)
        parts.append(f'<div class="row{above}"><div class="name">{html.escape(name)}</div>{track(value, config, largest)}'
                     f'<div class="value" style="color:{tint}">{html.escape(text)}</div></div>')  # fmt: skip
    return f'<div class="bars">{"".join(parts)}</div>'


def rows(panel, found):
    """What the transformations merge and organize make of the queries: field names, and lines of values."""
    merged, kinds = {}, [one["id"] for one in panel["transformations"]]
    assert kinds in (["merge", "organize"], ["organize"]), f"the transformations {kinds} are not known here"
    for target, series in found:
        field = f"Value #{target['refId']}" if len(found) > 1 else "Value"
        for one in series:
            merged.setdefault(tuple(sorted(one["labels"].items())), {**one["labels"]})[field] = one["points"][-1][1]
    options = panel["transformations"][-1]["options"]
    fields = sorted({field for row in merged.values() for field in row if field not in options["excludeByName"]},
                    key=lambda field: (options["indexByName"].get(field, 99), field))  # fmt: skip
    return [(field, options["renameByName"].get(field, field)) for field in fields], list(merged.values())


def table(panel, found, _size):
    fields, lines = rows(panel, found)
    configs = {}
    for field, name in fields:
        configs[field] = {**panel["fieldConfig"]["defaults"]}
        for override in panel["fieldConfig"]["overrides"]:
            if override["matcher"]["options"] == name:
                configs[field] |= {one["id"]: one["value"] for one in override["properties"]}
    for by in panel["options"]["sortBy"]:
        field = next((field for field, name in fields if name == by["displayName"]), None)
        lines.sort(key=lambda line: line.get(field, ""), reverse=by["desc"])  # noqa: B023
    head, body = "", ""
    for field, name in fields:
        width = configs[field].get("custom.width")
        align = configs[field].get("custom.align", "left")
        head += f'<th style="text-align:{align}{f";width:{width}px" if width else ""}">{html.escape(name)}</th>'
    for line in lines:
        body += "<tr>" + "".join(cell(line.get(field), configs[field]) for field, _ in fields) + "</tr>"
    return f"<table><tr>{head}</tr>{body}</table>"


def cell(value, config):
    if value is None:
        return "<td></td>"
    text, tint = units.shown(value, config)
    kind = config.get("custom.cellOptions", config["custom"]["cellOptions"])["type"]
    style = f"text-align:{config.get('custom.align', 'left')}"
    if kind == "gauge":
        return f'<td><div class="cell">{track(value, config, 1)}<span style="color:{tint};width:46px">{html.escape(text)}</span></div></td>'
    if kind == "color-background":
        style += f";background:{tint};color:#111217"
    elif kind == "color-text":
        style += f";color:{tint}"
    elif config.get("links"):
        style += ";color:#6e9fff"
    return f'<td style="{style}">{html.escape(text)}</td>'
