"""The second step: apps, security keys and recovery codes. Imports `attempts`. Start with `requirement`."""
