"""The benchmarks: ours beside a yardstick, in the same run. `python -m benchmarks`, docs/benchmarks.md."""
