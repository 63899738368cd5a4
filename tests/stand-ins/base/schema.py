"""As much of JSON Schema as the schemas in tests/stand-ins/schemas use. Reports every error, with where it is."""
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float), "integer": int}
KNOWN = {
    "$schema", "$comment", "$defs", "$ref", "type", "enum", "pattern", "properties", "required", "items",
    "additionalProperties", "maxProperties",
}  # fmt: skip


def is_a(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def errors(value, schema, root=None, where=""):
    """What is wrong with a value, as sentences."""
    root, place = root or schema, where or "the file"
    assert set(schema) <= KNOWN, f"not understood here: {set(schema) - KNOWN}"
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_a(value, name) for name in names):
        return [f"{place}: is not of type {' or '.join(names)}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is none of {', '.join(map(str, schema['enum']))}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{place}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += errors(item, schema.get("items", {}), root, f"{place}[{number}]")
    if isinstance(value, dict):
        found += [f"{place}: {name} is missing" for name in schema.get("required", []) if name not in value]
        if len(value) > schema.get("maxProperties", len(value)):
            found.append(f"{place}: {', '.join(value)} are too many at once")
        for name, item in value.items():
            inner = f"{where}.{name}".lstrip(".")
            rule = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            if rule is False:
                found.append(f"{inner}: there is no such key")
            else:
                found += errors(item, rule, root, inner)
    return found
