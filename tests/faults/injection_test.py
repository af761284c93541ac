#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Refuses runs one call of the system after the other (see fault_injector.cc), and checks how they end.

Arguments: the injector's library, and the most calls of a kind that are refused a command (0: all of them; of
allocations, which are many thousand, always a sample). Prints what the points met."""

import collections
import sys
import unittest

from small_runs import EachCommand, SmallRunsTest

INJECTOR = sys.argv.pop(1) if len(sys.argv) > 1 else ""
MOST = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 3
MOST_ALLOCATIONS = MOST or 250
KINDS = ("open", "write", "thread", "mmap", "dlopen", "fork", "allocation")
CODES = (0, 1, 2, 3, 130)


def spread(count, most):
    """`most` of the numbers 1 to `count`, evenly."""
    if most == 0 or count <= most:
        return range(1, count + 1)
    return sorted({1 + place * (count - 1) // max(1, most - 1) for place in range(most)})


class InjectionTest(EachCommand, SmallRunsTest):
    def inject(self, command, kind, at):
        count = self.folder / "count"
        count.unlink(missing_ok=True)
        done = self.run_command(command, LD_PRELOAD=INJECTOR, ACC_FAULT_KIND=kind, ACC_FAULT_AT=str(at),
                                ACC_FAULT_COUNT=str(count))
        calls = int(count.read_text()) if count.exists() else 0
        return done, calls

    def check_point(self, command, kind, at, whole):
        self.start_anew(command)
        where = f"{command}, {kind} {at} refused"
        done, _ = self.inject(command, kind, at)
        self.assertIn(done.returncode, CODES, f"{where}: {done.stderr}")
        self.assertNotIn("fault of the program", done.stderr, where)
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        self.assertEqual(len(errors), 0 if done.returncode in (0, 1) else 1, f"{where}: {done.stderr}")
        self.check_latest(command, where)
        self.assertEqual(self.temporary_files(), [], where)
        if done.returncode == 0:
            # A pair that cannot be read is listed as unmatched, with the reason, and a warning names it.
            if "cannot be compared: " in done.stderr:
                unmatched = next((self.folder / command).glob("verification/latest/unmatched.csv"))
                self.assertIn("Too many open files" if kind == "open" else "Cannot allocate memory", unmatched.read_text(), where)
                return done.returncode
            # A DLC that cannot be written is one of the results that a warning may name instead.
            told = {name for name in whole if f"{name.rsplit('/', 1)[-1]} is not written, and the run goes on" in done.stderr}
            found, expected = ({name: data for name, data in files.items() if name not in told}
                               for files in (self.content(command), whole))
            self.assertEqual(sorted(found), sorted(expected), f"{where}: {done.stderr}")
            self.assertEqual([name for name in found if found[name] != expected[name]], [], where)
        return done.returncode

    def check_kind(self, command, kind, whole):
        self.start_anew(command)
        done, calls = self.inject(command, kind, 0)
        self.assertEqual(done.returncode, 0, done.stderr)
        met = collections.Counter()
        points = spread(calls, MOST_ALLOCATIONS if kind == "allocation" else MOST)
        failures = []
        for at in points:
            try:
                met[self.check_point(command, kind, at, whole)] += 1
            except AssertionError as failure:
                failures.append(str(failure))
        print(f"{command}, {kind}: {len(points)} of {calls} calls refused, exit codes {dict(met)}", flush=True)
        self.assertEqual(failures, [], "\n\n".join(failures))
        return calls

    def check_command(self, command):
        self.start_anew(command)
        whole = self.run_whole(command)
        calls = {}
        for kind in KINDS:
            with self.subTest(kind=kind):
                calls[kind] = self.check_kind(command, kind, whole)
        # What is not met at all is not tested: a command without these calls says that the injector does nothing.
        for kind in ("open", "write", "allocation"):
            self.assertGreater(calls.get(kind, 0), 10)


if __name__ == "__main__":
    unittest.main()
