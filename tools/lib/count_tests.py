"""Prints "PASSED FAILED" of a test run, from what it left behind.

count_tests.py bazel EVENTS.json     a --build_event_json_file; what does not build has failed,
                                     what does not fit the machine counts as nothing
count_tests.py junit REPORT.xml      pytest's --junitxml
"""

import json
import sys
import xml.etree.ElementTree


def bazel(path):
    passed = failed = 0
    finished = False
    with open(path) as lines:
        for line in lines:
            event = json.loads(line)
            if "testSummary" in event:
                if event["testSummary"]["overallStatus"] in ("PASSED", "FLAKY"):
                    passed += 1
                else:
                    failed += 1
            elif "completed" in event and not event["completed"].get("success", False):
                failed += 1
            elif "finished" in event:
                finished = True
            elif "aborted" in event and event["aborted"].get("reason") != "SKIPPED":
                failed += 1
    return (passed, failed) if finished else (passed, failed + 1)


def junit(path):
    passed = failed = 0
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        bad = int(suite.get("failures")) + int(suite.get("errors"))
        failed += bad
        passed += int(suite.get("tests")) - bad - int(suite.get("skipped"))
    return passed, failed


def main():
    kind, path = sys.argv[1:]
    try:
        passed, failed = {"bazel": bazel, "junit": junit}[kind](path)
    except (OSError, ValueError, xml.etree.ElementTree.ParseError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        passed, failed = 0, 1
    print(passed, failed)


if __name__ == "__main__":
    main()
