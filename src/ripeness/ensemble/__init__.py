"""Many futures: draws, the one monthly loop, chunks and threads, saved runs, metrics."""
