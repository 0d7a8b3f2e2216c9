"""Reads a JUnit report and tells its findings: a line for each test case that failed, with class and name."""

import sys

from junitparser import Error, Failure, JUnitXml

report = JUnitXml.fromfile(sys.argv[1])
cases = [case for suite in report for case in suite]
if report.tests != len(cases):
    sys.exit(f"the report says {report.tests} test cases, and there are {len(cases)}")
for case in cases:
    if any(isinstance(result, (Error, Failure)) for result in case.result):
        print(f"{case.classname} {case.name}")
