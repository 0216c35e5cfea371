"""Running compiled programs: captures, devices, the process."""
