"""Reads an Autobahn report, and fails if a judged case is not OK. Runs on Python 2.7, as the suite does."""

from __future__ import print_function

import collections
import json
import sys

# Not judged: what is said about closing that has no right answer, and extensions that are not spoken.
PASSED = ("OK", "INFORMATIONAL", "UNIMPLEMENTED")

with open(sys.argv[1]) as report:
    cases = json.load(report)["callboard"]

found = collections.Counter(case["behavior"] for case in cases.values())
print(", ".join("%d %s" % (count, behavior) for behavior, count in sorted(found.items())))

wrong = [(name, case) for name, case in sorted(cases.items())
         if case["behavior"] not in PASSED or case["behaviorClose"] not in PASSED]
for name, case in wrong:
    print("%s: %s, closing %s" % (name, case["behavior"], case["behaviorClose"]))
sys.exit(1 if wrong or found["OK"] < 200 else 0)
