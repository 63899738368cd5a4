"""Panels of the type timeseries, as SVG."""
import html
import math
import time

import asking
import units


def ticks(low, high, unit, wanted=5):
    """Round values from the lowest to the highest."""
    base = 1
    if unit == "bytes":
        while high / base >= 1024:
            base *= 1024
    if unit == "s" and high >= 60:
        base = 86400 if high >= 2 * 86400 else 3600 if high >= 2 * 3600 else 60
    rough = max(high - low, 1e-9) / base / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = base * next(size * power for size in (1, 2, 5, 10) if size * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)], step


def collected(panel, found):
    """Every series with its colour, and where it stands when they are stacked."""
    fixed = {}
    for override in panel["fieldConfig"]["overrides"]:
        fixed |= {override["matcher"]["options"]: one["value"]["fixedColor"] for one in override["properties"] if one["id"] == "color"}
    series = [one for _, group in found for one in group if asking.numbers(one)]
    stacked, below = panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal", {}
    for number, one in enumerate(series):
        one["colour"] = units.colour(fixed.get(one["name"], units.PALETTE[number % len(units.PALETTE)]))
        one["drawn"] = []
        for moment, value in one["points"]:
            ground = below.get(moment, 0.0) if stacked else 0.0
            if math.isfinite(value):
                one["drawn"].append((moment, ground, ground + value))
                below[moment] = ground + value
            else:
                one["drawn"].append((moment, ground, None))
    return series


def pieces(drawn):
    """Points that are next to each other: a line is broken where there are none."""
    piece, before = [], None
    for moment, ground, value in drawn:
        if piece and (value is None or moment - before > 1.5 * asking.STEP):
            yield piece
            piece = []
        if value is not None:
            piece.append((moment, ground, value))
            before = moment
    if piece:
        yield piece


def chart(panel, found, size, span):
    config = panel["fieldConfig"]["defaults"]
    custom, unit, decimals = config["custom"], config.get("unit", "none"), config.get("decimals")
    series = collected(panel, found)
    if not series:
        return '<div class="empty">No data</div>'
    rows = 1 + sum(len(one["name"]) * 7 + 40 for one in series) // size[0]
    width, height = size[0], size[1] - 20 * min(rows, 4) - 4
    values = [value for one in series for _, _, value in one["drawn"] if value is not None]
    low, high = config.get("min", min(values)), config.get("max", max([*values, custom.get("axisSoftMax", -math.inf)]))
    if high <= low:
        high = low + 1
    marks, step = ticks(low, high, unit)
    if "max" not in config and marks[-1] < high:
        marks.append(marks[-1] + step)
        high = marks[-1]
    digits = decimals
    if decimals is None and unit in ("none", "percentunit", "reqps", "short") or unit.startswith("suffix"):
        digits = max(0, -math.floor(math.log10(step * (100 if unit == "percentunit" else 1)) + 1e-9)) if step < 1000 else None
    names = [units.written(float(mark), unit, digits) for mark in marks]
    left = 14 + 6.4 * max(map(len, names))

    def x(moment):
        return left + (width - left - 6) * (moment - span[0]) / (span[1] - span[0])

    def y(value):
        return height - 20 - (height - 28) * (min(max(value, low), high) - low) / (high - low)

    parts = [f'<svg width="{width}" height="{height}" font-size="11" fill="#9a9ba5">']
    for mark, name in zip(marks, names):
        parts.append(f'<line x1="{left:.0f}" x2="{width - 6}" y1="{y(mark):.1f}" y2="{y(mark):.1f}" stroke="#2a2c33"/>'
                     f'<text x="{left - 6:.0f}" y="{y(mark) + 4:.1f}" text-anchor="end">{html.escape(name)}</text>')  # fmt: skip
    every = next(size for size in (60, 120, 300, 600, 900, 1800, 3600, 7200, 21600) if (span[1] - span[0]) / size <= max(width / 90, 2))
    for moment in range(-(-span[0] // every) * every, span[1], every):
        parts.append(f'<line x1="{x(moment):.1f}" x2="{x(moment):.1f}" y1="8" y2="{height - 20}" stroke="#22242a"/>'
                     f'<text x="{min(x(moment), width - 18):.1f}" y="{height - 4}" text-anchor="middle">{time.strftime("%H:%M", time.gmtime(moment))}</text>')  # fmt: skip
    opacity = custom["fillOpacity"] / 100
    for one in series:
        for piece in pieces(one["drawn"]):
            if custom["drawStyle"] == "bars":
                wide = max((width - left) / len(one["drawn"]) * 0.7, 1)
                parts += [f'<rect x="{x(m) - wide / 2:.1f}" y="{y(v):.1f}" width="{wide:.1f}" height="{y(g) - y(v):.1f}" fill="{one["colour"]}" fill-opacity="{opacity}"/>'
                          for m, g, v in piece]  # fmt: skip
                continue
            top = [f"{x(moment):.1f} {y(value):.1f}" for moment, _, value in piece]
            under = [f"{x(moment):.1f} {y(ground):.1f}" for moment, ground, _ in reversed(piece)]
            parts.append(f'<path d="M{" L".join(top + under)}Z" fill="{one["colour"]}" fill-opacity="{opacity}"/>'
                         f'<path d="M{" L".join(top)}" fill="none" stroke="{one["colour"]}" stroke-width="1.4"/>')  # fmt: skip
    if custom["thresholdsStyle"]["mode"] == "dashed":
        for mark in config["thresholds"]["steps"]:
            if mark["value"] is not None and low <= mark["value"] <= high:
                parts.append(f'<line x1="{left:.0f}" x2="{width - 6}" y1="{y(mark["value"]):.1f}" y2="{y(mark["value"]):.1f}" '
                             f'stroke="{units.colour(mark["color"])}" stroke-dasharray="6 4"/>')  # fmt: skip
    legend = "".join(f'<span><i style="background:{one["colour"]}"></i>{html.escape(one["name"])}</span>' for one in series)
    return "".join(parts) + f'</svg><div class="legend">{legend}</div>'
