"""The faults, one module each: a function from `Options` to a `Verdict`."""
