"""Speed and its checks: the monthly loop against C, and works that peers do too. Run with `python -m bench.run`."""
