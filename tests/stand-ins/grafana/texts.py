"""Go templates, rendered by Alertmanager's own engine: `amtool template render`. Grafana's engine derives from it."""
import json
import math
import os
import pathlib
import re
import subprocess
import tempfile

AMTOOL = os.environ.get("AMTOOL", "amtool")
# What Grafana knows beside Alertmanager's own templates, said shortly.
DEFAULTS = """
{{ define "default.title" }}[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}] {{ .GroupLabels.SortedPairs.Values | join " " }}{{ end }}
{{ define "__list" }}{{ range . }}
Labels:
{{ range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Annotations:
{{ range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Source: {{ .GeneratorURL }}
{{ end }}{{ end }}
{{ define "default.message" }}{{ if .Alerts.Firing }}**Firing**
{{ template "__list" .Alerts.Firing }}{{ end }}{{ if .Alerts.Resolved }}**Resolved**
{{ template "__list" .Alerts.Resolved }}{{ end }}{{ end }}
"""
# Fields of Grafana's alerts that Alertmanager's do not have: they travel as annotations.
EXTRA = {"SilenceURL": "__silence", "DashboardURL": "__dashboard", "PanelURL": "__panel", "ValueString": "__values"}


class Wrong(Exception):
    """The template cannot be rendered."""


def adapted(text):
    for field, annotation in EXTRA.items():
        text = re.sub(rf"\.{field}\b", f".Annotations.{annotation}", text)
    for action in re.findall(r"\{\{.*?\}\}", text, re.DOTALL):
        if re.search(r"printf[^|]*\s\.Values\.", action):
            raise Wrong(f"the stand-in has .Values as text only: {action}")
    return re.sub(r"(?<=[\s({|])\.Values\.(\w+)", r".Annotations.__value_\1", text)


def rendered(text, data, templates=()):
    """The text that a template makes of Alertmanager's data."""
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate([DEFAULTS, *templates]):
            (pathlib.Path(folder) / f"{number}.tmpl").write_text(adapted(content))
        (pathlib.Path(folder) / "data.json").write_text(json.dumps(data))
        command = [AMTOOL, "template", "render", f"--template.glob={folder}/*.tmpl", f"--template.text={adapted(text)}",
                   f"--template.data={folder}/data.json"]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, env={**os.environ, "HOME": folder})
    if done.returncode:
        raise Wrong(done.stderr.strip().replace(folder, ""))
    return done.stdout.removesuffix("\n")


def plain(value):
    return "%g" % value if math.isnan(value) or math.isinf(value) else repr(value).removesuffix(".0")


def human(function, value):
    """Grafana's functions for numbers, which Alertmanager does not have."""
    if function == "humanizePercentage":
        return f"{value * 100:.4g}%"
    if function == "humanizeDuration":
        whole, parts = int(abs(value)), []
        for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
            if parts or whole >= size:
                parts.append(f"{whole // size}{unit}")
                whole %= size
        return ("-" if value < 0 else "") + " ".join([*parts, f"{whole}s"])
    base, units = (1024, ["", "ki", "Mi", "Gi", "Ti", "Pi"]) if function == "humanize1024" else (1000, ["", "k", "M", "G", "T", "P"])
    number = 0
    while abs(value) >= base and number < len(units) - 1:
        value, number = value / base, number + 1
    return f"{value:.4g}{units[number]}"


def expanded(text, labels, values):
    """An annotation or a label of a rule: $labels and $values are what Grafana has there."""
    if "{{" not in text:
        return text
    text = re.sub(r"\$values\.\w+\.Labels\b", "$labels", text)
    text = re.sub(r"\$labels\.(\w+)", lambda m: m[0] if m[1] in labels else '"[no value]"', text)

    def of(name):
        if name not in values:
            raise Wrong(f"$values has no {name}")
        return values[name]

    def literal(name):
        value = float(values.get(name, math.nan))
        return repr(value) if math.isfinite(value) else shown(name)

    def shown(name):
        return json.dumps(plain(values[name]) if name in values else "[no value]")

    functions = "humanizePercentage|humanizeDuration|humanize1024|humanize"
    name = r"\$values\.(\w+)(?:\.Value)?"
    text = re.sub(rf"{name}\s*\|\s*({functions})\b", lambda m: json.dumps(human(m[2], of(m[1]))), text)
    text = re.sub(rf"\b({functions})\s+{name}", lambda m: json.dumps(human(m[1], of(m[2]))), text)
    text = re.sub(r"\$values\.(\w+)\.Value\b", lambda m: literal(m[1]), text)
    text = re.sub(r"\$values\.(\w+)\b", lambda m: shown(m[1]), text)
    everything = " ".join(f"{key}={plain(value)}" for key, value in sorted(values.items()))
    prelude = "{{ $labels := .CommonLabels }}{{ $value := " + json.dumps(everything) + " }}"
    return rendered(prelude + text, {"commonLabels": labels, "alerts": []})
