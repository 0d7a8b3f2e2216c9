"""Judges the values that `examples/cases.rs` makes with another validator, Python's `jsonschema`.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install 'jsonschema[format]' regress
    cargo build --release --example cases
    /tmp/venv/bin/python tests/independent/validate.py --results results.jsonl \
        target/release/examples/cases DOCUMENT...

A value that is said to be valid must have no error. One that is said to be broken must fail at the
place and by the keyword that are named, and by no other. What this validator cannot judge (a format
that it does not know) is counted apart. Patterns are judged by `regress`, which reads them as
ECMA-262 does, as JSON Schema has it.

Each document's counts are a line of the results; documents that are there already are not judged
again. At the end the table of all of them is printed.
"""

import argparse
import collections
import copy
import functools
import json
import math
import re
import subprocess
import sys

import regress
from jsonschema import Draft202012Validator, ValidationError, validators

# How many values of each kind an operation should have.
ENOUGH = 100

# An enclosing choice fails with its branch and cannot say which of them was meant.
CHOICES = {"oneOf", "anyOf", "not", "if"}

# What can hardly be kept where the first is broken.
IMPLIED = {
    "type": {"enum", "const"},
    "minLength": {"pattern", "format"},
    "minItems": {"contains"},
    "minContains": {"contains"},
}

# Keywords of the object or the list that holds the member or the item that is named.
OF_THE_PARENT = {"required", "additionalProperties", "unevaluatedProperties"}

OURS = {"x-max-json-length"}

# Most wrong values of one document that are shown.
SHOWN = 30


@functools.lru_cache(maxsize=None)
def expression(pattern):
    try:
        return regress.Regex(pattern, "u")
    except regress.RegressError:
        # `\pL` is no ECMA-262, and `\p{L}` for every engine that has it.
        return regress.Regex(re.sub(r"\\([pP])([A-Z])", r"\\\1{\2}", pattern), "u" if r"\p" in pattern else "")


def is_found(pattern, text):
    return expression(pattern).find(text) is not None


