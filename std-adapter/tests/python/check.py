"""Reads lines with Python's own json and csv, and compares them with the texts that went in.

check.py FORMAT LINES TEXTS: both are files; TEXTS is a JSON array of what was logged, one record
a text, as message and as the field `value`; field `number` is its place.
"""
import csv
import json
import sys

# By format: where message and fields are, and what each line must have besides.
KEYS = {
    "json": (lambda o: o["fields"]["message"], lambda o: o["fields"], ["timestamp", "level", "target"]),
    "ecs": (lambda o: o["message"], lambda o: o["labels"],
            ["@timestamp", "log.level", "ecs.version", "log.logger"]),
    "gcp": (lambda o: o["message"], lambda o: o, ["severity", "time", "target"]),
    "bunyan": (lambda o: o["msg"], lambda o: o,
               ["v", "name", "hostname", "pid", "level", "time"]),
    "gelf": (lambda o: o["short_message"], lambda o: {"value": o["_value"], "number": o["_number"]},
             ["version", "host", "timestamp", "level"]),
}


def no_twins(pairs):
    """An object whose keys differ."""
    keys = [key for key, _ in pairs]
    assert len(set(keys)) == len(keys), f"a key stands there twice: {keys}"
    return dict(pairs)


def check_json(name, lines, texts):
    message, fields, needed = KEYS[name]
    rows = lines.split("\n")
    assert rows.pop() == "", "the last line has an end"
    assert len(rows) == len(texts), f"{len(rows)} lines of {len(texts)} records"
    for number, (row, text) in enumerate(zip(rows, texts)):
        found = json.loads(row, object_pairs_hook=no_twins)
        assert message(found) == text, f"record {number}: {message(found)[:80]!r}"
        assert fields(found)["value"] == text, f"record {number}: field"
        assert fields(found)["number"] == number, f"record {number}: number"
        for key in needed:
            assert key in found, f"record {number} has no {key}"


def check_csv(path, texts):
    csv.field_size_limit(1 << 24)
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert len(rows) == len(texts), f"{len(rows)} rows of {len(texts)} records"
    for number, (row, text) in enumerate(zip(rows, texts)):
        assert None not in row and None not in row.values(), f"record {number}: columns"
        fields = json.loads(row["fields"])
        assert fields["value"] == text, f"record {number}: {fields['value'][:80]!r}"
        assert fields["number"] == number
        assert "\n" not in row["message"] and "\0" not in row["message"]


def main():
    name, path, texts = sys.argv[1:]
    with open(texts, encoding="utf-8") as file:
        texts = json.load(file)
    if name == "csv":
        check_csv(path, texts)
    else:
        with open(path, encoding="utf-8", newline="") as file:
            check_json(name, file.read(), texts)
    print(f"{name}: {len(texts)} records")


main()
