"""Counters, gauges and histograms in Prometheus's text format."""
import threading


def escaped(value):
    return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def sample(name, labels, value):
    inside = ",".join(f'{key}="{escaped(labels[key])}"' for key in labels)
    return f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


class Metrics:
    def __init__(self, buckets=()):
        self.buckets, self.kinds, self.values, self.lock = [*buckets, "+Inf"], {}, {}, threading.Lock()

    def define(self, name, kind, text):
        self.kinds[name] = (kind, text)

    def change(self, name, by, /, **labels):
        with self.lock:
            family = self.values.setdefault(name, {})
            key = tuple(labels.items())
            family[key] = family.get(key, 0) + by

    def put(self, name, value, /, **labels):
        with self.lock:
            self.values.setdefault(name, {})[tuple(labels.items())] = value

    def clear(self, name):
        with self.lock:
            self.values[name] = {}

    def observe(self, name, seconds, /, **labels):
        with self.lock:
            family = self.values.setdefault(name, {})
            found = family.setdefault(tuple(labels.items()), {"sum": 0.0, "counts": [0] * len(self.buckets)})
            found["sum"] += seconds
            for number, bound in enumerate(self.buckets):
                found["counts"][number] += bound == "+Inf" or seconds <= bound

    def text(self):
        lines = []
        with self.lock:
            for name, (kind, text) in self.kinds.items():
                lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
                for key, value in self.values.get(name, {}).items():
                    labels = dict(key)
                    if kind != "histogram":
                        lines.append(sample(name, labels, value))
                        continue
                    for bound, count in zip(self.buckets, value["counts"]):
                        lines.append(sample(f"{name}_bucket", {**labels, "le": bound}, count))
                    lines.append(sample(f"{name}_sum", labels, value["sum"]))
                    lines.append(sample(f"{name}_count", labels, value["counts"][-1]))
        return "\n".join(lines) + "\n"
