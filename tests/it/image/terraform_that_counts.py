#!/usr/bin/python3
"""Stands in for terraform in the container: the real one, and a line in /signals/log for every signal that it gets.

A file /signals/<command> holds how many milliseconds every request to the simulated cloud takes from that command on."""

import os
import signal
import subprocess
import sys


def note(number, _frame):
    line = f"{signal.Signals(number).name} {' '.join(sys.argv[1:2])}\n"
    log = os.open("/signals/log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, line.encode())
    os.close(log)


slow = f"/signals/{sys.argv[1]}"
if os.path.exists(slow):
    cloud = os.environ["LOSTOPS_SIMULATED_CLOUD"]
    with open(slow) as milliseconds:
        latency = ["latency", milliseconds.read()]
    subprocess.run(["/usr/local/bin/lostops", "simulator", "--file", cloud, *latency], check=True, stdout=subprocess.DEVNULL)

# Set after the child was started, it keeps its own way to take them; both are in one process group.
child = subprocess.Popen(["/usr/local/bin/terraform-itself", *sys.argv[1:]])
for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(one, note)
sys.exit(child.wait())
