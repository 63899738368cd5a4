"""Values as Grafana writes them, and the colours that it gives them."""
import math

COLOURS = {
    "green": "#73bf69", "semi-dark-green": "#56a64b", "dark-green": "#37872d", "yellow": "#fade2a", "semi-dark-yellow": "#f2cc0c",
    "orange": "#ff9830", "semi-dark-orange": "#ff780a", "red": "#f2495c", "semi-dark-red": "#e02f44", "blue": "#5794f2",
    "light-blue": "#8ab8ff", "purple": "#b877d9", "transparent": "transparent", "text": "#ccccdc",
}  # fmt: skip
PALETTE = ["green", "semi-dark-yellow", "light-blue", "semi-dark-orange", "red", "blue", "purple", "#705da0", "dark-green", "yellow"]
TIMES = ((1e-6, 1e-9, "ns"), (1e-3, 1e-6, "µs"), (1, 1e-3, "ms"), (60, 1, "s"), (3600, 60, "mins"), (86400, 3600, "hours"),
         (604800, 86400, "days"), (31536000, 604800, "weeks"), (math.inf, 31536000, "years"))  # fmt: skip


def colour(name):
    return COLOURS.get(name, name)


def places(value, decimals):
    """As many decimals as Grafana gives a value: enough to tell it from its neighbours."""
    if decimals is not None:
        return decimals
    if not value or value == round(value):
        return 0
    digits = -math.floor(math.log10(abs(value) / 2))
    if abs(value) / 2 / 10**-digits > 2.25:
        digits += 1
    return max(0, min(digits, 4))


def plain(value, decimals):
    return f"{value:,.{places(value, decimals)}f}".replace(",", " ") if decimals is None else f"{value:.{decimals}f}"


def prefixed(value, base, words, decimals, unit):
    index = 0
    while abs(value) >= base and index < len(words) - 1:
        value, index = value / base, index + 1
    if words[0] == "B" and not index:
        decimals = 0  # there is no half of a byte
    return f"{plain(value, decimals)} {words[index]}{unit}".strip()


def written(value, unit="none", decimals=None):
    if value is None or not math.isfinite(value):
        return "–"
    if unit == "percentunit":
        return f"{plain(value * 100, decimals)}%"
    if unit == "bytes":
        return prefixed(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB"], decimals, "")
    if unit == "Bps":
        return prefixed(value, 1000, ["", "k", "M", "G", "T"], decimals, "B/s")
    if unit == "s":
        for limit, size, word in TIMES:
            if abs(value) < limit:
                break
        return f"{plain(value / size, decimals)} {word}" if value else "0 s"
    if unit in ("reqps", "short"):
        return prefixed(value, 1000, ["", "K", "Mil", "Bil"], decimals, "req/s" if unit == "reqps" else "")
    if unit.startswith("suffix:"):
        return f"{plain(value, decimals)}{unit.removeprefix('suffix:')}"
    assert unit == "none", f"the unit {unit} is not known here"
    return plain(value, decimals)


def threshold(value, thresholds):
    """The colour of the highest step that the value reaches."""
    chosen = thresholds["steps"][0]["color"]
    for step in thresholds["steps"]:
        if step["value"] is None or (isinstance(value, float) and value >= step["value"]):
            chosen = step["color"]
    return colour(chosen)


def mapped(value, mappings):
    """What a value is called, and its colour, where the panel says so."""
    for mapping in mappings:
        options = mapping["options"]
        if mapping["type"] == "value":
            key = f"{value:g}" if isinstance(value, float) else value
            if key in options:
                return options[key]["text"], options[key].get("color")
        elif isinstance(value, float) and options["from"] <= value <= options["to"]:
            return options["result"]["text"], options["result"].get("color")
    return None, None


def shown(value, config):
    """Text and colour of a value, by the panel's field configuration."""
    text, own = mapped(value, config.get("mappings", []))
    if text is None:
        text = written(value, config.get("unit", "none"), config.get("decimals")) if isinstance(value, float) else value
    return text, colour(own) if own else threshold(value, config["thresholds"])
