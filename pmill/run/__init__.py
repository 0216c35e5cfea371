"""Running compiled programs: captures, devices, the process."""

from pmill.run.devices import DevicePlan, plan_devices
from pmill.run.execute import execute, run_command, run_program
from pmill.run.pcap import Capture, count_packets, read_capture

__all__ = [
    "Capture",
    "DevicePlan",
    "count_packets",
    "execute",
    "plan_devices",
    "read_capture",
    "run_command",
    "run_program",
]
