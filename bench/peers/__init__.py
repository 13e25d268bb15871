"""Works of other tools, each in an environment of its own; only `turns` runs in ours."""
