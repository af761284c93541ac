#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Ends runs by a signal, at points spread over the time that they take, and checks what is left.

Arguments: the number of points for each command. Prints what the points met."""

import collections
import signal
import subprocess
import sys
import time
import unittest

from small_runs import EachCommand, SmallRunsTest

POINTS = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 6
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


class KillTest(EachCommand, SmallRunsTest):
    def kill(self, command, seconds, number):
        """The exit code of a run that gets the signal after `seconds`, or has ended by then, and its stderr."""
        process = subprocess.Popen(self.words(command), cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   errors="replace")
        time.sleep(seconds)
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
        return process.returncode, errors

    def check_end(self, code, errors, number, where):
        if number == signal.SIGKILL:
            self.assertIn(code, (0, -number), f"{where}: {errors}")
            return
        # Before main no handler is there yet, and nothing has been written.
        self.assertIn(code, (0, 130, -number), f"{where}: {errors}")
        self.assertEqual(self.temporary_files(), [], where)
        if code == 130:
            self.assertEqual([line for line in errors.splitlines() if "error:" in line],
                             ["snpe-accuracy-debugger: error: interrupted"], where)

    def check_point(self, command, seconds, number, whole, over):
        self.start_anew(command)
        if over:  # A whole run of the same name is there already.
            self.run_whole(command)
        where = f"{command} after {seconds:.3f} s by {number.name}{' over a whole run' if over else ''}"
        code, errors = self.kill(command, seconds, number)
        self.check_end(code, errors, number, where)
        self.check_latest(command, where)
        self.check_comparison(command, where)
        if code == 0:
            self.assertEqual(self.content(command), whole, where)
        elif code == -number and number != signal.SIGKILL and not over:
            self.assertEqual(self.runs(command), [], where)
        again = self.run_command(command)
        self.assertEqual(again.returncode, 0, f"{where}, and then again: {again.stderr}")
        self.check_latest(command, where)
        self.assertEqual(self.content(command), whole, f"{where}, and then again")
        return code

    def check_command(self, command):
        times = []
        for _ in range(3):
            self.start_anew(command)
            begin = time.monotonic()
            whole = self.run_whole(command)
            times.append(time.monotonic() - begin)
        met = collections.Counter()
        for point in range(POINTS):
            seconds = (point + 0.5) / POINTS * sorted(times)[1]
            number = SIGNALS[point % len(SIGNALS)]
            code = self.check_point(command, seconds, number, whole, over=point // len(SIGNALS) % 2 == 1)
            met["ended before" if code == 0 else f"code {code}"] += 1
        print(f"{command}: {POINTS} points over {sorted(times)[1]:.2f} s: {dict(met)}", flush=True)


if __name__ == "__main__":
    unittest.main()