def keeps_pattern(validator, pattern, instance, schema):
    if validator.is_type(instance, "string") and not is_found(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def keeps_pattern_properties(validator, described, instance, schema):
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in described.items():
        for name, value in instance.items():
            if is_found(pattern, name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


# Literals of a template (RFC 6570 section 2.1), which the library takes whatever they are.
LITERALS = re.compile(r"""(?:[^\x00-\x20"'%<>\\^`{|}\x7f]|%[0-9A-Fa-f]{2}|{[^{}]*})*""")

FORMATS = copy.deepcopy(Draft202012Validator.FORMAT_CHECKER)
is_template, errors_of_template = FORMATS.checkers["uri-template"]


@FORMATS.checks("uri-template", raises=errors_of_template or ())
def is_uri_template(instance):
    return not isinstance(instance, str) or bool(LITERALS.fullmatch(instance) and is_template(instance))


@FORMATS.checks("regex", raises=regress.RegressError)
def is_ecma_regex(instance):
    return not isinstance(instance, str) or regress.Regex(instance, "u") is not None


Validator = validators.extend(
    Draft202012Validator, {"pattern": keeps_pattern, "patternProperties": keeps_pattern_properties}
)


def pointer(path):
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def is_meant(error, site, keyword):
    at = pointer(error.absolute_path)
    if keyword == "items" and error.validator == keyword:
        return at == site.rpartition("/")[0]  # an item too many is told of the list
    if keyword == "propertyNames" and keyword in error.absolute_schema_path:
        return at == site  # what is wrong with a name has its own keyword
    if at == site and (error.validator == keyword or error.validator in IMPLIED.get(keyword, ())):
        return True
    if error.validator is None and at == site:
        return True  # a schema `false` has no keyword
    return error.validator in CHOICES and (site == at or site.startswith(at + "/") or at == "")


def what_is_wrong(validator, case):
    """None where a value is as it is said, else what is wrong."""
    errors = list(validator.iter_errors(case["value"]))
    if "keyword" not in case:
        return f"is not valid: {errors[0].message[:200]}" if errors else None
    keyword, site = case["keyword"], case["where"]
    if keyword in OF_THE_PARENT:
        site = site.rpartition("/")[0]
    if not errors:
        return f"is valid, and should break {keyword} at {site!r}"
    others = [error for error in errors if not is_meant(error, site, keyword)]
    if others:
        other = others[0]
        return f"breaks {other.validator} at {pointer(other.absolute_path)!r}, and should break {keyword} at {site!r}"
    return None


class Schema:
    """A schema, and what came of its values."""

    def __init__(self, json):
        self.validator = Validator(json, format_checker=FORMATS)
        self.json = json
        self.not_made = None
        self.valid = self.broken = 0
        self.distinct = set()
        self.keywords = collections.Counter()
        self.not_judged = collections.Counter()
        self.wrong = []

    def take(self, case):
        keyword = case.get("keyword")
        try:
            wrong = what_is_wrong(self.validator, case)
        except Exception as error:  # what Python's engines cannot do
            self.not_judged[f"{type(error).__name__}: {str(error)[:60]}"] += 1
            return
        if keyword in OURS and wrong:
            self.not_judged["keyword of ours"] += 1
        elif wrong and keyword == "format" and wrong.startswith("is valid"):
            self.not_judged["format unknown to it"] += 1
        elif wrong:
            self.wrong.append((wrong, case))
        elif keyword is None:
            self.valid += 1
            self.distinct.add(json.dumps(case["value"], sort_keys=True))
        else:
            self.broken += 1
            self.keywords[keyword] += 1


class Document:
    """The counts of one document."""

    def __init__(self, file):
        self.file = file
        self.schemas = {}
        self.counts = collections.Counter()
        self.keywords = collections.Counter()
        self.not_judged = collections.Counter()
        self.not_made = collections.Counter()
        self.few = collections.Counter()

    def take(self, line):
        if "json" in line:
            self.schemas[line["schema"]] = Schema(line["json"])
        elif "value" in line:
            self.schemas[line["schema"]].take(line)
        elif "not_made" in line:
            self.schemas[line["schema"]].not_made = line["not_made"]
        else:
            self.operation(line["parts"])

    def operation(self, parts):
        self.counts["operations"] += 1
        parts = [(self.schemas[part["schema"]], part) for part in parts]
        for schema, part in parts:
            if schema.not_made:
                self.not_made[re.sub(r" \(\S+:\d+:\d+\)$", "", schema.not_made)] += 1
        if any(schema.not_made and part["required"] for schema, part in parts):
            self.counts["untestable"] += 1
            return
        self.counts["testable"] += 1
        for schema, part in parts:
            self.counts["positives"] += schema.valid
            self.counts["negatives"] += schema.broken
        # A part that is left out where it must be there is broken, too; a path is nothing without its parts.
        left_out = sum(part["required"] and not part["at"].startswith("path") for _, part in parts)
        ways = math.prod(len(schema.distinct) + (not part["required"]) for schema, part in parts)
        broken = sum(schema.broken for schema, _ in parts) + left_out
        self.enough("positive", ways, "its inputs have few values", parts)
        takes_anything = all(schema.broken == 0 for schema, _ in parts)
        few = "its inputs are any text; at most they are left out" if takes_anything else "its inputs have few ways"
        self.enough("negative", broken, few, parts)

    def enough(self, kind, count, few, parts):
        if count >= ENOUGH:
            self.counts[f"operations with {ENOUGH} {kind}"] += 1
        else:
            self.few[f"{kind}: {few if parts else 'it takes no input'}"] += 1

    def row(self):
        for schema in self.schemas.values():
            self.counts["schemas"] += 1
            self.counts["distinct positives"] += schema.valid
            self.counts["distinct negatives"] += schema.broken
            self.counts["wrong positives"] += sum("keyword" not in case for _, case in schema.wrong)
            self.counts["wrong negatives"] += sum("keyword" in case for _, case in schema.wrong)
            self.keywords.update(schema.keywords)
            self.not_judged.update(schema.not_judged)
        wrong = [(number, *wrong) for number, schema in self.schemas.items() for wrong in schema.wrong]
        shown = [
            {"schema": self.schemas[number].json, "wrong": what, "case": case} for number, what, case in wrong[:SHOWN]
        ]
        return {
            "file": self.file,
            "counts": self.counts,
            "keywords": self.keywords,
            "not judged": self.not_judged,
            "not made": self.not_made,
            "few": self.few,
            "wrong": shown,
        }


def judged(example, values, file):
    """The row of a document."""
    document = Document(file)
    with subprocess.Popen([example, "--values", str(values), file], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as made:
        for line in made.stdout:
            document.take(json.loads(line))
        refused = made.stderr.read().decode()
    if made.returncode:
        return {"file": file, "refused": refused.strip().partition("\n")[0] or f"ended with {made.returncode}"}
    return document.row()


def report(rows):
    """Prints what all documents come to."""
    read = [row for row in rows if "refused" not in row]
    total = {name: collections.Counter() for name in ["counts", "keywords", "not judged", "not made", "few"]}
    for row in read:
        for name, counter in total.items():
            counter.update(row[name])
        for wrong in row["wrong"]:
            print(f"{row['file']}: {wrong['wrong']}: {json.dumps(wrong['case']['value'])[:300]}")
    print(f"documents: {len(read)} read, {len(rows) - len(read)} refused")
    for name, counter in total.items():
        print(f"{name}:")
        for what, count in sorted(counter.items()):
            print(f"  {count:>9}  {what}")
    return any("wrong" in what and count for what, count in total["counts"].items())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=int, default=ENOUGH, help="values of each schema and kind")
    parser.add_argument("--results", default="results.jsonl", help="where counts are kept")
    parser.add_argument("example", help="the built example `cases`")
    parser.add_argument("documents", nargs="*")
    options = parser.parse_args()
    with open(options.results, "a+", encoding="utf-8") as results:
        results.seek(0)
        rows = [json.loads(line) for line in results]
        known = {row["file"] for row in rows}
        for file in options.documents:
            if file not in known:
                rows.append(judged(options.example, options.values, file))
                print(json.dumps(rows[-1]), file=results, flush=True)
    return 1 if report(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
