"""Judges the lines of `examples/cases.rs` with another validator, Python's `jsonschema`.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install 'jsonschema[format]'
    cargo run --example cases -- FILE... | /tmp/venv/bin/python tests/independent/validate.py

A value that is said to be valid must have no error. One that is said to be broken must fail at the
place and by the keyword that are named, and by no other. What this validator cannot judge (a format
that it does not know, a pattern that Python's engine refuses) is counted apart.
"""

import collections
import json
import sys

from jsonschema import Draft202012Validator

# An enclosing choice fails with its branch and cannot say which of them was meant.
CHOICES = {"oneOf", "anyOf", "not", "if"}

# What can hardly be kept where the first is broken.
IMPLIED = {"type": {"enum", "const"}, "minLength": {"pattern", "format"}, "minItems": {"contains"}}

# Keywords of the object that holds the member that is named.
OF_THE_PARENT = {"required", "additionalProperties"}

OURS = {"x-max-json-length"}


def pointer(path):
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def is_meant(error, site, keyword):
    at = pointer(error.absolute_path)
    if at == site and (error.validator == keyword or error.validator in IMPLIED.get(keyword, ())):
        return True
    if error.validator is None and at == site:
        return True  # a schema `false` has no keyword
    return error.validator in CHOICES and (site == at or site.startswith(at + "/") or at == "")


def judge(validator, case):
    """None where it is as it is said, else what is wrong."""
    errors = list(validator.iter_errors(case["value"]))
    if case["valid"]:
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


def main():
    checker = Draft202012Validator.FORMAT_CHECKER
    counts = collections.Counter()
    validator = None
    shown = collections.Counter()
    for line in sys.stdin:
        case = json.loads(line)
        if "schema" in case:
            validator = Draft202012Validator(case["schema"], format_checker=checker)
            counts["schemas"] += 1
        keyword = case.get("keyword")
        if keyword in OURS:
            counts["not judged: keyword of ours"] += 1
            continue
        try:
            wrong = judge(validator, case)
        except Exception as error:  # what Python's engine cannot compile
            counts[f"not judged: {type(error).__name__}"] += 1
            continue
        if wrong and keyword == "format" and wrong.startswith("is valid"):
            counts["not judged: format"] += 1
            continue
        kind = "valid" if case["valid"] else "broken"
        counts[f"{kind}: {'wrong' if wrong else 'right'}"] += 1
        if wrong:
            kind = wrong[:30]
            shown[kind] += 1
            if shown[kind] <= 20:
                print(f"{case['file']} {case['operation']} {case['at']}: {wrong}: {json.dumps(case['value'])[:300]}")
    for name, count in sorted(counts.items()):
        print(f"{name}: {count}", file=sys.stderr)
    return 1 if counts["valid: wrong"] or counts["broken: wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
